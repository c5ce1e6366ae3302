/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes what libvirt tells of its host, gives the host. Reads no file: of this
 * machine nothing may get in.
 */
#include "host/remote_xml.h"

#include "host/check.h"

#include <stdlib.h>
#include <string.h>

static struct page_pool *add_pool(struct arena *arena, struct page_pool **pools,
                                  size_t *count, unsigned long size_kib)
{
    struct page_pool *grown;
    size_t at = *count;

    for (size_t i = 0; i < *count; i++)
        if ((*pools)[i].size_kib == size_kib)
            return &(*pools)[i];
    grown = arena_alloc(arena, *count + 1, sizeof(*grown));
    for (; at > 0 && (*pools)[at - 1].size_kib > size_kib; at--)
        grown[at] = (*pools)[at - 1];
    for (size_t i = 0; i < at; i++)
        grown[i] = (*pools)[i];
    grown[at].size_kib = size_kib;
    *pools = grown;
    (*count)++;
    return &grown[at];
}

/* Pages of the size of a page table's entry are memory, not a pool. */
static bool is_pool(unsigned long size_kib)
{
    return size_kib > 64;
}

/* A pool of which the free part is not told is not known. */
static void read_pools(const struct remote_facts *facts, const xmlNode *cell,
                       struct arena *arena, struct memory_node *node,
                       struct memory *memory)
{
    for (const xmlNode *pages = remote_child(cell, "pages"); pages;
         pages = remote_next(pages)) {
        unsigned long size_kib = remote_size_kib(pages, "size");
        unsigned long total, left;
        struct page_pool *pool;

        if (!is_pool(size_kib) ||
            !remote_number(pages, NULL, 1UL << 42, &total) ||
            !facts->free_pages ||
            !facts->free_pages(facts->data, node->id, size_kib, &left))
            continue;
        pool = add_pool(arena, &node->pools, &node->pool_count, size_kib);
        pool->total = total;
        pool->free = left;
        pool = add_pool(arena, &memory->pools, &memory->pool_count, size_kib);
        pool->total += total;
        pool->free += left;
    }
}

void remote_memory(const struct remote_facts *facts, const xmlNode *host,
                   struct arena *arena, struct memory *memory)
{
    const xmlNode *cells =
        remote_child(remote_child(host, "topology"), "cells");
    size_t count = 0;

    *memory = (struct memory){0};
    for (const xmlNode *cell = remote_child(cells, "cell"); cell;
         cell = remote_next(cell))
        count++;
    memory->nodes = arena_alloc(arena, count + 1, sizeof(*memory->nodes));
    for (const xmlNode *cell = remote_child(cells, "cell"); cell;
         cell = remote_next(cell)) {
        struct memory_node *node = &memory->nodes[memory->node_count];
        unsigned long id;

        if (!remote_number(cell, "id", 65535, &id))
            continue;
        node->id = (unsigned)id;
        node->total_kib = remote_size_kib(remote_child(cell, "memory"), NULL);
        if (facts->available_kib)
            node->available_kib = facts->available_kib(facts->data, (int)id);
        node->is_known = node->total_kib > 0 && node->available_kib > 0;
        memory->total_kib += node->total_kib;
        memory->node_count++;
        read_pools(facts, cell, arena, node, memory);
    }
    if (facts->available_kib)
        memory->available_kib = facts->available_kib(facts->data, -1);
}

/* True if some guest of the host's libvirt can be run by KVM. */
static bool offers_kvm(struct arena *arena, const xmlNode *capabilities)
{
    for (const xmlNode *guest = remote_child(capabilities, "guest"); guest;
         guest = remote_next(guest))
        for (const xmlNode *domain =
                 remote_child(remote_child(guest, "arch"), "domain");
             domain; domain = remote_next(domain))
            if (strcmp(remote_text(arena, domain, "type"), "kvm") == 0)
                return true;
    return false;
}

struct host *remote_host(const struct remote_facts *facts, struct err *err)
{
    xmlDoc *doc = remote_parse(facts->capabilities);
    const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
    const xmlNode *told = remote_child(root, "host");
    struct host *host = mem_alloc(1, sizeof(*host));
    struct root *nowhere = root_open(ROOT_NOWHERE, NULL);

    host->arena = arena_new();
    host->root = ROOT_NOWHERE;
    host->remote = arena_strdup(host->arena, facts->name);
    if (!told)
        err_set(err, ERR_FAILED,
                "What libvirt tells of %.200s is no XML of "
                "capabilities.",
                facts->name);
    if (!told || !remote_cpus(facts, told, host->arena, &host->cpu, err)) {
        host_free(host);
        host = NULL;
    } else {
        remote_memory(facts, told, host->arena, &host->memory);
        remote_pci(facts, host->arena, &host->pci);
        claim_elsewhere(host->remote, host->arena, &host->pci, &host->claims);
        usb_probe(nowhere, host->arena, &host->pci, &host->usb);
        host->kernel = (struct kernel){
            .release = "",
            .command_line = "",
            .has_kvm = offers_kvm(host->arena, root),
        };
        bootloader_probe(nowhere, host->arena, &host->bootloader);
        check_host(host, nowhere, NULL, host->arena, &host->findings);
    }
    root_free(nowhere);
    xmlFreeDoc(doc);
    return host;
}
