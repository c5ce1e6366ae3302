/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan's consequence, gives a record on disk, and reads it back. A
 * record is complete before the first change is made.
 */
#include "apply/journal.h"

#include "apply/file.h"
#include "base/str.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define JOURNAL "var/lib/virt-tune"

char *journal_directory(const struct domain *domain)
{
    struct str str = STR_INIT;
    uint64_t hash = 0xcbf29ce484222325U; /* FNV-1a of a file's path */

    if (!domain->path && *domain->uuid) {
        str_addf(&str, JOURNAL "/%s", domain->uuid);
        return str_steal(&str);
    }
    for (const char *at = domain->path ? domain->path : ""; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 0x100000001b3U;
    str_addf(&str, JOURNAL "/file-%016llx", (unsigned long long)hash);
    return str_steal(&str);
}

static char *full_path(const char *root, const char *path)
{
    struct str str = STR_INIT;

    str_addf(&str, "%s%s%s", root, str_ends(root, "/") ? "" : "/", path);
    return str_steal(&str);
}

static bool put(const struct record *record, const char *name, const char *text,
                struct err *err)
{
    char *path CLEANUP(mem_free) = full_path(record->directory, name);

    return file_create(path, text, strlen(text), 0600, err);
}

static bool put_files(struct record *record, const struct changeset *set,
                      struct err *err)
{
    char name[48];

    for (size_t i = 0; i < set->file_count; i++) {
        const struct file_change *change = &set->files[i];
        struct record_file *file = &record->files[record->file_count++];

        file->path = mem_strdup(change->path);
        file->before = change->before ? mem_strdup(change->before) : NULL;
        file->after = change->after ? mem_strdup(change->after) : NULL;
        snprintf(name, sizeof(name), "file-%zu.path", i);
        if (!put(record, name, file->path, err))
            return false;
        snprintf(name, sizeof(name), "file-%zu.before", i);
        if (file->before && !put(record, name, file->before, err))
            return false;
        snprintf(name, sizeof(name), "file-%zu.after", i);
        if (file->after && !put(record, name, file->after, err))
            return false;
    }
    return true;
}

static bool put_summary(const struct record *record,
                        const struct target *target, const struct plan *plan,
                        const struct changeset *set, struct err *err)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    char when[32] = "";
    time_t now = time(NULL);
    struct tm tm;

    if (gmtime_r(&now, &tm))
        strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
    str_addf(&str, "version = 1\ntime = %s\ndomain = %s\nuuid = %s\n", when,
             plan->domain->name, plan->domain->uuid);
    if (target->conn)
        str_addf(&str, "uri = %s\n", conn_uri(target->conn));
    else
        str_addf(&str, "path = %s\n", plan->domain->path);
    for (size_t i = 0; i < set->count; i++)
        if (set->changes[i].is_kept)
            str_addf(&str, "change = %s\n", set->changes[i].title);
    return put(record, "summary", str_text(&str), err);
}

/* mkdir is the lock: two programs cannot make the same number. */
static bool make_directory(struct record *record, const char *root,
                           const char *journal, struct err *err)
{
    if (!file_make_directory(root, journal, 0700, err))
        return false;
    for (record->number = 1; record->number < 10000; record->number++) {
        struct str str CLEANUP(str_free) = STR_INIT;

        str_addf(&str, "%s%s%s/%04u", root, str_ends(root, "/") ? "" : "/",
                 journal, record->number);
        if (mkdir(str_text(&str), 0700) == 0) {
            record->directory = str_steal(&str);
            return true;
        }
        if (errno != EEXIST)
            return err_set(err, err_code_of_errno(errno),
                           "%s cannot be made: %s.", str_text(&str),
                           strerror(errno));
    }
    return err_set(err, ERR_FAILED, "%s/%s is full of records.", root, journal);
}

struct record *journal_begin(const struct target *target,
                             const struct plan *plan,
                             const struct changeset *set, struct err *err)
{
    struct record *record = mem_alloc(1, sizeof(*record));
    char *journal CLEANUP(mem_free) = journal_directory(plan->domain);

    record->before = mem_strdup(plan->domain->xml->text);
    if (make_directory(record, target->root, journal, err) &&
        put(record, "before.xml", record->before, err) &&
        put(record, "preview.xml", set->xml, err) &&
        put_files(record, set, err) &&
        put_summary(record, target, plan, set, err) &&
        journal_state(record, "begun", err))
        return record;
    record_free(record);
    return NULL;
}

bool journal_stored(struct record *record, const char *xml, struct err *err)
{
    free(record->after);
    record->after = mem_strdup(xml);
    return put(record, "after.xml", xml, err);
}

bool journal_state(struct record *record, const char *state, struct err *err)
{
    free(record->state);
    record->state = mem_strdup(state);
    return file_replace(record->directory, "state", NULL, state, strlen(state),
                        0600, err);
}

static char *get(const struct root *root, struct arena *arena,
                 const char *directory, const char *name)
{
    char *text =
        root_read(root, arena, arena_printf(arena, "%s/%s", directory, name));

    return text ? mem_strdup(text) : NULL;
}

static char *get_exact(const struct root *root, struct arena *arena,
                       const char *directory, const char *name)
{
    return root_read_exact(root, arena_printf(arena, "%s/%s", directory, name));
}

static struct record *read_record(const struct root *root, struct arena *arena,
                                  const char *directory)
{
    struct record *record = mem_alloc(1, sizeof(*record));

    record->directory = full_path(root_path(root), directory);
    record->state = get(root, arena, directory, "state");
    if (!record->state)
        record->state = mem_strdup("");
    for (size_t i = 0; i < JOURNAL_FILES_MAX; i++) {
        const char *name = arena_printf(arena, "file-%zu", i);
        struct record_file *file = &record->files[i];

        file->path =
            get(root, arena, directory, arena_printf(arena, "%s.path", name));
        if (!file->path)
            break;
        file->before = get_exact(root, arena, directory,
                                 arena_printf(arena, "%s.before", name));
        file->after = get_exact(root, arena, directory,
                                arena_printf(arena, "%s.after", name));
        record->file_count++;
    }
    record->before = get_exact(root, arena, directory, "before.xml");
    record->after = get_exact(root, arena, directory, "after.xml");
    return record;
}

struct record *journal_last(const struct target *target,
                            const struct domain *domain, struct err *err)
{
    char *journal CLEANUP(mem_free) = journal_directory(domain);
    struct root *root = root_open(target->root, NULL);
    struct arena *arena = arena_new();
    struct record *found = NULL;
    size_t count = 0;
    char **names = root ? root_list(root, arena, journal, &count) : NULL;

    while (count > 0 && !found) {
        unsigned long number;
        struct record *record;

        if (!str_number(names[--count], 9999, &number))
            continue;
        record = read_record(
            root, arena, arena_printf(arena, "%s/%s", journal, names[count]));
        record->number = (unsigned)number;
        if (strcmp(record->state, "applied") == 0 && record->before &&
            record->after)
            found = record;
        else
            record_free(record);
    }
    if (!found && !names && file_is_writable(target->root, journal))
        err_set(err, ERR_FAILED,
                "virt-tune has changed nothing of %s: there is nothing to "
                "undo.",
                domain->name);
    else if (!found)
        err_set(err, ERR_FAILED,
                "No applied change of %s is on record beneath %s%s%s: there is "
                "nothing to undo, or it cannot be read.",
                domain->name, target->root,
                str_ends(target->root, "/") ? "" : "/", journal);
    arena_free(arena);
    root_free(root);
    return found;
}

void record_free(struct record *record)
{
    if (!record)
        return;
    for (size_t i = 0; i < JOURNAL_FILES_MAX; i++) {
        free(record->files[i].path);
        free(record->files[i].before);
        free(record->files[i].after);
    }
    free(record->directory);
    free(record->state);
    free(record->before);
    free(record->after);
    free(record);
}
