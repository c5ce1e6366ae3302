/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be changed of a running domain: where its threads run. All else
 * waits for its next start. Nothing of this outlives the guest.
 */
#ifndef APPLY_LIVE_H
#define APPLY_LIVE_H

#include "apply/target.h"
#include "plan/plan.h"

enum live_kind { LIVE_VCPU, LIVE_EMULATOR, LIVE_IOTHREAD };

/* One thread, or the emulator's threads, and its CPUs. */
struct live_pin {
    enum live_kind kind;
    unsigned number; /* of the vCPU or I/O thread */
    cpu_set_t before, after;
};

struct live_report {
    struct live_pin *pins; /* those that were moved; free with live_free */
    size_t count;
    size_t unread; /* others, of which it could not look where they are */
};

/*
 * Moves the threads of the plan's running domain to the plan's CPUs; what is
 * there already is not touched, nor what the plan does not pin, nor what cannot
 * be read; the report counts that. Each is read back. If one fails all are put
 * back, and `err` says so (ERR_NOT_RESTORED if not all of them can be).
 */
bool live_apply(const struct target *target, const struct plan *plan,
                struct live_report *report, struct err *err);

/* What live_apply would move; moves nothing. */
bool live_look(const struct target *target, const struct plan *plan,
               struct live_report *report, struct err *err);
void live_free(struct live_report *report);

#endif
