/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a goal and a count, gives cores. Cores of one node and one cache
 * domain are alike for every line of the cost, so the search is over such
 * islands: which are opened. But for a few cores the opened are used whole.
 */
#include "plan/search.h"

#include <stdlib.h>
#include <string.h>

/* Enough to look at every subset of twelve islands. */
enum { STEPS_MAX = 1 << 14 };

struct island {
    int node;
    unsigned domain; /* cache domain */
    unsigned *cores; /* ascending */
    unsigned capacity;
    bool is_fixed; /* its cores are taken in any case */
    bool is_near;  /* on the wanted node */
    bool is_bare;  /* its node has no memory */
    bool is_split; /* its cache domain has other islands, too */
    unsigned node_capacity;
    unsigned long lacks;
};

/* What the lines of the cost that depend on the opened islands come to. */
struct outcome {
    unsigned long lines[5]; /* nodes, away, L3, lacks, L3 of the host */
};

struct search {
    const struct goal *goal;
    unsigned wanted; /* cores */
    unsigned *order; /* the cores, those of an island beside each other */
    struct island *islands;
    unsigned count;
    unsigned *room_after; /* capacity of an island and all behind it */
    /* The present state. */
    bool *is_open;
    unsigned *open_cores; /* of each cache domain */
    unsigned *open_nodes; /* islands of each node */
    unsigned *left_out;   /* cores of each island, of what is open */
    unsigned capacity, nodes, bare, near, domains, full;
    unsigned long lacks;
    /* The best so far. */
    bool *best;
    bool has_best;
    struct outcome least, ideal;
    unsigned steps;
};

struct member {
    unsigned core;
    unsigned long khz; /* 0 where the clock does not count */
    bool is_fixed;
    int node;
    unsigned domain;
};

static int compare_members(const void *a, const void *b)
{
    const struct member *x = a, *y = b;

    if (x->is_fixed != y->is_fixed)
        return x->is_fixed ? -1 : 1;
    if (x->node != y->node)
        return x->node < y->node ? -1 : 1;
    if (x->domain != y->domain)
        return x->domain < y->domain ? -1 : 1;
    if (x->khz != y->khz)
        return x->khz < y->khz ? -1 : 1; /* the slowest are left out first */
    return x->core < y->core ? -1 : x->core > y->core;
}

/* The near node, then the roomiest; the best cache; the last. */
static int compare_islands(const void *a, const void *b)
{
    const struct island *x = a, *y = b;

    if (x->is_fixed != y->is_fixed)
        return x->is_fixed ? -1 : 1;
    if (x->is_near != y->is_near)
        return x->is_near ? -1 : 1;
    if (x->node_capacity != y->node_capacity)
        return x->node_capacity > y->node_capacity ? -1 : 1;
    if (x->is_bare != y->is_bare)
        return x->is_bare ? 1 : -1;
    if (x->node != y->node)
        return x->node > y->node ? -1 : 1;
    if (x->lacks != y->lacks)
        return x->lacks < y->lacks ? -1 : 1;
    if (x->capacity != y->capacity)
        return x->capacity > y->capacity ? -1 : 1;
    return x->cores[0] > y->cores[0] ? -1 : x->cores[0] < y->cores[0];
}

static bool is_eligible(const struct search_want *want, unsigned index)
{
    const struct cpu_core *core = &want->goal->cpu->cores[index];

    return want->goal->states[index] != CORE_BARRED &&
           core->kind == want->kind && core->thread_count >= want->threads;
}

static bool is_kept(const struct search_want *want, unsigned index)
{
    return want->is_kept && want->is_kept[index];
}

/* Cores that the host could live on and the guest cannot get. */
static bool has_host_apart(const struct search_want *want)
{
    const struct cpu_topology *cpu = want->goal->cpu;

    for (unsigned i = 0; i < cpu->core_count; i++)
        if (!is_eligible(want, i) && !is_kept(want, i) &&
            goal_is_for_host(want->goal, i))
            return true;
    return false;
}

unsigned search_room(const struct search_want *want)
{
    unsigned room = 0;

    for (unsigned i = 0; i < want->goal->cpu->core_count; i++)
        room += is_eligible(want, i) || is_kept(want, i);
    /* The host keeps a core; one that is isolated is none for it. */
    if (has_host_apart(want))
        return room;
    return want->goal->host_cores > 0 && room > 0 ? room - 1 : 0;
}

/*
 * The cores in question. Busy ones only if the free do not suffice; then the
 * free are taken in any case.
 */
static unsigned list_members(const struct search_want *want, bool with_cpu0,
                             struct member *members)
{
    const struct goal *goal = want->goal;
    unsigned idle = 0, kept = 0, count = 0;
    bool needs_busy;

    for (unsigned i = 0; i < goal->cpu->core_count; i++) {
        bool is_out = !with_cpu0 && (int)i == goal->cpu->core_of[0];

        kept += is_kept(want, i);
        idle += !is_kept(want, i) && !is_out && is_eligible(want, i) &&
                goal->states[i] == CORE_FREE;
    }
    needs_busy = kept + idle < want->cores;
    for (unsigned i = 0; i < goal->cpu->core_count; i++) {
        bool is_out = !with_cpu0 && (int)i == goal->cpu->core_of[0];
        bool is_free = goal->states[i] == CORE_FREE;

        if (!is_kept(want, i) &&
            (is_out || !is_eligible(want, i) || (!is_free && !needs_busy)))
            continue;
        members[count++] = (struct member){
            .core = i,
            .khz =
                goal->request.prefers_clock ? goal->cpu->cores[i].max_khz : 0,
            .is_fixed = is_kept(want, i) || (needs_busy && is_free),
            .node = goal->cpu->cores[i].node,
            .domain = goal_domain(goal, &goal->cpu->cores[i]),
        };
    }
    return count;
}

static void make_islands(struct search *search, struct member *members,
                         unsigned count)
{
    const struct goal *goal = search->goal;
    unsigned *node_capacity CLEANUP(mem_free) =
        mem_alloc(CPUSET_MAX, sizeof(*node_capacity));

    qsort(members, count, sizeof(*members), compare_members);
    for (unsigned i = 0; i < count; i++) {
        const struct member *it = &members[i];
        struct island *island = &search->islands[search->count];

        search->order[i] = it->core;
        node_capacity[it->node]++;
        if (i == 0 || it->is_fixed != it[-1].is_fixed ||
            it->node != it[-1].node || it->domain != it[-1].domain)
            *island = (struct island){
                .node = it->node,
                .domain = it->domain,
                .cores = &search->order[i],
                .is_fixed = it->is_fixed,
                .is_near = it->node == goal->node,
                .is_bare = CPU_ISSET((size_t)it->node, &goal->bare_nodes),
                .lacks = goal->domain_lacks[it->domain],
            };
        island->capacity++;
        if (i + 1 == count || it->is_fixed != it[1].is_fixed ||
            it->node != it[1].node || it->domain != it[1].domain)
            search->count++;
    }
    for (unsigned i = 0; i < search->count; i++)
        search->islands[i].node_capacity =
            node_capacity[search->islands[i].node];
    qsort(search->islands, search->count, sizeof(*search->islands),
          compare_islands);
    for (unsigned i = search->count; i-- > 0;)
        search->room_after[i] =
            search->room_after[i + 1] + search->islands[i].capacity;
}

static void set_open(struct search *search, unsigned index, bool is_open)
{
    const struct island *island = &search->islands[index];
    unsigned *cores = &search->open_cores[island->domain];
    unsigned all = search->goal->domain_cores[island->domain];

    search->is_open[index] = is_open;
    if (is_open) {
        search->domains += *cores == 0;
        search->lacks += *cores == 0 ? island->lacks : 0;
        if (search->open_nodes[island->node]++ == 0) {
            search->nodes++;
            search->bare += island->is_bare;
        }
        search->near += island->is_near;
        *cores += island->capacity;
        search->capacity += island->capacity;
        search->full += *cores == all;
    } else {
        search->full -= *cores == all;
        search->capacity -= island->capacity;
        *cores -= island->capacity;
        search->near -= island->is_near;
        if (--search->open_nodes[island->node] == 0) {
            search->nodes--;
            search->bare -= island->is_bare;
        }
        search->lacks -= *cores == 0 ? island->lacks : 0;
        search->domains -= *cores == 0;
    }
}

static bool is_full(const struct search *search, const struct island *island)
{
    return search->open_cores[island->domain] ==
           search->goal->domain_cores[island->domain];
}

/*
 * Which cores of the open islands are too many: those of cache domains that
 * the host has a part in anyway, then of others, the first islands first.
 * Every open island keeps one, or it was opened for nothing: then false. Gives
 * how many cache domains the guest has to itself.
 */
static bool leave_out(struct search *search, unsigned *full)
{
    unsigned surplus = search->capacity - search->wanted;

    *full = search->full;
    memset(search->left_out, 0, search->count * sizeof(*search->left_out));
    for (int pass = 0; pass < 2; pass++)
        for (unsigned i = search->count; i-- > 0 && surplus > 0;) {
            const struct island *island = &search->islands[i];
            unsigned spare = island->capacity - 1;

            if (!search->is_open[i] || island->is_fixed || spare == 0 ||
                is_full(search, island) != (pass == 1))
                continue;
            search->left_out[i] = spare < surplus ? spare : surplus;
            surplus -= search->left_out[i];
            *full -= pass;
        }
    return surplus == 0;
}

static bool is_less(const struct outcome *a, const struct outcome *b)
{
    for (size_t i = 0; i < ARRAY_SIZE(a->lines); i++)
        if (a->lines[i] != b->lines[i])
            return a->lines[i] < b->lines[i];
    return false;
}

static void judge(struct search *search)
{
    struct outcome outcome;
    unsigned full;

    if (!leave_out(search, &full))
        return;
    outcome = (struct outcome){{
        search->nodes,
        (search->near == 0) + search->bare,
        search->domains,
        search->lacks,
        search->goal->domain_count - full,
    }};
    if (search->has_best && !is_less(&outcome, &search->least))
        return;
    search->has_best = true;
    search->least = outcome;
    memcpy(search->best, search->is_open, search->count * sizeof(bool));
}

/* Neither is better than the other wherever one of them is opened. */
static bool is_alike(const struct search *search, unsigned a, unsigned b)
{
    const struct island *x = &search->islands[a], *y = &search->islands[b];
    const unsigned *all = search->goal->domain_cores;

    return x->node == y->node && x->capacity == y->capacity &&
           x->lacks == y->lacks && all[x->domain] == all[y->domain] &&
           !x->is_split && !y->is_split;
}

static void descend(struct search *search, unsigned index)
{
    unsigned next = index + 1;

    if (search->has_best &&
        (search->steps == 0 || !is_less(&search->ideal, &search->least)))
        return;
    search->steps -= search->steps > 0;
    if (search->capacity >= search->wanted)
        judge(search);
    /* More cores than wanted can only help to fill a cache domain. */
    while (search->capacity >= search->wanted && index < search->count &&
           !search->islands[index].is_split)
        next = ++index + 1;
    if (index == search->count ||
        search->capacity + search->room_after[index] < search->wanted)
        return;
    if (search->has_best &&
        (search->nodes > search->least.lines[0] ||
         (search->nodes == search->least.lines[0] &&
          search->least.lines[1] == search->ideal.lines[1] &&
          search->domains > search->least.lines[2])))
        return;
    set_open(search, index, true);
    descend(search, index + 1);
    set_open(search, index, false);
    while (next < search->count && is_alike(search, index, next))
        next++;
    descend(search, next);
}

static int compare_down(const void *a, const void *b)
{
    const unsigned *x = a, *y = b;

    return *x > *y ? -1 : *x < *y;
}

/* How many of the greatest numbers make the sum. */
static unsigned fewest(unsigned *numbers, unsigned count, unsigned sum)
{
    unsigned used = 0, reached = 0;

    qsort(numbers, count, sizeof(*numbers), compare_down);
    while (used < count && reached < sum)
        reached += numbers[used++];
    return used;
}

static int compare_lacks(const void *a, const void *b)
{
    const unsigned long *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* A bound: no outcome is below this on the first line where they differ. */
static void find_ideal(struct search *search)
{
    const struct goal *goal = search->goal;
    unsigned *rooms CLEANUP(mem_free) =
        mem_alloc(goal->domain_count, sizeof(*rooms));
    unsigned long *lacks CLEANUP(mem_free) =
        mem_alloc(goal->domain_count, sizeof(*lacks));
    unsigned *open = search->open_cores; /* nothing is open yet */
    unsigned count = 0, full = 0, left = search->wanted;
    bool has_near = false;

    for (unsigned i = 0; i < search->count; i++) {
        open[search->islands[i].domain] += search->islands[i].capacity;
        has_near |= search->islands[i].is_near;
    }
    for (unsigned i = 0; i < search->count; i++)
        search->islands[i].is_split =
            open[search->islands[i].domain] > search->islands[i].capacity;
    for (unsigned i = 0; i < goal->domain_count; i++)
        if (open[i] > 0) {
            lacks[count] = goal->domain_lacks[i];
            rooms[count++] = open[i];
        }
    search->ideal.lines[1] = !has_near;
    search->ideal.lines[2] = fewest(rooms, count, search->wanted);
    qsort(lacks, count, sizeof(*lacks), compare_lacks);
    for (unsigned i = 0; i < search->ideal.lines[2]; i++)
        search->ideal.lines[3] += lacks[i];
    count = 0;
    for (unsigned i = 0; i < goal->domain_count; i++)
        if (open[i] > 0 && open[i] == goal->domain_cores[i])
            rooms[count++] = open[i];
    qsort(rooms, count, sizeof(*rooms), compare_down);
    while (count > 0 && rooms[count - 1] <= left) {
        left -= rooms[--count];
        full++;
    }
    search->ideal.lines[4] = goal->domain_count - full;
    memset(open, 0, goal->domain_count * sizeof(*open));
    count = 0;
    for (unsigned i = 0; i < search->count; i++)
        if (i == 0 || search->islands[i].node != search->islands[i - 1].node)
            rooms[count++] = search->islands[i].node_capacity;
    search->ideal.lines[0] = fewest(rooms, count, search->wanted);
}

static void mark(struct search *search, bool *is_used)
{
    unsigned full;

    for (unsigned i = 0; i < search->count; i++)
        if (search->best[i] != search->is_open[i])
            set_open(search, i, search->best[i]);
    leave_out(search, &full);
    for (unsigned i = 0; i < search->count; i++)
        for (unsigned c = search->left_out[i];
             search->is_open[i] && c < search->islands[i].capacity; c++)
            is_used[search->islands[i].cores[c]] = true;
}

static bool run(const struct search_want *want, bool with_cpu0, bool *is_used)
{
    const struct goal *goal = want->goal;
    unsigned all = goal->cpu->core_count;
    struct arena *arena = arena_new();
    struct member *members = arena_alloc(arena, all, sizeof(*members));
    unsigned count = list_members(want, with_cpu0, members);
    struct search search = {
        .goal = goal,
        .wanted = want->cores,
        .order = arena_alloc(arena, all, sizeof(unsigned)),
        .islands = arena_alloc(arena, all + 1, sizeof(struct island)),
        .room_after = arena_alloc(arena, all + 1, sizeof(unsigned)),
        .is_open = arena_alloc(arena, all + 1, sizeof(bool)),
        .best = arena_alloc(arena, all + 1, sizeof(bool)),
        .open_cores = arena_alloc(arena, goal->domain_count, sizeof(unsigned)),
        .open_nodes = arena_alloc(arena, CPUSET_MAX, sizeof(unsigned)),
        .left_out = arena_alloc(arena, all + 1, sizeof(unsigned)),
        .steps = STEPS_MAX,
    };
    unsigned first = 0;

    memset(is_used, 0, all * sizeof(*is_used));
    if (count >= want->cores) {
        make_islands(&search, members, count);
        find_ideal(&search);
        while (first < search.count && search.islands[first].is_fixed)
            set_open(&search, first++, true);
        descend(&search, first);
    }
    if (search.has_best)
        mark(&search, is_used);
    arena_free(arena);
    return search.has_best;
}

static struct cost cost_of_cores(const struct search_want *want,
                                 const bool *is_used)
{
    const struct cpu_topology *cpu = want->goal->cpu;
    cpu_set_t guest = cpuset_empty();

    for (unsigned i = 0; i < cpu->core_count; i++)
        if (is_used[i])
            guest = cpuset_or(&guest, &cpu->cores[i].cpus);
    return goal_cost(want->goal, &guest);
}

/* CPU 0's core is left out if that costs nothing on an earlier line. */
bool search_cores(const struct search_want *want, bool *is_used)
{
    unsigned all = want->goal->cpu->core_count;
    bool *apart CLEANUP(mem_free) = mem_alloc(all, sizeof(*apart));
    bool has_apart, has_any;
    struct cost with, without;

    if (want->cores == 0 || want->cores > search_room(want))
        return false;
    has_apart = run(want, false, apart);
    has_any = run(want, true, is_used);
    if (!has_any)
        return false;
    if (!has_apart)
        return true;
    with = cost_of_cores(want, is_used);
    without = cost_of_cores(want, apart);
    if (cost_compare(&without, &with, COST_HOST_L3) <= 0)
        memcpy(is_used, apart, all * sizeof(*apart));
    return true;
}
