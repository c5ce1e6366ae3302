/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Domains that were undefined, or whose file was removed: the journal still
 * knows them, and their hook's files may still be there.
 */
#ifndef SESSION_GONE_H
#define SESSION_GONE_H

#include "session/session.h"

/*
 * As session_load; a domain that is certainly gone is taken from its newest
 * record, and its `is_gone` says so.
 */
bool session_load_recorded(struct session *session, const char *name,
                           struct err *err);

#endif
