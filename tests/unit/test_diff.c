/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries to break the promise of the differences: what they say, done to the
 * first text, gives the second, and no shorter script does.
 */
#include "support.h"

#include "render/diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 64 };

/* The lines of a text as a difference has them. */
struct text {
    char *copy;
    const char *lines[LINES_MAX];
    unsigned count;
};

static struct text split(const char *from)
{
    struct text text = {.copy = mem_strdup(from)};
    char *rest = text.copy;

    while (rest && *rest) {
        char *line = strsep(&rest, "\n");
        size_t length = strlen(line);

        if (rest && length > 0 && line[length - 1] == '\r')
            line[length - 1] = '\0';
        assert_true(text.count < LINES_MAX);
        text.lines[text.count++] = line;
    }
    return text;
}

/* The length of a shortest script, by the table of common subsequences. */
static unsigned shortest(const struct text *a, const struct text *b)
{
    unsigned common[LINES_MAX + 1][LINES_MAX + 1] = {{0}};

    for (unsigned i = a->count; i-- > 0;)
        for (unsigned j = b->count; j-- > 0;)
            if (strcmp(a->lines[i], b->lines[j]) == 0)
                common[i][j] = common[i + 1][j + 1] + 1;
            else
                common[i][j] = common[i + 1][j] > common[i][j + 1]
                                   ? common[i + 1][j]
                                   : common[i][j + 1];
    return a->count + b->count - 2 * common[0][0];
}

/* Every line is where its numbers say, and all lines are there. */
static void check_lines(const struct diff *diff, const struct text *a,
                        const struct text *b)
{
    unsigned at = 0, now = 0, added = 0, removed = 0;

    for (size_t i = 0; i < diff->count; i++) {
        const struct diff_line *line = &diff->lines[i];

        assert_int_equal(line->old_number, at + 1);
        assert_int_equal(line->new_number, now + 1);
        assert_true(line->sign == ' ' || line->sign == '-' ||
                    line->sign == '+');
        if (line->sign != '+') {
            assert_true(at < a->count);
            assert_string_equal(line->text, a->lines[at++]);
        }
        if (line->sign != '-') {
            assert_true(now < b->count);
            assert_string_equal(line->text, b->lines[now++]);
        }
        added += line->sign == '+';
        removed += line->sign == '-';
    }
    assert_int_equal(at, a->count);
    assert_int_equal(now, b->count);
    assert_int_equal(diff->added, added);
    assert_int_equal(diff->removed, removed);
}

/* One hunk: header and lines; `*at` and `*now` are the lines done so far. */
static void apply_hunk(char **rest, const struct text *a, const struct text *b,
                       unsigned *at, unsigned *now, unsigned context)
{
    unsigned from, count, to, added, leading = 0, trailing = 0;
    bool is_changed = false;

    assert_int_equal(sscanf(strsep(rest, "\n"), "@@ -%u,%u +%u,%u @@", &from,
                            &count, &to, &added),
                     4);
    /* A side without lines is named by the line before it. */
    from = count > 0 ? from - 1 : from;
    to = added > 0 ? to - 1 : to;
    assert_true(from >= *at && to >= *now);
    assert_int_equal(from - *at, to - *now);
    for (; *at < from; ++*at, ++*now)
        assert_string_equal(a->lines[*at], b->lines[*now]);
    while (count > 0 || added > 0) {
        const char *line = strsep(rest, "\n");
        char sign = *line++;

        assert_true(sign == '-' || sign == '+' || sign == ' ');
        if (sign != '+') {
            assert_true(count-- > 0 && *at < a->count);
            assert_string_equal(line, a->lines[(*at)++]);
        }
        if (sign != '-') {
            assert_true(added-- > 0 && *now < b->count);
            assert_string_equal(line, b->lines[(*now)++]);
        }
        is_changed |= sign != ' ';
        leading += sign == ' ' && !is_changed;
        trailing = sign == ' ' ? trailing + 1 : 0;
    }
    assert_true(is_changed);
    assert_true(leading <= context && trailing <= context);
    assert_true(leading == context || from == 0 || leading < *at);
}

static void check_unified(const struct diff *diff, const struct text *a,
                          const struct text *b, unsigned context)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    char *text CLEANUP(mem_free) = NULL;
    char *rest;
    unsigned at = 0, now = 0;

    diff_add_unified(&str, diff, "old", "new", context);
    text = rest = str_steal(&str);
    if (diff->added + diff->removed == 0) {
        assert_string_equal(text, "");
        return;
    }
    assert_string_equal(strsep(&rest, "\n"), "--- old");
    assert_string_equal(strsep(&rest, "\n"), "+++ new");
    while (*rest)
        apply_hunk(&rest, a, b, &at, &now, context);
    for (; at < a->count; at++, now++) {
        assert_true(now < b->count);
        assert_string_equal(a->lines[at], b->lines[now]);
    }
    assert_int_equal(now, b->count);
}

static void check(const char *before, const char *after)
{
    static const unsigned contexts[] = {0, 1, 3, 1000};
    struct text a = split(before), b = split(after);
    struct diff *diff = diff_new(before, after);

    check_lines(diff, &a, &b);
    assert_int_equal(diff->added + diff->removed, shortest(&a, &b));
    for (size_t i = 0; i < ARRAY_SIZE(contexts); i++)
        check_unified(diff, &a, &b, contexts[i]);
    diff_free(diff);
    free(a.copy);
    free(b.copy);
}

static void test_known(void **unused)
{
    static const struct {
        const char *before, *after;
        unsigned removed, added;
    } cases[] = {
        {"", "", 0, 0},
        {"a\n", "a\n", 0, 0},
        {"", "a\n", 0, 1},
        {"a\n", "", 1, 0},
        {"a", "b", 1, 1},
        {"\n", "", 1, 0},
        {"\n\n", "\n", 1, 0},
        {"a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n", 3, 2},
        {"a\nb\nc\n", "a\nx\nc\n", 1, 1},
        {"a\nb\n", "b\na\n", 1, 1},
        {"a\na\na\n", "a\n", 2, 0},
        {"1\n2\n3\n", "4\n5\n6\n7\n", 3, 4},
        {"a\r\nb\r\n", "a\r\nb\r\nc\r\n", 0, 1},
        {"a\nb", "a\nb\nc", 0, 1},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct diff *diff = diff_new(cases[i].before, cases[i].after);

        assert_int_equal(diff->removed, cases[i].removed);
        assert_int_equal(diff->added, cases[i].added);
        diff_free(diff);
        check(cases[i].before, cases[i].after);
    }
    diff_free(NULL);
}

static void test_unified(void **unused)
{
    static const struct {
        const char *before, *after;
        unsigned context;
        const char *wanted;
    } cases[] = {
        {"", "a\n", 3, "@@ -0,0 +1,1 @@\n+a\n"},
        {"a\n", "", 3, "@@ -1,1 +0,0 @@\n-a\n"},
        {"a\nb\nc\n", "a\nc\n", 0, "@@ -2,1 +1,0 @@\n-b\n"},
        {"a\nc\n", "a\nb\nc\n", 0, "@@ -1,0 +2,1 @@\n+b\n"},
        {"a\nc\n", "a\nc\nd\n", 0, "@@ -2,0 +3,1 @@\n+d\n"},
        {"a\nb\nc\n", "a\nx\nc\n", 1, "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n"},
        /* two lines between: one hunk of context 1; three: two hunks */
        {"a\nb\nc\nd\n", "x\nb\nc\ny\n", 1,
         "@@ -1,4 +1,4 @@\n-a\n+x\n b\n c\n-d\n+y\n"},
        {"a\nb\nc\nd\ne\n", "x\nb\nc\nd\ny\n", 1,
         "@@ -1,2 +1,2 @@\n-a\n+x\n b\n@@ -4,2 +4,2 @@\n d\n-e\n+y\n"},
        {"a\x1b[31m\n",
         "\xe2\x80\xae"
         "b\xff\n",
         3, "@@ -1,1 +1,1 @@\n-a?[31m\n+?b?\n"},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct diff *diff = diff_new(cases[i].before, cases[i].after);
        struct str str CLEANUP(str_free) = STR_INIT;

        diff_add_unified(&str, diff, "old", "new", cases[i].context);
        assert_true(str_starts(str_text(&str), "--- old\n+++ new\n"));
        assert_string_equal(str_text(&str) + 16, cases[i].wanted);
        diff_free(diff);
    }
}

static void add_lines(struct str *str, unsigned count, unsigned letters)
{
    static const char *const lines[] = {"a", "b", "", "  d", "<e/>", "f", "+g"};

    for (; count > 0; count--)
        str_addf(str, "%s\n", lines[random_below(letters)]);
}

static void test_random(void **unused)
{
    (void)unused;
    random_seed(31);
    for (unsigned i = 0; i < 300; i++) {
        struct str before CLEANUP(str_free) = STR_INIT;
        struct str after CLEANUP(str_free) = STR_INIT;
        unsigned letters = 2 + random_below(6);

        add_lines(&before, random_below(20), letters);
        add_lines(&after, random_below(20), letters);
        if (random_below(3) == 0)
            str_add(&before, "end");
        if (random_below(3) == 0)
            str_add(&after, "end");
        check(str_text(&before), str_text(&after));
    }
}

/* Few changes in many equal lines, so that hunks come apart. */
static void test_random_edits(void **unused)
{
    (void)unused;
    random_seed(32);
    for (unsigned i = 0; i < 300; i++) {
        struct str before CLEANUP(str_free) = STR_INIT;
        struct str after CLEANUP(str_free) = STR_INIT;

        for (unsigned line = 0; line < 40; line++) {
            unsigned edit = random_below(12);

            if (edit != 0)
                str_addf(&before, "%u\n", line);
            if (edit != 1)
                str_addf(&after, "%u%s\n", line, edit == 2 ? "x" : "");
        }
        check(str_text(&before), str_text(&after));
    }
}

/* More than is searched for: not the shortest, but every line is there. */
static void test_many(void **unused)
{
    struct str before CLEANUP(str_free) = STR_INIT;
    struct str after CLEANUP(str_free) = STR_INIT;
    enum { LINES = 3000 };
    struct diff *diff;
    size_t a = 0, b = 0;

    (void)unused;
    str_add(&before, "head\n");
    str_add(&after, "head\n");
    for (int i = 0; i < LINES; i++) {
        str_addf(&before, "a%d\n", i);
        str_addf(&after, "b%d\n", i);
    }
    str_add(&before, "mid\ntail\n");
    str_add(&after, "more\nmid\ntail\n");
    diff = diff_new(str_text(&before), str_text(&after));
    assert_int_equal(diff->removed, LINES);
    assert_int_equal(diff->added, LINES + 1);
    for (size_t i = 0; i < diff->count; i++) {
        const struct diff_line *line = &diff->lines[i];

        a += line->sign != '+';
        b += line->sign != '-';
        if (line->sign != '+')
            assert_int_equal(line->old_number, a);
        if (line->sign != '-')
            assert_int_equal(line->new_number, b);
    }
    assert_int_equal(a, LINES + 3);
    assert_int_equal(b, LINES + 4);
    assert_string_equal(diff->lines[0].text, "head");
    assert_string_equal(diff->lines[diff->count - 1].text, "tail");
    diff_free(diff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),  cmocka_unit_test(test_unified),
        cmocka_unit_test(test_random), cmocka_unit_test(test_random_edits),
        cmocka_unit_test(test_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
