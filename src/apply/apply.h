/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Apply, undo and repair: the only stage that changes anything outside the
 * process. While steps are being done SIGHUP, SIGINT and SIGTERM wait.
 */
#ifndef APPLY_APPLY_H
#define APPLY_APPLY_H

#include "apply/journal.h"
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

/* The same of the domain's home and the journal only. */
bool apply_check_place(const struct target *target, const struct domain *domain,
                       struct err *err);

/*
 * Applies the kept changes. On failure everything that was done is taken back
 * in reverse, and `err` says what happened: ERR_CHANGED if the domain is not
 * as it was read, ERR_NOT_RESTORED if taking back failed. `report` is always
 * filled.
 */
bool apply_run(const struct target *target, const struct plan *plan,
               const struct changeset *set, struct apply_report *report,
               struct err *err);

/* The same for work of any kind. */
bool apply_work(const struct target *target, const struct work *work,
                struct apply_report *report, struct err *err);

/*
 * The domain's record that was cut off, or NULL: there is none, or somebody
 * is writing just now, or `problem` says that it could not look. Free it with
 * record_free.
 */
struct record *repair_find(const struct target *target,
                           const struct domain *domain, struct err *problem);

/* A sentence about such a record: when, what, and what can be done. */
char *repair_describe(const struct target *target, const struct record *record);

enum repair_way { REPAIR_FINISH, REPAIR_TAKE_BACK };

struct repair_report {
    unsigned number;   /* of the record */
    bool is_as_before; /* all of it; else what others edited or need stays */
};

/*
 * Ends an open record the one way or the other. On failure it stays open
 * (ERR_NOT_RESTORED, or ERR_CHANGED if somebody edited since).
 */
bool repair_run(const struct target *target, const struct domain *domain,
                enum repair_way way, struct repair_report *report,
                struct err *err);

#endif
