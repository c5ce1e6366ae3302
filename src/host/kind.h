/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which cores are performance, efficient or low-power cores. Private to the
 * CPU probe.
 */
#ifndef HOST_KIND_H
#define HOST_KIND_H

#include "host/cpu.h"

struct hwloc_topology;

/*
 * Sets `kind` of every core and `is_hybrid`. Every source is asked in turn
 * until one tells cores apart: hwloc's CoreType, the kernel's cpu_core and
 * cpu_atom lists, threads beside none (Intel), and a difference of maximum
 * frequency well above that of favoured cores.
 */
void kind_assign(const struct root *root, struct arena *arena,
                 struct hwloc_topology *hwloc, struct cpu_topology *topology);

#endif
