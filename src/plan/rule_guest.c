/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, gives verdicts on what the guest is told of its CPUs and on
 * what the XML says of threads that are not there.
 */
#include "plan/rule_row.h"

#include "base/text.h"
#include "plan/iothread.h"

#include <stdlib.h>
#include <string.h>

static bool has_iothread(const struct plan *plan, size_t disk)
{
    for (unsigned i = 0; i < plan->iothread_count; i++)
        if (plan->iothreads[i].id == plan->disk_iothread[disk])
            return true;
    return false;
}

void rule_iothreads(const struct plan *plan, struct arena *arena,
                    const struct rule *rule, struct findings *findings)
{
    for (size_t i = 0; i < plan->domain->disk_count; i++)
        if (plan->disk_iothread[i] > 0 && !has_iothread(plan, i)) {
            rule_say(rule, findings, arena, VERDICT_FAIL,
                     arena_printf(
                         arena, "disk %s names I/O thread %u, not there",
                         plan->domain->disks[i].target, plan->disk_iothread[i]),
                     "Give it one that the domain has.");
            return;
        }
    if (option_effective(plan, OPTION_IOTHREADS_IDLE) == OPTION_ON)
        rule_say(rule, findings, arena, VERDICT_WARN,
                 arena_printf(arena, _("nothing uses %u of %u I/O threads"),
                              iothread_count_idle(plan), plan->iothread_count),
                 "Give a virtio disk iothread=, or remove them: --set "
                 "iothreads.idle=off.");
}

void rule_topology(const struct plan *plan, struct arena *arena,
                   const struct rule *rule, struct findings *findings)
{
    const struct guest_topology *t = &plan->topology;
    unsigned long long product =
        (unsigned long long)t->sockets * t->dies * t->cores * t->threads;

    if (product == 0) {
        if (plan->vcpus > 1)
            rule_say(rule, findings, arena, VERDICT_WARN,
                     arena_printf(arena,
                                  "the guest sees %u sockets of one core each",
                                  plan->vcpus),
                     "Take one of the proposed layouts.");
        return;
    }
    if (product != plan->vcpus)
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 arena_printf(arena,
                              "the guest topology makes %llu vCPUs, not %u",
                              product, plan->vcpus),
                 "Take one of the proposed layouts.");
    else if (t->sockets > 2 && plan->guest == GUEST_WINDOWS)
        rule_say(rule, findings, arena, VERDICT_WARN,
                 arena_printf(arena, "Windows uses at most 2 of %u sockets",
                              t->sockets),
                 "Take one of the proposed layouts.");
    else
        rule_say(rule, findings, arena, VERDICT_OK,
                 arena_printf(arena, "guest topology: %u socket x %u x %u x %u",
                              t->sockets, t->dies, t->cores, t->threads),
                 "");
}

void rule_topoext(const struct plan *plan, struct arena *arena,
                  const struct rule *rule, struct findings *findings)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    bool has_it = option_effective(plan, OPTION_TOPOEXT);

    if (has_it && strcmp(cpu->vendor, "GenuineIntel") == 0)
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 "topoext is required, and no Intel CPU has it",
                 "Switch it off: --set cpu.topoext=off.");
    else if (!has_it && cpu->has_topoext && plan->topology.threads > 1 &&
             strcmp(plan->domain->cpu_mode, "host-passthrough") == 0)
        rule_say(rule, findings, arena, VERDICT_WARN,
                 "without topoext the guest sees no threads on AMD",
                 "Switch it on: --set cpu.topoext=on.");
}

/* The first pin of a thread that is not there, or that is there twice. */
static const char *find_stray(const struct plan *plan, struct arena *arena,
                              const char *element, const char *attribute,
                              bool *is_twice)
{
    const xmlNode *cputune = xml_child(xml_root(plan->domain->xml), "cputune");
    bool *has_pin CLEANUP(mem_free) = mem_alloc(plan->vcpus, sizeof(*has_pin));
    unsigned long id;

    *is_twice = false;
    for (const xmlNode *pin = xml_child(cputune, element); pin;
         pin = xml_next(pin)) {
        bool is_there = false;

        if (!xml_number(pin, attribute, 1UL << 20, &id))
            continue;
        if (strcmp(attribute, "vcpu") == 0)
            is_there = id < plan->vcpus || id < plan->domain->vcpus;
        else
            for (unsigned i = 0; i < plan->iothread_count; i++)
                is_there |= plan->iothreads[i].id == id;
        if (strcmp(attribute, "vcpu") == 0 && id < plan->vcpus) {
            *is_twice = has_pin[id];
            has_pin[id] = true;
        }
        if (!is_there || *is_twice)
            return arena_printf(arena, "%lu", id);
    }
    return NULL;
}

void rule_stray_pins(const struct plan *plan, struct arena *arena,
                     const struct rule *rule, struct findings *findings)
{
    const xmlNode *cputune = xml_child(xml_root(plan->domain->xml), "cputune");
    const xmlNode *emulator = xml_child(cputune, "emulatorpin");
    bool is_twice;
    const char *id = find_stray(plan, arena, "vcpupin", "vcpu", &is_twice);

    if (id && is_twice)
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 arena_printf(arena, "vCPU %s has two <vcpupin>", id),
                 "Remove one of them: virsh edit.");
    else if (id)
        rule_say(rule, findings, arena, VERDICT_WARN,
                 arena_printf(arena, "vCPU %s has a pin and is not there", id),
                 "libvirt drops it in silence; count the vCPUs again.");
    id = find_stray(plan, arena, "iothreadpin", "iothread", &is_twice);
    if (id)
        rule_say(
            rule, findings, arena, VERDICT_FAIL,
            arena_printf(arena, "I/O thread %s has a pin and is not there", id),
            "Add it to <iothreads>, or remove its <iothreadpin>.");
    if (emulator && xml_next(emulator))
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 "there are two <emulatorpin>",
                 "Remove one of them: virsh edit.");
}

/* True if the plan has the thread: a vCPU or an I/O thread. */
static bool has_thread(const struct plan *plan, bool is_vcpu, unsigned id)
{
    if (is_vcpu)
        return id < plan->vcpus;
    for (unsigned i = 0; i < plan->iothread_count; i++)
        if (plan->iothreads[i].id == id)
            return true;
    return false;
}

/* What libvirt refuses of <vcpusched> and <iothreadsched>. */
static void check_threads(const struct plan *plan, bool is_vcpu,
                          struct arena *arena, const struct rule *rule,
                          struct findings *findings)
{
    const xmlNode *cputune = xml_child(xml_root(plan->domain->xml), "cputune");
    const char *element = is_vcpu ? "vcpusched" : "iothreadsched";
    cpu_set_t named = cpuset_empty();

    for (const xmlNode *node = xml_child(cputune, element); node;
         node = xml_next(node)) {
        const char *list =
            xml_attribute(arena, node, is_vcpu ? "vcpus" : "iothreads");
        cpu_set_t ids;

        if (!list || !cpuset_parse(list, &ids))
            continue;
        CPUSET_FOREACH(id, &ids)
        {
            bool is_there = has_thread(plan, is_vcpu, (unsigned)id);

            if (is_there && !CPU_ISSET((size_t)id, &named))
                continue;
            rule_say(rule, findings, arena, VERDICT_FAIL,
                     arena_printf(
                         arena,
                         is_there ? "<%s> names %s %d, which another one names"
                                  : "<%s> names %s %d, which is not there",
                         element, is_vcpu ? "vCPU" : _("I/O thread"), id),
                     "libvirt refuses it. Correct it with virsh edit.");
            return;
        }
        named = cpuset_or(&named, &ids);
    }
}

/*
 * libvirt shortens the vCPUs of <cachetune> and <memorytune> to those that are
 * there, without a word: the definition would not be what was written.
 */
static void check_tunes(const struct plan *plan, struct arena *arena,
                        const struct rule *rule, struct findings *findings)
{
    static const char *const names[] = {"cachetune", "memorytune"};
    const xmlNode *cputune = xml_child(xml_root(plan->domain->xml), "cputune");

    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        for (const xmlNode *node = xml_child(cputune, names[i]); node;
             node = xml_next(node)) {
            const char *list = xml_attribute(arena, node, "vcpus");
            cpu_set_t ids;

            if (!list || !cpuset_parse(list, &ids) ||
                cpuset_next(&ids, (int)plan->vcpus) < 0)
                continue;
            rule_say(rule, findings, arena,
                     plan->vcpus == plan->domain->vcpus ? VERDICT_WARN
                                                        : VERDICT_FAIL,
                     arena_printf(arena,
                                  "<%s> names vCPU %d, which is not "
                                  "there",
                                  names[i],
                                  cpuset_next(&ids, (int)plan->vcpus)),
                     "libvirt takes it out of the list in silence. Correct it "
                     "with virsh edit.");
        }
}

void rule_scheduler(const struct plan *plan, struct arena *arena,
                    const struct rule *rule, struct findings *findings)
{
    const xmlNode *first =
        xml_find(xml_root(plan->domain->xml), "cputune/vcpusched");
    bool is_kept = plan->options[OPTION_VCPUSCHED] == OPTION_KEEP;

    check_threads(plan, false, arena, rule, findings);
    check_tunes(plan, arena, rule, findings);
    if (is_kept && option_now(plan, OPTION_VCPUSCHED) == OPTION_OTHER)
        check_threads(plan, true, arena, rule, findings);
    for (const xmlNode *node = is_kept ? first : NULL; node;
         node = xml_next(node)) {
        const char *vcpus = xml_attribute(arena, node, "vcpus");
        cpu_set_t numbers;

        if ((!xml_has(node, "scheduler", "fifo") &&
             !xml_has(node, "scheduler", "rr")) ||
            !vcpus || !cpuset_parse(vcpus, &numbers))
            continue;
        CPUSET_FOREACH(vcpu, &numbers)
        {
            int cpu;

            if ((unsigned)vcpu >= plan->vcpus || /* said above */
                (plan_pin(plan, (unsigned)vcpu, &cpu) &&
                 CPU_ISSET((size_t)cpu, &plan->host->cpu.isolated)))
                continue;
            rule_say(rule, findings, arena, VERDICT_WARN,
                     arena_printf(arena,
                                  "vCPU %d is a real-time task on no isolated "
                                  "CPU",
                                  vcpu),
                     "Take <vcpusched> away, or isolate the CPUs at boot.");
            return;
        }
    }
}

void rule_cache(const struct plan *plan, struct arena *arena,
                const struct rule *rule, struct findings *findings)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    cpu_set_t guest = plan_guest_cpus(plan);
    unsigned used = 0;

    for (unsigned i = 0; i < cpu->l3_count; i++)
        used += cpuset_intersects(&guest, &cpu->l3[i].cpus);
    if (option_effective(plan, OPTION_CACHE) == OPTION_ON &&
        plan_is_pinned(plan) && used > 1 && plan->topology.dies != used)
        rule_say(rule, findings, arena, VERDICT_WARN,
                 "the host's caches are shown, and not who shares them",
                 "Take a layout within one L3, or remove <cache>.");
}
