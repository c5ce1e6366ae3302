/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes two elements, pairs their children. What identifies an element is in
 * a short list of attributes; devices have it in a child.
 */
#include "render/match.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

static bool same_name(const xmlNode *a, const xmlNode *b)
{
    const char *a_ns = a->ns ? (const char *)a->ns->href : "";
    const char *b_ns = b->ns ? (const char *)b->ns->href : "";

    return strcmp((const char *)a->name, (const char *)b->name) == 0 &&
           strcmp(a_ns, b_ns) == 0;
}

static bool same_attributes(const xmlNode *a, const xmlNode *b)
{
    size_t left = 0, right = 0;
    bool is_same = true;

    for (const xmlAttr *at = b->properties; at; at = at->next)
        right++;
    for (const xmlAttr *at = a->properties; at && is_same; at = at->next) {
        const xmlChar *ns = at->ns ? at->ns->href : NULL;
        xmlChar *x = ns ? xmlGetNsProp((xmlNode *)a, at->name, ns)
                        : xmlGetNoNsProp((xmlNode *)a, at->name);
        xmlChar *y = ns ? xmlGetNsProp((xmlNode *)b, at->name, ns)
                        : xmlGetNoNsProp((xmlNode *)b, at->name);

        is_same = x && y && xmlStrEqual(x, y);
        xmlFree(x);
        xmlFree(y);
        left++;
    }
    return is_same && left == right;
}

static bool same_text(const xmlNode *a, const xmlNode *b)
{
    struct arena *arena = arena_new();
    bool is_same = strcmp(xml_content(arena, a), xml_content(arena, b)) == 0;

    arena_free(arena);
    return is_same;
}

bool match_is_same(const xmlNode *a, const xmlNode *b)
{
    const xmlNode *x = xmlFirstElementChild((xmlNode *)a);
    const xmlNode *y = xmlFirstElementChild((xmlNode *)b);

    if (!same_name(a, b) || !same_attributes(a, b))
        return false;
    if (!x && !y)
        return same_text(a, b);
    while (x && y && match_is_same(x, y)) {
        x = xmlNextElementSibling((xmlNode *)x);
        y = xmlNextElementSibling((xmlNode *)y);
    }
    return !x && !y;
}

/* Devices, and what in them names them. */
static const char *const below[][2] = {
    {"disk", "target"},
    {"interface", "mac"},
    {"hostdev", "source/address"},
    {"filesystem", "target"},
};

/* What names the element among those of its kind; "" if nothing does. */
static const char *identity(struct arena *arena, const xmlNode *node)
{
    static const char *const names[] = {"id",     "name",  "vcpu", "iothread",
                                        "cellid", "index", "dev",  "vcpus"};
    /* There is one of each, and what such attributes say of it may change. */
    static const char *const alone[] = {"driver", "source", "target", "model",
                                        "alias"};
    struct str str CLEANUP(str_free) = STR_INIT;
    const xmlNode *at = node;

    for (size_t i = 0; i < ARRAY_SIZE(alone); i++)
        if (strcmp((const char *)node->name, alone[i]) == 0)
            return "";
    for (size_t i = 0; i < ARRAY_SIZE(below); i++)
        if (strcmp((const char *)node->name, below[i][0]) == 0) {
            at = xml_find(node, below[i][1]);
            for (const xmlAttr *a = at ? at->properties : NULL; a; a = a->next)
                str_addf(&str, "%s=%s ", (const char *)a->name,
                         xml_attribute(arena, at, (const char *)a->name));
            return arena_strdup(arena, str_text(&str));
        }
    if (strcmp((const char *)node->name, "controller") == 0 ||
        strcmp((const char *)node->name, "channel") == 0)
        str_addf(&str, "%s ", xml_attribute(arena, node, "type"));
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        const char *value = xml_attribute(arena, node, names[i]);

        if (value)
            str_addf(&str, "%s=%s ", names[i], value);
    }
    return arena_strdup(arena, str_text(&str));
}

bool match_is_device(const xmlNode *node)
{
    for (size_t i = 0; i < ARRAY_SIZE(below); i++)
        if (strcmp((const char *)node->name, below[i][0]) == 0)
            return true;
    return false;
}

/* What two elements have in common if one may be the other. */
static const char *key_of(struct arena *arena, const xmlNode *node)
{
    return arena_printf(arena, "%s %s %s", (const char *)node->name,
                        node->ns ? (const char *)node->ns->href : "",
                        identity(arena, node));
}

static int compare_keys(const void *a, const void *b)
{
    const struct match_key *x = a, *y = b;
    int difference = strcmp(x->text, y->text);

    if (difference != 0)
        return difference;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* The first of the right ones whose key is not before this one. */
static size_t find_key(const struct match *match, const char *text)
{
    size_t low = 0, high = match->right_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(match->keys[middle].text, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const xmlNode **children(struct arena *arena, const xmlNode *node,
                                size_t *count)
{
    const xmlNode **list = arena_alloc(
        arena, xmlChildElementCount((xmlNode *)node) + 1, sizeof(xmlNode *));

    *count = 0;
    for (xmlNode *at = xmlFirstElementChild((xmlNode *)node); at;
         at = xmlNextElementSibling(at))
        list[(*count)++] = at;
    return list;
}

/* The first right one left that has this key and, if wanted, is the same. */
static size_t find_right(const struct match *match, const xmlNode *node,
                         const char *text, bool wants_same)
{
    for (size_t k = find_key(match, text);
         k < match->right_count && strcmp(match->keys[k].text, text) == 0;
         k++) {
        size_t index = match->keys[k].index;

        if (!match->is_taken[index] &&
            (!wants_same || match_is_same(node, match->right[index])))
            return index;
    }
    return match->right_count;
}

static void pair(struct match *match, const char *const *texts, bool wants_same)
{
    for (size_t i = 0; i < match->left_count; i++) {
        size_t index;

        if (match->partner[i] < match->right_count)
            continue;
        index = find_right(match, match->left[i], texts[i], wants_same);
        match->partner[i] = index;
        if (index < match->right_count)
            match->is_taken[index] = true;
    }
}

struct match *match_new(const xmlNode *left, const xmlNode *right)
{
    struct match *match = mem_alloc(1, sizeof(*match));
    struct arena *arena = match->arena = arena_new();
    const char **texts;

    match->left = children(arena, left, &match->left_count);
    match->right = children(arena, right, &match->right_count);
    match->partner =
        arena_alloc(arena, match->left_count + 1, sizeof(*match->partner));
    match->keys =
        arena_alloc(arena, match->right_count + 1, sizeof(*match->keys));
    match->is_taken =
        arena_alloc(arena, match->right_count + 1, sizeof(*match->is_taken));
    texts = arena_alloc(arena, match->left_count + 1, sizeof(*texts));
    for (size_t j = 0; j < match->right_count; j++)
        match->keys[j] = (struct match_key){key_of(arena, match->right[j]), j};
    qsort(match->keys, match->right_count, sizeof(*match->keys), compare_keys);
    for (size_t i = 0; i < match->left_count; i++) {
        texts[i] = key_of(arena, match->left[i]);
        match->partner[i] = match->right_count;
    }
    pair(match, texts, true);
    pair(match, texts, false);
    return match;
}

void match_free(struct match *match)
{
    arena_free(match->arena);
    free(match);
}

const xmlNode *match_right(const struct match *match, const xmlNode *left)
{
    for (size_t i = 0; i < match->left_count; i++)
        if (match->left[i] == left && match->partner[i] < match->right_count)
            return match->right[match->partner[i]];
    return NULL;
}

const xmlNode *match_left(const struct match *match, const xmlNode *right)
{
    for (size_t i = 0; i < match->left_count; i++)
        if (match->partner[i] < match->right_count &&
            match->right[match->partner[i]] == right)
            return match->left[i];
    return NULL;
}

const xmlNode *match_like(const struct match *match, const xmlNode *node)
{
    struct arena *arena = arena_new();
    size_t index = find_right(match, node, key_of(arena, node), false);

    arena_free(arena);
    return index < match->right_count ? match->right[index] : NULL;
}
