/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The user's language. Functions that take a format translate it themselves
 * (arena_printf, str_addf, err_set, app_hint, canvas_putf ...), and so do those
 * through which the texts of a table go; other texts are marked with _() where
 * they are shown. What is not in the catalogue stays as it is: keys, values,
 * XML, JSON, plan and journal files are English everywhere.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#define _(text) text_of(text)
#define N_(text) text /* of a table; translated where it is shown */

/*
 * Sets the locale for characters and messages, never for numbers, and takes
 * the catalogue of the language from `directory` (NULL: stay with English).
 */
void text_begin(const char *directory);

/* From now on all texts are English: what programs read. */
void text_stay_english(void);

/* From now on all texts are ASCII, umlauts spelled out. */
void text_stay_ascii(void);

/*
 * The text in the user's language, or itself if there is no translation. NULL
 * and "" are given back. Never ends: it belongs to the catalogue.
 */
const char *text_of(const char *english) __attribute__((format_arg(1)));

/* The same for a sentence about a number; `one` and `many` are English. */
const char *text_plural(const char *one, const char *many, unsigned long count)
    __attribute__((format_arg(1), format_arg(2)));

/* How many columns of a terminal the text takes. */
int text_columns(const char *text);

/*
 * The bytes that fill `columns` for printf's "%-*s", which counts bytes: as
 * many columns, and what the text has in bytes beyond its columns.
 */
int text_bytes(const char *text, int columns);

#endif
