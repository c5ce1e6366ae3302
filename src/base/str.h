/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A growing text, the filter that makes outside text printable, and the few
 * helpers for text that the C library lacks.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

/* Start with `struct str s = STR_INIT`. `text` is never NULL once added to. */
struct str {
    char *text;
    size_t length, capacity;
};

#define STR_INIT   \
    {              \
        NULL, 0, 0 \
    }

void str_free(struct str *str);
void str_add(struct str *str, const char *text);
void str_add_bytes(struct str *str, const char *bytes, size_t length);
void str_addf(struct str *str, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The text, "" when nothing was added; owned by `str`. */
const char *str_text(const struct str *str);

/* Hands the text over to the caller (free it) and empties `str`. */
char *str_steal(struct str *str);

/*
 * Appends `text` with everything made harmless that could steer a terminal
 * or break a line: control characters (C0, DEL, C1), bidirectional and
 * zero-width characters and invalid UTF-8 become '?'.
 */
void str_add_printable(struct str *str, const char *text);

/* The same as a new text; free it. */
char *str_printable(const char *text);

/*
 * Appends the lines of `text`, each after `indent`, made printable and with a
 * line end.
 */
void str_add_lines(struct str *str, const char *indent, const char *text);

/* How many lines `text` has; a last one without its end counts. */
size_t str_count_lines(const char *text);

/*
 * The next word from `*at` on, words being apart by blanks and line ends;
 * `*at` moves behind it. NULL at the end.
 */
const char *str_next_word(const char **at, size_t *length);

/* True if `word` is one of the words of `text`. */
bool str_has_word(const char *text, const char *word);

/* True if both are the same text, or both are NULL. */
bool str_is_same(const char *a, const char *b);

bool str_starts(const char *text, const char *prefix);
bool str_ends(const char *text, const char *suffix);

/* Removes blanks and line ends at both ends, in place; gives the new start. */
char *str_trim(char *text);

/*
 * Reads a whole decimal number without sign, blanks or rest, at most
 * `maximum`. False leaves `*number` as it was.
 */
bool str_number(const char *text, unsigned long maximum, unsigned long *number);

/*
 * Decodes one UTF-8 character into `*character`; gives its length in bytes,
 * or 0 if it is invalid (overlong, surrogate, cut off) or the end.
 */
size_t str_utf8(const char *text, unsigned *character);

#endif
