/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a topology and who runs where, gives boxes on a canvas. A block is a
 * run of cores of one kind in one L3 domain; blocks stand side by side while
 * they fit, and a block that does not fit is continued in the next row.
 */
#include "ui/cpubox.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

enum { LABELS = 6 }; /* columns of "cpu" and "use" at the left */

struct cpubox_place {
    int row, x, width;
    bool starts_block; /* a left border of its own */
    bool ends_block;
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

static bool same_l3(const struct cpu_core *a, const struct cpu_core *b)
{
    return a->node == b->node && a->l3 == b->l3;
}

/* The columns of a block from one of its cores on, both borders included. */
static int block_width(const struct cpubox *box, const struct cpu_core *core,
                       const struct cpu_core *end)
{
    int width = 1;

    for (const struct cpu_core *it = core; it < end && same_block(core, it);
         it++)
        width += cell_width(it, box->digits) + 1;
    return width;
}

static void place_all(int width, const struct cpu_core *cores,
                      struct cpubox *box)
{
    int x = LABELS, row = 0;

    for (unsigned i = 0; i < box->count; i++) {
        const struct cpu_core *core = &cores[i];
        bool is_new = i == 0 || !same_block(core, core - 1);
        int cell = cell_width(core, box->digits), need = cell + 2;

        /* A new block stays whole if a row of its own would hold it. */
        if (is_new && i > 0) {
            int whole = block_width(box, core, cores + box->count);

            if (whole <= width - LABELS)
                need = whole;
            x += 1 + (box->has_headers && !same_l3(core, core - 1));
        }
        if (x + need > width && x > LABELS) {
            row++;
            x = LABELS;
            is_new = true;
        }
        if (is_new && i > 0)
            box->places[i - 1].ends_block = true;
        box->places[i] = (struct cpubox_place){row, x, cell, is_new, false};
        box->is_too_wide |= x + cell + 2 > width;
        x += cell + 1;
        if (i + 1 == box->count || !same_block(core, core + 1)) {
            box->places[i].ends_block = true;
            x += 1;
        }
    }
    box->rows = row + 1;
}

void cpubox_lay_out(int width, const struct cpumap *map, unsigned first,
                    unsigned count, bool has_headers, struct cpubox *box)
{
    const struct cpu_core *cores = &map->cpu->cores[first];
    int highest = 0;

    for (unsigned i = 0; i < count; i++)
        if (cores[i].threads[cores[i].thread_count - 1] > highest)
            highest = cores[i].threads[cores[i].thread_count - 1];
    *box = (struct cpubox){
        .first = first,
        .count = count,
        .places = mem_alloc(count, sizeof(*box->places)),
        .row_height = 3 + (map->plan != NULL) + has_headers,
        .has_headers = has_headers,
        .digits = highest >= 1000  ? 4
                  : highest >= 100 ? 3
                                   : 2,
    };
    place_all(width, cores, box);
}

void cpubox_free(struct cpubox *box)
{
    free(box->places);
    box->places = NULL;
}

int cpubox_row(const struct cpubox *box, unsigned core)
{
    return box->places[core - box->first].row;
}

int cpubox_end(const struct cpubox *box, int row)
{
    int end = 0;

    for (unsigned i = 0; i < box->count; i++)
        if (box->places[i].row == row)
            end = box->places[i].x + box->places[i].width + 2;
    return end;
}

int cpubox_nearest(const struct cpubox *box, unsigned core, int row)
{
    int best = -1, least = 0;

    for (unsigned i = 0; i < box->count; i++) {
        int distance = abs(box->places[i].x - box->places[core - box->first].x);

        if (box->places[i].row == row && (best < 0 || distance < least)) {
            best = (int)(box->first + i);
            least = distance;
        }
    }
    return best;
}

/*
 * One text for each thread, right-aligned; one alone stands in the middle. Who
 * runs there, or without `use` the numbers.
 */
static void draw_numbers(struct canvas *canvas, int y, int x,
                         const struct cpuuse *use, const struct cpu_core *core,
                         int digits, enum role role)
{
    int at = x + (core->thread_count == 1);

    for (unsigned t = 0; t < core->thread_count; t++) {
        char text[16];

        if (use)
            cpuuse_text(canvas, use, core->threads[t], text, sizeof(text));
        else
            snprintf(text, sizeof(text), "%d", core->threads[t]);
        canvas_put(canvas, y, at + digits - canvas_columns(text), role, text);
        at += digits + 1;
    }
}

static void draw_border(struct canvas *canvas, int y,
                        const struct cpubox_place *place, enum glyph first,
                        enum glyph between, enum glyph line, enum glyph last)
{
    canvas_put_glyph(canvas, y, place->x, ROLE_NORMAL,
                     place->starts_block ? first : between);
    for (int i = 1; i <= place->width; i++)
        canvas_put_glyph(canvas, y, place->x + i, ROLE_NORMAL, line);
    if (place->ends_block)
        canvas_put_glyph(canvas, y, place->x + 1 + place->width, ROLE_NORMAL,
                         last);
}

static void draw_core(struct canvas *canvas, int y,
                      const struct cpubox_place *place,
                      const struct cpumap *map, const struct cpuuse *use,
                      const struct cpu_core *core, int digits)
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
        draw_numbers(canvas, y + line, place->x + 1, line == 2 ? use : NULL,
                     core, digits, role);
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

static bool has_header(const struct cpubox *box, const struct cpu_core *cores,
                       unsigned i)
{
    return box->has_headers && box->places[i].starts_block &&
           (i == 0 || !same_l3(&cores[i], &cores[i - 1]) ||
            box->places[i - 1].row != box->places[i].row);
}

/* "node 0 L3 #1 32 MiB"; the size only where the next header leaves room. */
static void draw_header(struct canvas *canvas, int y, const struct cpubox *box,
                        unsigned i, const struct cpu_topology *cpu)
{
    const struct cpu_core *cores = &cpu->cores[box->first];
    int x = box->places[i].x, end = canvas->width + 1, l3 = cores[i].l3;
    struct str text CLEANUP(str_free) = STR_INIT;
    struct str size CLEANUP(str_free) = STR_INIT;

    for (unsigned j = i + 1;
         j < box->count && box->places[j].row == box->places[i].row; j++)
        if (has_header(box, cores, j)) {
            end = box->places[j].x;
            break;
        }
    if (cpu->node_count > 1)
        str_addf(&text, N_("node %d "), cores[i].node);
    if (l3 < 0)
        str_add(&text, _("no L3"));
    else
        str_addf(&text, "L3 #%d", l3);
    if (l3 >= 0 && cpu->l3[l3].size_kib > 0)
        str_addf(&size, " %.4g MiB", (double)cpu->l3[l3].size_kib / 1024);
    if (canvas_columns(str_text(&text)) + x + (int)size.length < end)
        str_add(&text, str_text(&size));
    canvas_put_cut(canvas, y, x, end - x - 1, ROLE_HEADING, str_text(&text));
}

int cpubox_draw(struct canvas *canvas, int y, const struct cpubox *box, int top,
                int rows, const struct cpumap *map, const struct cpuuse *use)
{
    const struct cpu_core *cores = &map->cpu->cores[box->first];

    for (int row = 0; row < rows; row++) {
        int line = y + row * box->row_height + box->has_headers;

        canvas_put(canvas, line + 1, 1, ROLE_NORMAL, _("cpu"));
        if (map->plan)
            canvas_put(canvas, line + 2, 1, ROLE_NORMAL, _("use"));
    }
    for (unsigned i = 0; i < box->count; i++) {
        int row = box->places[i].row - top;
        int line = y + row * box->row_height + box->has_headers;

        if (row < 0 || row >= rows)
            continue;
        if (has_header(box, cores, i))
            draw_header(canvas, line - 1, box, i, map->cpu);
        draw_core(canvas, line, &box->places[i], map, use, &cores[i],
                  box->digits);
    }
    return y + rows * box->row_height;
}
