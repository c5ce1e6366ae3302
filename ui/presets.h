/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of presets over step 5: each with what it would change in the
 * present plan, before it is taken.
 */
#ifndef UI_PRESETS_H
#define UI_PRESETS_H

#include "ui/app.h"

/* Opens the list. */
void presets_open(struct app *app);

/* Closes it, if it is open. */
void presets_close(struct app *app);

/* Paints it in place of the options. */
void presets_draw(struct app *app, struct canvas *canvas);

/* Handles an action while it is open; false for what works everywhere. */
bool presets_act(struct app *app, enum action action);

#endif
