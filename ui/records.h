/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * History, open over any step: the records of the domain, what undoing each
 * would do, and the question about edits that somebody made since at the same
 * places.
 */
#ifndef UI_RECORDS_H
#define UI_RECORDS_H

#include "ui/app.h"

/* Opens the list; a hint if there is nothing to list. */
void records_open(struct app *app);

/* Opens it at a record, and asks whether to undo that. */
void records_undo(struct app *app, unsigned number);

/* Closes it, if it is open. */
void records_close(struct app *app);

/* True while it asks whether to undo; and about what was edited since. */
bool records_ask(const struct app *app);
bool records_ask_conflicts(const struct app *app);

/* Paints it in place of the step. */
void records_draw(struct app *app, struct canvas *canvas);

/* Handles an action while it is open; false for what works everywhere. */
bool records_act(struct app *app, enum action action);

#endif
