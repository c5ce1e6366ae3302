/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, gives verdicts on where its threads run on the host: vCPUs,
 * emulator and I/O threads against cores, caches and other domains.
 */
#include "base/text.h"
#include "plan/cell.h"
#include "plan/rule_row.h"

#include <string.h>

/* All CPUs that the plan names anywhere. */
static cpu_set_t named_cpus(const struct plan *plan)
{
    cpu_set_t cpus = plan_guest_cpus(plan);

    cpus = cpuset_or(&cpus, &plan->emulatorpin);
    for (unsigned i = 0; i < plan->iothread_count; i++)
        cpus = cpuset_or(&cpus, &plan->iothreads[i].cpus);
    return cpus;
}

void rule_hypervisor(const struct plan *plan, struct arena *arena,
                     const struct rule *rule, struct findings *findings)
{
    if (!domain_is_qemu(plan->domain))
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 arena_printf(arena,
                              "this is a domain of type \"%s\", not of QEMU",
                              plan->domain->type),
                 "Nothing is written to it: virt-tune tunes domains of KVM "
                 "and QEMU.");
}

void rule_count(const struct plan *plan, struct arena *arena,
                const struct rule *rule, struct findings *findings)
{
    int cpus = CPU_COUNT(&plan->host->cpu.online);

    if ((int)plan->vcpus > cpus)
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 arena_printf(arena,
                              "%u vCPUs are more than the %d CPUs of the host",
                              plan->vcpus, cpus),
                 "Take fewer vCPUs: - in step 4, or --vcpus N.");
    if (plan->vcpus != plan->domain->vcpus &&
        xml_child(xml_root(plan->domain->xml), "vcpus"))
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 "the domain lists its vCPUs one by one in <vcpus>",
                 "Change their number there, or keep it.");
    else if (plan->vcpus != plan->domain->vcpus &&
             plan->domain->has_guest_numa &&
             !(plan->mirrors_nodes && cell_is_own(plan)))
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 "the domain's NUMA cells name its vCPUs",
                 "Change the cells first, or keep the number of vCPUs.");
}

void rule_pinned(const struct plan *plan, struct arena *arena,
                 const struct rule *rule, struct findings *findings)
{
    cpu_set_t guest = plan_guest_cpus(plan);
    const char *mask = xml_attribute(
        arena, xml_child(xml_root(plan->domain->xml), "vcpu"), "cpuset");

    if (cpuset_is_empty(&guest))
        rule_say(
            rule, findings, arena, VERDICT_WARN,
            mask ? arena_printf(arena,
                                text_plural("%u vCPU floats over CPUs %s",
                                            "%u vCPUs float over CPUs %s",
                                            plan->vcpus),
                                plan->vcpus, mask)
                 : arena_printf(arena,
                                text_plural("%u vCPU floats over all host CPUs",
                                            "%u vCPUs float over all host CPUs",
                                            plan->vcpus),
                                plan->vcpus),
            "Take one of the proposed layouts.");
    else if (!plan_is_pinned(plan))
        rule_say(rule, findings, arena, VERDICT_WARN,
                 "some vCPUs are pinned and others float", "Pin all or none.");
}

void rule_online(const struct plan *plan, struct arena *arena,
                 const struct rule *rule, struct findings *findings)
{
    cpu_set_t named = named_cpus(plan);
    cpu_set_t absent = cpuset_minus(&named, &plan->host->cpu.online);

    if (!cpuset_is_empty(&absent))
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 arena_printf(arena, "CPUs %s are not online on this host",
                              cpuset_text(arena, &absent)),
                 "Take one of the proposed layouts.");
}

void rule_shared(const struct plan *plan, struct arena *arena,
                 const struct rule *rule, struct findings *findings)
{
    cpu_set_t own = cpuset_empty(), twice = cpuset_empty();
    cpu_set_t roamed = cpuset_empty();

    for (unsigned i = 0; i < plan->vcpus; i++) {
        const cpu_set_t *pin = &plan->vcpupin[i];

        if (CPU_COUNT(pin) > 1) {
            roamed = cpuset_or(&roamed, pin);
        } else {
            cpu_set_t again = cpuset_and(&own, pin);

            twice = cpuset_or(&twice, &again);
            own = cpuset_or(&own, pin);
        }
    }
    roamed = cpuset_and(&roamed, &own);
    if (!cpuset_is_empty(&twice))
        rule_say(rule, findings, arena, VERDICT_WARN,
                 arena_printf(arena, "several vCPUs are pinned to CPU %s",
                              cpuset_text(arena, &twice)),
                 "Pin each vCPU to a CPU of its own.");
    else if (!cpuset_is_empty(&roamed))
        rule_say(rule, findings, arena, VERDICT_WARN,
                 arena_printf(arena,
                              "CPU %s is one vCPU's own, and others roam it",
                              cpuset_text(arena, &roamed)),
                 "Pin each vCPU to a CPU of its own.");
}

/* True if the vCPUs of each guest core are the threads of one host core. */
static bool mirrors(const struct plan *plan, unsigned threads)
{
    for (unsigned i = 0; i < plan->vcpus; i += threads)
        for (unsigned t = 1; t < threads && i + t < plan->vcpus; t++) {
            int a, b;

            if (!plan_pin(plan, i, &a) || !plan_pin(plan, i + t, &b) ||
                !cpu_core_of(&plan->host->cpu, a) ||
                cpu_core_of(&plan->host->cpu, a) !=
                    cpu_core_of(&plan->host->cpu, b))
                return false;
        }
    return true;
}

/* True if two vCPUs, each on its own CPU, are on one core. */
static bool has_hidden_siblings(const struct plan *plan)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    cpu_set_t seen = cpuset_empty();

    for (unsigned i = 0; i < plan->vcpus; i++) {
        const struct cpu_core *core;
        int number;

        if (!plan_pin(plan, i, &number))
            continue;
        core = cpu_core_of(cpu, number);
        if (core && cpuset_intersects(&core->cpus, &seen))
            return true;
        if (core)
            seen = cpuset_or(&seen, &core->cpus);
    }
    return false;
}

void rule_siblings(const struct plan *plan, struct arena *arena,
                   const struct rule *rule, struct findings *findings)
{
    cpu_set_t guest = plan_guest_cpus(plan), cores = plan_guest_cores(plan);
    unsigned threads = plan->topology.threads;

    if (!plan_is_pinned(plan))
        return;
    if (cpuset_is_empty(&guest) || !plan->host->cpu.has_smt)
        return;
    if (threads > 1 && !mirrors(plan, threads))
        rule_say(
            rule, findings, arena, VERDICT_WARN,
            "the guest's cores are not cores of the host",
            "Pin the vCPUs of a guest core to the threads of one host core.");
    else if (threads <= 1 && has_hidden_siblings(plan))
        rule_say(rule, findings, arena, VERDICT_WARN,
                 "the guest takes threads of one core for cores",
                 plan->vcpus % 2 == 1
                     ? "Take an even number of vCPUs: then it can be told "
                       "(threads='2')."
                     : "Take a layout that tells it (threads='2'), or one "
                       "thread of each core.");
    else if (!CPU_EQUAL(&guest, &cores))
        rule_say(rule, findings, arena, VERDICT_NOTE,
                 "of some guest cores a thread runs no vCPU",
                 option_effective(plan, OPTION_ISOLATE)
                     ? "It stays idle; the hook keeps the host off it."
                     : "Host tasks may run there: host.isolate keeps them "
                       "off.");
    else
        rule_say(rule, findings, arena, VERDICT_OK,
                 threads > 1 ? "the threads of a host core carry one guest core"
                             : "whole cores only",
                 "");
}

void rule_kind(const struct plan *plan, struct arena *arena,
               const struct rule *rule, struct findings *findings)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    cpu_set_t guest = plan_guest_cpus(plan);
    bool has[CORE_KIND_COUNT] = {false};
    unsigned kinds = 0;

    if (!plan_is_pinned(plan))
        return;
    if (cpuset_is_empty(&guest) || !cpu->is_hybrid)
        return;
    CPUSET_FOREACH(number, &guest)
    {
        const struct cpu_core *core = cpu_core_of(cpu, number);

        if (core && !has[core->kind]) {
            has[core->kind] = true;
            kinds++;
        }
    }
    if (kinds > 1)
        rule_say(rule, findings, arena, VERDICT_WARN,
                 "vCPUs sit on fast and slow cores alike",
                 "Take fewer vCPUs, so that one kind of core is enough.");
    else if (has[CORE_KIND_PERFORMANCE])
        rule_say(rule, findings, arena, VERDICT_OK, "all vCPUs are on P-cores",
                 "");
    else
        rule_say(rule, findings, arena, VERDICT_NOTE, "no vCPU is on a P-core",
                 "");
}

static unsigned count_l3(const struct plan *plan)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    cpu_set_t guest = plan_guest_cpus(plan);
    unsigned count = 0;

    for (unsigned i = 0; i < cpu->l3_count; i++)
        count += cpuset_intersects(&guest, &cpu->l3[i].cpus);
    for (unsigned i = 0; i < cpu->core_count; i++)
        if (count > 0 && cpu->cores[i].l3 < 0 &&
            cpuset_intersects(&guest, &cpu->cores[i].cpus))
            return count + 1; /* the cores beyond any L3 */
    return count;
}

/* True if the vCPUs of each die of the guest share one L3. */
static bool dies_fit(const struct plan *plan)
{
    const struct guest_topology *t = &plan->topology;
    unsigned each = t->cores * t->threads;
    int l3 = -1;

    for (unsigned i = 0; i < plan->vcpus; i++) {
        int number;
        const struct cpu_core *core =
            plan_pin(plan, i, &number) ? cpu_core_of(&plan->host->cpu, number)
                                       : NULL;

        if (each == 0 || !core || (i % each > 0 && core->l3 != l3))
            return false;
        l3 = core->l3;
    }
    return true;
}

void rule_l3(const struct plan *plan, struct arena *arena,
             const struct rule *rule, struct findings *findings)
{
    unsigned used = count_l3(plan);

    if (!plan_is_pinned(plan))
        return;
    if (used > 1 && plan->topology.dies == used && dies_fit(plan))
        rule_say(rule, findings, arena, VERDICT_NOTE,
                 arena_printf(arena, "the guest spans %u L3 caches, as %u dies",
                              used, used),
                 "");
    else if (used > 1)
        rule_say(rule, findings, arena, VERDICT_WARN,
                 arena_printf(arena, "the guest spans %u L3 caches unknowingly",
                              used),
                 "Take a number of vCPUs that fills L3 caches evenly.");
    else if (used == 1)
        rule_say(rule, findings, arena, VERDICT_OK, "all vCPUs share one L3",
                 "");
}

static cpu_set_t cores_of(const struct cpu_topology *cpu, const cpu_set_t *cpus)
{
    cpu_set_t cores = *cpus;

    CPUSET_FOREACH(number, cpus)
    {
        const struct cpu_core *core = cpu_core_of(cpu, number);

        if (core)
            cores = cpuset_or(&cores, &core->cpus);
    }
    return cores;
}

/*
 * Threads of one core for both are one half of it for each. The same CPUs for
 * both, or some of the same, are somebody's choice.
 */
static bool say_halves(const struct plan *plan, struct arena *arena,
                       const struct rule *rule, struct findings *findings)
{
    cpu_set_t cores = cores_of(&plan->host->cpu, &plan->emulatorpin);

    for (unsigned i = 0; i < plan->iothread_count; i++) {
        const cpu_set_t *cpus = &plan->iothreads[i].cpus;

        if (!cpuset_intersects(cpus, &cores) ||
            cpuset_intersects(cpus, &plan->emulatorpin))
            continue;
        rule_say(rule, findings, arena, VERDICT_NOTE,
                 arena_printf(arena,
                              "I/O thread %u and the emulator have threads of "
                              "the same core",
                              plan->iothreads[i].id),
                 "CPUs by their numbers are no cores: take a layout, or give "
                 "each whole cores.");
        return true;
    }
    return false;
}

void rule_helpers(const struct plan *plan, struct arena *arena,
                  const struct rule *rule, struct findings *findings)
{
    cpu_set_t cores = plan_guest_cores(plan);
    bool is_apart = !cpuset_intersects(&plan->emulatorpin, &cores);

    if (cpuset_is_empty(&cores))
        return;
    if (cpuset_is_empty(&plan->emulatorpin)) {
        rule_say(rule, findings, arena, VERDICT_WARN,
                 "the emulator floats, over the guest's CPUs too",
                 "Pin it to CPUs of the host.");
        return;
    }
    for (unsigned i = 0; i < plan->iothread_count; i++)
        is_apart &= !cpuset_is_empty(&plan->iothreads[i].cpus) &&
                    !cpuset_intersects(&plan->iothreads[i].cpus, &cores);
    if (is_apart && !plan_is_pinned(plan))
        return; /* those that float may be there, too */
    if (is_apart && say_halves(plan, arena, rule, findings))
        return;
    if (is_apart)
        rule_say(rule, findings, arena, VERDICT_OK,
                 plan->iothread_count > 0
                     ? "emulator and I/O threads are off the guest's cores"
                     : "the emulator is off the guest's cores",
                 "");
    else
        rule_say(rule, findings, arena, VERDICT_WARN,
                 "emulator or I/O thread run on a guest's core",
                 "Pin them to CPUs of the host.");
}

void rule_host_core(const struct plan *plan, struct arena *arena,
                    const struct rule *rule, struct findings *findings)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    cpu_set_t guest = plan_guest_cpus(plan);
    bool is_left = false;

    for (unsigned i = 0; i < cpu->core_count; i++)
        is_left |= !cpuset_intersects(&cpu->cores[i].cpus, &guest) &&
                   !cpuset_intersects(&cpu->cores[i].cpus, &cpu->isolated);
    if (is_left && plan_is_pinned(plan) && cpu->core_of[0] >= 0 &&
        cpuset_intersects(&cpu->cores[cpu->core_of[0]].cpus, &guest))
        rule_say(rule, findings, arena, VERDICT_NOTE,
                 "the guest has the core of CPU 0",
                 "The kernel keeps some of its own work there: take a layout "
                 "that leaves it to the host, if one is wide enough.");
    if (cpuset_is_empty(&guest) || is_left)
        return;
    /* Unpinned hosts share; taking the last CPU away starves them. */
    rule_say(rule, findings, arena,
             option_effective(plan, OPTION_ISOLATE) ? VERDICT_FAIL
                                                    : VERDICT_WARN,
             "no whole core is left to the host", "Take fewer vCPUs.");
}

void rule_isolated(const struct plan *plan, struct arena *arena,
                   const struct rule *rule, struct findings *findings)
{
    const cpu_set_t *isolated = &plan->host->cpu.isolated;
    cpu_set_t helpers;

    for (unsigned i = 0; i < plan->vcpus; i++)
        if (CPU_COUNT(&plan->vcpupin[i]) > 1 &&
            cpuset_intersects(&plan->vcpupin[i], isolated)) {
            rule_say(
                rule, findings, arena, VERDICT_WARN,
                arena_printf(
                    arena, "vCPU %u may use several CPUs isolated at boot", i),
                "Pin it to one CPU: on isolated CPUs the kernel does not "
                "balance, and all threads stay on the first.");
            return;
        }
    helpers = cpuset_and(&plan->emulatorpin, isolated);
    for (unsigned i = 0; i < plan->iothread_count; i++) {
        cpu_set_t pin = cpuset_and(&plan->iothreads[i].cpus, isolated);

        if (CPU_COUNT(&plan->iothreads[i].cpus) > 1)
            helpers = cpuset_or(&helpers, &pin);
    }
    if (!cpuset_is_empty(&helpers))
        rule_say(rule, findings, arena, VERDICT_WARN,
                 "emulator or I/O thread are on CPUs isolated at boot",
                 "On isolated CPUs the kernel does not balance: pin them to "
                 "CPUs of the host.");
}

void rule_allowed(const struct plan *plan, struct arena *arena,
                  const struct rule *rule, struct findings *findings)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    cpu_set_t named = named_cpus(plan), shut;

    shut = cpuset_minus(&cpu->online, &cpu->allowed);
    shut = cpuset_and(&shut, &named);
    if (!cpuset_is_empty(&shut))
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 arena_printf(arena, "CPU %s is kept from guests by a cgroup",
                              cpuset_text(arena, &shut)),
                 "Take one of the proposed layouts, or give machine.slice "
                 "these CPUs (AllowedCPUs=).");
}

/* Adds "win11 (running), " to what is known of the disputed cores. */
static void add_rival(struct str *str, const struct neighbour *one)
{
    str_addf(str, "%s%s%s", str->length > 0 ? ", " : "", one->name,
             one->is_running      ? _(" (running)")
             : one->has_autostart ? _(" (autostart)")
                                  : "");
}

void rule_others(const struct plan *plan, struct arena *arena,
                 const struct rule *rule, struct findings *findings)
{
    cpu_set_t cores = plan_guest_cores(plan);
    struct str held CLEANUP(str_free) = STR_INIT;
    struct str idle CLEANUP(str_free) = STR_INIT;

    if (cpuset_is_empty(&cores))
        return;
    if (!plan->others) {
        rule_say(rule, findings, arena, VERDICT_UNKNOWN,
                 "whether other domains use these CPUs",
                 "Open the domain through libvirt, which knows all of them.");
        return;
    }
    for (size_t i = 0; i < plan->others->count; i++) {
        const struct neighbour *one = &plan->others->list[i];

        if (cpuset_intersects(&one->cpus, &cores))
            add_rival(neighbour_holds(one) ? &held : &idle, one);
    }
    if (held.length > 0)
        rule_say(
            rule, findings, arena, VERDICT_WARN,
            arena_printf(arena, "cores are shared with %s", str_text(&held)),
            "Take a layout that goes around them, if there is one.");
    else if (idle.length > 0)
        rule_say(
            rule, findings, arena, VERDICT_NOTE,
            arena_printf(arena, "not at the same time as %s", str_text(&idle)),
            "Those domains are pinned to the same cores, and do not run now.");
    else if (plan->others->count > 0)
        rule_say(rule, findings, arena, VERDICT_OK,
                 "no other pinned domain has these cores", "");
}

void rule_host_l3(const struct plan *plan, struct arena *arena,
                  const struct rule *rule, struct findings *findings)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    cpu_set_t cores = plan_guest_cores(plan);
    unsigned shared = 0, used = 0;

    for (unsigned i = 0; i < cpu->l3_count; i++) {
        used += cpuset_intersects(&cpu->l3[i].cpus, &cores);
        shared += cpuset_intersects(&cpu->l3[i].cpus, &cores) &&
                  !cpuset_is_subset(&cpu->l3[i].cpus, &cores);
    }
    if (used == 0 || cpu->l3_count < 2 || !plan_is_pinned(plan))
        return;
    if (shared == 0)
        rule_say(rule, findings, arena, VERDICT_OK,
                 "no L3 is shared between guest and host", "");
    else if (shared > 1)
        rule_say(rule, findings, arena, VERDICT_NOTE,
                 arena_printf(arena, "%u L3 caches are shared with the host",
                              shared),
                 "Take a number of vCPUs that fills whole L3 caches.");
}

void rule_idle(const struct plan *plan, struct arena *arena,
               const struct rule *rule, struct findings *findings)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    cpu_set_t named = named_cpus(plan), guest = plan_guest_cpus(plan);
    cpu_set_t fast = cpuset_empty(), idle;
    bool is_fast = false;

    if (!plan_is_pinned(plan))
        return;
    idle = cpuset_and(&cpu->isolated, &cpu->online);
    idle = cpuset_minus(&idle, &named);
    if (!cpuset_is_empty(&idle) && cpuset_intersects(&guest, &cpu->isolated))
        rule_say(rule, findings, arena, VERDICT_NOTE,
                 arena_printf(arena, "isolated CPU %s is used by nobody",
                              cpuset_text(arena, &idle)),
                 "The host leaves it alone; the guest could have it.");
    for (unsigned i = 0; cpu->is_hybrid && i < cpu->core_count; i++) {
        const struct cpu_core *core = &cpu->cores[i];
        bool has_guest = cpuset_intersects(&core->cpus, &guest);

        if (core->kind != CORE_KIND_PERFORMANCE)
            continue;
        is_fast |= has_guest;
        if (!has_guest && (int)i != cpu->core_of[0] &&
            !cpuset_intersects(&core->cpus, &named))
            fast = cpuset_or(&fast, &core->cpus);
    }
    if (is_fast && !cpuset_is_empty(&fast))
        rule_say(rule, findings, arena, VERDICT_NOTE,
                 arena_printf(arena, "P-core CPUs %s run no vCPU",
                              cpuset_text(arena, &fast)),
                 "Nothing, if the host needs them; else take more vCPUs.");
}
