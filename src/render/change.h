/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The consequence of a plan: an ordered list of changes, each a sentence with
 * the lines it causes, the whole resulting XML and the hook's files.
 */
#ifndef RENDER_CHANGE_H
#define RENDER_CHANGE_H

#include "base/root.h"
#include "plan/plan.h"
#include "render/diff.h"

/* Paths of what the hook consists of, relative to the root of writes. */
#define HOOK_SCRIPT "etc/libvirt/hooks/qemu.d/50-virt-tune"
#define HOOK_DATA "etc/libvirt/hooks/virt-tune"

struct change {
    enum plan_part part;
    const char *title;    /* "pin 12 vCPUs to CPUs 4-15" */
    const char *where;    /* "domain XML", "hook, new file", ... */
    char *before, *after; /* the text before and after just this change */
    struct diff *diff;    /* of these two */
    bool is_kept;
};

struct file_change {
    char *path;   /* relative to the root of writes */
    char *before; /* NULL: there is no such file */
    char *after;  /* NULL: it is removed */
    unsigned mode;
};

struct changeset {
    struct arena *arena;
    struct change *changes;
    size_t count;
    char *xml; /* the resulting XML, all kept changes made */
    size_t xml_length;
    bool changes_xml; /* differs from the domain's */
    struct file_change files[2];
    size_t file_count; /* only files that change */
};

/*
 * Renders a plan. `script` is the hook script's text, NULL if no hook can be
 * installed. `root` is where the hook's present files are looked at, NULL if
 * that directory does not exist yet.
 */
struct changeset *changeset_new(const struct plan *plan,
                                const struct root *root, const char *script,
                                struct err *err);
void changeset_free(struct changeset *changeset); /* NULL is allowed */

/* How many changes are kept. */
size_t changeset_kept(const struct changeset *changeset);

/* The path of the hook's file for this domain, from `arena`. */
char *hook_data_path(struct arena *arena, const struct domain *domain);

/* What the hook would do for a plan, in a few words, from `arena`. */
char *hook_title(const struct plan *plan, struct arena *arena);

/* True if the hook has this service, an option, for a plan. */
bool hook_does(const struct plan *plan, enum option_id id);

/* Pages of one size that the hook promises the guest. */
struct hook_pool {
    bool is_node; /* of this node; else anywhere */
    unsigned node;
    unsigned long pages;
};

/* Gives the plan's pools, CELL_COUNT_MAX at most; returns how many. */
unsigned hook_pools(const struct plan *plan, struct hook_pool *pools);

/* True if the display service hands this function of the host's PCI over. */
bool hook_is_of_display(const struct plan *plan, size_t index);

/*
 * The hook's file for a plan, or NULL if the hook has nothing to do for it.
 * What stands in it is data for the script; see its header.
 */
char *hook_data(const struct plan *plan);

#endif
