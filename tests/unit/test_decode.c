/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes to keys: whatever comes, no other key is lost, and none is made up. */
#include "support.h"

#include "ui/decode.h"
#include "ui/key.h"

#include <locale.h>
#include <string.h>

enum { PAUSE = -2 }; /* nothing comes for longer than anybody waits */

static const int *input;
static int longest_wait;

static int read_input(int patience_ms)
{
    if (patience_ms > longest_wait)
        longest_wait = patience_ms;
    if (*input == DECODE_NONE)
        return DECODE_NONE;
    if (*input != PAUSE)
        return *input++;
    input++;
    return DECODE_NONE;
}

/* `codes` end with DECODE_NONE; so do the keys that are to come of them. */
static void check(const int *codes, const int *keys)
{
    struct decoder decoder = {.read = read_input};
    size_t i = 0;

    input = codes;
    do {
        assert_int_equal(decode_key(&decoder), keys[i]);
        if (keys[i] == DECODE_NONE)
            assert_int_equal(*input, DECODE_NONE);
    } while (keys[i++] != DECODE_NONE);
    assert_int_equal(decode_key(&decoder), DECODE_NONE);
}
#define CODES(...)               \
    (const int[])                \
    {                            \
        __VA_ARGS__, DECODE_NONE \
    }

static void check_text(const char *text, const int *keys)
{
    int codes[64];
    size_t length = strlen(text);

    assert_true(length < 64);
    for (size_t i = 0; i < length; i++)
        codes[i] = (unsigned char)text[i];
    codes[length] = DECODE_NONE;
    check(codes, keys);
}

static void test_characters(void **state)
{
    (void)state;
    check_text("aZ/", CODES('a', 'Z', '/'));
    check_text("\xc3\xa4", CODES(0xe4));
    check_text(
        "\xe2\x82\xac"
        "x",
        CODES(0x20ac, 'x'));
    check_text("\xf0\x9f\x90\xa7", CODES(0x1f427));
    check_text("\n\r\t\f",
               CODES(INPUT_ENTER, INPUT_ENTER, INPUT_TAB, INPUT_REPAINT));
}

/* What is no character is one key of no use, and takes nothing along. */
static void test_no_characters(void **state)
{
    (void)state;
    check_text(
        "\xff"
        "q",
        CODES(0, 'q'));
    check_text("\x80\xfe\xc0q", CODES(0, 0, 0, 'q'));
    check_text("\xe2q", CODES('q'));
    check_text("\xe2\x82q", CODES('q'));
    check_text("\xe2\xe2\x82\xac", CODES(0x20ac));
    check_text(
        "\xc3\xff"
        "q",
        CODES(0, 'q'));
    check(CODES(0), CODES(0));
    check(CODES(0xe2, 0), CODES(0));
}

/* A character that comes in parts; a key between them ends it. */
static void test_torn_characters(void **state)
{
    struct decoder decoder = {.read = read_input};

    (void)state;
    input = CODES(0xe2, PAUSE, 0x82, PAUSE, 0xac);
    assert_int_equal(decode_key(&decoder), DECODE_NONE);
    assert_int_equal(decode_key(&decoder), DECODE_NONE);
    assert_int_equal(decode_key(&decoder), 0x20ac);
    assert_int_equal(longest_wait, 0); /* one that is torn holds nobody up */
    check(CODES(0xe2, INPUT_RESIZE, 'q'), CODES(INPUT_RESIZE, 'q'));
    check(CODES(0xe2, INPUT_UP, 0xe2, 0x82, 0xac), CODES(INPUT_UP, 0x20ac));
    check(CODES(0xe2, INPUT_ESCAPE, PAUSE, 'q'), CODES(INPUT_ESCAPE, 'q'));
}

static void test_escape(void **state)
{
    (void)state;
    check_text("\033", CODES(INPUT_ESCAPE));
    check(CODES(INPUT_ESCAPE, PAUSE, '['), CODES(INPUT_ESCAPE, '['));
    check_text("\033q", CODES(INPUT_ESCAPE, 'q'));
    check_text("\033\033\033", CODES(INPUT_ESCAPE, INPUT_ESCAPE, INPUT_ESCAPE));
    check_text("\033\xc3\xa4", CODES(INPUT_ESCAPE, 0xe4));
    check(CODES(INPUT_ESCAPE, INPUT_UP), CODES(INPUT_ESCAPE, INPUT_UP));
    check(CODES(INPUT_ESCAPE, 0), CODES(INPUT_ESCAPE, 0));
}

/* Keys and answers of a terminal that its description does not have. */
static void test_sequences(void **state)
{
    (void)state;
    check_text("\033[3~q", CODES(0, 'q'));      /* Delete */
    check_text("\033[1;5Aq", CODES(0, 'q'));    /* Ctrl and Up */
    check_text("\033Opq", CODES(0, 'q'));       /* a keypad's 0 */
    check_text("\033[?62;22cq", CODES(0, 'q')); /* what it is */
    check_text("\033[24;80Rq", CODES(0, 'q'));  /* where its cursor is */
    check_text("\033]11;rgb:7a/7a/7a\aq", CODES(0, 'q'));
    check_text("\033]11;rgb:7a/7a/7a\033\\q", CODES(0, 'q'));
    check_text("\033P1$r0m\033\\q", CODES(0, 'q'));
    check_text("\033_app 7a\033\\q", CODES(0, 'q'));
    check_text("\033[<64;40;12Mq", CODES(0, 'q')); /* mice */
    check_text("\033[<0;7;7mq", CODES(0, 'q'));
    check_text("\033[Mqaqq", CODES(0, 'q'));
    check_text("\033[Iq", CODES(0, 'q')); /* it has the focus */
    check_text("\033[200~7a\033[201~q", CODES(0, '7', 'a', 0, 'q'));
}

/* One that comes slowly is waited for; one that never ends is given up. */
static void test_slow_sequences(void **state)
{
    (void)state;
    longest_wait = 0;
    check_text("\033[", CODES(0));
    assert_in_range(longest_wait, 1, 100);
    check_text("\033[12", CODES(0));
    check_text("\033O", CODES(0));
    check_text("\033]11;rgb", CODES(0));
    check_text("\033]11;rgb\033", CODES(0));
    check(CODES(INPUT_ESCAPE, '[', '1', PAUSE, 'q'), CODES(0, 'q'));
    check(CODES(INPUT_ESCAPE, '[', INPUT_RESIZE, 'q'),
          CODES(0, INPUT_RESIZE, 'q'));
}

/* One that begins within another ends it, and is taken whole as well. */
static void test_sequences_without_end(void **state)
{
    (void)state;
    check_text("\033[1\033[3~q", CODES(0, 'q'));
    check_text("\033O\033[3~q", CODES(0, 'q'));
    check_text("\033]11;rgb\033[3~q", CODES(0, 'q'));
    check_text("\033]11\033]11\033\\q", CODES(0, 'q'));
    check_text("\033[1\033q", CODES(INPUT_ESCAPE, 'q'));
    check_text("\033]11\033\033", CODES(INPUT_ESCAPE, INPUT_ESCAPE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_characters),
        cmocka_unit_test(test_no_characters),
        cmocka_unit_test(test_torn_characters),
        cmocka_unit_test(test_escape),
        cmocka_unit_test(test_sequences),
        cmocka_unit_test(test_slow_sequences),
        cmocka_unit_test(test_sequences_without_end),
    };

    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
