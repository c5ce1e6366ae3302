/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal's keys: what curses knows, the locale's characters, and what is
 * neither. Used by ui/term.c alone, and only while curses runs.
 */
#ifndef UI_INPUT_H
#define UI_INPUT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The next key that is there, without waiting: INPUT_... or a character. 0 if
 * it is none that anybody has a use for: bytes that are no character here, and
 * sequences that curses does not know, which are taken whole, for what is left
 * of them would be keys. INPUT_NONE if no key is there; a character that has
 * come in part is gone on with by the next call.
 */
enum { INPUT_NONE = -1 };
int input_take(void);

/* True while bytes wait to be read. */
bool input_waits(void);

/* Keys that were pressed while nothing could be done with them. */
struct input_kept {
    int keys[64]; /* as curses gives them */
    size_t count;
};

/* True if Esc was pressed; the others are kept, as far as there is room. */
bool input_keep(struct input_kept *kept);
void input_give_back(const struct input_kept *kept);

#endif
