/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plan as a file, in the directory that virt-tune was started in. */
#ifndef UI_SAVE_H
#define UI_SAVE_H

#include "ui/app.h"

/*
 * Saves it, named after the domain, and says with which command it is applied.
 * Asks if a file with another text is there.
 */
void save_open(struct app *app);

#endif
