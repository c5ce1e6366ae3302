#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guides.sh PROGRAM HOSTS - a domain as guides write it: reading it names every
# mistake in it, the proposal repairs what it can and touches nothing else.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1") host=$(realpath "$2")/ryzen-1600af
xml=$(dirname "$(realpath "$0")")/guides/single-gpu.xml
vt() { run "$program" --sysroot "$host" --root "$scratch/w" "$@"; }

# said VERDICT: the rules with this verdict in the last output, in one line.
said() {
  tr -d ' \n' <<<"$out" | grep -o "\"id\":\"[a-z0-9-]*\",\"verdict\":\"$1\"" |
    cut -d'"' -f4 | sort -u | tr '\n' ' '
}

printf 'version = 1\ndomain = guide\n' >"$scratch/as-it-is.plan"
vt preview "$xml" --plan "$scratch/as-it-is.plan" --json
ok "what libvirt or QEMU refuses" is \
  "$(said fail)" "disk-values hyperv-values needs "
ok "what costs" is "$(said warn)" \
  "cache-passthrough disk-path emulator iothread-use l3 "
ok "what is no longer needed" has " $(said note)" " stale "

vt preview "$xml" --preset windows-gaming --layout 1 --json
ok "the proposal leaves what needs a decision" is "$(said fail)" "disk-values "
ok "of the threads nothing is wrong any more" is "$(said warn)" \
  "cache-passthrough disk-path l3 "
vt preview "$xml" --preset windows-gaming --layout 1 --format xml
printf '%s\n' "$out" >"$scratch/proposed.xml"
ok "the long vendor is gone" lacks "$out" whatever_value
ok "stimer has its clock" has "$out" hypervclock
ok "a disk uses an I/O thread" has "$out" "iothread='1'"
ok "comments stay" has "$out" "its mistakes and all"
ok "the disk's source stays" has "$out" "<source dev='/dev/sda'/>"

# One line by hand, as the rule says, and it can be defined.
sed -i "/type='drive'/d" "$scratch/proposed.xml"
ok "it validates" virt-xml-validate "$scratch/proposed.xml" domain
printf 'version = 1\ndomain = guide\n' >"$scratch/as-it-is.plan"
vt preview "$scratch/proposed.xml" --plan "$scratch/as-it-is.plan" --json
ok "nothing is refused then" is "$(said fail)" ""
finish
