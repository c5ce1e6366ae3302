/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names that say whose machine it is: of the host, of people, of guests.
 */
#ifndef SESSION_NAMES_H
#define SESSION_NAMES_H

#include "base/redact.h"
#include "session/session.h"

struct names {
    struct redact_name *list; /* in the arena */
    size_t count;
};

/* Adds those that `root` and the session know; all is in `arena`. */
void names_add(struct names *names, struct arena *arena,
               const struct session *session, const struct root *root);

#endif
