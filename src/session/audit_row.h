/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a row of the tables of checks is. Private to the audit and its tests.
 */
#ifndef SESSION_AUDIT_ROW_H
#define SESSION_AUDIT_ROW_H

#include "session/audit.h"

struct audit_row;

/* What a row looks at. */
struct audit_look {
    const struct host *host;
    const struct root *root;
    const struct domain *wanted;
    const struct domain *live;     /* NULL: libvirt does not say */
    const char *live_problem;      /* then why; NULL: it is a file's domain */
    const struct process *process; /* NULL: for drift only */
    const struct target *target;   /* of the journal; NULL: for running only */
    const struct root *hook_root;  /* where the hook's files are, or NULL */
    const char *prefix;            /* of its paths: that of --root, or "" */
    const char *script;            /* the hook's, of this version; or NULL */
    const struct changeset *set;   /* of a plan that changes nothing; NULL */
    struct arena *arena;
    struct findings *findings;
    const struct audit_row *row;
    struct records *records; /* of drift */
    bool is_demo;            /* its domains are fresh each time */
    bool is_in_force;        /* one of them; drift says so */
};

struct audit_row {
    const char *id, *source, *why;
    void (*run)(const struct audit_look *look); /* says any number */
};

/* One more finding of the row; the texts are borrowed or of the arena. */
void audit_say(const struct audit_look *look, enum verdict verdict,
               const char *text, const char *detail, const char *fix);

void audit_run(struct audit_look *look, const struct audit_row *rows,
               size_t count);

/* audit_running.c: wanted against actual; `process` must be there. */
void audit_running(struct audit_look *look);

/* audit_state.c: memory, devices, frequency, cgroups, the hook's state. */
void audit_pages(const struct audit_look *look);
void audit_nodes(const struct audit_look *look);
void audit_devices(const struct audit_look *look);
void audit_governor(const struct audit_look *look);
void audit_cpuset(const struct audit_look *look);
void audit_isolation(const struct audit_look *look);

/* audit_drift.c: since the last apply. */
void audit_drift(struct audit_look *look);

/*
 * audit_wait.c: what was measured, as findings, and as a table of each vCPU
 * (NULL: not wanted). The guest's pins say what is meant to be shared.
 */
void audit_judge(const struct audit_look *look, struct measure *measure,
                 struct audit_wait **waits, size_t *count);

#endif
