#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sequences.sh BUILD - random sequences of apply, edits by hand, undo and kills
# on the domains of a collection (VIRT_TUNE_CORPUS/domains): see
# unit/test_sequence.c. VIRT_TUNE_LONG=1: a thousand, else a few.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
build=$(realpath "$1")
[ -d "${VIRT_TUNE_CORPUS-}/domains" ] ||
  plan_skip "VIRT_TUNE_CORPUS names no collection of domains"
rounds=40 batches=1
[ -z "${VIRT_TUNE_LONG-}" ] || rounds=100 batches=10

mkdir "$scratch/domains"
for archive in "$VIRT_TUNE_CORPUS"/domains/*.tar.xz; do
  [ ! -e "$archive" ] || tar xf "$archive" -C "$scratch/domains"
done
[ ! -d "$VIRT_TUNE_CORPUS/domains/users" ] ||
  cp -r "$VIRT_TUNE_CORPUS/domains/users" "$scratch/domains"
mapfile -t files < <(find "$scratch/domains" -name '*.xml' | sort)
for ((batch = 1; batch <= batches; batch++)); do
  run "$build/tests/unit/test_sequence" "$rounds" "$batch" "${files[@]}"
  ok "batch $batch: $rounds sequences on ${#files[@]} files" is "$status" 0
  grep -E '^ +[0-9]+ [a-z]' <<<"$out" | tee -a "$scratch/counts" |
    sed 's/^/# /'
  [ "$status" = 0 ] || tail -40 <<<"$out$err" | cut -c1-400 | sed 's/^/# /'
done
echo "# in all:"
awk '{n = $1; $1 = ""; if (!($0 in sum)) order[++count] = $0; sum[$0] += n}
  END {for (i = 1; i <= count; i++) printf "#%7d%s\n", sum[order[i]], order[i]}
' "$scratch/counts"
finish
