/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a topology and a plan, gives a picture on a canvas. A block is a run
 * of cores of one kind in one L3 domain; blocks stand side by side while they
 * fit, and a block that does not fit is continued in the next row.
 */
#include "ui/cpumap.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABELS = 6 }; /* columns of "cpu" and "use" at the left */

/* Where a core's box stands: in which row of boxes and at which column. */
struct place {
    int row, x, width;
    bool starts_block; /* a left border of its own */
    bool ends_block;
};

struct plan_of_map {
    struct place *places;
    int rows;
    bool has_headers; /* a line above each row that names L3 domains */
    bool has_use;
    int digits;
};

static bool same_block(const struct cpu_core *a, const struct cpu_core *b)
{
    return a->node == b->node && a->l3 == b->l3 && a->kind == b->kind;
}

static int cell_width(const struct cpu_core *core, int digits)
{
    int threads = (int)core->thread_count;

    return threads == 1 ? digits + 2 : threads * digits + threads - 1;
}

static void lay_out(int width, const struct cpumap *map,
                    struct plan_of_map *out)
{
    const struct cpu_topology *cpu = map->cpu;
    int x = LABELS, row = 0, highest = 0;

    out->places = mem_alloc(cpu->core_count, sizeof(*out->places));
    CPUSET_FOREACH(number, &cpu->online)
    highest = number;
    out->digits = highest >= 1000 ? 4 : highest >= 100 ? 3 : 2;
    out->has_headers = cpu->l3_count > 1;
    out->has_use = map->plan != NULL;
    for (unsigned i = 0; i < cpu->core_count; i++) {
        const struct cpu_core *core = &cpu->cores[i];
        bool is_new = i == 0 || !same_block(core, core - 1);
        int cell = cell_width(core, out->digits), need = cell + 2;

        /* A new block stays whole if a row of its own would hold it. */
        if (is_new && i > 0) {
            int whole = 1;

            for (unsigned j = i;
                 j < cpu->core_count && same_block(core, &cpu->cores[j]); j++)
                whole += cell_width(&cpu->cores[j], out->digits) + 1;
            if (whole <= width - LABELS)
                need = whole;
            x += 1 + (out->has_headers && core->l3 != core[-1].l3);
        }
        if (x + need > width && x > LABELS) {
            row++;
            x = LABELS;
            is_new = true;
        }
        if (is_new && i > 0)
            out->places[i - 1].ends_block = true;
        out->places[i] = (struct place){row, x, cell, is_new, false};
        x += cell + 1;
        if (i + 1 == cpu->core_count || !same_block(core, &cpu->cores[i + 1])) {
            out->places[i].ends_block = true;
            x += 1;
        }
    }
    out->rows = row + 1;
}

static int row_height(const struct plan_of_map *layout)
{
    return 3 + layout->has_use + layout->has_headers;
}

int cpumap_rows(int width, const struct cpumap *map)
{
    struct plan_of_map layout;
    int rows;

    lay_out(width, map, &layout);
    rows = layout.rows * row_height(&layout);
    free(layout.places);
    return rows;
}

void cpumap_use(const struct canvas *canvas, const struct cpumap *map, int cpu,
                char *text, size_t size)
{
    const struct plan *plan = map->plan;
    cpu_set_t set = cpuset_one(cpu);
    unsigned vcpus = 0, last = 0;
    bool is_emulator, is_iothread = false;

    for (unsigned i = 0; i < plan->vcpus; i++)
        if (cpuset_intersects(&set, &plan->vcpupin[i])) {
            vcpus++;
            last = i;
        }
    is_emulator = cpuset_intersects(&set, &plan->emulatorpin);
    for (unsigned i = 0; i < plan->iothread_count; i++)
        is_iothread |= cpuset_intersects(&set, &plan->iothreads[i].cpus);
    if (vcpus > 1)
        snprintf(text, size, "**");
    else if (vcpus == 1)
        snprintf(text, size, "%u", last);
    else if (is_emulator || is_iothread)
        snprintf(text, size, "%s",
                 is_emulator ? is_iothread ? "ei" : "em" : "io");
    else if (cpuset_intersects(&set, &map->cpu->isolated))
        snprintf(text, size, "-");
    else
        snprintf(text, size, "%s", canvas_glyph(canvas, GLYPH_DOT));
}

/* One text for each thread, right-aligned; one alone stands in the middle. */
static void draw_numbers(struct canvas *canvas, int y, int x,
                         const struct cpumap *map, const struct cpu_core *core,
                         int digits, bool is_use, enum role role)
{
    int at = x + (core->thread_count == 1);

    for (unsigned t = 0; t < core->thread_count; t++) {
        char text[16];

        if (is_use)
            cpumap_use(canvas, map, core->threads[t], text, sizeof(text));
        else
            snprintf(text, sizeof(text), "%d", core->threads[t]);
        canvas_put(canvas, y, at + digits - canvas_columns(text), role, text);
        at += digits + 1;
    }
}

static void draw_border(struct canvas *canvas, int y, const struct place *place,
                        enum glyph first, enum glyph between, enum glyph line,
                        enum glyph last)
{
    canvas_put_glyph(canvas, y, place->x, ROLE_NORMAL,
                     place->starts_block ? first : between);
    for (int i = 1; i <= place->width; i++)
        canvas_put_glyph(canvas, y, place->x + i, ROLE_NORMAL, line);
    if (place->ends_block)
        canvas_put_glyph(canvas, y, place->x + 1 + place->width, ROLE_NORMAL,
                         last);
}

static void draw_core(struct canvas *canvas, int y, const struct place *place,
                      const struct cpumap *map, const struct cpu_core *core,
                      int digits)
{
    bool is_selected = (int)core->index == map->selected;
    enum role role = is_selected ? ROLE_SELECTED : ROLE_NORMAL;
    int lines = map->plan ? 2 : 1;
    char name[16];

    draw_border(canvas, y, place, GLYPH_TOP_LEFT, GLYPH_TEE_DOWN,
                GLYPH_HORIZONTAL, GLYPH_TOP_RIGHT);
    snprintf(name, sizeof(name), "%s%c%u ",
             place->width > 4 || core->index < 10 ? " " : "",
             core_kind_letter(core->kind), core->index);
    canvas_put_cut(canvas, y, place->x + 1, place->width, ROLE_NORMAL, name);
    for (int line = 1; line <= lines; line++) {
        draw_border(canvas, y + line, place, GLYPH_VERTICAL, GLYPH_VERTICAL,
                    GLYPH_BLANK, GLYPH_VERTICAL);
        draw_numbers(canvas, y + line, place->x + 1, map, core, digits,
                     line == 2, role);
        if (is_selected)
            canvas_paint(canvas, y + line, place->x + 1, place->width, role);
    }
    draw_border(canvas, y + lines + 1, place, GLYPH_BOTTOM_LEFT, GLYPH_TEE_UP,
                is_selected ? GLYPH_DOUBLE : GLYPH_HORIZONTAL,
                GLYPH_BOTTOM_RIGHT);
    if (is_selected) {
        canvas->cursor_y = y + lines;
        canvas->cursor_x = place->x + 1;
    }
}

static void draw_header(struct canvas *canvas, int y, const struct place *place,
                        const struct cpu_topology *cpu,
                        const struct cpu_core *core)
{
    char node[24] = "", size[24] = "";

    if (cpu->node_count > 1)
        snprintf(node, sizeof(node), "node %d ", core->node);
    if (core->l3 < 0) {
        canvas_putf(canvas, y, place->x, ROLE_HEADING, "%sno L3", node);
        return;
    }
    if (cpu->l3[core->l3].size_kib > 0)
        snprintf(size, sizeof(size), " %.4g MiB",
                 (double)cpu->l3[core->l3].size_kib / 1024);
    canvas_putf(canvas, y, place->x, ROLE_HEADING, "%sL3 #%d%s", node, core->l3,
                size);
}

static int draw_boxes(struct canvas *canvas, int y, const struct cpumap *map,
                      const struct plan_of_map *layout)
{
    const struct cpu_topology *cpu = map->cpu;
    int height = row_height(layout);

    for (int row = 0; row < layout->rows; row++) {
        int top = y + row * height + layout->has_headers;

        canvas_put(canvas, top + 1, 1, ROLE_NORMAL, "cpu");
        if (map->plan)
            canvas_put(canvas, top + 2, 1, ROLE_NORMAL, "use");
    }
    for (unsigned i = 0; i < cpu->core_count; i++) {
        const struct place *place = &layout->places[i];
        int top = y + place->row * height + layout->has_headers;

        if (layout->has_headers && place->starts_block &&
            (i == 0 || cpu->cores[i - 1].l3 != cpu->cores[i].l3 ||
             layout->places[i - 1].row != place->row))
            draw_header(canvas, top - 1, place, cpu, &cpu->cores[i]);
        draw_core(canvas, top, place, map, &cpu->cores[i], layout->digits);
    }
    return y + layout->rows * height;
}

/* One sign for a core: g guest, e emulator, i I/O thread, a dot for the host */
static const char *core_sign(const struct canvas *canvas,
                             const struct cpumap *map,
                             const struct cpu_core *core)
{
    char text[16] = "";

    if (map->plan)
        cpumap_use(canvas, map, core->threads[0], text, sizeof(text));
    if (*text == 'e')
        return "e";
    if (*text == 'i')
        return "i";
    if (*text == '-')
        return "-";
    return (*text >= '0' && *text <= '9') || *text == '*'
               ? "g"
               : canvas_glyph(canvas, GLYPH_DOT);
}

static int draw_strips(struct canvas *canvas, int y, int height,
                       const struct cpumap *map)
{
    const struct cpu_topology *cpu = map->cpu;
    int x = 1, last_y = y + height, label = 0;

    for (unsigned i = 0; i < cpu->core_count && y < last_y; i++) {
        const struct cpu_core *core = &cpu->cores[i];
        bool is_new = i == 0 || !same_block(core, core - 1);
        bool is_selected = (int)i == map->selected;

        if (is_new) {
            int need = 12;

            for (unsigned j = i;
                 j < cpu->core_count && same_block(core, &cpu->cores[j]); j++)
                need++;
            if (i > 0)
                x += 2;
            if (x + need > canvas->width && x > 1) {
                x = 1;
                y++;
            }
            label = canvas_putf(canvas, y, x, ROLE_HEADING, "%d L3 #%d ",
                                core->node, core->l3);
            x = label;
        }
        if (x >= canvas->width) {
            x = 1;
            y++;
        }
        if (is_selected) {
            canvas->cursor_y = y;
            canvas->cursor_x = x;
        }
        x = canvas_put(canvas, y, x, is_selected ? ROLE_SELECTED : ROLE_NORMAL,
                       core_sign(canvas, map, core));
    }
    return y + 1;
}

int cpumap_draw(struct canvas *canvas, int y, int height,
                const struct cpumap *map)
{
    struct plan_of_map layout;

    lay_out(canvas->width, map, &layout);
    if (layout.rows * row_height(&layout) <= height)
        y = draw_boxes(canvas, y, map, &layout);
    else
        y = draw_strips(canvas, y, height, map);
    free(layout.places);
    return y;
}

int cpumap_move(int width, const struct cpumap *map, int core, int columns,
                int rows)
{
    struct plan_of_map layout;
    int count = (int)map->cpu->core_count, best = core, least = 0;

    if (rows == 0) {
        int next = core + columns;

        return next < 0 || next >= count ? core : next;
    }
    lay_out(width, map, &layout);
    for (int i = 0; i < count; i++) {
        int distance = abs(layout.places[i].x - layout.places[core].x);

        if (layout.places[i].row == layout.places[core].row + rows &&
            (best == core || distance < least)) {
            best = i;
            least = distance;
        }
    }
    free(layout.places);
    return best;
}
