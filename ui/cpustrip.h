/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The map of a large host: a sign for each core, L3 by L3 and node by node, or
 * a line with counts for each L3.
 */
#ifndef UI_CPUSTRIP_H
#define UI_CPUSTRIP_H

#include "ui/cpuuse.h"

/* A run of cores that share an L3, or of one node that have none. */
struct cpustrip_group {
    unsigned first, count;    /* cores */
    int y, x;                 /* of its label among the signs */
    int heading_y, heading_x; /* of its node's name; -1: not here */
};

struct cpustrip {
    struct cpustrip_group *groups;
    int count;
    int rows;        /* that the signs take */
    int label_width; /* columns of "L3 #12 " */
    int sign_width;  /* columns of signs before they are continued below */
    int node_width;  /* columns of a node */
};

/* Finds the groups and places the signs; free it with cpustrip_free. */
void cpustrip_lay_out(int width, const struct cpumap *map,
                      struct cpustrip *strip);
void cpustrip_free(struct cpustrip *strip);

/* The group of a core; -1 for core -1. */
int cpustrip_group_of(const struct cpustrip *strip, int core);

/* Paints the signs from row `y` on. Gives the row after them. */
int cpustrip_draw(struct canvas *canvas, int y, const struct cpustrip *strip,
                  const struct cpumap *map, const struct cpuuse *use);

/* Paints one line: "node 1 L3 #9  8 cores: 6 guest, 2 host". */
void cpustrip_draw_line(struct canvas *canvas, int y,
                        const struct cpustrip *strip, int group,
                        const struct cpumap *map, const struct cpuuse *use);

/* "L3 #9 . cpus 72-79 and 200-207": appends it. */
void cpustrip_add_title(struct str *str, const struct canvas *canvas,
                        const struct cpustrip *strip, int group,
                        const struct cpumap *map);

#endif
