/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the XML of a domain, gives the cells that stand in it, whoever wrote
 * them, and says whether they are just some others.
 */
#include "plan/cell.h"

#include <string.h>

static bool attribute_set(const xmlNode *node, const char *name, cpu_set_t *set)
{
    struct arena *arena = arena_new();
    const char *text = xml_attribute(arena, node, name);
    bool is_set = text && cpuset_parse(text, set);

    arena_free(arena);
    return is_set;
}

static bool has_attribute(const xmlNode *node, const char *name)
{
    return xmlHasProp((xmlNode *)node, (const xmlChar *)name) != NULL;
}

/* True if it has no other attributes, and no child elements. */
static bool has_only(const xmlNode *node, const char *const *names)
{
    for (const xmlAttr *a = node->properties; a; a = a->next) {
        const char *const *name = names;

        while (*name && strcmp((const char *)a->name, *name) != 0)
            name++;
        if (!*name)
            return false;
    }
    return !xmlFirstElementChild((xmlNode *)node);
}

/* strict is what libvirt takes if there is no mode. */
static bool is_strict(const xmlNode *node)
{
    return !has_attribute(node, "mode") || xml_has(node, "mode", "strict");
}

static const xmlNode *find_memnode(const xmlNode *numatune, unsigned long id)
{
    const xmlNode *node = xml_child(numatune, "memnode");
    unsigned long number;

    while (node &&
           (!xml_number(node, "cellid", CPUSET_MAX, &number) || number != id))
        node = xml_next(node);
    return node;
}

/* True if an element is strict and names just these nodes. */
static bool binds(const xmlNode *node, const char *const *names,
                  const cpu_set_t *nodes)
{
    cpu_set_t named;

    return node && has_only(node, names) && is_strict(node) &&
           (!has_attribute(node, "placement") ||
            xml_has(node, "placement", "static")) &&
           attribute_set(node, "nodeset", &named) && CPU_EQUAL(&named, nodes);
}

static bool is_cell(const xmlNode *node, unsigned id, const struct cell *cell)
{
    static const char *const names[] = {"id", "cpus", "memory", "unit", NULL};
    unsigned long number;
    cpu_set_t vcpus;

    return has_only(node, names) &&
           xml_number(node, "id", CELL_COUNT_MAX, &number) && number == id &&
           attribute_set(node, "cpus", &vcpus) &&
           CPU_EQUAL(&vcpus, &cell->vcpus) &&
           domain_size_kib(node, "memory") == cell->memory_kib;
}

static bool are_cells(const xmlNode *numa, const struct cells *cells)
{
    const xmlNode *node = xml_child(numa, "cell");

    if (cells->count < 2)
        return !numa;
    if (!numa || numa->properties ||
        xmlChildElementCount((xmlNode *)numa) != cells->count)
        return false;
    for (unsigned i = 0; i < cells->count; i++, node = xml_next(node))
        if (!node || !is_cell(node, i, &cells->list[i]))
            return false;
    return true;
}

bool cell_is_written(const xmlNode *root, const struct cells *cells)
{
    static const char *const memory[] = {"mode", "placement", "nodeset", NULL};
    static const char *const memnode[] = {"cellid", "mode", "nodeset", NULL};
    const xmlNode *numatune = xml_child(root, "numatune");
    unsigned memnodes = cells->count > 1 ? cells->count : 0;
    cpu_set_t nodes = cpuset_empty();

    for (unsigned i = 0; i < cells->count; i++)
        CPU_SET(cells->list[i].node, &nodes);
    if (!numatune || cells->count == 0 ||
        xmlChildElementCount((xmlNode *)numatune) != memnodes + 1 ||
        !binds(xml_child(numatune, "memory"), memory, &nodes))
        return false;
    for (unsigned i = 0; i < memnodes; i++) {
        cpu_set_t node = cpuset_one((int)cells->list[i].node);

        if (!binds(find_memnode(numatune, i), memnode, &node))
            return false;
    }
    return are_cells(xml_find(root, "cpu/numa"), cells);
}

/* The one node that an element binds to strictly, or -1. */
static int bound_node(const xmlNode *node)
{
    cpu_set_t nodes;

    if (!node || !is_strict(node) || xml_has(node, "placement", "auto") ||
        !attribute_set(node, "nodeset", &nodes) || CPU_COUNT(&nodes) != 1)
        return -1;
    return cpuset_next(&nodes, 0);
}

/* One more cell as it is read; false if it is bound to no single node. */
static bool add_cell(struct cells *cells, int node, const cpu_set_t *vcpus,
                     unsigned long memory_kib)
{
    if (node < 0 || cells->count == CELL_COUNT_MAX)
        return false;
    cells->list[cells->count++] = (struct cell){
        .node = (unsigned)node,
        .vcpus = *vcpus,
        .memory_kib = memory_kib,
    };
    return true;
}

bool cell_read(const struct domain *domain, struct cells *cells)
{
    const xmlNode *root = xml_root(domain->xml);
    const xmlNode *numatune = xml_child(root, "numatune");
    const xmlNode *memory = xml_child(numatune, "memory");
    const xmlNode *node = xml_find(root, "cpu/numa/cell");
    unsigned long id = 0, sum = 0;

    cells->count = 0;
    if (!domain->has_guest_numa) {
        cpu_set_t vcpus = cpuset_empty();

        for (unsigned i = 0; i < domain->vcpus && i < CPUSET_MAX; i++)
            CPU_SET((size_t)i, &vcpus);
        return add_cell(cells, bound_node(memory), &vcpus, domain->memory_kib);
    }
    for (; node; node = xml_next(node), id++) {
        const xmlNode *memnode;
        cpu_set_t vcpus = cpuset_empty();

        xml_number(node, "id", CPUSET_MAX, &id);
        attribute_set(node, "cpus", &vcpus); /* a cell may have none */
        memnode = find_memnode(numatune, id);
        if (!add_cell(cells, bound_node(memnode ? memnode : memory), &vcpus,
                      domain_size_kib(node, "memory")))
            return false;
        sum += cells->list[cells->count - 1].memory_kib;
    }
    return cells->count > 0 && sum == domain->memory_kib;
}
