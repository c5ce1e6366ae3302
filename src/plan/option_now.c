/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan's domain, gives the value that an option has there now. What
 * it does not understand is OPTION_OTHER, never guessed.
 */
#include "plan/option_row.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/iothread.h"
#include "plan/plan.h"

#include <stdio.h>
#include <string.h>

const xmlNode *option_find_place(const xmlNode *root,
                                 const struct option_place *place)
{
    const xmlNode *parent =
        *place->parent ? xml_find(root, place->parent) : root;
    const xmlNode *node =
        place->element ? xml_child(parent, place->element) : parent;

    while (node && place->match &&
           !xml_has(node, place->match, place->match_value))
        node = xml_next(node);
    return node;
}

static bool has_attribute(const xmlNode *node, const char *name)
{
    return node && xmlHasProp((xmlNode *)node, (const xmlChar *)name);
}

static bool has_one_of(const xmlNode *node, const char *name,
                       const char *const *values)
{
    for (; *values; values++)
        if (xml_has(node, name, *values))
            return true;
    return false;
}

/* A whole disk of QEMU's own: no CD-ROM, no LUN, no back end elsewhere. */
static bool is_plain_disk(const xmlNode *disk)
{
    return has_one_of(disk, "type", WORDS("file", "block")) &&
           (!has_attribute(disk, "device") || xml_has(disk, "device", "disk"));
}

static bool is_virtio_disk(const xmlNode *disk)
{
    return is_plain_disk(disk) &&
           xml_has(xml_child(disk, "target"), "bus", "virtio");
}

/*
 * SATA, IDE or virtio, wherever it is kept. Without a word of the bus libvirt
 * goes by the name, hda, and writes the bus when it stores the domain.
 */
static bool has_disk_bus(const xmlNode *disk)
{
    const xmlNode *target = xml_child(disk, "target");
    xmlChar *name;
    bool is_ide;

    if (has_attribute(disk, "device") && !xml_has(disk, "device", "disk"))
        return false;
    if (has_attribute(target, "bus"))
        return has_one_of(target, "bus", WORDS("sata", "ide", "virtio"));
    name = target ? xmlGetNoNsProp((xmlNode *)target, BAD_CAST "dev") : NULL;
    is_ide = name && str_starts((const char *)name, "hd");
    xmlFree(name);
    return is_ide;
}

static bool is_virtio_scsi(const xmlNode *controller)
{
    return xml_has(controller, "type", "scsi") &&
           has_one_of(controller, "model",
                      WORDS("virtio-scsi", "virtio-transitional",
                            "virtio-non-transitional"));
}

static bool is_virtio_tap(const xmlNode *interface)
{
    return has_one_of(interface, "type",
                      WORDS("network", "bridge", "direct", "ethernet")) &&
           has_one_of(xml_child(interface, "model"), "type",
                      WORDS("virtio", "virtio-transitional",
                            "virtio-non-transitional"));
}

/* A network card that QEMU emulates, or virtio's. */
static bool is_card(const xmlNode *interface)
{
    return !has_one_of(interface, "type",
                       WORDS("hostdev", "vhostuser", "vdpa", "vds")) &&
           has_one_of(xml_child(interface, "model"), "type",
                      WORDS("e1000", "e1000e", "igb", "rtl8139", "pcnet",
                            "ne2k_pci", "virtio"));
}

const xmlNode *option_device(const xmlNode *root, enum option_scope scope,
                             const xmlNode *device)
{
    static const struct {
        const char *element;
        bool (*is_one)(const xmlNode *node);
    } scopes[] = {
        [SCOPE_DISKS] = {"devices/disk", is_plain_disk},
        [SCOPE_VIRTIO_DISKS] = {"devices/disk", is_virtio_disk},
        [SCOPE_SCSI] = {"devices/controller", is_virtio_scsi},
        [SCOPE_NETS] = {"devices/interface", is_virtio_tap},
        [SCOPE_BUSES] = {"devices/disk", has_disk_bus},
        [SCOPE_CARDS] = {"devices/interface", is_card},
    };

    if (device)
        device = xml_next(device);
    else
        device = xml_find(root, scopes[scope].element);
    while (device && !scopes[scope].is_one(device))
        device = xml_next(device);
    return device;
}

const xmlNode *option_in_device(const xmlNode *device,
                                const struct option_place *place)
{
    return xml_child(device, place->element ? place->element : "driver");
}

static long read_number(const struct option_row *option, const xmlNode *node)
{
    const struct option_place *place = &option->place;
    unsigned long number;

    if (!has_attribute(node, place->number))
        return place->attribute ? OPTION_ON : place->absent;
    if (!xml_number(node, place->number, (unsigned long)option->maximum,
                    &number))
        return OPTION_OTHER;
    if (number == 1 && option->minimum > 1 && !place->attribute)
        return place->absent; /* one queue is as none is named */
    return (long)number >= option->minimum ? (long)number : OPTION_OTHER;
}

static long read_word(const struct option_row *option, const xmlNode *node)
{
    for (long i = 0; option->words[i]; i++)
        if (xml_has(node, option->place.attribute, option->words[i]))
            return i + 1;
    return OPTION_OTHER;
}

/* Of an attribute that says something else beside a number. */
static long read_numbered(const struct option_row *option, const xmlNode *node)
{
    const struct option_place *place = &option->place;
    bool has_number = has_attribute(node, place->number);

    if (has_number && xml_has(node, place->attribute, place->numbered))
        return read_number(option, node);
    return !has_number && xml_has(node, place->attribute, place->on)
               ? OPTION_ON
               : OPTION_OTHER;
}

/* `node` may be NULL: nothing is written. */
static long read_value(const struct option_row *option, const xmlNode *node)
{
    const struct option_place *place = &option->place;

    if (!node)
        return place->absent;
    if (place->attribute && !has_attribute(node, place->attribute))
        return place->bare_is_on ? OPTION_ON : place->absent;
    if (option->type == OPTION_TYPE_CHOICE)
        return read_word(option, node);
    if (!place->attribute)
        return place->number ? read_number(option, node) : OPTION_ON;
    if (place->numbered)
        return read_numbered(option, node);
    if (place->off && xml_has(node, place->attribute, place->off))
        return OPTION_OFF;
    if (!place->on || !xml_has(node, place->attribute, place->on))
        return OPTION_OTHER;
    if (place->also && !xml_has(node, place->also, place->also_value))
        return OPTION_OTHER;
    return place->number ? read_number(option, node) : OPTION_ON;
}

long option_device_now(enum option_id id, const xmlNode *device)
{
    const struct option_row *option = option_get(id);

    return read_value(option, option_in_device(device, &option->place));
}

static long read_devices(const struct plan *plan,
                         const struct option_row *option)
{
    const xmlNode *root = xml_root(plan->domain->xml);
    enum option_scope scope = option->place.scope;
    const xmlNode *device = option_device(root, scope, NULL);
    long value = OPTION_OFF;

    if (device)
        value = read_value(option, option_in_device(device, &option->place));
    while (device && (device = option_device(root, scope, device)))
        if (read_value(option, option_in_device(device, &option->place)) !=
            value)
            return OPTION_OTHER;
    return value;
}

static long page_size_now(const struct plan *plan)
{
    const xmlNode *hugepages =
        xml_find(xml_root(plan->domain->xml), "memoryBacking/hugepages");
    const xmlNode *page = xml_child(hugepages, "page");

    if (!hugepages)
        return OPTION_OFF;
    if (!page || domain_size_kib(page, "size") <= 1)
        return OPTION_ON; /* the size that libvirt picks */
    return (long)domain_size_kib(page, "size");
}

/* The priority that every vCPU has with fifo, each named once. */
static long vcpusched_now(const struct plan *plan)
{
    const xmlNode *first =
        xml_find(xml_root(plan->domain->xml), "cputune/vcpusched");
    cpu_set_t named = cpuset_empty();
    unsigned long priority = 0, one;
    struct arena *arena = arena_new();
    bool is_other = false;

    for (const xmlNode *node = first; node; node = xml_next(node)) {
        const char *text = xml_attribute(arena, node, "vcpus");
        cpu_set_t vcpus;

        is_other |= !xml_has(node, "scheduler", "fifo") || !text ||
                    !cpuset_parse(text, &vcpus) ||
                    !xml_number(node, "priority", 49, &one) || one == 0 ||
                    (priority > 0 && one != priority);
        if (is_other)
            break;
        priority = one;
        named = cpuset_or(&named, &vcpus);
    }
    arena_free(arena);
    if (!first)
        return OPTION_OFF;
    return is_other || CPU_COUNT(&named) != (int)plan->domain->vcpus ||
                   cpuset_next(&named, (int)plan->domain->vcpus) >= 0
               ? OPTION_OTHER
               : (long)priority;
}

const char *option_hyperv_mode(const struct plan *plan)
{
    static const char *const modes[] = {"passthrough", "host-model"};
    const xmlNode *hyperv =
        xml_find(xml_root(plan->domain->xml), "features/hyperv");

    for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
        if (xml_has(hyperv, "mode", modes[i]))
            return modes[i];
    return NULL;
}

long option_now(const struct plan *plan, enum option_id id)
{
    const struct option_row *option = option_get(id);

    if (option->hook_key)
        return plan->hook_has[id];
    if (option->part == PART_HYPERV && option_hyperv_mode(plan))
        return OPTION_OFF;
    switch (id) {
    case OPTION_HUGEPAGES:
        return page_size_now(plan);
    case OPTION_VCPUSCHED:
        return vcpusched_now(plan);
    case OPTION_IOTHREADS_IDLE:
        return iothread_count_idle(plan) > 0 ? OPTION_ON : OPTION_OFF;
    default:
        break;
    }
    if (option->place.scope != SCOPE_ONE)
        return read_devices(plan, option);
    return read_value(
        option, option_find_place(xml_root(plan->domain->xml), &option->place));
}

/* What all devices of a scope have in common, "mixed" if nothing. */
static void show_devices(const struct plan *plan,
                         const struct option_place *place, char *text,
                         size_t size)
{
    const xmlNode *root = xml_root(plan->domain->xml), *device = NULL;
    const char *name = place->attribute ? place->attribute : place->number;
    struct arena *arena = arena_new();
    const char *common = NULL;

    while ((device = option_device(root, place->scope, device))) {
        const char *own =
            xml_attribute(arena, option_in_device(device, place), name);

        if (!own || (common && strcmp(own, common) != 0)) {
            common = NULL;
            break;
        }
        common = own;
    }
    if (common) {
        char *printable CLEANUP(mem_free) = str_printable(common);

        snprintf(text, size, "%s", printable);
    } else {
        snprintf(text, size, "mixed");
    }
    arena_free(arena);
}

void option_show(const struct plan *plan, enum option_id id, long value,
                 char *text, size_t size)
{
    const struct option_place *place = &option_get(id)->place;
    struct arena *arena;
    const xmlNode *node;
    const char *written = NULL;

    if (option_get(id)->part == PART_HYPERV && option_hyperv_mode(plan)) {
        snprintf(text, size, "%s", option_hyperv_mode(plan));
        return;
    }
    if (value != OPTION_OTHER) {
        option_format(id, value, text, size);
        return;
    }
    if (place->scope != SCOPE_ONE) {
        show_devices(plan, place, text, size);
        return;
    }
    arena = arena_new();
    node = option_find_place(xml_root(plan->domain->xml), place);
    if (place->also)
        written = xml_attribute(arena, node, place->also);
    if (!written && place->number)
        written = xml_attribute(arena, node, place->number);
    if (!written && place->attribute)
        written = xml_attribute(arena, node, place->attribute);
    if (written) {
        char *printable CLEANUP(mem_free) = str_printable(written);

        snprintf(text, size, "%s", printable);
    } else {
        snprintf(text, size, _("by hand"));
    }
    arena_free(arena);
}
