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

/* The same of all wishes that are kept: the last look before it is written. */
bool image_check(const struct plan *plan, struct err *err);

/* Sets the wish, or takes it back: path NULL, or what the domain has. */
void image_set(struct plan *plan, const char *target, const char *path);

/* The wishes of a plan: the same in both; copied; none any more. */
bool image_same(const struct plan *a, const struct plan *b);
void image_copy(struct plan *plan, const struct plan *from);
void image_clear(struct plan *plan);

#endif
