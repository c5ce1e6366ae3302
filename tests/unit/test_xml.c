/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries to break the parser's promises: what it refuses, and that every
 * element's place in the text is right, however the text is written.
 */
#include "support.h"

#include "domain/xml.h"

#include <stdlib.h>
#include <string.h>

static struct xml *parse(const char *text)
{
    struct err err = {0};
    struct xml *xml = xml_parse(text, strlen(text), &err);

    if (!xml)
        print_error("%s\n%s\n", err.text, text);
    assert_non_null(xml);
    return xml;
}

static void refused(const char *text, size_t length)
{
    struct err err = {0};

    assert_with(!xml_parse(text, length, &err), text);
    assert_int_equal(err.code, ERR_FAILED);
    assert_true(strlen(err.text) > 10);
    assert_null(xml_parse(text, length, NULL));
}

static void test_refusals(void **unused)
{
    static const char *const texts[] = {
        "",
        " ",
        "text",
        "<a",
        "<a>",
        "</a>",
        "<a></b>",
        "<a><b></a></b>",
        "<a/><b/>",
        "<a b='1' b='2'/>",
        "<a b=1/>",
        "<a b='<'/>",
        "<a>&b;</a>",
        "<a>&#0;</a>",
        "<a>\x01</a>",
        "<a>\xff</a>",
        "<a>\xc0\xaf</a>",
        "<a>\xed\xa0\x80</a>",
        "<a><!-- -- --></a>",
        "<a>]]></a>",
        "<!DOCTYPE a><a/>",
        "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "<!-- <a> --><!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
        ("<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>"
         "<!ENTITY c '&b;&b;&b;&b;'>]><l>&c;</l>"),
        "<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe4</a>",
        "<?xml version='1.0' encoding='UTF-16'?><a/>",
        "<?xml version='1.0' encoding='nonsense'?><a/>",
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        refused(texts[i], strlen(texts[i]));
    refused("<a>\0</a>", 8);
    refused("<a/>\0", 5);
    refused("\xff\xfe<\0a\0/\0>\0", 10);
    refused("\xfe\xff\0<\0a\0/\0>", 10);
}

static void test_size(void **unused)
{
    size_t length = XML_TEXT_MAX + 1;
    char *text = mem_alloc(length, 1);

    (void)unused;
    memset(text, ' ', length);
    memcpy(text, "<a>", 3);
    memcpy(text + length - 4, "</a>", 4);
    refused(text, length);
    free(text);
}

/* No domain has so many; what comes after would take its time. */
static void test_count(void **unused)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    struct err err = {0};
    struct xml *xml;

    (void)unused;
    str_add(&str, "<a><!-- <b/> --><![CDATA[<b/>]]>");
    for (int i = 1; i < XML_ELEMENTS_MAX; i++)
        str_add(&str, i % 2 ? "<b></b>" : "<b/>");
    str_add(&str, "</a>");
    xml = xml_parse(str_text(&str), str.length, &err);
    assert_non_null(xml);
    xml_free(xml);
    str.length -= strlen("</a>");
    str_add(&str, "<b/></a>");
    refused(str_text(&str), str.length);
}

/* The first value that comes again, wherever that is. */
static void test_twice(void **unused)
{
    static const struct {
        const char *text, *value;
    } cases[] = {
        {"<a><b n='1'/><b n='2'/><c n='1'/><b/><b/></a>", NULL},
        {"<a><b n='3'/><b n='1'/><b n='2'/><b n='1'/><b n='3'/></a>", "3"},
        {"<a><b n='2'/><b n='1'/><b n='1'/><b n='1'/></a>", "1"},
        {"<a/>", NULL},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct xml *xml = xml_parse(cases[i].text, strlen(cases[i].text), NULL);
        struct arena *arena = arena_new();
        const char *value =
            xml_find_twice(arena, xml_child(xml_root(xml), "b"), "n");

        if (cases[i].value)
            assert_string_equal(value, cases[i].value);
        else
            assert_null(value);
        arena_free(arena);
        xml_free(xml);
    }
}

static void test_encoding(void **unused)
{
    static const char *const names[] = {"UTF-8", "utf-8", "utf8", "UTF8",
                                        "US-ASCII"};

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        struct str str CLEANUP(str_free) = STR_INIT;
        struct xml *xml;

        str_addf(&str, "<?xml version='1.0' encoding='%s'?><a/>", names[i]);
        xml = xml_parse(str_text(&str), str.length, NULL);
        assert_non_null(xml);
        xml_free(xml);
    }
}

/* An element's name as it is written in a start tag. */
static size_t name_length(const char *at)
{
    return strcspn(at, " \t\r\n/>");
}

/* Every element's place fits its text; gives how many there are. */
static unsigned check_places(const struct xml *xml, const xmlNode *node,
                             size_t from, size_t to)
{
    const struct xml_span *span = xml_span(node);
    const char *text = xml->text;
    const char *name = text + span->start_begin + 1;
    const char *colon = memchr(name, ':', name_length(name));
    const char *local = colon && node->ns ? colon + 1 : name;
    size_t at = span->start_end;
    unsigned count = 1;

    assert_true(span->start_begin >= from && span->end_end <= to);
    assert_int_equal(text[span->start_begin], '<');
    assert_int_equal(text[span->start_end - 1], '>');
    assert_int_equal(name_length(local), strlen((const char *)node->name));
    assert_memory_equal(local, node->name, strlen((const char *)node->name));
    assert_int_equal(span->is_empty, text[span->start_end - 2] == '/');
    if (span->is_empty) {
        assert_int_equal(span->end_begin, span->start_end);
        assert_int_equal(span->end_end, span->start_end);
        assert_null(node->children);
        return 1;
    }
    assert_memory_equal(text + span->end_begin, "</", 2);
    assert_memory_equal(text + span->end_begin + 2, name, name_length(name));
    assert_int_equal(text[span->end_end - 1], '>');
    for (const xmlNode *child = node->children; child; child = child->next)
        if (child->type == XML_ELEMENT_NODE) {
            count += check_places(xml, child, at, span->end_begin);
            at = xml_span(child)->end_end;
        }
    return count;
}

static void test_places(void **unused)
{
    static const struct {
        const char *text;
        unsigned count;
    } cases[] = {
        {"<a/>", 1},
        {"<a></a>", 1},
        {"<a  \t\r\n />", 1},
        {"<a ></a\n >", 1},
        {"<a><b/><b/></a>", 3},
        {"<a><b></b><c/></a>", 3},
        {"<a><!-- <b> --><b/><!-- </a> --></a>", 2},
        {"<a><![CDATA[<b></a>]]><b/></a>", 2},
        {"<a><![CDATA[ ]] > <!-- ]]><b/></a>", 2},
        {"<a b='>' c=\"/>\" d='</a>' />", 0},
        {"<a b='/>' c=\"'>'\"><b d='\">'/></a>", 2},
        {"<a b='/'></a>", 1},
        {"<a b='x/' >t</a>", 1},
        {"<?xml version='1.0' encoding='utf-8'?>\n<a/>\n", 1},
        {"<?p <a> ?><a><?q </a> ?><b/></a><?r?><!-- <c/> -->", 2},
        {"\xef\xbb\xbf<a>\n\t<b/>\n</a>", 2},
        {"<a>\r\n  <b>\r\n  </b>\r\n</a>\r\n", 2},
        {"<x:a xmlns:x='u'><x:b/><b/></x:a>", 3},
        {"<a xmlns='u'><b/><y:b xmlns:y='v'/></a>", 3},
        {"<u:a><u:b c='1'/></u:a>", 2},
        {"<a b='&lt;c&gt;'>&lt;d/&gt;&#60;e&#62;<f/></a>", 2},
        {"<a\nb='1'\n>\n<c\n/></a\n>", 2},
        {"<a>\xe2\x82\xac<\xc3\xa4 \xc3\xb6='\xc3\xbc'/></a>", 2},
        {"<a.b-c_1><a.b-c_1.d/></a.b-c_1>", 2},
        {"<a>text<b>more</b>tail<c/>end</a>", 3},
        {"<vcpu><vcpus/><vcp/></vcpu>", 3},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct xml *xml;

        if (cases[i].count == 0) { /* '<' has no place in an attribute */
            refused(cases[i].text, strlen(cases[i].text));
            continue;
        }
        xml = parse(cases[i].text);
        assert_string_equal(xml->text, cases[i].text);
        assert_int_equal(check_places(xml, xml_root(xml), 0, xml->length),
                         cases[i].count);
        xml_free(xml);
    }
}

/* Blanks, text or something that must be skipped. */
static void add_filler(struct str *str)
{
    static const char *const fillers[] = {
        "",
        "",
        "\n",
        "\r\n  ",
        "\t",
        "text",
        "<!-- <a b='\"> -->",
        "<![CDATA[</a><b>]]>",
        "<?pi <a/> ?>",
        "&amp;&lt;",
        "'\"",
        "/>",
    };

    str_add(str, fillers[random_below(ARRAY_SIZE(fillers))]);
}

/* One element and what is in it; gives how many elements. */
static unsigned add_random(struct str *str, unsigned depth)
{
    static const char *const names[] = {"a", "ab", "a.b", "n:a", "n:ab", "_"};
    static const char *const attributes[] = {
        "",         "", " b='>'", " c=\"/>\"", "\nd = '\"'", "\te\t=\n\"'\" ",
        " n:f='/'",
    };
    const char *name = names[random_below(ARRAY_SIZE(names))];
    unsigned count = 1;

    str_addf(str, "<%s%s%s", name, depth == 0 ? " xmlns:n='urn:n'" : "",
             attributes[random_below(ARRAY_SIZE(attributes))]);
    if (random_below(3) == 0 && depth > 0) {
        str_add(str, random_below(2) ? "/>" : " \n/>");
        return 1;
    }
    str_add(str, random_below(4) ? ">" : " >");
    add_filler(str);
    for (unsigned i = random_below(4); i > 0 && depth < 6; i--) {
        count += add_random(str, depth + 1);
        add_filler(str);
    }
    str_addf(str, "</%s%s>", name, random_below(4) ? "" : "\n");
    return count;
}

static void test_random_places(void **unused)
{
    (void)unused;
    random_seed(7);
    for (unsigned i = 0; i < 1000; i++) {
        struct str str CLEANUP(str_free) = STR_INIT;
        unsigned count = add_random(&str, 0);
        struct xml *xml = parse(str_text(&str));

        assert_int_equal(check_places(xml, xml_root(xml), 0, xml->length),
                         count);
        xml_free(xml);
    }
}

/* No cut and no changed byte may do harm; what is taken has right places. */
static void test_damaged(void **unused)
{
    (void)unused;
    random_seed(8);
    for (unsigned i = 0; i < 2000; i++) {
        struct str str CLEANUP(str_free) = STR_INIT;
        struct xml *xml;
        char *text;

        add_random(&str, 0);
        text = str.text;
        if (i % 2)
            text[random_below((unsigned)str.length)] = '\0';
        else
            text[random_below((unsigned)str.length)] =
                "<>/'\"&;:!-? a"[random_below(14)];
        xml = xml_parse(text, strlen(text), NULL);
        if (xml)
            check_places(xml, xml_root(xml), 0, xml->length);
        xml_free(xml);
    }
}

static void test_lookup(void **unused)
{
    struct xml *xml = parse(
        "<d xmlns:x='u'><x:a v='x'/><a/><a v='1' x:v='2'>"
        " 17 </a><b><c>-1</c><c>99</c></b></d>");
    const xmlNode *root = xml_root(xml), *a = xml_child(root, "a");
    struct arena *arena = arena_new();
    unsigned long number = 5;

    (void)unused;
    assert_non_null(a);
    assert_null(xml_attribute(arena, a, "v"));
    a = xml_next(a);
    assert_string_equal(xml_attribute(arena, a, "v"), "1");
    assert_string_equal(xml_content(arena, a), "17");
    assert_true(xml_has(a, "v", "1"));
    assert_false(xml_has(a, "v", "2"));
    assert_false(xml_has(NULL, "v", "2"));
    assert_true(xml_number(a, NULL, 17, &number));
    assert_int_equal(number, 17);
    assert_false(xml_number(a, NULL, 16, &number));
    assert_false(xml_number(xml_find(root, "b/c"), NULL, 100, &number));
    assert_int_equal(number, 17);
    assert_null(xml_next(a));
    assert_null(xml_find(root, "b/x/y"));
    assert_null(xml_child(NULL, "a"));
    assert_string_equal(xml_content(arena, NULL), "");
    assert_ptr_equal(xml_last_element(root), xml_child(root, "b"));
    arena_free(arena);
    xml_free(xml);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),      cmocka_unit_test(test_size),
        cmocka_unit_test(test_count),         cmocka_unit_test(test_twice),
        cmocka_unit_test(test_encoding),      cmocka_unit_test(test_places),
        cmocka_unit_test(test_random_places), cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_lookup),
    };

    xml_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
