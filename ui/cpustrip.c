/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a topology and who runs where, gives signs or counts on a canvas.
 * Nodes stand side by side where that makes the picture lower; the L3 domains
 * of a node run down its columns.
 */
#include "ui/cpustrip.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MARKER = 2, /* columns of "> " */
    GAP = 1,    /* between two columns of groups */
};

static const struct cpu_core *first_core(const struct cpustrip *strip,
                                         int group, const struct cpumap *map)
{
    return &map->cpu->cores[strip->groups[group].first];
}

static void find_groups(const struct cpu_topology *cpu, struct cpustrip *strip)
{
    strip->groups = mem_alloc(cpu->core_count, sizeof(*strip->groups));
    for (unsigned i = 0; i < cpu->core_count; i++) {
        const struct cpu_core *core = &cpu->cores[i];

        if (i == 0 || core->node != core[-1].node || core->l3 != core[-1].l3)
            strip->groups[strip->count++] =
                (struct cpustrip_group){.first = i, .heading_y = -1};
        strip->groups[strip->count - 1].count++;
    }
}

/* One past the last group of the node whose first group this is. */
static int node_end(const struct cpustrip *strip, int group,
                    const struct cpumap *map)
{
    int node = first_core(strip, group, map)->node, end = group;

    while (end < strip->count && first_core(strip, end, map)->node == node)
        end++;
    return end;
}

static int lines_of(const struct cpustrip *strip, int group)
{
    return ((int)strip->groups[group].count + strip->sign_width - 1) /
           strip->sign_width;
}

/* Groups of one node, down its columns. Gives the row after them. */
static int place_node(struct cpustrip *strip, int group, int end, int y, int x)
{
    int pitch = MARKER + strip->label_width + strip->sign_width + GAP;
    int columns = (strip->node_width + GAP) / pitch, rows;

    if (columns < 1)
        columns = 1;
    rows = (end - group + columns - 1) / columns;
    for (int row = 0; row < rows; row++) {
        int lines = 1;

        for (int i = group + row; i < end; i += rows) {
            strip->groups[i].y = y;
            strip->groups[i].x = x + (i - group) / rows * pitch;
            if (lines_of(strip, i) > lines)
                lines = lines_of(strip, i);
        }
        y += lines;
    }
    return y;
}

/* All nodes, so many side by side. Gives the rows. */
static int place_all(int width, int beside, const struct cpumap *map,
                     struct cpustrip *strip)
{
    bool has_headings = map->cpu->node_count > 1;
    int y = 0, highest = 0, longest = 1;

    for (int i = 0; i < strip->count; i++)
        if ((int)strip->groups[i].count > longest)
            longest = (int)strip->groups[i].count;
    strip->node_width = (width - 1) / beside - (beside > 1);
    strip->sign_width = strip->node_width - MARKER - strip->label_width;
    if (strip->sign_width > longest)
        strip->sign_width = longest;
    if (strip->sign_width < 1)
        strip->sign_width = 1;
    for (int i = 0, end, column = 0; i < strip->count; i = end, column++) {
        int x = 1 + column % beside * (strip->node_width + 1), after;

        if (column > 0 && column % beside == 0)
            y = highest;
        strip->groups[i].heading_y = has_headings ? y : -1;
        strip->groups[i].heading_x = x;
        end = has_headings ? node_end(strip, i, map) : strip->count;
        after = place_node(strip, i, end, y + has_headings, x);
        if (after > highest)
            highest = after;
    }
    return highest;
}

void cpustrip_lay_out(int width, const struct cpumap *map,
                      struct cpustrip *strip)
{
    char label[24];
    int best = 1, nodes = 0;

    *strip = (struct cpustrip){0};
    find_groups(map->cpu, strip);
    snprintf(label, sizeof(label), "L3 #%u ",
             map->cpu->l3_count > 0 ? map->cpu->l3_count - 1 : 0);
    strip->label_width = (int)strlen(label);
    if (canvas_columns(_("no L3")) >= strip->label_width)
        strip->label_width = canvas_columns(_("no L3")) + 1;
    for (int i = 0; i < strip->count; i = node_end(strip, i, map))
        nodes++;
    for (int beside = 1; beside <= nodes; beside++) {
        int rows = place_all(width, beside, map, strip);

        if (beside > 1 && strip->node_width < MARKER + strip->label_width + 8)
            break;
        if (beside == 1 || rows <= strip->rows) {
            strip->rows = rows;
            best = beside;
        }
    }
    strip->rows = place_all(width, best, map, strip);
}

void cpustrip_free(struct cpustrip *strip)
{
    free(strip->groups);
    strip->groups = NULL;
}

int cpustrip_group_of(const struct cpustrip *strip, int core)
{
    int group = strip->count - 1;

    while (group >= 0 && (int)strip->groups[group].first > core)
        group--;
    return group;
}

/* "Node 1 . 252 GiB" */
static void draw_heading(struct canvas *canvas, int y,
                         const struct cpustrip *strip, int group,
                         const struct cpumap *map)
{
    int node = first_core(strip, group, map)->node;
    struct str text CLEANUP(str_free) = STR_INIT;

    str_addf(&text, N_("Node %d"), node);
    for (unsigned i = 0; i < map->cpu->node_count; i++)
        if ((int)map->cpu->nodes[i].id == node &&
            map->cpu->nodes[i].memory_kib > 0)
            str_addf(&text, " %s %.4g GiB", canvas_glyph(canvas, GLYPH_DOT),
                     (double)map->cpu->nodes[i].memory_kib / (1024 * 1024));
    canvas_put_cut(canvas, y, strip->groups[group].heading_x, strip->node_width,
                   ROLE_HEADING, str_text(&text));
}

static void add_label(struct str *str, const struct cpu_core *core)
{
    if (core->l3 < 0)
        str_add(str, _("no L3"));
    else
        str_addf(str, "L3 #%d", core->l3);
}

static void draw_group(struct canvas *canvas, int y,
                       const struct cpustrip *strip, int group,
                       const struct cpumap *map, const struct cpuuse *use)
{
    const struct cpustrip_group *it = &strip->groups[group];
    const struct cpu_core *core = first_core(strip, group, map);
    int first = (int)it->first, x = it->x + MARKER;
    struct str label CLEANUP(str_free) = STR_INIT;

    if (map->selected >= first && map->selected < first + (int)it->count)
        canvas_put(canvas, y + it->y, it->x, ROLE_NORMAL, ">");
    add_label(&label, core);
    canvas_put(canvas, y + it->y, x, ROLE_HEADING, str_text(&label));
    x += strip->label_width;
    for (int i = 0; i < (int)it->count; i++) {
        bool is_selected = first + i == map->selected;
        int sign_y = y + it->y + i / strip->sign_width;
        int sign_x = x + i % strip->sign_width;

        canvas_put(canvas, sign_y, sign_x,
                   is_selected ? ROLE_SELECTED : ROLE_NORMAL,
                   cpuuse_sign(canvas, cpuuse_of_core(use, &core[i])));
        if (is_selected) {
            canvas->cursor_y = sign_y;
            canvas->cursor_x = sign_x;
        }
    }
}

int cpustrip_draw(struct canvas *canvas, int y, const struct cpustrip *strip,
                  const struct cpumap *map, const struct cpuuse *use)
{
    for (int i = 0; i < strip->count; i++) {
        if (strip->groups[i].heading_y >= 0)
            draw_heading(canvas, y + strip->groups[i].heading_y, strip, i, map);
        draw_group(canvas, y, strip, i, map, use);
    }
    return y + strip->rows;
}

void cpustrip_draw_line(struct canvas *canvas, int y,
                        const struct cpustrip *strip, int group,
                        const struct cpumap *map, const struct cpuuse *use)
{
    static const enum cpuuse_kind order[] = {
        CPUUSE_VCPU,  CPUUSE_EMULATOR, CPUUSE_IOTHREAD, CPUUSE_SHARED,
        CPUUSE_OTHER, CPUUSE_ISOLATED, CPUUSE_HOST,
    };
    const struct cpustrip_group *it = &strip->groups[group];
    const struct cpu_core *core = first_core(strip, group, map);
    bool is_selected = map->selected >= (int)it->first &&
                       map->selected < (int)(it->first + it->count);
    unsigned counts[CPUUSE_COUNT] = {0};
    struct str text CLEANUP(str_free) = STR_INIT;
    const char *between = ": ";

    if (map->cpu->node_count > 1)
        str_addf(&text, N_("node %d "), core->node);
    add_label(&text, core);
    str_add(&text, "  ");
    str_addf(&text, text_plural("%u core", "%u cores", it->count), it->count);
    for (unsigned i = 0; i < it->count; i++)
        counts[cpuuse_of_core(use, &core[i])]++;
    for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
        if (counts[order[i]] == 0)
            continue;
        str_addf(&text, "%s%u %s", between, counts[order[i]],
                 cpuuse_word(order[i]));
        between = ", ";
    }
    if (is_selected) {
        canvas_put(canvas, y, 1, ROLE_NORMAL, ">");
        canvas->cursor_y = y;
        canvas->cursor_x = 1;
    }
    canvas_put_cut(canvas, y, 3, canvas->width - 4,
                   is_selected ? ROLE_HEADING : ROLE_NORMAL, str_text(&text));
}

void cpustrip_add_title(struct str *str, const struct canvas *canvas,
                        const struct cpustrip *strip, int group,
                        const struct cpumap *map)
{
    const struct cpustrip_group *it = &strip->groups[group];
    const struct cpu_core *core = first_core(strip, group, map);
    cpu_set_t cpus = cpuset_empty();
    struct str list CLEANUP(str_free) = STR_INIT;
    const char *comma;

    for (unsigned i = 0; i < it->count; i++)
        cpus = cpuset_or(&cpus, &core[i].cpus);
    cpuset_add_text(&list, &cpus);
    comma = strchr(str_text(&list), ',');
    add_label(str, core);
    str_addf(str, N_(" %s cpus "), canvas_glyph(canvas, GLYPH_DOT));
    if (comma && comma == strrchr(list.text, ','))
        str_addf(str, N_("%.*s and %s"), (int)(comma - list.text), list.text,
                 comma + 1);
    else
        str_add(str, str_text(&list));
}
