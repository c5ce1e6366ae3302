/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal: one numbered record for each apply, beneath
 * var/lib/virt-tune/DOMAIN, with copies of everything before and after.
 */
#ifndef APPLY_JOURNAL_H
#define APPLY_JOURNAL_H

#include "apply/target.h"
#include "render/change.h"

enum { JOURNAL_FILES_MAX = 4 };

struct record_file {
    char *path;   /* relative to the root of writes */
    char *before; /* NULL: there was none */
    char *after;  /* NULL: it was removed */
};

struct record {
    char *directory; /* full path */
    unsigned number;
    char *state; /* "begun", "applied", "taken back", "undone", "broken" */
    char *before, *after; /* the domain's XML; `after` as it was stored */
    struct record_file files[JOURNAL_FILES_MAX];
    size_t file_count;
};

/*
 * Starts a record before anything is changed: copies of the domain's XML and
 * of the files that will change, all synced. NULL with a sentence on failure.
 */
struct record *journal_begin(const struct target *target,
                             const struct plan *plan,
                             const struct changeset *set, struct err *err);

/* Notes the XML as the domain's home stored it. */
bool journal_stored(struct record *record, const char *xml, struct err *err);

/* Notes the state, durably. */
bool journal_state(struct record *record, const char *state, struct err *err);

/*
 * The newest record of a domain whose state is "applied". NULL with a sentence
 * if there is none.
 */
struct record *journal_last(const struct target *target,
                            const struct domain *domain, struct err *err);
void record_free(struct record *record); /* NULL is allowed */

/* The directory of a domain's records, relative to the root; free it. */
char *journal_directory(const struct domain *domain);

#endif
