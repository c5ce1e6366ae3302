/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's memory and its pools of huge pages.
 */
#ifndef HOST_MEMORY_H
#define HOST_MEMORY_H

#include "base/root.h"

#include <stdbool.h>

/* What a host should keep for itself. */
enum { MEMORY_HOST_KIB = 2 * 1024 * 1024 };

struct page_pool {
    unsigned long size_kib;
    unsigned long total, free, reserved; /* pages */
};

/* One NUMA node's part of it. The kernel counts reserved pages for all only. */
struct memory_node {
    unsigned id;
    bool is_known; /* its meminfo could be read */
    unsigned long total_kib, available_kib;
    struct page_pool *pools; /* `reserved` is 0 */
    size_t pool_count;
};

struct memory {
    unsigned long total_kib, available_kib; /* 0 if unknown */
    struct page_pool *pools;                /* by size, smallest first */
    size_t pool_count;
    struct memory_node *nodes; /* by id */
    size_t node_count;
};

void memory_probe(const struct root *root, struct arena *arena,
                  struct memory *memory);

/* The pool of this page size, or NULL if the host has no such pages. */
const struct page_pool *memory_pool(const struct memory *memory,
                                    unsigned long size_kib);

/* The node of this number, or NULL if the host has none. */
const struct memory_node *memory_node(const struct memory *memory, unsigned id);

/* The pool of this page size on one node, or NULL. */
const struct page_pool *memory_node_pool(const struct memory_node *node,
                                         unsigned long size_kib);

/* Pages that nobody holds or has been promised. */
unsigned long page_pool_usable(const struct page_pool *pool);

#endif
