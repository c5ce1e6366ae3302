#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# hooklint.sh PROGRAM HOSTS - the hooks of widely read guides on a made-up host:
# every fault that they are known for is named with its lines, in text and JSON,
# nothing is run, and hooks without faults are left alone.
# shellcheck disable=SC2016 # what is in quotes is for hooks, or for eval
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$1 hosts=$2
data=$(cd "$(dirname "$0")/../data" && pwd)
rival=$(cd "$(dirname "$0")/rival" && pwd)
root=$scratch/host
hooks=$root/etc/libvirt/hooks

fresh() {
  rm -rf "$root"
  cp -a "$hosts/i7-12700k" "$root"
  rm -rf "$hooks"
  mkdir -p "$hooks/qemu.d/win10/"{prepare/begin,release/end}
}

planned() { # OPTION...: what a preview says of other hooks
  "$program" --sysroot "$root" preview "$@" "$data/demo/win10.xml" |
    grep 'other hook file'
}

tree() { # NAME...: a hook of each, where its guide puts it
  local name
  install -m 755 "$rival/qemu" "$hooks/qemu"
  install -m 644 "$rival/kvm.conf" "$hooks/kvm.conf"
  for name in "$@"; do
    case $name in
      revert | dealloc | ondemand | unbind) place=release/end ;;
      *) place=prepare/begin ;;
    esac
    install -m 755 "$rival/$name.sh" "$hooks/qemu.d/win10/$place/$name.sh"
  done
}

host() { "$program" --sysroot "$root" show host "$@"; }
# FILE: its faults, "LINES WORDS..." with the first words of each
faults() {
  host --json | python3 -c '
import json, sys
for finding in json.load(sys.stdin)["findings"]:
    if finding["id"] in ("hook-files", "hook-scripts"):
        lines = finding["recipe"] or finding["detail"] + "\n"
        for line in lines.splitlines():
            if line and line[0] != " ":
                print(line)' | sed -n "s|^$1:||p" | cut -c -48
}
# FILE TEXT...: just these faults
finds() {
  local file=$1
  shift
  is "$(faults "$file" | sort)" "$(printf '%s\n' "$@" | sort)"
}

command -v python3 >/dev/null || plan_skip "python3 is not installed"

fresh
rmdir "$hooks/qemu.d/win10/"*/* "$hooks/qemu.d/win10/"* "$hooks/qemu.d/win10"
install -m 755 "$rival/isolate" "$hooks/qemu"
ok "a hook that isolates: for every guest, fixed lists" finds qemu \
  "6: acts for every guest, never looking which one" \
  "6, 7, 8: sets AllowedCPUs=16-19, whatever it was" \
  "10, 11, 12: sets AllowedCPUs=0-19, whatever it w"
sed -i 's/0-19/0-23/' "$hooks/qemu"
ok "... made for another machine" finds qemu \
  "6: acts for every guest, never looking which one" \
  "6, 7, 8: sets AllowedCPUs=16-19, whatever it was" \
  "10, 11, 12: names CPUs 20-23, which this host ha"
ok "... and a plan with a hook says so" is "$(planned --set host.sleep=on)" \
  "warn    1 other hook file is there, known faults: 3"
ok "... one without says nothing" is "$(planned --layout keep \
  --set host.sleep=off --set hugepages.reserve=off --set host.devices=off)" ""
rm "$hooks/qemu"
ok "... nor without other hooks" is "$(planned --set host.sleep=on)" ""

fresh
tree start revert alloc dealloc performance ondemand bind unbind
mkdir -p "$root/sys/bus/platform/drivers/simple-framebuffer" \
  "$root/etc/systemd/system"
ln -s /lib/systemd/system/sddm.service \
  "$root/etc/systemd/system/display-manager.service"
at=qemu.d/win10
ok "the dispatcher: eval" finds qemu \
  "10, 14: runs what a guest is called as a command"
ok "their addresses are another machine's" finds kvm.conf \
  "2: names the PCI device 0000:0a:00.0, which this" \
  "3: names the PCI device 0000:0a:00.1, which this" \
  "4: names the PCI device 0000:04:00.0, which this"
ok "the start of one GPU" finds $at/prepare/begin/start.sh \
  "5: names a display manager, but this host's is s" \
  "10: unbinds the frame buffer efi-framebuffer.0, " \
  "13: waits a fixed time" \
  "15, 16, 17: unloads a module, which fails if it " \
  "19, 20: moves a device with virsh, which libvirt"
ok "its way back" finds $at/release/end/revert.sh \
  "5, 6, 7: unloads vfio, which other guests may us" \
  "9, 10: moves a device with virsh, which libvirt " \
  "15: binds the firmware's frame buffer again, whi" \
  "21: names a display manager, but this host's is "
ok "huge pages: unset, absolute, none left" finds $at/prepare/begin/alloc.sh \
  "5: uses \$MEMORY, which nothing here sets" \
  "8, 15: sets the number of huge pages whatever ot" \
  "23: takes all huge pages, also those of other gu"
ok "... and back" finds $at/release/end/dealloc.sh \
  "4: takes all huge pages, also those of other gue"
ok "the governor that is not there" finds $at/release/end/ondemand.sh \
  "5: sets the governor ondemand, which this host h"
ok "... and the one that is" finds $at/prepare/begin/performance.sh ""
ok "devices by virsh" finds $at/prepare/begin/bind.sh \
  "8, 9, 11: moves a device with virsh, which libvi"
echo 'MEMORY=16384' >>"$hooks/kvm.conf"
ok "what is set is set" lacks "$(faults $at/prepare/begin/alloc.sh)" MEMORY

before=$(cd "$hooks" && find . -type f -exec sha256sum {} + | sort)
run host
ok "text has file, line and cure" eval 'has "$out" \
  "$at/prepare/begin/start.sh:13: waits a fixed time" &&
  has "$out" "wait for what is meant, with a bound"'
chmod 644 "$hooks/$at/prepare/begin/start.sh"
printf '#!/bin/bash\r\ntouch %s/ran\r\n' "$scratch" \
  >"$hooks/$at/release/end/crlf.sh"
chmod 755 "$hooks/$at/release/end/crlf.sh"
printf '#!/bin/sh\ntouch "%s/ran"\n' "$scratch" >"$hooks/$at/go.sh"
ok "one that is not executable" finds $at/prepare/begin/start.sh \
  " not executable" "5: names a display manager, but this host's is s" \
  "10: unbinds the frame buffer efi-framebuffer.0, " \
  "13: waits a fixed time" \
  "15, 16, 17: unloads a module, which fails if it " \
  "19, 20: moves a device with virsh, which libvirt"
ok "one with lines of Windows" finds $at/release/end/crlf.sh \
  "1: ends of line of Windows"
ok "one where nobody looks" finds $at/go.sh \
  " in a directory where nobody looks for it"
rm "$hooks/qemu"
ok "a tree that nobody runs" finds $at " a directory"
ok "none was run" test ! -e "$scratch/ran"
rm "$hooks/$at/go.sh" "$hooks/$at/release/end/crlf.sh"
chmod 755 "$hooks/$at/prepare/begin/start.sh"
install -m 755 "$rival/qemu" "$hooks/qemu"
ok "none was changed" is \
  "$(cd "$hooks" && find . -type f -exec sha256sum {} + | sort)" "$before"

# What a file that is absent would set is told once.
rm "$hooks/kvm.conf"
ok "a file that is read and absent, and no variable of it" finds \
  $at/prepare/begin/bind.sh \
  "2: reads /etc/libvirt/hooks/kvm.conf, which is n" \
  "8, 9, 11: moves a device with virsh, which libvi"
printf '\nif true; then\n' >>"$hooks/$at/prepare/begin/bind.sh"
ok "an if without its fi" finds $at/prepare/begin/bind.sh \
  "13: has if, which is never closed" \
  "2: reads /etc/libvirt/hooks/kvm.conf, which is n" \
  "8, 9, 11: moves a device with virsh, which libvi"

# Names and texts steer no terminal.
fresh
printf '#!/bin/sh\n[ "$1" = a ] && sleep 9\necho 0 >/sys/class/vtconsole/\e[2J/bind\n' \
  >"$hooks/qemu.d/"$'\e[31mx'
chmod 755 "$hooks/qemu.d/"$'\e[31mx'
run host
ok "escapes of names and texts are harmless" lacks "$out" $'\e'
ok "... and the fault is told" has "$out" "qemu.d/?[31mx:2: waits a fixed time"

fresh
install -m 755 "$(dirname "$0")/../data/50-virt-tune" "$hooks/qemu.d/60-ours"
ok "virt-tune's own hook by another name has no fault" finds qemu.d/60-ours ""
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
  chmod 755 "$scratch" "$root"
  rm "$hooks/qemu.d/60-ours"
  printf '#!/bin/sh\n' >"$hooks/qemu"
  chmod 700 "$hooks/qemu"
  install -m 755 "$program" "$scratch/virt-tune" # for who may not read ours
  run setpriv --reuid 65534 --regid 65534 --clear-groups \
    env ASAN_OPTIONS=detect_leaks=0 "$scratch/virt-tune" --sysroot "$root" show host
  ok "what may not be read is unknown" has "$out" \
    "unknown Hook scripts: could not look (/etc/libvirt/hooks/qemu is not readable)"
fi
finish
