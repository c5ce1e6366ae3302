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
bus='scsi'\/><\/disk><\/devices>/" "$scratch/tcg.xml"
}

# keys: KEY VALUE lines of all that --set takes.
option_values() {
  "$program" plan --help | sed -n '/^Keys of --set/,$p' | tail -n +2 |
    while read -r key rest; do
      case $rest in
        *" on") printf '%s %s\n' "$key" on "$key" off ;;
        *"2M, 1G") printf '%s %s\n' "$key" 2M "$key" off ;;
        *" to "*)
          rest=${rest% to *}
          printf '%s %s\n' "$key" "${rest##* }" "$key" off ;;
        *) sed 's/.*  //; s/, /\n/g' <<<"$rest" |
          while read -r word; do printf '%s %s\n' "$key" "$word"; done ;;
      esac
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
virsh -q -c "$uri" undefine every >/dev/null 2>&1
