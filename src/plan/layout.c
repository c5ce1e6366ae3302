/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes layouts, puts them into plans and tells them apart. Chooses none.
 */
#include "plan/layout.h"

#include "plan/cell.h"
#include "plan/place.h"

#include <string.h>

static void add_name(struct str *str, const struct cpu_core *core)
{
    str_addf(str, "%c%u", core_kind_letter(core->kind), core->index);
}

void layout_add_cores(struct str *str, const struct cpu_topology *cpu,
                      const bool *is_named)
{
    for (unsigned i = 0, last; i < cpu->core_count; i = last + 1) {
        last = i;
        if (!is_named[i])
            continue;
        while (last + 1 < cpu->core_count && is_named[last + 1] &&
               cpu->cores[last + 1].kind == cpu->cores[i].kind)
            last++;
        if (str->length > 0)
            str_add(str, " ");
        add_name(str, &cpu->cores[i]);
        if (last > i) {
            str_add(str, last > i + 1 ? "-" : " ");
            add_name(str, &cpu->cores[last]);
        }
    }
}

const char *layout_policy_name(enum layout_policy policy)
{
    static const char *const names[LAYOUT_POLICY_COUNT] = {
        [LAYOUT_DEDICATED] = "dedicated",
        [LAYOUT_ONE_THREAD] = "one-thread",
        [LAYOUT_SHARED] = "shared",
    };

    return names[policy];
}

unsigned layout_largest(const struct plan *plan,
                        const struct layout_request *request)
{
    struct arena *arena = arena_new();
    unsigned largest = place_largest(goal_new(plan, request, arena));

    arena_free(arena);
    return largest;
}

static unsigned own_iothread(struct plan *plan)
{
    unsigned id = 1;

    if (plan->iothread_count > 0)
        return plan->iothreads[0].id;
    plan->iothreads = mem_realloc(plan->iothreads, 1, sizeof(*plan->iothreads));
    plan->iothreads[0] = (struct domain_iothread){.id = id};
    plan->iothread_count = 1;
    return id;
}

void layout_accept(const struct layout *layout, struct plan *plan)
{
    plan_set_vcpus(plan, layout->vcpus);
    for (unsigned i = 0; i < layout->vcpus; i++)
        plan->vcpupin[i] =
            layout->cpus ? cpuset_one(layout->cpus[i]) : layout->pool;
    plan->emulatorpin = layout->emulator;
    plan->topology = layout->topology;
    plan->mirrors_nodes = cell_obstacle(plan) == NULL;
    for (size_t i = 0; i < plan->domain->disk_count; i++)
        if (plan->disk_iothread[i] == 0 && !plan->domain->disks[i].has_mapping)
            plan->disk_iothread[i] = own_iothread(plan);
    for (unsigned i = 0; i < plan->iothread_count; i++)
        plan->iothreads[i].cpus = layout->iothread;
    if (option_proposal(plan, OPTION_TOPOEXT) != OPTION_KEEP)
        option_set(plan, OPTION_TOPOEXT, OPTION_ON);
}

bool layout_is(const struct layout *layout, const struct plan *plan)
{
    int cpu;

    if (layout->vcpus != plan->vcpus ||
        !CPU_EQUAL(&layout->emulator, &plan->emulatorpin))
        return false;
    for (unsigned i = 0; i < layout->vcpus; i++)
        if (layout->cpus ? !plan_pin(plan, i, &cpu) || cpu != layout->cpus[i]
                         : !CPU_EQUAL(&layout->pool, &plan->vcpupin[i]))
            return false;
    for (unsigned i = 0; i < plan->iothread_count; i++)
        if (!CPU_EQUAL(&plan->iothreads[i].cpus, &layout->iothread))
            return false;
    return true;
}

unsigned layout_count_moved(const struct plan *before, const struct plan *after)
{
    unsigned moved = 0;

    for (unsigned i = 0; i < before->vcpus && i < after->vcpus; i++)
        moved += !CPU_EQUAL(&before->vcpupin[i], &after->vcpupin[i]);
    return moved;
}

int layouts_find(const struct layouts *layouts, const struct plan *plan)
{
    for (size_t i = 0; i < layouts->count; i++)
        if (layout_is(&layouts->list[i], plan))
            return (int)i;
    return -1;
}

struct layout_request layout_request_for(const struct plan *plan)
{
    cpu_set_t guest = plan_guest_cpus(plan);

    return (struct layout_request){
        .vcpus = plan->vcpus,
        .uses_isolated = !cpuset_is_empty(&guest) &&
                         cpuset_is_subset(&guest, &plan->host->cpu.isolated),
    };
}

static bool take_best(struct plan *plan, const struct layout_request *request,
                      struct err *err)
{
    struct arena *arena = arena_new();
    struct layouts layouts;
    bool is_there = layout_propose(plan, request, arena, &layouts, err);

    if (is_there)
        layout_accept(&layouts.list[0], plan);
    arena_free(arena);
    return is_there;
}

bool layout_change(struct plan *plan, const struct layout_request *request,
                   bool settles, struct err *err)
{
    return settles ? layout_settle(plan, request, err)
                   : take_best(plan, request, err);
}
