/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hook script: one file for all domains, so no record owns it alone.
 */
#ifndef APPLY_SCRIPT_H
#define APPLY_SCRIPT_H

#include "apply/journal.h"
#include "base/root.h"

#include <stdbool.h>
#include <stddef.h>

/* True if a path, as records have it, is that of the script. */
bool script_is_path(const char *path);

/* How many domains have a file of data for it. */
size_t script_users(const struct root *root);

/*
 * True if it has a note of what it took from the host for a guest: then only
 * it can give that back.
 */
bool script_has_notes(const struct root *root);

/* True if it has a file of data of another domain than the record's. */
bool script_serves_others(const struct root *root, const struct record *record);

/* True if a domain uses it, or it has such a note. */
bool script_is_needed(const char *root_directory);

/*
 * True if a record of any domain wrote just this text as the script. What an
 * undo put back as it was before us does not count.
 */
bool script_was_written(const struct target *target, const char *text);

/* True if a text names our directory of data, as every version of ours does. */
bool script_is_ours(const char *text);

#endif
