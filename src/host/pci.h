/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's PCI functions and IOMMU groups, read with libpci.
 */
#ifndef HOST_PCI_H
#define HOST_PCI_H

#include "base/err.h"
#include "base/root.h"

#include <stdbool.h>
#include <stddef.h>

struct pci_device {
    const char *address; /* "0000:01:00.0" */
    unsigned class_code; /* 24 bits: class, subclass, programming interface */
    unsigned vendor, device, revision;
    unsigned subsystem_vendor, subsystem_device; /* 0 if unknown */
    const char *name;       /* vendor and device, from pci.ids */
    const char *class_name; /* "VGA compatible controller" */
    const char *driver;     /* NULL if none is bound */
    int group;              /* IOMMU group, or -1 */
    int node;               /* NUMA node, or -1 */
    bool is_boot_display;   /* boot_vga: the firmware's primary display */
};

struct iommu_group {
    unsigned id;
    const struct pci_device **devices;
    size_t device_count;
    /*
     * Whether VFIO would take the group as the drivers are bound now: every
     * member is unbound, held by a VFIO driver or pci-stub, or a bridge held
     * by pcieport (Documentation/driver-api/vfio.rst).
     */
    bool is_viable;
    const struct pci_device *culprit; /* the first member in the way, or NULL */
};

struct pci {
    struct pci_device *devices; /* sorted by address */
    size_t device_count;
    struct iommu_group *groups; /* sorted by id */
    size_t group_count;
    const char *problem; /* why devices could not be read, or NULL */
};

/*
 * Reads all functions beneath `root`. Never fails: what went wrong stands in
 * `pci->problem`, and what was read before is kept.
 */
void pci_probe(const struct root *root, struct arena *arena, struct pci *pci);

/* True for PCI bridges, host bridges, ISA bridges and the like (class 06). */
bool pci_is_bridge(const struct pci_device *device);

/* A short word for the class: "display", "audio", "nvme", "usb", ... */
const char *pci_kind(const struct pci_device *device);

/* The address without the domain if that is 0000: "01:00.0". */
const char *pci_short_address(const struct pci_device *device);

const struct pci_device *pci_find(const struct pci *pci, const char *address);

#endif
