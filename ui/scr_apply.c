/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Step 7: asks, writes, and says what happened. Enter never writes; only the
 * key that says so does.
 */
#include "ui/app.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/about.h"
#include "plan/device.h"
#include "plan/planfile.h"
#include "plan/rule.h"
#include "session/command.h"
#include "session/remote.h"
#include "ui/consent.h"
#include "ui/records.h"
#include "ui/result.h"

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
    app->lists[STEP_APPLY] = (struct list){0};
}

/* Wide enough for the word for "warn" and for "changes" in any language. */
enum { NAMES = 10 };

static void add_files(const struct app *app, struct lines *lines)
{
    for (size_t i = 0; i < app->set->file_count; i++) {
        const char *root = app->session->target.root;

        lines_add_named(lines, ROLE_HEADING,
                        app->set->files[i].after ? _("writes") : _("removes"),
                        arena_printf(lines->arena, "%s%s%s", root,
                                     str_ends(root, "/") ? "" : "/",
                                     app->set->files[i].path));
    }
}

/* Nothing but a definition gets to another host by itself. */
static void add_copying(const struct app *app, struct lines *lines)
{
    const char *name = remote_name(app->session);

    if (name)
        lines_add_named(
            lines, ROLE_HEADING, "copy",
            arena_printf(lines->arena,
                         app->set->file_count > 0
                             ? "the hook's files yourself to %s: Review (6) "
                               "has the commands"
                             : "nothing: no hook is installed on %s",
                         name));
}

/* What apply would refuse it for, and in which step that is changed. */
static void add_obstacle(const struct app *app, struct lines *lines)
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
        return;
    str_addf(&text, "It will be refused: %s. %s", finding->text, finding->fix);
    for (size_t i = 0; i < ARRAY_SIZE(places); i++)
        if (strcmp(places[i].topic, finding->topic) == 0)
            str_addf(&text, " (Step %u.)", places[i].step + 1);
    lines_add(lines, ROLE_FAIL, str_text(&text));
    lines_add_space(app, lines);
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
 * domain has.
 */
static void add_warnings(const struct app *app, struct lines *lines)
{
    int before = lines->count;

    for (int of_changes = 1; of_changes >= 0; of_changes--)
        for (size_t i = 0; i < app->findings.count; i++) {
            const struct finding *finding = &app->findings.list[i];

            if (finding->verdict == VERDICT_WARN &&
                is_of_change(app, finding) == of_changes)
                lines_add_named(lines, ROLE_WARN,
                                verdict_label(finding->verdict),
                                arena_printf(lines->arena, "%s. %s",
                                             finding->text, finding->fix));
        }
    if (lines->count > before)
        lines_add_space(app, lines);
}

static void add_places(const struct app *app, struct lines *lines)
{
    const struct domain *domain = app->session->domain;
    const char *root = app->session->target.root;

    if (app->set->changes_xml)
        lines_add_named(lines, ROLE_HEADING, _("changes"),
                        domain->path ? domain->path
                                     : _("the stored definition in libvirt"));
    add_files(app, lines);
    add_copying(app, lines);
    lines_add_named(lines, ROLE_HEADING, _("keeps"),
                    arena_printf(lines->arena,
                                 "copies of all that in %s%svar/lib/virt-tune",
                                 root, str_ends(root, "/") ? "" : "/"));
    lines_add_space(app, lines);
}

static void add_undo(const struct app *app, struct lines *lines)
{
    struct str command CLEANUP(str_free) = STR_INIT;

    lines_add_space(app, lines);
    if (command_add(&command, app->session, "undo", NULL, NULL))
        lines_add(lines, ROLE_NORMAL,
                  arena_printf(lines->arena,
                               "To undo: u here afterwards, or in a shell: %s",
                               str_text(&command)));
    else
        lines_add(lines, ROLE_NORMAL, _("To undo: u here afterwards."));
}

static struct lines question_lines(const struct app *app)
{
    const struct domain *domain = app->session->domain;
    struct lines lines = lines_new(app, NAMES);
    size_t kept = changeset_kept(app->set);

    if (kept == 0) {
        lines_add(&lines, ROLE_NORMAL,
                  app->set->count > 0
                      ? _("There is nothing to apply: each change is dropped "
                          "in Review (6).")
                      : _("There is nothing to apply: the plan changes "
                          "nothing."));
        return lines;
    }
    lines_add(&lines, ROLE_HEADING,
              arena_printf(lines.arena,
                           text_plural("Apply %zu change to %s",
                                       "Apply %zu changes to %s", kept),
                           kept, domain->name));
    lines_add_space(app, &lines);
    add_obstacle(app, &lines);
    add_warnings(app, &lines);
    add_places(app, &lines);
    lines_add(
        &lines, ROLE_NORMAL,
        domain->is_running
            ? _("The domain is running and is not touched. The changes take "
                "effect when it is shut down and started again; a reboot "
                "inside the guest is not enough.")
            : _("The changes take effect with the domain's next start."));
    if (!domain->has_saved_image) /* else it is among the warnings */
        result_add_later(app, &lines);
    add_undo(app, &lines);
    return lines;
}

/* The rows of the lines, and where they begin. */
static int top_of(const struct app *app)
{
    return BODY_TOP + (app->height >= APP_FULL_HEIGHT);
}

/* Beneath the question there are its answers. */
static int rows_of(const struct app *app)
{
    return app->height - 2 - top_of(app) - (app->apply_state == APPLY_ASKS);
}

static struct lines lines_of(const struct app *app)
{
    return app->apply_state == APPLY_ASKS ? question_lines(app)
                                          : result_lines(app);
}

/* What would be refused is not offered. */
static void draw_answers(const struct app *app, struct canvas *canvas, int y)
{
    int x = canvas_put(canvas, y, 3, ROLE_SELECTED, _("[ Enter: cancel ]"));

    if (findings_count(&app->findings, VERDICT_FAIL) == 0)
        canvas_put(canvas, y, x + 4, ROLE_NORMAL, _("a: apply"));
    canvas->cursor_y = y;
    canvas->cursor_x = 3;
}

static void draw(struct app *app, struct canvas *canvas)
{
    struct lines lines;
    int y;

    if (consent_is_asked(app)) {
        consent_draw(app, canvas);
        return;
    }
    lines = lines_of(app);
    y = lines_draw(&lines, canvas, top_of(app), rows_of(app),
                   app->lists[STEP_APPLY].selected);
    if (app->apply_state == APPLY_ASKS && changeset_kept(app->set) > 0)
        draw_answers(app, canvas, y + (y < app_body_end(canvas) - 1));
    lines_free(&lines);
}

static void apply(struct app *app)
{
    struct str plan CLEANUP(str_free) = STR_INIT;
    bool is_applied;

    planfile_save(app_plan(app), &plan);
    app->apply_problem = (struct err){0};
    app->lists[STEP_APPLY] = (struct list){0};
    is_applied = session_apply(app->session, app_plan(app), app->set,
                               &app->report, &app->apply_problem);
    app->written += app->report.number > 0;
    if (is_applied) {
        app->apply_state = APPLY_DONE;
        free(app->applied);
        app->applied = str_steal(&plan);
        app->applied_number = app->report.number;
        draft_remove(app->session);
        read_back(app);
    } else {
        app->apply_state = app->report.count > 0 ? APPLY_FAILED : APPLY_REFUSED;
        if (app->apply_problem.code == ERR_PERMISSION &&
            app->report.number == 0)
            command_explain_permission(app->session, app_plan(app),
                                       &app->apply_problem);
    }
}

/* What the host needs is given only to who says so in more than a key. */
static void ask_or_apply(struct app *app)
{
    if (changeset_kept(app->set) == 0)
        app_hint(app, "There is nothing to apply.");
    else if (app->apply_state != APPLY_ASKS) /* of what is pending now */
        enter(app);
    else if (!app->session->options.is_read_only &&
             device_is_refused(app->kept))
        consent_ask(app, apply);
    else
        apply(app);
}

static int length(const struct app *app)
{
    struct lines lines = lines_of(app);
    int length = lines_length(&lines, rows_of(app));

    lines_free(&lines);
    return length;
}

static bool act(struct app *app, enum action action)
{
    if (action >= ACTION_UP && action <= ACTION_END && length(app) < 2) {
        app_hint(app, "All of it is on the screen.");
        return true;
    }
    switch (action) {
    case ACTION_APPLY:
        ask_or_apply(app);
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
    .length = length,
};
