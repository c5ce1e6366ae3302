/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The best set of cores of one kind: an exact search over the cache domains of
 * each node, ended early once nothing can be better, and bounded, so that a
 * machine made to be hard costs milliseconds and not hours.
 */
#ifndef PLAN_SEARCH_H
#define PLAN_SEARCH_H

#include "plan/goal.h"

struct search_want {
    const struct goal *goal;
    enum core_kind kind;
    unsigned threads;    /* every core has at least so many */
    unsigned cores;      /* how many, the kept ones included */
    const bool *is_kept; /* of each core: taken in any case; or NULL */
};

/*
 * Marks in `is_used` (one of each core) the cores of the lowest goal_cost.
 * False if there are not so many. Equal sets: the one that leaves the first
 * cores to the host.
 */
bool search_cores(const struct search_want *want, bool *is_used);

/* The most cores of a kind that search_cores can give. */
unsigned search_room(const struct search_want *want);

#endif
