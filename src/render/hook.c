/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, gives the hook's file for the domain: data that the static
 * script reads line by line. Never code.
 */
#include "render/change.h"

#include "base/str.h"
#include "plan/cell.h"

#include <string.h>

char *hook_data_path(struct arena *arena, const struct domain *domain)
{
    return arena_printf(arena, HOOK_DATA "/%s.conf", domain->uuid);
}

static bool isolates(const struct plan *plan)
{
    cpu_set_t guest = plan_guest_cores(plan);

    return option_effective(plan, OPTION_ISOLATE) && !cpuset_is_empty(&guest);
}

static bool reserves(const struct plan *plan)
{
    return option_effective(plan, OPTION_HUGEPAGES_RESERVE) &&
           option_effective(plan, OPTION_HUGEPAGES) > OPTION_ON;
}

/* Pages on each node if the guest's memory is bound to nodes, else anywhere. */
static void add_pages(struct str *str, const struct plan *plan)
{
    unsigned long size =
        (unsigned long)option_effective(plan, OPTION_HUGEPAGES);
    struct cells cells;

    str_addf(str, "hugepages_kib = %lu\n", size);
    if (!cell_effective(plan, &cells)) {
        str_addf(str, "hugepages_node_any = %lu\n",
                 (plan_memory_kib(plan) + size - 1) / size);
        return;
    }
    for (unsigned i = 0; i < cells.count; i++) {
        unsigned long pages = 0;
        bool is_done = false;

        for (unsigned j = 0; j < cells.count; j++) {
            if (cells.list[j].node != cells.list[i].node)
                continue;
            is_done |= j < i; /* two cells of one node */
            pages += (cells.list[j].memory_kib + size - 1) / size;
        }
        if (!is_done && pages > 0)
            str_addf(str, "hugepages_node_%u = %lu\n", cells.list[i].node,
                     pages);
    }
}

char *hook_data(const struct plan *plan)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    cpu_set_t guest = plan_guest_cores(plan);

    if (!isolates(plan) && !reserves(plan))
        return NULL;
    str_addf(&str,
             "# virt-tune: what the host does while this domain runs.\n"
             "version = 1\nname = %s\n",
             plan->domain->name);
    if (isolates(plan)) {
        str_add(&str, "guest_cpus = ");
        cpuset_add_text(&str, &guest);
        str_add(&str, "\n");
    }
    if (reserves(plan))
        add_pages(&str, plan);
    return str_steal(&str);
}
