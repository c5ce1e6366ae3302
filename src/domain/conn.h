/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection to libvirt. This is the only opener of libvirt; what writes
 * (apply) borrows the handle.
 */
#ifndef DOMAIN_CONN_H
#define DOMAIN_CONN_H

#include "base/err.h"
#include "base/mem.h"

#include <libvirt/libvirt.h>
#include <stdbool.h>

struct conn;

/*
 * Opens `uri`; NULL takes $LIBVIRT_DEFAULT_URI, else qemu:///system. Libvirt's
 * own printing on stderr is switched off, and its event loop runs in a thread
 * (qemu:///embed and keep-alive need one). Free it with conn_free.
 */
struct conn *conn_open(const char *uri, bool is_read_only, struct err *err);
void conn_free(struct conn *conn); /* NULL is allowed */

virConnectPtr conn_handle(const struct conn *conn);
/* False once the daemon or the way to it is gone. */
bool conn_is_alive(const struct conn *conn);

/* Opens a lost connection anew; an error if nobody answers there. */
bool conn_revive(struct conn *conn, struct err *err);

/*
 * Ends what waits for libvirt, from another thread: its connections are cut, so
 * that their calls fail, and none is opened or revived. A call may just begin,
 * so repeat it until the work is over; then conn_wait_again.
 */
void conn_stop_waiting(void);
void conn_wait_again(void);
bool conn_is_stopped(void);

/* True while a call of libvirt has not returned. */
bool conn_is_waiting(void);

/*
 * True if such a URI (NULL as above) can only lead to this machine. Asks
 * nobody.
 */
bool conn_is_plain(const char *uri);

/*
 * Whose libvirt it is: "host.example", or "host.example:2222" if the URI has a
 * port; NULL if it is this machine's.
 */
const char *conn_remote(const struct conn *conn);

const char *conn_uri(const struct conn *conn);
bool conn_is_read_only(const struct conn *conn);

/* True for the system QEMU driver of this host: the one that runs hooks. */
bool conn_runs_hooks(const struct conn *conn);

/*
 * The versions of the libvirt at the other end and of its hypervisor, as
 * 1000000 * major + 1000 * minor + release; 0 if they are not told.
 */
unsigned long conn_library_version(const struct conn *conn);
unsigned long conn_hypervisor_version(const struct conn *conn);

/*
 * Finds a domain by name, else by UUID. Give it back with virDomainFree. NULL
 * with a sentence if there is none.
 */
virDomainPtr conn_find(const struct conn *conn, const char *name,
                       struct err *err);

/* The sentence of libvirt's last error, made printable; `what` comes first. */
bool conn_error(struct err *err, enum err_code code, const char *what);

/* For CLEANUP on a virDomainPtr. */
void conn_free_domain(virDomainPtr *domain);

#endif
