/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The other domains of a connection, as far as their vCPUs are pinned: two
 * guests on the same CPUs wait for each other.
 */
#ifndef DOMAIN_NEIGHBOUR_H
#define DOMAIN_NEIGHBOUR_H

#include "base/cpuset.h"
#include "domain/conn.h"

struct neighbour {
    const char *name; /* printable */
    cpu_set_t cpus;   /* that its vCPUs are pinned to; running: now, too */
    bool is_running, has_autostart;
};

struct neighbours {
    struct arena *arena;
    struct neighbour *list; /* the pinned ones, in order of their names */
    size_t count;
};

/*
 * The pinned domains of a connection but for the one with this UUID. A domain
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
