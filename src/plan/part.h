/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of a plan that are shown, kept and dropped as one change.
 */
#ifndef PLAN_PART_H
#define PLAN_PART_H

/* In the order in which they are written. */
enum plan_part {
    PART_VCPUS,
    PART_VCPUPIN,
    PART_EMULATORPIN,
    PART_IOTHREADS,
    PART_VCPUSCHED,
    PART_TOPOLOGY,
    PART_FEATURES, /* of the CPU */
    PART_HUGEPAGES,
    PART_MEMORY, /* all else about the memory */
    PART_NUMA,
    PART_HYPERV,
    PART_KVM,
    PART_MACHINE, /* interrupt controllers and the like */
    PART_CLOCK,
    PART_DISKS,   /* what they are kept on */
    PART_BUS,     /* that disks hang on; before what depends on it */
    PART_IO,      /* drivers of disks and controllers */
    PART_NETWORK, /* cards */
    PART_DEVICES, /* passed through */
    PART_HOOK,
    PART_COUNT,
};

#endif
