/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, tells its USB devices apart: those that are plugged in, and
 * those that only the domain knows of.
 */
#include "plan/usb.h"

#include "base/str.h"

#include <string.h>

size_t usb_count(const struct plan *plan)
{
    return plan->host->usb.count + plan->domain->usb_count;
}

const struct usb_device *usb_plugged(const struct plan *plan, size_t index)
{
    return index < plan->host->usb.count ? &plan->host->usb.devices[index]
                                         : NULL;
}

bool usb_is_named(const struct domain_usb *named,
                  const struct usb_device *device)
{
    bool has_ids = named->vendor || named->product;
    bool has_address = named->bus || named->device;

    return (has_ids || has_address) &&
           (!has_ids || (named->vendor == device->vendor &&
                         named->product == device->product)) &&
           (!has_address ||
            (named->bus == device->bus && named->device == device->number));
}

static bool is_plugged(const struct plan *plan, const struct domain_usb *named)
{
    for (size_t i = 0; i < plan->host->usb.count; i++)
        if (usb_is_named(named, &plan->host->usb.devices[i]))
            return true;
    return false;
}

bool usb_is_row(const struct plan *plan, size_t index)
{
    size_t plugged = plan->host->usb.count;

    return index < plugged ||
           !is_plugged(plan, &plan->domain->usbs[index - plugged]);
}

bool usb_is_in_domain(const struct plan *plan, size_t index)
{
    const struct usb_device *device = usb_plugged(plan, index);

    for (size_t i = 0; device && i < plan->domain->usb_count; i++)
        if (usb_is_named(&plan->domain->usbs[i], device))
            return true;
    return !device;
}

const char *usb_name(const struct plan *plan, size_t index, struct arena *arena)
{
    const struct usb_device *device = usb_plugged(plan, index);
    const struct domain_usb *named;

    if (device)
        return arena_printf(arena, "%04x:%04x%s%s", device->vendor,
                            device->product, device->has_twin ? "@" : "",
                            device->has_twin ? device->port : "");
    named = &plan->domain->usbs[index - plan->host->usb.count];
    if (named->vendor || named->product)
        return arena_printf(arena, "%04x:%04x", named->vendor, named->product);
    return arena_printf(arena, "bus %u device %u", named->bus, named->device);
}

long usb_find(const struct plan *plan, const char *name, size_t *matches)
{
    struct arena *arena = arena_new();
    long found = -1;

    *matches = 0;
    for (size_t i = 0; i < usb_count(plan); i++) {
        const char *own = usb_is_row(plan, i) ? usb_name(plan, i, arena) : "";
        const struct usb_device *device = usb_plugged(plan, i);
        const char *full =
            device ? arena_printf(arena, "%04x:%04x@%s", device->vendor,
                                  device->product, device->port)
                   : own;

        if (strcmp(name, full) != 0 &&
            !(str_starts(own, name) && strchr("@", own[strlen(name)])))
            continue;
        found = (long)i;
        ++*matches;
    }
    arena_free(arena);
    return *matches == 1 ? found : -1;
}
