/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * I/O threads that do nothing: no disk, no controller and nothing else of the
 * domain names them, and the plan gives them no work.
 */
#ifndef PLAN_IOTHREAD_H
#define PLAN_IOTHREAD_H

#include "plan/plan.h"

/*
 * True if nothing uses this thread of the domain. What might speak of it in
 * another way than libvirt's (QEMU's own arguments, a scheduler of its own) is
 * a use, and so are ids that libvirt would choose anew without it.
 */
bool iothread_is_idle(const struct plan *plan, unsigned id);

/* How many of the domain's are idle. */
unsigned iothread_count_idle(const struct plan *plan);

/* True if the plan removes it; a plan that adds some removes none. */
bool iothread_goes(const struct plan *plan, unsigned id);

#endif
