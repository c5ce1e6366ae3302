/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Edits by hand: splitting a core and taking that back, on every made-up host;
 * and every refusal says why and leaves the plan as it was.
 */
#include "support.h"

#include "plan/hand.h"

#include <stdlib.h>

/* The vCPUs that run on a core, and how many of its threads have one. */
static unsigned used_threads(const struct plan *plan, unsigned core)
{
    const struct cpu_core *it = &plan->host->cpu.cores[core];
    cpu_set_t guest = plan_guest_cpus(plan);
    unsigned used = 0;

    for (unsigned t = 0; t < it->thread_count; t++)
        used += CPU_ISSET((size_t)it->threads[t], &guest) != 0;
    return used;
}

/* vCPUs run along the cores: siblings are neighbours, nobody shares a CPU. */
static void check_numbers(const struct plan *plan)
{
    const struct guest_topology *t = &plan->topology;
    int last = -1, cpu;
    unsigned thread = 0;

    for (unsigned i = 0; i < plan->vcpus; i++) {
        const struct cpu_core *core;

        assert_true(plan_pin(plan, i, &cpu));
        core = cpu_core_of(&plan->host->cpu, cpu);
        thread = (int)core->index == last ? thread + 1 : 0;
        assert_true((int)core->index >= last);
        assert_int_equal(core->threads[thread], cpu);
        last = (int)core->index;
    }
    assert_int_equal(t->sockets * t->dies * t->cores * t->threads, plan->vcpus);
}

static void check_split(struct plan *plan, unsigned core)
{
    struct plan *before = plan_copy(plan);
    unsigned threads = plan->host->cpu.cores[core].thread_count;
    unsigned used = used_threads(plan, core);
    const char *reason = hand_toggle_split(plan, core);

    if (threads == 1 || used == 0) {
        assert_non_null(reason);
        assert_true(has(reason, threads == 1 ? "one thread" : "host's"));
        assert_true(plan_equal(plan, before));
    } else {
        assert_null(reason);
        assert_int_equal(used_threads(plan, core),
                         used < threads ? threads : 1);
        check_numbers(plan);
        assert_null(hand_toggle_split(plan, core));
        if (used == threads)
            assert_true(plan_equal(plan, before));
    }
    plan_free(before);
}

static void test_split(void **unused)
{
    struct domain *domain = domain_of("<domain><vcpu>4</vcpu></domain>");

    (void)unused;
    for (size_t i = 0; host_names[i]; i++) {
        struct host *host = host_load(host_names[i]);

        for (unsigned vcpus = 1; vcpus <= 24; vcpus++) {
            struct plan *plan = plan_new(host, domain, NULL, NULL);
            bool fits = accept_layout(plan, vcpus);

            for (unsigned core = 0; core < host->cpu.core_count && fits; core++)
                check_split(plan, core);
            plan_free(plan);
        }
        host_free(host);
    }
    domain_free(domain);
}

/* A core that is not even makes the guest's cores single threads. */
static void test_topology(void **unused)
{
    struct domain *domain = domain_of("<domain><vcpu>12</vcpu></domain>");
    struct host *host = host_load("ryzen-3900x");
    struct plan *plan = plan_new(host, domain, NULL, NULL);
    cpu_set_t sibling = cpuset_one(host->cpu.cores[6].threads[1]);

    (void)unused;
    assert_true(accept_layout(plan, 12));
    assert_int_equal(plan->topology.dies, 2);
    assert_null(hand_toggle_split(plan, 6));
    assert_int_equal(plan->vcpus, 11);
    assert_int_equal(plan->topology.cores, 11);
    assert_int_equal(plan->topology.threads, 1);
    plan->emulatorpin = cpuset_or(&plan->emulatorpin, &sibling);
    assert_null(hand_toggle_split(plan, 6)); /* the emulator makes room */
    assert_false(cpuset_intersects(&plan->emulatorpin, &sibling));
    assert_int_equal(plan->vcpus, 12);
    assert_int_equal(plan->topology.dies, 2);
    assert_int_equal(plan->topology.cores, 3);
    assert_null(hand_toggle_guest(plan, 5));
    assert_int_equal(plan->topology.dies, 1); /* three L3, not evenly */
    assert_int_equal(plan->topology.cores, 7);
    plan_free(plan);
    host_free(host);
    domain_free(domain);
}

/* What is taken and given back, in any order, is as the domain has it. */
static void test_back(void **unused)
{
    struct domain *domain = domain_of(
        "<domain><vcpu>8</vcpu><iothreads>1</iothreads><cputune>"
        "<vcpupin vcpu='0' cpuset='0'/><vcpupin vcpu='1' cpuset='2'/>"
        "<vcpupin vcpu='2' cpuset='4'/><vcpupin vcpu='3' cpuset='6'/>"
        "<vcpupin vcpu='4' cpuset='1'/><vcpupin vcpu='5' cpuset='3'/>"
        "<vcpupin vcpu='6' cpuset='5'/><vcpupin vcpu='7' cpuset='7'/>"
        "<emulatorpin cpuset='0-1,8-9'/><iothreadpin iothread='1' "
        "cpuset='10-11'/></cputune><cpu><topology sockets='1' dies='1' "
        "cores='4' threads='2'/></cpu></domain>");
    struct host *host = host_load("i7-12700k");
    struct plan *plan = plan_new(host, domain, NULL, NULL);
    struct plan *own = plan_copy(plan);

    (void)unused;
    for (unsigned core = 0; core < 8; core++) {
        assert_null(hand_toggle_guest(plan, core));
        assert_false(plan_equal(plan, own));
        assert_null(hand_toggle_guest(plan, core));
        assert_true(plan_equal(plan, own));
        if (core >= 4)
            continue;
        assert_null(hand_toggle_split(plan, core));
        assert_null(hand_toggle_split(plan, core));
        assert_true(plan_equal(plan, own));
    }
    assert_null(hand_toggle_guest(plan, 1));
    assert_null(hand_toggle_guest(plan, 5)); /* the I/O thread's only core */
    assert_false(
        cpuset_intersects(&plan->iothreads[0].cpus, &host->cpu.cores[5].cpus));
    assert_false(cpuset_is_empty(&plan->iothreads[0].cpus));
    assert_null(hand_toggle_guest(plan, 2));
    assert_null(hand_toggle_guest(plan, 1));
    assert_null(hand_toggle_guest(plan, 5));
    assert_null(hand_toggle_guest(plan, 2));
    assert_true(plan_equal(plan, own));

    /* But what was put there by hand stays, and so do a layout's pins. */
    assert_null(hand_toggle_emulator(plan, 6));
    assert_null(hand_toggle_guest(plan, 4));
    assert_null(hand_toggle_guest(plan, 4));
    assert_true(cpuset_is_subset(&host->cpu.cores[6].cpus, &plan->emulatorpin));
    assert_true(accept_layout(plan, 8));
    plan_free(own);
    own = plan_copy(plan);
    assert_null(hand_toggle_guest(plan, 5));
    assert_null(hand_toggle_guest(plan, 5));
    assert_true(plan_equal(plan, own));
    plan_free(own);
    plan_free(plan);
    host_free(host);
    domain_free(domain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_topology),
        cmocka_unit_test(test_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
