/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes what devices were and what is there now, tells where they went. Two
 * devices are the same if their ids are, and their serials where both have one.
 */
#include "plan/drift.h"

#include "base/str.h"
#include "plan/device.h"

#include <stdio.h>
#include <string.h>

const char *identity_text(struct arena *arena, const struct pci_device *device)
{
    return arena_printf(arena, "%s %04x:%04x%s%s", device->address,
                        device->vendor, device->device,
                        device->serial ? " " : "",
                        device->serial ? device->serial : "");
}

bool identity_parse(struct arena *arena, const char *text,
                    struct identity *identity)
{
    size_t length = strcspn(text, " ");
    int end = 0;

    *identity = (struct identity){0};
    if (!pci_is_address(text, length) || text[length] != ' ' ||
        sscanf(text + length, " %4x:%4x%n", &identity->vendor,
               &identity->device, &end) != 2 ||
        !strchr(" ", text[length + (size_t)end]))
        return false;
    identity->address = arena_printf(arena, "%.*s", (int)length, text);
    text += length + (size_t)end;
    identity->serial = arena_strdup(arena, *text ? text + 1 : text);
    return true;
}

bool identity_is(const struct identity *was, const struct pci_device *now)
{
    return was->vendor == now->vendor && was->device == now->device &&
           (!*was->serial || !now->serial ||
            strcmp(was->serial, now->serial) == 0);
}

static const struct identity *find_identity(const struct plan *plan,
                                            const char *address)
{
    const struct identities *all = plan->identities;

    for (size_t i = 0; all && i < all->count; i++)
        if (strcmp(all->list[i].address, address) == 0)
            return &all->list[i];
    return NULL;
}

/* True if a <hostdev> of the domain names this device, and rightly so. */
static bool is_named(const struct plan *plan, const struct pci_device *device)
{
    const struct identity *was = find_identity(plan, device->address);

    return device_is_in_domain(plan->domain, device) &&
           (!was || identity_is(was, device));
}

/* The one with the same serial, else the only one of the same ids. */
static void find_candidates(const struct plan *plan, struct drift *drift)
{
    const struct pci *pci = &plan->host->pci;

    for (size_t i = 0; i < pci->device_count; i++) {
        const struct pci_device *device = &pci->devices[i];

        if (!identity_is(drift->was, device) || is_named(plan, device))
            continue;
        drift->candidates++;
        drift->index = drift->candidates == 1 ? (long)i : -1;
        if (*drift->was->serial && device->serial) {
            drift->candidates = 1;
            drift->index = (long)i;
            return;
        }
    }
}

bool drift_find(const struct plan *plan, size_t hostdev, struct drift *drift)
{
    const char *address = plan->domain->hostdevs[hostdev].address;

    *drift = (struct drift){
        .was = find_identity(plan, address),
        .here = pci_find(&plan->host->pci, address),
        .index = -1,
    };
    if (!drift->was || plan->moves[hostdev] >= 0 ||
        plan->host->pci.device_count == 0 ||
        (drift->here && identity_is(drift->was, drift->here)))
        return false;
    find_candidates(plan, drift);
    return true;
}

long drift_move_to(const struct plan *plan, size_t index)
{
    for (size_t i = 0; i < plan->domain->hostdev_count; i++)
        if (plan->moves[i] == (long)index)
            return (long)i;
    return -1;
}

bool drift_leads_to(const struct plan *plan, size_t index)
{
    struct drift drift;

    for (size_t i = 0; i < plan->domain->hostdev_count; i++)
        if (drift_find(plan, i, &drift) && drift.index == (long)index)
            return true;
    return false;
}

bool drift_follow(struct plan *plan, size_t index)
{
    for (size_t i = 0; i < plan->domain->hostdev_count; i++) {
        struct drift drift;
        long left;

        if (!drift_find(plan, i, &drift) || drift.index != (long)index)
            continue;
        plan->moves[i] = (long)index;
        device_wish_as(&plan->wishes[index], &plan->domain->hostdevs[i]);
        left = drift.here ? drift.here - plan->host->pci.devices : -1;
        if (left >= 0 && drift_move_to(plan, (size_t)left) < 0)
            plan->is_given[left] = false;
        plan->is_given[index] = true;
        return true;
    }
    return false;
}
