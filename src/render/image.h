/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Disks that become whole physical ones. Private to the changeset.
 */
#ifndef RENDER_IMAGE_H
#define RENDER_IMAGE_H

#include "render/rendering.h"

/* The change's title, or NULL if there is nothing to change. */
const char *image_render(struct rendering *r);

#endif
