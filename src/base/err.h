/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One failure: its exit code and one or more whole sentences for the user.
 *
 * Whatever can fail takes `struct err *err` last and returns bool or a
 * pointer. The text says what happened and, where we know it, what to do.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>

/* The exit codes of the program; documented in the README. */
enum err_code {
    ERR_NONE = 0,
    ERR_FAILED = 1,       /* failed, nothing changed */
    ERR_USAGE = 2,        /* wrong command line, or no usable terminal */
    ERR_REFUSED = 3,      /* a rule or a check says no */
    ERR_CHANGED = 4,      /* the domain changed meanwhile */
    ERR_PERMISSION = 5,   /* not permitted to do this */
    ERR_NOT_RESTORED = 6, /* failed, and could not be taken back */
};

struct err {
    enum err_code code;
    char text[1024];
};

/*
 * Sets code and text; a second call replaces the first. `err` may be NULL.
 * Always returns false, so that `return err_set(err, ...)` fails and explains.
 */
bool err_set(struct err *err, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Appends a sentence, separated by a space, to the text that is there and
 * keeps the code. Always returns false.
 */
bool err_add(struct err *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ERR_PERMISSION for EACCES, EPERM and EROFS, else ERR_FAILED. */
enum err_code err_code_of_errno(int number);

#endif
