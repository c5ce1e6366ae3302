/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of the journal: history, and repair of what was cut off. */
#include "cli/cli.h"
#include "cli/json.h"

#include "apply/history.h"
#include "apply/hold.h"
#include "base/str.h"
#include "base/text.h"
#include "session/gone.h"
#include "session/remote.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool cli_record_number(char **words, unsigned *number, struct err *err)
{
    unsigned long value = 0;

    if (words[0] && words[1] &&
        (!str_number(words[1], 9999, &value) || value == 0))
        return err_set(err, ERR_USAGE,
                       "A record's number is wanted. See: virt-tune history.");
    *number = (unsigned)value;
    return true;
}

/* What the options, or the person at the terminal, say. */
static bool choose_way(const struct session *session,
                       const struct options *options,
                       const struct record *record, enum repair_way *way,
                       struct err *err)
{
    char answer;
    char *text CLEANUP(mem_free) = repair_describe(&session->target, record);

    *way = options->wants_finish ? REPAIR_FINISH : REPAIR_TAKE_BACK;
    if (options->session.is_read_only ||
        (!options->wants_finish && !options->wants_take_back &&
         !isatty(STDIN_FILENO)))
        return err_set(err,
                       options->session.is_read_only ? ERR_REFUSED : ERR_USAGE,
                       "%s", text);
    if (options->wants_finish || options->wants_take_back)
        return true;
    puts(text);
    answer = cli_answer(_("[f]inish, [t]ake back, or leave it?"));
    if (!answer || !strchr("fFtT", answer))
        return err_set(err, ERR_FAILED, "Nothing was written; it stays open.");
    *way = strchr("fF", answer) ? REPAIR_FINISH : REPAIR_TAKE_BACK;
    return true;
}

static bool repair(const struct session *session, const struct options *options,
                   const struct record *record, struct err *err)
{
    enum repair_way way;
    struct repair_report report;
    struct hold hold;
    bool is_ended;

    if (!choose_way(session, options, record, &way, err))
        return false;
    hold_begin(&hold);
    is_ended = session_repair(session, way, &report, err);
    if (is_ended && session->domain->is_gone)
        printf(_("Record %04u is taken back: %s is gone, only its hook files "
                 "went back.\n"),
               report.number, session->domain->name);
    else if (is_ended)
        printf(way == REPAIR_FINISH
                   ? _("Record %04u is finished: it is in force as it is "
                       "stored.\n")
               : report.is_as_before
                   ? _("Record %04u is taken back: all is as it was before "
                       "it.\n")
                   : _("Record %04u is taken back; what others edited since, "
                       "or need of it, stays.\n"),
               report.number);
    fflush(stdout);
    hold_end(&hold);
    return is_ended;
}

/* What could not be read is told after what could. */
static bool tell(const struct err *problem, struct err *err)
{
    return !problem->code || err_set(err, problem->code, "%s", problem->text);
}

/* One domain: by its argument, or as a record names it. */
static bool repair_domain(struct session *session,
                          const struct options *options, const char *name,
                          struct err *err)
{
    struct err problem;
    struct record *record;
    bool is_ended;

    if (!session_load_recorded(session, name, err))
        return false;
    record = session_open_record(session, &problem);
    if (!record && problem.code)
        return tell(&problem, err);
    if (!record) {
        printf(_("%s: nothing is open.\n"), session->domain->name);
        return true;
    }
    is_ended = repair(session, options, record, err);
    record_free(record);
    return is_ended;
}

/* Of this session's host: another one may have a domain of the same UUID. */
static bool is_here(const struct session *session, const struct record *record,
                    const char *name)
{
    const struct domain domain = {
        .uuid = record->uuid,
        .path = *record->path ? record->path : NULL,
        .remote = remote_name(session),
    };
    char *journal CLEANUP(mem_free) = journal_directory(&domain);

    return str_ends(journal, name);
}

static void tell_elsewhere(const struct record *record)
{
    struct str text CLEANUP(str_free) = STR_INIT;
    char *uri CLEANUP(mem_free) = str_printable(record->uri);
    char *name CLEANUP(mem_free) = str_printable(record->domain);

    str_addf(&text,
             "%s: a record of another host is open. Name that host with -c: "
             "%s\n",
             name, uri);
    fputs(str_text(&text), stdout);
}

/* Every domain with an open record; the first failure is told at the end. */
static bool repair_all(struct session *session, const struct options *options,
                       struct err *err)
{
    struct arena *arena = arena_new();
    struct err first = {0}; /* what could not be read, or ended */
    char **names = journal_domains(&session->target, arena, &first);
    size_t count = 0;

    for (; *names; names++) {
        struct records records = journal_read_in(&session->target, *names);

        if (!first.code)
            first = records.problem;
        for (size_t i = 0; i < records.count; i++) {
            const struct record *record = records.list[i];
            struct err problem = {0};

            if (!record_is_open(record))
                continue;
            count++;
            if (!is_here(session, record, *names)) {
                tell_elsewhere(record);
                continue;
            }
            if (repair_domain(session, options,
                              *record->path ? record->path : record->uuid,
                              &problem))
                continue;
            if (!first.code)
                first = problem;
        }
        records_free(&records);
    }
    if (count == 0 && !first.code)
        printf(_("Nothing is open.\n"));
    arena_free(arena);
    return tell(&first, err);
}

bool command_repair(const struct options *options, char **words,
                    struct err *err)
{
    struct session *session = session_open(&options->session, err);
    bool is_ended =
        session && (words[0] ? repair_domain(session, options, words[0], err)
                             : repair_all(session, options, err));

    session_close(session);
    return is_ended && cli_flush(err);
}

/* The table of one domain, or what one record changed. */
static bool show_history(const struct options *options, struct records *records,
                         unsigned number, struct err *err)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    bool is_found = number == 0;

    for (size_t i = 0; i < records->count; i++)
        if (records->list[i]->number == number) {
            history_add_diff(&str, records->list[i]);
            is_found = true;
        }
    if (!is_found && !records->problem.code)
        return err_set(err, ERR_FAILED, "There is no record %04u.", number);
    if (options->is_json)
        json_print(json_history(records, 1));
    else if (number > 0)
        fputs(str_text(&str), stdout);
    else if (records->count > 0) {
        history_add_table(&str, records);
        fputs(str_text(&str), stdout);
    } else if (!records->problem.code)
        printf(_("virt-tune has changed nothing of this domain.\n"));
    return tell(&records->problem, err);
}

/* Every domain, those that are gone too. */
static bool show_all(const struct session *session,
                     const struct options *options, struct err *err)
{
    struct arena *arena = arena_new();
    struct err problem = {0};
    char **names = journal_domains(&session->target, arena, &problem);
    struct records *all = NULL;
    size_t count = 0;

    for (; *names; names++) {
        struct records records = journal_read_in(&session->target, *names);

        if (!problem.code)
            problem = records.problem;
        if (records.count == 0) {
            records_free(&records);
            continue;
        }
        all = mem_realloc(all, count + 1, sizeof(*all));
        all[count++] = records;
    }
    if (options->is_json)
        json_print(json_history(all, count));
    else if (count == 0 && !problem.code)
        printf(_("virt-tune has changed nothing here.\n"));
    for (size_t i = 0; i < count; i++) {
        const struct record *last = all[i].list[all[i].count - 1];
        struct str str CLEANUP(str_free) = STR_INIT;

        if (!options->is_json) {
            print_printable(stdout, last->domain);
            printf(" (");
            print_printable(stdout, *last->path ? last->path : last->uri);
            printf(")\n");
            history_add_table(&str, &all[i]);
            fputs(str_text(&str), stdout);
        }
        records_free(&all[i]);
    }
    free(all);
    arena_free(arena);
    return tell(&problem, err);
}

bool command_history(const struct options *options, char **words,
                     struct err *err)
{
    unsigned number;
    struct session *session = cli_record_number(words, &number, err)
                                  ? session_open(&options->session, err)
                                  : NULL;
    bool is_shown = session != NULL;

    if (session && !words[0]) {
        is_shown = show_all(session, options, err);
    } else if (session && session_load_recorded(session, words[0], err)) {
        struct records records =
            journal_read(&session->target, session->domain);

        is_shown = show_history(options, &records, number, err);
        records_free(&records);
    } else {
        is_shown = false;
    }
    session_close(session);
    return is_shown && cli_flush(err);
}
