/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes a plan and a core, changes who runs there. Pure; no XML, no screen. */
#include "plan/hand.h"

#include "plan/cell.h"

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

/* Numbers the vCPUs along the cores; the first threads of each are taken. */
static void renumber(struct plan *plan, const unsigned *used)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    unsigned vcpus = 0, cores = 0, threads = 0;
    unsigned dies = dies_of(cpu, used);
    bool is_even = true;

    for (unsigned i = 0; i < cpu->core_count; i++) {
        vcpus += used[i];
        cores += used[i] > 0;
        if (used[i] > 0 && threads > 0 && used[i] != threads)
            is_even = false;
        if (used[i] > 0)
            threads = used[i];
    }
    plan_set_vcpus(plan, vcpus);
    vcpus = 0;
    for (unsigned i = 0; i < cpu->core_count; i++)
        for (unsigned t = 0; t < used[i]; t++)
            plan->vcpupin[vcpus++] = cpuset_one(cpu->cores[i].threads[t]);
    plan->topology =
        is_even ? (struct guest_topology){1, dies, cores / dies, threads}
                : (struct guest_topology){1, 1, vcpus, 1};
    plan->mirrors_nodes = cell_obstacle(plan) == NULL;
}

static void leave(cpu_set_t *pins, const struct cpu_core *core)
{
    *pins = cpuset_minus(pins, &core->cpus);
}

/* Emulator and I/O threads make room for the guest. */
static void clear(struct plan *plan, const struct cpu_core *core)
{
    leave(&plan->emulatorpin, core);
    for (unsigned i = 0; i < plan->iothread_count; i++)
        leave(&plan->iothreads[i].cpus, core);
}

const char *hand_toggle_guest(struct plan *plan, unsigned core)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    unsigned *used CLEANUP(mem_free) = used_threads(plan);
    unsigned guest = 0;

    for (unsigned i = 0; i < cpu->core_count; i++)
        guest += used[i] > 0;
    if (used[core] > 0 && guest == 1)
        return "A guest needs one core at least.";
    if (used[core] == 0 && guest + 1 >= cpu->core_count)
        return "One core must stay with the host.";
    if (used[core] > 0) {
        used[core] = 0;
    } else {
        used[core] = cpu->cores[core].thread_count;
        clear(plan, &cpu->cores[core]);
    }
    renumber(plan, used);
    return NULL;
}

const char *hand_toggle_split(struct plan *plan, unsigned core)
{
    const struct cpu_core *it = &plan->host->cpu.cores[core];
    unsigned *used CLEANUP(mem_free) = used_threads(plan);

    if (it->thread_count == 1)
        return "This core has one thread only: there is nothing to split.";
    if (used[core] == 0)
        return "This core is the host's; give it to the guest first (Space).";
    if (used[core] == it->thread_count) {
        used[core] = 1;
    } else {
        used[core] = it->thread_count;
        clear(plan, it);
    }
    renumber(plan, used);
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
        return "vCPUs run there; take the core back first (Space).";
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
        return "This domain has no I/O thread, and no virtio disk for one.";
    for (unsigned i = 0; i < plan->iothread_count; i++)
        pins = cpuset_or(&pins, &plan->iothreads[i].cpus);
    reason = toggle(plan, &pins, core);
    for (unsigned i = 0; i < plan->iothread_count && !reason; i++)
        plan->iothreads[i].cpus = pins;
    return reason;
}
