/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of what device.h renders, one file each. Private to the stage. */
#ifndef RENDER_HOSTDEV_H
#define RENDER_HOSTDEV_H

#include "render/rendering.h"

/* "<boot order='1'/>" */
const char *hostdev_boot_line(struct rendering *r, unsigned order);

/* "<rom file='...'/>" or "<rom bar='off'/>"; NULL if there is nothing to say */
const char *hostdev_rom_line(struct rendering *r,
                             const struct device_wish *wish);

/* hostdev.c: edits the PCI devices that the domain has. */
void hostdev_edit(struct rendering *r);

/*
 * boot.c: where a device gets a new place in the boot order, all others make
 * room; <os><boot>, which libvirt refuses beside them, becomes a <boot order>
 * of the first disk, CD, floppy or interface, which is what it means.
 */
void boot_render(struct rendering *r);

/*
 * usb.c: removes what is taken back, adds "give USB 046d:c31c" to the title,
 * and the new elements to `lines`.
 */
void usb_render(struct rendering *r, struct str *title, struct str *lines);

#endif
