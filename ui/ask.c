/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions that come with a domain: an apply that was cut off, and a draft
 * that was left. Keys that are no answer leave all as it is.
 */
#include "ui/ask.h"

#include "base/str.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

void ask_look(struct app *app)
{
    struct err problem;

    ask_forget(app);
    app->open_record = session_open_record(app->session, &problem);
    if (problem.code)
        app_hint(app, "%s", problem.text);
    app->draft = draft_load(app->session);
}

void ask_forget(struct app *app)
{
    record_free(app->open_record);
    draft_free(app->draft);
    app->open_record = NULL;
    app->draft = NULL;
    app->ask_problem = (struct err){0};
}

bool ask_is_open(const struct app *app)
{
    return app->open_record || app->draft;
}

static int put(struct canvas *canvas, int y, const char *key, const char *text)
{
    canvas_put(canvas, y, 3, ROLE_KEY, key);
    canvas_put(canvas, y, 11, ROLE_NORMAL, text);
    return y + 1;
}

static void draw_record(const struct app *app, struct canvas *canvas, int y)
{
    char *text CLEANUP(mem_free) =
        repair_describe(&app->session->target, app->open_record);

    y = canvas_wrap(canvas, y, 3, canvas->width - 6, 5, ROLE_WARN, text) + 1;
    if (app->session->options.is_read_only) {
        put(canvas, y, "Enter", _("go on: this is a read-only session"));
        return;
    }
    y = put(canvas, y, "f", _("finish it: all of it will be in force"));
    y = put(canvas, y, "t", _("take it back: all will be as before it"));
    y = put(canvas, y, "Enter", _("leave it open; nothing can be applied so"));
    canvas_wrap(canvas, y + 1, 3, canvas->width - 6, 6, ROLE_FAIL,
                app->ask_problem.text);
}

/* What became of the host meanwhile; the answers below keep their rows. */
static int draw_changes(const char *changes, struct canvas *canvas, int y)
{
    int end = app_body_end(canvas) - 6, first = y;

    while (*changes) {
        size_t length = strcspn(changes, "\n");
        char *line = mem_alloc(length + 1, 1);

        memcpy(line, changes, length);
        if (y < end)
            y = canvas_wrap(canvas, y, 3, canvas->width - 6, end - y, ROLE_WARN,
                            line);
        else if (y++ == end)
            canvas_put(canvas, end, 3, ROLE_WARN,
                       _("And more: look at the steps again."));
        free(line);
        changes += length + (changes[length] == '\n');
    }
    return (y > end ? end + 1 : y) + (y > first);
}

/* Drafts of before may say step 1, where nothing is planned. */
static enum step step_of(const struct draft *draft)
{
    return draft->step > STEP_DOMAIN && draft->step < STEP_COUNT
               ? (enum step)draft->step
               : STEP_REVIEW;
}

static void draw_draft(const struct app *app, struct canvas *canvas, int y)
{
    const struct draft *draft = app->draft;
    struct str text CLEANUP(str_free) = STR_INIT;

    str_addf(&text, "A draft of %s, %s, is there: ", app->session->domain->name,
             *draft->time ? draft->time : _("of an unknown date"));
    str_addf(&text,
             text_plural("%zu change, left in step %u.",
                         "%zu changes, left in step %u.", draft->change_count),
             draft->change_count, step_of(draft) + 1);
    y = canvas_wrap(canvas, y, 3, canvas->width - 6, 3, ROLE_HEADING,
                    str_text(&text)) +
        1;
    if (!draft->is_current)
        y = canvas_wrap(
                canvas, y, 3, canvas->width - 6, 3, ROLE_WARN,
                _("The domain was changed since. What the draft says of "
                  "its CPUs and options wins; Review shows what that "
                  "changes.")) +
            1;
    y = draw_changes(draft->changes, canvas, y);
    y = put(canvas, y, "Enter", _("go on with it"));
    y = put(canvas, y, "n", _("start anew; the draft is removed"));
    y = put(canvas, y, "q", _("back; the draft stays"));
    canvas_wrap(canvas, y + 1, 3, canvas->width - 6, 6, ROLE_FAIL,
                app->ask_problem.text);
}

void ask_draw(const struct app *app, struct canvas *canvas)
{
    int y = BODY_TOP;

    for (int row = y; row < canvas->height; row++)
        canvas_putf(canvas, row, 0, ROLE_NORMAL, "%*s", canvas->width, "");
    canvas->cursor_y = y + 1;
    canvas->cursor_x = 3;
    canvas_put_cut(canvas, canvas->height - 2, 1, canvas->width - 2, ROLE_NOTE,
                   app->hint);
    if (app->open_record)
        draw_record(app, canvas, y + 1);
    else
        draw_draft(app, canvas, y + 1);
}

static void reopen(struct app *app)
{
    enum step step = app->step;
    struct err err = {0};

    if (app_reopen(app, &err)) {
        app->step = step;
        app->is_visited[step] = true;
    } else {
        app_hint(app, "%s", err.text);
    }
}

static void answer_record(struct app *app, int key)
{
    bool finishes = key == 'f', takes_back = key == 't';
    struct repair_report report;

    app->ask_problem = (struct err){0};
    if (key == INPUT_ENTER || key == '\n') {
        record_free(app->open_record);
        app->open_record = NULL;
        return;
    }
    if (app->session->options.is_read_only || (!finishes && !takes_back)) {
        app_hint(app, app->session->options.is_read_only
                          ? "This asks for Enter, or q to go back."
                          : "This asks for f, t or Enter, or q to go back.");
        return;
    }
    if (!session_repair(app->session,
                        finishes ? REPAIR_FINISH : REPAIR_TAKE_BACK, &report,
                        &app->ask_problem))
        return;
    app->written++;
    reopen(app);
    app_hint(app,
             finishes ? "Record %04u is finished."
             : report.is_as_before
                 ? "Record %04u is taken back."
                 : "Record %04u is taken back; what others edited since, or "
                   "need of it, stays.",
             report.number);
}

static void answer_draft(struct app *app, int key)
{
    struct draft *draft = app->draft;
    struct plan *plan;

    if (key == 'n') {
        draft_remove(app->session);
        ask_forget(app);
        return;
    }
    if (key != INPUT_ENTER && key != '\n') {
        app_hint(app, "This asks for Enter, n or q: see above.");
        return;
    }
    plan = draft_plan(app->session, draft, &app->ask_problem);
    if (!plan)
        return;
    app_take_plan(app, plan);
    app->draft = NULL;
    for (unsigned i = 0; i < STEP_COUNT; i++)
        app->is_visited[i] |= (draft->seen & 1U << i) != 0;
    if (plan_is_pinned(app_plan(app)))
        app->is_visited[STEP_CPUS] = false; /* looks for its first core */
    app_go(app, step_of(draft));
    if (!app->hint[0])
        app_hint(app, "The draft is in the plan; u takes it off.");
    draft_free(draft);
}

bool ask_key_writes(const struct app *app, int key)
{
    return app->open_record ? key == 'f' || key == 't' : key == 'n';
}

void ask_key(struct app *app, int key)
{
    if (key_action(key, STEP_HOST) == ACTION_BACK)
        app->step = STEP_DOMAIN; /* it will be asked again */
    else if (app->open_record)
        answer_record(app, key);
    else
        answer_draft(app, key);
}
