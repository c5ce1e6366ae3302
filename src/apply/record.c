/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the journal's directories, gives records. Writes nothing. Whether a
 * record is undone is not written in it: it follows from the later ones.
 */
#include "apply/journal.h"

#include "base/str.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static char *get_exact(const struct root *root, struct arena *arena,
                       const char *directory, const char *name)
{
    return root_read_exact(root, arena_printf(arena, "%s/%s", directory, name));
}

static char *get_line(const struct root *root, struct arena *arena,
                      const char *directory, const char *name)
{
    char *text =
        root_read(root, arena, arena_printf(arena, "%s/%s", directory, name));

    return text ? mem_strdup(text) : NULL;
}

static void replace(char **text, const char *by)
{
    free(*text);
    *text = mem_strdup(by);
}

static void append(char ***list, size_t *count, const char *text)
{
    *list = mem_realloc(*list, *count + 1, sizeof(**list));
    (*list)[(*count)++] = mem_strdup(text);
}

static void read_line(struct record *record, const char *key, const char *value)
{
    unsigned long number;

    if (strcmp(key, "time") == 0)
        replace(&record->time, value);
    else if (strcmp(key, "domain") == 0)
        replace(&record->domain, value);
    else if (strcmp(key, "uuid") == 0)
        replace(&record->uuid, value);
    else if (strcmp(key, "uri") == 0)
        replace(&record->uri, value);
    else if (strcmp(key, "path") == 0)
        replace(&record->path, value);
    else if (strcmp(key, "undoes") == 0 && str_number(value, 9999, &number))
        record->undoes = (unsigned)number;
    else if (strcmp(key, "change") == 0)
        append(&record->titles, &record->title_count, value);
    else if (strcmp(key, "cpus") == 0)
        replace(&record->cpus, value);
    else if (strcmp(key, "device") == 0)
        append(&record->devices, &record->device_count, value);
}

static void read_summary(struct record *record, char *text)
{
    char *rest = text;
    char *line;

    record->time = mem_strdup("");
    record->domain = mem_strdup("");
    record->uuid = mem_strdup("");
    record->uri = mem_strdup("");
    record->path = mem_strdup("");
    record->cpus = mem_strdup("");
    while ((line = strsep(&rest, "\n"))) {
        char *equals = strchr(line, '=');

        if (!equals)
            continue;
        *equals = '\0';
        read_line(record, str_trim(line), str_trim(equals + 1));
    }
}

static enum record_state state_of(const char *text)
{
    static const enum record_state ended[] = {RECORD_BROKEN, RECORD_APPLIED,
                                              RECORD_TAKEN_BACK, RECORD_UNDONE};

    for (size_t i = 0; text && i < ARRAY_SIZE(ended); i++)
        if (strcmp(text, record_state_name(ended[i])) == 0)
            return ended[i];
    return RECORD_OPEN; /* whatever else stands there: it did not end */
}

static void read_files(const struct root *root, struct arena *arena,
                       const char *directory, struct record *record)
{
    for (size_t i = 0; i < JOURNAL_FILES_MAX; i++) {
        const char *name = arena_printf(arena, "file-%zu", i);
        struct record_file *file = &record->files[i];

        file->path = get_line(root, arena, directory,
                              arena_printf(arena, "%s.path", name));
        if (!file->path)
            return;
        file->before = get_exact(root, arena, directory,
                                 arena_printf(arena, "%s.before", name));
        file->after = get_exact(root, arena, directory,
                                arena_printf(arena, "%s.after", name));
        record->file_count++;
    }
}

/* NULL if the directory holds no record. */
static struct record *read_record(const struct root *root,
                                  const char *directory)
{
    struct record *record = mem_alloc(1, sizeof(*record));
    struct arena *arena = arena_new();
    char *state CLEANUP(mem_free) = get_line(root, arena, directory, "state");
    char *summary CLEANUP(mem_free) =
        get_line(root, arena, directory, "summary");
    const char *base = root_path(root);
    struct str full = STR_INIT;

    str_addf(&full, "%s%s%s", base, str_ends(base, "/") ? "" : "/", directory);
    record->directory = str_steal(&full);
    record->state = state_of(state);
    read_summary(record, summary ? summary : (char[]){""});
    read_files(root, arena, directory, record);
    record->before = get_exact(root, arena, directory, "before.xml");
    record->wanted = get_exact(root, arena, directory, "preview.xml");
    record->after = get_exact(root, arena, directory, "after.xml");
    arena_free(arena);
    if (record->before && record->wanted)
        return record;
    record_free(record);
    return NULL;
}

static struct record *find(const struct records *records, unsigned number)
{
    for (size_t i = 0; i < records->count; i++)
        if (records->list[i]->number == number)
            return records->list[i];
    return NULL;
}

/* From the newest on: an undo that is undone itself undoes nothing. */
static void settle(struct records *records)
{
    for (size_t i = records->count; i-- > 0;) {
        const struct record *record = records->list[i];
        struct record *undone =
            record->undoes && record->state == RECORD_APPLIED
                ? find(records, record->undoes)
                : NULL;

        if (undone && undone->state == RECORD_APPLIED &&
            undone->number < record->number)
            undone->state = RECORD_UNDONE;
    }
}

static struct records read_all(const struct target *target, const char *journal)
{
    struct root *root = root_open(target->root, NULL);
    struct arena *arena = arena_new();
    size_t count = 0;
    char **names = root ? root_list(root, arena, journal, &count) : NULL;
    struct records records = {0};

    records.list = mem_alloc(count + 1, sizeof(*records.list));
    for (size_t i = 0; i < count; i++) {
        unsigned long number;
        struct record *record;

        if (!str_number(names[i], 9999, &number))
            continue;
        record =
            read_record(root, arena_printf(arena, "%s/%s", journal, names[i]));
        if (!record)
            continue;
        record->number = (unsigned)number;
        records.list[records.count++] = record;
    }
    settle(&records);
    arena_free(arena);
    root_free(root);
    return records;
}

struct records journal_read(const struct target *target,
                            const struct domain *domain)
{
    char *journal CLEANUP(mem_free) = journal_directory(domain);

    return read_all(target, journal);
}

struct record *journal_open_record(const struct target *target,
                                   const struct domain *domain)
{
    struct records records = journal_read(target, domain);
    struct record *open = NULL;

    for (size_t i = records.count; i-- > 0 && !open;)
        if (record_is_open(records.list[i])) {
            open = records.list[i];
            records.list[i] = NULL;
        }
    records_free(&records);
    return open;
}

struct records journal_read_in(const struct target *target, const char *name)
{
    struct str journal CLEANUP(str_free) = STR_INIT;

    str_addf(&journal, JOURNAL "/%s", name);
    return read_all(target, str_text(&journal));
}

char **journal_domains(const struct target *target, struct arena *arena)
{
    struct root *root = root_open(target->root, NULL);
    char **names = root ? root_list(root, arena, JOURNAL, NULL) : NULL;

    root_free(root);
    return names ? names : arena_alloc(arena, 1, sizeof(*names));
}

bool record_is_open(const struct record *record)
{
    return record->state == RECORD_OPEN || record->state == RECORD_BROKEN;
}

const char *record_state_name(enum record_state state)
{
    static const char *const names[] = {
        [RECORD_OPEN] = N_("open"),       [RECORD_BROKEN] = N_("broken"),
        [RECORD_APPLIED] = N_("applied"), [RECORD_TAKEN_BACK] = "taken back",
        [RECORD_UNDONE] = N_("undone"),
    };

    return names[state];
}

void records_free(struct records *records)
{
    for (size_t i = 0; i < records->count; i++)
        record_free(records->list[i]);
    free(records->list);
    *records = (struct records){0};
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
    for (size_t i = 0; i < record->title_count; i++)
        free(record->titles[i]);
    free(record->titles);
    for (size_t i = 0; i < record->device_count; i++)
        free(record->devices[i]);
    free(record->devices);
    free(record->cpus);
    free(record->directory);
    free(record->time);
    free(record->domain);
    free(record->uuid);
    free(record->uri);
    free(record->path);
    free(record->before);
    free(record->wanted);
    free(record->after);
    free(record);
}
