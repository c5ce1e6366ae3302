/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Undo in the hook's files of data, line by line.
 */
#ifndef APPLY_LINES_H
#define APPLY_LINES_H

#include "base/str.h"

#include <stdbool.h>

/*
 * Takes the change from `before` to `after` out of `now`: our lines go, those
 * that we took away come back, others stay. NULL is no file, and nothing but
 * a head is none. `*result` is to be freed; it is NULL on failure, which is
 * false: one of our lines is not there any more.
 */
bool lines_undo(const char *before, const char *after, const char *now,
                char **result);

#endif
