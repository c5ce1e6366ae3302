/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Apply and undo: the only stage that changes anything outside the process.
 */
#ifndef APPLY_APPLY_H
#define APPLY_APPLY_H

#include "apply/target.h"
#include "render/change.h"

enum step_state {
    STEP_OPEN, /* not begun */
    STEP_DONE,
    STEP_FAILED,
    STEP_TAKEN_BACK,
    STEP_NOT_TAKEN_BACK,
};

enum { STEPS_MAX = 8 };

/* What happened, step by step, for the screen and the command line. */
struct apply_report {
    struct {
        const char *title;
        enum step_state state;
    } steps[STEPS_MAX];
    size_t count;
    unsigned number;   /* of the journal's record; 0: none was made */
    bool needs_reload; /* libvirtd has to notice its first hook */
};

/*
 * Whether the changes may be applied: the rules allow it, the connection and
 * the directories can be written. Changes nothing.
 */
bool apply_check(const struct target *target, const struct plan *plan,
                 const struct changeset *set, struct err *err);

/*
 * Applies the kept changes. On failure everything that was done is taken back
 * in reverse, and `err` says what happened: ERR_CHANGED if the domain is not
 * as it was read, ERR_NOT_RESTORED if taking back failed. `report` is always
 * filled.
 */
bool apply_run(const struct target *target, const struct plan *plan,
               const struct changeset *set, struct apply_report *report,
               struct err *err);

/*
 * Takes the domain's newest applied record back. Refused (ERR_CHANGED) if the
 * domain or a file was edited since. `*number` becomes the record's. The hook
 * script goes with the last domain that used it, if it still is `script` and
 * no guest runs that it has to release.
 */
bool apply_undo(const struct target *target, const struct domain *domain,
                const char *script, unsigned *number, struct err *err);

/* The domain's XML as it is now, from libvirt or its file; free it. */
char *apply_read_domain(const struct target *target,
                        const struct domain *domain, struct err *err);

/* Stores XML as the domain's definition, validated, or rewrites its file. */
bool apply_store_domain(const struct target *target,
                        const struct domain *domain, const char *xml,
                        struct err *err);

#endif
