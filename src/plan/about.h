/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a verdict of the rules is about: options, disks and parts of the plan,
 * so that a screen can say it beside them.
 */
#ifndef PLAN_ABOUT_H
#define PLAN_ABOUT_H

#include "base/finding.h"
#include "plan/option.h"

/* The words for a rule whose verdicts are all about the same, or "". */
const char *about_rule(const char *id);

/* True if the finding is about this option. */
bool about_option(const struct finding *finding, enum option_id id);

/* The same of the disk with this target, as the whole; NULL: of any disk. */
bool about_disk(const struct finding *finding, const char *target);

/* The same of what is shown, kept and dropped as one change. */
bool about_part(const struct finding *finding, enum plan_part part);

#endif
