/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the guest's memory is made of: one object of QEMU's for each guest node
 * (one for all without) and each memory device; and who else maps it.
 */
#ifndef PLAN_BACKING_H
#define PLAN_BACKING_H

#include "plan/plan.h"

/*
 * The huge pages of a size that the guest needs, or would need if they were
 * wished: each object has whole ones. Objects that the domain gives pages of
 * another size are not counted.
 */
unsigned long backing_pages(const struct plan *plan, unsigned long page_kib);

/* The smallest object, KiB, that is no whole number of such pages; or 0. */
unsigned long backing_odd_kib(const struct plan *plan, unsigned long page_kib);

/*
 * A device whose back end, another process, maps the guest's memory: its name
 * in a sentence, or NULL. Of several, one that libvirt refuses without shared
 * memory; `is_refused` says so.
 */
const char *backing_sharer(const struct plan *plan, bool *is_refused);

/* True if with this value of OPTION_ACCESS all of the memory is shared. */
bool backing_is_shared(const struct plan *plan, long access);

#endif
