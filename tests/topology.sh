#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# topology.sh PROGRAM - "show cpus" of real machines: every one that hwloc can
# load is drawn, has the counts of the index and the kinds of its model; what
# hwloc cannot load ends with a sentence. VIRT_TUNE_CORPUS names the collection.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1")
corpus=${VIRT_TUNE_CORPUS-}/topology
[ -n "${VIRT_TUNE_CORPUS-}" ] || plan_skip "VIRT_TUNE_CORPUS is not set"
[ -r "$corpus/index.tsv" ] || plan_skip "there is no $corpus/index.tsv"
command -v jq >/dev/null || plan_skip "jq is not installed"

# What no row names is of one kind. A machine without a model goes by its file.
kinds_of() { # MODEL FILE
  case $1 in
    *i9-12900K | *i7-12800HX) echo 8P+8E ;;
    *i9-12900HK | *i7-1370P | *i5-13600K) echo 6P+8E ;;
    *i3-1220P) echo 2P+8E ;;
    *i9-13900K | *i9-14900K) echo 8P+16E ;;
    *i7-14700K) echo 8P+12E ;;
    *i5-L16G7*) echo 1P+4E ;;               # Lakefield
    *"Ultra 5 125H") echo 4P+8E+2L ;;       # Meteor Lake
    *"Ultra 7 155H") echo 6P+8E+2L ;;
    *"Ultra 9 285H") echo 6P+8E+2L ;;       # Arrow Lake
    *"Ultra 7 265K") echo 8P+12E ;;
    *"Ultra 7 270K Plus") echo 8P+16E ;;
    *"Core(TM) 7 350") echo 2P+4L ;;        # Wildcat Lake
    *"AI 9 HX 370"*) echo 4P+8E ;;          # Strix Point
    "") case $2 in
      */nvidia-dgx-gb10.*) echo 10P+10E ;;  # Cortex-X925, A725
      */arm-A510-*) echo 5P+3E ;;           # Cortex-X3, A715, A710; A510
    esac ;;
  esac
}

# The six counts of the index in its order, then the kinds.
# shellcheck disable=SC2016 # jq's own variables
facts='[.cpus[] | select(.online)] as $on | ($on | unique_by(.core)) as $cores |
  def kind($name; $letter): [$cores[] | select(.kind == $name)] | length |
    if . > 0 then "\(.)\($letter)" else empty end;
  "\(.packages) \(.nodes | length) \(.l3 | length) \($cores | length) " +
  "\($on | length) \((.cpus | length) - ($on | length)) " + ([kind(
  "performance"; "P"), kind("efficient"; "E"), kind("low-power"; "L")] |
  join("+"))'

# The index was made with hwloc's default, which hides what the cgroup of its
# maker forbade; the program shows all. hwloc may know no packages and cores.
same_counts() { # PACKAGES NODES L3 CORES CPUS OFFLINE of the index
  local -a got
  read -ra got <<<"$counts"
  [ "${got[*]:0:6}" = "$(($1 ? $1 : 1)) $2 $3 $(($4 ? $4 : $5)) $5 $6" ] ||
    { [ "$6" -gt 0 ] && [ "${got[4]}" -gt "$5" ] &&
      [ $((got[4] + got[5])) = $(($5 + $6)) ]; } || is "$counts" "$*"
}

drawn() { [ "$status" = 0 ] && [ -z "$err" ] && has "$out" " cpu "; }
is_refused() { [ "$status" = 1 ] && [ -z "$out" ] && sentence "$err"; }

unpack() { # FILE: into $scratch/host; $place is where what is sought lies
  rm -rf "$scratch/host"
  mkdir "$scratch/host"
  tar -C "$scratch/host" -xf "$1"
  place=$(find "$scratch/host" -path "*/$2" -print -quit)
  place=${place%/"$2"}
}

while IFS='|' read -r file form loads model packages nodes _ l3 cores cpus \
  offline _; do
  path=${VIRT_TUNE_CORPUS}/$file
  case $form in
    fsroot) unpack "$path" sys/devices/system/cpu
      show=("$program" --sysroot "$place" show cpus) ;;
    cpuid) unpack "$path" pu0
      show=(env HWLOC_CPUID_PATH="$place" "HWLOC_COMPONENTS=x86,stop"
        HWLOC_THISSYSTEM=0 "$program" show cpus) ;;
    *) show=(env HWLOC_XMLFILE="$path" "$program" show cpus) ;;
  esac
  name="${file#topology/}: $model"
  run "${show[@]}"
  if [ "$loads" = no ]; then
    ok "$name: refused" is_refused
    run "${show[@]}" --json
    ok "$name: no JSON of it" is_refused
    continue
  fi
  ok "$name: drawn" drawn
  run "${show[@]}" --json
  counts=$(jq -r "$facts" <<<"$out" 2>&1)
  ok "$name: counts" same_counts "$packages" "$nodes" "$l3" "$cores" "$cpus" \
    "$offline"
  ok "$name: kinds" is "$(cut -d ' ' -f 7 <<<"$counts")" \
    "$(kinds_of "$model" "$file")"
done < <(tail -n +2 "$corpus/index.tsv" | tr '\t' '|')
ok "there were machines" test "$count" -gt 100
finish
