/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes XML, gives its elements, texts and numbers. Loads nothing. */
#include "host/remote_xml.h"

#include "base/str.h"

#include <errno.h>
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

xmlDoc *remote_parse(const char *text)
{
    return xmlReadMemory(text, (int)strlen(text), NULL, NULL,
                         XML_PARSE_NONET | XML_PARSE_NOERROR |
                             XML_PARSE_NOWARNING);
}

static const xmlNode *find(const xmlNode *node, const char *name)
{
    while (node && (node->type != XML_ELEMENT_NODE ||
                    strcmp((const char *)node->name, name) != 0))
        node = node->next;
    return node;
}

const xmlNode *remote_child(const xmlNode *node, const char *name)
{
    return node ? find(node->children, name) : NULL;
}

const xmlNode *remote_next(const xmlNode *node)
{
    return find(node->next, (const char *)node->name);
}

static char *get(const xmlNode *node, const char *name)
{
    xmlChar *value;
    char *text;

    if (!node)
        return mem_strdup("");
    value = name ? xmlGetNoNsProp((xmlNode *)node, (const xmlChar *)name)
                 : xmlNodeGetContent(node);
    text = str_printable(value ? (const char *)value : "");
    xmlFree(value);
    return text;
}

const char *remote_text(struct arena *arena, const xmlNode *node,
                        const char *name)
{
    char *text CLEANUP(mem_free) = get(node, name);

    return str_trim(arena_strdup(arena, text));
}

bool remote_number(const xmlNode *node, const char *name, unsigned long maximum,
                   unsigned long *number)
{
    char *text CLEANUP(mem_free) = get(node, name);
    char *trimmed = str_trim(text), *end;

    if (!str_starts(trimmed, "0x"))
        return str_number(trimmed, maximum, number);
    errno = 0;
    *number = strtoul(trimmed, &end, 16);
    return errno == 0 && *end == '\0' && end > trimmed + 2 &&
           *number <= maximum;
}

unsigned long remote_size_kib(const xmlNode *node, const char *name)
{
    static const struct {
        const char *unit;
        unsigned long times, by;
    } units[] = {{"", 1, 1},     {"KiB", 1, 1},           {"MiB", 1024, 1},
                 {"B", 1, 1024}, {"GiB", 1024 * 1024, 1}, {"k", 1, 1}};
    char *unit CLEANUP(mem_free) = get(node, "unit");
    unsigned long number;

    for (size_t i = 0; i < ARRAY_SIZE(units); i++)
        if (strcmp(unit, units[i].unit) == 0 &&
            remote_number(node, name, 1UL << 42, &number))
            return number * units[i].times / units[i].by;
    return 0;
}
