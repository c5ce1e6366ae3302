/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text that explains a selection: paragraphs and named points, beside a
 * list, below it, or in the pager. What does not fit is told.
 */
#ifndef UI_PANE_H
#define UI_PANE_H

#include "base/finding.h"
#include "ui/canvas.h"

struct pane {
    const char *title;
    const char *more; /* said where there is no room; NULL: v has it */
    struct pane_point {
        const char *name; /* "" goes on with the point before; NULL: none */
        const char *text;
        enum role role; /* of the name */
    } points[48];
    size_t count;
};

/* Adds a point, unless its text is NULL or empty; the texts are borrowed. */
void pane_add(struct pane *pane, const char *name, const char *text);

/* The same for a verdict: what is so, and its cure. Texts from `arena`. */
void pane_add_finding(struct pane *pane, struct arena *arena,
                      const struct finding *finding);

/* Paints the points alone; gives the row behind them. */
int pane_draw_points(const struct pane *pane, struct canvas *canvas, int y,
                     int x, int end);

/* Paints it from (y, x) on to the right edge, above row `end`. */
void pane_draw(const struct pane *pane, struct canvas *canvas, int y, int x,
               int end);

/* Paints it below a list: a rule with its title, then the points. */
void pane_draw_below(const struct pane *pane, struct canvas *canvas, int y,
                     int end);

/* All of it, in lines of at most `width` columns; free it. */
char *pane_text(const struct pane *pane, int width);

/* The columns of a list of values with the pane beside it; wide if it can. */
enum { COLUMN_SHORT = 7 };
struct columns {
    int now, plan; /* where they begin */
    int value;     /* how wide each is */
    int pane;      /* the first column behind */
};
struct columns columns_of(const struct canvas *canvas);

/* "now" and "plan" above their columns. */
void columns_heading(struct canvas *canvas, int y);

/* A value at its right edge; what is too long belongs in the pane, whole. */
void columns_value(struct canvas *canvas, int y, int x, enum role role,
                   const char *text);

#endif
