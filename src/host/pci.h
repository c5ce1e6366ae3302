/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's PCI functions and IOMMU groups, read with libpci and sysfs
 * (Documentation/ABI/testing/sysfs-bus-pci), and what becomes of a function
 * when another one of its group is given to a guest. What the host would lose
 * by that stands in host/claim.h.
 */
#ifndef HOST_PCI_H
#define HOST_PCI_H

#include "base/err.h"
#include "base/root.h"

#include <stdbool.h>
#include <stddef.h>

/* Functions of one slot. */
enum { PCI_FUNCTIONS = 8 };

struct pci_device {
    const char *address; /* "0000:01:00.0", "10000:e1:00.0" behind a VMD */
    unsigned class_code; /* 24 bits: class, subclass, programming interface */
    unsigned vendor, device, revision;
    unsigned subsystem_vendor, subsystem_device; /* 0 if unknown */
    const char *name;       /* vendor and device, from pci.ids */
    const char *class_name; /* "VGA compatible controller" */
    const char *driver;     /* NULL if none is bound */
    int group;              /* IOMMU group, or -1 */
    int node;               /* NUMA node, or -1 */
    bool is_boot_display;   /* boot_vga: the firmware's primary display */
    /* The function in front of it, a bridge; NULL on a root bus. */
    const char *parent;
    const char *physical; /* SR-IOV: whose virtual function it is, or NULL */
    unsigned virtual_count, virtual_limit; /* SR-IOV: sriov_numvfs, _totalvfs */
    bool has_reset;                        /* a file "reset" is there */
    /* The kernel's ways to reset it, "flr bus" (Linux 5.15), or NULL. */
    const char *reset_methods;
    /* What tells it from others of its model (host/serial.h), or NULL. */
    const char *serial;
    bool has_mediated; /* mdev_supported_types: it can be shared by guests */
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

/* What becomes of a function when one of its group is given to a guest. */
enum pci_role {
    PCI_ROLE_HOST,   /* of another group: stays with the host */
    PCI_ROLE_GUEST,  /* is assigned */
    PCI_ROLE_ALONG,  /* leaves its host driver, but is not assigned */
    PCI_ROLE_BRIDGE, /* stays as it is: VFIO needs nothing of it */
};

/*
 * Reads all functions beneath `root`. Never fails: a function that cannot be
 * read (it may just have vanished) is left out, that stands in
 * `pci->problem`, and all others are kept. Without pci.ids names are numbers;
 * beneath another root than "/", usr/share/misc/pci.ids there comes first.
 */
void pci_probe(const struct root *root, struct arena *arena, struct pci *pci);

/* True for PCI bridges, host bridges, ISA bridges and the like (class 06). */
bool pci_is_bridge(const struct pci_device *device);

/* A short word for the class: "display", "audio", "nvme", "usb", ... */
const char *pci_kind(const struct pci_device *device);

/*
 * How it is shared, in words: "virtual function of 03:00.0", "4 of 64 virtual
 * functions", "guests can share it by mediated devices"; "" if it is not. The
 * text is cut at `size`.
 */
void pci_describe_sharing(const struct pci_device *device, char *text,
                          size_t size);

/* The address without the domain if that is 0000: "01:00.0". */
const char *pci_short_address(const struct pci_device *device);

/* True if these bytes are a full address: 4 to 8 digits of a domain first. */
bool pci_is_address(const char *text, size_t length);

/* The function of this full address, or NULL; in logarithmic time. */
const struct pci_device *pci_find(const struct pci *pci, const char *address);

/* True if its driver keeps VFIO from the group: see iommu_group.is_viable. */
bool pci_is_in_the_way(const struct pci_device *device);

/* True if a VFIO driver (vfio-pci or a variant of it) holds the function. */
bool pci_is_held_by_vfio(const struct pci_device *device);

/*
 * The role of `member` when `chosen` goes to the guest: itself and the others
 * of its set are assigned; what no guest has a use for (RAM controllers, ISA
 * bridges, SMBus, flash, dummy functions) goes along. Asked of a function
 * itself it tells whether it can be chosen at all.
 */
enum pci_role pci_role(const struct pci_device *chosen,
                       const struct pci_device *member);

/* "host", "guest", "along", "bridge" */
const char *pci_role_name(enum pci_role role);

/*
 * The functions that make one card with `device`, itself among them, sorted
 * by address: those of its slot that share its group, and for a display those
 * of the same vendor in any group (GPU, audio, USB-C, UCSI). Bridges and
 * virtual functions are in no set. On a root bus functions of one slot just
 * share a number, so each is alone. Gives their count, at least 1.
 */
size_t pci_function_set(const struct pci *pci, const struct pci_device *device,
                        const struct pci_device *set[PCI_FUNCTIONS]);

#endif
