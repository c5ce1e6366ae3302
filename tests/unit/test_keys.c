/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries to break the keys: each row of the table does what it says in each
 * place, any other key says that it does nothing; and random keys and resizes,
 * of which a read-only session writes nothing.
 */
#include "stage.h"

#include "ui/records.h"

#include <dirent.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_movement(enum action action)
{
    struct list list = {0};

    return list_move(&list, action, 1);
}

/* Until nothing goes on any more: the check looks in ticks. */
static void settle(struct app *app)
{
    for (int ticks = 0; ticks < 100 && app_wait(app) >= 0; ticks++)
        app_key(app, INPUT_TICK);
}

/* The keys that lead to a place. */
static const char *way_to(unsigned place)
{
    static const char *const ways[PLACE_COUNT] = {
        [STEP_DOMAIN] = "1",   [STEP_HOST] = "2",    [STEP_DEVICES] = "3",
        [STEP_CPUS] = "4",     [STEP_OPTIONS] = "5", [STEP_REVIEW] = "6",
        [STEP_APPLY] = "7",    [STEP_CHECK] = "8",   [PLACE_PRESETS] = "5 p",
        [PLACE_DISKS] = "5 e", /* History has a test of its own */
    };

    return ways[place];
}

/* The same for what is open over a step. */
static bool is_kept_over(const struct app *app, const struct action_row *row,
                         const struct plan *before)
{
    bool is_closed = app_place(app) == STEP_OPTIONS;

    switch (row->action) {
    case ACTION_FIND:
        return prompt_is_open(app) && !is_closed;
    case ACTION_FIND_NEXT:
    case ACTION_FIND_PREVIOUS:
        return app->hint[0] && !is_closed;
    case ACTION_HELP:
        return app->shows_help && !is_closed;
    case ACTION_BACK:
    case ACTION_PRESET:
    case ACTION_DISKS:
        return is_closed && plan_equal(before, app_plan(app));
    case ACTION_ENTER:
        return is_closed && app->step == STEP_OPTIONS;
    case ACTION_STEP:
        return app_place(app) == STEP_DOMAIN;
    case ACTION_VIEW:
        return app->pager && !is_closed;
    case ACTION_TOGGLE:
        return !is_closed && !plan_equal(before, app_plan(app));
    case ACTION_UNDO:
    case ACTION_REDO:
    case ACTION_OWN:
        return !is_closed &&
               (app->hint[0] || !plan_equal(before, app_plan(app)));
    case ACTION_REPAINT:
        return app->wants_repaint && !is_closed;
    default: /* movements and what is saved */
        return !is_closed && plan_equal(before, app_plan(app));
    }
}

/* What a row promises, as far as it can be told for all screens alike. */
static bool is_kept(const struct app *app, const struct action_row *row,
                    unsigned step, const struct plan *before, bool goes_on)
{
    if (step >= STEP_COUNT)
        return is_kept_over(app, row, before);
    switch (row->action) {
    case ACTION_FIND:
        return prompt_is_open(app);
    case ACTION_FIND_NEXT:
    case ACTION_FIND_PREVIOUS:
        return app->hint[0];
    case ACTION_HELP:
        return app->shows_help;
    case ACTION_BACK:
        return app->step == step - 1;
    case ACTION_LEAVE:
        return !goes_on;
    case ACTION_REPAINT:
        return app->wants_repaint;
    case ACTION_STEP:
        return app->step == STEP_DOMAIN; /* the key is "1" */
    case ACTION_ENTER:
        return app->step == (step == STEP_APPLY ? STEP_REVIEW : step + 1);
    case ACTION_VIEW:
        return app->pager != NULL || app->hint[0];
    case ACTION_HISTORY:
        return app->records != NULL || app->hint[0];
    case ACTION_UNDO:
    case ACTION_REDO:
    case ACTION_TOGGLE:
    case ACTION_MORE:
    case ACTION_LESS:
    case ACTION_OWN:
    case ACTION_PROPOSE:
    case ACTION_NEXT_LAYOUT:
    case ACTION_PREVIOUS_LAYOUT:
        return app->hint[0] || records_ask(app) ||
               !plan_equal(before, app_plan(app));
    default:
        return true;
    }
}

/* Each row of the table in each place; `first` brings it to a state. */
static void check_rows(const char *first, bool is_read_only)
{
    for (const struct action_row *row = key_rows(); row->action; row++)
        for (unsigned step = 0; step < PLACE_COUNT; step++) {
            char *before CLEANUP(mem_free) = NULL;
            char *after CLEANUP(mem_free) = NULL;
            struct stage stage;
            struct plan *plan;
            bool goes_on;

            if (!(row->steps & 1U << step) || !way_to(step) ||
                row->action == ACTION_SIGNAL) /* those are for pty.sh */
                continue;
            /* The picture of this host is one row; "1" leads to step 1. */
            if ((step == STEP_CPUS &&
                 (row->action == ACTION_UP || row->action == ACTION_DOWN)) ||
                (step == STEP_DOMAIN && row->action == ACTION_STEP))
                continue;
            open_stage(&stage, host_names[0], "win10", is_read_only);
            press(stage.app, first);
            press(stage.app, way_to(step));
            if (step >= STEP_COUNT)
                press(stage.app, "Down");
            else if (step != STEP_APPLY)
                press(stage.app, "Home Down Right");
            settle(stage.app);
            stage.app->hint[0] = '\0';
            before = shown(stage.app);
            plan = plan_copy(app_plan(stage.app));
            goes_on = app_key(stage.app, row->keys[0]);
            after = shown(stage.app);
            if (!is_kept(stage.app, row, step, plan, goes_on) ||
                (!(is_movement(row->action) && /* in a list of nothing */
                   step != STEP_CPUS && step < STEP_COUNT &&
                   stage.app->lists[step].count < 2) &&
                 goes_on && !stage.app->wants_repaint && !stage.app->hint[0] &&
                 strcmp(before, after) == 0)) {
                print_error("after \"%s\", \"%s\" (%s) in %s; hint: %s\n%s",
                            first, row->name, row->help, way_to(step),
                            stage.app->hint, after);
                fail();
            }
            plan_free(plan);
            close_stage(&stage);
        }
}

static void test_rows(void **unused)
{
    char *directory = scratch_new();

    (void)unused;
    assert_int_equal(chdir(directory), 0); /* "s" saves a plan here */
    check_rows("2", false);
    check_rows("p", false);
    check_rows("p u", true);
    check_rows("p 7 a", false);
    assert_int_equal(chdir("/"), 0);
    scratch_free(directory);
}

/* The text of the row that the cursor is in. */
static char *row_at_cursor(struct app *app)
{
    struct canvas *canvas = canvas_new(APP_FULL_HEIGHT, APP_FULL_WIDTH, false);
    struct str str = STR_INIT;

    app_draw(app, canvas);
    for (int x = 0; x < canvas->width; x++)
        str_add(&str, canvas->cells[canvas->cursor_y * canvas->width + x].text);
    canvas_free(canvas);
    return str_steal(&str);
}

static void type_word(struct app *app, const char *word)
{
    press(app, "/");
    for (; *word; word++)
        app_key(app, *word);
    press(app, "Enter");
}

/* In every list: the row that has it, n and N around the end, and none. */
static void test_find(void **unused)
{
    static const struct {
        const char *way, *word, *row;
    } lists[] = {
        {"1", "WIN11-old", "win11-old"},
        {"2", "huge pages are", "huge pages"},
        {"3", "nvme", "nvme"},
        {"3 o o Home o", "usb", "usb"}, /* one group is folded */
        {"4", "cpu 13", ""},
        {"5", "synic", "SynIC"},
        {"5 Home o", "locked", ""},
        {"5 p", "linux", "inux"},
        {"5 e", "disk I/O", "disk I/O"},
        {"p 6", "vcpupin", "pin"},
        {"p 7 a H", "pin", "0001"},
        {"8", "huge", ""},
    };
    struct stage stage;

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        char *first CLEANUP(mem_free) = NULL, *again CLEANUP(mem_free) = NULL;

        open_stage(&stage, host_names[0], "win10", false);
        press(stage.app, lists[i].way);
        settle(stage.app);
        press(stage.app, "n");
        assert_with(strstr(stage.app->hint, "Look for something"),
                    stage.app->hint);
        type_word(stage.app, lists[i].word);
        assert_with(strstr(stage.app->hint, "\": 1 of "), stage.app->hint);
        first = row_at_cursor(stage.app);
        assert_with(strstr(first, lists[i].row), first);
        press(stage.app, "n N");
        assert_with(strstr(stage.app->hint, "\": 1 of "), stage.app->hint);
        again = row_at_cursor(stage.app);
        assert_string_equal(first, again);
        type_word(stage.app, "no such word");
        assert_with(strstr(stage.app->hint, "Nothing in this list"),
                    stage.app->hint);
        close_stage(&stage);
    }
    open_stage(&stage, host_names[0], "win10", true);
    press(stage.app, "4");
    type_word(stage.app, "cpu 1"); /* not 10 to 19 */
    assert_int_equal(stage.app->core, 0);
    assert_with(strstr(stage.app->hint, "1 of 1"), stage.app->hint);
    press(stage.app, "p 6 v");
    type_word(stage.app, "<hyperv"); /* the line comes to the top */
    assert_non_null(stage.app->pager);
    assert_true(stage.app->pager_top > 0);
    press(stage.app, "n N");
    assert_non_null(stage.app->pager);
    check_sizes(stage.app, false);
    press(stage.app, "/");
    check_sizes(stage.app, false);
    close_stage(&stage);
}

/* Any other key says that it does nothing, and changes nothing. */
static void test_refusals(void **unused)
{
    struct stage stage;

    (void)unused;
    open_stage(&stage, host_names[0], "win10", true);
    for (unsigned place = 0; place < PLACE_COUNT; place++)
        for (int key = 1; key < 0x180; key++) {
            struct plan *plan;

            if (key_action(key, place) != ACTION_NONE || !way_to(place))
                continue;
            if (app_place(stage.app) != place)
                press(stage.app, way_to(place));
            plan = plan_copy(app_plan(stage.app));
            assert_true(app_key(stage.app, key));
            assert_true(strstr(stage.app->hint, "does nothing here"));
            assert_true(plan_equal(plan, app_plan(stage.app)));
            assert_int_equal(app_place(stage.app), place);
            plan_free(plan);
        }
    close_stage(&stage);
}

/* A key of the tables, of the keyboard, or of nowhere. */
static int random_key(void)
{
    static const int others[] = {
        INPUT_ESCAPE, INPUT_RESIZE, 0,      1,       3,      0x7f,
        0x9b,         0xe4,         0x4e2d, 0x1f600, 0x10fff};
    const struct action_row *row = key_rows();
    unsigned count = 0;

    if (random_below(8) == 0)
        return others[random_below(ARRAY_SIZE(others))];
    if (random_below(8) == 0)
        return ' ' + (int)random_below(95);
    while (row[count].action)
        count++;
    row += random_below(count);
    return row->keys[random_below(2) && row->keys[1] ? 1 : 0];
}

static int count_entries(const char *path)
{
    DIR *dir = opendir(path);
    int count = 0;

    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

/* What is open, filtered or asked for: each is to be reached by chance. */
enum corner {
    CORNER_PRESETS,
    CORNER_DISKS,
    CORNER_FIND_OPTION,
    CORNER_FIND_DEVICE,
    CORNER_FIND,
    CORNER_FIND_LINE,
    CORNER_FILTER,
    CORNER_FOLDED,
    CORNER_PAGER,
    CORNER_HELP,
    CORNER_COUNT,
};

static unsigned visits[CORNER_COUNT]; /* keys that were pressed there */

static void count_corners(const struct app *app)
{
    bool asks = prompt_is_open(app);

    visits[CORNER_PRESETS] += app->presets != NULL;
    visits[CORNER_DISKS] += app->disks != NULL;
    visits[CORNER_FIND_OPTION] += asks && app->step == STEP_OPTIONS;
    visits[CORNER_FIND_DEVICE] += asks && app->step == STEP_DEVICES;
    visits[CORNER_FIND] += asks && !app->pager;
    visits[CORNER_FIND_LINE] += asks && app->pager != NULL;
    visits[CORNER_FILTER] +=
        app->step == STEP_DEVICES && app->device_filter != FILTER_ALL;
    visits[CORNER_FOLDED] += app->step == STEP_OPTIONS && app->is_folded[0];
    visits[CORNER_PAGER] += app->pager != NULL;
    visits[CORNER_HELP] += app->shows_help;
}

/* Keys that lead into a corner, where by chance alone few keys would fall. */
static void go_astray(struct app *app)
{
    static const char *const ways[] = {
        "5 e", "5 p", "5 /",      "3 /",       "3 f",         "5 Home o",
        "6 v", "5 ?", "8 Down g", "2 / e",     "4 / 1 Enter", "5 e / e",
        "8 /", "1 /", "6 / p",    "6 v / v n", "4 n N",       "5 p / e Enter"};
    char *keys CLEANUP(mem_free) =
        mem_strdup(ways[random_below(ARRAY_SIZE(ways))]);
    char *rest = NULL;
    int key;

    for (char *word = strtok_r(keys, " ", &rest); word;
         word = strtok_r(NULL, " ", &rest))
        if (key_parse(word, &key) && (app->step != STEP_DOMAIN || key != 'q'))
            app_key(app, key);
}

/* "Undone, U redoes: " and what it was. */
static void check_said(const struct app *app, const char *how)
{
    if (!str_starts(app->hint, how) || app->hint[strlen(how)] == '.')
        fail_msg("in step %u: %s", app->step + 1, app->hint);
}

/* What an edit did is taken back by u, brought again by U, and said. */
static void check_undo(struct app *app, const struct plan *before)
{
    struct plan *after;

    if (!before || !app->history || app->pager || app->shows_help ||
        app->draft || app->open_record || app->width < APP_MIN_WIDTH ||
        app->height < APP_MIN_HEIGHT || plan_equal(before, app_plan(app)))
        return;
    after = plan_copy(app_plan(app));
    app_key(app, 'u');
    assert_true(plan_equal(before, app_plan(app)));
    check_said(app, "Undone, U redoes: ");
    app_key(app, 'U');
    assert_true(plan_equal(after, app_plan(app)));
    check_said(app, "Redone, u undoes: ");
    plan_free(after);
}

static bool is_edit(enum action action)
{
    return action == ACTION_TOGGLE || action == ACTION_EMULATOR ||
           action == ACTION_IOTHREAD || action == ACTION_SPLIT ||
           action == ACTION_NEXT_LAYOUT || action == ACTION_PREVIOUS_LAYOUT ||
           action == ACTION_MORE || action == ACTION_LESS ||
           action == ACTION_OWN || action == ACTION_PROPOSE;
}

/* Keys and sizes by chance; one that leaves starts it anew. */
static void play(const char *host, const char *domain, bool is_read_only,
                 unsigned rounds)
{
    struct stage stage;

    while (rounds > 0) {
        char *before CLEANUP(mem_free) = NULL, *after CLEANUP(mem_free) = NULL;
        int width = APP_FULL_WIDTH, height = APP_FULL_HEIGHT, entries;

        open_stage(&stage, host, domain, is_read_only);
        before = read_text(stage.file);
        entries = count_entries(stage.root);
        for (bool goes_on = true; goes_on && rounds > 0; rounds--) {
            int key = random_key();
            struct plan *edited;

            if (rounds % 10000 == 0) /* a long run is watched */
                print_message("%s, %s: %u keys are left\n", host,
                              domain ? domain : "the list", rounds);
            if (random_below(30) == 0) {
                width = 1 + (int)random_below(random_below(3) ? 100 : WIDTH);
                height = 1 + (int)random_below(random_below(3) ? 30 : HEIGHT);
                key = INPUT_RESIZE;
            }
            /* Leaving is tried, but seldom: what is deep takes many keys. */
            if (stage.app->step == STEP_DOMAIN && random_below(20) > 0 &&
                key_action(key, STEP_DOMAIN) == ACTION_LEAVE)
                continue;
            if (random_below(12) == 0)
                go_astray(stage.app);
            if (stage.app->step == STEP_DOMAIN &&
                key_action(key, STEP_DOMAIN) == ACTION_LEAVE)
                continue;
            count_corners(stage.app);
            edited = is_edit(key_action(key, app_place(stage.app))) &&
                             stage.app->history && !stage.app->pager
                         ? plan_copy(app_plan(stage.app))
                         : NULL;
            goes_on = app_key(stage.app, key);
            check_undo(stage.app, edited);
            plan_free(edited);
            check_size(stage.app, width, height);
        }
        after = read_text(stage.file);
        if (is_read_only) {
            assert_int_equal(count_entries(stage.root), entries);
            assert_true((!before && !after) || strcmp(before, after) == 0);
        }
        close_stage(&stage);
    }
}

static void test_keys(void **unused)
{
    unsigned rounds = getenv("VIRT_TUNE_LONG") ? 100000 : 1500;
    char *directory = scratch_new();

    (void)unused;
    random_seed(20);
    assert_int_equal(chdir(directory), 0); /* "s" saves a plan here */
    play(host_names[0], "file", true, rounds);
    assert_int_equal(count_entries(directory), 2);
    play(host_names[0], "file", false, rounds / 2);
    play(host_names[0], NULL, true, rounds / 2);
    for (size_t i = 1; host_names[i]; i++)
        play(host_names[i], "file", true, rounds / 20);
    for (unsigned i = 0; i < CORNER_COUNT; i++)
        if (visits[i] < 10)
            fail_msg("corner %u got %u keys", i, visits[i]);
    assert_int_equal(chdir("/"), 0);
    scratch_free(directory);
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_keys),
    };

    if (count > 1)
        cmocka_set_test_filter(arguments[1]);
    setlocale(LC_ALL, "C.UTF-8"); /* boxes and wide characters */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
