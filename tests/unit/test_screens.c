/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries to break the screens: every one of them in every size from 1x1 to
 * 200x60, and random keys and resizes. Nothing covers anything else, the
 * cursor stays inside, a read-only session writes nothing.
 */
#include "stage.h"

#include "plan/device.h"
#include "plan/disk.h"

#include <stdlib.h>
#include <string.h>

/* Each screen as it is entered, further down, with help, and what v shows. */
static void check_screens(struct app *app, bool is_thorough)
{
    char step[2] = "1";

    for (; step[0] < '1' + STEP_COUNT; step[0]++) {
        press(app, step);
        check_sizes(app, is_thorough);
        press(app, "Down Down Right PageDown");
        check_sizes(app, false);
        press(app, "?");
        check_sizes(app, is_thorough);
        press(app, "? Space u Space Space e i t");
        check_sizes(app, false);
        press(app, "End");
        check_sizes(app, false);
        if (step[0] == '1') /* there it would leave, or choose another */
            continue;
        press(app, "v");
        check_sizes(app, false);
        press(app, "F1");
        check_sizes(app, false);
    }
}

static void test_sizes(void **unused)
{
    struct stage stage;

    (void)unused;
    for (size_t i = 0; host_names[i]; i++) {
        open_stage(&stage, host_names[i], "file", true);
        check_screens(stage.app, i == 0);
        close_stage(&stage);
    }
}

static void test_domains(void **unused)
{
    struct stage stage;

    (void)unused;
    open_stage(&stage, host_names[0], NULL, true);
    check_sizes(stage.app, true);
    press(stage.app, "Down");
    check_sizes(stage.app, false);
    press(stage.app, "Enter");
    check_screens(stage.app, false);
    close_stage(&stage);
}

/* Each disk by itself: what Space does there is what the plan then says. */
static void test_disks(void **unused)
{
    struct stage stage;

    (void)unused;
    open_stage(&stage, host_names[0], "file", true);
    press(stage.app, "5 e");
    check_sizes(stage.app, true);
    press(stage.app, "Down Space");
    assert_int_equal(disk_wish(app_plan(stage.app), 0, OPTION_DISKS_IO), 1);
    assert_int_equal(disk_wish(app_plan(stage.app), 0, OPTION_DISKS_CACHE), 1);
    press(stage.app, "u");
    assert_false(disk_has_wish(app_plan(stage.app), OPTION_DISKS_IO));
    press(stage.app, "U d");
    assert_false(disk_has_wish(app_plan(stage.app), OPTION_DISKS_IO));
    press(stage.app, "End Space");
    check_sizes(stage.app, true);
    assert_int_equal(app_plan(stage.app)->image_count, 1);
    press(stage.app, "d Up Space"); /* the host's own */
    assert_int_equal(app_plan(stage.app)->image_count, 0);
    assert_with(strstr(stage.app->hint, "The host uses it"), stage.app->hint);
    press(stage.app, "e e 4 5");
    assert_null(stage.app->disks);
    close_stage(&stage);
}

/* The presets: each in all sizes, and taken as one edit. */
static void test_presets(void **unused)
{
    struct stage stage;
    struct plan *before;

    (void)unused;
    open_stage(&stage, host_names[0], "file", true);
    press(stage.app, "5 p");
    check_sizes(stage.app, true);
    press(stage.app, "Down PageDown Down PageDown");
    check_sizes(stage.app, false);
    before = plan_copy(app_plan(stage.app));
    press(stage.app, "Home Down Enter");
    assert_null(stage.app->presets);
    assert_false(plan_equal(before, app_plan(stage.app)));
    press(stage.app, "u");
    assert_true(plan_equal(before, app_plan(stage.app)));
    press(stage.app, "p End Esc");
    assert_null(stage.app->presets);
    assert_true(plan_equal(before, app_plan(stage.app)));
    plan_free(before);
    close_stage(&stage);
}

/* The pager scrolls, pages and closes; it starts at the top each time. */
static void test_pager(void **unused)
{
    struct stage stage;

    (void)unused;
    open_stage(&stage, host_names[0], "file", true);
    press(stage.app, "p 6 v");
    assert_int_equal(stage.app->pager_top, 0);
    press(stage.app, "Down j");
    assert_int_equal(stage.app->pager_top, 2);
    press(stage.app, "Up k k");
    assert_int_equal(stage.app->pager_top, 0);
    press(stage.app, "Space PageDown");
    assert_int_equal(stage.app->pager_top, 2 * (APP_FULL_HEIGHT - 6));
    press(stage.app, "PageUp");
    assert_int_equal(stage.app->pager_top, APP_FULL_HEIGHT - 6);
    press(stage.app, "End PageDown");
    /* Its last page is full. */
    assert_int_equal(stage.app->pager_top + APP_FULL_HEIGHT - 2,
                     str_count_lines(stage.app->pager));
    press(stage.app, "Home C-l");
    assert_int_equal(stage.app->pager_top, 0);
    assert_non_null(stage.app->pager);
    press(stage.app, "q");
    assert_null(stage.app->pager);
    assert_int_equal(stage.app->step, STEP_REVIEW);
    close_stage(&stage);
}

/* What is typed is what is looked for; keys are letters meanwhile. */
static void test_prompt(void **unused)
{
    static const char *const steps[] = {"5 /", "3 /"};
    struct stage stage;

    (void)unused;
    open_stage(&stage, host_names[0], "file", true);
    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        const struct prompt *prompt = &stage.app->prompt;
        enum step step;

        press(stage.app, steps[i]);
        step = stage.app->step;
        press(stage.app, "q 1 ? Space u ü 漢");
        assert_string_equal(prompt->text, "q1? uü漢");
        check_sizes(stage.app, false);
        press(stage.app, "Backspace Backspace Backspace Up Tab");
        assert_string_equal(prompt->text, "q1? ");
        app_key(stage.app, 'U' - '@');
        assert_string_equal(prompt->text, "");
        press(stage.app, "z Esc");
        assert_false(prompt_is_open(stage.app));
        assert_int_equal(stage.app->step, step);
        press(stage.app, "/ z z z z Enter");
        assert_with(strstr(stage.app->hint, "zzzz"), stage.app->hint);
        press(stage.app, "/");
        for (int n = 0; n < 1000; n++)
            app_key(stage.app, 'x');
        assert_true(strlen(prompt->text) < sizeof(prompt->text));
        check_sizes(stage.app, false);
        press(stage.app, "Enter");
        assert_false(prompt_is_open(stage.app));
    }
    close_stage(&stage);
}

/* At the smallest size the hint, and how to close the pager, are whole. */
static void check_whole(struct app *app)
{
    char *narrow = shown_in(app, APP_MIN_WIDTH, APP_MIN_HEIGHT);
    char *wide = shown_in(app, 3 * APP_MIN_WIDTH, APP_MIN_HEIGHT);
    bool is_pager = app->pager != NULL;

    assert_with(canvas_columns(app->hint) <= APP_MIN_WIDTH - 2, app->hint);
    for (int i = 0; i < APP_MIN_HEIGHT - 1 && is_pager; i++) {
        char *at = strchr(narrow, '\n'), *other = strchr(wide, '\n');

        memmove(narrow, at + 1, strlen(at));
        memmove(wide, other + 1, strlen(other));
    }
    if (is_pager)
        assert_string_equal(narrow, wide);
    free(narrow);
    free(wide);
}

static void test_room(void **unused)
{
    static const char *const keys[] = {"3",     "Space",
                                       "Space", "/ 0 2 : 0 0 Enter Space",
                                       "Space", "/ u s b Enter n n n Space",
                                       "Space", "v",
                                       "q 5 g", "6 v"};
    struct stage stage;

    (void)unused;
    open_stage(&stage, host_names[0], "file", true);
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        press(stage.app, keys[i]);
        check_whole(stage.app);
    }
    close_stage(&stage);
}

/* No line of a screen's help is cut. */
static void test_help(void **unused)
{
    struct stage stage;
    char step[2] = "1";

    (void)unused;
    open_stage(&stage, host_names[0], "file", true);
    for (; step[0] < '1' + STEP_COUNT; step[0]++) {
        char *rest = NULL, *text;

        press(stage.app, step);
        check_size(stage.app, APP_MIN_WIDTH, APP_MIN_HEIGHT);
        text = frame_help(stage.app);
        for (char *line = strtok_r(text, "\n", &rest); line;
             line = strtok_r(NULL, "\n", &rest))
            assert_with(canvas_columns(line) <= APP_MIN_WIDTH, line);
        free(text);
    }
    close_stage(&stage);
}

/* The last of too few rows says that there is more. */
static void test_wrap(void **unused)
{
    struct canvas *canvas = canvas_new(3, 10, true);
    struct str str CLEANUP(str_free) = STR_INIT;

    (void)unused;
    assert_int_equal(
        canvas_wrap(canvas, 0, 0, 9, 2, ROLE_NORMAL, "one two three four"), 2);
    assert_int_equal(canvas_wrap(canvas, 2, 0, 9, 1, ROLE_NORMAL, "one more"),
                     3);
    canvas_dump(canvas, &str);
    assert_string_equal(str_text(&str), "one two\nthree fo>\none more\n");
    canvas_free(canvas);
}

static void check_shown(struct app *app, const char *keys, const char *text)
{
    char *screen;

    press(app, keys);
    screen = shown(app);
    assert_with(has(screen, text), screen);
    free(screen);
}

/* What is said is so. */
static void test_words(void **unused)
{
    struct stage stage;
    char *text;

    (void)unused;
    open_stage(&stage, "i5-6500-noiommu", "file", true);
    check_shown(stage.app, "7 u u u 7", "the plan changes nothing");
    check_shown(stage.app, "3", "[x] 01:00.0");
    check_shown(stage.app, "Space", "gives it back");
    assert_false(app_plan(stage.app)
                     ->is_given[device_find(stage.session->host, "01:00.0")]);
    check_shown(stage.app, "f f Space", "No device is listed");
    close_stage(&stage);
    open_stage(&stage, host_names[0], "file", true);
    press(stage.app, "6");
    assert_with(stage.app->hint[0] && !has(stage.app->hint, "6"),
                stage.app->hint);
    check_shown(stage.app, "Home", "There is more: v");
    check_shown(stage.app, "End", "of 1");
    check_shown(stage.app, "3", "[!] 00:02.0");
    check_shown(stage.app, "5 o", "off -> 2M"); /* the group, not an option */
    check_shown(stage.app, "v", "off -> 2M");
    press(stage.app, "q o e");
    text = shown(stage.app);
    assert_with(!has(text, "differs"), text);
    free(text);
    check_shown(stage.app, "Space Esc / h o s t Space c a c h e Enter",
                "differs");
    close_stage(&stage);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes), cmocka_unit_test(test_domains),
        cmocka_unit_test(test_disks), cmocka_unit_test(test_presets),
        cmocka_unit_test(test_pager), cmocka_unit_test(test_prompt),
        cmocka_unit_test(test_room),  cmocka_unit_test(test_help),
        cmocka_unit_test(test_wrap),  cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int count, char **arguments)
{
    if (count > 1)
        cmocka_set_test_filter(arguments[1]);
    return run_in_language(run);
}
