/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cells: which node of the host holds which vCPUs and how much of the guest's
 * memory. They follow from the pins and stand in <numatune> and, if there are
 * several, in <cpu><numa>. What an administrator wrote there is never changed.
 */
#ifndef PLAN_CELL_H
#define PLAN_CELL_H

#include "plan/plan.h"

enum { CELL_COUNT_MAX = 64 };

struct cell {
    unsigned node;   /* of the host */
    cpu_set_t vcpus; /* the guest's numbers */
    unsigned long memory_kib;
};

/* In order of the guest's cell ids; one is no guest cell, but all of it. */
struct cells {
    unsigned count;
    struct cell list[CELL_COUNT_MAX];
};

/*
 * Why memory and cells cannot mirror the nodes that the plan's pins are on: a
 * sentence, or NULL if they can. Hosts with one node have nothing to mirror.
 */
const char *cell_obstacle(const struct plan *plan);

/*
 * The cells that mirror the plan's pins, in order of the nodes: memory in
 * proportion to the vCPUs, in whole huge pages (2 MiB without), together just
 * the domain's. None if there is an obstacle.
 */
void cell_mirror(const struct plan *plan, struct cells *cells);

/* True if the domain's elements are what was written for its present pins. */
bool cell_is_own(const struct plan *plan);

/* True if a <domain> says just these cells, and nothing else of nodes. */
bool cell_is_written(const xmlNode *root, const struct cells *cells);

/*
 * The cells as the domain has them, whoever wrote them. False if its memory is
 * not bound strictly, each part to one node.
 */
bool cell_read(const struct domain *domain, struct cells *cells);

/*
 * How the domain will be bound: as the plan mirrors, or as the domain is. False
 * if it is not, as cell_read.
 */
bool cell_effective(const struct plan *plan, struct cells *cells);

/* The nodes that have memory. */
unsigned cell_count_nodes(const struct host *host);

/*
 * How many of the pages that the guest needs are there, and nobody's: on its
 * nodes if it is bound to such, else anywhere.
 */
unsigned long cell_usable_pages(const struct plan *plan,
                                const struct page_pool *pool);

/* False if it is known that a node cannot give its part in pages of a size. */
bool cell_can_have_pages(const struct plan *plan, unsigned long size_kib);

#endif
