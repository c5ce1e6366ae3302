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
    const char *governors;        /* those it offers, or NULL */
    const char *energy;           /* its energy_performance_preference */
    const char *energies;         /* those it offers, or NULL */
    bool has_mixed_governors;     /* another policy has another governor */
    bool has_mixed_energies;      /* another preference */
    bool has_kvm;                 /* a KVM module is there */
    bool has_apicv;               /* KVM uses APICv or AVIC */
    bool has_nested;              /* it lets guests run guests */
    bool knows_nested;            /* it said whether it does */
    bool has_vfio;                /* vfio-pci is there: loaded or built in */
    bool has_cpuset_cgroup; /* unified cgroup with the cpuset controller */
    bool has_systemd;       /* systemd runs the host; unknown elsewhere */
};

void kernel_probe(const struct root *root, struct arena *arena,
                  struct kernel *kernel);

/*
 * The value of the last such word of the command line: "" if it has no
 * "=value", NULL if there is no such word.
 */
const char *kernel_parameter(const struct kernel *kernel, struct arena *arena,
                             const char *name);

/* True if the release is at least this one; false if it is unknown. */
bool kernel_is_at_least(const struct kernel *kernel, unsigned major,
                        unsigned minor);

#endif
