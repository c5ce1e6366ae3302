/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The canvas: a grid of cells that screens paint and that the terminal, a
 * dump or a plain listing shows. Knows nothing of any terminal.
 */
#ifndef UI_CANVAS_H
#define UI_CANVAS_H

#include "base/str.h"

#include <stdbool.h>

/* What a cell means; the terminal decides how that looks. */
enum role {
    ROLE_NORMAL,
    ROLE_TITLE,
    ROLE_HEADING,
    ROLE_SELECTED,
    ROLE_OFF, /* cannot be used now */
    ROLE_KEY,
    ROLE_OK,
    ROLE_NOTE,
    ROLE_WARN,
    ROLE_FAIL,
    ROLE_ADDED,
    ROLE_REMOVED,
    ROLE_COUNT,
};

/* Signs with an ASCII twin each. */
enum glyph {
    GLYPH_HORIZONTAL,
    GLYPH_VERTICAL,
    GLYPH_DOUBLE, /* the horizontal line of what is selected */
    GLYPH_TOP_LEFT,
    GLYPH_TOP_RIGHT,
    GLYPH_BOTTOM_LEFT,
    GLYPH_BOTTOM_RIGHT,
    GLYPH_TEE_DOWN,
    GLYPH_TEE_UP,
    GLYPH_DOT,
    GLYPH_TICK,
    GLYPH_CROSS,
    GLYPH_ELLIPSIS,
    GLYPH_BLANK,
    GLYPH_COUNT,
};

struct cell {
    char text[8]; /* one character in UTF-8; "" right of a wide one */
    unsigned char role;
};

enum { CANVAS_LATE = 2 };

struct canvas {
    int height, width;
    bool is_ascii;
    int cursor_y, cursor_x; /* where the terminal's cursor goes */
    unsigned overwritten;   /* characters that covered others: an error */
    struct cell *cells;
    unsigned place; /* what is shown, as app_place tells them apart */
    struct {
        int y, x, end; /* from there to the right edge, above row `end` */
        int top;       /* first line of the list beside it; else 0 */
    } pane;            /* what says more about the selection; or empty */
    struct {
        int y, end;
    } late[CANVAS_LATE]; /* blocks of rows, see canvas_add_late; or empty */
};

/* True if the locale's character set is not UTF-8. */
bool canvas_needs_ascii(void);

struct canvas *canvas_new(int height, int width, bool is_ascii);
void canvas_free(struct canvas *canvas); /* NULL is allowed */

/* Blanks every cell; the cursor goes to the corner. */
void canvas_clear(struct canvas *canvas);

const char *canvas_glyph(const struct canvas *canvas, enum glyph glyph);

/*
 * Writes text, one line, made printable, cut off at the right edge. Gives the
 * column after it. Cells outside the canvas are ignored.
 */
int canvas_put(struct canvas *canvas, int y, int x, enum role role,
               const char *text);
int canvas_putf(struct canvas *canvas, int y, int x, enum role role,
                const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The same, but at most `width` columns; a cut is marked by an ellipsis. */
int canvas_put_cut(struct canvas *canvas, int y, int x, int width,
                   enum role role, const char *text);

int canvas_put_glyph(struct canvas *canvas, int y, int x, enum role role,
                     enum glyph glyph);

/* A horizontal line from column `x` to the right edge or for `width` cells. */
void canvas_line(struct canvas *canvas, int y, int x, int width,
                 enum role role);

/*
 * Writes text in lines of at most `width` columns, broken at blanks, at most
 * `height` of them: the last then ends with an ellipsis. Gives the row after.
 */
int canvas_wrap(struct canvas *canvas, int y, int x, int width, int height,
                enum role role, const char *text);

/* Gives the role to cells of a row that have text already. */
void canvas_paint(struct canvas *canvas, int y, int x, int width,
                  enum role role);

/*
 * Says where the pane is. A terminal may show it a moment after the rest, so
 * that a move over a slow link costs what the move changes.
 */
void canvas_set_pane(struct canvas *canvas, int y, int x, int end);

/* The same of whole rows above the pane, up to row `end`, CANVAS_LATE times. */
void canvas_add_late(struct canvas *canvas, int y, int end);

/*
 * Leaves in the pane what `shown` has there, if that is a canvas of the same
 * place and size. Below its first row it goes along with a list beside it, so
 * that a terminal can scroll both. Late rows stay as they were, too, where more
 * than a little of their text is another. True if any of that differs.
 */
bool canvas_keep_pane(struct canvas *canvas, const struct canvas *shown);

/* How many columns the text takes. */
int canvas_columns(const char *text);

/* Appends all rows as text, blanks at their ends removed. */
void canvas_dump(const struct canvas *canvas, struct str *str);

#endif
