/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Step 1: the domains, and what could be better in the one selected. */
#include "ui/app.h"

#include "base/text.h"
#include "plan/rule.h"
#include "ui/find.h"

#include <string.h>

/* Columns of a narrow screen stand so much further left. */
enum { NARROW_SHIFT = 4 };

/* Who comes back goes on with the domain that is open. */
static void select_open(struct app *app)
{
    for (size_t i = 0; app->history && i < app->domain_count; i++)
        if (strcmp(app->domains[i].uuid, app->session->domain->uuid) == 0)
            app->lists[STEP_DOMAIN].selected = (int)i;
}

/* What was listed before stays if it cannot be listed anew. */
static void enter(struct app *app)
{
    struct err *err = &app->domains_problem;
    struct domain_summary *domains = NULL;
    size_t count = 0;

    *err = (struct err){0};
    if (app->session->domain && app->session->domain->path)
        return; /* a file stands alone */
    /* That a daemon has died may show only when it is asked. */
    for (int i = 0; i < 2 && !domains && session_connect(app->session, err);
         i++) {
        *err = (struct err){0};
        domains = domain_list(app->session->conn, &count, err);
        if (domains || conn_is_alive(app->session->conn))
            break;
    }
    if (!domains) {
        app_hint(app, "%s", err->text);
        return;
    }
    domain_list_free(app->domains, app->domain_count);
    app->domains = domains;
    app->domain_count = count;
    select_open(app);
}

static int length(const struct app *app)
{
    return (int)app->domain_count;
}

static void draw_row(const struct app *app, struct canvas *canvas, int y,
                     const struct domain_summary *one, bool is_selected)
{
    const struct domain *domain = one->domain;
    enum role role = is_selected ? ROLE_SELECTED : ROLE_NORMAL;

    int shift = app_is_narrow(canvas) ? NARROW_SHIFT : 0;

    (void)app;
    draw_marker(canvas, y, is_selected);
    canvas_put_cut(canvas, y, 3, 24 - shift, role, one->name);
    canvas_put(canvas, y, 29 - shift, ROLE_NORMAL,
               one->is_running ? _("running") : _("shut off"));
    if (!domain) {
        canvas_put_cut(canvas, y, 40 - shift, canvas->width - 41 + shift,
                       ROLE_WARN, one->problem);
        return;
    }
    canvas_putf(canvas, y, 40 - shift, ROLE_NORMAL, "%4u %6lu MiB",
                domain->vcpus, domain->memory_kib / 1024);
    canvas_put(canvas, y, 59 - shift, ROLE_NORMAL,
               domain_is_pinned(domain) ? _("yes") : _("no"));
    if (shift == 0)
        canvas_putf(canvas, y, 67, ROLE_NORMAL, "%zu", domain->hostdev_count);
}

/* The rules judge any domain, as it is. */
static int draw_complaints(const struct app *app, struct canvas *canvas, int y,
                           const struct domain *domain)
{
    struct plan *plan = plan_new(app->session->host, domain, NULL, NULL);
    struct arena *arena = arena_new();
    struct findings findings = {0};
    bool is_any = false;

    rule_check(plan, arena, &findings);
    canvas_put(canvas, y++, 1, ROLE_NORMAL, _("What could be better"));
    for (size_t i = 0; i < findings.count && y < app_body_end(canvas); i++) {
        if (findings.list[i].verdict < VERDICT_WARN)
            continue;
        is_any = true;
        canvas_put_glyph(canvas, y, 3, ROLE_WARN, GLYPH_DOT);
        canvas_put_cut(canvas, y++, 5, canvas->width - 6, ROLE_NORMAL,
                       findings.list[i].text);
    }
    if (!is_any)
        canvas_put(canvas, y++, 3, ROLE_OK,
                   _("nothing that the rules know of"));
    arena_free(arena);
    plan_free(plan);
    return y;
}

static void draw_details(const struct app *app, struct canvas *canvas, int y,
                         const char *name, const struct domain *domain)
{
    const char *dot = canvas_glyph(canvas, GLYPH_DOT);

    draw_pane_rule(canvas, y++, name);
    if (!domain)
        return;
    canvas_putf(canvas, y++, 1, ROLE_NORMAL, "%s %s %s guest %s CPU %s%s",
                *domain->machine ? domain->machine : _("machine unknown"), dot,
                text_of(guest_kind_name(domain->guest)), dot,
                *domain->cpu_mode ? domain->cpu_mode : _("default"),
                domain->has_autostart ? _(", starts with the host") : "");
    draw_complaints(app, canvas, y, domain);
}

static void draw(struct app *app, struct canvas *canvas)
{
    struct list *list = &app->lists[STEP_DOMAIN];
    int shift = app_is_narrow(canvas) ? NARROW_SHIFT : 0;
    int end = app_body_end(canvas);
    int height = end - BODY_TOP - (app_is_low(canvas) ? 8 : 12);
    const struct domain *domain = app->session->domain;

    if (domain && domain->path) {
        canvas_put(canvas, BODY_TOP, 1, ROLE_NORMAL,
                   _("The domain is read from a file:"));
        canvas_put_cut(canvas, BODY_TOP + 1, 3, canvas->width - 4, ROLE_NORMAL,
                       domain->path);
        canvas->cursor_y = BODY_TOP + 1;
        canvas->cursor_x = 3;
        draw_details(app, canvas, BODY_TOP + 3, domain->name, domain);
        return;
    }
    list->count = length(app);
    list_scroll(list, height);
    canvas_put(canvas, BODY_TOP, 1, ROLE_NORMAL, _("Choose a virtual machine"));
    canvas_putf(canvas, BODY_TOP, canvas->width - 12, ROLE_NORMAL, "%4zu found",
                app->domain_count);
    if (app->domain_count == 0) {
        canvas_wrap(
            canvas, BODY_TOP + 2, 1, canvas->width - 2, 4, ROLE_WARN,
            app->domains_problem.code
                ? app->domains_problem.text
                : _("There is no domain here. Make one with virt-manager "
                    "or virt-install, or give the path of an XML file."));
        return;
    }
    canvas_put(canvas, BODY_TOP + 2, 3, ROLE_HEADING, _("Name"));
    canvas_put(canvas, BODY_TOP + 2, 29 - shift, ROLE_HEADING,
               _("State      vCPU     Memory  Pinned"));
    if (shift == 0)
        canvas_put(canvas, BODY_TOP + 2, 65, ROLE_HEADING, _("Devices"));
    for (int i = list->top; i < list->count && i < list->top + height; i++)
        draw_row(app, canvas, BODY_TOP + 3 + i - list->top, &app->domains[i],
                 i == list->selected);
    draw_details(app, canvas, BODY_TOP + 4 + height,
                 app->domains[list->selected].name,
                 app->domains[list->selected].domain);
}

static bool act(struct app *app, enum action action)
{
    const struct list *list = &app->lists[STEP_DOMAIN];
    struct err err = {0};

    if (action == ACTION_READ_AGAIN) {
        enter(app);
        if (app->domains_problem.code)
            return true; /* the hint says it */
        if (app->history)
            app_read_again(app);
        else
            app_hint(app,
                     text_plural("Read again: %zu domain.",
                                 "Read again: %zu domains.", app->domain_count),
                     app->domain_count);
        return true;
    }
    if (action != ACTION_ENTER)
        return false;
    if (app->session->domain && app->session->domain->path) {
        app_go(app, STEP_HOST);
        return true;
    }
    if (app->domain_count == 0) {
        app_go(app, STEP_HOST); /* it says why not */
        return true;
    }
    if (app->history && app->session->domain &&
        strcmp(app->session->domain->uuid, app->domains[list->selected].uuid) ==
            0) {
        app_go(app, STEP_HOST); /* the plan goes on */
        return true;
    }
    if (app_open(app, app->domains[list->selected].uuid, &err))
        app_go(app, STEP_HOST);
    else
        app_hint(app, "%s", err.text);
    return true;
}

static bool has(const struct app *app, int row, const char *word)
{
    const struct domain_summary *one = &app->domains[row];
    const char *texts[] = {
        one->name, one->uuid, one->is_running ? _("running") : _("shut off"),
        one->domain ? text_of(guest_kind_name(one->domain->guest))
                    : one->problem};

    return find_in(word, texts, ARRAY_SIZE(texts));
}

static const struct finder finder = {.has = has};

const struct screen screen_domain = {
    .name = N_("Domain"),
    .enter = enter,
    .draw = draw,
    .act = act,
    .length = length,
    .finder = &finder,
};
