/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line of text that is asked for, in the place of the hint. */
#ifndef UI_PROMPT_H
#define UI_PROMPT_H

#include "ui/canvas.h"

#include <stdbool.h>

struct app;

struct prompt {
    char label[64];
    char text[256]; /* UTF-8 */
    /* Gets what was typed; NULL: nothing is asked for. */
    void (*take)(struct app *app, const char *text);
};

/* Asks; `text` is what stands there at first. */
void prompt_open(struct app *app, const char *label, const char *text,
                 void (*take)(struct app *app, const char *text));

bool prompt_is_open(const struct app *app);

/* Every key while it is open: Enter takes the text, Esc forgets it. */
void prompt_key(struct app *app, int key);

/* In the two last rows: what is asked, and the keys for it. */
void prompt_draw(const struct app *app, struct canvas *canvas);

#endif
