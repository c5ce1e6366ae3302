#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# layouts.sh PROGRAM HOSTS - what can be asked of a layout on the command line:
# counts, policies, preferences, CPUs that stay with the host, pins that stay.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1") hosts=$(realpath "$2")
data=$(cd "$(dirname "$0")/../data" && pwd)
cd "$scratch" || exit 1
cp "$data/demo/win10.xml" win10.xml
export TMPDIR=$scratch

vt() { # HOST ARGUMENT...: the proposal for win10.xml
  local host=$1
  shift
  run "$program" --sysroot "$hosts/$host" --root "$scratch/root" "$@"
}
preview() { vt "$1" preview ./win10.xml "${@:2}"; }
pins() { # the CPUs of vCPU 0, 1, ..., joined by blanks
  sed -n "s/.*<vcpupin vcpu='[0-9]*' cpuset='\([^']*\)'.*/\1/p" <<<"$out" |
    paste -sd ' '
}
topology() { grep -o '<topology [^/]*' <<<"$out"; }

preview i7-12700k --format xml
ok "whole P-cores, siblings in pairs" is "$(pins)" "4 5 6 7 8 9 10 11 12 13 14 15"
preview i7-12700k --vcpus 7 --format text
ok "an odd count says what it costs" has "$out" "the other threads stay idle"
ok "the plan's layout is marked" has "$out" "> 1  7 vCPUs"
preview i7-12700k --vcpus 7 --format xml
ok "an odd count takes one thread a core" is "$(pins)" "2 4 6 8 10 12 14"
for word in "--threads 1" "--policy one-thread"; do
  # shellcheck disable=SC2086 # words
  preview i7-12700k --vcpus 6 $word --format xml
  ok "$word" is "$(pins)" "4 6 8 10 12 14"
  ok "$word tells the guest no threads" has "$(topology)" "threads='1'"
done
preview i7-12700k --vcpus 4 --policy shared --format xml
ok "shared vCPUs have all the same CPUs" is "$(pins)" "12-15 12-15 12-15 12-15"
preview i7-12700k --vcpus 4 --host-cpus 12,15 --format xml
ok "--host-cpus are left alone, whole cores" is "$(pins)" "8 9 10 11"
preview ryzen-7950x3d --vcpus 8 --format xml
ok "the big L3 by default" is "$(pins)" "4 20 5 21 6 22 7 23"
preview ryzen-7950x3d --vcpus 8 --prefer clock --format xml
ok "--prefer clock" is "$(pins)" "12 28 13 29 14 30 15 31"
preview ryzen-3900x --vcpus 12 --format xml
ok "two L3 are two dies" has "$(topology)" "dies='2' cores='3' threads='2'"
preview xeon-4214-2s --vcpus 8 --format json
ok "layouts in JSON have policy and topology" has "$out" '"policy": "shared"'
ok "and what they give up" has "$out" "Gives up"
preview offline --vcpus 2 --isolated --format xml
ok "--isolated takes just those" is "$(pins)" "2 6"
preview offline --vcpus 3
ok "too many: code 3" is "$status" 3
ok "too many: the most that fits" has "$err" "The most that fits is 2."
ok "too many: --isolated is named" has "$err" "--isolated"
preview offline --vcpus 2
ok "the most that fits does fit" is "$status" 0

# A domain that is tuned keeps its pins.
vt i7-12700k apply ./win10.xml --yes
ok "a tuned file" is "$status" 0
preview i7-12700k --layout keep --format xml
ok "keep: the same pins" is "$(pins)" "4 5 6 7 8 9 10 11 12 13 14 15"
preview i7-12700k --vcpus 14 --layout settle --format xml
ok "two more: none moves" is "$(pins)" "4 5 6 7 8 9 10 11 12 13 14 15 2 3"
preview i7-12700k --vcpus 14 --policy keep --format xml
ok "keep with another count settles" is "$(pins)" \
  "4 5 6 7 8 9 10 11 12 13 14 15 2 3"
preview i7-12700k --vcpus 8 --layout keep --format xml
ok "fewer: none moves" is "$(pins)" "4 5 6 7 8 9 10 11"
preview i7-12700k --layout keep --host-cpus 8 --format xml
ok "a core taken away: two move" is "$(pins)" "4 5 6 7 2 3 10 11 12 13 14 15"
preview i7-12700k --layout keep --host-cpus 8 --format xml --set hugepages=keep
ok "the emulator stays" has "$out" "<emulatorpin cpuset='16-17'/>"

# Domains pinned by hand keep what is good of it.
own() { # TOPOLOGY PIN...: a file own.xml with these pins
  local topology=$1 vcpu=0
  shift
  {
    echo "<domain type='kvm'><name>own</name><memory>1048576</memory>"
    echo "<vcpu>$#</vcpu><cputune>"
    for pin; do
      echo "<vcpupin vcpu='$vcpu' cpuset='$pin'/>"
      vcpu=$((vcpu + 1))
    done
    echo "</cputune><cpu mode='host-passthrough'>$topology</cpu></domain>"
  } >own.xml
}
settled() { # ARGUMENT...: the pins that come of it
  vt i7-12700k preview own.xml --format xml "$@"
  pins
}
own "<topology sockets='1' cores='4' threads='2'/>" 15 7 12 13 10 11 8 9
ok "no CPU is given twice" is "$(settled --layout settle)" "15 14 12 13 10 11 8 9"
own "<topology sockets='1' cores='4' threads='2'/>" 15 15 12 13 10 11 8 9
ok "a double pin is mended" is "$(settled --layout settle)" \
  "15 14 12 13 10 11 8 9"
own "" 4 5 6 7 8 9 10 11
ok "pairs are seen without a topology" is "$(settled --layout settle \
  --vcpus 10)" "4 5 6 7 8 9 10 11 14 15"
own "<topology sockets='1' cores='4' threads='1'/>" 5 7 9 11
ok "second threads stay" is "$(settled --layout keep --threads 1)" "5 7 9 11"
ok "and get more of their kind" is "$(settled --layout settle \
  --policy one-thread --vcpus 6)" "5 7 9 11 12 14"
vt cgroup preview ./win10.xml --vcpus 8
ok "helpers stay where the cgroup lets them" lacks "$out" "fail"
vt cgroup preview ./win10.xml --vcpus 9
ok "and a core is left for them" is "$status" 3

for bad in "--policy nonsense" "--threads 3" "--prefer size" "--host-cpus 3-1" \
  "--layout 99" "--layout nonsense"; do
  # shellcheck disable=SC2086 # words
  preview i7-12700k $bad
  ok "$bad: usage" is "$status" 2
  ok "$bad: a sentence" sentence "$err"
done
finish
