/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Undo: what a record changed and is still so goes back; what was edited
 * since stays. It is work like an apply, with a record of its own.
 */
#ifndef APPLY_UNDO_H
#define APPLY_UNDO_H

#include "apply/apply.h"
#include "render/merge.h"

struct undo {
    struct arena *arena;
    struct record *record; /* that is undone */
    struct merge *merge;   /* of the domain's XML */
    struct file_change files[JOURNAL_FILES_MAX + 1];
    size_t file_count;
    struct conflicts conflicts; /* edited since: of the XML, then of files */
    const char *kept[JOURNAL_FILES_MAX]; /* files with what somebody added */
    size_t kept_count;
    bool keeps_script;  /* nobody needs it, but it was edited since */
    bool keeps_newer;   /* the script's version is relied on since */
    bool leaves_script; /* no data are left, but a guest runs */
    bool has_later;     /* a later apply of the domain that has a hook */
    unsigned later;     /* the record of ours that made these edits, or 0 */
};

/*
 * Computes the undo of a record against the domain as it was loaded just now.
 * `number` 0 is the newest apply that is not undone. The number of an undo is
 * a redo. The hook script goes with the last domain that used it, if it is
 * `script` or as a record wrote it, and no guest runs that it has to release.
 * A former version comes back unless somebody relies on the newer one.
 * Choices that give all back take what somebody added to our files, too.
 * NULL with a sentence if there is nothing to undo, or a file of the hook
 * cannot be read. Its conflicts go as `choices` has it; NULL: they stay open.
 * Free it with undo_free.
 */
struct undo *undo_new(const struct target *target, const struct domain *domain,
                      const char *script, unsigned number,
                      const struct choices *choices, struct err *err);
void undo_free(struct undo *undo); /* NULL is allowed */

/*
 * True if nothing of a domain is in force that an undo could take back, and
 * nothing is open; false, too, if it could not be looked at.
 */
bool undo_is_idle(const struct target *target, const struct domain *domain);

/* Adds a sentence about the later record, if there is one. */
void undo_add_later(const struct undo *undo, struct err *err);

/*
 * Says in sentences, a line each, what came of it; `number` is the record that
 * it made. Free it.
 */
char *undo_describe(const struct undo *undo, const struct domain *domain,
                    unsigned number);

/* Does it. With an open conflict it is refused (ERR_CHANGED): says which. */
bool undo_run(const struct target *target, const struct domain *domain,
              const struct undo *undo, struct apply_report *report,
              struct err *err);

#endif
