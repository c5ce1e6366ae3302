#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bench.sh BUILD HOSTS - what layouts and frames cost, in instructions (the same
# on every machine) and in microseconds (the least of many rounds), from 16 to
# 1024 CPUs; "show cpus" beside lstopo and lscpu on the same made-up host; "show
# groups" beside lspci and beside a shell loop of lspci, up to 5000 devices.
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

# A host with N functions, each in a group of its own.
make_devices() { # N DIR
  {
    grep -vE '^(pci|file|link|dir|#|iommu)' "$recipe"
    echo "iommu dmar0 DMA"
    awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
      printf "pci %02x:%02x.%d 020000 8086:%04x 1043:8694 02 %d vfio-pci - %s\n",
        i / 256 + 1, i % 256 / 8, i % 8, 4096 + i % 50, i, "reset_method=flr" }'
  } >"$scratch/recipe"
  sh "$(dirname "$recipe")/../mkhost" "$scratch/recipe" "$2"
}

least() { # ROUNDS COMMAND...
  local rounds=$1 best=999999999
  shift
  for _ in $(seq "$rounds"); do
    local from=${EPOCHREALTIME/./}
    "$@" >/dev/null 2>&1
    local took=$((${EPOCHREALTIME/./} - from))
    [ "$best" -le "$took" ] || best=$took
  done
  echo "$best"
}

# The loop that guides give, on a made-up host.
loop() { # HOST
  local path
  for path in "$1"/sys/kernel/iommu_groups/*/devices/*; do
    lspci -O "sysfs.path=$1/sys/bus/pci" -nns "${path##*/}"
  done
}

devices() { # HOST TITLE: the loop only where it ends soon
  local took=-
  [ "$2" -gt 100 ] || took=$(least 2 loop "$1")
  printf '%8d %12d %12d %12s\n' "$2" \
    "$(least 5 "$build/virt-tune" --sysroot "$1" show groups)" \
    "$(least 5 lspci -O "sysfs.path=$1/sys/bus/pci" -nn)" "$took"
}

command -v valgrind >/dev/null || {
  echo "bench.sh: valgrind is not installed" >&2
  exit 77
}
table plan 200 "All layouts for a quarter of the CPUs (run_plan)"
table frame 30 "An edit in the CPUs screen and its 200x80 frame (run_frame)"
printf '\nLeast microseconds on 16 CPUs\n'
printf '%-52s %8s\n' \
  "an edit in Options and its frame with every row" "$("$bench" options 16 50)" \
  "a domain parsed, proposed to and rendered" "$("$bench" render 16 50)"
race "$hosts/epyc-7763-2s"
command -v lspci >/dev/null || exit 0
recipe=$(dirname "$0")/../data/demo/i7-12700k.recipe
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
printf '\nDevices: whole processes, least microseconds of 5\n'
printf '%8s %12s %12s %12s\n' devices "show groups" "lspci -nn" "lspci loop"
devices "$hosts/i7-12700k" 29
for count in 1250 2500 5000; do
  make_devices "$count" "$scratch/$count" && devices "$scratch/$count" "$count"
done
