/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that write: apply and undo. */
#include "cli/cli.h"

#include "apply/hold.h"
#include "base/str.h"
#include "base/text.h"
#include "plan/rule.h"
#include "session/command.h"
#include "session/gone.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Asks on the terminal; without one there is no yes. */
static bool confirm(const struct options *options, const char *question,
                    struct err *err)
{
    char answer;

    if (options->is_confirmed)
        return true;
    if (!isatty(STDIN_FILENO))
        return err_set(err, ERR_USAGE,
                       "Nothing was written: add --yes to apply without being "
                       "asked.");
    answer = cli_answer(question);
    return answer == 'y' || answer == 'Y' ||
           err_set(err, ERR_FAILED, "Nothing was written.");
}

static void print_steps(const struct apply_report *report)
{
    static const char *const names[] = {
        [STEP_OPEN] = "-",
        [STEP_DONE] = N_("done"),
        [STEP_FAILED] = N_("FAILED"),
        [STEP_TAKEN_BACK] = "taken back",
        [STEP_NOT_TAKEN_BACK] = "NOT TAKEN BACK",
    };

    for (size_t i = 0; i < report->count; i++) {
        const char *name = text_of(names[report->steps[i].state]);

        printf("%-*s %s\n", text_bytes(name, 14), name, report->steps[i].title);
    }
}

static void print_outcome(const struct session *session,
                          const struct plan *plan, const struct changeset *set,
                          const struct apply_report *report)
{
    const struct domain *domain = session->domain;
    struct arena *arena = arena_new();
    struct findings later = {0};

    rule_check_later(plan, arena, &later);
    printf(_("Applied as record %04u."), report->number);
    if (domain->is_running)
        printf(_(" %s is running; this takes effect when it is shut down and "
                 "started again."),
               domain->name);
    printf("\n");
    print_findings(stdout, &later);
    arena_free(arena);
    print_copying(session, set->files, set->file_count);
    if (report->needs_reload && session->options.root)
        return;
    if (report->needs_reload)
        printf(
            _("This is the first hook here; libvirt notices it after: "
              "systemctl reload libvirtd (or virtqemud). Guests go on.\n"));
}

static void print_moves(const struct live_report *report, bool is_dry)
{
    static const char *const names[] = {"vCPU", "emulator", "I/O thread"};
    struct arena *arena = arena_new();

    for (size_t i = 0; i < report->count; i++) {
        const struct live_pin *pin = &report->pins[i];
        char number[16] = "";

        if (pin->kind != LIVE_EMULATOR)
            snprintf(number, sizeof(number), " %u", pin->number);
        printf(is_dry ? _("would move  %s%s from CPUs %s to %s\n")
                      : _("moved       %s%s from CPUs %s to %s\n"),
               names[pin->kind], number, cpuset_text(arena, &pin->before),
               cpuset_text(arena, &pin->after));
    }
    arena_free(arena);
}

/* Who moved from where to where, as it was read back; dry: who would. */
static bool apply_live(const struct session *session,
                       const struct options *options, const struct plan *plan,
                       struct err *err)
{
    bool is_dry = options->is_dry_run, is_moved;
    struct live_report report;
    struct plan *kept;

    if (!session->domain->path && !session->domain->is_running) {
        printf(_("%s does not run: there is nothing to move.\n"),
               session->domain->name);
        return true;
    }
    kept = plan_kept(plan);
    is_moved = session_live(session, kept, is_dry, &report, err);
    if (is_moved)
        print_moves(&report, is_dry);
    if (is_moved && report.unread > 0)
        is_moved =
            err_set(err, ERR_FAILED,
                    is_dry ? "Could not look where %zu of its threads are: "
                             "these would not be moved."
                           : "Could not look where %zu of its threads are: "
                             "these were not moved.",
                    report.unread);
    else if (is_moved && report.count == 0)
        printf(_("Its threads are on their CPUs already.\n"));
    live_free(&report);
    plan_free(kept);
    return is_moved;
}

/* All that apply looks at before it writes. */
static bool apply_dry(const struct session *session,
                      const struct options *options, const struct plan *plan,
                      const struct changeset *set, struct err *err)
{
    bool is_fine =
        session_check(session, plan, set, err) &&
        (!options->is_live || apply_live(session, options, plan, err));

    if (is_fine)
        printf(_("Nothing was written: this is a dry run.\n"));
    return is_fine;
}

static bool apply(const struct session *session, const struct options *options,
                  const struct plan *plan, const struct changeset *set,
                  struct err *err)
{
    struct apply_report report;
    struct hold hold;
    bool is_applied;

    if (options->is_live && session->domain->path)
        return err_set(err, ERR_USAGE,
                       "--live is for a running domain of libvirt, not for a "
                       "file.");
    if (changeset_kept(set) == 0) {
        /* Half an apply may just be what is planned; only root can look. */
        if (!session_check_open(session, err) && err->code != ERR_PERMISSION)
            return false;
        *err = (struct err){0};
        printf(_("%s: nothing to do.\n"), session->domain->name);
        return !options->is_live || apply_live(session, options, plan, err);
    }
    if (options->format)
        print_preview(session, options, plan, set);
    else
        print_changes(session, set);
    print_plan_findings(plan);
    if (options->is_dry_run)
        return apply_dry(session, options, plan, set, err);
    if (!confirm(options, _("Apply? [y/N]"), err))
        return false;
    hold_begin(&hold);
    is_applied = session_apply(session, plan, set, &report, err);
    print_steps(&report);
    if (is_applied)
        print_outcome(session, plan, set, &report);
    else if (err->code == ERR_PERMISSION && report.number == 0)
        command_explain_permission(session, plan, err);
    if (is_applied && options->is_live)
        is_applied = apply_live(session, options, plan, err);
    fflush(stdout);
    hold_end(&hold);
    return is_applied;
}

bool command_apply(const struct options *options, char **words, struct err *err)
{
    bool is_json = options->format && strcmp(options->format, "json") == 0;
    struct session *session =
        is_json ? NULL : session_open(&options->session, err);
    struct plan *plan = session && session_load(session, words[0], err)
                            ? cli_plan(session, options, err)
                            : NULL;
    struct changeset *set = plan ? session_changeset(session, plan, err) : NULL;
    bool is_applied = set && apply(session, options, plan, set, err);

    if (is_json)
        err_set(err, ERR_USAGE,
                "apply prints no JSON. See: virt-tune preview DOMAIN "
                "--format json.");
    changeset_free(set);
    plan_free(plan);
    session_close(session);
    return is_applied && cli_flush(err);
}

static void print_side(char sign, const char *lines)
{
    const char indent[] = {' ', ' ', sign, ' ', '\0'};
    struct str str CLEANUP(str_free) = STR_INIT;

    str_add_lines(&str, indent, lines);
    fputs(str_text(&str), stdout);
}

/* What was edited since where the record changed it, and what was before. */
static void print_conflict(const struct conflict *conflict)
{
    printf("%s\n", conflict->text);
    print_side('-', conflict->now);
    print_side('+', conflict->then);
}

/* Asks on the terminal, one by one; without one they are just named. */
static bool choose(const struct undo *undo, enum choice *list, struct err *err)
{
    const struct conflicts *conflicts = &undo->conflicts;
    bool asks = isatty(STDIN_FILENO);

    printf(_("Edited since record %04u was applied, where that changed it:\n"),
           undo->record->number);
    for (size_t i = 0; i < conflicts->count; i++) {
        char answer;

        print_conflict(&conflicts->list[i]);
        if (!asks)
            continue;
        answer = cli_answer(
            _("[k]eep the edit, [b]ack to what was before, or leave it all?"));
        if (!answer || !strchr("kKbB", answer))
            return err_set(err, ERR_FAILED, "Nothing was written.");
        list[i] = strchr("kK", answer) ? CHOICE_KEEP : CHOICE_BACK;
    }
    if (asks)
        return true;
    err_set(err, ERR_CHANGED,
            "Nothing was written. --keep-edits undoes the rest and leaves "
            "these as they are; --drop-edits takes them back, too.");
    for (size_t i = 0; i < conflicts->count && i < 3; i++)
        err_add(err, "%.160s", conflicts->list[i].text);
    undo_add_later(undo, err);
    return false;
}

/* The undo with every conflict decided, or NULL with a sentence. */
static struct undo *plan_undo(const struct session *session,
                              const struct options *options, unsigned number,
                              struct err *err)
{
    struct choices choices = {.rest = options->edits};
    struct undo *undo = session_undo_plan(session, number, &choices, err);
    enum choice *list;

    if (!undo || conflicts_open(&undo->conflicts) == 0)
        return undo;
    list = mem_alloc(undo->conflicts.count, sizeof(*list));
    choices.list = list;
    choices.count = undo->conflicts.count;
    if (choose(undo, list, err)) {
        undo_free(undo);
        undo = session_undo_plan(session, number, &choices, err);
    } else {
        undo_free(undo);
        undo = NULL;
    }
    free(list);
    return undo;
}

static void print_undone(const struct session *session, const struct undo *undo,
                         unsigned number)
{
    char *text CLEANUP(mem_free) = undo_describe(undo, session->domain, number);

    fputs(text, stdout);
    print_copying(session, undo->files, undo->file_count);
}

static bool undo(const struct session *session, const struct options *options,
                 unsigned number, struct err *err)
{
    bool is_idle =
        number == 0 && undo_is_idle(&session->target, session->domain);
    struct undo *undo =
        is_idle ? NULL : plan_undo(session, options, number, err);
    struct apply_report report;
    struct hold hold;
    bool is_undone;

    if (is_idle)
        printf(_("%s: nothing to undo: no change by virt-tune is in force. An "
                 "undo itself is undone by its number: virt-tune history.\n"),
               session->domain->name);
    if (is_idle)
        return true;
    if (!undo)
        return false;
    hold_begin(&hold);
    is_undone = session_undo(session, undo, &report, err);
    if (is_undone)
        print_undone(session, undo, report.number);
    else if (report.number > 0)
        print_steps(&report);
    fflush(stdout);
    hold_end(&hold);
    undo_free(undo);
    return is_undone;
}

bool command_undo(const struct options *options, char **words, struct err *err)
{
    unsigned number;
    struct session *session = cli_record_number(words, &number, err)
                                  ? session_open(&options->session, err)
                                  : NULL;
    bool is_undone = session && session_load_recorded(session, words[0], err) &&
                     undo(session, options, number, err);

    session_close(session);
    return is_undone && cli_flush(err);
}
