/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan's cells, gives the edits that bind memory to the nodes of the
 * host and, if there are several, show the guest as many cells. There is only
 * what this program wrote before, or nothing: all else is an obstacle.
 */
#include "render/numa.h"

#include "base/text.h"
#include "plan/cell.h"

static const char *const before_numatune[] = {
    "name",
    "uuid",
    "title",
    "description",
    "metadata",
    "memory",
    "currentMemory",
    "maxMemory",
    "memtune",
    "vcpu",
    "blkiotune",
    "memoryBacking",
    "vcpus",
    "cputune",
    "iothreads",
    "iothreadids",
    "defaultiothread",
    NULL,
};
static const char *const before_cpu[] = {"os", "features", NULL};
static const char *const before_numa[] = {
    "model", "vendor", "topology", "cache", "maxphysaddr", "feature", NULL,
};
static const char *const none[] = {NULL};

static const char *nodes_text(struct rendering *r, const struct cells *cells)
{
    cpu_set_t nodes = cpuset_empty();

    for (unsigned i = 0; i < cells->count; i++)
        CPU_SET(cells->list[i].node, &nodes);
    return cpuset_text(r->arena, &nodes);
}

static void remove_children(struct rendering *r, const xmlNode *parent)
{
    for (xmlNode *node = xmlFirstElementChild((xmlNode *)parent); node;
         node = xmlNextElementSibling(node))
        edit_remove(r->edit, node);
}

static void render_numatune(struct rendering *r, const struct cells *cells)
{
    struct str lines CLEANUP(str_free) = STR_INIT;

    rendering_add_line(
        &lines, arena_printf(r->arena, "<memory mode='strict' nodeset='%s'/>",
                             nodes_text(r, cells)));
    for (unsigned i = 0; i < cells->count && cells->count > 1; i++)
        rendering_add_line(&lines,
                           arena_printf(r->arena,
                                        "<memnode cellid='%u' mode='strict' "
                                        "nodeset='%u'/>",
                                        i, cells->list[i].node));
    remove_children(r, xml_child(r->root, "numatune"));
    rendering_insert(r, "numatune", before_numatune, none, str_text(&lines));
}

static void render_cells(struct rendering *r, const struct cells *cells)
{
    const xmlNode *numa = xml_find(r->root, "cpu/numa");
    struct str lines CLEANUP(str_free) = STR_INIT;
    struct str wrapped CLEANUP(str_free) = STR_INIT;

    if (cells->count < 2) {
        if (numa)
            edit_remove(r->edit, numa);
        return;
    }
    for (unsigned i = 0; i < cells->count; i++)
        rendering_add_line(
            &lines,
            arena_printf(r->arena,
                         "<cell id='%u' cpus='%s' memory='%lu' unit='KiB'/>", i,
                         cpuset_text(r->arena, &cells->list[i].vcpus),
                         cells->list[i].memory_kib));
    if (numa) {
        remove_children(r, numa);
        edit_insert(r->edit, numa, NULL, str_text(&lines));
        return;
    }
    rendering_add_wrapped(&wrapped, "<numa>", str_text(&lines), "</numa>");
    rendering_insert(r, "cpu", before_cpu, before_numa, str_text(&wrapped));
}

/* "0 and 1", "0, 1 and 2" */
static const char *enumerate(struct rendering *r, const struct cells *cells)
{
    struct str str CLEANUP(str_free) = STR_INIT;

    for (unsigned i = 0; i < cells->count; i++)
        str_addf(&str, "%s%u",
                 i == 0                  ? ""
                 : i + 1 == cells->count ? _(" and ")
                                         : ", ",
                 cells->list[i].node);
    return arena_strdup(r->arena, str_text(&str));
}

const char *numa_render(struct rendering *r)
{
    struct cells cells = {0};

    if (r->plan->mirrors_nodes)
        cell_mirror(r->plan, &cells);
    if (cells.count == 0 || cell_is_written(r->root, &cells))
        return NULL;
    render_numatune(r, &cells);
    render_cells(r, &cells);
    if (cells.count == 1)
        return arena_printf(r->arena, "memory on node %u, beside the vCPUs",
                            cells.list[0].node);
    return arena_printf(r->arena, "%u guest NUMA cells mirror nodes %s",
                        cells.count, enumerate(r, &cells));
}
