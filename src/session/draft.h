/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The draft: the plan that is being made in the screens, and their step, kept
 * outside the process with every edit. One for each domain and connection.
 */
#ifndef SESSION_DRAFT_H
#define SESSION_DRAFT_H

#include "session/session.h"

struct draft {
    char *text;      /* a plan file */
    unsigned step;   /* of the screens, from 0 */
    unsigned seen;   /* the steps that were seen, a bit for each */
    size_t change_count; /* that it would make today */
    char *time;      /* "2025-11-21 02:04 UTC", printable */
    bool is_current; /* the domain's definition is as it was then */
    char *changes;   /* of the host since then, and what of the draft does not
                        hold any more: sentences, a line each */
};

/*
 * Saves the plan, the step and those that were seen, whole or not at all.
 * Nothing is to be saved in the demo or a read-only session.
 */
bool draft_save(const struct session *session, const struct plan *plan,
                unsigned step, unsigned seen, struct err *err);

/* False in the demo and in a read-only session. */
bool draft_is_kept(const struct session *session);
void draft_remove(const struct session *session);

/* The draft for the present domain, or NULL; free it with draft_free. */
struct draft *draft_load(const struct session *session);

/*
 * The plan of a draft, as far as it holds on the host of today; free it. What
 * does not is left out. NULL with a sentence if it is of another domain, or of
 * a newer virt-tune.
 */
struct plan *draft_plan(const struct session *session,
                        const struct draft *draft, struct err *err);
void draft_free(struct draft *draft); /* NULL is allowed */

#endif
