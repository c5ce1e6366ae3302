/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes keys, gives a line of text to who asked for it. */
#include "ui/prompt.h"

#include "base/text.h"
#include "ui/app.h"

#include <stdio.h>
#include <string.h>

void prompt_open(struct app *app, const char *label, const char *text,
                 void (*take)(struct app *app, const char *text))
{
    struct prompt *prompt = &app->prompt;

    snprintf(prompt->label, sizeof(prompt->label), "%s", label);
    snprintf(prompt->text, sizeof(prompt->text), "%s", text);
    prompt->take = take;
}

bool prompt_is_open(const struct app *app)
{
    return app->prompt.take != NULL;
}

static void add(struct prompt *prompt, unsigned character)
{
    size_t length = strlen(prompt->text);
    char bytes[5] = "";

    if (character < 0x80)
        bytes[0] = (char)character;
    else if (character < 0x800)
        snprintf(bytes, sizeof(bytes), "%c%c", 0xc0 | character >> 6,
                 0x80 | (character & 0x3f));
    else if (character < 0x10000)
        snprintf(bytes, sizeof(bytes), "%c%c%c", 0xe0 | character >> 12,
                 0x80 | (character >> 6 & 0x3f), 0x80 | (character & 0x3f));
    else
        snprintf(bytes, sizeof(bytes), "%c%c%c%c", 0xf0 | character >> 18,
                 0x80 | (character >> 12 & 0x3f),
                 0x80 | (character >> 6 & 0x3f), 0x80 | (character & 0x3f));
    if (length + strlen(bytes) < sizeof(prompt->text))
        strcpy(prompt->text + length, bytes);
}

/* The last character, with all of its bytes. */
static void remove_last(struct prompt *prompt)
{
    size_t length = strlen(prompt->text);

    while (length > 0 && ((unsigned char)prompt->text[--length] & 0xc0) == 0x80)
        ;
    prompt->text[length] = '\0';
}

void prompt_key(struct app *app, int key)
{
    struct prompt *prompt = &app->prompt;
    void (*take)(struct app *, const char *) = prompt->take;

    if (key == INPUT_ENTER || key == '\n') {
        prompt->take = NULL;
        take(app, prompt->text);
    } else if (key == INPUT_ESCAPE) {
        prompt->take = NULL;
    } else if (key == INPUT_BACKSPACE || key == '\b' || key == 0x7f) {
        remove_last(prompt);
    } else if (key == 'U' - '@') { /* as in a shell: the whole line */
        prompt->text[0] = '\0';
    } else if (key >= ' ' && key < INPUT_UP && !(key >= 0x80 && key < 0xa0)) {
        add(prompt, (unsigned)key);
    }
}

static void draw_keys(struct canvas *canvas)
{
    static const struct {
        const char *name, *label;
    } keys[] = {
        {"Enter", N_("take it")},
        {"Esc", N_("leave it")},
        {"^U", N_("empty it")},
    };
    int x = 1;

    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        x = canvas_put(canvas, canvas->height - 1, x, ROLE_KEY, keys[i].name);
        x = canvas_putf(canvas, canvas->height - 1, x, ROLE_NORMAL, " %s",
                        text_of(keys[i].label)) +
            2;
    }
}

void prompt_draw(const struct app *app, struct canvas *canvas)
{
    const struct prompt *prompt = &app->prompt;
    int y = canvas->height - 2, width = canvas->width - 4;
    char *printable CLEANUP(mem_free) = str_printable(prompt->text);
    const char *text = printable;
    int x = canvas_putf(canvas, y, 1, ROLE_KEY, "%s ", prompt->label);

    /* The end of it is what is being typed. */
    while (canvas_columns(text) > width - x) {
        unsigned character;

        text += str_utf8(text, &character);
    }
    canvas->cursor_x = canvas_put(canvas, y, x, ROLE_NORMAL, text);
    canvas->cursor_y = y;
    canvas_put(canvas, y, canvas->cursor_x, ROLE_SELECTED, "_");
    draw_keys(canvas);
}
