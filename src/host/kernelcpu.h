/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel's own files say of CPUs and hwloc does not: which are
 * offline, isolated or closed to guests, their frequencies, flags and nodes.
 * Private to the CPU probe.
 */
#ifndef HOST_KERNELCPU_H
#define HOST_KERNELCPU_H

#include "host/cpu.h"

/*
 * Completes a topology whose cores and nodes are read: `offline`, `isolated`,
 * `nohz_full`, `allowed`, the flags, a vendor and model that are still "",
 * each node's CPUs, each core's `node` and `max_khz`. `offline` is left as it
 * is where the kernel does not list the CPUs that are present.
 */
void kernelcpu_read(const struct root *root, struct arena *arena,
                    struct cpu_topology *topology);

#endif
