/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes texts, gives facts; takes three sets of facts, gives the fourth. */
#include "model.h"

#include "support.h"

#include "domain/xml.h"

#include <stdlib.h>
#include <string.h>

static void put(struct arena *arena, struct facts *facts, const char *key,
                const char *value)
{
    struct fact *list;
    size_t at = 0;

    while (at < facts->count && strcmp(facts->list[at].key, key) < 0)
        at++;
    if (at < facts->count && strcmp(facts->list[at].key, key) == 0) {
        facts->list[at].value = value;
        return;
    }
    list = arena_alloc(arena, facts->count + 1, sizeof(*list));
    for (size_t i = 0; i < facts->count; i++)
        list[i + (i >= at)] = facts->list[i];
    list[at] = (struct fact){key, value};
    facts->list = list;
    facts->count++;
}

static int compare_facts(const void *a, const void *b)
{
    return strcmp(((const struct fact *)a)->key, ((const struct fact *)b)->key);
}

/* Unsorted, while they are read. */
static void append(struct facts *facts, const char *key, const char *value)
{
    facts->list =
        mem_realloc(facts->list, facts->count + 1, sizeof(*facts->list));
    facts->list[facts->count++] = (struct fact){key, value};
}

static struct facts settle(struct arena *arena, struct facts *read)
{
    struct facts facts = {
        arena_alloc(arena, read->count + 1, sizeof(*facts.list)), read->count};

    if (read->count > 0)
        memcpy(facts.list, read->list, read->count * sizeof(*facts.list));
    qsort(facts.list, facts.count, sizeof(*facts.list), compare_facts);
    free(read->list);
    return facts;
}

const char *facts_get(const struct facts *facts, const char *key)
{
    struct fact wanted = {key, NULL};
    const struct fact *found = facts->count > 0
                                   ? bsearch(&wanted, facts->list, facts->count,
                                             sizeof(wanted), compare_facts)
                                   : NULL;

    return found ? found->value : NULL;
}

bool facts_equal(const struct facts *a, const struct facts *b)
{
    bool is_equal = a->count == b->count;

    for (size_t i = 0; i < a->count && is_equal; i++)
        is_equal = strcmp(a->list[i].key, b->list[i].key) == 0 &&
                   strcmp(a->list[i].value, b->list[i].value) == 0;
    return is_equal;
}

void facts_print(const char *title, const struct facts *is,
                 const struct facts *should)
{
    print_error("%s\n", title);
    for (size_t i = 0; i < is->count; i++) {
        const char *other = facts_get(should, is->list[i].key);

        if (!other || strcmp(other, is->list[i].value) != 0)
            print_error("  is     %s %s\n", is->list[i].key, is->list[i].value);
    }
    for (size_t i = 0; i < should->count; i++) {
        const char *other = facts_get(is, should->list[i].key);

        if (!other || strcmp(other, should->list[i].value) != 0)
            print_error("  should %s %s\n", should->list[i].key,
                        should->list[i].value);
    }
}

/* What tells an element from others of its name. */
static const char *name_of(struct arena *arena, const xmlNode *node)
{
    static const struct {
        const char *element, *child, *attributes[5];
    } rows[] = {
        {"vcpupin", NULL, {"vcpu"}},
        {"iothreadpin", NULL, {"iothread"}},
        {"vcpusched", NULL, {"vcpus"}},
        {"iothread", NULL, {"id"}},
        {"cell", NULL, {"id"}},
        {"memnode", NULL, {"cellid"}},
        {"timer", NULL, {"name"}},
        {"feature", NULL, {"name"}},
        {"controller", NULL, {"type", "index"}},
        {"disk", "target", {"dev"}},
        {"hostdev", "source/address", {"domain", "bus", "slot", "function"}},
        {"interface", "mac", {"address"}},
    };
    struct str str CLEANUP(str_free) = STR_INIT;

    if (node->ns && node->ns->prefix)
        str_addf(&str, "%s:", (const char *)node->ns->prefix);
    str_add(&str, (const char *)node->name);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const xmlNode *at =
            rows[i].child ? xml_find(node, rows[i].child) : node;

        if (!at || strcmp((const char *)node->name, rows[i].element) != 0)
            continue;
        for (size_t j = 0; rows[i].attributes[j]; j++) {
            const char *value = xml_attribute(arena, at, rows[i].attributes[j]);
            char *plain = arena_strdup(arena, value ? value : "-");

            for (char *c = plain; (c = strpbrk(c, "/@=!"));)
                *c = '_';
            str_addf(&str, " %s", plain);
        }
    }
    return arena_strdup(arena, str_text(&str));
}

static void read_element(struct arena *arena, const xmlNode *node,
                         const char *path, struct facts *facts)
{
    append(facts, path, "");
    for (const xmlAttr *at = node->properties; at; at = at->next) {
        xmlChar *value = xmlNodeListGetString(node->doc, at->children, 1);

        append(facts,
               arena_printf(arena, "%s@%s", path, (const char *)at->name),
               arena_strdup(arena, value ? (const char *)value : ""));
        xmlFree(value);
    }
    if (!xmlFirstElementChild((xmlNode *)node) && *xml_content(arena, node))
        append(facts, arena_printf(arena, "%s=", path),
               xml_content(arena, node));
    for (const xmlNode *at = node->children; at; at = at->next) {
        const char *name;
        unsigned before = 0;

        if (at->type == XML_COMMENT_NODE)
            append(
                facts,
                arena_printf(arena, "%s!%s", path, (const char *)at->content),
                "");
        if (at->type != XML_ELEMENT_NODE)
            continue;
        name = name_of(arena, at);
        for (const xmlNode *other = at->prev; other; other = other->prev)
            before += other->type == XML_ELEMENT_NODE &&
                      strcmp(name_of(arena, other), name) == 0;
        read_element(arena, at,
                     before
                         ? arena_printf(arena, "%s/%s #%u", path, name, before)
                         : arena_printf(arena, "%s/%s", path, name),
                     facts);
    }
}

struct facts facts_of_xml(struct arena *arena, const char *text)
{
    struct err err = {0};
    struct xml *xml = xml_parse(text, strlen(text), &err);
    struct facts read = {0};

    assert_with(xml != NULL, err.text);
    read_element(arena, xml_root(xml), "/domain", &read);
    xml_free(xml);
    return settle(arena, &read);
}

/* A line is a fact; of those that list something each word is. */
struct facts facts_of_lines(struct arena *arena, const char *text)
{
    struct facts read = {0};

    for (; text && *text; text += strcspn(text, "\n"), text += *text == '\n') {
        char *line = arena_strndup(arena, text, strcspn(text, "\n"));
        char *value = strchr(line, '=');

        if (!value || *line == '#' || str_starts(line, "version =") ||
            str_starts(line, "name ="))
            continue;
        *value++ = '\0';
        if (strcmp(line, "devices ") == 0 || strcmp(line, "display ") == 0 ||
            strcmp(line, "required ") == 0)
            for (const char *word; (word = strsep(&value, " "));) {
                if (*word)
                    append(&read, arena_printf(arena, "%s%s", line, word), "");
            }
        else
            append(&read, line, value);
    }
    return settle(arena, &read);
}

/* Keys of an element: its own, and what begins with one of these after it. */
static bool is_below(const char *key, const char *path)
{
    size_t length = strlen(path);

    return strncmp(key, path, length) == 0 &&
           (key[length] == '\0' || strchr("/@=!", key[length]));
}

static bool is_element(const char *key)
{
    return !strpbrk(key, "@=!");
}

static const char *parent_of(struct arena *arena, const char *path)
{
    return arena_strndup(arena, path, (size_t)(strrchr(path, '/') - path));
}

/* An attribute or the text of just this element. */
static bool is_own(const char *key, const char *path)
{
    size_t length = strlen(path);

    return is_below(key, path) && (key[length] == '@' || key[length] == '=');
}

static bool is_child(struct arena *arena, const char *key, const char *path)
{
    return is_element(key) && strcmp(key, path) != 0 && is_below(key, path) &&
           strcmp(parent_of(arena, key), path) == 0;
}

static void drop(struct facts *facts, const char *path)
{
    size_t kept = 0;

    for (size_t i = 0; i < facts->count; i++)
        if (!is_below(facts->list[i].key, path))
            facts->list[kept++] = facts->list[i];
    facts->count = kept;
}

/* True if all that is below a path in `a` is so in `b`. */
static bool is_within(const struct facts *a, const struct facts *b,
                      const char *path, bool only_own)
{
    for (size_t i = 0; i < a->count; i++) {
        const char *key = a->list[i].key, *other;

        if (only_own ? !is_own(key, path) : !is_below(key, path))
            continue;
        other = facts_get(b, key);
        if (!other || strcmp(other, a->list[i].value) != 0)
            return false;
    }
    return true;
}

static bool is_device(const char *path)
{
    static const char *const names[] = {"disk", "interface", "hostdev",
                                        "filesystem"};
    const char *name = strrchr(path, '/') + 1;

    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (strncmp(name, names[i], strlen(names[i])) == 0 &&
            strchr(" ", name[strlen(names[i])]))
            return true;
    return false;
}

/*
 * The record made this element: it goes, but for what is someone else's. Around
 * that half a device would stay, which libvirt takes for none: a conflict.
 */
static bool take_out(struct arena *arena, const struct facts *after,
                     struct facts *today, const char *path)
{
    bool goes = true;

    if (!facts_get(today, path))
        return true;
    if (!is_within(after, today, path, true))
        return false;
    for (size_t i = 0; i < after->count; i++) {
        const char *key = after->list[i].key;

        if (is_child(arena, key, path) && !take_out(arena, after, today, key))
            return false;
    }
    for (size_t i = 0; i < today->count; i++) {
        const char *key = today->list[i].key;

        if (is_below(key, path) && strcmp(key, path) != 0 &&
            !(is_own(key, path) && facts_get(after, key)) &&
            !(key[strlen(path)] == '!' && facts_get(after, key)))
            goes = false;
    }
    if (goes)
        drop(today, path);
    return goes || !is_device(path);
}

static bool has_children(struct arena *arena, const struct facts *facts,
                         const char *path)
{
    for (size_t i = 0; i < facts->count; i++)
        if (is_child(arena, facts->list[i].key, path))
            return true;
    return false;
}

/*
 * The record removed this element: it comes back. If someone made it anew,
 * what is missing in it comes back, where that is no contradiction.
 */
static bool put_back(struct arena *arena, const struct facts *before,
                     struct facts *today, const char *path)
{
    bool is_there = facts_get(today, path) != NULL;

    if (is_there && is_within(before, today, path, false) &&
        is_within(today, before, path, false))
        return true;
    if (is_there && (!is_within(before, today, path, true) ||
                     !has_children(arena, before, path) ||
                     !has_children(arena, today, path)))
        return false;
    for (size_t i = 0; i < before->count; i++) {
        const char *key = before->list[i].key;

        if (is_there && is_child(arena, key, path) &&
            !put_back(arena, before, today, key))
            return false;
        if (!is_there && is_below(key, path))
            put(arena, today, key, before->list[i].value);
    }
    return true;
}

static bool is_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool turn_back(struct arena *arena, const struct facts *before,
                      const struct facts *after, struct facts *today,
                      const char *key)
{
    const char *b = facts_get(before, key), *a = facts_get(after, key);
    const char *t = facts_get(today, key);

    if (is_same_text(t, b))
        return true;
    if (!is_same_text(t, a))
        return false;
    if (b)
        put(arena, today, key, b);
    else
        drop(today, key);
    return true;
}

static bool undo_key(struct arena *arena, const struct facts *before,
                     const struct facts *after, struct facts *today,
                     const char *key)
{
    const char *path = arena_strndup(
        arena, key, is_element(key) ? strlen(key) : strcspn(key, "@=!"));
    const char *parent;

    if (is_same_text(facts_get(before, key), facts_get(after, key)))
        return true;
    if (!is_element(key)) {
        if (!facts_get(before, path) || !facts_get(after, path))
            return true; /* goes with its element */
        return facts_get(today, path) &&
               turn_back(arena, before, after, today, key);
    }
    parent = parent_of(arena, path);
    if (!facts_get(before, parent) || !facts_get(after, parent))
        return true; /* goes with that */
    if (!facts_get(today, parent))
        return false;
    return facts_get(before, path) ? put_back(arena, before, today, path)
                                   : take_out(arena, after, today, path);
}

bool model_undo_xml(struct arena *arena, const struct facts *before,
                    const struct facts *after, struct facts *today,
                    const char **conflict)
{
    const struct facts *const sides[] = {before, after};
    struct facts result = {
        arena_alloc(arena, today->count + 1, sizeof(*result.list)),
        today->count};

    memcpy(result.list, today->list, today->count * sizeof(*result.list));
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < sides[side]->count; i++)
            if (!undo_key(arena, before, after, &result,
                          sides[side]->list[i].key)) {
                *conflict = sides[side]->list[i].key;
                return false;
            }
    *today = result;
    return true;
}

/* As turn_back; keys of lines have no parents. */
static bool turn_back_line(struct arena *arena, const struct facts *before,
                           const struct facts *after, struct facts *today,
                           const char *key)
{
    const char *b = facts_get(before, key), *a = facts_get(after, key);
    const char *t = facts_get(today, key);
    size_t at = 0;

    if (is_same_text(t, b))
        return true;
    if (!is_same_text(t, a))
        return false;
    if (b) {
        put(arena, today, key, b);
        return true;
    }
    while (strcmp(today->list[at].key, key) != 0)
        at++;
    today->count--;
    memmove(today->list + at, today->list + at + 1,
            (today->count - at) * sizeof(*today->list));
    return true;
}

bool model_undo_lines(struct arena *arena, const struct facts *before,
                      const struct facts *after, struct facts *today,
                      const char **conflict)
{
    const struct facts *const sides[] = {before, after};
    struct facts result = {0};

    for (size_t i = 0; i < today->count; i++)
        put(arena, &result, today->list[i].key, today->list[i].value);
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < sides[side]->count; i++) {
            const char *key = sides[side]->list[i].key;

            if (is_same_text(facts_get(before, key), facts_get(after, key)) ||
                turn_back_line(arena, before, after, &result, key))
                continue;
            *conflict = key;
            return false;
        }
    *today = result;
    return true;
}
