#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fault.sh PROGRAM HOSTS SHIM - apply, undo and repair are killed, or a call of
# theirs fails, at every call that writes. Afterwards the domain and the hook
# are whole: as before or as wanted. The journal says which, and where it is
# open "repair" leads to either, byte for byte. The hook's directory and the
# domain are compared, with modes; so are the exit codes.
# VIRT_TUNE_LONG=1: every call in all ways of failing; else every third call,
# but each in one of the worst ways.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1") host=$(realpath "$2")/i7-12700k shim=$(realpath "$3")
data=$(cd "$(dirname "$0")/../data" && pwd)
[ -e "$shim" ] || plan_skip "the shim is not built"
export ASAN_OPTIONS=verify_asan_link_order=0
ways=(kill power short EIO ENOSPC+)
stride=3
[ -z "${VIRT_TUNE_LONG-}" ] ||
  { ways+=(after ENOSPC EROFS EIO+ EROFS+) && stride=1; }
work=$scratch/work
runs=0 left_open=0 problems=0

vt() { "$program" --sysroot "$host" --root root "$@" </dev/null; }
faulty() { # N HOW WORDS...
  local at=$1 how=$2
  shift 2
  LD_PRELOAD=$shim FAULT_AT=$at FAULT_HOW=$how FAULT_COUNT=$scratch/calls \
    vt "$@" >"$scratch/out" 2>"$scratch/err"
}
state() { # of all that is not the journal
  find . -name .kept-by-fault -delete
  find root/etc w.xml -printf '%y %m %p\n' 2>/dev/null | sort
  find root/etc w.xml -type f -exec cksum {} + 2>/dev/null | sort -k3
}
problem() {
  problems=$((problems + 1))
  echo "# call $at, $how: $*"
  sed 's/^/#   /' "$scratch/err"
  [ "$problems" -lt 10 ] || { ok "too many" false; finish; exit 1; }
}
temporaries() { find . -name '.virt-tune-??????' -not -path '*/new/*'; }
start() { # TEMPLATE
  cd "$scratch" && rm -rf "$work" && cp -a "$1" "$work" && cd "$work" || exit
}

# From an open record both ways lead to a whole state.
repair_both() {
  local way
  cp -a "$work" "$scratch/both"
  for way in --take-back --finish; do
    rm -rf "$work" && cp -a "$scratch/both" "$work" && cd "$work" || exit
    vt repair ./w.xml $way >"$scratch/out" 2>"$scratch/err" ||
      problem "repair $way ends with $?"
    if [ $way = --finish ]; then
      [ "$(state)" = "$new" ] || problem "repair $way is not the new state"
    else
      [ "$(state)" = "$old" ] || problem "repair $way is not the old state"
    fi
    vt repair ./w.xml >/dev/null 2>&1 || problem "repair $way left it open"
    [ -z "$(temporaries)" ] || problem "repair $way left $(temporaries)"
  done
  rm -rf "$scratch/both"
}

check() { # STATUS: what a run that was hurt left
  local now status=$1 repair=0
  runs=$((runs + 1))
  # Every file is whole, whatever else: one of the two, or not there.
  state | sed -n '/^[0-9]/p' | while read -r line; do
    grep -qxF "$line" <<<"$old"$'\n'"$new" || echo "$line"
  done >"$scratch/torn"
  grep -v '\.virt-tune-......$' "$scratch/torn" >"$scratch/odd" &&
    problem "torn: $(<"$scratch/odd")"
  vt repair ./w.xml >/dev/null 2>&1 || repair=$?
  now=$(state)
  case $repair/$status in
    0/0) [ "$now" = "$new" ] || problem "exit 0, and not the new state" ;;
    0/137) [ "$now" = "$old" ] || [ "$now" = "$new" ] ||
      problem "nothing is open, and it is neither the old nor the new state" ;;
    0/[1-5]) [ "$now" = "$old" ] ||
      problem "exit $status, and not the old state" ;;
    0/*) problem "exit $status, and nothing is open" ;;
    2/0) problem "exit 0, and something is open" ;;
    2/6 | 2/137) left_open=$((left_open + 1)) && repair_both ;;
    2/[1-5]) # taken back, and even the journal could not be written
      [ "$now" = "$old" ] || problem "exit $status, and not the old state"
      left_open=$((left_open + 1)) && repair_both ;;
    *) problem "repair ends with $repair" ;;
  esac
}

# every TEXT TEMPLATE WORDS...: hurts the command at each of its calls.
every() {
  local text=$1 template=$2 calls from=0
  shift 2
  problems=0 runs=0 left_open=0
  start "$template"
  old=$(state)
  faulty 0 none "$@"
  new=$(state)
  calls=$(<"$scratch/calls")
  for how in "${ways[@]}"; do
    from=$((from % stride + 1))
    for ((at = from; at <= calls; at += stride)); do
      start "$template"
      status=0
      faulty "$at" "$how" "$@" 2>/dev/null || status=$?
      check "$status"
    done
  done 2>/dev/null
  echo "# $text: $calls calls, ${#ways[@]} ways, $runs faults," \
    "$left_open left open and repaired both ways"
  ok "$text: whole after each of $runs faults" is "$problems" 0
}

mkdir "$scratch/fresh" && cp "$data/demo/win10.xml" "$scratch/fresh/w.xml"
every "apply" "$scratch/fresh" apply ./w.xml --yes

# The journal goes by a file's path: templates are made where they are used.
start "$scratch/fresh"
vt apply ./w.xml --yes >/dev/null 2>&1
cp -a "$work" "$scratch/applied"
how=none at=0
every "undo" "$scratch/applied" undo ./w.xml

# A repair is cut off, too: the record of the apply stays open until it ends.
cut_new=$(cd "$scratch/applied" && state)
for ((at = 60; ; at++)); do # the first call at which the domain is written
  start "$scratch/fresh"
  cut_old=$(state)
  faulty "$at" after apply ./w.xml --yes
  cmp -s w.xml "$scratch/fresh/w.xml" || break
done 2>/dev/null
cp -a "$work" "$scratch/cut"
ok "an apply cut off just after its rename is open" \
  eval '! vt repair ./w.xml >/dev/null 2>&1'
repair_cut() { # WAY
  local calls from=0
  problems=0 runs=0 left_open=0
  start "$scratch/cut"
  faulty 0 none repair ./w.xml "$1"
  calls=$(<"$scratch/calls")
  old=$cut_old new=$cut_new
  for how in kill power ENOSPC+; do
    from=$((from % stride + 1))
    for ((at = from; at <= calls; at += stride)); do
      start "$scratch/cut"
      faulty "$at" "$how" repair ./w.xml "$1"
      runs=$((runs + 1))
      # Either it is repaired, or it is open and can be.
      if vt repair ./w.xml >/dev/null 2>&1; then
        [ "$(state)" = "$old" ] || [ "$(state)" = "$new" ] ||
          problem "repair $1: nothing is open, and it is neither"
      else
        left_open=$((left_open + 1)) && repair_both
      fi
    done
  done 2>/dev/null
  echo "# repair $1: $calls calls, 3 ways, $runs faults, $left_open left open"
  ok "repair $1: whole after each of $runs faults" is "$problems" 0
}
repair_cut --take-back
repair_cut --finish

# Signals do not end it in the middle.
for signal in TERM HUP INT; do
  start "$scratch/fresh"
  new=$(cd "$scratch/applied" && state)
  problems=0 how=$signal
  for at in 3 40 90 110; do
    start "$scratch/fresh"
    status=0
    faulty "$at" "$signal" apply ./w.xml --yes 2>/dev/null || status=$?
    [ "$(state)" = "$new" ] || problem "not applied"
    grep -q 'Applied as record' "$scratch/out" || problem "does not say so"
    vt repair ./w.xml >/dev/null 2>&1 || problem "left open"
  done 2>/dev/null
  ok "SIG$signal waits until the steps are done" is "$problems" 0
done
cd "$scratch" || exit
finish
