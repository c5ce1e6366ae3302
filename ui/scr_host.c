/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Step 2: the host checks; below, what the selected one means, what to do,
 * and where it was read.
 */
#include "base/text.h"
#include "ui/app.h"
#include "ui/cure.h"
#include "ui/find.h"
#include "ui/pane.h"

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
             _("%s %s %u cores, %d CPUs %s %lu MiB %s Linux %s"),
             *host->cpu.model ? host->cpu.model : _("unknown CPU"), dot,
             host->cpu.core_count, CPU_COUNT(&host->cpu.online), dot,
             host->memory.total_kib / 1024, dot,
             *host->kernel.release ? host->kernel.release : _("unknown"));
    canvas_put_cut(canvas, BODY_TOP, 1, canvas->width - 2, ROLE_NORMAL, text);
}

/* How many of each verdict, worst first; the column after it. */
static int draw_counts(const struct app *app, struct canvas *canvas)
{
    static const enum verdict verdicts[] = {
        VERDICT_FAIL, VERDICT_WARN, VERDICT_UNKNOWN, VERDICT_NOTE, VERDICT_OK};
    int x = 1;

    for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
        size_t count = findings_count(findings_of(app), verdicts[i]);

        if (count > 0)
            x = canvas_putf(canvas, BODY_TOP + 1, x,
                            role_of_verdict(verdicts[i]), "%zu %s  ", count,
                            verdict_label(verdicts[i]));
    }
    return x;
}

static void draw_row(struct canvas *canvas, int y, bool is_selected,
                     const struct finding *finding)
{
    int width = canvas->width;
    int x = app_is_narrow(canvas) ? width * 5 / 8
                                  : 50 + (width - APP_FULL_WIDTH) * 3 / 8;

    draw_marker(canvas, y, is_selected);
    canvas_putf(canvas, y, 3, role_of_verdict(finding->verdict), "%-8s",
                verdict_label(finding->verdict));
    canvas_put_cut(canvas, y, 11, x - 12,
                   is_selected ? ROLE_SELECTED : ROLE_NORMAL, finding->text);
    canvas_put_cut(canvas, y, x, width - x - 1, ROLE_NORMAL, finding->detail);
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
    draw_range(canvas, BODY_TOP + 1, draw_counts(app, canvas), list, height);
    for (int i = list->top; i < list->count && i < list->top + height; i++)
        draw_row(canvas, LIST_TOP + i - list->top, i == list->selected,
                 &findings->list[i]);
    if (selected_finding(app))
        finding_draw(selected_finding(app), canvas, LIST_TOP + height + 1);
}

static bool act(struct app *app, enum action action)
{
    const struct finding *finding = selected_finding(app);

    if ((action != ACTION_VIEW && action != ACTION_CURE) || !finding)
        return false;
    if (action == ACTION_VIEW)
        finding_page(finding, app);
    else
        cure_go(app, finding);
    return true;
}

static bool has(const struct app *app, int row, const char *word)
{
    return find_in_finding(word, &findings_of(app)->list[row]);
}

static const struct finder finder = {.has = has};

const struct screen screen_host = {
    .name = N_("Host"),
    .draw = draw,
    .act = act,
    .length = length,
    .finder = &finder,
};
