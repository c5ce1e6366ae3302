/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plan that is changed and keeps what it can: only the vCPUs that lost their
 * core move, whatever was taken away, added or started beside them.
 */
#include "machine.h"
#include "support.h"

#include "plan/layout.h"

#include <stdlib.h>
#include <string.h>

static const char *const domain_text =
    "<domain type='kvm'><memory>1048576</memory><vcpu>1</vcpu><devices>"
    "<disk><target dev='vda' bus='virtio'/></disk></devices></domain>";

static unsigned count_moved(const struct plan *before, const struct plan *after)
{
    unsigned least =
        before->vcpus < after->vcpus ? before->vcpus : after->vcpus;
    unsigned moved = 0;

    for (unsigned i = 0; i < least; i++)
        moved += !CPU_EQUAL(&before->vcpupin[i], &after->vcpupin[i]);
    return moved;
}

static void settle(struct plan *plan, const struct layout_request *request)
{
    struct err err = {0};

    if (!layout_settle(plan, request, &err)) {
        print_error("%s\n", err.text);
        fail();
    }
}

/* Each vCPU on a CPU of its own, siblings paired, helpers apart. */
static void check_sane(const struct plan *plan)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    const struct guest_topology *t = &plan->topology;
    cpu_set_t seen = cpuset_empty(), cores = cpuset_empty();

    assert_int_equal(t->sockets * t->dies * t->cores * t->threads, plan->vcpus);
    for (unsigned i = 0; i < plan->vcpus; i++) {
        int number = -1, first = -1;

        assert_true(plan_pin(plan, i, &number));
        assert_true(plan_pin(plan, i - i % t->threads, &first));
        assert_false(CPU_ISSET((size_t)number, &seen));
        CPU_SET((size_t)number, &seen);
        assert_ptr_equal(cpu_core_of(cpu, number), cpu_core_of(cpu, first));
        cores = cpuset_or(&cores, &cpu_core_of(cpu, number)->cpus);
    }
    assert_false(cpuset_is_empty(&plan->emulatorpin));
    assert_false(cpuset_intersects(&plan->emulatorpin, &cores));
    assert_false(cpuset_intersects(&plan->iothreads[0].cpus, &cores));
}

struct bench {
    struct host *host;
    struct domain *domain;
    struct plan *plan, *before;
    struct layout_request request;
};

static void start(struct bench *bench, unsigned vcpus)
{
    *bench = (struct bench){
        .host = host_load("i7-12700k"),
        .domain = domain_of(domain_text),
        .request = {.vcpus = vcpus},
    };
    bench->plan = plan_new(bench->host, bench->domain, NULL, NULL);
    settle(bench->plan, &bench->request); /* nothing is pinned: the best */
    bench->before = plan_copy(bench->plan);
}

static void finish(struct bench *bench, unsigned moved)
{
    settle(bench->plan, &bench->request);
    check_sane(bench->plan);
    assert_int_equal(count_moved(bench->before, bench->plan), moved);
    plan_free(bench->before);
    plan_free(bench->plan);
    domain_free(bench->domain);
    host_free(bench->host);
}

static void test_known(void **unused)
{
    struct neighbour other = {.name = "other", .is_running = true};
    struct neighbours others = {.list = &other, .count = 1};
    struct bench bench;

    (void)unused;
    start(&bench, 12); /* on CPUs 4-15 */
    bench.request.vcpus = 14;
    finish(&bench, 0);
    start(&bench, 12);
    bench.request.vcpus = 10;
    finish(&bench, 0);
    start(&bench, 12);
    finish(&bench, 0);
    start(&bench, 12);
    CPU_SET(9, &bench.request.host_cpus);
    finish(&bench, 2);
    start(&bench, 12);
    CPU_SET(4, &other.cpus);
    CPU_SET(6, &other.cpus);
    bench.plan->others = &others;
    finish(&bench, 4); /* to the two P-cores that were left */
}

/* vCPUs on a core of which some CPU is taken away. */
static unsigned count_hit(const struct plan *plan, const cpu_set_t *taken)
{
    unsigned hit = 0;

    for (unsigned i = 0; i < plan->vcpus; i++)
        hit += cpuset_intersects(
            taken,
            &cpu_core_of(&plan->host->cpu, cpuset_next(&plan->vcpupin[i], 0))
                 ->cpus);
    return hit;
}

static bool is_best(const struct plan *plan,
                    const struct layout_request *request)
{
    struct arena *arena = arena_new();
    struct layouts layouts;
    bool is_it = layout_propose(plan, request, arena, &layouts, NULL) &&
                 layout_is(&layouts.list[0], plan);

    arena_free(arena);
    return is_it;
}

/* One change to a settled plan; gives 1 if only what was hit has moved. */
static unsigned change(struct plan *plan, struct layout_request request)
{
    unsigned all = (unsigned)CPU_COUNT(&plan->host->cpu.online);
    struct plan *before = plan_copy(plan);
    struct neighbour other = {.name = "other", .is_running = true};
    struct neighbours others = {.list = &other, .count = 1};
    cpu_set_t taken = cpuset_one((int)random_below(all));
    unsigned moved = 0, hit = 0;

    switch (random_below(3)) {
    case 0:
        request.host_cpus = taken;
        break;
    case 1:
        other.cpus = taken;
        plan->others = &others;
        break;
    default:
        request.vcpus += plan->topology.threads;
        taken = cpuset_empty();
    }
    hit = count_hit(before, &taken);
    if (layout_settle(plan, &request, NULL)) {
        moved = count_moved(before, plan);
        check_sane(plan);
        if (moved != hit)
            assert_true(is_best(plan, &request)); /* no room beside */
    } else {
        assert_true(plan_equal(before, plan)); /* refused: as it was */
        moved = hit + 1;
    }
    plan->others = NULL;
    plan_free(before);
    return moved == hit;
}

static void test_random(void **unused)
{
    struct domain *domain = domain_of(domain_text);
    unsigned count = 0, kept = 0;

    (void)unused;
    random_seed(5);
    for (unsigned round = 0; round < 600; round++) {
        struct host *host = machine_random(12);
        struct plan *plan = plan_new(host, domain, NULL, NULL);
        unsigned all = (unsigned)CPU_COUNT(&host->cpu.online);
        struct layout_request request = {.vcpus = 1 + random_below(all)};

        if (layout_settle(plan, &request, NULL)) {
            count++;
            kept += change(plan, request);
        }
        plan_free(plan);
        host_free(host);
    }
    print_message("%u of %u moved only what was hit\n", kept, count);
    assert_true(kept > count / 2);
    domain_free(domain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_random),
    };

    xml_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
