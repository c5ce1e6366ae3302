/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is saved in the directory that virt-tune was started in. */
#ifndef UI_SAVE_H
#define UI_SAVE_H

#include "ui/app.h"

/*
 * The plan, named after the domain, with what steps that were not seen propose;
 * says with which command it is applied. Asks if a file with another text is
 * there.
 */
void save_plan(struct app *app);

/* The same of what Check saw, without names. */
void save_report(struct app *app);

/* True while Enter would replace the file that is asked about. */
bool save_replaces(const struct app *app);

#endif
