#!/bin/bash
set -x
source "/etc/libvirt/hooks/kvm.conf"

systemctl stop lightdm.service

echo 0 > /sys/class/vtconsole/vtcon0/bind
# echo 0 > /sys/class/vtconsole/vtcon1/bind

echo efi-framebuffer.0 > /sys/bus/platform/drivers/efi-framebuffer/unbind

# Against a race
sleep 5

modprobe -r nvidia_drm
modprobe -r nvidia_modeset
modprobe -r nvidia

virsh nodedev-detach $GPU_VIDEO
virsh nodedev-detach $GPU_AUDIO

modprobe vfio
modprobe vfio_pci
modprobe vfio_iommu_type1
