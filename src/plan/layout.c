/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a host, a domain and a number of vCPUs, gives ranked layouts. Pure:
 * reads facts, allocates from an arena, writes into a plan only when a layout
 * is accepted.
 */
#include "plan/layout.h"

#include "plan/cell.h"
#include "plan/place.h"

#include <stdlib.h>
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

/* dies mirror L3 domains where each holds the same number of cores. */
static unsigned dies_of(const struct cpu_topology *cpu, const bool *is_used,
                        unsigned cores)
{
    unsigned used = 0, each = 0;

    for (unsigned l3 = 0; l3 < cpu->l3_count; l3++) {
        unsigned here = 0;

        for (unsigned i = 0; i < cpu->core_count; i++)
            here += is_used[i] && cpu->cores[i].l3 == (int)l3;
        if (here == 0)
            continue;
        if (each != 0 && here != each)
            return 1;
        each = here;
        used++;
    }
    return used > 0 && used * each == cores ? used : 1;
}

/* Consecutive vCPUs are the threads of one core. */
static void fill_cpus(const struct cpu_topology *cpu,
                      const struct placement *place, struct layout *layout)
{
    unsigned vcpu = 0;

    for (unsigned i = 0; i < cpu->core_count; i++) {
        const struct cpu_core *core = &cpu->cores[i];

        for (unsigned t = 0; place->is_used[i] && t < core->thread_count &&
                             t < place->threads && vcpu < layout->vcpus;
             t++)
            layout->cpus[vcpu++] = core->threads[t];
    }
}

/*
 * Emulator and I/O thread: on a hybrid machine the efficient cores, else cores
 * of the guest's node; CPU 0's core only if nothing else is left.
 */
static void place_helpers(const struct cpu_topology *cpu,
                          const struct placement *place, struct layout *layout)
{
    const struct cpu_core *chosen[3];
    unsigned count = 0;
    int node = 0;

    for (unsigned i = cpu->core_count; i-- > 0;)
        if (place->is_used[i])
            node = cpu->cores[i].node; /* the first core's, at last */
    for (unsigned pass = 0; pass < 4 && count == 0; pass++) {
        for (unsigned i = 0; i < cpu->core_count && count < 3; i++) {
            const struct cpu_core *core = &cpu->cores[i];
            bool is_small = core->kind == CORE_KIND_EFFICIENT;

            if (place->is_used[i] ||
                cpuset_intersects(&core->cpus, &cpu->isolated))
                continue;
            if (pass < 3 && i == (unsigned)cpu->core_of[0])
                continue;
            if ((pass == 0 && !is_small) || (pass == 1 && core->node != node))
                continue;
            chosen[count++] = core;
        }
    }
    if (count == 0)
        chosen[count++] = &cpu->cores[0]; /* every other core is isolated */
    layout->emulator = chosen[0]->cpus;
    if (count == 3)
        layout->emulator = cpuset_or(&layout->emulator, &chosen[1]->cpus);
    layout->iothread = chosen[count - 1]->cpus;
}

static const char *describe(const struct cpu_topology *cpu,
                            const struct placement *place, struct arena *arena)
{
    unsigned cores[CORE_KIND_COUNT] = {0};
    struct str str CLEANUP(str_free) = STR_INIT;
    bool has_siblings = false;

    for (unsigned i = 0; i < cpu->core_count; i++) {
        if (!place->is_used[i])
            continue;
        cores[cpu->cores[i].kind]++;
        has_siblings |= cpu->cores[i].thread_count > 1;
    }
    for (unsigned kind = 0; kind < CORE_KIND_COUNT; kind++) {
        if (cores[kind] == 0)
            continue;
        if (str.length > 0)
            str_add(&str, " and ");
        str_addf(&str, "%u ", cores[kind]);
        if (kind != CORE_KIND_UNIFORM)
            str_addf(&str, "%c-", core_kind_letter((enum core_kind)kind));
        str_add(&str, cores[kind] == 1 ? "core" : "cores");
    }
    if (has_siblings)
        str_add(&str, place->threads > 1 ? ", all threads" : ", one thread");
    return arena_strdup(arena, str_text(&str));
}

static const char *host_keeps(const struct cpu_topology *cpu,
                              const bool *is_used, struct arena *arena)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    bool *is_kept CLEANUP(mem_free) =
        mem_alloc(cpu->core_count, sizeof(*is_kept));

    for (unsigned i = 0; i < cpu->core_count; i++)
        is_kept[i] = !is_used[i];
    layout_add_cores(&str, cpu, is_kept);
    return arena_strdup(arena, str_text(&str));
}

static void add_layout(const struct cpu_topology *cpu,
                       const struct placement *place, const char *why,
                       struct arena *arena, struct layouts *layouts)
{
    struct layout *layout = &layouts->list[layouts->count++];
    unsigned cores = place->core_count;

    layout->vcpus = place->vcpus;
    layout->cpus = arena_alloc(arena, layout->vcpus, sizeof(*layout->cpus));
    fill_cpus(cpu, place, layout);
    place_helpers(cpu, place, layout);
    layout->topology = (struct guest_topology){1, 1, place->vcpus, 1};
    if (place->threads > 1 && place->vcpus == cores * place->threads) {
        layout->topology.threads = place->threads;
        layout->topology.cores = cores;
    }
    layout->topology.dies = dies_of(cpu, place->is_used, cores);
    if (place->vcpus == cores * layout->topology.threads &&
        cores % layout->topology.dies == 0)
        layout->topology.cores = cores / layout->topology.dies;
    else
        layout->topology.dies = 1;
    layout->text = describe(cpu, place, arena);
    layout->host = host_keeps(cpu, place->is_used, arena);
    layout->why = why;
    layout->cost = place->cost;
}

static bool has_same_cpus(const struct layouts *layouts,
                          const struct placement *place,
                          const struct cpu_topology *cpu)
{
    for (size_t i = 0; i < layouts->count; i++) {
        const struct layout *layout = &layouts->list[i];
        bool is_same = layout->vcpus == place->vcpus;

        for (unsigned v = 0; is_same && v < layout->vcpus; v++)
            is_same = place->is_used[cpu->core_of[layout->cpus[v]]];
        if (is_same)
            return true;
    }
    return false;
}

bool layout_propose(const struct host *host, const struct domain *domain,
                    unsigned vcpus, struct arena *arena,
                    struct layouts *layouts, struct err *err)
{
    const struct cpu_topology *cpu = &host->cpu;
    struct placement place = {
        .is_used = arena_alloc(arena, cpu->core_count, sizeof(bool)),
    };
    unsigned largest = place_largest(host);
    unsigned node = place_node(host, domain);

    layouts->list = arena_alloc(arena, 4, sizeof(*layouts->list));
    layouts->count = 0;
    if (vcpus == 0 || !place_vcpus(host, node, vcpus, 0, &place))
        return err_set(
            err, ERR_REFUSED,
            "%u vCPUs do not fit on this host: it has %d CPUs online, and at "
            "least one whole core must stay with it. The most that fits is "
            "%u.",
            vcpus, CPU_COUNT(&cpu->online), largest);
    add_layout(cpu, &place, place.threads > 1 ? "for games" : "steadiest",
               arena, layouts);
    if (place.threads > 1 &&
        place_vcpus(host, node, place.core_count, 1, &place) &&
        !has_same_cpus(layouts, &place, cpu))
        add_layout(cpu, &place, "steadiest", arena, layouts);
    if (place_most(host, node, &place) && place.vcpus > vcpus &&
        !has_same_cpus(layouts, &place, cpu))
        add_layout(cpu, &place, "most power", arena, layouts);
    return true;
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
        plan->vcpupin[i] = cpuset_one(layout->cpus[i]);
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
        if (!plan_pin(plan, i, &cpu) || cpu != layout->cpus[i])
            return false;
    return true;
}
