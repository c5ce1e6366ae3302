/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a domain's definition is kept: libvirt, or a file.
 */
#ifndef APPLY_HOME_H
#define APPLY_HOME_H

#include "apply/target.h"
#include "domain/domain.h"

/*
 * True if it is certain that the domain is nowhere any more: libvirt knows no
 * such UUID, or there is no such file.
 */
bool home_is_gone(const struct target *target, const struct domain *domain);

/*
 * The domain's XML as it is now, from libvirt or its file; free it. A lost
 * connection is opened anew, as often as a daemon needs to start again.
 * Of one that is gone it is what it was last.
 */
char *home_read(const struct target *target, const struct domain *domain,
                struct err *err);

/* Stores XML as the domain's definition, validated, or rewrites its file. */
bool home_store(const struct target *target, const struct domain *domain,
                const char *xml, struct err *err);

/* Removes what a killed program left beside a domain's file. */
void home_clean(const struct domain *domain);

#endif
