/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a core, gives what is said of it in CPUs: its name, its caches and who
 * runs there; and finds a core by a word of that, or by its node or L3.
 */
#include "ui/cpufind.h"

#include "base/text.h"
#include "ui/find.h"

#include <ctype.h>
#include <string.h>

void core_add_name(struct str *str, const struct cpu_core *core)
{
    str_addf(str, "%c%u", core_kind_letter(core->kind), core->index);
}

void core_add_title(struct str *str, const struct cpu_topology *cpu,
                    const struct cpu_core *core, const char *dot)
{
    core_add_name(str, core);
    if (core->l2 >= 0)
        str_addf(str, " %s L2 %lu KiB", dot, cpu->l2[core->l2].size_kib);
    if (core->l3 >= 0)
        str_addf(str, " %s L3 #%d %lu KiB", dot, core->l3,
                 cpu->l3[core->l3].size_kib);
    if (core->max_khz > 0)
        str_addf(str, " %s up to %lu.%lu GHz", dot, core->max_khz / 1000000,
                 core->max_khz / 100000 % 10);
}

void core_add_use(struct str *str, const struct cpu_core *core,
                  const struct cpuuse *use)
{
    for (unsigned t = 0; t < core->thread_count; t++) {
        if (t > 0)
            str_add(str, ", ");
        cpuuse_describe(str, use, core->threads[t]);
    }
    str_add(str, ".");
}

static int core_at(const struct app *app, int *count)
{
    *count = (int)app->session->host->cpu.core_count;
    return app->core;
}

/* "cpu 7" is not found in "CPU 72", nor "1" in "C12". */
static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = text; (at = strcasestr(at, word)); at++) {
        bool begins = at == text || !isalnum((unsigned char)at[-1]) ||
                      !isalnum((unsigned char)*word);
        bool ends = !isdigit((unsigned char)word[length - 1]) ||
                    !isdigit((unsigned char)at[length]);

        if (begins && ends)
            return true;
    }
    return false;
}

static bool core_has(const struct app *app, int row, const char *word)
{
    const struct cpu_topology *cpu = &app->session->host->cpu;
    const struct cpu_core *core = &cpu->cores[row];
    struct cpumap map = {
        .cpu = cpu,
        .plan = app_plan(app),
        .selected = row,
        .others = neighbours_held(app->session->others),
    };
    struct str text CLEANUP(str_free) = STR_INIT;
    struct cpuuse use;

    cpuuse_make(&map, &use);
    core_add_title(&text, cpu, core, "");
    str_addf(&text, " node %d ", core->node);
    core_add_use(&text, core, &use);
    return has_word(str_text(&text), word);
}

static void core_go(struct app *app, int row, const char *word)
{
    (void)word;
    app->core = row;
}

const struct finder core_finder = {core_at, core_has, core_go};
