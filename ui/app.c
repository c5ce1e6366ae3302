/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes keys, gives canvases. Every edit goes through app_edit and
 * app_edited, so that changes and verdicts always belong to the plan.
 */
#include "ui/app.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/describe.h"
#include "plan/device.h"
#include "plan/planfile.h"
#include "plan/rule.h"
#include "ui/ask.h"
#include "ui/disks.h"
#include "ui/find.h"
#include "ui/presets.h"
#include "ui/records.h"
#include "ui/save.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct screen *const screens[STEP_COUNT] = {
    [STEP_DOMAIN] = &screen_domain,   [STEP_HOST] = &screen_host,
    [STEP_DEVICES] = &screen_devices, [STEP_CPUS] = &screen_cpus,
    [STEP_OPTIONS] = &screen_options, [STEP_REVIEW] = &screen_review,
    [STEP_APPLY] = &screen_apply,     [STEP_CHECK] = &screen_check,
};

void app_hint(struct app *app, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(app->hint, sizeof(app->hint), text_of(format), arguments);
    va_end(arguments);
}

const struct plan *app_plan(const struct app *app)
{
    return app->history ? history_plan(app->history) : NULL;
}

/* Everything that follows from the plan. */
void app_derive(struct app *app)
{
    const struct plan *plan = app_plan(app);
    struct err problem = {0};

    arena_free(app->arena);
    app->arena = arena_new();
    app->findings = (struct findings){0};
    app->hook_now = (struct hook_nows){0};
    app->has_hook_now = false;
    plan_free(app->kept);
    app->kept = plan_kept(plan);
    rule_check(app->kept, app->arena, &app->findings);
    app->layouts = (struct layouts){0};
    app->layouts_problem = (struct err){0};
    layout_propose(plan, &app->request, app->arena, &app->layouts,
                   &app->layouts_problem);
    changeset_free(app->set);
    app->set = session_changeset(app->session, plan, &problem);
    if (!app->set)
        app_hint(app, "%s", problem.text);
}

struct plan *app_edit(struct app *app)
{
    return history_begin(app->history);
}

bool app_edited(struct app *app)
{
    if (!history_end(app->history))
        return false;
    app_derive(app);
    return true;
}

void app_take_plan(struct app *app, struct plan *plan)
{
    struct plan *edited = app_edit(app), own = *edited;

    *edited = *plan;
    *plan = own;
    plan_free(plan);
    app->request = layout_request_for(app_plan(app));
    app->request.vcpus = app_plan(app)->vcpus;
    if (!app_edited(app))
        app_derive(app);
}

/* The steps that were seen, a bit for each. */
static unsigned seen(const struct app *app)
{
    unsigned seen = 0;

    for (unsigned i = 0; i < STEP_COUNT; i++)
        seen |= app->is_visited[i] ? 1U << i : 0;
    return seen;
}

/* Tried again with each key; the same reason is not told again with each. */
static bool save_draft(struct app *app)
{
    struct err problem = {0};

    if (!draft_save(app->session, app_plan(app), app->step, seen(app),
                    &problem) &&
        strcmp(problem.text, app->draft_problem.text) != 0)
        app_hint(app, "The draft could not be saved: %s", problem.text);
    app->draft_problem = problem;
    return !problem.code;
}

/*
 * What was planned survives the program: kept whenever it has changed. In step
 * 1 nothing is planned: who leaves there goes on where he was before.
 */
static void keep_draft(struct app *app)
{
    struct str text CLEANUP(str_free) = STR_INIT;
    struct plan *fresh;

    if (!app->history || app->step == STEP_DOMAIN)
        return;
    fresh = session_plan(app->session);
    str_addf(&text, "%d %u\n", (int)app->step, seen(app));
    planfile_save(app_plan(app), &text);
    if (plan_equal(fresh, app_plan(app))) {
        if (app->saved)
            draft_remove(app->session);
        free(app->saved);
        app->saved = NULL;
    } else if ((!app->saved || strcmp(app->saved, str_text(&text)) != 0) &&
               save_draft(app)) {
        free(app->saved);
        app->saved = str_steal(&text);
    }
    plan_free(fresh);
}

bool app_leaves_draft(const struct app *app)
{
    return (app->saved || app->draft) && draft_is_kept(app->session);
}

struct app *app_new(struct session *session, const char *domain, bool is_ascii,
                    struct err *err)
{
    struct app *app = mem_alloc(1, sizeof(*app));

    app->session = session;
    app->is_ascii = is_ascii;
    app->height = APP_FULL_HEIGHT;
    app->width = APP_FULL_WIDTH;
    app->arena = arena_new();
    if (domain && !app_open(app, domain, err)) {
        app_free(app);
        return NULL;
    }
    screen_domain.enter(app);
    if (!domain && app->domains_problem.code) {
        *err = app->domains_problem;
        app_free(app);
        return NULL;
    }
    if (domain)
        app_go(app, STEP_HOST);
    return app;
}

void app_free(struct app *app)
{
    if (!app)
        return;
    presets_close(app);
    disks_close(app);
    records_close(app);
    free(app->undone);
    free(app->applied);
    history_free(app->history);
    plan_free(app->kept);
    changeset_free(app->set);
    arena_free(app->arena);
    if (app->domains)
        domain_list_free(app->domains, app->domain_count);
    ask_forget(app);
    check_forget(app);
    free(app->saved);
    free(app->pager);
    free(app->pager_title);
    free(app->is_group_folded);
    free(app);
}

void app_propose_before(struct app *app, enum step step)
{
    for (enum step before = STEP_CPUS; before < STEP_REVIEW && before < step;
         before++)
        if (!app->is_visited[before] && screens[before]->enter) {
            screens[before]->enter(app);
            app->is_visited[before] = true;
            /* It speaks of keys of that step, unless something is wrong. */
            if (app->hint[0] && app->set && !app->layouts_problem.code)
                app_hint(app,
                         step == STEP_REVIEW
                             ? "Steps that were not seen propose what fits."
                             : "Steps that were not seen propose what fits; "
                               "6 lists it.");
        }
}

void app_go(struct app *app, enum step step)
{
    presets_close(app);
    disks_close(app);
    records_close(app);
    if (step != STEP_DOMAIN && !app->history) {
        app_hint(app, app->domain_count > 0
                          ? "Choose a domain first: Enter."
                          : "There is no domain to choose; r looks again.");
        return;
    }
    if (step <= STEP_APPLY)
        app_propose_before(app, step);
    app->step = step;
    if (screens[step]->enter)
        screens[step]->enter(app);
    app->is_visited[step] = true;
}

void app_page(struct app *app, const char *title, char *text)
{
    free(app->pager);
    free(app->pager_title);
    app->pager = text;
    app->pager_title = mem_strdup(title);
    app->pager_top = 0;
}

bool list_move(struct list *list, enum action action, int page)
{
    int to = list->selected;

    switch (action) {
    case ACTION_UP:
        to--;
        break;
    case ACTION_DOWN:
        to++;
        break;
    case ACTION_PAGE_UP:
        to -= page;
        break;
    case ACTION_PAGE_DOWN:
        to += page;
        break;
    case ACTION_HOME:
        to = 0;
        break;
    case ACTION_END:
        to = list->count - 1;
        break;
    default:
        return false;
    }
    if (to >= list->count)
        to = list->count - 1;
    list->selected = to < 0 ? 0 : to;
    return true;
}

void list_scroll(struct list *list, int height)
{
    if (list->selected >= list->count)
        list->selected = list->count > 0 ? list->count - 1 : 0;
    if (list->top > list->selected)
        list->top = list->selected;
    if (height > 0 && list->top < list->selected - height + 1)
        list->top = list->selected - height + 1;
}

/* As the last page: its last line at the bottom, no emptiness below. */
static void pager_go(struct app *app, int line)
{
    int last = (int)str_count_lines(app->pager) - (app->height - 2);

    app->pager_top = line < last ? line : last < 0 ? 0 : last;
}

static void pager_key(struct app *app, int key)
{
    struct list list = {app->pager_top, 0, (int)str_count_lines(app->pager)};
    enum action action = key_action(key, STEP_REVIEW);

    if (find_act(app, action)) {
        ;
    } else if (list_move(&list, action, app->height - 6)) {
        pager_go(app, list.selected);
    } else if (key == ' ') {
        list_move(&list, ACTION_PAGE_DOWN, app->height - 6);
        pager_go(app, list.selected);
    } else {
        free(app->pager);
        app->pager = NULL;
    }
}

static void propose_all(struct app *app)
{
    struct plan *plan;

    /* Whatever was tried before: the best for the count that is planned. */
    app->request = (struct layout_request){
        .vcpus = app_plan(app)->vcpus,
        .uses_isolated = app->request.uses_isolated,
    };
    app_derive(app);
    plan = app_edit(app);
    if (app->layouts.count > 0)
        layout_accept(&app->layouts.list[0], plan);
    plan_propose_options(plan);
    if (app_edited(app))
        app_hint(app, "Every proposal is in the plan; u takes them back.");
    else if (app_plan(app)->dropped)
        app_hint(app,
                 "There is nothing more to propose; what Review (6) has "
                 "dropped stays dropped.");
    else
        app_hint(app, "There is nothing more to propose.");
}

/* After undo and redo: what is asked for is what the plan has again. */
static void derive_anew(struct app *app)
{
    app_derive(app);
    if (layouts_find(&app->layouts, app_plan(app)) >= 0 ||
        app->request.vcpus == app_plan(app)->vcpus)
        return;
    app->request.vcpus = app_plan(app)->vcpus;
    app_derive(app);
}

/* Apply tells of what was done to another plan: it asks anew. */
static void show_edited(struct app *app)
{
    derive_anew(app);
    if (app->step == STEP_APPLY)
        screens[STEP_APPLY]->enter(app);
}

static void undo_edit(struct app *app)
{
    const struct plan *before = history_neighbour(app->history, -1);
    struct str text CLEANUP(str_free) = STR_INIT;

    if (!before) {
        app_hint(app,
                 history_neighbour(app->history, 1)
                     ? "All edits are undone; U brings them back."
                     : "There is nothing to undo: nothing was edited yet.");
        return;
    }
    plan_describe(&text, before, app_plan(app));
    history_undo(app->history);
    show_edited(app);
    app_hint(app, "Undone, U redoes: %s.", str_text(&text));
}

static void redo_edit(struct app *app)
{
    const struct plan *after = history_neighbour(app->history, 1);
    struct str text CLEANUP(str_free) = STR_INIT;

    if (!after) {
        app_hint(app, "There is nothing to redo: no edit was undone.");
        return;
    }
    plan_describe(&text, app_plan(app), after);
    history_redo(app->history);
    show_edited(app);
    app_hint(app, "Redone, u undoes: %s.", str_text(&text));
}

static void act_everywhere(struct app *app, enum action action)
{
    switch (action) {
    case ACTION_ENTER:
        app_go(app, app->step + 1 < STEP_COUNT ? app->step + 1 : app->step);
        break;
    case ACTION_BACK:
        app_go(app, app->step - 1);
        break;
    case ACTION_LEAVE:
        app->has_left = true;
        break;
    case ACTION_HELP:
        if (frame_help_fits(app))
            app->shows_help = true;
        else
            app_page(app, _("Keys"), frame_help(app));
        break;
    case ACTION_PROPOSE:
        propose_all(app);
        break;
    case ACTION_SAVE:
        save_plan(app);
        break;
    case ACTION_UNDO:
        undo_edit(app);
        break;
    case ACTION_REDO:
        redo_edit(app);
        break;
    case ACTION_READ_AGAIN:
        app_read_again(app);
        break;
    case ACTION_HISTORY:
        records_open(app);
        break;
    default:
        break;
    }
}

/* A key that does nothing here says so, and where it does something. */
static void refuse_key(struct app *app, int key)
{
    const struct action_row *row = key_elsewhere(key);
    unsigned step = 0;

    while (row && step < STEP_COUNT && !(row->steps & 1U << step))
        step++;
    if (row && row->action >= ACTION_UP && row->action <= ACTION_END)
        app_hint(app, "%s does nothing here: there is no list.", row->name);
    else if (row && step < STEP_COUNT)
        app_hint(app, "%s does nothing here. In %s (%u): %s.", row->name,
                 text_of(screens[step]->name), step + 1, row->help);
    else
        app_hint(app, "This key does nothing here. ? shows those that do.");
}

bool app_key_writes(const struct app *app, int key)
{
    if (app->pager || app->shows_help)
        return false;
    if (prompt_is_open(app))
        return key == INPUT_ENTER && save_replaces(app);
    if (ask_is_open(app) && app->step != STEP_DOMAIN)
        return ask_key_writes(app, key);
    return key_action(key, app_place(app)) == ACTION_APPLY;
}

bool app_key(struct app *app, int key)
{
    const struct screen *screen = screens[app->step];
    enum action action = key_action(key, app_place(app));
    struct err ignored = {0};

    if (key == INPUT_TICK) {
        check_tick(app);
        return true;
    }
    if (key == INPUT_RESIZE)
        return true;
    if (key == INPUT_REPAINT) { /* over whatever is open */
        app->wants_repaint = true;
        return true;
    }
    app->hint[0] = '\0';
    if (key == INPUT_CONTINUE) {
        if (app->history && !session_is_current(app->session, &ignored) &&
            !ignored.code)
            app_hint(app,
                     "%s was changed meanwhile; r in Review reads it again.",
                     app->session->domain->name);
        return true;
    }
    if (key != ' ')
        app->asked_device = NULL;
    if (key == INPUT_GONE)
        return false;
    if (app->height < APP_MIN_HEIGHT || app->width < APP_MIN_WIDTH)
        return key != 'q'; /* nothing can be seen: nothing is done */
    if (ask_is_open(app) && app->step != STEP_DOMAIN) {
        ask_key(app, key);
        if (!ask_is_open(app)) /* the old draft was answered for */
            keep_draft(app);
        return true;
    }
    if (app->pager && !find_is_open(app)) { /* over a question, too */
        pager_key(app, key);
    } else if (prompt_is_open(app)) {
        prompt_key(app, key);
    } else if (app->shows_help) {
        app->shows_help = false;
    } else if (action == ACTION_STEP) {
        app_go(app, (enum step)(key - '1'));
    } else if (action == ACTION_NONE) {
        refuse_key(app, key);
    } else if (find_act(app, action)) {
        ; /* in whatever list is open */
    } else if (app->records) {
        if (!records_act(app, action))
            act_everywhere(app, action);
    } else if (!screen->act || !screen->act(app, action)) {
        struct list *list = &app->lists[app->step];

        if (screen->length)
            list->count = screen->length(app);
        if (!screen->length || !list_move(list, action, app->height / 2))
            act_everywhere(app, action);
    }
    if (!ask_is_open(app))
        keep_draft(app);
    return !app->has_left;
}

int app_wait(const struct app *app)
{
    return check_wait(app);
}

int app_body_end(const struct canvas *canvas)
{
    return canvas->height - 2;
}

bool app_is_narrow(const struct canvas *canvas)
{
    return canvas->width < APP_FULL_WIDTH;
}

bool app_is_low(const struct canvas *canvas)
{
    return canvas->height < APP_FULL_HEIGHT;
}

enum role role_of_verdict(enum verdict verdict)
{
    static const enum role roles[] = {
        [VERDICT_OK] = ROLE_OK,        [VERDICT_NOTE] = ROLE_NOTE,
        [VERDICT_UNKNOWN] = ROLE_NOTE, [VERDICT_WARN] = ROLE_WARN,
        [VERDICT_FAIL] = ROLE_FAIL,
    };

    return roles[verdict];
}

const struct screen *app_screen(enum step step)
{
    return screens[step];
}

unsigned app_place(const struct app *app)
{
    return records_ask_conflicts(app) ? PLACE_CONFLICTS
           : records_ask(app)         ? PLACE_UNDO
           : app->records             ? PLACE_HISTORY
           : app->presets             ? PLACE_PRESETS
           : app->disks               ? PLACE_DISKS
                                      : (unsigned)app->step;
}

const char *app_place_name(const struct app *app)
{
    return records_ask(app) ? _("Undo")
           : app->records   ? _("History")
           : app->presets   ? "Presets"
           : app->disks     ? "Each disk"
                            : screens[app->step]->name;
}
