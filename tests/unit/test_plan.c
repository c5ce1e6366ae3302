/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries to break the promises of plans: equal to the domain at first, options
 * that need each other, plan files, dropped parts, undo and redo.
 */
#include "support.h"

#include "plan/hand.h"
#include "plan/history.h"
#include "plan/planfile.h"
#include "plan/rule.h"
#include "render/change.h"

#include <stdlib.h>
#include <string.h>

static struct host *host; /* the demo's */
static struct domain *win10;

/* Everything is on already, and pinned; in two threads of I/O. */
static const char tuned[] =
    "<domain><name>tuned</name><memory unit='GiB'>4</memory>"
    "<memoryBacking><hugepages/></memoryBacking><vcpu>4</vcpu>"
    "<iothreads>2</iothreads><cputune><vcpupin vcpu='0' cpuset='2'/>"
    "<vcpupin vcpu='1' cpuset='0-3'/><emulatorpin cpuset='0'/>"
    "<iothreadpin iothread='2' cpuset='1'/></cputune><features><hyperv>"
    "<synic state='on'/><vpindex state='on'/><ipi state='on'/>"
    "<spinlocks state='on' retries='4096'/></hyperv></features><cpu>"
    "<topology sockets='4' cores='1' threads='1'/></cpu><devices><disk>"
    "<driver iothread='2'/><target dev='vda' bus='virtio'/></disk><disk>"
    "<target dev='vdb' bus='virtio'/></disk></devices></domain>";

static void test_new(void **unused)
{
    struct domain *domains[] = {win10, domain_of(tuned),
                                domain_of("<domain/>")};

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(domains); i++) {
        struct plan *plan = plan_new(host, domains[i], NULL, NULL);
        struct plan *copy = plan_copy(plan), *kept = plan_kept(plan);
        struct changeset *set = changeset_new(plan, NULL, NULL, NULL);

        assert_true(plan_equal(plan, copy) && plan_equal(plan, kept));
        assert_non_null(set);
        assert_int_equal(set->count, 0);
        assert_false(set->changes_xml);
        plan_set_vcpus(copy, plan->vcpus + 1);
        assert_false(plan_equal(plan, copy));
        plan_reset_cpus(copy);
        assert_true(plan_equal(plan, copy));
        copy->dropped = 1;
        assert_false(plan_equal(plan, copy));
        changeset_free(set);
        plan_free(plan);
        plan_free(copy);
        plan_free(kept);
        if (i > 0)
            domain_free(domains[i]);
    }
    plan_free(NULL);
}

static void check_needs(const struct plan *plan)
{
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        const enum option_id *need = option_needs(i);
        const enum option_id *other = option_conflicts(i);

        if (option_is_off(plan, i))
            continue;
        for (; *need != OPTION_NONE; need++)
            assert_with(!option_is_off(plan, *need), option_get(i)->key);
        for (; *other != OPTION_NONE; other++)
            assert_with(option_is_off(plan, *other), option_get(i)->key);
    }
}

static void test_dependencies(void **unused)
{
    struct plan *plan = plan_new(host, win10, NULL, NULL);

    (void)unused;
    assert_int_equal(option_set(plan, OPTION_HV_STIMER, OPTION_ON), 3);
    assert_int_equal(plan->options[OPTION_HV_VPINDEX], OPTION_ON);
    assert_int_equal(plan->options[OPTION_HYPERVCLOCK], OPTION_ON);
    assert_int_equal(option_set(plan, OPTION_HV_IPI, OPTION_ON), 0);
    assert_int_equal(option_set(plan, OPTION_HV_VPINDEX, OPTION_OFF), 3);
    assert_int_equal(plan->options[OPTION_HV_STIMER], OPTION_KEEP);
    assert_int_equal(plan->options[OPTION_HYPERVCLOCK], OPTION_ON);
    random_seed(3);
    for (unsigned i = 0; i < 2000; i++) {
        enum option_id id = random_below(OPTION_COUNT);
        long value = (long)random_below(3) - 1;

        option_set(plan, id, value > 0 ? option_get(id)->on : value);
        check_needs(plan);
    }
    plan_free(plan);
}

static void test_values(void **unused)
{
    static const long values[] = {OPTION_KEEP, OPTION_OFF, 2,        4,    64,
                                  2048,        3072,       4095,     4096, 8191,
                                  65535,       1048576,    16L << 20};
    static const char *const bad[] = {
        "",
        "On",
        "on ",
        " off",
        "-1",
        "yes",
        "0x1000",
        "4094",
        "65536",
        "1.5",
        "99999999999999999999",
        "2MB",
        "M",
        "2m",
        "-2M",
        "0M",
        "1K",
        "2 M",
        "99999999999999M",
        "4095 ",
        "Off",
        "keep1",
        "1048577K",
    };
    char text[32];
    long value;

    (void)unused;
    for (unsigned id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = option_get(id);

        assert_int_equal(option_find(row->key), id);
        assert_true(option_parse(id, "on", &value) && value == row->on);
        for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
            bool is_one =
                values[i] == OPTION_KEEP ||
                (values[i] == OPTION_OFF && !row->has_no_off) ||
                (values[i] > OPTION_OFF &&
                 (row->type == OPTION_TYPE_PAGE_SIZE ||
                  (row->type == OPTION_TYPE_NUMBER &&
                   values[i] >= row->minimum && values[i] <= row->maximum)));

            if (row->type == OPTION_TYPE_CHOICE && values[i] > OPTION_OFF)
                continue;
            value = 12345;
            option_format(id, values[i], text, sizeof(text));
            assert_with(option_parse(id, text, &value) == is_one, text);
            assert_int_equal(value, is_one ? values[i] : 12345);
        }
        for (long i = 1; row->words && row->words[i - 1]; i++) {
            option_format(id, i, text, sizeof(text));
            assert_true(option_parse(id, text, &value) && value == i);
        }
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
            assert_with(!option_parse(id, bad[i], &value), bad[i]);
    }
    assert_int_equal(option_find("nothing"), OPTION_NONE);
}

/* A domain of so much memory whose guest is named by libosinfo. */
static struct plan *plan_of(struct domain **domain, const char *os, long kib)
{
    struct str str CLEANUP(str_free) = STR_INIT;

    str_addf(&str,
             "<domain><metadata><o:l xmlns:o='http://libosinfo.org/xmlns/"
             "libvirt/domain/1.0'><o:os id='http://%s'/></o:l></metadata>"
             "<memory>%ld</memory><vcpu>2</vcpu></domain>",
             os, kib);
    *domain = domain_of(str_text(&str));
    return plan_new(host, *domain, NULL, NULL);
}

/* Proposed wherever libvirt does not say what this host offers. */
static bool is_old_hint(enum option_id id)
{
    return option_get(id)->windows == PROPOSE_ON && id != OPTION_HV_AVIC &&
           id != OPTION_HV_XMM_INPUT && id != OPTION_HV_STIMER_DIRECT &&
           id != OPTION_HV_TLBFLUSH_EXTENDED;
}

static void test_proposals(void **unused)
{
    static const struct {
        const char *os;
        long kib;
        bool is_windows, has_pages;
    } cases[] = {
        {"microsoft.com/win/11", 4194304, true, true},
        {"debian.org/debian/12", 4194304, false, true},
        {"libosinfo.org/unknown/1", 4194304, false, true},
        {"freebsd.org/freebsd/14.0", 4194304, false, true},
        {"microsoft.com/win/10", 1024L * 1024 * 1024, true, false},
        {"microsoft.com/win/10", 4194305, true, true}, /* rounded up */
        {"microsoft.com/win/10", 0, true, false},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct domain *domain;
        struct plan *plan = plan_of(&domain, cases[i].os, cases[i].kib);
        unsigned count = 0;

        assert_int_equal(option_proposal(plan, OPTION_ISOLATE), OPTION_KEEP);
        for (unsigned id = OPTION_HV_RELAXED; id < OPTION_HYPERVCLOCK; id++)
            assert_int_equal(option_proposal(plan, id),
                             cases[i].is_windows && is_old_hint(id)
                                 ? option_get(id)->on
                                 : OPTION_KEEP);
        plan_propose_options(plan);
        check_needs(plan);
        assert_int_equal(plan->options[OPTION_HUGEPAGES],
                         cases[i].has_pages ? 2048 : OPTION_KEEP);
        assert_int_equal(plan->options[OPTION_HUGEPAGES_RESERVE],
                         cases[i].has_pages ? OPTION_ON : OPTION_KEEP);
        for (unsigned id = 0; id < OPTION_COUNT; id++)
            count += plan->options[id] != OPTION_KEEP &&
                     option_get(id)->part != PART_CLOCK;
        assert_true(cases[i].is_windows ? count > 8 : count == 2);
        assert_int_equal(plan_propose_options(plan), 0);
        plan_free(plan);
        domain_free(domain);
    }
}

static void edit_at_random(struct plan *plan)
{
    unsigned core = random_below(plan->host->cpu.core_count);
    enum option_id id = random_below(OPTION_COUNT);

    switch (random_below(7)) {
    case 6:
        hand_toggle_split(plan, core);
        break;
    case 0:
    case 1:
        hand_toggle_guest(plan, core);
        break;
    case 2:
        hand_toggle_emulator(plan, core);
        break;
    case 3:
        hand_toggle_iothread(plan, core);
        break;
    case 4:
        option_set(plan, id, random_below(2) ? option_get(id)->on : 0);
        break;
    default:
        plan_drop(plan, random_below(PART_COUNT), random_below(3) > 0);
    }
}

static void check_file(const struct plan *plan)
{
    struct plan *again =
        plan_new(plan->host, plan->domain, NULL, plan->hook_obstacle);
    struct str str CLEANUP(str_free) = STR_INIT;
    struct err err = {0};

    planfile_save(plan, &str);
    if (!planfile_load(str_text(&str), again, &err))
        fail_msg("%s\n%s", err.text, str_text(&str));
    assert_with(plan_equal(plan, again), str_text(&str));
    plan_free(again);
}

static void test_file(void **unused)
{
    struct domain *other = domain_of(tuned);

    (void)unused;
    random_seed(4);
    for (size_t i = 0; host_names[i]; i++) {
        struct host *it = host_load(host_names[i]);

        for (unsigned round = 0; round < 6; round++) {
            struct plan *plan =
                plan_new(it, round % 2 ? other : win10, NULL, NULL);

            check_file(plan);
            for (unsigned vcpus = 8; vcpus > 0; vcpus /= 2)
                if (accept_layout(plan, vcpus))
                    break;
            check_file(plan);
            plan_propose_options(plan);
            check_file(plan);
            for (unsigned n = 0; n < 12; n++)
                edit_at_random(plan);
            /* Dropped together only once the count is known. */
            for (unsigned part = 0; part < PART_COUNT; part++)
                if (plan->dropped & 1U << part)
                    plan_drop(plan, part, true);
            check_file(plan);
            plan_free(plan);
        }
        host_free(it);
    }
    domain_free(other);
}

static void check_load(const char *text, enum err_code code)
{
    struct plan *plan = plan_new(host, win10, NULL, NULL);
    struct err err = {0};

    assert_with(planfile_load(text, plan, &err) == (code == ERR_NONE), text);
    if (code != ERR_NONE)
        assert_with(err.code == code && str_ends(err.text, "."), text);
    plan_free(plan);
    plan = plan_new(host, win10, NULL, NULL);
    assert_true(planfile_load(text, plan, NULL) == (code == ERR_NONE));
    plan_free(plan);
}

static void test_file_refused(void **unused)
{
    static const char *const lines[] = {
        "garbage",
        "= 1",
        "what = 1",
        "vcpus",
        "vcpus = ",
        "vcpus = 0",
        "vcpus = 4097",
        "vcpus = -1",
        "vcpus = 1 2",
        "vcpupin.12 = 1",
        "vcpupin. = 1",
        "vcpupin.x = 1",
        "vcpupin.0 = 1024",
        "vcpupin.0 = 3-1",
        "vcpupin.99999999999999999999 = 1",
        "emulatorpin = x",
        "iothreadpin.3 = 1",
        "iothreadpin.0 = 1",
        "iothreadpin.4294967297 = 1",
        "disk.vda = 0",
        "disk.vdz = 1",
        "disk. = 1",
        "disk.vda = 99999999999",
        "topology = 1",
        "topology = 1 1 1",
        "topology = 1 1 1 1 1",
        "topology = 1 1 0 1",
        "topology = 0 0 0 1",
        "topology = 1  1 1 1",
        "topology = 4097 1 1 1",
        "hugepages = 1",
        "hugepages = maybe",
        "hyperv.spinlocks = 3",
        "hyperv.relaxed = 8191",
        "dropped = nothing",
        "dropped = vcpus nothing",
        "HUGEPAGES = on",
        "\x1b[2J = \xff",
    };
    static const char *const refused[] = {
        "version = 2\n",
        "version = 01\n",
        "version = 1\nhost = other\n",
        "version = 1\ndomain = other\n",
        "version = 1\nuuid = 8f1d6a52-3c0e-4b7a-9d15-2e6f0c4b8a92\n",
        "version = 1\ndomain = other\nuuid = \n",
        "version = 1\ndomain = other\nuuid=\n",
    };
    static const char *const good[] = {
        "version = 1",
        "\r\n  version=1  \r\n#x\r\nhugepages\t=\t1G\r\n",
        "version = 1\ndomain = renamed\n"
        "uuid = 8f1d6a52-3c0e-4b7a-9d15-2e6f0c4b8a91\n",
        "version = 1\ndomain = win10\nuuid = \n",
        "version = 1\nvcpus = 4096\nvcpupin.4095 = 0-1023\n",
        "version = 1\niothreadpin.1 = \ndisk.vda = 1\ntopology = 0 0 0 0\n",
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        struct str str CLEANUP(str_free) = STR_INIT;

        str_addf(&str, "version = 1\n%s\n", lines[i]);
        check_load(str_text(&str), ERR_FAILED);
    }
    for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
        check_load(refused[i], ERR_REFUSED);
    for (size_t i = 0; i < ARRAY_SIZE(good); i++)
        check_load(good[i], ERR_NONE);
    check_load("", ERR_FAILED);
    check_load("# version = 1\n\n", ERR_FAILED);
}

static bool is_allowed(const struct plan *plan)
{
    struct arena *arena = arena_new();
    struct findings findings = {0};
    size_t fails;

    rule_check(plan, arena, &findings);
    fails = findings_count(&findings, VERDICT_FAIL);
    for (size_t i = 0; i < findings.count; i++)
        if (fails > 0 && findings.list[i].verdict == VERDICT_FAIL)
            print_message("%s: %s\n", findings.list[i].id,
                          findings.list[i].text);
    arena_free(arena);
    return fails == 0;
}

/* Every subset of the parts, dropped, is as good as the whole. */
static void check_subsets(struct plan *plan)
{
    struct changeset *set = changeset_new(plan, NULL, NULL, NULL);
    unsigned used = 1U << PART_HOOK;

    for (size_t i = 0; i < set->count; i++)
        used |= 1U << set->changes[i].part;
    changeset_free(set);
    assert_true(is_allowed(plan));
    for (unsigned bits = 0; bits < 1U << PART_COUNT; bits++) {
        struct plan *kept;

        if (bits & ~used && bits != (1U << PART_COUNT) - 1)
            continue; /* a part without a change is as if dropped */
        plan->dropped = 0;
        for (unsigned part = 0; part < PART_COUNT; part++)
            if (bits & 1U << part)
                plan_drop(plan, part, true);
        kept = plan_kept(plan);
        if (!is_allowed(kept))
            fail_msg("refused without parts 0x%x", bits);
        assert_int_equal(kept->dropped, 0);
        if (bits == (1U << PART_COUNT) - 1) {
            struct plan *fresh = plan_new(plan->host, plan->domain, NULL, NULL);

            assert_true(plan_equal(kept, fresh));
            plan_free(fresh);
        }
        plan_free(kept);
    }
}

static void test_kept(void **unused)
{
    struct domain *other = domain_of(tuned);

    (void)unused;
    for (unsigned i = 0; i < 4; i++) {
        struct plan *plan = plan_new(host, i < 2 ? win10 : other, NULL, NULL);

        assert_true(accept_layout(plan, i % 2 ? 6 : plan->vcpus));
        plan_propose_options(plan);
        check_subsets(plan);
        plan_free(plan);
    }
    domain_free(other);
}

static void test_parts(void **unused)
{
    struct plan *plan = plan_new(host, win10, NULL, NULL);
    unsigned three =
        1U << PART_VCPUS | 1U << PART_VCPUPIN | 1U << PART_TOPOLOGY;

    (void)unused;
    for (unsigned part = 0; part < PART_COUNT; part++)
        assert_int_equal(plan_part_find(plan_part_name(part)), part);
    assert_int_equal(plan_part_find(""), PART_COUNT);
    plan_drop(plan, PART_TOPOLOGY, true);
    assert_int_equal(plan->dropped, 1U << PART_TOPOLOGY);
    plan_drop(plan, PART_TOPOLOGY, false);
    plan_set_vcpus(plan, 4);
    plan_drop(plan, PART_TOPOLOGY, true);
    assert_int_equal(plan->dropped, three);
    plan_drop(plan, PART_VCPUPIN, false);
    assert_int_equal(plan->dropped, 0);
    plan_free(plan);
}

static void test_history(void **unused)
{
    struct history *history = history_new(plan_new(host, win10, NULL, NULL));
    struct plan *states[41];

    (void)unused;
    assert_false(history_undo(history) || history_redo(history));
    assert_false(history_end(history));
    states[0] = plan_copy(history_plan(history));
    for (unsigned i = 1; i < ARRAY_SIZE(states); i++) {
        plan_set_vcpus(history_begin(history), i % 2 ? 100 + i : i + 20);
        assert_true(history_end(history));
        states[i] = plan_copy(history_plan(history));
    }
    for (unsigned i = ARRAY_SIZE(states) - 1; i-- > 0;) {
        assert_true(history_undo(history));
        assert_true(plan_equal(history_plan(history), states[i]));
    }
    assert_false(history_undo(history));
    for (unsigned i = 1; i < ARRAY_SIZE(states); i++) {
        assert_true(history_redo(history));
        assert_true(plan_equal(history_plan(history), states[i]));
    }
    assert_false(history_redo(history));
    /* An edit that changes nothing loses no redo; one that does, all. */
    assert_true(history_undo(history) && history_undo(history));
    plan_set_vcpus(history_begin(history), history_plan(history)->vcpus);
    assert_false(history_end(history));
    assert_true(history_redo(history));
    option_set(history_begin(history), OPTION_HV_IPI, OPTION_ON);
    assert_true(history_begin(history) == history_plan(history));
    assert_true(history_end(history));
    assert_false(history_redo(history));
    assert_true(history_undo(history));
    assert_true(plan_equal(history_plan(history), states[39]));
    history_begin(history); /* freed in the middle of an edit */
    history_free(history);
    history_free(NULL);
    for (unsigned i = 0; i < ARRAY_SIZE(states); i++)
        plan_free(states[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new),     cmocka_unit_test(test_dependencies),
        cmocka_unit_test(test_values),  cmocka_unit_test(test_proposals),
        cmocka_unit_test(test_file),    cmocka_unit_test(test_file_refused),
        cmocka_unit_test(test_kept),    cmocka_unit_test(test_parts),
        cmocka_unit_test(test_history),
    };
    int failed;

    xml_init();
    host = host_load(host_names[0]);
    win10 = domain_win10();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    domain_free(win10);
    host_free(host);
    return failed;
}
