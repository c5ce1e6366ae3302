/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes points, paints as many of their lines as there is room for. */
#include "ui/pane.h"

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

void pane_wrap(struct str *str, const char *text, int width)
{
    while (*text) {
        size_t size = strcspn(text, "\n");

        add_wrapped(str, text, size, width);
        text += size + (text[size] == '\n');
    }
}

/* The columns of the names: eight, or what the widest of them takes. */
static int names_width(const struct pane *pane)
{
    int widest = 7;

    for (size_t i = 0; i < pane->count; i++)
        if (pane->points[i].name &&
            canvas_columns(pane->points[i].name) > widest)
            widest = canvas_columns(pane->points[i].name);
    return widest + 1;
}

void pane_add(struct pane *pane, const char *name, const char *text)
{
    if (text && *text && pane->count < ARRAY_SIZE(pane->points))
        pane->points[pane->count++] =
            (struct pane_point){name, text, name ? ROLE_HEADING : ROLE_NORMAL};
}

void pane_add_text(struct pane *pane, enum role role, const char *text)
{
    size_t before = pane->count;

    pane_add(pane, NULL, text);
    if (pane->count > before)
        pane->points[before].role = role;
}

void pane_add_finding(struct pane *pane, struct arena *arena,
                      const struct finding *finding)
{
    pane_add(pane, verdict_label(finding->verdict),
             *finding->fix
                 ? arena_printf(arena, "%s. %s", finding->text, finding->fix)
                 : finding->text);
    pane->points[pane->count - 1].role = role_of_verdict(finding->verdict);
}

/* A line of it: the name, if it is its point's first, and the text. */
struct line {
    const struct pane_point *point;
    bool is_first;
    char *text;
};

struct lines {
    struct line *list;
    int count;
};

static void add_line(struct lines *lines, const struct pane_point *point,
                     bool is_first, const char *text, size_t size)
{
    char *copy = mem_alloc(size + 1, 1);

    memcpy(copy, text, size);
    lines->list = mem_realloc(lines->list, (size_t)lines->count + 1,
                              sizeof(*lines->list));
    lines->list[lines->count++] = (struct line){point, is_first, copy};
}

/* With a blank line behind what stands without a name, if `is_airy`. */
static struct lines lines_new(const struct pane *pane, int width, bool is_airy)
{
    struct lines lines = {0};
    int names = names_width(pane);

    for (size_t i = 0; i < pane->count; i++) {
        const struct pane_point *point = &pane->points[i];
        struct str text CLEANUP(str_free) = STR_INIT;
        int first = lines.count;

        if (is_airy && i > 0 && !point->name != !point[-1].name)
            add_line(&lines, point, false, "", 0);
        first = lines.count;
        pane_wrap(&text, point->text, point->name ? width - names : width);
        for (const char *at = str_text(&text); *at;) {
            size_t size = strcspn(at, "\n");

            add_line(&lines, point, lines.count == first, at, size);
            at += size + (at[size] == '\n');
        }
    }
    return lines;
}

static void lines_free(struct lines *lines)
{
    for (int i = 0; i < lines->count; i++)
        free(lines->list[i].text);
    free(lines->list);
}

int pane_draw_points(const struct pane *pane, struct canvas *canvas, int y,
                     int x, int end)
{
    int width = canvas->width - x - 1, names = names_width(pane);
    struct lines lines = lines_new(pane, width, true);

    if (lines.count > end - y) {
        lines_free(&lines);
        lines = lines_new(pane, width, false);
    }
    for (int i = 0; i < lines.count && y < end; i++, y++) {
        const struct line *line = &lines.list[i];

        if (y == end - 1 && i + 1 < lines.count) {
            canvas_put(canvas, y++, x, ROLE_NOTE,
                       pane->more ? pane->more : _("There is more: v"));
            break;
        }
        if (line->point->name && line->is_first)
            canvas_put_cut(canvas, y, x, names - 1, line->point->role,
                           line->point->name);
        canvas_put(canvas, y, line->point->name ? x + names : x,
                   line->point->name ? ROLE_NORMAL : line->point->role,
                   line->text);
    }
    lines_free(&lines);
    return y;
}

void pane_draw_below(const struct pane *pane, struct canvas *canvas, int y)
{
    draw_pane_rule(canvas, y, pane->title);
    pane_draw_points(pane, canvas, y + 1, 1, app_body_end(canvas));
}

int pane_draw_beside(const struct pane *pane, struct canvas *canvas)
{
    enum { NARROW_PANE = 5 }; /* rows, its title among them */
    int end = app_body_end(canvas), x = columns_of(canvas).pane;

    if (app_is_narrow(canvas)) {
        pane_draw_below(pane, canvas, end - NARROW_PANE);
        return end - NARROW_PANE;
    }
    for (int row = BODY_TOP; row < end; row++)
        canvas_put_glyph(canvas, row, x + 1, ROLE_NORMAL, GLYPH_VERTICAL);
    canvas_set_pane(canvas, BODY_TOP, x + 3, end);
    canvas_put_cut(canvas, BODY_TOP, x + 3, canvas->width - x - 4, ROLE_HEADING,
                   pane->title);
    pane_draw_points(pane, canvas, BODY_TOP + 1, x + 3, end);
    return end;
}

char *pane_text(const struct pane *pane, int width)
{
    struct lines lines = lines_new(pane, width, true);
    struct str str = STR_INIT;
    int names = names_width(pane);

    for (int i = 0; i < lines.count; i++) {
        const struct line *line = &lines.list[i];
        const char *name = line->is_first ? line->point->name : "";
        int columns = name ? canvas_columns(name) : 0;

        if (line->point->name)
            str_addf(&str, "%s%*s", name, columns < names ? names - columns : 1,
                     "");
        str_addf(&str, "%s\n", line->text);
    }
    lines_free(&lines);
    return str_steal(&str);
}

void pane_page(const struct pane *pane, struct app *app)
{
    app_page(app, pane->title, pane_text(pane, app->width - 2));
}

static void fill_finding(struct pane *pane, struct arena *arena,
                         const struct finding *finding)
{
    pane->title = finding->text;
    pane_add(pane, NULL, finding->why);
    pane_add(pane, NULL, finding->fix);
    pane_add(pane, NULL, finding->recipe);
    if (*finding->source)
        pane_add_text(pane, ROLE_NOTE,
                      arena_printf(arena, "Seen in %s", finding->source));
}

void finding_draw(const struct finding *finding, struct canvas *canvas, int y)
{
    struct arena *arena = arena_new();
    struct pane pane = {0};

    fill_finding(&pane, arena, finding);
    pane_draw_below(&pane, canvas, y);
    arena_free(arena);
}

void finding_page(const struct finding *finding, struct app *app)
{
    struct arena *arena = arena_new();
    struct pane pane = {0};

    fill_finding(&pane, arena, finding);
    pane_page(&pane, app);
    arena_free(arena);
}

struct columns columns_of(const struct canvas *canvas)
{
    enum { NOW = 28, LONG = 16, WIDE = 110, MORE = 8 };
    int more = canvas->width < WIDE ? 0 : (canvas->width - WIDE) / 10;
    int value = canvas->width < WIDE ? COLUMN_SHORT : LONG, now = NOW;

    more = more < MORE ? more : MORE;
    value += more;
    now += more;
    return (struct columns){
        .now = now,
        .value = value,
        .plan = now + value + 1,
        .pane = now + 2 * value + 1,
    };
}

void columns_heading(struct canvas *canvas, int y)
{
    struct columns at = columns_of(canvas);

    canvas_put(canvas, y, at.now + at.value - canvas_columns(_("now")),
               ROLE_HEADING, _("now"));
    canvas_put(canvas, y, at.plan + at.value - canvas_columns(_("plan")),
               ROLE_HEADING, _("plan"));
}

void columns_value(struct canvas *canvas, int y, int x, enum role role,
                   const char *text)
{
    int most = columns_of(canvas).value, width = canvas_columns(text);

    canvas_put_cut(canvas, y, width < most ? x + most - width : x, most, role,
                   text);
}
