# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# Sourced by embed_as_user.sh: the real QEMU driver takes every value of every
# option, alone and with all others that go with it. All definitions are made
# in one run of virsh.

# A domain with something for every option, named $1.
options_domain() {
  sed -e "s/<name>.*/<name>$1<\/name>/" -e '/<uuid>/d' \
    -e "s/<\/devices>/<controller type='scsi' index='0' model='virtio-scsi'\/>\
<disk type='block' device='disk'><source dev='\/dev\/null'\/><target dev='sdc' \
bus='scsi'\/><\/disk>\
<disk type='file' device='disk'><source file='\/none'\/><target dev='sdd' \
bus='sata'\/><\/disk><interface type='user'><model type='e1000'\/>\
<\/interface><\/devices>/" "$scratch/tcg.xml"
}

# keys: KEY VALUE lines of all that --set takes.
option_values() {
  "$program" plan --help | sed -n '/^Keys of --set/,$p' | tail -n +2 |
    while read -r key rest; do
      [ "${key#disk.}" = "$key" ] || continue # of one disk: see below
      case $rest in
        *" on") printf '%s %s\n' "$key" on "$key" off ;;
        *"2M, 1G") printf '%s %s\n' "$key" 2M "$key" off ;;
        *" to "*)
          rest=${rest% to *}
          printf '%s %s\n' "$key" "${rest##* }" "$key" off "$key" on ;;
        *) sed 's/.*  //; s/, /\n/g' <<<"$rest" |
          while read -r word; do printf '%s %s\n' "$key" "$word"; done ;;
      esac
    done
  for key in vda sdc sdd; do # of one disk by itself
    for word in none directsync writeback writethrough unsafe default; do
      printf 'disk.%s.cache %s\n' "$key" "$word"
    done
    for word in native threads io_uring default; do
      printf 'disk.%s.io %s\n' "$key" "$word"
    done
    for word in unmap ignore default; do
      printf 'disk.%s.discard %s\n' "$key" "$word"
    done
  done
}

options_domain every >"$scratch/every.xml"
virsh -q -c "$uri" define --validate "$scratch/every.xml" >/dev/null 2>&1
virsh -q -c "$uri" dumpxml --inactive --security-info every \
  >"$scratch/every.xml" 2>/dev/null
taken=0 refused=0
: >"$scratch/batch"
option_values | sort -u >"$scratch/values"

# try NAME KEY=VALUE...: previews from the file, where nothing is known of what
# this host offers, so that the driver sees the hints too.
try() {
  local name=$1 set arguments=()
  shift
  for set in "$@"; do arguments+=(--set "$set"); done
  printf 'version = 1\ndomain = every\n' >"$scratch/one.plan"
  vt preview "$scratch/every.xml" --plan "$scratch/one.plan" --format xml \
    "${arguments[@]}"
  if [ "$status" = 3 ]; then
    refused=$((refused + 1)) # with a sentence: this host cannot have it
    return
  fi
  ok "$* is previewed" is "$status" 0
  printf '%s\n' "$out" >"$scratch/option.$name.xml"
  printf 'define --validate %s\n' "$scratch/option.$name.xml" \
    >>"$scratch/batch"
  taken=$((taken + 1))
}

while read -r key value; do
  try "$key.$value" "$key=$value"
done <"$scratch/values"
RANDOM=5
for round in {1..25}; do
  mapfile -t sets < <(for _ in {1..8}; do
    sed -n "$((RANDOM % $(wc -l <"$scratch/values") + 1))s/ /=/p" \
      "$scratch/values"
  done)
  try "random.$round" "${sets[@]}"
  [ "$round" -le 6 ] || continue
  # What libvirt stores is what was previewed: apply reads it back.
  vt apply every --plan "$scratch/one.plan" --yes "${sets[@]/#/--set=}"
  ok "${sets[*]} is stored" test "$status" = 0 -o "$status" = 3
done
virsh -q -c "$uri" <"$scratch/batch" >"$scratch/defined" 2>&1
grep -i error "$scratch/defined" | sort -u | sed 's/^/# /'
ok "QEMU's driver takes every one of $taken ($refused refused by us)" \
  is "$(grep -c error: "$scratch/defined")" 0
ok "there are many" test "$taken" -gt 90

# One disk by itself: its line alone changes, with what libvirt wants with it.
dump_every() { virsh -q -c "$uri" dumpxml --inactive --security-info every; }
virsh -q -c "$uri" define "$scratch/every.xml" >/dev/null 2>&1
dump_every >"$scratch/before.xml"
printf 'version = 1\ndomain = every\n' >"$scratch/one.plan"
vt apply every --plan "$scratch/one.plan" --yes --set disk.sdd.io=native
ok "one disk: stored as previewed" is "$status" 0
dump_every >"$scratch/after.xml"
ok "its line changed, and no other" is "$(diff "$scratch/before.xml" \
  "$scratch/after.xml" | grep '^[<>]' | tr -s ' ' | tr '\n' ' ')" \
  "< <driver name='qemu' type='raw'/> > <driver name='qemu' type='raw' \
cache='none' io='native'/> "
vt undo every
dump_every >"$scratch/undone.xml"
ok "undo gives it back" cmp "$scratch/before.xml" "$scratch/undone.xml"

# shellcheck source=tests/embed_both.sh
. "$(dirname "$0")/embed_both.sh"

# Another bus: only what is told changes, and undo gives the bytes back.
dump_every() { virsh -q -c "$uri" dumpxml --inactive --security-info every; }
virsh -q -c "$uri" define "$scratch/every.xml" >/dev/null 2>&1
dump_every >"$scratch/before.xml"
printf 'version = 1\ndomain = every\n' >"$scratch/one.plan"
vt apply every --plan "$scratch/one.plan" --yes --set disks.bus=virtio \
  --set net.model=virtio
ok "SATA disk and card become virtio: stored as previewed" is "$status" 0
dump_every >"$scratch/after.xml"
ok "it is another virtio disk" is \
  "$(grep -c "<target dev='vd.' bus='virtio'/>" "$scratch/after.xml")" \
  "$(($(grep -c "<target dev='vd.' bus='virtio'/>" "$scratch/before.xml") + 1))"
ok "no emulated card is left" lacks "$(<"$scratch/after.xml")" "e1000"
ok "CD-ROMs stay" is "$(grep -A5 "device='cdrom'" "$scratch/after.xml")" \
  "$(grep -A5 "device='cdrom'" "$scratch/before.xml")"
vt undo every
ok "undo" is "$status" 0
dump_every >"$scratch/undone.xml"
ok "gives the disk back" cmp "$scratch/before.xml" "$scratch/undone.xml"

# An image becomes a physical disk: one that this host is made to have here.
cp -a "$host" "$scratch/disks"
mkdir -p "$scratch/disks/sys/devices/sdy/device" "$scratch/disks/dev/disk/by-id" \
  "$scratch/disks/sys/class/block" "$scratch/disks/run/udev/data" \
  "$scratch/disks/proc/self" "$scratch/disks/proc/1"
ln -s ../../devices/sdy "$scratch/disks/sys/class/block/sdy"
ln -s ../../sdy "$scratch/disks/dev/disk/by-id/ata-FREE_1"
for mounts in 1 self; do
  echo "23 1 0:21 / /proc rw - proc proc rw" \
    >"$scratch/disks/proc/$mounts/mountinfo"
done
echo "Filename Type Size Used Priority" >"$scratch/disks/proc/swaps"
disk=/dev/disk/by-id/ata-FREE_1
image_host=$host host=$scratch/disks
vt apply every --plan "$scratch/one.plan" --yes --set disk.sdd=$disk
ok "an image becomes a physical disk: stored as previewed" is "$status" 0
dump_every >"$scratch/after.xml"
ok "the source is stored" grep -q "<source dev='$disk'/>" "$scratch/after.xml"
ok "and nothing else changed" is "$(diff "$scratch/before.xml" \
  "$scratch/after.xml" | grep -c '^[<>]')" 4
vt undo every
ok "undo" is "$status" 0
dump_every >"$scratch/undone.xml"
ok "gives the image back" cmp "$scratch/before.xml" "$scratch/undone.xml"
virsh -q -c "$uri" define /dev/stdin >/dev/null 2>&1 <<<"$(options_domain other |
  sed -e "s|/dev/null|$disk|" -e '/<mac/d')"
vt preview every --plan "$scratch/one.plan" --set disk.sdd=$disk
ok "what another domain has is refused" is "$status" 3
ok "and by whom" has "$err" "The domain other has it."
virsh -q -c "$uri" undefine other >/dev/null 2>&1
vt preview every --plan "$scratch/one.plan" --set disk.sdd=/dev/sdy
ok "a name that changes is refused" is "$status" 3
ok "with the one to use" has "$err" "$disk"
host=$image_host

# What the rules say libvirt refuses, its driver refuses, each for itself.
disk() { # BUS DRIVER MORE: one more disk, as a sed expression
  printf "s|</devices>|<disk type='file' device='disk'><driver name='qemu' \
type='raw' %s/><source file='/none'/><target dev='%s' bus='%s'/>%s</disk>&|" \
    "$2" "$([ "$1" = sata ] && echo sdx || echo vdx)" "$1" "$3"
}
cpu() {
  printf "s|<cpu mode='maximum'[^>]*>|<cpu mode='maximum'>%s</cpu>|" "$1"
}
backing() { printf "s|<vcpu |<memoryBacking>%s</memoryBacking>&|" "$1"; }
feature="<feature policy='require' name='aes'/>"
drive="<address type='drive' controller='0' bus='0' target='0' unit='5'/>"
count_refused=0
: >"$scratch/batch"
refused() { # RULE REASON SED...
  local rule=$1
  printf '%s\n' "$2" >>"$scratch/reasons"
  shift 2
  count_refused=$((count_refused + 1))
  sed "${@/#/-e}" "$scratch/every.xml" >"$scratch/refused.$count_refused.xml"
  printf 'define --validate %s\n' "$scratch/refused.$count_refused.xml" \
    >>"$scratch/batch"
  printf 'version = 1\ndomain = every\n' >"$scratch/one.plan"
  vt preview "$scratch/refused.$count_refused.xml" --plan "$scratch/one.plan" \
    --json
  ok "$rule fails: $*" grep -Pzq \
    "(?s)\"id\": ?\"$rule\",\s*\"verdict\": ?\"fail\"" \
    <<<"$out"
}
refused cpu-values "more than once" "$(cpu "$feature$feature")"
refused cpu-values "cache level" \
  "$(cpu "<cache level='3' mode='passthrough'/>")"
refused cpu-values "bits number" \
  "$(cpu "<maxphysaddr mode='passthrough' bits='40'/>")"
refused memory-values "anonymous memory" \
  "$(backing "<hugepages/><source type='anonymous'/>")"
refused memory-values "allocation ondemand" \
  "$(backing "<hugepages/><allocation mode='ondemand'/>")"
refused memory-values "'vhostuser' requires shared memory" \
  "s|</devices>|<disk type='vhostuser' device='disk'><driver name='qemu' \
type='raw'/><source type='unix' path='/none'/><target dev='vdx' \
bus='virtio'/></disk>&|"
iommu() { printf "s|</devices>|<iommu model='intel'><driver %s/></iommu>&|" \
  "$1"; }
refused machine-values "split I/O APIC" "$(iommu "intremap='on'")"
refused machine-values "eim requires" "$(iommu "eim='on'")"
tune() { printf "s|<vcpu |<cputune>%s</cputune>&|" "$1"; }
refused vcpusched "not present in domain" \
  "$(tune "<vcpusched vcpus='0-99' scheduler='idle'/>")"
refused vcpusched "must not overlap" "$(tune "<vcpusched vcpus='0' \
scheduler='rr' priority='1'/><vcpusched vcpus='0-1' scheduler='idle'/>")"
refused vcpusched "Cannot find 'iothread'" \
  "$(tune "<iothreadsched iothreads='9' scheduler='batch'/>")"
refused boot-order "per-device boot" \
  "s|<target dev='vda' bus='virtio'/>|&<boot order='1'/>|"
refused disk-values "io='native' needs" "$(disk virtio "io='native'" "")"
refused disk-values "io='native' needs" \
  "$(disk virtio "io='native' cache='writeback'" "")"
refused disk-values "address of type" "$(disk virtio "" "$drive")"
refused disk-values "IOThreads not available" \
  "s|<vcpu |<iothreads>1</iothreads>&|" \
  "$(disk sata "iothread='1'" "")"
refused disk-values "only supported by virtio-blk" \
  "$(disk sata "queues='4'" "")"
refused firmware "requires SMM" \
  "s|<smm state='on'/>||" "s|<boot dev='hd'/>|<loader \
readonly='yes' secure='yes' type='pflash'>/none</loader>&|"
virsh -q -c "$uri" <"$scratch/batch" >"$scratch/defined" 2>&1
sed 's/^/# /' "$scratch/defined"
ok "QEMU's driver refuses all $count_refused" \
  is "$(grep -c 'error: Failed to define' "$scratch/defined")" "$count_refused"
ok "for the reasons that we name" is "$(while read -r reason; do
  grep -qF "$reason" "$scratch/defined" || echo "$reason"; done \
  <"$scratch/reasons")" ""
sed -i "s|<metadata>|&<mine/>|" "$scratch/every.xml"
vt preview "$scratch/every.xml"
ok "metadata without a namespace is announced as lost" has "$out" "<mine>"
virsh -q -c "$uri" define --validate "$scratch/every.xml" >/dev/null 2>&1
ok "and it is" lacks "$(virsh -q -c "$uri" dumpxml --inactive every)" "<mine"
virsh -q -c "$uri" undefine every >/dev/null 2>&1
