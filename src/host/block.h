/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host uses of its disks: block devices, the stacks of them down to
 * PCI functions, and who uses which. For the files block*.c and client.c
 * alone; claims are what comes of it (host/claim.h).
 */
#ifndef HOST_BLOCK_H
#define HOST_BLOCK_H

#include "host/claim_look.h"

/* A block device: a disk, a partition, a volume of dm, an array of md. */
struct disk {
    const char *name;  /* the kernel's: "nvme0n1p2", "dm-0" */
    const char *label; /* of dm its name, else the same */
    char *place;       /* what sys/class/block/NAME names; "" if nothing */
    struct claim_targets targets; /* functions that it is part of */
    char *mount;                  /* where it is mounted first, or NULL */
    unsigned mount_count;
    size_t mount_order;
    unsigned stamp;        /* of the last walk that came by */
    bool is_used;          /* something uses it, or what stands on it */
    const struct use *use; /* the first use of it, or NULL */
    const char *member;    /* "a RAID array" that is not in use, or NULL */
};

/* One use of a disk: "/", "swap". */
struct use {
    size_t order;
    const char *what, *source;
    const struct disk *top;
};

/* A use comes down to a function by this disk. */
struct stake {
    const struct pci_device *device;
    const struct use *use;
    const struct disk *leaf;
    size_t number;
};

struct mount {
    const char *point;
    struct disk *disk; /* NULL: on no disk that is known */
};

struct block {
    struct claim_look *look;
    struct disk *disks; /* in version order of their names */
    size_t disk_count;
    bool has_disks, has_mounts, has_swaps; /* they could be read */
    const char *mount_source;
    struct mount *mounts;
    size_t mount_count, mount_capacity, order;
    const char *lost; /* a mount whose disk is not known, or NULL */
    struct {
        const char *name;
        bool is_found;
    } pools[16]; /* of ZFS, imported */
    size_t pool_count;
    unsigned stamp;
    struct stake *stakes;
    size_t stake_count, stake_capacity;
};

/* All that block_claim does but report; free stakes and mounts after it. */
void block_read(struct block *block);

/* The steps of block_read after the mounts. */
void block_find_swap(struct block *block);
void block_find_journals(struct block *block); /* of disks of their own */
void block_find_volumes(struct block *block);  /* dm, md without a mount */
void block_find_members(struct block *block);  /* by udev's database */
void block_report(struct block *block);        /* stakes become claims */

/*
 * Records that something uses a disk, with all that it stands on. `order`
 * sorts the uses of one function; the texts are borrowed.
 */
void block_use(struct block *block, struct disk *disk, size_t order,
               const char *what, const char *source);

/* The disk of this name of the kernel's, or NULL. */
struct disk *block_find(const struct block *block, const char *name);

/* The disk of a path like /dev/sda1, /dev/mapper/x, /dev/disk/by-uuid/x. */
struct disk *block_find_source(const struct block *block, const char *source);

/* The device that a loop stands on, "/dev/sda"; NULL: a file, or no loop. */
const char *block_backing(const struct block *block, const struct disk *disk);

/* The names in a directory of a disk ("slaves", "holders"), or NULL. */
char **block_list(const struct block *block, const struct disk *disk,
                  const char *directory);

#endif
