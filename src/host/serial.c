/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes PCI functions, gives their serial numbers. The one of PCI Express is
 * an extended capability (PCI Express Base Specification, 7.9.3), which the
 * kernel shows to root alone.
 */
#include "host/serial.h"

#include "base/str.h"

#include <linux/pci_regs.h>
#include <stdint.h>
#include <string.h>

enum { CONFIG_BASIC = 256, CONFIG_ALL = 4096, CAPABILITIES_MAX = 64 };

static uint32_t word_at(const unsigned char *config, unsigned at)
{
    return (uint32_t)config[at] | (uint32_t)config[at + 1] << 8 |
           (uint32_t)config[at + 2] << 16 | (uint32_t)config[at + 3] << 24;
}

/* The capability's place, or 0. A list that runs in a circle ends, too. */
static unsigned find_capability(const unsigned char *config, size_t size)
{
    unsigned at = CONFIG_BASIC;

    for (int i = 0; i < CAPABILITIES_MAX; i++) {
        uint32_t header;

        if (at < CONFIG_BASIC || at + 12 > size)
            return 0;
        header = word_at(config, at);
        if (PCI_EXT_CAP_ID(header) == PCI_EXT_CAP_ID_DSN)
            return at;
        at = PCI_EXT_CAP_NEXT(header);
    }
    return 0;
}

static const char *read_config(const struct root *root, struct arena *arena,
                               const struct pci_device *device)
{
    unsigned char config[CONFIG_ALL];
    const char *path =
        arena_printf(arena, "sys/bus/pci/devices/%s/config", device->address);
    size_t size = root_read_bytes(root, path, config, sizeof(config));
    unsigned at = find_capability(config, size);

    /* All zeros or all ones is no number. */
    if (at == 0 ||
        (word_at(config, at + 4) + 1 <= 1 && word_at(config, at + 8) + 1 <= 1))
        return NULL;
    return arena_printf(arena, "%08x%08x", word_at(config, at + 8),
                        word_at(config, at + 4));
}

static const char *read_nvme(const struct root *root, struct arena *arena,
                             const struct pci_device *device)
{
    const char *directory =
        arena_printf(arena, "sys/bus/pci/devices/%s/nvme", device->address);
    char **names = root_list(root, arena, directory, NULL);
    char *text = names && names[0]
                     ? root_read(root, arena,
                                 arena_printf(arena, "%s/%s/serial", directory,
                                              names[0]))
                     : NULL;
    char *printable CLEANUP(mem_free) = str_printable(text ? text : "");

    text = str_trim(printable);
    return *text ? arena_strdup(arena, text) : NULL;
}

void serial_probe(const struct root *root, struct arena *arena, struct pci *pci)
{
    for (size_t i = 0; i < pci->device_count; i++) {
        struct pci_device *device = &pci->devices[i];

        if (pci_role(device, device) != PCI_ROLE_GUEST)
            continue;
        /* The number of PCI Express is there whoever has the device. */
        device->serial = read_config(root, arena, device);
        if (!device->serial && device->class_code >> 8 == 0x0108)
            device->serial = read_nvme(root, arena, device);
    }
}
