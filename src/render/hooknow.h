/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the hook would do on the host if the guest started now: a dry run, with
 * the values that the host's files have at this moment.
 */
#ifndef RENDER_HOOKNOW_H
#define RENDER_HOOKNOW_H

#include "base/root.h"
#include "plan/plan.h"

struct hook_now {
    const char *service; /* "huge pages" */
    const char *text;    /* "pool of 2048 KiB: 0 pages, 0 free; 8192 added" */
    bool is_known;       /* false: what is needed could not be read */
};

struct hook_nows {
    struct hook_now *list; /* the arena's */
    size_t count, capacity;
};

/*
 * Looks at the plan's host for each service of the plan's hook; adds nothing if
 * it has none. `files` is where the hook's files are, or NULL.
 */
void hooknow_read(const struct plan *plan, const struct root *files,
                  struct arena *arena, struct hook_nows *nows);

/* Lines "  SERVICE  TEXT", printable, wrapped at `width`, with a heading. */
void hooknow_add(struct str *str, const struct hook_nows *nows, size_t width);

#endif
