/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Step 7: asks, writes, and says what happened. Enter never writes; only the
 * key that says so does.
 */
#include "ui/app.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/about.h"
#include "plan/rule.h"
#include "session/remote.h"
#include "ui/pane.h"
#include "ui/records.h"

#include <stdlib.h>
#include <string.h>

/* What was applied is read back: the plan starts anew, equal to it. */
static void read_back(struct app *app)
{
    struct apply_report report = app->report;
    struct err problem = app->apply_problem, err = {0};
    int state = app->apply_state;

    if (!app_reopen(app, &err))
        app_hint(app, "%s", err.text);
    for (unsigned i = 0; i < STEP_CHECK; i++)
        app->is_visited[i] = true;
    app->report = report;
    app->apply_problem = problem;
    app->apply_state = state;
}

static void enter(struct app *app)
{
    if (app->apply_state != APPLY_DONE || changeset_kept(app->set) > 0)
        app->apply_state = APPLY_ASKS;
}

/* At most `most` rows, as many as there are above the row of the answers. */
static int rows_left(const struct canvas *canvas, int y, int most)
{
    int left = app_body_end(canvas) - 1 - y;

    return left < most ? left : most;
}

static int put_lines(struct canvas *canvas, int y, const char *name,
                     const char *text)
{
    if (rows_left(canvas, y, 1) < 1)
        return y;
    canvas_put(canvas, y, 3, ROLE_HEADING, name);
    return canvas_wrap(canvas, y, 13, canvas->width - 16,
                       rows_left(canvas, y, 4), ROLE_NORMAL, text);
}

static int draw_files(const struct app *app, struct canvas *canvas, int y)
{
    for (size_t i = 0; i < app->set->file_count; i++) {
        struct str text CLEANUP(str_free) = STR_INIT;
        const char *root = app->session->target.root;

        str_addf(&text, "%s%s%s", root, str_ends(root, "/") ? "" : "/",
                 app->set->files[i].path);
        y = put_lines(canvas, y,
                      app->set->files[i].after ? _("writes") : _("removes"),
                      str_text(&text));
    }
    return y;
}

/* Nothing but a definition gets to another host by itself. */
static int draw_copying(const struct app *app, struct canvas *canvas, int y)
{
    const char *name = remote_name(app->session);
    struct str text CLEANUP(str_free) = STR_INIT;

    if (!name)
        return y;
    str_addf(&text,
             app->set->file_count > 0
                 ? "the hook's files yourself to %s: Review (6) has the "
                   "commands"
                 : "nothing: no hook is installed on %s",
             name);
    return put_lines(canvas, y, "copy", str_text(&text));
}

/* What apply would refuse it for, and in which step that is changed. */
static int draw_obstacle(const struct app *app, struct canvas *canvas, int y)
{
    static const struct {
        const char *topic;
        enum step step;
    } places[] = {
        {"cpus", STEP_CPUS},
        {"devices", STEP_DEVICES},
        {"options", STEP_OPTIONS},
        {"domain", STEP_DOMAIN},
    };
    const struct finding *finding = findings_worst(&app->findings);
    struct str text CLEANUP(str_free) = STR_INIT;

    if (!finding || finding->verdict != VERDICT_FAIL)
        return y;
    str_addf(&text, "It will be refused: %s. %s", finding->text, finding->fix);
    for (size_t i = 0; i < ARRAY_SIZE(places); i++)
        if (strcmp(places[i].topic, finding->topic) == 0)
            str_addf(&text, " (Step %u.)", places[i].step + 1);
    return canvas_wrap(canvas, y, 3, canvas->width - 6, rows_left(canvas, y, 4),
                       ROLE_FAIL, str_text(&text)) +
           !app_is_low(canvas);
}

/* True if a change that is kept is what the finding is about. */
static bool is_of_change(const struct app *app, const struct finding *finding)
{
    for (size_t i = 0; i < app->set->count; i++)
        if (app->set->changes[i].is_kept &&
            about_part(finding, app->set->changes[i].part))
            return true;
    return false;
}

/*
 * What the rules warn of, with the cures: of the changes, then of what the
 * domain has. Room is left for what follows.
 */
static int draw_warnings(const struct app *app, struct canvas *canvas, int y)
{
    int files = (int)app->set->file_count;
    int rest = app_is_low(canvas) ? 6 + files : 8 + 2 * files;
    int rows = rows_left(canvas, y, canvas->height) - rest;
    struct pane pane = {.more = _("There is more: v in Review (6)")};
    struct arena *arena = arena_new();

    for (int of_changes = 1; of_changes >= 0; of_changes--)
        for (size_t i = 0; i < app->findings.count; i++) {
            const struct finding *finding = &app->findings.list[i];

            if (finding->verdict == VERDICT_WARN &&
                is_of_change(app, finding) == of_changes)
                pane_add_finding(&pane, arena, finding);
        }
    y = pane_draw_points(&pane, canvas, y, 3, y + (rows < 3 ? 3 : rows));
    arena_free(arena);
    return y + (pane.count > 0 && !app_is_low(canvas));
}

/* What brings the former definition back; true of the stored one, too. */
static int draw_later(const struct app *app, struct canvas *canvas, int y)
{
    struct arena *arena = arena_new();
    struct findings later = {0};

    rule_check_later(app_plan(app), arena, &later);
    for (size_t i = 0; i < later.count; i++)
        y = canvas_wrap(canvas, y, 3, canvas->width - 6,
                        rows_left(canvas, y, 3),
                        role_of_verdict(later.list[i].verdict),
                        arena_printf(arena, "%s: %s. %s",
                                     verdict_label(later.list[i].verdict),
                                     later.list[i].text, later.list[i].fix));
    arena_free(arena);
    return y;
}

static void draw_question(const struct app *app, struct canvas *canvas)
{
    const struct domain *domain = app->session->domain;
    size_t kept = changeset_kept(app->set);
    struct str text CLEANUP(str_free) = STR_INIT;
    struct str undo CLEANUP(str_free) = STR_INIT;
    struct str title CLEANUP(str_free) = STR_INIT;
    bool is_low = app_is_low(canvas);
    int y = BODY_TOP + !is_low, x;

    if (kept == 0) {
        canvas_put(
            canvas, y, 3, ROLE_NORMAL,
            _("There is nothing to apply. Review (6) lists the changes."));
        return;
    }
    str_addf(
        &title,
        text_plural("Apply %zu change to %s", "Apply %zu changes to %s", kept),
        kept, domain->name);
    canvas_put_cut(canvas, y, 3, canvas->width - 5, ROLE_HEADING,
                   str_text(&title));
    y += is_low ? 1 : 2;
    y = draw_obstacle(app, canvas, y);
    y = draw_warnings(app, canvas, y);
    if (app->set->changes_xml)
        y = put_lines(canvas, y, _("changes"),
                      domain->path ? domain->path
                                   : _("the stored definition in libvirt"));
    y = draw_files(app, canvas, y);
    y = draw_copying(app, canvas, y);
    str_addf(&text, "copies of all that in %s%svar/lib/virt-tune",
             app->session->target.root,
             str_ends(app->session->target.root, "/") ? "" : "/");
    y = put_lines(canvas, y, _("keeps"), str_text(&text)) + !is_low;
    y = canvas_wrap(
        canvas, y, 3, canvas->width - 6, rows_left(canvas, y, 3), ROLE_NORMAL,
        domain->is_running
            ? _("The domain is running and is not touched. The changes take "
                "effect when it is shut down and started again; a reboot "
                "inside the guest is not enough.")
            : _("The changes take effect with the domain's next start."));
    if (!domain->has_saved_image) /* else it is among the warnings */
        y = draw_later(app, canvas, y);
    str_addf(&undo,
             "To undo: u here afterwards, or in a shell: virt-tune undo %s",
             session_word(app->session));
    y = canvas_wrap(canvas, y + !is_low, 3, canvas->width - 6,
                    rows_left(canvas, y + !is_low, 2), ROLE_NORMAL,
                    str_text(&undo));
    y += rows_left(canvas, y, 1);
    x = canvas_put(canvas, y, 3, ROLE_SELECTED, _("[ Enter: cancel ]"));
    canvas_put(canvas, y, x + 4, ROLE_NORMAL, _("a: apply"));
    canvas->cursor_y = y;
    canvas->cursor_x = 3;
}

static int draw_steps(const struct app *app, struct canvas *canvas, int y)
{
    static const struct {
        const char *word;
        enum role role;
    } states[] = {
        [STEP_OPEN] = {"-", ROLE_OFF},
        [STEP_DONE] = {N_("done"), ROLE_OK},
        [STEP_FAILED] = {N_("FAILED"), ROLE_FAIL},
        [STEP_TAKEN_BACK] = {"taken back", ROLE_WARN},
        [STEP_NOT_TAKEN_BACK] = {"NOT TAKEN BACK", ROLE_FAIL},
    };

    for (size_t i = 0; i < app->report.count; i++, y++) {
        canvas_put(canvas, y, 3, states[app->report.steps[i].state].role,
                   text_of(states[app->report.steps[i].state].word));
        canvas_putf(canvas, y, 18, ROLE_NORMAL, "%zu  %s", i + 1,
                    app->report.steps[i].title);
    }
    return y + 1;
}

static void draw_undone(const struct app *app, struct canvas *canvas, int y)
{
    int end = app_body_end(canvas);

    for (const char *line = app->undone ? app->undone : ""; *line;) {
        size_t length = strcspn(line, "\n");
        char *text = mem_alloc(length + 1, 1);

        memcpy(text, line, length);
        y = canvas_wrap(canvas, y, 3, canvas->width - 6, end - y, ROLE_OK,
                        text);
        free(text);
        line += length + (line[length] == '\n');
    }
}

static void draw_result(const struct app *app, struct canvas *canvas)
{
    int y = draw_steps(app, canvas, BODY_TOP + !app_is_low(canvas));
    int end = app_body_end(canvas), width = canvas->width - 6;

    if (app->apply_state == APPLY_DONE) {
        y = canvas_putf(canvas, y, 3, ROLE_OK,
                        "Applied, read back and compared. Record %04u.",
                        app->report.number) > 0
                ? y + 2 - app_is_low(canvas)
                : y;
        y = canvas_wrap(canvas, y, 3, width, end - y, ROLE_NORMAL,
                        _("v shows the definition as it is stored now; u takes "
                          "the apply back."));
        y = canvas_wrap(canvas, y, 3, width, end - y, ROLE_NORMAL,
                        _("8 checks the guest against it, once it was started "
                          "anew."));
        y = draw_later(app, canvas, y);
        if (app->report.needs_reload && !app->session->options.root)
            canvas_wrap(
                canvas, y + !app_is_low(canvas), 3, width,
                end - y - !app_is_low(canvas), ROLE_WARN,
                _("This is the first hook on this host. libvirt notices "
                  "it after: systemctl reload libvirtd (or virtqemud). "
                  "Running guests go on."));
        return;
    }
    if (app->apply_state == APPLY_UNDONE) {
        draw_undone(app, canvas, y);
        return;
    }
    canvas_wrap(canvas, y, 3, width, end - y, ROLE_FAIL,
                app->apply_problem.text);
}

static void draw(struct app *app, struct canvas *canvas)
{
    if (app->apply_state == APPLY_ASKS)
        draw_question(app, canvas);
    else
        draw_result(app, canvas);
}

static void apply(struct app *app)
{
    bool is_applied;

    app->apply_problem = (struct err){0};
    if (changeset_kept(app->set) == 0) {
        app_hint(app, "There is nothing to apply.");
        return;
    }
    is_applied = session_apply(app->session, app_plan(app), app->set,
                               &app->report, &app->apply_problem);
    app->written += app->report.number > 0;
    if (is_applied) {
        app->apply_state = APPLY_DONE;
        draft_remove(app->session);
        read_back(app);
    } else {
        app->apply_state = app->report.count > 0 ? APPLY_FAILED : APPLY_REFUSED;
    }
}

static bool act(struct app *app, enum action action)
{
    switch (action) {
    case ACTION_APPLY:
        if (app->apply_state == APPLY_ASKS)
            apply(app);
        else
            app_hint(app, "It is over; Enter goes back to Review.");
        return true;
    case ACTION_UNDO:
        if (app->apply_state != APPLY_DONE &&
            history_neighbour(app->history, -1))
            return false; /* an edit, as in every step */
        if (app->apply_state == APPLY_DONE)
            records_undo(app, app->report.number);
        else if (app->apply_state == APPLY_UNDONE)
            app_hint(app,
                     "Record %04u is that undo: to undo it, too, choose it in "
                     "History (H).",
                     app->report.number);
        else
            app_hint(app, "Nothing was applied here. H lists all records.");
        return true;
    case ACTION_VIEW:
        app_page(app, _("the definition as it is stored"),
                 mem_strdup(app->session->domain->xml->text));
        return true;
    case ACTION_ENTER:
        app_go(app, STEP_REVIEW);
        return true;
    default:
        return false;
    }
}

const struct screen screen_apply = {
    .name = N_("Apply"),
    .enter = enter,
    .draw = draw,
    .act = act,
};
