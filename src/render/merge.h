/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Taking a change out of an XML text that was edited since: what is still as
 * the change made it goes back, all else stays.
 */
#ifndef RENDER_MERGE_H
#define RENDER_MERGE_H

#include "base/err.h"
#include "render/conflict.h"

#include <stdbool.h>
#include <stddef.h>

struct merge {
    struct arena *arena;
    char *text;           /* the result; worth nothing if a conflict is open */
    bool has_later_edits; /* `today` is not `after` */
};

/*
 * `before` and `after` are the texts around the change, `today` is what became
 * of `after`. If nothing did, the result is `before`, byte for byte. What was
 * changed by us and again by someone else is added to `conflicts`, and goes as
 * is chosen there. NULL with a sentence if one of them is no XML. Free it with
 * merge_free.
 */
struct merge *merge_undo(const char *before, const char *after,
                         const char *today, struct conflicts *conflicts,
                         struct err *err);
void merge_free(struct merge *merge); /* NULL is allowed */

#endif
