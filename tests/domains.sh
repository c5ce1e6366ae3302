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

for archive in "$VIRT_TUNE_CORPUS"/domains/{*.tar.xz,users}; do
  [ -e "$archive" ] || continue
  mkdir -p "$scratch/unpacked"
  if [ -d "$archive" ]; then
    cp -r "$archive/." "$scratch/unpacked"
  else
    tar xf "$archive" -C "$scratch/unpacked"
  fi
  domains=0
  while IFS= read -r directory; do
    run "$build/tests/unit/test_option" "$directory"
    ok "$(basename "$archive"): ${directory#"$scratch"/unpacked}" is "$status" 0
    [ "$status" = 0 ] ||
      cat "$scratch/out" "$scratch/err" | tail -15 | sed 's/^/# /'
    number=$(sed -n 's/^\([0-9]*\) domains$/\1/p' "$scratch/out" "$scratch/err")
    domains=$((domains + ${number:-0}))
  done < <(find "$scratch/unpacked" -name '*.xml' -printf '%h\n' | sort -u)
  ok "$(basename "$archive"): $domains domains were read" \
    test "$domains" -gt 0
  rm -rf "$scratch/unpacked"
done
finish
