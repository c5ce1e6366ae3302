/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Made-up machines for the tests of layouts: a topology built core by core,
 * without files.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include "host/host.h"

enum numbering {
    NUMBER_ADJACENT, /* siblings n, n+1 */
    NUMBER_HALVES,   /* first threads first, then all second threads */
    NUMBER_BACKWARD, /* the last core has CPU 0 */
};

struct machine; /* under construction */

struct machine *machine_new(void);

/* Appends cores of one L3 (l3_kib 0: none) and node. */
void machine_add(struct machine *machine, unsigned cores, unsigned threads,
                 enum core_kind kind, int node, unsigned long l3_kib,
                 unsigned long max_khz);

/* Lets the last L3 go on in the next machine_add. */
void machine_keep_l3(struct machine *machine);

/* Ends the construction; free the host with host_free. */
struct host *machine_host(struct machine *machine, enum numbering numbering);

/* Up to `cores` cores of any make: kinds, nodes, caches, threads. */
struct host *machine_random(unsigned cores);

/* `cpus` CPUs: two threads a core, eight cores an L3, `nodes` nodes. */
struct host *machine_large(unsigned cpus, unsigned nodes);

#endif
