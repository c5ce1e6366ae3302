# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# Sourced by embed_as_user.sh: a domain that has everything switched on, and
# the way down: each option off alone, one after the other in several orders,
# each as the last thing in its parent, and by every preset. What libvirt
# stores is what was previewed (apply compares), and undo gives the bytes back.

# full_domain NAME: everything that an option can switch off.
full_domain() {
  sed -e "s/<name>.*/<name>$1<\/name>/" -e '/<uuid>/d' \
    -e '/<hyperv/,/<\/hyperv>/d' -e '/<kvm>/,/<\/kvm>/d' \
    -e '/<clock/,/<\/clock>/d' -e '/<memoryBacking>/,/<\/memoryBacking>/d' \
    -e '/<smm/d' -e '/<vmport/d' -e '/<cputune>/,/<\/cputune>/d' \
    -e '/<iothreads>/d' -e '/<memballoon/,/<\/memballoon>/d' \
    -e "s|<vcpu |<memoryBacking><hugepages/><nosharepages/><locked/>\
<source type='memfd'/><access mode='shared'/></memoryBacking>&|" \
    -e "s|</vcpu>|&<iothreads>1</iothreads><cputune><vcpusched vcpus='0-11' \
scheduler='fifo' priority='1'/></cputune>|" \
    -e "s|</features>|<hyperv><relaxed state='on'/><vapic state='on'/>\
<spinlocks state='on' retries='8191'/><vpindex state='on'/>\
<runtime state='on'/><synic state='on'/><stimer state='on'>\
<direct state='on'/></stimer><reset state='on'/>\
<vendor_id state='on' value='foo'/><frequencies state='on'/>\
<reenlightenment state='on'/><tlbflush state='on'/><ipi state='on'/>\
<evmcs state='on'/><avic state='on'/></hyperv>\
<kvm><hidden state='on'/><hint-dedicated state='on'/>\
<poll-control state='on'/><pv-ipi state='on'/></kvm>\
<pmu state='on'/><vmport state='on'/>\
<smm state='on'><tseg unit='MiB'>48</tseg></smm><ioapic driver='kvm'/>&|" \
    -e "s|<cpu mode='maximum'[^>]*>|<cpu mode='host-passthrough' \
check='none' migratable='off'><cache mode='passthrough'/>\
<maxphysaddr mode='passthrough'/><feature policy='require' name='invtsc'/></cpu>\
<clock offset='localtime'><timer name='rtc' tickpolicy='catchup'/>\
<timer name='pit' tickpolicy='delay'/><timer name='hpet' present='yes'/>\
<timer name='hypervclock' present='yes'/>\
<timer name='kvmclock' present='yes'/></clock>|" \
    -e "s|<driver name='qemu' type='qcow2'[^>]*>|<driver name='qemu' \
type='qcow2' cache='none' io='native' discard='unmap' detect_zeroes='unmap'/>|" \
    -e "s|<model type='virtio'/>|&<driver queues='4'/>|" \
    -e "s|</devices>|<controller type='scsi' index='0' model='virtio-scsi'>\
<driver queues='8' iothread='1'/></controller><memballoon model='virtio' \
autodeflate='on' freePageReporting='on'>\
<stats period='5'/></memballoon>&|" "$scratch/tcg.xml"
}

# start: the domain as it was first, and no record.
dump_full() { virsh -q -c "$uri" dumpxml --inactive --security-info full; }
start() {
  rm -rf "$scratch/w/var"
  virsh -q -c "$uri" define --validate "$scratch/full.xml" >"$scratch/define" \
    2>&1 || sed 's/^/# /' "$scratch/define"
}

# down KEY=VALUE...: applied; what libvirt stores is compared there.
down() {
  vt apply full --plan "$scratch/full.plan" --yes "${@/#/--set=}"
  ok "$* is stored as previewed" \
    is "$status $(grep -v "^virt-tune: with " <<<"$err")" "0 "
  [ "$status" = 0 ]
}

# up TEXT: undo gives the first bytes back.
up() {
  vt undo full
  ok "$1 is undone" is "$status $err" "0 "
  dump_full >"$scratch/undone.xml"
  ok "$1: byte for byte" cmp "$scratch/full.xml" "$scratch/undone.xml"
}

printf 'version = 1\ndomain = full\n' >"$scratch/full.plan"
full_domain full >"$scratch/full.xml"
start
dump_full >"$scratch/full.xml"
cp "$scratch/full.xml" "$scratch/one.xml"
"$program" plan --help | sed -n '/^Keys of --set/,$p' | tail -n +2 |
  awk '{ print $1 }' | while read -r key; do
  vt preview "$scratch/one.xml" --plan "$scratch/full.plan" --format diff \
    --set "$key=off"
  [ -z "$out" ] || echo "$key"
done >"$scratch/offs"
mapfile -t offs <"$scratch/offs"
ok "there is much to switch off: ${offs[*]}" test ${#offs[@]} -gt 35

for key in "${offs[@]}"; do
  if down "$key=off"; then up "$key=off"; else start; fi
done

# One after the other: another one is the last in its parent each time.
for order in sort "sort -t. -k2 -r"; do
  for key in $($order "$scratch/offs"); do
    down "$key=off" || start
  done
  start
done
if down "${offs[@]/%/=off}"; then up "all off"; else start; fi

# The presets, as they are applied.
presets=$(dirname "$0")/presets
[ -d "$presets" ] || presets=$(dirname "$0")/../data/presets
for preset in windows-gaming linux lowest-latency gentle; do
  vt apply full --preset "$presets/$preset.preset" --layout keep --yes
  ok "preset $preset is stored as previewed" \
    is "$status $(grep -v "^virt-tune: with " <<<"$err")" "0 "
  if [ "$status" = 0 ]; then up "preset $preset"; else start; fi
done
# A record that could not be ended, of something that libvirt drops: both ways
# end it, and back are the first bytes; also where it was edited since.
broken() {
  vt apply full --plan "$scratch/full.plan" --yes --set hyperv.spinlocks=off
  record=$(echo "$scratch"/w/var/lib/virt-tune/*/0001)
  sed "s|<vpindex |<spinlocks state='off' retries='8191'/>&|" \
    "$record/preview.xml" >"$scratch/preview.xml"
  cp "$scratch/preview.xml" "$record"
  virsh -q -c "$uri" define --validate "$scratch/preview.xml" >/dev/null
  dump_full >"$record/after.xml"
  printf 'broken\n' >"$record/state"
}
for way in take-back finish; do
  start
  broken
  ok "libvirt dropped it" lacks "$(<"$record/after.xml")" "retries"
  vt repair full --$way
  ok "what libvirt dropped does not keep repair --$way" is "$status $err" "0 "
  dump_full >"$scratch/undone.xml"
  [ $way = finish ] ||
    ok "byte for byte" cmp "$scratch/full.xml" "$scratch/undone.xml"
done
start
broken
sed "s|<spinlocks state='off'/>|<spinlocks state='on' retries='5000'/>|" \
  "$record/after.xml" >"$scratch/edited.xml"
virsh -q -c "$uri" define --validate "$scratch/edited.xml" >/dev/null
vt repair full --take-back
ok "an edit of the same place stays" is "$status" 4
vt repair full --finish
ok "and finishing ends the record" is "$status $err" "0 "
dump_full >"$scratch/undone.xml"
ok "with the edit" cmp "$scratch/edited.xml" "$scratch/undone.xml"
virsh -q -c "$uri" undefine full >/dev/null 2>&1
