#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# embed_as_user.sh PROGRAM HOST XML NODES [full] - the part of embed.sh that runs
# as an ordinary user.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$1 host=$2 desktop=$2 xml=$3 nodes=$4
root=$scratch/embed
export HOME=$scratch XDG_RUNTIME_DIR=$scratch/run XDG_CONFIG_HOME=$scratch/config
export XDG_CACHE_HOME=$scratch/cache TMPDIR=$scratch
mkdir -p "$root/etc" "$XDG_RUNTIME_DIR"
chmod 700 "$XDG_RUNTIME_DIR"
uri="qemu:///embed?root=$root"
vt() { run "$program" -c "$uri" --sysroot "$host" --root "$scratch/w" "$@"; }

# As the demo's, but emulated: KVM may be missing here, and with it VFIO.
sed -e "s/type='kvm'/type='qemu'/" \
  -e "s/<cpu mode='host-passthrough'[^>]*>/<cpu mode='maximum'\/>/" \
  -e "/<hostdev/,/<\/hostdev>/d" -e "/<tpm/,/<\/tpm>/d" \
  -e "/<loader/d" -e "/<nvram/d" -e "/<graphics type='spice'/,/<\/graphics>/d" \
  -e "/<channel type='spicevmc'/,/<\/channel>/d" \
  -e "/<redirdev/,/<\/redirdev>/d" -e "/<video/,/<\/video>/d" \
  -e "/<sound/,/<\/sound>/d" -e "/<audio/d" -e "s/ secure='yes'//" \
  "$xml" >"$scratch/tcg.xml"
virsh -q -c "$uri" define --validate "$scratch/tcg.xml" >"$scratch/define" 2>&1 ||
  plan_skip "the embedded driver does not start here: $(<"$scratch/define")"
ok "a domain is defined" has "$(<"$scratch/define")" ""
if [ "${5-}" = full ]; then
  . "$(dirname "$0")/embed_full.sh"
  finish
  exit
fi

dump() { virsh -q -c "$uri" dumpxml --inactive --security-info win10; }
dump >"$scratch/before.xml"
vt list
ok "list" has "$out" win10
vt preview win10 --format xml
printf '%s\n' "$out" >"$scratch/preview.xml"
ok "preview" is "$status" 0
ok "preview validates" virt-xml-validate "$scratch/preview.xml" domain
vt apply win10 --yes
ok "apply: defined, read back, compared" is "$status" 0
dump >"$scratch/after.xml"
ok "12 pins are stored" is "$(grep -c '<vcpupin' "$scratch/after.xml")" 12
ok "the topology is stored" \
  grep -q "<topology sockets='1' dies='1' cores='6' threads='2'/>" "$scratch/after.xml"
ok "huge pages are stored" grep -q "<page size='2048' unit='KiB'/>" "$scratch/after.xml"
ok "the I/O thread is stored" grep -q "iothread='1'" "$scratch/after.xml"
vt apply win10 --yes
ok "applied again there is nothing to do" has "$out" "nothing to do"

# Hyper-V hints as far as this host offers them; the rest is not proposed.
if grep -q "<stimer" "$scratch/after.xml"; then
  ok "stimer with its clock" grep -q "hypervclock" "$scratch/after.xml"
fi

vt undo win10
ok "undo" is "$status" 0
dump >"$scratch/undone.xml"
ok "gives the former definition" cmp "$scratch/before.xml" "$scratch/undone.xml"
ok "and removes the hook" test ! -e "$scratch/w/etc/libvirt/hooks/qemu.d/50-virt-tune"

# QEMU's own check refuses: everything stays as it is.
vt plan win10 -o "$scratch/bad.plan"
sed -i 's/^topology = .*/topology = 1 1 5 2/' "$scratch/bad.plan"
vt apply win10 --plan "$scratch/bad.plan" --yes
ok "a product that is not the count is refused" is "$status" 3
dump >"$scratch/undone.xml"
ok "and nothing is changed" cmp "$scratch/before.xml" "$scratch/undone.xml"

# Cells of a made-up host of two nodes are stored as well; only a start asks
# whether this host has these nodes.
host=$nodes
vt apply win10 --vcpus 36 --yes
ok "cells: defined, read back, compared" is "$status" 0
dump >"$scratch/cells.xml"
ok "2 cells are stored" is "$(grep -c "<cell id=" "$scratch/cells.xml")" 2
ok "each is bound to its node" is "$(grep -c "<memnode cellid='\([01]\)' \
mode='strict' nodeset='\1'/>" "$scratch/cells.xml")" 2
vt apply win10 --yes
ok "applied again there is nothing to do" has "$out" "nothing to do"
vt apply win10 --vcpus 12 --yes
ok "a narrower guest: defined, read back, compared" is "$status" 0
dump >"$scratch/cells.xml"
ok "no cell is left" lacks "$(<"$scratch/cells.xml")" "<cell"
ok "its memory is bound" grep -q "<memory mode='strict' nodeset='1'/>" \
  "$scratch/cells.xml"
vt undo win10
vt undo win10
dump >"$scratch/undone.xml"
ok "both are undone" cmp "$scratch/before.xml" "$scratch/undone.xml"
# What QEMU would be given, with all cells on the node that every host has.
sed -e '/<interface/,/<\/interface>/d' -e '/<hugepages/,/<\/hugepages>/d' \
  -e "s/<cpu mode='maximum'[^>]*>/<cpu mode='maximum'><numa><cell id='0' \
cpus='0-5' memory='8388608'\/><cell id='1' cpus='6-11' \
memory='8388608'\/><\/numa><\/cpu><numatune><memory mode='strict' \
nodeset='0'\/><memnode cellid='1' mode='strict' nodeset='0'\/><\/numatune>/" \
  "$scratch/tcg.xml" >"$scratch/native.xml"
virsh -q -c "$uri" domxml-to-native qemu-argv "$scratch/native.xml" \
  >"$scratch/argv" 2>&1
ok "QEMU binds each cell" is \
  "$(grep -o '"policy":"bind"' "$scratch/argv" | wc -l)" 2

host=$desktop
# Devices: boot order in place of <os><boot>, ROMs, USB devices.
vt apply win10 --layout keep --give 08:00.0 --boot 08:00.0=1 \
  --rom 08:00.0=off --give usb:045e:0b12 --give usb:0781:5591@1-6.2 --yes
ok "boot order, ROM and USB: defined, read back, compared" is "$status" 0
dump >"$scratch/devices.xml"
ok "the boot order is stored" is \
  "$(grep -o "<boot [^>]*>" "$scratch/devices.xml" | sort | tr -d '\n')" \
  "<boot order='1'/><boot order='2'/>"
ok "the ROM is stored" grep -q "<rom bar='off'/>" "$scratch/devices.xml"
ok "both USB devices are stored as optional" is \
  "$(grep -c "<source startupPolicy='optional'>" "$scratch/devices.xml")" 2
vt apply win10 --layout keep --take usb:045e:0b12 --take usb:0781:5591@1-6.2 \
  --rom 08:00.0=default --yes
ok "taken back, with the ROM: defined, read back, compared" is "$status" 0
vt undo win10
vt undo win10
dump >"$scratch/undone.xml"
ok "both are undone" cmp "$scratch/before.xml" "$scratch/undone.xml"

. "$(dirname "$0")/embed_options.sh"
finish
