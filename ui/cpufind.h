/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of a core in CPUs, and how it is found by that. */
#ifndef UI_CPUFIND_H
#define UI_CPUFIND_H

#include "ui/cpuuse.h"

/* Appends "P2". */
void core_add_name(struct str *str, const struct cpu_core *core);

/* Appends "P2 - L2 1280 KiB - L3 #0 25600 KiB - up to 4.9 GHz"; `dot`: "-". */
void core_add_title(struct str *str, const struct cpu_topology *cpu,
                    const struct cpu_core *core, const char *dot);

/* Appends "CPU 4 runs vCPU 0, CPU 5 runs vCPU 1." */
void core_add_use(struct str *str, const struct cpu_core *core,
                  const struct cpuuse *use);

extern const struct finder core_finder; /* ui/find.h */

#endif
