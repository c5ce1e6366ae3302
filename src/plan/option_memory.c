/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options' table: memory. Data only; what follows from a row is in
 * option.c and beside it.
 */
#include "plan/option_row.h"

#include "base/text.h"

#define GROUP .group = N_("Memory")
#define SOURCE .source = "libvirt: formatdomain, \"Memory Backing\""
#define BACKING(name)              \
    .place = {                     \
        .parent = "memoryBacking", \
        .element = (name),         \
        .is_whole = true,          \
    }

const struct option_row option_memory_rows[] = {
    [OPTION_HUGEPAGES] =
        {
            .key = "hugepages",
            GROUP,
            .title = "huge pages",
            .type = OPTION_TYPE_PAGE_SIZE,
            .part = PART_HUGEPAGES,
            .on = 2048,
            FOR_ALL(PROPOSE_ON),
            .does = "Backs the guest with huge pages instead of millions of "
                    "small ones: fewer page table walks and stalls.",
            .cost = "The guest's memory is gone for the host while it runs.",
            .risk = "After days of uptime memory may be too scattered; then "
                    "the guest does not start, and says so.",
            .writes = "<memoryBacking><hugepages>",
            SOURCE,
        },
    [OPTION_HUGEPAGES_RESERVE] =
        {
            .key = "hugepages.reserve",
            GROUP,
            .title = "reserve at start",
            .part = PART_HOOK,
            .on = OPTION_ON,
            FOR_ALL(PROPOSE_ON),
            .needs = OPTIONS(OPTION_HUGEPAGES),
            .hook_key = "hugepages_kib",
            .does = "The hook reserves the pages that are missing when the "
                    "guest starts, and gives back just those when it stops.",
            .cost = "The start takes a moment longer.",
            .risk = "None for others: pages that somebody holds are left.",
            .writes = "the hook's file for this domain",
            .source = "Linux: admin-guide/mm/hugetlbpage.rst",
        },
    [OPTION_MEMBALLOON] =
        {
            .key = "memory.memballoon",
            GROUP,
            .title = "balloon",
            .part = PART_MEMORY,
            .on = OPTION_ON,
            FOR_ALL(PROPOSE_OFF),
            .place = {.parent = "devices",
                      .element = "memballoon",
                      .attribute = "model",
                      .on = "virtio",
                      .off = "none",
                      .absent = OPTION_ON},
            .does = "A device that gives the guest's unused memory back to the "
                    "host. With a passed-through device all of it is pinned, "
                    "and the balloon can give nothing back.",
            .cost = "Without it libvirt sees no statistics of the guest's "
                    "memory.",
            .writes = "<devices><memballoon model=>",
            .source = "QEMU: hw/virtio/virtio-balloon.c; Linux: VFIO pins",
        },
    [OPTION_NOSHAREPAGES] =
        {
            .key = "memory.nosharepages",
            GROUP,
            .title = "no merging (KSM)",
            .part = PART_MEMORY,
            .on = OPTION_ON,
            BACKING("nosharepages"),
            .does = "Keeps the kernel from scanning the guest's memory for "
                    "pages to merge with those of other guests.",
            .cost = "Like guests no longer share memory.",
            .writes = "<memoryBacking><nosharepages>",
            SOURCE,
        },
    [OPTION_LOCKED] =
        {
            .key = "memory.locked",
            GROUP,
            .title = "lock in memory",
            .part = PART_MEMORY,
            .on = OPTION_ON,
            BACKING("locked"),
            .does = "QEMU's memory is never swapped out. Huge pages and the "
                    "memory of a guest with passed-through PCI devices are "
                    "not swapped anyway.",
            .cost = "All of QEMU's memory is taken at once.",
            .risk = "libvirt lifts QEMU's limit on locked memory: a QEMU that "
                    "leaks takes the host's memory.",
            .writes = "<memoryBacking><locked>",
            SOURCE,
        },
    [OPTION_SOURCE] =
        {
            .key = "memory.source",
            GROUP,
            .title = "memory source",
            .type = OPTION_TYPE_CHOICE,
            .part = PART_MEMORY,
            .words = WORDS("memfd", "file", "anonymous"),
            .on = 1,
            FOR_ALL(PROPOSE_ON),
            .place = {.parent = "memoryBacking",
                      .element = "source",
                      .attribute = "type",
                      .is_whole = true},
            .does = "What the guest's memory is a mapping of. memfd can be "
                    "shared with virtiofsd and vhost-user back ends without "
                    "a file.",
            .cost = "None with huge pages; else file is slower.",
            .risk = "Huge pages of memfd do not round odd sizes up.",
            .writes = "<memoryBacking><source type=>",
            SOURCE,
        },
    [OPTION_ACCESS] =
        {
            .key = "memory.access",
            GROUP,
            .title = "memory access",
            .type = OPTION_TYPE_CHOICE,
            .part = PART_MEMORY,
            .words = WORDS("shared", "private"),
            .on = 1,
            FOR_ALL(PROPOSE_ON),
            .place = {.parent = "memoryBacking",
                      .element = "access",
                      .attribute = "mode",
                      .is_whole = true},
            .does = "virtiofs and vhost-user devices need memory that their "
                    "back end can map too: shared.",
            .risk = "The back end's process can read the guest's memory.",
            .writes = "<memoryBacking><access mode=>",
            .source = "libvirt: kbase/virtiofs",
        },
};
