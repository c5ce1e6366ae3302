/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws, waits for a key, does what it says, until the user leaves. */
#ifndef UI_LOOP_H
#define UI_LOOP_H

#include "ui/app.h"

/*
 * Runs the screens on the terminal until the user leaves. Refuses (ERR_USAGE)
 * if there is no usable terminal; false, too, if a signal ended it. `color` is
 * "auto", "always" or "never".
 */
bool loop_run(struct app *app, const char *color, struct err *err);

/*
 * Shows a sentence until `fd` can be read: true. False with a sentence if the
 * user leaves first, or there is no usable terminal.
 */
bool loop_wait(int fd, const char *text, const char *color, bool is_ascii,
               struct err *err);

#endif
