/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Step 8: the guest against its plan. Looks with a tick, not with a key, and
 * measures in ticks too, so that every key is answered meanwhile.
 */
#include "ui/app.h"
#include "ui/cure.h"
#include "ui/find.h"
#include "ui/pane.h"
#include "ui/save.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum {
    LIST_TOP = BODY_TOP + 2,
    PANE_MIN = 5,
    SECONDS = 10,   /* as check takes without --seconds */
    TICK_MS = 250,  /* nothing is painted more often */
    BAR_WIDTH = 16, /* for the longest wait, or for 5 % */
    BAR_MIN = 50,   /* thousandths */
};

enum row_kind { ROW_TITLE, ROW_FINDING, ROW_WAIT };

/* The list is one of titles, findings and vCPUs. */
struct row {
    enum row_kind kind;
    enum audit_part part;
    size_t index;
};

static size_t waits_of(const struct audit *audit, unsigned part)
{
    return part == AUDIT_RUNNING ? audit->wait_count : 0;
}

static int length(const struct app *app)
{
    size_t count = 0;

    for (unsigned part = 0; app->audit && part < AUDIT_PART_COUNT; part++)
        if (app->audit->findings[part].count > 0)
            count += 1 + app->audit->findings[part].count +
                     waits_of(app->audit, part);
    return (int)count;
}

/* The row of a number; ROW_TITLE of the first part if there is none. */
static struct row row_at(const struct audit *audit, int number)
{
    size_t at = number < 0 ? 0 : (size_t)number;

    for (unsigned part = 0; part < AUDIT_PART_COUNT; part++) {
        size_t findings = audit->findings[part].count;
        size_t waits = waits_of(audit, part);

        if (findings == 0)
            continue;
        if (at == 0)
            return (struct row){ROW_TITLE, (enum audit_part)part, 0};
        if (at <= findings)
            return (struct row){ROW_FINDING, (enum audit_part)part, at - 1};
        if (at <= findings + waits)
            return (struct row){ROW_WAIT, (enum audit_part)part,
                                at - 1 - findings};
        at -= 1 + findings + waits;
    }
    return (struct row){ROW_TITLE, AUDIT_RUNNING, 0};
}

static const struct finding *selected_finding(const struct app *app)
{
    struct row row;

    if (!app->audit)
        return NULL;
    row = row_at(app->audit, app->lists[STEP_CHECK].selected);
    return row.kind == ROW_FINDING
               ? &app->audit->findings[row.part].list[row.index]
               : NULL;
}

static bool is_measuring(const struct app *app)
{
    return app->audit && app->audit->measure;
}

int check_wait(const struct app *app)
{
    if (app->wants_audit)
        return 0;
    return is_measuring(app) ? TICK_MS : -1;
}

void check_forget(struct app *app)
{
    audit_free(app->audit);
    app->audit = NULL;
    app->wants_audit = false;
}

void check_tick(struct app *app)
{
    if (app->wants_audit) {
        check_forget(app);
        app->audit_problem = (struct err){0};
        app->audit = audit_new(app->session, &app->audit_problem);
        if (app->audit)
            audit_start(app->audit, SECONDS);
        /* The first finding, not the title above it. */
        app->lists[STEP_CHECK] = (struct list){.selected = 1};
    } else if (is_measuring(app)) {
        audit_step(app->audit);
    }
}

static void enter(struct app *app)
{
    app->wants_audit |= !app->audit;
}

/* How many of each verdict, worst first; the column after it. */
static int draw_counts(const struct audit *audit, struct canvas *canvas)
{
    static const enum verdict verdicts[] = {
        VERDICT_FAIL, VERDICT_UNKNOWN, VERDICT_WARN, VERDICT_NOTE, VERDICT_OK};
    int x = 1;

    for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
        size_t count = 0;

        for (unsigned part = 0; part < AUDIT_PART_COUNT; part++)
            count += findings_count(&audit->findings[part], verdicts[i]);
        if (count > 0)
            x = canvas_putf(canvas, BODY_TOP + 1, x,
                            role_of_verdict(verdicts[i]), "%zu %s  ", count,
                            verdict_label(verdicts[i]));
    }
    return x;
}

/* Gives the column after it. */
static int draw_measuring(const struct app *app, struct canvas *canvas, int y,
                          int x)
{
    const struct audit *audit = app->audit;

    if (is_measuring(app))
        return canvas_putf(canvas, y, x, ROLE_NOTE,
                           "Measuring waits: %.0f of %u s. Esc stops it.",
                           audit_progress(audit), audit->seconds);
    if (audit->measured > 0)
        return canvas_putf(canvas, y, x, ROLE_NORMAL,
                           "Waits were measured for %.1f s.", audit->measured);
    return x;
}

/*
 * The verdict and the counts; the measuring, too, beside what is short. Gives
 * the column after the counts.
 */
static int draw_headline(const struct app *app, struct canvas *canvas)
{
    enum { SHORT = 36 };
    static const enum role roles[] = {
        [AUDIT_AS_PLANNED] = ROLE_OK,
        [AUDIT_NOT_SEEN] = ROLE_WARN,
        [AUDIT_NOT_AS_PLANNED] = ROLE_FAIL,
    };
    const struct audit *audit = app->audit;
    enum role role;
    int x, counts_x;

    if (!audit) {
        canvas_wrap(canvas, BODY_TOP, 1, canvas->width - 2,
                    app_body_end(canvas) - BODY_TOP, ROLE_NORMAL,
                    app->wants_audit ? _("Looking at the guest ...")
                                     : app->audit_problem.text);
        return canvas->width;
    }
    role = roles[audit_verdict(audit)];
    if (role == ROLE_OK && !audit->is_in_force)
        role = audit_warnings(audit) > 0 ? ROLE_WARN : ROLE_NORMAL;
    x = canvas_put_cut(canvas, BODY_TOP, 1, canvas->width - 2, role,
                       audit_verdict_text(audit));
    counts_x = draw_counts(audit, canvas);
    if (x <= SHORT)
        draw_measuring(app, canvas, BODY_TOP, x + 2);
    else
        counts_x = draw_measuring(app, canvas, BODY_TOP + 1, counts_x);
    return counts_x;
}

static void draw_wait(const struct audit *audit, struct canvas *canvas, int y,
                      size_t index)
{
    const struct audit_wait *wait = &audit->waits[index];
    unsigned scale = BAR_MIN, bar;
    int x;

    for (size_t i = 0; i < audit->wait_count; i++)
        if (audit->waits[i].waited > scale)
            scale = audit->waits[i].waited;
    bar = (wait->waited * BAR_WIDTH + scale - 1) / scale;
    canvas_putf(canvas, y, 5, ROLE_NORMAL,
                "vCPU %3u  CPU %-6s waited %3u.%u %%", wait->vcpu, wait->cpus,
                wait->waited / 10, wait->waited % 10);
    x = 42;
    for (unsigned i = 0; i < bar; i++)
        x = canvas_put_glyph(canvas, y, x, ROLE_WARN, GLYPH_DOUBLE);
    canvas_put_cut(canvas, y, 60, canvas->width - 61, ROLE_NORMAL,
                   wait->others);
}

static void draw_finding(struct canvas *canvas, int y, bool is_selected,
                         const struct finding *finding)
{
    int x;

    canvas_putf(canvas, y, 3, role_of_verdict(finding->verdict), "%-8s",
                verdict_label(finding->verdict));
    x = canvas_put_cut(canvas, y, 11, canvas->width - 12,
                       is_selected ? ROLE_SELECTED : ROLE_NORMAL,
                       finding->text);
    if (*finding->detail && x + 4 < canvas->width)
        canvas_put_cut(canvas, y, x + 2, canvas->width - x - 3, ROLE_NOTE,
                       finding->detail);
}

static void draw_row(const struct audit *audit, struct canvas *canvas, int y,
                     int number, bool is_selected)
{
    struct row row = row_at(audit, number);

    draw_marker(canvas, y, is_selected);
    if (row.kind == ROW_TITLE)
        canvas_put(canvas, y, 3, ROLE_HEADING, audit_part_title(row.part));
    else if (row.kind == ROW_WAIT)
        draw_wait(audit, canvas, y, row.index);
    else
        draw_finding(canvas, y, is_selected,
                     &audit->findings[row.part].list[row.index]);
}

/* How long it waited, and who else ran there: the row may have cut it. */
static void draw_others(const struct app *app, struct canvas *canvas, int y)
{
    struct row row = row_at(app->audit, app->lists[STEP_CHECK].selected);
    struct arena *arena = arena_new();
    const struct audit_wait *wait;
    struct pane pane = {0};

    if (row.kind == ROW_WAIT) {
        wait = &app->audit->waits[row.index];
        pane.title =
            arena_printf(arena, "vCPU %u on CPU %.16s", wait->vcpu, wait->cpus);
        pane_add(&pane, NULL,
                 arena_printf(
                     arena, "It ran %u.%u %% of the time and waited %u.%u %%.",
                     wait->ran / 10, wait->ran % 10, wait->waited / 10,
                     wait->waited % 10));
        pane_add(&pane, NULL,
                 *wait->others
                     ? arena_printf(arena, "Also ran there: %s", wait->others)
                     : _("Nobody else was seen."));
        pane_draw_below(&pane, canvas, y);
    }
    arena_free(arena);
}

static void draw(struct app *app, struct canvas *canvas)
{
    int pane = PANE_MIN + (canvas->height - APP_FULL_HEIGHT) / 2;
    int height = app_body_end(canvas) - LIST_TOP - pane - 2;
    struct list *list = &app->lists[STEP_CHECK];
    int x = draw_headline(app, canvas);

    if (!app->audit)
        return;
    list->count = length(app);
    list_scroll(list, height);
    draw_range(canvas, LIST_TOP - 1, x, list, height);
    for (int i = list->top; i < list->count && i < list->top + height; i++)
        draw_row(app->audit, canvas, LIST_TOP + i - list->top, i,
                 i == list->selected);
    if (selected_finding(app))
        finding_draw(selected_finding(app), canvas, LIST_TOP + height + 1);
    else
        draw_others(app, canvas, LIST_TOP + height + 1);
}

static void cure(struct app *app, const struct finding *finding)
{
    if (finding)
        cure_go(app, finding);
    else if (app->audit &&
             row_at(app->audit, app->lists[STEP_CHECK].selected).kind ==
                 ROW_WAIT)
        cure_go_wait(app);
    else
        app_hint(app, app->audit ? "A line below it leads somewhere."
                                 : "Nothing was looked at yet.");
}

static bool act(struct app *app, enum action action)
{
    const struct finding *finding = selected_finding(app);

    switch (action) {
    case ACTION_BACK:
        if (!is_measuring(app))
            return false;
        audit_stop(app->audit);
        app_hint(app, "Measuring was stopped; r looks again.");
        return true;
    case ACTION_READ_AGAIN:
        app->wants_audit = true;
        app_hint(app, "Looked again.");
        return true;
    case ACTION_SAVE:
        save_report(app);
        return true;
    case ACTION_CURE:
        cure(app, finding);
        return true;
    case ACTION_VIEW:
        if (finding)
            finding_page(finding, app);
        else
            app_hint(app, app->audit ? "A line below it says more."
                                     : "Nothing was looked at yet.");
        return true;
    default:
        return false;
    }
}

static bool has(const struct app *app, int number, const char *word)
{
    struct row row = row_at(app->audit, number);

    return row.kind == ROW_FINDING &&
           find_in_finding(word,
                           &app->audit->findings[row.part].list[row.index]);
}

static const struct finder finder = {.has = has};

const struct screen screen_check = {
    .name = N_("Check"),
    .enter = enter,
    .draw = draw,
    .act = act,
    .length = length,
    .finder = &finder,
};
