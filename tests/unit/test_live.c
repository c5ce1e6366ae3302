/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Moves the threads of a guest that is made of numbers: some calls of libvirt
 * are replaced, so that any of them may refuse.
 */
#include "support.h"

#include "apply/live.h"

#include <libvirt/libvirt.h>
#include <string.h>

enum { VCPUS = 4, NO_VCPU = 9 };

/* Of libvirt's test driver, which always has it. */
#define UUID "6695eb01-f6a4-8304-79aa-97f2502e193f"

static struct {
    unsigned char vcpu[VCPUS], emulator; /* maps of CPUs 0 to 7 */
    unsigned refuses;     /* vCPU that is never moved; or NO_VCPU */
    unsigned stays_moved; /* vCPU that is never moved back; the same */
    bool is_hidden;       /* no pin can be read */
} guest;

int __wrap_virDomainGetVcpusFlags(virDomainPtr domain, unsigned flags);
int __wrap_virDomainGetVcpuPinInfo(virDomainPtr domain, int count,
                                   unsigned char *maps, int length,
                                   unsigned flags);
int __wrap_virDomainPinVcpuFlags(virDomainPtr domain, unsigned vcpu,
                                 unsigned char *map, int length,
                                 unsigned flags);
int __wrap_virDomainGetEmulatorPinInfo(virDomainPtr domain, unsigned char *map,
                                       int length, unsigned flags);
int __wrap_virDomainPinEmulator(virDomainPtr domain, unsigned char *map,
                                int length, unsigned flags);

int __wrap_virDomainGetVcpusFlags(virDomainPtr domain, unsigned flags)
{
    (void)domain, (void)flags;
    return guest.is_hidden ? -1 : VCPUS;
}

int __wrap_virDomainGetVcpuPinInfo(virDomainPtr domain, int count,
                                   unsigned char *maps, int length,
                                   unsigned flags)
{
    (void)domain, (void)flags;
    if (guest.is_hidden)
        return -1;
    memset(maps, 0, (size_t)count * (size_t)length);
    for (int i = 0; i < count && i < VCPUS; i++)
        maps[i * length] = guest.vcpu[i];
    return count;
}

int __wrap_virDomainPinVcpuFlags(virDomainPtr domain, unsigned vcpu,
                                 unsigned char *map, int length, unsigned flags)
{
    (void)domain, (void)length, (void)flags;
    if (vcpu == guest.refuses || (vcpu == guest.stays_moved && map[0] == 0xff))
        return -1;
    guest.vcpu[vcpu] = map[0];
    return 0;
}

int __wrap_virDomainGetEmulatorPinInfo(virDomainPtr domain, unsigned char *map,
                                       int length, unsigned flags)
{
    (void)domain, (void)length, (void)flags;
    map[0] = guest.emulator;
    return guest.is_hidden ? -1 : 0;
}

int __wrap_virDomainPinEmulator(virDomainPtr domain, unsigned char *map,
                                int length, unsigned flags)
{
    (void)domain, (void)length, (void)flags;
    guest.emulator = map[0];
    return 0;
}

/* All may run everywhere; each vCPU shall have one CPU, the emulator two. */
static bool run(struct live_report *report, struct err *err, bool is_dry)
{
    struct conn *conn = conn_open("test:///default", false, err);
    const struct target target = {.conn = conn, .root = "/"};
    struct domain *domain = domain_win10();
    struct host *host = host_load(host_names[0]);
    struct plan *plan;
    bool is_moved;

    assert_non_null(conn);
    domain->uuid = UUID;
    plan = plan_new(host, domain, NULL, NULL);
    plan_set_vcpus(plan, VCPUS);
    plan->iothread_count = 0;
    for (int i = 0; i < VCPUS; i++)
        plan->vcpupin[i] = cpuset_one(i);
    plan->emulatorpin = cpuset_one(6);
    *err = (struct err){0};
    is_moved = (is_dry ? live_look : live_apply)(&target, plan, report, err);
    plan_free(plan);
    host_free(host);
    domain_free(domain);
    conn_free(conn);
    return is_moved;
}

static bool move(struct live_report *report, struct err *err)
{
    return run(report, err, false);
}

static void reset(void)
{
    memset(&guest, 0, sizeof(guest));
    memset(guest.vcpu, 0xff, sizeof(guest.vcpu));
    guest.emulator = 0xff;
    guest.refuses = guest.stays_moved = NO_VCPU;
}

static void test_moves(void **state)
{
    struct live_report report;
    struct err err;

    (void)state;
    reset();
    assert_true(move(&report, &err));
    assert_int_equal(report.count, VCPUS + 1);
    assert_int_equal(report.unread, 0);
    assert_int_equal(guest.vcpu[2], 1 << 2);
    assert_int_equal(guest.emulator, 1 << 6);
    live_free(&report);
}

/* A look tells the same, and moves nothing. */
static void test_looks(void **state)
{
    struct live_report report;
    struct err err;

    (void)state;
    reset();
    assert_true(run(&report, &err, true));
    assert_int_equal(report.count, VCPUS + 1);
    assert_int_equal(guest.vcpu[2], 0xff);
    assert_int_equal(guest.emulator, 0xff);
    live_free(&report);
}

/* The third refuses, both ways: it is where it was, and so are the others. */
static void test_one_refuses(void **state)
{
    struct live_report report;
    struct err err;

    (void)state;
    reset();
    guest.refuses = 2;
    assert_false(move(&report, &err));
    for (int i = 0; i < VCPUS; i++)
        assert_int_equal(guest.vcpu[i], 0xff);
    assert_int_equal(err.code, ERR_FAILED);
    assert_with(has(err.text, "All of its threads are where they were."),
                err.text);
    live_free(&report);
}

/* One does not come back: those before it do. */
static void test_one_stays(void **state)
{
    struct live_report report;
    struct err err;

    (void)state;
    reset();
    guest.refuses = 3;
    guest.stays_moved = 1;
    assert_false(move(&report, &err));
    assert_int_equal(guest.vcpu[0], 0xff);
    assert_int_equal(guest.vcpu[1], 1 << 1);
    assert_int_equal(guest.vcpu[2], 0xff);
    assert_int_equal(err.code, ERR_NOT_RESTORED);
    assert_with(has(err.text, "Not all of its threads could be moved back."),
                err.text);
    live_free(&report);
}

static void test_nothing_can_be_read(void **state)
{
    struct live_report report;
    struct err err;

    (void)state;
    reset();
    guest.is_hidden = true;
    assert_true(move(&report, &err));
    assert_int_equal(report.count, 0);
    assert_int_equal(report.unread, VCPUS + 1);
    live_free(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moves),
        cmocka_unit_test(test_looks),
        cmocka_unit_test(test_one_refuses),
        cmocka_unit_test(test_one_stays),
        cmocka_unit_test(test_nothing_can_be_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
