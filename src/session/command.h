/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes a session, gives the commands that do the same in a shell. */
#ifndef SESSION_COMMAND_H
#define SESSION_COMMAND_H

#include "session/session.h"

/*
 * Appends "virt-tune apply win10 --plan win10.plan" with what leads to the
 * same place as this session: --demo, -c, --sysroot and --root. Words are
 * quoted where a shell needs it. `plan` is what was saved in the file `path`,
 * or both are NULL. False, and nothing is appended, if there is no such
 * command: of the demo's own directory, which is removed, or with a name that
 * cannot be pasted.
 */
bool command_add(struct str *str, const struct session *session,
                 const char *name, const struct plan *plan, const char *path);

/*
 * How a command begins that leads to the same place, "virt-tune -c URI"; in
 * the arena. NULL if that cannot be pasted.
 */
const char *command_prefix(const struct session *session, struct arena *arena);

/* The domain in such a command, quoted; in the arena, or NULL as well. */
const char *command_word(const struct session *session, struct arena *arena);

/*
 * Saves a plan that could not be applied for want of permission where its
 * owner can write, and appends the command that is missing to the error; or
 * does neither.
 */
void command_explain_permission(const struct session *session,
                                const struct plan *plan, struct err *err);

#endif
