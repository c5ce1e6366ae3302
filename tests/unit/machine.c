/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes numbers of cores, gives a host that has nothing but CPUs. */
#include "machine.h"

#include "support.h"

#include <stdlib.h>
#include <string.h>

struct machine {
    struct host *host;
    bool keeps_l3;
};

struct machine *machine_new(void)
{
    struct machine *machine = mem_alloc(1, sizeof(*machine));
    struct host *host = mem_alloc(1, sizeof(*host));
    struct cpu_topology *cpu = &host->cpu;

    host->arena = arena_new();
    host->root = "/nowhere";
    cpu->model = "made up";
    cpu->vendor = "AuthenticAMD";
    cpu->fingerprint = "0";
    cpu->package_count = 1;
    cpu->cores = arena_alloc(host->arena, CPUSET_MAX, sizeof(*cpu->cores));
    cpu->l3 = arena_alloc(host->arena, CPUSET_MAX, sizeof(*cpu->l3));
    cpu->nodes = arena_alloc(host->arena, CPUSET_MAX, sizeof(*cpu->nodes));
    host->pci.problem = "made up";
    host->kernel.release = host->kernel.command_line = "";
    findings_add(&host->findings, host->arena, "made-up", VERDICT_NOTE);
    machine->host = host;
    return machine;
}

void machine_keep_l3(struct machine *machine)
{
    machine->keeps_l3 = true;
}

void machine_add(struct machine *machine, unsigned cores, unsigned threads,
                 enum core_kind kind, int node, unsigned long l3_kib,
                 unsigned long max_khz)
{
    struct cpu_topology *cpu = &machine->host->cpu;
    int l3 = -1;

    if (l3_kib > 0 && (!machine->keeps_l3 || cpu->l3_count == 0)) {
        l3 = (int)cpu->l3_count++;
        cpu->l3[l3].size_kib = l3_kib;
    } else if (l3_kib > 0) {
        l3 = (int)cpu->l3_count - 1;
    }
    machine->keeps_l3 = false;
    for (unsigned i = 0; i < cores; i++) {
        struct cpu_core *core = &cpu->cores[cpu->core_count];

        core->index = cpu->core_count++;
        core->kind = kind;
        core->node = node;
        core->l3 = l3;
        core->l2 = -1;
        core->thread_count = threads;
        core->max_khz = max_khz;
        if (l3 >= 0)
            cpu->l3[l3].core_count++;
    }
    while ((int)cpu->node_count <= node) {
        cpu->nodes[cpu->node_count].id = cpu->node_count;
        cpu->nodes[cpu->node_count++].memory_kib = 16UL << 20;
    }
}

static void give_number(struct cpu_topology *cpu, struct cpu_core *core,
                        unsigned thread, int number)
{
    core->threads[thread] = number;
    CPU_SET((size_t)number, &core->cpus);
    CPU_SET((size_t)number, &cpu->online);
    CPU_SET((size_t)number, &cpu->nodes[core->node].cpus);
    if (core->l3 >= 0)
        CPU_SET((size_t)number, &cpu->l3[core->l3].cpus);
    cpu->core_of[number] = (int)core->index;
}

struct host *machine_host(struct machine *machine, enum numbering numbering)
{
    struct host *host = machine->host;
    struct cpu_topology *cpu = &host->cpu;
    unsigned most = 1;
    int number = 0;

    for (int i = 0; i < CPUSET_MAX; i++)
        cpu->core_of[i] = -1;
    for (unsigned i = 0; i < cpu->core_count; i++) {
        if (cpu->cores[i].thread_count > most)
            most = cpu->cores[i].thread_count;
        cpu->is_hybrid |= cpu->cores[i].kind != cpu->cores[0].kind;
    }
    cpu->has_smt = most > 1;
    for (unsigned t = 0; numbering == NUMBER_HALVES && t < most; t++)
        for (unsigned i = 0; i < cpu->core_count; i++)
            if (t < cpu->cores[i].thread_count)
                give_number(cpu, &cpu->cores[i], t, number++);
    for (unsigned i = 0; numbering != NUMBER_HALVES && i < cpu->core_count;
         i++) {
        unsigned at =
            numbering == NUMBER_BACKWARD ? cpu->core_count - 1 - i : i;

        for (unsigned t = 0; t < cpu->cores[at].thread_count; t++)
            give_number(cpu, &cpu->cores[at], t, number++);
    }
    cpu->allowed = cpu->online;
    free(machine);
    return host;
}

struct host *machine_random(unsigned cores)
{
    static const unsigned long sizes[] = {0, 16384, 32768, 98304};
    static const unsigned long clocks[] = {4000000, 4400000};
    struct machine *machine = machine_new();
    bool is_hybrid = random_below(3) == 0, is_sliced = random_below(4) == 0;
    unsigned threads = 1 + random_below(2), left = 1 + random_below(cores);
    int node = 0;

    while (left > 0) {
        unsigned here = 1 + random_below(left > 4 ? 4 : left);
        unsigned kind = is_hybrid ? 1 + random_below(3) : 0;

        if (is_sliced && random_below(2))
            machine_keep_l3(machine);
        machine_add(machine, here, kind == CORE_KIND_EFFICIENT ? 1 : threads,
                    (enum core_kind)kind, node,
                    sizes[random_below(ARRAY_SIZE(sizes))],
                    clocks[random_below(ARRAY_SIZE(clocks))]);
        left -= here;
        node += random_below(3) == 0;
    }
    return machine_host(machine, (enum numbering)random_below(3));
}

struct host *machine_large(unsigned cpus, unsigned nodes)
{
    struct machine *machine = machine_new();
    unsigned groups = cpus / 16;

    for (unsigned i = 0; i < groups; i++)
        machine_add(machine, 8, 2, CORE_KIND_UNIFORM, (int)(i * nodes / groups),
                    32768, 3500000);
    return machine_host(machine, NUMBER_HALVES);
}
