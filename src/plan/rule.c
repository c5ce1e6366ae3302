/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, gives verdicts. A rule is a row; it looks at the plan's
 * values whoever chose them, and says nothing where there is nothing to say.
 */
#include "plan/rule.h"

#include "plan/cell.h"
#include "plan/layout.h"
#include "plan/rule_numa.h"

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

/* The cores that vCPUs are pinned to, whole, as CPUs. */
static cpu_set_t guest_cores(const struct plan *plan)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    cpu_set_t guest = plan_guest_cpus(plan), cores = cpuset_empty();

    CPUSET_FOREACH(number, &guest)
    {
        const struct cpu_core *core = cpu_core_of(cpu, number);

        if (core)
            cores = cpuset_or(&cores, &core->cpus);
    }
    return cores;
}

static void rule_count(const struct plan *plan, struct arena *arena,
                       const struct rule *rule, struct findings *findings)
{
    int cpus = CPU_COUNT(&plan->host->cpu.online);

    if ((int)plan->vcpus > cpus)
        say(rule, findings, arena, VERDICT_FAIL,
            arena_printf(arena,
                         "%u vCPUs are more than the %d CPUs of the host",
                         plan->vcpus, cpus),
            "Take fewer vCPUs: virt-tune plan --vcpus N.");
    if (plan->vcpus != plan->domain->vcpus &&
        xml_child(xml_root(plan->domain->xml), "vcpus"))
        say(rule, findings, arena, VERDICT_FAIL,
            "the domain lists its vCPUs one by one in <vcpus>",
            "Change their number there, or keep it.");
    else if (plan->vcpus != plan->domain->vcpus &&
             plan->domain->has_guest_numa &&
             !(plan->mirrors_nodes && cell_is_own(plan)))
        say(rule, findings, arena, VERDICT_FAIL,
            "the domain's NUMA cells name its vCPUs",
            "Change the cells first, or keep the number of vCPUs.");
}

static void rule_pinned(const struct plan *plan, struct arena *arena,
                        const struct rule *rule, struct findings *findings)
{
    cpu_set_t guest = plan_guest_cpus(plan);
    const char *mask = xml_attribute(
        arena, xml_child(xml_root(plan->domain->xml), "vcpu"), "cpuset");

    if (cpuset_is_empty(&guest))
        say(rule, findings, arena, VERDICT_WARN,
            arena_printf(arena, "%u vCPUs float over %s", plan->vcpus,
                         mask ? arena_printf(arena, "CPUs %s", mask)
                              : "all host CPUs"),
            "Take one of the proposed layouts.");
    else if (!plan_is_pinned(plan))
        say(rule, findings, arena, VERDICT_WARN,
            "some vCPUs are pinned and others float", "Pin all or none.");
}

static void rule_online(const struct plan *plan, struct arena *arena,
                        const struct rule *rule, struct findings *findings)
{
    cpu_set_t named = named_cpus(plan);
    cpu_set_t absent = cpuset_minus(&named, &plan->host->cpu.online);

    if (!cpuset_is_empty(&absent))
        say(rule, findings, arena, VERDICT_FAIL,
            arena_printf(arena, "CPUs %s are not online on this host",
                         cpuset_text(arena, &absent)),
            "Take one of the proposed layouts.");
}

static void rule_shared(const struct plan *plan, struct arena *arena,
                        const struct rule *rule, struct findings *findings)
{
    cpu_set_t seen = cpuset_empty();

    for (unsigned i = 0; i < plan->vcpus; i++) {
        if (cpuset_intersects(&seen, &plan->vcpupin[i]) &&
            CPU_COUNT(&plan->vcpupin[i]) == 1) {
            say(rule, findings, arena, VERDICT_WARN,
                arena_printf(arena, "vCPU %u shares CPU %s with another", i,
                             cpuset_text(arena, &plan->vcpupin[i])),
                "Pin each vCPU to a CPU of its own.");
            return;
        }
        seen = cpuset_or(&seen, &plan->vcpupin[i]);
    }
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

static void rule_siblings(const struct plan *plan, struct arena *arena,
                          const struct rule *rule, struct findings *findings)
{
    cpu_set_t guest = plan_guest_cpus(plan), cores = guest_cores(plan);
    unsigned threads = plan->topology.threads;

    if (!plan_is_pinned(plan))
        return;
    if (cpuset_is_empty(&guest) || !plan->host->cpu.has_smt)
        return;
    if (threads > 1 && !mirrors(plan, threads))
        say(rule, findings, arena, VERDICT_WARN,
            "the guest's cores are not cores of the host",
            "Pin the vCPUs of a guest core to the threads of one host core.");
    else if (!CPU_EQUAL(&guest, &cores))
        say(rule, findings, arena, VERDICT_NOTE,
            "some guest cores leave a thread to the host or idle",
            "Nothing, if that is meant: it is the steadiest layout.");
    else
        say(rule, findings, arena, VERDICT_OK,
            threads > 1 ? "the threads of a host core carry one guest core"
                        : "whole cores only",
            "");
}

static void rule_kind(const struct plan *plan, struct arena *arena,
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
        say(rule, findings, arena, VERDICT_WARN,
            "vCPUs sit on fast and slow cores alike",
            "Take fewer vCPUs, so that one kind of core is enough.");
    else if (has[CORE_KIND_PERFORMANCE])
        say(rule, findings, arena, VERDICT_OK, "all vCPUs are on P-cores", "");
    else
        say(rule, findings, arena, VERDICT_NOTE, "no vCPU is on a P-core", "");
}

static unsigned count_l3(const struct plan *plan)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    cpu_set_t guest = plan_guest_cpus(plan);
    unsigned count = 0;

    for (unsigned i = 0; i < cpu->l3_count; i++)
        count += cpuset_intersects(&guest, &cpu->l3[i].cpus);
    return count;
}

static void rule_l3(const struct plan *plan, struct arena *arena,
                    const struct rule *rule, struct findings *findings)
{
    unsigned used = count_l3(plan);

    if (!plan_is_pinned(plan))
        return;
    if (used > 1 && plan->topology.dies == used)
        say(rule, findings, arena, VERDICT_NOTE,
            arena_printf(arena, "the guest spans %u L3 caches, as %u dies",
                         used, used),
            "");
    else if (used > 1)
        say(rule, findings, arena, VERDICT_WARN,
            arena_printf(arena, "the guest spans %u L3 caches unknowingly",
                         used),
            "Take as many vCPUs as one L3 has threads, if that is enough.");
    else if (used == 1)
        say(rule, findings, arena, VERDICT_OK, "all vCPUs share one L3", "");
}

static void rule_helpers(const struct plan *plan, struct arena *arena,
                         const struct rule *rule, struct findings *findings)
{
    cpu_set_t cores = guest_cores(plan);
    bool is_apart = !cpuset_intersects(&plan->emulatorpin, &cores);

    if (cpuset_is_empty(&cores))
        return;
    if (cpuset_is_empty(&plan->emulatorpin)) {
        say(rule, findings, arena, VERDICT_WARN,
            "the emulator floats, over the guest's CPUs too",
            "Pin it to CPUs of the host.");
        return;
    }
    for (unsigned i = 0; i < plan->iothread_count; i++)
        is_apart &= !cpuset_is_empty(&plan->iothreads[i].cpus) &&
                    !cpuset_intersects(&plan->iothreads[i].cpus, &cores);
    if (is_apart)
        say(rule, findings, arena, VERDICT_OK,
            plan->iothread_count > 0
                ? "emulator and I/O threads are off the guest's cores"
                : "the emulator is off the guest's cores",
            "");
    else
        say(rule, findings, arena, VERDICT_WARN,
            "emulator or I/O thread run on a guest's core",
            "Pin them to CPUs of the host.");
}

static bool has_iothread(const struct plan *plan, size_t disk)
{
    for (unsigned i = 0; i < plan->iothread_count; i++)
        if (plan->iothreads[i].id == plan->disk_iothread[disk])
            return true;
    return false;
}

static void rule_iothreads(const struct plan *plan, struct arena *arena,
                           const struct rule *rule, struct findings *findings)
{
    const xmlNode *devices = xml_child(xml_root(plan->domain->xml), "devices");
    bool has_scsi = false;

    for (size_t i = 0; i < plan->domain->disk_count; i++)
        if (plan->disk_iothread[i] > 0 && !has_iothread(plan, i)) {
            say(rule, findings, arena, VERDICT_FAIL,
                arena_printf(arena, "disk %s names I/O thread %u, not there",
                             plan->domain->disks[i].target,
                             plan->disk_iothread[i]),
                "Give it one that the domain has.");
            return;
        }
    if (plan->iothread_count == 0)
        return;
    for (size_t i = 0; i < plan->domain->disk_count; i++)
        if (plan->disk_iothread[i] > 0 || plan->domain->disks[i].has_mapping)
            return;
    for (const xmlNode *node = xml_child(devices, "controller"); node;
         node = xml_next(node))
        has_scsi |=
            xml_attribute(arena, xml_child(node, "driver"), "iothread") != NULL;
    if (!has_scsi)
        say(rule, findings, arena, VERDICT_WARN, "no disk uses the I/O threads",
            "Give a virtio disk iothread='1', or do without.");
}

static void rule_topology(const struct plan *plan, struct arena *arena,
                          const struct rule *rule, struct findings *findings)
{
    const struct guest_topology *t = &plan->topology;
    unsigned long long product =
        (unsigned long long)t->sockets * t->dies * t->cores * t->threads;

    if (product == 0) {
        if (plan->vcpus > 1)
            say(rule, findings, arena, VERDICT_WARN,
                arena_printf(arena,
                             "the guest sees %u sockets of one core each",
                             plan->vcpus),
                "Take one of the proposed layouts.");
        return;
    }
    if (product != plan->vcpus)
        say(rule, findings, arena, VERDICT_FAIL,
            arena_printf(arena, "the guest topology makes %llu vCPUs, not %u",
                         product, plan->vcpus),
            "Take one of the proposed layouts.");
    else if (t->sockets > 2 && plan->domain->guest == GUEST_WINDOWS)
        say(rule, findings, arena, VERDICT_WARN,
            arena_printf(arena, "Windows uses at most 2 of %u sockets",
                         t->sockets),
            "Take one of the proposed layouts.");
    else
        say(rule, findings, arena, VERDICT_OK,
            arena_printf(arena, "guest topology: %u socket x %u x %u x %u",
                         t->sockets, t->dies, t->cores, t->threads),
            "");
}

static void rule_host_core(const struct plan *plan, struct arena *arena,
                           const struct rule *rule, struct findings *findings)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    cpu_set_t guest = plan_guest_cpus(plan);
    bool is_left = false;

    for (unsigned i = 0; i < cpu->core_count; i++)
        is_left |= !cpuset_intersects(&cpu->cores[i].cpus, &guest) &&
                   !cpuset_intersects(&cpu->cores[i].cpus, &cpu->isolated);
    if (cpuset_is_empty(&guest) || is_left)
        return;
    /* Unpinned hosts share; taking the last CPU away starves them. */
    say(rule, findings, arena,
        option_effective(plan, OPTION_ISOLATE) ? VERDICT_FAIL : VERDICT_WARN,
        "no whole core is left to the host", "Take fewer vCPUs.");
}

static void rule_isolated(const struct plan *plan, struct arena *arena,
                          const struct rule *rule, struct findings *findings)
{
    for (unsigned i = 0; i < plan->vcpus; i++)
        if (CPU_COUNT(&plan->vcpupin[i]) > 1 &&
            cpuset_intersects(&plan->vcpupin[i], &plan->host->cpu.isolated)) {
            say(rule, findings, arena, VERDICT_WARN,
                arena_printf(
                    arena, "vCPU %u may use several CPUs isolated at boot", i),
                "Pin it to one CPU: on isolated CPUs the kernel does not "
                "balance, and all threads stay on the first.");
            return;
        }
}

static void rule_pages(const struct plan *plan, struct arena *arena,
                       const struct rule *rule, struct findings *findings)
{
    const struct memory *memory = &plan->host->memory;
    long size = option_effective(plan, OPTION_HUGEPAGES);
    const struct page_pool *pool =
        size > 1 ? memory_pool(memory, (unsigned long)size) : NULL;
    unsigned long needed, usable, missing_kib;

    if (size <= 1)
        return;
    if (!pool) {
        say(rule, findings, arena, VERDICT_FAIL,
            arena_printf(arena, "the host has no pages of %ld KiB", size),
            "Choose another page size.");
        return;
    }
    if (plan->domain->memory_kib % (unsigned long)size != 0) {
        say(rule, findings, arena, VERDICT_FAIL,
            "the guest's memory is no whole number of huge pages",
            "Change the domain's <memory>, or choose a smaller page.");
        return;
    }
    needed = plan->domain->memory_kib / (unsigned long)size;
    usable = cell_usable_pages(plan, pool);
    if (usable >= needed || plan->domain->is_running)
        return;
    missing_kib = (needed - usable) * (unsigned long)size;
    if (!option_effective(plan, OPTION_HUGEPAGES_RESERVE))
        say(rule, findings, arena, VERDICT_WARN,
            arena_printf(arena, "%lu huge pages are needed, %lu are there",
                         needed, usable),
            arena_printf(arena,
                         "The guest will not start. Switch on \"reserve at "
                         "start\", or reserve %lu more pages.",
                         needed - usable));
    else if (memory->available_kib > 0 && missing_kib > memory->available_kib)
        say(rule, findings, arena, VERDICT_WARN,
            arena_printf(arena, "the guest needs %lu MiB more than is free",
                         (missing_kib - memory->available_kib) / 1024),
            "It will not start until memory is freed.");
    else if (memory->available_kib > 0 &&
             missing_kib + MEMORY_HOST_KIB > memory->available_kib)
        say(rule, findings, arena, VERDICT_WARN,
            "less than 2 GiB of memory is left to the host",
            "Give the guest less memory, or free some.");
    else
        say(rule, findings, arena, VERDICT_OK,
            arena_printf(arena, "%lu huge pages are reserved at each start",
                         needed - usable),
            "");
}

static void rule_needs(const struct plan *plan, struct arena *arena,
                       const struct rule *rule, struct findings *findings)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *option = option_get((enum option_id)i);

        if (option_effective(plan, (enum option_id)i) == OPTION_OFF)
            continue;
        for (size_t j = 0; option->needs[j] != OPTION_NONE; j++)
            if (option_effective(plan, option->needs[j]) == OPTION_OFF)
                say(rule, findings, arena, VERDICT_FAIL,
                    arena_printf(arena, "\"%s\" needs \"%s\"", option->title,
                                 option_get(option->needs[j])->title),
                    "Switch it on too, or this one off.");
    }
}

static void rule_obstacles(const struct plan *plan, struct arena *arena,
                           const struct rule *rule, struct findings *findings)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const char *obstacle = plan->options[i] > OPTION_OFF
                                   ? option_obstacle(plan, (enum option_id)i)
                                   : NULL;

        if (obstacle)
            say(rule, findings, arena, VERDICT_FAIL,
                arena_printf(arena, "\"%s\" cannot be switched on",
                             option_get((enum option_id)i)->title),
                obstacle);
    }
}

static void rule_topoext(const struct plan *plan, struct arena *arena,
                         const struct rule *rule, struct findings *findings)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    bool has_it = option_effective(plan, OPTION_TOPOEXT);

    if (has_it && strcmp(cpu->vendor, "GenuineIntel") == 0)
        say(rule, findings, arena, VERDICT_FAIL,
            "topoext is required, and no Intel CPU has it",
            "Switch it off: --set cpu.topoext=off.");
    else if (!has_it && cpu->has_topoext && plan->topology.threads > 1 &&
             strcmp(plan->domain->cpu_mode, "host-passthrough") == 0)
        say(rule, findings, arena, VERDICT_WARN,
            "without topoext the guest sees no threads on AMD",
            "Switch it on: --set cpu.topoext=on.");
}

static void rule_offered(const struct plan *plan, struct arena *arena,
                         const struct rule *rule, struct findings *findings)
{
    bool wants = false;

    for (size_t i = 0; i < OPTION_COUNT; i++)
        wants |= option_get((enum option_id)i)->hyperv != NULL &&
                 plan->options[i] > OPTION_OFF;
    if (wants && !plan->domain->hyperv_offered)
        say(rule, findings, arena, VERDICT_UNKNOWN,
            "whether this host offers the Hyper-V hints was not asked",
            "libvirt 9.0 and newer says so. All of these are in every kernel "
            "since Linux 4.20.");
}

static void rule_start(const struct plan *plan, struct arena *arena,
                       const struct rule *rule, struct findings *findings)
{
    if (plan->domain->has_saved_image)
        say(rule, findings, arena, VERDICT_WARN,
            "a saved state is there: it starts with the old definition",
            "Start and shut the domain down once, then start it again.");
    else if (plan->domain->is_running)
        say(rule, findings, arena, VERDICT_NOTE,
            "the domain runs: changes come with its next start",
            "Shut it down and start it; a reboot inside is not enough.");
}

static const struct rule rules[] = {
    {"vcpus", "libvirt defines such a domain, but it runs badly or not at all.",
     rule_count},
    {"pinned",
     "A vCPU that floats is moved by the scheduler, between fast and slow "
     "cores and away from its caches.",
     rule_pinned},
    {"online",
     "libvirt accepts such a pin, and then the domain does not start.",
     rule_online},
    {"shared-cpu", "Two vCPUs on one CPU run one after the other.",
     rule_shared},
    {"siblings",
     "The guest's scheduler puts two busy threads on two cores, if it can tell "
     "cores from threads.",
     rule_siblings},
    {"core-kind",
     "A guest cannot tell P-cores from E-cores and uses both alike.",
     rule_kind},
    {"l3", "Data that moves between L3 caches takes several times as long.",
     rule_l3},
    {"emulator",
     "Emulator and I/O threads interrupt the vCPU whose core they share.",
     rule_helpers},
    {"iothread-use", "An I/O thread that no disk names does nothing.",
     rule_iothreads},
    {"topology",
     "Windows uses one or two sockets only, and every guest schedules by what "
     "it believes of cores and threads.",
     rule_topology},
    {"memory-node",
     "A node reaches the memory and the devices of another one later, and "
     "shares the way with all others.",
     rule_memory_node},
    {"guest-cells",
     "A guest that is told of its nodes keeps a task beside its memory.",
     rule_guest_cells},
    {"node-memory",
     "Memory that is bound to a node comes from there or not at all.",
     rule_node_memory},
    {"host-core", "The host needs a core for itself, and for you to log in.",
     rule_host_core},
    {"isolated-pin", "isolcpus= takes CPUs out of load balancing.",
     rule_isolated},
    {"hugepages", "Huge pages that are missing stop the domain's start.",
     rule_pages},
    {"topoext",
     "QEMU shows an AMD guest its threads only with the CPU flag topoext.",
     rule_topoext},
    {"available", "What this host lacks, the domain does not start with.",
     rule_obstacles},
    {"needs", "QEMU refuses to start with one but not the other.", rule_needs},
    {"hyperv-offered", "A hint that the kernel lacks stops the start.",
     rule_offered},
    {"next-start", "A definition takes effect when QEMU is started.",
     rule_start},
};

void rule_check(const struct plan *plan, struct arena *arena,
                struct findings *findings)
{
    for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
        rules[i].run(plan, arena, &rules[i], findings);
}
