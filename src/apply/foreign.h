/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose difference it is: libvirt's, or that of somebody who edited.
 */
#ifndef APPLY_FOREIGN_H
#define APPLY_FOREIGN_H

#include <stdbool.h>

/*
 * `now` is what is stored after `wanted` was asked for in place of `before`.
 * True if it differs from `wanted` where the two are alike: nobody but someone
 * else does that. What libvirt makes of the elements that changed (it drops
 * and adds in silence) is not foreign. Texts that are no XML: true.
 */
bool foreign_has_edit(const char *before, const char *wanted, const char *now);

#endif
