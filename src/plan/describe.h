/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An edit in words, for whoever undoes or redoes it.
 */
#ifndef PLAN_DESCRIBE_H
#define PLAN_DESCRIBE_H

#include "base/str.h"
#include "plan/plan.h"

/*
 * Appends what differs from `before` to `after`, both of one domain, as a list:
 * "12 vCPUs instead of 8, pins of 4 vCPUs, huge pages 2M". Nothing if they are
 * equal.
 */
void plan_describe(struct str *str, const struct plan *before,
                   const struct plan *after);

#endif
