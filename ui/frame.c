/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the model, paints what stands around every screen: title, steps,
 * hint, footer, help and pager.
 */
#include "ui/app.h"

#include "base/str.h"
#include "base/text.h"
#include "ui/ask.h"
#include "ui/find.h"
#include "ui/pane.h"
#include "ui/records.h"

#include <stdio.h>
#include <string.h>

void draw_rule(struct canvas *canvas, int y, const char *title)
{
    int x;

    canvas_line(canvas, y, 0, canvas->width, ROLE_NORMAL);
    if (!title || !*title)
        return;
    x = canvas_put(canvas, y, 2, ROLE_NORMAL, " ");
    x = canvas_put_cut(canvas, y, x, canvas->width - 6, ROLE_HEADING, title);
    canvas_put(canvas, y, x, ROLE_NORMAL, " ");
}

void draw_pane_rule(struct canvas *canvas, int y, const char *title)
{
    canvas_set_pane(canvas, y, 0, app_body_end(canvas));
    draw_rule(canvas, y, title);
}

int draw_range(struct canvas *canvas, int y, int x, const struct list *list,
               int height)
{
    int end = list->top + height, start;
    char text[64];

    if (list->count <= height)
        return canvas->width;
    snprintf(text, sizeof(text), _("%2d-%2d of %2d"), list->top + 1,
             end < list->count ? end : list->count, list->count);
    start = canvas->width - 1 - canvas_columns(text);
    if (start < x)
        return canvas->width;
    canvas_put(canvas, y, start, ROLE_NORMAL, text);
    return start;
}

void draw_marker(struct canvas *canvas, int y, bool is_selected)
{
    if (!is_selected)
        return;
    canvas_put(canvas, y, 1, ROLE_NORMAL, ">");
    canvas->cursor_y = y;
    canvas->cursor_x = 1;
}

/*
 * "10 changes, 2 warn", or of a domain that stays as it is "unchanged, 2 warn".
 * Host has verdicts of its own: there it says that these are the plan's.
 */
static void add_plan(const struct app *app, struct str *str)
{
    size_t changes = app->set ? changeset_kept(app->set) : 0;
    size_t warns = findings_count(&app->findings, VERDICT_WARN);
    size_t fails = findings_count(&app->findings, VERDICT_FAIL);

    if (app->session->options.is_read_only)
        str_add(str, ", ");
    if (app->step == STEP_HOST && changes > 0)
        str_addf(str,
                 text_plural("plan: %zu change", "plan: %zu changes", changes),
                 changes);
    else if (changes > 0)
        str_addf(str, text_plural("%zu change", "%zu changes", changes),
                 changes);
    else
        str_add(str,
                app->step == STEP_HOST ? _("plan: unchanged") : _("unchanged"));
    if (fails > 0)
        str_addf(str, ", %zu fail", fails);
    if (warns > 0)
        str_addf(str, ", %zu warn", warns);
}

static void draw_title(const struct app *app, struct canvas *canvas)
{
    const struct domain *domain = app->history ? app->session->domain : NULL;
    struct str right CLEANUP(str_free) = STR_INIT;
    int x = canvas_put(canvas, 0, 1, ROLE_TITLE, "virt-tune"), name_x = 0;
    int least = x + 2;
    const char *shown;
    size_t state; /* where it starts */

    if (domain && app->step != STEP_DOMAIN) {
        x = canvas_putf(canvas, 0, x, ROLE_TITLE, " %s ",
                        canvas_glyph(canvas, GLYPH_DOT));
        name_x = x;
        least = x + 12;
    }
    str_addf(&right, "%s %s ", session_place(app->session),
             canvas_glyph(canvas, GLYPH_DOT));
    state = right.length;
    if (app->session->options.is_read_only)
        str_add(&right, _("read-only"));
    if (domain && app->step != STEP_DOMAIN)
        add_plan(app, &right);
    else if (app->written > 0)
        str_addf(&right,
                 text_plural("%u record written", "%u records written",
                             app->written),
                 app->written);
    else if (!app->session->options.is_read_only)
        str_add(&right, _("nothing written yet"));
    shown = str_text(&right);
    if (canvas_columns(shown) > canvas->width - 2 - least)
        shown += state; /* what it is has more weight than where */
    x = canvas->width - 1 - canvas_columns(shown);
    if (x < least)
        x = least;
    canvas_put_cut(canvas, 0, x, canvas->width - 1 - x, ROLE_NORMAL, shown);
    if (name_x > 0)
        canvas_put_cut(canvas, 0, name_x,
                       x - name_x - 1 < 28 ? x - name_x - 1 : 28, ROLE_TITLE,
                       domain->name);
}

/* The worst verdict on a topic of the rules; NULL: on all. */
static enum verdict worst(const struct findings *findings, const char *topic)
{
    enum verdict verdict = VERDICT_OK;

    for (size_t i = 0; i < findings->count; i++)
        if ((!topic || strcmp(findings->list[i].topic, topic) == 0) &&
            findings->list[i].verdict > verdict)
            verdict = findings->list[i].verdict;
    return verdict;
}

/* The worst verdict of a step, for its mark. */
static enum verdict step_verdict(const struct app *app, enum step step)
{
    static const enum verdict of_audit[] = {
        [AUDIT_AS_PLANNED] = VERDICT_OK,
        [AUDIT_NOT_SEEN] = VERDICT_WARN,
        [AUDIT_NOT_AS_PLANNED] = VERDICT_FAIL,
    };

    switch (step) {
    case STEP_HOST:
        return worst(&app->session->host->findings, NULL);
    case STEP_DEVICES:
        return worst(&app->findings, "devices");
    case STEP_CPUS:
        return worst(&app->findings, "cpus");
    case STEP_OPTIONS:
        return worst(&app->findings, "options");
    case STEP_REVIEW:
        return worst(&app->findings, NULL);
    case STEP_APPLY:
        return app->apply_state == APPLY_FAILED ||
                       app->apply_state == APPLY_REFUSED
                   ? VERDICT_FAIL
                   : VERDICT_OK;
    case STEP_CHECK:
        if (!app->audit)
            return VERDICT_UNKNOWN;
        return audit_verdict(app->audit) == AUDIT_AS_PLANNED &&
                       audit_warnings(app->audit) > 0
                   ? VERDICT_WARN
                   : of_audit[audit_verdict(app->audit)];
    default:
        return VERDICT_OK;
    }
}

static void draw_steps(const struct app *app, struct canvas *canvas)
{
    bool is_short = app_is_narrow(canvas);
    int x = 1;

    for (unsigned i = 0; i < STEP_COUNT; i++) {
        bool is_here = i == app->step;
        enum verdict verdict = step_verdict(app, (enum step)i);
        const char *mark =
            !app->is_visited[i] || is_here ||
                    (i == STEP_CHECK && !app->audit) ||
                    (i == STEP_APPLY &&
                     (app->apply_state == APPLY_ASKS ||
                      app->apply_state == APPLY_UNDONE ||
                      (app->set && changeset_kept(app->set) > 0)))
                ? ""
            : verdict == VERDICT_FAIL    ? canvas_glyph(canvas, GLYPH_CROSS)
            : verdict == VERDICT_WARN    ? "!"
            : verdict == VERDICT_UNKNOWN ? "?"
                                         : canvas_glyph(canvas, GLYPH_TICK);

        x = canvas_putf(canvas, 1, x, is_here ? ROLE_SELECTED : ROLE_NORMAL,
                        is_here    ? "[%u %s]"
                        : is_short ? "%u"
                                   : "%u %s",
                        i + 1, text_of(app_screen((enum step)i)->name));
        x = canvas_putf(canvas, 1, x, role_of_verdict(verdict), "%s ", mark);
    }
    canvas_line(canvas, 2, 0, canvas->width, ROLE_NORMAL);
}

static bool is_in_footer(const struct app *app, const struct action_row *row)
{
    return (row->steps & 1U << app_place(app)) && row->label;
}

/* Those that always have their place, at the end. */
static bool is_last(const struct action_row *row)
{
    return row->action == ACTION_HELP || row->action == ACTION_BACK ||
           row->action == ACTION_LEAVE;
}

static int label_width(const struct action_row *row)
{
    return canvas_columns(row->name) + 1 + canvas_columns(row->label);
}

/* As many keys as fit before help and back. */
static void draw_footer(const struct app *app, struct canvas *canvas)
{
    int y = canvas->height - 1, x = 1, end = canvas->width + 1;

    for (const struct action_row *row = key_rows(); row->action; row++)
        if (is_in_footer(app, row) && is_last(row))
            end -= label_width(row) + 2;
    for (const struct action_row *row = key_rows(); row->action; row++) {
        if (!is_in_footer(app, row) ||
            (!is_last(row) && x + label_width(row) > end - 3))
            continue;
        if (row->action == ACTION_HELP)
            x = end;
        x = canvas_put(canvas, y, x, ROLE_KEY, row->name);
        x = canvas_putf(canvas, y, x, ROLE_NORMAL, " %s", row->label) + 2;
    }
}

static bool is_in_help(const struct app *app, const struct action_row *row)
{
    return (row->steps & 1U << app_place(app)) && !row->is_second;
}

/* "n", or with the key that is named beside it "n N" */
static const char *help_name(const struct action_row *row, char *text,
                             size_t size)
{
    snprintf(text, size, "%s%s%s", row->name, row->also ? " " : "",
             row->also ? row->also : "");
    return text;
}

/* The columns of the widest name in help, with a blank behind it. */
static int names_width(const struct app *app)
{
    int widest = 0;
    char name[40];

    for (const struct action_row *row = key_rows(); row->action; row++)
        if (is_in_help(app, row)) {
            int columns = canvas_columns(help_name(row, name, sizeof(name)));

            widest = columns > widest ? columns : widest;
        }
    return widest + 1;
}

char *frame_help(const struct app *app)
{
    enum { LEFT = 3 };
    struct str text = STR_INIT;
    int width = names_width(app);

    for (const struct action_row *row = key_rows(); row->action; row++) {
        struct str lines CLEANUP(str_free) = STR_INIT;
        char name[40];

        if (!is_in_help(app, row))
            continue;
        help_name(row, name, sizeof(name));
        pane_wrap(&lines, row->help, app->width - LEFT - width);
        for (const char *line = str_text(&lines); *line; *name = '\0') {
            int length = (int)strcspn(line, "\n");

            str_addf(&text, "%*s%-*s%.*s\n", LEFT, "", text_bytes(name, width),
                     name, length, line);
            line += length + 1;
        }
    }
    return str_steal(&text);
}

/* How many lines a text takes in this width. */
static int count_lines(const char *text, int width)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    int count = 0;

    pane_wrap(&str, text, width);
    for (const char *at = str_text(&str); *at; at++)
        count += *at == '\n';
    return count;
}

/*
 * The keys in as many columns, of lines from row `top` to above row `end`; to
 * a canvas, unless it is NULL. False if there is no room for all.
 */
static bool lay_help(const struct app *app, struct canvas *canvas, int top,
                     int end, int columns)
{
    enum { LEFT = 2 };
    int name_width = names_width(app), x = LEFT, y = top;
    int width = app->width / columns - LEFT - name_width - 1;

    for (const struct action_row *row = key_rows(); row->action; row++) {
        int lines = count_lines(row->help, width);
        char name[40];

        if (!is_in_help(app, row))
            continue;
        if (y + lines > end) {
            y = top;
            x += app->width / columns;
        }
        if (x > app->width * (columns - 1) / columns + LEFT)
            return false;
        if (canvas) {
            canvas_put(canvas, y, x, ROLE_KEY,
                       help_name(row, name, sizeof(name)));
            canvas_wrap(canvas, y, x + name_width, width, lines, ROLE_NORMAL,
                        row->help);
        }
        y += lines;
    }
    return true;
}

enum { HELP_TOP = 5 };

bool frame_help_fits(const struct app *app)
{
    return app->width >= APP_FULL_WIDTH && app->height >= APP_FULL_HEIGHT &&
           lay_help(app, NULL, HELP_TOP, app->height - 2, 2);
}

/* In one column if that is enough, else in two. */
static void draw_help(const struct app *app, struct canvas *canvas)
{
    int end = canvas->height - 2;

    for (int row = HELP_TOP - 2; row < end; row++)
        canvas_putf(canvas, row, 0, ROLE_NORMAL, "%*s", canvas->width, "");
    canvas->cursor_y = HELP_TOP - 2;
    canvas->cursor_x = 3;
    canvas_putf(canvas, HELP_TOP - 2, 3, ROLE_HEADING,
                "Keys in %s (any key closes this)",
                text_of(app_place_name(app)));
    lay_help(app, canvas, HELP_TOP, end,
             lay_help(app, NULL, HELP_TOP, end, 1) ? 1 : 2);
}

static enum role role_of_line(const char *line)
{
    return line[0] == '+'   ? ROLE_ADDED
           : line[0] == '-' ? ROLE_REMOVED
                            : ROLE_NORMAL;
}

static void draw_pager(const struct app *app, struct canvas *canvas)
{
    bool is_asked = find_is_open(app);
    int y = 1, number = 0, end = canvas->height - 1 - is_asked;
    const char *at = app->pager;

    canvas_clear(canvas);
    canvas->cursor_y = y;
    draw_rule(canvas, 0, app->pager_title);
    for (; *at && y < end; number++) {
        size_t length = strcspn(at, "\n");
        char line[1024];

        if (number >= app->pager_top) {
            snprintf(line, sizeof(line), "%.*s", (int)length, at);
            canvas_put_cut(canvas, y++, 0, canvas->width, role_of_line(line),
                           line);
        }
        at += length + (at[length] == '\n');
    }
    if (is_asked)
        prompt_draw(app, canvas);
    else if (app->hint[0])
        canvas_put_cut(canvas, canvas->height - 1, 1, canvas->width - 2,
                       ROLE_NOTE, app->hint);
    else
        canvas_put(canvas, canvas->height - 1, 1, ROLE_NORMAL,
                   prompt_is_open(app) /* beneath it: find has none */
                       ? _("Up Down PgUp PgDn scroll   any other key closes")
                       : _("Up Down PgUp PgDn scroll   / find   any other key "
                           "closes"));
}

static void draw_too_small(struct canvas *canvas)
{
    char text[80];

    snprintf(text, sizeof(text),
             _("virt-tune needs %dx%d, has %dx%d. q leaves."), APP_MIN_WIDTH,
             APP_MIN_HEIGHT, canvas->width, canvas->height);
    canvas_wrap(canvas, 0, 0, canvas->width, canvas->height, ROLE_NORMAL, text);
}

void app_draw(struct app *app, struct canvas *canvas)
{
    canvas_clear(canvas);
    canvas->place = app_place(app);
    app->height = canvas->height;
    app->width = canvas->width;
    if (canvas->height < APP_MIN_HEIGHT || canvas->width < APP_MIN_WIDTH) {
        draw_too_small(canvas);
        return;
    }
    if (app->pager) {
        draw_pager(app, canvas);
        return;
    }
    draw_title(app, canvas);
    draw_steps(app, canvas);
    canvas->cursor_y = BODY_TOP; /* where no list has a selection */
    canvas->cursor_x = 1;
    if (app->records)
        records_draw(app, canvas);
    else
        app_screen(app->step)->draw(app, canvas);
    if (prompt_is_open(app)) {
        prompt_draw(app, canvas);
    } else {
        canvas_put_cut(canvas, canvas->height - 2, 1, canvas->width - 2,
                       ROLE_NOTE, app->hint);
        draw_footer(app, canvas);
    }
    if (app->shows_help)
        draw_help(app, canvas);
    if (ask_is_open(app) && app->step != STEP_DOMAIN)
        ask_draw(app, canvas);
    else if (!app->shows_help)
        return;
    canvas_set_pane(canvas, 0, 0, 0); /* it is covered */
}
