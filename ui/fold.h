/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Groups of options that are folded to a line; and how one is found in them.
 */
#ifndef UI_FOLD_H
#define UI_FOLD_H

#include "ui/app.h"

/* The first option of an option's group. */
int fold_first(int id);

/* One past the last option of its group. */
int fold_end(int id);

/* True if an option's group is folded. */
bool fold_is_folded(const struct app *app, int id);

/* Folds the selected group, or opens it. */
void fold_change(struct app *app);

/* Moves the selection past what is folded; false: no movement. */
bool fold_move(struct app *app, enum action action);

/* For ui/find.h: an option that has the word; a group by its first one. */
bool fold_has(const struct app *app, int id, const char *word);

/* Selects an option, and opens its group. */
void fold_go(struct app *app, int id, const char *word);

#endif
