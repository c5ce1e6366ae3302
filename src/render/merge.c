/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes three XML trees, gives edits of the third. Elements are paired by
 * what identifies them (a pin by its vCPU, a feature by its name), not by
 * their place; what was the same before and after is never looked at.
 */
#include "render/merge.h"

#include "base/str.h"
#include "render/match.h"

#include <stdlib.h>
#include <string.h>

struct job {
    struct merge *merge;
    struct conflicts *conflicts;
    struct edit *edit;
    const struct xml *before, *today;
    const xmlNode *nothing; /* an element without children */
};

static const char *start_tag(struct arena *arena, const xmlNode *node)
{
    /* An element's text begins where its document's does. */
    const struct xml_span *span = xml_span(node);
    const struct xml *xml = node->doc->_private;
    char *printable CLEANUP(mem_free) =
        str_printable(arena_strndup(arena, xml->text + span->start_begin,
                                    span->start_end - span->start_begin));

    return arena_strdup(arena, printable);
}

/* The text of an element as edit_insert wants it. */
static void add_markup(const xmlNode *node, struct str *str)
{
    const struct xml_span *span = xml_span(node);
    const struct xml *xml = node->doc->_private;
    const char *text = xml->text, *at = text + span->start_begin;
    const char *end = text + span->end_end;
    size_t indent = 0;

    while (span->start_begin > indent && at[-1 - (long)indent] == ' ')
        indent++;
    while (at < end) {
        const char *eol = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((eol ? eol : end) - at), skip = 0;

        while (str->length > 0 && skip < indent && at[skip] == ' ' &&
               skip < length)
            skip++;
        if (length > 0 && at[length - 1] == '\r')
            length--;
        if (length > skip) {
            if (str->length > 0)
                str_add(str, "\n");
            str_add_bytes(str, at + skip, length - skip);
        }
        at = eol ? eol + 1 : end;
    }
}

/* True if it goes back to `then`, false if it stays `now`; NULL is nothing. */
static bool goes_back(struct job *job, const char *what, const xmlNode *now,
                      const xmlNode *then)
{
    struct str here CLEANUP(str_free) = STR_INIT;
    struct str back CLEANUP(str_free) = STR_INIT;

    if (now)
        add_markup(now, &here);
    if (then)
        add_markup(then, &back);
    return conflicts_add(job->conflicts, what, str_text(&here),
                         str_text(&back)) == CHOICE_BACK;
}

static bool edited_goes_back(struct job *job, const xmlNode *after,
                             const xmlNode *today, const xmlNode *then)
{
    struct arena *arena = job->merge->arena;

    return goes_back(job,
                     arena_printf(arena, "%s is now %s%s.",
                                  start_tag(arena, after),
                                  start_tag(arena, today),
                                  xmlFirstElementChild((xmlNode *)today)
                                      ? ""
                                      : xml_content(arena, today)),
                     today, then);
}

static bool same_value(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : !a && !b;
}

/*
 * One attribute that the change touched, from `after` back to `before`. False
 * if it is neither; `is_forced` it goes back all the same. It only looks if
 * there is no edit.
 */
static bool merge_attribute(struct job *job, struct edit *edit, bool is_forced,
                            const char *name, const xmlNode *before,
                            const xmlNode *after, const xmlNode *today)
{
    struct arena *arena = job->merge->arena;
    const char *b = xml_attribute(arena, before, name);
    const char *a = xml_attribute(arena, after, name);
    const char *t = xml_attribute(arena, today, name);

    if (same_value(a, b) || same_value(t, b))
        return true;
    if (!same_value(t, a) && !is_forced)
        return false;
    if (edit && b)
        edit_copy_attribute(edit, today, job->before, before, name);
    else if (edit)
        edit_remove_attribute(edit, today, name);
    return true;
}

static bool merge_attributes(struct job *job, struct edit *edit, bool is_forced,
                             const xmlNode *before, const xmlNode *after,
                             const xmlNode *today)
{
    const xmlNode *const sides[] = {after, before};
    bool is_merged = true;

    for (size_t i = 0; i < ARRAY_SIZE(sides); i++)
        for (const xmlAttr *at = sides[i]->properties; at; at = at->next) {
            const char *name = (const char *)at->name;

            if (i == 1 && xmlHasProp((xmlNode *)after, at->name))
                continue; /* was looked at */
            if (!at->ns)
                is_merged &= merge_attribute(job, edit, is_forced, name, before,
                                             after, today);
        }
    return is_merged;
}

static bool is_leaf(const xmlNode *node)
{
    return !xmlFirstElementChild((xmlNode *)node);
}

/* The same of the text in an element. */
static bool merge_text(struct job *job, struct edit *edit, bool is_forced,
                       const xmlNode *before, const xmlNode *after,
                       const xmlNode *today)
{
    struct arena *arena = job->merge->arena;
    const char *a = xml_content(arena, after), *b = xml_content(arena, before);
    const char *t = xml_content(arena, today);

    if (!is_leaf(before) || !is_leaf(after) || strcmp(a, b) == 0)
        return true;
    if (!is_leaf(today))
        return false;
    if (strcmp(t, b) == 0)
        return true;
    if (strcmp(t, a) != 0 && !is_forced)
        return false;
    if (edit)
        edit_content(edit, today, b);
    return true;
}

static bool has_more_attributes(const xmlNode *today, const xmlNode *after)
{
    for (const xmlAttr *at = today->properties; at; at = at->next)
        if (!xmlHasProp((xmlNode *)after, at->name))
            return true;
    return false;
}

static bool same_attributes(struct arena *arena, const xmlNode *after,
                            const xmlNode *today)
{
    for (const xmlAttr *at = after->properties; at; at = at->next) {
        const char *name = (const char *)at->name;

        if (!same_value(xml_attribute(arena, after, name),
                        xml_attribute(arena, today, name)))
            return false;
    }
    return true;
}

static size_t count_comments(const xmlNode *node)
{
    size_t count = 0;

    for (const xmlNode *at = node->children; at; at = at->next)
        count += at->type == XML_COMMENT_NODE ? 1 : count_comments(at);
    return count;
}

/* We write none: it is someone else's. */
static bool has_more_comments(const xmlNode *today, const xmlNode *after)
{
    return count_comments(today) > count_comments(after);
}

static bool same_content(struct arena *arena, const xmlNode *after,
                         const xmlNode *today)
{
    return !is_leaf(after) || !*xml_content(arena, after) ||
           strcmp(xml_content(arena, after), xml_content(arena, today)) == 0;
}

/* True if all that is in it today was put there by the change. */
static bool is_ours(struct arena *arena, const xmlNode *after,
                    const xmlNode *today)
{
    bool is_it = !has_more_attributes(today, after) &&
                 !has_more_comments(today, after) &&
                 same_attributes(arena, after, today) &&
                 same_content(arena, after, today);
    struct match *match = match_new(after, today);

    for (size_t i = 0; i < match->right_count && is_it; i++) {
        const xmlNode *ours = match_left(match, match->right[i]);

        is_it = ours && is_ours(arena, ours, match->right[i]);
    }
    match_free(match);
    return is_it;
}

/*
 * The change added `after`; takes it out of what it is today. An element that
 * has something of someone else in it stays around that; a device does not, as
 * what is left would be none. True if all of it goes; then its removal is the
 * caller's.
 */
static bool take_out(struct job *job, const xmlNode *after,
                     const xmlNode *today)
{
    struct arena *arena = job->merge->arena;
    struct match *match;
    bool goes =
        !has_more_attributes(today, after) && !has_more_comments(today, after);

    if (is_ours(arena, after, today))
        return true;
    if (match_is_device(after))
        return goes_back(job,
                         arena_printf(arena, "%s was edited since.",
                                      start_tag(arena, after)),
                         today, NULL);
    if (!same_attributes(arena, after, today) ||
        !same_content(arena, after, today))
        return edited_goes_back(job, after, today, NULL);
    match = match_new(after, today);
    for (size_t i = 0; i < match->right_count; i++) {
        const xmlNode *child = match->right[i];
        const xmlNode *ours = match_left(match, child);

        if (ours && take_out(job, ours, child))
            edit_remove(job->edit, child);
        else
            goes = false;
    }
    match_free(match);
    return goes;
}

/* What stands before `node` in `before` and is still there today, or NULL. */
static const xmlNode *anchor(const xmlNode *node, const struct match *old,
                             const struct match *now)
{
    for (xmlNode *at = node->prev; at; at = at->prev) {
        const xmlNode *left =
            at->type == XML_ELEMENT_NODE ? match_right(old, at) : NULL;
        const xmlNode *here = left ? match_right(now, left) : NULL;

        if (here)
            return here;
    }
    return NULL;
}

static void put_into(struct job *job, const xmlNode *before,
                     const xmlNode *today);

/*
 * Whether a child of before comes back: the change took it away, or made
 * something of it that somebody removed since.
 */
static bool comes_back(struct job *job, const xmlNode *child,
                       const struct match *old, const struct match *now)
{
    const xmlNode *after = match_right(old, child);

    if (!after)
        return true;
    return !match_is_same(child, after) && !match_right(now, after) &&
           goes_back(job,
                     arena_printf(job->merge->arena, "%s was removed since.",
                                  start_tag(job->merge->arena, after)),
                     NULL, child);
}

/* The children that the change took away come back. */
static void put_in(struct job *job, const struct match *old,
                   const struct match *now, const xmlNode *today)
{
    struct str all CLEANUP(str_free) = STR_INIT;

    for (size_t i = 0; i < old->left_count; i++) {
        const xmlNode *child = old->left[i], *like;
        struct str markup CLEANUP(str_free) = STR_INIT;

        if (!comes_back(job, child, old, now))
            continue;
        like = match_right(old, child) ? NULL : match_like(now, child);
        if (like) {
            put_into(job, child, like);
            continue;
        }
        add_markup(child, &markup);
        if (!is_leaf(today))
            edit_insert(job->edit, today, anchor(child, old, now),
                        str_text(&markup));
        else
            str_addf(&all, "%s%s", all.length > 0 ? "\n" : "",
                     str_text(&markup));
    }
    if (all.length > 0)
        edit_insert(job->edit, today, NULL, str_text(&all));
}

static void put_instead(struct job *job, const xmlNode *before,
                        const xmlNode *today)
{
    struct str markup CLEANUP(str_free) = STR_INIT;

    add_markup(before, &markup);
    edit_remove(job->edit, today);
    edit_insert(job->edit, today->parent, today, str_text(&markup));
}

/* The change took `before` away, someone else made it anew as `today`. */
static void put_into(struct job *job, const xmlNode *before,
                     const xmlNode *today)
{
    struct match *old, *now;
    const xmlNode *nothing = job->nothing;

    if (match_is_same(before, today))
        return;
    if (!same_attributes(job->merge->arena, before, today) ||
        is_leaf(before) != is_leaf(today) || is_leaf(before)) {
        if (edited_goes_back(job, before, today, before))
            put_instead(job, before, today);
        return;
    }
    old = match_new(before, nothing);
    now = match_new(nothing, today);
    put_in(job, old, now, today);
    match_free(old);
    match_free(now);
}

static void merge_node(struct job *job, const xmlNode *before,
                       const xmlNode *after, const xmlNode *today);

static void merge_children(struct job *job, const xmlNode *before,
                           const xmlNode *after, const xmlNode *today)
{
    struct arena *arena = job->merge->arena;
    struct match *old = match_new(before, after);
    struct match *now = match_new(after, today);
    size_t gone = 0;

    for (size_t i = 0; i < old->right_count; i++) {
        const xmlNode *a = old->right[i];
        const xmlNode *b = match_left(old, a), *t = match_right(now, a);

        if (b && match_is_same(a, b))
            continue;
        if (b && t) {
            merge_node(job, b, a, t);
        } else if (!b && t && take_out(job, a, t)) {
            edit_remove(job->edit, t);
            gone++;
        }
    }
    if (gone > 0 && gone == now->right_count && is_leaf(before) &&
        !*xml_content(arena, before) && count_comments(today) == 0)
        edit_empty(job->edit, today);
    put_in(job, old, now, today);
    match_free(old);
    match_free(now);
}

static void merge_node(struct job *job, const xmlNode *before,
                       const xmlNode *after, const xmlNode *today)
{
    struct edit *edit = job->edit;
    bool is_merged = merge_attributes(job, NULL, false, before, after, today) &&
                     merge_text(job, NULL, false, before, after, today);
    bool goes = is_merged || edited_goes_back(job, after, today, before);

    if (goes) {
        merge_attributes(job, edit, true, before, after, today);
        if (!merge_text(job, edit, true, before, after, today)) {
            put_instead(job, before, today); /* it holds elements today */
            return;
        }
    }
    merge_children(job, before, after, today);
}

static void merge_trees(struct merge *merge, struct conflicts *conflicts,
                        struct xml *before, struct xml *after,
                        struct xml *today)
{
    xmlNode *nothing = xmlNewNode(NULL, (const xmlChar *)"nothing");
    struct job job = {merge,  conflicts, edit_new(today),
                      before, today,     nothing};
    size_t length;

    before->doc->_private = before;
    after->doc->_private = after;
    today->doc->_private = today;
    merge_node(&job, xml_root(before), xml_root(after), xml_root(today));
    merge->text = edit_finish(job.edit, &length);
    xmlFreeNode(nothing);
}

struct merge *merge_undo(const char *before, const char *after,
                         const char *today, struct conflicts *conflicts,
                         struct err *err)
{
    struct merge *merge = mem_alloc(1, sizeof(*merge));
    struct xml *b, *a, *t;

    merge->arena = arena_new();
    merge->has_later_edits = strcmp(after, today) != 0;
    if (!merge->has_later_edits) {
        merge->text = mem_strdup(before);
        return merge;
    }
    b = xml_parse(before, strlen(before), err);
    a = b ? xml_parse(after, strlen(after), err) : NULL;
    t = a ? xml_parse(today, strlen(today), err) : NULL;
    if (t)
        merge_trees(merge, conflicts, b, a, t);
    xml_free(b);
    xml_free(a);
    xml_free(t);
    if (t)
        return merge;
    merge_free(merge);
    return NULL;
}

void merge_free(struct merge *merge)
{
    if (!merge)
        return;
    free(merge->text);
    arena_free(merge->arena);
    free(merge);
}
