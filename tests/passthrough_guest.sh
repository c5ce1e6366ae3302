# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# Sourced by the parts of passthrough.sh that run on the passthrough host: the
# guest that they use, a domain "win10" without disks.

define_guest() { # TYPE: of libvirt's domains, qemu or kvm
  cat >"$scratch/win10.xml" <<END
<domain type='$1'>
  <name>win10</name>
  <memory unit='MiB'>128</memory>
  <vcpu>2</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <features><acpi/><apic/></features>
  <cpu mode='maximum'/>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <memballoon model='none'/>
  </devices>
</domain>
END
  virsh -q define "$scratch/win10.xml"
}
stored() { virsh dumpxml --inactive --security-info win10; }
