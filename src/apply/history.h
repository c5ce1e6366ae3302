/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal as text, for people.
 */
#ifndef APPLY_HISTORY_H
#define APPLY_HISTORY_H

#include "apply/journal.h"
#include "base/str.h"

/*
 * Appends the heading of the table, and the line of one record; short ones are
 * without seconds, for 57 columns.
 */
void history_add_heading(struct str *str, bool is_short);
void history_add_row(struct str *str, const struct record *record,
                     bool is_short);

/* Appends one line for each record, the newest first, and its changes. */
void history_add_table(struct str *str, const struct records *records);

/* Appends what a record changed as a unified diff, files included. */
void history_add_diff(struct str *str, const struct record *record);

#endif
