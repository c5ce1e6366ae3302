/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the rows of the options' table write into a domain's XML. Private to
 * the changeset.
 */
#ifndef RENDER_OPTIONS_H
#define RENDER_OPTIONS_H

#include "plan/plan.h"

/* True if all that this part writes are rows of the options' table. */
bool options_has_part(enum plan_part part);

/*
 * The text that the options of one part make of `text` (some state of the
 * plan's domain); free it. `*title` becomes the change's title, NULL if there
 * is nothing to change. NULL if the text stops being XML.
 */
char *options_render(const struct plan *plan, enum plan_part part,
                     const char *text, struct arena *arena, const char **title,
                     struct err *err);

#endif
