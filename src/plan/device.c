/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan and a device, changes who has it. Pure: knows groups and
 * slots, no XML; binds and unbinds nothing.
 */
#include "plan/device.h"

#include "base/str.h"

#include <string.h>

bool device_is_in_domain(const struct domain *domain,
                         const struct pci_device *device)
{
    for (size_t i = 0; i < domain->hostdev_count; i++)
        if (strcmp(domain->hostdevs[i], device->address) == 0)
            return true;
    return false;
}

static const struct iommu_group *group_of(const struct pci *pci,
                                          const struct pci_device *device)
{
    for (size_t i = 0; i < pci->group_count; i++)
        if (device->group >= 0 && pci->groups[i].id == (unsigned)device->group)
            return &pci->groups[i];
    return NULL;
}

/* True if some member of the device's group goes to the guest. */
static bool is_group_given(const struct plan *plan,
                           const struct pci_device *device)
{
    const struct pci *pci = &plan->host->pci;
    const struct iommu_group *group = group_of(pci, device);

    for (size_t i = 0; group && i < group->device_count; i++)
        if (plan->is_given[group->devices[i] - pci->devices])
            return true;
    return false;
}

enum device_role device_role(const struct plan *plan, size_t index)
{
    const struct pci_device *device = &plan->host->pci.devices[index];

    if (plan->is_given[index])
        return DEVICE_GUEST;
    if (pci_is_bridge(device))
        return DEVICE_BRIDGE;
    if (!is_group_given(plan, device))
        return DEVICE_HOST;
    return !device->driver || strstr(device->driver, "vfio") ||
                   strcmp(device->driver, "pci-stub") == 0
               ? DEVICE_ALONG
               : DEVICE_BLOCKS;
}

bool device_is_same_slot(const struct pci_device *a, const struct pci_device *b)
{
    const char *dot = strrchr(a->address, '.');
    const char *bus = strchr(a->address, ':');

    /* On bus 0 are parts of chipset and CPU that have no more in common. */
    if (bus && str_starts(bus, ":00:"))
        return strcmp(a->address, b->address) == 0;
    return dot &&
           strncmp(a->address, b->address, (size_t)(dot - a->address) + 1) == 0;
}

const char *device_obstacle(const struct plan *plan, size_t index)
{
    const struct pci_device *device = &plan->host->pci.devices[index];

    if (pci_is_bridge(device))
        return "A bridge stays with the host; what is behind it can go.";
    if (device->group < 0)
        return "The device is in no IOMMU group: the IOMMU is off, or does "
               "not cover it.";
    return NULL;
}

const char *device_toggle(struct plan *plan, size_t index)
{
    const struct pci *pci = &plan->host->pci;
    const char *obstacle = device_obstacle(plan, index);
    bool is_given = !plan->is_given[index];
    const struct pci_device *set[PCI_FUNCTIONS];
    size_t count;

    if (obstacle && is_given)
        return obstacle;
    count = pci_function_set(pci, &pci->devices[index], set);
    for (size_t i = 0; i < count; i++) {
        size_t at = (size_t)(set[i] - pci->devices);

        if (!is_given || !device_obstacle(plan, at))
            plan->is_given[at] = is_given;
    }
    return NULL;
}

long device_find(const struct host *host, const char *address)
{
    for (size_t i = 0; i < host->pci.device_count; i++)
        if (strcmp(host->pci.devices[i].address, address) == 0 ||
            strcmp(pci_short_address(&host->pci.devices[i]), address) == 0)
            return (long)i;
    return -1;
}

bool device_is_display(const struct pci_device *device)
{
    return device->class_code >> 16 == 0x03;
}

int device_node(const struct plan *plan)
{
    const struct pci *pci = &plan->host->pci;
    int node = -1;

    for (size_t i = 0; i < pci->device_count; i++) {
        const struct pci_device *device = &pci->devices[i];

        if (!plan->is_given[i] || device->node < 0)
            continue;
        if (device_is_display(device))
            return device->node;
        if (node < 0)
            node = device->node;
    }
    return node;
}
