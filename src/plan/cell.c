/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, gives cells or the reason why there are none. Pure: writes no
 * XML and nothing into the plan.
 */
#include "plan/cell.h"

#include "base/text.h"

#include <string.h>

enum { UNIT_KIB = 2048 };

/* What cells are made of: of the plan, or of the domain as it is. */
struct source {
    const struct host *host;
    unsigned vcpus;
    const cpu_set_t *pins;
    unsigned long memory_kib;
    long page; /* a value of OPTION_HUGEPAGES */
};

static struct source planned(const struct plan *plan)
{
    return (struct source){
        .host = plan->host,
        .vcpus = plan->vcpus,
        .pins = plan->vcpupin,
        .memory_kib = plan_memory_kib(plan),
        .page = option_effective(plan, OPTION_HUGEPAGES),
    };
}

static struct source present(const struct plan *plan)
{
    return (struct source){
        .host = plan->host,
        .vcpus = plan->domain->vcpus,
        .pins = plan->domain->vcpupin,
        .memory_kib = plan->domain->memory_kib,
        .page = option_now(plan, OPTION_HUGEPAGES),
    };
}

unsigned cell_count_nodes(const struct host *host)
{
    unsigned count = 0;

    for (unsigned i = 0; i < host->cpu.node_count; i++)
        count += host->cpu.nodes[i].memory_kib > 0;
    return count;
}

static unsigned long long node_memory(const struct host *host, unsigned id)
{
    for (unsigned i = 0; i < host->cpu.node_count; i++)
        if (host->cpu.nodes[i].id == id)
            return host->cpu.nodes[i].memory_kib;
    return 0;
}

/* The cell of a node, made in its place if it is new; NULL if there is none. */
static struct cell *cell_of(struct cells *cells, unsigned node)
{
    unsigned at = 0;

    while (at < cells->count && cells->list[at].node < node)
        at++;
    if (at < cells->count && cells->list[at].node == node)
        return &cells->list[at];
    if (cells->count == CELL_COUNT_MAX)
        return NULL;
    memmove(&cells->list[at + 1], &cells->list[at],
            (cells->count - at) * sizeof(*cells->list));
    cells->list[at] = (struct cell){.node = node, .vcpus = cpuset_empty()};
    cells->count++;
    return &cells->list[at];
}

static const char *divide_vcpus(const struct source *source,
                                struct cells *cells)
{
    if (source->vcpus > CPUSET_MAX)
        return _("It has more than 1024 vCPUs.");
    for (unsigned i = 0; i < source->vcpus; i++) {
        const struct cpu_core *core;
        struct cell *cell;

        if (CPU_COUNT(&source->pins[i]) != 1)
            return _("Not every vCPU is pinned to a CPU of its own.");
        core =
            cpu_core_of(&source->host->cpu, cpuset_next(&source->pins[i], 0));
        if (!core)
            return _("A vCPU is pinned to a CPU that is not online.");
        cell = cell_of(cells, (unsigned)core->node);
        if (!cell)
            return _("The vCPUs are on more than 64 nodes.");
        CPU_SET((size_t)i, &cell->vcpus);
    }
    return NULL;
}

/* Whole units, by largest remainder; of equal ones the lower node gets it. */
static const char *divide_memory(const struct source *source,
                                 struct cells *cells)
{
    unsigned long unit =
        source->page > UNIT_KIB ? (unsigned long)source->page : UNIT_KIB;
    unsigned long units = source->memory_kib / unit, left = units;
    unsigned long rest[CELL_COUNT_MAX] = {0};

    if (source->memory_kib == 0)
        return _("The domain does not say how much memory it has.");
    if (cells->count == 1) {
        cells->list[0].memory_kib = source->memory_kib;
        return NULL;
    }
    if (source->page == OPTION_ON)
        return _("The domain's huge pages have no size by which to divide it.");
    if (source->memory_kib % unit != 0)
        return _("Its memory is no whole number of huge pages.");
    for (unsigned i = 0; i < cells->count; i++) {
        struct cell *cell = &cells->list[i];
        unsigned long weight = units * (unsigned long)CPU_COUNT(&cell->vcpus);

        cell->memory_kib = weight / source->vcpus * unit;
        rest[i] = weight % source->vcpus;
        left -= weight / source->vcpus;
    }
    for (; left > 0; left--) {
        unsigned most = 0;

        for (unsigned i = 1; i < cells->count; i++)
            if (rest[i] > rest[most])
                most = i;
        cells->list[most].memory_kib += unit;
        rest[most] = 0;
    }
    for (unsigned i = 0; i < cells->count; i++)
        if (cells->list[i].memory_kib == 0)
            return _("Its memory has fewer pages than its nodes would need.");
    return NULL;
}

/* Fills the cells; without any, gives the reason. */
static const char *derive(const struct source *source, struct cells *cells)
{
    const char *obstacle;

    *cells = (struct cells){0};
    obstacle = divide_vcpus(source, cells);
    if (!obstacle)
        obstacle = divide_memory(source, cells);
    for (unsigned i = 0; i < cells->count && !obstacle; i++) {
        unsigned long long memory =
            node_memory(source->host, cells->list[i].node);

        if (memory == 0)
            obstacle = _("A node of the vCPUs has no memory.");
        else if (memory < cells->list[i].memory_kib)
            obstacle = _("A node has less memory than its vCPUs' share.");
    }
    if (obstacle)
        cells->count = 0;
    return obstacle;
}

bool cell_is_own(const struct plan *plan)
{
    struct source source = present(plan);
    struct cells cells;

    return !derive(&source, &cells) &&
           cell_is_written(xml_root(plan->domain->xml), &cells);
}

/* True if some element below <devices> names a node of the guest. */
static bool has_device_node(const xmlNode *devices)
{
    for (const xmlNode *node = xml_child(devices, "controller"); node;
         node = xml_next(node))
        if (xml_find(node, "target/node"))
            return true;
    for (const xmlNode *node = xml_child(devices, "hostdev"); node;
         node = xml_next(node))
        if (xml_child(node, "acpi"))
            return true;
    return false;
}

static bool has_node_pages(const xmlNode *root)
{
    for (xmlNode *page = xml_find(root, "memoryBacking/hugepages/page"); page;
         page = xml_next(page))
        if (xmlHasProp(page, (const xmlChar *)"nodeset"))
            return true;
    return false;
}

/* What an administrator decided about the guest's nodes. */
static const char *foreign(const struct plan *plan, const struct cells *wanted)
{
    const xmlNode *root = xml_root(plan->domain->xml);
    const xmlNode *devices = xml_child(root, "devices");
    const xmlNode *numatune = xml_child(root, "numatune");

    if (xml_child(root, "maxMemory") || xml_child(devices, "memory"))
        return _("The domain's memory can grow; it is left as it is.");
    if (has_node_pages(root))
        return _("The domain chooses pages for each guest node; that is left.");
    if (has_device_node(devices))
        return _("A device of the domain names a guest node; that is left.");
    if (xml_has(xml_child(root, "vcpu"), "placement", "auto"))
        return _("libvirt chooses the nodes of this domain when it starts.");
    if ((!xml_last_element(numatune) && !plan->domain->has_guest_numa) ||
        cell_is_written(root, wanted) || cell_is_own(plan))
        return NULL;
    return _("The domain has a NUMA setting of its own; that is left.");
}

const char *cell_obstacle(const struct plan *plan)
{
    struct source source = planned(plan);
    const char *obstacle;
    struct cells cells;

    if (cell_count_nodes(plan->host) < 2)
        return _("The host's memory is one node.");
    obstacle = derive(&source, &cells);
    return obstacle ? obstacle : foreign(plan, &cells);
}

void cell_mirror(const struct plan *plan, struct cells *cells)
{
    struct source source = planned(plan);

    cells->count = 0;
    if (!cell_obstacle(plan))
        derive(&source, cells);
}

bool cell_effective(const struct plan *plan, struct cells *cells)
{
    if (plan->mirrors_nodes)
        cell_mirror(plan, cells);
    else
        cells->count = 0;
    return cells->count > 0 || cell_read(plan->domain, cells);
}

unsigned long cell_usable_pages(const struct plan *plan,
                                const struct page_pool *pool)
{
    unsigned long usable = page_pool_usable(pool), count = 0;
    struct cells cells;

    if (cell_count_nodes(plan->host) < 2 || !cell_effective(plan, &cells))
        return usable;
    for (unsigned i = 0; i < cells.count; i++) {
        const struct memory_node *node =
            memory_node(&plan->host->memory, cells.list[i].node);
        const struct page_pool *part =
            node ? memory_node_pool(node, pool->size_kib) : NULL;
        unsigned long needed =
            (cells.list[i].memory_kib + pool->size_kib - 1) / pool->size_kib;

        if (part)
            count += part->free < needed ? part->free : needed;
    }
    return count < usable ? count : usable;
}

bool cell_can_have_pages(const struct plan *plan, unsigned long size_kib)
{
    struct cells cells;

    if (!cell_effective(plan, &cells))
        return true;
    for (unsigned i = 0; i < cells.count; i++) {
        const struct memory_node *node =
            memory_node(&plan->host->memory, cells.list[i].node);
        const struct page_pool *pool =
            node ? memory_node_pool(node, size_kib) : NULL;
        unsigned long has_kib = pool ? pool->free * size_kib : 0;

        if (!node || !node->is_known)
            continue;
        if (has_kib < cells.list[i].memory_kib &&
            (plan->hook_obstacle ||
             has_kib + node->available_kib < cells.list[i].memory_kib))
            return false;
    }
    return true;
}
