/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host checks: a table of questions, each answered with a finding.
 */
#ifndef HOST_CHECK_H
#define HOST_CHECK_H

#include "host/hooklint.h"
#include "host/host.h"

/*
 * Runs every check of the table, in its order. `faults` are those of the hooks
 * beneath `root`; NULL of another host, on which nobody looks.
 */
void check_host(const struct host *host, const struct root *root,
                const struct hook_faults *faults, struct arena *arena,
                struct findings *findings);

/*
 * Those of hooks again, beneath the root that hooks are written to, in place of
 * what `findings` had of them. Their paths have that root's own before them.
 */
void check_hooks_anew(const struct host *host, const struct root *root,
                      const struct hook_faults *faults, struct arena *arena,
                      struct findings *findings);

#endif
