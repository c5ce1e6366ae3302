/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Step 6: every pending change, and the lines that the selected one causes. */
#include "ui/app.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/about.h"
#include "session/remote.h"
#include "ui/find.h"
#include "ui/pane.h"

#include <limits.h>
#include <stdint.h>
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

/*
 * A line of the XML, whole: what is too long goes on below, at the right of
 * its beginning. Gives the row behind it.
 */
static int draw_line(struct canvas *canvas, int y, int end,
                     const struct diff_line *line, size_t indent)
{
    enum { TEXT = 3, MORE = 6 };
    enum role role = line->sign == '+'   ? ROLE_ADDED
                     : line->sign == '-' ? ROLE_REMOVED
                                         : ROLE_NORMAL;
    const char *text = line->text + indent;
    int width = canvas->width - TEXT - 1;

    canvas_putf(canvas, y, 1, role, "%c", line->sign);
    if (line->sign == ' ' || canvas_columns(text) <= width) {
        canvas_put_cut(canvas, y, TEXT, width, role, text);
        return y + 1;
    }
    indent = strspn(text, " ");
    return canvas_wrap(canvas, y, TEXT + (int)indent, width - (int)indent,
                       end - y, role, text + indent);
}

static bool is_near(const struct diff *diff, size_t line)
{
    enum { CONTEXT = 2 };
    bool is_near = false;

    for (size_t i = line > CONTEXT ? line - CONTEXT : 0;
         i <= line + CONTEXT && i < diff->count; i++)
        is_near |= diff->lines[i].sign != ' ';
    return is_near;
}

/* The blanks that all lines that are shown begin with. */
static size_t common_indent(const struct diff *diff)
{
    size_t least = SIZE_MAX;

    for (size_t i = 0; i < diff->count; i++) {
        const char *text = diff->lines[i].text;
        size_t blanks = strspn(text, " ");

        if (is_near(diff, i) && text[blanks] && blanks < least)
            least = blanks;
    }
    return least == SIZE_MAX ? 0 : least;
}

/* The changed lines with two around each stretch; gives the row behind. */
static int draw_lines(struct canvas *canvas, int y, int end,
                      const struct diff *diff)
{
    size_t last = 0, indent = common_indent(diff);

    for (size_t i = 0; i < diff->count && y < end; i++) {
        const struct diff_line *line = &diff->lines[i];

        if (!is_near(diff, i))
            continue;
        if (last > 0 && i > last + 1 && y < end)
            canvas_put(canvas, y++, 3, ROLE_NOTE, "...");
        if (y >= end)
            break;
        y = draw_line(canvas, y, end, line,
                      strspn(line->text, " ") < indent ? 0 : indent);
        last = i;
    }
    return y;
}

/* As many as there is room for; what does not fit is told. */
static void draw_diff(struct canvas *canvas, int y, int end,
                      const struct diff *diff)
{
    struct canvas nowhere = {.width = canvas->width};

    if (y >= end)
        return;
    if (draw_lines(&nowhere, y, INT_MAX, diff) <= end) {
        draw_lines(canvas, y, end, diff);
        return;
    }
    draw_lines(canvas, y, end - 1, diff);
    canvas_put(canvas, end - 1, 1, ROLE_NOTE, _("There is more: v"));
}

/* What the rules say of a change; at most half of the rows are for that. */
static int draw_findings(const struct app *app, struct canvas *canvas, int y,
                         int end, const struct change *change)
{
    struct arena *arena = arena_new();
    struct pane pane = {0};

    for (size_t i = 0; i < app->findings.count; i++)
        if (app->findings.list[i].verdict > VERDICT_NOTE &&
            about_part(&app->findings.list[i], change->part))
            pane_add_finding(&pane, arena, &app->findings.list[i]);
    y = pane_draw_points(&pane, canvas, y, 1, y + (end - y + 1) / 2);
    arena_free(arena);
    return y;
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
    struct pane pane = {0};

    if (nows->count > 0)
        pane_add(&pane, NULL,
                 _("What the hook would do, if the guest started now:"));
    for (size_t i = 0; i < nows->count; i++) {
        const struct hook_now *one = &nows->list[i];
        bool goes_on = i > 0 && strcmp(one->service, one[-1].service) == 0;

        pane_add(&pane, goes_on ? "" : one->service, one->text);
    }
    return pane_draw_points(&pane, canvas, y, 1, end);
}

/* What the title counts. */
static size_t warnings(const struct app *app)
{
    return findings_count(&app->findings, VERDICT_WARN) +
           findings_count(&app->findings, VERDICT_FAIL);
}

static void draw(struct app *app, struct canvas *canvas)
{
    struct list *list = &app->lists[STEP_REVIEW];
    int end = app_body_end(canvas), height = app_is_low(canvas) ? 5 : 9;
    const struct change *change;
    char title[160];
    int x, y;

    list->count = length(app);
    if (list->count < height)
        height = list->count;
    list_scroll(list, height);
    x = canvas_put(canvas, BODY_TOP, 3, ROLE_HEADING, _("Pending changes"));
    if (list->count == 0) {
        canvas_put(canvas, BODY_TOP + 2, 3, ROLE_NORMAL,
                   _("There is nothing to change. p takes every proposal."));
        if (history_neighbour(app->history, 1))
            canvas_put(canvas, BODY_TOP + 3, 3, ROLE_NORMAL,
                       _("U brings back what was undone."));
        return;
    }
    if (warnings(app) > 0)
        canvas_put_cut(canvas, BODY_TOP, x + 2, canvas->width - 29 - x,
                       ROLE_WARN, _("v has what is warned of"));
    canvas_put(canvas, BODY_TOP, canvas->width - 26, ROLE_HEADING,
               _("where             lines"));
    for (int i = list->top; i < list->count && i < list->top + height; i++)
        draw_row(canvas, BODY_TOP + 1 + i - list->top, i + 1,
                 &app->set->changes[i], i == list->selected);
    change = &app->set->changes[list->selected];
    snprintf(title, sizeof(title), "%d %s %s", list->selected + 1,
             canvas_glyph(canvas, GLYPH_DOT), change->where);
    y = BODY_TOP + 1 + height;
    draw_pane_rule(canvas, y, title);
    x = draw_range(canvas, y, canvas->width / 2, list, height);
    if (x < canvas->width)
        canvas_put(canvas, y, x - 1, ROLE_NORMAL, " ");
    y++;
    if (change->is_kept)
        y = draw_findings(app, canvas, y, end, change);
    if (change->part == PART_HOOK && change->is_kept)
        y = draw_hook_now(canvas, y, end, hook_now(app));
    draw_diff(canvas, y, end, change->diff);
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

/* All that the rules warn of, with the cures. */
static void add_findings(struct str *str, const struct app *app)
{
    struct arena *arena = arena_new();
    struct pane pane = {0};
    char *text;

    for (size_t i = 0; i < app->findings.count; i++)
        if (app->findings.list[i].verdict > VERDICT_NOTE)
            pane_add_finding(&pane, arena, &app->findings.list[i]);
    text = pane_text(&pane, app->width - 2);
    str_add(str, text);
    if (*text)
        str_add(str, "\n");
    free(text);
    arena_free(arena);
}

static void view(struct app *app)
{
    struct str str = STR_INIT;
    struct diff *diff =
        diff_new(app->session->domain->xml->text, app->set->xml);
    int selected = app->lists[STEP_REVIEW].selected;

    add_findings(&str, app);
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

static bool has(const struct app *app, int row, const char *word)
{
    const struct change *change = &app->set->changes[row];
    const char *texts[] = {change->title, change->where};
    bool is_in = find_in(word, texts, ARRAY_SIZE(texts));

    for (size_t i = 0; i < change->diff->count && !is_in; i++)
        is_in = change->diff->lines[i].sign != ' ' &&
                find_in(word, &change->diff->lines[i].text, 1);
    return is_in;
}

static const struct finder finder = {.has = has};

const struct screen screen_review = {
    .name = N_("Review"),
    .draw = draw,
    .act = act,
    .length = length,
    .finder = &finder,
};
