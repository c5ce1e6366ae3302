/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a root directory, gives memory and huge page pools, of the host and of
 * each node (Documentation/admin-guide/mm/hugetlbpage.rst). What cannot be read
 * is 0.
 */
#include "host/memory.h"

#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POOLS "sys/kernel/mm/hugepages"
#define NODES "sys/devices/system/node"

static unsigned long meminfo_kib(const char *meminfo, const char *name)
{
    const char *line = meminfo ? strstr(meminfo, name) : NULL;

    return line ? strtoul(line + strlen(name), NULL, 10) : 0;
}

static unsigned long pool_number(const struct root *root, const char *directory,
                                 const char *pool, const char *file)
{
    unsigned long number = 0;
    char path[768];

    snprintf(path, sizeof(path), "%s/%s/%s", directory, pool, file);
    root_read_number(root, path, &number);
    return number;
}

/* The pools in a directory; gives their number. */
static size_t read_pools(const struct root *root, struct arena *arena,
                         const char *directory, struct page_pool **pools)
{
    size_t names_count = 0, count = 0;
    char **names = root_list(root, arena, directory, &names_count);

    *pools = arena_alloc(arena, names_count + 1, sizeof(**pools));
    for (size_t i = 0; i < names_count; i++) {
        struct page_pool *pool = &(*pools)[count];

        if (!str_starts(names[i], "hugepages-"))
            continue;
        pool->size_kib = strtoul(names[i] + strlen("hugepages-"), NULL, 10);
        if (pool->size_kib == 0)
            continue;
        pool->total = pool_number(root, directory, names[i], "nr_hugepages");
        pool->free = pool_number(root, directory, names[i], "free_hugepages");
        pool->reserved =
            pool_number(root, directory, names[i], "resv_hugepages");
        count++;
    }
    return count;
}

/* There is no MemAvailable of a node: what files hold can be dropped. */
static void read_node(const struct root *root, struct arena *arena,
                      const char *name, struct memory_node *node)
{
    const char *meminfo =
        root_read(root, arena, arena_printf(arena, NODES "/%s/meminfo", name));

    node->is_known = meminfo && strstr(meminfo, "MemTotal:");
    node->total_kib = meminfo_kib(meminfo, "MemTotal:");
    node->available_kib = meminfo_kib(meminfo, "MemFree:") +
                          meminfo_kib(meminfo, "Active(file):") +
                          meminfo_kib(meminfo, "Inactive(file):");
    node->pool_count = read_pools(
        root, arena, arena_printf(arena, NODES "/%s/hugepages", name),
        &node->pools);
}

static void read_nodes(const struct root *root, struct arena *arena,
                       struct memory *memory)
{
    size_t count = 0;
    char **names = root_list(root, arena, NODES, &count);

    memory->nodes = arena_alloc(arena, count + 1, sizeof(*memory->nodes));
    for (size_t i = 0; i < count; i++) {
        struct memory_node *node = &memory->nodes[memory->node_count];
        unsigned long id;

        if (!str_starts(names[i], "node") ||
            !str_number(names[i] + strlen("node"), 65535, &id))
            continue;
        node->id = (unsigned)id;
        read_node(root, arena, names[i], node);
        memory->node_count++;
    }
}

void memory_probe(const struct root *root, struct arena *arena,
                  struct memory *memory)
{
    const char *meminfo = root_read(root, arena, "proc/meminfo");

    *memory = (struct memory){0};
    memory->total_kib = meminfo_kib(meminfo, "MemTotal:");
    memory->available_kib = meminfo_kib(meminfo, "MemAvailable:");
    memory->pool_count = read_pools(root, arena, POOLS, &memory->pools);
    read_nodes(root, arena, memory);
}

static const struct page_pool *find_pool(const struct page_pool *pools,
                                         size_t count, unsigned long size_kib)
{
    for (size_t i = 0; i < count; i++)
        if (pools[i].size_kib == size_kib)
            return &pools[i];
    return NULL;
}

const struct page_pool *memory_pool(const struct memory *memory,
                                    unsigned long size_kib)
{
    return find_pool(memory->pools, memory->pool_count, size_kib);
}

const struct memory_node *memory_node(const struct memory *memory, unsigned id)
{
    for (size_t i = 0; i < memory->node_count; i++)
        if (memory->nodes[i].id == id)
            return &memory->nodes[i];
    return NULL;
}

const struct page_pool *memory_node_pool(const struct memory_node *node,
                                         unsigned long size_kib)
{
    return find_pool(node->pools, node->pool_count, size_kib);
}

unsigned long page_pool_usable(const struct page_pool *pool)
{
    return pool->free > pool->reserved ? pool->free - pool->reserved : 0;
}
