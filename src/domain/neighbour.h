/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The other domains of a connection, as far as they have CPUs, devices or
 * disks of the host: two guests on the same CPUs wait for each other, and a
 * device is one guest's at a time.
 */
#ifndef DOMAIN_NEIGHBOUR_H
#define DOMAIN_NEIGHBOUR_H

#include "base/cpuset.h"
#include "domain/conn.h"

struct neighbour {
    const char *name; /* printable */
    cpu_set_t cpus;   /* that its vCPUs are pinned to; running: now, too */
    bool is_running, has_autostart;
    const char **hostdevs; /* PCI addresses, "0000:01:00.0" */
    size_t hostdev_count;
    const char **disks; /* block devices: "/dev/sdb" */
    size_t disk_count;
};

struct neighbours {
    struct arena *arena;
    struct neighbour *list; /* those that have any, in order of their names */
    size_t count;
};

/*
 * The other domains of a connection: all but the one with this UUID. A domain
 * that cannot be read fails the whole: to know half of them is to know none.
 */
struct neighbours *neighbours_load(const struct conn *conn, const char *uuid,
                                   struct err *err);
void neighbours_free(struct neighbours *neighbours); /* NULL is allowed */

/* True if it runs or starts with the host: it holds its CPUs. */
bool neighbour_holds(const struct neighbour *neighbour);

/* The CPUs of all that hold theirs; none if `neighbours` is NULL. */
cpu_set_t neighbours_held(const struct neighbours *neighbours);

#endif
