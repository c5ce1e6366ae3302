/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan's pins, gives who runs on each CPU. Every vCPU is looked at
 * once, so that a picture costs no more than it has CPUs.
 */
#include "ui/cpuuse.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* A NULL sign is the dot, whose form depends on the canvas. */
static const struct {
    const char *box, *sign, *word;
    const char *box_legend, *sign_legend; /* NULL: as "shared" */
} kinds[CPUUSE_COUNT] = {
    [CPUUSE_HOST] = {NULL, NULL, N_("host"), N_("host"), N_("host")},
    [CPUUSE_ISOLATED] = {"-", "-", N_("isolated"), N_("- isolated"),
                         N_("- isolated")},
    [CPUUSE_OTHER] = {"o", "o", "another domain", "o another domain",
                      "o another domain"},
    [CPUUSE_IOTHREAD] = {"io", "i", N_("I/O"), "io disk I/O thread",
                         "i, io disk I/O thread"},
    [CPUUSE_EMULATOR] = {"em", "e", N_("emulator"), "em emulator",
                         "e, em emulator"},
    [CPUUSE_BOTH] = {"ei", "*", N_("shared"), "ei both", NULL},
    [CPUUSE_VCPU] = {NULL, "g", N_("guest"), N_("0, 1, ... vCPU"),
                     N_("g guest")},
    [CPUUSE_CONTESTED] = {"**", "*", N_("shared"), N_("** shared"),
                          N_("* shared")},
    [CPUUSE_SHARED] = {"**", "*", N_("shared"), N_("** shared"),
                       N_("* shared")},
};

void cpuuse_make(const struct cpumap *map, struct cpuuse *use)
{
    const struct plan *plan = map->plan;
    cpu_set_t guest = cpuset_empty(), several = cpuset_empty(), both;
    cpu_set_t emulator = cpuset_empty(), iothread = cpuset_empty();

    memset(use, 0, sizeof(*use));
    for (unsigned i = 0; plan && i < plan->vcpus; i++) {
        both = cpuset_and(&guest, &plan->vcpupin[i]);
        several = cpuset_or(&several, &both);
        guest = cpuset_or(&guest, &plan->vcpupin[i]);
        CPUSET_FOREACH(cpu, &plan->vcpupin[i])
        use->vcpu[cpu] = i;
    }
    if (plan)
        emulator = plan->emulatorpin;
    for (unsigned i = 0; plan && i < plan->iothread_count; i++)
        iothread = cpuset_or(&iothread, &plan->iothreads[i].cpus);
    CPUSET_FOREACH(at, &map->cpu->online)
    {
        size_t cpu = (size_t)at;
        bool is_other = CPU_ISSET(cpu, &map->others);
        bool is_emulator = CPU_ISSET(cpu, &emulator);
        bool is_iothread = CPU_ISSET(cpu, &iothread);
        enum cpuuse_kind kind = CPUUSE_HOST;

        if (CPU_ISSET(cpu, &several))
            kind = CPUUSE_SHARED;
        else if (CPU_ISSET(cpu, &guest))
            kind = is_other ? CPUUSE_CONTESTED : CPUUSE_VCPU;
        else if (is_emulator || is_iothread)
            kind = !is_iothread   ? CPUUSE_EMULATOR
                   : !is_emulator ? CPUUSE_IOTHREAD
                                  : CPUUSE_BOTH;
        else if (is_other)
            kind = CPUUSE_OTHER;
        else if (CPU_ISSET(cpu, &map->cpu->isolated))
            kind = CPUUSE_ISOLATED;
        use->kind[cpu] = (unsigned char)kind;
    }
}

enum cpuuse_kind cpuuse_of_core(const struct cpuuse *use,
                                const struct cpu_core *core)
{
    enum cpuuse_kind found = CPUUSE_ISOLATED;
    bool is_free = true;

    for (unsigned t = 0; t < core->thread_count; t++) {
        enum cpuuse_kind kind = use->kind[core->threads[t]];

        if (kind == CPUUSE_BOTH || kind == CPUUSE_CONTESTED)
            return CPUUSE_SHARED;
        if (kind == CPUUSE_HOST && is_free)
            found = CPUUSE_HOST;
        if (kind == CPUUSE_HOST || kind == CPUUSE_ISOLATED)
            continue;
        if (!is_free && kind != found)
            return CPUUSE_SHARED;
        found = kind;
        is_free = false;
    }
    return found;
}

void cpuuse_text(const struct canvas *canvas, const struct cpuuse *use, int cpu,
                 char *text, size_t size)
{
    const char *box = kinds[use->kind[cpu]].box;

    if (use->kind[cpu] == CPUUSE_VCPU)
        snprintf(text, size, "%u", use->vcpu[cpu]);
    else
        snprintf(text, size, "%s", box ? box : canvas_glyph(canvas, GLYPH_DOT));
}

const char *cpuuse_sign(const struct canvas *canvas, enum cpuuse_kind kind)
{
    return kinds[kind].sign ? kinds[kind].sign
                            : canvas_glyph(canvas, GLYPH_DOT);
}

const char *cpuuse_word(enum cpuuse_kind kind)
{
    return text_of(kinds[kind].word);
}

void cpuuse_describe(struct str *str, const struct cpuuse *use, int cpu)
{
    switch (use->kind[cpu]) {
    case CPUUSE_HOST:
        str_addf(str, "CPU %d is the host's", cpu);
        break;
    case CPUUSE_ISOLATED:
        str_addf(str, "CPU %d is isolated and idle", cpu);
        break;
    case CPUUSE_OTHER:
        str_addf(str, "CPU %d is another domain's", cpu);
        break;
    case CPUUSE_IOTHREAD:
        str_addf(str, "CPU %d runs disk I/O", cpu);
        break;
    case CPUUSE_EMULATOR:
        str_addf(str, "CPU %d runs the emulator", cpu);
        break;
    case CPUUSE_BOTH:
        str_addf(str, "CPU %d runs emulator and disk I/O", cpu);
        break;
    case CPUUSE_SHARED:
        str_addf(str, "CPU %d runs several vCPUs", cpu);
        break;
    case CPUUSE_CONTESTED:
        str_addf(str, "CPU %d runs vCPU %u, as does another domain", cpu,
                 use->vcpu[cpu]);
        break;
    default:
        str_addf(str, "CPU %d runs vCPU %u", cpu, use->vcpu[cpu]);
    }
}

/* Bits of the kinds that are to be seen, and of those always explained. */
static unsigned seen_kinds(const struct cpumap *map, const struct cpuuse *use,
                           enum cpumap_density density)
{
    unsigned seen = 1U << CPUUSE_VCPU | 1U << CPUUSE_EMULATOR |
                    1U << CPUUSE_IOTHREAD | 1U << CPUUSE_HOST;

    CPUSET_FOREACH(cpu, &map->cpu->online)
    seen |= 1U << use->kind[cpu];
    if (seen & 1U << CPUUSE_CONTESTED)
        seen |= 1U << CPUUSE_SHARED; /* one text for both */
    seen &= ~(1U << CPUUSE_CONTESTED);
    if (density != CPUMAP_SIGNS)
        return seen;
    for (unsigned i = 0; i < map->cpu->core_count; i++)
        seen |= 1U << cpuuse_of_core(use, &map->cpu->cores[i]);
    return seen & ~(1U << CPUUSE_BOTH);
}

int cpuuse_legend(struct canvas *canvas, int y, int left, int height,
                  const struct cpumap *map, const struct cpuuse *use,
                  enum cpumap_density density)
{
    static const enum cpuuse_kind order[] = {
        CPUUSE_VCPU,   CPUUSE_EMULATOR, CPUUSE_IOTHREAD, CPUUSE_BOTH,
        CPUUSE_SHARED, CPUUSE_OTHER,    CPUUSE_ISOLATED, CPUUSE_HOST,
    };
    unsigned seen = seen_kinds(map, use, density);
    int x = left, end = y + height;

    for (size_t i = 0; i <= ARRAY_SIZE(order) && y < end; i++) {
        struct str text CLEANUP(str_free) = STR_INIT;

        if (i == ARRAY_SIZE(order)) { /* at last, those without a box */
            if (cpuset_is_empty(&map->cpu->offline))
                break;
            str_addf(&text, N_("%s offline: "),
                     canvas_glyph(canvas, GLYPH_CROSS));
            cpuset_add_text(&text, &map->cpu->offline);
        } else if (!(seen & 1U << order[i])) {
            continue;
        } else {
            if (order[i] == CPUUSE_HOST)
                str_addf(&text, "%s ", canvas_glyph(canvas, GLYPH_DOT));
            str_add(&text, text_of(density == CPUMAP_SIGNS
                                       ? kinds[order[i]].sign_legend
                                       : kinds[order[i]].box_legend));
        }
        if (x > left && x + canvas_columns(str_text(&text)) >= canvas->width) {
            x = left;
            if (++y == end)
                return y;
        }
        x = canvas_put_cut(canvas, y, x, canvas->width - x - 1, ROLE_NOTE,
                           str_text(&text)) +
            3;
    }
    return y < end ? y + 1 : y;
}

int cpuuse_legend_rows(int left, int width, const struct cpumap *map,
                       const struct cpuuse *use)
{
    struct canvas nowhere = {.width = width}; /* without rows: takes nothing */
    int boxes = cpuuse_legend(&nowhere, 0, left, 4, map, use, CPUMAP_BOXES);
    int signs = cpuuse_legend(&nowhere, 0, left, 4, map, use, CPUMAP_SIGNS);

    return boxes > signs ? boxes : signs;
}
