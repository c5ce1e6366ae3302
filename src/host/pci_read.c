/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a root directory, gives its PCI functions. libpci ends the program on
 * its errors unless told otherwise; here they end the reading of one function
 * and become a sentence. Never writes.
 */
#include "host/pci_read.h"

#include "base/str.h"
#include "base/text.h"

#include <pci/pci.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEVICES "sys/bus/pci/devices"

static jmp_buf call_failed;
static char call_message[256];

static void on_error(char *format, ...)
    __attribute__((format(printf, 1, 2), noreturn));

static void on_error(char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(call_message, sizeof(call_message), format, arguments);
    va_end(arguments);
    longjmp(call_failed, 1);
}

static void on_message(char *format, ...)
{
    (void)format;
}

struct reader {
    const struct root *root;
    struct arena *arena;
    struct pci *pci;
    struct root *entries; /* sys/bus/pci/devices */
    struct pci_access *access;
    unsigned failures;
};

/*
 * The calls of libpci that may fail, one function each, so that no local
 * variable lives over the jump.
 */
static bool call_init(struct pci_access *access)
{
    if (setjmp(call_failed) != 0)
        return false;
    pci_init(access);
    return true;
}

/* A broken list names what it has up to the fault. */
static void call_load_names(struct pci_access *access)
{
    if (setjmp(call_failed) == 0)
        pci_load_name_list(access);
}

static bool call_fill(struct pci_dev *dev)
{
    if (setjmp(call_failed) != 0)
        return false;
    pci_fill_info(dev, PCI_FILL_IDENT | PCI_FILL_CLASS | PCI_FILL_CLASS_EXT |
                           PCI_FILL_SUBSYS | PCI_FILL_NUMA_NODE);
    return true;
}

static const char *call_name(struct pci_access *access, char *buffer, int size,
                             int flags, int a, int b)
{
    if (setjmp(call_failed) != 0)
        return NULL;
    return pci_lookup_name(access, buffer, size, flags | PCI_LOOKUP_NO_HWDB, a,
                           b);
}

static const char *lookup(const struct reader *reader, int flags, int a, int b)
{
    char buffer[256];
    const char *name =
        call_name(reader->access, buffer, sizeof(buffer), flags, a, b);
    char *printable CLEANUP(mem_free) = str_printable(name ? name : "");

    return arena_strdup(reader->arena, printable);
}

static unsigned read_count(const struct root *place, const char *file)
{
    unsigned long number = 0;

    root_read_number(place, file, &number);
    return number > 0xffff ? 0xffff : (unsigned)number;
}

/* The last component but one of the canonical place, if it is a function. */
static const char *read_parent(const struct reader *reader,
                               const struct pci_device *device)
{
    char *target =
        root_read_target(reader->entries, reader->arena, device->address);
    char *slash = target ? strrchr(target, '/') : NULL;

    if (!slash)
        return NULL;
    *slash = '\0';
    slash = strrchr(target, '/');
    return slash && pci_is_address(slash + 1, strlen(slash + 1)) ? slash + 1
                                                                 : NULL;
}

/* What libpci does not know, or asks of the whole path. */
static void read_files(const struct reader *reader, struct pci_device *device)
{
    char path[64];
    struct root *place;
    struct arena *arena = reader->arena;
    const char *group;
    unsigned long number;

    snprintf(path, sizeof(path), DEVICES "/%s", device->address);
    place = root_enter(reader->root, path);
    device->group = -1;
    if (!place)
        return; /* it is gone */
    group = root_read_link(place, arena, "iommu_group");
    if (group && str_number(group, 0x7fffffff, &number))
        device->group = (int)number;
    device->driver = root_read_link(place, arena, "driver");
    device->is_boot_display =
        device->class_code >> 16 == 0x03 && read_count(place, "boot_vga") > 0;
    device->parent = read_parent(reader, device);
    device->physical = root_read_link(place, arena, "physfn");
    device->virtual_limit = read_count(place, "sriov_totalvfs");
    if (device->virtual_limit > 0)
        device->virtual_count = read_count(place, "sriov_numvfs");
    /* Graphics and accelerators, channels of network cards. */
    device->has_mediated =
        (device->class_code >> 16 == 0x03 || device->class_code >> 16 == 0x12 ||
         device->virtual_limit > 0) &&
        root_exists(place, "mdev_supported_types");
    device->reset_methods = root_read(place, arena, "reset_method");
    if (!device->reset_methods) /* before Linux 5.15 */
        device->has_reset = root_exists(place, "reset");
    root_free(place);
}

static bool read_device(struct reader *reader, unsigned domain, unsigned bus,
                        unsigned slot, unsigned function)
{
    struct pci_device *device =
        &reader->pci->devices[reader->pci->device_count];
    struct pci_dev *dev = pci_get_dev(reader->access, (int)domain, (int)bus,
                                      (int)slot, (int)function);

    if (!call_fill(dev)) {
        pci_free_dev(dev);
        return false;
    }
    device->address = arena_printf(reader->arena, "%04x:%02x:%02x.%x", domain,
                                   bus, slot, function);
    device->class_code = (unsigned)dev->device_class << 8 | dev->prog_if;
    device->vendor = dev->vendor_id;
    device->device = dev->device_id;
    device->revision = dev->rev_id;
    device->subsystem_vendor = dev->subsys_vendor_id;
    device->subsystem_device = dev->subsys_id;
    device->node = dev->numa_node;
    device->name = lookup(reader, PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE,
                          dev->vendor_id, dev->device_id);
    device->class_name = lookup(reader, PCI_LOOKUP_CLASS, dev->device_class, 0);
    pci_free_dev(dev);
    read_files(reader, device);
    reader->pci->device_count++;
    return true;
}

/* The name of an entry is its address, checked before. */
static bool read_entry(struct reader *reader, const char *name)
{
    char *at;
    unsigned long domain = strtoul(name, &at, 16);
    unsigned long bus = strtoul(at + 1, &at, 16);
    unsigned long slot = strtoul(at + 1, &at, 16);
    unsigned long function = strtoul(at + 1, &at, 16);

    return read_device(reader, (unsigned)domain, (unsigned)bus, (unsigned)slot,
                       (unsigned)function);
}

static void read_all(struct reader *reader)
{
    size_t count = 0;
    char **names = root_list(reader->root, reader->arena, DEVICES, &count);

    reader->pci->devices =
        arena_alloc(reader->arena, count + 1, sizeof(*reader->pci->devices));
    for (size_t i = 0; names && i < count; i++) {
        /* libpci keeps a domain in an int. */
        if (!pci_is_address(names[i], strlen(names[i])) ||
            strtoul(names[i], NULL, 16) > 0x7fffffff) {
            snprintf(call_message, sizeof(call_message),
                     _("%.64s is no address"), names[i]);
            reader->failures++;
        } else if (!read_entry(reader, names[i])) {
            reader->failures++;
        }
    }
}

/* Where the names are that belong to the root, or NULL for libpci's own. */
static char *find_names(const struct root *root, struct arena *arena)
{
    static const char *const places[] = {"usr/share/misc/pci.ids",
                                         "usr/share/hwdata/pci.ids"};

    for (size_t i = 0; i < ARRAY_SIZE(places); i++)
        if (!root_is_host(root) && root_exists(root, places[i]))
            return arena_printf(arena, "%s/%s", root_path(root), places[i]);
    return NULL;
}

/* What went wrong, once all has been tried. */
static const char *describe_failures(const struct reader *reader)
{
    char *printable CLEANUP(mem_free) = str_printable(call_message);

    if (reader->pci->device_count == 0)
        return arena_printf(reader->arena, "libpci says: %s", printable);
    return arena_printf(reader->arena,
                        "%u of them are left out, the last because: %s",
                        reader->failures, printable);
}

void pci_read(const struct root *root, struct arena *arena, struct pci *pci)
{
    struct reader reader = {
        .root = root,
        .arena = arena,
        .pci = pci,
        .entries = root_enter(root, DEVICES),
    };
    struct pci_access *access = pci_alloc();
    char *path = arena_printf(arena, "%s%ssys/bus/pci", root_path(root),
                              root_is_host(root) ? "" : "/");
    char *names = find_names(root, arena);

    reader.access = access;
    access->error = on_error;
    access->warning = on_message;
    access->debug = on_message;
    access->method = PCI_ACCESS_SYS_BUS_PCI;
    pci_set_param(access, (char *)"sysfs.path", path);
    if (names)
        pci_set_name_list_path(access, names, 0);
    if (reader.entries && call_init(access)) {
        call_load_names(access);
        read_all(&reader);
    } else {
        reader.failures++;
    }
    pci_cleanup(access);
    root_free(reader.entries);
    if (reader.failures > 0)
        pci->problem = describe_failures(&reader);
}
