/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes out of a text what says whose machine it is, so that it can be shown
 * in public. What is taken out leaves a word that says what stood there.
 */
#ifndef BASE_REDACT_H
#define BASE_REDACT_H

#include <stddef.h>

/* A name that is to go, and what stands for it. */
struct redact_name {
    const char *name, *by;
};

/*
 * A copy (free it) without UUIDs, MAC and IP addresses, serial numbers, names
 * of disks, labels, homes, users with hosts, and without these names where
 * they stand as words.
 */
char *redact(const char *text, const struct redact_name *names, size_t count);

/*
 * The same of a file that a program shall still be able to read: what stands
 * for a UUID or an address has its form.
 */
char *redact_file(const char *text, const struct redact_name *names,
                  size_t count);

#endif
