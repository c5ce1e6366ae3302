/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a domain should be, kept by the test beside the program: its XML and
 * its file of the hook as plain facts, and what an undo does to them. It knows
 * nothing of the program's pairing, edits and merges.
 */
#ifndef MODEL_H
#define MODEL_H

#include "base/mem.h"

#include <stdbool.h>

struct fact {
    const char *key, *value;
};

/* Sorted by key. An element is a fact, as is each attribute and each text. */
struct facts {
    struct fact *list;
    size_t count;
};

/*
 * "/domain/vcpu" is an element, "/domain/vcpu=" its text, "...@placement" an
 * attribute, "...!TEXT" a comment in it. Siblings of one name are told apart
 * by what identifies them, else counted. Fails the test if it does not parse.
 */
struct facts facts_of_xml(struct arena *arena, const char *text);

/*
 * One fact for each line that says something, and for each word of a list;
 * NULL is an absent file.
 */
struct facts facts_of_lines(struct arena *arena, const char *text);

/* The value, or NULL: there is no such fact. */
const char *facts_get(const struct facts *facts, const char *key);
bool facts_equal(const struct facts *a, const struct facts *b);

/* Prints in what they differ. */
void facts_print(const char *title, const struct facts *is,
                 const struct facts *should);

/*
 * What `today` shall be once a record that made `after` of `before` is undone.
 * False: `conflict` (from `arena`) was edited since.
 */
bool model_undo_xml(struct arena *arena, const struct facts *before,
                    const struct facts *after, struct facts *today,
                    const char **conflict);
bool model_undo_lines(struct arena *arena, const struct facts *before,
                      const struct facts *after, struct facts *today,
                      const char **conflict);

#endif
