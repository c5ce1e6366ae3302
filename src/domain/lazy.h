/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libvirt's library, loaded at the first call of one of its functions. */
#ifndef DOMAIN_LAZY_H
#define DOMAIN_LAZY_H

#include <stdbool.h>

/* Loads it; false if it is not installed, and then every call fails. */
bool lazy_is_there(void);

/* True while some thread is in one of its functions, and waits perhaps. */
bool lazy_is_calling(void);

#endif
