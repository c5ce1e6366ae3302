/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries to break the promise of the edits: only the bytes meant are changed,
 * and what comes out is well-formed.
 */
#include "support.h"

#include "render/edit.h"

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

/* Ends the edit and compares; the result has to be well-formed. */
static void check(struct xml *xml, struct edit *edit, const char *wanted)
{
    size_t length = 0;
    char *text CLEANUP(mem_free) = edit_finish(edit, &length);

    assert_int_equal(length, strlen(text));
    assert_string_equal(text, wanted);
    xml_free(parse(text));
    xml_free(xml);
}

static void test_attribute(void **unused)
{
    static const struct {
        const char *before, *value, *after;
    } cases[] = {
        {"<a/>", "1", "<a v='1'/>"},
        {"<a></a>", "1", "<a v='1'></a>"},
        {"<a />", "1", "<a v='1' />"},
        {"<a v='0'/>", "1", "<a v='1'/>"},
        {"<a v=\"0\"/>", "1", "<a v=\"1\"/>"},
        {"<a b=\"0\"/>", "1", "<a b=\"0\" v=\"1\"/>"},
        {"<a b='v=\"2\"'/>", "1", "<a b='v=\"2\"' v=\"1\"/>"},
        {"<a vv='0' v  =\n '0' w='0'/>", "1", "<a vv='0' v  =\n '1' w='0'/>"},
        {"<a b=' v=' v='0'>v='3'</a>", "1", "<a b=' v=' v='1'>v='3'</a>"},
        {"<a v='0'/>", "<&>'\"", "<a v='&lt;&amp;&gt;&apos;&quot;'/>"},
        {"<a v=''/>", "x", "<a v='x'/>"},
        {"<a\r\n\tb='1'\r\n/>", "1", "<a\r\n\tb='1' v='1'\r\n/>"},
        {"<x:a xmlns:x='u' x:v='0'/>", "1", "<x:a xmlns:x='u' x:v='0' v='1'/>"},
        {"<a b='>'>t</a>", "1", "<a b='>' v='1'>t</a>"},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct xml *xml = parse(cases[i].before);
        struct edit *edit = edit_new(xml);

        edit_attribute(edit, xml_root(xml), "v", cases[i].value);
        check(xml, edit, cases[i].after);
    }
}

static void test_content(void **unused)
{
    static const struct {
        const char *before, *after;
    } cases[] = {
        {"<a>1</a>", "<a>&lt;2</a>"},
        {"<a/>", "<a>&lt;2</a>"},
        {"<a b='c' />", "<a b='c'>&lt;2</a>"},
        {"<a></a>", "<a>&lt;2</a>"},
        {"<a>\n1\n</a >", "<a>&lt;2</a >"},
        {"<x:a xmlns:x='u'/>", "<x:a xmlns:x='u'>&lt;2</x:a>"},
        {"<a>1<!-- n --></a>", "<a>&lt;2<!-- n --></a>"},
        {"<a> <!-- n\n-->1<?p i?>1</a>", "<a><!-- n\n-->&lt;2<?p i?></a>"},
        {"<a><![CDATA[1]]><!--n--></a>", "<a><![CDATA[<2]]><!--n--></a>"},
        {"<a><!-- <![CDATA[0]]> --> 1</a>",
         "<a><!-- <![CDATA[0]]> -->&lt;2</a>"},
        {"<a><!-- only --></a>", "<a><!-- only -->&lt;2</a>"},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct xml *xml = parse(cases[i].before);
        struct edit *edit = edit_new(xml);

        edit_content(edit, xml_root(xml), "<2");
        check(xml, edit, cases[i].after);
    }
}

static void test_insert(void **unused)
{
    static const struct {
        const char *before, *after;
    } cases[] = {
        {"<d>\n  <p/>\n</d>",
         "<d>\n  <p>\n    <i>\n      <j/>\n    </i>\n  </p>\n</d>"},
        {"<d>\n  <p></p>\n</d>",
         "<d>\n  <p>\n    <i>\n      <j/>\n    </i>\n  </p>\n</d>"},
        {"<d>\n  <p>\n  </p>\n</d>",
         "<d>\n  <p>\n    <i>\n      <j/>\n    </i>\n  </p>\n</d>"},
        {"<d>\n  <p>\n    <k/>\n  </p>\n</d>",
         "<d>\n  <p>\n    <k/>\n    <i>\n      <j/>\n    </i>\n  </p>\n</d>"},
        {"<d>\r\n\t<p a=\"b\" />\r\n</d>",
         "<d>\r\n\t<p a=\"b\">\r\n\t\t<i>\r\n\t\t\t<j/>\r\n\t\t</i>\r\n\t</p>"
         "\r\n</d>"},
        {"<d>\n    <p>\n        <k/>\n    </p>\n</d>",
         "<d>\n    <p>\n        <k/>\n        <i>\n            <j/>\n"
         "        </i>\n    </p>\n</d>"},
        {"<d>\n  <p>\n    <!-- c -->\n  </p>\n</d>",
         "<d>\n  <p>\n    <i>\n      <j/>\n    </i>\n    <!-- c -->\n  </p>\n"
         "</d>"},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct xml *xml = parse(cases[i].before);
        struct edit *edit = edit_new(xml);
        const xmlNode *parent = xml_child(xml_root(xml), "p");

        edit_insert(edit, parent, xml_last_element(parent),
                    "<i>\n  <j/>\n</i>");
        check(xml, edit, cases[i].after);
    }
}

/* Everything on one line: looks do not matter, being well-formed does. */
static void test_insert_one_line(void **unused)
{
    static const char *const texts[] = {
        "<d><p/></d>",
        "<d><p></p></d>",
        "<d><p><k/></p></d>",
        "<d><p>t</p></d>",
        "<p:d xmlns:p='u'><p/></p:d>",
        "<d> <p/> </d>",
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct xml *xml = parse(texts[i]), *again;
        struct edit *edit = edit_new(xml);
        size_t length;
        char *text;

        edit_insert(edit, xml_child(xml_root(xml), "p"), NULL, "<i/>");
        text = edit_finish(edit, &length);
        again = parse(text);
        assert_non_null(xml_find(xml_root(again), "p/i"));
        xml_free(again);
        free(text);
        xml_free(xml);
    }
}

static void test_remove(void **unused)
{
    static const struct {
        const char *before, *after;
    } cases[] = {
        {"<d>\n  <p/>\n</d>", "<d>\n</d>"},
        {"<d>\r\n  <p>t</p>\r\n</d>", "<d>\r\n</d>"},
        {"<d><p/></d>", "<d></d>"},
        {"<d><a/><p/><b/></d>", "<d><a/><b/></d>"},
        {"<d>\n\t<a/>\n\t<p>\n\t\t<q/>\n\t</p>\n\t<b/>\n</d>",
         "<d>\n\t<a/>\n\t<b/>\n</d>"},
        {"<d>\n  <a/> <p/>\n</d>", "<d>\n  <a/>\n</d>"},
        {"<d>\n  <p>t<!-- n --></p>\n</d>", "<d>\n  <!-- n -->\n</d>"},
        {"<d>\n  <p>\n    <q a='>'><!-- n --></q><!--m-->\n  </p>\n</d>",
         "<d>\n  <!-- n -->\n  <!--m-->\n</d>"},
        {"<d><p><![CDATA[<!-- no -->]]></p></d>", "<d></d>"},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct xml *xml = parse(cases[i].before);
        struct edit *edit = edit_new(xml);

        edit_remove(edit, xml_child(xml_root(xml), "p"));
        check(xml, edit, cases[i].after);
    }
}

/* Takes <p> and the attribute v of <q> away, then what that left empty. */
static void test_prune(void **unused)
{
    static const struct {
        const char *before, *after;
    } cases[] = {
        {"<d>\n  <m>\n    <p/>\n  </m>\n  <n/>\n</d>", "<d>\n  <n/>\n</d>"},
        {"<d>\n  <l>\n    <m>\n      <p/>\n    </m>\n  </l>\n</d>",
         "<d>\n</d>"},
        {"<d>\n  <m v='1'>\n    <p/>\n  </m>\n</d>", "<d>\n  <m v='1'/>\n</d>"},
        {"<d><m><p/><!-- n --></m></d>", "<d><m><!-- n --></m></d>"},
        {"<d><m><p><!-- n --></p></m></d>", "<d><m><!-- n --></m></d>"},
        {"<d><m><p/>text</m></d>", "<d><m>text</m></d>"},
        {"<d><m><p/><x:y xmlns:x='u'/></m></d>",
         "<d><m><x:y xmlns:x='u'/></m></d>"},
        {"<d><m><p/></m><m><k/></m></d>", "<d><m><k/></m></d>"},
        {"<d><m><q v = '1' /></m></d>", "<d></d>"},
        {"<d><m><q v='1'></q></m></d>", "<d></d>"},
        {"<d><m><q w='/' v='1'/></m></d>", "<d><m><q w='/'/></m></d>"},
        {"<d><m><q xmlns='' v='1'/></m></d>", "<d><m><q xmlns=''/></m></d>"},
        {"<d><devices><p/></devices></d>", "<d><devices></devices></d>"},
        {"<d><m/><n></n></d>", "<d><m/><n></n></d>"},
        {"<d><p/></d>", "<d></d>"},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        static const char *const paths[] = {"p", "m/p", "l/m/p", "devices/p"};
        struct xml *xml = parse(cases[i].before);
        struct edit *edit = edit_new(xml);
        const xmlNode *q = xml_find(xml_root(xml), "m/q");

        for (size_t j = 0; j < ARRAY_SIZE(paths); j++)
            if (xml_find(xml_root(xml), paths[j]))
                edit_remove(edit, xml_find(xml_root(xml), paths[j]));
        if (q)
            edit_remove_attribute(edit, q, "v");
        edit_prune(edit);
        check(xml, edit, cases[i].after);
    }
}

/* What is added where all went away is not taken for nothing. */
static void test_prune_filled(void **unused)
{
    struct xml *xml = parse("<d>\n  <m>\n    <p/>\n  </m>\n  <q v='1'/>\n</d>");
    struct edit *edit = edit_new(xml);
    const xmlNode *m = xml_child(xml_root(xml), "m");
    const xmlNode *q = xml_child(xml_root(xml), "q");

    (void)unused;
    edit_remove(edit, xml_child(m, "p"));
    edit_insert(edit, m, NULL, "<k/>");
    edit_remove_attribute(edit, q, "v");
    edit_attribute(edit, q, "w", "2");
    edit_prune(edit);
    check(xml, edit, "<d>\n  <m>\n    <k/>\n  </m>\n  <q w='2'/>\n</d>");
}

static void test_several(void **unused)
{
    struct xml *xml = parse("<d>\n  <a v='1'/>\n  <b/>\n  <c>1</c>\n</d>\n");
    const xmlNode *root = xml_root(xml);
    struct edit *edit = edit_new(xml);

    (void)unused;
    assert_true(edit_is_empty(edit));
    edit_insert(edit, root, xml_child(root, "c"), "<e/>\n<f/>");
    edit_content(edit, xml_child(root, "c"), "2");
    edit_attribute(edit, xml_child(root, "c"), "w", "3");
    edit_remove(edit, xml_child(root, "b"));
    edit_attribute(edit, xml_child(root, "a"), "v", "2");
    edit_attribute(edit, xml_child(root, "a"), "w", "4");
    assert_false(edit_is_empty(edit));
    check(xml, edit,
          "<d>\n  <a v='2' w='4'/>\n  <c w='3'>2</c>\n  <e/>\n  <f/>\n</d>\n");
}

/* Edits that begin at one place, in every order. */
static void test_same_place(void **unused)
{
    struct xml *xml = parse("<d>\n  <p a='1'/>\n</d>");
    const xmlNode *p = xml_child(xml_root(xml), "p");
    struct edit *edit = edit_new(xml);

    (void)unused;
    edit_insert(edit, p, NULL, "<i/>");
    edit_attribute(edit, p, "v", "2");
    check(xml, edit, "<d>\n  <p a='1' v='2'>\n    <i/>\n  </p>\n</d>");
    xml = parse("<d>\n  <p/>\n  <q/>\n</d>");
    edit = edit_new(xml);
    edit_remove(edit, xml_child(xml_root(xml), "p"));
    edit_insert(edit, xml_root(xml), NULL, "<i/>");
    check(xml, edit, "<d>\n  <i/>\n  <q/>\n</d>");
}

/* A removed element takes the edits inside it with it. */
static void test_overlap(void **unused)
{
    struct xml *xml = parse("<d>\n  <p>\n    <q v='1'/>\n  </p>\n</d>");
    const xmlNode *p = xml_child(xml_root(xml), "p");
    struct edit *edit = edit_new(xml);

    (void)unused;
    edit_attribute(edit, xml_child(p, "q"), "v", "2");
    edit_remove(edit, p);
    check(xml, edit, "<d>\n</d>");
}

/* Insert and remove again: the former bytes, if there was a child. */
static void test_back(void **unused)
{
    static const char *const texts[] = {
        "<d>\n  <p>\n    <k/>\n  </p>\n</d>\n",
        "<d>\r\n\t<p>\r\n\t\t<k/>\r\n\t</p>\r\n</d>",
        "<d><p><k/></p></d>",
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct xml *xml = parse(texts[i]);
        struct edit *edit = edit_new(xml);
        const xmlNode *p = xml_child(xml_root(xml), "p");
        size_t length;
        char *text;

        edit_insert(edit, p, xml_child(p, "k"), "<i>\n  <j/>\n</i>");
        text = edit_finish(edit, &length);
        xml_free(xml);
        xml = parse(text);
        edit = edit_new(xml);
        edit_remove(edit, xml_find(xml_root(xml), "p/i"));
        check(xml, edit, texts[i]);
        free(text);
    }
}

static void add_random(struct str *str, unsigned depth)
{
    static const char *const fillers[] = {"", "\n  ", "\r\n\t", "<!-- < -->",
                                          "<![CDATA[<x>]]>"};
    static const char *const attributes[] = {"", " u='1'", " v=\"2\"",
                                             "\nv = '>' u='3'"};
    char name = (char)('a' + random_below(4));

    str_addf(str, "<%c%s", name,
             attributes[random_below(ARRAY_SIZE(attributes))]);
    if (random_below(3) == 0) {
        str_add(str, random_below(2) ? "/>" : " />");
        return;
    }
    str_add(str, ">");
    for (unsigned i = random_below(5); i > 0 && depth < 5; i--) {
        str_add(str, fillers[random_below(ARRAY_SIZE(fillers))]);
        add_random(str, depth + 1);
    }
    str_add(str, fillers[random_below(ARRAY_SIZE(fillers))]);
    str_addf(str, "</%c>", name);
}

/* One random edit of one element; the bytes outside it must survive. */
static void edit_one(struct edit *edit, const xmlNode *node)
{
    switch (random_below(4)) {
    case 0:
        edit_attribute(edit, node, "v", "n<w");
        break;
    case 1:
        edit_content(edit, node, "con&ent");
        break;
    case 2:
        edit_insert(edit, node, NULL, "<z>\n  <y/>\n</z>");
        break;
    default:
        edit_insert(edit, node, xml_last_element(node), "<z/>");
    }
}

static void test_random(void **unused)
{
    (void)unused;
    random_seed(9);
    for (unsigned i = 0; i < 1500; i++) {
        struct str str CLEANUP(str_free) = STR_INIT;
        struct xml *xml;
        xmlNode *node;
        struct edit *edit;
        const struct xml_span *span;
        size_t length = 0;
        char *text;

        add_random(&str, 0);
        xml = parse(str_text(&str));
        node = xml_root(xml);
        while (xmlFirstElementChild(node) && random_below(4))
            node = random_below(2) ? xmlFirstElementChild(node)
                                   : xmlLastElementChild(node);
        edit = edit_new(xml);
        edit_one(edit, node);
        text = edit_finish(edit, &length);
        span = xml_span(node);
        xml_free(parse(text));
        assert_memory_equal(text, xml->text, span->start_begin);
        assert_string_equal(text + length - (xml->length - span->end_end),
                            xml->text + span->end_end);
        free(text);
        xml_free(xml);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attribute),
        cmocka_unit_test(test_content),
        cmocka_unit_test(test_insert),
        cmocka_unit_test(test_insert_one_line),
        cmocka_unit_test(test_remove),
        cmocka_unit_test(test_prune),
        cmocka_unit_test(test_prune_filled),
        cmocka_unit_test(test_several),
        cmocka_unit_test(test_back),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_same_place),
        cmocka_unit_test(test_overlap),
    };

    xml_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
