/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Step 6: every pending change, and the lines that the selected one causes. */
#include "ui/app.h"

#include "base/str.h"
#include "base/text.h"
#include "session/remote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int length(const struct app *app)
{
    return app->set ? (int)app->set->count : 0;
}

static void draw_row(struct canvas *canvas, int y, int number,
                     const struct change *change, bool is_selected)
{
    char lines[32];

    draw_marker(canvas, y, is_selected);
    canvas_putf(canvas, y, 3, ROLE_NORMAL, "[%c] %2d",
                change->is_kept ? 'x' : ' ', number);
    canvas_put_cut(canvas, y, 11, canvas->width - 38,
                   is_selected       ? ROLE_SELECTED
                   : change->is_kept ? ROLE_NORMAL
                                     : ROLE_OFF,
                   change->title);
    canvas_put(canvas, y, canvas->width - 26, ROLE_NORMAL, change->where);
    snprintf(lines, sizeof(lines), "+%u -%u", change->diff->added,
             change->diff->removed);
    canvas_putf(canvas, y, canvas->width - 12, ROLE_NORMAL, "%9s", lines);
}

/* The changed lines with two lines around each stretch. */
static void draw_lines(struct canvas *canvas, int y, int end,
                       const struct diff *diff)
{
    enum { CONTEXT = 2 };
    size_t last = 0;

    for (size_t i = 0; i < diff->count && y < end; i++) {
        const struct diff_line *line = &diff->lines[i];
        bool is_near = false;

        for (size_t j = i > CONTEXT ? i - CONTEXT : 0;
             j <= i + CONTEXT && j < diff->count; j++)
            is_near |= diff->lines[j].sign != ' ';
        if (!is_near)
            continue;
        if (last > 0 && i > last + 1 && y < end)
            canvas_put(canvas, y++, 3, ROLE_NOTE, "...");
        if (y >= end)
            return;
        canvas_putf(canvas, y, 1,
                    line->sign == '+'   ? ROLE_ADDED
                    : line->sign == '-' ? ROLE_REMOVED
                                        : ROLE_NORMAL,
                    "%c", line->sign);
        canvas_put_cut(canvas, y++, 3, canvas->width - 4,
                       line->sign == '+'   ? ROLE_ADDED
                       : line->sign == '-' ? ROLE_REMOVED
                                           : ROLE_NORMAL,
                       line->text);
        last = i;
    }
}

/* The dry run, read when it is looked at first after an edit. */
static const struct hook_nows *hook_now(struct app *app)
{
    if (!app->has_hook_now)
        session_hook_now(app->session, app_plan(app), app->arena,
                         &app->hook_now);
    app->has_hook_now = true;
    return &app->hook_now;
}

/* Gives the line behind it. */
static int draw_hook_now(struct canvas *canvas, int y, int end,
                         const struct hook_nows *nows)
{
    struct str text CLEANUP(str_free) = STR_INIT;
    const char *at;

    hooknow_add(&text, nows, (size_t)canvas->width - 2);
    for (at = str_text(&text); *at && y < end; y++) {
        size_t size = strcspn(at, "\n");
        char *line CLEANUP(mem_free) = mem_alloc(size + 1, 1);

        memcpy(line, at, size);
        at += size + (at[size] == '\n');
        if (y == end - 1 && *at)
            canvas_put(canvas, y, 1, ROLE_NOTE, _("There is more: v"));
        else
            canvas_put_cut(canvas, y, 1, canvas->width - 2, ROLE_NORMAL, line);
    }
    return y;
}

static void draw(struct app *app, struct canvas *canvas)
{
    struct list *list = &app->lists[STEP_REVIEW];
    int end = app_body_end(canvas), height = app_is_low(canvas) ? 5 : 9;
    const struct change *change;
    char title[160];
    int y;

    list->count = length(app);
    if (list->count < height)
        height = list->count;
    list_scroll(list, height);
    canvas_put(canvas, BODY_TOP, 3, ROLE_HEADING, _("Pending changes"));
    if (list->count == 0) {
        canvas_put(canvas, BODY_TOP + 2, 3, ROLE_NORMAL,
                   _("There is nothing to change. p takes every proposal."));
        return;
    }
    canvas_put(canvas, BODY_TOP, canvas->width - 26, ROLE_HEADING,
               _("where             lines"));
    for (int i = list->top; i < list->count && i < list->top + height; i++)
        draw_row(canvas, BODY_TOP + 1 + i - list->top, i + 1,
                 &app->set->changes[i], i == list->selected);
    change = &app->set->changes[list->selected];
    snprintf(title, sizeof(title), "%d %s %s", list->selected + 1,
             canvas_glyph(canvas, GLYPH_DOT), change->where);
    draw_pane_rule(canvas, BODY_TOP + 1 + height, title);
    y = BODY_TOP + 2 + height;
    if (change->part == PART_HOOK && change->is_kept)
        y = draw_hook_now(canvas, y, end, hook_now(app));
    draw_lines(canvas, y, end, change->diff);
}

static void add_file(struct str *str, const struct file_change *file)
{
    struct diff *diff = diff_new(file->before ? file->before : "",
                                 file->after ? file->after : "");
    struct str path CLEANUP(str_free) = STR_INIT;

    str_addf(&path, "/%s", file->path);
    str_add(str, "\n");
    diff_add_unified(str, diff, file->before ? str_text(&path) : "/dev/null",
                     file->after ? str_text(&path) : "/dev/null", 3);
    diff_free(diff);
}

static void view(struct app *app)
{
    struct str str = STR_INIT;
    struct diff *diff =
        diff_new(app->session->domain->xml->text, app->set->xml);
    int selected = app->lists[STEP_REVIEW].selected;

    if (selected < length(app) &&
        app->set->changes[selected].part == PART_HOOK &&
        app->set->changes[selected].is_kept) {
        hooknow_add(&str, hook_now(app), (size_t)app->width - 2);
        str_add(&str, "\n");
    }
    diff_add_unified(&str, diff, _("domain as it is"), _("domain as planned"),
                     3);
    diff_free(diff);
    for (size_t i = 0; i < app->set->file_count; i++)
        add_file(&str, &app->set->files[i]);
    remote_add_copying(&str, app->session, app->set->files,
                       app->set->file_count);
    if (str.length == 0)
        str_add(&str, _("Nothing differs.\n"));
    app_page(app, _("the whole difference"), str_steal(&str));
}

static bool act(struct app *app, enum action action)
{
    int selected = app->lists[STEP_REVIEW].selected;
    const struct change *change;

    if (!app->set)
        return false;
    if (action == ACTION_VIEW) {
        view(app);
        return true;
    }
    if (action == ACTION_TOGGLE && app->set->count == 0) {
        app_hint(app, "There is no change to keep or drop.");
        return true;
    }
    if (action == ACTION_TOGGLE && selected < (int)app->set->count) {
        change = &app->set->changes[selected];
        plan_drop(app_edit(app), change->part, change->is_kept);
        app_edited(app);
        return true;
    }
    return false;
}

const struct screen screen_review = {
    .name = N_("Review"),
    .draw = draw,
    .act = act,
    .length = length,
};
