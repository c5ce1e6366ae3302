/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes PCI functions as they were read, gives them in order, with their IOMMU
 * groups, and tells which belong together. Reads nothing itself.
 */
#include "host/pci.h"

#include "base/str.h"
#include "base/text.h"
#include "host/pci_read.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare_addresses(const char *x, const char *y)
{
    size_t x_length = strlen(x), y_length = strlen(y);

    if (x_length != y_length) /* a domain of more than four digits */
        return x_length < y_length ? -1 : 1;
    return strcmp(x, y);
}

static int compare_devices(const void *a, const void *b)
{
    const struct pci_device *x = a, *y = b;

    return compare_addresses(x->address, y->address);
}

bool pci_is_held_by_vfio(const struct pci_device *device)
{
    return device->driver && strstr(device->driver, "vfio");
}

bool pci_is_in_the_way(const struct pci_device *device)
{
    const char *driver = device->driver;

    if (!driver || pci_is_held_by_vfio(device) ||
        strcmp(driver, "pci-stub") == 0)
        return false;
    return !(device->class_code >> 8 == 0x0604 &&
             strcmp(driver, "pcieport") == 0);
}

static int compare_by_group(const void *a, const void *b)
{
    const struct pci_device *x = *(const struct pci_device *const *)a;
    const struct pci_device *y = *(const struct pci_device *const *)b;

    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return compare_devices(x, y);
}

/* One sorted list of devices; each group is a stretch of it. */
static void collect_groups(struct arena *arena, struct pci *pci)
{
    const struct pci_device **sorted =
        arena_alloc(arena, pci->device_count + 1, sizeof(*sorted));
    struct iommu_group *group = NULL;

    for (size_t i = 0; i < pci->device_count; i++)
        sorted[i] = &pci->devices[i];
    qsort(sorted, pci->device_count, sizeof(*sorted), compare_by_group);
    pci->groups =
        arena_alloc(arena, pci->device_count + 1, sizeof(*pci->groups));
    for (size_t i = 0; i < pci->device_count; i++) {
        const struct pci_device *device = sorted[i];

        if (device->group < 0)
            continue;
        if (!group || group->id != (unsigned)device->group) {
            group = &pci->groups[pci->group_count++];
            group->id = (unsigned)device->group;
            group->is_viable = true;
            group->devices = &sorted[i];
        }
        group->device_count++;
        if (group->is_viable && pci_is_in_the_way(device)) {
            group->is_viable = false;
            group->culprit = device;
        }
    }
}

void pci_probe(const struct root *root, struct arena *arena, struct pci *pci)
{
    *pci = (struct pci){0};
    if (root_exists(root, "sys/bus/pci/devices"))
        pci_read(root, arena, pci);
    else
        pci->problem = _("there is no sys/bus/pci/devices");
    pci_arrange(arena, pci);
}

void pci_arrange(struct arena *arena, struct pci *pci)
{
    if (!pci->devices)
        pci->devices = arena_alloc(arena, 1, sizeof(*pci->devices));
    if (pci->device_count > 0)
        qsort(pci->devices, pci->device_count, sizeof(*pci->devices),
              compare_devices);
    collect_groups(arena, pci);
}

bool pci_is_bridge(const struct pci_device *device)
{
    return device->class_code >> 16 == 0x06;
}

const char *pci_kind(const struct pci_device *device)
{
    static const struct {
        unsigned code, mask;
        const char *name;
    } kinds[] = {
        {0x030000, 0xff0000, "display"},  {0x040300, 0xffff00, "audio"},
        {0x0c0300, 0xffff00, "usb"},      {0x010800, 0xffff00, "nvme"},
        {0x010600, 0xffff00, "sata"},     {0x010000, 0xff0000, "storage"},
        {0x020000, 0xffff00, "ethernet"}, {0x020000, 0xff0000, "network"},
        {0x060000, 0xffff00, "host"},     {0x060100, 0xffff00, "isa"},
        {0x060400, 0xffff00, "bridge"},   {0x060000, 0xff0000, "bridge"},
        {0x0c0500, 0xffff00, "smbus"},    {0x0c8000, 0xffff00, "serial"},
        {0x050000, 0xff0000, "memory"},   {0x078000, 0xffff00, "comm"},
        {0x070000, 0xff0000, "comm"},     {0x080000, 0xff0000, "system"},
        {0x040000, 0xff0000, "audio"},    {0x100000, 0xff0000, "crypto"},
        {0x110000, 0xff0000, "signal"},   {0x0d0000, 0xff0000, "wireless"},
        {0x120000, 0xff0000, "accel"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if ((device->class_code & kinds[i].mask) == kinds[i].code)
            return kinds[i].name;
    return "other";
}

void pci_describe_sharing(const struct pci_device *device, char *text,
                          size_t size)
{
    const char *physical = device->physical;

    *text = '\0';
    if (physical)
        snprintf(text, size, _("virtual function of %.40s"),
                 str_starts(physical, "0000:") ? physical + 5 : physical);
    else if (device->virtual_limit > 0)
        snprintf(text, size, _("%u of %u virtual functions"),
                 device->virtual_count, device->virtual_limit);
    else if (device->has_mediated)
        snprintf(text, size, _("guests can share it by mediated devices"));
}

const char *pci_short_address(const struct pci_device *device)
{
    return str_starts(device->address, "0000:") ? device->address + 5
                                                : device->address;
}

bool pci_is_address(const char *text, size_t length)
{
    const char *colon = memchr(text, ':', length);
    size_t domain = colon ? (size_t)(colon - text) : 0;

    if (domain < 4 || domain > 8 || length != domain + 8 ||
        text[domain + 3] != ':' || text[domain + 6] != '.' ||
        text[domain + 7] < '0' || text[domain + 7] > '7')
        return false;
    for (size_t i = 0; i < domain + 6; i++)
        if (i != domain && i != domain + 3 && !isxdigit((unsigned char)text[i]))
            return false;
    return true;
}

static int compare_to_address(const void *key, const void *device)
{
    return compare_addresses(key, ((const struct pci_device *)device)->address);
}

const struct pci_device *pci_find(const struct pci *pci, const char *address)
{
    if (pci->device_count == 0)
        return NULL;
    return bsearch(address, pci->devices, pci->device_count,
                   sizeof(*pci->devices), compare_to_address);
}

/* Has the class of a display, whoever made it. */
static bool is_display(const struct pci_device *device)
{
    return device->class_code >> 16 == 0x03;
}

static bool is_same_slot(const struct pci_device *a, const struct pci_device *b)
{
    size_t length = strlen(a->address);

    return length == strlen(b->address) &&
           memcmp(a->address, b->address, length - 1) == 0;
}

/* Can be in a set: an endpoint behind a bridge that is no virtual function. */
static bool is_on_card(const struct pci_device *device)
{
    return device->parent && !device->physical && !pci_is_bridge(device);
}

static bool is_one_card(const struct pci_device *a, const struct pci_device *b)
{
    if (a == b)
        return true;
    if (!is_on_card(a) || !is_on_card(b) || !is_same_slot(a, b))
        return false;
    return (a->group >= 0 && a->group == b->group) ||
           (a->vendor == b->vendor && (is_display(a) || is_display(b)));
}

/* Of no use in a guest, or no business of it. */
static bool is_never_assigned(const struct pci_device *device)
{
    static const struct {
        unsigned code, mask;
    } classes[] = {
        {0x050000, 0xff0000}, /* RAM and flash */
        {0x060000, 0xff0000}, /* bridges to ISA and others */
        {0x080000, 0xfffc00}, /* interrupt, DMA, timer, clock */
        {0x080600, 0xffff00}, /* the IOMMU itself */
        {0x0c0500, 0xffff00}, /* SMBus */
        {0x130000, 0xff0000}, /* a function that keeps others' places */
    };

    for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
        if ((device->class_code & classes[i].mask) == classes[i].code)
            return true;
    /* I2C and the firmware's flash; on a card it is what steers USB-C. */
    return device->class_code >> 8 == 0x0c80 && !device->parent;
}

enum pci_role pci_role(const struct pci_device *chosen,
                       const struct pci_device *member)
{
    unsigned class = member->class_code >> 8;

    if (member != chosen && !is_one_card(chosen, member) &&
        (member->group < 0 || member->group != chosen->group))
        return PCI_ROLE_HOST;
    if (class == 0x0600 || class == 0x0604 || class == 0x0609)
        return PCI_ROLE_BRIDGE;
    if (is_never_assigned(member) || !is_one_card(chosen, member))
        return PCI_ROLE_ALONG;
    return PCI_ROLE_GUEST;
}

const char *pci_role_name(enum pci_role role)
{
    static const char *const names[] = {
        [PCI_ROLE_HOST] = "host",
        [PCI_ROLE_GUEST] = "guest",
        [PCI_ROLE_ALONG] = "along",
        [PCI_ROLE_BRIDGE] = "bridge",
    };

    return names[role];
}

size_t pci_function_set(const struct pci *pci, const struct pci_device *device,
                        const struct pci_device *set[PCI_FUNCTIONS])
{
    size_t first = (size_t)(device - pci->devices), end = first + 1, count = 0;
    const struct pci_device *leader = device;

    while (first > 0 && is_same_slot(&pci->devices[first - 1], device))
        first--;
    while (end < pci->device_count && is_same_slot(&pci->devices[end], device))
        end++;
    /* A card's sound or USB-C leads to its display. */
    for (size_t i = first; i < end; i++)
        if (is_display(&pci->devices[i]) &&
            is_one_card(&pci->devices[i], device))
            leader = &pci->devices[i];
    for (size_t i = first; i < end && count < PCI_FUNCTIONS; i++)
        if (&pci->devices[i] == device || is_one_card(leader, &pci->devices[i]))
            set[count++] = &pci->devices[i];
    return count;
}
