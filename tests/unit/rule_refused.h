/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of test_rule.c: what libvirt refuses or drops, disks and interfaces.
 * Included within its table; the macros are of these rows alone.
 */
/* clang-format off: a table's rows alone are no C */
#define DRIVER_DISK(bus, driver, more)                       \
    "<devices><disk type='file'><driver name='qemu' " driver \
    "/>"                                                     \
    "<target dev='da' bus='" bus "'/>" more "</disk></devices>"
#define BLOCK_DISK(path)                             \
    "<devices><disk type='block'><source dev='" path \
    "'/>"                                            \
    "<target dev='vda' bus='virtio'/></disk></devices>"
#define NET(model)                                           \
    "<devices><interface type='network'><model type='" model \
    "'/>"                                                    \
    "</interface></devices>"
#define FIRMWARE(feature)                                               \
    "<os firmware='efi'><firmware><feature enabled='yes' name='" feature \
    "'/></firmware></os>"
#define TSEG(state)                           \
    "<features><smm state='" state            \
    "'><tseg unit='MiB'>48</tseg></smm></features>"
#define IOMMU(what)                                               \
    "<devices><iommu model='intel'/><iommu model='intel'><driver " \
    what "='on'/></iommu></devices>"
#define IOAPIC(driver) "<features><ioapic driver='" driver "'/></features>"
#define BOOT(first, second)              \
    "<devices><disk><boot order='" first \
    "'/></disk><interface><boot "        \
    "order='" second "'/></interface></devices>"

    {"cpu-values", VERDICT_FAIL, SMALL, 1, "", "",
     "<cpu><feature name='a'/><feature name='b'/><feature name='a'/></cpu>",
     NULL},
    {"cpu-values", VERDICT_FAIL, SMALL, 1, "", "",
     "<cpu mode='host-model'><cache mode='passthrough'/></cpu>", NULL},
    {"cpu-values", VERDICT_FAIL, SMALL, 1, "", "",
     "<cpu mode='host-passthrough'><cache mode='passthrough' level='3'/></cpu>",
     NULL},
    {"cpu-values", VERDICT_FAIL, SMALL, 1, "", "",
     "<cpu mode='host-passthrough'><maxphysaddr mode='passthrough' bits='40'/>"
     "</cpu>",
     NULL},
    {"cpu-values", SILENT, SMALL, 1, "", "",
     "<cpu mode='host-passthrough'><cache mode='passthrough'/>"
     "<maxphysaddr mode='passthrough'/><feature name='a'/></cpu>",
     NULL},
    {"disk-values", VERDICT_FAIL, SMALL, 1, "", "",
     DRIVER_DISK("virtio", "io='native'", ""), NULL},
    {"disk-values", VERDICT_FAIL, SMALL, 1, "", "",
     DRIVER_DISK("virtio", "io='native' cache='writeback'", ""), NULL},
    {"disk-values", SILENT, SMALL, 1, "", "",
     DRIVER_DISK("virtio", "io='native' cache='directsync'", ""), NULL},
    {"disk-values", VERDICT_FAIL, SMALL, 1, "", "",
     DRIVER_DISK("virtio", "", "<address type='drive'/>"), NULL},
    {"disk-values", SILENT, SMALL, 1, "", "",
     DRIVER_DISK("sata", "", "<address type='drive'/>"), NULL},
    {"disk-values", VERDICT_FAIL, SMALL, 1, "", "",
     DRIVER_DISK("sata", "iothread='1'", "") IOTHREAD, NULL},
    {"disk-values", SILENT, SMALL, 1, "", "",
     DRIVER_DISK("virtio", "iothread='1'", "") IOTHREAD, NULL},
    {"disk-values", SILENT, SMALL, 1, "", "",
     DRIVER_DISK("virtio", "io='native'", ""), no_host_cache},
    {"disk-path", VERDICT_WARN, SMALL, 1, "", "", BLOCK_DISK("/dev/sda"), NULL},
    {"disk-path", VERDICT_WARN, SMALL, 1, "", "", BLOCK_DISK("/dev/nvme0n1"),
     NULL},
    {"disk-path", SILENT, SMALL, 1, "", "",
     BLOCK_DISK("/dev/disk/by-id/ata-sda"), NULL},
    {"disk-path", SILENT, SMALL, 1, "", "", BLOCK_DISK("/dev/vg0/guest"), NULL},
    {"emulated-network", VERDICT_NOTE, SMALL, 1, "", "", NET("e1000e"), NULL},
    {"emulated-network", VERDICT_NOTE, SMALL, 1, "", "", LINUX NET("rtl8139"),
     NULL},
    {"emulated-network", SILENT, SMALL, 1, "", "", NET("virtio"), NULL},
    {"emulated-disk", SILENT, SMALL, 1, "", "", FILE_DISK("sata"), bus_virtio},
    {"virtio-driver", VERDICT_WARN, SMALL, 1, "", "", FILE_DISK("sata"),
     bus_virtio},
    {"virtio-driver", VERDICT_WARN, SMALL, 1, "", "", LINUX FILE_DISK("ide"),
     bus_virtio},
    {"virtio-driver", SILENT, SMALL, 1, "", "", FILE_DISK("virtio"),
     bus_virtio},
    {"virtio-driver", SILENT, SMALL, 1, "", "", FILE_DISK("sata"), NULL},
    {"virtio-driver", VERDICT_WARN, SMALL, 1, "", "", NET("e1000e"),
     card_virtio},
    {"virtio-driver", SILENT, SMALL, 1, "", "", LINUX NET("e1000e"),
     card_virtio},
    {"virtio-driver", SILENT, SMALL, 1, "", "", NET("virtio"), card_virtio},
    {"emulated-network", SILENT, SMALL, 1, "", "", NET("e1000e"), card_virtio},
    {"boot-order", VERDICT_FAIL, SMALL, 1, "", "", BOOT("1", "1"), NULL},
    {"boot-order", SILENT, SMALL, 1, "", "", BOOT("1", "2"), NULL},
    {"boot-order", VERDICT_FAIL, SMALL, 1, "", "",
     "<os><boot dev='hd'/></os>" BOOT("1", "2"), NULL},
    {"boot-order", SILENT, SMALL, 1, "", "", "<os><boot dev='hd'/></os>", NULL},
    {"firmware", VERDICT_FAIL, SMALL, 1, "", "",
     "<os><loader type='pflash' secure='yes'>/a</loader></os>", NULL},
    {"firmware", VERDICT_OK, SMALL, 1, "", "",
     "<os><loader type='pflash' secure='yes'>/a</loader></os>"
     "<features><smm state='on'/></features>",
     NULL},
    {"firmware", VERDICT_OK, SMALL, 1, "", "",
     "<os firmware='efi'><loader>/a</loader></os>", NULL},
    {"firmware", VERDICT_FAIL, SMALL, 1, "", "",
     "<os firmware='efi'><loader>/a</loader></os>", old_libvirt},
    {"firmware", VERDICT_OK, SMALL, 1, "", "", "<os firmware='efi'/>",
     old_libvirt},
    {"firmware", VERDICT_NOTE, SMALL, 1, "", "", "", give_display},
    {"firmware", SILENT, SMALL, 1, "", "", "", NULL},
    {"firmware", VERDICT_FAIL, SMALL, 1, "", "",
     FIRMWARE("secure-boot") "<features><smm state='off'/></features>", NULL},
    {"firmware", VERDICT_OK, SMALL, 1, "", "", FIRMWARE("enrolled-keys"), NULL},
    {"available", VERDICT_FAIL, SMALL, 1, "", "", FIRMWARE("enrolled-keys"),
     no_smm},
    {"available", VERDICT_FAIL, SMALL, 1, "", "", TSEG("on"), no_smm},
    {"machine-values", VERDICT_FAIL, SMALL, 1, "", "", TSEG("on"), no_smm},
    {"machine-values", VERDICT_WARN, SMALL, 1, "", "", TSEG("off"), NULL},
    {"machine-values", SILENT, SMALL, 1, "", "", TSEG("on"), NULL},
    {"machine-values", VERDICT_FAIL, SMALL, 1, "", "", IOMMU("intremap"), NULL},
    {"machine-values", VERDICT_FAIL, SMALL, 1, "", "", IOMMU("eim"), NULL},
    {"machine-values", VERDICT_FAIL, SMALL, 1, "", "",
     IOMMU("intremap") IOAPIC("kvm"), NULL},
    {"machine-values", SILENT, SMALL, 1, "", "",
     IOMMU("intremap") IOAPIC("qemu"), NULL},
    {"machine-values", VERDICT_FAIL, SMALL, 1, "", "",
     IOMMU("intremap") IOAPIC("qemu"), default_ioapic},
    {"machine-values", SILENT, SMALL, 1, "", "", IOMMU("caching_mode"), NULL},
    {"metadata", VERDICT_WARN, SMALL, 1, "", "", "<metadata><mine/></metadata>",
     NULL},
    {"metadata", VERDICT_WARN, SMALL, 1, "", "",
     "<metadata><a:b xmlns:a='urn:a'/><c:d xmlns:c='urn:a'/></metadata>", NULL},
    {"metadata", SILENT, SMALL, 1, "", "",
     "<metadata><!-- x --><a:b xmlns:a='urn:a'/><c:b xmlns:c='urn:c'/>"
     "</metadata>",
     NULL},
    {"disk-source", VERDICT_WARN, INTEL, 1, "", "",
     "<devices><disk type='block'><source dev='/dev/disk/by-id/ata-AWAY'/>"
     "<target dev='vda' bus='virtio'/></disk></devices>",
     NULL},
    {"disk-source", SILENT, INTEL, 1, "", "",
     "<devices><disk type='block'><source dev='/dev/vg/away'/>"
     "<target dev='vda' bus='virtio'/></disk></devices>",
     NULL},

/* What is written by hand, and once was good advice. */
    {"timers", VERDICT_WARN, SMALL, 1, "", "",
     "<clock><timer name='hpet'/><timer name='pit'/><timer name='hpet'/>"
     "</clock>",
     NULL},
    {"timers", SILENT, SMALL, 1, "", "",
     "<clock><timer name='hpet'/><timer/><timer/><timer name='pit'/></clock>",
     NULL},
    {"stale", VERDICT_NOTE, SMALL, 1, "", "", HIDDEN, NULL},
    {"stale", VERDICT_WARN, SMALL, 1, "", "", LINUX HIDDEN, NULL},
    {"stale", VERDICT_NOTE, SMALL, 1, "", "",
     HYPERV("<vendor_id state='on' value='x'/>"), NULL},
    {"stale", VERDICT_WARN, SMALL, 1, "", "",
     "<cpu><feature name='hypervisor' policy='disable'/></cpu>", NULL},
    {"stale", SILENT, SMALL, 1, "", "", HYPERV("<vendor_id state='off'/>"),
     NULL},
    {"stale", VERDICT_NOTE, SMALL, 1, "", "", KVM_IOAPIC("pc-q35-7.2"), NULL},
    {"stale", SILENT, SMALL, 1, "", "", KVM_IOAPIC("pc-q35-4.0"), NULL},
    {"unset", VERDICT_NOTE, SMALL, 1, "", "", LINUX, NULL},
    {"unset", SILENT, SMALL, 1, "", "", LINUX, want_relaxed},
    {"emulated-disk", VERDICT_NOTE, SMALL, 1, "", "", FILE_DISK("sata"), NULL},
    {"emulated-disk", VERDICT_NOTE, SMALL, 1, "", "", FILE_DISK("ide"), NULL},
    {"emulated-disk", SILENT, SMALL, 1, "", "", FILE_DISK("virtio"), NULL},
    {"emulated-disk", SILENT, SMALL, 1, "", "",
     "<devices><disk type='file' device='cdrom'><target dev='sda' "
     "bus='sata'/></disk></devices>",
     NULL},
