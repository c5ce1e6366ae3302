/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An archive as tar and pax read it (POSIX.1-2017, pax), made in memory.
 */
#ifndef BASE_TAR_H
#define BASE_TAR_H

#include "base/str.h"

/* Append an entry. Owner and time are root's and 0: they tell nothing. */
void tar_add_directory(struct str *tar, const char *path);
void tar_add_file(struct str *tar, const char *path, const char *bytes,
                  size_t length);
void tar_add_link(struct str *tar, const char *path, const char *target);

/* The two empty blocks at the end. */
void tar_end(struct str *tar);

#endif
