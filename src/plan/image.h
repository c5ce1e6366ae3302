/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Disks of the domain that shall be whole physical disks of the host, named by
 * /dev/disk/by-id, in place of an image file. Nothing is copied.
 */
#ifndef PLAN_IMAGE_H
#define PLAN_IMAGE_H

#include "plan/plan.h"

/* The domain's disk with this target, no CD-ROM and no floppy, or NULL. */
const xmlNode *image_disk(const xmlNode *root, const char *target);

/*
 * Why the disk `target` cannot be the one that `path` names: a sentence from
 * `arena`, or NULL if it can. Looks at the host anew.
 */
const char *image_refusal(const struct plan *plan, struct arena *arena,
                          const char *target, const char *path);

/* A physical disk of the host, as it is offered for a disk of the domain. */
struct image_offer {
    const char *disk;    /* the kernel's name, "sdb" */
    const char *path;    /* what image_set takes, "/dev/disk/by-id/..." */
    const char *text;    /* "1000 GB, Samsung SSD 980 1TB" */
    const char *refusal; /* why it cannot be had, or NULL */
};

/* All of them, those that cannot be had too. Looks at the host anew. */
struct image_offer *image_offers(const struct plan *plan, struct arena *arena,
                                 const char *target, size_t *count);

/* A disk of the guest is a block device of the host, or shall be one. */
bool image_has_block(const struct plan *plan);

/* What the disk shall be on by a wish of the plan, or NULL. */
const char *image_wished(const struct plan *plan, const char *target);

/* The same of all wishes that are kept: the last look before it is written. */
bool image_check(const struct plan *plan, struct err *err);

/* Sets the wish, or takes it back: path NULL, or what the domain has. */
void image_set(struct plan *plan, const char *target, const char *path);

/* The wishes of a plan: the same in both; copied; none any more. */
bool image_same(const struct plan *a, const struct plan *b);
void image_copy(struct plan *plan, const struct plan *from);
void image_clear(struct plan *plan);

#endif
