/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which cores a guest gets, and how many threads of each. Private to the
 * layouts.
 */
#ifndef PLAN_PLACE_H
#define PLAN_PLACE_H

#include "plan/goal.h"

struct placement {
    bool *is_used; /* of each core; the caller's array */
    unsigned vcpus, core_count;
    unsigned threads; /* of each core that are used: 1 or more */
    bool is_mixed;    /* cores of several kinds, or of uneven threads */
};

/*
 * Chooses cores for `vcpus` vCPUs by the goal's policy: whole cores of the
 * fastest kind that holds them; for an odd count, or where the policy says so,
 * one thread of each core. False if they do not fit.
 */
bool place_vcpus(const struct goal *goal, unsigned vcpus,
                 struct placement *place);

/* The greatest count for which place_vcpus succeeds; it does for all below. */
unsigned place_largest(const struct goal *goal);

/* The most threads that a core of this kind has; 1 if there is none. */
unsigned place_threads(const struct cpu_topology *cpu, enum core_kind kind);

/* How many cores of the kind that place_vcpus would take can go in all. */
unsigned place_room(const struct goal *goal, const struct placement *place);

#endif
