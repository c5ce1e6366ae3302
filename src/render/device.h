/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI devices that go to the guest, as XML. Private to the stage. */
#ifndef RENDER_DEVICE_H
#define RENDER_DEVICE_H

#include "render/rendering.h"

/*
 * Adds a <hostdev managed='yes'> for each device that the plan gives, removes
 * those that it takes back; switches the memory balloon off, for memory that
 * a device can reach is never given back (libvirt, formatdomain "memballoon").
 * The title of the change, or NULL if there is none.
 */
const char *device_render(struct rendering *r);

#endif
