#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ask.sh PROGRAM HOSTS - "plan --ask": what is asked line by line gives the plan
# that the other commands give; wrong answers are asked again, missing ones
# write nothing.
# shellcheck disable=SC2016 # nothing is expanded
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1") hosts=$(realpath "$2")
export TMPDIR=$scratch
cd "$scratch" || exit 1
empty() { yes '' | head -80; }
talk() { # ANSWERS DOMAIN [ARGUMENT...]: "\n" are line ends; the plan in plan
  local answers=$1
  shift
  rm -f plan
  status=0
  { printf '%b' "$answers"; [ -n "${ends-}" ] || empty; } |
    "$program" --demo plan --ask -o plan "$@" >out 2>err || status=$?
  out=$(<out) err=$(<err)
}
same() { # ARGUMENT...: the plan is what "plan" gives without questions
  diff <("$program" --demo plan "$@" 2>/dev/null) plan | sed 's/^/#   /'
  cmp -s <("$program" --demo plan "$@" 2>/dev/null) plan
}

talk '' win10
ok "taking all that is proposed ends with 0" is "$status" 0
ok "and gives the proposal" same win10
ok "with the verdicts of the preview" has "$out" \
  "$("$program" --demo preview win10 | grep -A99 '^ok' | head -3)"
ok "and the changes as sentences" has "$out" "pin 12 vCPUs to CPUs 4-15"
talk '' win11-old
ok "a domain with pins stays as it is" has "$out" "win11-old: 0 changes"
talk '\n14\nA\n' win10
ok "another count" same win10 --vcpus 14
talk '\n\nX\n99\nB\n' win10
ok "a letter that is none is asked again" has "$out" "A letter of the list"
ok "the one that is one is taken" same win10 --layout 2
talk '\n0\nmany\n900\n12\n' win10
ok "a count that cannot be is asked again" same win10
talk '\n\n\n\n\nbanana\n?\noff\n' win10
ok "an option is explained" has "$out" "Cost: The guest's memory is gone"
ok "and switched off" same win10 --set hugepages=off
talk '06:00.0\nno\n\n' win10
claimed=$out
ok "what the host needs is named" has "$claimed" "Type yes"
ok "and stays without a yes" same win10
talk '06:00.0\nyes\n\n' win10
ok "with one it goes" same win10 --give 06:00.0 --despite-claims
talk 'ff:00.0\n`reboot`\n\n' win10
ok "addresses of nothing are told" has "$out" "There is no such PCI device"
talk 'boot 08:00.0=1\nrom 01:00.0=on\nboot 01:00.0=x\n08:00.0\nboot 08:00.0=1\nrom 01:00.0=off\n\n' win10
ok "a boot order and a ROM" same win10 --give 08:00.0 --boot 08:00.0=1 --rom 01:00.0=off
talk 'usb:046d:c077\n\n' win10
ok "a USB device" same win10 --give usb:046d:c077
ok "... which was listed" has "$out" \
  "usb:046d:c077 host: Logitech USB Optical Mouse"
talk 'usb:046d:c077\nusb:046d:c077\n\n' win10
ok "... and back again" same win10
talk 'usb:0781:5591\nusb:dead:beef\n\n' win10
ok "... several of them" has "$out" "There are several of them: usb:0781:5591@"
ok "... and none" has "$out" "There is no USB device dead:beef here."
ok "... give nothing" same win10
cp "$(dirname "$program")/share/virt-tune/demo/win10.xml" mine.xml
cp -r "$hosts/i7-12700k" no-iommu
chmod -R u+w no-iommu
rm -rf no-iommu/sys/kernel/iommu_groups
find no-iommu/sys -name iommu_group -delete
{ echo usb:046d:c077; empty; } | "$program" --sysroot no-iommu plan ./mine.xml \
  --ask -o usb.plan >out 2>err
ok "without an IOMMU that is said" has "$(<out)" "no PCI device can be given"
ok "... and a USB device can be" grep -q 046d:c077 usb.plan
# What a way back leads to is asked anew, with the plan as it was there.
talk '\n\n\n<\nB\n' win10
ok "back to the layout" same win10 --layout 2
talk '\n\n\n\n\noff\n<\n<\n<\n\n\n\n' win10
ok "an option that was answered is as it was" same win10
talk '06:00.0\nyes\n\nback\n<\n\n' win10
ok "a device, too" same win10
ok "... which is not asked for twice" is "$(grep -c 'Type yes' out)" 1
talk '06:00.0\n<\n\n' win10
ok "no yes, but back: it stays" same win10
talk '<\n<\n\n' win10
ok "there is nothing before the first question" \
  is "$(grep -c 'This is the first question' out)" 2
ok "and it is asked still" same win10
talk '\n900\n<\n\n14\n' win10
ok "back after a count that cannot be" same win10 --vcpus 14

# The kind of guest, presets, and single disks.
talk '\n\n\nOS/2\nlinux\n' win10
ok "a kind of guest that is none is asked again" has "$out" \
  "Windows, Linux or other."
ok "another kind: what is proposed for it" same win10 --guest linux
talk '\n\n\nlinux\n<\n\n' win10
ok "and back" same win10
for preset in windows-gaming linux lowest-latency gentle; do
  talk "\n\n\n\nnone such\n$preset\n" win10
  ok "preset $preset" same win10 --preset "$preset"
  ok "one that is none is asked again" has "$out" "A name of the list, or none."
done
ok "what it changes is said" has "$out" "reserve at start: on -> off"
talk '\n\n\n\nlowest-latency\n' win10
ok "and what cannot be had" has "$out" "real-time vCPUs: "
talk '' win10
count=$(grep -o '\]: ' out | wc -l) # questions, of which disks are the last
to_disks=$(yes '\n' | head -$((count - 1)) | tr -d '\n')
talk "${to_disks}vda.io=fast\nvdb.io=native\nvda.io=native\n" win10
ok "single disks: what cannot be is told" has "$out" \
  "The domain has no such disk on a file or a device."
ok "... and its values" has "$out" "this option takes keep, off, on, native"
ok "what can is in the plan" same win10 --set disk.vda.io=native
ok "and shown with what came with it" has "$out" "cache=none io=native"
talk "${to_disks}vda.io=native\nvda.discard=ignore\n<\n" win10
ok "a disk's answers go back one by one" same win10 --set disk.vda.io=native
talk "${to_disks}?\n" win10
ok "its options are explained" has "$out" "Whether the host caches"
printf '%b' "$to_disks\\n<\\nvda.discard=ignore\\n\\nmine.plan\\n" |
  "$program" --demo plan --ask win10 >out 2>err
mv mine.plan plan
ok "back from the plan's file" same win10 --set disk.vda.discard=ignore

printf 'mine\n' >other.plan
cp plan former.plan
printf '%b' "$to_disks\n"'other.plan\nyes\nformer.plan\nno\nformer.plan\nyes\n' |
  "$program" --demo plan --ask win10 >out 2>err
ok "a file that is there is replaced only by a yes" is \
  "$(grep -o 'It is there. Replace it' out | wc -l)" 3
ok "... and one that is no plan not at all" is "$(<other.plan)" mine
cp former.plan plan
ok "... then it is" same win10
ok "what the host needs is marked" has "$(<out)" "; the host needs it"

ends=1
for answers in '' '\n' '\n12\n' '\n\nA\n' '\n\nA\n\n\n' '06:00.0\n'; do
  talk "$answers" win10
  ok "answers that end: code 1" is "$status" 1
  ok "and one sentence" sentence "$err"
  ok "and no file" test ! -e plan
done
echo "not a plan" >mine
yes '' | head -80 | "$program" --demo plan --ask -o mine win10 >out 2>err
ok "a file that is no plan is left alone" is "$(<mine)" "not a plan"
run "$program" --demo preview --ask win10
ok "--ask is for plan" is "$status" 2
finish
