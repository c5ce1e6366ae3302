/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which child of one element is which child of another.
 */
#ifndef RENDER_MATCH_H
#define RENDER_MATCH_H

#include "render/edit.h"

/* What names a right child, and which it is. */
struct match_key {
    const char *text;
    size_t index;
};

struct match {
    struct arena *arena;
    const xmlNode **left, **right; /* the child elements */
    size_t left_count, right_count;
    size_t *partner; /* of each left one: its right one, or right_count */
    struct match_key *keys; /* of the right ones, sorted */
    bool *is_taken;         /* which of the right ones are partners */
};

/*
 * Pairs the children of two elements: first those that are the same, then
 * those that name the same thing, then what is alone of its name.
 */
struct match *match_new(const xmlNode *left, const xmlNode *right);
void match_free(struct match *match);

/* The partner of a child on the other side, or NULL. */
const xmlNode *match_right(const struct match *match, const xmlNode *left);
const xmlNode *match_left(const struct match *match, const xmlNode *right);

/* A right child without partner that would be `node`'s, or NULL. */
const xmlNode *match_like(const struct match *match, const xmlNode *node);

/* A device that is named by what is in it: half of it is none. */
bool match_is_device(const xmlNode *node);

/* The same name, attributes, text and children, in the same order. */
bool match_is_same(const xmlNode *a, const xmlNode *b);

#endif
