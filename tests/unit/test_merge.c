/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes changes out of definitions that others edited since, and compares
 * with a model: a definition is a row of slots, and who changed which is
 * known.
 */
#include "support.h"

#include "apply/compare.h"
#include "apply/lines.h"
#include "render/merge.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 18, VALUES = 4 }; /* value 0: it is not there */

static const struct slot {
    const char *wrapper; /* NULL: below the root */
    const char *format;  /* with one number */
} slots[SLOTS] = {
    {NULL, "<memory unit='KiB'>%d</memory>"},
    {NULL, "<vcpu placement='static' cpuset='%d'>4</vcpu>"},
    {"cputune", "<shares>%d</shares>"},
    {"cputune", "<vcpupin vcpu='0' cpuset='%d'/>"},
    {"cputune", "<vcpupin vcpu='1' cpuset='%d'/>"},
    {"cputune", "<vcpupin vcpu='2' cpuset='%d'/>"},
    {"cputune", "<emulatorpin cpuset='%d'/>"},
    {"memoryBacking", "<hugepages><page size='%d' unit='KiB'/></hugepages>"},
    {"memoryBacking", "<source type='t%d'/>"},
    {"features", "<hyperv mode='custom'><relaxed state='s%d'/></hyperv>"},
    {"features", "<ioapic driver='d%d'/>"},
    {"cpu", "<topology sockets='1' cores='%d' threads='2'/>"},
    {"cpu", "<feature policy='p%d' name='topoext'/>"},
    {"cpu", "<feature policy='p%d' name='invtsc'/>"},
    {"clock", "<timer name='hpet' present='n%d'/>"},
    {"clock", "<timer name='hypervclock' present='n%d'/>"},
    {"devices",
     "<disk type='file'><driver io='i%d'/>"
     "<target dev='vda' bus='virtio'/></disk>"},
    {"devices",
     "<hostdev mode='m%d'><source><address bus='1'/></source>"
     "</hostdev>"},
};

/* The wrappers come and go with what is in them. */
static char *render(const int *values)
{
    struct str str = STR_INIT;
    const char *open = NULL;

    str_add(&str, "<domain type='kvm'>\n  <name>x</name>\n");
    for (int i = 0; i < SLOTS; i++) {
        const char *wrapper = slots[i].wrapper;

        if (values[i] == 0)
            continue;
        if (open && (!wrapper || strcmp(open, wrapper) != 0)) {
            str_addf(&str, "  </%s>\n", open);
            open = NULL;
        }
        if (wrapper && !open) {
            str_addf(&str, "  <%s>\n", wrapper);
            open = wrapper;
        }
        str_add(&str, open ? "    " : "  ");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        str_addf(&str, slots[i].format, values[i]);
#pragma GCC diagnostic pop
        str_add(&str, "\n");
    }
    if (open)
        str_addf(&str, "  </%s>\n", open);
    str_add(&str, "  <on_crash>destroy</on_crash>\n</domain>\n");
    return str_steal(&str);
}

static int other_value(int value)
{
    int other = (int)random_below(VALUES - 1);

    return other >= value ? other + 1 : other;
}

static bool is_alone(const int *values, int slot)
{
    for (int i = 0; i < SLOTS; i++)
        if (i != slot && slots[i].wrapper && slots[slot].wrapper &&
            strcmp(slots[i].wrapper, slots[slot].wrapper) == 0 && values[i])
            return false;
    return slots[slot].wrapper != NULL;
}

static void check(const char *before, const char *after, const char *today,
                  const char *wanted)
{
    struct err err = {0};
    struct conflicts conflicts = {0};
    struct merge *merge = merge_undo(before, after, today, &conflicts, &err);
    bool is_right = merge && conflicts.count == 0 &&
                    compare_stored(wanted, merge->text, &err) &&
                    compare_stored(merge->text, wanted, &err);

    if (!is_right)
        print_error("%s %s\nbefore:\n%safter:\n%stoday:\n%swanted:\n%sgot:\n%s",
                    err.text, conflicts.count ? conflicts.list[0].text : "",
                    before, after, today, wanted, merge ? merge->text : "");
    assert_true(is_right);
    merge_free(merge);
    conflicts_free(&conflicts);
}

/* We change some slots, they change others: ours go back, theirs stay. */
static void test_model(void **unused)
{
    unsigned rounds = getenv("VIRT_TUNE_LONG") ? 50000 : 3000;

    (void)unused;
    random_seed(7);
    for (unsigned round = 0; round < rounds; round++) {
        int before[SLOTS], after[SLOTS], today[SLOTS], wanted[SLOTS];
        char *texts[4];

        for (int i = 0; i < SLOTS; i++)
            before[i] = (int)random_below(VALUES);
        memcpy(after, before, sizeof(before));
        for (int i = 0; i < SLOTS; i++)
            if (random_below(3) == 0)
                after[i] = other_value(before[i]);
        memcpy(today, after, sizeof(after));
        memcpy(wanted, before, sizeof(before));
        for (int i = 0; i < SLOTS; i++) {
            int value = other_value(after[i]);

            if (after[i] != before[i] || random_below(3) != 0)
                continue;
            /* Who takes the last one out takes the wrapper: no model. */
            if (value == 0 && (is_alone(today, i) || is_alone(wanted, i)))
                continue;
            today[i] = wanted[i] = value;
        }
        texts[0] = render(before);
        texts[1] = render(after);
        texts[2] = render(today);
        texts[3] = render(wanted);
        check(texts[0], texts[1], texts[2], texts[3]);
        for (int i = 0; i < 4; i++)
            free(texts[i]);
    }
}

/* What comes of a conflict that is decided. */
static void check_choice(enum choice choice, char *const *texts,
                         const char *wanted)
{
    const struct choices choices = {.rest = choice};
    struct conflicts conflicts = {.choices = &choices};
    struct merge *merge =
        merge_undo(texts[0], texts[1], texts[2], &conflicts, NULL);
    struct err err = {0};

    assert_non_null(merge);
    assert_int_equal(conflicts_open(&conflicts), 0);
    if (!compare_stored(wanted, merge->text, &err) ||
        !compare_stored(merge->text, wanted, &err)) {
        print_error(
            "%s %d %s\nbefore:\n%safter:\n%stoday:\n%swanted:\n%sgot:\n%s",
            err.text, choice, conflicts.list[0].text, texts[0], texts[1],
            texts[2], wanted, merge->text);
        fail();
    }
    merge_free(merge);
    conflicts_free(&conflicts);
}

/*
 * We change some slots, they change one of these into something third: never
 * silent. Kept it is theirs, taken back what was before; the others are back.
 */
static void test_conflict(void **unused)
{
    (void)unused;
    random_seed(8);
    for (unsigned round = 0; round < 2000; round++) {
        int before[SLOTS], after[SLOTS], today[SLOTS];
        int slot = (int)random_below(SLOTS);
        char *texts[3], *kept;
        struct conflicts conflicts = {0};
        struct merge *merge;

        for (int i = 0; i < SLOTS; i++)
            before[i] = (int)random_below(VALUES);
        memcpy(after, before, sizeof(before));
        for (int i = 0; i < SLOTS; i++)
            if (i == slot || random_below(4) == 0)
                after[i] = other_value(before[i]);
        memcpy(today, after, sizeof(after));
        do
            today[slot] = (int)random_below(VALUES);
        while (today[slot] == before[slot] || today[slot] == after[slot]);
        texts[0] = render(before);
        texts[1] = render(after);
        texts[2] = render(today);
        before[slot] = today[slot];
        kept = render(before);
        merge = merge_undo(texts[0], texts[1], texts[2], &conflicts, NULL);
        assert_non_null(merge);
        if (conflicts.count == 0)
            print_error("before:\n%safter:\n%stoday:\n%sgot:\n%s", texts[0],
                        texts[1], texts[2], merge->text);
        assert_true(conflicts.count > 0);
        assert_int_equal(conflicts_open(&conflicts), conflicts.count);
        assert_true(*conflicts.list[0].now || *conflicts.list[0].then);
        merge_free(merge);
        conflicts_free(&conflicts);
        check_choice(CHOICE_BACK, texts, texts[0]);
        /* Who takes the last one out takes the wrapper, and that is kept. */
        if (today[slot] != 0 ||
            (!is_alone(today, slot) && !is_alone(before, slot)))
            check_choice(CHOICE_KEEP, texts, kept);
        for (int i = 0; i < 3; i++)
            free(texts[i]);
        free(kept);
    }
}

static void test_cases(void **unused)
{
    static const struct {
        const char *before, *after, *today, *wanted; /* NULL: a conflict */
    } cases[] = {
        {"<a/>", "<a><b/></a>", "<a><b/></a>", "<a/>"},
        {"<a/>", "<a><b/></a>", "<a> <b/> </a>", "<a/>"},
        {"<a/>", "<a><b/></a>", "<a><b/><c/></a>", "<a><c/></a>"},
        {"<a/>", "<a><b/></a>", "<a><b><c/></b></a>", "<a><b><c/></b></a>"},
        {"<a/>", "<a x='1'/>", "<a x='1' y='2'/>", "<a y='2'/>"},
        {"<a x='1'/>", "<a/>", "<a y='2'/>", "<a y='2' x='1'/>"},
        {"<a x='1'/>", "<a x='2'/>", "<a y='3' x = \"2\" />",
         "<a y='3' x = \"1\" />"},
        {"<a x='1'/>", "<a x='2'/>", "<a x='3'/>", NULL},
        {"<a>1</a>", "<a>2</a>", "<a x='1'>2</a>", "<a x='1'>1</a>"},
        {"<a>1</a>", "<a>2</a>", "<a>3</a>", NULL},
        {"<a>1</a>", "<a>2</a>", "<a x='1'>1</a>", "<a x='1'>1</a>"},
        {"<a><b/></a>", "<a/>", "<a><c/></a>", "<a><b/><c/></a>"},
        {"<a><b/></a>", "<a/>", "<a x='1'/>", "<a x='1'><b/></a>"},
        {"<a><b/><c/></a>", "<a/>", "<a x='1'/>", "<a x='1'><b/><c/></a>"},
        {"<a><b><d/></b><c/></a>", "<a><c/></a>", "<a><c/><e/></a>",
         "<a><b><d/></b><c/><e/></a>"},
        /* Half a disk is none. */
        {"<a/>", "<a><disk><target dev='x'/></disk></a>",
         "<a><disk><driver/><target dev='x'/></disk></a>", NULL},
        {"<a><disk><target dev='hda'/></disk></a>",
         "<a><disk><target dev='vda'/></disk></a>",
         "<a><disk><driver iothread='1'/><target dev='vda'/></disk></a>", NULL},
        /* One driver, whatever is said of it. */
        {"<disk><driver name='q'/></disk>",
         "<disk><driver name='q' iothread='1'/></disk>",
         "<disk><driver name='q' iothread='1' io='native'/></disk>",
         "<disk><driver name='q' io='native'/></disk>"},
        {"<disk><driver/></disk>", "<disk><driver name='q'/></disk>",
         "<disk><driver name='q' io='native'/></disk>",
         "<disk><driver io='native'/></disk>"},
        {"<a><iothreadpin iothread='1'/></a>",
         "<a><iothreadpin iothread='2'/></a>",
         "<a><iothreadpin iothread='2'/><b/></a>",
         "<a><iothreadpin iothread='1'/><b/></a>"},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        if (cases[i].wanted) {
            check(cases[i].before, cases[i].after, cases[i].today,
                  cases[i].wanted);
        } else {
            struct conflicts conflicts = {0};
            struct merge *merge = merge_undo(cases[i].before, cases[i].after,
                                             cases[i].today, &conflicts, NULL);

            assert_true(conflicts.count > 0);
            merge_free(merge);
            conflicts_free(&conflicts);
        }
    }
}

/* Untouched since: the bytes come back, comments and all. */
static void test_bytes(void **unused)
{
    struct conflicts none = {0};
    struct merge *merge = merge_undo("<a ><!-- x --></a>\n", "<a>\n</a>",
                                     "<a>\n</a>", &none, NULL);

    (void)unused;
    assert_string_equal(merge->text, "<a ><!-- x --></a>\n");
    assert_false(merge->has_later_edits);
    merge_free(merge);
    assert_null(merge_undo("<a/>", "<a", "<a/>", &none, NULL));
}

/* Edited since: what comes back is written as it was, where it was. */
static void test_bytes_around(void **unused)
{
    static const struct {
        const char *before, *after, *today, *wanted;
    } cases[] = {
        {"<a x='1' y='2' z='3'/>", "<a x='1' z='3'/>",
         "<a x='1' z='3'  n='4'/>", "<a x='1' y='2' z='3'  n='4'/>"},
        {"<a x='1'\n  y=\"2\"/>", "<a/>", "<a n='4' />",
         "<a x='1'\n  y=\"2\" n='4' />"},
        {"<a x='1' y='2' z='3'/>", "<a y='2'/>", "<a n='4' y='2'/>",
         "<a x='1' n='4' y='2' z='3'/>"},
        {"<a x=\"1>0\" y='2'/>", "<a x='2' y='3'/>", "<a y='3' n='4' x='2'/>",
         "<a y='2' n='4' x=\"1>0\"/>"},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct conflicts conflicts = {0};
        struct merge *merge = merge_undo(cases[i].before, cases[i].after,
                                         cases[i].today, &conflicts, NULL);

        assert_non_null(merge);
        assert_int_equal(conflicts.count, 0);
        assert_string_equal(merge->text, cases[i].wanted);
        merge_free(merge);
    }
}

#define HEAD "# virt-tune: what the host does.\nversion = 1\nname = x\n"

/* The hook's file of a domain, while a later record stands on it. */
static void test_lines(void **unused)
{
    static const char *const refused = "refused";
    static const struct {
        const char *before, *after, *now, *wanted; /* NULL: no file */
    } cases[] = {
        {NULL, HEAD "a = 1\n", HEAD "a = 1\n", NULL},
        {NULL, HEAD "a = 1\n", NULL, NULL},
        {NULL, HEAD "a = 1\n", HEAD "a = 1\nb = 2\n", HEAD "b = 2\n"},
        {NULL, HEAD "a = 1\n", HEAD "a = 2\n", refused},
        /* A later record took ours away: that is gone already. */
        {NULL, HEAD "a = 1\nb = 2\n", HEAD "b = 2\nc = 3\n", HEAD "c = 3\n"},
        /* Back where it was; a value in its place. */
        {HEAD "a = 1\nb = 2\nc = 3\n", HEAD "a = 1\nc = 3\n",
         HEAD "a = 1\nc = 3\nd = 4\n", HEAD "a = 1\nb = 2\nc = 3\nd = 4\n"},
        {HEAD "a = 1\nb = 2\n", HEAD "a = 9\nb = 2\n",
         HEAD "a = 9\nb = 2\nd = 4\n", HEAD "a = 1\nb = 2\nd = 4\n"},
        {HEAD "a = 1\n", HEAD "a = 9\n", HEAD "b = 2\n", refused},
        {HEAD "a = 1\n", NULL, HEAD "b = 2\n", HEAD "a = 1\nb = 2\n"},
        {HEAD "a = 1\n", NULL, HEAD "a = 1\nb = 2\n", HEAD "a = 1\nb = 2\n"},
        /* It came back otherwise: never two lines of one key. */
        {HEAD "a = 1\n", NULL, HEAD "a = 2\n", refused},
        /* Two records gave a device each. */
        {NULL, HEAD "devices = A\n", HEAD "devices = A B\n",
         HEAD "devices = B\n"},
        {HEAD "devices = A B\n", HEAD "devices = A\n", HEAD "devices = A C\n",
         HEAD "devices = A C B\n"},
        {NULL, HEAD "devices = A\nk = 1\n", HEAD "devices = A\n", NULL},
        /* What somebody noted stays. */
        {NULL, HEAD "a = 1\n", HEAD "# mine\na = 1\n", HEAD "# mine\n"},
        {HEAD "b = 1\n", HEAD "a = 1\n", HEAD "# mine\na = 1\n# too\n",
         HEAD "b = 1\n# mine\n# too\n"},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct conflicts conflicts = {0};
        char *result = NULL;
        bool is_done = lines_undo(cases[i].before, cases[i].after, cases[i].now,
                                  "x", &conflicts, &result);

        assert_int_equal(conflicts.count, cases[i].wanted == refused);
        conflicts_free(&conflicts);
        if (cases[i].wanted == refused) {
            assert_false(is_done);
            assert_null(result);
            continue;
        }
        assert_true(is_done);
        if (cases[i].wanted)
            assert_string_equal(result, cases[i].wanted);
        else
            assert_null(result);
        free(result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_bytes_around), cmocka_unit_test(test_lines),
        cmocka_unit_test(test_model),        cmocka_unit_test(test_conflict),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
