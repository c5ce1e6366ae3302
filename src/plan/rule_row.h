/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A row of the rules' table, and how a rule speaks. Private to the rules.
 */
#ifndef PLAN_RULE_ROW_H
#define PLAN_RULE_ROW_H

#include "plan/plan.h"

struct rule {
    const char *id;
    const char *why;
    void (*run)(const struct plan *plan, struct arena *arena,
                const struct rule *rule, struct findings *findings);
};

/* A finding of this rule; the texts are not copied. */
static inline struct finding *say(const struct rule *rule,
                                  struct findings *findings,
                                  struct arena *arena, enum verdict verdict,
                                  const char *text, const char *fix)
{
    struct finding *finding = findings_add(findings, arena, rule->id, verdict);

    finding->text = text;
    finding->why = rule->why;
    finding->fix = fix;
    return finding;
}

#endif
