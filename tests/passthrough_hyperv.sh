#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# passthrough_hyperv.sh - the part of passthrough.sh that starts guests with the
# hints of Hyper-V, on the passthrough host itself, as root, beside the program:
# what is proposed for Windows, and each hint that the host has, one by one and
# at once; QEMU's own arguments say that the guest has them.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/passthrough_guest.sh
. "$(dirname "$0")/passthrough_guest.sh"
program=$(dirname "$(realpath "$0")")/virt-tune
export LC_ALL=C.UTF-8
[ -e /dev/kvm ] || plan_skip "this host has no KVM"
trap 'virsh -q destroy win10 >/dev/null 2>&1; virsh -q undefine win10 >/dev/null 2>&1
  rm -rf "$scratch"' EXIT

# What QEMU calls a hint that a plan has switched on, an expression.
argument() { # KEY VALUE
  local name=${1#hyperv.}
  case $1 in
    clock.hypervclock) name="time" ;;
    hyperv.spinlocks) name=spinlocks=0x$(printf %x "$2") ;;
    hyperv.vendor_id) name=vendor-id=.+ ;;
    hyperv.stimer.direct) name=stimer-direct ;;
    hyperv.tlbflush.direct) name=tlbflush-direct ;;
    hyperv.tlbflush.extended) name=tlbflush-ext ;;
    hyperv.emsr_bitmap) name=emsr-bitmap ;;
    hyperv.xmm_input) name=xmm-input ;;
  esac
  echo "hv-$name"
}
# What QEMU was started with, one property a line.
arguments() {
  tr '\0,' '[\n*]' <"/proc/$(</run/libvirt/qemu/win10.pid)/cmdline"
}

# starts TEXT OPTION...: planned, applied, started, looked at, ended and undone.
starts() {
  local text=$1 key value name
  shift
  run "$program" plan win10 --layout keep "$@"
  grep -E '^(hyperv|clock\.hypervclock)' "$scratch/out" | grep -v 'off$' \
    >"$scratch/wanted"
  run "$program" apply win10 --layout keep "$@" --yes
  ok "$text: applied" is "$status" 0
  # The hook's directory may be new: libvirt has to look again.
  systemctl restart libvirtd
  run virsh -q start win10
  ok "$text: the guest starts" is "$status" 0
  arguments >"$scratch/arguments"
  while read -r key _ value; do
    name=$(argument "$key" "$value")
    ok "... with $name" grep -qxE -- "$name(=on)?" "$scratch/arguments"
  done <"$scratch/wanted"
  run virsh -q destroy win10
  run "$program" undo win10
  ok "... and undone" diff "$scratch/before.xml" <(stored)
}

ok "a guest with KVM" define_guest kvm
stored >"$scratch/before.xml"
starts "as proposed for Windows" --guest windows
ok "which are many" [ "$(wc -l <"$scratch/wanted")" -ge 10 ]

# One by one, and all at once. The host may not have every one.
all=()
for each in hyperv.{relaxed,vapic,vpindex,runtime,synic,stimer,reset}=on \
  hyperv.{stimer.direct,frequencies,reenlightenment,tlbflush,ipi,avic}=on \
  hyperv.{tlbflush.direct,tlbflush.extended,evmcs,emsr_bitmap,xmm_input}=on \
  hyperv.spinlocks=4096 hyperv.vendor_id=on clock.hypervclock=on; do
  run "$program" plan win10 --layout keep --guest other --set "$each"
  if [ "$status" != 0 ]; then
    ok "$each # SKIP ${err#virt-tune: }" true
    continue
  fi
  all+=(--set "$each")
  starts "$each" --guest other --set hugepages=off --set "$each"
done
ok "the host has many" [ "${#all[@]}" -gt 24 ]
starts "all" --guest windows "${all[@]}"
finish
