/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan's devices, gives the edits below <devices>. Functions of one
 * slot of the host share a slot of the guest, behind a root port of their own,
 * so that drivers find a card as it was built.
 */
#include "render/device.h"

#include "plan/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const before_hostdev[] = {
    "emulator",  "disk",      "controller", "lease",    "filesystem",
    "interface", "smartcard", "serial",     "parallel", "console",
    "channel",   "input",     "tpm",        "graphics", "sound",
    "audio",     "video",     "hostdev",    NULL,
};
static const char *const controllers[] = {"emulator", "disk", "controller",
                                          NULL};
static const char *const all[] = {
    "emulator",  "disk",      "controller", "lease",    "filesystem",
    "interface", "smartcard", "serial",     "parallel", "console",
    "channel",   "input",     "tpm",        "graphics", "sound",
    "audio",     "video",     "hostdev",    "redirdev", "redirfilter",
    "hub",       "watchdog",  NULL,
};

static bool is_new(const struct rendering *r, size_t index)
{
    return r->plan->is_given[index] &&
           !device_is_in_domain(r->plan->domain,
                                &r->plan->host->pci.devices[index]);
}

/* How many functions of a slot are newly given. */
static unsigned count_slot(const struct rendering *r, size_t index)
{
    const struct pci *pci = &r->plan->host->pci;
    unsigned count = 0;

    for (size_t i = 0; i < pci->device_count; i++)
        count += is_new(r, i) &&
                 device_is_same_slot(&pci->devices[i], &pci->devices[index]);
    return count;
}

/* The first index that no PCI controller has. */
static unsigned next_bus(const struct rendering *r)
{
    const xmlNode *devices = xml_child(r->root, "devices");
    unsigned long index, next = 1;

    for (const xmlNode *node = xml_child(devices, "controller"); node;
         node = xml_next(node))
        if (xml_has(node, "type", "pci") &&
            xml_number(node, "index", 255, &index) && index >= next)
            next = index + 1;
    return (unsigned)next;
}

static void add_hostdev(struct rendering *r, const struct pci_device *device,
                        const char *guest_address, struct str *lines)
{
    unsigned domain = 0, bus = 0, slot = 0, function = 0;
    struct str inner CLEANUP(str_free) = STR_INIT;
    struct str source CLEANUP(str_free) = STR_INIT;

    sscanf(device->address, "%x:%x:%x.%x", &domain, &bus, &slot, &function);
    rendering_add_wrapped(&source, "<source>",
                          arena_printf(r->arena,
                                       "<address domain='0x%04x' bus='0x%02x' "
                                       "slot='0x%02x' function='0x%x'/>",
                                       domain, bus, slot, function),
                          "</source>");
    rendering_add_line(&inner, str_text(&source));
    if (guest_address)
        rendering_add_line(&inner, guest_address);
    if (lines->length > 0)
        str_add(lines, "\n");
    rendering_add_wrapped(lines,
                          "<hostdev mode='subsystem' type='pci' managed='yes'>",
                          str_text(&inner), "</hostdev>");
}

/*
 * All functions of one slot: with several, on PCI Express, function 0 of a new
 * root port's slot comes first and says that there are others.
 */
static void add_slot(struct rendering *r, size_t index, bool has_ports,
                     unsigned *bus, struct str *ports, struct str *lines)
{
    const struct pci *pci = &r->plan->host->pci;
    bool is_shared = has_ports && count_slot(r, index) > 1;
    unsigned function = 0;

    if (is_shared)
        rendering_add_line(ports,
                           arena_printf(r->arena,
                                        "<controller type='pci' index='%u' "
                                        "model='pcie-root-port'/>",
                                        *bus));
    for (size_t i = index; i < pci->device_count; i++) {
        if (!is_new(r, i) ||
            !device_is_same_slot(&pci->devices[i], &pci->devices[index]))
            continue;
        add_hostdev(
            r, &pci->devices[i],
            is_shared
                ? arena_printf(r->arena,
                               "<address type='pci' domain='0x0000' "
                               "bus='0x%02x' slot='0x00' function='0x%x'%s/>",
                               *bus, function,
                               function == 0 ? " multifunction='on'" : "")
                : NULL,
            lines);
        function++;
    }
    *bus += is_shared;
}

static bool is_first_of_slot(const struct rendering *r, size_t index)
{
    const struct pci *pci = &r->plan->host->pci;

    for (size_t i = 0; i < index; i++)
        if (is_new(r, i) &&
            device_is_same_slot(&pci->devices[i], &pci->devices[index]))
            return false;
    return true;
}

static void add_devices(struct rendering *r)
{
    const xmlNode *devices = xml_child(r->root, "devices");
    bool has_ports = strstr(r->plan->domain->machine, "q35") != NULL;
    struct str ports CLEANUP(str_free) = STR_INIT;
    struct str lines CLEANUP(str_free) = STR_INIT;
    const xmlNode *after_ports, *after;
    unsigned bus = next_bus(r);

    for (size_t i = 0; i < r->plan->host->pci.device_count; i++)
        if (is_new(r, i) && is_first_of_slot(r, i))
            add_slot(r, i, has_ports, &bus, &ports, &lines);
    after_ports = rendering_last(devices, controllers);
    after = rendering_last(devices, before_hostdev);
    if (ports.length > 0 && after == after_ports) {
        str_add(&ports, "\n");
        str_add(&ports, str_text(&lines));
        edit_insert(r->edit, devices, after, str_text(&ports));
        return;
    }
    if (ports.length > 0)
        edit_insert(r->edit, devices, after_ports, str_text(&ports));
    edit_insert(r->edit, devices, after, str_text(&lines));
}

/* The address that a <hostdev> names, as ours are written; NULL: no PCI. */
static const char *address_of(struct rendering *r, const xmlNode *hostdev)
{
    static const char *const names[] = {"domain", "bus", "slot", "function"};
    const xmlNode *source = xml_find(hostdev, "source/address");
    unsigned long parts[4] = {0};

    if (!xml_has(hostdev, "type", "pci") || !source)
        return NULL;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        const char *text = xml_attribute(r->arena, source, names[i]);

        parts[i] = text ? strtoul(text, NULL, 0) : 0;
    }
    return arena_printf(r->arena, "%04lx:%02lx:%02lx.%lx", parts[0], parts[1],
                        parts[2], parts[3]);
}

static void remove_devices(struct rendering *r)
{
    const xmlNode *devices = xml_child(r->root, "devices");

    for (const xmlNode *node = xml_child(devices, "hostdev"); node;
         node = xml_next(node)) {
        const char *address = address_of(r, node);
        long index = address ? device_find(r->plan->host, address) : -1;

        if (index >= 0 && !r->plan->is_given[index])
            edit_remove(r->edit, node);
    }
}

static void switch_balloon_off(struct rendering *r)
{
    const xmlNode *devices = xml_child(r->root, "devices");
    const xmlNode *balloon = xml_child(devices, "memballoon");

    if (xml_has(balloon, "model", "none"))
        return;
    if (balloon)
        edit_remove(r->edit, balloon); /* with its guest address */
    edit_insert(r->edit, devices, rendering_last(devices, all),
                "<memballoon model='none'/>");
}

static const char *list(struct rendering *r, bool is_given)
{
    const struct pci *pci = &r->plan->host->pci;
    struct str str CLEANUP(str_free) = STR_INIT;

    for (size_t i = 0; i < pci->device_count; i++)
        if (r->plan->is_given[i] == is_given &&
            device_is_in_domain(r->plan->domain, &pci->devices[i]) != is_given)
            str_addf(&str, "%s%s", str.length > 0 ? " " : "",
                     pci_short_address(&pci->devices[i]));
    return arena_strdup(r->arena, str_text(&str));
}

const char *device_render(struct rendering *r)
{
    const char *given = list(r, true), *taken = list(r, false);

    if (!*given && !*taken)
        return NULL;
    remove_devices(r);
    if (*given) {
        add_devices(r);
        switch_balloon_off(r);
    }
    return arena_printf(r->arena, "%s%s%s%s%s", *given ? "give " : "", given,
                        *given && *taken ? ", " : "",
                        *taken ? "take back " : "", taken);
}
