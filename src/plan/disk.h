/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options of one disk: its host cache, I/O mode, discard and queues, over what
 * the options say of all disks. A disk is named by its index among those of
 * SCOPE_DISKS, in the order of the XML.
 */
#ifndef PLAN_DISK_H
#define PLAN_DISK_H

#include "plan/plan.h"

/* How many disks there are that can have such a wish. */
size_t disk_count(const struct domain *domain);

/* The index of the disk with this target, "vda", or -1. */
long disk_find(const struct domain *domain, const char *target);

/*
 * True if it can be called by its target: letters and digits, and no other
 * disk before it has the same. libvirt accepts no other ones.
 */
bool disk_is_named(const struct domain *domain, size_t disk);

/* The <disk> of an index, which is below the count. */
const xmlNode *disk_node(const struct domain *domain, size_t disk);

/* Its target and the path it is on, printable; "" if there is none. */
const char *disk_target(const struct domain *domain, struct arena *arena,
                        size_t disk);
const char *disk_path(const struct domain *domain, struct arena *arena,
                      size_t disk);

/*
 * The name that an option has after "disk.TARGET.": "cache", "io", "discard",
 * "queues"; NULL if it is none of single disks. The option of a name, or
 * OPTION_NONE.
 */
const char *disk_option_name(enum option_id id);
enum option_id disk_option_find(const char *name);

/* Both of "vda.cache": the index or -1, the option or OPTION_NONE. */
long disk_option(const struct domain *domain, const char *name,
                 enum option_id *id);

/*
 * Values of one disk as in option.h: what it has now; its own wish,
 * OPTION_KEEP if it goes with all others; and what it will have.
 */
long disk_now(const struct plan *plan, size_t disk, enum option_id id);
long disk_wish(const struct plan *plan, size_t disk, enum option_id id);
long disk_effective(const struct plan *plan, size_t disk, enum option_id id);

/*
 * Whether what the disk is on may get new blocks while the guest writes, which
 * a block device and a raw image that has all of its blocks do not. Looks at
 * the host anew.
 */
enum disk_growth { DISK_GROWS, DISK_ALLOCATED, DISK_UNSEEN };
enum disk_growth disk_growth(const struct plan *plan, size_t disk);

/* True if the disk is virtio-blk, or is to be. */
bool disk_is_virtio(const struct plan *plan, size_t number);

/* True if one of the disks has a wish of its own for it. */
bool disk_has_wish(const struct plan *plan, enum option_id id);

/* Sets a wish and nothing else, as a plan file has it. */
void disk_put(struct plan *plan, size_t disk, enum option_id id, long value);

/*
 * Why this disk cannot have this value: a sentence, or NULL if it can. To go
 * with all others is never refused.
 */
const char *disk_refusal(const struct plan *plan, size_t disk,
                         enum option_id id, long value);

/*
 * Sets a wish, and what follows: io='native' works with two of the cache modes
 * only, and libvirt refuses it with any other. Gives the number of other
 * values of the disk that were changed. Ask disk_refusal first.
 */
unsigned disk_set(struct plan *plan, size_t disk, enum option_id id,
                  long value);

/*
 * After the option of all disks was set: single disks that cannot have that
 * beside their own wishes ask the kernel in the default way.
 */
unsigned disk_settle(struct plan *plan, enum option_id id);

/* For plan.c: wishes of a new plan, a copy of them, none any more. */
void disk_start(struct plan *plan);
void disk_copy(struct plan *plan, const struct plan *from);
void disk_clear(struct plan *plan);
bool disk_same(const struct plan *a, const struct plan *b);

#endif
