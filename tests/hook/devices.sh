# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2012,SC2016,SC2034,SC2086,SC2154
# The guest's PCI devices are looked at once more, and prepared.

d3cold() { cat "$host"/sys/bus/pci/devices/0000:0{1,2}:00.0/d3cold_allowed | paste -sd' '; }

fresh_devices() {
  fresh
  add_devices
  rm -r "$host/proc/100"
  conf $a 'prepare_devices = yes' 'devices = 0000:01:00.0 0000:02:00.0' "$@"
}

test_devices() {
  fresh_devices
  prepare $a
  is 'no deep sleep for them' "$status/$err/$(d3cold)" '0//0 0'
  is '... and the reset that is their own, where they have one' \
    "$(cat "$host"/sys/bus/pci/devices/*/reset_method | paste -sd/)" \
    'device_specific/flr bus'
  has '... with before and after in the log' "$(log)" \
    '*devices: */reset_method flr device_specific bus -> device_specific*'
  conf $b 'prepare_devices = yes' 'devices = 0000:01:00.1'
  prepare $b
  is 'a guest with a device that has no such files' "$status/$(d3cold)" '0/0 0'
  release $a
  is 'all is as before' \
    "$(d3cold)/$(cat "$host"/sys/bus/pci/devices/*/reset_method | paste -sd/)" \
    '1 0/flr device_specific bus/flr bus'
  release $b
  is '... with no notes' "$(notes)" ''
  conf $b 'prepare_devices = yes' 'devices = 0000:01:00.1' 'required = devices'
  prepare $b
  is '... alone, and it is required' "$status/$err" 0/
  release $b
  conf $a 'prepare_devices = yes' 'devices = 0000:01:00.0 ../..'
  prepare $a
  is 'what is no address is skipped' "$status/$err/$(notes)" 0//
}

# Two cards of nvidia's: the host's own one is no matter.
test_devices_two() {
  fresh_devices 'required = devices'
  mkdir -p "$host/proc/101/fd" "$host/proc/driver/nvidia/gpus/0000:01:00.0"
  echo Xorg >"$host/proc/101/comm"
  ln -s /dev/nvidiactl "$host/proc/101/fd/3"
  ln -s /dev/nvidia0 "$host/proc/101/fd/4"
  ln -s ../../devices/0000:05:00.0 "$host/sys/bus/pci/drivers/nvidia/0000:05:00.0"
  printf 'Model: \t\t x\nDevice Minor: \t 1\n' \
    >"$host/proc/driver/nvidia/gpus/0000:01:00.0/information"
  prepare $a
  is 'who has another card of nvidia open is no hindrance' "$status/$err" 0/
  release $a
  ln -sfn /dev/nvidia1 "$host/proc/101/fd/4"
  prepare $a
  has '... who has this one is' "$status/$err" '1/*0000:01:00.0 is in use by Xorg*'
}

test_devices_used() {
  local n
  fresh_devices 'required = devices'
  mkdir -p "$host/proc/101/fd" "$host/proc/102/fd"
  printf 'kwin\e[31m\n' >"$host/proc/101/comm"
  ln -s /dev/nvidia0 "$host/proc/101/fd/3"
  ln -s /dev/dri/card1 "$host/proc/102/fd/3"
  prepare $a
  is 'a card in use stops the start' "$status/$err" \
    "1/virt-tune: The guest's device 0000:01:00.0 is in use by kwin?[31m \
(101); end that first."
  is '... with nothing changed' "$(d3cold)/$(notes)" '1 0/'
  has '... and no escapes in the log' "$(log)" '*by kwin?\[31m (101);*'
  # Its driver would wait for them, in the kernel and for ever.
  for n in nvidia nouveau amdgpu radeon i915 xe; do
    fresh_devices
    mkdir -p "$host/proc/101/fd"
    echo kwin >"$host/proc/101/comm"
    ln -sfn ../../drivers/$n "$host/$card/driver"
    ln -s /dev/dri/card0 "$host/proc/101/fd/3"
    prepare $a
    has "... required or not, if it is with $n" "$status/$err/$(d3cold)" \
      '1/*0000:01:00.0 is in use by kwin (101); end that first./1 0'
  done
  ln -sfn ../../drivers/ast "$host/$card/driver"
  prepare $a
  has 'another driver, not required, is a line in the log' "$status/$err/$(log)" \
    '0//*devices: skipped: *in use by kwin*'
  release $a
  fresh_devices
  echo '30 1 259:1 / /home rw - ext4 /dev/nvme0n1p1 rw' \
    >>"$host/proc/self/mountinfo"
  prepare $a
  is 'a mounted disk always stops it' "$status/$err" "1/virt-tune: The guest \
would take the disk 0000:02:00.0, but nvme0n1p1 is mounted on /home; free it \
first."
  fresh_devices
  # As btrfs has it: a number of its own.
  echo '30 1 0:33 / /srv rw shared:1 - btrfs /dev/nvme0n1p1 rw' \
    >>"$host/proc/self/mountinfo"
  prepare $a
  has '... of btrfs' "$status/$err" '1/*nvme0n1p1 is mounted on /srv;*'
  fresh_devices
  # The second of two: mountinfo names the first alone.
  mkdir -p "$host/sys/fs/btrfs/features" "$host/sys/fs/btrfs/$b/devices"
  echo '30 1 0:33 / /srv rw - btrfs /dev/sda1 rw' >>"$host/proc/self/mountinfo"
  ln -s ../../../../class/block/nvme0n1 "$host/sys/fs/btrfs/$b/devices/sda1"
  prepare $a
  is '... but not another one' "$status/$err" 0/
  release $a
  ln -s ../../../../class/block/nvme0n1p1 \
    "$host/sys/fs/btrfs/$b/devices/nvme0n1p1"
  prepare $a
  has '... with many devices' "$status/$err" '1/*nvme0n1p1 is part of a btrfs;*'
  for n in nvme0n1p1:/dev/sda1 sda1:/dev/nvme0n1p1 sda:/dev/nvme0n1p1:/dev/sdb; do
    fresh_devices
    echo "30 1 0:33 / /srv rw - bcachefs /dev/$n rw" >>"$host/proc/self/mountinfo"
    prepare $a
    has "... of bcachefs on $n" "$status/$err" \
      '1/*nvme0n1p1 is mounted on /srv;*'
  done
  fresh_devices
  echo '30 1 0:33 / /srv rw - bcachefs /dev/sda:/dev/nvme0n1p10 rw' \
    >>"$host/proc/self/mountinfo"
  prepare $a
  is '... but not if another one is mounted' "$status/$err" 0/
  fresh_devices
  echo '/dev/nvme0n1p1 partition 1 0 -2' >>"$host/proc/swaps"
  prepare $a
  has '... or swap' "$status/$err" '1/*nvme0n1p1 is swap;*'
  fresh_devices
  touch "$host/sys/class/block/nvme0n1/holders/dm-0"
  prepare $a
  has '... or part of something' "$status/$err" '1/*nvme0n1 is part of dm-0;*'
  fresh_devices
  mkdir "$host/sys/module/zfs"
  printf '#!/bin/sh\nprintf "\\t  %%s  ONLINE  0 0 0\\n" tank /dev/$PART\n' \
    >"$bin/zpool"
  chmod +x "$bin/zpool"
  vars+=(PART=nvme0n1p1)
  prepare $a
  has '... or part of a ZFS pool' "$status/$err" '1/*nvme0n1p1 is part of a ZFS*'
  vars+=(PART=nvme0n1p10)
  prepare $a
  is '... but not if another one is' "$status/$err" 0/
  release $a
  fresh_devices
  # One path of several to a disk, which is elsewhere in sysfs.
  n=$host/sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1
  rm -r "$host"/sys/class/block/*
  mkdir -p "$n" "$host/sys/devices/pci0000:00/0000:02:00.0/nvme/nvme0/nvme0c0n1"
  echo 259:7 >"$n/dev"
  ln -s ../../devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1 \
    ../../devices/pci0000:00/0000:02:00.0/nvme/nvme0/nvme0c0n1 \
    "$host/sys/class/block"
  echo '30 1 259:7 / /data rw - xfs /dev/x rw' >>"$host/proc/self/mountinfo"
  prepare $a
  has '... with several paths' "$status/$err" '1/*nvme0n1 is mounted on /data;*'
  is '... and no notes' "$(notes)" ''
  fresh_devices 'required = devices'
  rm -r "$host/sys/bus/pci/devices/0000:02:00.0"
  prepare $a
  is 'a device that is not there' "$status/$err" "1/virt-tune: The guest's PCI \
device 0000:02:00.0 is not there; plan it anew."
  fresh_devices
  ln -sfn ../../drivers/vfio-pci "$host/sys/bus/pci/devices/0000:02:00.0/driver"
  prepare $a
  has 'a driver of another tool is in the log' "$status/$(log)" \
    '0/*0000:02:00.0 has vfio-pci already*'
}

test_devices_sound() {
  fresh_devices 'required = devices'
  mkdir -p "$host/sys/bus/pci/devices/0000:02:00.0/sound/card1" \
    "$host"/proc/10{1,2}/fd
  echo pipewire >"$host/proc/101/comm"
  ln -s /dev/snd/controlC1 "$host/proc/101/fd/3"
  echo other >"$host/proc/102/comm"
  ln -s /dev/snd/pcmC10D0p "$host/proc/102/fd/3"
  prepare $a
  is 'who uses a sound device is no hindrance' "$status/$err" 0/
  has '... but in the log' "$(log)" \
    '*0000:02:00.0 is used by pipewire (101), who will lose it*'
  is '... and no one else' "$(log | grep -cF '(102)')" 0
}

# disk TYPE DEVICE PATH [MORE]
disk() {
  echo "<disk type='$1' device='$2'><x/>
<source dev='$3' index='1'/>
${4-}
</disk>"
}

# What a guest has as a block device is no device of PCI.
test_devices_disks() {
  local n
  fresh_devices
  conf $a 'prepare_devices = yes'
  mkdir "$host/dev"
  touch "$host"/dev/nvme0n1{,p1}
  ln -s nvme0n1 "$host/dev/by-id"
  echo '30 1 259:1 / /home rw - ext4 /dev/nvme0n1p1 rw' \
    >>"$host/proc/self/mountinfo"
  for n in by-id nvme0n1 nvme0n1p1; do
    disk block disk "$host/dev/$n" >"$host/disks"
    prepare $a
    is "a mounted block device stops the start ($n)" "$status/$err" "1/virt-tune: \
The guest would write to $host/dev/$n, but nvme0n1p1 is mounted on /home; free \
it first."
  done
  {
    disk block cdrom "$host/dev/nvme0n1"
    disk block disk "$host/dev/nvme0n1" '<readonly/>'
    disk file disk "$host/dev/nvme0n1"
    disk block disk "$host/dev/none"
    disk block disk '$(touch pwned)'
  } >"$host/disks"
  prepare $a
  is '... but no other one' "$status/$err" 0/
}
