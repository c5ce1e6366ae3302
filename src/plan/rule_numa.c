/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan on a host of several nodes, gives verdicts: where its memory
 * and its devices are, seen from its vCPUs.
 */
#include "plan/rule_row.h"

#include "base/text.h"
#include "plan/cell.h"

/* The nodes of the vCPUs' CPUs. */
static cpu_set_t guest_nodes(const struct plan *plan)
{
    cpu_set_t guest = plan_guest_cpus(plan), nodes = cpuset_empty();

    CPUSET_FOREACH(number, &guest)
    {
        const struct cpu_core *core = cpu_core_of(&plan->host->cpu, number);

        if (core)
            CPU_SET((size_t)core->node, &nodes);
    }
    return nodes;
}

/*
 * The nodes that the memory comes from, whether it must or should; none if
 * the domain does not say, or leaves it to libvirt.
 */
static cpu_set_t memory_nodes(const struct plan *plan, struct arena *arena)
{
    const xmlNode *memory =
        xml_find(xml_root(plan->domain->xml), "numatune/memory");
    const char *text = xml_attribute(arena, memory, "nodeset");
    cpu_set_t nodes = cpuset_empty();
    struct cells cells;

    if (cell_effective(plan, &cells)) {
        for (unsigned i = 0; i < cells.count; i++)
            CPU_SET(cells.list[i].node, &nodes);
        return nodes;
    }
    if (text && !xml_has(memory, "placement", "auto"))
        cpuset_parse(text, &nodes);
    return nodes;
}

static bool leaves_to_libvirt(const struct plan *plan)
{
    const xmlNode *root = xml_root(plan->domain->xml);

    return xml_has(xml_child(root, "vcpu"), "placement", "auto") ||
           xml_has(xml_find(root, "numatune/memory"), "placement", "auto");
}

/* The reason why a layout will not bind it, or how to have it bound. */
static const char *how_to_bind(const struct plan *plan)
{
    const char *obstacle = cell_obstacle(plan);

    return obstacle ? obstacle : _("Take one of the proposed layouts.");
}

/* Says so of a device on a node without a vCPU; counts those that are known. */
static bool are_devices_near(const struct plan *plan, const cpu_set_t *guest,
                             unsigned *count, struct arena *arena,
                             const struct rule *rule, struct findings *findings)
{
    for (size_t i = 0; i < plan->domain->hostdev_count; i++) {
        const struct pci_device *device =
            pci_find(&plan->host->pci, plan->domain->hostdevs[i].address);

        if (!device || device->node < 0)
            continue;
        ++*count;
        if (CPU_ISSET((size_t)device->node, guest))
            continue;
        rule_say(
            rule, findings, arena, VERDICT_WARN,
            arena_printf(arena,
                         text_plural("%s is on node %d, the vCPUs on node %s",
                                     "%s is on node %d, the vCPUs on nodes %s",
                                     (unsigned long)CPU_COUNT(guest)),
                         pci_short_address(device), device->node,
                         cpuset_text(arena, guest)),
            arena_printf(arena, "Pin the vCPUs to CPUs of node %d.",
                         device->node));
        return false;
    }
    return true;
}

void rule_memory_node(const struct plan *plan, struct arena *arena,
                      const struct rule *rule, struct findings *findings)
{
    cpu_set_t guest = guest_nodes(plan), memory = memory_nodes(plan, arena);
    cpu_set_t far = cpuset_minus(&memory, &guest);
    const char *nodes = cpuset_text(arena, &guest);
    unsigned devices = 0;
    bool is_near;

    if (cell_count_nodes(plan->host) < 2 || !plan_is_pinned(plan) ||
        cpuset_is_empty(&guest) || leaves_to_libvirt(plan))
        return;
    is_near = are_devices_near(plan, &guest, &devices, arena, rule, findings);
    if (!cpuset_is_empty(&far))
        rule_say(rule, findings, arena, VERDICT_WARN,
                 arena_printf(
                     arena,
                     text_plural("memory comes from node %s, without a vCPU",
                                 "memory comes from nodes %s, without a vCPU",
                                 (unsigned long)CPU_COUNT(&far)),
                     cpuset_text(arena, &far)),
                 how_to_bind(plan));
    else if (cpuset_is_empty(&memory) && CPU_COUNT(&guest) == 1)
        rule_say(rule, findings, arena, VERDICT_WARN,
                 arena_printf(arena,
                              "memory may come from beyond the vCPUs' node %s",
                              nodes),
                 how_to_bind(plan));
    else if (is_near && CPU_COUNT(&guest) == 1)
        rule_say(rule, findings, arena, VERDICT_OK,
                 arena_printf(arena,
                              devices > 0
                                  ? "vCPUs, memory and devices are on node %s"
                                  : "vCPUs and memory are on node %s",
                              nodes),
                 "");
}

/* True if every vCPU is pinned to the node of its cell. */
static bool are_right(const struct plan *plan, const struct cells *cells)
{
    for (unsigned i = 0; i < cells->count; i++)
        CPUSET_FOREACH(vcpu, &cells->list[i].vcpus)
        {
            const struct cpu_core *core;
            int cpu;

            if (!plan_pin(plan, (unsigned)vcpu, &cpu))
                continue;
            core = cpu_core_of(&plan->host->cpu, cpu);
            if (core && core->node != (int)cells->list[i].node)
                return false;
        }
    return true;
}

void rule_guest_cells(const struct plan *plan, struct arena *arena,
                      const struct rule *rule, struct findings *findings)
{
    cpu_set_t guest = guest_nodes(plan);
    const char *obstacle = plan->mirrors_nodes ? cell_obstacle(plan) : NULL;
    struct cells cells;
    bool is_bound = cell_effective(plan, &cells);

    if (obstacle)
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 "the plan mirrors the host's nodes, and cannot", obstacle);
    if (obstacle || cell_count_nodes(plan->host) < 2 || !plan_is_pinned(plan) ||
        leaves_to_libvirt(plan))
        return;
    if (CPU_COUNT(&guest) > 1 && !plan->mirrors_nodes &&
        !plan->domain->has_guest_numa)
        rule_say(rule, findings, arena, VERDICT_WARN,
                 arena_printf(arena, "the guest spans %d nodes unknowingly",
                              CPU_COUNT(&guest)),
                 how_to_bind(plan));
    else if (is_bound && cells.count > 1 && !are_right(plan, &cells))
        rule_say(rule, findings, arena, VERDICT_WARN,
                 "guest cells are bound to other nodes than their vCPUs",
                 how_to_bind(plan));
    else if (is_bound && cells.count > 1)
        rule_say(rule, findings, arena, VERDICT_OK,
                 arena_printf(arena, "%u guest cells mirror the host's nodes",
                              cells.count),
                 "");
}

/* What one node has to give, KiB: huge pages if the guest is in such. */
static unsigned long node_has(const struct plan *plan,
                              const struct memory_node *node)
{
    long size = option_effective(plan, OPTION_HUGEPAGES);
    const struct page_pool *pool =
        size > OPTION_ON ? memory_node_pool(node, (unsigned long)size) : NULL;
    unsigned long pages = pool ? pool->free * pool->size_kib : 0;

    if (size <= OPTION_ON)
        return node->available_kib;
    return option_effective(plan, OPTION_HUGEPAGES_RESERVE)
               ? pages + node->available_kib
               : pages;
}

static void check_node(const struct plan *plan, unsigned id,
                       unsigned long needed_kib, struct arena *arena,
                       const struct rule *rule, struct findings *findings)
{
    const struct memory_node *node = memory_node(&plan->host->memory, id);
    bool has_pages = option_effective(plan, OPTION_HUGEPAGES) > OPTION_ON;
    unsigned long has_kib;

    if (!node && plan->host->memory.node_count > 0) {
        rule_say(rule, findings, arena, VERDICT_WARN,
                 arena_printf(
                     arena, "memory is bound to node %u, not of this host", id),
                 "The guest will not start. Change its <numatune>.");
        return;
    }
    if (cell_count_nodes(plan->host) < 2 || plan->domain->is_running)
        return;
    if (!node || !node->is_known) {
        rule_say(rule, findings, arena, VERDICT_UNKNOWN,
                 arena_printf(arena, "what node %u has could not be read", id),
                 "")
            ->source =
            arena_printf(arena, "/sys/devices/system/node/node%u/meminfo", id);
        return;
    }
    has_kib = node_has(plan, node);
    if (has_kib < needed_kib)
        rule_say(rule, findings, arena, VERDICT_WARN,
                 arena_printf(
                     arena,
                     has_pages ? "node %u has %lu MiB of huge pages, %lu are "
                                 "needed"
                               : "node %u has %lu MiB of free memory, %lu are "
                                 "needed",
                     id, has_kib / 1024, needed_kib / 1024),
                 has_pages && !option_effective(plan, OPTION_HUGEPAGES_RESERVE)
                     ? "The guest will not start. Switch on \"reserve at "
                       "start\", or reserve pages on that node."
                     : "Free memory on that node, or choose another node.");
}

void rule_node_memory(const struct plan *plan, struct arena *arena,
                      const struct rule *rule, struct findings *findings)
{
    long size = option_effective(plan, OPTION_HUGEPAGES);
    unsigned long page = size > OPTION_ON ? (unsigned long)size : 1;
    struct cells cells;

    if (!cell_effective(plan, &cells))
        return;
    for (unsigned i = 0; i < cells.count; i++) {
        unsigned long needed_kib = 0;
        bool is_done = false;

        for (unsigned j = 0; j < cells.count; j++) {
            if (cells.list[j].node != cells.list[i].node)
                continue;
            is_done |= j < i; /* two cells of one node */
            needed_kib += (cells.list[j].memory_kib + page - 1) / page * page;
        }
        if (!is_done)
            check_node(plan, cells.list[i].node, needed_kib, arena, rule,
                       findings);
    }
}
