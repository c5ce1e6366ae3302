/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Step 2: the host checks; below, what the selected one means. */
#include "ui/app.h"

static int length(const struct app *app)
{
    return (int)app->session->host->findings.count;
}

static void draw_headline(const struct app *app, struct canvas *canvas)
{
    const struct host *host = app->session->host;
    const char *dot = canvas_glyph(canvas, GLYPH_DOT);

    canvas_putf(canvas, BODY_TOP, 1, ROLE_NORMAL,
                "%s %s %u cores, %d CPUs %s %lu MiB %s Linux %s",
                *host->cpu.model ? host->cpu.model : "unknown CPU", dot,
                host->cpu.core_count, CPU_COUNT(&host->cpu.online), dot,
                host->memory.total_kib / 1024, dot,
                *host->kernel.release ? host->kernel.release : "unknown");
}

static void draw_details(struct canvas *canvas, int y,
                         const struct finding *finding)
{
    int end = app_body_end(canvas), width = canvas->width - 2;

    draw_rule(canvas, y++, finding->text);
    y = canvas_wrap(canvas, y, 1, width, end - y, ROLE_NORMAL, finding->why);
    if (*finding->fix)
        y = canvas_wrap(canvas, y, 1, width, end - y, ROLE_NORMAL,
                        finding->fix);
    canvas_wrap(canvas, y, 1, width, end - y, ROLE_NOTE, finding->source);
}

static void draw(struct app *app, struct canvas *canvas)
{
    const struct findings *findings = &app->session->host->findings;
    struct list *list = &app->lists[STEP_HOST];
    int height = app_body_end(canvas) - BODY_TOP - 9;

    list->count = length(app);
    list_scroll(list, height);
    draw_headline(app, canvas);
    for (int i = list->top; i < list->count && i < list->top + height; i++) {
        const struct finding *finding = &findings->list[i];
        int y = BODY_TOP + 2 + i - list->top;
        bool is_selected = i == list->selected;

        draw_marker(canvas, y, is_selected);
        canvas_putf(canvas, y, 3, role_of_verdict(finding->verdict), "%-8s",
                    verdict_name(finding->verdict));
        canvas_put_cut(canvas, y, 11, 38,
                       is_selected ? ROLE_SELECTED : ROLE_NORMAL,
                       finding->text);
        canvas_put_cut(canvas, y, 50, canvas->width - 51, ROLE_NORMAL,
                       finding->detail);
    }
    draw_details(canvas, BODY_TOP + 3 + height,
                 &findings->list[list->selected]);
}

const struct screen screen_host = {
    .name = "Host",
    .draw = draw,
    .length = length,
};
