/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan and what has changed, moves as few vCPUs as it can. A guest
 * core is `threads` vCPUs in a row; where it sits well it stays.
 */
#include "plan/fill.h"
#include "plan/layout.h"
#include "plan/search.h"

#include <stdlib.h>
#include <string.h>

struct settling {
    struct plan *plan;
    const struct goal *goal;
    unsigned threads;  /* vCPUs of a guest core */
    unsigned slots;    /* guest cores that are wanted */
    int *core_of_slot; /* or -1: to be found */
    bool *is_kept;     /* of each host core */
    enum core_kind kind;
};

/*
 * The host core that a guest core sits well on: its vCPUs are pinned to
 * threads of one core, one each, that is free and of no other guest core.
 */
static int good_core(const struct settling *s, unsigned slot)
{
    const struct cpu_topology *cpu = s->goal->cpu;
    cpu_set_t seen = cpuset_empty();
    int core = -1;

    for (unsigned t = 0; t < s->threads; t++) {
        int number, here;

        if (!plan_pin(s->plan, slot * s->threads + t, &number) ||
            CPU_ISSET((size_t)number, &seen))
            return -1;
        CPU_SET((size_t)number, &seen);
        here = cpu->core_of[number];
        if (here < 0 || (core >= 0 && here != core))
            return -1;
        core = here;
    }
    return core >= 0 && !s->is_kept[core] && s->goal->states[core] == CORE_FREE
               ? core
               : -1;
}

/* Keeps the good ones of the kind that most of them have. */
static unsigned keep(struct settling *s)
{
    const struct cpu_topology *cpu = s->goal->cpu;
    unsigned of_kind[CORE_KIND_COUNT] = {0}, kept = 0, most = 0;

    for (unsigned slot = 0; slot < s->slots; slot++) {
        s->core_of_slot[slot] = good_core(s, slot);
        if (s->core_of_slot[slot] < 0)
            continue;
        s->is_kept[s->core_of_slot[slot]] = true;
        of_kind[cpu->cores[s->core_of_slot[slot]].kind]++;
    }
    for (unsigned kind = 0; kind < CORE_KIND_COUNT; kind++)
        if (of_kind[kind] > most) {
            most = of_kind[kind];
            s->kind = (enum core_kind)kind;
        }
    for (unsigned slot = 0; slot < s->slots; slot++) {
        int core = s->core_of_slot[slot];

        if (core >= 0 && cpu->cores[core].kind != s->kind) {
            s->is_kept[core] = false;
            s->core_of_slot[slot] = -1;
        }
        kept += s->core_of_slot[slot] >= 0;
    }
    return kept;
}

/* vCPUs that sit on a CPU of their own there stay, the others get the rest. */
static void pin_slot(const struct settling *s, unsigned slot)
{
    const struct cpu_core *core = &s->goal->cpu->cores[s->core_of_slot[slot]];
    cpu_set_t taken = cpuset_empty();
    bool has_place[CORE_THREADS_MAX] = {false};

    for (unsigned t = 0; t < s->threads; t++) {
        int now;

        has_place[t] = plan_pin(s->plan, slot * s->threads + t, &now) &&
                       CPU_ISSET((size_t)now, &core->cpus) &&
                       !CPU_ISSET((size_t)now, &taken);
        if (has_place[t])
            CPU_SET((size_t)now, &taken);
    }
    for (unsigned t = 0, next = 0; t < s->threads; t++) {
        if (has_place[t])
            continue;
        while (CPU_ISSET((size_t)core->threads[next], &taken))
            next++;
        s->plan->vcpupin[slot * s->threads + t] =
            cpuset_one(core->threads[next++]);
    }
}

/* Helpers leave the guest's cores; with nowhere left they get a new place. */
static void move_helpers(const struct settling *s, const bool *is_used)
{
    struct plan *plan = s->plan;
    const struct cpu_topology *cpu = s->goal->cpu;
    cpu_set_t taken = cpuset_empty(), emulator, iothread;

    for (unsigned i = 0; i < cpu->core_count; i++)
        if (is_used[i])
            taken = cpuset_or(&taken, &cpu->cores[i].cpus);
    taken = cpuset_or(&taken, &cpu->isolated);
    fill_helpers(s->goal, is_used, &emulator, &iothread);
    plan->emulatorpin = cpuset_minus(&plan->emulatorpin, &taken);
    plan->emulatorpin = cpuset_and(&plan->emulatorpin, &cpu->online);
    if (cpuset_is_empty(&plan->emulatorpin))
        plan->emulatorpin = emulator;
    for (unsigned i = 0; i < plan->iothread_count; i++) {
        cpu_set_t *cpus = &plan->iothreads[i].cpus;

        *cpus = cpuset_minus(cpus, &taken);
        *cpus = cpuset_and(cpus, &cpu->online);
        if (cpuset_is_empty(cpus))
            *cpus = iothread;
    }
}

/* Finds a core for each guest core that has none. */
static bool place_rest(struct settling *s, bool *is_used)
{
    const struct cpu_topology *cpu = s->goal->cpu;
    const struct search_want want = {
        .goal = s->goal,
        .kind = s->kind,
        .threads = s->threads,
        .cores = s->slots,
        .is_kept = s->is_kept,
    };
    unsigned slot = 0;

    if (!search_cores(&want, is_used))
        return false;
    for (unsigned i = 0; i < cpu->core_count; i++) {
        if (!is_used[i] || s->is_kept[i])
            continue;
        while (s->core_of_slot[slot] >= 0)
            slot++;
        s->core_of_slot[slot] = (int)i;
    }
    return true;
}

static bool settle(struct settling *s, unsigned vcpus)
{
    unsigned all = s->goal->cpu->core_count;
    bool *is_used CLEANUP(mem_free) = mem_alloc(all, sizeof(*is_used));

    if (vcpus % s->threads != 0 || keep(s) == 0 || !place_rest(s, is_used))
        return false;
    plan_set_vcpus(s->plan, vcpus);
    for (unsigned slot = 0; slot < s->slots; slot++)
        pin_slot(s, slot);
    s->plan->topology = fill_topology(s->goal, is_used, vcpus, s->threads);
    move_helpers(s, is_used);
    return true;
}

/* True if vCPUs are pinned to the threads of a core, one core after another. */
static bool is_paired(const struct plan *plan, unsigned threads)
{
    const struct cpu_topology *cpu = &plan->host->cpu;

    for (unsigned i = 0; i < plan->vcpus; i++) {
        int here, first;

        if (plan->vcpus % threads != 0 || !plan_pin(plan, i, &here) ||
            !plan_pin(plan, i - i % threads, &first) ||
            !cpu_core_of(cpu, here) ||
            cpu_core_of(cpu, here) != cpu_core_of(cpu, first))
            return false;
    }
    return true;
}

/* vCPUs of a guest core, as told or, untold, as they are pinned. */
static unsigned threads_of(const struct plan *plan,
                           const struct layout_request *request)
{
    if (request->policy == LAYOUT_ONE_THREAD)
        return 1;
    if (plan->topology.threads > 1 &&
        plan->topology.threads <= CORE_THREADS_MAX)
        return plan->topology.threads;
    return is_paired(plan, 2) && request->vcpus % 2 == 0 ? 2 : 1;
}

bool layout_settle(struct plan *plan, const struct layout_request *request,
                   struct err *err)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    struct arena *arena = arena_new();
    struct settling s = {
        .plan = plan,
        .goal = goal_new(plan, request, arena),
        .threads = threads_of(plan, request),
        .is_kept = arena_alloc(arena, cpu->core_count, sizeof(bool)),
    };
    bool is_settled;

    s.slots = request->vcpus / s.threads;
    s.core_of_slot = arena_alloc(arena, s.slots + 1, sizeof(int));
    is_settled = request->policy != LAYOUT_SHARED && s.slots > 0 &&
                 settle(&s, request->vcpus);
    arena_free(arena);
    return is_settled || layout_change(plan, request, false, err);
}
