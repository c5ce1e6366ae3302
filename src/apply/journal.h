/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal: one numbered record for each apply and each undo, beneath
 * var/lib/virt-tune/DOMAIN, with copies of everything before and after. A
 * record appears whole, before the first change is made.
 */
#ifndef APPLY_JOURNAL_H
#define APPLY_JOURNAL_H

#include "apply/target.h"
#include "render/change.h"

#define JOURNAL "var/lib/virt-tune"
#define JOURNAL_LOCK JOURNAL "/lock"

enum { JOURNAL_FILES_MAX = 4 };

enum record_state {
    RECORD_OPEN,   /* begun, and not known to have ended: cut off */
    RECORD_BROKEN, /* failed, and taking it back failed: open too */
    RECORD_APPLIED,
    RECORD_TAKEN_BACK,
    RECORD_UNDONE, /* applied, and a later record undoes it */
};

struct record_file {
    char *path;   /* relative to the root of writes */
    char *before; /* NULL: there was none */
    char *after;  /* NULL: it was removed */
};

struct record {
    char *directory; /* full path */
    unsigned number;
    enum record_state state;
    unsigned undoes; /* the record that this one undoes, or 0: an apply */
    char *time;      /* "2025-11-21T02:04:00Z", or "" */
    char *domain, *uuid, *uri, *path; /* as when it was made; "": none */
    char *before, *wanted; /* the domain's XML, and what it shall be */
    char *after;           /* as it was stored; NULL: not known */
    struct record_file files[JOURNAL_FILES_MAX];
    size_t file_count;
    char **titles; /* of the changes */
    size_t title_count;
    char *cpus;     /* fingerprint of the host's topology then; "": not noted */
    char **devices; /* that the domain gets, as identity_text has it */
    size_t device_count;
};

/* The records of one domain, the oldest first. */
struct records {
    struct record **list;
    size_t count;
    struct err problem; /* of what could not be read; code 0: all was */
};

/* What a record is made of; all is borrowed. */
struct work {
    const struct domain *domain; /* its XML is what was before */
    const char *wanted;          /* the XML that it shall have */
    const struct file_change *files;
    size_t file_count;
    const char *const *titles;
    size_t title_count;
    const char *const *devices;
    size_t device_count;
    unsigned undoes;         /* as in struct record */
    const struct host *host; /* as it is now, to be noted; NULL: it is not */
};

/* Refuses a domain file whose path no line of a record can hold. */
bool journal_check_path(const struct domain *domain, struct err *err);

/*
 * Starts a record before anything is changed: copies of the domain's XML and
 * of the files that will change, all synced. It appears by one rename. The
 * lock must be held. NULL with a sentence on failure.
 */
struct record *journal_begin(const struct target *target,
                             const struct work *work, struct err *err);

/* Notes the XML as the domain's home stored it. */
bool journal_stored(struct record *record, const char *xml, struct err *err);

/* Notes the state, durably. */
bool journal_state(struct record *record, enum record_state state,
                   struct err *err);

/* True if the record was cut off, or is neither here nor there. */
bool record_is_open(const struct record *record);

/* "open", "broken", "applied", "taken back", "undone" */
const char *record_state_name(enum record_state state);

/*
 * All records of a domain; none is no failure. What cannot be read as a
 * record is left out, and `problem` says so: none that is seen is not none.
 */
struct records journal_read(const struct target *target,
                            const struct domain *domain);

/*
 * The newest one that is open, or NULL; free it. `problem` as that of struct
 * records.
 */
struct record *journal_open_record(const struct target *target,
                                   const struct domain *domain,
                                   struct err *problem);

/* As journal_read, for a directory that journal_domains named. */
struct records journal_read_in(const struct target *target, const char *name);
void records_free(struct records *records);
void record_free(struct record *record); /* NULL is allowed */

/*
 * The names of all domains' directories, NULL after the last, from `arena`;
 * `problem` as that of struct records.
 */
char **journal_domains(const struct target *target, struct arena *arena,
                       struct err *problem);

/* The directory of a domain's records, relative to the root; free it. */
char *journal_directory(const struct domain *domain);

#endif
