#!/bin/bash
source "/etc/libvirt/hooks/kvm.conf"

virsh nodedev-reattach $GPU_VIDEO
virsh nodedev-reattach $GPU_AUDIO
virsh nodedev-reattach $DISK

modprobe -r vfio_pci
modprobe -r vfio_iommu_type1
modprobe -r vfio
