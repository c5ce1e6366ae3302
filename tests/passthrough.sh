#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# passthrough.sh PROGRAM - on a passthrough host in a VM, once with an Intel
# and once with an AMD IOMMU: the groups are what lspci and sysfs say, and a
# device that is given away on the screens goes to vfio-pci when the guest
# starts and back to its driver when it ends; so does the only display, with all
# that holds it; and with KVM a guest starts with each hint of Hyper-V that the
# host has, and with all of them. VIRT_TUNE_LAB names the command that boots such
# a host: "up", "run COMMAND", "push FILE... DIR", "down".
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/tap.sh"
program=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
lab=${VIRT_TUNE_LAB-}
[ -x "$lab" ] || plan_skip "VIRT_TUNE_LAB names no lab"
trap '"$lab" down; rm -rf "$scratch"' EXIT

inside() { # WHAT SCRIPT ARGUMENT...
  "$lab" run bash "/root/passthrough_$2.sh" "${@:3}" >"$scratch/log" 2>&1
  status=$?
  sed 's/^/  /' "$scratch/log"
  case $status in
    77) ok "$iommu: $1 # $(grep -o 'SKIP.*' "$scratch/log")" true ;;
    *) ok "$iommu: $1" is "$status" 0 ;;
  esac
}

for iommu in intel amd; do
  export LAB_IOMMU=$iommu LAB_CPU=$iommu
  ok "$iommu: the host is up" "$lab" up
  "$lab" push "$program" "$here"/tap.sh "$here"/passthrough_*.sh /root || break
  inside "groups, and a device there and back" host "$iommu"
  inside "the only display there and back" display
  inside "Hyper-V's hints" hyperv
  "$lab" down
done
finish
