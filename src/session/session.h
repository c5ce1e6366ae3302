/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run of the program: which host, which connection, which domain, and
 * where is written. Command line and screens get their facts here.
 */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "apply/live.h"
#include "apply/undo.h"
#include "plan/drift.h"
#include "render/hooknow.h"

struct session_options {
    const char *uri;     /* NULL: the default */
    const char *sysroot; /* NULL: this host */
    const char *root;    /* NULL: "/" */
    bool is_demo, is_read_only;
    bool is_devices_only; /* of the host its devices are enough */
};

struct session {
    struct session_options options;
    struct session_options given; /* the same, without what the demo chose */
    struct host *host;
    struct conn *conn;            /* NULL until session_connect */
    struct domain *domain;        /* NULL until session_load */
    struct neighbours *others;    /* of the connection; NULL: not known */
    struct identities identities; /* of the journal; in the domain's arena */
    struct target target;
    struct root *hook_root;    /* where the hook's files are; NULL: nowhere */
    const char *hook_obstacle; /* why no hook can be installed, or NULL */
    char *share;               /* the directory of the shipped data, or NULL */
    char *scratch;             /* the demo's root of writes, removed at close */
};

/* Probes the host. The options' texts are borrowed. */
struct session *session_open(const struct session_options *options,
                             struct err *err);
void session_close(struct session *session); /* NULL is allowed */

/*
 * Opens the connection, if it is not open, or lost. The host's findings then
 * have what only libvirt can tell.
 */
bool session_connect(struct session *session, struct err *err);

/* Loads a domain (a name, a UUID or a path) in place of the present one. */
bool session_load(struct session *session, const char *name, struct err *err);

/* Takes a domain that was read otherwise in its place; the session frees it. */
void session_take(struct session *session, struct domain *domain);

/*
 * True if the present domain is stored as it was when it was loaded; false
 * with an error if that cannot be read.
 */
bool session_is_current(const struct session *session, struct err *err);

/* A fresh plan for the present domain, equal to it; free it. */
struct plan *session_plan(const struct session *session);

/* The consequence of a plan; free it. */
struct changeset *session_changeset(const struct session *session,
                                    const struct plan *plan, struct err *err);

/*
 * What the plan's hook would do on this host now; nothing if none is installed
 * with it.
 */
void session_hook_now(const struct session *session, const struct plan *plan,
                      struct arena *arena, struct hook_nows *nows);

/* Checks, then applies the kept changes. */
bool session_apply(const struct session *session, const struct plan *plan,
                   const struct changeset *set, struct apply_report *report,
                   struct err *err);

/* Moves the running domain's threads now; see live_apply, dry: live_look. */
bool session_live(const struct session *session, const struct plan *plan,
                  bool is_dry, struct live_report *report, struct err *err);

/* As session_apply checks before it writes; changes nothing. */
bool session_check(const struct session *session, const struct plan *plan,
                   const struct changeset *set, struct err *err);

/* Computes an undo for the domain as it was loaded; see undo_new. */
struct undo *session_undo_plan(const struct session *session, unsigned number,
                               const struct choices *choices, struct err *err);

/* Checks, then undoes; see undo_run. */
bool session_undo(const struct session *session, const struct undo *undo,
                  struct apply_report *report, struct err *err);

/*
 * An apply that was cut off comes first: nothing is built on half of one. False
 * with a sentence if there is one, or it could not look.
 */
bool session_check_open(const struct session *session, struct err *err);

/* The present domain's record that was cut off, or NULL; free it. */
struct record *session_open_record(const struct session *session,
                                   struct err *problem);

/* Ends that record; see repair_run. */
bool session_repair(const struct session *session, enum repair_way way,
                    struct repair_report *report, struct err *err);

/*
 * Saves a plan, or a report, in a file of the user's choice, whole or not at
 * all. Refused in a read-only session, and if something else is there: what
 * begins otherwise than the text.
 */
bool session_save(const struct session *session, const char *path,
                  const char *text, struct err *err);

/* A short name of where the domain lives: the URI or "file". */
const char *session_place(const struct session *session);

#endif
