/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Applies plans to domain files beneath a directory of the test's own, and
 * takes them back: whatever happens, no byte may be lost.
 */
#include "support.h"

#include "apply/compare.h"
#include "apply/file.h"
#include "apply/foreign.h"
#include "apply/undo.h"
#include "plan/layout.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCRIPT "#!/bin/sh\n# the hook\n"
#define UUID_A "8f1d6a52-3c0e-4b7a-9d15-2e6f0c4b8a91"
#define UUID_B "11111111-2222-4333-8444-555555555555"

static struct host *host;

/* A directory, a domain file in it, and all that applying needs. */
struct bench {
    char *root;
    char *path;
    struct root *hooks;
    struct target target;
    struct domain *domain;
    struct plan *plan;
    struct changeset *set;
    struct apply_report report;
    struct err err;
};

static char *join(const char *directory, const char *name)
{
    struct str str = STR_INIT;

    str_addf(&str, "%s/%s", directory, name);
    return str_steal(&str);
}

/* The domain's file is written anew with this UUID and line end. */
static struct bench bench_new(char *root, const char *name, const char *uuid)
{
    struct bench bench = {.root = root, .path = join(root, name)};
    struct str text CLEANUP(str_free) = STR_INIT;

    str_addf(&text,
             "<domain type='kvm'>\n  <name>%s</name>\n  <uuid>%s</uuid>\n"
             "  <memory>4194304</memory>\n  <!-- mine -->\n"
             "  <vcpu>4</vcpu>\n</domain>",
             name, uuid);
    write_text(bench.path, str_text(&text));
    bench.hooks = root_open(root, NULL);
    bench.target = (struct target){.root = root};
    return bench;
}

static void bench_close(struct bench *bench)
{
    changeset_free(bench->set);
    plan_free(bench->plan);
    domain_free(bench->domain);
    bench->set = NULL;
    bench->plan = NULL;
    bench->domain = NULL;
}

static void bench_free(struct bench *bench)
{
    bench_close(bench);
    root_free(bench->hooks);
    free(bench->path);
}

/* Reads the domain and plans a layout with the hook's isolation. */
static void bench_plan(struct bench *bench, unsigned vcpus)
{
    struct arena *arena = arena_new();

    bench_close(bench);
    bench->domain = domain_load_file(bench->path, &bench->err);
    assert_non_null(bench->domain);
    bench->plan = plan_new(
        host, bench->domain,
        root_read(bench->hooks, arena, hook_data_path(arena, bench->domain)),
        NULL);
    arena_free(arena);
    assert_true(accept_layout(bench->plan, vcpus));
    option_set(bench->plan, OPTION_ISOLATE, OPTION_ON);
    bench->set = changeset_new(bench->plan, bench->hooks, SCRIPT, &bench->err);
    assert_non_null(bench->set);
}

static bool bench_apply(struct bench *bench)
{
    return apply_check(&bench->target, bench->plan, bench->set, &bench->err) &&
           apply_run(&bench->target, bench->plan, bench->set, &bench->report,
                     &bench->err);
}

/* As the program: the domain is read anew, the undo computed against that. */
static bool bench_undo_number(struct bench *bench, unsigned number)
{
    struct domain *domain = domain_load_file(bench->path, &bench->err);
    struct undo *undo = domain ? undo_new(&bench->target, domain, SCRIPT,
                                          number, NULL, &bench->err)
                               : NULL;
    bool is_undone = undo && undo_run(&bench->target, domain, undo,
                                      &bench->report, &bench->err);

    undo_free(undo);
    domain_free(domain);
    return is_undone;
}

static bool bench_undo(struct bench *bench)
{
    return bench_undo_number(bench, 0);
}

/* No file of a half-done write is left anywhere. */
static void check_no_temporary(const char *path)
{
    struct dirent *entry;
    DIR *directory = opendir(path);

    if (!directory)
        return;
    while ((entry = readdir(directory))) {
        char *below CLEANUP(mem_free) = join(path, entry->d_name);

        assert_with(!str_starts(entry->d_name, ".virt-tune-"), below);
        if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
            strcmp(entry->d_name, "..") != 0)
            check_no_temporary(below);
    }
    closedir(directory);
}

static bool exists(const struct bench *bench, const char *path)
{
    return root_exists(bench->hooks, path);
}

static void test_apply_undo(void **unused)
{
    char *root = scratch_new();
    struct bench bench = bench_new(root, "a.xml", UUID_A);
    char *before CLEANUP(mem_free) = read_text(bench.path);
    struct stat stat_now;

    (void)unused;
    assert_int_equal(chmod(bench.path, 0640), 0);
    for (unsigned round = 1; round <= 3; round++) {
        char *after, *restored;

        bench_plan(&bench, 4 * round);
        assert_with(bench_apply(&bench), bench.err.text);
        assert_int_equal(bench.report.number, 2 * round - 1);
        for (size_t i = 0; i < bench.report.count; i++)
            assert_int_equal(bench.report.steps[i].state, STEP_DONE);
        assert_true(bench.report.needs_reload);
        after = read_text(bench.path);
        assert_string_equal(after, bench.set->xml);
        assert_true(exists(&bench, HOOK_SCRIPT));
        assert_true(file_is_executable(root, HOOK_SCRIPT));
        assert_true(exists(&bench, HOOK_DATA "/" UUID_A ".conf"));
        check_no_temporary(root);
        assert_with(bench_undo(&bench), bench.err.text);
        restored = read_text(bench.path);
        assert_string_equal(restored, before);
        assert_false(exists(&bench, HOOK_SCRIPT));
        assert_false(exists(&bench, HOOK_DATA));
        check_no_temporary(root);
        assert_int_equal(stat(bench.path, &stat_now), 0);
        assert_int_equal(stat_now.st_mode & 07777, 0640);
        free(after);
        free(restored);
        assert_false(bench_undo(&bench));
    }
    bench_free(&bench);
    scratch_free(root);
}

/* Two applies are undone one after the other, the newest first. */
static void test_undo_order(void **unused)
{
    char *root = scratch_new();
    struct bench bench = bench_new(root, "a.xml", UUID_A);
    char *first CLEANUP(mem_free) = read_text(bench.path);
    char *second, *now;

    (void)unused;
    bench_plan(&bench, 4);
    assert_with(bench_apply(&bench), bench.err.text);
    second = read_text(bench.path);
    bench_plan(&bench, 8);
    assert_with(bench_apply(&bench), bench.err.text);
    assert_with(bench_undo(&bench), bench.err.text);
    now = read_text(bench.path);
    assert_string_equal(now, second);
    assert_true(exists(&bench, HOOK_SCRIPT));
    assert_with(bench_undo(&bench), bench.err.text);
    free(now);
    now = read_text(bench.path);
    assert_string_equal(now, first);
    assert_false(exists(&bench, HOOK_SCRIPT));
    free(now);
    free(second);
    bench_free(&bench);
    scratch_free(root);
}

static void test_two_domains(void **unused)
{
    char *root = scratch_new();
    struct bench a = bench_new(root, "a.xml", UUID_A);
    struct bench b = bench_new(root, "b.xml", UUID_B);

    (void)unused;
    bench_plan(&a, 4);
    assert_with(bench_apply(&a), a.err.text);
    bench_plan(&b, 4);
    assert_with(bench_apply(&b), b.err.text);
    assert_false(b.report.needs_reload);
    assert_with(bench_undo(&a), a.err.text);
    assert_true(exists(&b, HOOK_SCRIPT));
    assert_true(exists(&b, HOOK_DATA "/" UUID_B ".conf"));
    assert_false(exists(&b, HOOK_DATA "/" UUID_A ".conf"));
    assert_with(bench_undo(&b), b.err.text);
    assert_false(exists(&b, HOOK_SCRIPT));
    bench_free(&a);
    bench_free(&b);
    scratch_free(root);
}

static void test_changed_meanwhile(void **unused)
{
    char *root = scratch_new();
    struct bench bench = bench_new(root, "a.xml", UUID_A);
    char *now;

    (void)unused;
    bench_plan(&bench, 4);
    write_text(bench.path, "<domain/>\n");
    assert_false(bench_apply(&bench));
    assert_int_equal(bench.err.code, ERR_CHANGED);
    now = read_text(bench.path);
    assert_string_equal(now, "<domain/>\n");
    assert_false(exists(&bench, "etc"));
    assert_false(exists(&bench, "var"));
    free(now);
    bench_free(&bench);
    scratch_free(root);
}

static void edit_text(const char *path, const char *from, const char *to)
{
    char *text CLEANUP(mem_free) = read_text(path);
    char *at = strstr(text, from);
    struct str str CLEANUP(str_free) = STR_INIT;

    assert_non_null(at);
    str_add_bytes(&str, text, (size_t)(at - text));
    str_addf(&str, "%s%s", to, at + strlen(from));
    write_text(path, str_text(&str));
}

/* Undo overwrites no later edit, neither of the domain nor of the hook. */
static void test_undo_changed(void **unused)
{
    char *root = scratch_new();
    struct bench bench = bench_new(root, "a.xml", UUID_A);
    char *conf CLEANUP(mem_free) = join(root, HOOK_DATA "/" UUID_A ".conf");
    char *after, *data;

    (void)unused;
    bench_plan(&bench, 4);
    assert_with(bench_apply(&bench), bench.err.text);
    after = read_text(bench.path);
    data = read_text(conf);
    edit_text(conf, "guest_cpus = ", "guest_cpus = 9");
    assert_false(bench_undo(&bench));
    assert_int_equal(bench.err.code, ERR_CHANGED);
    write_text(conf, data);
    edit_text(bench.path, "vcpu='0' cpuset='", "vcpu='0' cpuset='9");
    assert_false(bench_undo(&bench));
    assert_int_equal(bench.err.code, ERR_CHANGED);
    assert_with(has(bench.err.text, "<vcpupin"), bench.err.text);
    write_text(bench.path, after);
    assert_with(bench_undo(&bench), bench.err.text);
    free(after);
    free(data);
    bench_free(&bench);
    scratch_free(root);
}

/* Directories are as open as the hook's files, whatever the umask. */
static void test_directory_modes(void **unused)
{
    static const char *const open[] = {"etc", "etc/libvirt/hooks",
                                       "etc/libvirt/hooks/qemu.d"};
    char *root = scratch_new();
    char *closed CLEANUP(mem_free) = join(root, "draft/own");
    char *above CLEANUP(mem_free) = join(root, "draft");
    mode_t mask = umask(077);
    struct stat now;

    (void)unused;
    assert_true(file_make_directory(root, open[2], 0755, NULL));
    assert_true(file_make_directory(root, "draft/own", 0700, NULL));
    umask(mask);
    for (size_t i = 0; i < ARRAY_SIZE(open); i++) {
        char *path CLEANUP(mem_free) = join(root, open[i]);

        assert_int_equal(stat(path, &now), 0);
        assert_int_equal(now.st_mode & 07777, 0755);
    }
    assert_int_equal(stat(closed, &now), 0);
    assert_int_equal(now.st_mode & 07777, 0700);
    assert_int_equal(stat(above, &now), 0);
    assert_int_equal(now.st_mode & 07777, 0700);
    scratch_free(root);
}

/* A hook that cannot be written: the domain is as it was. */
static void test_symlinked_hook(void **unused)
{
    char *root = scratch_new();
    struct bench bench = bench_new(root, "a.xml", UUID_A);
    char *before CLEANUP(mem_free) = read_text(bench.path);
    char *script CLEANUP(mem_free) = join(root, HOOK_SCRIPT);
    char *other CLEANUP(mem_free) = join(root, "precious");
    char *now;

    (void)unused;
    write_text(other, "precious\n");
    assert_true(
        file_make_directory(root, "etc/libvirt/hooks/qemu.d", 0755, NULL));
    assert_int_equal(symlink("/precious", script), 0);
    bench_plan(&bench, 4);
    assert_false(bench_apply(&bench));
    assert_with(has(bench.err.text, "regular file"), bench.err.text);
    now = read_text(other);
    assert_string_equal(now, "precious\n");
    free(now);
    now = read_text(bench.path);
    assert_string_equal(now, before);
    free(now);
    assert_false(exists(&bench, HOOK_DATA "/" UUID_A ".conf"));
    check_no_temporary(root);
    bench_free(&bench);
    scratch_free(root);
}

/* A link to a domain file: the file is rewritten, the link stays. */
static void test_symlinked_domain(void **unused)
{
    char *root = scratch_new();
    struct bench bench = bench_new(root, "a.xml", UUID_A);
    char *link CLEANUP(mem_free) = join(root, "link.xml");
    struct stat stat_now;
    char *now;

    (void)unused;
    assert_int_equal(symlink("a.xml", link), 0);
    free(bench.path);
    bench.path = mem_strdup(link);
    bench_plan(&bench, 4);
    assert_with(bench_apply(&bench), bench.err.text);
    assert_int_equal(lstat(link, &stat_now), 0);
    assert_true(S_ISLNK(stat_now.st_mode));
    now = read_text(link);
    assert_string_equal(now, bench.set->xml);
    free(now);
    bench_free(&bench);
    scratch_free(root);
}

/* A UUID comes from a file: it may not name a place. */
static void test_hostile_uuid(void **unused)
{
    char *root = scratch_new();
    struct bench bench = bench_new(root, "a.xml", "../../../../../escaped");

    (void)unused;
    bench_plan(&bench, 4);
    for (size_t i = 0; i < bench.set->file_count; i++)
        assert_with(!has(bench.set->files[i].path, ".."),
                    bench.set->files[i].path);
    bench_free(&bench);
    scratch_free(root);
}

static void test_not_writable(void **unused)
{
    char *root;
    struct bench bench;

    (void)unused;
    if (geteuid() == 0)
        skip();
    root = scratch_new();
    bench = bench_new(root, "a.xml", UUID_A);
    bench_plan(&bench, 4);
    assert_int_equal(chmod(root, 0555), 0);
    assert_false(bench_apply(&bench));
    assert_int_equal(bench.err.code, ERR_PERMISSION);
    assert_int_equal(chmod(root, 0755), 0);
    bench_free(&bench);
    scratch_free(root);
}

/* A hook file with its own mode, and without a line end, comes back so. */
static void test_hook_restored(void **unused)
{
    char *root = scratch_new();
    struct bench bench = bench_new(root, "a.xml", UUID_A);
    char *conf CLEANUP(mem_free) = join(root, HOOK_DATA "/" UUID_A ".conf");
    struct stat stat_now;
    char *now;

    (void)unused;
    assert_true(file_make_directory(root, HOOK_DATA, 0755, NULL));
    write_text(conf, "version = 1\nguest_cpus = 3");
    assert_int_equal(chmod(conf, 0600), 0);
    bench_plan(&bench, 4);
    assert_with(bench_apply(&bench), bench.err.text);
    assert_with(bench_undo(&bench), bench.err.text);
    now = read_text(conf);
    assert_string_equal(now, "version = 1\nguest_cpus = 3");
    free(now);
    assert_int_equal(stat(conf, &stat_now), 0);
    assert_int_equal(stat_now.st_mode & 07777, 0600);
    bench_free(&bench);
    scratch_free(root);
}

static void test_compare(void **unused)
{
    static const struct {
        const char *wanted, *stored;
        bool is_held;
    } cases[] = {
        {"<a/>", "<a/>", true},
        {"<a/>", "<b/>", false},
        {"<a/>", "<a b='1'><c/></a>", true},
        {"<a b='1'/>", "<a/>", false},
        {"<a b='1'/>", "<a b='2'/>", false},
        {"<a b='1' c='2'/>", "<a c=\"2\" b=\"1\"/>", true},
        {"<a>1</a>", "<a> 1\n</a>", true},
        {"<a>1</a>", "<a>2</a>", false},
        {"<a>1</a>", "<a><b/></a>", false},
        {"<a><b/><c/></a>", "<a><c/><x/><b/></a>", true},
        {"<a><b/><b/></a>", "<a><b/></a>", false},
        {"<a><b i='1'/><b i='2'/></a>", "<a><b i='2'/><b i='1'/></a>", true},
        {"<a><b/><b i='1'/></a>", "<a><b i='1'/><b/></a>", true},
        {"<a><!-- c --><b/></a>", "<a><b/></a>", true},
        {"<a xmlns:x='u'><x:b/></a>", "<a><y:b xmlns:y='u'/></a>", true},
        {"<a xmlns:x='u'><x:b/></a>", "<a><b/></a>", false},
        {"<a xmlns:x='u'><b x:c='1'/></a>", "<a><b c='1'/></a>", false},
        {"<a><b><c d='1'/></b></a>", "<a><b><c d='2'/></b></a>", false},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct err err = {0};

        if (compare_stored(cases[i].wanted, cases[i].stored, &err) !=
            cases[i].is_held) {
            print_error("case %zu: %s in %s\n", i, cases[i].wanted,
                        cases[i].stored);
            fail();
        }
        assert_int_equal(err.text[0] == '\0', cases[i].is_held);
    }
}

/* What libvirt makes of our own change is not blamed on anybody. */
static void test_foreign(void **unused)
{
#define DOMAIN(inside) "<domain><name>a</name>" inside "</domain>"
    static const struct {
        const char *before, *wanted, *now;
        bool is_foreign;
    } cases[] = {
        {DOMAIN("<s state='on' retries='8191'/>"),
         DOMAIN("<s state='off' retries='8191'/>"), DOMAIN("<s state='off'/>"),
         false},
        {DOMAIN("<t state='on'><direct state='on'/></t>"),
         DOMAIN("<t state='off'><direct state='off'/></t>"),
         DOMAIN("<t state='off'/>"), false},
        {DOMAIN("<t state='on'><direct state='on'/></t>"),
         DOMAIN("<t state='on'><direct state='off'/></t>"),
         DOMAIN("<t state='on'/>"), false},
        {DOMAIN("<m><h/></m>"), DOMAIN("<m></m>"), DOMAIN(""), false},
        {DOMAIN("<d><smm state='on'><tseg>48</tseg></smm></d>"),
         DOMAIN("<d><smm state='off'><tseg>48</tseg></smm></d>"),
         DOMAIN("<d><smm state='off'/></d>"), false},
        {DOMAIN("<d/>"), DOMAIN("<d><hostdev/></d>"),
         DOMAIN("<d><hostdev><address/></hostdev></d>"), false},
        {DOMAIN("<d><b m='virtio'/></d>"), DOMAIN("<d></d>"),
         DOMAIN("<d><b m='virtio'/></d>"), false},
        {DOMAIN("<m><h/></m>"), DOMAIN("<m/>"), DOMAIN("<title>t</title>"),
         true},
        {DOMAIN("<m><h/></m><x/>"), DOMAIN("<m/><x/>"), DOMAIN(""), true},
        {DOMAIN("<v n='1'/><m><h/></m>"), DOMAIN("<v n='1'/><m/>"),
         DOMAIN("<v n='2'/>"), true},
        {DOMAIN("<v>1</v><m><h/></m>"), DOMAIN("<v>1</v><m/>"),
         DOMAIN("<v>2</v>"), true},
        {DOMAIN("<m><h/><k/></m>"), DOMAIN("<m><k/></m>"), DOMAIN(""), true},
        {DOMAIN(""), DOMAIN(""), "no XML", true},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        if (foreign_has_edit(cases[i].before, cases[i].wanted, cases[i].now) !=
            cases[i].is_foreign)
            fail_msg("case %zu: %s", i, cases[i].now);
#undef DOMAIN
}

static void test_files(void **unused)
{
    char *root = scratch_new();
    struct err err = {0};
    char *path CLEANUP(mem_free) = join(root, "f");
    char *now;

    (void)unused;
    assert_true(file_replace(root, "f", NULL, "one", 3, 0600, &err));
    assert_true(file_replace(root, "f", NULL, "", 0, 0644, &err));
    now = read_text(path);
    assert_string_equal(now, "");
    free(now);
    assert_false(file_create(path, "x", 1, 0600, &err));
    assert_false(file_replace(root, "no/f", NULL, "x", 1, 0600, &err));
    assert_false(file_replace(root, ".", NULL, "x", 1, 0600, &err));
    assert_int_equal(err.code, ERR_REFUSED);
    assert_true(file_make_directory(root, "p/q", 0700, &err));
    assert_false(file_remove(root, "p/q", &err));
    file_remove_empty(root, "p", NULL);
    assert_true(file_is_writable(root, "p/q/r/s/t"));
    file_remove_empty(root, "p/q", NULL);
    file_remove_empty(root, "p", NULL);
    assert_true(file_remove(root, "p", &err));
    assert_true(file_remove(root, "f", &err));
    check_no_temporary(root);
    scratch_free(root);
}

static int setup(void **unused)
{
    (void)unused;
    host = host_load(host_names[0]);
    return 0;
}

static int teardown(void **unused)
{
    (void)unused;
    host_free(host);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_apply_undo),
        cmocka_unit_test(test_undo_order),
        cmocka_unit_test(test_two_domains),
        cmocka_unit_test(test_changed_meanwhile),
        cmocka_unit_test(test_undo_changed),
        cmocka_unit_test(test_directory_modes),
        cmocka_unit_test(test_symlinked_hook),
        cmocka_unit_test(test_symlinked_domain),
        cmocka_unit_test(test_hostile_uuid),
        cmocka_unit_test(test_not_writable),
        cmocka_unit_test(test_hook_restored),
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_foreign),
        cmocka_unit_test(test_files),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
