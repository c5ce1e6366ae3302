/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of the screens share: the screens of a domain on a made-up
 * host, keys, and canvases of all sizes on which nothing covers anything else.
 */
#ifndef STAGE_H
#define STAGE_H

#include "support.h"

#include "ui/app.h"

enum { WIDTH = 200, HEIGHT = 60 }; /* the largest */

/* A host, a place to write, and the screens of a domain on it. */
struct stage {
    char *root, *sysroot, *uri, *file;
    struct session *session;
    struct app *app;
};

/* `domain` NULL: the list of domains. "file": a copy of the demo's file. */
void open_stage(struct stage *stage, const char *host, const char *domain,
                bool is_read_only);
void close_stage(struct stage *stage);

/* Paints it in this size; the cursor is inside, and nothing is covered. */
void check_size(struct app *app, int width, int height);

/*
 * About the limits all of them, and if it is to be thorough every width, and
 * heights by turns.
 */
void check_sizes(struct app *app, bool is_thorough);

/* Presses keys, named as in a script, and paints after each. */
void press(struct app *app, const char *keys);

/* What there is on a canvas of the full size, or of another; free it. */
char *shown(struct app *app);
char *shown_in(struct app *app, int width, int height);

/* Runs the tests in UTF-8, or in the language that words.sh asks for. */
int run_in_language(int (*run)(void));

#endif
