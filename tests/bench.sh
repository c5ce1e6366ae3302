#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bench.sh BUILD HOSTS - what layouts and frames cost, in instructions (the same
# on every machine) and in microseconds (the least of many rounds), from 16 to
# 1024 CPUs; and "show cpus" beside lstopo and lscpu on the same made-up host.
set -u
export LC_ALL=C
build=$1 hosts=$(realpath "$2")
bench=$build/tests/unit/bench

instructions() { # WHAT CPUS
  valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    --toggle-collect="run_$1" "$bench" "$1" "$2" 1 2>&1 |
    sed -n 's/.*Collected : *//p'
}

table() { # WHAT ROUNDS TITLE
  printf '\n%s\n%6s %14s %16s %10s\n' "$3" CPUs instructions \
    'per n log2 n' microsec
  for cpus in 16 32 64 128 256 512 1024; do
    echo "$cpus $(instructions "$1" "$cpus") $("$bench" "$1" "$cpus" "$2")"
  done | awk '{ printf "%6d %14d %16.0f %10d\n", $1, $2,
    $2 / ($1 * log($1) / log(2)), $3 }'
}

# least ROUNDS NAME COMMAND...: each command of a round runs beside the others.
race() { # HOST
  local show=("$build/virt-tune" --sysroot "$1" show cpus)
  local topo=(env HWLOC_FSROOT="$1" 'HWLOC_COMPONENTS=linux,stop'
    HWLOC_THISSYSTEM=0 lstopo-no-graphics --of console)
  local table=(lscpu --sysroot "$1" -e)
  local -A least=()
  for _ in $(seq 20); do
    for name in show topo table; do
      local -n command=$name
      type "${command[0]}" >/dev/null 2>&1 || continue
      local from=${EPOCHREALTIME/./}
      "${command[@]}" >/dev/null 2>&1 || continue
      local took=$((${EPOCHREALTIME/./} - from))
      [ "${least[$name]-999999999}" -le "$took" ] || least[$name]=$took
    done
  done
  printf '\nWhole processes on %s, least microseconds of 20\n' "${1##*/}"
  printf '%-22s %8s\n' "virt-tune show cpus" "${least[show]--}" \
    lstopo-no-graphics "${least[topo]-not installed}" \
    "lscpu -e" "${least[table]-not installed}"
}

command -v valgrind >/dev/null || {
  echo "bench.sh: valgrind is not installed" >&2
  exit 77
}
table plan 200 "All layouts for a quarter of the CPUs (run_plan)"
table frame 30 "An edit in the CPUs screen and its 200x60 frame (run_frame)"
race "$hosts/epyc-7763-2s"
