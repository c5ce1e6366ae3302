/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a format and its arguments, gives a failure that can be shown as it
 * is. Never prints and never ends the program.
 */
#include "base/err.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

bool err_set(struct err *err, enum err_code code, const char *format, ...)
{
    va_list arguments;

    if (!err)
        return false;
    err->code = code;
    va_start(arguments, format);
    vsnprintf(err->text, sizeof(err->text), text_of(format), arguments);
    va_end(arguments);
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
