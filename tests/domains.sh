#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# domains.sh BUILD - every domain of a collection (VIRT_TUNE_CORPUS/domains):
# read or refused by a sentence, no wish is no change, presets and random
# options give what validates wherever the domain did, and what edits once.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
build=$(realpath "$1")
[ -d "${VIRT_TUNE_CORPUS-}/domains" ] ||
  plan_skip "VIRT_TUNE_CORPUS names no collection of domains"

for archive in "$VIRT_TUNE_CORPUS"/domains/*.tar.xz; do
  mkdir -p "$scratch/unpacked"
  tar xf "$archive" -C "$scratch/unpacked"
  while IFS= read -r directory; do
    run "$build/tests/unit/test_option" "$directory"
    ok "$(basename "$archive"): ${directory#"$scratch"/unpacked}" is "$status" 0
    [ "$status" = 0 ] ||
      cat "$scratch/out" "$scratch/err" | tail -15 | sed 's/^/# /'
  done < <(find "$scratch/unpacked" -name '*.xml' -printf '%h\n' | sort -u)
  rm -rf "$scratch/unpacked"
done
finish
