/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What came of an apply or an undo, in step 7: its steps, and sentences. */
#ifndef UI_RESULT_H
#define UI_RESULT_H

#include "ui/lines.h"

/* All of it; end with lines_free. */
struct lines result_lines(const struct app *app);

/* Adds what brings the former definition back; true of the stored one, too. */
void result_add_later(const struct app *app, struct lines *lines);

#endif
