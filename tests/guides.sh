#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guides.sh PROGRAM HOSTS - domains as guides write them: reading one names every
# mistake in it, the proposal repairs what it can and touches nothing else.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1") hosts=$(realpath "$2")
host=$hosts/ryzen-1600af
guides=$(dirname "$(realpath "$0")")/guides
xml=$guides/single-gpu.xml
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
  "cache-passthrough disk-path disk-source emulator iothread-use l3 "
ok "whose disk it is" has "$out" "the host uses it: /srv/games (sda1)"
ok "what is no longer needed" has " $(said note)" " stale "

vt preview "$xml" --preset windows-gaming --layout 1 --json
ok "the proposal leaves what needs a decision" is "$(said fail)" "disk-values "
ok "of the threads nothing is wrong any more" is "$(said warn)" \
  "cache-passthrough disk-path disk-source l3 "
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

# guide HOST NAME: the next one, read as it is.
guide() {
  host=$hosts/$1 xml=$guides/$2.xml
  printf 'version = 1\ndomain = %s\n' \
    "$(sed -n 's/.*<name>\(.*\)<.name>/\1/p' "$xml")" >"$scratch/as-it-is.plan"
  vt preview "$xml" --plan "$scratch/as-it-is.plan" --json
}

# foreign: what is none of the plan's, as it stands in the proposed XML.
foreign() { xmllint --xpath '//hostdev | //metadata | //comment()' "$1"; }

# CPUs of P- and E-cores by their numbers, and all USB ports given away.
guide i7-12700k hybrid-pinning
ok "hybrid: nothing is refused" is "$(said fail)" ""
ok "hybrid: the I/O thread without a disk" is "$(said warn)" "iothread-use "
ok "hybrid: CPU 0, idle P-cores, the keyboard, what is not set" is \
  "$(said note)" "device-claims host-core idle-cpus unset "
ok "hybrid: which CPUs are idle" has "$out" "P-core CPUs 12-15 run no vCPU"
ok "hybrid: whose keyboard" has "$out" "00:14.0: It has the host's only keyboard"
vt preview "$xml" --preset windows-gaming --layout 1 --json
ok "hybrid: the proposal repairs all but what was given" is \
  "$(said fail)$(said warn)$(said note)" "device-claims idle-cpus "
vt preview "$xml" --preset windows-gaming --layout 1 --format xml
printf '%s\n' "$out" >"$scratch/proposed.xml"
ok "hybrid: it validates" virt-xml-validate "$scratch/proposed.xml" domain
ok "hybrid: the guest is off the core of CPU 0" lacks "$out" \
  "<vcpupin vcpu='0' cpuset='0'/>"
ok "hybrid: a disk uses the I/O thread" has "$out" "iothread='1'"
ok "hybrid: the caches are shown" has "$out" "<cache mode='passthrough'/>"
ok "hybrid: huge pages" has "$out" "<page size='2048' unit='KiB'/>"
ok "hybrid: hints for Windows" has "$out" "<relaxed state='on'/>"
ok "hybrid: the rest is as it was" is "$(foreign "$xml")" \
  "$(foreign "$scratch/proposed.xml")"

# Two L3 caches told as one, half cores for the emulator, the host's own disk.
guide ryzen-3900x two-l3
ok "two L3: the timer without its clock" is "$(said fail)" "needs "
ok "two L3: caches, I/O threads, the host's disk" is "$(said warn)" \
  "cache-passthrough device-claims iothread-use l3 "
ok "two L3: half cores, pages without a size, old tricks" is "$(said note)" \
  "emulator hugepages stale unset "
ok "two L3: whose disk" has "$out" "01:00.0: It holds / (nvme0n1p2)"
ok "two L3: which half" has "$out" "I/O thread 3 and the emulator have threads"
ok "two L3: the I/O APIC" has "$out" "as for QEMU 4.0"
ok "two L3: the hidden KVM" has "$out" "as for error 43"
more=(--set machine.ioapic=default --set hugepages=2M
  --set hugepages.reserve=on)
vt preview "$xml" --preset windows-gaming --layout 1 "${more[@]}" --json
ok "two L3: the proposal leaves what it cannot know" is \
  "$(said fail)$(said warn)" "device-claims "
ok "two L3: both caches are told as dies" is "$(said note)" "l3 "
vt preview "$xml" --preset windows-gaming --layout 1 "${more[@]}" --format xml
printf '%s\n' "$out" >"$scratch/proposed.xml"
ok "two L3: it validates" virt-xml-validate "$scratch/proposed.xml" domain
ok "two L3: dies" has "$out" 'cores="3" threads="2" dies="2"'
ok "two L3: stimer has its clock" has "$out" hypervclock
for gone in vendor_id ioapic 'reset state=.on' 'hidden state=.on'; do
  ok "two L3: no $gone" is "$(grep -c "<$gone" "$scratch/proposed.xml")" 0
done
ok "two L3: no I/O thread without work is left" lacks "$out" "iothread"
ok "two L3: the rest is as it was" is "$(foreign "$xml")" \
  "$(foreign "$scratch/proposed.xml")"
finish
