/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries to break what the screens write: Apply in each of its states, undo,
 * and History with what somebody else wrote meanwhile.
 */
#include "stage.h"

#include "ui/records.h"

#include <stdlib.h>
#include <string.h>

/* Apply asks, fails, has done, and has undone. */
static void test_apply(void **unused)
{
    struct stage stage;

    (void)unused;
    open_stage(&stage, host_names[0], "file", false);
    press(stage.app, "p 7");
    check_sizes(stage.app, true);
    press(stage.app, "a");
    assert_int_equal(stage.app->apply_state, APPLY_DONE);
    check_sizes(stage.app, true);
    press(stage.app, "h");
    assert_non_null(stage.app->records);
    check_sizes(stage.app, true);
    press(stage.app, "q u"); /* that asks, */
    assert_int_equal(app_place(stage.app), PLACE_UNDO);
    press(stage.app, "q q"); /* and no is no */
    assert_null(stage.app->records);
    assert_int_equal(stage.app->written, 1);
    press(stage.app, "u a");
    assert_int_equal(stage.app->apply_state, APPLY_UNDONE);
    check_sizes(stage.app, true);
    press(stage.app, "u"); /* an undo is not undone by the same key */
    assert_int_equal(stage.app->apply_state, APPLY_UNDONE);
    assert_with(strstr(stage.app->hint, "0002"), stage.app->hint);
    assert_int_equal(stage.app->written, 2);
    write_text(stage.file, "<domain/>");
    press(stage.app, "6 p 7 a");
    check_sizes(stage.app, true);
    close_stage(&stage);
}

/* In the file, whoever it is that edits. */
static void edit_file(const struct stage *stage, const char *old,
                      const char *new)
{
    char *text CLEANUP(mem_free) = read_text(stage->file);
    char *at = strstr(text, old);
    struct str str CLEANUP(str_free) = STR_INIT;

    assert_with(at, text);
    str_add_bytes(&str, text, (size_t)(at - text));
    str_addf(&str, "%s%s", new, at + strlen(old));
    write_text(stage->file, str_text(&str));
}

/*
 * History reads what somebody wrote meanwhile, asks about it and about nothing
 * else, and does as it is told; what is being planned stays.
 */
static void test_history(void **unused)
{
    struct stage stage;
    char *text;

    (void)unused;
    open_stage(&stage, host_names[0], "file", false);
    press(stage.app, "p 7 a 5 Space");
    edit_file(&stage, "<vcpupin vcpu='3' cpuset='7'/>",
              "<vcpupin vcpu='3' cpuset='19'/>");
    edit_file(&stage, "<emulatorpin cpuset='16-17'/>",
              "<emulatorpin cpuset='18'/>");
    edit_file(&stage, "<on_reboot>restart", "<on_reboot>destroy");
    press(stage.app, "H");
    assert_with(strstr(stage.app->hint, "your plan is now an edit"),
                stage.app->hint);
    check_sizes(stage.app, true);
    press(stage.app, "u");
    assert_int_equal(app_place(stage.app), PLACE_UNDO);
    check_sizes(stage.app, true);
    press(stage.app, "Space a"); /* the other one is open */
    assert_int_equal(app_place(stage.app), PLACE_UNDO);
    check_sizes(stage.app, false);
    press(stage.app, "Space Space a"); /* back */
    assert_int_equal(app_place(stage.app), STEP_APPLY);
    assert_int_equal(stage.app->apply_state, APPLY_UNDONE);
    check_sizes(stage.app, true);
    text = read_text(stage.file);
    assert_with(has(text, "<vcpupin vcpu='3' cpuset='19'/>"), text);
    assert_with(!has(text, "emulatorpin"), text);
    assert_with(!has(text, "vcpu='4'"), text);
    assert_with(has(text, "<on_reboot>destroy"), text);
    free(text);
    assert_false(changeset_kept(stage.app->set) == 0); /* the plan goes on */
    press(stage.app, "5 H Home u a");                  /* the undo is undone */
    text = read_text(stage.file);
    assert_with(has(text, "<emulatorpin cpuset='18'/>"), text);
    assert_with(has(text, "vcpu='4'"), text);
    free(text);
    press(stage.app, "H q 8 H End u q q");
    assert_null(stage.app->records);
    assert_int_equal(stage.app->step, STEP_CHECK);
    close_stage(&stage);

    open_stage(&stage, host_names[0], "file", false);
    press(stage.app, "p 7 a");
    edit_file(&stage, "<vcpupin vcpu='3' cpuset='7'/>",
              "<vcpupin vcpu='3' cpuset='19'/>");
    press(stage.app, "6 r"); /* who planned nothing has no edit then */
    assert_false(stage.app->set->changes_xml);
    close_stage(&stage);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_apply),
        cmocka_unit_test(test_history),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int count, char **arguments)
{
    if (count > 1)
        cmocka_set_test_filter(arguments[1]);
    return run_in_language(run);
}
