/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Undo in the hook's files of data, line by line.
 */
#ifndef APPLY_LINES_H
#define APPLY_LINES_H

#include "base/str.h"

#include <stdbool.h>

/*
 * Takes the change from `before` to `after` out of `now`: lines that it made
 * go, those that it took away come back where they were, others stay. Of lines
 * that list something each word is taken so. NULL is no file, and nothing but
 * our own head is none. `*result` is to be freed; it is NULL on failure, which
 * is false: a line that the change made says something else today.
 */
bool lines_undo(const char *before, const char *after, const char *now,
                char **result);

#endif
