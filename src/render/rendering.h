/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the functions that render a part share: the part's state, and new
 * elements in the places where libvirt would put them. Private to the stage.
 */
#ifndef RENDER_RENDERING_H
#define RENDER_RENDERING_H

#include "base/str.h"
#include "plan/plan.h"
#include "render/edit.h"

struct rendering {
    const struct plan *plan;
    const xmlNode *root; /* <domain>, as the parts before left it */
    struct edit *edit;
    struct arena *arena;
};

/* The last child of `parent` that has one of the names, or NULL. */
const xmlNode *rendering_last(const xmlNode *parent, const char *const *names);

/* Appends a line of markup. */
void rendering_add_line(struct str *str, const char *line);

/* Appends lines, one level deeper, between a start and an end tag. */
void rendering_add_wrapped(struct str *str, const char *start,
                           const char *lines, const char *end);

/*
 * Adds lines below the child `name` of <domain>, after the last of `siblings`;
 * if there is no such child it is made, after the last of `before`.
 */
void rendering_insert(struct rendering *r, const char *name,
                      const char *const *before, const char *const *siblings,
                      const char *lines);

#endif
