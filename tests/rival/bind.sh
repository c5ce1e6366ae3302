#!/bin/bash
source "/etc/libvirt/hooks/kvm.conf"

modprobe vfio
modprobe vfio_iommu_type1
modprobe vfio_pci

virsh nodedev-detach $GPU_VIDEO
virsh nodedev-detach $GPU_AUDIO
## The disk
virsh nodedev-detach $DISK
