/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The domain's disks over step 5, each by itself: its cache, I/O mode and
 * discard, and the host's physical disks that it could be instead.
 */
#ifndef UI_DISKS_H
#define UI_DISKS_H

#include "ui/app.h"

/* Opens the list; a hint if there is nothing to list. */
void disks_open(struct app *app);

/* Closes it, if it is open. */
void disks_close(struct app *app);

/* Paints it in place of the options. */
void disks_draw(struct app *app, struct canvas *canvas);

/* Handles an action while it is open; false for what works everywhere. */
bool disks_act(struct app *app, enum action action);

#endif
