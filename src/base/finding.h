/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A verdict on the host or on a plan, with its reason and its cure. Host
 * checks and plan rules give the same kind, and every screen and command
 * shows the same words.
 */
#ifndef BASE_FINDING_H
#define BASE_FINDING_H

#include "base/mem.h"

#include <stddef.h>

enum verdict {
    VERDICT_OK,
    VERDICT_NOTE,
    VERDICT_UNKNOWN, /* could not look: neither good nor bad */
    VERDICT_WARN,
    VERDICT_FAIL,
};

struct finding {
    const char *id; /* stable name of the check or rule */
    enum verdict verdict;
    const char *topic;  /* of a rule: the step that can change it; or "" */
    const char *about;  /* of a rule: what it is about, see plan/about.h */
    const char *text;   /* what is so, one line */
    const char *detail; /* what was seen, short; "" if nothing */
    const char *why;    /* what it means; "" if plain */
    const char *fix;    /* what to do; "" if nothing */
    const char *source; /* where it was read; "" if not from a file */
    /*
     * What to copy, if the cure takes more than a sentence: lines, each with
     * its line end, printable; "" if there is none. Nobody else writes it.
     */
    const char *recipe;
};

struct findings {
    struct finding *list;
    size_t count, capacity;
};

/* "ok", "note", "unknown", "warn", "fail" */
const char *verdict_name(enum verdict verdict);

/* The same in the user's language. */
const char *verdict_label(enum verdict verdict);

/* A new finding in the list; its texts are "" until they are set. */
struct finding *findings_add(struct findings *findings, struct arena *arena,
                             const char *id, enum verdict verdict);

/* The first of the worst ones, or NULL if there is none. */
const struct finding *findings_worst(const struct findings *findings);

/* How many have this verdict. */
size_t findings_count(const struct findings *findings, enum verdict verdict);

#endif
