/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Step 5: the table of options; beside it what the selected one does, costs
 * and writes. A domain without pins arrives with the proposals made.
 */
#include "ui/app.h"

#include "base/str.h"

#include <stdio.h>
#include <string.h>

enum { PANE = 43, NARROW_PANE = 5 };

static void enter(struct app *app)
{
    const struct plan *plan = app_plan(app);

    if (app->is_visited[STEP_OPTIONS] || domain_is_pinned(plan->domain))
        return;
    if (plan_propose_options(app_edit(app)) > 0 && app_edited(app))
        app_hint(app,
                 "What fits this guest is proposed; d goes back to the "
                 "domain's own.");
    else
        app_edited(app);
}

static int length(const struct app *app)
{
    (void)app;
    return OPTION_COUNT;
}

/* A heading stands above the first option of each group. */
static bool starts_group(int id)
{
    return id == 0 || strcmp(option_get((enum option_id)id)->group,
                             option_get((enum option_id)(id - 1))->group) != 0;
}

static void draw_row(const struct app *app, struct canvas *canvas, int y,
                     enum option_id id, bool is_selected)
{
    const struct plan *plan = app_plan(app);
    const struct option_row *option = option_get(id);
    bool is_off = option_obstacle(plan, id) != NULL;
    long wish = plan->options[id];
    enum role role = is_selected ? ROLE_SELECTED
                     : is_off    ? ROLE_OFF
                                 : ROLE_NORMAL;
    char now[16], value[16];

    draw_marker(canvas, y, is_selected);
    canvas_put(canvas, y, 3, is_off ? ROLE_OFF : ROLE_NORMAL,
               is_off                ? " - "
               : wish == OPTION_KEEP ? "[-]"
               : wish == OPTION_OFF  ? "[ ]"
                                     : "[x]");
    canvas_put_cut(canvas, y, 7, 21, role, option->title);
    option_format(id, option_now(plan, id), now, sizeof(now));
    option_format(id, option_effective(plan, id), value, sizeof(value));
    canvas_putf(canvas, y, 29, ROLE_NORMAL, "%6s", now);
    canvas_putf(canvas, y, 36, wish == OPTION_KEEP ? ROLE_NORMAL : ROLE_ADDED,
                "%6s", value);
}

static int draw_point(struct canvas *canvas, int y, int end, const char *name,
                      const char *text)
{
    int x = PANE + 3;

    if (y >= end || !*text)
        return y;
    canvas_put(canvas, y, x, ROLE_HEADING, name);
    return canvas_wrap(canvas, y, x + 8, canvas->width - x - 9, end - y,
                       ROLE_NORMAL, text);
}

static void draw_pane(const struct app *app, struct canvas *canvas,
                      enum option_id id)
{
    const struct option_row *option = option_get(id);
    const char *obstacle = option_obstacle(app_plan(app), id);
    int y = BODY_TOP, end = app_body_end(canvas), x = PANE + 3;

    for (int row = y; row < end; row++)
        canvas_put_glyph(canvas, row, PANE + 1, ROLE_NORMAL, GLYPH_VERTICAL);
    canvas_put(canvas, y, x, ROLE_HEADING, option->title);
    y = canvas_wrap(canvas, y + 2, x, canvas->width - x - 1, end - y - 2,
                    ROLE_NORMAL, option->does) +
        1;
    if (obstacle)
        y = draw_point(canvas, y, end, "Not now", obstacle) + 1;
    y = draw_point(canvas, y, end, "Cost", option->cost);
    y = draw_point(canvas, y, end, "Risk", option->risk);
    for (size_t i = 0; option->needs[i] != OPTION_NONE; i++)
        y = draw_point(canvas, y, end, i == 0 ? "Needs" : "",
                       option_get(option->needs[i])->title);
    y = draw_point(canvas, y, end, "Writes", option->writes);
    draw_point(canvas, y, end, "From", option->source);
}

/* In a narrow terminal: what the option does, or why not, under the list. */
static void draw_below(const struct app *app, struct canvas *canvas, int y,
                       enum option_id id)
{
    const char *obstacle = option_obstacle(app_plan(app), id);

    draw_rule(canvas, y, option_get(id)->title);
    canvas_wrap(canvas, y + 1, 1, canvas->width - 2, NARROW_PANE - 1,
                ROLE_NORMAL, obstacle ? obstacle : option_get(id)->does);
}

static void draw(struct app *app, struct canvas *canvas)
{
    struct list *list = &app->lists[STEP_OPTIONS];
    int end = app_body_end(canvas), y;
    int line = 0, selected_line = 0, height;

    if (app_is_narrow(canvas)) {
        end -= NARROW_PANE;
        draw_below(app, canvas, end, (enum option_id)list->selected);
    } else {
        draw_pane(app, canvas, (enum option_id)list->selected);
    }
    height = end - BODY_TOP - 1;

    list->count = length(app);
    for (int i = 0; i < list->count; i++) {
        line += starts_group(i);
        if (i == list->selected)
            selected_line = line;
        line++;
    }
    list->top = selected_line < height ? 0 : selected_line - height + 1;
    canvas_put(canvas, BODY_TOP, 3, ROLE_HEADING, "Option");
    canvas_put(canvas, BODY_TOP, 29, ROLE_HEADING, "   now   plan");
    y = BODY_TOP + 1 - list->top;
    for (int i = 0; i < list->count; i++) {
        if (starts_group(i)) {
            if (y > BODY_TOP && y < end)
                canvas_put(canvas, y, 1, ROLE_HEADING,
                           option_get((enum option_id)i)->group);
            y++;
        }
        if (y > BODY_TOP && y < end)
            draw_row(app, canvas, y, (enum option_id)i, i == list->selected);
        y++;
    }
    if (!app->hint[0])
        app_hint(app, "[x] on   [ ] off   [-] as the domain has it");
}

/* The values that Space goes through: from keep to the others and back. */
static long next_value(const struct plan *plan, enum option_id id)
{
    const struct memory *memory = &plan->host->memory;
    long now = option_now(plan, id), wish = plan->options[id];
    long from = wish == OPTION_KEEP ? -1 : wish;

    if (option_get(id)->type != OPTION_TYPE_PAGE_SIZE)
        return wish != OPTION_KEEP ? OPTION_KEEP
               : now != OPTION_OFF ? OPTION_OFF
                                   : option_get(id)->proposed;
    if (wish == OPTION_KEEP && now != OPTION_OFF)
        return OPTION_OFF;
    for (size_t i = 0; i < memory->pool_count; i++)
        if ((long)memory->pools[i].size_kib > from &&
            (long)memory->pools[i].size_kib != now)
            return (long)memory->pools[i].size_kib;
    return OPTION_KEEP;
}

static void toggle(struct app *app, enum option_id id)
{
    const char *obstacle = option_obstacle(app_plan(app), id);
    long value = next_value(app_plan(app), id);
    unsigned others;

    if (obstacle && value > OPTION_OFF) {
        app_hint(app, "%s", obstacle);
        return;
    }
    others = option_set(app_edit(app), id, value);
    app_edited(app);
    if (others > 0)
        app_hint(app, "%u other option%s changed with it; u undoes all.",
                 others, others == 1 ? "" : "s");
}

static bool act(struct app *app, enum action action)
{
    enum option_id id = (enum option_id)app->lists[STEP_OPTIONS].selected;

    if (action == ACTION_TOGGLE) {
        toggle(app, id);
        return true;
    }
    if (action == ACTION_OWN) {
        option_set(app_edit(app), id, OPTION_KEEP);
        app_edited(app);
        return true;
    }
    return false;
}

const struct screen screen_options = {
    .name = "Options",
    .enter = enter,
    .draw = draw,
    .act = act,
    .length = length,
};
