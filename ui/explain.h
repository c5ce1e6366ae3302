/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a finding means, what to do, and where it was seen: below a list, and
 * in the pager.
 */
#ifndef UI_EXPLAIN_H
#define UI_EXPLAIN_H

#include "base/finding.h"
#include "ui/canvas.h"

/* In lines of at most `width` columns; free it. */
char *explain_text(const struct finding *finding, int width);

/* From row `y` to the end of the body, with its title; what does not fit is
 * told. */
void explain_draw(struct canvas *canvas, int y, const struct finding *finding);

#endif
