# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# Sourced by embed_as_user.sh: options both ways, in the real QEMU driver: set,
# taken away from a domain that has it, and each undone to the byte.

# both KEY=VALUE OFF MARKUP: OFF is what takes it away again.
both() {
  virsh -q -c "$uri" define "$scratch/every.xml" >/dev/null 2>&1
  dump_every >"$scratch/before.xml"
  vt apply every --plan "$scratch/one.plan" --yes --set "$1"
  ok "$1: stored as previewed" is "$status" 0
  dump_every >"$scratch/with.xml"
  ok "$1: there it is" has "$(<"$scratch/with.xml")" "$3"
  vt apply every --plan "$scratch/one.plan" --yes --set "$1"
  ok "$1: again there is nothing to do" has "$out" "nothing to do"
  vt apply every --plan "$scratch/one.plan" --yes --set "${1%%=*}=$2"
  ok "$1: taken away" is "$status" 0
  dump_every >"$scratch/without.xml"
  ok "$1: it is gone" lacks "$(<"$scratch/without.xml")" "$3"
  vt undo every
  dump_every >"$scratch/undone.xml"
  ok "$1: undo gives it back" cmp "$scratch/with.xml" "$scratch/undone.xml"
  vt undo every
  dump_every >"$scratch/undone.xml"
  ok "$1: and undo takes it away" cmp "$scratch/before.xml" \
    "$scratch/undone.xml"
}
printf 'version = 1\ndomain = every\n' >"$scratch/one.plan"
both cpu.maxphysaddr=on off "<maxphysaddr mode='passthrough'/>"
both cpu.maxphysaddr=40 off "<maxphysaddr mode='emulate' bits='40'/>"
both cpu.maxphysaddr=40 on "<maxphysaddr mode='emulate' bits='40'/>"
both cpu.svm=require default "<feature policy='require' name='svm'/>"
both cpu.svm=disable default "<feature policy='disable' name='svm'/>"
both cpu.svm=require disable "<feature policy='require' name='svm'/>"
both cpu.hypervisor=off on "<feature policy='disable' name='hypervisor'/>"
both disks.queues=4 off " queues='4'/>"
both disk.vda.queues=1 off " queues='1'/>"
vt preview every --plan "$scratch/one.plan" --set disk.sdd.queues=4
ok "queues of a SATA disk are refused" is "$status" 3
ok "and why" has "$err" "Only virtio disks have queues."
vt apply every --plan "$scratch/one.plan" --yes --set disks.bus=virtio \
  --set disk.sdd.queues=2
ok "but of one that becomes virtio they are stored" is "$status" 0
dump_every >"$scratch/after.xml"
ok "and there" has "$(<"$scratch/after.xml")" " queues='2'/>"
vt undo every
vt preview every --plan "$scratch/one.plan" --set cpu.maxphysaddr=47
ok "more address bits than the host has are refused" is "$status" 3
ok "and why" has "$err" "The host has fewer address bits"
vt preview every --plan "$scratch/one.plan" --set cpu.maxphysaddr.limit=39
ok "what this libvirt does not know is refused" is "$status" 3
ok "and why" has "$err" "too old"
vt preview every --plan "$scratch/one.plan" --set cpu.vmx=require
ok "VMX for an emulated guest is refused" is "$status" 3

# By hand to something else: shown as it is, and left.
sed "s|<cpu mode='maximum'[^>]*>|<cpu mode='maximum'><maxphysaddr \
mode='emulate' bits='60'/><feature policy='optional' name='svm'/></cpu>|" \
  "$scratch/every.xml" >"$scratch/hand.xml"
virsh -q -c "$uri" define "$scratch/hand.xml" >/dev/null 2>&1
dump_every >"$scratch/before.xml"
vt apply every --plan "$scratch/one.plan" --yes --set disks.queues=4
dump_every >"$scratch/after.xml"
for hand in "bits='60'" "policy='optional' name='svm'"; do
  ok "$hand stays" has "$(<"$scratch/after.xml")" "$hand"
done
vt preview every --plan "$scratch/one.plan" --set cpu.svm=disable
ok "an unknown policy is not replaced" has "$err" "set by hand"
vt undo every
dump_every >"$scratch/undone.xml"
ok "by hand: undone" cmp "$scratch/before.xml" "$scratch/undone.xml"

# I/O threads that nothing uses go, with their pins; that of a disk stays.
sed -e "s|<vcpu |<iothreads>3</iothreads><cputune><iothreadpin iothread='2' \
cpuset='0'/><iothreadpin iothread='3' cpuset='0'/></cputune>&|" \
  -e "0,/<driver name='qemu'/s|<driver name='qemu'|& iothread='3'|" \
  "$scratch/every.xml" >"$scratch/threads.xml"
virsh -q -c "$uri" define --validate "$scratch/threads.xml" >"$scratch/define" 2>&1
ok "three I/O threads: defined" is "$(<"$scratch/define")" ""
dump_every >"$scratch/before.xml"
vt preview every --plan "$scratch/one.plan" --json
ok "idle I/O threads are named" has "$out" "nothing uses 2 of 3 I/O threads"
vt apply every --plan "$scratch/one.plan" --yes --set iothreads.idle=off
ok "idle I/O threads: stored as previewed" is "$status" 0
ok "and announced" has "$out" "without the idle I/O threads: 1, 2"
dump_every >"$scratch/after.xml"
ok "one is left, with its number and its pin" is \
  "$(grep -o '<iothread[^>]*>[0-9]*' "$scratch/after.xml" | tr '\n' ' ')" \
  "<iothreads>1 <iothreadids> <iothread id='3'/> \
<iothreadpin iothread='3' cpuset='0'/> "
vt undo every
dump_every >"$scratch/undone.xml"
ok "idle I/O threads: undo gives them back" cmp "$scratch/before.xml" \
  "$scratch/undone.xml"
sed -i "s/qemu' iothread='3'/qemu'/" "$scratch/threads.xml"
virsh -q -c "$uri" define --validate "$scratch/threads.xml" >/dev/null 2>&1
dump_every >"$scratch/before.xml"
vt apply every --plan "$scratch/one.plan" --yes --set iothreads.idle=off
ok "all are idle: stored as previewed" is "$status" 0
dump_every >"$scratch/after.xml"
ok "none is left" lacks "$(<"$scratch/after.xml")" "iothread"
vt undo every
dump_every >"$scratch/undone.xml"
ok "all were idle: undo gives them back" cmp "$scratch/before.xml" \
  "$scratch/undone.xml"

# All hints at once: single ones are left alone, and cannot stand beside that.
all_hints() { # MORE: a domain that takes all, and has MORE beside
  sed -e "s|<name>.*|<name>all</name>|" -e '/<uuid>/d' \
    -e '/<interface/,/<\/interface>/d' \
    -e "s|<features>|&<hyperv mode='passthrough'>${1-}</hyperv>|" \
    "$scratch/tcg.xml" >"$scratch/all.xml"
  virsh -q -c "$uri" undefine all >/dev/null 2>&1
}
printf 'version = 1\ndomain = all\n' >"$scratch/all.plan"
all_hints
virsh -q -c "$uri" define --validate "$scratch/all.xml" >"$scratch/define" 2>&1
ok "libvirt takes mode='passthrough'" is "$(<"$scratch/define")" ""
vt apply all --plan "$scratch/all.plan" --yes --set clock.hypervclock=on
ok "beside it a clock: stored as previewed" is "$status" 0
virsh -q -c "$uri" dumpxml --inactive all >"$scratch/stored.xml"
virsh -q -c "$uri" domxml-to-native qemu-argv "$scratch/stored.xml" \
  >"$scratch/argv" 2>&1
ok "QEMU gets all hints, and the clock" \
  grep -q 'hv-time=on.*hv-passthrough=on' "$scratch/argv"
for value in on off; do
  vt preview all --plan "$scratch/all.plan" --set hyperv.relaxed=$value
  ok "a single hint, $value, is refused" is "$status" 3
  ok "and why" has "$err" "takes all that the host has (mode='passthrough')"
done
preset=$(dirname "$0")/presets
[ -d "$preset" ] || preset=$(dirname "$0")/../data/presets
vt preview all --plan "$scratch/all.plan" --format xml \
  --preset "$preset/windows-gaming.preset"
ok "presets leave it" is \
  "$(tr -d '\n' <<<"$out" | grep -o '<hyperv.*</hyperv>')" \
  "<hyperv mode='passthrough'>    </hyperv>"
all_hints "<relaxed state='on'/><stimer state='on'/>"
virsh -q -c "$uri" define --validate "$scratch/all.xml" >"$scratch/define" 2>&1
ok "single hints beside it: libvirt's schema refuses them" \
  has "$(<"$scratch/define")" "Extra element features"
virsh -q -c "$uri" define "$scratch/all.xml" >/dev/null 2>&1
virsh -q -c "$uri" dumpxml --inactive all >"$scratch/stored.xml"
vt apply all --plan "$scratch/all.plan" --yes --set clock.hypervclock=on
ok "we do, before it" is "$status" 3
ok "with a reason" has "$err" \
  "single Hyper-V hints stand beside mode='passthrough'"
ok "and no other" lacks "$out" "needs"
ok "and nothing is changed" is "$(<"$scratch/stored.xml")" \
  "$(virsh -q -c "$uri" dumpxml --inactive all)"
virsh -q -c "$uri" undefine all >/dev/null 2>&1
