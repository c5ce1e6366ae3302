/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a preset's text, gives wishes; puts them into a plan as far as they
 * can be had, and says what that changes. Opens no files.
 */
#include "plan/preset.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/disk.h"

#include <stdio.h>
#include <string.h>

#define ALLOCATED "disk.allocated."

static long *allocated(struct preset *preset, enum option_id id)
{
    return &preset->allocated.values[id - OPTION_DISKS_CACHE];
}

static bool read_allocated(struct preset *preset, const char *name,
                           const char *value)
{
    enum option_id id = disk_option_find(name);

    return id != OPTION_NONE && option_parse(id, value, allocated(preset, id));
}

static bool read_line(struct preset *preset, const char *key, const char *value,
                      struct arena *arena)
{
    char *printable CLEANUP(mem_free) = str_printable(value);
    enum option_id id = option_find(key);

    if (strcmp(key, "title") == 0) {
        preset->title = arena_strdup(arena, text_of(printable));
    } else if (strcmp(key, "text") == 0) {
        preset->text = arena_strdup(arena, text_of(printable));
    } else if (strcmp(key, "guest") == 0) {
        preset->guest = guest_kind_find(value);
        return preset->guest != GUEST_UNKNOWN;
    } else if (strcmp(key, "propose") == 0) {
        preset->proposes = strcmp(value, "on") == 0;
        return preset->proposes;
    } else if (str_starts(key, ALLOCATED)) {
        return read_allocated(preset, key + strlen(ALLOCATED), value);
    } else {
        return id != OPTION_NONE &&
               option_parse(id, value, &preset->values[id]);
    }
    return true;
}

bool preset_parse(const char *name, const char *text, struct arena *arena,
                  struct preset *preset, struct err *err)
{
    char *copy CLEANUP(mem_free) = mem_strdup(text);
    char *printable CLEANUP(mem_free) = str_printable(name);
    char *rest = copy;

    *preset = (struct preset){
        .name = arena_strdup(arena, printable),
        .title = arena_strdup(arena, printable),
        .text = "",
    };
    for (size_t i = 0; i < OPTION_COUNT; i++)
        preset->values[i] = OPTION_KEEP;
    for (enum option_id id = OPTION_DISKS_CACHE; disk_option_name(id); id++)
        *allocated(preset, id) = OPTION_KEEP;
    for (unsigned number = 1; rest; number++) {
        char *line = str_trim(strsep(&rest, "\n")), *equals;

        if (!*line || *line == '#')
            continue;
        equals = strchr(line, '=');
        if (equals)
            *equals = '\0';
        if (!equals ||
            !read_line(preset, str_trim(line), str_trim(equals + 1), arena))
            return err_set(err, ERR_FAILED,
                           "Line %u of the preset %.60s is not understood.",
                           number, printable);
    }
    return true;
}

static void set_values(const struct preset *preset, struct plan *plan,
                       struct str *refused)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        enum option_id id = (enum option_id)i;
        long value = preset->values[id];
        const char *reason;

        if (value == OPTION_KEEP || option_effective(plan, id) == value)
            continue;
        reason = option_refusal(plan, id, value);
        if (!reason)
            option_set(plan, id, value);
        else if (refused)
            str_addf(refused, "%s: %s\n", option_get(id)->title, reason);
    }
}

/* Why a disk does not get what is for those that do not grow, or NULL. */
static const char *refusal_growth(const struct plan *plan, size_t disk)
{
    switch (disk_growth(plan, disk)) {
    case DISK_GROWS:
        return _("it can still grow, and the guest's I/O would stop for that.");
    case DISK_UNSEEN:
        return _("whether it can still grow could not be looked at.");
    default:
        return NULL;
    }
}

static void set_allocated(const struct preset *preset, struct plan *plan,
                          struct str *refused)
{
    struct arena *arena = arena_new();

    for (size_t i = 0; i < plan->disk_wish_count; i++)
        for (enum option_id id = OPTION_DISKS_CACHE; disk_option_name(id);
             id++) {
            long value = preset->allocated.values[id - OPTION_DISKS_CACHE];
            const char *reason;

            if (value == OPTION_KEEP || disk_effective(plan, i, id) == value)
                continue;
            reason = refusal_growth(plan, i);
            if (!reason)
                reason = disk_refusal(plan, i, id, value);
            if (!reason)
                disk_set(plan, i, id, value);
            else if (refused)
                str_addf(refused, N_("%s (%s): %s\n"), option_get(id)->title,
                         disk_target(plan->domain, arena, i), text_of(reason));
        }
    arena_free(arena);
}

void preset_take(const struct preset *preset, struct plan *plan,
                 struct str *refused)
{
    if (preset->guest != GUEST_UNKNOWN)
        plan->guest = preset->guest;
    if (preset->proposes) {
        /* What is proposed depends on the values, and they go before it. */
        set_values(preset, plan, NULL);
        plan_propose_options(plan);
    }
    set_values(preset, plan, refused);
    set_allocated(preset, plan, refused);
}

/* Wishes of single disks. */
static void compare_disks(const struct plan *before, const struct plan *after,
                          const char *arrow, struct str *lines)
{
    struct arena *arena = arena_new();

    for (size_t i = 0; i < after->disk_wish_count; i++)
        for (enum option_id id = OPTION_DISKS_CACHE; disk_option_name(id);
             id++) {
            char from[64], to[64];

            if (disk_wish(before, i, id) == disk_wish(after, i, id))
                continue;
            option_format(id, disk_effective(before, i, id), from,
                          sizeof(from));
            option_format(id, disk_effective(after, i, id), to, sizeof(to));
            str_addf(lines, "%s (%s): %s %s %s\n", option_get(id)->title,
                     disk_target(after->domain, arena, i), from, arrow, to);
        }
    arena_free(arena);
}

void preset_compare(const struct plan *before, const struct plan *after,
                    const char *arrow, struct str *lines)
{
    if (before->guest != after->guest)
        str_addf(lines, "kind of guest: %s %s %s\n",
                 text_of(guest_kind_name(before->guest)), arrow,
                 text_of(guest_kind_name(after->guest)));
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        enum option_id id = (enum option_id)i;
        long old = option_effective(before, id);
        long new = option_effective(after, id);
        char from[64], to[64];

        if (old == new)
            continue;
        option_show(before, id, old, from, sizeof(from));
        option_show(after, id, new, to, sizeof(to));
        str_addf(lines, "%s: %s %s %s\n", option_get(id)->title, from, arrow,
                 to);
    }
    compare_disks(before, after, arrow, lines);
}
