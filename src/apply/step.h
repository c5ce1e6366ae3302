/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a record's steps do, and their ways back. Each looks first at what is
 * there: done twice it does nothing the second time, so that whoever finds an
 * open record can go either way from wherever it was cut off.
 */
#ifndef APPLY_STEP_H
#define APPLY_STEP_H

#include "apply/journal.h"

/* Writes the hook files; ERR_CHANGED if one is as neither before nor after. */
bool step_files(const struct target *target, const struct record *record,
                struct err *err);

/*
 * Takes the record's lines out of the files of data; ERR_CHANGED if somebody
 * edited them since. The script goes if nobody needs it, then our directories.
 * Of an apply that was `cut_off` others may rely on its newer script by now.
 */
bool step_files_back(const struct target *target, const struct record *record,
                     bool cut_off, struct err *err);

/* True if the definition and the files are, byte for byte, as before it. */
bool step_is_back(const struct target *target, const struct domain *domain,
                  const struct record *record);

/* Stores the definition, and notes in the record how it was stored. */
bool step_store(const struct target *target, const struct domain *domain,
                struct record *record, struct err *err);

/* Puts the former one back. What others edited since is never overwritten. */
bool step_store_back(const struct target *target, const struct domain *domain,
                     struct record *record, struct err *err);

/* Reads back, compares with what was wanted, and notes the record's end. */
bool step_compare(const struct target *target, const struct domain *domain,
                  struct record *record, struct err *err);

#endif
