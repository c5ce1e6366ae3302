/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Edits of CPUs by hand, core by core. Each either does what it says or
 * leaves the plan as it is and gives the reason.
 */
#ifndef PLAN_HAND_H
#define PLAN_HAND_H

#include "plan/plan.h"

/*
 * Gives a core with all its threads to the guest or takes it back. vCPUs in
 * the order of the cores stay so, and siblings stay neighbours; in any other
 * order each stays where it is, and new ones come last; what the domain has
 * comes back to its place, if the others are in the domain's order. Emulator
 * and I/O threads leave the core. NULL, or why not: a sentence.
 *
 * What was taken and given back is as it was: once each vCPU is where the
 * domain has it, so is the topology; and helpers that are where the domain has
 * them, but for what the guest got since, have that again once it is free.
 */
const char *hand_toggle_guest(struct plan *plan, unsigned core);

/*
 * Splits a core of the guest on purpose: only its first thread runs a vCPU,
 * the others stay idle. Once more, and all of them run vCPUs again. Numbered
 * as above. NULL, or why not: a sentence.
 */
const char *hand_toggle_split(struct plan *plan, unsigned core);

/* Lets the emulator or the I/O threads run on a core, or not. */
const char *hand_toggle_emulator(struct plan *plan, unsigned core);
const char *hand_toggle_iothread(struct plan *plan, unsigned core);

#endif
