/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is said of a domain and the host's nodes, and what the hook reserves on
 * which: for domains that nobody plans anew, whoever bound them.
 */
#include "support.h"

#include "plan/rule.h"
#include "render/change.h"

#include <stdlib.h>
#include <string.h>

static struct host *xeon; /* CPU n is of node n % 2 */

/* A domain with so much memory and more inside of <domain>. */
static struct domain *domain_with(unsigned long memory_kib, unsigned vcpus,
                                  const char *more)
{
    struct str str CLEANUP(str_free) = STR_INIT;

    str_addf(&str,
             "<domain type='kvm'>\n  <name>a</name>\n"
             "  <uuid>8f1d6a52-3c0e-4b7a-9d15-2e6f0c4b8a91</uuid>\n"
             "  <memory>%lu</memory>\n  <vcpu>%u</vcpu>\n%s"
             "  <os>\n    <type>hvm</type>\n  </os>\n</domain>\n",
             memory_kib, vcpus, more);
    return domain_of(str_text(&str));
}

#define PAGES \
    "<memoryBacking><hugepages><page size='2048'/></hugepages></memoryBacking>"
#define CELLS                                                               \
    "<cpu><numa><cell id='0' cpus='0' memory='2' unit='GiB'/><cell id='1' " \
    "cpus='1' memory='4194304'/><cell id='2' cpus='2-3' memory='2097152'/>" \
    "</numa></cpu>"

#define ODD_CELLS                                                         \
    "<cpu><numa><cell id='0' cpus='0-1' memory='5121' unit='MiB'/><cell " \
    "id='1' cpus='2-3' memory='3144704'/></numa></cpu>"

static void test_hook(void **unused)
{
    static const struct {
        const char *more, *data;
    } cases[] = {
        {"", "node_any = 4096\n"},
        {"<numatune><memory nodeset='1'/></numatune>", "node_1 = 4096\n"},
        {"<numatune><memory mode='preferred' nodeset='1'/></numatune>",
         "node_any = 4096\n"},
        {"<numatune><memory mode='strict' nodeset='0-1'/></numatune>",
         "node_any = 4096\n"},
        {"<numatune><memory mode='strict' placement='auto'/></numatune>",
         "node_any = 4096\n"},
        {CELLS "<numatune><memory mode='strict' nodeset='1'/><memnode "
               "cellid='1' mode='strict' nodeset='0'/></numatune>",
         "node_1 = 2048\nhugepages_node_0 = 2048\n"},
        {CELLS "<numatune><memory mode='strict' nodeset='0-1'/><memnode "
               "cellid='1' mode='strict' nodeset='0'/></numatune>",
         "node_any = 4096\n"},
        {ODD_CELLS, "node_any = 4097\n"}, /* each cell is filled up */
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct str str CLEANUP(str_free) = STR_INIT;
        struct domain *domain;
        struct plan *plan;
        char *data;

        str_addf(&str, PAGES "%s", cases[i].more);
        domain = domain_with(8UL << 20, 4, str_text(&str));
        plan = plan_new(xeon, domain, "hugepages_kib = 2048\n", NULL);
        data = hook_data(plan);
        str_addf(&str, "hugepages_kib = 2048\nhugepages_%s", cases[i].data);
        assert_with(data &&
                        str_ends(data, strstr(str_text(&str), "hugepages_kib")),
                    data);
        free(data);
        plan_free(plan);
        domain_free(domain);
    }
}

#define PINS(a, b)                           \
    "<cputune><vcpupin vcpu='0' cpuset='" #a \
    "'/>"                                    \
    "<vcpupin vcpu='1' cpuset='" #b "'/></cputune>"
#define ON(nodes) \
    "<numatune><memory mode='strict' nodeset='" nodes "'/></numatune>"
#define DEVICE(bus)                                                      \
    "<devices><hostdev type='pci'><source><address domain='0' bus='" bus \
    "' slot='0' function='0'/></source></hostdev></devices>"
#define TWO(a, b)                                                      \
    "<cpu><numa><cell id='0' cpus='0' memory='4194304'/><cell id='1' " \
    "cpus='1' memory='4194304'/></numa></cpu><numatune><memory "       \
    "mode='strict' nodeset='0-1'/><memnode cellid='0' mode='strict' "  \
    "nodeset='" #a "'/><memnode cellid='1' mode='strict' nodeset='" #b \
    "'/>"                                                              \
    "</numatune>"

static void test_rules(void **unused)
{
    static const struct {
        const char *id;
        int verdict; /* or -1: silent */
        unsigned long gib;
        const char *more;
    } cases[] = {
        {"memory-node", VERDICT_WARN, 8, PINS(2, 4)},
        {"memory-node", VERDICT_OK, 8, PINS(2, 4) ON("0")},
        {"memory-node", VERDICT_WARN, 8, PINS(2, 4) ON("1")},
        {"memory-node", VERDICT_WARN, 8, PINS(2, 4) ON("0-1")},
        {"memory-node", VERDICT_OK, 8, PINS(1, 3) ON("1") DEVICE("0xaf")},
        {"memory-node", VERDICT_WARN, 8, PINS(2, 4) ON("0") DEVICE("0xaf")},
        {"memory-node", VERDICT_OK, 8, PINS(2, 4) ON("0") DEVICE("0x99")},
        {"memory-node", -1, 8, ON("0")},
        {"memory-node", -1, 8, PINS(2, 1)},
        {"memory-node", -1, 8,
         PINS(2, 4) "<numatune><memory placement='auto'/></numatune>"},
        {"guest-cells", VERDICT_WARN, 8, PINS(2, 1)},
        {"guest-cells", VERDICT_OK, 8, PINS(2, 1) TWO(0, 1)},
        {"guest-cells", VERDICT_WARN, 8, PINS(2, 1) TWO(1, 0)},
        {"guest-cells", -1, 8, PINS(2, 4) ON("0")},
        {"node-memory", VERDICT_WARN, 90, PINS(2, 4) ON("0")},
        {"node-memory", -1, 90, PINS(2, 4)},
        {"node-memory", -1, 90, PINS(1, 3) ON("1")},
        {"node-memory", -1, 8, PINS(2, 4) ON("0")},
        {"node-memory", VERDICT_WARN, 8, PINS(2, 4) ON("0") PAGES},
        {"node-memory", -1, 4, PINS(1, 3) ON("1") PAGES},
        {"node-memory", VERDICT_WARN, 8, PINS(2, 4) ON("7")},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct domain *domain =
            domain_with(cases[i].gib << 20, 2, cases[i].more);
        struct plan *plan = plan_new(xeon, domain, NULL, NULL);
        struct arena *arena = arena_new();
        struct findings findings = {0};
        int verdict = -1;

        rule_check(plan, arena, &findings);
        for (size_t k = 0; k < findings.count; k++)
            if (strcmp(findings.list[k].id, cases[i].id) == 0) {
                verdict = (int)findings.list[k].verdict;
                assert_true(verdict < VERDICT_WARN || *findings.list[k].fix);
            }
        assert_with(verdict == cases[i].verdict, cases[i].more);
        arena_free(arena);
        plan_free(plan);
        domain_free(domain);
    }
}

/* A node that could not be read is neither good nor bad. */
static void test_unread(void **unused)
{
    struct domain *domain = domain_with(8UL << 20, 2, PINS(2, 4) ON("0"));
    struct plan *plan = plan_new(xeon, domain, NULL, NULL);
    struct arena *arena = arena_new();
    struct findings findings = {0};
    struct memory memory = xeon->memory;
    static const struct neighbours none;

    (void)unused;
    plan->others = &none;
    assert_int_equal(memory.node_count, 2);
    assert_int_equal(memory.nodes[1].total_kib, 96762UL << 10);
    assert_int_equal(memory.nodes[1].available_kib, 91UL << 20);
    assert_int_equal(memory_node_pool(&memory.nodes[1], 2048)->free, 2048);
    xeon->memory.nodes = NULL;
    xeon->memory.node_count = 0;
    rule_check(plan, arena, &findings);
    assert_int_equal(findings_count(&findings, VERDICT_UNKNOWN), 1);
    xeon->memory = memory;
    arena_free(arena);
    plan_free(plan);
    domain_free(domain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hook),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_unread),
    };
    int failed;

    xml_init();
    xeon = host_load("xeon-4214-2s");
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    host_free(xeon);
    return failed;
}
