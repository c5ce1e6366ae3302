/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a row of the checks' table is. Private to the checks.
 */
#ifndef HOST_CHECK_ROW_H
#define HOST_CHECK_ROW_H

#include "host/check.h"

/* What a check looks at, and the finding that it answers with. */
struct look {
    const struct host *host;
    const struct root *root;
    const struct hook_faults *faults; /* of the hooks beneath it */
    struct arena *arena;
    struct finding *finding;
    const char *prefix; /* of paths that are told; "" is the host's own root */
};

struct check {
    const char *id;
    const char *source;
    const char *why;
    void (*run)(const struct look *look); /* answers once, at least */
};

/* The answer; the texts are borrowed. `fix` is for what is not "ok". */
void check_answer(const struct look *look, enum verdict verdict,
                  const char *text, const char *detail, const char *fix);

/* Adds how the kernel command line gets or loses these words. */
void check_recipe(const struct look *look, const char *add, const char *remove);

/* The text of a file, or "" if it cannot be read. */
const char *check_text(const struct look *look, const char *path);

/*
 * The first line of the files *.conf in a directory, or of one file, for which
 * `is_meant` is true, without blanks around it; NULL if there is none. `*path`
 * becomes the file. Lines that begin with # are left out.
 */
const char *check_line(const struct look *look, const char *place,
                       bool (*is_meant)(const char *line), const char **path);

/* remote_check.c: any of them, of a host of which only libvirt tells. */
void check_remote(const struct look *look);

/* check_iommu.c: virtualization, the IOMMU, and what VFIO needs. */
void check_virtualization(const struct look *look);
void check_kvm(const struct look *look);
void check_nested(const struct look *look);
void check_iommu(const struct look *look);
void check_remapping(const struct look *look);
void check_passthrough(const struct look *look);
void check_override(const struct look *look);

/* check_module.c: vfio-pci, and the lists that name modules. */
void check_vfio(const struct look *look);
void check_modules(const struct look *look);

/* check_boot.c: the boot loader, and the kernel command line. */
void check_bootloader(const struct look *look);
void check_command_line(const struct look *look);
void check_stale(const struct look *look);

/* check_hook.c: hooks, virt-tune's and others. */
void check_hooks(const struct look *look);
void check_hook_files(const struct look *look);
void check_hook_scripts(const struct look *look);

/* check_system.c: who may stop hooks, systemd, other services. */
void check_confinement(const struct look *look);
void check_systemd(const struct look *look);
void check_cgroup(const struct look *look);
void check_power_service(const struct look *look);
void check_irqbalance(const struct look *look);

/* check_machine.c: CPUs, their frequency, memory. */
void check_cpus(const struct look *look);
void check_isolated(const struct look *look);
void check_governor(const struct look *look);
void check_energy(const struct look *look);
void check_pages(const struct look *look);
void check_large_pages(const struct look *look);
void check_transparent(const struct look *look);
void check_merging(const struct look *look);

#endif
