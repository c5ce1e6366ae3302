# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2012,SC2016,SC2034,SC2086,SC2154
# The host keeps off the guest's CPUs.

test_isolate() {
  fresh
  conf $a 'guest_cpus = 4-7,12'
  prepare $a
  is 'prepare does not isolate' "$status/$(cpus)" 0///
  started $a
  is 'started isolates' "$status/$err/$(cpus)" \
    '0//0-3 8-11 13-15/0-3 8-11 13-15/0-3 8-11 13-15'
  has 'before and after are in the log' "$(log)" \
    $'*isolate: init.scope none -> 0-3,8-11,13-15\n*user.slice none -> 0-3,8-11,13-15*'
  is 'its notes are nobody else'"'"'s to read' \
    "$(stat -c %a "$host/run/virt-tune")" 700
  : >"$host/calls"
  hook $a reconnect begin
  is 'reconnect with notes changes nothing' "$status/$(grep -v '^show ' "$host/calls")" 0/
  rm -rf "$host"/run/{virt-tune,systemd/{system.control,transient}}
  echo | tee "$host"/units/* >"$host/calls"
  hook $a reconnect begin
  is 'reconnect without notes isolates again' "$status/$(cpus)" \
    '0/0-3 8-11 13-15/0-3 8-11 13-15/0-3 8-11 13-15'
  release $a
  is 'release gives the kernel every CPU' "$status/$(kernel_cpus)" \
    0/0-15/0-15/0-15
  is '... and systemd no list, as before' "$(cpus)" //
  is 'and leaves no drop-in and no notes' \
    "$(find "$host"/run/systemd/{system.control,transient} -type f)$(notes)" ''
  : >"$host/calls"
  release $a
  is 'a second release does nothing' "$status/$(<"$host/calls")" 0/
}

test_isolate_own() {
  fresh
  local dropins=$host/run/systemd/system.control
  echo '0-5 9' >"$host/units/system.slice"
  echo 6-7 >"$host/units/init.scope"
  mkdir -p "$dropins/system.slice.d"
  echo mine >"$dropins/system.slice.d/50-AllowedCPUs.conf"
  conf $a 'guest_cpus = 4-7'
  started $a
  is 'a unit gets no CPU that it did not have, and never none' "$(cpus)" \
    '0-3 9/0-3 8-15/6-7'
  release $a
  is "the administrator's lists come back" "$(cpus)/$(<"$host/kernel/user.slice")" \
    '0-5 9//6-7/0-15'
  is '... and only their drop-in stays' \
    "$(cd "$host/run/systemd" && find . -type f)" \
    ./system.control/system.slice.d/50-AllowedCPUs.conf
  # A host with an offline CPU that may come later.
  fresh
  echo 0-6 >"$host/sys/devices/system/cpu/online"
  echo 0-7 >"$host/sys/devices/system/cpu/possible"
  conf $a 'guest_cpus = 5-7'
  started $a
  is 'the host gets online CPUs only' "$(cpus)" 0-4/0-4/0-4
  release $a
  is 'but at the end every possible one' "$(kernel_cpus)" 0-7/0-7/0-7
}

# Guests of a <partition> have a slice of their own.
test_isolate_partition() {
  local cgroup=$host/sys/fs/cgroup n
  fresh
  mkdir -p "$cgroup/production.slice/machine-qemu\\x2d7\\x2dx.scope/libvirt" \
    "$cgroup"/customer.slice/customer-{a.slice,b.slice/machine-qemu-8-y.scope} \
    "$cgroup/other.slice/other-a.slice/machine.scope"
  for n in production customer other; do echo >"$host/units/$n.slice"; done
  conf $a 'guest_cpus = 4-7'
  started $a
  is 'slices of guests stay as they are' \
    "$status/$(cd "$host/units" && cat {production,customer,other,user}.slice |
      paste -sd/)" '0///0-3 8-15/0-3 8-15'
  release $a
  is '... and all is as before' "$(cat "$host"/units/*.slice | paste -sd/)" ////
}

test_isolate_skipped() {
  fresh
  conf $a 'guest_cpus = 0-15'
  started $a
  is 'no isolation that leaves the host no CPU' "$status/$(cpus)/$(notes)" 0////
  has '... which the log says' "$(log)" '*isolate: skipped*leave none*'
  conf $a 'guest_cpus = 0-7'
  conf $b 'guest_cpus = 8-15'
  started $a
  started $b
  is '... nor one of two guests together' "$status/$(cpus)" 0/8-15/8-15/8-15
  release $a
  release $b
  is '... and all is undone' "$(kernel_cpus)/$(cpus)/$(notes)" 0-15/0-15/0-15////
  fresh
  rmdir "$host/run/systemd/system"
  conf $a 'guest_cpus = 4-7'
  started $a
  is 'no systemd, no isolation' "$status/$err/$(<"$host/calls")" 0//
  is '... and one line in the log' "$(log | grep -c 'systemd does not run')" 1
  release $a
  is '... and nothing to release' "$status/$(log | wc -l)" 0/1
  fresh
  echo 'cpu memory' >"$host/sys/fs/cgroup/cgroup.controllers"
  conf $a 'guest_cpus = 4-7'
  started $a
  is 'no cpuset, no isolation' "$status/$(cpus)/$(log | grep -c cpuset)" 0////1
  rm "$host/sys/fs/cgroup/cgroup.controllers"
  started $a
  is 'no cgroup v2, no isolation' "$status/$(cpus)/$(log | grep -c cpuset)" \
    0////2
  fresh
  conf $a 'guest_cpus = 4-7'
  touch "$host/broken"
  started $a
  is 'a systemctl that fails does not fail the guest' "$status/$err" 0/
  has '... and its words are in the log' "$(log)" '*Failed to connect to bus*'
  conf $b 'guest_cpus = 4-7' 'required = isolate'
  started $b
  has '... unless it is required' "$status/$err" '1/*not all of the host*'
  rm "$host/broken"
  release $a
  is '... and there is nothing to restore' "$status/$(cpus)" 0///
  touch "$host/term"
  started $a
  is 'a hook that is ended does not fail the guest' "$status" 0
  is '... nor does it leave half' "$(cpus)" '0-3 8-15/0-3 8-15/0-3 8-15'
  release $a
  rm "$host/term"
  is '... nor of what it restores' \
    "$status/$(kernel_cpus)/$(cpus)/$(notes)" 0/0-15/0-15/0-15////
  touch "$host/broken"
  started $a
  rm "$host/broken"
  is 'what could not be done' "$status/$(cpus)" 0///
  hook $a reconnect begin
  is '... a reconnect does' "$status/$(cpus)" \
    '0/0-3 8-15/0-3 8-15/0-3 8-15'
  release $a
  is '... and its release restores' \
    "$status/$(kernel_cpus)/$(cpus)/$(notes)" 0/0-15/0-15/0-15////
  fresh
  conf $a 'guest_cpus = 4-7'
  started $a
  touch "$host/broken"
  release $a
  rm "$host/broken"
  is 'what could not be restored' "$status/$(cpus)" \
    '0/0-3 8-15/0-3 8-15/0-3 8-15'
  started $a
  release $a
  is '... is restored with the next guest' "$(kernel_cpus)/$(cpus)/$(notes)" \
    0-15/0-15/0-15////
}

# What cannot be had for the guest that stays holds nothing of the one that goes.
test_isolate_stays() {
  local n
  for n in note offline; do
    fresh
    add_interrupts
    conf $a 'guest_cpus = 4-7' 'interrupt_cpus = 4-7'
    conf $b 'guest_cpus = 8-11' 'interrupt_cpus = 8-11'
    started $a
    started $b
    case $n in
      note) echo 7-4 | tee "$host"/run/virt-tune/{isolate,interrupts}/$b ;;
      offline) echo 8-11 | tee "$host/sys/devices/system/cpu/online" ;;
    esac >/dev/null
    release $a
    is "a release while another guest's CPUs cannot be ($n)" \
      "$status/$(kernel_cpus)/$(cpus)/$(masks)/$(irqs)" \
      '0/0-15/0-15/0-15////ffff 00f0 ffff/0-15 2,5 5-6 6 0-3 0-15'
    has '... as the log tells' "$(log)" '*isolate: put back for all guests: *'
    release $b
    is '... and that one gone' "$status/$(notes)" 0/
  done
}
