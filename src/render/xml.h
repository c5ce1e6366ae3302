/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The edits of a domain's XML, one function for each part of a plan; what
 * options write is in options.h. Private to the changeset.
 */
#ifndef RENDER_XML_H
#define RENDER_XML_H

#include "plan/plan.h"
#include "render/edit.h"

/*
 * Collects the edits that make `xml` (some state of the plan's domain) what
 * the plan says of this part. Gives the change's title, or NULL if there is
 * nothing to change.
 */
const char *xml_render(const struct plan *plan, enum plan_part part,
                       const struct xml *xml, struct edit *edit,
                       struct arena *arena);

#endif
