/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trees of sysfs and proc for the tests of PCI functions and claims, made
 * entry by entry as the kernel lays them out, in a directory of their own.
 */
#ifndef TREE_H
#define TREE_H

#include "support.h"

#include "host/claim.h"

/* One tree, and what was read from it. */
struct tree {
    char *path;
    struct root *root;
    struct arena *arena;
    struct pci pci;
    struct claims claims;
};

/* Places of the functions that each tree has, below sys/devices. */
#define ROOT0 "pci0000:00"
#define NVME ROOT0 "/0000:00:06.0/0000:02:00.0"
#define DISK NVME "/nvme/nvme0/nvme0n1"
#define SATA ROOT0 "/0000:00:17.0"
#define NIC ROOT0 "/0000:00:1c.2/0000:06:00.0"
#define NIC2 ROOT0 "/0000:00:1c.3/0000:07:00.0"
#define USB ROOT0 "/0000:00:14.0"
#define USB2 ROOT0 "/0000:00:1d.0/0000:09:00.0"
#define GPU ROOT0 "/0000:00:01.0/0000:01:00.0"
#define SOUND ROOT0 "/0000:00:01.0/0000:01:00.1"

/* A small machine with those functions, on which nothing stands yet. */
void tree_start(struct tree *tree);
void tree_end(struct tree *tree);

/* Reads it, with SSH_CONNECTION or without. */
void tree_probe_as(struct tree *tree, const char *ssh);
void tree_probe(struct tree *tree);

/* A path beneath the tree; the next call but three overwrites it. */
const char *tree_path(const struct tree *tree, const char *path);

/* A file (anew), a directory, a link whose text is what the test says. */
void tree_file(const struct tree *tree, const char *path, const char *text);
void tree_directory(const struct tree *tree, const char *path);
void tree_link(const struct tree *tree, const char *path, const char *target);

/* A PCI function at a place, a file of one, its driver, its group. */
void tree_function(const struct tree *tree, const char *place,
                   const char *class, const char *vendor, const char *device);
void tree_attribute(const struct tree *tree, const char *address,
                    const char *name, const char *text);
void tree_driver(const struct tree *tree, const char *address,
                 const char *driver);
void tree_group(const struct tree *tree, const char *address,
                const char *group);

/* An entry of sys/class; a network interface. `place` is below sys/devices. */
void tree_class(const struct tree *tree, const char *class, const char *name,
                const char *place);
void tree_nic(const struct tree *tree, const char *name, const char *place);

/* What was read: a function, which must be there; a claim on it, or NULL. */
const struct pci_device *tree_find(const struct tree *tree,
                                   const char *address);
const struct claim *tree_claim(const struct tree *tree, const char *address,
                               enum claim_kind kind);

/* Fail the test. */
void assert_claim(const struct tree *tree, const char *address,
                  enum claim_kind kind, enum claim_severity severity,
                  const char *text);
void assert_no_claims(const struct tree *tree, const char *address);

#endif
