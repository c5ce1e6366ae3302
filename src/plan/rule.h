/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules: a table of verdicts on a plan, and so on any domain, whoever
 * tuned it.
 */
#ifndef PLAN_RULE_H
#define PLAN_RULE_H

#include "plan/plan.h"

/* Runs every rule that has something to say of this plan. */
void rule_check(const struct plan *plan, struct arena *arena,
                struct findings *findings);

/*
 * The same of those that still matter once a plan is applied: what brings the
 * former definition back.
 */
void rule_check_later(const struct plan *plan, struct arena *arena,
                      struct findings *findings);

#endif
