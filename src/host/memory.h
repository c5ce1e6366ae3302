/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's memory and its pools of huge pages.
 */
#ifndef HOST_MEMORY_H
#define HOST_MEMORY_H

#include "base/root.h"

/* What a host should keep for itself. */
enum { MEMORY_HOST_KIB = 2 * 1024 * 1024 };

struct page_pool {
    unsigned long size_kib;
    unsigned long total, free, reserved; /* pages */
};

struct memory {
    unsigned long total_kib, available_kib; /* 0 if unknown */
    struct page_pool *pools;                /* by size, smallest first */
    size_t pool_count;
};

void memory_probe(const struct root *root, struct arena *arena,
                  struct memory *memory);

/* The pool of this page size, or NULL if the host has no such pages. */
const struct page_pool *memory_pool(const struct memory *memory,
                                    unsigned long size_kib);

/* Pages that nobody holds or has been promised. */
unsigned long page_pool_usable(const struct page_pool *pool);

#endif
