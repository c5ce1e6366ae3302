/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page of text that is made in lines first, so that what has no room is
 * scrolled and never lost.
 */
#ifndef UI_LINES_H
#define UI_LINES_H

#include "ui/app.h"

struct lines {
    struct arena *arena;
    int width, names; /* columns: of all, and of the names before the texts */
    struct line {
        enum role role;   /* of the name; without one of the text */
        const char *name; /* NULL: none */
        const char *text;
    } * list;
    int count;
};

/* Starts empty, for the width of the present size; end with lines_free. */
struct lines lines_new(const struct app *app, int names);
void lines_free(struct lines *lines);

/* Sentences, each in as many lines as it takes; "" is an empty line. */
void lines_add(struct lines *lines, enum role role, const char *text);

/* The same behind a name; what is long, like a path, breaks at its slashes. */
void lines_add_named(struct lines *lines, enum role role, const char *name,
                     const char *text);

/* An empty line, in a terminal of the full height. */
void lines_add_space(const struct app *app, struct lines *lines);

/* With how many lines it can begin if it has `rows`; 1: all have room. */
int lines_length(const struct lines *lines, int rows);

/*
 * Paints `rows` rows of it from row `y` and line `first` on; the last of them
 * says so if there is more. Gives the row behind it.
 */
int lines_draw(const struct lines *lines, struct canvas *canvas, int y,
               int rows, int first);

#endif
