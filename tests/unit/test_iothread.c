/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * I/O threads that nothing uses: which those are, and what their removal
 * leaves.
 */
#include "support.h"

#include "plan/iothread.h"
#include "render/change.h"

#include <libxml/parser.h>
#include <string.h>

#define DISK(name, more)                                       \
    "<disk type='file' device='disk'><driver name='qemu'" more \
    "<source file='/x'/><target dev='" name "' bus='virtio'/></disk>"
#define IDS(more) "<iothreadids>" more "</iothreadids>"
#define ID(id) "<iothread id='" id "'/>"
#define PINS(more) "<cputune><vcpupin vcpu='0' cpuset='1'/>" more "</cputune>"
#define PIN(id) "<iothreadpin iothread='" id "' cpuset='2'/>"
#define QEMU(more)                                                     \
    "<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/" \
    "qemu/1.0'>" more "</qemu:commandline>"

static const struct {
    const char *top, *devices, *below; /* of the domain */
    const char *after;                 /* of `top` */
    unsigned idle;
} cases[] = {
    {"", "", "", "", 0},
    {"<iothreads>2</iothreads>", "", "", "", 2},
    {"<iothreads>2</iothreads>" PINS(PIN("1") PIN("2")), "", "", PINS(""), 2},
    {"<iothreads>2</iothreads>" IDS(ID("4") ID("9")) PINS(PIN("9")), "", "",
     PINS(""), 2},
    {"<iothreads>3</iothreads>" PINS(PIN("1") PIN("3")),
     DISK("vda", " iothread='1'/>"), "",
     "<iothreads>1</iothreads>" PINS(PIN("1")), 2},
    {"<iothreads>3</iothreads>", DISK("vda", " iothread='3'/>"), "",
     "<iothreads>1</iothreads>" IDS(ID("3")), 2},
    {"<iothreads>2</iothreads>" IDS(ID("4") ID("9")) PINS(PIN("4") PIN("9")),
     DISK("vda", " iothread='9'/>"), "",
     "<iothreads>1</iothreads>" IDS(ID("9")) PINS(PIN("9")), 1},
    {"<iothreads>2</iothreads>",
     DISK("vda", "><iothreads>" ID("1") ID("2") "</iothreads></driver>"), "",
     NULL, 0},
    {"<iothreads>2</iothreads>",
     "<controller type='scsi' index='0' model='virtio-scsi'><driver "
     "iothread='2'/></controller>",
     "", "<iothreads>1</iothreads>" IDS(ID("2")), 1},
    /* an id that is missing here is chosen by libvirt: nothing is moved */
    {"<iothreads>2</iothreads>" IDS(ID("4")), "", "", NULL, 0},
    /* what is not understood is a use */
    {"<iothreads>1</iothreads><cputune><iothreadsched iothreads='1' "
     "scheduler='batch'/></cputune>",
     "", "", NULL, 0},
    {"<iothreads>1</iothreads>", "<new><part iothread='1'/></new>", "", NULL,
     0},
    {"<iothreads>1</iothreads>", "<new iothread='x'/>", "", NULL, 0},
    {"<iothreads>1</iothreads>", "",
     QEMU("<qemu:arg value='virtio-blk,iothread=iothread1'/>"), NULL, 0},
    {"<iothreads>1</iothreads>", "", QEMU("<qemu:arg value='-foo'/>"), "", 1},
    {"<metadata><my:x xmlns:my='urn:my'><iothread/></my:x></metadata>"
     "<iothreads>1</iothreads>",
     "", "", "<metadata><my:x xmlns:my='urn:my'><iothread/></my:x></metadata>",
     1},
};

static char *domain_text(size_t i, const char *top)
{
    struct str str = STR_INIT;

    str_addf(&str,
             "<domain type='kvm'><name>a</name><memory>1048576</memory>"
             "<vcpu>2</vcpu>%s<os><type arch='x86_64'>hvm</type></os>"
             "<devices>%s</devices>%s</domain>",
             top, cases[i].devices, cases[i].below);
    return str.text;
}

/* On one line: what is new was put on lines of its own. */
static char *squeeze(const char *text)
{
    struct str str = STR_INIT;

    for (; *text; text++)
        if (*text == '\n')
            text += strspn(text + 1, " ");
        else
            str_addf(&str, "%c", *text);
    return str.text;
}

static void try_case(struct host *host, size_t i)
{
    char *text CLEANUP(mem_free) = domain_text(i, cases[i].top);
    char *after CLEANUP(mem_free) =
        domain_text(i, cases[i].after ? cases[i].after : cases[i].top);
    struct domain *domain = domain_of(text), *next;
    struct plan *plan = plan_new(host, domain, NULL, NULL), *again;
    struct changeset *set;
    char *squeezed CLEANUP(mem_free) = NULL;
    struct err err = {0};

    assert_int_equal(iothread_count_idle(plan), cases[i].idle);
    assert_int_equal(option_now(plan, OPTION_IOTHREADS_IDLE),
                     cases[i].idle > 0);
    assert_true((option_obstacle(plan, OPTION_IOTHREADS_IDLE) == NULL) ==
                (cases[i].idle > 0));
    assert_int_equal(option_proposal(plan, OPTION_IOTHREADS_IDLE),
                     cases[i].idle > 0 ? OPTION_OFF : OPTION_KEEP);
    option_set(plan, OPTION_IOTHREADS_IDLE, OPTION_OFF);
    set = changeset_new(plan, NULL, NULL, &err);
    assert_non_null(set);
    squeezed = squeeze(set->xml);
    assert_string_equal(squeezed, after);
    assert_int_equal(set->count, cases[i].idle > 0);
    if (set->count > 0)
        assert_with(has(set->changes[0].title, "without the idle I/O thread"),
                    set->changes[0].title);
    next = domain_of(set->xml);
    again = plan_new(host, next, NULL, NULL);
    assert_int_equal(iothread_count_idle(again), 0);
    for (unsigned n = 0; n < next->iothread_count; n++) {
        bool was_there = false; /* nobody got another number */

        for (unsigned m = 0; m < domain->iothread_count; m++)
            was_there |= domain->iothreads[m].id == next->iothreads[n].id;
        assert_true(was_there);
    }
    changeset_free(set);
    plan_drop(plan, PART_IOTHREADS, true);
    set = changeset_new(plan, NULL, NULL, &err);
    assert_string_equal(set->xml, text);
    changeset_free(set);
    plan_free(again);
    plan_free(plan);
    domain_free(next);
    domain_free(domain);
}

static void test_cases(void **unused)
{
    struct host *host = host_load(host_names[0]);

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        try_case(host, i);
    host_free(host);
}

/* A layout that gives a disk the first thread leaves only the others idle. */
static void test_layout(void **unused)
{
    struct host *host = host_load(host_names[0]);
    struct domain *domain = domain_of(
        "<domain type='kvm'><name>a</name><memory>1048576</memory>"
        "<vcpu>2</vcpu><iothreads>2</iothreads><devices>" DISK(
            "vda", "/>") "</devices></domain>");
    struct plan *plan = plan_new(host, domain, NULL, NULL);
    struct changeset *set;
    struct err err = {0};

    (void)unused;
    assert_int_equal(iothread_count_idle(plan), 2);
    assert_true(accept_layout(plan, 2));
    assert_int_equal(iothread_count_idle(plan), 1);
    plan_propose_options(plan);
    set = changeset_new(plan, NULL, NULL, &err);
    assert_true(has(set->xml, "<iothreads>1</iothreads>"));
    assert_true(has(set->xml, "<driver name='qemu' iothread='1'/>"));
    assert_false(has(set->xml, "<iothreadpin iothread='2'"));
    changeset_free(set);
    plan_free(plan);
    domain_free(domain);
    host_free(host);
}

/* A thread is idle once the plan gives its controller another, or none. */
static void test_controller(void **unused)
{
    struct host *host = host_load(host_names[0]);
    struct domain *domain = domain_of(
        "<domain type='kvm'><name>a</name><memory>1048576</memory>"
        "<vcpu>2</vcpu><iothreads>2</iothreads><devices><controller "
        "type='scsi' index='0' model='virtio-scsi'><driver iothread='2'/>"
        "</controller></devices></domain>");
    struct plan *plan = plan_new(host, domain, NULL, NULL);
    struct changeset *set;
    struct err err = {0};

    (void)unused;
    assert_true(iothread_is_idle(plan, 1) && !iothread_is_idle(plan, 2));
    option_set(plan, OPTION_SCSI_IOTHREAD, 1);
    assert_true(!iothread_is_idle(plan, 1) && iothread_is_idle(plan, 2));
    option_set(plan, OPTION_SCSI_IOTHREAD, OPTION_OFF);
    assert_int_equal(iothread_count_idle(plan), 2);
    option_set(plan, OPTION_IOTHREADS_IDLE, OPTION_OFF);
    set = changeset_new(plan, NULL, NULL, &err);
    assert_false(has(set->xml, "iothread"));
    changeset_free(set);
    plan_free(plan);
    domain_free(domain);
    host_free(host);
}

/* So it is once a plan file gives its disk another. */
static void test_disk(void **unused)
{
    struct host *host = host_load(host_names[0]);
    struct domain *domain = domain_of(
        "<domain type='kvm'><name>a</name><memory>1048576</memory>"
        "<vcpu>2</vcpu><iothreads>2</iothreads><devices>" DISK(
            "vda", " iothread='1'/>") "</devices></domain>");
    struct plan *plan = plan_new(host, domain, NULL, NULL);

    (void)unused;
    assert_true(!iothread_is_idle(plan, 1) && iothread_is_idle(plan, 2));
    plan->disk_iothread[0] = 2;
    assert_true(iothread_is_idle(plan, 1) && !iothread_is_idle(plan, 2));
    plan_free(plan);
    domain_free(domain);
    host_free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_controller),
        cmocka_unit_test(test_disk),
    };

    xml_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
