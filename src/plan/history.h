/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Undo and redo of edits of a plan.
 */
#ifndef PLAN_HISTORY_H
#define PLAN_HISTORY_H

#include "plan/plan.h"

struct history;

/* Starts with `plan`, which it owns from then on. */
struct history *history_new(struct plan *plan);
void history_free(struct history *history); /* NULL is allowed */

/* The present plan. Edit it between history_begin and history_end only. */
const struct plan *history_plan(const struct history *history);

/* The plan to edit; what it was is remembered. */
struct plan *history_begin(struct history *history);

/* Ends an edit. False if it changed nothing: then nothing is remembered. */
bool history_end(struct history *history);

/* The state that an undo (-1) or a redo (1) leads to, or NULL. */
const struct plan *history_neighbour(const struct history *history, int by);

/* False if there is nothing to undo or redo. */
bool history_undo(struct history *history);
bool history_redo(struct history *history);

#endif
