/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the journal and the domain as it is now, shows what undoing a record
 * would do, asks about what was edited since, and undoes it. Nothing is
 * written but by the key that says so.
 */
#include "ui/records.h"

#include "apply/history.h"
#include "base/text.h"
#include "render/diff.h"
#include "ui/find.h"

#include <stdlib.h>
#include <string.h>

struct record_list {
    struct records records; /* the oldest first; shown the other way round */
    struct list list;
    struct undo *undo;    /* of the selected one; NULL: */
    struct err problem;   /* why there is none */
    struct str lines;     /* about the selected one, or the conflict */
    int top;              /* the first of them that is shown */
    enum choice *choices; /* of the conflicts while it asks, or NULL */
    struct list conflicts;
};

static const struct record *selected(const struct record_list *own)
{
    return own->records
        .list[own->records.count - 1 - (size_t)own->list.selected];
}

bool records_ask(const struct app *app)
{
    return app->records && app->records->choices;
}

bool records_ask_conflicts(const struct app *app)
{
    return records_ask(app) && app->records->conflicts.count > 0;
}

/* What the stored definition and the files would lose and get. */
static void add_changes(const struct app *app, const struct undo *undo,
                        struct str *lines)
{
    const char *now = app->session->domain->xml->text;
    struct diff *diff = diff_new(now, undo->merge->text);

    if (strcmp(now, undo->merge->text) != 0)
        diff_add_unified(lines, diff, _("the stored definition"),
                         _("as it would be"), 2);
    diff_free(diff);
    for (size_t i = 0; i < undo->file_count; i++)
        str_addf(lines,
                 !undo->files[i].after    ? "- /%s (the file is removed)\n"
                 : !undo->files[i].before ? "+ /%s (the file is written)\n"
                                          : "  /%s (the file is changed)\n",
                 undo->files[i].path);
}

static void add_titles(const struct record *record, struct str *lines)
{
    for (size_t i = 0; i < record->title_count; i++)
        str_add_lines(lines, "  ", record->titles[i]);
}

/* Of the selected record: what it changed, and what undoing it would do. */
static void describe(struct app *app)
{
    struct record_list *own = app->records;
    const struct conflicts *conflicts;
    struct err later = {0};

    str_free(&own->lines);
    own->lines = (struct str)STR_INIT;
    own->top = 0;
    own->problem = (struct err){0};
    undo_free(own->undo);
    own->undo = session_undo_plan(app->session, selected(own)->number, NULL,
                                  &own->problem);
    add_titles(selected(own), &own->lines);
    if (!own->undo) {
        str_addf(&own->lines, "%s\n", own->problem.text);
        return;
    }
    conflicts = &own->undo->conflicts;
    if (conflicts->count > 0) {
        str_addf(&own->lines,
                 text_plural("%zu edit since, where this record changed it; u "
                             "asks what shall become of it:\n",
                             "%zu edits since, where this record changed it; u "
                             "asks what shall become of each:\n",
                             conflicts->count),
                 conflicts->count);
        for (size_t i = 0; i < conflicts->count; i++)
            str_add_lines(&own->lines, "  ", conflicts->list[i].text);
        undo_add_later(own->undo, &later);
        if (*later.text)
            str_add_lines(&own->lines, "", later.text);
        return;
    }
    if (own->undo->merge->has_later_edits || own->undo->kept_count > 0 ||
        own->undo->keeps_script)
        str_add(&own->lines, _("What was edited since elsewhere stays.\n"));
    str_add(&own->lines, _("Undoing it:\n"));
    add_changes(app, own->undo, &own->lines);
}

/*
 * Of the selected conflict: what is there, and what would come back. Without
 * one, what the undo does.
 */
static void describe_question(struct app *app)
{
    struct record_list *own = app->records;
    const struct conflict *conflict =
        own->undo->conflicts.list + own->conflicts.selected;

    str_free(&own->lines);
    own->lines = (struct str)STR_INIT;
    own->top = 0;
    if (own->conflicts.count == 0) {
        add_changes(app, own->undo, &own->lines);
        return;
    }
    str_addf(&own->lines, "%s\n", conflict->text); /* its row may be cut */
    str_add_lines(&own->lines, "- ", conflict->now);
    if (!*conflict->now)
        str_add(&own->lines, _("  Now there is nothing.\n"));
    str_add_lines(&own->lines, "+ ", conflict->then);
    if (!*conflict->then)
        str_add(&own->lines, _("  Before the record there was nothing.\n"));
}

void records_open(struct app *app)
{
    struct record_list *own;
    struct err ignored = {0}; /* records are read without libvirt */

    if (!app->history) {
        app_hint(app, "Choose a domain first: Enter.");
        return;
    }
    if (!session_is_current(app->session, &ignored) && !ignored.code)
        app_read_again(app);
    if (!app->history)
        return;
    records_close(app);
    own = mem_alloc(1, sizeof(*own));
    own->records = journal_read(&app->session->target, app->session->domain);
    own->list.count = (int)own->records.count;
    app->records = own;
    if (own->records.problem.code)
        app_hint(app, "%s", own->records.problem.text);
    else if (own->list.count == 0)
        app_hint(app, "virt-tune has changed nothing of this domain.");
    if (own->list.count > 0)
        describe(app);
    else
        records_close(app);
}

void records_close(struct app *app)
{
    struct record_list *own = app->records;

    if (!own)
        return;
    records_free(&own->records);
    undo_free(own->undo);
    str_free(&own->lines);
    free(own->choices);
    free(own);
    app->records = NULL;
}

static enum role role_of(const char *line)
{
    return line[0] == '+'   ? ROLE_ADDED
           : line[0] == '-' ? ROLE_REMOVED
                            : ROLE_NORMAL;
}

/* The lines below a rule, from the one at `top` on. */
static void draw_lines(const struct record_list *own, struct canvas *canvas,
                       int y, const char *title)
{
    int end = app_body_end(canvas), number = 0;

    draw_pane_rule(canvas, y++, title);
    for (const char *line = str_text(&own->lines); *line && y < end; number++) {
        size_t length = strcspn(line, "\n");
        char *text = mem_alloc(length + 1, 1);

        memcpy(text, line, length);
        if (number >= own->top)
            y = canvas_wrap(canvas, y, 1, canvas->width - 2, end - y,
                            role_of(text), text);
        free(text);
        line += length + (line[length] == '\n');
    }
}

/* How many rows of a list there are above its lines. */
static int list_height(const struct canvas *canvas, int count)
{
    int most = (app_body_end(canvas) - BODY_TOP) / 2 - 2;

    return count < most ? count : most;
}

static void draw_records(struct record_list *own, struct canvas *canvas)
{
    int height = list_height(canvas, own->list.count), y = BODY_TOP;
    struct str text CLEANUP(str_free) = STR_INIT;

    history_add_heading(&text, app_is_narrow(canvas));
    text.text[text.length - 1] = '\0'; /* its line end */
    canvas_put_cut(canvas, y++, 3, canvas->width - 3, ROLE_HEADING, text.text);
    list_scroll(&own->list, height);
    for (int i = own->list.top; i < own->list.top + height; i++, y++) {
        bool is_here = i == own->list.selected;

        str_free(&text);
        text = (struct str)STR_INIT;
        history_add_row(&text,
                        own->records.list[own->records.count - 1 - (size_t)i],
                        app_is_narrow(canvas));
        text.text[text.length - 1] = '\0';
        draw_marker(canvas, y, is_here);
        canvas_put_cut(canvas, y, 3, canvas->width - 3,
                       is_here ? ROLE_SELECTED : ROLE_NORMAL, text.text);
    }
    str_free(&text);
    text = (struct str)STR_INIT;
    str_addf(&text, "record %04u", selected(own)->number);
    draw_lines(own, canvas, y, str_text(&text));
}

/* Which choice is which word; the first is the one that nobody made. */
static const struct {
    const char *word;
    enum role role;
} choice_looks[] = {
    [CHOICE_OPEN] = {"?", ROLE_WARN},
    [CHOICE_KEEP] = {N_("keep"), ROLE_OK},
    [CHOICE_BACK] = {N_("back"), ROLE_REMOVED},
};

static void draw_conflicts(struct record_list *own, struct canvas *canvas)
{
    const struct conflicts *conflicts = &own->undo->conflicts;
    int height = list_height(canvas, own->conflicts.count), y = BODY_TOP;
    struct str text CLEANUP(str_free) = STR_INIT;

    str_addf(&text,
             conflicts->count > 0
                 ? "Undo record %04u: what was edited since stays, or goes?"
                 : "Undo record %04u? a writes that, q goes back.",
             own->undo->record->number);
    canvas->cursor_y = y; /* of the question; or of a conflict */
    canvas->cursor_x = 3;
    canvas_put_cut(canvas, y++, 3, canvas->width - 4, ROLE_HEADING,
                   str_text(&text));
    list_scroll(&own->conflicts, height);
    for (int i = own->conflicts.top; i < own->conflicts.top + height;
         i++, y++) {
        bool is_here = i == own->conflicts.selected;

        draw_marker(canvas, y, is_here);
        canvas_put_cut(canvas, y, 3, 8, choice_looks[own->choices[i]].role,
                       text_of(choice_looks[own->choices[i]].word));
        canvas_put_cut(canvas, y, 12, canvas->width - 13,
                       is_here ? ROLE_SELECTED : ROLE_NORMAL,
                       conflicts->list[i].text);
    }
    draw_lines(own, canvas, y,
               conflicts->count > 0 ? _("now (-), and before the record (+)")
                                    : _("what that does"));
}

void records_draw(struct app *app, struct canvas *canvas)
{
    if (records_ask(app))
        draw_conflicts(app->records, canvas);
    else
        draw_records(app->records, canvas);
}

/* The plan of before is now an edit of what is there again. */
static void show_undone(struct app *app, unsigned number,
                        struct apply_report *report, char *undone)
{
    struct err problem = {0};

    records_close(app);
    if (!app_reread(app, &problem))
        app_hint(app, "%s", problem.text);
    if (!app->history) {
        free(undone);
        return;
    }
    app_keep_applied(app, number);
    app->lists[STEP_APPLY] = (struct list){0};
    app->step = STEP_APPLY;
    app->is_visited[STEP_APPLY] = true;
    app->report = *report;
    app->apply_problem = (struct err){0};
    app->apply_state = APPLY_UNDONE;
    free(app->undone);
    app->undone = undone;
}

/* A failure before the first step leaves the list open, and is the hint. */
static void show_failure(struct app *app, struct apply_report *report,
                         const struct err *problem)
{
    if (report->number == 0 && app->records) {
        app_hint(app, "%s", problem->text);
        return;
    }
    records_close(app);
    app->lists[STEP_APPLY] = (struct list){0};
    app->step = STEP_APPLY;
    app->is_visited[STEP_APPLY] = true;
    app->report = *report;
    app->apply_problem = *problem;
    app->apply_state = APPLY_FAILED;
}

static void undo_now(struct app *app, unsigned number,
                     const struct choices *choices)
{
    struct apply_report report = {0};
    struct err problem = {0};
    struct undo *undo =
        session_undo_plan(app->session, number, choices, &problem);
    bool is_undone =
        undo && session_undo(app->session, undo, &report, &problem);

    app->written += report.number > 0;
    if (is_undone)
        show_undone(app, undo->record->number, &report,
                    undo_describe(undo, app->session->domain, report.number));
    else
        show_failure(app, &report, &problem);
    undo_free(undo);
}

/* Asks whether, and about the conflicts of the selected record. */
static void ask(struct app *app)
{
    struct record_list *own = app->records;
    size_t count = own->undo ? own->undo->conflicts.count : 0;

    if (!own->undo) {
        app_hint(app, "%s", own->problem.text);
    } else if (app->session->options.is_read_only) {
        app_hint(app, "This is a read-only session: nothing is written.");
    } else {
        own->choices = mem_alloc(count + 1, sizeof(*own->choices));
        own->conflicts = (struct list){.count = (int)count};
        describe_question(app);
        if (count > 0)
            app_hint(
                app,
                "Space keeps an edit or takes it back; K, B: all. Then a.");
    }
}

void records_undo(struct app *app, unsigned number)
{
    struct record_list *own;

    records_open(app);
    own = app->records;
    for (size_t i = 0; own && i < own->records.count; i++)
        if (own->records.list[i]->number == number)
            own->list.selected = (int)(own->records.count - 1 - i);
    if (!own)
        return;
    describe(app);
    ask(app);
}

/* Writes, once each conflict is decided. */
static void undo_as_chosen(struct app *app)
{
    struct record_list *own = app->records;
    struct choices choices = {own->choices, (size_t)own->conflicts.count,
                              CHOICE_OPEN};

    for (int i = 0; i < own->conflicts.count; i++)
        if (own->choices[i] == CHOICE_OPEN) {
            own->conflicts.selected = i;
            describe_question(app);
            app_hint(app,
                     "Nothing is said of this one: Space; of all: K keeps, B "
                     "goes back.");
            return;
        }
    undo_now(app, own->undo->record->number, &choices);
}

static void show_whole(struct app *app)
{
    struct record_list *own = app->records;
    struct str text = STR_INIT;

    history_add_row(&text, selected(own), false);
    add_titles(selected(own), &text);
    history_add_diff(&text, selected(own));
    app_page(app, _("record"), str_steal(&text));
}

/* Back from the question to the list. */
static void stop_asking(struct app *app)
{
    free(app->records->choices);
    app->records->choices = NULL;
    describe(app);
}

static void choose_all(struct record_list *own, enum choice choice)
{
    for (int i = 0; i < own->conflicts.count; i++)
        own->choices[i] = choice;
}

static bool act_asking(struct app *app, enum action action)
{
    struct record_list *own = app->records;
    enum choice *choice = &own->choices[own->conflicts.selected];

    switch (action) {
    case ACTION_TOGGLE:
        *choice = *choice == CHOICE_KEEP ? CHOICE_BACK : CHOICE_KEEP;
        return true;
    case ACTION_KEEP_ALL:
        choose_all(own, CHOICE_KEEP);
        return true;
    case ACTION_BACK_ALL:
        choose_all(own, CHOICE_BACK);
        return true;
    case ACTION_APPLY:
        undo_as_chosen(app);
        return true;
    case ACTION_BACK:
        stop_asking(app);
        return true;
    default:
        if (list_move(&own->conflicts, action, 1))
            describe_question(app);
        return true;
    }
}

bool records_act(struct app *app, enum action action)
{
    struct record_list *own = app->records;
    struct list lines = {own->top, 0,
                         (int)str_count_lines(str_text(&own->lines))};

    switch (action) {
    case ACTION_HELP:
    case ACTION_REPAINT:
        return false;
    case ACTION_PAGE_UP:
    case ACTION_PAGE_DOWN:
        list_move(&lines, action, app->height / 3);
        own->top = lines.selected;
        return true;
    default:
        break;
    }
    if (own->choices && own->conflicts.count == 0 &&
        list_move(&lines, action, 1)) { /* there is no other list */
        own->top = lines.selected;
        return true;
    }
    if (own->choices)
        return act_asking(app, action);
    switch (action) {
    case ACTION_UNDO:
        ask(app);
        break;
    case ACTION_VIEW:
        show_whole(app);
        break;
    case ACTION_BACK:
    case ACTION_HISTORY:
        records_close(app);
        break;
    default:
        if (list_move(&own->list, action, 1))
            describe(app);
    }
    return true;
}

static int row_at(const struct app *app, int *count)
{
    *count = app->records->list.count;
    return app->records->list.selected;
}

static const struct record *record_of(const struct app *app, int row)
{
    const struct records *records = &app->records->records;

    return records->list[records->count - 1 - (size_t)row];
}

static bool has(const struct app *app, int row, const char *word)
{
    struct str text CLEANUP(str_free) = STR_INIT;

    history_add_row(&text, record_of(app, row), false);
    add_titles(record_of(app, row), &text);
    return strcasestr(str_text(&text), word) != NULL;
}

static void go(struct app *app, int row, const char *word)
{
    (void)word;
    app->records->list.selected = row;
    describe(app);
}

const struct finder records_finder = {row_at, has, go};

static int conflict_at(const struct app *app, int *count)
{
    *count = app->records->conflicts.count;
    return app->records->conflicts.selected;
}

static bool conflict_has(const struct app *app, int row, const char *word)
{
    const struct conflict *one = app->records->undo->conflicts.list + row;
    const char *texts[] = {one->text, one->now, one->then};

    return find_in(word, texts, ARRAY_SIZE(texts));
}

static void conflict_go(struct app *app, int row, const char *word)
{
    (void)word;
    app->records->conflicts.selected = row;
    describe_question(app);
}

const struct finder undo_finder = {conflict_at, conflict_has, conflict_go};
