/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "virt-tune plan --ask": the questions of the screens, line by line.
 */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include "cli/cli.h"

/*
 * Asks for everything on standard input, the plan's own wishes being what is
 * proposed, and saves the plan in `output`, or if that is NULL where the user
 * says. Fails with a sentence, and nothing written, if the answers end.
 */
bool ask_plan(const struct session *session, const struct plan *plan,
              const char *output, struct err *err);

#endif
