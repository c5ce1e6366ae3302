#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fault.sh PROGRAM HOSTS SHIM - apply, undo and repair are killed, or a call of
# theirs fails, at every call that writes. Afterwards the domain and the hook
# are whole: as before or as wanted. The journal says which, and where it is
# open "repair" leads to either, byte for byte. The hook's directory and the
# domain are compared, with modes; so are the exit codes.
# VIRT_TUNE_LONG=1: every call in all ways of failing; else every second call in
# one of them.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1") host=$(realpath "$2")/i7-12700k shim=$(realpath "$3")
data=$(cd "$(dirname "$0")/../data" && pwd)
[ -e "$shim" ] || plan_skip "the shim is not built"
export ASAN_OPTIONS=verify_asan_link_order=0
ways=(kill after power zero short part full EIO ENOSPC EROFS
  EIO+ ENOSPC+ EROFS+ 'EIO!' 'EIO+!')
work=$scratch/work
points=0 all=0 all_open=0
declare -A tally=()
rows=()
RANDOM=7

vt() { "$program" --sysroot "$host" --root root "$@" </dev/null; }
faulty() { # N HOW WORDS...
  local at=$1 how=$2
  shift 2
  LD_PRELOAD=$shim FAULT_AT=$at FAULT_HOW=$how FAULT_COUNT=$scratch/calls \
    FAULT_ASIDE=$scratch/aside FAULT_LOG=$scratch/log \
    vt "$@" >"$scratch/out" 2>"$scratch/err"
}
state() { # of all that is not the journal
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
  cd "$scratch" && rm -rf "$work" aside log && mkdir aside &&
    cp -a "$1" "$work" && cd "$work" || exit
}

# Every record is whole, and says how far it came.
records() {
  local record name
  for record in root/var/lib/virt-tune/*/[0-9][0-9][0-9][0-9]; do
    [ -d "$record" ] || continue
    for name in before.xml preview.xml summary state; do
      [ -s "$record/$name" ] || echo "$record/$name is empty or missing"
    done
    case $(<"$record/state") in
      begun | broken | applied | 'taken back') ;;
      *) echo "$record/state says: $(<"$record/state")" ;;
    esac
  done
}

# From an open record both ways lead to a whole state.
repair_both() {
  local way
  left_open=$((left_open + 1))
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

# What a run that was hurt left; the command, to try it once more.
check() { # STATUS WORDS...
  local now status=$1 repair=0
  shift
  # Every file is whole, whatever else: one of the two, or not there.
  state | sed -n '/^[0-9]/p' | while read -r line; do
    grep -qxF "$line" <<<"$old"$'\n'"$new" || echo "$line"
  done >"$scratch/torn"
  grep -v '\.virt-tune-......$' "$scratch/torn" >"$scratch/odd" &&
    problem "torn: $(<"$scratch/odd")"
  [ -z "$(records)" ] || problem "$(records)"
  [ "$how/$status" = part/0 ] || [ "$how" != part ] ||
    problem "exit $status, though what was left of a write can be written"
  vt repair ./w.xml >/dev/null 2>&1 || repair=$?
  now=$(state)
  [ "$1/$repair" != repair/0 ] || status=137 # it ends in either
  case $repair/$status in
    0/0) [ "$now" = "$new" ] || problem "exit 0, and not the new state" ;;
    0/137) [ "$now" = "$old" ] || [ "$now" = "$new" ] ||
      problem "nothing is open, and it is neither the old nor the new state" ;;
    0/[1-5]) [ "$now" = "$old" ] ||
      problem "exit $status, and not the old state" ;;
    0/*) problem "exit $status, and nothing is open" ;;
    2/0) # what was said last may be lost with the power, and is asked again
      [[ $how == *! ]] || problem "exit 0, and something is open"
      repair_both ;;
    2/6 | 2/137) repair_both ;;
    2/[1-5]) # taken back, and even the journal could not be written
      [ "$now" = "$old" ] || [ "$1" = repair ] ||
        problem "exit $status, and not the old state"
      repair_both ;;
    *) problem "repair ends with $repair" ;;
  esac
  [ -n "${VIRT_TUNE_LONG-}" ] && [ "$repair" = 0 ] && [ "$1" != repair ] &&
    [ "$now" = "$old" ] || return 0
  vt "$@" >"$scratch/out" 2>"$scratch/err" || problem "then, again: exit $?"
  [ "$(state)" = "$new" ] || problem "then, again: not the new state"
}

# The step of apply/apply.c that a call belongs to, by what it changes.
step_of() { # PATH
  case $1 in
    */virt-tune/made | */virt-tune/.virt-tune-* | *root/etc*)
      step='hook files written' ;;
    */virt-tune/*/[0-9]*/*) step='read back, journal ended' ;;
    *root*) case $1 in
      */virt-tune/*/*) step='copies kept in the journal' ;;
    esac ;;
    *) step='file rewritten' ;;
  esac
}

hurt() { # AT HOW WORDS...
  local status=0
  at=$1 how=$2
  shift 2
  start "$template"
  faulty "$at" "$how" "$@" 2>/dev/null || status=$?
  check "$status" "$@"
  runs=$((runs + 1))
  tally["$row/$how"]=$((${tally["$row/$how"]-0} + 1))
}

# every TEXT TEMPLATE WORDS...: hurts the command at each of its calls.
# `old` and `new` are taken from it, if they are not given.
every() {
  local text=$1 template=$2 name path way step='copies kept in the journal' calls
  shift 2
  problems=0 runs=0 left_open=0 how=none at=0
  start "$template"
  [ -n "$old" ] || old=$(state)
  faulty 0 none "$@" || problem "unhurt, it ends with $?"
  [ -n "$new" ] || new=$(state)
  mapfile -t calls <"$scratch/log"
  for ((i = 0; i < ${#calls[@]}; i++)); do
    read -r name path <<<"${calls[i]}"
    step_of "$path"
    row="$text: $step"
    [ -n "${tally["$row"]-}" ] || rows+=("$row")
    tally["$row"]=seen
    [ -n "${VIRT_TUNE_LONG-}" ] || [ $((i % 2)) = 0 ] || continue
    points=$((points + 1))
    chosen=("${ways[@]}")
    [ "$name" = write ] ||
      chosen=(kill after power zero EIO ENOSPC EROFS EIO+ ENOSPC+ EROFS+
        'EIO!' 'EIO+!')
    [ -n "${VIRT_TUNE_LONG-}" ] || chosen=("${chosen[RANDOM % ${#chosen[@]}]}")
    for way in "${chosen[@]}"; do
      hurt $((i + 1)) "$way" "$@"
    done
  done 2>/dev/null
  [ "$runs" -gt 0 ] || problem "it calls nothing that writes"
  all=$((all + runs))
  all_open=$((all_open + left_open))
  echo "# $text: ${#calls[@]} calls, $runs faults," \
    "$left_open left open and repaired both ways"
  ok "$text: whole after each of $runs faults" is "$problems" 0
  old='' new=''
}

table() {
  local row way line sum
  printf '# faults, by step and kind\n# %-44s' ''
  printf '%8s' "${ways[@]}" "in all"
  echo
  for row in "${rows[@]}"; do
    line='' sum=0
    for way in "${ways[@]}"; do
      line+=$(printf '%8d' "${tally["$row/$way"]-0}")
      sum=$((sum + ${tally["$row/$way"]-0}))
    done
    printf '# %-44s%s%8d\n' "$row" "$line" "$sum"
  done
  echo "# $points calls hurt, $all faults, $all_open left open and repaired"
}

old='' new=''
mkdir "$scratch/fresh" && cp "$data/demo/win10.xml" "$scratch/fresh/w.xml"
every "apply" "$scratch/fresh" apply ./w.xml --yes

# The journal goes by a file's path: templates are made where they are used.
prepare() { # NAME TEMPLATE; what follows is done there
  start "$2"
  "${@:3}" >/dev/null 2>&1
  rm -rf "${scratch:?}/$1"
  cp -a "$work" "$scratch/$1"
}
prepare applied "$scratch/fresh" vt apply ./w.xml --yes
every "undo" "$scratch/applied" undo ./w.xml

# The hook alone, beside hooks of somebody else.
others() {
  mkdir -p root/etc/libvirt/hooks/qemu.d
  printf '#!/bin/sh\nexit 0\n' >root/etc/libvirt/hooks/qemu
  printf '#!/bin/sh\n' >root/etc/libvirt/hooks/qemu.d/10-mine
  chmod 755 root/etc/libvirt/hooks/qemu root/etc/libvirt/hooks/qemu.d/10-mine
  vt apply ./w.xml --yes
}
prepare beside "$scratch/fresh" others
every "hook" "$scratch/beside" apply ./w.xml --yes --layout keep \
  --set host.sleep=off
ok "that left the domain alone" cmp w.xml "$scratch/beside/w.xml"

# An older record, while a later one stands on the same files.
prepare twice "$scratch/beside" vt apply ./w.xml --yes --layout keep \
  --set host.sleep=off --set disks.cache=none
every "undo 1" "$scratch/twice" undo ./w.xml 1

# A repair is cut off, too: the record stays open until it ends.
cut_off() { # NAME TEMPLATE WORDS...: just after the domain is written
  local name=$1 template=$2 at
  shift 2
  start "$template"
  faulty 0 none "$@"
  at=$(grep -nx -m 1 'rename .*w\.xml' "$scratch/log" | cut -d: -f1)
  start "$template"
  faulty "$at" after "$@"
  cp -a "$work" "$scratch/$name"
  ok "$name: cut off just after the rename, it is open" \
    eval '! vt repair ./w.xml >/dev/null 2>&1'
}
states() { # TEMPLATE TEMPLATE: what the record goes between
  old=$(cd "$1" && state) new=$(cd "$2" && state)
}
cut_off cut "$scratch/fresh" apply ./w.xml --yes
prepare undone "$scratch/applied" vt undo ./w.xml
cut_off cut-undo "$scratch/applied" undo ./w.xml
for way in --take-back --finish; do
  states "$scratch/fresh" "$scratch/applied"
  every "repair $way" "$scratch/cut" repair ./w.xml "$way"
  states "$scratch/applied" "$scratch/undone"
  every "repair of an undo $way" "$scratch/cut-undo" repair ./w.xml "$way"
done
ok "at least 200 calls were hurt" test "$points" -ge 200
table

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
