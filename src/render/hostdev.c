/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan and the PCI devices that the domain has, gives the edits of
 * their <hostdev>: gone, at another address, with another boot order or ROM.
 */
#include "render/hostdev.h"

#include "plan/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void move(struct rendering *r, const xmlNode *hostdev,
                 const struct pci_device *to)
{
    static const char *const names[] = {"domain", "bus", "slot", "function"};
    static const int digits[] = {4, 2, 2, 1};
    const xmlNode *source = xml_find(hostdev, "source/address");
    unsigned parts[4] = {0};

    sscanf(to->address, "%x:%x:%x.%x", &parts[0], &parts[1], &parts[2],
           &parts[3]);
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        char value[16];

        snprintf(value, sizeof(value), "0x%0*x", digits[i], parts[i]);
        if (parts[i] != 0 || xml_attribute(r->arena, source, names[i]))
            edit_attribute(r->edit, source, names[i], value);
    }
}

const char *hostdev_boot_line(struct rendering *r, unsigned order)
{
    return arena_printf(r->arena, "<boot order='%u'/>", order);
}

const char *hostdev_rom_line(struct rendering *r,
                             const struct device_wish *wish)
{
    struct str file CLEANUP(str_free) = STR_INIT;

    if (!wish->rom_file)
        return wish->rom_bar == ROM_BAR_DEFAULT
                   ? NULL
                   : arena_printf(r->arena, "<rom bar='%s'/>",
                                  device_rom(wish));
    edit_add_escaped(&file, wish->rom_file);
    return arena_printf(r->arena, "<rom file='%s'/>", str_text(&file));
}

/* Boot order and ROM of a <hostdev> that stays, where the wish differs. */
static void tell(struct rendering *r, const xmlNode *hostdev, size_t index)
{
    const struct device_wish *wish = &r->plan->wishes[index];
    const xmlNode *boot = xml_child(hostdev, "boot");
    const xmlNode *rom = xml_child(hostdev, "rom");
    struct device_wish own = {0};
    struct str lines CLEANUP(str_free) = STR_INIT;

    device_own_wish(r->plan, index, &own);
    if (wish->boot != own.boot) {
        if (boot && wish->boot > 0)
            edit_attribute(r->edit, boot, "order",
                           arena_printf(r->arena, "%u", wish->boot));
        else if (boot)
            edit_remove(r->edit, boot);
        else
            rendering_add_line(&lines, hostdev_boot_line(r, wish->boot));
    }
    if (strcmp(device_rom(wish), device_rom(&own)) != 0) {
        if (rom)
            edit_remove(r->edit, rom);
        if (hostdev_rom_line(r, wish))
            rendering_add_line(&lines, hostdev_rom_line(r, wish));
    }
    if (lines.length > 0)
        edit_insert(r->edit, hostdev, xml_child(hostdev, "source"),
                    str_text(&lines));
    free(own.rom_file);
}

/* What the domain has already: some go, some moved, some are told more. */
void hostdev_edit(struct rendering *r)
{
    const xmlNode *devices = xml_child(r->root, "devices");
    size_t count = 0;

    for (const xmlNode *node = xml_child(devices, "hostdev"); node;
         node = xml_next(node)) {
        const char *address = domain_pci_address(r->arena, node);
        long to = address ? r->plan->moves[count++] : -1;
        long index = to >= 0   ? to
                     : address ? device_find(r->plan->host, address)
                               : -1;

        if (index < 0)
            continue;
        if (!r->plan->is_given[index]) {
            edit_remove(r->edit, node);
            continue;
        }
        if (to >= 0)
            move(r, node, &r->plan->host->pci.devices[to]);
        tell(r, node, (size_t)index);
    }
}
