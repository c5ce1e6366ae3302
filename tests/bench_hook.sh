#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bench_hook.sh [ROUNDS] - what the hook adds to a guest's start, beside hooks
# as guides have them doing the same services (tests/rival), on the made-up
# host of tests/hook: in turns, in one run, with and without their fixed sleep,
# and with virsh that answers at once or, where it is installed, the real one,
# asked of its in-memory driver.  Services: huge pages, isolation, governor,
# display (with modules).  Only one guest, whose start is prepare and started.
# Milliseconds; the least and the median of ROUNDS pairs (default 11).
# shellcheck disable=SC2034,SC2016,SC2015 # for tests/hook/host.sh, sed, and meant
set -u
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
rounds=${1:-11}
script=$here/../data/50-virt-tune
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
host=$dir/host bin=$dir/bin copy=$dir/hook
export TEST_DIR=$dir TEST_HOST=$host
vars=("TEST_DIR=$dir" "TEST_HOST=$host")
pool=$host/sys/kernel/mm/hugepages/hugepages-2048kB
a=aaaaaaaa-1111-2222-3333-444444444444
tests=0 failed=0 shell=dash
command -v dash >/dev/null || shell='sh'
run=("$shell")
# shellcheck source=tests/hook/host.sh
. "$here/hook/host.sh"
make_tools

# The rivals on the made-up host: their paths lead there, what they call is what
# the hook calls.  make_rivals VIRSH SLEEP
make_rivals() {
  local tree=$dir/rival/qemu.d/win10/prepare/begin name
  rm -rf "$dir/rival" "$dir/rivalbin"
  mkdir -p "$tree" "$dir/rivalbin"
  for name in qemu isolate kvm.conf start.sh alloc.sh performance.sh; do
    sed -e "s|/sys/|$host/sys/|g; s|/proc/|$host/proc/|g" \
      -e "s|$host/proc$host/sys/|$host/proc/sys/|g" \
      -e "s|/etc/libvirt/hooks|$dir/rival|g; s|stop lightdm|stop -- gdm|; s|vtcon0|vtcon1|; s|16-19|0-3|" \
      -e "s|^sleep .*|sleep $2|" \
      -e "s|$host/proc/sys/vm/nr_hugepages|$pool/nr_hugepages|g" \
      "$here/rival/$name" >"$dir/rival/$name"
    chmod 755 "$dir/rival/$name"
  done
  [ "$2" != 0 ] || sed -i '/^sleep 0$/d' "$dir/rival/start.sh"
  echo 'MEMORY=10' >>"$dir/rival/kvm.conf"
  # In the order that its author wants, whatever find gives.
  mv "$dir/rival/"{alloc,performance,start}.sh "$tree"
  printf '#!/bin/sh\n%s\n' "$1" >"$dir/rivalbin/virsh"
  chmod 755 "$dir/rivalbin/virsh"
}

# The same services in a data file, as 5 pages of 2 MiB are MEMORY=10.
prepare_host() {
  fresh
  add_policies
  add_devices
  echo 'Hugepagesize: 2048 kB' >"$host/proc/meminfo"
  echo 0-15 | tee "$host"/units/{system.slice,user.slice,init.scope} >/dev/null
  # What the kernel's stand-in costs is no cost of a real host.
  sed -i -e 's| && kernel "\$1"||' -e 's/() { tick;/() {/' "$copy"
  conf $a 'guest_cpus = 4-15' 'frequency_cpus = 4-15' 'hugepages_kib = 2048' \
    'hugepages_node_any = 5' 'display = 0000:01:00.0 0000:01:00.1'
  # What the guide's script does not unload keeps the card on a real host.
  rmdir "$host/sys/module/nvidia_uvm"
  local n cpus=$host/sys/devices/system/cpu
  for ((n = 0; n < 16; n++)); do
    mkdir -p "$cpus/cpu$n"
    ln -s "../cpufreq/policy$((n / 4 * 4))" "$cpus/cpu$n/cpufreq"
  done
}

call() { # COMMAND...: as libvirt calls a hook
  xml "$a" | (cd / && env -i PATH="$dir/rivalbin:$bin:/usr/bin:/bin" "${vars[@]}" \
    "$@") >"$dir/out" 2>&1
}

ours() {
  call "${run[@]}" "$copy" win10 prepare begin - &&
    call "${run[@]}" "$copy" win10 started begin -
}

theirs() {
  call "$dir/rival/qemu" win10 prepare begin - &&
    call sh "$dir/rival/isolate" win10 started begin -
}

# WHO FILE: one start, its milliseconds into FILE; fails if it did not do all.
once() {
  local from
  prepare_host
  from=${EPOCHREALTIME/./}
  "$1" || { echo "bench_hook.sh: $1 failed:"; cat "$dir/out"; return 1; }
  echo $(((${EPOCHREALTIME/./} - from) / 100)) >>"$2"
  [ "$(<"$host/sys/devices/system/cpu/cpufreq/policy4/scaling_governor")" = \
    performance ] && [ ! -e "$host/active/gdm.service" ] &&
    [ "$(<"$host/units/user.slice")" = 0-3 ] &&
    [ ! -d "$host/sys/module/nvidia" ] || {
    echo "bench_hook.sh: $1 left something undone:"
    cat "$dir/out"
    return 1
  }
}

# FILE: the least, the median
summary() {
  sort -n "$1" | awk '{ t[NR] = $1 }
    END { printf "%8.1f %8.1f", t[1] / 10, t[int((NR + 1) / 2)] / 10 }'
}

# TITLE ROUNDS VIRSH SLEEP
race() {
  local n
  rm -f "$dir"/{ours,theirs}.ms
  make_rivals "$3" "$4"
  for ((n = 0; n < $2; n++)); do
    if ((n % 2)); then
      once ours "$dir/ours.ms" && once theirs "$dir/theirs.ms" || return
    else
      once theirs "$dir/theirs.ms" && once ours "$dir/ours.ms" || return
    fi
  done
  printf '%-40s %s %s  %5s\n' "$1" "$(summary "$dir/ours.ms")" \
    "$(summary "$dir/theirs.ms")" \
    "$(paste <(sort -n "$dir/ours.ms") <(sort -n "$dir/theirs.ms") |
      awk '{ o[NR] = $1; t[NR] = $2 }
        END { m = int((NR + 1) / 2); printf "%.2f", o[m] / t[m] }')"
}

printf '\nThe hook at a start, milliseconds%7s %17s %17s  ratio\n' '' \
  'ours least median' 'guides'\'' least median'
race "guides' scripts with their sleep of 5 s" 3 'exit 0' 5
race '... without any sleep' "$rounds" 'exit 0' 0
if command -v virsh >/dev/null; then
  race '... and with what virsh itself takes' "$rounds" \
    "exec $(command -v virsh) -q -c test:///default list --all >/dev/null" 0
fi
