/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes three XML trees, compares the first two with the third where nothing
 * was to change. libvirt wrote the first one itself: what it left alone in it
 * before it leaves alone again.
 */
#include "apply/foreign.h"

#include "domain/xml.h"
#include "render/match.h"

#include <string.h>

static bool same_tag(const xmlNode *a, const xmlNode *b)
{
    xmlNode *x = xmlCopyNode((xmlNode *)a, 2); /* no children */
    xmlNode *y = xmlCopyNode((xmlNode *)b, 2);
    bool is_same = match_is_same(x, y);

    xmlFreeNode(x);
    xmlFreeNode(y);
    return is_same;
}

static bool same_text(const xmlNode *a, const xmlNode *b)
{
    struct arena *arena = arena_new();
    bool is_same = xmlFirstElementChild((xmlNode *)a) ||
                   xmlFirstElementChild((xmlNode *)b) ||
                   strcmp(xml_content(arena, a), xml_content(arena, b)) == 0;

    arena_free(arena);
    return is_same;
}

/* True if something below an element was there before and was to stay. */
static bool keeps_something(const xmlNode *before, const xmlNode *wanted)
{
    struct match *change;
    bool keeps = match_is_same(before, wanted);

    if (keeps || !same_tag(before, wanted))
        return keeps;
    change = match_new(before, wanted);
    for (size_t i = 0; i < change->right_count && !keeps; i++) {
        const xmlNode *b = match_left(change, change->right[i]);

        keeps = b && keeps_something(b, change->right[i]);
    }
    match_free(change);
    return keeps;
}

/*
 * An element that is in all three. What the change adds, removes or gives
 * another attribute or text is libvirt's to write as it likes.
 */
static bool has_edit(const xmlNode *before, const xmlNode *wanted,
                     const xmlNode *now)
{
    struct match *change, *stored, *old;
    bool is_foreign = false;

    if (!same_tag(before, wanted) || !same_text(before, wanted))
        return false;
    if (!same_tag(wanted, now) || !same_text(wanted, now))
        return true;
    change = match_new(before, wanted);
    stored = match_new(wanted, now);
    old = match_new(before, now);
    for (size_t i = 0; i < stored->left_count && !is_foreign; i++) {
        const xmlNode *w = stored->left[i];
        const xmlNode *b = match_left(change, w), *n = match_right(stored, w);

        if (b && n)
            is_foreign = has_edit(b, w, n);
        else if (b)
            is_foreign = keeps_something(b, w);
    }
    for (size_t i = 0; i < stored->right_count && !is_foreign; i++)
        is_foreign = !match_left(stored, stored->right[i]) &&
                     !match_left(old, stored->right[i]);
    match_free(change);
    match_free(stored);
    match_free(old);
    return is_foreign;
}

bool foreign_has_edit(const char *before, const char *wanted, const char *now)
{
    struct xml *b = xml_parse(before, strlen(before), NULL);
    struct xml *w = b ? xml_parse(wanted, strlen(wanted), NULL) : NULL;
    struct xml *n = w ? xml_parse(now, strlen(now), NULL) : NULL;
    bool is_foreign = !n || has_edit(xml_root(b), xml_root(w), xml_root(n));

    xml_free(b);
    xml_free(w);
    xml_free(n);
    return is_foreign;
}
