/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * While it is held, SIGHUP, SIGINT and SIGTERM wait: what is being written is
 * finished or taken back first. SIGQUIT does not wait.
 */
#ifndef APPLY_HOLD_H
#define APPLY_HOLD_H

#include <signal.h>

struct hold {
    sigset_t before;
};

/* Holds may be nested. A signal that came meanwhile is delivered at the end. */
void hold_begin(struct hold *hold);
void hold_end(struct hold *hold);

#endif
