/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a record, makes it true or takes it back. Whether a step was done is
 * seen from what is there, never from what somebody meant to do.
 */
#include "apply/step.h"

#include "apply/compare.h"
#include "apply/file.h"
#include "apply/foreign.h"
#include "apply/home.h"
#include "apply/lines.h"
#include "apply/script.h"
#include "base/str.h"
#include "render/match.h"
#include "render/merge.h"

#include <stdlib.h>
#include <string.h>

/* The directories that we made and may remove again: one path a line. */
#define MADE JOURNAL "/made"

/* Those that may be missing, the deepest first. */
static const char *const directories[] = {
    HOOK_DATA, "etc/libvirt/hooks/qemu.d", "etc/libvirt/hooks", "etc/libvirt",
    "etc",
};

static bool has_line(const char *text, const char *line)
{
    size_t length = strlen(line);

    for (; text && *text; text += strcspn(text, "\n"), text += *text == '\n')
        if (strncmp(text, line, length) == 0 && text[length] == '\n')
            return true;
    return false;
}

static bool put_made(const struct target *target, const char *text,
                     struct err *err)
{
    return file_replace(target->root, MADE, NULL, text, strlen(text), 0600,
                        err);
}

/* Before a directory is made it is noted: what is noted is ours to remove. */
static bool make_directories(const struct target *target, struct err *err)
{
    struct root *root;
    char *made CLEANUP(mem_free) = NULL;
    struct str text CLEANUP(str_free) = STR_INIT;
    bool is_new = false;

    if (!file_look(target->root, MADE, &made, err))
        return false;
    root = root_open(target->root, err);
    if (!root)
        return false;
    str_add(&text, made ? made : "");
    for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
        if (root_exists(root, directories[i]) ||
            has_line(str_text(&text), directories[i]))
            continue;
        str_addf(&text, "%s\n", directories[i]);
        is_new = true;
    }
    root_free(root);
    return (!is_new || put_made(target, str_text(&text), err)) &&
           file_make_directory(target->root, HOOK_DATA, 0755, err) &&
           file_make_directory(target->root, "etc/libvirt/hooks/qemu.d", 0755,
                               err);
}

/* The list stays as long as one of them does; what is not empty stays. */
static bool remove_directories(const struct target *target, struct err *err)
{
    char *made CLEANUP(mem_free) = file_read(target->root, MADE);
    struct root *root = root_open(target->root, NULL);
    bool is_left = false;
    bool is_removed = true;

    for (size_t i = 0; made && i < ARRAY_SIZE(directories); i++) {
        if (!has_line(made, directories[i]))
            continue;
        is_removed &= file_remove_empty(target->root, directories[i], err);
        is_left |= root && root_exists(root, directories[i]);
    }
    if (made && !is_left && is_removed)
        is_removed = file_remove(target->root, MADE, err);
    root_free(root);
    return is_removed;
}

/*
 * libvirt runs every executable file in qemu.d, whatever its name: the
 * temporary file is made beside the data.
 */
static bool write_file(const struct target *target, const char *path,
                       const char *text, struct err *err)
{
    mode_t mode = script_is_path(path) ? 0755 : 0644;

    return make_directories(target, err) &&
           file_replace(target->root, path, HOOK_DATA, text, strlen(text), mode,
                        err);
}

/* What a program that was killed left beside the files that it wrote. */
static void clean(const struct target *target, const struct record *record)
{
    static const char *const places[] = {HOOK_DATA, JOURNAL};

    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        struct str path CLEANUP(str_free) = STR_INIT;

        str_addf(&path, "%s%s%s", target->root,
                 str_ends(target->root, "/") ? "" : "/", places[i]);
        file_remove_temporaries(str_text(&path));
    }
    file_remove_temporaries(record->directory);
}

/* NULL is no file; but the script stays as long as somebody needs it. */
static bool turn_file(const struct target *target, const char *path,
                      const char *to, struct err *err)
{
    if (!to && script_is_path(path) && script_is_needed(target->root))
        return true;
    return to ? write_file(target, path, to, err)
              : file_remove(target->root, path, err);
}

/* True if a former version of the script would have to do for others. */
static bool is_relied_on(const struct target *target,
                         const struct record *record,
                         const struct record_file *file)
{
    struct root *root = root_open(target->root, NULL);
    bool is_it = root && script_is_path(file->path) && file->before &&
                 file->after &&
                 (script_serves_others(root, record) || script_has_notes(root));

    root_free(root);
    return is_it;
}

/*
 * A version of the script that came later with another domain is right, too.
 * An undo leaves the one that others rely on.
 */
static bool is_right(const struct target *target, const struct record *record,
                     const struct record_file *file, const char *now)
{
    if (str_is_same(now, file->after))
        return true;
    if (str_is_same(now, file->before))
        return record->undoes && is_relied_on(target, record, file);
    return script_is_path(file->path) && now && script_was_written(target, now);
}

bool step_files(const struct target *target, const struct record *record,
                struct err *err)
{
    clean(target, record);
    for (size_t i = 0; i < record->file_count; i++) {
        const struct record_file *file = &record->files[i];
        char *now CLEANUP(mem_free) = NULL;

        if (!file_look(target->root, file->path, &now, err))
            return false;
        if (is_right(target, record, file, now))
            continue;
        if (!str_is_same(now, file->before))
            return err_set(err, ERR_CHANGED,
                           "/%s was changed by someone else meanwhile.",
                           file->path);
        if (!turn_file(target, file->path, file->after, err))
            return false;
    }
    return !record->undoes || remove_directories(target, err);
}

/* A newer version may have come with another domain: it goes as ours does. */
static bool is_script_written(const struct target *target,
                              const struct record_file *file, const char *now)
{
    return str_is_same(now, file->after) ||
           (!file->before && now && script_was_written(target, now));
}

static bool script_back(const struct target *target,
                        const struct record *record,
                        const struct record_file *file, const char *now,
                        bool cut_off, struct err *err)
{
    bool stays =
        str_is_same(now, file->before) ||
        !is_script_written(target, file, now) ||
        (cut_off && !record->undoes && is_relied_on(target, record, file));

    return stays || turn_file(target, file->path, file->before, err);
}

static bool file_back(const struct target *target, const struct record *record,
                      const struct record_file *file, bool cut_off,
                      struct err *err)
{
    char *now CLEANUP(mem_free) = NULL;
    char *then CLEANUP(mem_free) = NULL;
    struct conflicts conflicts = {0};
    bool is_merged;

    if (!file_look(target->root, file->path, &now, err))
        return false;
    if (script_is_path(file->path))
        return script_back(target, record, file, now, cut_off, err);
    is_merged = lines_undo(file->before, file->after, now, file->path,
                           &conflicts, &then);
    conflicts_free(&conflicts);
    if (!is_merged)
        return err_set(err, ERR_CHANGED,
                       "/%s was changed by someone else; that edit stays.",
                       file->path);
    return str_is_same(now, then) || turn_file(target, file->path, then, err);
}

/* Whether the script may go is seen when the data are as they were. */
static bool is_last(const struct record_file *file)
{
    return script_is_path(file->path) && !file->before;
}

bool step_files_back(const struct target *target, const struct record *record,
                     bool cut_off, struct err *err)
{
    clean(target, record);
    for (size_t i = record->file_count; i-- > 0;)
        if (!is_last(&record->files[i]) &&
            !file_back(target, record, &record->files[i], cut_off, err))
            return false;
    for (size_t i = 0; i < record->file_count; i++)
        if (is_last(&record->files[i]) &&
            !file_back(target, record, &record->files[i], cut_off, err))
            return false;
    return remove_directories(target, err);
}

bool step_is_back(const struct target *target, const struct domain *domain,
                  const struct record *record)
{
    char *xml CLEANUP(mem_free) = home_read(target, domain, NULL);
    bool is_back = str_is_same(xml, record->before);

    for (size_t i = 0; i < record->file_count; i++) {
        const struct record_file *file = &record->files[i];
        char *now CLEANUP(mem_free) = NULL;

        is_back &= file_look(target->root, file->path, &now, NULL) &&
                   str_is_same(now, file->before);
    }
    return is_back;
}

static bool changes_xml(const struct record *record)
{
    return strcmp(record->before, record->wanted) != 0;
}

/* What is there is what this record stored. */
static bool is_ours(const struct domain *domain, const struct record *record,
                    const char *now)
{
    if (record->after)
        return strcmp(now, record->after) == 0;
    if (domain->path)
        return strcmp(now, record->wanted) == 0;
    /* Stored, but cut off before it could be noted how. */
    return compare_stored(record->wanted, now, NULL);
}

static bool note_stored(const struct target *target,
                        const struct domain *domain, struct record *record,
                        struct err *err)
{
    char *now CLEANUP(mem_free) = home_read(target, domain, err);

    return now && journal_stored(record, now, err);
}

bool step_store(const struct target *target, const struct domain *domain,
                struct record *record, struct err *err)
{
    char *now CLEANUP(mem_free) = NULL;

    if (!changes_xml(record))
        return true;
    home_clean(domain);
    now = home_read(target, domain, err);
    if (!now)
        return false;
    if (strcmp(now, record->before) == 0)
        return home_store(target, domain, record->wanted, err) &&
               note_stored(target, domain, record, err);
    if (is_ours(domain, record, now))
        return journal_stored(record, now, err);
    if (record->after && strcmp(record->after, record->before) != 0)
        return true; /* it was stored; who edited since came after that */
    return err_set(err, ERR_CHANGED,
                   "%s was changed by someone else meanwhile; that edit stays.",
                   domain->name);
}

static bool put_back(const struct target *target, const struct domain *domain,
                     const char *former, struct err *err)
{
    char *now CLEANUP(mem_free) = NULL;

    if (!home_store(target, domain, former, err))
        return false;
    now = home_read(target, domain, err);
    if (now && strcmp(now, former) == 0)
        return true;
    return err_set(err, ERR_NOT_RESTORED,
                   "The former definition was put back, but it is stored "
                   "differently.");
}

static bool is_same_xml(const char *a, const char *b)
{
    struct xml *x = xml_parse(a, strlen(a), NULL);
    struct xml *y = x ? xml_parse(b, strlen(b), NULL) : NULL;
    bool is_it = y && match_is_same(xml_root(x), xml_root(y));

    xml_free(x);
    xml_free(y);
    return is_it;
}

/* Takes out what is ours and stays; the rest is someone else's. */
static bool take_out(const struct target *target, const struct domain *domain,
                     const struct record *record, const char *now,
                     struct err *err)
{
    bool is_later = record->after && strcmp(now, record->after) != 0;
    struct conflicts conflicts = {0};
    struct merge *merge =
        merge_undo(record->before, is_later ? record->after : record->wanted,
                   now, &conflicts, err);
    bool is_out = false;

    if (!merge)
        is_out = false; /* the sentence is there */
    else if (conflicts.count > 0)
        err_set(err, ERR_CHANGED,
                "%s was edited by someone else since, where it was changed; "
                "that edit stays. %.200s",
                domain->name, conflicts.list[0].text);
    else if (strcmp(merge->text, now) == 0)
        is_out = true; /* nothing of ours is there */
    else if (is_same_xml(merge->text, record->before))
        is_out = put_back(target, domain, record->before, err);
    else
        is_out = home_store(target, domain, merge->text, err);
    merge_free(merge);
    conflicts_free(&conflicts);
    return is_out;
}

bool step_store_back(const struct target *target, const struct domain *domain,
                     struct record *record, struct err *err)
{
    char *now CLEANUP(mem_free) = NULL;
    bool is_exact;

    if (!changes_xml(record))
        return true;
    home_clean(domain);
    now = home_read(target, domain, err);
    if (!now)
        return false;
    if (strcmp(now, record->before) == 0)
        return true;
    is_exact =
        record->after
            ? strcmp(now, record->after) == 0 &&
                  (compare_stored(record->wanted, now, NULL) ||
                   !foreign_has_edit(record->before, record->wanted, now))
            : !foreign_has_edit(record->before, record->wanted, now);
    return is_exact ? put_back(target, domain, record->before, err)
                    : take_out(target, domain, record, now, err);
}

bool step_compare(const struct target *target, const struct domain *domain,
                  struct record *record, struct err *err)
{
    /* How it was stored is noted; who edits after that comes after us. */
    char *now CLEANUP(mem_free) = record->after
                                      ? mem_strdup(record->after)
                                      : home_read(target, domain, err);

    if (!now)
        return false;
    if (changes_xml(record) && !compare_stored(record->wanted, now, err)) {
        if (foreign_has_edit(record->before, record->wanted, now)) {
            err->code = ERR_CHANGED;
            err_add(err,
                    "It differs where nothing was to change, too: if "
                    "someone else edited it just then, that edit stays.");
        }
        return false;
    }
    return (record->after || journal_stored(record, now, err)) &&
           journal_state(record, RECORD_APPLIED, err);
}
