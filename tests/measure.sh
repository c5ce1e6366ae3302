#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# measure.sh PROGRAM GUEST - what check measures, against a process that waits
# for its CPU just as long as another one takes it.  Needs no libvirt.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1") guest=$(realpath "$2")
uuid=5f3c1f0a-8d5e-4c39-9d0b-0c4f6b1c8a77
[ -e /proc/self/schedstat ] || plan_skip "the kernel has no schedstat"
cpu=$(sed -n 's/^Cpus_allowed_list:\t\([0-9]*\).*/\1/p' /proc/self/status)

cat >"$scratch/guest.xml" <<END
<domain type='kvm'><name>measured</name><uuid>$uuid</uuid>
<memory>65536</memory><vcpu>2</vcpu>
<cputune><vcpupin vcpu='0' cpuset='$cpu'/><vcpupin vcpu='1' cpuset='$cpu'/>
</cputune><os><type>hvm</type></os></domain>
END
check() { "$program" --root "$scratch/root" check "$scratch/guest.xml" "$@" 2>&1; }

mkdir "$scratch/root"
ok "before it runs: a note" has "$(check)" "The guest does not run"
coproc "$guest" -uuid "$uuid" "$cpu"
read -r _ <&"${COPROC[0]}" || exit 1
out=$(check --seconds 3)
echo "$out" | sed -n '/^Measured/,/^$/s/^/# /p'
ok "it is found" has "$out" "2 vCPUs run where planned"
ok "vCPU 0 waited" has "$out" "vCPU 0 waited "
# Half the time if nobody else is there; more if this machine is busy.
waited=$(awk '$1 == 0 && $2 == '"$cpu"' { print int($4) }' <<<"$out")
ok "for about half the time" test "$waited" -ge 35
ok "for who was there" has "$out" "rival "
ok "and it is said what helps" has "$out" '"host.isolate"'
idle=$(awk '$1 == 1 && $2 == '"$cpu"' { print int($4) }' <<<"$out")
ok "vCPU 1, which sleeps, did not" test "$idle" -eq 0
# On a busy machine others may come before it.
ok "JSON has the same" grep -q '"others": ".*rival ' \
  <<<"$(check --seconds 3 --json)"
eval "exec ${COPROC[1]}>&-"
wait "$COPROC_PID" 2>/dev/null
ok "after its end: a note" has "$(check)" "The guest does not run"
finish
