/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What follows from a wish, what is proposed and what is refused: of hints
 * that need one another, of memory in parts, of back ends that map it.
 */
#include "support.h"

#include "plan/option.h"

#include <string.h>

/* An Intel host with free memory, and an AMD one. */
static struct host *intel, *amd;

#define ON(name) "<" name " state='on'/>"
#define HYPERV(more) "<features><hyperv>" more "</hyperv></features>"
#define HIDE "<cpu><feature name='hypervisor' policy='disable'/></cpu>"
#define CELLS(first, second)                            \
    "<cpu><numa><cell id='0' cpus='0' memory='" first   \
    "' "                                                \
    "unit='MiB'/><cell id='1' cpus='1' memory='" second \
    "' unit='MiB'/>"                                    \
    "</numa></cpu>"
#define VHOST(device) "<devices><" device " type='vhostuser'/></devices>"
#define SHARED "<memoryBacking><access mode='shared'/></memoryBacking>"

static struct domain *domain_with(const char *type, const char *more)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    struct domain *domain;

    str_addf(&str,
             "<domain type='%s'><name>a</name><memory unit='MiB'>1024</memory>"
             "<vcpu>2</vcpu><os><type>hvm</type></os>%s</domain>",
             type, more);
    domain = domain_of(str_text(&str));
    domain->libvirt_version = 12005000;
    return domain;
}

/* Setting one option gives these options these values. */
static void test_follows(void **unused)
{
    static const struct {
        struct host **host;
        const char *xml;
        enum option_id id;
        long value;
        enum option_id other;
        long wish;
    } cases[] = {
        {&intel, "", OPTION_HV_EMSR_BITMAP, OPTION_ON, OPTION_HV_EVMCS,
         OPTION_ON},
        {&intel, "", OPTION_HV_EMSR_BITMAP, OPTION_ON, OPTION_HV_VAPIC,
         OPTION_ON},
        {&intel, "", OPTION_HV_TLBFLUSH_DIRECT, OPTION_ON, OPTION_HV_EVMCS,
         OPTION_ON},
        {&amd, "", OPTION_HV_EMSR_BITMAP, OPTION_ON, OPTION_HV_EVMCS,
         OPTION_KEEP},
        {&amd, "", OPTION_HV_TLBFLUSH_DIRECT, OPTION_ON, OPTION_HV_EVMCS,
         OPTION_KEEP},
        {&amd, "", OPTION_HV_EMSR_BITMAP, OPTION_ON, OPTION_HV_VAPIC,
         OPTION_KEEP},
        {&intel, HYPERV(ON("vapic") ON("evmcs") ON("emsr_bitmap")),
         OPTION_HV_EVMCS, OPTION_OFF, OPTION_HV_EMSR_BITMAP, OPTION_OFF},
        {&intel,
         HYPERV(ON("vpindex") ON("vapic") ON(
             "evmcs") "<tlbflush state='on'><direct state='on'/></tlbflush>"),
         OPTION_HV_EVMCS, OPTION_OFF, OPTION_HV_TLBFLUSH_DIRECT, OPTION_OFF},
        {&intel, HIDE, OPTION_HV_RELAXED, OPTION_ON, OPTION_HYPERVISOR,
         OPTION_ON},
        {&intel, HYPERV(ON("vapic")), OPTION_HV_VENDOR_ID, OPTION_ON,
         OPTION_HV_RELAXED, OPTION_KEEP},
        {&intel, "", OPTION_HV_VENDOR_ID, OPTION_ON, OPTION_HV_RELAXED,
         OPTION_ON},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct domain *domain = domain_with("kvm", cases[i].xml);
        struct plan *plan = plan_new(*cases[i].host, domain, NULL, NULL);
        const char *refusal = option_refusal(plan, cases[i].id, cases[i].value);

        assert_with(!refusal, refusal);
        option_set(plan, cases[i].id, cases[i].value);
        assert_with(option_effective(plan, cases[i].id) == cases[i].value,
                    cases[i].xml);
        assert_with(plan->options[cases[i].other] == cases[i].wish,
                    option_get(cases[i].other)->key);
        plan_free(plan);
        domain_free(domain);
    }
}

/* 2 MiB pages enough for any of the domains. */
static void have_pages(void)
{
    static struct page_pool pool = {.size_kib = 2048, .total = 9, .free = 999};

    intel->memory = (struct memory){
        .total_kib = 16UL << 20,
        .available_kib = 8UL << 20,
        .pools = &pool,
        .pool_count = 1,
    };
}

static void test_proposed(void **unused)
{
    static const struct {
        const char *type, *xml;
        enum option_id id;
        long proposal;
    } cases[] = {
        {"kvm", "", OPTION_HUGEPAGES, 2048},
        {"kvm", CELLS("512", "512"), OPTION_HUGEPAGES, 2048},
        {"kvm", CELLS("513", "511"), OPTION_HUGEPAGES, OPTION_KEEP},
        {"kvm", VHOST("disk"), OPTION_ACCESS, 1},
        {"kvm", VHOST("disk"), OPTION_SOURCE, 1},
        {"kvm", VHOST("interface"), OPTION_ACCESS, 1},
        {"kvm", VHOST("disk") CELLS("512", "512"), OPTION_ACCESS, 1},
        {"kvm", SHARED VHOST("disk"), OPTION_ACCESS, OPTION_KEEP},
        {"kvm", "", OPTION_ACCESS, OPTION_KEEP},
        {"kvm", "", OPTION_HV_RELAXED, OPTION_ON},
        {"kvm", HIDE, OPTION_HV_RELAXED, OPTION_KEEP},
        {"qemu", "", OPTION_HV_RELAXED, OPTION_KEEP},
        {"qemu", "", OPTION_HYPERVCLOCK, OPTION_KEEP},
        {"kvm", HYPERV(ON("avic")), OPTION_PIT, 1}, /* Intel's works */
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct domain *domain = domain_with(cases[i].type, cases[i].xml);
        struct plan *plan = plan_new(intel, domain, NULL, NULL);

        plan->guest = GUEST_WINDOWS;
        assert_with(option_proposal(plan, cases[i].id) == cases[i].proposal,
                    cases[i].xml);
        plan_free(plan);
        domain_free(domain);
    }
}

/* AMD's AVIC works with discarded ticks only. */
static void test_avic(void **unused)
{
    struct domain *domain = domain_with("kvm", HYPERV(ON("avic")));
    struct plan *plan = plan_new(amd, domain, NULL, NULL);

    (void)unused;
    plan->guest = GUEST_WINDOWS;
    assert_int_equal(option_proposal(plan, OPTION_PIT), OPTION_PIT_DISCARD);
    option_set(plan, OPTION_HV_AVIC, OPTION_OFF);
    assert_int_equal(option_proposal(plan, OPTION_PIT), 1);
    plan_free(plan);
    domain_free(domain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_follows),
        cmocka_unit_test(test_proposed),
        cmocka_unit_test(test_avic),
    };
    struct memory memory;
    int failed;

    xml_init();
    intel = host_load("i7-12700k");
    amd = host_load("ryzen-3900x");
    memory = intel->memory;
    have_pages();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    intel->memory = memory;
    host_free(intel);
    host_free(amd);
    return failed;
}
