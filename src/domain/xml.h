/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * XML from outside, parsed safely with libxml2, and the place of every
 * element in the bytes it was parsed from.
 *
 * The places are what makes a faithful edit possible: an edit replaces just
 * the bytes it means to, and all else survives as it was written. This is the
 * one public header that shows a library's types: the tree is libxml2's.
 */
#ifndef DOMAIN_XML_H
#define DOMAIN_XML_H

#include "base/err.h"
#include "base/mem.h"

#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>

/* Byte offsets into xml.text; ends are one past the last byte. */
struct xml_span {
    size_t start_begin, start_end; /* <name ...> or <name .../> */
    size_t end_begin, end_end;     /* </name>; both start_end if empty */
    bool is_empty;                 /* <name .../> */
};

struct xml {
    char *text;
    size_t length;
    xmlDoc *doc;
    struct xml_span *spans;
};

/*
 * The greatest text that is parsed, bytes, and the most elements: a domain of
 * a thousand vCPUs, each pinned, and hundreds of devices has some thousands.
 */
enum { XML_TEXT_MAX = 16 * 1024 * 1024, XML_ELEMENTS_MAX = 20000 };

/*
 * Parses a copy of `text`. Refused with a sentence: what is not well-formed,
 * larger than XML_TEXT_MAX or of more than XML_ELEMENTS_MAX, in another
 * encoding than UTF-8, or has a document type declaration (hence no entities).
 * Opens no file and no connection.
 */
struct xml *xml_parse(const char *text, size_t length, struct err *err);
void xml_free(struct xml *xml); /* NULL is allowed */

xmlNode *xml_root(const struct xml *xml);

/* Where an element of this document stands in its text. */
const struct xml_span *xml_span(const xmlNode *node);

/* The first child element of this name outside any namespace, or NULL. */
xmlNode *xml_child(const xmlNode *node, const char *name);

/* The next sibling element of the same name, or NULL. */
xmlNode *xml_next(const xmlNode *node);

/* Follows child names joined by '/', the first match of each; or NULL. */
xmlNode *xml_find(const xmlNode *node, const char *path);

/* The last child element of `node`, or NULL. */
xmlNode *xml_last_element(const xmlNode *node);

/* An attribute's value, or NULL if it is absent. */
const char *xml_attribute(struct arena *arena, const xmlNode *node,
                          const char *name);

/* True if the attribute is there and has just this value. */
bool xml_has(const xmlNode *node, const char *name, const char *value);

/* The text inside an element, blanks trimmed; "" if none. */
const char *xml_content(struct arena *arena, const xmlNode *node);

/* A decimal number from an attribute or, with `name` NULL, the content. */
bool xml_number(const xmlNode *node, const char *name, unsigned long maximum,
                unsigned long *number);

/*
 * The first value of an attribute that `node` and siblings of its name, from
 * it on, have twice; or NULL.
 */
const char *xml_find_twice(struct arena *arena, const xmlNode *node,
                           const char *name);

/* Calls xmlInitParser once and silences libxml2; safe to call again. */
void xml_init(void);

#endif
