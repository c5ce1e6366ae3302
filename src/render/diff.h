/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The difference of two texts, line by line.
 */
#ifndef RENDER_DIFF_H
#define RENDER_DIFF_H

#include "base/str.h"

struct diff_line {
    char sign;                       /* ' ', '-' or '+' */
    const char *text;                /* without its line end */
    unsigned old_number, new_number; /* from 1; of the next line if absent */
};

struct diff {
    struct arena *arena;
    struct diff_line *lines;
    size_t count;
    unsigned added, removed;
};

/*
 * A shortest edit script (Myers), or a longer one where thousands of lines
 * differ. Copies what it needs.
 */
struct diff *diff_new(const char *before, const char *after);
void diff_free(struct diff *diff); /* NULL is allowed */

/*
 * Appends a unified diff with `context` lines around each change, the name
 * lines only if there is a change. Lines pass the printable filter.
 */
void diff_add_unified(struct str *str, const struct diff *diff,
                      const char *old_name, const char *new_name,
                      unsigned context);

#endif
