/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hook's services: which lines each option makes of a plan, what of them
 * comes back as "on", where each can be had, and what is proposed.
 */
#include "support.h"

#include "plan/device.h"
#include "plan/image.h"
#include "render/change.h"

#include <stdlib.h>
#include <string.h>

static struct host *host; /* CPUs 0-15 of P-cores, 16-19 of E-cores */

static struct plan *pinned(const struct domain *domain, const char *conf)
{
    struct plan *plan = plan_new(host, domain, conf, NULL);

    assert_true(accept_layout(plan, 12)); /* on 4-15, emulator on 16-17 */
    return plan;
}

/* The lines of a plan with just this option, or with another one. */
static char *data_of(struct plan *plan, enum option_id id, enum option_id other)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        plan->options[i] = OPTION_KEEP;
    plan->options[id] = OPTION_ON;
    if (other != OPTION_NONE)
        plan->options[other] = OPTION_ON;
    return hook_data(plan);
}

#define GPU "0000:01:00.0 0000:01:00.1"

static void test_lines(void **unused)
{
    static const struct {
        enum option_id id, other;
        const char *lines; /* after the head; NULL: no file */
    } cases[] = {
        {OPTION_ISOLATE, OPTION_NONE, "guest_cpus = 4-15\n"},
        {OPTION_FREQUENCY, OPTION_NONE, "frequency_cpus = 4-15\n"},
        {OPTION_SLEEP, OPTION_NONE, "inhibit_sleep = yes\n"},
        {OPTION_COMMANDS, OPTION_NONE, "commands = yes\n"},
        {OPTION_INTERRUPTS, OPTION_NONE,
         "interrupt_cpus = 4-15\nvfio_on_host = 16-17\ndevices = " GPU "\n"},
        {OPTION_INTERRUPTS, OPTION_INTERRUPTS_VCPUS,
         "interrupt_cpus = 4-15\nvfio_on_vcpus = 4-15\ndevices = " GPU "\n"},
        {OPTION_DEVICES, OPTION_NONE,
         "prepare_devices = yes\ndevices = " GPU "\n"},
        {OPTION_DISPLAY, OPTION_NONE, "display = " GPU "\n"},
        {OPTION_REQUIRED, OPTION_NONE, NULL},
        {OPTION_DISPLAY, OPTION_REQUIRED,
         "display = " GPU "\nrequired = display\n"},
        {OPTION_SLEEP, OPTION_REQUIRED,
         "inhibit_sleep = yes\nrequired = sleep\n"},
    };
    struct domain *domain = domain_win10();
    struct plan *plan = pinned(domain, NULL);

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char *data = data_of(plan, cases[i].id, cases[i].other);
        const char *lines = data ? strstr(data, "win10\n") : NULL;

        if (!cases[i].lines)
            assert_null(data);
        else
            assert_with(
                lines && strcmp(lines + strlen("win10\n"), cases[i].lines) == 0,
                data ? data : cases[i].lines);
        free(data);
    }
    plan_free(plan);
    domain_free(domain);
}

/* What an option writes is what the next run finds it on by. */
static void test_read_back(void **unused)
{
    struct domain *domain = domain_win10();

    (void)unused;
    for (size_t i = OPTION_ISOLATE; i < OPTION_COUNT; i++) {
        enum option_id id = (enum option_id)i;
        struct plan *plan = pinned(domain, NULL);
        struct plan *again;
        char *data;

        assert_int_equal(option_now(plan, id), OPTION_OFF);
        assert_non_null(option_get(id)->hook_key);
        option_set(plan, id, OPTION_ON);
        if (id == OPTION_REQUIRED) /* of something */
            option_set(plan, OPTION_SLEEP, OPTION_ON);
        data = hook_data(plan);
        assert_non_null(data);
        again = pinned(domain, data);
        assert_with(option_now(again, id) == OPTION_ON, data);
        free(data);
        data = hook_data(again);
        assert_with(has(data, option_get(id)->hook_key), data);
        free(data);
        option_set(again, id, OPTION_OFF);
        data = hook_data(again);
        assert_true(!data || !has(data, option_get(id)->hook_key) ||
                    id == OPTION_DEVICES);
        free(data);
        plan_free(again);
        plan_free(plan);
    }
    domain_free(domain);
}

/* Without a device in the guest, nothing that is about devices. */
static void test_no_devices(void **unused)
{
    struct domain *domain = domain_win10();
    struct plan *plan = pinned(domain, NULL);
    char *data;

    (void)unused;
    for (size_t i = 0; i < host->pci.device_count; i++)
        plan->is_given[i] = false;
    assert_non_null(option_obstacle(plan, OPTION_DISPLAY));
    assert_non_null(option_obstacle(plan, OPTION_DEVICES));
    assert_non_null(option_obstacle(plan, OPTION_INTERRUPTS_VCPUS));
    assert_int_equal(option_proposal(plan, OPTION_SLEEP), OPTION_KEEP);
    assert_null(data_of(plan, OPTION_DISPLAY, OPTION_DEVICES));
    data = data_of(plan, OPTION_INTERRUPTS, OPTION_INTERRUPTS_VCPUS);
    assert_true(data && !has(data, "vfio") && !has(data, "devices"));
    free(data);
    image_set(plan, "vda", "/dev/disk/by-id/ata-SOME");
    assert_null(option_obstacle(plan, OPTION_DEVICES));
    data = data_of(plan, OPTION_DEVICES, OPTION_NONE);
    assert_true(data && has(data, "prepare_devices = yes\n"));
    free(data);
    plan_free(plan);
    domain_free(domain);
}

static void test_proposals(void **unused)
{
    static const enum option_id chosen[] = {OPTION_INTERRUPTS_VCPUS,
                                            OPTION_COMMANDS, OPTION_REQUIRED};
    struct domain *domain = domain_win10();
    struct plan *plan = plan_new(host, domain, NULL, NULL);

    (void)unused;
    assert_int_equal(option_proposal(plan, OPTION_FREQUENCY), OPTION_KEEP);
    assert_int_equal(option_proposal(plan, OPTION_INTERRUPTS), OPTION_KEEP);
    assert_true(accept_layout(plan, 12));
    assert_int_equal(option_proposal(plan, OPTION_FREQUENCY), OPTION_ON);
    assert_int_equal(option_proposal(plan, OPTION_INTERRUPTS), OPTION_ON);
    assert_int_equal(option_proposal(plan, OPTION_SLEEP), OPTION_ON);
    assert_int_equal(option_proposal(plan, OPTION_DEVICES), OPTION_ON);
    for (size_t i = 0; i < ARRAY_SIZE(chosen); i++)
        assert_int_equal(option_proposal(plan, chosen[i]), OPTION_KEEP);
    /* The host has another display: nothing to hand over, until that goes. */
    assert_int_equal(option_proposal(plan, OPTION_DISPLAY), OPTION_KEEP);
    for (size_t i = 0; i < host->pci.device_count; i++)
        plan->is_given[i] |= device_is_display(&host->pci.devices[i]);
    assert_int_equal(option_proposal(plan, OPTION_DISPLAY), OPTION_ON);
    plan_free(plan);
    domain_free(domain);
}

static int set_up(void **unused)
{
    (void)unused;
    host = host_load(host_names[0]);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    host_free(host);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_read_back),
        cmocka_unit_test(test_no_devices),
        cmocka_unit_test(test_proposals),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
