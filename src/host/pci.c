/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a root directory, gives PCI functions and their IOMMU groups. libpci
 * ends the program on its errors unless told otherwise; here they end the
 * scan and become a sentence.
 */
#include "host/pci.h"

#include "base/str.h"

#include <pci/pci.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static jmp_buf scan_failed;
static char scan_message[256];

static void on_error(char *format, ...)
    __attribute__((format(printf, 1, 2), noreturn));

static void on_error(char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(scan_message, sizeof(scan_message), format, arguments);
    va_end(arguments);
    longjmp(scan_failed, 1);
}

static void on_message(char *format, ...)
{
    (void)format;
}

static const char *lookup(struct pci_access *access, struct arena *arena,
                          int flags, int a, int b)
{
    char buffer[256];
    const char *name = pci_lookup_name(access, buffer, sizeof(buffer),
                                       flags | PCI_LOOKUP_NO_HWDB, a, b);
    char *printable CLEANUP(mem_free) = str_printable(name ? name : "");

    return arena_strdup(arena, printable);
}

static const char *text_property(struct arena *arena, struct pci_dev *dev,
                                 unsigned property)
{
    const char *text = pci_get_string_property(dev, property);

    return text ? arena_strdup(arena, text) : NULL;
}

static void read_device(const struct root *root, struct arena *arena,
                        struct pci_access *access, struct pci_dev *dev,
                        struct pci_device *device)
{
    const char *group;
    unsigned long number;
    char path[96];

    pci_fill_info(dev, PCI_FILL_IDENT | PCI_FILL_CLASS | PCI_FILL_CLASS_EXT |
                           PCI_FILL_SUBSYS | PCI_FILL_NUMA_NODE |
                           PCI_FILL_DRIVER | PCI_FILL_IOMMU_GROUP);
    device->address =
        arena_printf(arena, "%04x:%02x:%02x.%x", (unsigned)dev->domain,
                     dev->bus, dev->dev, dev->func);
    device->class_code = (unsigned)dev->device_class << 8 | dev->prog_if;
    device->vendor = dev->vendor_id;
    device->device = dev->device_id;
    device->revision = dev->rev_id;
    device->subsystem_vendor = dev->subsys_vendor_id;
    device->subsystem_device = dev->subsys_id;
    device->node = dev->numa_node;
    device->driver = text_property(arena, dev, PCI_FILL_DRIVER);
    group = text_property(arena, dev, PCI_FILL_IOMMU_GROUP);
    device->group =
        group && str_number(group, 0x7fffffff, &number) ? (int)number : -1;
    device->name = lookup(access, arena, PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE,
                          dev->vendor_id, dev->device_id);
    device->class_name =
        lookup(access, arena, PCI_LOOKUP_CLASS, dev->device_class, 0);
    snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/boot_vga",
             device->address);
    device->is_boot_display = root_read_number(root, path, &number) && number;
}

static int compare_devices(const void *a, const void *b)
{
    const struct pci_device *x = a, *y = b;
    size_t x_length = strlen(x->address), y_length = strlen(y->address);

    if (x_length != y_length) /* a domain of more than four digits */
        return x_length < y_length ? -1 : 1;
    return strcmp(x->address, y->address);
}

static void read_all(const struct root *root, struct arena *arena,
                     struct pci_access *access, struct pci *pci)
{
    size_t count = 0;

    pci_init(access);
    pci_scan_bus(access);
    for (struct pci_dev *dev = access->devices; dev; dev = dev->next)
        count++;
    pci->devices = arena_alloc(arena, count + 1, sizeof(*pci->devices));
    for (struct pci_dev *dev = access->devices; dev; dev = dev->next) {
        read_device(root, arena, access, dev, &pci->devices[pci->device_count]);
        pci->device_count++;
    }
}

/* What was read before an error is kept: no local lives over the jump. */
static void scan(const struct root *root, struct arena *arena,
                 struct pci_access *access, struct pci *pci)
{
    char *path = arena_printf(arena, "%s%ssys/bus/pci", root_path(root),
                              root_is_host(root) ? "" : "/");

    access->error = on_error;
    access->warning = on_message;
    access->debug = on_message;
    access->method = PCI_ACCESS_SYS_BUS_PCI;
    pci_set_param(access, (char *)"sysfs.path", path);
    if (setjmp(scan_failed) == 0) {
        read_all(root, arena, access, pci);
    } else {
        char *printable CLEANUP(mem_free) = str_printable(scan_message);

        pci->problem = arena_printf(arena, "libpci says: %s", printable);
    }
}

static bool is_in_the_way(const struct pci_device *device)
{
    const char *driver = device->driver;

    if (!driver || strstr(driver, "vfio") || strcmp(driver, "pci-stub") == 0)
        return false;
    return !(device->class_code >> 8 == 0x0604 &&
             strcmp(driver, "pcieport") == 0);
}

static int compare_by_group(const void *a, const void *b)
{
    const struct pci_device *x = *(const struct pci_device *const *)a;
    const struct pci_device *y = *(const struct pci_device *const *)b;

    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return compare_devices(x, y);
}

/* One sorted list of devices; each group is a stretch of it. */
static void collect_groups(struct arena *arena, struct pci *pci)
{
    const struct pci_device **sorted =
        arena_alloc(arena, pci->device_count + 1, sizeof(*sorted));
    struct iommu_group *group = NULL;

    for (size_t i = 0; i < pci->device_count; i++)
        sorted[i] = &pci->devices[i];
    qsort(sorted, pci->device_count, sizeof(*sorted), compare_by_group);
    pci->groups =
        arena_alloc(arena, pci->device_count + 1, sizeof(*pci->groups));
    for (size_t i = 0; i < pci->device_count; i++) {
        const struct pci_device *device = sorted[i];

        if (device->group < 0)
            continue;
        if (!group || group->id != (unsigned)device->group) {
            group = &pci->groups[pci->group_count++];
            group->id = (unsigned)device->group;
            group->is_viable = true;
            group->devices = &sorted[i];
        }
        group->device_count++;
        if (group->is_viable && is_in_the_way(device)) {
            group->is_viable = false;
            group->culprit = device;
        }
    }
}

void pci_probe(const struct root *root, struct arena *arena, struct pci *pci)
{
    struct pci_access *access;

    *pci = (struct pci){0};
    if (!root_exists(root, "sys/bus/pci/devices")) {
        pci->devices = arena_alloc(arena, 1, sizeof(*pci->devices));
        pci->groups = arena_alloc(arena, 1, sizeof(*pci->groups));
        pci->problem = "there is no sys/bus/pci/devices";
        return;
    }
    access = pci_alloc();
    scan(root, arena, access, pci);
    pci_cleanup(access);
    if (pci->device_count > 0)
        qsort(pci->devices, pci->device_count, sizeof(*pci->devices),
              compare_devices);
    collect_groups(arena, pci);
}

bool pci_is_bridge(const struct pci_device *device)
{
    return device->class_code >> 16 == 0x06;
}

const char *pci_kind(const struct pci_device *device)
{
    static const struct {
        unsigned code, mask;
        const char *name;
    } kinds[] = {
        {0x030000, 0xff0000, "display"},  {0x040300, 0xffff00, "audio"},
        {0x0c0300, 0xffff00, "usb"},      {0x010800, 0xffff00, "nvme"},
        {0x010600, 0xffff00, "sata"},     {0x010000, 0xff0000, "storage"},
        {0x020000, 0xffff00, "ethernet"}, {0x020000, 0xff0000, "network"},
        {0x060000, 0xffff00, "host"},     {0x060100, 0xffff00, "isa"},
        {0x060400, 0xffff00, "bridge"},   {0x060000, 0xff0000, "bridge"},
        {0x0c0500, 0xffff00, "smbus"},    {0x0c8000, 0xffff00, "serial"},
        {0x050000, 0xff0000, "memory"},   {0x078000, 0xffff00, "comm"},
        {0x070000, 0xff0000, "comm"},     {0x080000, 0xff0000, "system"},
        {0x040000, 0xff0000, "audio"},    {0x100000, 0xff0000, "crypto"},
        {0x110000, 0xff0000, "signal"},   {0x0d0000, 0xff0000, "wireless"},
        {0x120000, 0xff0000, "accel"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if ((device->class_code & kinds[i].mask) == kinds[i].code)
            return kinds[i].name;
    return "other";
}

const char *pci_short_address(const struct pci_device *device)
{
    return str_starts(device->address, "0000:") ? device->address + 5
                                                : device->address;
}

const struct pci_device *pci_find(const struct pci *pci, const char *address)
{
    for (size_t i = 0; i < pci->device_count; i++)
        if (strcmp(pci->devices[i].address, address) == 0)
            return &pci->devices[i];
    return NULL;
}
