/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks for a word in the options; and groups that are folded to a line.
 */
#ifndef UI_FIND_H
#define UI_FIND_H

#include "ui/app.h"

/* Asks for a word, and goes to the next option that has it. */
void find_open(struct app *app);

/* Goes to the next option found, or with `step` -1 to the one before. */
void find_next(struct app *app, int step);

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

#endif
