/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal: shows canvases and gives keys. The only user of curses. There
 * is one, and all but term_open is for when it is open.
 */
#ifndef UI_TERM_H
#define UI_TERM_H

#include "base/err.h"
#include "ui/canvas.h"

#include <stddef.h>

/*
 * Takes the terminal, or refuses (ERR_USAGE) if there is none that is usable.
 * It is put back whatever happens, crashes and signals included; what libraries
 * print on stderr meanwhile is printed at term_close. `color` is "auto",
 * "always" or "never".
 */
bool term_open(const char *color, struct err *err);

/* Puts it back. False with a sentence if a signal said stop. */
bool term_close(struct err *err);

/* Its size, which changes when INPUT_RESIZE was given. */
int term_height(void);
int term_width(void);

/* Sends what differs from what is shown; never clears. */
void term_show(const struct canvas *canvas);

/* What is shown may be spoilt: the next term_show sends all. */
void term_distrust(void);

/*
 * The next key: INPUT_..., a character, or 0 for what nobody has a use for.
 * INPUT_GONE when the terminal vanished or a signal says stop; INPUT_TICK when
 * no key came for so many ms (-1: it waits for ever).
 */
int term_key(int wait_ms);

/* True while bytes wait to be read. */
bool term_key_waits(void);

/* The signal that said stop, or 0. */
int term_signal(void);

/*
 * Keeps the keys that were pressed while nothing could be done with them, as
 * far as there is room: term_key gives them later, unless they are forgotten.
 * True if Esc was pressed, which is not kept.
 */
bool term_keep_keys(void);
void term_forget_keys(void);

#endif
