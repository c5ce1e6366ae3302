/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The USB devices that are plugged in now (Documentation/ABI/testing/
 * sysfs-bus-usb), and what the host would lose with each.
 */
#ifndef HOST_USB_H
#define HOST_USB_H

#include "host/claim.h"

struct usb_device {
    const char *port; /* the kernel's name of the place, "1-4.2" */
    unsigned vendor, product;
    unsigned bus, number; /* number changes whenever it is plugged in */
    const char *name;     /* what it calls itself; printable */
    bool has_twin;        /* another one has this vendor and product */
    const struct pci_device *controller; /* NULL: not known */
    /* The gravest use that the host has for it; text is NULL if none. */
    struct claim claim;
};

struct usb {
    struct usb_device *devices; /* in order of their places */
    size_t count;
    bool is_known; /* false: they could not be read */
};

/*
 * Reads all devices but hubs; `pci` must outlive `usb`. Never fails: what
 * vanishes meanwhile is left out.
 */
void usb_probe(const struct root *root, struct arena *arena,
               const struct pci *pci, struct usb *usb);

#endif
