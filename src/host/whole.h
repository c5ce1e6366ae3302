/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole physical disks, by the paths that name them: what a guest may be
 * given in place of an image. Looked at anew with each call; opens no disk.
 */
#ifndef HOST_WHOLE_H
#define HOST_WHOLE_H

#include "base/root.h"

struct whole {
    const char *disk;     /* the kernel's name, "sdb"; NULL: there is none */
    bool is_physical;     /* a disk: no volume, array, CD-ROM or loop */
    bool is_part;         /* the path names a partition of it */
    const char *place;    /* its place in /sys, behind its controller's; NULL */
    const char *by_id;    /* its best "/dev/disk/by-id/..." or NULL */
    const char *use;      /* "/ (sdb2)", printable: who uses it; NULL: nobody */
    bool is_in_use;       /* now, and not only marked as a part of something */
    const char *not_seen; /* then this could not be looked at, or NULL */
};

/*
 * What a path like /dev/sdb or /dev/disk/by-id/ata-X names beneath `root`. Uses
 * are mounts, swap, volumes and members of LVM, RAID and ZFS, of the disk and
 * of all its partitions. The texts are from `arena`.
 */
struct whole whole_look(const struct root *root, struct arena *arena,
                        const char *path);

/* A physical disk, as it is listed. */
struct whole_disk {
    const char *name;  /* the kernel's, "sdb" */
    const char *by_id; /* its best "/dev/disk/by-id/..." or NULL */
    const char *text;  /* "1000 GB, Samsung SSD 980 1TB", printable; or "" */
};

/*
 * The physical disks, in version order of their names, for an offer: looked
 * at one by one by whole_look. All is from `arena`; `*count` is 0 if there
 * are none, or none could be seen.
 */
struct whole_disk *whole_list(const struct root *root, struct arena *arena,
                              size_t *count);

/* Only the disk that a path comes down to, "sdb", or NULL. */
const char *whole_name(const struct root *root, struct arena *arena,
                       const char *path);

#endif
