/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes a plan and a core, changes who runs there. Pure; no XML, no screen. */
#include "plan/hand.h"

#include "base/text.h"
#include "plan/cell.h"
#include "plan/fill.h"

#include <stdlib.h>
#include <string.h>

/* Which cores have a vCPU, and how many of their threads. */
static unsigned *used_threads(const struct plan *plan)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    cpu_set_t guest = plan_guest_cpus(plan);
    unsigned *used = mem_alloc(cpu->core_count, sizeof(*used));

    for (unsigned i = 0; i < cpu->core_count; i++)
        for (unsigned t = 0; t < cpu->cores[i].thread_count; t++)
            used[i] += CPU_ISSET((size_t)cpu->cores[i].threads[t], &guest) != 0;
    return used;
}

/* How many L3 domains the guest's cores fill evenly: its dies; else 1. */
static unsigned dies_of(const struct cpu_topology *cpu, const unsigned *used)
{
    unsigned *cores CLEANUP(mem_free) =
        mem_alloc(cpu->l3_count + 1, sizeof(*cores));
    unsigned dies = 0, each = 0;

    for (unsigned i = 0; i < cpu->core_count; i++)
        if (used[i] > 0 && cpu->cores[i].l3 < 0)
            return 1;
        else if (used[i] > 0)
            cores[cpu->cores[i].l3]++;
    for (unsigned l3 = 0; l3 < cpu->l3_count; l3++) {
        if (cores[l3] > 0 && dies++ > 0 && cores[l3] != each)
            return 1;
        if (cores[l3] > 0)
            each = cores[l3];
    }
    return dies > 0 ? dies : 1;
}

/* The CPUs in the order of the cores; the first threads of each are taken. */
static unsigned natural(const struct cpu_topology *cpu, const unsigned *used,
                        int *cpus)
{
    unsigned count = 0;

    for (unsigned i = 0; i < cpu->core_count; i++)
        for (unsigned t = 0; t < used[i]; t++)
            cpus[count++] = cpu->cores[i].threads[t];
    return count;
}

/* Where a CPU stands in the domain; behind all if it is not in there. */
static unsigned place_in_domain(const struct plan *plan, int cpu)
{
    const struct domain *domain = plan->domain;
    unsigned place = 0;

    while (place < domain->vcpus &&
           !CPU_ISSET((size_t)cpu, &domain->vcpupin[place]))
        place++;
    return place;
}

/* True if the domain's come first, in its order. */
static bool is_in_domain_order(const struct plan *plan)
{
    unsigned last = 0;

    for (unsigned i = 0; i < plan->vcpus; i++) {
        unsigned place =
            place_in_domain(plan, cpuset_next(&plan->vcpupin[i], 0));

        if (place < last || (i == 0 && place == plan->domain->vcpus))
            return false;
        last = place;
    }
    return true;
}

/* What came back from the domain goes to its place there; others stay. */
static void sort_as_domain(const struct plan *plan, int *cpus, unsigned count)
{
    for (unsigned i = 1; i < count; i++) {
        int cpu = cpus[i];
        unsigned place = place_in_domain(plan, cpu), at = i;

        for (; at > 0 && place_in_domain(plan, cpus[at - 1]) > place; at--)
            cpus[at] = cpus[at - 1];
        cpus[at] = cpu;
    }
}

/* Each vCPU where it is, without those whose place is gone; new ones behind. */
static unsigned appended(const struct plan *plan, const unsigned *used,
                         int *cpus)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    unsigned *kept CLEANUP(mem_free) =
        mem_alloc(cpu->core_count, sizeof(*kept));
    cpu_set_t taken = cpuset_empty();
    unsigned count = 0;

    for (unsigned i = 0; i < plan->vcpus; i++) {
        int number = cpuset_next(&plan->vcpupin[i], 0);
        int core = cpu->core_of[number];

        if (core < 0 || kept[core] >= used[core])
            continue;
        kept[core]++;
        CPU_SET((size_t)number, &taken);
        cpus[count++] = number;
    }
    for (unsigned i = 0; i < cpu->core_count; i++)
        for (unsigned t = 0; kept[i] < used[i]; t++)
            if (!CPU_ISSET((size_t)cpu->cores[i].threads[t], &taken)) {
                kept[i]++;
                cpus[count++] = cpu->cores[i].threads[t];
            }
    if (is_in_domain_order(plan))
        sort_as_domain(plan, cpus, count);
    return count;
}

/* Threads of each guest core: those of a host core, if all are even. */
static unsigned guest_threads(const struct cpu_topology *cpu,
                              const unsigned *used, const int *cpus,
                              unsigned count)
{
    unsigned threads = 0;

    for (unsigned i = 0; i < cpu->core_count; i++) {
        if (used[i] > 0 && threads > 0 && used[i] != threads)
            return 1;
        if (used[i] > 0)
            threads = used[i];
    }
    for (unsigned i = 0; i < count && threads > 0; i++)
        if (cpu->core_of[cpus[i]] != cpu->core_of[cpus[i - i % threads]])
            return 1;
    return threads;
}

/* True if each vCPU is where the domain has it. */
static bool has_domain_pins(const struct plan *plan)
{
    bool is_same = plan->vcpus == plan->domain->vcpus;

    for (unsigned i = 0; i < plan->vcpus && is_same; i++)
        is_same = CPU_EQUAL(&plan->vcpupin[i], &plan->domain->vcpupin[i]);
    return is_same;
}

/*
 * Makes the wish so. Pins in the order of the cores stay in that order; in any
 * other, somebody chose them one by one, and each stays where it is.
 */
static void repin(struct plan *plan, const unsigned *before,
                  const unsigned *used)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    int *cpus CLEANUP(mem_free) = mem_alloc(CPUSET_MAX, sizeof(*cpus));
    unsigned count = natural(cpu, before, cpus), cores = 0, threads, dies;
    bool is_natural = count == plan->vcpus;

    for (unsigned i = 0; i < plan->vcpus && is_natural; i++)
        is_natural = cpuset_next(&plan->vcpupin[i], 0) == cpus[i];
    count = is_natural ? natural(cpu, used, cpus) : appended(plan, used, cpus);
    threads = guest_threads(cpu, used, cpus, count);
    dies = threads > 1 || is_natural ? dies_of(cpu, used) : 1;
    for (unsigned i = 0; i < cpu->core_count; i++)
        cores += used[i] > 0;
    plan_set_vcpus(plan, count);
    for (unsigned i = 0; i < count; i++)
        plan->vcpupin[i] = cpuset_one(cpus[i]);
    plan->topology =
        cores * threads == count && cores % dies == 0
            ? (struct guest_topology){1, dies, cores / dies, threads}
            : (struct guest_topology){1, 1, count, 1};
    plan->mirrors_nodes = cell_obstacle(plan) == NULL;
    if (has_domain_pins(plan)) {
        plan->topology = plan->domain->topology;
        plan->mirrors_nodes = false;
    }
}

/* One vCPU a CPU: what can be edited core by core. */
static bool is_plain(const struct plan *plan)
{
    cpu_set_t seen = cpuset_empty();
    int number;

    for (unsigned i = 0; i < plan->vcpus; i++) {
        if (!plan_pin(plan, i, &number) || CPU_ISSET((size_t)number, &seen))
            return false;
        CPU_SET((size_t)number, &seen);
    }
    return true;
}

static void leave(cpu_set_t *pins, const struct cpu_core *core)
{
    *pins = cpuset_minus(pins, &core->cpus);
}

/* Where the helpers of the guest are, if its cores decide that. */
struct helpers {
    cpu_set_t got; /* what the guest has, and the domain has not */
    cpu_set_t emulator, iothread; /* for who has no other place */
};

static struct helpers helpers_of(const struct plan *plan, const unsigned *used)
{
    const struct layout_request request = {.vcpus = plan->vcpus};
    const struct cpu_topology *cpu = &plan->host->cpu;
    const struct domain *domain = plan->domain;
    struct helpers helpers = {.got = cpuset_empty()};
    struct arena *arena = arena_new();
    bool *is_used = arena_alloc(arena, cpu->core_count, sizeof(*is_used));

    for (unsigned i = 0; i < cpu->core_count; i++) {
        is_used[i] = used[i] > 0;
        for (unsigned t = 0; t < used[i]; t++)
            CPU_SET((size_t)cpu->cores[i].threads[t], &helpers.got);
    }
    for (unsigned i = 0; i < domain->vcpus; i++)
        helpers.got = cpuset_minus(&helpers.got, &domain->vcpupin[i]);
    fill_helpers(goal_new(plan, &request, arena), is_used, &helpers.emulator,
                 &helpers.iothread);
    arena_free(arena);
    return helpers;
}

/* The domain's pins without what the guest got; `place` if nothing is left. */
static cpu_set_t spared(const cpu_set_t *own, const cpu_set_t *got,
                        const cpu_set_t *place)
{
    cpu_set_t left = cpuset_minus(own, got);

    return cpuset_is_empty(&left) && !cpuset_is_empty(own) ? *place : left;
}

/* One of them. The core is NULL if the guest gave it back. */
static void make_room(cpu_set_t *pins, const cpu_set_t *as_domain,
                      const cpu_set_t *as_domain_then, const cpu_set_t *place,
                      const struct cpu_core *core)
{
    if (CPU_EQUAL(pins, as_domain)) {
        *pins = *as_domain_then;
        return;
    }
    if (!core)
        return;
    if (cpuset_is_subset(pins, &core->cpus) && !cpuset_is_empty(pins))
        *pins = *place;
    leave(pins, core);
}

/*
 * Emulator and I/O threads make room for the core; without any place left they
 * get one. Those that are the domain's but for that come back where they can.
 */
static void settle(struct plan *plan, const unsigned *before,
                   const unsigned *used, const struct cpu_core *core)
{
    const struct helpers was = helpers_of(plan, before);
    const struct helpers is = helpers_of(plan, used);
    const struct domain *domain = plan->domain;
    cpu_set_t from = spared(&domain->emulatorpin, &was.got, &was.emulator);
    cpu_set_t to = spared(&domain->emulatorpin, &is.got, &is.emulator);

    make_room(&plan->emulatorpin, &from, &to, &is.emulator, core);
    for (unsigned i = 0; i < plan->iothread_count; i++) {
        cpu_set_t own = cpuset_empty();

        for (unsigned j = 0; j < domain->iothread_count; j++)
            if (domain->iothreads[j].id == plan->iothreads[i].id)
                own = domain->iothreads[j].cpus;
        from = spared(&own, &was.got, &was.iothread);
        to = spared(&own, &is.got, &is.iothread);
        make_room(&plan->iothreads[i].cpus, &from, &to, &is.iothread, core);
    }
}

static const char *const not_plain =
    "Several vCPUs share CPUs here: take a layout first (Tab).";

const char *hand_toggle_guest(struct plan *plan, unsigned core)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    unsigned *used CLEANUP(mem_free) = used_threads(plan);
    unsigned *before CLEANUP(mem_free) = used_threads(plan);
    unsigned guest = 0;

    if (!is_plain(plan))
        return text_of(not_plain);
    for (unsigned i = 0; i < cpu->core_count; i++)
        guest += used[i] > 0;
    if (used[core] > 0 && guest == 1)
        return _("A guest needs one core at least.");
    if (used[core] == 0 && guest + 1 >= cpu->core_count)
        return _("One core must stay with the host.");
    used[core] = used[core] > 0 ? 0 : cpu->cores[core].thread_count;
    settle(plan, before, used, used[core] > 0 ? &cpu->cores[core] : NULL);
    repin(plan, before, used);
    return NULL;
}

const char *hand_toggle_split(struct plan *plan, unsigned core)
{
    const struct cpu_core *it = &plan->host->cpu.cores[core];
    unsigned *used CLEANUP(mem_free) = used_threads(plan);
    unsigned *before CLEANUP(mem_free) = used_threads(plan);

    if (!is_plain(plan))
        return text_of(not_plain);
    if (it->thread_count == 1)
        return _("This core has one thread only: there is nothing to split.");
    if (used[core] == 0)
        return _(
            "This core is the host's; give it to the guest first (Space).");
    used[core] = used[core] == it->thread_count ? 1 : it->thread_count;
    settle(plan, before, used, used[core] > 1 ? it : NULL);
    repin(plan, before, used);
    return NULL;
}

static const char *toggle(const struct plan *plan, cpu_set_t *pins,
                          unsigned core)
{
    const struct cpu_core *it = &plan->host->cpu.cores[core];
    cpu_set_t guest = plan_guest_cpus(plan);

    if (cpuset_intersects(&it->cpus, pins)) {
        leave(pins, it);
        return NULL;
    }
    if (cpuset_intersects(&it->cpus, &guest))
        return _("vCPUs run there; take the core back first (Space).");
    *pins = cpuset_or(pins, &it->cpus);
    return NULL;
}

const char *hand_toggle_emulator(struct plan *plan, unsigned core)
{
    return toggle(plan, &plan->emulatorpin, core);
}

const char *hand_toggle_iothread(struct plan *plan, unsigned core)
{
    cpu_set_t pins = cpuset_empty();
    const char *reason;

    if (plan->iothread_count == 0)
        return _("This domain has no I/O thread, and no virtio disk for one.");
    for (unsigned i = 0; i < plan->iothread_count; i++)
        pins = cpuset_or(&pins, &plan->iothreads[i].cpus);
    reason = toggle(plan, &pins, core);
    for (unsigned i = 0; i < plan->iothread_count && !reason; i++)
        plan->iothreads[i].cpus = pins;
    return reason;
}
