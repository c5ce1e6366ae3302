/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the root of writes, says who needs the hook script and whose it is.
 */
#include "apply/script.h"

#include "apply/journal.h"
#include "base/str.h"

#include <string.h>

bool script_is_path(const char *path)
{
    return strcmp(path, HOOK_SCRIPT) == 0;
}

size_t script_users(const struct root *root)
{
    struct arena *arena = arena_new();
    char **names = root_list(root, arena, HOOK_DATA, NULL);
    size_t count = 0;

    for (; names && *names; names++)
        count += str_ends(*names, ".conf");
    arena_free(arena);
    return count;
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
    for (size_t i = 0; i < record->file_count; i++)
        if (script_is_path(record->files[i].path) && record->files[i].after &&
            strcmp(record->files[i].after, text) == 0)
            return true;
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
