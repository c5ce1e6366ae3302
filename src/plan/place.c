/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a host and a count, gives a set of cores. The order of what matters:
 * one kind, the fastest; fewest nodes, the device's first; fewest L3 domains;
 * the biggest L3; CPU 0's core stays. A core goes whole or not at all.
 */
#include "plan/place.h"

#include <stdlib.h>
#include <string.h>

/* One L3 domain of one node, as far as it may be used. */
struct island {
    int node, l3;
    unsigned first;    /* its first core: the tie-break */
    unsigned capacity; /* cores that can go */
    unsigned long l3_kib;
    bool has_cpu0;
};

struct search {
    const struct cpu_topology *cpu;
    unsigned node;
    bool *is_free; /* of each core: may go to the guest */
    struct island *islands;
    unsigned island_count;
};

static const enum core_kind fastest_first[] = {
    CORE_KIND_UNIFORM,
    CORE_KIND_PERFORMANCE,
    CORE_KIND_EFFICIENT,
    CORE_KIND_LOW_POWER,
};

static bool is_usable(const struct cpu_topology *cpu, unsigned core)
{
    return !cpuset_intersects(&cpu->cores[core].cpus, &cpu->isolated);
}

static unsigned kind_threads(const struct cpu_topology *cpu,
                             enum core_kind kind)
{
    unsigned threads = 1;

    for (unsigned i = 0; i < cpu->core_count; i++)
        if (cpu->cores[i].kind == kind && cpu->cores[i].thread_count > threads)
            threads = cpu->cores[i].thread_count;
    return threads;
}

static unsigned count_free(const struct search *search)
{
    unsigned count = 0;

    for (unsigned i = 0; i < search->cpu->core_count; i++)
        count += search->is_free[i];
    return count;
}

static void find_islands(struct search *search)
{
    const struct cpu_topology *cpu = search->cpu;

    search->island_count = 0;
    for (unsigned i = 0; i < cpu->core_count; i++) {
        const struct cpu_core *core = &cpu->cores[i];
        struct island *island = search->islands;

        while (island < search->islands + search->island_count &&
               (island->node != core->node || island->l3 != core->l3))
            island++;
        if (island == search->islands + search->island_count) {
            *island = (struct island){
                .node = core->node,
                .l3 = core->l3,
                .first = i,
                .l3_kib = core->l3 >= 0 ? cpu->l3[core->l3].size_kib : 0,
            };
            search->island_count++;
        }
        island->capacity += search->is_free[i];
        island->has_cpu0 |= (int)i == cpu->core_of[0];
    }
}

static unsigned node_capacity(const struct search *search, int node)
{
    unsigned capacity = 0;

    for (unsigned i = 0; i < search->island_count; i++)
        if (search->islands[i].node == node)
            capacity += search->islands[i].capacity;
    return capacity;
}

/* The first node of the search if it is enough, else the roomiest. */
static int best_node(const struct search *search, unsigned wanted)
{
    int best = -1;
    unsigned best_capacity = 0;

    if (node_capacity(search, (int)search->node) >= wanted)
        return (int)search->node;
    for (unsigned i = 0; i < search->island_count; i++) {
        int node = search->islands[i].node;
        unsigned capacity = node_capacity(search, node);
        bool is_first = node == (int)search->node;

        if (capacity > best_capacity ||
            (capacity == best_capacity && capacity > 0 && is_first)) {
            best = node;
            best_capacity = capacity;
        }
    }
    return best;
}

/*
 * Of the islands of a node: one that holds all that is wanted, with the
 * biggest cache, without CPU 0, the tightest, the last; else the roomiest.
 */
static bool is_better(const struct island *a, const struct island *b,
                      unsigned wanted)
{
    bool a_fits = a->capacity >= wanted, b_fits = b->capacity >= wanted;

    if (a_fits != b_fits)
        return a_fits;
    if (!a_fits && a->capacity != b->capacity)
        return a->capacity > b->capacity;
    if (a->l3_kib != b->l3_kib)
        return a->l3_kib > b->l3_kib;
    if (a->has_cpu0 != b->has_cpu0)
        return !a->has_cpu0;
    if (a->capacity != b->capacity)
        return a->capacity < b->capacity;
    return a->first > b->first;
}

static struct island *best_island(struct search *search, int node,
                                  unsigned wanted)
{
    struct island *best = NULL;

    for (unsigned i = 0; i < search->island_count; i++) {
        struct island *island = &search->islands[i];

        if (island->node == node && island->capacity > 0 &&
            (!best || is_better(island, best, wanted)))
            best = island;
    }
    return best;
}

/* Takes cores of an island from its end; gives how many. */
static unsigned take(struct search *search, struct island *island,
                     unsigned wanted, bool *is_used)
{
    unsigned taken = 0;

    for (unsigned i = search->cpu->core_count; i-- > 0 && taken < wanted;) {
        const struct cpu_core *core = &search->cpu->cores[i];

        if (!search->is_free[i] || core->node != island->node ||
            core->l3 != island->l3)
            continue;
        search->is_free[i] = false;
        is_used[i] = true;
        island->capacity--;
        taken++;
    }
    return taken;
}

static bool choose(struct search *search, unsigned wanted, bool *is_used)
{
    memset(is_used, 0, search->cpu->core_count * sizeof(*is_used));
    if (count_free(search) < wanted)
        return false;
    find_islands(search);
    while (wanted > 0) {
        int node = best_node(search, wanted);

        while (wanted > 0 && node_capacity(search, node) > 0)
            wanted -= take(search, best_island(search, node, wanted), wanted,
                           is_used);
    }
    return true;
}

/*
 * Marks the cores of a kind that may go (CORE_KIND_COUNT: of any kind). The
 * core of CPU 0 may only go if `with_cpu0`, and never the host's last core.
 */
static void mark_free(struct search *search, enum core_kind kind,
                      unsigned threads, bool with_cpu0)
{
    const struct cpu_topology *cpu = search->cpu;
    unsigned free = 0, usable = 0;

    for (unsigned i = 0; i < cpu->core_count; i++) {
        search->is_free[i] =
            (kind == CORE_KIND_COUNT || cpu->cores[i].kind == kind) &&
            is_usable(cpu, i) && cpu->cores[i].thread_count >= threads &&
            (with_cpu0 || (int)i != cpu->core_of[0]);
        free += search->is_free[i];
        usable += is_usable(cpu, i);
    }
    for (unsigned i = 0; free == usable && i < cpu->core_count; i++)
        if (search->is_free[i]) {
            search->is_free[i] = false;
            free--;
        }
}

static void search_start(const struct host *host, unsigned node,
                         struct search *search)
{
    *search = (struct search){.cpu = &host->cpu, .node = node};
    search->is_free = mem_alloc(host->cpu.core_count, sizeof(bool));
    search->islands = mem_alloc(host->cpu.core_count, sizeof(*search->islands));
}

static void search_end(struct search *search)
{
    free(search->is_free);
    free(search->islands);
}

/* Cores of one kind, `each` threads of a core, CPU 0's core at last. */
static bool place_cores(struct search *search, enum core_kind kind,
                        unsigned vcpus, unsigned each, struct placement *place)
{
    unsigned cores = (vcpus + each - 1) / each;

    for (unsigned with_cpu0 = 0; with_cpu0 < 2; with_cpu0++) {
        mark_free(search, kind, each, with_cpu0);
        if (!choose(search, cores, place->is_used))
            continue;
        place->vcpus = vcpus;
        place->core_count = cores;
        place->threads = each;
        place->cost = with_cpu0 ? "The guest gets the core of CPU 0, where the "
                                  "kernel keeps some of its own work."
                                : "";
        return true;
    }
    return false;
}

static bool place_kind(struct search *search, enum core_kind kind,
                       unsigned vcpus, unsigned threads,
                       struct placement *place)
{
    unsigned all = kind_threads(search->cpu, kind);

    if (threads > 0)
        return place_cores(search, kind, vcpus, threads, place);
    if (vcpus % all == 0)
        return place_cores(search, kind, vcpus, all, place);
    if (place_cores(search, kind, vcpus, 1, place))
        place->cost =
            "An odd number of vCPUs takes one thread of each core; "
            "the other threads stay idle.";
    else if (place_cores(search, kind, vcpus, all, place))
        place->cost =
            "With an odd number of vCPUs the guest cannot be told "
            "which of them share a core.";
    else
        return false;
    return true;
}

/* More than one kind holds: every thread of a core counts, one level. */
static bool place_mixed(struct search *search, unsigned vcpus,
                        struct placement *place)
{
    const struct cpu_topology *cpu = search->cpu;
    unsigned placed = 0;

    memset(place->is_used, 0, cpu->core_count * sizeof(*place->is_used));
    place->core_count = 0;
    place->threads = CORE_THREADS_MAX;
    for (size_t k = 0; k < ARRAY_SIZE(fastest_first) && placed < vcpus; k++) {
        mark_free(search, fastest_first[k], 1, false);
        for (unsigned i = 0; i < cpu->core_count && placed < vcpus; i++) {
            if (!search->is_free[i] ||
                placed + cpu->cores[i].thread_count > vcpus)
                continue;
            place->is_used[i] = true;
            place->core_count++;
            placed += cpu->cores[i].thread_count;
        }
    }
    place->vcpus = vcpus;
    place->cost =
        "The guest gets fast and slow cores alike and cannot tell "
        "them apart: expect stutter.";
    return placed == vcpus;
}

bool place_vcpus(const struct host *host, unsigned node, unsigned vcpus,
                 unsigned threads, struct placement *place)
{
    struct search search;
    bool is_placed = false;

    search_start(host, node, &search);
    for (size_t i = 0; i < ARRAY_SIZE(fastest_first) && !is_placed; i++)
        is_placed =
            cpu_count_kind(&host->cpu, fastest_first[i]) > 0 &&
            place_kind(&search, fastest_first[i], vcpus, threads, place);
    if (!is_placed && threads == 0)
        is_placed = place_mixed(&search, vcpus, place);
    search_end(&search);
    return is_placed;
}

bool place_most(const struct host *host, unsigned node, struct placement *place)
{
    struct search search;
    unsigned cores = 0, threads = 1;

    search_start(host, node, &search);
    for (size_t i = 0; i < ARRAY_SIZE(fastest_first) && cores == 0; i++) {
        threads = kind_threads(&host->cpu, fastest_first[i]);
        mark_free(&search, fastest_first[i], threads, false);
        cores = count_free(&search);
    }
    search_end(&search);
    return cores > 0 &&
           place_vcpus(host, node, cores * threads, threads, place);
}

unsigned place_largest(const struct host *host)
{
    struct arena *arena = arena_new();
    struct placement place = {
        .is_used = arena_alloc(arena, host->cpu.core_count, sizeof(bool)),
    };
    unsigned vcpus = (unsigned)CPU_COUNT(&host->cpu.online);

    while (vcpus > 0 && !place_vcpus(host, 0, vcpus, 0, &place))
        vcpus--;
    arena_free(arena);
    return vcpus;
}

unsigned place_node(const struct host *host, const struct domain *domain)
{
    if (domain->node >= 0)
        return (unsigned)domain->node; /* the memory is there */
    for (size_t i = 0; i < domain->hostdev_count; i++) {
        const struct pci_device *device =
            pci_find(&host->pci, domain->hostdevs[i]);

        if (device && device->node >= 0)
            return (unsigned)device->node;
    }
    return host->cpu.core_count > 0 && host->cpu.cores[0].node > 0
               ? (unsigned)host->cpu.cores[0].node
               : 0;
}
