/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a format and its arguments, gives a failure that can be shown as it
 * is. Never prints and never ends the program.
 */
#include "base/err.h"

#include "base/str.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A precision may have cut a character; what is left of it is none. */
static void mend(char *text)
{
    char *to = text;

    while (*text) {
        unsigned character;
        size_t length = str_utf8(text, &character);

        if (length == 0) {
            text++;
            continue;
        }
        memmove(to, text, length);
        to += length;
        text += length;
    }
    *to = '\0';
}

bool err_set(struct err *err, enum err_code code, const char *format, ...)
{
    va_list arguments;

    if (!err)
        return false;
    err->code = code;
    va_start(arguments, format);
    vsnprintf(err->text, sizeof(err->text), text_of(format), arguments);
    va_end(arguments);
    mend(err->text);
    return false;
}

bool err_add(struct err *err, const char *format, ...)
{
    va_list arguments;
    size_t length;

    if (!err)
        return false;
    length = strlen(err->text);
    if (length > 0 && length + 1 < sizeof(err->text))
        err->text[length++] = ' ';
    va_start(arguments, format);
    vsnprintf(err->text + length, sizeof(err->text) - length, text_of(format),
              arguments);
    va_end(arguments);
    mend(err->text + length);
    return false;
}

enum err_code err_code_of_errno(int number)
{
    switch (number) {
    case EACCES:
    case EPERM:
    case EROFS:
        return ERR_PERMISSION;
    default:
        return ERR_FAILED;
    }
}
