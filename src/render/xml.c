/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan and an XML text, gives edits. Only elements and attributes that
 * the plan speaks of are touched.
 */
#include "render/xml.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/iothread.h"
#include "render/device.h"
#include "render/image.h"
#include "render/numa.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where libvirt would put a new child of <domain>: after any of these. */
static const char *const before_cputune[] = {
    "name",     "uuid",      "title",         "description",
    "metadata", "memory",    "currentMemory", "maxMemory",
    "memtune",  "blkiotune", "memoryBacking", "vcpu",
    "vcpus",    "iothreads", "iothreadids",   "defaultiothread",
    NULL,
};
static const char *const before_iothreads[] = {
    "name",          "uuid",   "title",         "description",
    "metadata",      "memory", "currentMemory", "maxMemory",
    "memoryBacking", "vcpu",   "vcpus",         NULL,
};
static const char *const before_iothreadids[] = {
    "name",   "uuid",          "title",     "description",   "metadata",
    "memory", "currentMemory", "maxMemory", "memoryBacking", "vcpu",
    "vcpus",  "iothreads",     NULL,
};
static const char *const one_thread[] = {"iothread", NULL};
static const char *const before_memory_backing[] = {
    "name",   "uuid",          "title",     "description", "metadata",
    "memory", "currentMemory", "maxMemory", "blkiotune",   "memtune",
    NULL,
};
static const char *const before_vcpu[] = {
    "name", "uuid", "memory", "currentMemory", "memoryBacking", NULL,
};
static const char *const before_cpu[] = {"os", "features", NULL};
static const char *const pins[] = {
    "shares", "period", "quota", "vcpupin", "emulatorpin", "iothreadpin", NULL};
static const char *const vcpu_pins[] = {"shares", "period", "quota", "vcpupin",
                                        NULL};
static const char *const emulator_pins[] = {"shares",  "period",      "quota",
                                            "vcpupin", "emulatorpin", NULL};

/* Sets an attribute if it differs. */
static void set_attribute(struct rendering *r, const xmlNode *node,
                          const char *name, const char *value)
{
    if (!xml_has(node, name, value))
        edit_attribute(r->edit, node, name, value);
}

static const char *number_text(struct rendering *r, unsigned long number)
{
    return arena_printf(r->arena, "%lu", number);
}

static const char *render_vcpus(struct rendering *r)
{
    const struct plan *plan = r->plan;
    const xmlNode *vcpu = xml_child(r->root, "vcpu");

    if (plan->vcpus == plan->domain->vcpus)
        return NULL;
    if (!vcpu)
        edit_insert(r->edit, r->root, rendering_last(r->root, before_vcpu),
                    arena_printf(r->arena, "<vcpu>%u</vcpu>", plan->vcpus));
    else
        edit_content(r->edit, vcpu, number_text(r, plan->vcpus));
    if (xml_attribute(r->arena, vcpu, "current"))
        set_attribute(r, vcpu, "current", number_text(r, plan->vcpus));
    return arena_printf(r->arena,
                        text_plural("%u vCPU instead of %u",
                                    "%u vCPUs instead of %u", plan->vcpus),
                        plan->vcpus, plan->domain->vcpus);
}

/* True if an element's cpuset says the same CPUs, however it is written. */
static bool has_cpus(struct rendering *r, const xmlNode *node,
                     const cpu_set_t *cpus)
{
    const char *text = xml_attribute(r->arena, node, "cpuset");
    cpu_set_t now;

    return text && cpuset_parse(text, &now) && CPU_EQUAL(&now, cpus);
}

/*
 * Brings the element of one pin in line; a missing one is added to `lines`.
 * `name` and `id` are its attribute, or NULL. What is as the domain has it
 * (`now`) stays as it is written, understood or not.
 */
static void render_pin(struct rendering *r, const xmlNode *first,
                       const char *element, const char *name, unsigned id,
                       const cpu_set_t *now, const cpu_set_t *cpus,
                       struct str *lines)
{
    const xmlNode *node = first;
    unsigned long number;

    if (CPU_EQUAL(now, cpus))
        return;
    while (node && name &&
           (!xml_number(node, name, 1UL << 20, &number) || number != id))
        node = xml_next(node);
    if (node && cpuset_is_empty(cpus)) {
        edit_remove(r->edit, node);
    } else if (node && !has_cpus(r, node, cpus)) {
        edit_attribute(r->edit, node, "cpuset", cpuset_text(r->arena, cpus));
    } else if (!node && !cpuset_is_empty(cpus)) {
        const char *text = cpuset_text(r->arena, cpus);

        rendering_add_line(
            lines,
            name ? arena_printf(r->arena, "<%s %s='%u' cpuset='%s'/>", element,
                                name, id, text)
                 : arena_printf(r->arena, "<%s cpuset='%s'/>", element, text));
    }
}

static const char *render_vcpupin(struct rendering *r)
{
    const struct plan *plan = r->plan;
    const xmlNode *first = xml_find(r->root, "cputune/vcpupin");
    struct str lines CLEANUP(str_free) = STR_INIT;
    cpu_set_t guest = plan_guest_cpus(plan), none = cpuset_empty();
    unsigned long id;

    for (unsigned i = 0; i < plan->vcpus; i++)
        render_pin(r, first, "vcpupin", "vcpu", i,
                   i < plan->domain->vcpus ? &plan->domain->vcpupin[i] : &none,
                   &plan->vcpupin[i], &lines);
    /* libvirt drops pins beyond the count in silence: do it aloud. */
    for (const xmlNode *pin = first; plan->vcpus < plan->domain->vcpus && pin;
         pin = xml_next(pin))
        if (xml_number(pin, "vcpu", 1UL << 20, &id) && id >= plan->vcpus)
            edit_remove(r->edit, pin);
    if (lines.length > 0)
        rendering_insert(r, "cputune", before_cputune, vcpu_pins,
                         str_text(&lines));
    if (edit_is_empty(r->edit))
        return NULL;
    if (cpuset_is_empty(&guest))
        return _("let the vCPUs float");
    return arena_printf(r->arena,
                        CPU_COUNT(&guest) == 1
                            ? text_plural("pin %u vCPU to CPU %s",
                                          "pin %u vCPUs to CPU %s", plan->vcpus)
                            : text_plural("pin %u vCPU to CPUs %s",
                                          "pin %u vCPUs to CPUs %s",
                                          plan->vcpus),
                        plan->vcpus, cpuset_text(r->arena, &guest));
}

static const char *render_emulatorpin(struct rendering *r)
{
    struct str lines CLEANUP(str_free) = STR_INIT;

    render_pin(r, xml_find(r->root, "cputune/emulatorpin"), "emulatorpin", NULL,
               0, &r->plan->domain->emulatorpin, &r->plan->emulatorpin, &lines);
    if (lines.length > 0)
        rendering_insert(r, "cputune", before_cputune, emulator_pins,
                         str_text(&lines));
    if (edit_is_empty(r->edit))
        return NULL;
    if (cpuset_is_empty(&r->plan->emulatorpin))
        return _("let the emulator float");
    return arena_printf(r->arena,
                        CPU_COUNT(&r->plan->emulatorpin) == 1
                            ? "emulator on CPU %s"
                            : "emulator on CPUs %s",
                        cpuset_text(r->arena, &r->plan->emulatorpin));
}

/*
 * libvirt gives the smallest ids to threads without: where that would be
 * others than before, they are written down.
 */
static void render_iothread_ids(struct rendering *r)
{
    const struct plan *plan = r->plan;
    struct str lines CLEANUP(str_free) = STR_INIT;
    unsigned next = 1;
    bool is_other = false;

    for (unsigned i = 0; i < plan->iothread_count; i++) {
        unsigned id = plan->iothreads[i].id;

        if (iothread_goes(plan, id))
            continue;
        is_other |= id != next++;
        rendering_add_line(&lines,
                           arena_printf(r->arena, "<iothread id='%u'/>", id));
    }
    if (is_other)
        rendering_insert(r, "iothreadids", before_iothreadids, one_thread,
                         str_text(&lines));
}

/* Removes those that do nothing; gives their numbers, or NULL. */
static const char *render_idle(struct rendering *r)
{
    const struct plan *plan = r->plan;
    const xmlNode *count = xml_child(r->root, "iothreads");
    const xmlNode *ids = xml_child(r->root, "iothreadids");
    const xmlNode *both[] = {xml_child(ids, "iothread"),
                             xml_find(r->root, "cputune/iothreadpin")};
    static const char *const names[] = {"id", "iothread"};
    struct str gone CLEANUP(str_free) = STR_INIT;
    unsigned kept = 0;

    for (unsigned i = 0; i < plan->iothread_count; i++) {
        unsigned id = plan->iothreads[i].id;

        if (iothread_goes(plan, id))
            str_addf(&gone, "%s%u", gone.length > 0 ? ", " : "", id);
        else
            kept++;
    }
    if (gone.length == 0)
        return NULL;
    for (size_t i = kept > 0 ? 0 : 1; i < ARRAY_SIZE(both); i++)
        for (const xmlNode *node = both[i]; node; node = xml_next(node)) {
            unsigned long id;

            if (xml_number(node, names[i], 100000, &id) &&
                iothread_goes(plan, (unsigned)id))
                edit_remove(r->edit, node);
        }
    if (kept > 0)
        edit_content(r->edit, count, number_text(r, kept));
    else
        edit_remove(r->edit, count);
    if (kept == 0 && ids)
        edit_remove(r->edit, ids);
    else if (!ids)
        render_iothread_ids(r);
    return arena_strdup(r->arena, str_text(&gone));
}

static void render_iothread_count(struct rendering *r)
{
    const struct plan *plan = r->plan;
    const xmlNode *count = xml_child(r->root, "iothreads");
    const xmlNode *ids = xml_child(r->root, "iothreadids");
    const char *text = number_text(r, plan->iothread_count);
    struct str lines CLEANUP(str_free) = STR_INIT;

    if (plan->iothread_count <= plan->domain->iothread_count)
        return;
    if (count)
        edit_content(r->edit, count, text);
    else
        edit_insert(r->edit, r->root, rendering_last(r->root, before_iothreads),
                    arena_printf(r->arena, "<iothreads>%s</iothreads>", text));
    for (unsigned i = plan->domain->iothread_count; i < plan->iothread_count;
         i++)
        rendering_add_line(&lines, arena_printf(r->arena, "<iothread id='%u'/>",
                                                plan->iothreads[i].id));
    if (ids)
        edit_insert(r->edit, ids, xml_last_element(ids), str_text(&lines));
}

/*
 * The number of the disk with this name, or their count. The search starts at
 * `*next`, after the last one found: they stand in the same order.
 */
static size_t find_disk(const struct domain *domain, const char *name,
                        size_t *next)
{
    for (size_t i = 0; name && i < domain->disk_count; i++) {
        size_t at = (*next + i) % domain->disk_count;

        if (strcmp(domain->disks[at].target, name) == 0) {
            *next = at + 1;
            return at;
        }
    }
    return domain->disk_count;
}

/* Names of the disks that get an I/O thread. */
static const char *render_disks(struct rendering *r)
{
    const struct plan *plan = r->plan;
    const xmlNode *devices = xml_child(r->root, "devices");
    struct str names CLEANUP(str_free) = STR_INIT;
    size_t next = 0;

    for (const xmlNode *disk = xml_child(devices, "disk"); disk;
         disk = xml_next(disk)) {
        const xmlNode *driver = xml_child(disk, "driver");
        const xmlNode *target = xml_child(disk, "target");
        const char *name = xml_attribute(r->arena, target, "dev");

        size_t i = find_disk(plan->domain, name, &next);
        const char *id;

        if (i == plan->domain->disk_count || plan->disk_iothread[i] == 0 ||
            plan->disk_iothread[i] == plan->domain->disks[i].iothread)
            continue;
        id = number_text(r, plan->disk_iothread[i]);
        if (driver)
            set_attribute(r, driver, "iothread", id);
        else
            edit_insert(r->edit, disk, NULL,
                        arena_printf(r->arena, "<driver iothread='%s'/>", id));
        str_addf(&names, "%s%s", names.length > 0 ? ", " : "",
                 plan->domain->disks[i].target);
    }
    return names.length > 0 ? arena_strdup(r->arena, str_text(&names)) : NULL;
}

static cpu_set_t iothread_now(const struct plan *plan, unsigned id)
{
    const struct domain *domain = plan->domain;

    for (unsigned i = 0; i < domain->iothread_count; i++)
        if (domain->iothreads[i].id == id)
            return domain->iothreads[i].cpus;
    return cpuset_empty();
}

static const char *render_iothreads(struct rendering *r)
{
    const struct plan *plan = r->plan;
    const xmlNode *first = xml_find(r->root, "cputune/iothreadpin");
    struct str lines CLEANUP(str_free) = STR_INIT;
    cpu_set_t cpus = cpuset_empty();
    const char *disks, *places, *gone = render_idle(r), *title;
    bool is_else = false;

    if (!gone)
        render_iothread_count(r);
    for (unsigned i = 0; i < plan->iothread_count; i++) {
        cpu_set_t now = iothread_now(plan, plan->iothreads[i].id);

        if (iothread_goes(plan, plan->iothreads[i].id))
            continue;
        is_else |= !CPU_EQUAL(&now, &plan->iothreads[i].cpus);
        render_pin(r, first, "iothreadpin", "iothread", plan->iothreads[i].id,
                   &now, &plan->iothreads[i].cpus, &lines);
        cpus = cpuset_or(&cpus, &plan->iothreads[i].cpus);
    }
    if (lines.length > 0)
        rendering_insert(r, "cputune", before_cputune, pins, str_text(&lines));
    disks = render_disks(r);
    if (edit_is_empty(r->edit))
        return NULL;
    if (gone && !is_else && !disks)
        return arena_printf(r->arena, _("without the idle I/O threads: %s"),
                            gone);
    places = cpuset_is_empty(&cpus) ? _("of any kind")
                                    : cpuset_text(r->arena, &cpus);
    title = arena_printf(
        r->arena,
        CPU_COUNT(&cpus) == 1
            ? text_plural("I/O thread on CPU %s", "I/O threads on CPU %s",
                          plan->iothread_count)
            : text_plural("I/O thread on CPUs %s", "I/O threads on CPUs %s",
                          plan->iothread_count),
        places);
    if (disks)
        title = arena_printf(r->arena, _("%s, for disk %s"), title, disks);
    return gone ? arena_printf(r->arena,
                               _("%s, without the idle I/O threads: %s"), title,
                               gone)
                : title;
}

static const char *render_topology(struct rendering *r)
{
    const struct guest_topology *t = &r->plan->topology;
    const struct guest_topology *now = &r->plan->domain->topology;
    const xmlNode *cpu = xml_child(r->root, "cpu");
    const xmlNode *node = xml_child(cpu, "topology");
    struct str lines CLEANUP(str_free) = STR_INIT;

    if (t->sockets == now->sockets && t->dies == now->dies &&
        t->cores == now->cores && t->threads == now->threads)
        return NULL;
    if (t->sockets == 0) {
        if (node)
            edit_remove(r->edit, node);
        return node ? _("no guest topology") : NULL;
    }
    if (node) {
        set_attribute(r, node, "sockets", number_text(r, t->sockets));
        if (t->dies > 1 || xml_attribute(r->arena, node, "dies"))
            set_attribute(r, node, "dies", number_text(r, t->dies));
        if (xml_attribute(r->arena, node, "clusters"))
            set_attribute(r, node, "clusters", "1");
        set_attribute(r, node, "cores", number_text(r, t->cores));
        set_attribute(r, node, "threads", number_text(r, t->threads));
    } else {
        rendering_add_line(
            &lines, arena_printf(r->arena,
                                 "<topology sockets='%u' dies='%u' cores='%u' "
                                 "threads='%u'/>",
                                 t->sockets, t->dies, t->cores, t->threads));
    }
    if (lines.length > 0)
        rendering_insert(
            r, "cpu", before_cpu,
            (const char *const[]){"model", "vendor", "topology", NULL},
            str_text(&lines));
    return arena_printf(r->arena,
                        text_plural("guest topology %u socket x %u x %u x %u",
                                    "guest topology %u sockets x %u x %u x %u",
                                    t->sockets),
                        t->sockets, t->dies, t->cores, t->threads);
}

/* Memory that is no whole number of pages is rounded up, both elements. */
static void round_memory(struct rendering *r)
{
    static const char *const names[] = {"memory", "currentMemory"};
    unsigned long wanted = plan_memory_kib(r->plan);

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        const xmlNode *node = xml_child(r->root, names[i]);

        if (!node || domain_size_kib(node, NULL) != r->plan->domain->memory_kib)
            continue;
        edit_content(r->edit, node, arena_printf(r->arena, "%lu", wanted));
        if (xmlHasProp((xmlNode *)node, (const xmlChar *)"unit"))
            set_attribute(r, node, "unit", "KiB");
    }
}

static const char *render_hugepages(struct rendering *r)
{
    unsigned long memory = plan_memory_kib(r->plan);
    bool grows = memory != r->plan->domain->memory_kib;
    long size = r->plan->options[OPTION_HUGEPAGES];
    const xmlNode *backing = xml_child(r->root, "memoryBacking");
    const xmlNode *hugepages = xml_child(backing, "hugepages");
    const xmlNode *page = xml_child(hugepages, "page");
    const char *line =
        arena_printf(r->arena, "<page size='%ld' unit='KiB'/>", size);

    if (size == OPTION_KEEP ||
        (size == option_now(r->plan, OPTION_HUGEPAGES) && !grows))
        return NULL;
    if (size == OPTION_OFF) {
        if (hugepages)
            edit_remove(r->edit, hugepages);
        return _("ordinary memory pages");
    }
    if (grows)
        round_memory(r);
    if (page) {
        set_attribute(r, page, "size", arena_printf(r->arena, "%ld", size));
        set_attribute(r, page, "unit", "KiB");
    } else if (hugepages) {
        edit_insert(r->edit, hugepages, NULL, line);
    } else {
        line = arena_printf(r->arena, "<hugepages>\n  %s\n</hugepages>", line);
        rendering_insert(r, "memoryBacking", before_memory_backing,
                         (const char *const[]){NULL}, line);
    }
    return arena_printf(r->arena,
                        grows ? "%lu huge pages of %ld %s, memory rounded up "
                                "to them"
                              : "%lu huge pages of %ld %s",
                        memory / (unsigned long)size,
                        size >= 1048576 ? size / 1048576 : size / 1024,
                        size >= 1048576 ? "GiB" : "MiB");
}

const char *xml_render(const struct plan *plan, enum plan_part part,
                       const struct xml *xml, struct edit *edit,
                       struct arena *arena)
{
    static const char *(*const renderers[PART_COUNT])(struct rendering *) = {
        [PART_VCPUS] = render_vcpus,
        [PART_VCPUPIN] = render_vcpupin,
        [PART_EMULATORPIN] = render_emulatorpin,
        [PART_IOTHREADS] = render_iothreads,
        [PART_TOPOLOGY] = render_topology,
        [PART_HUGEPAGES] = render_hugepages,
        [PART_NUMA] = numa_render,
        [PART_DISKS] = image_render,
        [PART_DEVICES] = device_render,
    };
    struct rendering rendering = {plan, xml_root(xml), edit, arena};

    return renderers[part] ? renderers[part](&rendering) : NULL;
}
