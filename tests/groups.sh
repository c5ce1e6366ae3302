#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# groups.sh PROGRAM - "show groups" gives back every listing of IOMMU groups
# that people published, group by group and device by device, as text and as
# JSON: those in tests/groups, and where VIRT_TUNE_CORPUS names a collection,
# every machine there.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
recipe=$here/../data/demo/i7-12700k.recipe

# Listings are lines of: group, full address, class, vendor:device, revision.
own() { # FILE
  awk '!/^#/ { print $1, "0000:" $2, $3, $4, $5 }' "$1"
}
table() { # FILE.tsv: the first row has the names of the columns
  tail -n +2 "$1" | awk -F '\t' '{ print $1, $2, $3, $4 ":" $5, $6 }'
}

make_host() { # LISTING DIR: a sysfs of just these devices
  {
    grep -vE '^(pci|file|link|dir|#|iommu)' "$recipe"
    echo "iommu dmar0 DMA"
    awk '{ print "pci", $2, $3 "00", $4, "-", $5, $1, "-", "-" }' "$1"
  } >"$scratch/recipe"
  rm -rf "$2"
  sh "$here/../data/mkhost" "$scratch/recipe" "$2"
}

as_text() {
  awk '/^Group / { group = $2; sub(/,.*/, "", group) }
    /^  [^ ]/ { gsub(/[][()]/, ""); print group,
      (length($1) == 7 ? "0000:" : "") $1, $2, $3, $5 }' <<<"$out" | sort
}
as_json() {
  jq -r '.groups[] | .id as $group | .devices[] | "\($group) \(.address) " +
    "\(.class[-6:-2]) \(.vendor[-4:]):\(.device[-4:]) \(.revision[-2:])"' \
    <<<"$out" | sort
}

prove() { # NAME
  sort "$scratch/listing" >"$scratch/sorted"
  ok "$1: a host of it" make_host "$scratch/listing" "$scratch/host"
  run "$program" --sysroot "$scratch/host" show groups
  as_text >"$scratch/text"
  ok "$1: the text has $(wc -l <"$scratch/sorted") devices in their groups" \
    diff -u "$scratch/sorted" "$scratch/text"
  command -v jq >/dev/null || return
  run "$program" --sysroot "$scratch/host" show groups --json
  as_json >"$scratch/json"
  ok "$1: so has the JSON" diff -u "$scratch/sorted" "$scratch/json"
}

for file in "$here"/groups/*.txt; do
  own "$file" >"$scratch/listing"
  prove "$(basename "$file" .txt)"
done
ok "there were listings" test "$count" -gt 9
if [ -n "${VIRT_TUNE_CORPUS-}" ]; then
  for file in "$VIRT_TUNE_CORPUS"/iommu/*.tsv; do
    table "$file" >"$scratch/listing"
    prove "$(basename "$file" .tsv)"
  done
  ok "there were machines" test "$count" -gt 40
else
  echo "# VIRT_TUNE_CORPUS is not set: only the listings of our own"
fi
finish
