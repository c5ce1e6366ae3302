/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Layouts for every count on every host: the rules of a good layout, checked
 * by looking at each CPU, and against a search of all L3 subsets.
 */
#include "support.h"

#include "plan/layout.h"

#include <stdlib.h>
#include <string.h>

static const char *const domain_text =
    "<domain type='kvm'><memory>1048576</memory><vcpu>1</vcpu><devices>"
    "<disk><target dev='vda' bus='virtio'/></disk></devices></domain>";

struct bench {
    const struct host *host;
    const struct cpu_topology *cpu;
    unsigned vcpus;
    struct layouts layouts;
    const struct layout *layout; /* the one that is looked at */
    bool is_used[CPUSET_MAX];    /* of each core */
    unsigned used;
};

static bool is_usable(const struct cpu_topology *cpu, unsigned core)
{
    return !cpuset_intersects(&cpu->cores[core].cpus, &cpu->isolated);
}

static void find_used(struct bench *bench)
{
    const struct cpu_topology *cpu = bench->cpu;
    cpu_set_t seen = cpuset_empty();

    memset(bench->is_used, 0, sizeof(bench->is_used));
    bench->used = 0;
    for (unsigned i = 0; i < bench->layout->vcpus; i++) {
        int number = bench->layout->cpus[i];

        assert_true(number >= 0 && number < CPUSET_MAX);
        assert_true(CPU_ISSET((size_t)number, &cpu->online));
        assert_true(bench->layout != bench->layouts.list ||
                    !CPU_ISSET((size_t)number, &cpu->isolated));
        assert_false(CPU_ISSET((size_t)number, &seen));
        CPU_SET((size_t)number, &seen);
        bench->used += !bench->is_used[cpu->core_of[number]];
        bench->is_used[cpu->core_of[number]] = true;
    }
}

/* Siblings are neighbours, in whole cores wherever the count allows it. */
static void check_cores(const struct bench *bench)
{
    const struct layout *layout = bench->layout;
    const struct guest_topology *t = &layout->topology;
    const struct cpu_topology *cpu = bench->cpu;

    assert_int_equal(t->sockets * t->dies * t->cores * t->threads,
                     layout->vcpus);
    assert_int_equal(t->sockets, 1);
    for (unsigned i = 0; i < layout->vcpus; i++) {
        int core = cpu->core_of[layout->cpus[i]];

        assert_int_equal(core, cpu->core_of[layout->cpus[i - i % t->threads]]);
        if (i > 0 && core != cpu->core_of[layout->cpus[i - 1]])
            for (unsigned j = 0; j < i; j++)
                assert_int_not_equal(core, cpu->core_of[layout->cpus[j]]);
    }
}

static bool has_whole_cores(const struct bench *bench)
{
    unsigned threads = 0;

    for (unsigned i = 0; i < bench->cpu->core_count; i++)
        if (bench->is_used[i])
            threads += bench->cpu->cores[i].thread_count;
    return threads == bench->layout->vcpus;
}

/* A whole core, at least, stays with the host, and helpers live there. */
static void check_host(const struct bench *bench)
{
    const struct cpu_topology *cpu = bench->cpu;
    const struct layout *layout = bench->layout;
    cpu_set_t guest = cpuset_empty();
    unsigned left = 0;

    for (unsigned i = 0; i < cpu->core_count; i++) {
        bool is_used = cpuset_intersects(&cpu->cores[i].cpus, &layout->pool);

        left += !is_used && is_usable(cpu, i);
        if (is_used)
            guest = cpuset_or(&guest, &cpu->cores[i].cpus);
    }
    assert_true(left > 0);
    assert_true(cpuset_is_subset(&layout->pool, &cpu->online));
    assert_false(cpuset_is_empty(&layout->emulator));
    assert_false(cpuset_is_empty(&layout->iothread));
    assert_false(cpuset_intersects(&layout->emulator, &guest));
    assert_false(cpuset_intersects(&layout->iothread, &guest));
    assert_true(cpuset_is_subset(&layout->emulator, &cpu->online));
    assert_true(cpuset_is_subset(&layout->iothread, &cpu->online));
}

/* Cores of a kind with at least so many threads that could go. */
static unsigned count_able(const struct cpu_topology *cpu, enum core_kind kind,
                           unsigned threads, bool with_cpu0)
{
    unsigned count = 0;

    for (unsigned i = 0; i < cpu->core_count; i++)
        count += is_usable(cpu, i) && cpu->cores[i].kind == kind &&
                 cpu->cores[i].thread_count >= threads &&
                 (with_cpu0 || (int)i != cpu->core_of[0]);
    return count;
}

static unsigned count_usable(const struct cpu_topology *cpu)
{
    unsigned count = 0;

    for (unsigned i = 0; i < cpu->core_count; i++)
        count += is_usable(cpu, i);
    return count;
}

/* The kind of all used cores, or CORE_KIND_COUNT if there are several. */
static enum core_kind used_kind(const struct bench *bench)
{
    enum core_kind kind = CORE_KIND_COUNT;

    for (unsigned i = 0; i < bench->cpu->core_count; i++) {
        if (!bench->is_used[i])
            continue;
        if (kind != CORE_KIND_COUNT && kind != bench->cpu->cores[i].kind)
            return CORE_KIND_COUNT;
        kind = bench->cpu->cores[i].kind;
    }
    return kind;
}

static bool has_equal_l3(const struct cpu_topology *cpu)
{
    for (unsigned i = 1; i < cpu->l3_count; i++)
        if (cpu->l3[i].size_kib != cpu->l3[0].size_kib)
            return false;
    for (unsigned i = 0; i < cpu->core_count; i++)
        if (cpu->cores[i].l3 != cpu->cores[0].l3 &&
            (cpu->cores[i].l3 < 0 || cpu->cores[0].l3 < 0))
            return false;
    return true;
}

static bool has_bare_node(const struct cpu_topology *cpu)
{
    for (unsigned i = 0; i < cpu->node_count; i++)
        if (cpu->nodes[i].memory_kib == 0)
            return true;
    return false;
}

/* One kind if one kind can hold it, the fastest first; CPU 0 at last. */
static void check_kind(const struct bench *bench)
{
    static const enum core_kind fastest_first[] = {
        CORE_KIND_UNIFORM, CORE_KIND_PERFORMANCE, CORE_KIND_EFFICIENT,
        CORE_KIND_LOW_POWER};
    const struct cpu_topology *cpu = bench->cpu;
    enum core_kind kind = used_kind(bench);
    unsigned usable = count_usable(cpu);

    for (size_t i = 0; i < ARRAY_SIZE(fastest_first); i++) {
        unsigned each = 1, wanted, able;

        for (unsigned c = 0; c < cpu->core_count; c++)
            if (cpu->cores[c].kind == fastest_first[i] &&
                cpu->cores[c].thread_count > each)
                each = cpu->cores[c].thread_count;
        wanted = (bench->vcpus + each - 1) / each;
        able = count_able(cpu, fastest_first[i], each, true);
        if (able < wanted || wanted >= usable)
            continue;
        assert_int_equal(kind, fastest_first[i]);
        if (bench->vcpus % each == 0)
            assert_true(has_whole_cores(bench));
        /* A bigger L3, or memory, is worth more than that core. */
        if (cpu->core_of[0] >= 0 && has_equal_l3(cpu) && !has_bare_node(cpu) &&
            count_able(cpu, fastest_first[i], each, false) >= wanted)
            assert_false(bench->is_used[cpu->core_of[0]]);
        return;
    }
}

static unsigned count_bits(unsigned bits)
{
    unsigned count = 0;

    for (; bits; bits &= bits - 1)
        count++;
    return count;
}

/* The fewest L3 domains that hold the used number of such cores. */
static unsigned fewest_l3(const struct bench *bench, enum core_kind kind,
                          unsigned each, bool with_cpu0)
{
    const struct cpu_topology *cpu = bench->cpu;
    unsigned best = cpu->l3_count, room[16] = {0};

    for (unsigned i = 0; i < cpu->core_count; i++)
        if (cpu->cores[i].l3 >= 0)
            room[cpu->cores[i].l3] += is_usable(cpu, i) &&
                                      cpu->cores[i].kind == kind &&
                                      cpu->cores[i].thread_count >= each &&
                                      (with_cpu0 || (int)i != cpu->core_of[0]);
    for (unsigned bits = 1; bits < 1U << cpu->l3_count; bits++) {
        unsigned cores = 0;

        if (count_bits(bits) >= best)
            continue;
        for (unsigned i = 0; i < cpu->l3_count; i++)
            cores += bits & 1U << i ? room[i] : 0;
        if (cores >= bench->used)
            best = count_bits(bits);
    }
    return best;
}

static void check_caches(const struct bench *bench)
{
    const struct cpu_topology *cpu = bench->cpu;
    enum core_kind kind = used_kind(bench);
    unsigned each = CORE_THREADS_MAX, used = 0, nodes = 0;
    unsigned room[CPUSET_MAX] = {0};
    bool with_cpu0 = cpu->core_of[0] >= 0 && bench->is_used[cpu->core_of[0]];
    bool has_l3[CPUSET_MAX] = {false}, has_node[CPUSET_MAX] = {false};

    if (kind == CORE_KIND_COUNT)
        return;
    for (unsigned i = 0; i < cpu->core_count; i++) {
        if (!bench->is_used[i])
            continue;
        if (cpu->cores[i].thread_count < each)
            each = cpu->cores[i].thread_count;
        if (cpu->cores[i].l3 >= 0 && !has_l3[cpu->cores[i].l3]) {
            has_l3[cpu->cores[i].l3] = true;
            used++;
        }
        if (!has_node[cpu->cores[i].node]) {
            has_node[cpu->cores[i].node] = true;
            nodes++;
        }
    }
    if (used > 0 && cpu->l3_count <= 12 && !has_bare_node(cpu))
        assert_int_equal(used, fewest_l3(bench, kind, each, with_cpu0));
    if (used > 1 && bench->layout->topology.dies > 1)
        assert_int_equal(bench->layout->topology.dies, used);
    for (unsigned i = 0; i < cpu->core_count; i++)
        room[cpu->cores[i].node] += is_usable(cpu, i) &&
                                    cpu->cores[i].kind == kind &&
                                    cpu->cores[i].thread_count >= each &&
                                    (with_cpu0 || (int)i != cpu->core_of[0]);
    for (unsigned i = 0; i < CPUSET_MAX; i++)
        if (room[i] >= bench->used)
            assert_int_equal(nodes, 1);
}

/* Everything of one count; false if it was refused. */
static bool check_count(const struct host *host, const struct domain *domain,
                        unsigned vcpus, unsigned *largest)
{
    struct arena *arena = arena_new();
    struct bench bench = {.host = host, .cpu = &host->cpu, .vcpus = vcpus};
    struct err err = {0};
    struct plan *plan = plan_new(host, domain, NULL, NULL);
    bool fits = layout_propose(plan, &(struct layout_request){.vcpus = vcpus},
                               arena, &bench.layouts, &err);

    for (size_t i = 0; fits && i < bench.layouts.count; i++) {
        bench.layout = &bench.layouts.list[i];
        if (i == 0)
            assert_int_equal(bench.layout->vcpus, vcpus);
        assert_true(i == 0 || *bench.layout->trade);
        check_host(&bench);
        if (bench.layout->cpus) {
            find_used(&bench);
            check_cores(&bench);
        }
        if (i == 0) {
            check_kind(&bench);
            check_caches(&bench);
        }
        layout_accept(bench.layout, plan);
        assert_true(layout_is(bench.layout, plan));
        assert_true(plan_is_pinned(plan));
        assert_int_equal(plan->disk_iothread[0], 1);
    }
    plan_free(plan);
    if (!fits) {
        const char *named = strstr(err.text, "fits is ");

        assert_int_equal(err.code, ERR_REFUSED);
        assert_true(named || has(err.text, "No core of this host"));
        *largest = 0;
        if (named)
            *largest = (unsigned)strtoul(named + strlen("fits is "), NULL, 10);
    }
    arena_free(arena);
    return fits;
}

/* Every count on a host; on a large one, but for the long test, a sample. */
static void check_host_counts(const char *name, const struct host *host)
{
    struct domain *domain = domain_of(domain_text);
    unsigned all = (unsigned)CPU_COUNT(&host->cpu.online);
    unsigned last = 0, largest = 0;
    unsigned step = all <= 64 || getenv("VIRT_TUNE_LONG") ? 1 : all / 29;

    for (unsigned vcpus = 1; vcpus <= all + 1; vcpus += step)
        if (check_count(host, domain, vcpus, &largest))
            last = vcpus;
    assert_false(check_count(host, domain, 0, &largest));
    assert_false(check_count(host, domain, 4096, &largest));
    print_message("%s: %u of %u\n", name, largest, all);
    assert_true(last <= largest && last + step > largest);
    assert_true(largest == 0 || check_count(host, domain, largest, &last));
    domain_free(domain);
}

static void test_every_count(void **unused)
{
    (void)unused;
    for (size_t i = 0; host_names[i]; i++) {
        struct host *host = host_load(host_names[i]);

        check_host_counts(host_names[i], host);
        host_free(host);
    }
}

/* The host beneath this directory, in place of the made-up ones. */
static const char *only_host;

static void test_one(void **unused)
{
    struct err err = {0};
    struct host *host = host_probe(only_host, &err);

    (void)unused;
    if (!host)
        print_error("%s\n", err.text);
    assert_non_null(host);
    check_host_counts(only_host, host);
    host_free(host);
}

static void check_text(const char *host_name, unsigned vcpus, const char *cpus,
                       struct guest_topology topology)
{
    struct host *host = host_load(host_name);
    struct domain *domain = domain_of(domain_text);
    struct plan *plan = plan_new(host, domain, NULL, NULL);
    struct arena *arena = arena_new();
    cpu_set_t guest;

    assert_true(accept_layout(plan, vcpus));
    guest = plan_guest_cpus(plan);
    if (cpus)
        assert_string_equal(cpuset_text(arena, &guest), cpus);
    assert_memory_equal(&plan->topology, &topology, sizeof(topology));
    if (host->cpu.is_hybrid)
        CPUSET_FOREACH(number, &plan->emulatorpin)
        {
            assert_int_equal(cpu_core_of(&host->cpu, number)->kind,
                             CORE_KIND_EFFICIENT);
        }
    arena_free(arena);
    plan_free(plan);
    domain_free(domain);
    host_free(host);
}

static void test_known(void **unused)
{
    (void)unused;
    check_text("i7-12700k", 12, "4-15", (struct guest_topology){1, 1, 6, 2});
    check_text("ryzen-3900x", 12, NULL, (struct guest_topology){1, 2, 3, 2});
    check_text("ryzen-3900x", 6, NULL, (struct guest_topology){1, 1, 3, 2});
    check_text("ryzen-3900x", 18, NULL, (struct guest_topology){1, 3, 3, 2});
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_count),
        cmocka_unit_test(test_known),
    };

    const struct CMUnitTest one[] = {cmocka_unit_test(test_one)};

    xml_init();
    if (count > 1) {
        only_host = arguments[1];
        return cmocka_run_group_tests(one, NULL, NULL);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
