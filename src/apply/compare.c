/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes two XML texts, says whether the second holds the first. Metadata,
 * namespaces and text are compared too; comments are not, libvirt drops them.
 */
#include "apply/compare.h"

#include "base/mem.h"
#include "base/str.h"
#include "domain/xml.h"

#include <string.h>

static bool same_name(const xmlNode *a, const xmlNode *b)
{
    const char *a_ns = a->ns ? (const char *)a->ns->href : "";
    const char *b_ns = b->ns ? (const char *)b->ns->href : "";

    return strcmp((const char *)a->name, (const char *)b->name) == 0 &&
           strcmp(a_ns, b_ns) == 0;
}

static bool has_attributes(const xmlNode *wanted, const xmlNode *stored)
{
    for (const xmlAttr *a = wanted->properties; a; a = a->next) {
        const xmlChar *ns = a->ns ? a->ns->href : NULL;
        xmlChar *x = ns ? xmlGetNsProp((xmlNode *)wanted, a->name, ns)
                        : xmlGetNoNsProp((xmlNode *)wanted, a->name);
        xmlChar *y = ns ? xmlGetNsProp((xmlNode *)stored, a->name, ns)
                        : xmlGetNoNsProp((xmlNode *)stored, a->name);
        bool is_same = x && y && xmlStrEqual(x, y);

        xmlFree(x);
        xmlFree(y);
        if (!is_same)
            return false;
    }
    return true;
}

static bool same_text(const xmlNode *wanted, const xmlNode *stored)
{
    struct arena *arena = arena_new();
    bool is_same =
        strcmp(xml_content(arena, wanted), xml_content(arena, stored)) == 0;

    arena_free(arena);
    return is_same;
}

static bool is_blank(const xmlNode *node)
{
    struct arena *arena = arena_new();
    bool is_empty = *xml_content(arena, node) == '\0';

    arena_free(arena);
    return is_empty;
}

static const xmlNode *missing_below(const xmlNode *wanted,
                                    const xmlNode *stored);

static bool holds(const xmlNode *wanted, const xmlNode *stored)
{
    if (!same_name(wanted, stored) || !has_attributes(wanted, stored))
        return false;
    if (!xmlFirstElementChild((xmlNode *)wanted))
        return is_blank(wanted) || same_text(wanted, stored);
    return !missing_below(wanted, stored);
}

/* As many attributes and children: nothing was added to it. */
static bool same_size(const xmlNode *a, const xmlNode *b)
{
    unsigned long count = xmlChildElementCount((xmlNode *)a);
    const xmlAttr *x = a->properties, *y = b->properties;

    while (x && y) {
        x = x->next;
        y = y->next;
    }
    return !x && !y && count == xmlChildElementCount((xmlNode *)b);
}

/* Takes a child of `stored` that holds `wanted` and is not taken yet. */
static bool take(const xmlNode *wanted, const xmlNode *stored, bool *is_taken,
                 bool is_exact)
{
    size_t index = 0;

    for (xmlNode *s = xmlFirstElementChild((xmlNode *)stored); s;
         s = xmlNextElementSibling(s), index++)
        if (!is_taken[index] && (!is_exact || same_size(wanted, s)) &&
            holds(wanted, s)) {
            is_taken[index] = true;
            return true;
        }
    return false;
}

/*
 * The first child of `wanted` for which no child of `stored` is left. Those
 * that libvirt left alone find themselves first; for the others, which gained
 * something, the first that fits is taken.
 */
static const xmlNode *missing_below(const xmlNode *wanted,
                                    const xmlNode *stored)
{
    size_t wanted_count = xmlChildElementCount((xmlNode *)wanted), index;
    bool *is_taken CLEANUP(mem_free) =
        mem_alloc(xmlChildElementCount((xmlNode *)stored), sizeof(*is_taken));
    bool *is_found CLEANUP(mem_free) =
        mem_alloc(wanted_count, sizeof(*is_found));

    for (int pass = 0; pass < 2; pass++) {
        index = 0;
        for (xmlNode *w = xmlFirstElementChild((xmlNode *)wanted); w;
             w = xmlNextElementSibling(w), index++) {
            if (!is_found[index])
                is_found[index] = take(w, stored, is_taken, pass == 0);
            if (pass == 1 && !is_found[index])
                return w;
        }
    }
    return NULL;
}

/* The deepest element that explains why `wanted` is not there. */
static const xmlNode *explain(const xmlNode *wanted, const xmlNode *stored)
{
    for (const xmlNode *missing; (missing = missing_below(wanted, stored));) {
        const xmlNode *like = NULL;
        unsigned likes = 0;

        for (xmlNode *s = xmlFirstElementChild((xmlNode *)stored); s;
             s = xmlNextElementSibling(s))
            if (same_name(missing, s)) {
                like = s;
                likes++;
            }
        wanted = missing;
        if (likes != 1 || !has_attributes(missing, like))
            break;
        stored = like;
    }
    return wanted;
}

bool compare_stored(const char *wanted, const char *stored, struct err *err)
{
    struct xml *a = xml_parse(wanted, strlen(wanted), err);
    struct xml *b = a ? xml_parse(stored, strlen(stored), err) : NULL;
    bool is_held = b && holds(xml_root(a), xml_root(b));

    if (b && !is_held) {
        const xmlNode *node = explain(xml_root(a), xml_root(b));
        const struct xml_span *span = xml_span(node);
        struct arena *arena = arena_new();
        char *printable CLEANUP(mem_free) =
            str_printable(arena_strndup(arena, a->text + span->start_begin,
                                        span->start_end - span->start_begin));

        arena_free(arena);
        err_set(err, ERR_FAILED,
                "libvirt did not store all that was asked for. Missing or "
                "changed: %.300s",
                printable);
    }
    xml_free(a);
    xml_free(b);
    return is_held;
}
