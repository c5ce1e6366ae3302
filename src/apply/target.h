/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where changes go: a libvirt connection or a domain file, and the directory
 * beneath which everything else is written.
 */
#ifndef APPLY_TARGET_H
#define APPLY_TARGET_H

#include "domain/conn.h"

struct target {
    struct conn *conn; /* NULL: the domain is a file */
    const char *root;  /* "/" or the directory of --root */
    /* How a command begins that leads here, "virt-tune -c URI"; or NULL. */
    const char *command;
    const char *word; /* the domain in such a command; NULL: as recorded */
};

#endif
