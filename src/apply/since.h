/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a record did, had the records that were undone since never been.
 */
#ifndef APPLY_SINCE_H
#define APPLY_SINCE_H

#include "apply/journal.h"

/*
 * Rewrites both sides of `record`, which is one of `records`: what other
 * records had made of the domain and its files when this one was written, and
 * what is undone by now, is taken out of both. So undoing this one brings none
 * of it back, in whatever order records are undone.
 */
void since_rewrite(const struct records *records, struct record *record);

#endif
