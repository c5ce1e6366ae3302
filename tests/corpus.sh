#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# corpus.sh BUILD - layouts for every number of vCPUs on every machine of a
# collection (VIRT_TUNE_CORPUS/topology): copies of sysfs, CPUID dumps, hwloc
# XML. A machine that hwloc itself cannot load must be refused by a sentence.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
build=$(realpath "$1")
layouts=$build/tests/unit/test_layout
[ -d "${VIRT_TUNE_CORPUS-}/topology" ] ||
  plan_skip "VIRT_TUNE_CORPUS names no collection of machines"
corpus=$(realpath "$VIRT_TUNE_CORPUS")/topology

unpack() { # ARCHIVE: prints the directory
  local directory
  directory=$scratch/$(basename "$1" | sed 's/\.tar\..*//')
  mkdir -p "$directory"
  tar xf "$1" -C "$directory" && echo "$directory"
}

# What hwloc loads must do; what it does not must be refused.
check() { # NAME DIRECTORY VARIABLE...
  local name=$1 directory=$2
  shift 2
  run env "$@" "$layouts" "$directory"
  if [ "$status" != 0 ] &&
    ! env "$@" HWLOC_HIDE_ERRORS=2 lstopo-no-graphics --of console \
      >/dev/null 2>&1 && [[ $err == *"hwloc cannot read"* ]]; then
    status=0
  fi
  ok "$name" is "$status" 0
  [ "$status" = 0 ] || grep -E 'ERROR|error' "$scratch/err" | head -5 | sed 's/^/# /'
}

while IFS= read -r file; do
  check "$(basename "$file")" / HWLOC_XMLFILE="$file"
done < <(find "$corpus/xml" -name '*.xml' | sort)
while IFS= read -r file; do
  found=$(find "$(unpack "$file")" -type d -path '*/sys/devices/system/cpu' |
    head -1)
  check "$(basename "$file")" "${found%/sys/devices/system/cpu}" LC_ALL=C
  rm -rf "${scratch:?}"/*/
done < <(find "$corpus/fsroot" -type f -name '*.tar*' | sort)
while IFS= read -r file; do
  found=$(find "$(unpack "$file")" -name pu0 | head -1)
  check "$(basename "$file")" / HWLOC_CPUID_PATH="$(dirname "$found")" \
    HWLOC_COMPONENTS=x86,stop HWLOC_THISSYSTEM=0
  rm -rf "${scratch:?}"/*/
done < <(find "$corpus/cpuid" -type f -name '*.tar*' | sort)
finish
