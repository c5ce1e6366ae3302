/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * USB devices that go to the guest. One is named by its index: first those
 * that are plugged in, host->usb.devices, then what the domain names.
 */
#ifndef PLAN_USB_H
#define PLAN_USB_H

#include "plan/plan.h"

/* How many indexes there are. */
size_t usb_count(const struct plan *plan);

/*
 * True if there is something to show at this index: what the domain names and
 * is plugged in has its index among the others.
 */
bool usb_is_row(const struct plan *plan, size_t index);

/* The plugged in device of an index, or NULL. */
const struct usb_device *usb_plugged(const struct plan *plan, size_t index);

/* True if this <hostdev> of the domain is this device. */
bool usb_is_named(const struct domain_usb *named,
                  const struct usb_device *device);

/* True if the domain has it now. */
bool usb_is_in_domain(const struct plan *plan, size_t index);

/*
 * "046d:c31c", or "046d:c31c@1-4" where two are alike: how it is called in
 * plan files and, after "usb:", on the command line. "bus 1 device 4" is what
 * a domain may name instead.
 */
const char *usb_name(const struct plan *plan, size_t index,
                     struct arena *arena);

/* The index of a name, or -1; `*matches` is how many it could be. */
long usb_find(const struct plan *plan, const char *name, size_t *matches);

#endif
