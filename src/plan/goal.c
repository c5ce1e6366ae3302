/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a host, a domain and a wish, gives what layouts are compared by. Pure;
 * chooses nothing.
 */
#include "plan/goal.h"

#include "plan/cell.h"
#include "plan/device.h"

#include <string.h>

/* The node of <numatune>, else of a device that the guest gets, else -1. */
static int wanted_node(const struct plan *plan)
{
    if (plan->domain->node >= 0 && !cell_is_own(plan))
        return plan->domain->node; /* the memory is there, and stays */
    return device_node(plan);
}

bool goal_is_for_host(const struct goal *goal, unsigned core)
{
    const cpu_set_t *cpus = &goal->cpu->cores[core].cpus;

    return !cpuset_intersects(cpus, &goal->cpu->isolated) &&
           cpuset_is_subset(cpus, &goal->cpu->allowed);
}

unsigned goal_domain(const struct goal *goal, const struct cpu_core *core)
{
    return core->l3 >= 0 ? (unsigned)core->l3
                         : goal->cpu->l3_count + (unsigned)core->node;
}

/*
 * What each cache domain is worth: the KiB of its L3, or its fastest core's
 * kHz; kept as the distance to the best.
 */
static void weigh_domains(struct goal *goal, struct arena *arena)
{
    const struct cpu_topology *cpu = goal->cpu;
    unsigned long best = 0;

    goal->domain_count = cpu->l3_count + CPUSET_MAX;
    goal->domain_cores =
        arena_alloc(arena, goal->domain_count, sizeof(*goal->domain_cores));
    goal->domain_lacks =
        arena_alloc(arena, goal->domain_count, sizeof(*goal->domain_lacks));
    for (unsigned i = 0; i < cpu->core_count; i++) {
        const struct cpu_core *core = &cpu->cores[i];
        unsigned domain = goal_domain(goal, core);
        unsigned long *worth = &goal->domain_lacks[domain];

        goal->domain_cores[domain]++;
        if (goal->request.prefers_clock && core->max_khz > *worth)
            *worth = core->max_khz;
        if (!goal->request.prefers_clock && core->l3 >= 0)
            *worth = cpu->l3[core->l3].size_kib;
        if (*worth > best)
            best = *worth;
    }
    for (unsigned i = 0; i < goal->domain_count; i++)
        goal->domain_lacks[i] = best - goal->domain_lacks[i];
}

static void judge_cores(struct goal *goal, const struct neighbours *others,
                        struct arena *arena)
{
    const struct cpu_topology *cpu = goal->cpu;
    const struct layout_request *request = &goal->request;
    cpu_set_t busy = neighbours_held(others), shut;

    shut = cpuset_minus(&cpu->online, &cpu->allowed);
    shut = cpuset_or(&shut, &request->host_cpus);
    goal->states = arena_alloc(arena, cpu->core_count, sizeof(*goal->states));
    for (unsigned i = 0; i < cpu->core_count; i++) {
        const cpu_set_t *cpus = &cpu->cores[i].cpus;
        bool is_isolated = cpuset_intersects(cpus, &cpu->isolated);
        bool is_wrong = request->uses_isolated
                            ? !cpuset_is_subset(cpus, &cpu->isolated)
                            : is_isolated;

        goal->host_cores += goal_is_for_host(goal, i);
        goal->states[i] = is_wrong || cpuset_intersects(cpus, &shut)
                              ? CORE_BARRED
                          : cpuset_intersects(cpus, &busy) ? CORE_BUSY
                                                           : CORE_FREE;
    }
}

struct goal *goal_new(const struct plan *plan,
                      const struct layout_request *request, struct arena *arena)
{
    struct goal *goal = arena_alloc(arena, 1, sizeof(*goal));

    goal->cpu = &plan->host->cpu;
    goal->request = *request;
    goal->node = wanted_node(plan);
    for (unsigned i = 0; i < goal->cpu->node_count; i++)
        if (goal->cpu->nodes[i].memory_kib == 0 &&
            goal->cpu->nodes[i].id < CPUSET_MAX)
            CPU_SET(goal->cpu->nodes[i].id, &goal->bare_nodes);
    weigh_domains(goal, arena);
    judge_cores(goal, plan->others, arena);
    return goal;
}

/* What is counted while the cores are gone through. */
struct count {
    unsigned *used; /* cores of each cache domain */
    cpu_set_t nodes;
    bool has_kind[CORE_KIND_COUNT];
    unsigned kinds, slowest, threads, host_cores, cpus;
};

static void count_core(const struct goal *goal, unsigned index,
                       unsigned threads, struct count *count, struct cost *cost)
{
    const struct cpu_core *core = &goal->cpu->cores[index];
    unsigned domain = goal_domain(goal, core);

    if (goal->states[index] == CORE_BARRED)
        cost->lines[COST_UNSAFE] += threads;
    cost->lines[COST_BUSY] += goal->states[index] == CORE_BUSY;
    cost->lines[COST_SPLIT] += threads < core->thread_count;
    cost->lines[COST_CPU0] += (int)index == goal->cpu->core_of[0];
    if (count->used[domain]++ == 0) {
        cost->lines[COST_L3]++;
        cost->lines[COST_LACKS] += goal->domain_lacks[domain];
    }
    CPU_SET((size_t)core->node, &count->nodes);
    count->kinds += !count->has_kind[core->kind];
    count->has_kind[core->kind] = true;
    if (core->kind > count->slowest)
        count->slowest = core->kind;
    if (core->thread_count > count->threads)
        count->threads = core->thread_count;
    count->cpus += threads;
}

struct cost goal_cost(const struct goal *goal, const cpu_set_t *guest)
{
    const struct cpu_topology *cpu = goal->cpu;
    cpu_set_t absent = cpuset_minus(guest, &cpu->online);
    cpu_set_t bare;
    struct count count = {
        .used = mem_alloc(goal->domain_count, sizeof(*count.used)),
        .threads = 1,
    };
    struct cost cost = {.lines[COST_UNSAFE] = (unsigned)CPU_COUNT(&absent)};

    for (unsigned i = 0; i < cpu->core_count; i++) {
        unsigned threads = 0;

        for (unsigned t = 0; t < cpu->cores[i].thread_count; t++)
            threads += CPU_ISSET((size_t)cpu->cores[i].threads[t], guest) != 0;
        if (threads > 0)
            count_core(goal, i, threads, &count, &cost);
        else
            count.host_cores += goal_is_for_host(goal, i);
    }
    if (count.host_cores == 0)
        cost.lines[COST_UNSAFE] += CPUSET_MAX;
    /* A count that no whole cores make has to split some. */
    if (count.cpus % count.threads != 0 ||
        goal->request.policy == LAYOUT_ONE_THREAD)
        cost.lines[COST_SPLIT] = 0;
    cost.lines[COST_KIND] =
        (count.kinds > 1 ? CORE_KIND_COUNT : 0) + count.slowest;
    cost.lines[COST_NODES] = (unsigned)CPU_COUNT(&count.nodes);
    bare = cpuset_and(&count.nodes, &goal->bare_nodes);
    cost.lines[COST_AWAY] =
        (unsigned)CPU_COUNT(&bare) +
        (goal->node >= 0 && !CPU_ISSET((size_t)goal->node, &count.nodes));
    for (unsigned i = 0; i < goal->domain_count; i++)
        cost.lines[COST_HOST_L3] += count.used[i] < goal->domain_cores[i];
    mem_free(&count.used);
    return cost;
}

int cost_compare(const struct cost *a, const struct cost *b,
                 enum cost_line last)
{
    for (unsigned i = 0; i <= (unsigned)last; i++)
        if (a->lines[i] != b->lines[i])
            return a->lines[i] < b->lines[i] ? -1 : 1;
    return 0;
}
