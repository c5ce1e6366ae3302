/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The CPU probe on tiny hosts of just the files that a test needs: many
 * threads, the sources of kinds in turn, what cgroups allow, nohz_full; and
 * on what hwloc's own variables describe.
 */
#include "cpu_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void put(const char *root, const char *path, const char *text)
{
    struct str name CLEANUP(str_free) = STR_INIT;

    str_addf(&name, "%s/%s", root, path);
    for (char *at = name.text + strlen(root) + 1; (at = strchr(at, '/'));
         *at++ = '/') {
        *at = '\0';
        mkdir(name.text, 0700);
    }
    write_text(name.text, text);
}

static void put_cpu(const char *root, unsigned cpu, unsigned core,
                    const char *siblings)
{
    struct str path CLEANUP(str_free) = STR_INIT;
    char text[16];

    str_addf(&path, "sys/devices/system/cpu/cpu%u/topology/core_id", cpu);
    snprintf(text, sizeof(text), "%u\n", core);
    put(root, path.text, text);
    path.length -= strlen("core_id");
    str_add(&path, "thread_siblings");
    put(root, path.text, siblings);
}

/* CPUs 0 to `cpus` - 1 (at most 32), each `threads` of them a core. */
static char *tiny_new(unsigned cpus, unsigned threads)
{
    char *root = scratch_new(), text[32];

    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        unsigned core = cpu / threads;
        unsigned long mask = ((1UL << threads) - 1) << core * threads;

        snprintf(text, sizeof(text), "%08lx\n", mask);
        put_cpu(root, cpu, core, text);
    }
    snprintf(text, sizeof(text), "0-%u\n", cpus - 1);
    put(root, "sys/devices/system/cpu/online", text);
    put(root, "sys/devices/system/cpu/present", text);
    return root;
}

static void put_vendor(const char *root, const char *vendor)
{
    struct str text CLEANUP(str_free) = STR_INIT;

    str_addf(&text, "processor\t: 0\nvendor_id\t: %s\nflags\t\t: fpu vmxx\n",
             vendor);
    put(root, "proc/cpuinfo", str_text(&text));
}

static void put_mhz(const char *root, unsigned cpu, unsigned mhz)
{
    char path[96], text[16];

    snprintf(path, sizeof(path),
             "sys/devices/system/cpu/cpu%u/cpufreq/cpuinfo_max_freq", cpu);
    snprintf(text, sizeof(text), "%u000\n", mhz);
    put(root, path, text);
}

static struct host *tiny_load(const char *root)
{
    struct err err = {0};
    struct host *host = host_probe(root, &err);

    assert_with(host, err.text);
    return host;
}

static void test_threads(void **unused)
{
    char *root = tiny_new(8, 4);
    struct err err = {0};
    struct host *host = tiny_load(root);

    (void)unused;
    assert_int_equal(host->cpu.core_count, 2);
    assert_int_equal(cpu_core_of(&host->cpu, 7)->threads[3], 7);
    assert_true(host->cpu.has_smt);
    host_free(host);
    scratch_free(root);
    root = tiny_new(32, 16);
    assert_null(host_probe(root, &err));
    assert_with(has(err.text, "more than 8 threads"), err.text);
    scratch_free(root);
    root = tiny_new(2, 1);
    put(root, "sys/devices/system/cpu/online", "0,1030\n");
    put_cpu(root, 1030, 1, "1\n");
    assert_null(host_probe(root, &err));
    assert_with(has(err.text, "CPU 1030"), err.text);
    scratch_free(root);
}

/* Cores 0-1 have two threads; 4-7 one each; then who is asked, and in turn. */
static void test_sources(void **unused)
{
    char *root = tiny_new(4, 2), mask[16];
    struct host *host;

    (void)unused;
    for (unsigned cpu = 4; cpu < 8; cpu++) {
        snprintf(mask, sizeof(mask), "%08x\n", 1U << cpu);
        put_cpu(root, cpu, cpu, mask);
    }
    put(root, "sys/devices/system/cpu/online", "0-7\n");
    put(root, "sys/devices/system/cpu/present", "0-7\n");
    put_vendor(root, "AuthenticAMD");
    host = tiny_load(root);
    assert_string_equal(host->cpu.vendor, "AuthenticAMD");
    assert_true(host->cpu.has_flags);
    assert_false(host->cpu.has_vmx);
    assert_false(host->cpu.is_hybrid);
    host_free(host);
    put_vendor(root, "GenuineIntel");
    host = tiny_load(root);
    assert_kind(&host->cpu, CORE_KIND_EFFICIENT, "4-7");
    host_free(host);
    put(root, "sys/devices/system/cpu/present", "0-8\n");
    host = tiny_load(root); /* an offline sibling looks the same */
    assert_false(host->cpu.is_hybrid);
    host_free(host);
    put(root, "sys/devices/system/cpu/present", "0-7\n");
    for (unsigned cpu = 0; cpu < 8; cpu++)
        put_mhz(root, cpu, cpu < 4 ? 5000 : 4400);
    host = tiny_load(root); /* favoured cores: 13.6 % */
    assert_false(host->cpu.is_hybrid);
    host_free(host);
    put_mhz(root, 6, 4300);
    host = tiny_load(root); /* 16.3 % */
    assert_kind(&host->cpu, CORE_KIND_EFFICIENT, "6");
    host_free(host);
    put(root, "sys/devices/cpu_core/cpus", "0-3\n");
    host = tiny_load(root); /* a list that lacks cores tells nothing */
    assert_kind(&host->cpu, CORE_KIND_EFFICIENT, "6");
    host_free(host);
    put(root, "sys/devices/cpu_atom/cpus", "4-5\n");
    put(root, "sys/devices/cpu_lowpower/cpus", "6-7\n");
    host = tiny_load(root);
    assert_kind(&host->cpu, CORE_KIND_PERFORMANCE, "0-3");
    assert_kind(&host->cpu, CORE_KIND_EFFICIENT, "4-5");
    assert_kind(&host->cpu, CORE_KIND_LOW_POWER, "6-7");
    host_free(host);
    scratch_free(root);
}

/* Two L3 domains: how many cores, how much cache, who made it. */
static void test_domains(void **unused)
{
    static const struct {
        unsigned first, second; /* cores */
        const char *first_size, *second_size, *vendor, *efficient;
    } cases[] = {
        {4, 8, "16384K", "8192K", "AuthenticAMD", "4-11"},
        {4, 6, "16384K", "8192K", "AuthenticAMD", "4-9"},
        {8, 4, "8192K", "16384K", "AuthenticAMD", "0-7"},
        {8, 8, "98304K", "32768K", "AuthenticAMD", ""},
        {7, 8, "98304K", "32768K", "AuthenticAMD", ""},
        {4, 8, "16384K", "16384K", "AuthenticAMD", ""},
        {4, 8, "16384K", "8192K", "GenuineIntel", ""},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        unsigned count = cases[i].first + cases[i].second;
        char *root = tiny_new(count, 1);
        struct host *host;

        put_vendor(root, cases[i].vendor);
        for (unsigned cpu = 0; cpu < count; cpu++) {
            bool is_first = cpu < cases[i].first;
            unsigned from = is_first ? 0 : cases[i].first;
            unsigned size = is_first ? cases[i].first : cases[i].second;
            char path[96], mask[16];

            snprintf(path, sizeof(path),
                     "sys/devices/system/cpu/cpu%u/cache/index3/level", cpu);
            put(root, path, "3\n");
            strcpy(strrchr(path, '/'), "/type");
            put(root, path, "Unified\n");
            strcpy(strrchr(path, '/'), "/size");
            put(root, path,
                is_first ? cases[i].first_size : cases[i].second_size);
            strcpy(strrchr(path, '/'), "/shared_cpu_map");
            snprintf(mask, sizeof(mask), "%08x\n", ((1U << size) - 1) << from);
            put(root, path, mask);
        }
        host = tiny_load(root);
        assert_int_equal(host->cpu.l3_count, 2);
        assert_kind(&host->cpu, CORE_KIND_EFFICIENT, cases[i].efficient);
        assert_int_equal(host->cpu.is_hybrid, *cases[i].efficient != '\0');
        host_free(host);
        scratch_free(root);
    }
}

static void test_cgroups(void **unused)
{
    static const struct {
        const char *path, *text, *allowed;
    } steps[] = {
        {"sys/fs/cgroup/cpuset/cpuset.cpus", "0-6\n", "0-6"},
        {"sys/fs/cgroup/cpuset/user.slice/cpuset.cpus", "0\n", "0-6"},
        {"sys/fs/cgroup/cpuset/cpuset.effective_cpus", "0-5\n", "0-5"},
        {"sys/fs/cgroup/cpuset/machine.slice/cpuset.cpus", "\n", "0-5"},
        {"sys/fs/cgroup/cpuset/machine.slice/cpuset.cpus", "3-7\n", "3-5"},
        {"sys/fs/cgroup/cpuset/machine/cpuset.effective_cpus", "4\n", "4"},
        /* Unified: the directory cpuset is then just a group of that name. */
        {"sys/fs/cgroup/cgroup.controllers", "cpuset cpu\n", "0-7"},
        {"sys/fs/cgroup/cpuset.cpus.effective", "0-3\n", "0-3"},
        {"sys/fs/cgroup/machine.slice/cpuset.cpus.effective", "2-3\n", "2-3"},
        {"sys/fs/cgroup/machine.slice/cpuset.cpus.effective", "", "0-3"},
        {"sys/fs/cgroup/machine.slice/cpuset.cpus.effective", "9-\n", "0-3"},
        {"sys/fs/cgroup/machine.slice/cpuset.cpus.effective", "6\n", "0-3"},
    };
    char *root = tiny_new(8, 1);

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        struct host *host;

        put(root, steps[i].path, steps[i].text);
        host = tiny_load(root);
        print_message("%s\n", steps[i].path);
        assert_set(&host->cpu.allowed, steps[i].allowed);
        host_free(host);
    }
    scratch_free(root);
}

/* The kernel writes (null), and pads it with NUL bytes. */
static void test_nohz_full(void **unused)
{
    static const char *const texts[][2] = {
        {"(null)\n", ""}, {"  (null)\n", ""}, {"\n", ""}, {"1-3\n", "1-3"}};
    char *root = tiny_new(4, 1);

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct host *host;

        put(root, "sys/devices/system/cpu/nohz_full", texts[i][0]);
        host = tiny_load(root);
        assert_set(&host->cpu.nohz_full, texts[i][1]);
        host_free(host);
    }
    scratch_free(root);
}

/* hwloc is told of another machine: nothing of this one may show. */
static void test_foreign(void **unused)
{
    struct host *host;

    (void)unused;
    setenv("HWLOC_SYNTHETIC", "pack:2 l3:2 core:4 pu:2", 1);
    host = tiny_load("/");
    unsetenv("HWLOC_SYNTHETIC");
    assert_int_equal(host->cpu.core_count, 16);
    assert_set(&host->cpu.online, "0-31");
    assert_set(&host->cpu.allowed, "0-31");
    assert_set(&host->cpu.offline, "");
    assert_set(&host->cpu.isolated, "");
    assert_string_equal(host->cpu.vendor, "");
    assert_false(host->cpu.has_flags);
    assert_int_equal(host->cpu.cores[0].max_khz, 0);
    host_free(host);
    host = host_load("offline"); /* the environment is as it was */
    assert_int_equal(host->cpu.core_count, 4);
    assert_null(getenv("HWLOC_FSROOT"));
    host_free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads),   cmocka_unit_test(test_sources),
        cmocka_unit_test(test_domains),   cmocka_unit_test(test_cgroups),
        cmocka_unit_test(test_nohz_full), cmocka_unit_test(test_foreign),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
