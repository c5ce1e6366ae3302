#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# devices.sh PROGRAM HOSTS - giving PCI devices to a domain and taking them back.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1") hosts=$(realpath "$2")
data=$(cd "$(dirname "$0")/../data" && pwd)
cd "$scratch" || exit 1
export TMPDIR=$scratch
cp "$data/demo/win10.xml" win10.xml

vt() { run "$program" --sysroot "$hosts/i7-12700k" --root "$scratch/root" "$@"; }
only() { # ARGUMENT...: the devices' change alone
  vt preview "$file" --layout keep --set hugepages=keep \
    --set hugepages.reserve=keep --set host.isolate=keep \
    --set clock.hypervclock=keep "$@"
}
hostdevs() { grep -c "<hostdev mode='subsystem' type='pci'" <<<"$out"; }

file=./win10.xml
only --take 01:00.0 --format xml
ok "a card goes back with all its functions" is "$(hostdevs)" 0
printf '%s\n' "$out" >without.xml
ok "that is valid" virt-xml-validate without.xml domain
file=without.xml
only --give 01:00.1 --format xml
ok "one function gives the whole card" is "$(hostdevs)" 2
printf '%s\n' "$out" >with.xml
ok "that is valid, too" virt-xml-validate with.xml domain
ok "libvirt binds it" has "$out" "managed='yes'"
ok "function 0 says that there are others" has "$out" \
  "function='0x0' multifunction='on'/>"
ok "the functions share a slot behind a port of their own" is "$(grep -c \
  "<address type='pci' domain='0x0000' bus='0x0[0-9a-f]' slot='0x00' function='0x1'/>" \
  with.xml)" 1
ok "the memory balloon is off" has "$out" "<memballoon model='none'/>"
file=with.xml
only --give 01:00.0
ok "given again: nothing to do" lacks "$out" "give 01"
only --take 01:00.0 --give 01:00.0
ok "taken and given: nothing to do" lacks "$out" "give 01"
only --give 00:14.3
ok "a part of the chipset goes alone" has "$out" "give 00:14.3 "
file=without.xml
only --give 00:14.0
ok "the group is told" has "$out" "ok"
only --give 00:01.0
ok "a bridge is refused" is "$status" 3
ok "a bridge: a sentence" sentence "$err"
only --give ff:1f.7
ok "no such device" is "$status" 2
ok "no such device: a sentence" sentence "$err"
vt plan without.xml --give 01:00.0 -o card.plan
ok "a plan has the device with its ids" grep -q "^pci.0000:01:00.0 = guest [0-9a-f]*:[0-9a-f]*$" card.plan
vt preview without.xml --plan card.plan
ok "and gives it" has "$out" "give 01:00.0 01:00.1"
sed -i 's/^\(pci.0000:01:00.0 = guest\) .*/\1 dead:beef/' card.plan
vt preview without.xml --plan card.plan
ok "another card at the address is refused" is "$status" 3
ok "and named" has "$err" "dead:beef"
run "$program" --sysroot "$hosts/i5-6500-noiommu" preview without.xml \
  --layout keep --give 01:00.0
ok "without an IOMMU nothing is given" is "$status" 3
ok "and the reason is said" has "$err" "IOMMU"
finish
