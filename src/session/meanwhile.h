/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a plan stands on, noted when it is put away, and what became of that
 * when it is taken up again: after a lost connection, or a reboot.
 */
#ifndef SESSION_MEANWHILE_H
#define SESSION_MEANWHILE_H

#include "session/session.h"

/*
 * Appends a line "# was.NAME = VALUE" for each fact that is known. What could
 * not be looked at is not noted.
 */
void meanwhile_note(struct str *str, const struct session *session,
                    const struct plan *plan);

/*
 * Compares the lines of that kind in `text` with the host as it is read now.
 * Appends a sentence for each difference, printable, a line each.
 */
void meanwhile_compare(struct str *str, const struct session *session,
                       const char *text);

#endif
