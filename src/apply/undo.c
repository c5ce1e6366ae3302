/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a record and what there is today, gives the work that takes the
 * record's changes out again. Nothing is written before all of it is known.
 */
#include "apply/undo.h"

#include "apply/file.h"
#include "apply/lines.h"
#include "apply/script.h"
#include "apply/since.h"
#include "base/str.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* How many domains' data files there will still be. */
static size_t count_data(const struct root *root, const struct undo *undo)
{
    size_t count = script_users(root);

    for (size_t i = 0; i < undo->file_count; i++) {
        count += !undo->files[i].before && undo->files[i].after;
        count -= undo->files[i].before && !undo->files[i].after;
    }
    return count;
}

/* A guest that runs may have been started with it. */
static bool is_script_needed(const struct domain *domain,
                             const struct root *root, const struct undo *undo)
{
    return domain->is_running || count_data(root, undo) > 0 ||
           script_has_notes(root);
}

static void add_file(struct undo *undo, const char *path, const char *before,
                     const char *after)
{
    struct file_change *file = &undo->files[undo->file_count++];

    file->path = arena_strdup(undo->arena, path);
    file->before = before ? arena_strdup(undo->arena, before) : NULL;
    file->after = after ? arena_strdup(undo->arena, after) : NULL;
}

/* All edits shall go, and what differs is none of a later record's. */
static bool drops_edits(const struct undo *undo)
{
    const struct choices *choices = undo->conflicts.choices;

    return choices && choices->rest == CHOICE_BACK && !undo->has_later;
}

/* What somebody added beside the change is no conflict: it stays, or goes. */
static void plan_lines(struct undo *undo, const struct record_file *file,
                       const char *now)
{
    size_t count = undo->conflicts.count;
    char *then CLEANUP(mem_free) = NULL;

    if (!lines_undo(file->before, file->after, now, file->path,
                    &undo->conflicts, &then))
        return;
    /* One that was there before may hold what other records left in it. */
    if (drops_edits(undo) && !file->before) {
        free(then);
        then = NULL;
    }
    if (then && !str_is_same(then, file->before) && !undo->has_later &&
        undo->conflicts.count == count)
        undo->kept[undo->kept_count++] = arena_strdup(undo->arena, file->path);
    if (!str_is_same(now, then))
        add_file(undo, file->path, now, then);
}

static bool plan_data(struct undo *undo, const struct target *target,
                      struct err *err)
{
    for (size_t i = 0; i < undo->record->file_count; i++) {
        const struct record_file *file = &undo->record->files[i];
        char *now CLEANUP(mem_free) = NULL;

        if (!file_look(target->root, file->path, &now, err))
            return false;
        if (!script_is_path(file->path))
            plan_lines(undo, file, now);
    }
    return true;
}

/* The script's version that the record replaced by that of now, or NULL. */
static const char *find_former(const struct record *record, const char *now)
{
    for (size_t i = 0; i < record->file_count; i++)
        if (script_is_path(record->files[i].path) &&
            str_is_same(record->files[i].after, now))
            return record->files[i].before;
    return NULL;
}

/* Nobody needs it: it goes, but what was there before us comes back. */
static void plan_last(struct undo *undo, const struct target *target,
                      const char *script, const char *now, const char *former)
{
    bool is_edited =
        !str_is_same(now, script) && !script_was_written(target, now);

    undo->keeps_script =
        is_edited && !(drops_edits(undo) && script_is_ours(now));
    for (size_t i = 0; is_edited && i < undo->record->file_count; i++)
        if (script_is_path(undo->record->files[i].path))
            former = undo->record->files[i].before;
    if (former && script_was_written(target, former))
        former = NULL;
    if (!undo->keeps_script)
        add_file(undo, HOOK_SCRIPT, now, former);
}

/* A redo brings what an apply would: the program's own version. */
static void plan_former(struct undo *undo, const struct domain *domain,
                        const struct root *root, const char *script,
                        const char *now, const char *former)
{
    if (undo->record->undoes && script)
        former = script;
    else
        undo->keeps_newer = undo->has_later || domain->is_running ||
                            script_has_notes(root) ||
                            script_serves_others(root, undo->record);
    if (!undo->keeps_newer && strcmp(now, former) != 0)
        add_file(undo, HOOK_SCRIPT, now, former);
}

/* It is all domains': it goes with the last, and comes with the first. */
static bool plan_script(struct undo *undo, const struct target *target,
                        const struct domain *domain, const struct root *root,
                        const char *script, struct err *err)
{
    const struct record *record = undo->record;
    char *now CLEANUP(mem_free) = NULL;
    const char *former;

    if (record->file_count == 0)
        return true;
    if (!file_look(target->root, HOOK_SCRIPT, &now, err))
        return false;
    former = now ? find_former(record, now) : NULL;
    if (now && !is_script_needed(domain, root, undo))
        plan_last(undo, target, script, now, former);
    else if (former)
        plan_former(undo, domain, root, script, now, former);
    else if (!now && script && count_data(root, undo) > 0)
        add_file(undo, HOOK_SCRIPT, NULL, script);
    else if (now && count_data(root, undo) == 0)
        undo->leaves_script =
            str_is_same(now, script) || script_was_written(target, now);
    return true;
}

static struct record *choose(struct records *records, unsigned number)
{
    struct record *chosen = NULL;

    for (size_t i = records->count; i-- > 0 && !chosen;) {
        struct record *record = records->list[i];
        bool is_it = number
                         ? record->number == number
                         : record->state == RECORD_APPLIED && !record->undoes;

        if (!is_it)
            continue;
        chosen = record;
        since_rewrite(records, record);
        records->list[i] = NULL;
    }
    return chosen;
}

static bool explain_none(const struct target *target,
                         const struct domain *domain, unsigned number,
                         struct err *err)
{
    char *journal CLEANUP(mem_free) = journal_directory(domain);

    if (number > 0)
        return err_set(err, ERR_FAILED,
                       "There is no record %04u of %s. See: virt-tune history.",
                       number, domain->name);
    if (file_is_writable(target->root, journal))
        return err_set(err, ERR_FAILED,
                       "No change of %s by virt-tune is in force: there is "
                       "nothing to undo. An undo itself is undone by its "
                       "number: virt-tune history.",
                       domain->name);
    return err_set(err, ERR_FAILED,
                   "No applied change of %s is on record beneath %s%s%s, or it "
                   "cannot be read.",
                   domain->name, target->root,
                   str_ends(target->root, "/") ? "" : "/", journal);
}

static bool check_record(const struct target *target,
                         const struct record *record, struct err *err)
{
    if (record_is_open(record)) {
        char *text CLEANUP(mem_free) = repair_describe(target, record);

        return err_set(err, ERR_REFUSED, "%s", text);
    }
    if (record->state != RECORD_APPLIED)
        return err_set(err, ERR_FAILED,
                       "Record %04u is %s: there is nothing of it to undo.",
                       record->number,
                       text_of(record_state_name(record->state)));
    if (target->conn && *record->uri &&
        strcmp(record->uri, conn_uri(target->conn)) != 0)
        return err_set(err, ERR_REFUSED,
                       "Record %04u was made at %.200s. Use: -c %.200s.",
                       record->number, record->uri, record->uri);
    return true;
}

/* The record in force that came after this one and left what is there, or 0. */
static unsigned find_later(const struct records *records,
                           const struct record *record, const char *now)
{
    unsigned later = 0;

    for (size_t i = 0; record && i < records->count; i++) {
        const struct record *other = records->list[i];

        if (other && other->number > record->number &&
            other->state == RECORD_APPLIED && other->after &&
            strcmp(other->after, other->before) != 0 &&
            strcmp(other->after, now) == 0)
            later = other->number;
    }
    return later;
}

/* Whether a later apply of this domain that is in force has a hook. */
static bool has_later(const struct records *records,
                      const struct record *record)
{
    for (size_t i = 0; record && i < records->count; i++) {
        const struct record *other = records->list[i];

        if (other && other->number > record->number && !other->undoes &&
            other->state == RECORD_APPLIED && other->file_count > 0)
            return true;
    }
    return false;
}

/* Of a domain that is gone only the hook's files can go back. */
static bool check_gone(const struct domain *domain, const struct record *record,
                       struct err *err)
{
    return !domain->is_gone || !record->undoes ||
           err_set(err, ERR_REFUSED,
                   "%s is gone: nothing of it can be put in force again.",
                   domain->name);
}

struct undo *undo_new(const struct target *target, const struct domain *domain,
                      const char *script, unsigned number,
                      const struct choices *choices, struct err *err)
{
    struct records records = journal_read(target, domain);
    struct undo *undo = mem_alloc(1, sizeof(*undo));
    struct root *root = root_open(target->root, NULL);
    const char *now = domain->xml->text;
    const struct record *record;
    bool is_planned;

    undo->arena = arena_new();
    undo->conflicts.choices = choices;
    undo->record = choose(&records, number);
    undo->later = find_later(&records, undo->record, now);
    undo->has_later = has_later(&records, undo->record);
    record = undo->record;
    if (records.problem.code)
        err_set(err, records.problem.code, "%s", records.problem.text);
    else if (!record)
        explain_none(target, domain, number, err);
    else if (check_record(target, record, err) &&
             check_gone(domain, record, err))
        undo->merge =
            domain->is_gone
                ? merge_undo(now, now, now, &undo->conflicts, err)
                : merge_undo(record->before,
                             record->after ? record->after : record->wanted,
                             now, &undo->conflicts, err);
    is_planned =
        undo->merge &&
        (!root || (plan_data(undo, target, err) &&
                   plan_script(undo, target, domain, root, script, err)));
    records_free(&records);
    root_free(root);
    if (is_planned)
        return undo;
    undo_free(undo);
    return NULL;
}

void undo_free(struct undo *undo)
{
    if (!undo)
        return;
    record_free(undo->record);
    merge_free(undo->merge);
    conflicts_free(&undo->conflicts);
    arena_free(undo->arena);
    free(undo);
}

/* Whether anything is left that somebody edited since. */
static bool keeps_edits(const struct undo *undo)
{
    const struct conflicts *conflicts = &undo->conflicts;
    bool keeps_any = undo->keeps_script || undo->kept_count > 0;

    for (size_t i = 0; i < conflicts->count; i++)
        keeps_any |= conflicts->list[i].choice == CHOICE_KEEP;
    return keeps_any || (undo->merge->has_later_edits &&
                         strcmp(undo->merge->text, undo->record->before) != 0);
}

char *undo_describe(const struct undo *undo, const struct domain *domain,
                    unsigned number)
{
    const struct conflicts *conflicts = &undo->conflicts;
    struct str str = STR_INIT;

    if (domain->is_gone)
        str_addf(&str,
                 "Record %04u is undone (record %04u). %s is gone: only its "
                 "hook files went back.\n",
                 undo->record->number, number, domain->name);
    else if (undo->record->undoes)
        str_addf(&str,
                 "Record %04u is undone: what record %04u changed is in force "
                 "again (record %04u).\n",
                 undo->record->number, undo->record->undoes, number);
    else if (keeps_edits(undo))
        str_addf(&str,
                 "Record %04u is undone (record %04u); what was edited since "
                 "stays.\n",
                 undo->record->number, number);
    else
        str_addf(&str,
                 "Record %04u is undone (record %04u): %s is as it was "
                 "before.\n",
                 undo->record->number, number, domain->name);
    if (domain->is_running && strcmp(undo->merge->text, domain->xml->text) != 0)
        str_addf(&str,
                 "%s is running; this takes effect when it is shut down and "
                 "started again.\n",
                 domain->name);
    for (size_t i = 0; i < conflicts->count; i++)
        str_addf(&str,
                 conflicts->list[i].choice == CHOICE_KEEP ? "Kept: %s\n"
                                                          : "Taken back: %s\n",
                 conflicts->list[i].text);
    for (size_t i = 0; i < undo->kept_count; i++)
        str_addf(&str, "/%s was changed since; it stays, and /%s with it.\n",
                 undo->kept[i], HOOK_SCRIPT);
    if (undo->keeps_script)
        str_addf(&str, "/%s was changed since; it stays.\n", HOOK_SCRIPT);
    if (undo->leaves_script)
        str_addf(&str,
                 "/%s stays for a guest that runs; it may be removed when that "
                 "is shut down.\n",
                 HOOK_SCRIPT);
    if (undo->keeps_newer)
        str_addf(&str,
                 "/%s stays the newer version: a guest or a later record "
                 "relies on it.\n",
                 HOOK_SCRIPT);
    return str_steal(&str);
}

void undo_add_later(const struct undo *undo, struct err *err)
{
    if (undo->later)
        err_add(err, "That was record %04u: undo that first.", undo->later);
}

static bool refuse(const struct domain *domain, const struct undo *undo,
                   struct err *err)
{
    const struct conflicts *conflicts = &undo->conflicts;

    err_set(err, ERR_CHANGED,
            "%s was edited since record %04u was applied, where that changed "
            "it; undo would lose the edit, so nothing was written.",
            domain->name, undo->record->number);
    for (size_t i = 0; i < conflicts->count && i < 3; i++)
        err_add(err, "%.160s", conflicts->list[i].text);
    if (conflicts->count > 3)
        err_add(err, "And %zu more.", conflicts->count - 3);
    undo_add_later(undo, err);
    return err_add(err, "The former definition is %.200s/before.xml.",
                   undo->record->directory);
}

/* The text behind "undo: ", as it was written in some language; or NULL. */
static const char *behind(const char *title, const char *english)
{
    const char *const formats[] = {english, text_of(english)};

    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        size_t length = strcspn(formats[i], "%");

        if (strncmp(title, formats[i], length) == 0)
            return title + length;
    }
    return NULL;
}

/* "undo: pin", of that "again: pin", and of that "undo: pin". */
static const char *title_of(const struct undo *undo, const char *title)
{
    static const char undone[] = N_("undo: %s"), again[] = N_("again: %s");
    const char *was_undone = behind(title, undone);
    const char *was_again = behind(title, again);

    if (undo->record->undoes && was_undone)
        return arena_printf(undo->arena, again, was_undone);
    return arena_printf(undo->arena, undone, was_again ? was_again : title);
}

bool undo_is_idle(const struct target *target, const struct domain *domain)
{
    char *journal CLEANUP(mem_free) = journal_directory(domain);
    struct records records = journal_read(target, domain);
    bool is_idle =
        !records.problem.code && file_is_writable(target->root, journal);

    for (size_t i = 0; i < records.count; i++)
        if (record_is_open(records.list[i]) ||
            (records.list[i]->state == RECORD_APPLIED &&
             !records.list[i]->undoes))
            is_idle = false;
    records_free(&records);
    return is_idle;
}

bool undo_run(const struct target *target, const struct domain *domain,
              const struct undo *undo, struct apply_report *report,
              struct err *err)
{
    const struct record *record = undo->record;
    const char **titles =
        arena_alloc(undo->arena, record->title_count + 1, sizeof(*titles));
    struct work work = {
        .domain = domain,
        .wanted = undo->merge->text,
        .files = undo->files,
        .file_count = undo->file_count,
        .titles = titles,
        .title_count = record->title_count,
        .undoes = record->number,
    };

    *report = (struct apply_report){0};
    if (conflicts_open(&undo->conflicts) > 0)
        return refuse(domain, undo, err);
    for (size_t i = 0; i < record->title_count; i++)
        titles[i] = title_of(undo, record->titles[i]);
    return apply_work(target, &work, report, err);
}
