/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a parsed text and edits, gives the new text. An edit is a stretch of
 * bytes and what stands there instead; nothing else is ever written.
 */
#include "render/edit.h"

#include "base/str.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct splice {
    size_t begin, end;
    size_t order; /* of two at one place the first made comes first */
    char *text;
};

struct edit {
    const struct xml *xml;
    const char *eol; /* the document's line end */
    struct splice *splices;
    size_t count, capacity;
    const xmlNode **shrunk; /* of which an edit took something away */
    size_t shrunk_count, shrunk_capacity;
};

struct edit *edit_new(const struct xml *xml)
{
    struct edit *edit = mem_alloc(1, sizeof(*edit));

    edit->xml = xml;
    edit->eol = strstr(xml->text, "\r\n") ? "\r\n" : "\n";
    return edit;
}

bool edit_is_empty(const struct edit *edit)
{
    return edit->count == 0;
}

static void add(struct edit *edit, size_t begin, size_t end, struct str *text)
{
    if (edit->count == edit->capacity) {
        edit->capacity = edit->capacity ? 2 * edit->capacity : 32;
        edit->splices =
            mem_realloc(edit->splices, edit->capacity, sizeof(*edit->splices));
    }
    edit->splices[edit->count] =
        (struct splice){begin, end, edit->count, str_steal(text)};
    edit->count++;
}

void edit_add_escaped(struct str *str, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&':
            str_add(str, "&amp;");
            break;
        case '<':
            str_add(str, "&lt;");
            break;
        case '>':
            str_add(str, "&gt;");
            break;
        case '\'':
            str_add(str, "&apos;");
            break;
        case '"':
            str_add(str, "&quot;");
            break;
        default:
            str_add_bytes(str, text, 1);
        }
    }
}

static bool is_blank(const char *at, const char *end)
{
    while (at < end && isspace((unsigned char)*at))
        at++;
    return at == end;
}

/* Notes that an edit takes something out of an element. */
static void note_shrunk(struct edit *edit, const xmlNode *node)
{
    if (edit->shrunk_count > 0 && edit->shrunk[edit->shrunk_count - 1] == node)
        return;
    if (edit->shrunk_count == edit->shrunk_capacity) {
        edit->shrunk_capacity = 2 * edit->shrunk_capacity + 8;
        edit->shrunk =
            mem_realloc(edit->shrunk, edit->shrunk_capacity, sizeof(xmlNode *));
    }
    edit->shrunk[edit->shrunk_count++] = node;
}

/* Finds the value of an attribute in its start tag, without the quotes. */
static bool find_value(const char *text, const struct xml_span *span,
                       const char *name, size_t *begin, size_t *end)
{
    const char *at = text + span->start_begin + 1;
    const char *stop = text + span->start_end;
    size_t length = strlen(name);

    while (at < stop && !isspace((unsigned char)*at))
        at++;
    while (at < stop) {
        const char *word, *word_end, *close;

        while (at < stop && isspace((unsigned char)*at))
            at++;
        word = at;
        while (at < stop && !isspace((unsigned char)*at) && *at != '=')
            at++;
        word_end = at;
        while (at < stop && *at != '"' && *at != '\'')
            at++;
        if (at >= stop)
            return false;
        close = strchr(at + 1, *at);
        if ((size_t)(word_end - word) == length &&
            strncmp(word, name, length) == 0) {
            *begin = (size_t)(at + 1 - text);
            *end = (size_t)(close - text);
            return true;
        }
        at = close + 1;
    }
    return false;
}

/* Where a start tag's '>' or '/>' stands, before the blanks before it. */
static size_t tag_inside_end(const char *text, const struct xml_span *span)
{
    size_t end = span->start_end - (span->is_empty ? 2 : 1);

    while (isspace((unsigned char)text[end - 1]))
        end--;
    return end;
}

void edit_attribute(struct edit *edit, const xmlNode *node, const char *name,
                    const char *value)
{
    const char *text = edit->xml->text;
    const struct xml_span *span = xml_span(node);
    struct str str CLEANUP(str_free) = STR_INIT;
    size_t begin, end;

    if (find_value(text, span, name, &begin, &end)) {
        edit_add_escaped(&str, value);
    } else {
        const char *quote = memchr(text + span->start_begin, '"',
                                   span->start_end - span->start_begin)
                                ? "\""
                                : "'";

        begin = end = tag_inside_end(text, span);
        str_addf(&str, " %s=%s", name, quote);
        edit_add_escaped(&str, value);
        str_add(&str, quote);
    }
    add(edit, begin, end, &str);
}

/* Finds an attribute with the blanks before it and its quotes. */
static bool find_attribute(const char *text, const xmlNode *node,
                           const char *name, size_t *begin, size_t *end)
{
    if (!find_value(text, xml_span(node), name, begin, end))
        return false;
    --*begin; /* the quote, and what is before the '=' */
    while (text[*begin - 1] != '=')
        --*begin;
    --*begin;
    while (isspace((unsigned char)text[*begin - 1]))
        --*begin;
    *begin -= strlen(name);
    while (isspace((unsigned char)text[*begin - 1]))
        --*begin;
    ++*end;
    return true;
}

void edit_remove_attribute(struct edit *edit, const xmlNode *node,
                           const char *name)
{
    struct str nothing = STR_INIT;
    size_t begin, end;

    if (!find_attribute(edit->xml->text, node, name, &begin, &end))
        return;
    add(edit, begin, end, &nothing);
    note_shrunk(edit, node);
}

/* Where an attribute goes: behind the one that it stands behind in `like`. */
static size_t attribute_place(const struct edit *edit, const xmlNode *node,
                              const xmlNode *like, const char *name)
{
    const char *text = edit->xml->text;
    size_t place = xml_span(node)->start_begin + 1, begin, end;

    while (!isspace((unsigned char)text[place]) && !strchr("/>", text[place]))
        place++;
    for (const xmlAttr *at = like->properties; at; at = at->next) {
        if (strcmp((const char *)at->name, name) == 0)
            break;
        if (find_attribute(text, node, (const char *)at->name, &begin, &end))
            place = end;
    }
    return place;
}

void edit_copy_attribute(struct edit *edit, const xmlNode *node,
                         const struct xml *from, const xmlNode *like,
                         const char *name)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    size_t begin, end, at, at_end;

    if (find_value(edit->xml->text, xml_span(node), name, &at, &at_end) &&
        find_value(from->text, xml_span(like), name, &begin, &end)) {
        str_add_bytes(&str, from->text + begin - 1, end + 2 - begin);
        add(edit, at - 1, at_end + 1, &str);
    } else if (find_attribute(from->text, like, name, &begin, &end)) {
        at = attribute_place(edit, node, like, name);
        str_add_bytes(&str, from->text + begin, end - begin);
        add(edit, at, at, &str);
    }
}

static void add_end_tag(struct str *str, const xmlNode *node)
{
    str_add(str, "</");
    if (node->ns && node->ns->prefix)
        str_addf(str, "%s:", (const char *)node->ns->prefix);
    str_addf(str, "%s>", (const char *)node->name);
}

/*
 * The end of what starts at `at` inside an element: a comment, a section, an
 * instruction, a tag, or text up to one of these.
 */
static const char *piece_end(const char *at, const char *end)
{
    static const char *const marks[][2] = {
        {"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}, {"<", ">"}};

    for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
        if (str_starts(at, marks[i][0])) {
            const char *found = strstr(at + strlen(marks[i][0]), marks[i][1]);

            return found && found < end ? found + strlen(marks[i][1]) : end;
        }
    while (at < end && *at != '<')
        at++;
    return at;
}

static bool is_note(const char *at)
{
    return str_starts(at, "<!--") || str_starts(at, "<?");
}

static void add_text(struct str *str, const char *at, const char *text)
{
    bool is_section = str_starts(at, "<![CDATA[") && !strstr(text, "]]>");

    if (is_section)
        str_addf(str, "<![CDATA[%s]]>", text);
    else
        edit_add_escaped(str, text);
}

void edit_content(struct edit *edit, const xmlNode *node, const char *text)
{
    const struct xml_span *span = xml_span(node);
    const char *at = edit->xml->text + span->start_end;
    const char *end = edit->xml->text + span->end_begin;
    struct str str CLEANUP(str_free) = STR_INIT;
    bool is_said = false;

    if (span->is_empty) {
        str_add(&str, ">");
        edit_add_escaped(&str, text);
        add_end_tag(&str, node);
        add(edit, tag_inside_end(edit->xml->text, span), span->start_end, &str);
        return;
    }
    for (const char *next; at < end; at = next) {
        next = piece_end(at, end);
        if (is_note(at)) {
            str_add_bytes(&str, at, (size_t)(next - at));
        } else if (!is_said && !is_blank(at, next)) {
            add_text(&str, at, text);
            is_said = true;
        }
    }
    if (!is_said)
        edit_add_escaped(&str, text);
    add(edit, span->start_end, span->end_begin, &str);
}

void edit_empty(struct edit *edit, const xmlNode *node)
{
    const struct xml_span *span = xml_span(node);
    struct str str CLEANUP(str_free) = STR_INIT;

    if (span->is_empty)
        return;
    str_add(&str, "/>");
    add(edit, tag_inside_end(edit->xml->text, span), span->end_end, &str);
}

/* The blanks between the start of its line and `at`; false if more is there. */
static bool indentation(const char *text, size_t at, struct str *str)
{
    size_t begin = at;

    while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == '\t'))
        begin--;
    if (begin > 0 && text[begin - 1] != '\n')
        return false;
    str_add_bytes(str, text + begin, at - begin);
    return true;
}

/* What one level of indentation is in this document. */
static const char *indentation_unit(const struct xml *xml, struct str *str)
{
    const xmlNode *child = xmlFirstElementChild(xml_root(xml));

    if (child && indentation(xml->text, xml_span(child)->start_begin, str) &&
        str->length > 0)
        return str_text(str);
    return "  ";
}

static void add_markup(struct str *str, const char *markup, const char *eol,
                       const char *indent, const char *unit)
{
    while (*markup) {
        size_t length = strcspn(markup, "\n"), level = 0;

        while (markup[level] == ' ')
            level++;
        str_addf(str, "%s%s", eol, indent);
        for (size_t i = 0; i < level / 2; i++)
            str_add(str, unit);
        str_add_bytes(str, markup + level, length - level);
        markup += length + (markup[length] == '\n');
    }
}

void edit_insert(struct edit *edit, const xmlNode *parent, const xmlNode *after,
                 const char *markup)
{
    const struct xml *xml = edit->xml;
    const struct xml_span *span = xml_span(parent);
    const char *eol = edit->eol;
    const xmlNode *sibling = xmlFirstElementChild((xmlNode *)parent);
    struct str str CLEANUP(str_free) = STR_INIT;
    struct str outer CLEANUP(str_free) = STR_INIT;
    struct str inner CLEANUP(str_free) = STR_INIT;
    struct str own CLEANUP(str_free) = STR_INIT;
    const char *unit = indentation_unit(xml, &own);

    indentation(xml->text, span->start_begin, &outer);
    if (!sibling ||
        !indentation(xml->text, xml_span(sibling)->start_begin, &inner))
        str_addf(&inner, "%s%s", str_text(&outer), unit);
    if (span->is_empty) {
        str_add(&str, ">");
        add_markup(&str, markup, eol, str_text(&inner), unit);
        str_addf(&str, "%s%s", eol, str_text(&outer));
        add_end_tag(&str, parent);
        add(edit, tag_inside_end(xml->text, span), span->start_end, &str);
        return;
    }
    add_markup(&str, markup, eol, str_text(&inner), unit);
    if (!sibling && !memchr(xml->text + span->start_end, '\n',
                            span->end_begin - span->start_end))
        str_addf(&str, "%s%s", eol, str_text(&outer));
    if (after)
        add(edit, xml_span(after)->end_end, xml_span(after)->end_end, &str);
    else
        add(edit, span->start_end, span->start_end, &str);
}

/* The comments that are in an element, each after the blanks before that. */
static void add_comments(struct str *str, const char *text,
                         const struct xml_span *span, const char *before)
{
    const char *at = text + span->start_end, *end = text + span->end_begin;

    for (const char *next; at < end; at = next) {
        next = piece_end(at, end);
        if (!str_starts(at, "<!--"))
            continue;
        str_add(str, before);
        str_add_bytes(str, at, (size_t)(next - at));
    }
}

void edit_remove(struct edit *edit, const xmlNode *node)
{
    const char *text = edit->xml->text;
    const struct xml_span *span = xml_span(node);
    struct str blanks CLEANUP(str_free) = STR_INIT;
    struct str comments CLEANUP(str_free) = STR_INIT;
    size_t begin = span->start_begin;

    while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == '\t'))
        begin--;
    if (begin > 0 && text[begin - 1] == '\n') {
        begin--;
        if (begin > 0 && text[begin - 1] == '\r')
            begin--;
    }
    str_add_bytes(&blanks, text + begin, span->start_begin - begin);
    add_comments(&comments, text, span, str_text(&blanks));
    add(edit, begin, span->end_end, &comments);
    if (node->parent && node->parent->type == XML_ELEMENT_NODE)
        note_shrunk(edit, node->parent);
}

static int compare(const void *a, const void *b)
{
    const struct splice *x = a, *y = b;

    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    if ((x->begin == x->end) != (y->begin == y->end))
        return x->begin == x->end ? -1 : 1; /* before what is replaced */
    return x->order < y->order ? -1 : x->order > y->order;
}

static void sort(struct edit *edit)
{
    if (edit->count > 0)
        qsort(edit->splices, edit->count, sizeof(*edit->splices), compare);
}

/* The first of the sorted edits that begins at `place` or after it. */
static size_t find_splice(const struct edit *edit, size_t place)
{
    size_t low = 0, high = edit->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (edit->splices[middle].begin < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Appends what the sorted edits make of a stretch of the text. */
static void add_edited(const struct edit *edit, size_t at, size_t end,
                       struct str *str)
{
    const char *text = edit->xml->text;

    for (size_t i = find_splice(edit, at); i < edit->count; i++) {
        const struct splice *splice = &edit->splices[i];

        if (splice->begin >= end)
            break;
        if (splice->begin < at)
            continue; /* it is inside of what was replaced or removed */
        str_add_bytes(str, text + at, splice->begin - at);
        str_add(str, splice->text);
        at = splice->end;
    }
    if (at < end)
        str_add_bytes(str, text + at, end - at);
}

enum rest { REST_SOME, REST_TAG, REST_NOTHING };

/* What the sorted edits leave of an element. */
static enum rest rest_of(const struct edit *edit, const xmlNode *node)
{
    const struct xml_span *span = xml_span(node);
    struct str content CLEANUP(str_free) = STR_INIT;
    struct str tag CLEANUP(str_free) = STR_INIT;
    const char *at, *end;

    add_edited(edit, span->start_end, span->end_begin, &content);
    at = str_text(&content);
    if (!is_blank(at, at + content.length))
        return REST_SOME;
    add_edited(edit, span->start_begin, span->start_end, &tag);
    at = str_text(&tag) + 1;
    end = str_text(&tag) + tag.length - (span->is_empty ? 2 : 1);
    while (at < end && !isspace((unsigned char)*at))
        at++;
    return is_blank(at, end) ? REST_NOTHING : REST_TAG;
}

/* libvirt writes <domain> and <devices> always. */
static bool is_always_there(const xmlNode *node)
{
    const xmlNode *root = xmlDocGetRootElement(node->doc);

    return node == root || (node->parent == root &&
                            strcmp((const char *)node->name, "devices") == 0);
}

void edit_prune(struct edit *edit)
{
    for (size_t begin = 0, end; begin < edit->shrunk_count; begin = end) {
        enum rest *rests;

        end = edit->shrunk_count;
        rests = mem_alloc(end - begin, sizeof(*rests));
        sort(edit);
        for (size_t i = begin; i < end; i++)
            rests[i - begin] = is_always_there(edit->shrunk[i])
                                   ? REST_SOME
                                   : rest_of(edit, edit->shrunk[i]);
        for (size_t i = begin; i < end; i++)
            if (rests[i - begin] == REST_NOTHING)
                edit_remove(edit, edit->shrunk[i]);
            else if (rests[i - begin] == REST_TAG)
                edit_empty(edit, edit->shrunk[i]);
        free(rests);
    }
}

char *edit_finish(struct edit *edit, size_t *length)
{
    struct str str = STR_INIT;

    sort(edit);
    add_edited(edit, 0, edit->xml->length, &str);
    for (size_t i = 0; i < edit->count; i++)
        free(edit->splices[i].text);
    free(edit->splices);
    free(edit->shrunk);
    free(edit);
    *length = str.length;
    return str_steal(&str);
}
