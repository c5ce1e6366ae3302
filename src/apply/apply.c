/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a changeset, makes it true: a table of steps, each with its way back.
 * A step is begun only when the journal holds all that its way back needs.
 */
#include "apply/apply.h"

#include "apply/compare.h"
#include "apply/file.h"
#include "apply/journal.h"
#include "base/str.h"
#include "plan/rule.h"

#include <libvirt/libvirt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct apply {
    const struct target *target;
    const struct plan *plan;
    const struct changeset *set;
    struct apply_report *report;
    struct record *record;
    bool had_hook; /* some hook was installed before */
};

struct step {
    const char *title;
    bool (*run)(struct apply *apply, struct err *err);
    bool (*back)(struct apply *apply, struct err *err); /* NULL: none needed */
};

char *apply_read_domain(const struct target *target,
                        const struct domain *domain, struct err *err)
{
    size_t length;

    return domain->path ? domain_read_file(domain->path, &length, err)
                        : domain_read_xml(target->conn, domain->uuid, err);
}

bool apply_store_domain(const struct target *target,
                        const struct domain *domain, const char *xml,
                        struct err *err)
{
    virDomainPtr handle CLEANUP(conn_free_domain) = NULL;

    if (domain->path)
        return file_rewrite(domain->path, xml, strlen(xml), err);
    handle = virDomainDefineXMLFlags(conn_handle(target->conn), xml,
                                     VIR_DOMAIN_DEFINE_VALIDATE);
    return handle || conn_error(err, ERR_FAILED,
                                "libvirt refuses the "
                                "definition");
}

static bool run_unchanged(struct apply *apply, struct err *err)
{
    const struct domain *domain = apply->plan->domain;
    char *now CLEANUP(mem_free) = apply_read_domain(apply->target, domain, err);

    if (!now)
        return false;
    if (strcmp(now, domain->xml->text) != 0)
        return err_set(err, ERR_CHANGED,
                       "%s was changed by someone else since it was read. "
                       "Nothing was written; read it again.",
                       domain->name);
    for (size_t i = 0; i < apply->set->file_count; i++) {
        const struct file_change *file = &apply->set->files[i];
        char *text CLEANUP(mem_free) =
            file_read(apply->target->root, file->path);

        if (text ? !file->before || strcmp(text, file->before) != 0
                 : file->before != NULL)
            return err_set(err, ERR_CHANGED,
                           "/%s was changed by someone else since it was read. "
                           "Nothing was written; look again.",
                           file->path);
    }
    return true;
}

static bool run_copies(struct apply *apply, struct err *err)
{
    apply->record = journal_begin(apply->target, apply->plan, apply->set, err);
    if (!apply->record)
        return false;
    apply->report->number = apply->record->number;
    return true;
}

static bool write_file(const struct apply *apply, const char *path,
                       const char *text, mode_t mode, struct err *err)
{
    const char *root = apply->target->root;
    char *copy CLEANUP(mem_free) = mem_strdup(path);

    *strrchr(copy, '/') = '\0';
    /*
     * libvirt runs every executable file in qemu.d, whatever its name: a
     * temporary file must not stand there.
     */
    return file_make_directory(root, HOOK_DATA, 0755, err) &&
           file_make_directory(root, copy, 0755, err) &&
           file_replace(root, path, HOOK_DATA, text, strlen(text), mode, err);
}

static bool run_hook(struct apply *apply, struct err *err)
{
    for (size_t i = 0; i < apply->set->file_count; i++) {
        const struct file_change *file = &apply->set->files[i];

        if (!file->after) {
            if (!file_remove(apply->target->root, file->path, err))
                return false;
        } else if (!write_file(apply, file->path, file->after, file->mode,
                               err)) {
            return false;
        }
    }
    return true;
}

/* Only what is as we wrote it: a file that we could not write is not ours. */
static bool back_hook(struct apply *apply, struct err *err)
{
    const char *root = apply->target->root;

    for (size_t i = apply->set->file_count; i-- > 0;) {
        const struct file_change *file = &apply->set->files[i];
        char *now CLEANUP(mem_free) = file_read(root, file->path);
        bool is_ours =
            now ? file->after && strcmp(now, file->after) == 0 : !file->after;

        if (!is_ours)
            continue;
        if (!file->before) {
            if (!file_remove(root, file->path, err))
                return false;
        } else if (!write_file(apply, file->path, file->before, file->mode,
                               err)) {
            return false;
        }
    }
    file_remove_empty(root, HOOK_DATA);
    return true;
}

static bool run_store(struct apply *apply, struct err *err)
{
    return !apply->set->changes_xml ||
           apply_store_domain(apply->target, apply->plan->domain,
                              apply->set->xml, err);
}

static bool back_store(struct apply *apply, struct err *err)
{
    const struct domain *domain = apply->plan->domain;
    char *now CLEANUP(mem_free) = NULL;

    if (!apply->set->changes_xml)
        return true;
    if (!apply_store_domain(apply->target, domain, domain->xml->text, err))
        return false;
    now = apply_read_domain(apply->target, domain, err);
    if (now && strcmp(now, domain->xml->text) == 0)
        return true;
    return err_set(err, ERR_NOT_RESTORED,
                   "The former definition was put back, but libvirt stored it "
                   "differently.");
}

static bool run_compare(struct apply *apply, struct err *err)
{
    char *now CLEANUP(mem_free) =
        apply_read_domain(apply->target, apply->plan->domain, err);

    return now && compare_stored(apply->set->xml, now, err) &&
           journal_stored(apply->record, now, err) &&
           journal_state(apply->record, "applied", err);
}

static const struct step steps[] = {
    {"the domain is as it was when read", run_unchanged, NULL},
    {"copies kept in the journal", run_copies, NULL},
    {"hook files written", run_hook, back_hook},
    {"definition stored (libvirt validates it)", run_store, back_store},
    {"read back and compared with the preview", run_compare, NULL},
};

/* Takes back steps `count` - 1 to 0; a step that failed half is included. */
static bool take_back(struct apply *apply, size_t count, struct err *err)
{
    bool is_back = true;

    for (size_t i = count; i-- > 0;) {
        struct err problem = {0};

        if (!steps[i].back)
            continue;
        if (steps[i].back(apply, &problem)) {
            if (apply->report->steps[i].state == STEP_DONE)
                apply->report->steps[i].state = STEP_TAKEN_BACK;
        } else {
            apply->report->steps[i].state = STEP_NOT_TAKEN_BACK;
            err_add(err, "Taking it back failed: %.400s", problem.text);
            is_back = false;
        }
    }
    return is_back;
}

/* A store that was refused changed nothing: do not define again. */
static bool is_untouched(const struct apply *apply)
{
    const struct domain *domain = apply->plan->domain;
    char *now CLEANUP(mem_free) =
        apply_read_domain(apply->target, domain, NULL);

    return now && strcmp(now, domain->xml->text) == 0;
}

static void conclude_failure(struct apply *apply, size_t failed,
                             struct err *err)
{
    struct err ignored;
    bool is_refused = steps[failed].run == run_store && is_untouched(apply);
    bool is_back = take_back(apply, is_refused ? failed : failed + 1, err);

    if (apply->record) {
        journal_state(apply->record, is_back ? "taken back" : "broken",
                      &ignored);
        if (is_back)
            err_add(err, "Everything is as it was before.");
        else
            err_add(err, "The copies are in %s.", apply->record->directory);
    }
    if (!is_back)
        err->code = ERR_NOT_RESTORED;
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

bool apply_run(const struct target *target, const struct plan *plan,
               const struct changeset *set, struct apply_report *report,
               struct err *err)
{
    struct apply apply = {target, plan, set,
                          report, NULL, has_any_hook(target->root)};
    bool is_done = true;

    *report = (struct apply_report){.count = ARRAY_SIZE(steps)};
    for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
        report->steps[i].title = steps[i].run == run_store && plan->domain->path
                                     ? "file rewritten"
                                     : steps[i].title;
    for (size_t i = 0; i < ARRAY_SIZE(steps) && is_done; i++) {
        is_done = steps[i].run(&apply, err);
        report->steps[i].state = is_done ? STEP_DONE : STEP_FAILED;
        if (!is_done)
            conclude_failure(&apply, i, err);
    }
    for (size_t i = 0; i < set->file_count && is_done; i++)
        report->needs_reload |= !apply.had_hook && set->files[i].after &&
                                strcmp(set->files[i].path, HOOK_SCRIPT) == 0;
    record_free(apply.record);
    return is_done;
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

/* Every version of our script names the directory of its data. */
static bool is_foreign(const struct file_change *file)
{
    return strcmp(file->path, HOOK_SCRIPT) == 0 && file->before &&
           !strstr(file->before, "\nconf_dir=/" HOOK_DATA "\n");
}

bool apply_check(const struct target *target, const struct plan *plan,
                 const struct changeset *set, struct err *err)
{
    const struct domain *domain = plan->domain;
    char *journal CLEANUP(mem_free) = journal_directory(domain);

    if (!check_rules(plan, err))
        return false;
    if (!domain->path && conn_is_read_only(target->conn))
        return err_set(err, ERR_REFUSED,
                       "This is a read-only session: nothing can be applied.");
    if (domain->path && access(domain->path, W_OK) < 0)
        return err_set(err, ERR_PERMISSION, "%s cannot be written.",
                       domain->path);
    if (!file_is_writable(target->root, journal))
        return err_set(err, ERR_PERMISSION,
                       "The journal beneath %s%svar/lib/virt-tune cannot be "
                       "written. Run virt-tune as root, or name a directory of "
                       "yours with --root.",
                       target->root, str_ends(target->root, "/") ? "" : "/");
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
