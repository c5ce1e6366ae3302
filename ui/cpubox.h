/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boxes for a run of cores: where each stands at a width, and the painting of
 * some rows of them.
 */
#ifndef UI_CPUBOX_H
#define UI_CPUBOX_H

#include "ui/cpuuse.h"

struct cpubox_place; /* of one core */

struct cpubox {
    unsigned first, count; /* the cores */
    struct cpubox_place *places;
    int rows;         /* of boxes */
    int row_height;   /* in lines */
    bool has_headers; /* a line above each row that names L3 domains */
    bool is_too_wide; /* some box is cut off at the right */
    int digits;       /* of a CPU's number */
};

/* Lays out cores `first` to `first + count - 1`; free it with cpubox_free. */
void cpubox_lay_out(int width, const struct cpumap *map, unsigned first,
                    unsigned count, bool has_headers, struct cpubox *box);
void cpubox_free(struct cpubox *box);

/* The row of boxes in which a core stands. */
int cpubox_row(const struct cpubox *box, unsigned core);

/* The first column right of the last box of a row. */
int cpubox_end(const struct cpubox *box, int row);

/* The core of another row that is nearest to this one, or -1: no such row. */
int cpubox_nearest(const struct cpubox *box, unsigned core, int row);

/*
 * Paints the rows of boxes `top` to `top + rows - 1` from line `y` on, with
 * the cursor on the selected core. Gives the line after them.
 */
int cpubox_draw(struct canvas *canvas, int y, const struct cpubox *box, int top,
                int rows, const struct cpumap *map, const struct cpuuse *use);

#endif
