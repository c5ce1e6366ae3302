/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses of PCI devices drift: a card more or less, another firmware, and
 * the domain's 01:00.0 is 02:00.0, or another card. What the devices were when
 * they were given stands in the journal; here it is compared with today.
 */
#ifndef PLAN_DRIFT_H
#define PLAN_DRIFT_H

#include "plan/plan.h"

/* What a device was when it was given. */
struct identity {
    const char *address; /* in full */
    unsigned vendor, device;
    const char *serial; /* "" if it was not known */
};

struct identities {
    struct identity *list; /* what was written later comes first */
    size_t count;
};

/* A device of the domain that is not at its address any more. */
struct drift {
    const struct identity *was;
    const struct pci_device *here; /* what has its address now, or NULL */
    long index;                    /* where it is now, or -1 */
    size_t candidates;             /* how many it could be */
};

/* "0000:01:00.0 10de:2204 SERIAL", as it stands in a record; printable. */
const char *identity_text(struct arena *arena, const struct pci_device *device);

/* Reads that text; what it gives is of the arena. False if it is none. */
bool identity_parse(struct arena *arena, const char *text,
                    struct identity *identity);

/* True if that is the device: the same model, and no other serial. */
bool identity_is(const struct identity *was, const struct pci_device *now);

/*
 * True if the domain's `hostdev`th PCI device has drifted, and no move of the
 * plan follows it yet. Unknown identities have not drifted.
 */
bool drift_find(const struct plan *plan, size_t hostdev, struct drift *drift);

/*
 * If some device of the domain drifted to this one, which was just given: its
 * <hostdev> will name this address, and what has its former one stays with the
 * host. plan->moves[hostdev] is then the index. False if none did.
 */
bool drift_follow(struct plan *plan, size_t index);

/* True if a device of the domain drifted to this one: drift_follow would. */
bool drift_leads_to(const struct plan *plan, size_t index);

/* The domain's PCI device that moves to this one, or -1. */
long drift_move_to(const struct plan *plan, size_t index);

#endif
