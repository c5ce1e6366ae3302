/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A picture of the silicon: boxes are cores, groups of boxes share an L3, and
 * below each CPU stands who runs there.
 */
#ifndef UI_CPUMAP_H
#define UI_CPUMAP_H

#include "plan/plan.h"
#include "ui/canvas.h"

struct cpumap {
    const struct cpu_topology *cpu;
    const struct plan *plan; /* NULL: show no use */
    int selected;            /* core, or -1 */
};

/*
 * Paints the map from row `y` on, in at most `height` rows: boxes if they fit,
 * else one sign for each core. Puts the canvas's cursor on the selected core.
 * Gives the row after it.
 */
int cpumap_draw(struct canvas *canvas, int y, int height,
                const struct cpumap *map);

/* The rows that the boxes take at this width, however many. */
int cpumap_rows(int width, const struct cpumap *map);

/*
 * The core beside `core` in a direction of the picture: -1 or 1 in its row,
 * `rows` -1 or 1 above or below.
 */
int cpumap_move(int width, const struct cpumap *map, int core, int columns,
                int rows);

/* Who runs on a CPU: "7" (a vCPU), "em", "io", "ei", a dot for the host. */
void cpumap_use(const struct canvas *canvas, const struct cpumap *map, int cpu,
                char *text, size_t size);

#endif
