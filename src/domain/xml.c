/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes bytes, gives a libxml2 tree whose elements know their bytes. The
 * places come from a scan of our own over text that libxml2 found
 * well-formed: without a document type declaration, elements, comments, CDATA
 * and processing instructions are all there is.
 */
#include "domain/xml.h"

#include "base/str.h"
#include "base/text.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The place after `mark`, searched from `at`; the end if it is not there. */
static const char *after(const char *at, const char *mark)
{
    const char *found = strstr(at, mark);

    return found ? found + strlen(mark) : at + strlen(at);
}

/* Skips one comment, CDATA section or instruction; NULL if it is none. */
static const char *skip_other(const char *at)
{
    if (str_starts(at, "<!--"))
        return after(at + 4, "-->");
    if (str_starts(at, "<![CDATA["))
        return after(at + 9, "]]>");
    if (str_starts(at, "<?"))
        return after(at + 2, "?>");
    return NULL;
}

static bool has_doctype(const char *text)
{
    while ((text = strchr(text, '<'))) {
        const char *next = skip_other(text);

        if (!next)
            return str_starts(text, "<!");
        text = next;
    }
    return false;
}

/* The '>' that ends a start tag: quotes may hold others. */
static const char *tag_end(const char *at)
{
    char quote = '\0';

    for (; *at; at++) {
        if (quote && *at == quote)
            quote = '\0';
        else if (quote)
            continue;
        else if (*at == '"' || *at == '\'')
            quote = *at;
        else if (*at == '>')
            return at + 1;
    }
    return at;
}

static xmlNode *first_element(const xmlNode *node)
{
    return xmlFirstElementChild((xmlNode *)node);
}

/* How many start tags a text has; what is no XML yet may have any. */
static size_t count_elements(const char *text)
{
    size_t count = 0;

    while ((text = strchr(text, '<'))) {
        const char *other = skip_other(text);

        count += !other && text[1] != '/';
        text = other ? other : text + 1;
    }
    return count;
}

/*
 * Walks text and tree together: a start tag is the next element in document
 * order. False if they ever disagree.
 */
static bool place_elements(struct xml *xml)
{
    xmlNode *open = NULL, *next = xmlDocGetRootElement(xml->doc);
    const char *at = xml->text;
    struct xml_span *span = xml->spans;

    while ((at = strchr(at, '<'))) {
        const char *other = skip_other(at);
        size_t begin = (size_t)(at - xml->text);

        if (other) {
            at = other;
        } else if (at[1] == '/') {
            struct xml_span *mine = open ? open->_private : NULL;

            at = strchr(at, '>') + 1; /* it is well-formed */
            if (!mine)
                return false;
            mine->end_begin = begin;
            mine->end_end = (size_t)(at - xml->text);
            next = xmlNextElementSibling(open);
            open = open->parent->type == XML_ELEMENT_NODE ? open->parent : NULL;
        } else {
            size_t length = next ? strlen((const char *)next->name) : 0;
            const char *colon;

            if (!next)
                return false;
            colon = next->ns && next->ns->prefix ? strchr(at, ':') : at;
            if (!colon ||
                strncmp(colon + 1, (const char *)next->name, length) != 0)
                return false;
            at = tag_end(at + 1);
            span->start_begin = begin;
            span->start_end = (size_t)(at - xml->text);
            span->end_begin = span->end_end = span->start_end;
            span->is_empty = at[-2] == '/';
            next->_private = span++;
            if (((struct xml_span *)next->_private)->is_empty) {
                next = xmlNextElementSibling(next);
            } else {
                open = next;
                next = first_element(next);
            }
        }
    }
    return !open && !next;
}

static bool is_utf8(const xmlDoc *doc)
{
    const char *encoding = (const char *)doc->encoding;

    return !encoding || strcasecmp(encoding, "UTF-8") == 0 ||
           strcasecmp(encoding, "UTF8") == 0 ||
           strcasecmp(encoding, "US-ASCII") == 0 ||
           strcasecmp(encoding, "ASCII") == 0;
}

static bool parse_error(xmlParserCtxt *parser, struct err *err)
{
    const xmlError *error = xmlCtxtGetLastError(parser);
    char *message CLEANUP(mem_free) = mem_strdup(
        error && error->message ? error->message : _("unknown error"));
    char *printable CLEANUP(mem_free) = str_printable(str_trim(message));

    return err_set(err, ERR_FAILED, "This is not well-formed XML: line %d: %s.",
                   error ? error->line : 0, printable);
}

static void ignore(void *context, const char *format, ...)
{
    (void)context;
    (void)format;
}

void xml_init(void)
{
    xmlInitParser();
    xmlSetGenericErrorFunc(NULL, ignore);
}

struct xml *xml_parse(const char *text, size_t length, struct err *err)
{
    xmlParserCtxt *parser;
    struct xml *xml;
    size_t count;

    if (length > XML_TEXT_MAX) {
        err_set(err, ERR_FAILED,
                "The XML is larger than %d MiB: that is no domain.",
                XML_TEXT_MAX / (1024 * 1024));
        return NULL;
    }
    if (memchr(text, '\0', length)) {
        err_set(err, ERR_FAILED, "This is not XML text in UTF-8.");
        return NULL;
    }
    xml = mem_alloc(1, sizeof(*xml));
    xml->text = mem_alloc(length + 1, 1);
    memcpy(xml->text, text, length);
    xml->length = length;
    if (has_doctype(xml->text)) {
        err_set(err, ERR_FAILED,
                "The XML has a document type declaration. libvirt writes none; "
                "remove it.");
        xml_free(xml);
        return NULL;
    }
    count = count_elements(xml->text);
    if (count > XML_ELEMENTS_MAX) {
        err_set(err, ERR_FAILED,
                "The XML has %zu elements: a domain has no more than %d.",
                count, XML_ELEMENTS_MAX);
        xml_free(xml);
        return NULL;
    }
    parser = xmlNewParserCtxt();
    if (parser)
        xml->doc = xmlCtxtReadMemory(parser, xml->text, (int)length, NULL, NULL,
                                     XML_PARSE_NONET | XML_PARSE_NOERROR |
                                         XML_PARSE_NOWARNING);
    if (!xml->doc) {
        parse_error(parser, err);
    } else if (!is_utf8(xml->doc)) {
        err_set(err, ERR_FAILED, "The XML is not in UTF-8. Convert it first.");
    } else {
        xml->spans = mem_alloc(count, sizeof(*xml->spans));
        if (place_elements(xml)) {
            xmlFreeParserCtxt(parser);
            return xml;
        }
        err_set(err, ERR_FAILED,
                "The elements of this XML cannot be found in its text.");
    }
    xmlFreeParserCtxt(parser);
    xml_free(xml);
    return NULL;
}

void xml_free(struct xml *xml)
{
    if (!xml)
        return;
    xmlFreeDoc(xml->doc);
    free(xml->spans);
    free(xml->text);
    free(xml);
}

xmlNode *xml_root(const struct xml *xml)
{
    return xmlDocGetRootElement(xml->doc);
}

const struct xml_span *xml_span(const xmlNode *node)
{
    return node->_private;
}

static xmlNode *named(xmlNode *node, const char *name)
{
    while (node && (node->ns || strcmp((const char *)node->name, name) != 0))
        node = xmlNextElementSibling(node);
    return node;
}

xmlNode *xml_child(const xmlNode *node, const char *name)
{
    return node ? named(first_element(node), name) : NULL;
}

xmlNode *xml_next(const xmlNode *node)
{
    return named(xmlNextElementSibling((xmlNode *)node),
                 (const char *)node->name);
}

xmlNode *xml_find(const xmlNode *node, const char *path)
{
    char *copy CLEANUP(mem_free) = mem_strdup(path);
    char *rest = NULL;
    xmlNode *found = (xmlNode *)node;

    for (char *name = strtok_r(copy, "/", &rest); name && found;
         name = strtok_r(NULL, "/", &rest))
        found = xml_child(found, name);
    return found;
}

xmlNode *xml_last_element(const xmlNode *node)
{
    return xmlLastElementChild((xmlNode *)node);
}

const char *xml_attribute(struct arena *arena, const xmlNode *node,
                          const char *name)
{
    xmlChar *value =
        node ? xmlGetNoNsProp((xmlNode *)node, (const xmlChar *)name) : NULL;
    char *copy = value ? arena_strdup(arena, (const char *)value) : NULL;

    xmlFree(value);
    return copy;
}

bool xml_has(const xmlNode *node, const char *name, const char *value)
{
    xmlChar *found =
        node ? xmlGetNoNsProp((xmlNode *)node, (const xmlChar *)name) : NULL;
    bool is_same = found && strcmp((const char *)found, value) == 0;

    xmlFree(found);
    return is_same;
}

const char *xml_content(struct arena *arena, const xmlNode *node)
{
    xmlChar *content = node ? xmlNodeGetContent((xmlNode *)node) : NULL;
    char *copy = arena_strdup(arena, content ? (const char *)content : "");

    xmlFree(content);
    return str_trim(copy);
}

bool xml_number(const xmlNode *node, const char *name, unsigned long maximum,
                unsigned long *number)
{
    struct arena *arena = arena_new();
    const char *text =
        name ? xml_attribute(arena, node, name) : xml_content(arena, node);
    bool is_number = text && str_number(text, maximum, number);

    arena_free(arena);
    return is_number;
}

struct value {
    const char *text;
    size_t order;
};

static int compare_values(const void *a, const void *b)
{
    const struct value *x = a, *y = b;
    int difference = strcmp(x->text, y->text);

    if (difference != 0)
        return difference;
    return x->order < y->order ? -1 : x->order > y->order;
}

const char *xml_find_twice(struct arena *arena, const xmlNode *node,
                           const char *name)
{
    struct value *values = NULL, first = {NULL, 0};
    size_t count = 0, capacity = 0;

    for (; node; node = xml_next(node)) {
        const char *text = xml_attribute(arena, node, name);

        if (count == capacity) {
            capacity = 2 * capacity + 8;
            values = mem_realloc(values, capacity, sizeof(*values));
        }
        if (text) {
            values[count] = (struct value){text, count};
            count++;
        }
    }
    if (count > 0)
        qsort(values, count, sizeof(*values), compare_values);
    for (size_t i = 1; i < count; i++)
        if (strcmp(values[i - 1].text, values[i].text) == 0 &&
            (!first.text || values[i - 1].order < first.order))
            first = values[i - 1];
    free(values);
    return first.text;
}
