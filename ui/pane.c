/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes points, paints as many of their lines as there is room for. */
#include "ui/pane.h"

#include "base/text.h"
#include "ui/app.h"
#include "ui/explain.h"

#include <stdlib.h>
#include <string.h>

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
            (struct pane_point){name, text, ROLE_HEADING};
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
        explain_add(&text, point->text, point->name ? width - names : width);
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
        canvas_put(canvas, y, line->point->name ? x + names : x, ROLE_NORMAL,
                   line->text);
    }
    lines_free(&lines);
    return y;
}

void pane_draw(const struct pane *pane, struct canvas *canvas, int y, int x,
               int end)
{
    canvas_set_pane(canvas, y, x, end);
    canvas_put_cut(canvas, y, x, canvas->width - x - 1, ROLE_HEADING,
                   pane->title);
    pane_draw_points(pane, canvas, y + 1, x, end);
}

void pane_draw_below(const struct pane *pane, struct canvas *canvas, int y,
                     int end)
{
    draw_pane_rule(canvas, y, pane->title);
    pane_draw_points(pane, canvas, y + 1, 1, end);
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

struct columns columns_of(const struct canvas *canvas)
{
    enum { NOW = 28, LONG = 16, WIDE = 110 };
    int value = canvas->width < WIDE ? COLUMN_SHORT : LONG;

    return (struct columns){
        .now = NOW,
        .value = value,
        .plan = NOW + value + 1,
        .pane = NOW + 2 * value + 1,
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
