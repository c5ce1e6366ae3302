/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether XML that libvirt stored still holds all that was asked for.
 */
#ifndef APPLY_COMPARE_H
#define APPLY_COMPARE_H

#include "base/err.h"

#include <stdbool.h>

/*
 * True if every element, attribute and text of `wanted` is in `stored`, in any
 * order of siblings; what libvirt adds of its own is allowed. Else false with
 * a sentence that names the first thing missing.
 */
bool compare_stored(const char *wanted, const char *stored, struct err *err);

#endif
