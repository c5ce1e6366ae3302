/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Step 2: the host checks; below, what the selected one means, what to do,
 * and where it was read.
 */
#include "ui/app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_TOP = BODY_TOP + 2, PANE_MIN = 5 };

static const struct findings *findings_of(const struct app *app)
{
    return &app->session->host->findings;
}

static int length(const struct app *app)
{
    return (int)findings_of(app)->count;
}

static const struct finding *selected_finding(const struct app *app)
{
    const struct findings *findings = findings_of(app);
    int selected = app->lists[STEP_HOST].selected;

    return (size_t)selected < findings->count ? &findings->list[selected]
                                              : NULL;
}

static void draw_headline(const struct app *app, struct canvas *canvas)
{
    const struct host *host = app->session->host;
    const char *dot = canvas_glyph(canvas, GLYPH_DOT);
    char text[512];

    snprintf(text, sizeof(text),
             "%s %s %u cores, %d CPUs %s %lu MiB %s Linux %s",
             *host->cpu.model ? host->cpu.model : "unknown CPU", dot,
             host->cpu.core_count, CPU_COUNT(&host->cpu.online), dot,
             host->memory.total_kib / 1024, dot,
             *host->kernel.release ? host->kernel.release : "unknown");
    canvas_put_cut(canvas, BODY_TOP, 1, canvas->width - 2, ROLE_NORMAL, text);
}

/* How many of each verdict, worst first, and which rows are in sight. */
static void draw_counts(const struct app *app, struct canvas *canvas,
                        int height)
{
    static const enum verdict verdicts[] = {
        VERDICT_FAIL, VERDICT_WARN, VERDICT_UNKNOWN, VERDICT_NOTE, VERDICT_OK};
    const struct list *list = &app->lists[STEP_HOST];
    int x = 1;

    for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
        size_t count = findings_count(findings_of(app), verdicts[i]);

        if (count > 0)
            x = canvas_putf(canvas, BODY_TOP + 1, x,
                            role_of_verdict(verdicts[i]), "%zu %s  ", count,
                            verdict_name(verdicts[i]));
    }
    if (list->count > height && x < canvas->width - 17)
        canvas_putf(canvas, BODY_TOP + 1, canvas->width - 17, ROLE_NORMAL,
                    "%2d to %2d of %2d", list->top + 1,
                    list->top + height < list->count ? list->top + height
                                                     : list->count,
                    list->count);
}

static void draw_row(struct canvas *canvas, int y, bool is_selected,
                     const struct finding *finding)
{
    int x = app_is_narrow(canvas) ? canvas->width * 5 / 8 : 50;

    draw_marker(canvas, y, is_selected);
    canvas_putf(canvas, y, 3, role_of_verdict(finding->verdict), "%-8s",
                verdict_name(finding->verdict));
    canvas_put_cut(canvas, y, 11, x - 12,
                   is_selected ? ROLE_SELECTED : ROLE_NORMAL, finding->text);
    canvas_put_cut(canvas, y, x, canvas->width - x - 1, ROLE_NORMAL,
                   finding->detail);
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
        str_add(str, one);
        column += columns;
        free(one);
    }
    str_add(str, "\n");
}

static void add_text(struct str *str, const char *text, int width)
{
    while (*text) {
        size_t size = strcspn(text, "\n");

        add_wrapped(str, text, size, width);
        text += size + (text[size] == '\n');
    }
}

/* Everything about a finding, in lines. */
static char *explain(const struct finding *finding, int width)
{
    struct str str = STR_INIT;
    struct str source CLEANUP(str_free) = STR_INIT;

    add_text(&str, finding->why, width);
    add_text(&str, finding->fix, width);
    add_text(&str, finding->recipe, width);
    if (*finding->source)
        str_addf(&source, "Seen in %s", finding->source);
    add_text(&str, str_text(&source), width);
    return str_steal(&str);
}

static void draw_pane(struct canvas *canvas, int y,
                      const struct finding *finding)
{
    char *text CLEANUP(mem_free) = explain(finding, canvas->width - 2);
    int end = app_body_end(canvas);
    const char *at = text;

    draw_rule(canvas, y++, finding->text);
    while (*at) {
        size_t size = strcspn(at, "\n");
        char *line = mem_alloc(size + 1, 1);
        bool is_last = y == end - 1;

        memcpy(line, at, size);
        at += size + (at[size] == '\n');
        if (is_last && *at)
            canvas_put(canvas, y, 1, ROLE_NOTE, "There is more: v");
        else
            canvas_put(canvas, y, 1,
                       str_starts(line, "Seen in ") ? ROLE_NOTE : ROLE_NORMAL,
                       line);
        free(line);
        y++;
        if (is_last)
            break;
    }
}

static void draw(struct app *app, struct canvas *canvas)
{
    int pane = PANE_MIN + (canvas->height - APP_FULL_HEIGHT) / 2;
    int height = app_body_end(canvas) - LIST_TOP - pane - 2;
    const struct findings *findings = findings_of(app);
    struct list *list = &app->lists[STEP_HOST];

    list->count = length(app);
    list_scroll(list, height);
    draw_headline(app, canvas);
    draw_counts(app, canvas, height);
    for (int i = list->top; i < list->count && i < list->top + height; i++)
        draw_row(canvas, LIST_TOP + i - list->top, i == list->selected,
                 &findings->list[i]);
    if (selected_finding(app))
        draw_pane(canvas, LIST_TOP + height + 1, selected_finding(app));
}

static bool act(struct app *app, enum action action)
{
    const struct finding *finding = selected_finding(app);

    if (action != ACTION_VIEW || !finding)
        return false;
    app_page(app, finding->text, explain(finding, app->width - 2));
    return true;
}

const struct screen screen_host = {
    .name = "Host",
    .draw = draw,
    .act = act,
    .length = length,
};
