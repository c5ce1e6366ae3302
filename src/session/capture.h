/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A copy of what the program reads of a host, as a tar archive: unpacked, it
 * is a directory for --sysroot.
 */
#ifndef SESSION_CAPTURE_H
#define SESSION_CAPTURE_H

#include "session/session.h"

/*
 * Appends the archive of the session's host and, if one is loaded, its domain
 * as domain.xml. Only what stands in a table is taken. UUIDs, MAC and IP
 * addresses, serial numbers, names of host, guests and users are replaced,
 * unless they are wanted. Of processes only those are in it that have a device
 * open, with the program's name. `*left_out` counts what could not be read.
 */
bool capture_add(struct str *tar, const struct session *session,
                 bool with_names, size_t *left_out, struct err *err);

/* Saves it in a new file. */
bool capture_save(const struct session *session, const char *path,
                  bool with_names, size_t *left_out, struct err *err);

#endif
