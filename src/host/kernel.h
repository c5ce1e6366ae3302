/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel and the system around it offer: release, command line,
 * KVM, IOMMU, cgroups, systemd, frequency governor.
 */
#ifndef HOST_KERNEL_H
#define HOST_KERNEL_H

#include "base/root.h"

#include <stdbool.h>

struct kernel {
    const char *release;          /* "6.1.0-28-amd64", or "" */
    const char *command_line;     /* "" if unknown */
    const char *iommu;            /* "Intel VT-d", "AMD-Vi", or NULL */
    const char *frequency_driver; /* "intel_pstate", or NULL */
    const char *governor;         /* of the first policy, or NULL */
    bool has_kvm;                 /* a KVM module is there */
    bool has_apicv;               /* KVM uses APICv or AVIC */
    bool has_vfio;                /* vfio-pci is there: loaded or built in */
    bool has_cpuset_cgroup; /* unified cgroup with the cpuset controller */
    bool has_systemd;       /* systemd runs the host; unknown elsewhere */
};

void kernel_probe(const struct root *root, struct arena *arena,
                  struct kernel *kernel);

/* True if the command line has this word, with or without "=value". */
bool kernel_has_parameter(const struct kernel *kernel, const char *name);

#endif
