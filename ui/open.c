/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opens a domain, and reads it again with the plan on top.
 */
#include "ui/app.h"

#include "base/mem.h"
#include "base/str.h"
#include "plan/planfile.h"
#include "ui/ask.h"

#include <stdlib.h>
#include <string.h>

bool app_open(struct app *app, const char *name, struct err *err)
{
    /* The old plan points to the old domain: it goes first. */
    history_free(app->history);
    app->history = NULL;
    plan_free(app->kept);
    app->kept = NULL;
    changeset_free(app->set);
    app->set = NULL;
    ask_forget(app);
    check_forget(app);
    free(app->applied);
    app->applied = NULL;
    free(app->saved);
    app->saved = NULL;
    app->draft_problem = (struct err){0};
    if (!session_load(app->session, name, err))
        return false;
    app->history = history_new(session_plan(app->session));
    app->apply_state = APPLY_ASKS;
    app->request = layout_request_for(app_plan(app));
    memset(app->is_visited, 0, sizeof(app->is_visited));
    app->is_visited[STEP_DOMAIN] = true;
    for (size_t i = STEP_HOST; i < STEP_COUNT; i++)
        app->lists[i] = (struct list){0};
    app_derive(app);
    ask_look(app);
    return true;
}

bool app_reopen(struct app *app, struct err *err)
{
    const struct domain *domain = app->session->domain;
    char *name CLEANUP(mem_free) =
        mem_strdup(domain->path ? domain->path : domain->uuid);
    char *applied = app->applied;
    bool is_open;

    app->applied = NULL;
    is_open = app_open(app, name, err);
    app->applied = applied;
    if (!is_open)
        app->step = STEP_DOMAIN;
    return is_open;
}

/* Whether anything was edited: a plan begins equal to its domain. */
static bool has_edits(const struct app *app)
{
    struct plan *fresh = session_plan(app->session);
    bool has_some = !plan_equal(fresh, app_plan(app));

    plan_free(fresh);
    return has_some;
}

bool app_reread(struct app *app, struct err *err)
{
    struct str mine CLEANUP(str_free) = STR_INIT;
    bool is_visited[STEP_COUNT], is_edited = has_edits(app);
    enum step step = app->step;
    struct plan *plan;

    planfile_save(app_plan(app), &mine);
    memcpy(is_visited, app->is_visited, sizeof(is_visited));
    if (!app_reopen(app, err))
        return false;
    /* The draft is the plan that is here. */
    draft_free(app->draft);
    app->draft = NULL;
    app->step = step;
    memcpy(app->is_visited, is_visited, sizeof(is_visited));
    if (!is_edited)
        return true;
    plan = session_plan(app->session);
    if (!planfile_load(str_text(&mine), plan, err)) {
        plan_free(plan);
        return false;
    }
    app_take_plan(app, plan);
    return true;
}

void app_keep_applied(struct app *app, unsigned number)
{
    struct plan *plan;

    if (!app->applied || app->applied_number != number || has_edits(app))
        return;
    plan = session_plan(app->session);
    if (!planfile_load(app->applied, plan, NULL)) {
        plan_free(plan);
        return;
    }
    app_take_plan(app, plan);
    history_undo(app->history);
    app->request = layout_request_for(app_plan(app));
    app_derive(app);
}

void app_read_again(struct app *app)
{
    struct err err = {0};

    if (session_is_current(app->session, &err)) {
        app_derive(app); /* the hook's files may be other ones */
        app->apply_state = APPLY_ASKS;
        app_hint(app, "Nobody has changed the domain meanwhile.");
    } else if (err.code) {
        app_hint(app, "%s", err.text);
    } else if (app_reread(app, &err) && has_edits(app)) {
        app_hint(
            app,
            "Read again: your plan is now an edit of what is there; u takes it "
            "off.");
    } else if (!err.code) {
        app_hint(app, "Read again: somebody has changed the domain.");
    } else if (app->history) {
        app_hint(app, "It was changed, and the plan does not fit it: %s",
                 err.text);
    } else {
        app_hint(app, "%s", err.text);
    }
}
