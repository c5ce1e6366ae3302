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

host=$hosts/i7-12700k
vt() { run "$program" --sysroot "$host" --root "$scratch/root" "$@"; }
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
only --take 01:00.0 --take 01:00.1 --format xml
ok "what went along may be named, too" is "$status" 0
only --take 01:00.0 --give 01:00.0
ok "taken and given: nothing to do" lacks "$out" "give 01"
only --give 00:14.3
ok "a part of the chipset goes alone" has "$out" "give 00:14.3 "
file=without.xml
only --give 00:14.0
ok "what the host needs is refused" is "$status" 3
ok "with the reason" has "$err" "only keyboard"
only --give 00:14.0 --despite-claims
ok "and given when it is asked for twice" has "$out" "give 00:14.0"
ok "with a warning" has "$out" "warn    00:14.0: It has the host's only keyboard"

# What goes along counts as well, and consent is not in a plan file.
host_with() { # NAME LINE...: a host of the demo's recipe and these lines
  local name=$1
  shift
  { cat "$data/demo/i7-12700k.recipe"; printf '%s\n' "$@"; } >"$name.recipe"
  sh "$data/mkhost" "$name.recipe" "$name"
}
on_host() { # NAME ARGUMENT...
  run "$program" --sysroot "$1" --root "$scratch/root" "${@:2}"
}
route='Iface Destination Gateway Flags RefCnt Use Metric Mask
enp6s0 00000000 0101A8C0 0003 0 0 100 00000000 0 0 0'
host_with sibling 'pci 06:00.1 020000 8086:15f3 1043:8694 03 20 - 00:1c.2'
mkdir -p sibling/proc/net
printf '%s\n' "$route" >sibling/proc/net/route
on_host sibling preview ./without.xml --layout keep --give 06:00.0
ok "the default route's card is refused" is "$status" 3
on_host sibling preview ./without.xml --layout keep --give 06:00.1
ok "so is a function that takes it along" is "$status" 3
ok "and the reason names the one that is needed" has "$err" "06:00.0: It carries"
on_host sibling plan ./without.xml --layout keep --give 06:00.1 \
  --despite-claims -o claimed.plan
ok "asked for twice it is planned" is "$status" 0
on_host sibling preview ./without.xml --plan claimed.plan
ok "a plan file alone does not give it" is "$status" 3
on_host sibling preview ./without.xml --plan claimed.plan --despite-claims
ok "but again if it is asked for" is "$status" 0
on_host "$hosts/i7-12700k" preview ./without.xml --layout keep --give 02:00.0 \
  --despite-claims --format xml
printf '%s\n' "$out" >root-disk.xml
on_host "$hosts/i7-12700k" preview ./root-disk.xml --layout keep
ok "a domain that has the host's disk is warned of" has "$out" \
  "warn    02:00.0: It holds /"
cp -r "$hosts/i7-12700k" blind
rm blind/proc/self/mountinfo blind/proc/swaps
on_host blind preview ./without.xml --layout keep --give 02:00.0
ok "where nobody could look is said" has "$out" "unknown 02:00.0: "
rm blind/sys/bus/pci/devices/0000:01:00.1/class
on_host blind preview ./without.xml --layout keep --give 01:00.0
ok "a member that cannot be read is not passed over" has "$out" \
  "unknown whether the groups are whole"
host_with isa
rm -f isa/sys/bus/pci/devices/0000:00:1f.0/driver
ln -s ../../../bus/pci/drivers/lpc_ich \
  isa/sys/bus/pci/devices/0000:00:1f.0/driver
on_host isa preview ./without.xml --layout keep --give 00:1f.3
ok "a bridge with a driver of its own blocks its group" has "$out" \
  "fail    00:1f.0 shares group 17"
cat >bare.xml <<END
<domain type='kvm'>
  <name>bare</name>
  <memory>1048576</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices>
    <disk type='file'><source file='/x'/><target dev='vda' bus='virtio'/>
      <address type='pci' bus='0x01' slot='0x00' function='0x0'/></disk>
  </devices>
</domain>
END
file=./bare.xml
only --give 01:00.0 --format xml
ok "a bus that is taken without a controller is left alone" has "$out" \
  "<controller type='pci' index='2' model='pcie-root-port'/>"
file=without.xml
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

# USB devices: by name, by port where two are alike, never the only keyboard.
file=without.xml
only --give usb:045e:0b12 --format xml
ok "a USB device goes by its vendor and product" has "$out" \
  "<source startupPolicy='optional'>"
ok "and by nothing else" lacks "$out" "<address bus="
printf '%s\n' "$out" >usb.xml
ok "that is valid" virt-xml-validate usb.xml domain
only --give usb:0781:5591
ok "one of two that are alike has to be named" is "$status" 2
ok "by its port" has "$err" "usb:0781:5591@1-6.1 or usb:0781:5591@1-6.2"
only --give usb:0781:5591@1-6.2 --format xml
ok "then the domain names its address, too" has "$out" \
  "<address bus='1' device='8'/>"
printf '%s\n' "$out" >twin.xml
ok "that is valid, too" virt-xml-validate twin.xml domain
only --give usb:046d:c31c
ok "the only keyboard is refused" is "$status" 3
ok "with the reason why" has "$err" "only keyboard"
only --give usb:046d:c31c --despite-claims
ok "and given when it is asked for twice, with a warning" has "$out" \
  "warn    USB 046d:c31c: It is the host's only keyboard"
vt plan "$file" --layout keep --give usb:046d:c31c --despite-claims \
  -o keyboard.plan
vt preview "$file" --plan keyboard.plan
ok "a plan file alone does not give it" is "$status" 3
ok "... and says what" has "$err" "USB 046d:c31c: It is the host's only keyboard"
only --give usb:dead:beef
ok "no such USB device" is "$status" 2
only --give usb:
ok "no name of one" is "$status" 2
file=usb.xml
only --take usb:045e:0b12 --format xml
ok "and it goes back" lacks "$out" "type='usb' managed"
sed 's/0x0b12/0x0b13/' usb.xml >absent.xml
file=absent.xml
only
ok "an optional one that is not there is a note" has "$out" \
  "note    USB 045e:0b13 is not plugged in"
only --take usb:045e:0b13 --format xml
ok "it can be taken back" lacks "$out" "type='usb' managed"
vt plan without.xml --give usb:0781:5591@1-6.1 --layout keep -o usb.plan
ok "the plan file has it" grep -q "^usb.0781:5591@1-6.1 = guest$" usb.plan
vt preview without.xml --plan usb.plan
ok "and gives it from there" has "$out" "give USB 0781:5591@1-6.1"

# Boot order and ROM.
file=./win10.xml
only --give 08:00.0 --boot 08:00.0=1 --format xml
ok "a disk is booted from first" is "$(grep -c "<boot order='1'/>" <<<"$out")" 1
ok "<os><boot> becomes a place of the disk it meant" is \
  "$(grep -c "<boot order='2'/>" <<<"$out")$(grep -c "<boot dev=" <<<"$out")" 10
printf '%s\n' "$out" >boot.xml
ok "that is valid, too" virt-xml-validate boot.xml domain
file=boot.xml
only --boot 08:00.0=2 --format xml
ok "another place: the others make room" is \
  "$(grep -o "<boot order='.'/>" <<<"$out" | tr -d '\n')" \
  "<boot order='3'/><boot order='2'/>"
only --boot 08:00.0=off --format xml
ok "no place: the others stay" is "$(grep -o "<boot order='.'/>" <<<"$out")" \
  "<boot order='2'/>"
only --boot 01:00.0=1
ok "no guest boots from a graphics card" is "$status" 3
only --boot 02:00.0=1
ok "nor from what the host keeps" is "$status" 3
only --boot 08:00.0=0
ok "there is no place 0" is "$status" 2
cp -a "$hosts/i7-12700k" romhost # files are looked for beneath the sysroot
mkdir -p romhost/usr/share/vgabios romhost/root/closed
host=$scratch/romhost
printf 'x\x55\xaa' >romhost/usr/share/vgabios/header.rom
printf 'nothing' >romhost/usr/share/vgabios/none.rom
{ printf '\x55\xaa'; head -c 22 /dev/zero; printf '\x1c\0\0\0PCIR\xde\x10\x04\x22'
} >romhost/usr/share/vgabios/card.rom
sed 's/\xde\x10/\x02\x10/' romhost/usr/share/vgabios/card.rom \
  >romhost/usr/share/vgabios/amd.rom
cp romhost/usr/share/vgabios/card.rom romhost/root/closed
chmod 700 romhost/root/closed
file=./win10.xml
only --rom 01:00.0=/usr/share/vgabios/card.rom --format xml
ok "a ROM file" has "$out" "<rom file='/usr/share/vgabios/card.rom'/>"
printf '%s\n' "$out" >rom.xml
ok "that is valid, too" virt-xml-validate rom.xml domain
only --rom 01:00.0=/usr/share/vgabios/card.rom
ok "nothing is wrong with it" lacks "$out" "ROM file"
only --rom 01:00.0=/usr/share/vgabios/header.rom
ok "something before 55 aa is said" has "$out" "cut off what stands before"
only --rom 01:00.0=/usr/share/vgabios/none.rom
ok "what is no ROM fails" has "$out" "fail    the ROM file"
only --rom 01:00.0=/usr/share/vgabios/amd.rom
ok "another maker's is said" has "$out" "vendor 1002"
only --rom 01:00.0=/root/closed/card.rom
ok "a directory that QEMU cannot pass is said" has "$out" "cannot pass /root"
only --rom 01:00.0=/nowhere
ok "a file that is not there fails" has "$out" "There is no such file"
only --rom 01:00.0=nowhere
ok "a path is absolute" is "$status" 2
only --rom 01:00.0=off --format xml
ok "no ROM at all" has "$out" "<rom bar='off'/>"
file=rom.xml
only --rom 01:00.0=default --format xml
ok "and back to the card's own" lacks "$out" "<rom "
vt plan win10.xml --rom 01:00.0=off --give 08:00.0 --boot 08:00.0=1 -o rom.plan
ok "the plan file has both" is "$(grep -cE "^(rom.0000:01:00.0 = off|boot.0000:08:00.0 = 1)$" rom.plan)" 2
vt preview win10.xml --plan rom.plan --format xml
ok "and gives both" is "$(grep -cE "<rom bar='off'/>|<boot order='1'/>" <<<"$out")" 2

# Enough locked memory, and the last display.
sed 's|<vcpu |<memtune><hard_limit unit="GiB">8</hard_limit></memtune>\n&|' \
  win10.xml >limit.xml
file=limit.xml
only
ok "a limit below the guest's memory fails" has "$out" \
  "fail    <hard_limit> lets 8192 MiB be locked, 17408 are needed"
sed -i 's/"GiB">8</"GiB">16</' limit.xml
only
ok "a limit without room for devices is a warning" has "$out" \
  "warn    <hard_limit> lets 16384"
only --take 01:00.0
ok "without a device there is none" lacks "$out" "hard_limit"
sed -i 's/"GiB">16</"GiB">17</' limit.xml
only
ok "and with enough there is none" lacks "$out" "hard_limit"
file=./win10.xml
only --give 00:02.0
ok "the only display is refused" is "$status" 3
only --give 00:02.0 --despite-claims
ok "or given with what it takes" has "$out" \
  "note    the host shows nothing while 00:02.0 is a guest's"
ok "the display hand-over is proposed with it" has "$out" "hand over the display"
only --give 00:02.0 --despite-claims --set host.display=off
ok "without it that is a warning" has "$out" \
  "warn    the host shows nothing while 00:02.0 is a guest's"
ok "that names the option" has "$out" "Switch host.display on"

# Addresses drift: the record says what was where. The card moves with 2 more.
recipe=$data/demo/i7-12700k.recipe
cp win10.xml moved.xml
vt apply moved.xml --layout keep --give 08:00.0 --yes
ok "the record has what was given" grep -rq \
  "^device = 0000:01:00.0 10de:2204" "$scratch/root/var/lib/virt-tune"
sed -E 's/^pci 01:00/pci 03:00/; s/@01:00/@03:00/' "$recipe" >moved.recipe
sh "$data/mkhost" moved.recipe moved
now() { run "$program" --sysroot "$scratch/moved" --root "$scratch/root" \
  preview moved.xml --layout keep --set host.isolate=keep "$@"; }
now
ok "a card that moved is noticed" has "$out" \
  "fail    10de:2204 is not at 0000:01:00.0 any more"
ok "and its new address proposed" has "$out" "--give 03:00.0"
run "$program" --sysroot "$scratch/moved" --root "$scratch/root" apply \
  moved.xml --layout keep --set clock.offset=utc --yes
ok "nothing is applied to a domain with a wrong address" is "$status" 3
now --give 03:00.0 --format diff
ok "following it changes an address and nothing else" is \
  "$(grep -c "^+ .*bus='0x03' slot='0x00' function='0x[01]'/>$" <<<"$out")$(
    grep -c '^[-+] ' <<<"$out")" 24
now --give 03:00.0
ok "and then all is well" lacks "$out" "fail "
run "$program" --sysroot "$scratch/moved" --root "$scratch/root" plan \
  moved.xml --layout keep --give 03:00.0 -o moved.plan
ok "the plan file has the move" grep -q \
  "^move.0000:01:00.1 = 0000:03:00.1$" moved.plan
run "$program" --sysroot "$scratch/moved" --root "$scratch/root" apply \
  moved.xml --plan moved.plan --yes
ok "it is applied" is "$status" 0
ok "and stored" is "$(grep -c "<address domain='0x0000' bus='0x03'" \
  moved.xml)" 2
now
ok "then nothing is to be said" lacks "$out" "any more"
# Another card at the old address, with which the host would be hit.
sed -E 's/^pci 02:00/pci 03:00/; s/@02:00/@03:00/g' "$recipe" >other.recipe
sh "$data/mkhost" other.recipe other
run "$program" --sysroot "$scratch/other" --root "$scratch/root" preview \
  moved.xml --layout keep
ok "another device at the address is noticed" has "$out" \
  "fail    at 0000:03:00.0 is 144d:a808 now, no more 10de:2204"
# Two of one model, told apart by their serials.
file=twins.xml
sed -E 's/^(pci 02:00.0 010802) .{9}/\1 15b7:5006/' "$recipe" >twins.recipe
{ cat twins.recipe
  echo 'file @08:00.0/nvme/nvme1/serial S-ONE'
  echo 'file @02:00.0/nvme/nvme0/serial S-TWO'; } >before.recipe
{ cat twins.recipe
  echo 'file @08:00.0/nvme/nvme1/serial S-TWO'
  echo 'file @02:00.0/nvme/nvme0/serial S-ONE'; } >after.recipe
sh "$data/mkhost" before.recipe before
sh "$data/mkhost" after.recipe after
cp without.xml twins.xml
run "$program" --sysroot "$scratch/before" --root "$scratch/root" apply \
  twins.xml --layout keep --give 08:00.0 --yes
ok "one of two disks of a model is given" is "$status" 0
run "$program" --sysroot "$scratch/before" --root "$scratch/root" preview twins.xml
ok "it is where it was" lacks "$out" "no more"
run "$program" --sysroot "$scratch/after" --root "$scratch/root" preview twins.xml
ok "they changed places: noticed by the serial" has "$out" "--give 02:00.0"
host=$hosts/i7-12700k

run "$program" --sysroot "$hosts/i5-6500-noiommu" preview without.xml \
  --layout keep --give 01:00.0
ok "without an IOMMU nothing is given" is "$status" 3
ok "and the reason is said" has "$err" "IOMMU"
finish
