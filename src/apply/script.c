/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the root of writes, says who needs the hook script and whose it is.
 */
#include "apply/script.h"

#include "base/str.h"

#include <string.h>

bool script_is_path(const char *path)
{
    return strcmp(path, HOOK_SCRIPT) == 0;
}

/* Files of data; with a UUID but for that domain's. */
static size_t count_data(const struct root *root, const char *but)
{
    struct arena *arena = arena_new();
    const char *own = but ? arena_printf(arena, "%s.conf", but) : NULL;
    char **names = root_list(root, arena, HOOK_DATA, NULL);
    size_t count = 0;

    for (; names && *names; names++)
        count += str_ends(*names, ".conf") && !str_is_same(*names, own);
    arena_free(arena);
    return count;
}

size_t script_users(const struct root *root)
{
    return count_data(root, NULL);
}

bool script_serves_others(const struct root *root, const struct record *record)
{
    return count_data(root, record->uuid) > 0;
}

bool script_has_notes(const struct root *root)
{
    static const char *const notes[] = {
        "run/virt-tune/commands",   "run/virt-tune/devices",
        "run/virt-tune/display",    "run/virt-tune/frequency",
        "run/virt-tune/interrupts", "run/virt-tune/isolate",
        "run/virt-tune/pages",      "run/virt-tune/profile",
        "run/virt-tune/sleep",      "run/virt-tune/watch"};
    struct arena *arena = arena_new();
    bool has_any = false;

    for (size_t i = 0; i < ARRAY_SIZE(notes); i++) {
        size_t count = 0;

        root_list(root, arena, notes[i], &count);
        has_any |= count > 0;
    }
    arena_free(arena);
    return has_any;
}

bool script_is_needed(const char *root_directory)
{
    struct root *root = root_open(root_directory, NULL);
    bool is_needed = root && (script_users(root) > 0 || script_has_notes(root));

    root_free(root);
    return is_needed;
}

static bool has_written(const struct record *record, const char *text)
{
    for (size_t i = 0; i < record->file_count; i++) {
        const struct record_file *file = &record->files[i];

        if (script_is_path(file->path) && str_is_same(file->after, text) &&
            (!record->undoes || !file->before))
            return true;
    }
    return false;
}

bool script_was_written(const struct target *target, const char *text)
{
    struct arena *arena = arena_new();
    struct err ignored = {0}; /* what cannot be read is nobody's: it stays */
    char **names = journal_domains(target, arena, &ignored);
    bool was_written = false;

    for (; names && *names && !was_written; names++) {
        struct records records = journal_read_in(target, *names);

        for (size_t i = 0; i < records.count && !was_written; i++)
            was_written = has_written(records.list[i], text);
        records_free(&records);
    }
    arena_free(arena);
    return was_written;
}

bool script_is_ours(const char *text)
{
    return strstr(text, "\nconf_dir=/" HOOK_DATA "\n") != NULL;
}
