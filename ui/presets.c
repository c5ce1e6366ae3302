/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the installed presets and the present plan, shows the difference of
 * each, and puts the chosen one into the plan.
 */
#include "ui/presets.h"

#include "base/str.h"
#include "base/text.h"
#include "session/presets.h"
#include "ui/find.h"

#include <stdlib.h>
#include <string.h>

struct preset_list {
    struct arena *arena;
    struct presets presets; /* the first is what is proposed */
    struct list list;
    bool *is_so;      /* of each: the plan is like this already */
    bool *is_dropped; /* of each: Review has dropped some of it */
    struct str lines; /* of the selected one */
    int top;          /* the first of them that is shown */
};

/* What Review has dropped of it: the plan has it, and it is not made. */
static bool add_dropped(const struct app *app, const struct plan *after,
                        struct str *lines)
{
    const struct plan *plan = app_plan(app);
    size_t start = lines->length;

    for (size_t i = 0; i < OPTION_COUNT; i++) {
        enum option_id id = (enum option_id)i;

        if (after->options[i] == OPTION_KEEP ||
            plan->options[i] != after->options[i] ||
            app->kept->options[i] != OPTION_KEEP)
            continue;
        if (lines->length == start)
            str_add(lines,
                    _("Dropped in Review (6), where Space takes it back:\n"));
        str_addf(lines, "%s\n", option_get(id)->title);
    }
    return lines->length > start;
}

/* What a preset would change, and what it cannot. False if nothing. */
static bool compare_one(const struct app *app, const struct preset *preset,
                        struct str *lines, bool *is_dropped)
{
    const struct plan *plan = app_plan(app);
    struct plan *after = plan_copy(plan);
    struct str refused CLEANUP(str_free) = STR_INIT;
    bool is_other;

    preset_take(preset, after, &refused);
    preset_compare(plan, after, app->is_ascii ? "->" : "→", lines);
    is_other = lines->length > 0;
    if (!is_other)
        str_add(lines, _("Nothing: the plan is like this already.\n"));
    *is_dropped = add_dropped(app, after, lines);
    if (refused.length > 0)
        str_addf(lines, "Not here:\n%s", str_text(&refused));
    plan_free(after);
    return is_other;
}

/* The selected preset's lines, and which of all the plan is like. */
static void compare(struct app *app)
{
    struct preset_list *own = app->presets;

    own->top = 0;
    for (size_t i = 0; i < own->presets.count; i++) {
        struct str lines = STR_INIT;

        own->is_so[i] = !compare_one(app, &own->presets.list[i], &lines,
                                     &own->is_dropped[i]);
        if ((int)i == own->list.selected) {
            str_free(&own->lines);
            own->lines = lines;
        } else {
            str_free(&lines);
        }
    }
}

void presets_open(struct app *app)
{
    struct preset_list *own = mem_alloc(1, sizeof(*own));
    struct presets installed;
    struct preset *first;

    own->arena = arena_new();
    installed = presets_load(app->session, own->arena);
    own->presets.count = installed.count + 1;
    own->presets.list =
        arena_alloc(own->arena, own->presets.count, sizeof(*own->presets.list));
    own->is_so =
        arena_alloc(own->arena, own->presets.count, sizeof(*own->is_so));
    own->is_dropped =
        arena_alloc(own->arena, own->presets.count, sizeof(*own->is_dropped));
    first = &own->presets.list[0];
    preset_parse("proposal", "propose = on\n", own->arena, first, NULL);
    first->title = _("the proposal");
    first->text = _("what fits this kind of guest on this host");
    for (size_t i = 0; i < installed.count; i++)
        own->presets.list[i + 1] = installed.list[i];
    own->list.count = (int)own->presets.count;
    app->presets = own;
    compare(app);
}

void presets_close(struct app *app)
{
    struct preset_list *own = app->presets;

    if (!own)
        return;
    str_free(&own->lines);
    arena_free(own->arena);
    free(own);
    app->presets = NULL;
}

void presets_draw(struct app *app, struct canvas *canvas)
{
    struct preset_list *own = app->presets;
    const struct preset *selected = &own->presets.list[own->list.selected];
    int end = app_body_end(canvas), y = BODY_TOP, number = 0;

    for (size_t i = 0; i < own->presets.count && y < end; i++, y++) {
        const struct preset *preset = &own->presets.list[i];
        bool is_selected = (int)i == own->list.selected;

        draw_marker(canvas, y, is_selected);
        canvas_put_cut(canvas, y, 3, 20,
                       is_selected ? ROLE_SELECTED : ROLE_NORMAL,
                       preset->title);
        canvas_put_cut(canvas, y, 25, canvas->width - 26, ROLE_NORMAL,
                       !own->is_so[i] ? preset->text
                       : own->is_dropped[i]
                           ? _("like the plan; some is dropped in Review (6)")
                           : _("the plan is like this"));
    }
    draw_rule(canvas, y + 1, selected->title);
    y = canvas_wrap(canvas, y + 2, 1, canvas->width - 2, 3, ROLE_NORMAL,
                    selected->text);
    for (const char *line = str_text(&own->lines); *line && y < end; number++) {
        size_t length = strcspn(line, "\n");
        char *text = arena_strndup(own->arena, line, length);
        bool is_heading = text[length - 1] == ':';

        if (number >= own->top)
            y = canvas_wrap(canvas, y, is_heading ? 1 : 3, canvas->width - 4,
                            end - y, is_heading ? ROLE_HEADING : ROLE_NORMAL,
                            text);
        line += length + (line[length] == '\n');
    }
    if (!app->hint[0])
        app_hint(app, "Enter takes it   Esc leaves   PgUp PgDn the lines");
}

/* Enter: the preset into the plan, as one edit. */
static void take(struct app *app)
{
    struct preset_list *own = app->presets;
    const struct preset *preset = &own->presets.list[own->list.selected];

    preset_take(preset, app_edit(app), NULL);
    if (app_edited(app))
        app_hint(app, "\"%s\" is in the plan; u takes it back.", preset->title);
    else
        app_hint(app, "The plan is like this already.");
    presets_close(app);
}

bool presets_act(struct app *app, enum action action)
{
    struct preset_list *own = app->presets;
    struct list lines = {own->top, 0,
                         (int)str_count_lines(str_text(&own->lines))};

    switch (action) {
    case ACTION_UP:
    case ACTION_DOWN:
    case ACTION_HOME:
    case ACTION_END:
        list_move(&own->list, action, 1);
        compare(app);
        return true;
    case ACTION_PAGE_UP:
    case ACTION_PAGE_DOWN:
        list_move(&lines, action, app->height / 3);
        own->top = lines.selected;
        return true;
    case ACTION_ENTER:
        take(app);
        return true;
    case ACTION_BACK:
    case ACTION_PRESET:
        presets_close(app);
        return true;
    case ACTION_HELP:
    case ACTION_REPAINT:
        return false;
    default:
        return true; /* nothing else works while it is open */
    }
}

static int row_at(const struct app *app, int *count)
{
    *count = app->presets->list.count;
    return app->presets->list.selected;
}

static bool has(const struct app *app, int row, const char *word)
{
    const struct preset *preset = &app->presets->presets.list[row];
    const char *texts[] = {preset->title, preset->text};

    return find_in(word, texts, ARRAY_SIZE(texts));
}

static void go(struct app *app, int row, const char *word)
{
    (void)word;
    app->presets->list.selected = row;
    compare(app);
}

const struct finder presets_finder = {row_at, has, go};
