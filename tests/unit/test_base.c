/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries to break the promises of the base: texts, sets of CPUs, files beneath
 * a root, failures, memory and findings.
 */
#include "rootdir.h"
#include "support.h"

#include "base/cpuset.h"
#include "base/err.h"
#include "base/finding.h"
#include "base/root.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_utf8(void **unused)
{
    static const struct {
        const char *text;
        size_t length;
        unsigned character;
    } cases[] = {
        {"", 0, 0},
        {"a", 1, 'a'},
        {"\x7f", 1, 0x7f},
        {"\xc2\x80", 2, 0x80},
        {"\xdf\xbf", 2, 0x7ff},
        {"\xe0\xa0\x80", 3, 0x800},
        {"\xed\x9f\xbf", 3, 0xd7ff},
        {"\xee\x80\x80", 3, 0xe000},
        {"\xef\xbf\xbf", 3, 0xffff},
        {"\xf0\x90\x80\x80", 4, 0x10000},
        {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
        /* overlong */
        {"\xc0\x80", 0, 0},
        {"\xc1\xbf", 0, 0},
        {"\xe0\x80\x80", 0, 0},
        {"\xe0\x9f\xbf", 0, 0},
        {"\xf0\x80\x80\x80", 0, 0},
        {"\xf0\x8f\xbf\xbf", 0, 0},
        /* surrogates, past the end, never a first byte */
        {"\xed\xa0\x80", 0, 0},
        {"\xed\xbf\xbf", 0, 0},
        {"\xf4\x90\x80\x80", 0, 0},
        {"\xf5\x80\x80\x80", 0, 0},
        {"\x80", 0, 0},
        {"\xbf\xbf", 0, 0},
        {"\xff", 0, 0},
        /* cut off */
        {"\xc2", 0, 0},
        {"\xe2\x82", 0, 0},
        {"\xf0\x90\x80", 0, 0},
        {"\xc2"
         "a",
         0, 0},
        {"\xe2\x82"
         "a",
         0, 0},
        {"\xf0\x90\x80\xc0", 0, 0},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        /* On the heap, so that reading past the end is seen. */
        char *text CLEANUP(mem_free) = mem_strdup(cases[i].text);
        unsigned character = 0;

        assert_int_equal(str_utf8(text, &character), cases[i].length);
        if (cases[i].length > 0)
            assert_int_equal(character, cases[i].character);
    }
}

static void test_printable(void **unused)
{
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"", ""},
        {"plain ~", "plain ~"},
        {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
         "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"a\x1b[2Jb", "a?[2Jb"},
        {"\a\b\t\n\r\x7f", "??????"},
        {"\xc2\x9b"
         "31m\xc2\x80\xc2\x9f",
         "?31m??"},
        {"\xc2\xa0", "\xc2\xa0"},
        {"\xe2\x80\xae"
         "gpj\xe2\x80\xaa\xe2\x81\xa6\xe2\x81\xa9",
         "?gpj???"},
        {"a\xe2\x80\x8b\xe2\x80\x8d\xef\xbb\xbf"
         "b",
         "a???b"},
        {"\xe2\x80\xa8\xe2\x80\xa9", "??"},
        {"\xff\xfe"
         "a\xc3",
         "??a?"},
        {"\xc0\x9b", "??"},
        {"\xed\xa0\x80", "???"},
        {"\xf3\xa0\x80\x81", "?"},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char *text CLEANUP(mem_free) = str_printable(cases[i].text);

        assert_string_equal(text, cases[i].wanted);
    }
}

/* Whatever comes in: no control byte and no invalid UTF-8 comes out. */
static void test_printable_random(void **unused)
{
    (void)unused;
    random_seed(5);
    for (unsigned i = 0; i < 2000; i++) {
        char bytes[16];
        char *text CLEANUP(mem_free) = NULL;
        unsigned character;
        size_t length;

        for (size_t j = 0; j < sizeof(bytes) - 1; j++)
            bytes[j] = (char)(random_below(3) ? 0x80 + random_below(128)
                                              : 1 + random_below(127));
        bytes[sizeof(bytes) - 1] = '\0';
        text = str_printable(bytes);
        for (const char *at = text; *at; at += length) {
            length = str_utf8(at, &character);
            assert_true(length > 0);
            assert_true(character >= 0x20 &&
                        (character < 0x7f || character >= 0xa0));
        }
    }
}

static void test_str(void **unused)
{
    struct str str = STR_INIT;
    char *text;

    (void)unused;
    assert_string_equal(str_text(&str), "");
    text = str_steal(&str);
    assert_string_equal(text, "");
    free(text);
    str_add(&str, "");
    assert_string_equal(str.text, "");
    for (unsigned i = 0; i < 500; i++)
        str_addf(&str, "%03u", i);
    str_add_bytes(&str, "a\0b", 3);
    assert_int_equal(str.length, 1503);
    assert_memory_equal(str.text + 1494, "498499a\0b", 10);
    str_free(&str);
    assert_int_equal(str.length, 0);
    assert_true(str_starts("abc", "") && str_starts("abc", "abc"));
    assert_false(str_starts("ab", "abc"));
    assert_true(str_ends("abc", "") && str_ends("abc", "bc"));
    assert_false(str_ends("bc", "abc"));
}

static void test_number(void **unused)
{
    static const struct {
        const char *text;
        unsigned long maximum, number;
        bool is_number;
    } cases[] = {
        {"0", 0, 0, true},
        {"1", 0, 0, false},
        {"007", 7, 7, true},
        {"8", 7, 0, false},
        {"19", 20, 19, true},
        {"20", 20, 20, true},
        {"21", 20, 0, false},
        {"18446744073709551615", ULONG_MAX, ULONG_MAX, true},
        {"18446744073709551616", ULONG_MAX, 0, false},
        {"99999999999999999999", ULONG_MAX, 0, false},
        {"184467440737095516150", ULONG_MAX, 0, false},
        {"", 9, 0, false},
        {"+1", 9, 0, false},
        {"-1", ULONG_MAX, 0, false},
        {" 1", 9, 0, false},
        {"1 ", 9, 0, false},
        {"1x", 9, 0, false},
        {"0x1", 9, 0, false},
        {"1.", 9, 0, false},
        {"\xd9\xa1", 9, 0, false},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        unsigned long number = 4711;

        assert_with(str_number(cases[i].text, cases[i].maximum, &number) ==
                        cases[i].is_number,
                    cases[i].text);
        assert_true(number == (cases[i].is_number ? cases[i].number : 4711));
    }
}

static void test_trim(void **unused)
{
    static const char *const cases[][2] = {
        {"", ""},
        {" \t\r\n", ""},
        {"a", "a"},
        {" a b\n", "a b"},
        {"\r\na", "a"},
        {"a \r\n", "a"},
        {"\xc2\xa0", "\xc2\xa0"},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char *text CLEANUP(mem_free) = mem_strdup(cases[i][0]);

        assert_string_equal(str_trim(text), cases[i][1]);
    }
}

static void test_cpuset_round(void **unused)
{
    (void)unused;
    random_seed(6);
    for (unsigned i = 0; i < 400; i++) {
        struct str str CLEANUP(str_free) = STR_INIT;
        cpu_set_t set = cpuset_empty(), again;
        unsigned range = i % 2 ? 16 : CPUSET_MAX;
        int count = 0;

        for (unsigned j = random_below(60); j > 0; j--)
            CPU_SET(random_below(range), &set);
        cpuset_add_text(&str, &set);
        assert_with(cpuset_parse(str_text(&str), &again), str_text(&str));
        assert_true(CPU_EQUAL(&set, &again));
        CPUSET_FOREACH(cpu, &set)
        {
            assert_true(CPU_ISSET((size_t)cpu, &set));
            count++;
        }
        assert_int_equal(count, CPU_COUNT(&set));
    }
}

static void test_cpuset_known(void **unused)
{
    static const char *const good[][2] = {
        {"", ""},
        {" \n", ""},
        {"0", "0"},
        {"1023", "1023"},
        {"0-1023", "0-1023"},
        {" 3,1-2,2 \n", "1-3"},
        {"0-3,^1", "0,2-3"},
        {"5,3,4", "3-5"},
        {"007", "7"},
        {"^1,1", "1"},
        {"4-4", "4"},
        {"0,1", "0-1"},
    };
    static const char *const bad[] = {
        "3-1",   "1024",  "0-1024", "99999999999999999999",
        "1,",    ",1",    "1,,2",   "1 ,2",
        "1, 2",  "1 - 2", "^",      "^^1",
        "1-",    "-1",    "1-2-3",  "a",
        "1a",    "0x1",   "^0-3",   "1;2",
        "+1",    "1^2",   ",",      "1-^2",
        "0-3,^",
    };
    struct arena *arena = arena_new();
    cpu_set_t set;

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        assert_with(cpuset_parse(good[i][0], &set), good[i][0]);
        assert_string_equal(cpuset_text(arena, &set), good[i][1]);
    }
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        set = cpuset_one(7);
        assert_with(!cpuset_parse(bad[i], &set), bad[i]);
        assert_true(cpuset_is_empty(&set));
    }
    arena_free(arena);
}

static void test_cpuset_algebra(void **unused)
{
    cpu_set_t a, b, c;

    (void)unused;
    assert_true(cpuset_parse("0-3,1023", &a) && cpuset_parse("2-5", &b));
    c = cpuset_minus(&a, &b);
    assert_int_equal(CPU_COUNT(&c), 3);
    assert_false(cpuset_intersects(&c, &b));
    assert_true(cpuset_is_subset(&c, &a) && !cpuset_is_subset(&a, &c));
    c = cpuset_or(&a, &b);
    assert_int_equal(CPU_COUNT(&c), 7);
    c = cpuset_and(&a, &b);
    assert_int_equal(CPU_COUNT(&c), 2);
    assert_true(cpuset_is_subset(&c, &a) && cpuset_is_subset(&c, &b));
    assert_int_equal(cpuset_next(&a, 4), 1023);
    assert_int_equal(cpuset_next(&a, 1024), -1);
    a = cpuset_empty();
    assert_true(cpuset_is_subset(&a, &b) && !cpuset_intersects(&a, &b));
    assert_int_equal(cpuset_next(&a, 0), -1);
}

static char *beneath(const char *directory, const char *name)
{
    struct str str = STR_INIT;

    str_addf(&str, "%s/%s", directory, name);
    return str_steal(&str);
}

static void put(const char *directory, const char *name, const char *text)
{
    char *path CLEANUP(mem_free) = beneath(directory, name);

    write_text(path, text);
}

static void put_link(const char *directory, const char *name, const char *to)
{
    char *path CLEANUP(mem_free) = beneath(directory, name);

    assert_int_equal(symlink(to, path), 0);
}

static void put_directory(const char *directory, const char *name)
{
    char *path CLEANUP(mem_free) = beneath(directory, name);

    assert_int_equal(mkdir(path, 0755), 0);
}

/* A root "in" in a directory that has a file beside it. */
static struct root *open_root(char **scratch)
{
    char *path CLEANUP(mem_free) = NULL;
    struct err err = {0};
    struct root *root;

    *scratch = scratch_new();
    put(*scratch, "outside", "secret\n");
    put_directory(*scratch, "in");
    path = beneath(*scratch, "in");
    root = root_open(path, &err);
    assert_non_null(root);
    assert_string_equal(root_path(root), path);
    assert_false(root_is_host(root));
    return root;
}

static void close_root(struct root *root, char *scratch)
{
    root_free(root);
    scratch_free(scratch);
}

static void check_text(const struct root *root, const char *path,
                       const char *wanted)
{
    struct arena *arena = arena_new();
    const char *text = root_read(root, arena, path);

    if (wanted) {
        assert_non_null(text);
        assert_string_equal(text, wanted);
    } else {
        assert_null(text);
    }
    arena_free(arena);
}

static void test_root_links(void **unused)
{
    static const char *const outside[] = {
        "up",          "up2",    "in",   "absolute", "../outside",
        "/../outside", "dir/up", "gone", "loop",     "through/outside",
    };
    char *scratch;
    struct root *root = open_root(&scratch);
    char *in CLEANUP(mem_free) = beneath(scratch, "in");
    char *secret CLEANUP(mem_free) = beneath(scratch, "outside");
    struct arena *arena = arena_new();

    (void)unused;
    put(in, "file", "inside\n");
    put_directory(in, "dir");
    put_link(in, "up", "../outside");
    put_link(in, "up2", "dir/../../outside");
    put_link(in, "absolute", secret);
    put_link(in, "dir/up", "../../outside");
    put_link(in, "through", "..");
    put_link(in, "loop", "loop");
    put_link(in, "dir/root", "/file");
    put_link(in, "near", "dir/../file");
    for (size_t i = 0; i < ARRAY_SIZE(outside); i++) {
        char *exact = root_read_exact(root, outside[i]);

        check_text(root, outside[i], NULL);
        assert_null(exact);
        assert_with(!root_exists(root, outside[i]), outside[i]);
    }
    check_text(root, "dir/root", "inside");
    check_text(root, "near", "inside");
    check_text(root, "through/file", "inside"); /* ".." of the root is itself */
    assert_true(root_exists(root, "near"));
    assert_string_equal(root_read_link(root, arena, "absolute"), "outside");
    assert_string_equal(root_read_link(root, arena, "loop"), "loop");
    assert_null(root_read_link(root, arena, "file"));
    assert_null(root_read_link(root, arena, "none"));
    assert_null(root_read_exact(root, "near"));
    assert_null(root_read_exact(root, "dir/root"));
    arena_free(arena);
    close_root(root, scratch);
}

static void test_root_read(void **unused)
{
    char *scratch;
    struct root *root = open_root(&scratch);
    char *in CLEANUP(mem_free) = beneath(scratch, "in");
    char *fifo CLEANUP(mem_free) = beneath(in, "fifo");
    char *zero CLEANUP(mem_free) = beneath(in, "zero");
    char *huge CLEANUP(mem_free) = beneath(in, "huge");
    char *exact;
    FILE *file;

    (void)unused;
    put(in, "empty", "");
    put(in, "line", "\n");
    put(in, "lines", "a\n\n");
    put_directory(in, "dir");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    file = fopen(zero, "w");
    assert_non_null(file);
    assert_int_equal(fwrite("a\0b\0\n", 1, 5, file), 5);
    fclose(file);
    put(in, "huge", "");
    assert_int_equal(truncate(huge, 16L * 1024 * 1024 + 1), 0);
    check_text(root, "empty", "");
    check_text(root, "line", "");
    check_text(root, "lines", "a\n");
    check_text(root, "zero", "a b ");
    check_text(root, "dir", NULL);
    check_text(root, "huge", NULL);
    errno = 0;
    check_text(root, "none", NULL);
    assert_int_equal(errno, ENOENT);
    check_text(root, "line/below", NULL);
    check_text(root, "fifo", ""); /* nobody writes: it ends at once */
    assert_null(root_read_exact(root, "fifo"));
    assert_null(root_read_exact(root, "dir"));
    assert_int_equal(errno, EINVAL);
    assert_null(root_read_exact(root, "none"));
    assert_int_equal(errno, ENOENT);
    assert_null(root_read_exact(root, "huge"));
    assert_int_equal(errno, EFBIG);
    exact = root_read_exact(root, "lines");
    assert_string_equal(exact, "a\n\n");
    free(exact);
    assert_true(root_exists(root, "fifo") && root_exists(root, "dir"));
    assert_false(root_exists(root, "none"));
    close_root(root, scratch);
}

/* Renames a directory to and fro, until it is ended. */
static pid_t start_renaming(const char *scratch)
{
    char name[PATH_MAX], other[PATH_MAX + 1];
    pid_t child;

    snprintf(name, sizeof(name), "%s/moved", scratch);
    snprintf(other, sizeof(other), "%s2", name);
    assert_int_equal(mkdir(name, 0700), 0);
    child = fork();
    while (child == 0)
        if (rename(name, other) < 0 || rename(other, name) < 0)
            _exit(1);
    return child;
}

/* Somebody renames something else meanwhile: what is there is there still. */
static void test_root_renames(void **unused)
{
    struct rootdir *dir = rootdir_new((const char *const[]){
        "a/b/c/link>../../../d/e/f/file", "d/e/f/file=here", NULL});
    char *scratch = scratch_new();
    pid_t child = start_renaming(scratch);
    unsigned found = 0, reads = 20000;

    (void)unused;
    for (unsigned i = 0; i < reads; i++)
        found += root_exists(dir->root, "a/b/c/link");
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_int_equal(found, reads);
    scratch_free(scratch);
    rootdir_free(dir);
}

static void test_root_number(void **unused)
{
    static const struct {
        const char *text;
        bool is_number;
        unsigned long number;
    } cases[] = {
        {"12\n", true, 12},
        {" 0 \n", true, 0},
        {"18446744073709551615\n", true, ULONG_MAX},
        {"18446744073709551616\n", false, 0},
        {"", false, 0},
        {"\n", false, 0},
        {"-1\n", false, 0},
        {"12 13\n", false, 0},
        {"1\n2\n", false, 0},
        {"0x10\n", false, 0},
    };
    char *scratch;
    struct root *root = open_root(&scratch);
    char *in CLEANUP(mem_free) = beneath(scratch, "in");
    unsigned long number = 5;

    (void)unused;
    put_directory(in, "dir");
    assert_false(root_read_number(root, "none", &number));
    assert_false(root_read_number(root, "dir", &number));
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        number = 5;
        put(in, "number", cases[i].text);
        assert_with(root_read_number(root, "number", &number) ==
                        cases[i].is_number,
                    cases[i].text);
        assert_true(number == (cases[i].is_number ? cases[i].number : 5));
    }
    close_root(root, scratch);
}

static void test_root_list(void **unused)
{
    static const char *const sorted[] = {".hidden", "cpu0",   "cpu2",
                                         "cpu10",   "cpu100", "power"};
    char *scratch;
    struct root *root = open_root(&scratch);
    char *in CLEANUP(mem_free) = beneath(scratch, "in");
    struct arena *arena = arena_new();
    size_t count = 7;
    char **names;

    (void)unused;
    put_directory(in, "dir");
    put_directory(in, "none");
    put(in, "file", "");
    for (size_t i = 0; i < ARRAY_SIZE(sorted); i++) {
        struct str name CLEANUP(str_free) = STR_INIT;

        str_addf(&name, "dir/%s", sorted[(i * 5 + 2) % ARRAY_SIZE(sorted)]);
        put(in, str_text(&name), "");
    }
    names = root_list(root, arena, "dir", &count);
    assert_non_null(names);
    assert_int_equal(count, ARRAY_SIZE(sorted));
    for (size_t i = 0; i < count; i++)
        assert_string_equal(names[i], sorted[i]);
    assert_null(names[count]);
    names = root_list(root, arena, "none", NULL);
    assert_true(names && !names[0]);
    assert_null(root_list(root, arena, "file", &count));
    assert_int_equal(count, 0);
    assert_null(root_list(root, arena, "absent", NULL));
    arena_free(arena);
    close_root(root, scratch);
}

static void test_root_open(void **unused)
{
    char *scratch = scratch_new();
    char *file CLEANUP(mem_free) = beneath(scratch, "file");
    struct err err = {0};

    (void)unused;
    write_text(file, "");
    assert_null(root_open(file, &err));
    assert_int_equal(err.code, ERR_FAILED);
    assert_true(has(err.text, "file") && str_ends(err.text, "."));
    assert_null(root_open("/nowhere/\x1b[2J", &err));
    assert_false(has(err.text, "\x1b"));
    assert_null(root_open(file, NULL));
    root_free(NULL);
    scratch_free(scratch);
}

static void test_err(void **unused)
{
    struct {
        struct err err;
        char guard;
    } it = {.guard = 'g'};
    char text[3000];

    (void)unused;
    assert_false(err_set(NULL, ERR_FAILED, "%s", "text"));
    assert_false(err_add(NULL, "%s", "text"));
    assert_false(err_add(&it.err, "First."));
    assert_string_equal(it.err.text, "First.");
    assert_false(err_set(&it.err, ERR_REFUSED, "%d.", 1));
    assert_false(err_add(&it.err, "%s.", "Two"));
    assert_string_equal(it.err.text, "1. Two.");
    assert_int_equal(it.err.code, ERR_REFUSED);
    for (size_t length = sizeof(it.err.text) - 4; length < sizeof(text);
         length += length < sizeof(it.err.text) + 4 ? 1 : 500) {
        memset(text, 'x', length);
        text[length] = '\0';
        err_set(&it.err, ERR_FAILED, "%s", text);
        for (unsigned i = 0; i < 4; i++)
            err_add(&it.err, "yz");
        assert_true(strlen(it.err.text) < sizeof(it.err.text));
        assert_true(str_starts(it.err.text, "xxxx"));
    }
    assert_int_equal(it.guard, 'g');
    assert_int_equal(err_code_of_errno(EACCES), ERR_PERMISSION);
    assert_int_equal(err_code_of_errno(EPERM), ERR_PERMISSION);
    assert_int_equal(err_code_of_errno(EROFS), ERR_PERMISSION);
    assert_int_equal(err_code_of_errno(ENOENT), ERR_FAILED);
}

static void test_arena(void **unused)
{
    static const size_t sizes[] = {0,     1,     7,     16,    100,
                                   16383, 16384, 16385, 70000, 300000};
    struct arena *arena = arena_new();
    char *blocks[200];
    size_t lengths[200];

    (void)unused;
    random_seed(8);
    for (unsigned i = 0; i < ARRAY_SIZE(blocks); i++) {
        lengths[i] = i < ARRAY_SIZE(sizes) ? sizes[i] : random_below(3000);
        blocks[i] = arena_alloc(arena, lengths[i], 1);
        assert_true((uintptr_t)blocks[i] % _Alignof(max_align_t) == 0);
        for (size_t j = 0; j < lengths[i]; j++)
            assert_true(blocks[i][j] == 0);
        memset(blocks[i], (int)(i % 127 + 1), lengths[i]);
    }
    for (unsigned i = 0; i < ARRAY_SIZE(blocks); i++)
        for (size_t j = 0; j < lengths[i]; j++)
            assert_true(blocks[i][j] == (char)(i % 127 + 1));
    assert_string_equal(arena_printf(arena, "%*d", 20000, 7) + 19999, "7");
    assert_string_equal(arena_strndup(arena, "abc", 2), "ab");
    assert_string_equal(arena_strdup(arena, ""), "");
    arena_free(arena);
    arena_free(NULL);
}

static void test_findings(void **unused)
{
    static const char *const names[] = {"ok", "note", "unknown", "warn",
                                        "fail"};
    struct arena *arena = arena_new();
    struct findings findings = {0};

    (void)unused;
    for (unsigned i = 0; i < 100; i++) {
        struct finding *finding =
            findings_add(&findings, arena, "id", (enum verdict)(i % 5));

        assert_string_equal(finding->text, "");
        assert_string_equal(finding->detail, "");
        assert_string_equal(finding->why, "");
        assert_string_equal(finding->fix, "");
        assert_string_equal(finding->source, "");
        finding->detail = arena_printf(arena, "%u", i);
    }
    assert_int_equal(findings.count, 100);
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(atoi(findings.list[i].detail), i);
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        assert_int_equal(findings_count(&findings, (enum verdict)i), 20);
        assert_string_equal(verdict_name((enum verdict)i), names[i]);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_printable),
        cmocka_unit_test(test_printable_random),
        cmocka_unit_test(test_str),
        cmocka_unit_test(test_number),
        cmocka_unit_test(test_trim),
        cmocka_unit_test(test_cpuset_round),
        cmocka_unit_test(test_cpuset_known),
        cmocka_unit_test(test_cpuset_algebra),
        cmocka_unit_test(test_root_links),
        cmocka_unit_test(test_root_read),
        cmocka_unit_test(test_root_renames),
        cmocka_unit_test(test_root_number),
        cmocka_unit_test(test_root_list),
        cmocka_unit_test(test_root_open),
        cmocka_unit_test(test_err),
        cmocka_unit_test(test_arena),
        cmocka_unit_test(test_findings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
