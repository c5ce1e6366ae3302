/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that are written whole or not at all, beneath a root directory.
 * Paths are relative to it, without a leading slash.
 */
#ifndef APPLY_FILE_H
#define APPLY_FILE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Replaces a file atomically and durably: written to a temporary file in the
 * directory `beside` (NULL: in its own), synced, renamed. `beside` must exist
 * on the same file system. An existing file keeps its owner and, unless `mode`
 * is executable, its mode. Refuses to replace what is no regular file.
 */
bool file_replace(const char *root, const char *path, const char *beside,
                  const char *text, size_t length, mode_t mode,
                  struct err *err);

/* Replaces the file at a full path, which must exist; keeps mode and owner. */
bool file_rewrite(const char *path, const char *text, size_t length,
                  struct err *err);

/* Writes a file that must not exist yet, as file_replace does. */
bool file_create(const char *path, const char *text, size_t length, mode_t mode,
                 struct err *err);

/* Removes a file durably; absence is no failure. */
bool file_remove(const char *root, const char *path, struct err *err);

/*
 * Makes a directory and those above it, as far as they are missing; the root
 * too. One of 0755, which all may read, has that mode whatever the umask.
 */
bool file_make_directory(const char *root, const char *path, mode_t mode,
                         struct err *err);

/*
 * Removes a directory durably if it is there and empty; else that is no
 * failure.
 */
bool file_remove_empty(const char *root, const char *path, struct err *err);

/*
 * True if something may be created at this path: the directory above it, or
 * the nearest one that exists, is writable.
 */
bool file_is_writable(const char *root, const char *path);

/*
 * As root_read_exact; NULL too if there is no such root. Free it. Who writes
 * there takes file_look: what cannot be read is not what is absent.
 */
char *file_read(const char *root_directory, const char *path);

/*
 * Gives the text of a file, NULL if there is none; free it. False with a
 * sentence if something is there that cannot be read as a text.
 */
bool file_look(const char *root_directory, const char *path, char **text,
               struct err *err);

/* Why such a file cannot be read, from what errno was then. */
const char *file_obstacle(int number);

/*
 * True if something is at this path, of the working directory or absolute, that
 * is not a file of just this text: to replace it is to be asked for.
 */
bool file_is_other(const char *path, const char *text);

/* True if a regular file that someone may execute is there. */
bool file_is_executable(const char *root, const char *path);

/* Makes one directory at a full path, durably; it must not exist. */
bool file_make(const char *path, mode_t mode, struct err *err);

/* Renames within one directory, full paths, durably. */
bool file_rename(const char *from, const char *to, struct err *err);

/* Removes what a killed program left of a file it was writing in there. */
void file_remove_temporaries(const char *directory);

/* Removes a directory of ours with all that is in it; absence is fine. */
bool file_remove_tree(const char *path, struct err *err);

/*
 * Takes the lock of all that writes beneath this root; waits ten seconds for
 * another one to end, then fails with ERR_CHANGED. It ends with the program.
 * Gives what file_unlock wants, -1 on failure.
 */
int file_lock(const char *root, const char *path, struct err *err);

/*
 * The same for a file at a full path, whoever writes with whatever root: its
 * directory is locked. `lock` is -1 where that cannot be done.
 */
bool file_lock_beside(const char *path, int *lock, struct err *err);
void file_unlock(int lock); /* -1 is allowed */

/* True if somebody has the lock just now; makes nothing. */
bool file_is_locked(const char *root, const char *path);

#endif
