#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# layers.sh BUILD_DIR - no stage calls a later one, only apply writes, only
# one file knows curses. Looks at the objects, not at the intentions.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
build=$1

symbols() { # LIBRARY: what it refers to and does not define
  nm -u "$build/libvt_$1.a" 2>/dev/null | awk '{ print $2 }' | sort -u
}
defined() { nm --defined-only "$build/libvt_$1.a" 2>/dev/null |
  awk 'NF == 3 && $2 ~ /[A-Z]/ { print $3 }' | sort -u; }
common() { comm -12 "$1" "$2"; }

writers='rename|renameat|renameat2|unlink|unlinkat|mkdir|mkdirat|rmdir|remove'
writers+='|mkostemp|mkstemp|ftruncate|truncate|chmod|fchmod|chown|fchown|link'
writers+='|symlink|nftw(64)?|fopen(64)?|system|popen|posix_spawn|exec[vl]p?e?'
writers+='|virDomain(Define|Undefine|Create|Destroy|Pin|Set|Update|Attach)[A-Za-z]*'

no_writers() {
  local found
  found=$(symbols "$1" | grep -Ex "$writers" || :)
  [ -z "$found" ] || { echo "#   $1 refers to: ${found//$'\n'/ }"; false; }
}

no_calls() { # EARLIER LATER
  symbols "$1" >"$scratch/a"
  defined "$2" >"$scratch/b"
  [ -s "$scratch/b" ] && [ -s "$scratch/a" ] &&
    [ -z "$(common "$scratch/a" "$scratch/b")" ]
}

stages=(base host domain plan render apply session ui)
for stage in "${stages[@]}"; do
  ok "libvt_$stage is there" test -s "$build/libvt_$stage.a"
done
for stage in base host domain plan render; do
  ok "$stage refers to nothing that writes" no_writers "$stage"
done
ok "the test can see a writer: apply refers to rename" \
  grep -qx rename <(symbols apply)
for ((i = 0; i < ${#stages[@]}; i++)); do
  for ((j = i + 1; j < ${#stages[@]}; j++)); do
    ok "${stages[i]} calls nothing of ${stages[j]}" \
      no_calls "${stages[i]}" "${stages[j]}"
  done
done
ok "host calls nothing of domain, nor domain of host" \
  eval 'no_calls host domain && no_calls domain host'

curses_objects() {
  nm -u -A "$build/libvt_ui.a" | grep -E ' (newterm|refresh|wrefresh|initscr|get_wch|wget_wch|endwin)$' |
    sed 's/^[^:]*:\([^:]*\):.*/\1/' | sort -u
}
ok "only term.c refers to curses" is "$(curses_objects)" "term.c.o"
finish
