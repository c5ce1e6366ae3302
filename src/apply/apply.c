/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes work, makes it true: a table of steps, each with its way back. A step
 * is begun only when the journal holds all that its way back needs.
 */
#include "apply/apply.h"

#include "apply/file.h"
#include "apply/hold.h"
#include "apply/home.h"
#include "apply/script.h"
#include "apply/step.h"
#include "base/str.h"
#include "base/text.h"
#include "plan/drift.h"
#include "plan/rule.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct apply {
    const struct target *target;
    const struct work *work;
    struct record *record; /* NULL until it is begun */
    int lock;
    int home_lock; /* of a domain file's directory */
};

struct step {
    const char *title;
    bool (*run)(struct apply *apply, struct err *err);
    bool (*back)(struct apply *apply, struct err *err); /* NULL: none needed */
};

static bool run_unchanged(struct apply *apply, struct err *err)
{
    const struct work *work = apply->work;
    const struct domain *domain = work->domain;
    char *now CLEANUP(mem_free) = home_read(apply->target, domain, err);

    if (!now)
        return false;
    if (strcmp(now, domain->xml->text) != 0)
        return err_set(err, ERR_CHANGED,
                       "%s was changed by someone else since it was read. "
                       "Nothing was written; read it again (r on the screen).",
                       domain->name);
    for (size_t i = 0; i < work->file_count; i++) {
        const struct file_change *file = &work->files[i];
        char *text CLEANUP(mem_free) = NULL;

        if (!file_look(apply->target->root, file->path, &text, err))
            return false;
        if (!str_is_same(text, file->before))
            return err_set(
                err, ERR_CHANGED,
                "/%s was changed by someone else since it was read. "
                "Nothing was written; read it again (r on the screen).",
                file->path);
    }
    return true;
}

/* From here on nobody else writes; and nobody did while we waited for that. */
static bool run_copies(struct apply *apply, struct err *err)
{
    const struct target *target = apply->target;
    const struct domain *domain = apply->work->domain;
    struct err problem;
    struct record *open;

    if (!file_make_directory(target->root, JOURNAL, 0755, err))
        return false;
    apply->lock = file_lock(target->root, JOURNAL_LOCK, err);
    if (apply->lock < 0 ||
        (domain->path &&
         !file_lock_beside(domain->path, &apply->home_lock, err)) ||
        !run_unchanged(apply, err))
        return false;
    open = journal_open_record(target, domain, &problem);
    if (open) {
        char *text CLEANUP(mem_free) = repair_describe(target, open);

        record_free(open);
        return err_set(err, ERR_REFUSED, "%s", text);
    }
    if (problem.code)
        return err_set(err, problem.code, "%s", problem.text);
    apply->record = journal_begin(target, apply->work, err);
    return apply->record != NULL;
}

static bool run_files(struct apply *apply, struct err *err)
{
    return step_files(apply->target, apply->record, err);
}

static bool back_files(struct apply *apply, struct err *err)
{
    return step_files_back(apply->target, apply->record, false, err);
}

static bool run_store(struct apply *apply, struct err *err)
{
    return step_store(apply->target, apply->work->domain, apply->record, err);
}

static bool back_store(struct apply *apply, struct err *err)
{
    return step_store_back(apply->target, apply->work->domain, apply->record,
                           err);
}

static bool run_compare(struct apply *apply, struct err *err)
{
    return step_compare(apply->target, apply->work->domain, apply->record, err);
}

static const struct step steps[] = {
    {"the domain is as it was when read", run_unchanged, NULL},
    {"copies kept in the journal", run_copies, NULL},
    {"hook files written", run_files, back_files},
    {"definition stored (libvirt validates it)", run_store, back_store},
    {"read back and compared with the preview", run_compare, NULL},
};

/* Takes back steps `count` - 1 to 0; a step that failed half is included. */
static bool take_back(struct apply *apply, size_t count,
                      struct apply_report *report, struct err *err)
{
    bool is_back = true;

    for (size_t i = count; i-- > 0;) {
        struct err problem = {0};

        if (!steps[i].back)
            continue;
        if (steps[i].back(apply, &problem)) {
            if (report->steps[i].state == STEP_DONE)
                report->steps[i].state = STEP_TAKEN_BACK;
        } else {
            report->steps[i].state = STEP_NOT_TAKEN_BACK;
            err_add(err, "Taking it back failed: %.300s", problem.text);
            is_back = false;
        }
    }
    return is_back;
}

static void conclude_failure(struct apply *apply, size_t failed,
                             struct apply_report *report, struct err *err)
{
    struct err problem = {0};
    bool is_back;

    if (!apply->record)
        return;
    is_back = take_back(apply, failed + 1, report, err);
    if (!is_back) {
        err->code = ERR_NOT_RESTORED;
        err_add(err,
                "The copies are in %s. When its cause is gone: virt-tune "
                "repair.",
                apply->record->directory);
        journal_state(apply->record, RECORD_BROKEN, NULL);
    } else if (!step_is_back(apply->target, apply->work->domain,
                             apply->record)) {
        err_add(err,
                "It is taken back; what others edited since, or need of "
                "it, stays.");
        if (!journal_state(apply->record, RECORD_TAKEN_BACK, &problem))
            err_add(err, "%.200s", problem.text);
    } else if (journal_state(apply->record, RECORD_TAKEN_BACK, &problem)) {
        err_add(err, "Everything is as it was before.");
    } else {
        err_add(err,
                "Everything is as it was before, but the journal could "
                "not say so; virt-tune will ask about it. %.200s",
                problem.text);
    }
}

/* libvirtd looks for hooks when it starts, and again only if it saw one. */
static bool has_any_hook(const char *root_directory)
{
    struct root *root = root_open(root_directory, NULL);
    struct arena *arena = arena_new();
    char **names =
        root ? root_list(root, arena, "etc/libvirt/hooks/qemu.d", NULL) : NULL;
    bool has_hook =
        file_is_executable(root_directory, "etc/libvirt/hooks/qemu");

    for (; names && *names; names++)
        has_hook |= file_is_executable(
            root_directory,
            arena_printf(arena, "etc/libvirt/hooks/qemu.d/%s", *names));
    arena_free(arena);
    root_free(root);
    return has_hook;
}

static void run_steps(struct apply *apply, struct apply_report *report,
                      struct err *err)
{
    bool is_done = true;

    for (size_t i = 0; i < ARRAY_SIZE(steps) && is_done; i++) {
        is_done = steps[i].run(apply, err);
        report->steps[i].state = is_done ? STEP_DONE : STEP_FAILED;
        if (apply->record)
            report->number = apply->record->number;
        if (!is_done)
            conclude_failure(apply, i, report, err);
    }
}

static const char *title_of(const struct step *step, const struct work *work)
{
    if (step->run == run_store && work->domain->path)
        return _("file rewritten");
    if (step->run == run_files && work->file_count == 0)
        return _("no hook files to write");
    return text_of(step->title);
}

bool apply_work(const struct target *target, const struct work *work,
                struct apply_report *report, struct err *err)
{
    struct apply apply = {target, work, NULL, -1, -1};
    bool had_hook = has_any_hook(target->root);
    struct hold hold;
    bool is_done;

    *report = (struct apply_report){.count = ARRAY_SIZE(steps)};
    for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
        report->steps[i].title = title_of(&steps[i], work);
    hold_begin(&hold);
    run_steps(&apply, report, err);
    is_done = report->steps[ARRAY_SIZE(steps) - 1].state == STEP_DONE;
    for (size_t i = 0; i < work->file_count && is_done; i++)
        report->needs_reload |= !had_hook && work->files[i].after &&
                                script_is_path(work->files[i].path);
    record_free(apply.record);
    file_unlock(apply.home_lock);
    file_unlock(apply.lock);
    hold_end(&hold);
    return is_done;
}

/* What the domain gets, by which it is found again when addresses drift. */
static const char *const *list_devices(const struct plan *plan,
                                       struct arena *arena, size_t *count)
{
    const struct pci *pci = &plan->host->pci;
    const char **list =
        arena_alloc(arena, pci->device_count + 1, sizeof(*list));
    struct plan *kept = plan_kept(plan);

    for (size_t i = 0; i < pci->device_count; i++)
        if (kept->is_given[i])
            list[(*count)++] = identity_text(arena, &pci->devices[i]);
    plan_free(kept);
    return list;
}

bool apply_run(const struct target *target, const struct plan *plan,
               const struct changeset *set, struct apply_report *report,
               struct err *err)
{
    struct arena *arena = arena_new();
    const char *titles[PART_COUNT];
    bool is_applied;
    struct work work = {
        .domain = plan->domain,
        .wanted = set->xml,
        .files = set->files,
        .file_count = set->file_count,
        .titles = titles,
        .host = plan->host,
    };

    for (size_t i = 0; i < set->count && i < ARRAY_SIZE(titles); i++)
        if (set->changes[i].is_kept)
            titles[work.title_count++] = set->changes[i].title;
    work.devices = list_devices(plan, arena, &work.device_count);
    is_applied = apply_work(target, &work, report, err);
    arena_free(arena);
    return is_applied;
}

static bool check_rules(const struct plan *plan, struct err *err)
{
    struct plan *kept = plan_kept(plan);
    struct arena *arena = arena_new();
    struct findings findings = {0};
    bool is_allowed = true;

    rule_check(kept, arena, &findings);
    for (size_t i = 0; i < findings.count && is_allowed; i++)
        if (findings.list[i].verdict == VERDICT_FAIL)
            is_allowed = err_set(err, ERR_REFUSED, "Refused: %s. %s",
                                 findings.list[i].text, findings.list[i].fix);
    arena_free(arena);
    plan_free(kept);
    return is_allowed;
}

static bool is_foreign(const struct file_change *file)
{
    return script_is_path(file->path) && file->before &&
           !script_is_ours(file->before);
}

bool apply_check_place(const struct target *target, const struct domain *domain,
                       struct err *err)
{
    char *journal CLEANUP(mem_free) = journal_directory(domain);

    if (!domain->path && conn_is_read_only(target->conn))
        return err_set(err, ERR_REFUSED,
                       "This is a read-only session: nothing can be applied.");
    if (!journal_check_path(domain, err))
        return false;
    if (domain->path && !domain->is_gone && access(domain->path, W_OK) < 0)
        return err_set(err, ERR_PERMISSION,
                       "%s cannot be written. Run virt-tune as root, or as "
                       "its owner.",
                       domain->path);
    if (!file_is_writable(target->root, journal))
        return err_set(err, ERR_PERMISSION,
                       "The journal beneath %s%svar/lib/virt-tune cannot be "
                       "written. Run virt-tune as root, or name a directory of "
                       "yours with --root.",
                       target->root, str_ends(target->root, "/") ? "" : "/");
    return true;
}

bool apply_check(const struct target *target, const struct plan *plan,
                 const struct changeset *set, struct err *err)
{
    const struct domain *domain = plan->domain;

    if (!check_rules(plan, err))
        return false;
    if (!apply_check_place(target, domain, err))
        return false;
    for (size_t i = 0; i < set->file_count; i++) {
        char *now CLEANUP(mem_free) = NULL;

        if (!file_look(target->root, set->files[i].path, &now, err))
            return false;
    }
    for (size_t i = 0; i < set->file_count; i++)
        if (is_foreign(&set->files[i]))
            return err_set(err, ERR_REFUSED,
                           "/%s is not virt-tune's own file, so it is left "
                           "alone. Move it away first, or drop the hook.",
                           HOOK_SCRIPT);
    for (size_t i = 0; i < set->file_count; i++)
        if (!file_is_writable(target->root, set->files[i].path))
            return err_set(
                err, ERR_PERMISSION,
                "%s%s%s cannot be written. Run virt-tune as root, or "
                "drop the hook.",
                target->root, str_ends(target->root, "/") ? "" : "/",
                set->files[i].path);
    return true;
}
