/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The questions that are asked when a domain is opened, before anything else.
 */
#ifndef UI_ASK_H
#define UI_ASK_H

#include "ui/app.h"

/* Looks for what has to be asked of the domain just opened. */
void ask_look(struct app *app);

/* Drops the questions; their causes stay where they are. */
void ask_forget(struct app *app);

/* True while a question waits: it gets the keys and the screen. */
bool ask_is_open(const struct app *app);
void ask_draw(const struct app *app, struct canvas *canvas);
void ask_key(struct app *app, int key);

/* True for the answers that write, or remove the draft. */
bool ask_key_writes(const struct app *app, int key);

#endif
