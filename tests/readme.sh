#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# readme.sh PROGRAM README - the screens in the README are what the program
# shows. Above each stands what made it, the keys and the lines:
#   <!-- screen: 2 3 4 lines 1-14 -->
# GOLDEN_UPDATE=1 writes them anew.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1") readme=$(realpath "$2")
export TMPDIR=$scratch

shown() { # KEYS LINES: what the demo shows after the keys
  echo "$1 dump" >"$scratch/keys"
  "$program" --demo --script "$scratch/keys" win10 | sed -n "${2/-/,}p"
}

fresh=$scratch/readme screens=0 skips=0
while IFS= read -r line; do
  [ "$skips" = 0 ] || { [ "$line" != '```' ] || skips=$((skips - 1)); continue; }
  printf '%s\n' "$line"
  if [[ $line =~ ^'<!-- screen: '(.*)' lines '([0-9]+-[0-9]+)' -->'$ ]]; then
    screens=$((screens + 1))
    echo '```'
    shown "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
    echo '```'
    skips=2 # the old block's first line and its last
  fi
done <"$readme" >"$fresh"
if [ -n "${GOLDEN_UPDATE-}" ]; then
  cp "$fresh" "$readme"
fi
ok "there are screens in the README" test "$screens" -ge 2
ok "they are what the program shows" diff -u "$readme" "$fresh"
finish
