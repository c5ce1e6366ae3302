/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Step 4: a picture of the CPU, the proposed layouts, the verdicts. A domain
 * without pins arrives with the best proposal made.
 */
#include "ui/app.h"

#include "plan/hand.h"
#include "ui/cpumap.h"

#include <stdio.h>
#include <string.h>

static struct cpumap map_of(const struct app *app)
{
    return (struct cpumap){&app->session->host->cpu, app_plan(app), app->core};
}

static void take_layout(struct app *app, size_t number)
{
    layout_accept(&app->layouts.list[number], app_edit(app));
    app_edited(app);
}

/* The present layout's number, or -1 if it is none of the proposals. */
static int present(const struct app *app)
{
    for (size_t i = 0; i < app->layouts.count; i++)
        if (layout_is(&app->layouts.list[i], app_plan(app)))
            return (int)i;
    return -1;
}

static void enter(struct app *app)
{
    bool is_fresh = !app->is_visited[STEP_CPUS];
    const struct plan *plan = app_plan(app);

    if (app->core >= (int)plan->host->cpu.core_count)
        app->core = 0;
    if (!is_fresh || domain_is_pinned(plan->domain) || plan_is_pinned(plan))
        return;
    if (app->layouts.count > 0) {
        take_layout(app, 0);
        app_hint(app,
                 "The best layout is proposed; d goes back to the "
                 "domain's own.");
    } else {
        app_hint(app, "%s", app->layouts_problem.text);
    }
}

static int draw_layouts(const struct app *app, struct canvas *canvas, int y)
{
    int now = present(app);

    for (size_t i = 0; i < app->layouts.count; i++) {
        const struct layout *layout = &app->layouts.list[i];
        bool is_now = (int)i == now;
        char text[200];

        snprintf(text, sizeof(text), "%c  %s: %u vCPUs; host keeps %s",
                 (char)('A' + i), layout->text, layout->vcpus, layout->host);
        canvas_put(canvas, y, 1, is_now ? ROLE_SELECTED : ROLE_NORMAL,
                   is_now ? ">" : " ");
        canvas_put_cut(canvas, y, 3, canvas->width - 18,
                       is_now ? ROLE_HEADING : ROLE_NORMAL, text);
        canvas_put(canvas, y++, canvas->width - 13, ROLE_NORMAL, layout->why);
    }
    if (now < 0)
        canvas_put(canvas, y++, 1, ROLE_NORMAL,
                   domain_is_pinned(app_plan(app)->domain) ||
                           plan_is_pinned(app_plan(app))
                       ? ">  own layout"
                       : ">  no layout: the vCPUs float");
    if (app->layouts.count == 0)
        y = canvas_wrap(canvas, y, 4, canvas->width - 5, 2, ROLE_WARN,
                        app->layouts_problem.text);
    return y;
}

static bool is_about_cpus(const struct finding *finding)
{
    static const char *const others[] = {"hugepages", "needs", "hyperv-offered",
                                         "next-start"};

    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        if (strcmp(finding->id, others[i]) == 0)
            return false;
    return true;
}

/* The worst come first, as far as there is room. */
static int draw_verdicts(const struct app *app, struct canvas *canvas, int y,
                         int end)
{
    for (int verdict = VERDICT_FAIL; verdict >= VERDICT_OK; verdict--)
        for (size_t i = 0; i < app->findings.count && y < end; i++) {
            const struct finding *finding = &app->findings.list[i];

            if ((int)finding->verdict != verdict || !is_about_cpus(finding))
                continue;
            canvas_putf(canvas, y, 1, role_of_verdict(finding->verdict), "%-8s",
                        verdict_name(finding->verdict));
            canvas_put_cut(canvas, y++, 9, canvas->width - 10, ROLE_NORMAL,
                           finding->text);
        }
    return y;
}

/* "CPUs 4 and 5 run vCPUs 0 and 1." */
static void draw_core(const struct app *app, struct canvas *canvas, int y)
{
    const struct cpu_topology *cpu = &app->session->host->cpu;
    const struct cpu_core *core = &cpu->cores[app->core];
    struct cpumap map = map_of(app);
    struct str text CLEANUP(str_free) = STR_INIT;
    struct str title CLEANUP(str_free) = STR_INIT;

    str_addf(&title, "%c%u", core_kind_letter(core->kind), core->index);
    if (core->l2 >= 0)
        str_addf(&title, " %s L2 %lu KiB", canvas_glyph(canvas, GLYPH_DOT),
                 cpu->l2[core->l2].size_kib);
    if (core->l3 >= 0)
        str_addf(&title, " %s L3 #%d %lu KiB", canvas_glyph(canvas, GLYPH_DOT),
                 core->l3, cpu->l3[core->l3].size_kib);
    if (core->max_khz > 0)
        str_addf(&title, " %s up to %lu.%lu GHz",
                 canvas_glyph(canvas, GLYPH_DOT), core->max_khz / 1000000,
                 core->max_khz / 100000 % 10);
    draw_rule(canvas, y, str_text(&title));
    for (unsigned t = 0; t < core->thread_count; t++) {
        char use[16];

        cpumap_use(canvas, &map, core->threads[t], use, sizeof(use));
        str_addf(&text, "%sCPU %d ", t > 0 ? ", " : "", core->threads[t]);
        if (use[0] >= '0' && use[0] <= '9')
            str_addf(&text, "runs vCPU %s", use);
        else if (strcmp(use, "em") == 0)
            str_add(&text, "runs the emulator");
        else if (strcmp(use, "io") == 0)
            str_add(&text, "runs disk I/O");
        else if (strcmp(use, "ei") == 0)
            str_add(&text, "runs emulator and disk I/O");
        else if (strcmp(use, "**") == 0)
            str_add(&text, "runs several vCPUs");
        else
            str_add(&text, "is the host's");
    }
    str_add(&text, ".");
    canvas_put_cut(canvas, y + 1, 1, canvas->width - 2, ROLE_NORMAL,
                   str_text(&text));
}

static void draw(struct app *app, struct canvas *canvas)
{
    const struct cpu_topology *cpu = &app->session->host->cpu;
    struct cpumap map = map_of(app);
    int end = app_body_end(canvas), y = BODY_TOP;
    const char *dot = canvas_glyph(canvas, GLYPH_DOT);

    canvas_putf(canvas, y++, 1, ROLE_NORMAL, "%s %s %u cores, %d CPUs %s %u L3",
                *cpu->model ? cpu->model : "unknown CPU", dot, cpu->core_count,
                CPU_COUNT(&cpu->online), dot, cpu->l3_count);
    y = cpumap_draw(canvas, y, end - y - 7, &map);
    canvas_putf(canvas, y++, 7, ROLE_NOTE,
                "0, 1, ... vCPU   em emulator   io disk I/O thread   %s host",
                dot);
    y = draw_layouts(app, canvas, y + (end - y > 10)) + (end - y > 11);
    draw_verdicts(app, canvas, y, end - 2);
    draw_core(app, canvas, end - 2);
}

static void change_count(struct app *app, int by)
{
    struct layout_request request = app->request;
    unsigned vcpus = app_plan(app)->vcpus + (unsigned)by;
    bool is_own = present(app) < 0 && plan_is_pinned(app_plan(app));
    struct err err = {0};

    /* Whole cores: an odd count is refused in favour of the next even one. */
    if (app->session->host->cpu.has_smt && vcpus % 2 == 1)
        vcpus += (unsigned)by;
    request.vcpus = vcpus;
    if (!layout_change(app_edit(app), &request, is_own, &err)) {
        app_edited(app);
        app_hint(app, "%s",
                 vcpus == 0 ? "A guest needs one core at least." : err.text);
        return;
    }
    app->request = request;
    app_edited(app);
    if (is_own)
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
    const char *reason;

    if (!plan_is_pinned(app_plan(app))) {
        app_hint(app, "Take a layout first (Tab), then change it.");
        return;
    }
    reason = toggle(app_edit(app), (unsigned)app->core);
    app_edited(app);
    if (reason)
        app_hint(app, "%s", reason);
}

static bool act(struct app *app, enum action action)
{
    struct cpumap map = map_of(app);
    int width = app->width;

    switch (action) {
    case ACTION_LEFT:
        app->core = cpumap_move(width, &map, app->core, -1, 0);
        return true;
    case ACTION_RIGHT:
        app->core = cpumap_move(width, &map, app->core, 1, 0);
        return true;
    case ACTION_UP:
        app->core = cpumap_move(width, &map, app->core, 0, -1);
        return true;
    case ACTION_DOWN:
        app->core = cpumap_move(width, &map, app->core, 0, 1);
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
        app_edited(app);
        app_hint(app, "The CPUs are as the domain has them.");
        return true;
    default:
        return false;
    }
}

const struct screen screen_cpus = {
    .name = "CPUs",
    .enter = enter,
    .draw = draw,
    .act = act,
};
