/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest cells on every host and for many counts: they mirror the pins, they are
 * written once, and what an administrator wrote about nodes survives.
 */
#include "support.h"

#include "plan/cell.h"
#include "plan/layout.h"
#include "plan/planfile.h"
#include "plan/rule.h"
#include "render/change.h"

#include <stdlib.h>
#include <string.h>

static struct host *xeon; /* CPU n is of node n % 2 */

static struct changeset *render(const struct plan *plan)
{
    struct err err = {0};
    struct changeset *set = changeset_new(plan, NULL, NULL, &err);

    if (!set)
        print_error("%s\n", err.text);
    assert_non_null(set);
    return set;
}

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

static int node_of(const struct plan *plan, unsigned vcpu)
{
    int cpu = -1;

    assert_true(plan_pin(plan, vcpu, &cpu));
    return cpu_core_of(&plan->host->cpu, cpu)->node;
}

/* Nothing is lost, nobody is elsewhere, and the shares are fair. */
static void check_cells(const struct plan *plan, const struct cells *cells,
                        unsigned long unit)
{
    cpu_set_t seen = cpuset_empty();
    unsigned long sum = 0;

    assert_true(cells->count > 0);
    for (unsigned i = 0; i < cells->count; i++) {
        const struct cell *cell = &cells->list[i];
        unsigned long count = (unsigned long)CPU_COUNT(&cell->vcpus);
        unsigned long fair =
            plan_memory_kib(plan) / unit * count / plan->vcpus * unit;

        assert_true(i == 0 || cell->node > cells->list[i - 1].node);
        assert_false(cpuset_intersects(&seen, &cell->vcpus));
        CPUSET_FOREACH(vcpu, &cell->vcpus)
        {
            assert_int_equal(node_of(plan, (unsigned)vcpu), cell->node);
        }
        seen = cpuset_or(&seen, &cell->vcpus);
        sum += cell->memory_kib;
        if (cells->count > 1)
            assert_true(cell->memory_kib % unit == 0 &&
                        cell->memory_kib >= fair &&
                        cell->memory_kib <= fair + unit);
    }
    assert_int_equal(CPU_COUNT(&seen), plan->vcpus);
    assert_int_equal(sum, plan_memory_kib(plan));
}

static void test_cells(void **unused)
{
    static const unsigned long sizes[] = {1UL << 20, 3UL << 20, 16UL << 20,
                                          (16UL << 20) + 2048, 90UL << 20};
    static const long pages[] = {OPTION_KEEP, 2048, 1048576};
    unsigned mirrored = 0;

    (void)unused;
    for (size_t h = 0; host_names[h]; h++) {
        struct host *host = host_load(host_names[h]);
        bool has_nodes = cell_count_nodes(host) > 1;

        for (unsigned vcpus = 1; vcpus < 128; vcpus += 1 + vcpus / 8) {
            struct domain *domain = domain_with(1UL << 20, 1, "");
            struct plan *plan = plan_new(host, domain, NULL, NULL);
            bool fits = accept_layout(plan, vcpus);

            for (size_t s = 0; s < ARRAY_SIZE(sizes) * 3; s++) {
                bool is_easy = pages[s % 3] <= 2048 && sizes[s / 3] < 64UL
                                                                          << 20;
                struct cells cells;

                domain->memory_kib = sizes[s / 3];
                plan->options[OPTION_HUGEPAGES] = pages[s % 3];
                cell_mirror(plan, &cells);
                assert_true((cells.count > 0) == !cell_obstacle(plan));
                assert_true(has_nodes || cells.count == 0);
                if (cells.count > 0)
                    check_cells(plan, &cells,
                                pages[s % 3] > 2048 ? 1048576 : 2048);
                assert_true(cells.count > 0 || !has_nodes || !fits ||
                            !is_easy || has(cell_obstacle(plan), "memory"));
                mirrored += cells.count > 1;
            }
            assert_true(!plan->mirrors_nodes || (has_nodes && fits));
            plan_free(plan);
            domain_free(domain);
        }
        host_free(host);
    }
    assert_true(mirrored > 50);
}

/* The plan for a count, rendered; the domain it makes. */
static struct domain *tune(const struct domain *domain, unsigned vcpus)
{
    struct plan *plan = plan_new(xeon, domain, NULL, NULL);
    struct changeset *set;
    struct domain *tuned;

    assert_true(accept_layout(plan, vcpus));
    assert_true(plan->mirrors_nodes);
    set = render(plan);
    tuned = domain_of(set->xml);
    changeset_free(set);
    plan_free(plan);
    return tuned;
}

static void check_text(const struct domain *domain, const char *part)
{
    assert_with(has(domain->xml->text, part), domain->xml->text);
}

static void test_render(void **unused)
{
    struct domain *domain =
        domain_with(8UL << 20, 4, "  <cpu mode='host-passthrough'/>\n");
    struct domain *one = tune(domain, 12), *two = tune(one, 46);
    struct domain *again = tune(two, 46), *back = tune(two, 12);

    (void)unused;
    check_text(one,
               "</cputune>\n  <numatune>\n"
               "    <memory mode='strict' nodeset='1'/>\n"
               "  </numatune>\n  <cpu");
    assert_false(one->has_guest_numa);
    check_text(two,
               "    <memory mode='strict' nodeset='0-1'/>\n"
               "    <memnode cellid='0' mode='strict' nodeset='0'/>\n"
               "    <memnode cellid='1' mode='strict' nodeset='1'/>\n"
               "  </numatune>\n");
    check_text(two,
               "    <numa>\n"
               "      <cell id='0' cpus='0-21' memory='4012032' "
               "unit='KiB'/>\n"
               "      <cell id='1' cpus='22-45' memory='4376576' "
               "unit='KiB'/>\n    </numa>\n  </cpu>\n");
    assert_string_equal(two->xml->text, again->xml->text);
    assert_string_equal(one->xml->text, back->xml->text);
    domain_free(domain);
    domain_free(one);
    domain_free(two);
    domain_free(again);
    domain_free(back);
}

/* Each with an element that has to survive byte for byte. */
static const char *const foreign[] = {
    "<numatune>\n    <memory mode='strict' nodeset='1'/>\n  </numatune>\n",
    "<numatune><memory mode='interleave' nodeset='0-1'/></numatune>\n",
    "<numatune><memory mode='preferred' nodeset='0'/></numatune>\n",
    "<numatune><memory placement='auto'/></numatune>\n",
    "<numatune ><memory  nodeset='0'/><memnode cellid='0' mode='preferred' "
    "nodeset='1'/></numatune>\n",
    "<cpu><numa><cell id='0' cpus='0-3' memory='8388608'/></numa></cpu>\n",
    "<cpu><numa><cell id='0' cpus='0-1' memory='4194304'/><cell id='1' "
    "cpus='2-3' memory='4194304'/></numa></cpu>\n",
    "<maxMemory slots='4'>99999999</maxMemory>\n",
    "<memoryBacking><hugepages><page size='2' unit='M' nodeset='0'/>"
    "</hugepages></memoryBacking>\n",
    "<devices><memory model='nvdimm'/></devices>\n",
    "<devices><controller type='pci'><target><node>0</node></target>"
    "</controller></devices>\n",
};

static void test_foreign(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(foreign); i++) {
        struct domain *domain = domain_with(8UL << 20, 4, foreign[i]);
        struct plan *plan = plan_new(xeon, domain, NULL, NULL);
        struct changeset *set;

        for (unsigned k = 0; k < 4; k++)
            plan->vcpupin[k] = cpuset_one((int)k);
        plan->mirrors_nodes = true; /* as a plan file may say */
        assert_with(cell_obstacle(plan) && str_ends(cell_obstacle(plan), "."),
                    foreign[i]);
        set = render(plan);
        assert_with(has(set->xml, foreign[i]), set->xml);
        for (size_t k = 0; k < set->count; k++)
            assert_int_not_equal(set->changes[k].part, PART_NUMA);
        changeset_free(set);
        plan_free(plan);
        domain_free(domain);
    }
}

static bool is_allowed(const struct plan *plan)
{
    struct arena *arena = arena_new();
    struct findings findings = {0};
    bool is_good;

    rule_check(plan, arena, &findings);
    is_good = findings_count(&findings, VERDICT_FAIL) == 0;
    arena_free(arena);
    return is_good;
}

/* Without some parts, what is left is consistent; without ours, no node. */
static void check_parts(struct plan *plan, bool has_cells)
{
    const unsigned used = 1U << PART_VCPUS | 1U << PART_VCPUPIN |
                          1U << PART_EMULATORPIN | 1U << PART_TOPOLOGY |
                          1U << PART_HUGEPAGES | 1U << PART_NUMA |
                          1U << PART_HOOK;

    for (unsigned bits = 0; bits < 1U << PART_COUNT; bits++) {
        struct changeset *set;
        struct plan *kept;

        if (bits & ~used)
            continue; /* the others have no part in it */
        plan->dropped = 0;
        for (unsigned part = 0; part < PART_COUNT; part++)
            if (bits & 1U << part)
                plan_drop(plan, (enum plan_part)part, true);
        kept = plan_kept(plan);
        assert_true(is_allowed(kept));
        if (plan->dropped == 1U << PART_NUMA) {
            set = render(plan);
            assert_true(has(set->xml, "<numa>") == has_cells);
            assert_true(has(set->xml, "<numatune>") == has_cells);
            changeset_free(set);
        }
        assert_false(plan->dropped & 1U << PART_NUMA && kept->mirrors_nodes);
        plan_free(kept);
    }
}

static void test_parts(void **unused)
{
    struct domain *domain = domain_with(8UL << 20, 4, "");
    struct domain *cells = tune(domain, 46);
    struct plan *plan = plan_new(xeon, domain, NULL, NULL);
    struct plan *again = plan_new(xeon, cells, NULL, NULL);

    (void)unused;
    assert_true(accept_layout(plan, 44) && accept_layout(again, 44));
    option_set(plan, OPTION_HUGEPAGES, 2048);
    check_parts(plan, false);
    check_parts(again, true);
    /* The domain's cells name its vCPUs: both go or neither does. */
    again->dropped = 0;
    plan_drop(again, PART_NUMA, true);
    assert_true(again->dropped & 1U << PART_VCPUS);
    plan_drop(again, PART_VCPUS, false);
    assert_int_equal(again->dropped, 0);
    plan_free(plan);
    plan_free(again);
    domain_free(domain);
    domain_free(cells);
}

static void test_file(void **unused)
{
    struct domain *domain = domain_with(8UL << 20, 4, "");
    struct plan *plan = plan_new(xeon, domain, NULL, NULL);
    struct plan *again = plan_new(xeon, domain, NULL, NULL);
    struct str str CLEANUP(str_free) = STR_INIT;

    (void)unused;
    assert_true(accept_layout(plan, 46));
    planfile_save(plan, &str);
    assert_true(has(str_text(&str), "\nnuma = mirror\n"));
    assert_true(planfile_load(str_text(&str), again, NULL));
    assert_true(plan_equal(plan, again) && again->mirrors_nodes);
    again->mirrors_nodes = false;
    assert_false(plan_equal(plan, again));
    assert_false(planfile_load("version = 1\nnuma = maybe\n", again, NULL));
    plan_reset_cpus(plan);
    assert_false(plan->mirrors_nodes);
    plan_free(plan);
    plan_free(again);
    domain_free(domain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells),   cmocka_unit_test(test_render),
        cmocka_unit_test(test_foreign), cmocka_unit_test(test_parts),
        cmocka_unit_test(test_file),
    };
    int failed;

    xml_init();
    xeon = host_load("xeon-4214-2s");
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    host_free(xeon);
    return failed;
}
