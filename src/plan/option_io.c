/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options' table: disks, controllers and interfaces. Data only; rows
 * stand from OPTION_DISKS_BUS on.
 */
#include "plan/option_row.h"

#define ROW(id) [OPTION_##id - OPTION_DISKS_BUS]
#define HEAD(of) .group = "Disks and network", .part = (of)
#define DRIVER(devices, name) \
    .place = {                \
        .scope = (devices),   \
        .parent = "devices",  \
        .attribute = (name),  \
    }
#define QUEUES(devices, name) \
    .place = {                \
        .scope = (devices),   \
        .parent = "devices",  \
        .number = (name),     \
    }
#define SOURCE .source = "libvirt: formatdomain, \"Devices\""

const struct option_row option_io_rows[] = {
    ROW(DISKS_BUS) =
        {
            .key = "disks.bus",
            HEAD(PART_BUS),
            .title = "disk bus",
            .type = OPTION_TYPE_CHOICE,
            .words = WORDS("virtio"),
            .on = 1,
            .replaces = true,
            .has_no_off = true,
            .place = {.scope = SCOPE_BUSES,
                      .parent = "devices",
                      .element = "target",
                      .attribute = "bus",
                      .absent = OPTION_OTHER},
            .does = "SATA and IDE disks become virtio, which is faster. "
                    "CD-ROMs stay.",
            .risk = "Without its driver the guest does not boot. Windows: add "
                    "a second, small virtio disk first and install viostor "
                    "until it sees that one. Linux: virtio_blk in the "
                    "initramfs, UUIDs in fstab. Snapshots know the old names.",
            .writes = "<disk><target dev= bus='virtio'>, no <address "
                      "type='drive'>",
            .source = "libvirt: formatdomain, \"Hard drives, floppy disks, "
                      "CDROMs\"",
        },
    ROW(DISKS_CACHE) =
        {
            .key = "disks.cache",
            HEAD(PART_IO),
            .title = "host cache",
            .type = OPTION_TYPE_CHOICE,
            .words = WORDS("none", "directsync", "writeback", "writethrough",
                           "unsafe"),
            .on = 1,
            .replaces = true,
            DRIVER(SCOPE_DISKS, "cache"),
            .does = "Whether the host caches what the guest's disks read and "
                    "write. none leaves it to the guest, which caches anyway.",
            .cost = "none: what the host had cached has to be read again.",
            .risk = "none: the guest does not start from a file system "
                    "without O_DIRECT. unsafe loses data in a crash.",
            .writes = "<disk><driver cache=>, all disks of files and devices",
            SOURCE,
        },
    ROW(DISKS_IO) =
        {
            .key = "disks.io",
            HEAD(PART_IO),
            .title = "disk I/O",
            .type = OPTION_TYPE_CHOICE,
            .words = WORDS("native", "threads", "io_uring"),
            .on = 1,
            .replaces = true,
            DRIVER(SCOPE_DISKS, "io"),
            .does = "How QEMU asks the kernel: native and io_uring wait for "
                    "nothing; threads is the default.",
            .risk = "native stops the guest's I/O for a moment on images that "
                    "still grow. It needs host cache none or directsync: that "
                    "is set with it.",
            .writes = "<disk><driver io=>, all disks of files and devices",
            SOURCE,
        },
    ROW(DISKS_DISCARD) =
        {
            .key = "disks.discard",
            HEAD(PART_IO),
            .title = "discard",
            .type = OPTION_TYPE_CHOICE,
            .words = WORDS("unmap", "ignore"),
            .on = 1,
            .replaces = true,
            DRIVER(SCOPE_DISKS, "discard"),
            .does = "unmap gives space back to the host that the guest no "
                    "longer needs (TRIM).",
            .risk = "What the guest deleted cannot be recovered.",
            .writes = "<disk><driver discard=>, all disks of files and "
                      "devices",
            SOURCE,
        },
    ROW(DISKS_QUEUES) =
        {
            .key = "disks.queues",
            HEAD(PART_IO),
            .title = "disk queues",
            .type = OPTION_TYPE_NUMBER,
            .minimum = 1,
            .maximum = 1024,
            .on = 4,
            .replaces = true,
            QUEUES(SCOPE_VIRTIO_DISKS, "queues"),
            .does = "So many vCPUs can send requests to a virtio disk at once. "
                    "Machine types from 5.2 on have one queue for each vCPU by "
                    "themselves, older ones one in all.",
            .cost = "An interrupt of the guest for each queue; more than its "
                    "vCPUs serve nothing.",
            .writes = "<disk><driver queues=>, all virtio disks of files and "
                      "devices",
            SOURCE,
        },
    ROW(IOTHREADS_IDLE) =
        {
            .key = "iothreads.idle",
            HEAD(PART_IOTHREADS),
            .on = OPTION_ON,
            .title = "idle I/O threads",
            FOR_ALL(PROPOSE_OFF),
            .place = {.parent = "iothreads"},
            .does = "I/O threads that no disk, no controller and nothing else "
                    "of the domain uses. Off removes them, with their pins; "
                    "the others keep their numbers.",
            .cost = "On: a thread each that does nothing, and lines that look "
                    "as if it did.",
            .writes = "<iothreads>, <iothreadids>, <cputune><iothreadpin>",
            .source = "libvirt: formatdomain, \"IOThreads Allocation\"",
        },
    ROW(SCSI_IOTHREAD) =
        {
            .key = "scsi.iothread",
            HEAD(PART_IO),
            .title = "SCSI I/O thread",
            .type = OPTION_TYPE_NUMBER,
            .minimum = 1,
            .maximum = 1024,
            .on = 1,
            .replaces = true,
            QUEUES(SCOPE_SCSI, "iothread"),
            .does = "The virtio-scsi controllers work in this I/O thread, not "
                    "in QEMU's main loop. If the domain has none it gets one.",
            .writes = "<controller type='scsi'><driver iothread=>",
            SOURCE,
        },
    ROW(SCSI_QUEUES) =
        {
            .key = "scsi.queues",
            HEAD(PART_IO),
            .title = "SCSI queues",
            .type = OPTION_TYPE_NUMBER,
            .minimum = 2,
            .maximum = 256,
            .on = 4,
            .replaces = true,
            QUEUES(SCOPE_SCSI, "queues"),
            .does = "So many vCPUs can send requests at once. Machine types "
                    "from 5.2 on have one queue for each vCPU by themselves.",
            .writes = "<controller type='scsi'><driver queues=>",
            SOURCE,
        },
    ROW(NET_MODEL) =
        {
            .key = "net.model",
            HEAD(PART_NETWORK),
            .title = "network card",
            .type = OPTION_TYPE_CHOICE,
            .words = WORDS("virtio"),
            .on = 1,
            .replaces = true,
            .has_no_off = true,
            .place = {.scope = SCOPE_CARDS,
                      .parent = "devices",
                      .element = "model",
                      .attribute = "type",
                      .absent = OPTION_OTHER},
            .does = "Emulated network cards (e1000, e1000e, rtl8139) become "
                    "virtio, which is faster. MAC and PCI address stay.",
            .risk = "A guest without virtio's network driver has no network. "
                    "Windows: install NetKVM from virtio-win.iso first; it "
                    "sees a new card, so a fixed address has to be set again. "
                    "Linux has the driver.",
            .writes = "<interface><model type='virtio'>",
            .source = "libvirt: formatdomain, \"Setting the NIC model\"",
        },
    ROW(NET_QUEUES) =
        {
            .key = "net.queues",
            HEAD(PART_NETWORK),
            .title = "network queues",
            .type = OPTION_TYPE_NUMBER,
            .minimum = 2,
            .maximum = 256,
            .on = 4,
            .replaces = true,
            QUEUES(SCOPE_NETS, "queues"),
            .does = "So many vCPUs can receive at once: it counts from some "
                    "Gbit/s on.",
            .cost = "A kernel thread of the host for each queue.",
            .writes = "<interface><driver name='vhost' queues=>",
            SOURCE,
        },
};
