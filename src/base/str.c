/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes text from anywhere, gives text of ours. Nothing here knows a locale:
 * UTF-8 is decoded by hand, so that a filter works the same in LANG=C.
 */
#include "base/str.h"

#include "base/mem.h"
#include "base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserve(struct str *str, size_t more)
{
    size_t needed = str->length + more + 1;

    if (needed <= str->capacity)
        return;
    str->capacity = needed > 2 * str->capacity ? needed : 2 * str->capacity;
    str->text = mem_realloc(str->text, str->capacity, 1);
}

void str_free(struct str *str)
{
    free(str->text);
    *str = (struct str)STR_INIT;
}

void str_add_bytes(struct str *str, const char *bytes, size_t length)
{
    reserve(str, length);
    if (length > 0)
        memcpy(str->text + str->length, bytes, length);
    str->length += length;
    str->text[str->length] = '\0';
}

void str_add(struct str *str, const char *text)
{
    str_add_bytes(str, text, strlen(text));
}

void str_addf(struct str *str, const char *format, ...)
{
    va_list arguments, again;
    int length;

    format = text_of(format);
    va_start(arguments, format);
    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length >= 0) {
        reserve(str, (size_t)length);
        vsnprintf(str->text + str->length, (size_t)length + 1, format, again);
        str->length += (size_t)length;
    }
    va_end(again);
}

const char *str_text(const struct str *str)
{
    return str->text ? str->text : "";
}

char *str_steal(struct str *str)
{
    char *text = str->text ? str->text : mem_strdup("");

    *str = (struct str)STR_INIT;
    return text;
}

size_t str_utf8(const char *text, unsigned *character)
{
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *byte = (const unsigned char *)text;
    size_t length;
    unsigned value;

    if (byte[0] == 0)
        return 0;
    if (byte[0] < 0x80) {
        *character = byte[0];
        return 1;
    }
    if (byte[0] >= 0xc2 && byte[0] <= 0xdf)
        length = 2;
    else if ((byte[0] & 0xf0) == 0xe0)
        length = 3;
    else if (byte[0] >= 0xf0 && byte[0] <= 0xf4)
        length = 4;
    else
        return 0;
    value = byte[0] & (0xffU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (byte[i] & 0x3f);
    }
    if (value < least[length] || value > 0x10ffff ||
        (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *character = value;
    return length;
}

/* Controls, and what reorders or hides the characters beside it. */
static bool is_harmful(unsigned character)
{
    return character < 0x20 || (character >= 0x7f && character < 0xa0) ||
           character == 0xad || character == 0x34f || character == 0x61c ||
           character == 0x115f || character == 0x1160 || character == 0x180e ||
           character == 0x3164 || character == 0xffa0 ||
           (character >= 0xfe00 && character <= 0xfe0f) ||
           (character >= 0x200b && character <= 0x200f) ||
           (character >= 0x2028 && character <= 0x202e) ||
           (character >= 0x2060 && character <= 0x206f) ||
           character == 0xfeff || character >= 0xe0000 ||
           (character >= 0xfff9 && character <= 0xfffb);
}

/* How many bytes from here on are characters of ASCII that print. */
static size_t ascii_length(const char *text)
{
    size_t length = 0;

    while (text[length] >= 0x20 && text[length] < 0x7f)
        length++;
    return length;
}

void str_add_printable(struct str *str, const char *text)
{
    while (*text) {
        unsigned character = 0;
        size_t length = ascii_length(text);

        if (length > 0) {
            str_add_bytes(str, text, length);
            text += length;
            continue;
        }
        length = str_utf8(text, &character);
        if (length == 0 || is_harmful(character)) {
            str_add(str, "?");
            text += length > 0 ? length : 1;
        } else {
            str_add_bytes(str, text, length);
            text += length;
        }
    }
}

char *str_printable(const char *text)
{
    struct str str = STR_INIT;

    str_add_printable(&str, text);
    return str_steal(&str);
}

void str_add_lines(struct str *str, const char *indent, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        char *line = mem_alloc(length + 1, 1);

        memcpy(line, text, length);
        str_add(str, *line ? indent : "");
        str_add_printable(str, line);
        str_add(str, "\n");
        free(line);
        text += length + (text[length] == '\n');
    }
}

size_t str_count_lines(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += *text == '\n' || text[1] == '\0';
    return count;
}

const char *str_next_word(const char **at, size_t *length)
{
    const char *word = *at + strspn(*at, " \t\n");

    *length = strcspn(word, " \t\n");
    *at = word + *length;
    return *length > 0 ? word : NULL;
}

bool str_has_word(const char *text, const char *word)
{
    const char *one;
    size_t length;

    while ((one = str_next_word(&text, &length)))
        if (length == strlen(word) && strncmp(one, word, length) == 0)
            return true;
    return false;
}

bool str_is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool str_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *text, const char *suffix)
{
    size_t length = strlen(text), end = strlen(suffix);

    return length >= end && strcmp(text + length - end, suffix) == 0;
}

char *str_trim(char *text)
{
    char *end;

    while (isspace((unsigned char)*text))
        text++;
    end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    *end = '\0';
    return text;
}

bool str_number(const char *text, unsigned long maximum, unsigned long *number)
{
    unsigned long value = 0;

    if (!*text)
        return false;
    for (; *text; text++) {
        unsigned long digit = (unsigned long)(*text - '0');

        if (*text < '0' || *text > '9' || digit > maximum ||
            value > (maximum - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *number = value;
    return true;
}
