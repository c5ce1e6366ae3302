/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries to break the screens: every one of them in every size from 1x1 to
 * 200x60, and random keys and resizes. Nothing covers anything else, the
 * cursor stays inside, a read-only session writes nothing.
 */
#include "stage.h"

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

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes), cmocka_unit_test(test_domains),
        cmocka_unit_test(test_disks), cmocka_unit_test(test_presets),
        cmocka_unit_test(test_pager), cmocka_unit_test(test_prompt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int count, char **arguments)
{
    if (count > 1)
        cmocka_set_test_filter(arguments[1]);
    return run_in_language(run);
}
