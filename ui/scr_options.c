/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Step 5: the table of options; beside it what the selected one does, costs
 * and writes. A domain without pins arrives with the proposals made.
 */
#include "ui/app.h"
#include "ui/disks.h"
#include "ui/find.h"
#include "ui/fold.h"
#include "ui/pane.h"
#include "ui/presets.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/about.h"
#include "plan/disk.h"

#include <stdio.h>
#include <string.h>

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

static void draw_value(const struct app *app, struct canvas *canvas, int y,
                       int x, enum role role, enum option_id id, long value)
{
    char text[96];

    option_show(app_plan(app), id, value, text, sizeof(text));
    columns_value(canvas, y, x, role, text);
}

/* True if it is a verdict on this option, or on what its disks are on. */
static bool is_about(const struct finding *finding, enum option_id id)
{
    return finding->verdict != VERDICT_OK &&
           (about_option(finding, id) ||
            (disk_option_name(id) && about_disk(finding, NULL)));
}

static enum verdict verdict_on(const struct app *app, enum option_id id)
{
    enum verdict worst = VERDICT_OK;

    for (size_t i = 0; i < app->findings.count; i++)
        if (is_about(&app->findings.list[i], id) &&
            app->findings.list[i].verdict > worst)
            worst = app->findings.list[i].verdict;
    return worst;
}

/* A wish that Review has dropped, by itself or with what it needs. */
static bool is_dropped(const struct app *app, enum option_id id)
{
    return app_plan(app)->options[id] != OPTION_KEEP &&
           app->kept->options[id] == OPTION_KEEP;
}

static void draw_row(const struct app *app, struct canvas *canvas, int y,
                     enum option_id id, bool is_selected)
{
    const struct plan *plan = app_plan(app);
    const struct option_row *option = option_get(id);
    bool is_off = option_obstacle(plan, id) != NULL;
    enum verdict verdict = verdict_on(app, id);
    struct columns at = columns_of(canvas);
    long wish = plan->options[id];
    enum role role = is_selected ? ROLE_SELECTED
                     : is_off    ? ROLE_OFF
                                 : ROLE_NORMAL;

    draw_marker(canvas, y, is_selected);
    if (verdict >= VERDICT_WARN)
        canvas_put(canvas, y, 2, role_of_verdict(verdict),
                   verdict == VERDICT_WARN ? "!"
                                           : canvas_glyph(canvas, GLYPH_CROSS));
    canvas_put(canvas, y, 3, is_off ? ROLE_OFF : ROLE_NORMAL,
               is_off                ? " - "
               : wish == OPTION_KEEP ? "[-]"
               : wish == OPTION_OFF  ? "[ ]"
                                     : "[x]");
    canvas_put_cut(canvas, y, 7, at.now - 8, role, option->title);
    draw_value(app, canvas, y, at.now, ROLE_NORMAL, id, option_now(plan, id));
    if (is_dropped(app, id))
        columns_value(canvas, y, at.plan, ROLE_OFF, _("dropped"));
    else if (disk_option_name(id) && disk_has_wish(plan, id))
        columns_value(canvas, y, at.plan, ROLE_ADDED, _("differs"));
    else
        draw_value(app, canvas, y, at.plan,
                   wish == OPTION_KEEP ? ROLE_NORMAL : ROLE_ADDED, id,
                   option_effective(plan, id));
}

/* Titles, one below the other. */
static void add_options(struct pane *pane, const char *name,
                        const enum option_id *ids)
{
    for (; *ids != OPTION_NONE; ids++, name = "")
        pane_add(pane, name, option_get(*ids)->title);
}

/* What the columns have no room for, and what else there is. */
static void add_values(struct pane *pane, const struct plan *plan,
                       struct arena *arena, enum option_id id)
{
    char now[96], value[96], values[96];

    option_show(plan, id, option_now(plan, id), now, sizeof(now));
    option_show(plan, id, option_effective(plan, id), value, sizeof(value));
    option_values(id, values, sizeof(values));
    if (canvas_columns(now) > COLUMN_SHORT)
        pane_add(pane, _("Now"), arena_strdup(arena, now));
    if (canvas_columns(value) > COLUMN_SHORT && strcmp(now, value) != 0)
        pane_add(pane, _("Plan"), arena_strdup(arena, value));
    if (option_get(id)->type == OPTION_TYPE_CHOICE ||
        option_get(id)->type == OPTION_TYPE_NUMBER)
        pane_add(pane, _("Values"), arena_strdup(arena, values));
}

/* What stands against it: why not, what Review did, what the rules say. */
static void add_verdicts(struct pane *pane, const struct app *app,
                         struct arena *arena, enum option_id id)
{
    pane_add(pane, _("Not now"), option_obstacle(app_plan(app), id));
    if (is_dropped(app, id))
        pane_add(
            pane, _("Dropped"),
            plan_is_dropped(app_plan(app), option_get(id)->part)
                ? _("The domain keeps what it has: the change is dropped in "
                    "Review (6). Space there takes it back.")
                : _("The domain keeps what it has: what this needs is "
                    "dropped in Review (6). Space there takes it back."));
    for (size_t i = 0; i < app->findings.count; i++)
        if (is_about(&app->findings.list[i], id) &&
            strcmp(app->findings.list[i].id, "available") != 0)
            pane_add_finding(pane, arena, &app->findings.list[i]);
}

/* "off", or what it becomes: "off -> on". */
static const char *change_of(const struct plan *plan, struct arena *arena,
                             enum option_id id)
{
    char now[96], value[96];

    option_show(plan, id, option_now(plan, id), now, sizeof(now));
    option_show(plan, id, option_effective(plan, id), value, sizeof(value));
    return strcmp(now, value) == 0
               ? arena_strdup(arena, now)
               : arena_printf(arena, "%s -> %s", now, value);
}

/* Of a group that is folded: what is in it. */
static void fill_group(struct pane *pane, const struct app *app,
                       struct arena *arena, int first)
{
    pane->title = option_get((enum option_id)first)->group;
    for (int i = first; i < fold_end(first); i++)
        pane_add(pane, option_get((enum option_id)i)->title,
                 change_of(app_plan(app), arena, (enum option_id)i));
}

/* With little room what stands against it comes before what it does. */
static void fill_pane(struct pane *pane, const struct app *app,
                      struct arena *arena, enum option_id id, bool is_short)
{
    const struct option_row *option = option_get(id);

    if (fold_is_folded(app, (int)id)) {
        fill_group(pane, app, arena, (int)id);
        return;
    }
    pane->title = option->title;
    if (is_short)
        add_verdicts(pane, app, arena, id);
    pane_add(pane, NULL, option->does);
    if (!is_short)
        add_verdicts(pane, app, arena, id);
    add_values(pane, app_plan(app), arena, id);
    pane_add(pane, _("Cost"), option->cost);
    pane_add(pane, _("Risk"), option->risk);
    add_options(pane, _("Needs"), option_needs(id));
    add_options(pane, _("Wants"), option_wants(app_plan(app), id));
    add_options(pane, _("Without"), option_conflicts(id));
    pane_add(pane, _("Writes"), option->writes);
    pane_add(pane, _("Key"), option->key);
    pane_add(pane, _("From"), option->source);
}

/* Gives the row where the list ends. */
static int draw_pane(const struct app *app, struct canvas *canvas,
                     enum option_id id)
{
    struct arena *arena = arena_new();
    struct pane pane = {0};
    int end;

    fill_pane(&pane, app, arena, id, app_is_narrow(canvas));
    end = pane_draw_beside(&pane, canvas);
    arena_free(arena);
    return end;
}

/* Its whole text, in the pager. */
static void view(struct app *app, enum option_id id)
{
    struct arena *arena = arena_new();
    struct pane pane = {0};

    fill_pane(&pane, app, arena, id, false);
    pane_page(&pane, app);
    arena_free(arena);
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
    canvas_putf(canvas, y, columns_of(canvas).now, ROLE_NORMAL,
                N_("%3d, %d set"), end - first, wishes);
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
    int height, line = selected_line(app), end, y;

    if (app->presets || app->disks) {
        (app->presets ? presets_draw : disks_draw)(app, canvas);
        return;
    }
    end = draw_pane(app, canvas, (enum option_id)list->selected);
    height = end - BODY_TOP - 1;

    list->count = length(app);
    list->top = line < height ? 0 : line - height + 1;
    if (!app_is_narrow(canvas))
        canvas->pane.top = list->top;
    canvas_putf(canvas, BODY_TOP, 3, ROLE_HEADING, "Guest (g): %s",
                text_of(guest_kind_name(app_plan(app)->guest)));
    columns_heading(canvas, BODY_TOP);
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
        app_hint(app, "[x] on   [ ] off   [-] as the domain has it   o folds");
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

/* "With it: VP index on, SynIC on; u undoes all." as far as there is room. */
static void announce(struct app *app, enum option_id id, const long *before)
{
    struct str names CLEANUP(str_free) = STR_INIT;
    const struct plan *plan = app_plan(app);
    int room = app->width - 44;
    unsigned more = 0;

    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const char *title = option_get((enum option_id)i)->title;

        if (i == id || plan->options[i] == before[i])
            continue;
        if (names.length > 0 &&
            canvas_columns(str_text(&names)) + canvas_columns(title) > room) {
            more++;
            continue;
        }
        str_addf(&names, "%s%s%s", names.length > 0 ? ", " : "", title,
                 option_is_off(plan, (enum option_id)i) ? _(" off") : _(" on"));
    }
    if (more > 0)
        app_hint(app, "With it: %.150s and %u more; u undoes all.",
                 str_text(&names), more);
    else if (names.length > 0)
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
    app_hint(app, "What is proposed now fits it; p in Review (6) takes it.");
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
    if (action == ACTION_FOLD ||
        ((action == ACTION_TOGGLE || action == ACTION_OWN) &&
         fold_is_folded(app, (int)id)))
        fold_change(app);
    else if (action == ACTION_PRESET)
        presets_open(app);
    else if (action == ACTION_DISKS)
        disks_open(app);
    else if (action == ACTION_VIEW)
        view(app, id);
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

static const struct finder finder = {.has = fold_has, .go = fold_go};

const struct screen screen_options = {
    .name = N_("Options"),
    .enter = enter,
    .draw = draw,
    .act = act,
    .length = length,
    .finder = &finder,
};
