/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes work, gives a record on disk. A record is made in a directory "new"
 * and gets its number by a rename: it is there whole, or not at all.
 */
#include "apply/journal.h"

#include "apply/file.h"
#include "base/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

char *journal_directory(const struct domain *domain)
{
    struct str str = STR_INIT;
    const char *key = domain->path     ? domain->path
                      : domain->remote ? domain->remote
                                       : "";
    uint64_t hash = 0xcbf29ce484222325U; /* FNV-1a of the key */

    for (const char *at = key; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 0x100000001b3U;
    if (domain->path || !*domain->uuid)
        str_addf(&str, JOURNAL "/file-%016llx", (unsigned long long)hash);
    else if (domain->remote)
        str_addf(&str, JOURNAL "/%s@%016llx", domain->uuid,
                 (unsigned long long)hash);
    else
        str_addf(&str, JOURNAL "/%s", domain->uuid);
    return str_steal(&str);
}

static char *full_path(const char *root, const char *path)
{
    struct str str = STR_INIT;

    str_addf(&str, "%s%s%s", root, str_ends(root, "/") ? "" : "/", path);
    return str_steal(&str);
}

static bool put(const char *directory, const char *name, const char *text,
                struct err *err)
{
    char *path CLEANUP(mem_free) = full_path(directory, name);

    return file_create(path, text, strlen(text), 0600, err);
}

static bool put_files(const char *directory, const struct work *work,
                      struct err *err)
{
    char name[48];

    for (size_t i = 0; i < work->file_count; i++) {
        const struct file_change *change = &work->files[i];

        snprintf(name, sizeof(name), "file-%zu.path", i);
        if (!put(directory, name, change->path, err))
            return false;
        snprintf(name, sizeof(name), "file-%zu.before", i);
        if (change->before && !put(directory, name, change->before, err))
            return false;
        snprintf(name, sizeof(name), "file-%zu.after", i);
        if (change->after && !put(directory, name, change->after, err))
            return false;
    }
    return true;
}

bool journal_check_path(const struct domain *domain, struct err *err)
{
    for (const char *at = domain->path; at && *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f) {
            char *name CLEANUP(mem_free) = str_printable(domain->path);

            return err_set(err, ERR_REFUSED,
                           "%.300s: the path has a control character, which no "
                           "record can hold. Rename the file first.",
                           name);
        }
    return true;
}

/* On one line, whatever it holds: a line end would begin another key. */
static void add_line(struct str *str, const char *key, const char *value)
{
    str_addf(str, "%s = ", key);
    str_add_printable(str, value);
    str_add(str, "\n");
}

static bool put_summary(const char *directory, const struct target *target,
                        const struct work *work, struct err *err)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    char when[32] = "";
    time_t now = time(NULL);
    struct tm tm;

    if (gmtime_r(&now, &tm))
        strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
    str_addf(&str, "version = 1\ntime = %s\n", when);
    add_line(&str, "domain", work->domain->name);
    add_line(&str, "uuid", work->domain->uuid);
    if (target->conn)
        add_line(&str, "uri", conn_uri(target->conn));
    else
        str_addf(&str, "path = %s\n", work->domain->path);
    if (work->undoes)
        str_addf(&str, "undoes = %u\n", work->undoes);
    if (work->host)
        str_addf(&str, "cpus = %s\n", work->host->cpu.fingerprint);
    for (size_t i = 0; i < work->title_count; i++)
        add_line(&str, "change", work->titles[i]);
    for (size_t i = 0; i < work->device_count; i++)
        add_line(&str, "device", work->devices[i]);
    return put(directory, "summary", str_text(&str), err);
}

static bool fill(const char *directory, const struct target *target,
                 const struct work *work, struct err *err)
{
    return put(directory, "before.xml", work->domain->xml->text, err) &&
           put(directory, "preview.xml", work->wanted, err) &&
           put_files(directory, work, err) &&
           put_summary(directory, target, work, err) &&
           put(directory, "state", "begun", err);
}

/* One more than the last: the lock is held, so nobody else takes it. */
static unsigned next_number(const struct target *target,
                            const struct domain *domain)
{
    struct root *root = root_open(target->root, NULL);
    struct arena *arena = arena_new();
    char *journal CLEANUP(mem_free) = journal_directory(domain);
    char **names = root ? root_list(root, arena, journal, NULL) : NULL;
    unsigned long number, last = 0;

    for (; names && *names; names++)
        if (str_number(*names, 9999, &number) && number > last)
            last = number;
    arena_free(arena);
    root_free(root);
    return (unsigned)last + 1;
}

struct record *journal_begin(const struct target *target,
                             const struct work *work, struct err *err)
{
    char *journal CLEANUP(mem_free) = journal_directory(work->domain);
    char *full CLEANUP(mem_free) = full_path(target->root, journal);
    char *fresh CLEANUP(mem_free) = full_path(full, "new");
    unsigned number = next_number(target, work->domain);
    struct str name CLEANUP(str_free) = STR_INIT;
    struct records records;
    struct record *record = NULL;

    if (!journal_check_path(work->domain, err))
        return NULL;
    str_addf(&name, "%s/%04u", full, number);
    if (number > 9999) {
        err_set(err, ERR_FAILED, "%s is full of records.", full);
        return NULL;
    }
    /* One of these is left of a program that was killed just here. */
    if (!file_make_directory(target->root, journal, 0700, err) ||
        !file_remove_tree(fresh, err) || !file_make(fresh, 0700, err))
        return NULL;
    if (!fill(fresh, target, work, err) ||
        !file_rename(fresh, str_text(&name), err)) {
        file_remove_tree(fresh, NULL);
        return NULL;
    }
    records = journal_read(target, work->domain);
    for (size_t i = 0; i < records.count; i++)
        if (records.list[i]->number == number) {
            record = records.list[i];
            records.list[i] = NULL;
        }
    records_free(&records);
    if (!record)
        err_set(err, ERR_FAILED, "%s cannot be read back.", str_text(&name));
    return record;
}

bool journal_stored(struct record *record, const char *xml, struct err *err)
{
    free(record->after);
    record->after = mem_strdup(xml);
    return file_replace(record->directory, "after.xml", NULL, xml, strlen(xml),
                        0600, err);
}

bool journal_state(struct record *record, enum record_state state,
                   struct err *err)
{
    const char *text =
        state == RECORD_OPEN ? "begun" : record_state_name(state);
    bool is_written = file_replace(record->directory, "state", NULL, text,
                                   strlen(text), 0600, err);

    /*
     * If it stands there but could not be synced, it counts: at worst a power
     * cut takes it back to "begun", and then the next start asks.
     */
    if (!is_written) {
        char *now CLEANUP(mem_free) = file_read(record->directory, "state");

        is_written = now && strcmp(now, text) == 0;
    }
    if (is_written)
        record->state = state;
    return is_written;
}
