/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes displays, frame buffers and connectors, gives what the host shows on
 * which PCI function. Never opens a display.
 */
#include "host/claim_look.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static bool is_display(const struct pci_device *device)
{
    return device->class_code >> 16 == 0x03;
}

/* Others that a guest's driver holds are no display of the host's. */
static void claim_displays(struct claim_look *look)
{
    const struct pci_device *only = NULL;
    size_t count = 0, held = 0;

    for (size_t i = 0; i < look->pci->device_count; i++) {
        const struct pci_device *device = &look->pci->devices[i];

        if (!is_display(device) || device->physical)
            continue;
        if (device->is_boot_display)
            claim_add(look, device, CLAIM_BOOT_DISPLAY,
                      pci_is_held_by_vfio(device) ? CLAIM_NOTE : CLAIM_REFUSE,
                      arena_printf(look->scratch,
                                   "/sys/bus/pci/devices/%s/boot_vga",
                                   device->address),
                      "It is the display that the firmware started with.");
        if (pci_is_held_by_vfio(device)) {
            held++;
            continue;
        }
        only = device;
        count++;
    }
    if (count == 1)
        claim_add(look, only, CLAIM_ONLY_DISPLAY, CLAIM_REFUSE,
                  "/sys/bus/pci/devices", "%s",
                  held ? _("It is the only display that is left to the host.")
                       : _("It is the host's only display."));
}

/* True if the kernel's consoles are on a frame buffer. */
static bool has_console(const struct claim_look *look)
{
    char **names =
        root_list(look->root, look->scratch, "sys/class/vtconsole", NULL);

    for (; names && *names; names++) {
        const char *directory =
            arena_printf(look->scratch, "sys/class/vtconsole/%s", *names);
        const char *name =
            root_read(look->root, look->scratch,
                      arena_printf(look->scratch, "%s/name", directory));
        unsigned long is_bound = 0;

        root_read_number(look->root,
                         arena_printf(look->scratch, "%s/bind", directory),
                         &is_bound);
        if (is_bound && name && strstr(name, "frame buffer"))
            return true;
    }
    return false;
}

static void claim_console(struct claim_look *look)
{
    char **names =
        root_list(look->root, look->scratch, "sys/class/graphics", NULL);
    bool is_used = names && has_console(look);

    for (; is_used && *names; names++) {
        struct claim_targets targets = {0};
        char *place = NULL;

        if (str_starts(*names, "fb"))
            place = root_read_target(
                look->root, look->scratch,
                arena_printf(look->scratch, "sys/class/graphics/%s", *names));
        if (place)
            claim_follow(look, place, &targets);
        for (size_t i = 0; i < targets.count; i++)
            if (!claim_has(look, targets.list[i], CLAIM_CONSOLE))
                claim_add(look, targets.list[i], CLAIM_CONSOLE, CLAIM_WARN,
                          "/sys/class/vtconsole",
                          "The host's text console is on it (%s).", *names);
    }
}

/* Connectors stand beneath sys/class/drm as card0-HDMI-A-1. */
static void claim_monitors(struct claim_look *look)
{
    char **names = root_list(look->root, look->scratch, "sys/class/drm", NULL);

    for (; names && *names; names++) {
        const char *connector = strchr(*names, '-');
        const char *path =
            arena_printf(look->scratch, "sys/class/drm/%s", *names);
        struct claim_targets targets = {0};
        const char *status, *place;

        if (!connector || !str_starts(*names, "card"))
            continue;
        status = root_read(look->root, look->scratch,
                           arena_printf(look->scratch, "%s/status", path));
        if (!status || strcmp(status, "connected") != 0)
            continue;
        place = root_read_target(look->root, look->scratch, path);
        if (place)
            claim_follow(look, place, &targets);
        for (size_t i = 0; i < targets.count; i++)
            claim_add(look, targets.list[i], CLAIM_MONITOR, CLAIM_NOTE,
                      "/sys/class/drm", "A monitor is connected to it (%s).",
                      connector + 1);
    }
}

void display_claim(struct claim_look *look)
{
    claim_displays(look);
    claim_console(look);
    claim_monitors(look);
}
