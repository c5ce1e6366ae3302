/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes texts, gives lines of a width, paints as many as there is room for. */
#include "ui/lines.h"

#include "base/str.h"
#include "base/text.h"
#include "ui/pane.h"

#include <string.h>

enum { LEFT = 3 };

struct lines lines_new(const struct app *app, int names)
{
    return (struct lines){
        .arena = arena_new(),
        .width = app->width - 2 * LEFT,
        .names = names,
    };
}

void lines_free(struct lines *lines)
{
    arena_free(lines->arena);
}

/* The list doubles when its count is a power of two: then it is full. */
static void add_line(struct lines *lines, struct line line)
{
    size_t count = (size_t)lines->count;

    if ((count & (count - 1)) == 0) {
        struct line *list =
            arena_alloc(lines->arena, count ? 2 * count : 1, sizeof(*list));

        if (count > 0)
            memcpy(list, lines->list, count * sizeof(*list));
        lines->list = list;
    }
    lines->list[lines->count++] = line;
}

void lines_add(struct lines *lines, enum role role, const char *text)
{
    struct str wrapped CLEANUP(str_free) = STR_INIT;

    pane_wrap(&wrapped, text, lines->width);
    if (!*text)
        add_line(lines, (struct line){role, NULL, ""});
    for (const char *at = str_text(&wrapped); *at;) {
        size_t length = strcspn(at, "\n");

        add_line(lines, (struct line){role, NULL,
                                      arena_strndup(lines->arena, at, length)});
        at += length + (at[length] == '\n');
    }
}

/* A word that is too long for a line is cut behind its last slash there. */
static void add_slashed(struct str *str, const char *text, int width)
{
    while (canvas_columns(text) > width && !strchr(text, ' ')) {
        size_t end = 0;

        for (size_t i = 1; text[i] && i < (size_t)width; i++)
            if (text[i - 1] == '/')
                end = i;
        if (end == 0)
            break;
        str_add_bytes(str, text, end);
        str_add(str, "\n");
        text += end;
    }
    str_add(str, text);
}

void lines_add_named(struct lines *lines, enum role role, const char *name,
                     const char *text)
{
    struct str broken CLEANUP(str_free) = STR_INIT;
    struct str wrapped CLEANUP(str_free) = STR_INIT;
    int width = lines->width - lines->names;

    add_slashed(&broken, text, width);
    pane_wrap(&wrapped, str_text(&broken), width);
    for (const char *at = str_text(&wrapped); *at; name = "") {
        size_t length = strcspn(at, "\n");

        add_line(lines, (struct line){role, name,
                                      arena_strndup(lines->arena, at, length)});
        at += length + (at[length] == '\n');
    }
}

void lines_add_space(const struct app *app, struct lines *lines)
{
    if (app->height >= APP_FULL_HEIGHT)
        lines_add(lines, ROLE_NORMAL, "");
}

/* Those of the last row give way to the word that there are more. */
static int hidden(const struct lines *lines, int rows)
{
    return lines->count > rows ? lines->count - rows + 1 : 0;
}

int lines_length(const struct lines *lines, int rows)
{
    return hidden(lines, rows) + 1;
}

int lines_draw(const struct lines *lines, struct canvas *canvas, int y,
               int rows, int first)
{
    int most = hidden(lines, rows);

    first = first < most ? first : most;
    rows -= most > 0;
    canvas->cursor_y = y;
    canvas->cursor_x = LEFT;
    for (int i = first; i < lines->count && i < first + rows; i++, y++) {
        const struct line *line = &lines->list[i];
        int x = line->name ? LEFT + lines->names : LEFT;

        if (line->name)
            canvas_put(canvas, y, LEFT, line->role, line->name);
        canvas_put(canvas, y, x, line->name ? ROLE_NORMAL : line->role,
                   line->text);
    }
    if (most > 0)
        canvas_put(canvas, y++, LEFT, ROLE_KEY,
                   first < most ? _("Down: there is more.")
                                : _("Up: that was all."));
    return y;
}
