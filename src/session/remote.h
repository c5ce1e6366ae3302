/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Another machine's host: how it is read, and how hook files get there. They
 * are written beneath a directory here, and copied by whoever may do so.
 */
#ifndef SESSION_REMOTE_H
#define SESSION_REMOTE_H

#include "session/session.h"

/* The host behind a connection for which conn_remote is true; host_free it. */
struct host *remote_read(const struct conn *conn, struct err *err);

/* Whose host the session is about, or NULL: this machine's, or a copy's. */
const char *remote_name(const struct session *session);

/*
 * Adds the commands that bring files to the host: those that are written by a
 * changeset or an undo. Nothing if it is this machine, or there are none.
 */
void remote_add_copying(struct str *str, const struct session *session,
                        const struct file_change *files, size_t count);

#endif
