/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a file of keys, drives the screens on a canvas, prints dumps. No
 * terminal is involved: tests and documentation see just what a user sees.
 */
#include "ui/app.h"

#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool parse_size(const char *text, int *width, int *height)
{
    char *copy CLEANUP(mem_free) = mem_strdup(text);
    char *by = strchr(copy, 'x');
    unsigned long columns = 0, rows = 0;

    if (!by)
        return false;
    *by = '\0';
    if (!str_number(copy, 1000, &columns) || !str_number(by + 1, 1000, &rows) ||
        columns == 0 || rows == 0)
        return false;
    *width = (int)columns;
    *height = (int)rows;
    return true;
}

static void dump(struct app *app, struct canvas *canvas)
{
    struct str str CLEANUP(str_free) = STR_INIT;

    app_draw(app, canvas);
    canvas_dump(canvas, &str);
    fputs(str_text(&str), stdout);
}

/* As the terminal would, while no key is pressed. */
static void wait_for(struct app *app)
{
    for (int wait; (wait = app_wait(app)) >= 0;) {
        const struct timespec pause = {wait / 1000, wait % 1000 * 1000000L};

        nanosleep(&pause, NULL);
        app_key(app, INPUT_TICK);
    }
}

/* One word; false if it is not understood. `*goes_on` ends the script. */
static bool play(struct app *app, struct canvas **canvas, const char *word,
                 bool *goes_on)
{
    int width, height, key;

    if (strcmp(word, "dump") == 0) {
        dump(app, *canvas);
        return true;
    }
    if (strcmp(word, "wait") == 0) {
        wait_for(app);
        return true;
    }
    if (str_starts(word, "resize:")) {
        if (!parse_size(word + strlen("resize:"), &width, &height))
            return false;
        canvas_free(*canvas);
        *canvas = canvas_new(height, width, app->is_ascii);
        *goes_on = app_key(app, INPUT_RESIZE);
        return true;
    }
    if (!key_parse(word, &key))
        return false;
    *goes_on = app_key(app, key);
    if (*goes_on)
        app_draw(app, *canvas); /* as a terminal would */
    return true;
}

static bool play_all(struct app *app, char *text, const char *size,
                     struct err *err)
{
    int width, height;
    struct canvas *canvas;
    char *rest = NULL, *line_rest = NULL;
    bool goes_on = true, is_fine = true;

    if (!parse_size(size, &width, &height))
        return err_set(err, ERR_USAGE, "--size takes WIDTHxHEIGHT.");
    canvas = canvas_new(height, width, app->is_ascii);
    app_draw(app, canvas);
    for (char *line = strtok_r(text, "\n", &rest); line && is_fine;
         line = strtok_r(NULL, "\n", &rest))
        for (char *word = strtok_r(line, " \t", &line_rest);
             word && *word != '#' && goes_on && is_fine;
             word = strtok_r(NULL, " \t", &line_rest)) {
            is_fine = play(app, &canvas, word, &goes_on);
            if (!is_fine)
                err_set(err, ERR_USAGE, "The script has an unknown word: %.40s",
                        word);
        }
    canvas_free(canvas);
    return is_fine;
}

bool script_run(struct app *app, const char *path, const char *size,
                struct err *err)
{
    size_t length;
    char *text CLEANUP(mem_free) = domain_read_file(path, &length, err);

    return text && play_all(app, text, size, err);
}
