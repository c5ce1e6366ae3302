/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a root directory, gives memory and huge page pools
 * (Documentation/admin-guide/mm/hugetlbpage.rst). What cannot be read is 0.
 */
#include "host/memory.h"

#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POOLS "sys/kernel/mm/hugepages"

static unsigned long meminfo_kib(const char *meminfo, const char *name)
{
    const char *line = meminfo ? strstr(meminfo, name) : NULL;

    return line ? strtoul(line + strlen(name), NULL, 10) : 0;
}

static unsigned long pool_number(const struct root *root, const char *pool,
                                 const char *file)
{
    unsigned long number = 0;
    char path[512];

    snprintf(path, sizeof(path), POOLS "/%s/%s", pool, file);
    root_read_number(root, path, &number);
    return number;
}

void memory_probe(const struct root *root, struct arena *arena,
                  struct memory *memory)
{
    const char *meminfo = root_read(root, arena, "proc/meminfo");
    size_t count = 0;
    char **names = root_list(root, arena, POOLS, &count);

    *memory = (struct memory){0};
    memory->total_kib = meminfo_kib(meminfo, "MemTotal:");
    memory->available_kib = meminfo_kib(meminfo, "MemAvailable:");
    memory->pools = arena_alloc(arena, count + 1, sizeof(*memory->pools));
    for (size_t i = 0; i < count; i++) {
        struct page_pool *pool = &memory->pools[memory->pool_count];

        if (!str_starts(names[i], "hugepages-"))
            continue;
        pool->size_kib = strtoul(names[i] + strlen("hugepages-"), NULL, 10);
        if (pool->size_kib == 0)
            continue;
        pool->total = pool_number(root, names[i], "nr_hugepages");
        pool->free = pool_number(root, names[i], "free_hugepages");
        pool->reserved = pool_number(root, names[i], "resv_hugepages");
        memory->pool_count++;
    }
}

const struct page_pool *memory_pool(const struct memory *memory,
                                    unsigned long size_kib)
{
    for (size_t i = 0; i < memory->pool_count; i++)
        if (memory->pools[i].size_kib == size_kib)
            return &memory->pools[i];
    return NULL;
}

unsigned long page_pool_usable(const struct page_pool *pool)
{
    return pool->free > pool->reserved ? pool->free - pool->reserved : 0;
}
