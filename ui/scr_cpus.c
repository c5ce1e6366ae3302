/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Step 4: a picture of the CPU, the proposed layouts, the verdicts. A domain
 * without pins arrives with the best proposal made. The picture takes what it
 * needs, the layouts scroll in what it leaves, the verdicts have the rest.
 */
#include "ui/app.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/describe.h"
#include "plan/hand.h"
#include "ui/cpufind.h"
#include "ui/cpuuse.h"

#include <stdio.h>
#include <string.h>

/* Rows that the picture leaves for layouts and verdicts; those of the core. */
static struct cpumap map_of(const struct app *app)
{
    return (struct cpumap){
        .cpu = &app->session->host->cpu,
        .plan = app_plan(app),
        .selected = app->core,
        .others = neighbours_held(app->session->others),
    };
}

enum { BESIDE_ROWS = 3, BESIDE_COLUMNS = 28 };

/* How the body is shared, in rows of it. */
struct share {
    int map;         /* the picture */
    int core;        /* at the end, the selected core */
    int legend_left; /* its column */
    bool is_beside;  /* the legend stands beside the last boxes */
};

/* In few rows a core has one, and the legend stands beside the boxes. */
static struct share share_rows(int end, int width, const struct cpumap *map,
                               const struct cpuuse *use)
{
    bool is_low = end < APP_FULL_HEIGHT - 2;
    int least = is_low ? 2 : 4; /* of layouts and verdicts */
    struct share share = {.core = is_low ? 1 : 2};

    share.map = end - share.core - (BODY_TOP + 1) - least;
    share.legend_left = cpumap_beside(width, share.map, map) + 2;
    share.is_beside =
        is_low && width - share.legend_left >= BESIDE_COLUMNS &&
        cpuuse_legend_rows(share.legend_left, width, map, use) <= BESIDE_ROWS;
    if (!share.is_beside) {
        share.legend_left = width < 40 ? 0 : 6;
        share.map -= cpuuse_legend_rows(share.legend_left, width, map, use);
    }
    return share;
}

static void take_layout(struct app *app, size_t number)
{
    layout_accept(&app->layouts.list[number], app_edit(app));
    app_edited(app);
}

/* The present layout's number, or -1 if it is none of the proposals. */
static int present(const struct app *app)
{
    return layouts_find(&app->layouts, app_plan(app));
}

/* The first core of the guest is what one wants to look at. */
static void select_guest(struct app *app)
{
    const struct plan *plan = app_plan(app);
    int cpu = cpuset_next(&plan->vcpupin[0], 0);
    const struct cpu_core *core = cpu_core_of(&plan->host->cpu, cpu);

    app->core = core ? (int)core->index : 0;
}

static void enter(struct app *app)
{
    const struct plan *plan = app_plan(app);

    if (app->is_visited[STEP_CPUS])
        return;
    select_guest(app);
    if (domain_is_pinned(plan->domain) || plan_is_pinned(plan))
        return;
    if (app->layouts.count > 0) {
        take_layout(app, 0);
        select_guest(app);
        app_hint(app,
                 "The best layout is proposed; d goes back to the "
                 "domain's own.");
    } else {
        app_hint(app, "%s", app->layouts_problem.text);
    }
}

/* One layout, or for -1 what stands in place of those. */
static void draw_layout(const struct app *app, struct canvas *canvas, int y,
                        int number, bool is_now)
{
    const struct layout *layout;
    char text[200];

    canvas_put(canvas, y, 1, ROLE_NORMAL, is_now ? ">" : " ");
    if (number < 0) {
        canvas_put(canvas, y, 4, ROLE_NORMAL,
                   domain_is_pinned(app_plan(app)->domain) ||
                           plan_is_pinned(app_plan(app))
                       ? _("own layout")
                       : _("no layout: the vCPUs float"));
        return;
    }
    layout = &app->layouts.list[number];
    snprintf(text, sizeof(text),
             text_plural("%c  %s: %u vCPU; host keeps %s",
                         "%c  %s: %u vCPUs; host keeps %s", layout->vcpus),
             (char)('A' + number), layout->text, layout->vcpus, layout->host);
    canvas_put_cut(canvas, y, 3, canvas->width - 18,
                   is_now ? ROLE_HEADING : ROLE_NORMAL, text);
    canvas_put(canvas, y, canvas->width - 13, ROLE_NORMAL, layout->why);
}

/* The rows that the layouts would take: one more if none is the present. */
static int layout_rows(const struct app *app)
{
    return (int)app->layouts.count + (present(app) < 0) +
           (app->layouts.count == 0 ? 2 : 0);
}

/* As many as fit, the present one among them; "^" and "v" say: there is more */
static int draw_layouts(const struct app *app, struct canvas *canvas, int y,
                        int height)
{
    int now = present(app), count = (int)app->layouts.count + (now < 0);
    int selected = now < 0 ? count - 1 : now, top = selected - height + 1;

    if (app->layouts.count == 0) {
        draw_layout(app, canvas, y, -1, true);
        return canvas_wrap(canvas, y + 1, 4, canvas->width - 5, height - 1,
                           ROLE_WARN, app->layouts_problem.text);
    }
    if (top < 0)
        top = 0;
    for (int i = top; i < count && i < top + height; i++, y++) {
        bool is_last = i == top + height - 1;

        draw_layout(app, canvas, y, i < (int)app->layouts.count ? i : -1,
                    i == selected);
        if (i == selected)
            continue;
        if (i == top && top > 0)
            canvas_put(canvas, y, 1, ROLE_NOTE, "^");
        else if (is_last && i + 1 < count)
            canvas_put(canvas, y, 1, ROLE_NOTE, "v");
    }
    return y;
}

static bool is_about_cpus(const struct finding *finding)
{
    return strcmp(finding->topic, "cpus") == 0;
}

/* What the present layout gives up, or "". */
static const char *trade(const struct app *app)
{
    int now = present(app);

    return now < 0 ? "" : app->layouts.list[now].trade;
}

/* What of the picture Review has dropped, so that it will not be made. */
static bool add_dropped(const struct app *app, struct str *text)
{
    for (size_t i = 0; app->set && i < app->set->count; i++) {
        const struct change *change = &app->set->changes[i];

        if (!change->is_kept &&
            (change->part <= PART_IOTHREADS || change->part == PART_TOPOLOGY))
            str_addf(text, "%s%s",
                     text->length > 0 ? ", " : _("in Review (6), not made: "),
                     change->title);
    }
    return text->length > 0;
}

static int verdict_rows(const struct app *app)
{
    struct str dropped CLEANUP(str_free) = STR_INIT;
    int rows = *trade(app) ? 1 + (canvas_columns(trade(app)) > 70) : 0;

    rows += add_dropped(app, &dropped);

    for (size_t i = 0; i < app->findings.count; i++)
        rows += is_about_cpus(&app->findings.list[i]);
    return rows;
}

/* The worst come first, as far as there is room. */
static int draw_verdicts(const struct app *app, struct canvas *canvas, int y,
                         int end)
{
    struct str dropped CLEANUP(str_free) = STR_INIT;

    if (add_dropped(app, &dropped) && y < end) {
        canvas_put(canvas, y, 1, ROLE_WARN, _("dropped"));
        canvas_put_cut(canvas, y++, 9, canvas->width - 10, ROLE_NORMAL,
                       str_text(&dropped));
    }
    for (int verdict = VERDICT_FAIL; verdict >= VERDICT_OK; verdict--) {
        if (verdict == VERDICT_NOTE && *trade(app) && y < end) {
            canvas_put(canvas, y, 1, ROLE_NOTE, _("layout"));
            y = canvas_wrap(canvas, y, 9, canvas->width - 10, end - y,
                            ROLE_NORMAL, trade(app));
        }
        for (size_t i = 0; i < app->findings.count && y < end; i++) {
            const struct finding *finding = &app->findings.list[i];

            if ((int)finding->verdict != verdict || !is_about_cpus(finding))
                continue;
            canvas_putf(canvas, y, 1, role_of_verdict(finding->verdict), "%-8s",
                        verdict_label(finding->verdict));
            canvas_put_cut(canvas, y++, 9, canvas->width - 10, ROLE_NORMAL,
                           finding->text);
        }
    }
    return y;
}

/* "CPU 4 runs vCPU 0, CPU 5 runs vCPU 1." */
static void draw_core(const struct app *app, struct canvas *canvas, int y,
                      int rows, const struct cpuuse *use)
{
    const struct cpu_topology *cpu = &app->session->host->cpu;
    const struct cpu_core *core = &cpu->cores[app->core];
    struct str text CLEANUP(str_free) = STR_INIT;
    struct str title CLEANUP(str_free) = STR_INIT;

    if (rows > 1) {
        core_add_title(&title, cpu, core, canvas_glyph(canvas, GLYPH_DOT));
        draw_rule(canvas, y++, str_text(&title));
    } else {
        core_add_name(&text, core);
        str_add(&text, ": ");
    }
    core_add_use(&text, core, use);
    canvas_put_cut(canvas, y, 1, canvas->width - 2, ROLE_NORMAL,
                   str_text(&text));
}

/* The model, and in the other densities what one looks at. */
static void draw_model(const struct cpu_topology *cpu, struct canvas *canvas,
                       int y, enum cpumap_density density)
{
    static const char *const notes[] = {
        [CPUMAP_BOXES] = "",
        [CPUMAP_SIGNS] = "one sign a core",
        [CPUMAP_LINES] = "one line an L3",
    };
    const char *dot = canvas_glyph(canvas, GLYPH_DOT);
    int note_x = canvas->width - 1 - canvas_columns(text_of(notes[density]));
    char text[256];
    int x;

    snprintf(text, sizeof(text), _("%s %s %u cores, %d CPUs %s %u L3"),
             *cpu->model ? cpu->model : _("unknown CPU"), dot, cpu->core_count,
             CPU_COUNT(&cpu->online), dot, cpu->l3_count);
    x = canvas_put_cut(canvas, y, 1, canvas->width - 2, ROLE_NORMAL, text);

    if (x + 2 <= note_x)
        canvas_put(canvas, y, note_x, ROLE_NOTE, text_of(notes[density]));
}

static void draw(struct app *app, struct canvas *canvas)
{
    struct cpumap map = map_of(app);
    int end = app_body_end(canvas), y = BODY_TOP;
    int layouts, verdicts, spare, list;
    enum cpumap_density density;
    struct share share;
    struct cpuuse use;

    cpuuse_make(&map, &use);
    share = share_rows(end, canvas->width, &map, &use);
    end -= share.core;
    density = cpumap_density(canvas->width, share.map, &map);
    draw_model(map.cpu, canvas, y++, density);
    y = cpumap_draw(canvas, y, share.map, &map, &use);
    if (share.is_beside)
        cpuuse_legend(canvas, y - BESIDE_ROWS, share.legend_left, BESIDE_ROWS,
                      &map, &use, density);
    else
        y = cpuuse_legend(canvas, y, share.legend_left, end - y, &map, &use,
                          density);

    /* The verdicts have half of it, or what the layouts leave. */
    layouts = layout_rows(app);
    verdicts = verdict_rows(app);
    if (layouts > end - y - verdicts && layouts > (end - y + 1) / 2)
        layouts =
            verdicts < (end - y) / 2 ? end - y - verdicts : (end - y + 1) / 2;
    spare = end - y - layouts - verdicts;
    list = y;
    y = draw_layouts(app, canvas, y, layouts);
    canvas_set_pane(canvas, y, 0, app_body_end(canvas));
    canvas_add_late(canvas, list, y);
    y += spare > 0;
    draw_verdicts(app, canvas, y, end);
    draw_core(app, canvas, end, share.core, &use);
}

/*
 * Pins that somebody chose, here or before, stay where they are: no proposal
 * is there, or the domain came with them.
 */
static bool keeps_pins(const struct app *app, int now)
{
    const struct plan *plan = app_plan(app);
    const struct domain *domain = plan->domain;
    bool is_domains = domain_is_pinned(domain);

    for (unsigned i = 0; i < plan->vcpus && i < domain->vcpus; i++)
        is_domains &= CPU_EQUAL(&plan->vcpupin[i], &domain->vcpupin[i]);
    return plan_is_pinned(plan) && (now < 0 || is_domains);
}

static void change_count(struct app *app, int by)
{
    struct layout_request request = app->request;
    unsigned vcpus = app_plan(app)->vcpus + (unsigned)by, largest;
    int now = present(app);
    bool is_own = keeps_pins(app, now);
    struct plan *before, *plan;
    struct err err = {0};
    unsigned moved;

    if (now >= 0)
        request = app->layouts.list[now].request; /* more of the same */

    /* Whole cores: an odd count is refused in favour of the next even one. */
    if (request.policy == LAYOUT_DEDICATED && app->session->host->cpu.has_smt &&
        vcpus % 2 == 1)
        vcpus += (unsigned)by;
    largest = layout_largest(app_plan(app), &request);
    if (by < 0 && vcpus > largest)
        vcpus = largest;
    request.vcpus = vcpus;
    plan = app_edit(app);
    before = plan_copy(plan);
    if (!layout_change(plan, &request, is_own, &err)) {
        plan_free(before);
        app_edited(app);
        app_hint(app, "%s",
                 vcpus == 0 ? _("A guest needs one core at least.") : err.text);
        return;
    }
    moved = layout_count_moved(before, plan);
    plan_free(before);
    app->request = request;
    app_edited(app);
    if (is_own && moved > 0)
        app_hint(app,
                 text_plural("%u vCPU had to move; u takes it back.",
                             "%u vCPUs had to move; u takes it back.", moved),
                 moved);
    else if (is_own)
        app_hint(app, "The other pins stayed; Tab proposes all anew.");
}

static void next_layout(struct app *app, int by)
{
    int count = (int)app->layouts.count, now = present(app);

    if (count == 0) {
        app_hint(app, "%s", app->layouts_problem.text);
        return;
    }
    take_layout(app, (size_t)(now < 0 ? 0 : (now + by + count) % count));
}

static void edit_core(struct app *app,
                      const char *(*toggle)(struct plan *plan, unsigned core))
{
    struct str text CLEANUP(str_free) = STR_INIT;
    struct plan *before;
    const char *reason;

    if (!plan_is_pinned(app_plan(app))) {
        app_hint(app, "%s",
                 app->layouts.count > 0
                     ? _("Take a layout first (Tab), then change it.")
                     : app->layouts_problem.text);
        return;
    }
    before = plan_copy(app_plan(app));
    reason = toggle(app_edit(app), (unsigned)app->core);
    app_edited(app);
    plan_describe(&text, before, app_plan(app));
    plan_free(before);
    if (reason)
        app_hint(app, "%s", reason);
    else
        app_hint(app, "Changed, u undoes: %s.", str_text(&text));
}

static void move(struct app *app, int columns, int rows)
{
    struct canvas size = {.height = app->height, .width = app->width};
    struct cpumap map = map_of(app);
    struct cpuuse use;

    cpuuse_make(&map, &use);
    app->core = cpumap_move(
        app->width, share_rows(app_body_end(&size), app->width, &map, &use).map,
        &map, columns, rows);
}

static bool act(struct app *app, enum action action)
{
    switch (action) {
    case ACTION_LEFT:
        move(app, -1, 0);
        return true;
    case ACTION_RIGHT:
        move(app, 1, 0);
        return true;
    case ACTION_UP:
        move(app, 0, -1);
        return true;
    case ACTION_DOWN:
        move(app, 0, 1);
        return true;
    case ACTION_TOGGLE:
        edit_core(app, hand_toggle_guest);
        return true;
    case ACTION_EMULATOR:
        edit_core(app, hand_toggle_emulator);
        return true;
    case ACTION_IOTHREAD:
        edit_core(app, hand_toggle_iothread);
        return true;
    case ACTION_SPLIT:
        edit_core(app, hand_toggle_split);
        return true;
    case ACTION_NEXT_LAYOUT:
        next_layout(app, 1);
        return true;
    case ACTION_PREVIOUS_LAYOUT:
        next_layout(app, -1);
        return true;
    case ACTION_MORE:
        change_count(app, 1);
        return true;
    case ACTION_LESS:
        change_count(app, -1);
        return true;
    case ACTION_OWN:
        plan_reset_cpus(app_edit(app));
        app->request = layout_request_for(app_plan(app));
        if (!app_edited(app))
            app_derive(app);
        app_hint(app, "The CPUs are as the domain has them.");
        return true;
    default:
        return false;
    }
}

const struct screen screen_cpus = {
    .name = N_("CPUs"),
    .enter = enter,
    .draw = draw,
    .act = act,
    .finder = &core_finder,
};
