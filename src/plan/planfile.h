/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plans as text: "key = value" lines, made to be read and edited by hand.
 */
#ifndef PLAN_PLANFILE_H
#define PLAN_PLANFILE_H

#include "plan/plan.h"

/* Appends the plan. It names its domain and a fingerprint of its host. */
void planfile_save(const struct plan *plan, struct str *str);

/*
 * Reads a plan into `plan`, which must be fresh (equal to the domain). A plan
 * for another domain or for a host with other CPUs is refused (ERR_REFUSED);
 * a malformed line is named (ERR_FAILED). On failure `plan` is undefined.
 */
bool planfile_load(const char *text, struct plan *plan, struct err *err);

#endif
