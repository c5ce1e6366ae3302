/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a finding means, what to do, and where it was seen: below a list, and
 * in the pager.
 */
#ifndef UI_EXPLAIN_H
#define UI_EXPLAIN_H

#include "base/finding.h"
#include "ui/canvas.h"

/* Adds a text in lines of at most `width` columns, each with its end. */
void explain_add(struct str *str, const char *text, int width);

/* In lines of at most `width` columns; free it. */
char *explain_text(const struct finding *finding, int width);

/* From row `y` to the end of the body, with its title; what does not fit is
 * told. */
void explain_draw(struct canvas *canvas, int y, const struct finding *finding);

#endif
