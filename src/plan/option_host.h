/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hook's services among the options. For option.c; everybody else asks
 * option.h.
 */
#ifndef PLAN_OPTION_HOST_H
#define PLAN_OPTION_HOST_H

#include "plan/option.h"

/* The rows from OPTION_ISOLATE on, to OPTION_REQUIRED. */
extern const struct option_row option_host_rows[];

/* Why the hook cannot do it here: a sentence, or NULL if it can. */
const char *option_host_obstacle(const struct plan *plan, enum option_id id);

/* True if it would do this guest good. */
bool option_host_is_of_use(const struct plan *plan, enum option_id id);

#endif
