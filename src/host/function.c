/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes PCI functions, gives what lies in themselves: virtual functions and
 * mediated devices that go with them, no way to reset them or a known bad one,
 * and others of the same identity. Resets nothing.
 */
#include "host/claim_look.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Graphics that do not come back from a reset by bus, so that a guest starts
 * once and then not again until the host does: the models that the module
 * vendor-reset was written for (its README and device table,
 * https://github.com/gnif/vendor-reset). A range stands for the models of that
 * family in it.
 */
static const struct trouble {
    unsigned vendor, first, last;
    const char *family;
} troubles[] = {
    {0x1002, 0x67c0, 0x67df, "Polaris 10"},
    {0x1002, 0x6fdf, 0x6fdf, "Polaris 20"},
    {0x1002, 0x67e0, 0x67ff, "Polaris 11"},
    {0x1002, 0x6980, 0x699f, "Polaris 12"},
    {0x1002, 0x6860, 0x687f, "Vega 10"},
    {0x1002, 0x66a0, 0x66af, "Vega 20"},
    {0x1002, 0x7310, 0x731f, "Navi 10"},
    {0x1002, 0x7340, 0x734f, "Navi 14"},
    {0x1002, 0x7360, 0x7362, "Navi 12"},
    {0x1002, 0x738c, 0x738c, "Arcturus"},
    {0x1002, 0x73ff, 0x73ff, "Navi 23"},
};

static const char *place_of(const struct claim_look *look,
                            const struct pci_device *device, const char *file)
{
    return arena_printf(look->scratch, "/sys/bus/pci/devices/%s/%s",
                        device->address, file);
}

static void claim_virtual(struct claim_look *look,
                          const struct pci_device *device)
{
    if (device->virtual_count > 0)
        claim_add(look, device, CLAIM_VIRTUAL, CLAIM_WARN,
                  place_of(look, device, "sriov_numvfs"),
                  device->virtual_count == 1
                      ? "Its %u virtual function goes away with it."
                      : "Its %u virtual functions go away with it.",
                  device->virtual_count);
}

static bool has_reset(const struct pci_device *device)
{
    return device->reset_methods ? *device->reset_methods != '\0'
                                 : device->has_reset;
}

/*
 * On the running host a missing file means no reset. In a copy in which no
 * function has one, it is the files that are missing.
 */
static void claim_resets(struct claim_look *look)
{
    bool is_any = root_is_host(look->root);

    for (size_t i = 0; i < look->pci->device_count; i++)
        is_any = is_any || look->pci->devices[i].reset_methods ||
                 look->pci->devices[i].has_reset;
    if (!is_any) {
        claim_add_unknown(look, CLAIM_RESET, "/sys/bus/pci/devices",
                          "Whether it can be reset is unknown: no function "
                          "here has a file that tells.");
        return;
    }
    for (size_t i = 0; i < look->pci->device_count; i++) {
        const struct pci_device *device = &look->pci->devices[i];

        if (!has_reset(device) && pci_role(device, device) == PCI_ROLE_GUEST)
            claim_add(look, device, CLAIM_RESET, CLAIM_WARN,
                      place_of(look, device, "reset_method"),
                      "The kernel knows no way to reset it, so a guest may "
                      "fail to start with it a second time.");
    }
}

static void claim_trouble(struct claim_look *look,
                          const struct pci_device *device)
{
    bool is_cured = device->reset_methods &&
                    str_starts(device->reset_methods, "device_specific");

    if (device->class_code >> 16 != 0x03)
        return;
    for (size_t i = 0; i < ARRAY_SIZE(troubles); i++)
        if (device->vendor == troubles[i].vendor &&
            device->device >= troubles[i].first &&
            device->device <= troubles[i].last)
            claim_add(
                look, device, CLAIM_TROUBLE, is_cured ? CLAIM_NOTE : CLAIM_WARN,
                place_of(look, device, "device"),
                is_cured ? "%s does not reset well, but has a reset of its "
                           "own here (device_specific)."
                         : "%s does not reset well: a guest may start only "
                           "once. The module vendor-reset helps.",
                troubles[i].family);
}

static int compare_identities(const void *a, const void *b)
{
    const struct pci_device *x = *(const struct pci_device *const *)a;
    const struct pci_device *y = *(const struct pci_device *const *)b;

    if (x->vendor != y->vendor)
        return x->vendor < y->vendor ? -1 : 1;
    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    return x < y ? -1 : x > y;
}

static bool is_same(const struct pci_device *x, const struct pci_device *y)
{
    return x->vendor == y->vendor && x->device == y->device;
}

static void claim_identity(struct claim_look *look,
                           const struct pci_device *device,
                           const struct pci_device *other, size_t others)
{
    const char *who = pci_short_address(other);

    if (others > 1)
        who = arena_printf(look->scratch, "%s and %zu more", who, others - 1);
    claim_add(look, device, CLAIM_IDENTITY, CLAIM_NOTE,
              place_of(look, device, "device"),
              text_plural("%s has the same identity, %04x:%04x, so "
                          "vfio-pci.ids= would take both.",
                          "%s have the same identity, %04x:%04x, so "
                          "vfio-pci.ids= would take them all.",
                          others),
              who, device->vendor, device->device);
}

/* Only what can go to a guest matters, on both sides. */
static void claim_identities(struct claim_look *look)
{
    const struct pci_device **sorted = arena_alloc(
        look->scratch, look->pci->device_count + 1, sizeof(*sorted));
    size_t count = 0;

    for (size_t i = 0; i < look->pci->device_count; i++)
        if (pci_role(&look->pci->devices[i], &look->pci->devices[i]) ==
            PCI_ROLE_GUEST)
            sorted[count++] = &look->pci->devices[i];
    if (count > 0)
        qsort(sorted, count, sizeof(*sorted), compare_identities);
    for (size_t i = 0, same; i < count; i += same) {
        same = 1;
        while (i + same < count && is_same(sorted[i], sorted[i + same]))
            same++;
        for (size_t j = 0; same > 1 && j < same; j++)
            claim_identity(look, sorted[i + j],
                           j == 0 ? sorted[i + 1] : sorted[i], same - 1);
    }
}

/* Mediated devices (Documentation/driver-api/vfio-mediated-device.rst). */
static void claim_mediated(struct claim_look *look)
{
    char **names =
        root_list(look->root, look->scratch, "sys/bus/mdev/devices", NULL);

    for (; names && *names; names++) {
        struct claim_targets targets = {0};
        const char *place = root_read_target(
            look->root, look->scratch,
            arena_printf(look->scratch, "sys/bus/mdev/devices/%s", *names));

        if (place)
            claim_follow(look, place, &targets);
        for (size_t i = 0; i < targets.count; i++)
            if (!claim_has(look, targets.list[i], CLAIM_GUEST))
                claim_add(look, targets.list[i], CLAIM_GUEST, CLAIM_WARN,
                          "/sys/bus/mdev/devices",
                          "Guests share it by mediated devices (%s).", *names);
    }
}

void function_claim(struct claim_look *look)
{
    for (size_t i = 0; i < look->pci->device_count; i++) {
        claim_virtual(look, &look->pci->devices[i]);
        claim_trouble(look, &look->pci->devices[i]);
    }
    claim_mediated(look);
    claim_resets(look);
    claim_identities(look);
}
