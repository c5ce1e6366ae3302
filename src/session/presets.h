/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The presets that are installed with the program, and those of the user.
 */
#ifndef SESSION_PRESETS_H
#define SESSION_PRESETS_H

#include "plan/preset.h"
#include "session/session.h"

/*
 * All presets that are installed, in order of their names; those that cannot
 * be read are left out. Everything is from `arena`.
 */
struct presets presets_load(const struct session *session, struct arena *arena);

/* One preset by its name, or by the path of a file (with a '/' in it). */
bool presets_find(const struct session *session, const char *name,
                  struct arena *arena, struct preset *preset, struct err *err);

#endif
