/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPU layouts: which host CPU runs which vCPU, emulator and I/O thread.
 */
#ifndef PLAN_LAYOUT_H
#define PLAN_LAYOUT_H

#include "plan/plan.h"

struct layout {
    unsigned vcpus;
    int *cpus;          /* of each vCPU */
    cpu_set_t emulator; /* never empty */
    cpu_set_t iothread; /* never empty */
    struct guest_topology topology;
    const char *text; /* what it is: "6 P-cores, both threads" */
    const char *host; /* what the host keeps: "P0 P1 E8-E11" */
    const char *why;  /* what it is good for: "for games" */
    const char *cost; /* what it gives up, a sentence; "" if nothing */
};

struct layouts {
    struct layout *list; /* best first; the first has the count asked for */
    size_t count;
};

/*
 * Proposes layouts for `vcpus` vCPUs: whole cores of one kind, the fastest
 * that holds them; fewest NUMA nodes, beside the domain's PCI devices; fewest
 * L3 domains; the core of CPU 0 and at least one whole core stay with the
 * host. Refuses with a sentence, naming the largest count that fits.
 */
bool layout_propose(const struct host *host, const struct domain *domain,
                    unsigned vcpus, struct arena *arena,
                    struct layouts *layouts, struct err *err);

/*
 * Puts a layout into the plan: pins, topology, and an I/O thread for virtio
 * disks that have none. An I/O thread is only added where a disk can use it.
 */
void layout_accept(const struct layout *layout, struct plan *plan);

/* True if the plan's pins are just this layout's. */
bool layout_is(const struct layout *layout, const struct plan *plan);

/* Appends core names, runs joined: "P0 P1 E8-E11". */
void layout_add_cores(struct str *str, const struct cpu_topology *cpu,
                      const bool *is_named);

#endif
