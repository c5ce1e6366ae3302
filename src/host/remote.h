/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host whose files cannot be read: what libvirt tells of it, and no more.
 * What it does not tell is not known, and never taken from this machine.
 */
#ifndef HOST_REMOTE_H
#define HOST_REMOTE_H

#include "host/host.h"

/* Texts are borrowed for the call. */
struct remote_facts {
    const char *name;         /* whose it is: "host.example" */
    const char *capabilities; /* formatcaps */
    const char *cpu; /* its CPU with every feature (formatdomain), or NULL */
    const char *const *devices; /* of each PCI device (formatnode) */
    size_t device_count;
    const char *devices_problem; /* why there are none, or NULL */
    cpu_set_t offline;           /* present, but not online */
    /* Both may be NULL: not told. `data` is theirs. */
    bool (*free_pages)(const void *data, unsigned node, unsigned long size_kib,
                       unsigned long *count);
    unsigned long (*available_kib)(const void *data, int node); /* -1: all */
    const void *data;
};

/*
 * The host that the facts tell of. Fails if the capabilities are no such XML,
 * or have no CPUs.
 */
struct host *remote_host(const struct remote_facts *facts, struct err *err);

#endif
