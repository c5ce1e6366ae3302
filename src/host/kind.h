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
 * until one knows of every core what it is: the kernel's cpu_core, cpu_atom
 * and cpu_lowpower lists, hwloc's CoreType, a difference of maximum frequency
 * well above that of favoured cores, threads beside none (Intel), and more
 * cores with less L3 cache (AMD). Intel's efficient cores outside the L3 cache
 * are low-power ones. Fills `max_khz` from hwloc where it is 0.
 *
 * `root` is NULL if hwloc's topology is not of the machine beneath a root, and
 * `hwloc` if hwloc did not make it: then only the structure tells.
 */
void kind_assign(const struct root *root, struct arena *arena,
                 struct hwloc_topology *hwloc, struct cpu_topology *topology);

#endif
