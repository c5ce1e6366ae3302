/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal: shows canvases and reads keys. With ui/input.c the only user of
 * curses.
 */
#ifndef UI_TERM_H
#define UI_TERM_H

#include "ui/app.h"

/*
 * Runs the screens on the terminal until the user leaves. Refuses (ERR_USAGE)
 * if there is no usable terminal. The terminal is put back whatever happens,
 * crashes and signals included. `color` is "auto", "always" or "never".
 */
bool term_run(struct app *app, const char *color, struct err *err);

/*
 * Shows a sentence until `fd` can be read: true. False with a sentence if the
 * user leaves first, or there is no usable terminal.
 */
bool term_wait(int fd, const char *text, const char *color, bool is_ascii,
               struct err *err);

#endif
