/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries to break what the screens write: Apply in each of its states, undo,
 * and History with what somebody else wrote meanwhile.
 */
#include "stage.h"

#include "plan/device.h"
#include "session/command.h"
#include "ui/consent.h"
#include "ui/records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* In the smallest terminal each line is to be seen, this one too. */
static void check_scrolling(struct app *app, const char *line)
{
    bool was_seen = false;

    app_key(app, INPUT_HOME);
    for (int i = 0; i < 40; i++) {
        char *text CLEANUP(mem_free) =
            shown_in(app, APP_MIN_WIDTH, APP_MIN_HEIGHT);

        was_seen |= has(text, line);
        app_key(app, INPUT_DOWN);
    }
    assert_with(was_seen, line);
    app_key(app, INPUT_HOME);
}

/* Apply asks, fails, has done, and has undone. */
static void test_apply(void **unused)
{
    struct stage stage;
    size_t changes;

    (void)unused;
    open_stage(&stage, host_names[0], "file", false);
    press(stage.app, "p 7");
    changes = changeset_kept(stage.app->set);
    check_sizes(stage.app, true);
    check_scrolling(stage.app, "--sysroot");
    press(stage.app, "a");
    assert_int_equal(stage.app->apply_state, APPLY_DONE);
    check_sizes(stage.app, true);
    check_scrolling(stage.app, "0001");
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
    assert_int_equal(changeset_kept(stage.app->set), 0);
    press(stage.app, "U"); /* what was planned comes back as it was */
    assert_int_equal(changeset_kept(stage.app->set), changes);
    /* and is asked for anew */
    assert_int_equal(stage.app->apply_state, APPLY_ASKS);
    assert_int_equal(stage.app->written, 2);
    press(stage.app, "a u a U u 7");
    assert_int_equal(stage.app->written, 4);
    assert_int_equal(changeset_kept(stage.app->set), 0);
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
    assert_int_equal(app_place(stage.app), PLACE_CONFLICTS);
    check_sizes(stage.app, true);
    press(stage.app, "Space a"); /* the other one is open */
    assert_int_equal(app_place(stage.app), PLACE_CONFLICTS);
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

/* One word for all edits; the text of each is whole below their list. */
static void check_all(const char *keys, bool are_kept)
{
    struct stage stage;
    char *text;

    open_stage(&stage, host_names[0], "file", false);
    press(stage.app, "p 7 a");
    edit_file(&stage, "<vcpupin vcpu='3' cpuset='7'/>",
              "<vcpupin vcpu='3' cpuset='19'/>");
    edit_file(&stage, "<emulatorpin cpuset='16-17'/>",
              "<emulatorpin cpuset='18'/>");
    press(stage.app, "r 7 H u");
    assert_int_equal(app_place(stage.app), PLACE_CONFLICTS);
    assert_with(strstr(stage.app->hint, "Space"), stage.app->hint);
    press(stage.app, keys);
    assert_int_equal(stage.app->apply_state, APPLY_UNDONE);
    text = read_text(stage.file);
    assert_with(has(text, "cpuset='19'") == are_kept, text);
    assert_with(has(text, "cpuset='18'") == are_kept, text);
    free(text);
    close_stage(&stage);
}

static void test_all(void **unused)
{
    (void)unused;
    check_all("B K a", true);
    check_all("K B a", false);
}

/* Gives everything that can be given, whatever the host needs of it. */
static void give_all(struct app *app)
{
    struct plan *plan = app_edit(app);

    for (size_t i = 0; i < plan->host->pci.device_count; i++)
        if (!plan->is_given[i])
            device_toggle(plan, i);
    assert_true(app_edited(app));
}

/* What the host needs goes only to who types the name, all claims seen. */
static void test_consent(void **unused)
{
    struct stage stage;
    struct app *app;
    char *text;

    (void)unused;
    open_stage(&stage, host_names[0], "file", false);
    app = stage.app;
    press(app, "3 / 0 2 : 0 0 Enter Space Space 7 a");
    assert_true(prompt_is_open(app));
    text = shown(app);
    assert_with(has(text, "02:00.0") && has(text, "nvme0n1p3"), text);
    free(text);
    check_sizes(app, true);
    press(app, "n o Enter");
    assert_with(app->hint[0], app->hint);
    press(app, "a Enter a Esc a w i n 1 Enter a w i n 1 0 0 Enter");
    assert_int_equal(app->apply_state, APPLY_ASKS);
    assert_int_equal(app->written, 0);
    press(app, "a w i n 1 0 Enter");
    assert_int_equal(app->apply_state, APPLY_DONE);
    press(app,
          "3 / 0 2 : 0 0 Enter Space 7 a"); /* to take it back needs nothing */
    assert_int_equal(app->apply_state, APPLY_DONE);
    assert_int_equal(app->written, 2);

    give_all(app); /* more than has room beside the question */
    press(app, "7");
    check_size(app, APP_MIN_WIDTH, APP_MIN_HEIGHT);
    app_key(app, 'a');
    assert_non_null(app->pager);
    assert_with(has(app->pager, "02:00.0") && has(app->pager, "06:00.0"),
                app->pager);
    text = shown(app);
    assert_with(!has(text, "/ find"), text); /* the name is asked beneath it: */
    free(text);
    app_key(app, '/'); /* like any other key it closes */
    assert_null(app->pager);
    assert_true(consent_is_asked(app));
    check_sizes(app, true);
    press(app, "Esc");
    assert_int_equal(app->written, 2);
    close_stage(&stage);

    open_stage(&stage, host_names[0], "file", true);
    give_all(stage.app);
    press(stage.app, "7 a");
    assert_false(prompt_is_open(stage.app));
    assert_int_equal(stage.app->apply_state, APPLY_REFUSED);
    close_stage(&stage);
}

/* A plan is saved over no other text, unless that was asked. */
static void test_save(void **unused)
{
    char *directory = scratch_new(), *text, *first;
    struct stage stage;

    (void)unused;
    assert_int_equal(chdir(directory), 0);
    open_stage(&stage, host_names[0], "file", false);
    press(stage.app, "p s"); /* a long command is shown over the screen */
    assert_with(has(stage.app->pager, "--root "), stage.app->pager);
    assert_with(has(stage.app->pager, "--sysroot "), stage.app->pager);
    assert_with(has(stage.app->pager, "--plan"), stage.app->pager);
    first = read_text("win10.plan");
    assert_non_null(first);
    press(stage.app, "q s q"); /* the same text */
    assert_false(prompt_is_open(stage.app));
    press(stage.app, "u s");
    assert_true(prompt_is_open(stage.app));
    check_sizes(stage.app, false);
    press(stage.app, "Esc");
    text = read_text("win10.plan");
    assert_string_equal(text, first);
    free(text);
    press(stage.app, "s");
    app_key(stage.app, 'U' - '@');
    press(stage.app, "- x Enter q");
    assert_int_equal(access("./-x", F_OK), 0);
    press(stage.app, "U s q"); /* equal again */
    press(stage.app, "u s Enter");
    assert_with(has(stage.app->pager, "--plan"), stage.app->pager);
    text = read_text("win10.plan");
    assert_string_not_equal(text, first);
    free(text);
    free(first);
    write_text("win10.plan", "mine");
    press(stage.app, "q s Enter");
    assert_with(stage.app->hint[0], stage.app->hint);
    text = read_text("win10.plan");
    assert_string_equal(text, "mine");
    free(text);
    edit_file(&stage, "<name>win10</name>", "<name>-o'dd</name>");
    press(stage.app, "6 r s q");
    assert_int_equal(access("./-o_dd.plan", F_OK), 0);
    close_stage(&stage);
    assert_int_equal(chdir("/"), 0);
    scratch_free(directory);
}

/* The words of a command, as a shell takes them, each with a "|". */
static char *words_of(const char *command)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    char words[1024];
    FILE *shell;
    size_t length;

    str_add(&str, "printf '%s|' ");
    str_add(&str, command);
    shell = popen(str_text(&str), "r");
    assert_non_null(shell);
    length = fread(words, 1, sizeof(words) - 1, shell);
    assert_int_equal(pclose(shell), 0);
    words[length] = '\0';
    return mem_strdup(words);
}

/* As if the session had been opened so. */
static void give(struct stage *stage, struct session_options options)
{
    struct session *session = stage->session;

    session->given = options;
    session->target.command = command_prefix(session, session->domain->arena);
}

/* A command is one for a shell, whatever the names are; or there is none. */
static void test_command(void **unused)
{
    struct str str = STR_INIT;
    struct stage stage;
    char *words;

    (void)unused;
    open_stage(&stage, host_names[0], "win10", false);
    give(&stage, (struct session_options){.uri = "qemu+ssh://a/system?x=1&y=2",
                                          .root = "/it's $HOME; `id`"});
    assert_true(command_add(&str, stage.session, "apply", app_plan(stage.app),
                            "a b.plan"));
    assert_with(has(stage.session->target.command, "--root"),
                stage.session->target.command);
    words = words_of(str_text(&str));
    assert_string_equal(words,
                        "virt-tune|-c|qemu+ssh://a/system?x=1&y=2|"
                        "--root|/it's $HOME; `id`|apply|win10|"
                        "--plan|a b.plan|");
    free(words);
    str_free(&str);
    str = (struct str)STR_INIT;
    give(&stage, (struct session_options){.root = "/\033[2J"});
    assert_false(command_add(&str, stage.session, "undo", NULL, NULL));
    assert_int_equal(str.length, 0);
    give(&stage, (struct session_options){.is_demo = true});
    stage.session->scratch = mem_strdup("/nowhere/at/all");
    assert_false(command_add(&str, stage.session, "undo", NULL, NULL));
    close_stage(&stage);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_apply), cmocka_unit_test(test_history),
        cmocka_unit_test(test_all),   cmocka_unit_test(test_consent),
        cmocka_unit_test(test_save),  cmocka_unit_test(test_command),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int count, char **arguments)
{
    if (count > 1)
        cmocka_set_test_filter(arguments[1]);
    return run_in_language(run);
}
