/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From what a check found to the step, and there the option, that changes it.
 */
#ifndef UI_CURE_H
#define UI_CURE_H

#include "ui/app.h"

/* Goes there, or says that nothing in virt-tune changes it. */
void cure_go(struct app *app, const struct finding *finding);

/* The same for a vCPU that had to wait for its CPU. */
void cure_go_wait(struct app *app);

#endif
