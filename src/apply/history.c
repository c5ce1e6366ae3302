/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes records, gives text. What stands in the journal passes the printable
 * filter: somebody may have edited it.
 */
#include "apply/history.h"

#include "base/text.h"
#include "render/diff.h"

#include <stdio.h>

static void add_what(struct str *str, const struct record *record)
{
    if (record->undoes) {
        str_addf(str, "undo of %04u", record->undoes);
        return;
    }
    str_addf(str, text_plural("%zu change", "%zu changes", record->title_count),
             record->title_count);
    str_add(str, record->file_count > 0 ? ", " : "");
    if (record->file_count > 0)
        str_addf(str, text_plural("%zu file", "%zu files", record->file_count),
                 record->file_count);
}

static void add_row(struct str *str, bool is_short, const char *number,
                    const char *when, const char *what, const char *state)
{
    static const int widths[][3] = {{5, 21, 22}, {4, 16, 24}};
    const int *width = widths[is_short];

    str_addf(str, "%-*s %-*s %-*s %s\n", text_bytes(number, width[0]), number,
             text_bytes(when, width[1]), when, text_bytes(what, width[2]), what,
             state);
}

void history_add_heading(struct str *str, bool is_short)
{
    add_row(str, is_short, _("No."), _("When (UTC)"), _("What"), _("State"));
}

void history_add_row(struct str *str, const struct record *record,
                     bool is_short)
{
    struct str what CLEANUP(str_free) = STR_INIT;
    struct str when CLEANUP(str_free) = STR_INIT;
    char number[16], minute[17];

    snprintf(minute, sizeof(minute), "%s", record->time);
    add_what(&what, record);
    str_add_printable(&when, is_short ? minute : record->time);
    snprintf(number, sizeof(number), "%04u", record->number);
    add_row(str, is_short, number, str_text(&when), str_text(&what),
            text_of(record_state_name(record->state)));
}

void history_add_table(struct str *str, const struct records *records)
{
    history_add_heading(str, false);
    for (size_t i = records->count; i-- > 0;) {
        const struct record *record = records->list[i];

        history_add_row(str, record, false);
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
