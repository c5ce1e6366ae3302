/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part PART_NUMA: <numatune> and <cpu><numa>. Private to the stage.
 */
#ifndef RENDER_NUMA_H
#define RENDER_NUMA_H

#include "render/rendering.h"

/*
 * Collects the edits that make the domain mirror the host's nodes, if the plan
 * wishes so. Gives the change's title, or NULL if there is nothing to change.
 */
const char *numa_render(struct rendering *r);

#endif
