/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, gives the hook's file for the domain: data that the static
 * script reads line by line. Never code.
 */
#include "render/change.h"

#include "base/str.h"

#include <string.h>

char *hook_data_path(struct arena *arena, const struct domain *domain)
{
    return arena_printf(arena, HOOK_DATA "/%s.conf", domain->uuid);
}

static bool isolates(const struct plan *plan)
{
    cpu_set_t guest = plan_guest_cpus(plan);

    return option_effective(plan, OPTION_ISOLATE) && !cpuset_is_empty(&guest);
}

static bool reserves(const struct plan *plan)
{
    return option_effective(plan, OPTION_HUGEPAGES_RESERVE) &&
           option_effective(plan, OPTION_HUGEPAGES) > OPTION_ON;
}

char *hook_data(const struct plan *plan)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    cpu_set_t guest = plan_guest_cpus(plan);
    long size = option_effective(plan, OPTION_HUGEPAGES);

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
        str_addf(&str, "hugepages_kib = %ld\nhugepages_node_any = %lu\n", size,
                 (plan->domain->memory_kib + (unsigned long)size - 1) /
                     (unsigned long)size);
    return str_steal(&str);
}
