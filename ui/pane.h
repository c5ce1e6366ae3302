/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text that explains a selection: paragraphs and named points, beside a
 * list, below it, or in the pager. What does not fit is told.
 */
#ifndef UI_PANE_H
#define UI_PANE_H

#include "base/finding.h"
#include "ui/canvas.h"

struct app;

struct pane {
    const char *title;
    const char *more; /* said where there is no room; NULL: v has it */
    struct pane_point {
        const char *name; /* "" goes on with the point before; NULL: none */
        const char *text;
        enum role role; /* of the name; without one of the text */
    } points[48];
    size_t count;
};

/* Adds a point, unless its text is NULL or empty; the texts are borrowed. */
void pane_add(struct pane *pane, const char *name, const char *text);

/* A text without a name, in a role of its own. */
void pane_add_text(struct pane *pane, enum role role, const char *text);

/* The same for a verdict: what is so, and its cure. Texts from `arena`. */
void pane_add_finding(struct pane *pane, struct arena *arena,
                      const struct finding *finding);

/* Paints the points alone; gives the row behind them. */
int pane_draw_points(const struct pane *pane, struct canvas *canvas, int y,
                     int x, int end);

/* Paints it below a list: a rule with its title, then the points. */
void pane_draw_below(const struct pane *pane, struct canvas *canvas, int y);

/*
 * Paints it right of a list of values; in a narrow terminal below. Gives the
 * row where the list ends.
 */
int pane_draw_beside(const struct pane *pane, struct canvas *canvas);

/* All of it, in lines of at most `width` columns; free it. */
char *pane_text(const struct pane *pane, int width);

/* Shows all of it in the pager. */
void pane_page(const struct pane *pane, struct app *app);

/*
 * A finding: what it means, what to do, and where it was seen. Below a list,
 * and in the pager.
 */
void finding_draw(const struct finding *finding, struct canvas *canvas, int y);
void finding_page(const struct finding *finding, struct app *app);

/* Adds a text in lines of at most `width` columns, each with its end. */
void pane_wrap(struct str *str, const char *text, int width);

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
