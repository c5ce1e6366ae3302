/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small directory trees that stand for a host's root, written by the tests.
 */
#ifndef ROOTDIR_H
#define ROOTDIR_H

#include "base/root.h"

struct rootdir {
    char *path;
    struct root *root;
    struct arena *arena;
};

/*
 * Writes what the list names, up to a NULL: "PATH=TEXT" a file, "PATH*TEXT" an
 * executable one, "PATH>TARGET" a link, "PATH/" a directory. Fails the test if
 * it cannot. End it with rootdir_free.
 */
struct rootdir *rootdir_new(const char *const *list);
void rootdir_free(struct rootdir *dir);

#endif
