/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the cores that were chosen, gives a layout. Chooses none itself. */
#include "plan/fill.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct guest_topology fill_topology(const struct goal *goal,
                                    const bool *is_used, unsigned vcpus,
                                    unsigned threads)
{
    const struct cpu_topology *cpu = goal->cpu;
    struct guest_topology topology = {1, 1, vcpus, 1};
    unsigned *here CLEANUP(mem_free) =
        mem_alloc(goal->domain_count, sizeof(*here));
    unsigned cores = 0, dies = 0, each = 0;
    bool is_even = true;

    for (unsigned i = 0; i < cpu->core_count; i++)
        if (is_used[i]) {
            here[goal_domain(goal, &cpu->cores[i])]++;
            cores++;
        }
    for (unsigned i = 0; i < goal->domain_count; i++)
        if (here[i] > 0) {
            is_even &= each == 0 || here[i] == each;
            each = here[i];
            dies++;
        }
    if (vcpus == cores * threads) {
        topology.cores = cores;
        topology.threads = threads;
        if (is_even && dies > 0) {
            topology.dies = dies;
            topology.cores = cores / dies;
        }
    }
    return topology;
}

/*
 * Consecutive vCPUs are the threads of one core, and the cores of one L3
 * follow each other, so that they make a die of the guest.
 */
static void fill_cpus(const struct goal *goal, const struct placement *place,
                      struct layout *layout)
{
    const struct cpu_topology *cpu = goal->cpu;
    unsigned *next CLEANUP(mem_free) =
        mem_alloc(goal->domain_count + 1, sizeof(*next));
    unsigned *order CLEANUP(mem_free) =
        mem_alloc(cpu->core_count, sizeof(*order));
    unsigned count = 0, vcpu = 0;

    /* Count, add up, deal out: stable, and in the order of the domains. */
    for (unsigned i = 0; i < cpu->core_count; i++)
        if (place->is_used[i])
            next[goal_domain(goal, &cpu->cores[i]) + 1]++;
    for (unsigned i = 0; i < goal->domain_count; i++)
        next[i + 1] += next[i];
    for (unsigned i = 0; i < cpu->core_count; i++)
        if (place->is_used[i]) {
            order[next[goal_domain(goal, &cpu->cores[i])]++] = i;
            count++;
        }
    for (unsigned i = 0; i < count; i++) {
        const struct cpu_core *core = &cpu->cores[order[i]];

        for (unsigned t = 0; t < core->thread_count && t < place->threads &&
                             vcpu < layout->vcpus;
             t++)
            layout->cpus[vcpu++] = core->threads[t];
    }
}

/* What makes a core of the host better for helpers: lower is better. */
struct fitness {
    unsigned index;
    int lines[7];
};

static int compare_fitness(const void *a, const void *b)
{
    const struct fitness *x = a, *y = b;

    for (size_t i = 0; i < ARRAY_SIZE(x->lines); i++)
        if (x->lines[i] != y->lines[i])
            return x->lines[i] - y->lines[i];
    return x->index < y->index ? -1 : x->index > y->index;
}

static int kind_rank(enum core_kind kind)
{
    static const int ranks[CORE_KIND_COUNT] = {
        [CORE_KIND_UNIFORM] = 0,
        [CORE_KIND_EFFICIENT] = 0,
        [CORE_KIND_PERFORMANCE] = 1,
        [CORE_KIND_LOW_POWER] = 2, /* beyond the L3 */
    };

    return ranks[kind];
}

static unsigned list_hosts(const struct goal *goal, const bool *is_used,
                           struct fitness *list)
{
    const struct cpu_topology *cpu = goal->cpu;
    bool *is_guest_l3 CLEANUP(mem_free) =
        mem_alloc(goal->domain_count, sizeof(*is_guest_l3));
    unsigned count = 0;
    int node = -1;

    for (unsigned i = cpu->core_count; i-- > 0;)
        if (is_used[i]) {
            is_guest_l3[goal_domain(goal, &cpu->cores[i])] = true;
            node = cpu->cores[i].node; /* the first core's, at last */
        }
    for (unsigned i = 0; i < cpu->core_count; i++) {
        const struct cpu_core *core = &cpu->cores[i];

        if (is_used[i])
            continue;
        list[count++] = (struct fitness){
            i,
            {cpuset_intersects(&core->cpus, &cpu->isolated),
             !cpuset_is_subset(&core->cpus, &cpu->allowed),
             goal->states[i] == CORE_BUSY, kind_rank(core->kind),
             (int)i == cpu->core_of[0], core->node != node,
             !is_guest_l3[goal_domain(goal, core)]},
        };
    }
    return count;
}

/* Cores of the best one's cluster come right after it. */
static void prefer_cluster(const struct cpu_topology *cpu, struct fitness *list,
                           unsigned count)
{
    int l2 = cpu->cores[list[0].index].l2;

    for (unsigned i = 1; i < count && l2 >= 0; i++) {
        const struct fitness it = list[i];
        unsigned at = i;

        if (cpu->cores[it.index].l2 != l2 ||
            memcmp(it.lines, list[0].lines, sizeof(it.lines)) != 0)
            continue;
        while (at > 1 && cpu->cores[list[at - 1].index].l2 != l2) {
            list[at] = list[at - 1];
            at--;
        }
        list[at] = it;
    }
}

void fill_helpers(const struct goal *goal, const bool *is_used,
                  cpu_set_t *emulator, cpu_set_t *iothread)
{
    const struct cpu_topology *cpu = goal->cpu;
    struct fitness *list CLEANUP(mem_free) =
        mem_alloc(cpu->core_count, sizeof(*list));
    unsigned count = list_hosts(goal, is_used, list), taken = 0, good = 0;

    *emulator = *iothread = cpuset_empty();
    if (count == 0)
        return;
    qsort(list, count, sizeof(*list), compare_fitness);
    prefer_cluster(cpu, list, count);
    /* As good as the first but for the place: no worse kind, no CPU 0. */
    while (good < count &&
           memcmp(list[good].lines, list[0].lines, 5 * sizeof(int)) == 0)
        good++;
    *emulator = cpu->cores[list[taken++].index].cpus;
    if (CPU_COUNT(emulator) == 1 && good > 2)
        *emulator = cpuset_or(emulator, &cpu->cores[list[taken++].index].cpus);
    *iothread = taken < good ? cpu->cores[list[taken].index].cpus : *emulator;
}

static const char *describe(const struct goal *goal,
                            const struct placement *place, struct arena *arena)
{
    const struct cpu_topology *cpu = goal->cpu;
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
            str_add(&str, _(" and "));
        if (kind == CORE_KIND_UNIFORM)
            str_addf(&str, text_plural("%u core", "%u cores", cores[kind]),
                     cores[kind]);
        else
            str_addf(&str,
                     text_plural("%u %c-core", "%u %c-cores", cores[kind]),
                     cores[kind], core_kind_letter((enum core_kind)kind));
    }
    if (goal->request.policy == LAYOUT_SHARED)
        str_add(&str, _(", shared"));
    else if (has_siblings)
        str_add(&str,
                place->threads > 1 ? _(", all threads") : _(", one thread"));
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

/* Threads that are used of each core; 1 if the cores are not even. */
static unsigned used_threads(const struct cpu_topology *cpu,
                             const struct placement *place)
{
    unsigned threads = 0;

    if (!place->is_mixed)
        return place->threads;
    for (unsigned i = 0; i < cpu->core_count; i++) {
        if (!place->is_used[i])
            continue;
        if (threads > 0 && cpu->cores[i].thread_count != threads)
            return 1;
        threads = cpu->cores[i].thread_count;
    }
    return place->threads < threads ? place->threads : threads;
}

void fill_layout(const struct goal *goal, const struct placement *place,
                 struct arena *arena, struct layout *layout)
{
    const struct cpu_topology *cpu = goal->cpu;
    bool is_shared = goal->request.policy == LAYOUT_SHARED;

    *layout = (struct layout){
        .request = goal->request,
        .vcpus = place->vcpus,
        .cores = place->core_count,
        .topology = {1, 1, place->vcpus, 1},
        .text = describe(goal, place, arena),
        .host = host_keeps(cpu, place->is_used, arena),
        .why = "",
        .trade = "",
    };
    if (!is_shared) {
        layout->cpus = arena_alloc(arena, layout->vcpus, sizeof(*layout->cpus));
        fill_cpus(goal, place, layout);
        for (unsigned i = 0; i < layout->vcpus; i++)
            CPU_SET((size_t)layout->cpus[i], &layout->pool);
        layout->topology = fill_topology(goal, place->is_used, place->vcpus,
                                         used_threads(cpu, place));
    }
    for (unsigned i = 0; is_shared && i < cpu->core_count; i++)
        if (place->is_used[i])
            layout->pool = cpuset_or(&layout->pool, &cpu->cores[i].cpus);
    layout->cost = goal_cost(goal, &layout->pool);
    fill_helpers(goal, place->is_used, &layout->emulator, &layout->iothread);
}
