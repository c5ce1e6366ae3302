/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPU layouts: which host CPU runs which vCPU, emulator and I/O thread.
 */
#ifndef PLAN_LAYOUT_H
#define PLAN_LAYOUT_H

#include "plan/goal.h"
#include "plan/plan.h"

struct layout {
    struct layout_request request; /* that it is the best for */
    unsigned vcpus;
    unsigned cores;     /* of the host, that are used */
    int *cpus;          /* of each vCPU; NULL if they share */
    cpu_set_t pool;     /* all of the guest's CPUs */
    cpu_set_t emulator; /* never empty */
    cpu_set_t iothread; /* never empty */
    struct guest_topology topology;
    struct cost cost;
    const char *text;  /* what it is: "6 P-cores, all threads" */
    const char *host;  /* what the host keeps: "P0 P1 E8-E11" */
    const char *why;   /* what it is good for: "highest clock" */
    const char *trade; /* what it gives up, and for what; "" if nothing */
};

enum { LAYOUT_MAX = 8 };

struct layouts {
    struct layout list[LAYOUT_MAX]; /* best first, then its alternatives */
    size_t count;
};

/*
 * Proposes layouts for the plan's domain, whatever its pins are now: first the
 * best for the request (see goal.h for what is better), then what one may
 * prefer to it, each with what it gives up. Refuses with a sentence that names
 * the largest count that fits.
 */
bool layout_propose(const struct plan *plan,
                    const struct layout_request *request, struct arena *arena,
                    struct layouts *layouts, struct err *err);

/*
 * The request that a plan's own state makes: its count; the isolated CPUs if
 * its vCPUs are pinned there already.
 */
struct layout_request layout_request_for(const struct plan *plan);

/* The most vCPUs that a request can have here. */
unsigned layout_largest(const struct plan *plan,
                        const struct layout_request *request);

/*
 * Changes the plan to `request->vcpus` vCPUs with the fewest moved pins: vCPUs
 * whose core is still a good one stay, the others get the best cores beside
 * them. Emulator and I/O threads stay unless a vCPU needs their core. A plan
 * with nothing to keep gets the best layout. Refuses as layout_propose does.
 */
bool layout_settle(struct plan *plan, const struct layout_request *request,
                   struct err *err);

/* Takes the best layout, or settles what is there. */
bool layout_change(struct plan *plan, const struct layout_request *request,
                   bool settles, struct err *err);

/*
 * Puts a layout into the plan: pins, topology, and an I/O thread for virtio
 * disks that have none. An I/O thread is only added where a disk can use it.
 */
void layout_accept(const struct layout *layout, struct plan *plan);

/* True if the plan's pins are just this layout's. */
bool layout_is(const struct layout *layout, const struct plan *plan);

/* How many vCPUs of both plans are pinned to other CPUs. */
unsigned layout_count_moved(const struct plan *before,
                            const struct plan *after);

/* The layout that the plan's pins are, or -1 if they are none of these. */
int layouts_find(const struct layouts *layouts, const struct plan *plan);

/* "dedicated", "one-thread", "shared" */
const char *layout_policy_name(enum layout_policy policy);

/* Appends core names, runs joined: "P0 P1 E8-E11". */
void layout_add_cores(struct str *str, const struct cpu_topology *cpu,
                      const bool *is_named);

#endif
