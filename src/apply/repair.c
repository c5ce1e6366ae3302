/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a record that was cut off, ends it: forward or back. It does what
 * apply does, from wherever that stopped, and may be cut off itself.
 */
#include "apply/apply.h"

#include "apply/file.h"
#include "apply/hold.h"
#include "apply/home.h"
#include "apply/step.h"
#include "base/str.h"
#include "base/text.h"

#include <string.h>

struct record *repair_find(const struct target *target,
                           const struct domain *domain, struct err *problem)
{
    struct record *first, *again = NULL;

    *problem = (struct err){0};
    if (file_is_locked(target->root, JOURNAL_LOCK))
        return NULL;
    first = journal_open_record(target, domain, problem);
    /* Its maker may have begun after we looked, and be at it, or be done. */
    if (first && !file_is_locked(target->root, JOURNAL_LOCK))
        again = journal_open_record(target, domain, problem);
    if (again && again->number != first->number) {
        record_free(again);
        again = NULL;
    }
    record_free(first);
    return again;
}

char *repair_describe(const struct target *target, const struct record *record)
{
    const char *time = *record->time ? record->time : _("an unknown date");
    struct str str = STR_INIT;
    char *printable;

    if (record->state == RECORD_BROKEN)
        str_addf(&str,
                 record->undoes
                     ? "Record %04u of %s is open: an undo of %s failed and "
                       "could not be taken back."
                     : "Record %04u of %s is open: an apply of %s failed and "
                       "could not be taken back.",
                 record->number, record->domain, time);
    else
        str_addf(&str,
                 record->undoes
                     ? "Record %04u of %s is open: an undo of %s was cut off."
                     : "Record %04u of %s is open: an apply of %s was cut off.",
                 record->number, record->domain, time);
    str_addf(&str,
             " First finish it or take it back: %s repair %s --finish, or "
             "--take-back.",
             target->command ? target->command : "virt-tune",
             target->word    ? target->word
             : *record->path ? record->path
                             : record->domain);
    printable = str_printable(str_text(&str));
    str_free(&str);
    return printable;
}

/*
 * Something of it may be missing in what is stored: whoever ends the record
 * this way takes that, as it could else be ended in no way if the same place
 * was edited since.
 */
static bool finish(const struct target *target, const struct domain *domain,
                   struct record *record, struct err *err)
{
    struct err missing = {0};

    if (domain->is_gone)
        return err_set(err, ERR_REFUSED,
                       "%s is gone: this can only be taken back.",
                       domain->name);
    return step_files(target, record, err) &&
           step_store(target, domain, record, err) &&
           (step_compare(target, domain, record, &missing) ||
            (record->after && journal_state(record, RECORD_APPLIED, err)) ||
            err_set(err, missing.code, "%s", missing.text));
}

static bool take_back(const struct target *target, const struct domain *domain,
                      struct record *record, struct err *err)
{
    return (domain->is_gone ? home_is_gone(target, domain) ||
                                  err_set(err, ERR_CHANGED,
                                          "%s is there again. Nothing was "
                                          "written.",
                                          domain->name)
                            : step_store_back(target, domain, record, err)) &&
           step_files_back(target, record, true, err) &&
           journal_state(record, RECORD_TAKEN_BACK, err);
}

static bool check_place(const struct target *target,
                        const struct record *record, struct err *err)
{
    return !target->conn || !*record->uri ||
           strcmp(record->uri, conn_uri(target->conn)) == 0 ||
           err_set(err, ERR_REFUSED,
                   "Record %04u was made at %.200s. Use: -c %.200s.",
                   record->number, record->uri, record->uri);
}

bool repair_run(const struct target *target, const struct domain *domain,
                enum repair_way way, struct repair_report *report,
                struct err *err)
{
    struct record *record;
    struct err problem = {0};
    struct hold hold;
    bool is_ended = false;
    int lock, home_lock = -1;

    *report = (struct repair_report){0};
    hold_begin(&hold);
    lock = file_lock(target->root, JOURNAL_LOCK, err);
    if (lock >= 0 && domain->path &&
        !file_lock_beside(domain->path, &home_lock, err)) {
        file_unlock(lock);
        lock = -1;
    }
    record = lock < 0 ? NULL : journal_open_record(target, domain, &problem);
    if (record) {
        report->number = record->number;
        is_ended =
            check_place(target, record, err) &&
            (way == REPAIR_FINISH ? finish(target, domain, record, err)
                                  : take_back(target, domain, record, err));
        report->is_as_before = is_ended && way == REPAIR_TAKE_BACK &&
                               step_is_back(target, domain, record);
        if (!is_ended && err->code == ERR_FAILED)
            err->code = ERR_NOT_RESTORED;
        if (!is_ended)
            err_add(err, "Record %04u stays open; its copies are in %s.",
                    record->number, record->directory);
    } else if (problem.code) {
        err_set(err, problem.code, "%s", problem.text);
    } else if (lock >= 0) {
        err_set(err, ERR_CHANGED, "No record of %s is open any more.",
                domain->name);
    }
    record_free(record);
    file_unlock(home_lock);
    file_unlock(lock);
    hold_end(&hold);
    return is_ended;
}
