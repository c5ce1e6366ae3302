/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads files beneath a root directory: "/" on a real host, the directory of
 * --sysroot on a captured or made-up one. Paths are relative, without a
 * leading slash. Links cannot lead out of the root. Nothing is ever written.
 */
#ifndef BASE_ROOT_H
#define BASE_ROOT_H

#include "base/err.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct root;

/* A path that opens as a root beneath which there is nothing at all. */
#define ROOT_NOWHERE "/dev/null/elsewhere"

/* Opens the directory; fails with a sentence if it is none. Free it. */
struct root *root_open(const char *path, struct err *err);
void root_free(struct root *root);

/*
 * A directory beneath a root as a root of its own, for those who read many
 * files there. NULL if there is none. Free it; the first may go before.
 */
struct root *root_enter(const struct root *root, const char *path);

/* The path that it was opened with. */
const char *root_path(const struct root *root);

/* True if the root is the running host's own "/". */
bool root_is_host(const struct root *root);

/*
 * The whole text of a file (at most 16 MiB), line end at the end removed, or
 * NULL with errno set. NUL bytes become blanks.
 */
char *root_read(const struct root *root, struct arena *arena, const char *path);

/*
 * The strings of a file, each of which a NUL byte ends, as in proc/PID/cmdline;
 * a NULL after the last. NULL if it cannot be read.
 */
char **root_read_words(const struct root *root, struct arena *arena,
                       const char *path);

/*
 * The bytes of a regular file just as they are, or NULL with errno set: absent
 * (ENOENT, ENOTDIR), a link (ELOOP), no regular file (EINVAL), too long
 * (EFBIG), with a NUL byte (EILSEQ), or unreadable. Free it.
 */
char *root_read_exact(const struct root *root, const char *path);

/* The first bytes of a file, at most `size`; gives how many were read. */
size_t root_read_bytes(const struct root *root, const char *path, void *buffer,
                       size_t size);

/* A file that holds one decimal number; false if it is absent or is not. */
bool root_read_number(const struct root *root, const char *path,
                      unsigned long *number);

/*
 * What a symbolic link names, just as it stands there and without following
 * it, or NULL. Links of sysfs name the canonical place of a device: the path
 * through its parents (Documentation/admin-guide/sysfs-rules.rst).
 */
char *root_read_target(const struct root *root, struct arena *arena,
                       const char *path);

/* The last component of what a symbolic link names, or NULL. */
char *root_read_link(const struct root *root, struct arena *arena,
                     const char *path);

bool root_exists(const struct root *root, const char *path);

/* The st_mode of what the path leads to, or 0. */
unsigned root_mode(const struct root *root, const char *path);

/* The same with the group it belongs to; both 0 if it leads nowhere. */
void root_status(const struct root *root, const char *path, mode_t *mode,
                 gid_t *group);

/*
 * Of a regular file its length and what of it has a place on a disk, bytes;
 * false if it is none, or cannot be looked at.
 */
bool root_size(const struct root *root, const char *path, uint64_t *length,
               uint64_t *allocated);

/*
 * The names in a directory but "." and "..", in version order (cpu2 before
 * cpu10), with a NULL after the last. NULL if it cannot be read. `*count` may
 * be NULL.
 */
char **root_list(const struct root *root, struct arena *arena, const char *path,
                 size_t *count);

#endif
