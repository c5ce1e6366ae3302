/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks for a word in any list: one prompt, one word, one way to say what was
 * found. What a list has in its rows it tells by a struct finder.
 */
#ifndef UI_FIND_H
#define UI_FIND_H

#include "base/finding.h"
#include "ui/app.h"

struct finder {
    /* The selected row, and how many there are. NULL: app->lists has it. */
    int (*at)(const struct app *app, int *count);
    /* True if the text of a row has the word, in whatever case. */
    bool (*has)(const struct app *app, int row, const char *word);
    /* Selects a row that has it. NULL: app->lists has it. */
    void (*go)(struct app *app, int row, const char *word);
};

/* True while it asks for the word: over a list, or over the pager. */
bool find_is_open(const struct app *app);

/* Does what an action says about finding; false: it is none of these. */
bool find_act(struct app *app, enum action action);

/* True if one of the texts has the word; each may be NULL. */
bool find_in(const char *word, const char *const *texts, size_t count);

/* The same for all that a finding says. */
bool find_in_finding(const char *word, const struct finding *finding);

/* The lists that are no steps: presets.c, disks.c, records.c. */
extern const struct finder presets_finder, disks_finder, records_finder,
    undo_finder;

#endif
