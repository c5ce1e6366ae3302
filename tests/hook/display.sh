# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2012,SC2016,SC2034,SC2086,SC2154
# The only display goes to the guest, and comes back.

fresh_display() {
  fresh
  add_devices
  conf $a 'display = 0000:01:00.0 0000:01:00.1' "$@"
  before=$(snapshot)
}

# What libvirt does with the card, in between.
libvirt_takes() {
  local each
  for each in 0000:01:00.0 0000:01:00.1; do
    ln -sfn ../../drivers/vfio-pci "$host/sys/bus/pci/devices/$each/driver"
  done
}
libvirt_returns() {
  rm "$host"/$card/driver
  ln -sfn ../../drivers/snd_hda_intel \
    "$host/sys/bus/pci/devices/0000:01:00.1/driver"
}

# The frame buffer of the firmware never comes back.
frame_buffer() {
  ln -sfn ../.. \
    "$host/sys/bus/platform/drivers/efi-framebuffer/efi-framebuffer.0"
  [[ ! -d $host/proc/100 ]] || rm -r "$host/proc/100"
}

test_display() {
  fresh_display 'required = display'
  prepare $a
  is 'the display goes' "$status/$err" 0/
  is '... with its managers' "$(ls "$host/active")" "virt-tune-escape-$a.timer"
  is '... consoles' "$(<"$host/sys/class/vtconsole/vtcon1/bind")" 0
  is '... frame buffer' \
    "$(cd "$host/sys/bus/platform/drivers/efi-framebuffer" && find . -type l)" ''
  is '... and modules, in the order of their needs' \
    "$(sed -n 's/modprobe -r //p' "$host/calls" | paste -sd' ')/$(ls \
      "$host/sys/module")" 'nvidia_drm nvidia_uvm nvidia_modeset nvidia/'
  has '... as the log tells' "$(log)" \
    '*display-manager.service active -> stopped*vtcon1/bind 1 -> 0*unbound*nvidia loaded -> *'
  libvirt_takes
  started $a
  is 'started needs no escape any more' "$status/$(ls "$host/active")" 0/
  libvirt_returns
  release $a
  frame_buffer
  is 'all is as before' "$(diff <(echo "$before") <(snapshot))/$(notes)" /
  has '... drivers first, then consoles, then managers' \
    "$(grep -oE '[a-z_]+ unloaded -> loaded|bind 0 -> 1|[a-z-]+.service stopped -> active' \
      "$host/log/virt-tune.log" | paste -sd,)" \
    "nvidia unloaded*,nvidia_modeset unloaded*,nvidia_uvm unloaded*,nvidia_drm \
unloaded*,bind 0 -> 1,*display-manager.service stopped -> active"
  # Nothing was there that would have to come back.
  fresh_display
  rm "$host"/active/*
  rm -r "$host/proc/100"
  before=$(snapshot)
  prepare $a
  libvirt_takes
  started $a
  libvirt_returns
  release $a
  frame_buffer
  is 'a manager that did not run is not started' \
    "$(diff <(echo "$before") <(snapshot))/$(notes)" /
}

test_display_held() {
  fresh_display 'required = display'
  touch "$host/wayland"
  prepare $a
  is 'a session that outlives its manager is ended' "$status/$err" 0/
  has '... by its number' "$(<"$host/calls")" '*terminate-session -- 2*'
  is '... and no other one' "$(grep -c terminate "$host/calls")" 1
  libvirt_takes
  libvirt_returns
  release $a
  fresh_display 'required = display'
  mkdir -p "$host/proc/200/fd"
  echo ollama >"$host/proc/200/comm"
  ln -s /dev/nvidia-uvm "$host/proc/200/fd/9"
  before=$(snapshot)
  prepare $a
  is 'what holds it for ever stops the start' "$status/$err" \
    '1/virt-tune: The display is still in use by ollama (200); end that first.'
  is '... with all as before' "$(diff <(echo "$before") <(snapshot))/$(notes)" /
  is '... and no module was touched' "$(grep -c modprobe "$host/calls")" 0
  release $a
  is '... also after the release' "$(diff <(echo "$before") <(snapshot))" ''
  conf $a 'display = 0000:01:00.0 0000:01:00.1'
  prepare $a
  is '... required or not' "$status/$(diff <(echo "$before") <(snapshot))" 1/
  has '... as the log tells' "$(log)" '*prepare: The display is still in use*'
}

test_display_module() {
  fresh_display
  touch "$host/$card/refused"
  before=$(snapshot)
  prepare $a
  frame_buffer
  mkdir -p "$host/proc/100"
  is 'a module that stays stops the start' "$status/$err" \
    '1/virt-tune: The module nvidia_drm cannot be unloaded; end what uses it.'
  is '... with all as before' "$(diff <(echo "$before") <(snapshot))/$(notes)" /
  fresh_display
  rm "$host"/$card/driver "$host"/sys/bus/pci/drivers/nvidia/*
  ln -s ../../drivers/amdgpu "$host/$card/driver"
  prepare $a
  is "modules of nvidia's are not touched for another card" \
    "$status/$(grep -c modprobe "$host/calls")" 0/0
}

test_display_escape() {
  fresh_display 'required = display'
  prepare $a
  has 'an escape is armed' "$(<"$host/calls")" \
    "*--on-active=300 $copy $a virt-tune-escape begin -*"
  # The start never ends, and systemd runs it.
  rm "$host/active/virt-tune-escape-$a.timer"
  env -i "${vars[@]}" "${run[@]}" "$copy" $a virt-tune-escape begin - </dev/null
  is 'it brings the display back' "$?" 0
  frame_buffer
  is '... all of it' "$(diff <(echo "$before") <(snapshot))" ''
  release $a
  is '... and a late release changes nothing' \
    "$status/$(diff <(echo "$before") <(snapshot))/$(notes)" 0//
  fresh_display 'required = display'
  rmdir "$host/run/systemd/system"
  mkdir -p "$host/proc/200/fd"
  echo Xorg >"$host/proc/200/comm"
  ln -s /dev/nvidia0 "$host/proc/200/fd/9"
  conf $a 'display = 0000:01:00.0 0000:01:00.1'
  before=$(snapshot)
  prepare $a
  mkdir -p "$host/proc/100"
  is 'without systemd a display in use stops the start' \
    "$status/$err/$(diff <(echo "$before") <(snapshot))" \
    $'1/virt-tune: The display is still in use by Xorg (200); end that first./'
}

# escape_runs: as the timer does it.
escape_runs() {
  rm "$host/active/virt-tune-escape-$a.timer"
  env -i "${vars[@]}" "${run[@]}" "$copy" $a virt-tune-escape begin - </dev/null
}

test_display_escape_late() {
  fresh_display
  prepare $a
  libvirt_takes
  mkdir -p "$host/proc/300"
  printf '%s\0' qemu-system-x86_64 -uuid $a -display none >"$host/proc/300/cmdline"
  escape_runs
  is 'a slow start is not taken for one that failed' \
    "$(ls "$host/active")/$(<"$host/sys/class/vtconsole/vtcon1/bind")" /0
  rm -r "$host/proc/300"
  started $a
  libvirt_returns
  release $a
  frame_buffer
  is '... and its release restores all' \
    "$(diff <(echo "$before") <(snapshot))/$(notes)" /
  # libvirt died when it had the card already.
  fresh_display
  prepare $a
  libvirt_takes
  echo vfio-pci >"$host/$card/driver_override"
  escape_runs
  ln -sfn ../../drivers/snd_hda_intel \
    "$host/sys/bus/pci/devices/0000:01:00.1/driver"
  frame_buffer
  is 'a card that stays with vfio-pci is taken back' \
    "$(diff <(echo "$before") <(snapshot))/$(notes)" /
  # It died between the override and the binding.
  fresh_display
  prepare $a
  rm "$host/$card/driver"
  echo vfio-pci >"$host/$card/driver_override"
  escape_runs
  frame_buffer
  is '... and one that is with no driver, but kept for it' \
    "$(diff <(echo "$before") <(snapshot))/$(notes)" /
  fresh_display
  prepare $a
  libvirt_takes
  ln -s ../../../../kernel/iommu_groups/14 "$host/$card/iommu_group"
  mkdir -p "$host/proc/300/fd"
  ln -s /dev/vfio/14 "$host/proc/300/fd/9"
  escape_runs
  has '... but not from one who has it open' "$(log)" \
    '*0000:01:00.0 stays with*(300)*0000:01:00.1 vfio-pci -> none*'
  fresh_display
  libvirt_takes
  before=$(snapshot)
  prepare $a
  release $a
  is 'a card that was with vfio-pci before stays there' \
    "$status/$(diff <(echo "$before") <(snapshot))/$(notes)" 0//
}

# A service that is required, but fails when the guest has the card already.
test_display_refused() {
  fresh_display 'frequency_cpus = 4-7' 'required = frequency'
  touch "$host/active/tuned.service"
  before=$(snapshot)
  prepare $a
  libvirt_takes
  started $a
  is 'a start that is refused late keeps the display with the guest' \
    "$status/$(ls "$host/active")/$(<"$host/sys/class/vtconsole/vtcon1/bind")" \
    1/tuned.service/0
  libvirt_returns
  release $a
  frame_buffer
  is '... until libvirt gave it back' \
    "$(diff <(echo "$before") <(snapshot))/$(notes)" /
}

# The display manager comes up when the guest starts.
test_display_activating() {
  local state
  for state in activating reloading 'inactive 4711'; do
    fresh_display
    echo "$state" >"$host/active/gdm.service"
    prepare $a
    is "a manager that is $state stops" "$status/$(ls "$host/active")" \
      "0/virt-tune-escape-$a.timer"
    release $a
    is '... and comes back' "$(ls "$host/active" | paste -sd' ')" \
      'gdm.service nvidia-persistenced.service'
  done
}

# Its manager takes longer to stop than anybody waits, and what makes it hang
# holds the display, too: it will have stopped after the start was refused.
test_display_stopping() {
  fresh_display
  mkdir -p "$host/proc/200/fd"
  echo hung >"$host/proc/200/comm"
  ln -s /dev/nvidia0 "$host/proc/200/fd/9"
  touch "$host/slow"
  prepare $a
  has 'a manager that is slow to stop stops the start' "$status/$err" \
    '1/virt-tune: The display is still in use by*hung (200)*'
  has '... and is started when its stop is still to come' \
    "$(grep -F display-manager "$host/calls" | tail -n 1)" \
    'start --no-block -- display-manager.service'
  is '... with nothing left' "$(notes)" ''
}

# The firmware's frame buffer has many names, and may be on another card.
test_display_firmware() {
  local name drivers=sys/bus/platform/drivers
  for name in simple vesa platform vga; do
    fresh_display
    rm -r "$host/$drivers/efi-framebuffer"
    mkdir -p "$host/$drivers/"{$name-framebuffer,serial8250}
    ln -s ../.. "$host/$drivers/$name-framebuffer/$name-framebuffer.0"
    ln -s ../.. "$host/$drivers/serial8250/serial8250.0"
    : >"$host/$drivers/$name-framebuffer/unbind"
    prepare $a
    is "the frame buffer $name goes, and nothing else" \
      "$status/$(cd "$host/$drivers" && find . -type l)" \
      0/./serial8250/serial8250.0
  done
  fresh_display
  set_file $card/boot_vga 0
  prepare $a
  is 'that of another card stays' "$status/$(cd "$host/$drivers" &&
    find . -type l)" 0/./efi-framebuffer/efi-framebuffer.0
}

# What else may need nvidia's module goes, too, and comes back.
test_display_modules() {
  fresh_display
  mkdir -p "$host/sys/module/nvidia_peermem"
  before=$(snapshot)
  prepare $a
  is 'a module that needs that of the card goes before it' \
    "$status/$(sed -n 's/modprobe -r //p' "$host/calls" | paste -sd' ')" \
    '0/nvidia_drm nvidia_uvm nvidia_peermem nvidia_modeset nvidia'
  libvirt_takes
  libvirt_returns
  release $a
  frame_buffer
  is '... and comes back with it' \
    "$(diff <(echo "$before") <(snapshot))/$(notes)" /
}

# Two cards of nvidia's: the modules stay for the other one.
test_display_two() {
  fresh_display
  mkdir -p "$host/sys/bus/pci/devices/0000:05:00.0"
  ln -s ../../devices/0000:05:00.0 "$host/sys/bus/pci/drivers/nvidia/0000:05:00.0"
  prepare $a
  is 'a second card of nvidia keeps its modules' \
    "$status/$(grep -c modprobe "$host/calls")" 0/0
}

# Two guests, each with a display of the host's: neither's end nor start gives
# back what the other one needs.
test_display_other() {
  local first second at=sys/bus/pci/devices/0000:06:00.0
  for first in $a $b; do
    [[ $first == "$a" ]] && second=$b || second=$a
    fresh_display
    mkdir -p "$host/$at"
    ln -s ../../drivers/amdgpu "$host/$at/driver"
    echo amdgpu >"$host/$at/native"
    set_file $at/driver_override ''
    conf $b 'display = 0000:06:00.0'
    before=$(snapshot)
    prepare $a
    libvirt_takes
    started $a
    : >"$host/log/virt-tune.log"
    prepare $b
    is 'a second display goes' "$status/$err/$(log | grep -v 'virt-tune-escape')" \
      0//
    # libvirt has it, and dies with the guest.
    ln -sfn ../../drivers/vfio-pci "$host/$at/driver"
    echo vfio-pci >"$host/$at/driver_override"
    started $b
    [[ $first == "$b" ]] || libvirt_returns
    release $first
    is '... and with one of them back, what both need is as it was' \
      "$status/$(ls "$host/active")/$(<"$host/sys/class/vtconsole/vtcon1/bind")/$(
        ls "$host/sys/module")" 0//0/
    [[ $first == "$a" ]] || is "... but the card is the host's" \
      "$(readlink "$host/$at/driver")/$(<"$host/$at/driver_override")" \
      ../../drivers/amdgpu/
    [[ $first == "$a" ]] || libvirt_returns
    release $second
    frame_buffer
    is '... and with the other, all is as before' \
      "$status/$(diff <(echo "$before") <(snapshot))/$(notes)" 0//
  done
}

# /run is full: nothing more can be noted.
test_display_full() {
  fresh_display
  prepare $a
  started $a
  sed -i 's/^put() {/& return 1;/' "$copy"
  release $a
  make_copy "$bin"
  frame_buffer
  is 'a release that can note nothing gives the display back' \
    "$status/$(diff <(echo "$before") <(snapshot))" 0/
  is '... and leaves no notes of it' "$(notes)" ''
}

# The notes can hold no answer of what may hang.
test_display_answer() {
  fresh_display
  printf '#!/bin/sh\nexit 1\n' >"$dir/ln"
  chmod +x "$dir/ln"
  mv "$bin/ln" "$dir/ln.real"
  mv "$dir/ln" "$bin/ln"
  prepare $a
  mv "$dir/ln.real" "$bin/ln"
  frame_buffer
  mkdir -p "$host/proc/100"
  is 'a start whose hook cannot be answered stops' "$status/$err" \
    '1/virt-tune: The module nvidia_drm cannot be unloaded; end what uses it.'
  is '... with all as before' "$(diff <(echo "$before") <(snapshot))" ''
}

# A module that hangs in the kernel, where nothing can end it.
test_display_hangs() {
  fresh_display
  touch "$host/$card/hangs"
  before=$(snapshot)
  local from=$SECONDS
  # As libvirt, which waits for the end of what the hook says.
  xml $a | env -i "${vars[@]}" "${run[@]}" "$copy" win10 prepare begin - 2>&1 \
    >/dev/null | cat >"$dir/err"
  status=${PIPESTATUS[1]} err=$(<"$dir/err")
  frame_buffer
  mkdir -p "$host/proc/100"
  has 'a module that hangs stops the start' "$status/$err" \
    '1/virt-tune: The module nvidia_drm cannot be unloaded*'
  has '... as the log tells' "$(log)" \
    '*display: no answer in 1 seconds: modprobe -r nvidia_drm*'
  is '... soon' "$((SECONDS - from < 30))" 1
  is '... while it hangs on, without our lock' "$(kill -0 "$(<"$host/hung")" &&
    flock -n "$host/run/virt-tune/lock" echo free)" free
  is '... with all as before' "$(diff <(echo "$before") <(snapshot))/$(notes)" /
  kill "$(<"$host/hung")"
}
