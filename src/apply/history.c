/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes records, gives text. What stands in the journal passes the printable
 * filter: somebody may have edited it.
 */
#include "apply/history.h"

#include "render/diff.h"

static void add_what(struct str *str, const struct record *record)
{
    if (record->undoes) {
        str_addf(str, "undo of %04u", record->undoes);
        return;
    }
    str_addf(str, "%zu change%s", record->title_count,
             record->title_count == 1 ? "" : "s");
    if (record->file_count > 0)
        str_addf(str, ", %zu file%s", record->file_count,
                 record->file_count == 1 ? "" : "s");
}

void history_add_table(struct str *str, const struct records *records)
{
    str_addf(str, "%-5s %-21s %-22s %s\n", "No.", "When (UTC)", "What",
             "State");
    for (size_t i = records->count; i-- > 0;) {
        const struct record *record = records->list[i];
        struct str what CLEANUP(str_free) = STR_INIT;
        struct str when CLEANUP(str_free) = STR_INIT;

        add_what(&what, record);
        str_add_printable(&when, record->time);
        str_addf(str, "%04u  %-21s %-22s %s\n", record->number, str_text(&when),
                 str_text(&what), record_state_name(record->state));
        for (size_t j = 0; j < record->title_count; j++) {
            str_add(str, "        ");
            str_add_printable(str, record->titles[j]);
            str_add(str, "\n");
        }
    }
}

static void add_diff(struct str *str, const char *name, const char *before,
                     const char *after)
{
    struct diff *diff = diff_new(before ? before : "", after ? after : "");

    diff_add_unified(str, diff, before ? name : "/dev/null",
                     after ? name : "/dev/null", 3);
    diff_free(diff);
}

void history_add_diff(struct str *str, const struct record *record)
{
    struct str name CLEANUP(str_free) = STR_INIT;

    str_add_printable(&name, *record->path ? record->path : record->domain);
    add_diff(str, str_text(&name), record->before,
             record->after ? record->after : record->wanted);
    for (size_t i = 0; i < record->file_count; i++) {
        struct str path CLEANUP(str_free) = STR_INIT;

        str_add(&path, "/");
        str_add_printable(&path, record->files[i].path);
        add_diff(str, str_text(&path), record->files[i].before,
                 record->files[i].after);
    }
}
