/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a layout is judged by: the host, what the user said of its CPUs, what
 * other domains use, and the cost of giving a set of CPUs to a guest.
 *
 * A cost is a list of lines; a lower number on an earlier line wins, whatever
 * stands on the later ones.
 */
#ifndef PLAN_GOAL_H
#define PLAN_GOAL_H

#include "plan/plan.h"

enum layout_policy {
    LAYOUT_DEDICATED,  /* whole cores, each vCPU on a CPU of its own */
    LAYOUT_ONE_THREAD, /* one thread of each core, its siblings stay idle */
    LAYOUT_SHARED,     /* the vCPUs wander over a set of CPUs */
    LAYOUT_POLICY_COUNT,
};

/* What the user asks for. All zero but for `vcpus` is the usual wish. */
struct layout_request {
    unsigned vcpus;
    enum layout_policy policy;
    bool prefers_clock;  /* to a bigger L3, where they differ */
    bool uses_isolated;  /* just the CPUs isolated at boot, else none of them */
    cpu_set_t host_cpus; /* stay with the host */
};

enum core_state {
    CORE_BARRED, /* must not go to the guest */
    CORE_FREE,
    CORE_BUSY, /* another domain is pinned there */
};

struct goal {
    const struct cpu_topology *cpu;
    struct layout_request request;
    int node;                /* of the guest's device or memory, or -1 */
    enum core_state *states; /* one of each core */
    cpu_set_t bare_nodes;    /* nodes without memory */
    unsigned host_cores;     /* the host can live on, all of them together */
    /* Cache domains: the L3 domains, then for each node what has no L3. */
    unsigned domain_count;
    unsigned *domain_cores;      /* cores of each */
    unsigned long *domain_lacks; /* KiB, or kHz, less than the best has */
};

enum cost_line {
    COST_UNSAFE,  /* CPUs that are barred or absent; no core for the host */
    COST_SPLIT,   /* cores that guest and host share without need */
    COST_KIND,    /* slower kinds, and above all several */
    COST_BUSY,    /* cores that another domain is pinned to */
    COST_NODES,   /* NUMA nodes */
    COST_AWAY,    /* 1 if the device's node is none of them; bare ones */
    COST_L3,      /* cache domains */
    COST_LACKS,   /* what these lack to the best cache, or clock */
    COST_CPU0,    /* 1 if the guest has the core of CPU 0 */
    COST_HOST_L3, /* cache domains that the host has cores in */
    COST_LINES,
};

struct cost {
    unsigned long lines[COST_LINES];
};

/*
 * The goal for a plan's domain on its host; allocated from `arena`. Other
 * domains that run or start with the host keep their CPUs.
 */
struct goal *goal_new(const struct plan *plan,
                      const struct layout_request *request,
                      struct arena *arena);

/*
 * True if host and helpers can live on the core: it is not isolated, and
 * libvirt may place threads there.
 */
bool goal_is_for_host(const struct goal *goal, unsigned core);

/* The cache domain of a core, an index below domain_count. */
unsigned goal_domain(const struct goal *goal, const struct cpu_core *core);

/* The cost of giving these CPUs to the guest, one to each vCPU. */
struct cost goal_cost(const struct goal *goal, const cpu_set_t *guest);

/* Below 0 if `a` is better, above 0 if `b` is, up to and with line `last`. */
int cost_compare(const struct cost *a, const struct cost *b,
                 enum cost_line last);

#endif
