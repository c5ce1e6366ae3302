/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which cores a guest gets. Private to the layouts.
 */
#ifndef PLAN_PLACE_H
#define PLAN_PLACE_H

#include "domain/domain.h"
#include "host/host.h"

struct placement {
    bool *is_used; /* of each core; the caller's array */
    unsigned vcpus, core_count;
    unsigned threads; /* of each core that are used: 1 or more */
    const char *cost; /* a sentence, or "" */
};

/* The node of <numatune>, else of a PCI device of the domain, else node 0. */
unsigned place_node(const struct host *host, const struct domain *domain);

/*
 * Chooses cores for `vcpus` vCPUs, `node` first. `threads` 0 takes all threads
 * of a core if that divides the count, else one. False if they do not fit.
 */
bool place_vcpus(const struct host *host, unsigned node, unsigned vcpus,
                 unsigned threads, struct placement *place);

/* All cores of the fastest kind that can go. False if none can. */
bool place_most(const struct host *host, unsigned node,
                struct placement *place);

/* The greatest count for which place_vcpus succeeds. */
unsigned place_largest(const struct host *host);

#endif
