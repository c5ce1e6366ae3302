/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a service of systemd runs, without asking systemd: that is so
 * beneath --sysroot, too.
 */
#ifndef HOST_UNIT_H
#define HOST_UNIT_H

#include "base/root.h"

enum unit_state { UNIT_UNKNOWN, UNIT_ABSENT, UNIT_ENABLED, UNIT_RUNNING };

/*
 * The state of NAME.service. systemd keeps a link
 * run/systemd/units/invocation:NAME, to no file, as long as a unit is active.
 * Without that directory, a process of that name, and what is started at boot,
 * is all that can be told.
 */
enum unit_state unit_state(const struct root *root, struct arena *arena,
                           const char *name);

#endif
