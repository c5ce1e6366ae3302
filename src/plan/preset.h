/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Presets: many options at once, by name. Text files of "key = value" lines,
 * see data/presets.
 */
#ifndef PLAN_PRESET_H
#define PLAN_PRESET_H

#include "plan/plan.h"

struct preset {
    const char *name;      /* "windows-gaming" */
    const char *title;     /* "Windows, for games" */
    const char *text;      /* what it is for, one line */
    enum guest_kind guest; /* GUEST_UNKNOWN: of any kind */
    bool proposes;         /* takes what is proposed first */
    long values[OPTION_COUNT];
    struct disk_wish allocated; /* of each disk that does not grow: disk.h */
};

struct presets {
    struct preset *list; /* in order of their names */
    size_t count;
};

/*
 * Reads a preset; what it points to is from `arena`. A line that is not
 * understood is named (ERR_FAILED).
 */
bool preset_parse(const char *name, const char *text, struct arena *arena,
                  struct preset *preset, struct err *err);

/*
 * Sets the preset's values, but for those that are refused here. Appends a
 * line for each of these to `refused` (may be NULL): "title: reason".
 */
void preset_take(const struct preset *preset, struct plan *plan,
                 struct str *refused);

/* Appends "title: before -> after" for each option that differs. */
void preset_compare(const struct plan *before, const struct plan *after,
                    const char *arrow, struct str *lines);

#endif
