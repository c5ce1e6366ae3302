/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Conflicts of an undo: what a change made, and somebody edited since. Which
 * of the two it shall be is not ours to say: each is asked about.
 */
#ifndef RENDER_CONFLICT_H
#define RENDER_CONFLICT_H

#include "base/mem.h"

#include <stddef.h>

enum choice {
    CHOICE_OPEN, /* not said */
    CHOICE_KEEP, /* the edit stays */
    CHOICE_BACK, /* as it was before the change; the edit goes */
};

struct conflict {
    const char *text; /* a sentence, printable */
    const char *now;  /* the lines of today, raw; "": they are gone */
    const char *then; /* those that would come back; "": none */
    enum choice choice;
};

/* How conflicts shall go. */
struct choices {
    const enum choice *list; /* of the first ones */
    size_t count;
    enum choice rest; /* of those behind them */
};

/*
 * Starts empty: {0}. The same undo always finds the same conflicts in the same
 * order, whatever is chosen.
 */
struct conflicts {
    struct arena *arena;
    struct conflict *list;
    size_t count;
    const struct choices *choices; /* borrowed; NULL: all are open */
};

/* Adds one (texts are copied), and gives what is chosen for it. */
enum choice conflicts_add(struct conflicts *conflicts, const char *text,
                          const char *now, const char *then);

/* How many are not decided. */
size_t conflicts_open(const struct conflicts *conflicts);

void conflicts_free(struct conflicts *conflicts);

#endif
