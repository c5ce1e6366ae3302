/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes libvirt's node devices, gives PCI functions and their groups. Nothing
 * tells the boot display, resets or serial numbers; revisions are 0.
 */
#include "host/pci_read.h"
#include "host/remote_xml.h"

#include "base/str.h"

#include <stdio.h>
#include <string.h>

static const xmlNode *find_capability(struct arena *arena, const xmlNode *node,
                                      const char *type)
{
    const xmlNode *capability = remote_child(node, "capability");

    while (capability &&
           strcmp(remote_text(arena, capability, "type"), type) != 0)
        capability = remote_next(capability);
    return capability;
}

static unsigned long number_of(const xmlNode *node, const char *child,
                               const char *name, unsigned long maximum)
{
    unsigned long number = 0;

    return remote_number(remote_child(node, child), name, maximum, &number)
               ? number
               : 0;
}

/* "pci_0000_00_01_0", the name of a node device, is also an address. */
static const char *parent_of(struct arena *arena, const xmlNode *device)
{
    const char *name = remote_text(arena, remote_child(device, "parent"), NULL);
    unsigned domain, bus, slot, function;
    char end;

    if (sscanf(name, "pci_%8x_%2x_%2x_%1x%c", &domain, &bus, &slot, &function,
               &end) != 4)
        return NULL; /* "computer": a root bus */
    return arena_printf(arena, "%04x:%02x:%02x.%x", domain, bus, slot,
                        function);
}

static const char *address_of(struct arena *arena, const xmlNode *place,
                              bool is_attribute)
{
    static const char *const names[] = {"domain", "bus", "slot", "function"};
    static const unsigned long limits[] = {0x7fffffff, 255, 31, 7};
    unsigned long parts[4];

    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (!remote_number(is_attribute ? place : remote_child(place, names[i]),
                           is_attribute ? names[i] : NULL, limits[i],
                           &parts[i]))
            return NULL;
    return arena_printf(arena, "%04lx:%02lx:%02lx.%lx", parts[0], parts[1],
                        parts[2], parts[3]);
}

static const char *name_of(struct arena *arena, const xmlNode *pci,
                           const struct pci_device *device)
{
    const char *vendor = remote_text(arena, remote_child(pci, "vendor"), NULL);
    const char *product =
        remote_text(arena, remote_child(pci, "product"), NULL);

    if (*vendor)
        return arena_printf(
            arena, "%s %s", vendor,
            *product ? product : arena_printf(arena, "%04x", device->device));
    return arena_printf(arena, "%04x:%04x", device->vendor, device->device);
}

/* <capability> in it: of SR-IOV, of mediated devices. */
static void read_sharing(struct arena *arena, const xmlNode *pci,
                         struct pci_device *device)
{
    const xmlNode *virtual = find_capability(arena, pci, "virt_functions");
    const xmlNode *physical = find_capability(arena, pci, "phys_function");
    unsigned long limit = 0;

    if (virtual && remote_number(virtual, "maxCount", 65535, &limit))
        device->virtual_limit = (unsigned)limit;
    for (const xmlNode *at = remote_child(virtual, "address"); at;
         at = remote_next(at))
        device->virtual_count++;
    if (physical)
        device->physical =
            address_of(arena, remote_child(physical, "address"), true);
    device->has_mediated = find_capability(arena, pci, "mdev_types") != NULL;
}

static bool read_device(const char *text, struct arena *arena,
                        struct pci_device *device)
{
    xmlDoc *doc = remote_parse(text);
    const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
    const xmlNode *pci = find_capability(arena, root, "pci");
    const char *driver = remote_text(
        arena, remote_child(remote_child(root, "driver"), "name"), NULL);
    unsigned long number;

    *device = (struct pci_device){
        .address = address_of(arena, pci, false),
        .class_code = (unsigned)number_of(pci, "class", NULL, 0xffffff),
        .vendor = (unsigned)number_of(pci, "vendor", "id", 0xffff),
        .device = (unsigned)number_of(pci, "product", "id", 0xffff),
        .driver = *driver ? driver : NULL,
        .parent = parent_of(arena, root),
        .group = -1,
        .node = -1,
    };
    if (device->address) {
        if (remote_number(remote_child(pci, "iommuGroup"), "number", 0x7fffffff,
                          &number))
            device->group = (int)number;
        if (remote_number(remote_child(pci, "numa"), "node", 65535, &number))
            device->node = (int)number;
        device->name = name_of(arena, pci, device);
        device->class_name = pci_kind(device);
        read_sharing(arena, pci, device);
    }
    xmlFreeDoc(doc);
    return device->address != NULL;
}

void remote_pci(const struct remote_facts *facts, struct arena *arena,
                struct pci *pci)
{
    size_t left_out = 0;

    *pci = (struct pci){.problem = facts->devices_problem};
    pci->devices =
        arena_alloc(arena, facts->device_count + 1, sizeof(*pci->devices));
    for (size_t i = 0; i < facts->device_count; i++) {
        if (read_device(facts->devices[i], arena,
                        &pci->devices[pci->device_count]))
            pci->device_count++;
        else
            left_out++;
    }
    if (left_out > 0)
        pci->problem = arena_printf(
            arena, "what libvirt tells of %zu of them is not understood",
            left_out);
    pci_arrange(arena, pci);
}
