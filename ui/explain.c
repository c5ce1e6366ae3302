/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes a finding, gives and paints its whole text. */
#include "ui/explain.h"

#include "base/text.h"
#include "ui/app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Adds a word; one that no line has room for is broken. Gives the column. */
static int add_word(struct str *str, const char *word, int column, int indent,
                    int width)
{
    char one[16];
    size_t length;
    unsigned character;

    for (; *word; word += length) {
        length = str_utf8(word, &character);
        if (length == 0)
            length = 1;
        snprintf(one, sizeof(one), "%.*s", (int)length, word);
        if (column + canvas_columns(one) > width && column > indent) {
            str_addf(str, "\n%*s", indent, "");
            column = indent;
        }
        str_add(str, one);
        column += canvas_columns(one);
    }
    return column;
}

/*
 * Adds one line, broken at blanks where it would be wider. What goes on stands
 * a little further right than the line, if that is indented.
 */
static void add_wrapped(struct str *str, const char *line, size_t size,
                        int width)
{
    size_t indent = strspn(line, " "), length;
    struct str text CLEANUP(str_free) = STR_INIT;
    const char *at, *word;
    int column = 0;

    str_add_bytes(&text, line, size);
    at = str_text(&text);
    while ((word = str_next_word(&at, &length))) {
        char *one = mem_alloc(length + 1, 1);
        int columns = canvas_columns(memcpy(one, word, length));

        if (column > 0 && column + 1 + columns > width) {
            str_addf(str, "\n%*s", (int)(indent > 0 ? indent + 2 : 0), "");
            column = (int)(indent > 0 ? indent + 2 : 0);
        } else if (column > 0) {
            str_add(str, " ");
            column++;
        } else {
            str_addf(str, "%*s", (int)indent, "");
            column = (int)indent;
        }
        column = add_word(str, one, column, (int)(indent > 0 ? indent + 2 : 0),
                          width);
        free(one);
    }
    str_add(str, "\n");
}

void explain_add(struct str *str, const char *text, int width)
{
    while (*text) {
        size_t size = strcspn(text, "\n");

        add_wrapped(str, text, size, width);
        text += size + (text[size] == '\n');
    }
}

char *explain_text(const struct finding *finding, int width)
{
    struct str str = STR_INIT;
    struct str source CLEANUP(str_free) = STR_INIT;

    explain_add(&str, finding->why, width);
    explain_add(&str, finding->fix, width);
    explain_add(&str, finding->recipe, width);
    if (*finding->source)
        str_addf(&source, "Seen in %s", finding->source);
    explain_add(&str, str_text(&source), width);
    return str_steal(&str);
}

void explain_draw(struct canvas *canvas, int y, const struct finding *finding)
{
    char *text CLEANUP(mem_free) = explain_text(finding, canvas->width - 2);
    int end = app_body_end(canvas);
    const char *at = text, *seen = _("Seen in %s");

    draw_pane_rule(canvas, y++, finding->text);
    while (*at) {
        size_t size = strcspn(at, "\n");
        char *line = mem_alloc(size + 1, 1);
        bool is_last = y == end - 1;

        memcpy(line, at, size);
        at += size + (at[size] == '\n');
        if (is_last && *at)
            canvas_put(canvas, y, 1, ROLE_NOTE, _("There is more: v"));
        else
            canvas_put(canvas, y, 1,
                       strncmp(line, seen, strcspn(seen, "%")) == 0
                           ? ROLE_NOTE
                           : ROLE_NORMAL,
                       line);
        free(line);
        y++;
        if (is_last)
            break;
    }
}
