/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the journal's directories, gives records. Writes nothing. Whether a
 * record is undone is not written in it: it follows from the later ones.
 */
#include "apply/journal.h"

#include "apply/file.h"
#include "base/str.h"
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { UUID_LENGTH = 36 };

/* Reads one record's files; what is not there is NULL, and is no failure. */
struct reader {
    const struct root *root;
    struct arena *arena;
    const char *directory;
    struct err *problem; /* of the first that could not be read */
};

/* With errno as the call that failed left it. */
static void note(const struct root *root, const char *path, int number,
                 struct err *problem)
{
    struct str full CLEANUP(str_free) = STR_INIT;
    struct str name CLEANUP(str_free) = STR_INIT;
    const char *base = root_path(root);

    if (problem->code)
        return;
    str_addf(&full, "%s%s%s", base, str_ends(base, "/") ? "" : "/", path);
    str_add_printable(&name, str_text(&full));
    err_set(problem, err_code_of_errno(number), "Could not look: %.300s: %s.",
            str_text(&name), file_obstacle(number));
    if (problem->code == ERR_PERMISSION)
        err_add(problem, "Run virt-tune as root.");
    else
        err_add(problem, "Bring it back, or move its directory away.");
}

static char *get_exact(const struct reader *reader, const char *name)
{
    const char *path =
        arena_printf(reader->arena, "%s/%s", reader->directory, name);
    char *text;

    errno = 0;
    text = root_read_exact(reader->root, path);
    if (!text && errno != ENOENT)
        note(reader->root, path, errno, reader->problem);
    return text;
}

static char *get_line(const struct reader *reader, const char *name)
{
    const char *path =
        arena_printf(reader->arena, "%s/%s", reader->directory, name);
    char *text;

    errno = 0;
    text = root_read(reader->root, reader->arena, path);
    if (!text && errno != ENOENT)
        note(reader->root, path, errno, reader->problem);
    return text ? mem_strdup(text) : NULL;
}

/* A definition; none is empty, unless a file system lost what was in it. */
static char *get_xml(const struct reader *reader, const char *name)
{
    char *text = get_exact(reader, name);

    if (text && !*text)
        note(reader->root,
             arena_printf(reader->arena, "%s/%s", reader->directory, name),
             ENODATA, reader->problem);
    return text;
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

static void read_files(const struct reader *reader, struct record *record)
{
    for (size_t i = 0; i < JOURNAL_FILES_MAX; i++) {
        const char *name = arena_printf(reader->arena, "file-%zu", i);
        struct record_file *file = &record->files[i];

        file->path =
            get_line(reader, arena_printf(reader->arena, "%s.path", name));
        if (!file->path)
            return;
        file->before =
            get_exact(reader, arena_printf(reader->arena, "%s.before", name));
        file->after =
            get_exact(reader, arena_printf(reader->arena, "%s.after", name));
        record->file_count++;
    }
}

/* NULL if the directory holds no whole record, and a sentence about it. */
static struct record *read_record(const struct root *root,
                                  const char *directory, struct err *problem)
{
    struct record *record = mem_alloc(1, sizeof(*record));
    struct err own = {0};
    const struct reader reader = {root, arena_new(), directory, &own};
    char *state CLEANUP(mem_free) = get_line(&reader, "state");
    char *summary CLEANUP(mem_free) = get_line(&reader, "summary");
    const char *base = root_path(root);
    struct str full = STR_INIT;

    str_addf(&full, "%s%s%s", base, str_ends(base, "/") ? "" : "/", directory);
    record->directory = str_steal(&full);
    record->state = state_of(state);
    read_summary(record, summary ? summary : (char[]){""});
    read_files(&reader, record);
    record->before = get_xml(&reader, "before.xml");
    record->wanted = get_xml(&reader, "preview.xml");
    record->after = get_xml(&reader, "after.xml");
    if (!record->before || !record->wanted)
        note(root,
             arena_printf(reader.arena, "%s/%s.xml", directory,
                          record->before ? "preview" : "before"),
             ENOENT, &own);
    arena_free(reader.arena);
    if (!own.code)
        return record;
    if (!problem->code)
        *problem = own;
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

/* No directory at all is no failure, nor is the root that is still to come. */
static char **list(const struct target *target, struct root **root,
                   struct arena *arena, const char *journal,
                   struct err *problem)
{
    char **names;

    *root = root_open(target->root, problem);
    if (!*root) {
        if (problem->code != ERR_PERMISSION)
            *problem = (struct err){0};
        return NULL;
    }
    errno = 0;
    names = root_list(*root, arena, journal, NULL);
    if (!names && errno != ENOENT)
        note(*root, journal, errno, problem);
    return names;
}

static struct records read_all(const struct target *target, const char *journal)
{
    struct root *root;
    struct arena *arena = arena_new();
    struct records records = {0};
    char **names = list(target, &root, arena, journal, &records.problem);

    for (; names && *names; names++) {
        unsigned long number;
        struct record *record;

        if (!str_number(*names, 9999, &number))
            continue;
        record =
            read_record(root, arena_printf(arena, "%s/%s", journal, *names),
                        &records.problem);
        if (!record)
            continue;
        record->number = (unsigned)number;
        records.list =
            mem_realloc(records.list, records.count + 1, sizeof(*records.list));
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
                                   const struct domain *domain,
                                   struct err *problem)
{
    struct records records = journal_read(target, domain);
    struct record *open = NULL;

    for (size_t i = records.count; i-- > 0 && !open;)
        if (record_is_open(records.list[i])) {
            open = records.list[i];
            records.list[i] = NULL;
        }
    *problem = records.problem;
    records_free(&records);
    return open;
}

struct records journal_read_in(const struct target *target, const char *name)
{
    struct str journal CLEANUP(str_free) = STR_INIT;

    str_addf(&journal, JOURNAL "/%s", name);
    return read_all(target, str_text(&journal));
}

char **journal_domains(const struct target *target, struct arena *arena,
                       struct err *problem)
{
    struct root *root;
    char **names = list(target, &root, arena, JOURNAL, problem);
    size_t count = 0;

    root_free(root);
    if (!names)
        return arena_alloc(arena, 1, sizeof(*names));
    for (char **at = names; *at; at++)
        if (str_starts(*at, "file-") || strlen(*at) >= UUID_LENGTH)
            names[count++] = *at; /* and no lock, nor the drafts */
    names[count] = NULL;
    return names;
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
