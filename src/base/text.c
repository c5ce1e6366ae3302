/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes English, gives the user's language, by libc's gettext. LC_TIME,
 * LC_NUMERIC and LC_COLLATE stay "C": what is written and read is the same
 * everywhere.
 */
#include "base/text.h"

#include "base/str.h"

#include <langinfo.h>
#include <libintl.h>
#include <locale.h>
#include <stdbool.h>
#include <string.h>
#include <wchar.h>

#define DOMAIN "virt-tune"

static bool has_catalogue; /* set before the first thread starts */

void text_begin(const char *directory)
{
    setlocale(LC_CTYPE, "");
    setlocale(LC_MESSAGES, "");
    if (!directory || !bindtextdomain(DOMAIN, directory))
        return;
    /* Our own functions read UTF-8; elsewhere ASCII is all that is shown. */
    if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
        bind_textdomain_codeset(DOMAIN, "UTF-8");
    else
        bind_textdomain_codeset(DOMAIN, "ASCII");
    has_catalogue = *dgettext(DOMAIN, "") != '\0'; /* its header */
}

void text_stay_english(void)
{
    has_catalogue = false;
}

void text_stay_ascii(void)
{
    bind_textdomain_codeset(DOMAIN, "ASCII");
}

const char *text_of(const char *english)
{
    return has_catalogue && english && *english ? dgettext(DOMAIN, english)
                                                : english;
}

const char *text_plural(const char *one, const char *many, unsigned long count)
{
    if (!has_catalogue)
        return count == 1 ? one : many;
    return dngettext(DOMAIN, one, many, count);
}

int text_columns(const char *text)
{
    int columns = 0;
    unsigned character;
    size_t length;

    while ((length = str_utf8(text, &character)) > 0) {
        int width = wcwidth((wchar_t)character);

        columns += width < 0 ? 1 : width; /* unknown to the locale */
        text += length;
    }
    return columns;
}

int text_bytes(const char *text, int columns)
{
    return columns + (int)strlen(text) - text_columns(text);
}
