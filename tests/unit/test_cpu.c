/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The CPU probe on the made-up hosts: their shapes, which cores are of which
 * kind, nodes, siblings, confined CPUs, and what must hold of any host.
 */
#include "cpu_support.h"

#include <string.h>

/* Every host: counts, and how many cores are of each kind. */
static const struct shape {
    const char *name;
    unsigned packages, nodes, l3, cores;
    int cpus, offline;
    unsigned performance, efficient, low_power; /* all 0: of one kind */
} shapes[] = {
    {"i7-12700k", 1, 1, 1, 12, 20, 0, 8, 4, 0},
    {"alder-lake-old-kernel", 1, 1, 1, 16, 24, 0, 8, 8, 0},
    {"arrow-lake-h", 1, 1, 1, 16, 16, 0, 6, 8, 2},
    {"cgroup", 1, 1, 1, 8, 16, 0, 0, 0, 0},
    {"epyc-7302p-l3-nodes", 1, 8, 8, 16, 32, 0, 0, 0, 0},
    {"epyc-7763-2s", 2, 2, 16, 128, 256, 0, 0, 0, 0},
    {"i5-6500-noiommu", 1, 1, 1, 4, 4, 0, 0, 0, 0},
    {"isolcpus", 1, 1, 1, 8, 16, 0, 0, 0, 0},
    {"lunar-lake", 1, 1, 1, 8, 8, 0, 4, 0, 4},
    {"meteor-lake", 1, 1, 1, 16, 22, 0, 6, 8, 2},
    {"offline", 1, 1, 1, 4, 6, 2, 0, 0, 0},
    {"panther-lake", 1, 1, 1, 16, 16, 0, 4, 8, 4},
    {"phoenix2", 1, 1, 1, 6, 12, 0, 2, 4, 0},
    {"ryzen-1600af", 1, 1, 2, 6, 12, 0, 0, 0, 0},
    {"ryzen-3900x", 1, 1, 4, 12, 24, 0, 0, 0, 0},
    {"ryzen-7950x3d", 1, 1, 2, 16, 32, 0, 0, 0, 0},
    {"snc", 1, 2, 1, 16, 32, 0, 0, 0, 0},
    {"sparse-nodes", 2, 3, 2, 16, 32, 0, 0, 0, 0},
    {"strix-point", 1, 1, 2, 12, 24, 0, 4, 8, 0},
    {"threadripper-1920x", 1, 2, 4, 12, 24, 0, 0, 0, 0},
    {"threadripper-2990wx", 1, 4, 8, 32, 64, 0, 0, 0, 0},
    {"x3d-offline", 1, 1, 2, 11, 22, 2, 0, 0, 0},
    {"xeon-4214-2s", 2, 2, 2, 24, 48, 0, 0, 0, 0},
};

static const struct shape *shape_of(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(shapes); i++)
        if (strcmp(shapes[i].name, name) == 0)
            return &shapes[i];
    fail_msg("%s: no shape", name);
    return NULL;
}

static const struct cpu_node *node_by_id(const struct cpu_topology *cpu, int id)
{
    for (unsigned i = 0; i < cpu->node_count; i++)
        if ((int)cpu->nodes[i].id == id)
            return &cpu->nodes[i];
    return NULL;
}

static void check_core(const struct cpu_topology *cpu, const char *name,
                       const struct cpu_core *core)
{
    const struct cpu_node *node = node_by_id(cpu, core->node);

    assert_in_range(core->thread_count, 1, CORE_THREADS_MAX);
    assert_int_equal(CPU_COUNT(&core->cpus), core->thread_count);
    for (unsigned t = 0; t < core->thread_count; t++) {
        assert_ptr_equal(cpu_core_of(cpu, core->threads[t]), core);
        assert_true(CPU_ISSET((size_t)core->threads[t], &core->cpus));
        assert_true(t == 0 || core->threads[t - 1] < core->threads[t]);
    }
    assert_with(node && cpuset_is_subset(&core->cpus, &node->cpus), name);
    if (core->l3 >= 0)
        assert_true(cpuset_is_subset(&core->cpus, &cpu->l3[core->l3].cpus));
    if (core->l2 >= 0)
        assert_true(cpuset_is_subset(&core->cpus, &cpu->l2[core->l2].cpus));
    assert_with((core->kind != CORE_KIND_UNIFORM) == cpu->is_hybrid, name);
}

static void check_sets(const struct cpu_topology *cpu, const char *name)
{
    unsigned in_l3 = 0, outside = 0;

    assert_false(cpuset_intersects(&cpu->online, &cpu->offline));
    assert_with(cpuset_is_subset(&cpu->allowed, &cpu->online), name);
    assert_false(cpuset_is_empty(&cpu->allowed));
    for (int i = 0; i < CPUSET_MAX; i++)
        assert_int_equal(cpu->core_of[i] >= 0,
                         CPU_ISSET((size_t)i, &cpu->online));
    for (unsigned i = 1; i < cpu->node_count; i++)
        assert_true(cpu->nodes[i - 1].id < cpu->nodes[i].id);
    for (unsigned i = 0; i < cpu->l3_count; i++)
        in_l3 += cpu->l3[i].core_count;
    for (unsigned i = 0; i < cpu->core_count; i++)
        outside += cpu->cores[i].l3 < 0;
    assert_int_equal(in_l3 + outside, cpu->core_count);
}

static void test_shapes(void **unused)
{
    (void)unused;
    for (size_t i = 0; host_names[i]; i++) {
        const struct shape *shape = shape_of(host_names[i]);
        struct host *host = host_load(shape->name);
        const struct cpu_topology *cpu = &host->cpu;

        print_message("%s\n", shape->name);
        assert_int_equal(cpu->package_count, shape->packages);
        assert_int_equal(cpu->node_count, shape->nodes);
        assert_int_equal(cpu->l3_count, shape->l3);
        assert_int_equal(cpu->core_count, shape->cores);
        assert_int_equal(CPU_COUNT(&cpu->online), shape->cpus);
        assert_int_equal(CPU_COUNT(&cpu->offline), shape->offline);
        assert_int_equal(cpu_count_kind(cpu, CORE_KIND_PERFORMANCE),
                         shape->performance);
        assert_int_equal(cpu_count_kind(cpu, CORE_KIND_EFFICIENT),
                         shape->efficient);
        assert_int_equal(cpu_count_kind(cpu, CORE_KIND_LOW_POWER),
                         shape->low_power);
        assert_true(cpu->has_flags && cpu->has_vmx != cpu->has_svm);
        for (unsigned j = 0; j < cpu->core_count; j++)
            check_core(cpu, shape->name, &cpu->cores[j]);
        check_sets(cpu, shape->name);
        host_free(host);
    }
}

/* Not how many, but which. */
static void test_kinds(void **unused)
{
    struct host *host = host_load("arrow-lake-h");

    (void)unused;
    assert_kind(&host->cpu, CORE_KIND_PERFORMANCE, "0-1,10-13");
    assert_kind(&host->cpu, CORE_KIND_EFFICIENT, "2-9");
    assert_kind(&host->cpu, CORE_KIND_LOW_POWER, "14-15");
    host_free(host);
    host = host_load("meteor-lake");
    assert_kind(&host->cpu, CORE_KIND_PERFORMANCE, "0-1,10-19");
    assert_kind(&host->cpu, CORE_KIND_EFFICIENT, "2-9");
    assert_kind(&host->cpu, CORE_KIND_LOW_POWER, "20-21");
    host_free(host);
    host = host_load("strix-point");
    assert_kind(&host->cpu, CORE_KIND_PERFORMANCE, "0-3,12-15");
    assert_kind(&host->cpu, CORE_KIND_EFFICIENT, "4-11,16-23");
    assert_int_equal(host->cpu.cores[0].max_khz, 5157000);
    host_free(host);
}

static void test_nodes(void **unused)
{
    struct host *host = host_load("sparse-nodes");

    (void)unused;
    assert_int_equal(host->cpu.nodes[0].id, 0);
    assert_set(&host->cpu.nodes[0].cpus, "");
    assert_int_equal(host->cpu.nodes[0].memory_kib, 64 << 20);
    assert_int_equal(host->cpu.nodes[1].id, 4);
    assert_set(&host->cpu.nodes[1].cpus, "0-7,16-23");
    assert_int_equal(host->cpu.nodes[2].id, 6);
    assert_set(&host->cpu.nodes[2].cpus, "8-15,24-31");
    assert_int_equal(host->cpu.nodes[2].memory_kib, 0);
    host_free(host);
    host = host_load("threadripper-2990wx");
    assert_int_equal(cpu_core_of(&host->cpu, 8)->node, 2);
    assert_int_equal(cpu_core_of(&host->cpu, 48)->node, 1);
    host_free(host);
    host = host_load("snc");
    assert_int_equal(cpu_core_of(&host->cpu, 3)->node, 0);
    assert_int_equal(cpu_core_of(&host->cpu, 4)->node, 1);
    assert_int_equal(cpu_core_of(&host->cpu, 4)->l3, 0);
    host_free(host);
}

static void test_siblings(void **unused)
{
    static const struct {
        const char *name;
        int cpu, sibling; /* -1: it is alone */
    } pairs[] = {
        {"i7-12700k", 14, 15},   {"i7-12700k", 16, -1}, {"ryzen-3900x", 3, 15},
        {"xeon-4214-2s", 1, 25}, {"meteor-lake", 0, 1}, {"meteor-lake", 2, -1},
        {"offline", 2, -1},      {"offline", 4, 5},     {"x3d-offline", 4, 16},
        {"lunar-lake", 0, -1},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
        struct host *host = host_load(pairs[i].name);
        const struct cpu_core *core = cpu_core_of(&host->cpu, pairs[i].cpu);

        assert_int_equal(core->threads[0], pairs[i].cpu);
        assert_int_equal(core->thread_count, 1 + (pairs[i].sibling >= 0));
        if (pairs[i].sibling >= 0)
            assert_int_equal(core->threads[1], pairs[i].sibling);
        assert_null(cpu_core_of(&host->cpu, -1));
        assert_null(cpu_core_of(&host->cpu, CPUSET_MAX));
        host_free(host);
    }
}

static void test_confined(void **unused)
{
    struct host *host = host_load("cgroup");

    (void)unused;
    assert_set(&host->cpu.online, "0-15");
    assert_set(&host->cpu.allowed, "2-7,10-14");
    assert_set(&host->cpu.nohz_full, "");
    host_free(host);
    host = host_load("isolcpus");
    assert_set(&host->cpu.isolated, "2-7,10-15");
    assert_set(&host->cpu.nohz_full, "2-7,10-15");
    assert_set(&host->cpu.allowed, "0-15");
    host_free(host);
    host = host_load("offline");
    assert_set(&host->cpu.offline, "3,7");
    assert_set(&host->cpu.nohz_full, "2,6");
    assert_set(&host->cpu.allowed, "0-2,4-6");
    host_free(host);
    host = host_load("x3d-offline");
    assert_set(&host->cpu.offline, "5,17");
    host_free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),   cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_nodes),    cmocka_unit_test(test_siblings),
        cmocka_unit_test(test_confined),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
