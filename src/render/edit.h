/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Edits of an XML text that leave every other byte as it is.
 *
 * Edits are collected against one parsed text and then made all at once. A
 * parent without child elements may be given children only once.
 */
#ifndef RENDER_EDIT_H
#define RENDER_EDIT_H

#include "domain/xml.h"

struct edit;

/* Starts on `xml`, which must live until edit_finish. */
struct edit *edit_new(const struct xml *xml);

/* Sets an attribute, adding it if it is not there. */
void edit_attribute(struct edit *edit, const xmlNode *node, const char *name,
                    const char *value);

/*
 * Gives an attribute the bytes that it has in `like` of another text, which has
 * it: the same quotes, and where it was not there the same place in the tag.
 */
void edit_copy_attribute(struct edit *edit, const xmlNode *node,
                         const struct xml *from, const xmlNode *like,
                         const char *name);

/* Takes an attribute away, and the blanks before it; it may be absent. */
void edit_remove_attribute(struct edit *edit, const xmlNode *node,
                           const char *name);

/*
 * Replaces the text inside an element. Comments and instructions in it stay,
 * and what was a CDATA section is one again.
 */
void edit_content(struct edit *edit, const xmlNode *node, const char *text);

/* Removes all that is inside an element, and its end tag: <name .../>. */
void edit_empty(struct edit *edit, const xmlNode *node);

/*
 * Adds `markup` below `parent`, after its child `after`, or as the first child
 * if `after` is NULL. The markup's lines are separated by '\n', indented by
 * two blanks a level from nothing, without a line end at the end; it is
 * re-indented and gets the document's line ends.
 */
void edit_insert(struct edit *edit, const xmlNode *parent, const xmlNode *after,
                 const char *markup);

/*
 * Removes an element and the blanks before it. Comments that somebody put into
 * it stay in its place.
 */
void edit_remove(struct edit *edit, const xmlNode *node);

/*
 * The last edit: removes the elements that the others left without attributes,
 * children and text, and then those that this leaves so; libvirt stores none
 * of them. One with attributes only loses its end tag. What was empty before
 * stays.
 */
void edit_prune(struct edit *edit);

/* True if nothing was edited so far. */
bool edit_is_empty(const struct edit *edit);

/* The new text (free it). Frees the edit. */
char *edit_finish(struct edit *edit, size_t *length);

/* Appends text as an attribute's value or content may hold it. */
struct str;
void edit_add_escaped(struct str *str, const char *text);

#endif
