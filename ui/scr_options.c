/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Step 5: the table of options; beside it what the selected one does, costs
 * and writes. A domain without pins arrives with the proposals made.
 */
#include "ui/app.h"
#include "ui/disks.h"
#include "ui/find.h"
#include "ui/presets.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/disk.h"

#include <stdio.h>
#include <string.h>

/* Columns, the width of a value, the rows of a pane below the list. */
enum { VALUE = 7, NOW = 28, PLAN = 36, PANE = 43, NARROW_PANE = 5 };

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

/* A value in its column; what is too long for it stands in the pane, whole. */
static void draw_value(const struct app *app, struct canvas *canvas, int y,
                       int x, enum role role, enum option_id id, long value)
{
    char text[96];
    int width;

    option_show(app_plan(app), id, value, text, sizeof(text));
    width = canvas_columns(text);
    canvas_put_cut(canvas, y, width < VALUE ? x + VALUE - width : x, VALUE,
                   role, text);
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

    draw_marker(canvas, y, is_selected);
    canvas_put(canvas, y, 3, is_off ? ROLE_OFF : ROLE_NORMAL,
               is_off                ? " - "
               : wish == OPTION_KEEP ? "[-]"
               : wish == OPTION_OFF  ? "[ ]"
                                     : "[x]");
    canvas_put_cut(canvas, y, 7, 20, role, option->title);
    draw_value(app, canvas, y, NOW, ROLE_NORMAL, id, option_now(plan, id));
    draw_value(app, canvas, y, PLAN,
               wish == OPTION_KEEP ? ROLE_NORMAL : ROLE_ADDED, id,
               option_effective(plan, id));
}

/* The column beside the names, for the widest of them. */
static int names_width(void)
{
    static const char *const names[] = {
        "Not now", "Now",     "Plan",   "Values", "Cost", "Risk",
        "Needs",   "Without", "Writes", "Key",    "From",
    };
    int widest = 0;

    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (canvas_columns(text_of(names[i])) > widest)
            widest = canvas_columns(text_of(names[i]));
    return widest + 1;
}

static int draw_point(struct canvas *canvas, int y, int end, const char *name,
                      const char *text)
{
    int x = PANE + 3, width = names_width();

    if (y >= end || !text || !*text)
        return y;
    canvas_put(canvas, y, x, ROLE_HEADING, name);
    return canvas_wrap(canvas, y, x + width, canvas->width - x - width - 1,
                       end - y, ROLE_NORMAL, text);
}

/* Titles, one below the other. */
static int draw_options(struct canvas *canvas, int y, int end, const char *name,
                        const enum option_id *ids)
{
    for (; *ids != OPTION_NONE; ids++, name = "")
        y = draw_point(canvas, y, end, name, option_get(*ids)->title);
    return y;
}

/* What the columns have no room for, and what else there is. */
static int draw_values(const struct app *app, struct canvas *canvas, int y,
                       int end, enum option_id id)
{
    const struct plan *plan = app_plan(app);
    char now[96], value[96], values[96];

    option_show(plan, id, option_now(plan, id), now, sizeof(now));
    option_show(plan, id, option_effective(plan, id), value, sizeof(value));
    option_values(id, values, sizeof(values));
    if (canvas_columns(now) > VALUE)
        y = draw_point(canvas, y, end, _("Now"), now);
    if (canvas_columns(value) > VALUE && strcmp(now, value) != 0)
        y = draw_point(canvas, y, end, _("Plan"), value);
    if (option_get(id)->type == OPTION_TYPE_CHOICE ||
        option_get(id)->type == OPTION_TYPE_NUMBER)
        y = draw_point(canvas, y, end, _("Values"), values);
    return y;
}

static void draw_pane(const struct app *app, struct canvas *canvas,
                      enum option_id id)
{
    const struct option_row *option = option_get(id);
    const char *obstacle = option_obstacle(app_plan(app), id);
    int y = BODY_TOP, end = app_body_end(canvas), x = PANE + 3;

    canvas_set_pane(canvas, y, x, end);
    for (int row = y; row < end; row++)
        canvas_put_glyph(canvas, row, PANE + 1, ROLE_NORMAL, GLYPH_VERTICAL);
    canvas_put(canvas, y, x, ROLE_HEADING, option->title);
    y = canvas_wrap(canvas, y + 1, x, canvas->width - x - 1, end - y - 1,
                    ROLE_NORMAL, option->does) +
        1;
    if (obstacle)
        y = draw_point(canvas, y, end, _("Not now"), obstacle) + 1;
    y = draw_values(app, canvas, y, end, id);
    y = draw_point(canvas, y, end, _("Cost"), option->cost);
    y = draw_point(canvas, y, end, _("Risk"), option->risk);
    y = draw_options(canvas, y, end, _("Needs"), option_needs(id));
    y = draw_options(canvas, y, end, _("Wants"),
                     option_wants(app_plan(app), id));
    y = draw_options(canvas, y, end, _("Without"), option_conflicts(id));
    y = draw_point(canvas, y, end, _("Writes"), option->writes);
    y = draw_point(canvas, y, end, _("Key"), option->key);
    draw_point(canvas, y, end, _("From"), option->source);
}

/* In a narrow terminal: what the option does, or why not, under the list. */
static void draw_below(const struct app *app, struct canvas *canvas, int y,
                       enum option_id id)
{
    const char *obstacle = option_obstacle(app_plan(app), id);

    draw_pane_rule(canvas, y, option_get(id)->title);
    canvas_wrap(canvas, y + 1, 1, canvas->width - 2, NARROW_PANE - 1,
                ROLE_NORMAL, obstacle ? obstacle : option_get(id)->does);
}

/* The heading of a group; folded it says what is in it. */
static void draw_group(const struct app *app, struct canvas *canvas, int y,
                       int first, bool is_selected)
{
    const struct plan *plan = app_plan(app);
    int wishes = 0, end = fold_end(first);

    draw_marker(canvas, y, is_selected && app->is_folded[first]);
    canvas_put(canvas, y, app->is_folded[first] ? 3 : 1,
               is_selected && app->is_folded[first] ? ROLE_SELECTED
                                                    : ROLE_HEADING,
               option_get((enum option_id)first)->group);
    if (!app->is_folded[first])
        return;
    for (int i = first; i < end; i++)
        wishes += plan->options[i] != OPTION_KEEP;
    canvas_putf(canvas, y, NOW, ROLE_NORMAL, N_("%3d, %d set"), end - first,
                wishes);
}

/* The line of the list that the selected option stands in. */
static int selected_line(const struct app *app)
{
    int selected = app->lists[STEP_OPTIONS].selected, line = 0;

    for (int i = 0; i <= selected; i++) {
        line += fold_first(i) == i;
        line += !fold_is_folded(app, i);
    }
    return line - 1;
}

static void draw(struct app *app, struct canvas *canvas)
{
    struct list *list = &app->lists[STEP_OPTIONS];
    int end = app_body_end(canvas), y;
    int height, line = selected_line(app);

    if (app->presets || app->disks) {
        (app->presets ? presets_draw : disks_draw)(app, canvas);
        return;
    }
    if (app_is_narrow(canvas)) {
        end -= NARROW_PANE;
        draw_below(app, canvas, end, (enum option_id)list->selected);
    } else {
        draw_pane(app, canvas, (enum option_id)list->selected);
    }
    height = end - BODY_TOP - 1;

    list->count = length(app);
    list->top = line < height ? 0 : line - height + 1;
    canvas_putf(canvas, BODY_TOP, 3, ROLE_HEADING, "Guest (g): %s",
                guest_kind_name(app_plan(app)->guest));
    canvas_put(canvas, BODY_TOP, NOW, ROLE_HEADING, _("    now    plan"));
    y = BODY_TOP + 1 - list->top;
    for (int i = 0; i < list->count; i++) {
        if (fold_first(i) == i) {
            if (y > BODY_TOP && y < end)
                draw_group(app, canvas, y, i, i == list->selected);
            y++;
        }
        if (fold_is_folded(app, i))
            continue;
        if (y > BODY_TOP && y < end)
            draw_row(app, canvas, y, (enum option_id)i, i == list->selected);
        y++;
    }
    if (!app->hint[0] && disk_option_name((enum option_id)list->selected))
        app_hint(app, "e: each disk by itself, and what it is kept on");
    if (!app->hint[0])
        app_hint(app,
                 "[x] on   [ ] off   [-] as the domain has it   / finds   o "
                 "folds");
}

/* The next value of a choice or page size that can be had, or OPTION_KEEP. */
static long next_of(const struct plan *plan, enum option_id id, long from)
{
    const struct memory *memory = &plan->host->memory;
    const struct option_row *option = option_get(id);
    long now = option_now(plan, id);

    if (option->type == OPTION_TYPE_CHOICE) {
        for (long i = from + 1; option->words[i - 1]; i++)
            if (i != now && !option_refusal(plan, id, i))
                return i;
        return OPTION_KEEP;
    }
    for (size_t i = 0; i < memory->pool_count; i++)
        if ((long)memory->pools[i].size_kib > from &&
            (long)memory->pools[i].size_kib != now)
            return (long)memory->pools[i].size_kib;
    return OPTION_KEEP;
}

/* The values that Space goes through: from keep to the others and back. */
static long next_value(const struct plan *plan, enum option_id id)
{
    const struct option_row *option = option_get(id);
    long now = option_now(plan, id), wish = plan->options[id];
    bool has_more = option->type == OPTION_TYPE_PAGE_SIZE ||
                    option->type == OPTION_TYPE_CHOICE;

    if (wish == OPTION_KEEP && now != OPTION_OFF && !option->has_no_off)
        return OPTION_OFF;
    if (has_more)
        return next_of(plan, id, wish == OPTION_KEEP ? OPTION_OFF : wish);
    return wish == OPTION_KEEP ? option->on : OPTION_KEEP;
}

/* "VP index, SynIC changed with it; u undoes all." */
static void announce(struct app *app, enum option_id id, const long *before)
{
    struct str names CLEANUP(str_free) = STR_INIT;
    const struct plan *plan = app_plan(app);

    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (i != id && plan->options[i] != before[i])
            str_addf(&names, "%s%s%s", names.length > 0 ? ", " : "",
                     option_get((enum option_id)i)->title,
                     option_is_off(plan, (enum option_id)i) ? _(" off")
                                                            : _(" on"));
    if (names.length > 0)
        app_hint(app, "With it: %.150s; u undoes all.", str_text(&names));
}

static void set(struct app *app, enum option_id id, long value)
{
    const char *refusal = option_refusal(app_plan(app), id, value);
    long before[OPTION_COUNT];

    if (refusal) {
        app_hint(app, "%s", refusal);
        return;
    }
    memcpy(before, app_plan(app)->options, sizeof(before));
    option_set(app_edit(app), id, value);
    app_edited(app);
    announce(app, id, before);
}

/* Windows, Linux, other, unknown. */
static void next_guest(struct app *app)
{
    struct plan *plan = app_edit(app);

    plan->guest = (enum guest_kind)((plan->guest + 1) % GUEST_KIND_COUNT);
    app_edited(app);
    app_hint(app,
             "What is proposed is now for this kind of guest: p takes it.");
}

static bool act(struct app *app, enum action action)
{
    enum option_id id = (enum option_id)app->lists[STEP_OPTIONS].selected;

    if (app->presets)
        return presets_act(app, action);
    if (app->disks)
        return disks_act(app, action);
    if (fold_move(app, action))
        return true;
    if (action == ACTION_FIND)
        find_open(app);
    else if (action == ACTION_FIND_NEXT)
        find_next(app, 1);
    else if (action == ACTION_FIND_PREVIOUS)
        find_next(app, -1);
    else if (action == ACTION_FOLD ||
             ((action == ACTION_TOGGLE || action == ACTION_OWN) &&
              fold_is_folded(app, (int)id)))
        fold_change(app);
    else if (action == ACTION_PRESET)
        presets_open(app);
    else if (action == ACTION_DISKS)
        disks_open(app);
    else if (action == ACTION_TOGGLE)
        set(app, id, next_value(app_plan(app), id));
    else if (action == ACTION_OWN)
        set(app, id, OPTION_KEEP);
    else if (action == ACTION_GUEST)
        next_guest(app);
    else
        return false;
    return true;
}

const struct screen screen_options = {
    .name = N_("Options"),
    .enter = enter,
    .draw = draw,
    .act = act,
    .length = length,
};
