/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a goal and a count, gives a set of cores: tries one kind after the
 * other, the fastest first, and mixes them only where no kind is enough.
 */
#include "plan/place.h"

#include "plan/search.h"

#include <string.h>

static const enum core_kind fastest_first[] = {
    CORE_KIND_UNIFORM,
    CORE_KIND_PERFORMANCE,
    CORE_KIND_EFFICIENT,
    CORE_KIND_LOW_POWER,
};

unsigned place_threads(const struct cpu_topology *cpu, enum core_kind kind)
{
    unsigned threads = 1;

    for (unsigned i = 0; i < cpu->core_count; i++)
        if (cpu->cores[i].kind == kind && cpu->cores[i].thread_count > threads)
            threads = cpu->cores[i].thread_count;
    return threads;
}

/* Cores of one kind, `each` threads of a core. */
static bool place_cores(const struct goal *goal, enum core_kind kind,
                        unsigned vcpus, unsigned each, struct placement *place)
{
    struct search_want want = {
        .goal = goal,
        .kind = kind,
        .threads = each,
        .cores = (vcpus + each - 1) / each,
    };

    if (!search_cores(&want, place->is_used))
        return false;
    place->vcpus = vcpus;
    place->core_count = want.cores;
    place->threads = each;
    place->is_mixed = false;
    return true;
}

static bool place_kind(const struct goal *goal, enum core_kind kind,
                       unsigned vcpus, struct placement *place)
{
    unsigned all = place_threads(goal->cpu, kind);

    if (goal->request.policy == LAYOUT_ONE_THREAD)
        return place_cores(goal, kind, vcpus, 1, place);
    if (vcpus % all == 0)
        return place_cores(goal, kind, vcpus, all, place);
    return place_cores(goal, kind, vcpus, 1, place) ||
           place_cores(goal, kind, vcpus, all, place);
}

/* The core that the host keeps when all others may go: CPU 0's, if it can. */
static unsigned host_core(const struct goal *goal)
{
    const struct cpu_topology *cpu = goal->cpu;
    unsigned first = cpu->core_count;

    for (unsigned i = cpu->core_count; i-- > 0;)
        if (goal_is_for_host(goal, i) &&
            (first == cpu->core_count || goal->states[first] != CORE_BARRED ||
             goal->states[i] == CORE_BARRED))
            first = i; /* best: one that cannot go anyway */
    if (first < cpu->core_count && goal->states[first] != CORE_BARRED &&
        cpu->core_of[0] >= 0 &&
        goal_is_for_host(goal, (unsigned)cpu->core_of[0]))
        first = (unsigned)cpu->core_of[0];
    return first;
}

/* Every thread of every core that may go, one thread of each if so wished. */
static unsigned mixed_room(const struct goal *goal)
{
    unsigned kept = host_core(goal), room = 0;

    for (unsigned i = 0;
         kept < goal->cpu->core_count && i < goal->cpu->core_count; i++)
        if (i != kept && goal->states[i] != CORE_BARRED)
            room += goal->request.policy == LAYOUT_ONE_THREAD
                        ? 1
                        : goal->cpu->cores[i].thread_count;
    return room;
}

/* More than one kind holds: the fastest and the free cores first. */
static bool place_mixed(const struct goal *goal, unsigned vcpus,
                        struct placement *place)
{
    const struct cpu_topology *cpu = goal->cpu;
    bool is_single = goal->request.policy == LAYOUT_ONE_THREAD;
    unsigned kept = host_core(goal), placed = 0;

    if (vcpus > mixed_room(goal))
        return false;
    memset(place->is_used, 0, cpu->core_count * sizeof(*place->is_used));
    *place = (struct placement){
        .is_used = place->is_used,
        .vcpus = vcpus,
        .threads = is_single ? 1 : CORE_THREADS_MAX,
        .is_mixed = true,
    };
    for (unsigned state = CORE_FREE; state <= CORE_BUSY; state++)
        for (size_t k = 0; k < ARRAY_SIZE(fastest_first); k++)
            for (unsigned i = 0; i < cpu->core_count && placed < vcpus; i++) {
                if (i == kept || goal->states[i] != state ||
                    cpu->cores[i].kind != fastest_first[k])
                    continue;
                place->is_used[i] = true;
                place->core_count++;
                placed += is_single ? 1 : cpu->cores[i].thread_count;
            }
    return true;
}

bool place_vcpus(const struct goal *goal, unsigned vcpus,
                 struct placement *place)
{
    if (vcpus == 0)
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(fastest_first); i++)
        if (cpu_count_kind(goal->cpu, fastest_first[i]) > 0 &&
            place_kind(goal, fastest_first[i], vcpus, place))
            return true;
    return place_mixed(goal, vcpus, place);
}

unsigned place_room(const struct goal *goal, const struct placement *place)
{
    struct search_want want = {.goal = goal, .threads = place->threads};
    unsigned i = 0;

    while (!place->is_used[i])
        i++;
    want.kind = goal->cpu->cores[i].kind;
    return place->is_mixed ? place->core_count : search_room(&want);
}

unsigned place_largest(const struct goal *goal)
{
    unsigned largest = mixed_room(goal);

    for (size_t i = 0; i < ARRAY_SIZE(fastest_first); i++) {
        struct search_want want = {
            .goal = goal,
            .kind = fastest_first[i],
            .threads = goal->request.policy == LAYOUT_ONE_THREAD
                           ? 1
                           : place_threads(goal->cpu, fastest_first[i]),
        };
        unsigned room = search_room(&want) * want.threads;

        if (room > largest)
            largest = room;
    }
    return largest;
}
