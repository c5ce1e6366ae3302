/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, says why its emulated disks and network cards cannot
 * become virtio.
 */
#include "plan/option_row.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/plan.h"

#include <string.h>

/* True if arguments of QEMU's own have one of these names. */
static bool is_named_to_qemu(const struct domain *domain,
                             const char *const *names)
{
    const xmlNode *root = xml_root(domain->xml);

    for (const xmlNode *node = xmlFirstElementChild((xmlNode *)root); node;
         node = xmlNextElementSibling((xmlNode *)node)) {
        const struct xml_span *span = xml_span(node);

        for (size_t i = 0; node->ns && names[i]; i++)
            if (strcmp((const char *)node->name, "metadata") != 0 &&
                memmem(domain->xml->text + span->start_begin,
                       span->end_end - span->start_begin, names[i],
                       strlen(names[i])))
                return true;
    }
    return false;
}

/*
 * True if QEMU is told something of a device of the scope by the name that
 * the administrator gave it (<alias name='ua-...'>).
 */
static bool is_alias_named(const struct plan *plan, enum option_scope scope)
{
    const xmlNode *root = xml_root(plan->domain->xml), *device = NULL;
    const struct option_row *row =
        option_get(scope == SCOPE_BUSES ? OPTION_DISKS_BUS : OPTION_NET_MODEL);
    struct arena *arena = arena_new();
    bool is_named = false;

    while ((device = option_device(root, scope, device))) {
        const char *alias =
            xml_attribute(arena, xml_child(device, "alias"), "name");

        if (alias && *alias &&
            !xml_has(option_in_device(device, &row->place),
                     row->place.attribute, "virtio"))
            is_named |= is_named_to_qemu(plan->domain, WORDS(alias));
    }
    arena_free(arena);
    return is_named;
}

static bool has_property(const xmlNode *node, const char *name)
{
    return node && xmlHasProp((xmlNode *)node, BAD_CAST name);
}

/* What libvirt refuses of a virtio disk (qemu_validate.c). */
static bool is_of_controller(const xmlNode *disk)
{
    return xml_child(disk, "wwn") || xml_child(disk, "vendor") ||
           xml_child(disk, "product") ||
           has_property(xml_child(disk, "target"), "rotation_rate") ||
           has_property(xml_child(disk, "geometry"), "trans");
}

/* The disk that libvirt lists first, wherever it is. */
static const xmlNode *first_disk(const xmlNode *root)
{
    const xmlNode *disk = xml_find(root, "devices/disk");

    while (disk && has_property(disk, "device") &&
           !xml_has(disk, "device", "disk"))
        disk = xml_next(disk);
    return disk;
}

static bool is_virtio(const xmlNode *disk)
{
    return xml_has(xml_child(disk, "target"), "bus", "virtio");
}

/*
 * <os><boot dev='hd'> is the first disk of libvirt's list, where those of one
 * bus stand together: it would be another one if some are virtio already.
 */
static bool boots_from_another(const xmlNode *root)
{
    const xmlNode *boot = xml_find(root, "os/boot");
    const xmlNode *disk = option_device(root, SCOPE_BUSES, NULL);
    bool has_virtio = false, moves_first;

    while (boot && !xml_has(boot, "dev", "hd"))
        boot = xml_next(boot);
    moves_first = disk && disk == first_disk(root) && !is_virtio(disk);
    for (; disk; disk = option_device(root, SCOPE_BUSES, disk))
        has_virtio |= is_virtio(disk);
    return boot && moves_first && has_virtio;
}

/* Arguments of QEMU's own that name a card. */
static const char *obstacle_cards(const struct plan *plan)
{
    return is_named_to_qemu(plan->domain,
                            WORDS("device.net", "alias='net", "alias=\"net",
                                  "'net0'", "\"net0\"")) ||
                   is_alias_named(plan, SCOPE_CARDS)
               ? _("An argument for QEMU itself (qemu:commandline) names a "
                   "network card as it is now: remove it first.")
               : NULL;
}

const char *option_bus_obstacle(const struct plan *plan, enum option_id id)
{
    const xmlNode *root = xml_root(plan->domain->xml), *disk = NULL;

    if (option_now(plan, id) == OPTION_ON)
        return NULL; /* it is so already */
    if (strcmp(plan->domain->machine, "isapc") == 0)
        return _("This machine type has no PCI bus.");
    if (id == OPTION_NET_MODEL)
        return obstacle_cards(plan);
    if (is_named_to_qemu(plan->domain, WORDS("sata0-", "ide0-")) ||
        is_alias_named(plan, SCOPE_BUSES))
        return _(
            "An argument for QEMU itself (qemu:commandline) names these "
            "disks as they are now: remove it first.");
    while ((disk = option_device(root, SCOPE_BUSES, disk)))
        if (!is_virtio(disk) && is_of_controller(disk))
            return _(
                "A disk has a world wide name, a vendor, a rotation rate or "
                "a CHS translation, which libvirt refuses of virtio disks: "
                "remove it first (virsh edit).");
    if (boots_from_another(root))
        return _(
            "It would boot from another disk: \"hd\" is the first virtio "
            "disk then. Give the disks <boot order=> of their own first, "
            "or take the other one out (virsh edit).");
    return NULL;
}
