/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Emulated disks that become virtio's. Private to the changeset.
 */
#ifndef RENDER_BUS_H
#define RENDER_BUS_H

#include "render/rendering.h"

/*
 * SATA and IDE disks become virtio-blk: each gets the next name after those
 * that there are, and loses the address on its former controller. What is
 * virtio already stays, and so does each disk's place in the boot order.
 */
void bus_render_disks(struct rendering *r);

#endif
