/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A picture of the silicon, in the density that the room allows: boxes are
 * cores, groups of boxes share an L3, and below each CPU stands who runs
 * there; or a sign for each core and boxes for the selected L3; or a line for
 * each L3.
 */
#ifndef UI_CPUMAP_H
#define UI_CPUMAP_H

#include "plan/plan.h"
#include "ui/canvas.h"

struct cpumap {
    const struct cpu_topology *cpu;
    const struct plan *plan; /* NULL: show no use */
    int selected;            /* core, or -1 */
    cpu_set_t others;        /* CPUs that other pinned domains use */
};

struct cpuuse; /* who runs on each CPU: ui/cpuuse.h */

enum cpumap_density {
    CPUMAP_BOXES, /* a box for each core */
    CPUMAP_SIGNS, /* a sign for each core, boxes for the selected L3 */
    CPUMAP_LINES, /* a line for each L3, boxes for the selected one */
};

/* The first density that fits into `width` columns and `height` rows. */
enum cpumap_density cpumap_density(int width, int height,
                                   const struct cpumap *map);

/*
 * Paints the map from row `y` on, in at most `height` rows. Puts the canvas's
 * cursor on the selected core. Gives the row after it.
 */
int cpumap_draw(struct canvas *canvas, int y, int height,
                const struct cpumap *map, const struct cpuuse *use);

/* The rows that boxes for all cores take at this width, however many. */
int cpumap_rows(int width, const struct cpumap *map);

/*
 * Where boxes for all cores leave room at the right of their last row, of three
 * lines: its first column; `width` if the picture of that size is another.
 */
int cpumap_beside(int width, int height, const struct cpumap *map);

/*
 * The core beside `map->selected` in a direction of the picture of that size:
 * `columns` -1 or 1 is the core before or after, `rows` -1 or 1 the one above
 * or below among the boxes, and beyond their edge the L3 before or after.
 */
int cpumap_move(int width, int height, const struct cpumap *map, int columns,
                int rows);

#endif
