/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a host and a domain, gives a plan; copies and compares plans. Knows
 * nothing of XML beyond what the domain says.
 */
#include "plan/plan.h"

#include "base/str.h"
#include "plan/cell.h"
#include "plan/device.h"
#include "plan/disk.h"
#include "plan/image.h"
#include "plan/usb.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* True if the hook's file has a line with this key. */
static bool conf_has(const char *conf, const char *key)
{
    size_t length = strlen(key);

    for (const char *line = conf; line && *line;) {
        if (strncmp(line, key, length) == 0 &&
            (line[length] == ' ' || line[length] == '='))
            return true;
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    return false;
}

static void copy_cpus(struct plan *plan, unsigned vcpus,
                      const cpu_set_t *vcpupin, unsigned iothread_count,
                      const struct domain_iothread *iothreads)
{
    plan->vcpus = vcpus;
    plan->vcpupin = mem_alloc(vcpus, sizeof(*vcpupin));
    memcpy(plan->vcpupin, vcpupin, vcpus * sizeof(*vcpupin));
    plan->iothread_count = iothread_count;
    plan->iothreads = mem_alloc(iothread_count, sizeof(*iothreads));
    if (iothread_count > 0)
        memcpy(plan->iothreads, iothreads, iothread_count * sizeof(*iothreads));
}

static void free_cpus(struct plan *plan)
{
    free(plan->vcpupin);
    free(plan->iothreads);
    free(plan->disk_iothread);
}

static void free_devices(struct plan *plan)
{
    for (size_t i = 0; plan->wishes && i < plan->host->pci.device_count; i++)
        free(plan->wishes[i].rom_file);
    free(plan->is_given);
    free(plan->wishes);
    free(plan->moves);
    free(plan->is_usb_given);
}

static void take_domain(struct plan *plan)
{
    const struct domain *domain = plan->domain;

    copy_cpus(plan, domain->vcpus, domain->vcpupin, domain->iothread_count,
              domain->iothreads);
    plan->emulatorpin = domain->emulatorpin;
    plan->topology = domain->topology;
    plan->disk_iothread =
        mem_alloc(domain->disk_count, sizeof(*plan->disk_iothread));
    for (size_t i = 0; i < domain->disk_count; i++)
        plan->disk_iothread[i] = domain->disks[i].iothread;
}

static void take_devices(struct plan *plan)
{
    const struct pci *pci = &plan->host->pci;

    plan->is_given = mem_alloc(pci->device_count, sizeof(*plan->is_given));
    for (size_t i = 0; i < pci->device_count; i++)
        plan->is_given[i] = device_is_in_domain(plan->domain, &pci->devices[i]);
    plan->wishes = mem_alloc(pci->device_count, sizeof(*plan->wishes));
    plan->moves = mem_alloc(plan->domain->hostdev_count, sizeof(*plan->moves));
    for (size_t i = 0; i < plan->domain->hostdev_count; i++) {
        const struct domain_hostdev *hostdev = &plan->domain->hostdevs[i];
        long index = device_find(plan->host, hostdev->address);

        plan->moves[i] = -1;
        if (index >= 0)
            device_wish_as(&plan->wishes[index], hostdev);
    }
    plan->is_usb_given = mem_alloc(usb_count(plan), sizeof(bool));
    for (size_t i = 0; i < usb_count(plan); i++)
        plan->is_usb_given[i] = usb_is_in_domain(plan, i);
}

static void *copy_array(const void *from, size_t count, size_t size)
{
    void *copy = mem_alloc(count, size);

    if (count > 0)
        memcpy(copy, from, count * size);
    return copy;
}

static void copy_devices(struct plan *plan, const struct plan *from)
{
    size_t count = plan->host->pci.device_count;

    plan->is_given = copy_array(from->is_given, count, sizeof(*from->is_given));
    plan->wishes = copy_array(from->wishes, count, sizeof(*from->wishes));
    for (size_t i = 0; i < count; i++)
        if (plan->wishes[i].rom_file)
            plan->wishes[i].rom_file = mem_strdup(from->wishes[i].rom_file);
    plan->moves = copy_array(from->moves, plan->domain->hostdev_count,
                             sizeof(*from->moves));
    plan->is_usb_given =
        copy_array(from->is_usb_given, usb_count(plan), sizeof(bool));
}

struct plan *plan_new(const struct host *host, const struct domain *domain,
                      const char *hook_conf, const char *hook_obstacle)
{
    struct plan *plan = mem_alloc(1, sizeof(*plan));

    plan->host = host;
    plan->domain = domain;
    plan->guest = domain->guest;
    plan->hook_obstacle = hook_obstacle;
    take_domain(plan);
    take_devices(plan);
    disk_start(plan);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const char *key = option_get((enum option_id)i)->hook_key;

        plan->hook_has[i] = key && conf_has(hook_conf, key);
        plan->options[i] = OPTION_KEEP;
    }
    return plan;
}

struct plan *plan_copy(const struct plan *plan)
{
    struct plan *copy = mem_alloc(1, sizeof(*copy));
    size_t disks = plan->domain->disk_count;

    *copy = *plan;
    copy_cpus(copy, plan->vcpus, plan->vcpupin, plan->iothread_count,
              plan->iothreads);
    copy->disk_iothread = mem_alloc(disks, sizeof(*copy->disk_iothread));
    if (disks > 0)
        memcpy(copy->disk_iothread, plan->disk_iothread,
               disks * sizeof(*copy->disk_iothread));
    copy_devices(copy, plan);
    image_copy(copy, plan);
    disk_copy(copy, plan);
    return copy;
}

void plan_free(struct plan *plan)
{
    if (!plan)
        return;
    free_cpus(plan);
    free_devices(plan);
    image_clear(plan);
    free(plan->disk_wishes);
    free(plan);
}

static bool same_topology(const struct guest_topology *a,
                          const struct guest_topology *b)
{
    return a->sockets == b->sockets && a->dies == b->dies &&
           a->cores == b->cores && a->threads == b->threads;
}

bool plan_equal(const struct plan *a, const struct plan *b)
{
    if (a->vcpus != b->vcpus || a->iothread_count != b->iothread_count ||
        a->dropped != b->dropped || a->guest != b->guest ||
        a->mirrors_nodes != b->mirrors_nodes ||
        !same_topology(&a->topology, &b->topology))
        return false;
    if (!CPU_EQUAL(&a->emulatorpin, &b->emulatorpin))
        return false;
    for (unsigned i = 0; i < a->vcpus; i++)
        if (!CPU_EQUAL(&a->vcpupin[i], &b->vcpupin[i]))
            return false;
    for (unsigned i = 0; i < a->iothread_count; i++)
        if (a->iothreads[i].id != b->iothreads[i].id ||
            !CPU_EQUAL(&a->iothreads[i].cpus, &b->iothreads[i].cpus))
            return false;
    for (size_t i = 0; i < a->domain->disk_count; i++)
        if (a->disk_iothread[i] != b->disk_iothread[i])
            return false;
    if (!device_same(a, b) || !image_same(a, b) || !disk_same(a, b))
        return false;
    return memcmp(a->options, b->options, sizeof(a->options)) == 0;
}

cpu_set_t plan_guest_cpus(const struct plan *plan)
{
    cpu_set_t cpus = cpuset_empty();

    for (unsigned i = 0; i < plan->vcpus; i++)
        cpus = cpuset_or(&cpus, &plan->vcpupin[i]);
    return cpus;
}

unsigned long plan_rounded_kib(const struct plan *plan, unsigned long page_kib)
{
    const xmlNode *root = xml_root(plan->domain->xml);
    unsigned long memory = plan->domain->memory_kib, rest = memory % page_kib;

    if (rest == 0 || plan->domain->has_guest_numa ||
        xml_child(root, "maxMemory") || memory > ULONG_MAX - page_kib)
        return memory;
    return memory + page_kib - rest;
}

unsigned long plan_memory_kib(const struct plan *plan)
{
    long size = plan->options[OPTION_HUGEPAGES];

    return size > OPTION_ON ? plan_rounded_kib(plan, (unsigned long)size)
                            : plan->domain->memory_kib;
}

cpu_set_t plan_guest_cores(const struct plan *plan)
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

bool plan_is_pinned(const struct plan *plan)
{
    for (unsigned i = 0; i < plan->vcpus; i++)
        if (cpuset_is_empty(&plan->vcpupin[i]))
            return false;
    return true;
}

bool plan_pin(const struct plan *plan, unsigned vcpu, int *cpu)
{
    if (vcpu >= plan->vcpus || CPU_COUNT(&plan->vcpupin[vcpu]) != 1)
        return false;
    *cpu = cpuset_next(&plan->vcpupin[vcpu], 0);
    return true;
}

void plan_set_vcpus(struct plan *plan, unsigned vcpus)
{
    if (vcpus == plan->vcpus || vcpus == 0)
        return;
    plan->vcpupin = mem_realloc(plan->vcpupin, vcpus, sizeof(*plan->vcpupin));
    for (unsigned i = plan->vcpus; i < vcpus; i++)
        plan->vcpupin[i] = cpuset_empty();
    plan->vcpus = vcpus;
    plan->topology = (struct guest_topology){0};
    plan->mirrors_nodes = false;
    /* What was dropped by itself stands or falls with the count now. */
    if (plan->dropped &
        (1U << PART_VCPUS | 1U << PART_VCPUPIN | 1U << PART_TOPOLOGY))
        plan_drop(plan, PART_VCPUS, true);
}

void plan_reset_cpus(struct plan *plan)
{
    /* What cannot be had without pins goes with them. */
    static const enum option_id services[] = {OPTION_ISOLATE, OPTION_INTERRUPTS,
                                              OPTION_INTERRUPTS_VCPUS,
                                              OPTION_FREQUENCY};

    free_cpus(plan);
    take_domain(plan);
    plan->mirrors_nodes = false;
    plan->options[OPTION_TOPOEXT] = OPTION_KEEP; /* came with the layout */
    for (size_t i = 0; i < ARRAY_SIZE(services); i++)
        if (plan->options[services[i]] > OPTION_OFF &&
            option_obstacle(plan, services[i]))
            plan->options[services[i]] = OPTION_KEEP;
}

unsigned plan_propose_options(struct plan *plan)
{
    unsigned count = 0;

    for (size_t i = 0; i < OPTION_COUNT; i++) {
        long value = option_proposal(plan, (enum option_id)i);

        if (value == OPTION_KEEP ||
            option_effective(plan, (enum option_id)i) == value)
            continue;
        option_set(plan, (enum option_id)i, value);
        count++;
    }
    return count;
}

static const char *const part_names[PART_COUNT] = {
    [PART_VCPUS] = "vcpus",
    [PART_VCPUPIN] = "vcpupin",
    [PART_EMULATORPIN] = "emulatorpin",
    [PART_IOTHREADS] = "iothreads",
    [PART_VCPUSCHED] = "vcpusched",
    [PART_TOPOLOGY] = "topology",
    [PART_FEATURES] = "features",
    [PART_HUGEPAGES] = "hugepages",
    [PART_MEMORY] = "memory",
    [PART_NUMA] = "numa",
    [PART_HYPERV] = "hyperv",
    [PART_KVM] = "kvm",
    [PART_MACHINE] = "machine",
    [PART_CLOCK] = "clock",
    [PART_DISKS] = "disks",
    [PART_BUS] = "bus",
    [PART_IO] = "io",
    [PART_NETWORK] = "network",
    [PART_DEVICES] = "devices",
    [PART_HOOK] = "hook",
};

const char *plan_part_name(enum plan_part part)
{
    return part_names[part];
}

enum plan_part plan_part_find(const char *name)
{
    size_t i = 0;

    while (i < PART_COUNT && strcmp(part_names[i], name) != 0)
        i++;
    return (enum plan_part)i;
}

void plan_drop(struct plan *plan, enum plan_part part, bool is_dropped)
{
    unsigned bits = 1U << part;
    bool has_cells = plan->domain->has_guest_numa;

    /*
     * With another count, pins and topology stand or fall with it, and so do
     * cells that the domain has: they name its vCPUs.
     */
    if (plan->vcpus != plan->domain->vcpus &&
        (part == PART_VCPUS || part == PART_VCPUPIN || part == PART_TOPOLOGY ||
         (part == PART_NUMA && has_cells)))
        bits = 1U << PART_VCPUS | 1U << PART_VCPUPIN | 1U << PART_TOPOLOGY |
               (has_cells ? 1U << PART_NUMA : 0);
    if (is_dropped)
        plan->dropped |= bits;
    else
        plan->dropped &= ~bits;
}

bool plan_is_dropped(const struct plan *plan, enum plan_part part)
{
    return plan->dropped & 1U << part;
}

static void keep_options(struct plan *plan, enum plan_part part)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (option_get((enum option_id)i)->part == part)
            plan->options[i] = OPTION_KEEP;
}

/* Takes back the wish for the one of two options that stands in the way. */
static bool take_back(struct plan *plan, enum option_id id,
                      enum option_id other)
{
    long *wish = &plan->options[plan->options[id] > OPTION_OFF ? id : other];

    if (*wish == OPTION_KEEP)
        return false; /* or the domain is so already */
    *wish = OPTION_KEEP;
    return true;
}

/* A wish that needs what is off now, or excludes what is on, cannot stand. */
static void drop_needy(struct plan *plan)
{
    bool is_changed = true;

    while (is_changed) {
        is_changed = false;
        for (size_t i = 0; i < OPTION_COUNT; i++) {
            enum option_id id = (enum option_id)i;
            const enum option_id *other;

            if (option_refusal(plan, id, plan->options[id])) {
                plan->options[id] = OPTION_KEEP;
                is_changed = true;
            }
            if (option_is_off(plan, id))
                continue;
            for (other = option_needs(id); *other != OPTION_NONE; other++)
                if (option_is_off(plan, *other))
                    is_changed |= take_back(plan, id, *other);
            for (other = option_conflicts(id); *other != OPTION_NONE; other++)
                if (!option_is_off(plan, *other))
                    is_changed |= take_back(plan, id, *other);
        }
    }
}

struct plan *plan_kept(const struct plan *plan)
{
    struct plan *kept = plan_copy(plan), *fresh = plan_copy(plan);

    plan_reset_cpus(fresh);
    if (plan->dropped & 1U << PART_VCPUS)
        plan_set_vcpus(kept, fresh->vcpus);
    if (plan->dropped & 1U << PART_VCPUPIN)
        memcpy(kept->vcpupin, fresh->vcpupin,
               (kept->vcpus < fresh->vcpus ? kept->vcpus : fresh->vcpus) *
                   sizeof(*kept->vcpupin));
    if (plan->dropped & 1U << PART_EMULATORPIN)
        kept->emulatorpin = fresh->emulatorpin;
    if (plan->dropped & 1U << PART_TOPOLOGY)
        kept->topology = fresh->topology;
    if (plan->dropped & 1U << PART_IOTHREADS) {
        free(kept->iothreads);
        free(kept->disk_iothread);
        kept->iothreads = fresh->iothreads;
        kept->iothread_count = fresh->iothread_count;
        kept->disk_iothread = fresh->disk_iothread;
        fresh->iothreads = NULL;
        fresh->disk_iothread = NULL;
    }
    if (plan->dropped & 1U << PART_DISKS)
        image_clear(kept);
    if (plan->dropped & 1U << PART_IO)
        disk_clear(kept);
    if (plan->dropped & 1U << PART_NUMA)
        kept->mirrors_nodes = false;
    for (unsigned part = 0; part < PART_COUNT; part++)
        if (plan->dropped & 1U << part)
            keep_options(kept, (enum plan_part)part);
    if (plan->dropped & 1U << PART_DEVICES) {
        free_devices(kept);
        take_devices(kept);
    }
    if (plan->dropped & 1U << PART_VCPUPIN)
        kept->options[OPTION_ISOLATE] = kept->options[OPTION_INTERRUPTS] =
            kept->options[OPTION_FREQUENCY] = OPTION_KEEP;
    if (plan->dropped)
        drop_needy(kept);
    if (plan->dropped && cell_obstacle(kept))
        kept->mirrors_nodes = false;
    kept->dropped = 0;
    plan_free(fresh);
    return kept;
}
