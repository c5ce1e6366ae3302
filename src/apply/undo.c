/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a domain, gives it back what its newest applied record replaced.
 * Looks at everything first; what was edited since is never overwritten.
 */
#include "apply/apply.h"

#include "apply/file.h"
#include "apply/journal.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

static bool is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : !a && !b;
}

static bool is_script(const struct record_file *file)
{
    return strcmp(file->path, HOOK_SCRIPT) == 0;
}

static bool check_unchanged(const struct target *target,
                            const struct domain *domain,
                            const struct record *record, struct err *err)
{
    char *now CLEANUP(mem_free) = apply_read_domain(target, domain, err);

    if (!now)
        return false;
    if (strcmp(now, record->after) != 0)
        return err_set(err, ERR_CHANGED,
                       "%s was edited since record %04u was applied; undo "
                       "would lose that edit. The former definition is "
                       "%s/before.xml.",
                       domain->name, record->number, record->directory);
    for (size_t i = 0; i < record->file_count; i++) {
        const struct record_file *file = &record->files[i];
        char *text CLEANUP(mem_free) = file_read(target->root, file->path);

        if (!is_script(file) && !is_same(text, file->after))
            return err_set(err, ERR_CHANGED,
                           "/%s was edited since record %04u was applied; it "
                           "is left alone.",
                           file->path, record->number);
    }
    return true;
}

/* How many domains still have a file of the hook. */
static size_t count_data(const struct root *root)
{
    struct arena *arena = arena_new();
    char **names = root_list(root, arena, HOOK_DATA, NULL);
    size_t count = 0;

    for (; names && *names; names++)
        count += str_ends(*names, ".conf");
    arena_free(arena);
    return count;
}

/*
 * Other domains use the script, or a guest runs that was started with it:
 * then only it can give back what it took from the host.
 */
static bool is_script_needed(const struct domain *domain,
                             const struct root *root)
{
    static const char *const notes[] = {"run/virt-tune/guests",
                                        "run/virt-tune/pages"};
    struct arena *arena = arena_new();
    bool is_needed = domain->is_running || count_data(root) > 0;

    for (size_t i = 0; i < ARRAY_SIZE(notes); i++) {
        size_t count = 0;

        root_list(root, arena, notes[i], &count);
        is_needed |= count > 0;
    }
    arena_free(arena);
    return is_needed;
}

static bool restore_files(const struct target *target,
                          const struct domain *domain, const struct root *root,
                          const struct record *record, const char *script,
                          struct err *err)
{
    char *now CLEANUP(mem_free) = file_read(target->root, HOOK_SCRIPT);

    for (size_t i = record->file_count; i-- > 0;) {
        const struct record_file *file = &record->files[i];

        if (is_script(file))
            continue; /* other domains may use it: see below */
        if (!file->before) {
            if (!file_remove(target->root, file->path, err))
                return false;
        } else if (!file_make_directory(target->root, HOOK_DATA, 0755, err) ||
                   !file_replace(target->root, file->path, HOOK_DATA,
                                 file->before, strlen(file->before), 0644,
                                 err)) {
            return false;
        }
    }
    if (record->file_count > 0 && !is_script_needed(domain, root) &&
        is_same(now, script)) {
        if (!file_remove(target->root, HOOK_SCRIPT, err))
            return false;
        file_remove_empty(target->root, HOOK_DATA);
    }
    return true;
}

static bool put_back(const struct target *target, const struct domain *domain,
                     const struct root *root, struct record *record,
                     const char *script, struct err *err)
{
    char *now CLEANUP(mem_free) = NULL;

    if (strcmp(record->before, record->after) != 0) {
        if (!apply_store_domain(target, domain, record->before, err))
            return false;
        now = apply_read_domain(target, domain, err);
        if (!now || strcmp(now, record->before) != 0)
            return err_set(err, ERR_NOT_RESTORED,
                           "The former definition was put back, but it is "
                           "stored differently. The copy is %s/before.xml.",
                           record->directory);
    }
    if (restore_files(target, domain, root, record, script, err) &&
        journal_state(record, "undone", err))
        return true;
    err->code = ERR_NOT_RESTORED;
    return err_add(err,
                   "The definition is as it was, the hook's files may not "
                   "be. The copies are in %s.",
                   record->directory);
}

bool apply_undo(const struct target *target, const struct domain *domain,
                const char *script, unsigned *number, struct err *err)
{
    struct record *record = journal_last(target, domain, err);
    struct root *root = record ? root_open(target->root, err) : NULL;
    bool is_undone = false;

    if (root && check_unchanged(target, domain, record, err)) {
        *number = record->number;
        is_undone = put_back(target, domain, root, record, script, err);
    }
    root_free(root);
    record_free(record);
    return is_undone;
}
