/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks of the host that only a connection to libvirt can answer.
 */
#ifndef SESSION_LIBVIRT_H
#define SESSION_LIBVIRT_H

#include "base/finding.h"
#include "domain/conn.h"

/*
 * Gives a verdict on each question about libvirt, in `findings`: those that
 * are there already are answered anew. Without a connection (NULL) they are
 * unknown.
 */
void libvirt_check(const struct conn *conn, struct arena *arena,
                   struct findings *findings);

/* The same for versions and a URI as they would come from a connection. */
struct libvirt_facts {
    const char *uri;          /* NULL: no connection */
    unsigned long library;    /* 1000000 * major + 1000 * minor + release */
    unsigned long hypervisor; /* the same, of QEMU; 0 if it is not told */
    bool runs_hooks;          /* see conn_runs_hooks */
    const char *remote;       /* see conn_remote; NULL: this machine */
};
void libvirt_judge(const struct libvirt_facts *facts, struct arena *arena,
                   struct findings *findings);

#endif
