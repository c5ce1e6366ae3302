/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stage.h"

#include "base/text.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

static char *filled(const char *format, const char *value)
{
    struct str str = STR_INIT;
    const char *at = strstr(format, "%s");

    str_add_bytes(&str, format, (size_t)(at - format));
    str_add(&str, value);
    str_add(&str, at + 2);
    return str_steal(&str);
}

void open_stage(struct stage *stage, const char *host, const char *domain,
                bool is_read_only)
{
    struct session_options options = {.is_read_only = is_read_only};
    struct err err = {0};

    stage->root = scratch_new();
    stage->sysroot = filled(UNIT_HOSTS "/%s", host);
    stage->uri = filled("test://%s/node.xml", UNIT_DEMO);
    stage->file = filled("%s/win10.xml", stage->root);
    if (domain && strcmp(domain, "file") == 0) {
        char *xml CLEANUP(mem_free) = read_text(UNIT_WIN10);

        write_text(stage->file, xml);
        domain = stage->file;
    }
    options.sysroot = stage->sysroot;
    options.uri = stage->uri;
    options.root = stage->root;
    stage->session = session_open(&options, &err);
    assert_with(stage->session, err.text);
    free(stage->session->share); /* a test has none beside it */
    stage->session->share = mem_strdup(UNIT_DEMO "/..");
    stage->app = app_new(stage->session, domain, false, &err);
    assert_with(stage->app, err.text);
}

void close_stage(struct stage *stage)
{
    app_free(stage->app);
    session_close(stage->session);
    scratch_free(stage->root);
    free(stage->sysroot);
    free(stage->uri);
    free(stage->file);
}

void check_size(struct app *app, int width, int height)
{
    struct canvas *canvas = canvas_new(height, width, false);
    bool is_too_small = width < APP_MIN_WIDTH || height < APP_MIN_HEIGHT;

    app_draw(app, canvas);
    if (canvas->overwritten > 0 ||
        /* Who follows the cursor is led to what counts, not to the title. */
        (canvas->cursor_y == 0 && !is_too_small) || canvas->cursor_x < 0 ||
        canvas->cursor_x >= width || canvas->cursor_y < 0 ||
        canvas->cursor_y >= height) {
        struct str str CLEANUP(str_free) = STR_INIT;

        canvas_dump(canvas, &str);
        print_error("%dx%d, cursor %d,%d, %u overwritten:\n%s\n", width, height,
                    canvas->cursor_x, canvas->cursor_y, canvas->overwritten,
                    str_text(&str));
        fail();
    }
    canvas_free(canvas);
}

void check_sizes(struct app *app, bool is_thorough)
{
    static const int few[][2] = {
        {1, 1},   {59, 17}, {60, 16}, {60, 17},  {60, 24},  {61, 18}, {79, 23},
        {80, 17}, {80, 24}, {60, 60}, {200, 17}, {120, 40}, {200, 60}};

    for (size_t i = 0; i < ARRAY_SIZE(few); i++)
        check_size(app, few[i][0], few[i][1]);
    for (int height = 1; is_thorough && height <= HEIGHT; height++)
        for (int width = 1 + height % 7; width <= WIDTH; width += 7)
            check_size(app, width, height);
    check_size(app, APP_FULL_WIDTH, APP_FULL_HEIGHT);
}

void press(struct app *app, const char *keys)
{
    char *copy CLEANUP(mem_free) = mem_strdup(keys);
    char *rest = NULL;

    for (char *word = strtok_r(copy, " ", &rest); word;
         word = strtok_r(NULL, " ", &rest)) {
        int key;

        assert_true(key_parse(word, &key));
        assert_true(app_key(app, key));
        check_size(app, APP_FULL_WIDTH, APP_FULL_HEIGHT);
    }
}

char *shown_in(struct app *app, int width, int height)
{
    struct canvas *canvas = canvas_new(height, width, false);
    struct str str = STR_INIT;

    app_draw(app, canvas);
    canvas_dump(canvas, &str);
    canvas_free(canvas);
    return str_steal(&str);
}

char *shown(struct app *app)
{
    return shown_in(app, APP_FULL_WIDTH, APP_FULL_HEIGHT);
}

int run_in_language(int (*run)(void))
{
    if (getenv("UNIT_CATALOGUES")) /* in another language: words.sh */
        text_begin(getenv("UNIT_CATALOGUES"));
    if (getenv("UNIT_CATALOGUES") && strcmp(text_of("Apply"), "Apply") == 0)
        return 1; /* it is English */
    if (!getenv("UNIT_CATALOGUES"))
        setlocale(LC_ALL, "C.UTF-8"); /* boxes and wide characters */
    return run();
}
