/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Single CPU features and the address width: what a <cpu> by hand is read as,
 * what is written for a wish, and what is refused with which words.
 */
#include "support.h"

#include "plan/option.h"
#include "render/change.h"

#include <string.h>

#define FEATURE(name, policy) "<feature policy='" policy "' name='" name "'/>"
#define HOST(more) "<cpu mode='host-passthrough'>" more "</cpu>"
#define NAMED(more) "<cpu><model>EPYC</model>" more "</cpu>"

enum { NEWEST = 12005000, NO_NESTED = 1, AMD = 2, EMULATED = 4, BLIND = 8 };

static const struct {
    const char *cpu;
    enum option_id id;
    long now, wish;
    const char *after;   /* this stands in it then; "" none of `cpu`'s */
    const char *refusal; /* or the reason has this */
    unsigned long version;
    unsigned flags;
} cases[] = {
    {HOST(""), OPTION_MAXPHYSADDR, 0, 1, "<maxphysaddr mode='passthrough'/>",
     NULL, 0, 0},
    {HOST(""), OPTION_MAXPHYSADDR, 0, 40,
     "<maxphysaddr mode='emulate' bits='40'/>", NULL, 0, 0},
    {HOST(""), OPTION_MAXPHYSADDR, 0, 46,
     "<maxphysaddr mode='emulate' bits='46'/>", NULL, 0, 0},
    {HOST(""), OPTION_MAXPHYSADDR, 0, 47, NULL, "fewer address bits", 0, 0},
    {HOST(""), OPTION_MAXPHYSADDR, 0, 40, NULL, "could not be read", 0, BLIND},
    {HOST(""), OPTION_MAXPHYSADDR, 0, 1, NULL, "too old", 8006000, 0},
    {NAMED(""), OPTION_MAXPHYSADDR, 0, 1, NULL, "Before 9.0", 8009000, 0},
    {NAMED(""), OPTION_MAXPHYSADDR, 0, 1, "<maxphysaddr mode='passthrough'/>",
     NULL, 0, 0},
    {HOST("<maxphysaddr mode='passthrough'/>"), OPTION_MAXPHYSADDR, 1, 40,
     "<maxphysaddr mode='emulate' bits='40'/>", NULL, 0, 0},
    {HOST("<maxphysaddr mode='emulate' bits='40'/>"), OPTION_MAXPHYSADDR, 40, 1,
     "<maxphysaddr mode='passthrough'/>", NULL, 0, 0},
    {HOST("<maxphysaddr mode='emulate' bits='40'/>"), OPTION_MAXPHYSADDR, 40, 0,
     "", NULL, 0, 0},
    {HOST("<maxphysaddr mode='emulate' bits='1'/>"), OPTION_MAXPHYSADDR,
     OPTION_OTHER, OPTION_KEEP, "bits='1'", NULL, 0, 0},
    {HOST("<maxphysaddr mode='passthrough' bits='42'/>"), OPTION_MAXPHYSADDR,
     OPTION_OTHER, 1, "<maxphysaddr mode='passthrough'/>", NULL, 0, 0},
    {HOST("<maxphysaddr mode='emulate'/>"), OPTION_MAXPHYSADDR, OPTION_OTHER,
     OPTION_KEEP, "<maxphysaddr mode='emulate'/>", NULL, 0, 0},
    {HOST(""), OPTION_MAXPHYSADDR_LIMIT, 0, 39,
     "<maxphysaddr mode='passthrough' limit='39'/>", NULL, 0, 0},
    {HOST("<maxphysaddr mode='passthrough' limit='39'/>"),
     OPTION_MAXPHYSADDR_LIMIT, 39, 0, "<maxphysaddr mode='passthrough'/>", NULL,
     0, 0},
    {HOST("<maxphysaddr mode='passthrough' limit='39'/>"), OPTION_MAXPHYSADDR,
     1, 40, "<maxphysaddr mode='emulate' bits='40'/>", NULL, 0, 0},
    {HOST("<maxphysaddr mode='passthrough' limit='39'/>"), OPTION_MAXPHYSADDR,
     1, 0, "", NULL, 0, 0},
    {HOST("<maxphysaddr mode='emulate' bits='40'/>"), OPTION_MAXPHYSADDR_LIMIT,
     0, 39, NULL, "It limits the host's own", 0, 0},
    {HOST(""), OPTION_MAXPHYSADDR_LIMIT, 0, 39, NULL, "too old", 9002000, 0},
    {HOST(""), OPTION_VMX, 0, 1, FEATURE("vmx", "require"), NULL, 0, 0},
    {HOST(""), OPTION_VMX, 0, 2, FEATURE("vmx", "disable"), NULL, 0, 0},
    {HOST(FEATURE("vmx", "disable")), OPTION_VMX, 2, 0, "", NULL, 0, 0},
    {HOST(FEATURE("vmx", "require")), OPTION_VMX, 1, 2,
     FEATURE("vmx", "disable"), NULL, 0, 0},
    {HOST(FEATURE("vmx", "optional")), OPTION_VMX, OPTION_OTHER, OPTION_KEEP,
     FEATURE("vmx", "optional"), NULL, 0, 0},
    {HOST(FEATURE("vmx", "optional")), OPTION_VMX, OPTION_OTHER, 1, NULL,
     "by hand", 0, 0},
    {HOST(""), OPTION_VMX, 0, 1, NULL, "parameter nested is off", 0, NO_NESTED},
    {HOST(""), OPTION_VMX, 0, 1, NULL, "could not be read", 0, BLIND},
    {HOST(""), OPTION_VMX, 0, 2, FEATURE("vmx", "disable"), NULL, 0, NO_NESTED},
    {HOST(""), OPTION_VMX, 0, 2, NULL, "only Intel's", 0, AMD},
    {HOST(""), OPTION_VMX, 0, 2, NULL, "not emulate", 0, EMULATED},
    {HOST(""), OPTION_SVM, 0, 1, NULL, "only AMD's", 0, 0},
    {HOST(""), OPTION_SVM, 0, 1, FEATURE("svm", "require"), NULL, 0, AMD},
    {HOST(""), OPTION_SVM, 0, 2, FEATURE("svm", "disable"), NULL, 0, EMULATED},
    {NAMED(""), OPTION_VMX, 0, 2, FEATURE("vmx", "disable"), NULL, 0, 0},
    {"<cpu/>", OPTION_VMX, 0, 2, NULL, "names no CPU model", 0, 0},
    {"", OPTION_VMX, 0, 1, NULL, "names no CPU model", 0, 0},
    {"", OPTION_HYPERVISOR, 1, 0, NULL, "names no CPU model", 0, 0},
    {HOST(""), OPTION_HYPERVISOR, 1, 0, FEATURE("hypervisor", "disable"), NULL,
     0, 0},
    {HOST(FEATURE("hypervisor", "disable")), OPTION_HYPERVISOR, 0, 1, "", NULL,
     0, 0},
    {HOST(FEATURE("hypervisor", "require")), OPTION_HYPERVISOR, 1, OPTION_KEEP,
     FEATURE("hypervisor", "require"), NULL, 0, 0},
    {HOST(FEATURE("hypervisor", "require")), OPTION_HYPERVISOR, 1, 0,
     FEATURE("hypervisor", "disable"), NULL, 0, 0},
};

/* The same element whichever way its attributes stand. */
static bool has_feature(const char *xml, const char *after)
{
    const char *name = strstr(after, "name="), *policy = strstr(after, "pol");
    char other[96];

    if (has(xml, after) || !name || !policy)
        return has(xml, after);
    snprintf(other, sizeof(other), "<feature %.*s %.*s/>",
             (int)strcspn(name, " /"), name, (int)strcspn(policy, " /"),
             policy);
    return has(xml, other);
}

static void try_case(struct host *host, size_t i)
{
    char text[1024];
    struct domain *domain;
    struct plan *plan;
    struct changeset *set;
    struct err err = {0};
    const char *refusal;

    snprintf(text, sizeof(text),
             "<domain type='%s'><name>a</name><memory>1048576</memory>"
             "<vcpu>2</vcpu><os><type arch='x86_64'>hvm</type></os>%s"
             "<devices/></domain>",
             cases[i].flags & EMULATED ? "qemu" : "kvm", cases[i].cpu);
    domain = domain_of(text);
    domain->libvirt_version = cases[i].version ? cases[i].version : NEWEST;
    host->kernel.has_nested = !(cases[i].flags & (NO_NESTED | BLIND));
    host->kernel.knows_nested = !(cases[i].flags & BLIND);
    host->cpu.physical_bits = cases[i].flags & BLIND ? 0 : 46;
    host->cpu.has_vmx = !(cases[i].flags & AMD);
    host->cpu.has_svm = (cases[i].flags & AMD) != 0;
    plan = plan_new(host, domain, NULL, NULL);
    assert_int_equal(option_now(plan, cases[i].id), cases[i].now);
    refusal = option_refusal(plan, cases[i].id, cases[i].wish);
    if (cases[i].refusal) {
        assert_with(refusal && has(refusal, cases[i].refusal), cases[i].cpu);
    } else {
        assert_with(!refusal, refusal);
        option_set(plan, cases[i].id, cases[i].wish);
        set = changeset_new(plan, NULL, NULL, &err);
        assert_non_null(set);
        assert_with(has_feature(set->xml, cases[i].after), set->xml);
        assert_with(*cases[i].after || (!has(set->xml, "<maxphysaddr") &&
                                        !has(set->xml, "<feature")),
                    set->xml);
        changeset_free(set);
    }
    plan_free(plan);
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

/* What the demo's host says of itself. */
static void test_host(void **unused)
{
    struct host *host = host_load(host_names[0]);

    (void)unused;
    assert_int_equal(host->cpu.physical_bits, 46);
    assert_true(host->cpu.has_vmx && !host->cpu.has_svm);
    assert_true(host->kernel.has_nested && host->kernel.knows_nested);
    host_free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_host),
        cmocka_unit_test(test_cases),
    };

    xml_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
