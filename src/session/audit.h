/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The check of a domain: what was planned against what is so. Its definition
 * and the host by the rules and host checks; what has drifted since the last
 * apply by the journal; and the running guest by what the kernel shows of it.
 *
 * What could not be looked at is "unknown", and never as planned.
 */
#ifndef SESSION_AUDIT_H
#define SESSION_AUDIT_H

#include "host/measure.h"
#include "session/session.h"

enum audit_part {
    AUDIT_RUNNING,
    AUDIT_DRIFT,
    AUDIT_DEFINITION, /* the rules, on the domain as it is stored */
    AUDIT_HOST,
    AUDIT_PART_COUNT,
};

enum audit_verdict {
    AUDIT_AS_PLANNED,
    AUDIT_NOT_SEEN, /* nothing is known to be wrong, but not all was seen */
    AUDIT_NOT_AS_PLANNED,
};

/* Of one vCPU, once it was measured. */
struct audit_wait {
    unsigned vcpu;
    const char *cpus;     /* where it was seen, as a list */
    unsigned ran, waited; /* in thousandths of the time */
    const char *others;   /* who else ran there, the longest first; or "" */
};

struct audit {
    struct arena *arena;
    const struct session *session; /* borrowed */
    struct root *root;             /* where the host is read */
    struct domain *wanted;         /* as it is stored now */
    struct domain *live;           /* as libvirt runs it, or NULL */
    bool is_running;               /* `process` is there */
    struct process process;
    bool is_in_force; /* a record: something is applied, and not undone */
    struct findings findings[AUDIT_PART_COUNT];
    struct measure *measure; /* while it is measured */
    uint64_t begin, due;     /* of it, and of the next look; ns */
    unsigned seconds;
    double measured; /* seconds, once it is over; 0: it was not */
    struct audit_wait *waits;
    size_t wait_count;
};

/*
 * Looks at everything but waiting. The session must have a domain, and lives
 * longer. NULL only if the host's root cannot be opened. Free it.
 */
struct audit *audit_new(const struct session *session, struct err *err);
void audit_free(struct audit *audit); /* NULL is allowed */

/* Begins to measure the running guest; false if there is nothing to measure. */
bool audit_start(struct audit *audit, unsigned seconds);

/* Looks again if it is time to; false once it is over. Takes some ms. */
bool audit_step(struct audit *audit);

/* Ends it now, with what was measured so far. */
void audit_stop(struct audit *audit);

/* Seconds since the start, at most what it shall take. */
double audit_progress(const struct audit *audit);

/* "running", "drift", "definition", "host"; a heading for people. */
const char *audit_part_name(enum audit_part part);
const char *audit_part_title(enum audit_part part);

/*
 * What running and drift say, and a rule that the definition fails. A warning
 * is no difference from the plan.
 */
enum audit_verdict audit_verdict(const struct audit *audit);

/* One sentence of it; what nobody applied was not planned either. */
const char *audit_verdict_text(const struct audit *audit);

/* How many warnings it has, but those of the host. */
size_t audit_warnings(const struct audit *audit);

#endif
