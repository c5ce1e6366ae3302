/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From cores to a layout: the CPU of each vCPU, the guest topology, and where
 * emulator and I/O threads run. Private to the layouts.
 */
#ifndef PLAN_FILL_H
#define PLAN_FILL_H

#include "plan/layout.h"
#include "plan/place.h"

/* Fills all but the texts `why` and `trade`. */
void fill_layout(const struct goal *goal, const struct placement *place,
                 struct arena *arena, struct layout *layout);

/*
 * The guest topology that mirrors `vcpus` vCPUs, `threads` to a core, on the
 * given cores: dies are the L3 domains, if each holds as many cores.
 */
struct guest_topology fill_topology(const struct goal *goal,
                                    const bool *is_used, unsigned vcpus,
                                    unsigned threads);

/*
 * CPUs for emulator and I/O threads that are on no core of the guest: on a
 * hybrid machine E-cores of one cluster, near the guest's node and L3.
 */
void fill_helpers(const struct goal *goal, const bool *is_used,
                  cpu_set_t *emulator, cpu_set_t *iothread);

#endif
