/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names that say whose machine it is: of the host, of people, of guests.
 */
#ifndef SESSION_NAMES_H
#define SESSION_NAMES_H

#include "base/redact.h"
#include "session/session.h"

enum { NAMES_MAX = 256 };

struct names {
    struct redact_name list[NAMES_MAX];
    size_t count;
};

/* Adds those that `root` and the session know; their texts are in `arena`. */
void names_add(struct names *names, struct arena *arena,
               const struct session *session, const struct root *root);

#endif
