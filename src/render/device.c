/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan's devices, gives the edits below <devices>. Functions of one
 * slot of the host share a slot of the guest, behind a root port of their own,
 * so that drivers find a card as it was built.
 */
#include "render/device.h"

#include "base/text.h"
#include "plan/device.h"
#include "plan/drift.h"
#include "render/hostdev.h"

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

/* Is the device's <hostdev> one that moves away from it? */
static bool is_left(const struct plan *plan, const struct pci_device *device)
{
    for (size_t i = 0; i < plan->domain->hostdev_count; i++)
        if (plan->moves[i] >= 0 &&
            strcmp(plan->domain->hostdevs[i].address, device->address) == 0)
            return true;
    return false;
}

static bool is_new(const struct rendering *r, size_t index)
{
    const struct pci_device *device = &r->plan->host->pci.devices[index];

    return r->plan->is_given[index] && drift_move_to(r->plan, index) < 0 &&
           (!device_is_in_domain(r->plan->domain, device) ||
            is_left(r->plan, device));
}

static bool is_taken(const struct rendering *r, size_t index)
{
    const struct pci_device *device = &r->plan->host->pci.devices[index];

    if (r->plan->is_given[index])
        return false;
    return drift_move_to(r->plan, index) >= 0 ||
           (device_is_in_domain(r->plan->domain, device) &&
            !is_left(r->plan, device));
}

/* Stays, and its boot order or ROM is another. */
static bool is_told(const struct rendering *r, size_t index)
{
    const struct device_wish *wish = &r->plan->wishes[index];
    struct device_wish own = {0};
    bool is_other;

    if (!r->plan->is_given[index])
        return false;
    device_own_wish(r->plan, index, &own);
    is_other = wish->boot != own.boot ||
               strcmp(device_rom(wish), device_rom(&own)) != 0;
    free(own.rom_file);
    return is_other;
}

static bool is_moved(const struct rendering *r, size_t index)
{
    return r->plan->is_given[index] && drift_move_to(r->plan, index) >= 0;
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

/* The bus of a device in the guest, or 0; its controller may be libvirt's. */
static unsigned long bus_of(const struct rendering *r, const xmlNode *device)
{
    const char *bus =
        xml_attribute(r->arena, xml_child(device, "address"), "bus");
    bool is_pci = xml_has(xml_child(device, "address"), "type", "pci");

    return bus && is_pci ? strtoul(bus, NULL, 0) : 0;
}

/* The first index that no PCI controller has, and no device needs. */
static unsigned next_bus(const struct rendering *r)
{
    const xmlNode *devices = xml_child(r->root, "devices");
    unsigned long index, next = 1;

    for (const xmlNode *node = xml_child(devices, "controller"); node;
         node = xml_next(node))
        if (xml_has(node, "type", "pci") &&
            xml_number(node, "index", 255, &index) && index >= next)
            next = index + 1;
    for (const xmlNode *node = xmlFirstElementChild((xmlNode *)devices); node;
         node = xmlNextElementSibling((xmlNode *)node))
        if (bus_of(r, node) >= next)
            next = bus_of(r, node) + 1;
    return (unsigned)next;
}

static void add_hostdev(struct rendering *r, size_t index,
                        const char *guest_address, struct str *lines)
{
    const struct pci_device *device = &r->plan->host->pci.devices[index];
    const struct device_wish *wish = &r->plan->wishes[index];
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
    if (wish->boot > 0)
        rendering_add_line(&inner, hostdev_boot_line(r, wish->boot));
    if (hostdev_rom_line(r, wish))
        rendering_add_line(&inner, hostdev_rom_line(r, wish));
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
            r, i,
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

static const char no_balloon[] = "<memballoon model='none'/>";

/* In a file that somebody wrote there may have been none. */
static void add_first_devices(struct rendering *r, const char *ports,
                              const char *devices)
{
    struct str lines CLEANUP(str_free) = STR_INIT;
    struct str whole CLEANUP(str_free) = STR_INIT;

    if (*ports)
        rendering_add_line(&lines, ports);
    rendering_add_line(&lines, devices);
    rendering_add_wrapped(&whole, "<devices>", str_text(&lines), "</devices>");
    edit_insert(r->edit, r->root, xml_last_element(r->root), str_text(&whole));
}

/* New PCI devices, then the new USB devices, as lines of markup. */
static void add_devices(struct rendering *r, const char *usb)
{
    const xmlNode *devices = xml_child(r->root, "devices");
    bool has_ports = strstr(r->plan->domain->machine, "q35") != NULL;
    struct str ports CLEANUP(str_free) = STR_INIT;
    struct str lines CLEANUP(str_free) = STR_INIT;
    const xmlNode *after_ports, *after;
    unsigned bus = next_bus(r);
    bool is_pci;

    for (size_t i = 0; i < r->plan->host->pci.device_count; i++)
        if (is_new(r, i) && is_first_of_slot(r, i))
            add_slot(r, i, has_ports, &bus, &ports, &lines);
    is_pci = lines.length > 0;
    if (*usb)
        rendering_add_line(&lines, usb);
    if (!devices) {
        if (is_pci)
            rendering_add_line(&lines, no_balloon);
        add_first_devices(r, str_text(&ports), str_text(&lines));
        return;
    }
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

static void switch_balloon_off(struct rendering *r)
{
    const xmlNode *devices = xml_child(r->root, "devices");
    const xmlNode *balloon = xml_child(devices, "memballoon");

    if (!devices || xml_has(balloon, "model", "none"))
        return;
    if (balloon)
        edit_remove(r->edit, balloon); /* with its guest address */
    edit_insert(r->edit, devices, rendering_last(devices, all), no_balloon);
}

/* Adds "give 01:00.0 01:00.1" to a title, if there are any. */
static bool add_title(struct rendering *r, struct str *title, const char *verb,
                      bool (*is_one)(const struct rendering *r, size_t index))
{
    const struct pci *pci = &r->plan->host->pci;
    bool is_any = false;

    for (size_t i = 0; i < pci->device_count; i++) {
        if (!is_one(r, i))
            continue;
        str_addf(title, "%s%s %s", is_any || title->length == 0 ? "" : ", ",
                 is_any ? "" : verb, pci_short_address(&pci->devices[i]));
        is_any = true;
    }
    return is_any;
}

const char *device_render(struct rendering *r)
{
    struct str title CLEANUP(str_free) = STR_INIT;
    struct str usb CLEANUP(str_free) = STR_INIT;
    bool is_given = add_title(r, &title, _("give"), is_new);
    bool is_edited = add_title(r, &title, _("take back"), is_taken);

    is_edited |= add_title(r, &title, _("follow"), is_moved);
    is_edited |= add_title(r, &title, _("boot or ROM of"), is_told);
    usb_render(r, &title, &usb);
    if (title.length == 0)
        return NULL;
    if (is_edited)
        hostdev_edit(r);
    boot_render(r);
    if (is_given || usb.length > 0)
        add_devices(r, str_text(&usb));
    if (is_given)
        switch_balloon_off(r);
    return arena_strdup(r->arena, str_text(&title));
}
