/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan's host, domain and a request, gives the best layout and what
 * one may prefer to it, each with its price. Changes nothing.
 */
#include "plan/layout.h"

#include "base/text.h"
#include "plan/fill.h"
#include "plan/place.h"

#include <stdlib.h>
#include <string.h>

enum { SLIGHT_KHZ = 50000 }; /* nobody would change a layout for less */

/* What the alternatives are made from. */
struct proposal {
    const struct plan *plan;
    const struct goal *goal;
    struct placement *place; /* of the best layout; then scratch */
    struct arena *arena;
    struct layouts *layouts;
};

/* Cores for a request; shared vCPUs may be more than their CPUs. */
static bool place_request(const struct goal *goal, struct placement *place)
{
    unsigned vcpus = goal->request.vcpus, largest = place_largest(goal);

    if (goal->request.policy == LAYOUT_SHARED && goal->request.uses_isolated)
        return false;
    if (goal->request.policy != LAYOUT_SHARED)
        return place_vcpus(goal, vcpus, place);
    if (vcpus > (unsigned)CPU_COUNT(&goal->cpu->online) ||
        !place_vcpus(goal, vcpus < largest ? vcpus : largest, place))
        return false;
    place->vcpus = vcpus;
    return true;
}

/* All threads of the cores that are used. */
static unsigned count_threads(const struct goal *goal,
                              const struct placement *place)
{
    unsigned threads = 0;

    for (unsigned i = 0; i < goal->cpu->core_count; i++)
        threads += place->is_used[i] ? goal->cpu->cores[i].thread_count : 0;
    return threads;
}

/* The most serious thing that the best layout could not avoid. */
static const char *best_trade(const struct goal *goal,
                              const struct placement *place,
                              const struct layout *layout, struct arena *arena)
{
    const unsigned long *lines = layout->cost.lines;
    unsigned all = place->is_mixed ? 1 : place->threads;

    for (unsigned i = 0; i < goal->cpu->core_count; i++)
        if (place->is_used[i] && goal->cpu->cores[i].thread_count > all)
            all = goal->cpu->cores[i].thread_count;
    if (layout->request.policy == LAYOUT_SHARED)
        return _(
            "Gives up fixed places: the vCPUs wander, so that other guests "
            "may use these cores too.");
    if (place->is_mixed)
        return _(
            "The guest gets cores that are not alike and cannot tell them "
            "apart: expect stutter.");
    if (lines[COST_BUSY] > 0)
        return arena_printf(
            arena,
            text_plural("Shares %lu core with another domain: both wait for "
                        "each other.",
                        "Shares %lu cores with another domain: both wait for "
                        "each other.",
                        lines[COST_BUSY]),
            lines[COST_BUSY]);
    if (lines[COST_NODES] > 1)
        return arena_printf(arena,
                            "Spans %lu nodes: memory of another node is "
                            "slower.",
                            lines[COST_NODES]);
    if (lines[COST_AWAY] > 0)
        return goal->node < 0
                   ? _("Is on a node without memory: all of it is farther "
                       "away.")
                   : _("Is not on the node of the guest's device or memory: "
                       "too few cores are free there.");
    if (layout->request.policy == LAYOUT_ONE_THREAD && all > 1)
        return _(
            "Gives up the other threads of its cores, which stay idle, for "
            "the steadiest response.");
    if (layout->vcpus % all != 0 && place->threads == 1)
        return arena_printf(arena,
                            "An odd number of vCPUs takes one thread of each "
                            "core; the other threads stay idle: %u of %u.",
                            count_threads(goal, place) - place->core_count,
                            count_threads(goal, place));
    if (layout->vcpus % place->threads != 0)
        return _(
            "With this odd number the guest cannot be told which vCPUs "
            "share a core.");
    if (lines[COST_L3] > 1 && layout->topology.dies != lines[COST_L3])
        return arena_printf(arena,
                            "Spans %lu L3 caches unevenly: the guest cannot "
                            "be told which vCPUs share one.",
                            lines[COST_L3]);
    if (lines[COST_L3] > 1)
        return arena_printf(arena,
                            "Spans %lu L3 caches, told to the guest as dies.",
                            lines[COST_L3]);
    if (lines[COST_CPU0] > 0)
        return _(
            "Takes the core of CPU 0, where the kernel keeps some of its "
            "own work.");
    return "";
}

static bool has_same(const struct layouts *layouts, const struct layout *layout)
{
    for (size_t i = 0; i < layouts->count; i++)
        if (layouts->list[i].vcpus == layout->vcpus &&
            layouts->list[i].request.policy == layout->request.policy &&
            CPU_EQUAL(&layouts->list[i].pool, &layout->pool))
            return true;
    return false;
}

/* Adds what a request comes to; NULL if it does not fit or is there already. */
static struct layout *add(struct proposal *p,
                          const struct layout_request *request, const char *why)
{
    struct layouts *layouts = p->layouts;
    struct layout *layout = &layouts->list[layouts->count];
    const struct goal *goal = goal_new(p->plan, request, p->arena);

    if (layouts->count == LAYOUT_MAX || request->vcpus == 0 ||
        !place_request(goal, p->place))
        return NULL;
    fill_layout(goal, p->place, p->arena, layout);
    if (has_same(layouts, layout))
        return NULL;
    layout->why = why;
    layout->trade = best_trade(goal, p->place, layout, p->arena);
    layouts->count++;
    return layout;
}

static unsigned long fastest_khz(const struct cpu_topology *cpu,
                                 const cpu_set_t *pool)
{
    unsigned long khz = 0;

    for (unsigned i = 0; i < cpu->core_count; i++)
        if (cpuset_intersects(&cpu->cores[i].cpus, pool) &&
            cpu->cores[i].max_khz > khz)
            khz = cpu->cores[i].max_khz;
    return khz;
}

static unsigned long biggest_l3_kib(const struct cpu_topology *cpu,
                                    const cpu_set_t *pool)
{
    unsigned long kib = 0;

    for (unsigned i = 0; i < cpu->l3_count; i++)
        if (cpuset_intersects(&cpu->l3[i].cpus, pool) &&
            cpu->l3[i].size_kib > kib)
            kib = cpu->l3[i].size_kib;
    return kib;
}

/* The other one of the biggest L3 and the highest clock. */
static void add_preference(struct proposal *p)
{
    struct layout_request request = p->goal->request;
    const struct cpu_topology *cpu = p->goal->cpu;
    const cpu_set_t *pool = &p->layouts->list[0].pool;
    struct layout *layout;
    unsigned long kib, khz;

    request.prefers_clock = !request.prefers_clock;
    layout = add(p, &request,
                 request.prefers_clock ? _("highest clock") : _("biggest L3"));
    if (!layout)
        return;
    kib = biggest_l3_kib(cpu, pool) - biggest_l3_kib(cpu, &layout->pool);
    khz = fastest_khz(cpu, &layout->pool) - fastest_khz(cpu, pool);
    if ((long)khz < SLIGHT_KHZ && (long)khz > -SLIGHT_KHZ)
        khz = 0;
    if ((long)kib <= 0 || (long)khz <= 0) {
        if ((long)kib >= 0 || (long)khz >= 0) {
            p->layouts->count--; /* no gain: only another place */
            return;
        }
        layout->trade =
            arena_printf(p->arena, "Gives up %.1f GHz for %lu MiB more of L3.",
                         -(double)(long)khz / 1e6, (0 - kib) / 1024);
    } else {
        layout->trade =
            arena_printf(p->arena, "Gives up %lu MiB of L3 for %.1f GHz more.",
                         kib / 1024, (double)khz / 1e6);
    }
}

/* The cores isolated at boot, if there are enough, or just the others. */
static void add_isolated(struct proposal *p)
{
    struct layout_request request = p->goal->request;
    struct layout *layout;

    if (cpuset_is_empty(&p->goal->cpu->isolated))
        return;
    request.uses_isolated = !request.uses_isolated;
    layout = add(p, &request,
                 request.uses_isolated ? _("isolated") : _("not isolated"));
    if (layout && !request.uses_isolated)
        layout->trade =
            _("Gives up the cores isolated at boot: host tasks may "
              "run beside the vCPUs.");
    else if (layout)
        layout->trade =
            _("Takes the cores isolated at boot, where no host task "
              "runs: only if they were meant for this guest.");
}

/* Whole cores for as many vCPUs, where one thread of each was asked for. */
static void add_whole(struct proposal *p)
{
    struct layout_request request = p->goal->request;

    request.policy = LAYOUT_DEDICATED;
    add(p, &request, _("whole cores"));
}

/* Without their siblings, the same cores. */
static void add_one_thread(struct proposal *p)
{
    struct layout_request request = p->goal->request;
    const struct layout *best = &p->layouts->list[0];

    if (request.policy != LAYOUT_DEDICATED || best->topology.threads < 2)
        return;
    request.policy = LAYOUT_ONE_THREAD;
    request.vcpus = best->vcpus / best->topology.threads;
    add(p, &request, _("steadiest"));
}

/* Fewer vCPUs that stay within one of what the best layout spans several. */
static void add_narrow(struct proposal *p, enum cost_line line)
{
    struct layout_request request = p->goal->request;
    const struct cpu_topology *cpu = p->goal->cpu;
    const struct layout best = p->layouts->list[0];
    unsigned *room CLEANUP(mem_free) =
        mem_alloc(p->goal->domain_count, sizeof(*room));
    unsigned most = 0, threads = best.topology.threads;
    struct layout *layout;

    if (best.cost.lines[line] < 2 || !best.cpus)
        return;
    for (unsigned i = 0; i < cpu->core_count; i++) {
        const struct cpu_core *core = &cpu->cores[i];
        unsigned at =
            line == COST_L3 ? goal_domain(p->goal, core) : (unsigned)core->node;

        if (p->goal->states[i] == CORE_FREE &&
            core->kind == cpu->cores[cpu->core_of[best.cpus[0]]].kind &&
            (int)i != cpu->core_of[0] && core->thread_count >= threads &&
            ++room[at] > most)
            most = room[at];
    }
    request.vcpus = most * threads;
    if (request.vcpus >= best.vcpus)
        return;
    layout = add(p, &request, line == COST_L3 ? _("one L3") : _("one node"));
    if (layout && layout->cost.lines[line] > 1)
        p->layouts->count--;
    else if (layout)
        layout->trade = arena_printf(
            p->arena,
            line == COST_L3
                ? text_plural("Gives up %u vCPU to stay within one L3 cache.",
                              "Gives up %u vCPUs to stay within one L3 cache.",
                              best.vcpus - layout->vcpus)
                : text_plural("Gives up %u vCPU to stay within one node.",
                              "Gives up %u vCPUs to stay within one node.",
                              best.vcpus - layout->vcpus),
            best.vcpus - layout->vcpus);
}

/* Around the other domains: slower cores, or fewer. */
static void add_alone(struct proposal *p)
{
    struct layout_request request = p->goal->request;
    const struct layout best = p->layouts->list[0];
    cpu_set_t held = neighbours_held(p->plan->others);
    unsigned largest;
    struct layout *layout;

    if (best.cost.lines[COST_BUSY] == 0)
        return;
    request.host_cpus = cpuset_or(&request.host_cpus, &held);
    largest = layout_largest(p->plan, &request);
    if (largest < request.vcpus)
        request.vcpus = largest - largest % best.topology.threads;
    layout = add(p, &request, _("undisturbed"));
    if (layout && layout->vcpus < best.vcpus)
        layout->trade =
            arena_printf(p->arena,
                         text_plural("Gives up %u vCPU to share no core with "
                                     "another domain.",
                                     "Gives up %u vCPUs to share no core with "
                                     "another domain.",
                                     best.vcpus - layout->vcpus),
                         best.vcpus - layout->vcpus);
    else if (layout)
        layout->trade =
            _("Gives up better cores to share none with another "
              "domain.");
}

/*
 * More power: all cores of the kind but those that the host should keep: its
 * own L3 if there are others, and the core of CPU 0.
 */
static void add_most(struct proposal *p, bool spares_l3)
{
    struct layout_request request = p->goal->request;
    const struct cpu_topology *cpu = p->goal->cpu;
    const struct layout best = p->layouts->list[0];
    const struct cpu_core *first, *zero = cpu_core_of(cpu, 0);
    unsigned cores = 0, node_cores = 0, threads = best.topology.threads;
    struct layout *layout;

    if (!best.cpus || best.topology.cores == 0)
        return;
    first = cpu_core_of(cpu, best.cpus[0]);
    for (unsigned i = 0; i < cpu->core_count; i++) {
        const struct cpu_core *core = &cpu->cores[i];

        if (p->goal->states[i] != CORE_FREE || core == zero ||
            core->kind != first->kind || core->thread_count < threads ||
            (spares_l3 && zero &&
             goal_domain(p->goal, core) == goal_domain(p->goal, zero)))
            continue;
        cores++;
        node_cores += core->node == first->node;
    }
    /* A node whole, before a second one. */
    if (best.cost.lines[COST_NODES] == 1 && node_cores * threads > best.vcpus)
        cores = node_cores;
    request.vcpus = cores * threads;
    if (request.vcpus <= best.vcpus)
        return;
    layout = add(p, &request, spares_l3 ? _("more power") : _("most power"));
    if (layout && layout->cores > best.cores)
        layout->trade = arena_printf(
            p->arena, "Gives up %s of the host for %s.",
            arena_printf(p->arena,
                         text_plural("%u more core", "%u more cores",
                                     layout->cores - best.cores),
                         layout->cores - best.cores),
            arena_printf(p->arena,
                         text_plural("%u more vCPU", "%u more vCPUs",
                                     layout->vcpus - best.vcpus),
                         layout->vcpus - best.vcpus));
    else if (layout)
        layout->trade = arena_printf(
            p->arena,
            text_plural("Gives up one thread a core for %u more vCPU.",
                        "Gives up one thread a core for %u more vCPUs.",
                        layout->vcpus - best.vcpus),
            layout->vcpus - best.vcpus);
}

static void add_shared(struct proposal *p)
{
    struct layout_request request = p->goal->request;

    request.policy = LAYOUT_SHARED;
    if (!request.uses_isolated) /* nothing is balanced there */
        add(p, &request, _("shared"));
}

/* In a word or two, for the list. */
static const char *best_label(const struct proposal *p,
                              const struct layout *best)
{
    const struct layout_request *request = &best->request;

    if (request->policy == LAYOUT_SHARED)
        return _("shared");
    if (p->place->is_mixed)
        return _("mixed cores");
    if (request->policy == LAYOUT_ONE_THREAD)
        return _("steadiest");
    return request->prefers_clock ? _("highest clock") : _("best");
}

static bool refuse(const struct goal *goal, struct err *err)
{
    const struct cpu_topology *cpu = goal->cpu;
    const struct layout_request *request = &goal->request;
    unsigned largest = place_largest(goal);

    if (request->uses_isolated && cpuset_is_empty(&cpu->isolated))
        return err_set(err, ERR_REFUSED,
                       "No CPU is isolated at boot on this host.");
    if (request->policy == LAYOUT_SHARED && request->uses_isolated)
        return err_set(err, ERR_REFUSED,
                       "vCPUs cannot share isolated CPUs: the kernel does not "
                       "balance there, and all would stay on the first.");
    if (largest == 0)
        return err_set(err, ERR_REFUSED,
                       "No core of this host can go to a guest: at least one "
                       "whole core must stay with it, and isolated or "
                       "reserved ones are left out.");
    if (request->policy == LAYOUT_SHARED)
        return err_set(err, ERR_REFUSED,
                       "%u vCPUs are more than the %d CPUs of this host. The "
                       "most that fits is %d.",
                       request->vcpus, CPU_COUNT(&cpu->online),
                       CPU_COUNT(&cpu->online));
    return err_set(
        err, ERR_REFUSED,
        "%u vCPUs do not fit on this host%s: it has %u cores, %d CPUs online, "
        "and at least one whole core must stay with it. The most that fits is "
        "%u.%s",
        request->vcpus,
        request->policy == LAYOUT_ONE_THREAD
            ? _(" with one thread of each core")
            : "",
        cpu->core_count, CPU_COUNT(&cpu->online), largest,
        cpuset_is_empty(&cpu->isolated) || request->uses_isolated
            ? ""
            : _(" The CPUs isolated at boot are left out; --isolated takes "
                "just them."));
}

bool layout_propose(const struct plan *plan,
                    const struct layout_request *request, struct arena *arena,
                    struct layouts *layouts, struct err *err)
{
    struct placement place = {
        .is_used = arena_alloc(arena, plan->host->cpu.core_count, sizeof(bool)),
    };
    struct proposal p = {
        .plan = plan,
        .goal = goal_new(plan, request, arena),
        .place = &place,
        .arena = arena,
        .layouts = layouts,
    };
    const struct layout *best;

    layouts->count = 0;
    best = add(&p, request, "best");
    if (!best)
        return refuse(p.goal, err);
    layouts->list[0].why = best_label(&p, best);
    if (best->request.policy == LAYOUT_SHARED) {
        add_whole(&p);
        return true;
    }
    add_preference(&p);
    add_whole(&p);
    add_isolated(&p);
    add_one_thread(&p);
    add_narrow(&p, COST_NODES);
    add_narrow(&p, COST_L3);
    add_alone(&p);
    add_most(&p, true);
    add_most(&p, false);
    add_shared(&p);
    return true;
}
