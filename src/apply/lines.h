/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Undo in the hook's files of data, line by line.
 */
#ifndef APPLY_LINES_H
#define APPLY_LINES_H

#include "base/str.h"
#include "render/conflict.h"

#include <stdbool.h>

/*
 * Takes the change from `before` to `after` out of `now`: lines that it made
 * go, those that it took away come back where they were, others stay. Of lines
 * that list something each word is taken so. NULL is no file, and nothing but
 * our own head is none. Lines that the change made and that say something else
 * today are one conflict of the file at `path`; if that is open, it gives
 * false. `*result` is to be freed.
 */
bool lines_undo(const char *before, const char *after, const char *now,
                const char *path, struct conflicts *conflicts, char **result);

#endif
