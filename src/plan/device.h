/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCI devices of the host that go to the guest. A device is named by its
 * index in host->pci.devices.
 */
#ifndef PLAN_DEVICE_H
#define PLAN_DEVICE_H

#include "plan/plan.h"

/* The greatest place in the boot order. */
enum { BOOT_MAX = 99 };

/* What a member of an IOMMU group does when the plan is applied. */
enum device_role {
    DEVICE_HOST,   /* stays with the host */
    DEVICE_GUEST,  /* goes to the guest */
    DEVICE_ALONG,  /* no host driver has it: does not stand in the way */
    DEVICE_BRIDGE, /* stays, and does not stand in the way */
    DEVICE_BLOCKS, /* a host driver has it, and its group goes to the guest */
};

/* True if the domain has the device now. */
bool device_is_in_domain(const struct domain *domain,
                         const struct pci_device *device);

/* True if these plans wish the same of the host's PCI and USB devices. */
bool device_same(const struct plan *a, const struct plan *b);

/* Makes a wish as the domain has it; what the wish held is freed. */
void device_wish_as(struct device_wish *wish,
                    const struct domain_hostdev *hostdev);

/* The wish of which the domain's own, or a new, <hostdev> tells; free it. */
void device_own_wish(const struct plan *plan, size_t index,
                     struct device_wish *wish);

/* Why the firmware cannot boot from it: a sentence, or NULL if it can. */
const char *device_boot_obstacle(const struct plan *plan, size_t index);

/*
 * Gives it a place in the boot order (0: none); another given device that has
 * this place gets the next one.
 */
void device_set_boot(struct plan *plan, size_t index, unsigned order);

/*
 * What of its ROM the guest sees: "default", "on", "off", or the absolute path
 * of a file. False if it is none of these.
 */
bool device_set_rom(struct plan *plan, size_t index, const char *text);

/* The same word of what is wished; the path is borrowed. */
const char *device_rom(const struct device_wish *wish);

/*
 * The display that goes to the guest while no other one stays with the host:
 * the host then shows nothing until the guest stops. -1 if there is none.
 */
long device_last_display(const struct plan *plan);

enum device_role device_role(const struct plan *plan, size_t index);

/* True if they are functions of one card: display, audio, USB of a slot. */
bool device_is_same_slot(const struct pci_device *a,
                         const struct pci_device *b);

/* Why the device can go to no guest: a sentence, or NULL if it can. */
const char *device_obstacle(const struct plan *plan, size_t index);

/*
 * The gravest claim on what device_toggle would give to the guest, on which
 * function it is in `*on`; NULL if there is none.
 */
const struct claim *device_claim(const struct plan *plan, size_t index,
                                 const struct pci_device **on);

/* What the plan gives newly although the host needs it (CLAIM_REFUSE). */
struct refusals {
    struct refusal {
        const char *name; /* "01:00.0", or "USB 046d:c31c" */
        const struct claim *claim;
    } * list;
    size_t count;
};

/* All of it, each claim by itself; in `arena`. */
struct refusals device_refusals(const struct plan *plan, struct arena *arena);

/* True if there is any. */
bool device_is_refused(const struct plan *plan);

/*
 * Gives the device with all functions of its slot to the guest, or takes them
 * back. What cannot go stays. NULL, or why nothing was done: a sentence.
 */
const char *device_toggle(struct plan *plan, size_t index);

/* The index of an address, "0000:01:00.0" or "01:00.0"; -1 if it is absent. */
long device_find(const struct host *host, const char *address);

/* True if it shows something: a display controller (class 03). */
bool device_is_display(const struct pci_device *device);

/* The node of a display, else of any device, that the guest gets; or -1. */
int device_node(const struct plan *plan);

#endif
