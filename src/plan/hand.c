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

static void renumber(struct plan *plan, const unsigned *used)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    unsigned vcpus = 0, cores = 0, threads = 0;
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
    plan->topology = is_even ? (struct guest_topology){1, 1, cores, threads}
                             : (struct guest_topology){1, 1, vcpus, 1};
    plan->mirrors_nodes = cell_obstacle(plan) == NULL;
}

static void leave(cpu_set_t *pins, const struct cpu_core *core)
{
    *pins = cpuset_minus(pins, &core->cpus);
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
        leave(&plan->emulatorpin, &cpu->cores[core]);
        for (unsigned i = 0; i < plan->iothread_count; i++)
            leave(&plan->iothreads[i].cpus, &cpu->cores[core]);
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
