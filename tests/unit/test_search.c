/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The best layout against every other one: on machines of up to twelve cores
 * all sets of cores are tried, and judged here by the words of the order that
 * HACKING.md gives, not by the program's own cost.
 */
#include "machine.h"
#include "support.h"

#include "plan/layout.h"

#include <stdlib.h>
#include <string.h>

enum { LINES = 8 };

/* What is asked, and the answer that is looked at. */
struct trial {
    const struct cpu_topology *cpu;
    const struct layout_request *request;
    cpu_set_t busy;
    int node;
    unsigned threads; /* of a core that are used; 1 or all */
};

static bool may_go(const struct trial *trial, unsigned core)
{
    const cpu_set_t *cpus = &trial->cpu->cores[core].cpus;
    bool is_isolated = cpuset_intersects(cpus, &trial->cpu->isolated);

    if (trial->request->uses_isolated)
        is_isolated = !cpuset_is_subset(cpus, &trial->cpu->isolated);
    return !is_isolated && cpuset_is_subset(cpus, &trial->cpu->allowed) &&
           !cpuset_intersects(cpus, &trial->request->host_cpus);
}

/* Cache domains: the L3, or one of its own for what has none on a node. */
static bool same_cache(const struct cpu_core *a, const struct cpu_core *b)
{
    return a->l3 == b->l3 && (a->l3 >= 0 || a->node == b->node);
}

/* Counts by a key: how many different ones among the cores of a set. */
static unsigned count_different(const struct cpu_topology *cpu, unsigned set,
                                bool (*is_same)(const struct cpu_core *a,
                                                const struct cpu_core *b))
{
    unsigned count = 0;

    for (unsigned i = 0; i < cpu->core_count; i++) {
        bool is_new = set & 1U << i;

        for (unsigned j = 0; j < i && is_new; j++)
            is_new =
                !(set & 1U << j) || !is_same(&cpu->cores[i], &cpu->cores[j]);
        count += is_new;
    }
    return count;
}

static bool same_node(const struct cpu_core *a, const struct cpu_core *b)
{
    return a->node == b->node;
}

static unsigned long worth(const struct trial *trial, unsigned core)
{
    const struct cpu_topology *cpu = trial->cpu;
    unsigned long khz = 0;

    if (!trial->request->prefers_clock)
        return cpu->cores[core].l3 < 0 ? 0
                                       : cpu->l3[cpu->cores[core].l3].size_kib;
    for (unsigned i = 0; i < cpu->core_count; i++)
        if (same_cache(&cpu->cores[i], &cpu->cores[core]) &&
            cpu->cores[i].max_khz > khz)
            khz = cpu->cores[i].max_khz;
    return khz;
}

/* Lines 2 to 8 of a set of cores that keeps line 1; lower is better. */
static void judge(const struct trial *trial, unsigned set, long *lines)
{
    const struct cpu_topology *cpu = trial->cpu;
    unsigned rest = ~set & ((1U << cpu->core_count) - 1);
    bool is_near = false;

    memset(lines, 0, LINES * sizeof(*lines));
    for (unsigned i = 0; i < cpu->core_count; i++) {
        bool is_first = set & 1U << i;

        if (!(set & 1U << i))
            continue;
        lines[0] = cpu->cores[i].kind;
        lines[1] += cpuset_intersects(&cpu->cores[i].cpus, &trial->busy);
        is_near |= cpu->cores[i].node == trial->node;
        for (unsigned j = 0; j < i && is_first; j++)
            is_first =
                !(set & 1U << j) || !same_cache(&cpu->cores[i], &cpu->cores[j]);
        lines[5] -= is_first ? (long)worth(trial, i) : 0;
    }
    lines[2] = count_different(cpu, set, same_node);
    lines[3] = trial->node >= 0 && !is_near;
    for (unsigned i = 0; i < cpu->node_count; i++)
        for (unsigned core = 0; core < cpu->core_count; core++)
            if (set & 1U << core && cpu->nodes[i].memory_kib == 0 &&
                cpu->cores[core].node == (int)cpu->nodes[i].id) {
                lines[3]++; /* a node without memory */
                break;
            }
    lines[4] = count_different(cpu, set, same_cache);
    lines[6] = (set & 1U << cpu->core_of[0]) != 0;
    lines[7] = count_different(cpu, rest, same_cache);
}

static bool is_less(const long *a, const long *b)
{
    for (size_t i = 0; i < LINES; i++)
        if (a[i] != b[i])
            return a[i] < b[i];
    return false;
}

/* One kind, whole cores that may go, and one core for the host. */
static bool is_allowed(const struct trial *trial, unsigned set)
{
    const struct cpu_topology *cpu = trial->cpu;
    bool has_host = false;
    int kind = -1;

    for (unsigned i = 0; i < cpu->core_count; i++) {
        const struct cpu_core *core = &cpu->cores[i];

        if (!(set & 1U << i)) {
            has_host |= !cpuset_intersects(&core->cpus, &cpu->isolated) &&
                        cpuset_is_subset(&core->cpus, &cpu->allowed);
            continue;
        }
        if (!may_go(trial, i) || (kind >= 0 && (int)core->kind != kind))
            return false;
        kind = (int)core->kind;
        if (trial->threads > 1 && core->thread_count != trial->threads)
            return false;
    }
    return has_host && kind >= 0;
}

static unsigned most_threads(const struct cpu_topology *cpu, unsigned kind)
{
    unsigned threads = 1;

    for (unsigned i = 0; i < cpu->core_count; i++)
        if (cpu->cores[i].kind == kind && cpu->cores[i].thread_count > threads)
            threads = cpu->cores[i].thread_count;
    return threads;
}

/* The best of all sets of one kind for `vcpus`; false if none is allowed. */
static bool best_of_kind(struct trial *trial, enum core_kind kind,
                         unsigned vcpus, unsigned each, long *best)
{
    const struct cpu_topology *cpu = trial->cpu;
    unsigned cores = (vcpus + each - 1) / each;
    bool has_best = false;

    trial->threads = each;
    for (unsigned set = 1; set < 1U << cpu->core_count; set++) {
        long lines[LINES];

        if ((unsigned)__builtin_popcount(set) != cores ||
            !is_allowed(trial, set))
            continue;
        judge(trial, set, lines);
        if (lines[0] == (long)kind && (!has_best || is_less(lines, best))) {
            memcpy(best, lines, sizeof(lines));
            has_best = true;
        }
    }
    return has_best;
}

static bool find_best(struct trial *trial, unsigned vcpus, long *best)
{
    for (unsigned kind = 0; kind < CORE_KIND_COUNT; kind++) {
        unsigned all = most_threads(trial->cpu, kind);
        bool is_single = trial->request->policy == LAYOUT_ONE_THREAD;

        if (!is_single && vcpus % all == 0) {
            if (best_of_kind(trial, kind, vcpus, all, best))
                return true;
            continue;
        }
        if (best_of_kind(trial, kind, vcpus, 1, best) ||
            (!is_single && best_of_kind(trial, kind, vcpus, all, best)))
            return true;
    }
    return false;
}

static void describe(const struct trial *trial)
{
    const struct cpu_topology *cpu = trial->cpu;

    print_error("wanted node %d, %u threads of a core\n", trial->node,
                trial->threads);
    for (unsigned i = 0; i < cpu->core_count; i++) {
        const struct cpu_core *core = &cpu->cores[i];

        print_error(
            "core %u: kind %u, node %d, L3 %d of %lu KiB, %lu kHz, "
            "%u threads from CPU %d%s%s\n",
            i, core->kind, core->node, core->l3,
            core->l3 < 0 ? 0 : cpu->l3[core->l3].size_kib, core->max_khz,
            core->thread_count, core->threads[0],
            may_go(trial, i) ? "" : ", barred",
            cpuset_intersects(&core->cpus, &trial->busy) ? ", busy" : "");
    }
}

static unsigned set_of(const struct cpu_topology *cpu,
                       const struct layout *layout)
{
    unsigned set = 0;

    for (unsigned i = 0; i < layout->vcpus; i++)
        set |= 1U << cpu->core_of[layout->cpus[i]];
    return set;
}

/* Gives whether there was something to compare. */
static bool compare(const struct plan *plan, struct trial *trial,
                    struct layout_request *request)
{
    struct arena *arena = arena_new();
    struct layouts layouts;
    bool fits = layout_propose(plan, request, arena, &layouts, NULL);
    long best[LINES], ours[LINES];
    bool has_best;

    trial->request = request;
    has_best = find_best(trial, request->vcpus, best);
    if (has_best) {
        unsigned set;

        assert_true(fits);
        set = set_of(trial->cpu, &layouts.list[0]);
        assert_true(is_allowed(trial, set));
        judge(trial, set, ours);
        for (size_t i = 0; i < LINES; i++)
            if (ours[i] != best[i]) {
                print_error(
                    "%u vCPUs on %u cores: line %zu is %ld, not %ld "
                    "(set %x)\n",
                    request->vcpus, trial->cpu->core_count, i + 2, ours[i],
                    best[i], set);
                describe(trial);
                assert_int_equal(ours[i], best[i]);
            }
    }
    arena_free(arena);
    return has_best;
}

static unsigned try_host(struct host *host, const struct domain *domain,
                         const struct neighbours *others, int node)
{
    struct plan *plan = plan_new(host, domain, NULL, NULL);
    struct trial trial = {.cpu = &host->cpu, .node = node};
    unsigned count = 0, all = (unsigned)CPU_COUNT(&host->cpu.online);

    plan->others = others;
    for (size_t i = 0; others && i < others->count; i++)
        trial.busy = cpuset_or(&trial.busy, &others->list[i].cpus);
    for (unsigned vcpus = 1; vcpus <= all; vcpus++)
        for (unsigned way = 0; way < 4; way++) {
            struct layout_request request = {
                .vcpus = vcpus,
                .policy = way == 1 ? LAYOUT_ONE_THREAD : LAYOUT_DEDICATED,
                .prefers_clock = way == 2,
                .uses_isolated = way == 3,
            };

            if (way == 3 && cpuset_is_empty(&host->cpu.isolated))
                continue;
            if (way == 0 && random_below(4) == 0)
                CPU_SET(random_below(all), &request.host_cpus);
            count += compare(plan, &trial, &request);
        }
    plan_free(plan);
    return count;
}

static cpu_set_t random_cpus(const struct host *host, unsigned one_in)
{
    cpu_set_t cpus = cpuset_empty();

    CPUSET_FOREACH(number, &host->cpu.online)
    if (random_below(one_in) == 0)
        CPU_SET((size_t)number, &cpus);
    return cpus;
}

static void test_small_machines(void **unused)
{
    static const char *const texts[] = {
        "<domain type='kvm'><memory>1048576</memory><vcpu>1</vcpu></domain>",
        "<domain type='kvm'><memory>1048576</memory><vcpu>1</vcpu><numatune>"
        "<memory mode='strict' nodeset='1'/></numatune></domain>",
    };
    unsigned rounds = getenv("VIRT_TUNE_LONG") ? 2000 : 150, count = 0;
    struct domain *domains[2];

    (void)unused;
    for (size_t i = 0; i < 2; i++)
        domains[i] = domain_of(texts[i]);
    random_seed(7);
    for (unsigned round = 0; round < rounds; round++) {
        struct host *host = machine_random(round % 10 == 0 ? 12 : 9);
        struct neighbour other = {.name = "other", .is_running = true};
        struct neighbours others = {.list = &other, .count = 1};
        unsigned which = random_below(2);

        for (unsigned i = 0; i < host->cpu.node_count; i++)
            if (random_below(4) == 0)
                host->cpu.nodes[i].memory_kib = 0;
        if (random_below(3) == 0)
            host->cpu.isolated = random_cpus(host, 3);
        if (random_below(4) == 0)
            host->cpu.allowed = random_cpus(host, 2);
        if (random_below(3) == 0)
            other.cpus = random_cpus(host, 4);
        count += try_host(host, domains[which], &others, which ? 1 : -1);
        host_free(host);
    }
    print_message("%u machines, %u layouts, each the best of all\n", rounds,
                  count);
    assert_true(count > rounds * 5);
    for (size_t i = 0; i < 2; i++)
        domain_free(domains[i]);
}

static void test_fixtures(void **unused)
{
    struct domain *domain = domain_of(
        "<domain type='kvm'><memory>1048576</memory><vcpu>1</vcpu></domain>");

    (void)unused;
    random_seed(11);
    for (size_t i = 0; host_names[i]; i++) {
        struct host *host = host_load(host_names[i]);

        if (host->cpu.core_count <= 12)
            print_message("%s: %u layouts are the best\n", host_names[i],
                          try_host(host, domain, NULL, -1));
        host_free(host);
    }
    domain_free(domain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_machines),
        cmocka_unit_test(test_fixtures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
