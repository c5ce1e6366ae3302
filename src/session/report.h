/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An audit as text: what is printed, and what is saved to be shown to others.
 */
#ifndef SESSION_REPORT_H
#define SESSION_REPORT_H

#include "base/str.h"
#include "session/audit.h"

/* Appends the whole of it, printable, in lines of at most 80 columns. */
void report_add(struct str *str, const struct audit *audit);

/* Appends findings, one or more lines each. */
void report_add_findings(struct str *str, const struct findings *findings);

/*
 * The same as a report (free it), with what machine it is. Names of host,
 * guests and users, UUIDs, MAC and IP addresses, serial numbers are left out,
 * unless they are wanted.
 */
char *report_text(const struct audit *audit, bool with_names);

/* Saves report_text in a file of the user's choice; see session_save. */
bool report_save(const struct audit *audit, const char *path, bool with_names,
                 struct err *err);

#endif
