/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan and a device, changes who has it. Pure: knows groups and
 * slots, no XML; binds and unbinds nothing.
 */
#include "plan/device.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/drift.h"
#include "plan/usb.h"

#include <stdlib.h>
#include <string.h>

bool device_is_in_domain(const struct domain *domain,
                         const struct pci_device *device)
{
    for (size_t i = 0; i < domain->hostdev_count; i++)
        if (strcmp(domain->hostdevs[i].address, device->address) == 0)
            return true;
    return false;
}

static bool is_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool device_same(const struct plan *a, const struct plan *b)
{
    for (size_t i = 0; i < a->host->pci.device_count; i++)
        if (a->is_given[i] != b->is_given[i] ||
            a->wishes[i].boot != b->wishes[i].boot ||
            a->wishes[i].rom_bar != b->wishes[i].rom_bar ||
            !is_same_text(a->wishes[i].rom_file, b->wishes[i].rom_file))
            return false;
    for (size_t i = 0; i < a->domain->hostdev_count; i++)
        if (a->moves[i] != b->moves[i])
            return false;
    for (size_t i = 0; i < usb_count(a); i++)
        if (a->is_usb_given[i] != b->is_usb_given[i])
            return false;
    return true;
}

void device_wish_as(struct device_wish *wish,
                    const struct domain_hostdev *hostdev)
{
    free(wish->rom_file);
    *wish = (struct device_wish){
        .boot = hostdev->boot,
        .rom_bar = hostdev->rom_bar,
        .rom_file = hostdev->rom_file ? mem_strdup(hostdev->rom_file) : NULL,
    };
}

void device_own_wish(const struct plan *plan, size_t index,
                     struct device_wish *wish)
{
    long moved = drift_move_to(plan, index);

    *wish = (struct device_wish){0};
    for (size_t i = 0; i < plan->domain->hostdev_count; i++)
        if (moved >= 0 ? moved == (long)i
                       : strcmp(plan->domain->hostdevs[i].address,
                                plan->host->pci.devices[index].address) == 0)
            device_wish_as(wish, &plan->domain->hostdevs[i]);
}

const char *device_boot_obstacle(const struct plan *plan, size_t index)
{
    unsigned class = plan->host->pci.devices[index].class_code >> 16;

    if (!plan->is_given[index])
        return _("Give it to the guest first.");
    if (class != 0x01 && class != 0x02)
        return _("A guest boots from disks and networks, not from this.");
    return NULL;
}

void device_set_boot(struct plan *plan, size_t index, unsigned order)
{
    plan->wishes[index].boot = order;
    for (size_t i = 0; order > 0 && i < plan->host->pci.device_count; i++)
        if (i != index && plan->is_given[i] && plan->wishes[i].boot == order) {
            device_set_boot(plan, i, order + 1);
            return;
        }
}

bool device_set_rom(struct plan *plan, size_t index, const char *text)
{
    struct device_wish *wish = &plan->wishes[index];
    bool is_path = *text == '/' && text[1];

    if (!is_path && strcmp(text, "default") != 0 && strcmp(text, "on") != 0 &&
        strcmp(text, "off") != 0)
        return false;
    free(wish->rom_file);
    wish->rom_file = is_path ? mem_strdup(text) : NULL;
    wish->rom_bar = strcmp(text, "on") == 0    ? ROM_BAR_ON
                    : strcmp(text, "off") == 0 ? ROM_BAR_OFF
                                               : ROM_BAR_DEFAULT;
    return true;
}

const char *device_rom(const struct device_wish *wish)
{
    if (wish->rom_file)
        return wish->rom_file;
    return wish->rom_bar == ROM_BAR_ON    ? "on"
           : wish->rom_bar == ROM_BAR_OFF ? "off"
                                          : "default";
}

long device_last_display(const struct plan *plan)
{
    const struct pci *pci = &plan->host->pci;
    long given = -1;

    for (size_t i = 0; i < pci->device_count; i++) {
        const struct pci_device *device = &pci->devices[i];

        bool is_shown = device->driver && !pci_is_held_by_vfio(device);

        if (!device_is_display(device) || device->physical)
            continue;
        if (!plan->is_given[i] && is_shown)
            return -1; /* it stays, and shows something */
        if (plan->is_given[i] &&
            (device->is_boot_display || (given < 0 && is_shown)))
            given = (long)i;
    }
    return given;
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
    if (pci_is_in_the_way(device) && is_group_given(plan, device))
        return DEVICE_BLOCKS;
    if (pci_is_bridge(device))
        return DEVICE_BRIDGE;
    return is_group_given(plan, device) ? DEVICE_ALONG : DEVICE_HOST;
}

bool device_is_same_slot(const struct pci_device *a, const struct pci_device *b)
{
    const char *dot = strrchr(a->address, '.');
    const char *bus = strchr(a->address, ':');

    /* Virtual functions share a number, and go one by one. */
    if (a->physical || b->physical)
        return strcmp(a->address, b->address) == 0;

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
        return _("A bridge stays with the host; what is behind it can go.");
    if (device->group < 0)
        return _(
            "The device is in no IOMMU group: the IOMMU is off, or does "
            "not cover it.");
    return NULL;
}

const struct claim *device_claim(const struct plan *plan, size_t index,
                                 const struct pci_device **on)
{
    const struct pci *pci = &plan->host->pci;
    const struct pci_device *set[PCI_FUNCTIONS];
    size_t count = pci_function_set(pci, &pci->devices[index], set);
    const struct claim *gravest = NULL;

    for (size_t i = 0; i < count; i++) {
        size_t at = (size_t)(set[i] - pci->devices);
        const struct claim *claim = claim_first(&plan->host->claims, set[i]);

        if (!claim || plan->is_given[at] ||
            (at != index && device_obstacle(plan, at)) ||
            (gravest && gravest->severity >= claim->severity))
            continue;
        gravest = claim;
        *on = set[i];
    }
    return gravest;
}

/* The list doubles when its count is a power of two: then it is full. */
static void add_refusal(struct refusals *refusals, struct arena *arena,
                        const char *name, const struct claim *claim)
{
    size_t count = refusals->count;

    if ((count & (count - 1)) == 0) {
        struct refusal *list =
            arena_alloc(arena, count ? 2 * count : 1, sizeof(*list));

        if (count > 0)
            memcpy(list, refusals->list, count * sizeof(*list));
        refusals->list = list;
    }
    refusals->list[refusals->count++] = (struct refusal){name, claim};
}

struct refusals device_refusals(const struct plan *plan, struct arena *arena)
{
    const struct pci *pci = &plan->host->pci;
    struct refusals refusals = {0};

    for (size_t i = 0; i < pci->device_count; i++) {
        const struct pci_device *device = &pci->devices[i];
        struct claim_list claims = claim_list(&plan->host->claims, device);

        if (!plan->is_given[i] || device_is_in_domain(plan->domain, device))
            continue;
        for (size_t j = 0; j < claims.count; j++)
            if (claims.list[j].severity == CLAIM_REFUSE)
                add_refusal(&refusals, arena, pci_short_address(device),
                            &claims.list[j]);
    }
    for (size_t i = 0; i < usb_count(plan); i++) {
        const struct usb_device *device = usb_plugged(plan, i);

        if (device && usb_is_row(plan, i) && plan->is_usb_given[i] &&
            !usb_is_in_domain(plan, i) && device->claim.text &&
            device->claim.severity == CLAIM_REFUSE)
            add_refusal(&refusals, arena,
                        arena_printf(arena, "USB %s", usb_name(plan, i, arena)),
                        &device->claim);
    }
    return refusals;
}

bool device_is_refused(const struct plan *plan)
{
    struct arena *arena = arena_new();
    size_t count = device_refusals(plan, arena).count;

    arena_free(arena);
    return count > 0;
}

const char *device_toggle(struct plan *plan, size_t index)
{
    const struct pci *pci = &plan->host->pci;
    const char *obstacle = device_obstacle(plan, index);
    bool is_given = !plan->is_given[index];
    const struct pci_device *set[PCI_FUNCTIONS];
    size_t count;

    if (!is_given && drift_follow(plan, index))
        return NULL; /* two of them changed places */
    if (obstacle && is_given)
        return obstacle;
    count = pci_function_set(pci, &pci->devices[index], set);
    for (size_t i = 0; i < count; i++) {
        size_t at = (size_t)(set[i] - pci->devices);

        if (is_given && device_obstacle(plan, at))
            continue;
        plan->is_given[at] = is_given;
        if (is_given)
            drift_follow(plan, at);
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
