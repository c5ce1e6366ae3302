/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the journal, gives a record as it would be without those undone. */
#include "apply/since.h"

#include "apply/lines.h"
#include "apply/script.h"
#include "render/merge.h"

#include <stdlib.h>
#include <string.h>

static bool has_ended(const struct record *record)
{
    return record->state == RECORD_APPLIED || record->state == RECORD_UNDONE;
}

/*
 * Whether a record was in force when the first `count` of them were there, and
 * the one at `without` was not.
 */
static bool was_in_force(const struct records *records, size_t index,
                         size_t count, size_t without)
{
    for (size_t i = count; i-- > index + 1;) {
        const struct record *other = records->list[i];

        if (i != without && has_ended(other) &&
            other->undoes == records->list[index]->number &&
            was_in_force(records, i, count, without))
            return false;
    }
    return has_ended(records->list[index]);
}

/* A side that cannot be had without it is left. */
static void take_out_xml(const struct record *gone, char **side)
{
    struct conflicts conflicts = {0};
    struct merge *merge =
        *side
            ? merge_undo(gone->before, gone->after ? gone->after : gone->wanted,
                         *side, &conflicts, NULL)
            : NULL;

    if (merge && conflicts.count == 0) {
        free(*side);
        *side = mem_strdup(merge->text);
    }
    merge_free(merge);
    conflicts_free(&conflicts);
}

static void take_out_lines(const struct record_file *gone, char **side)
{
    struct conflicts conflicts = {0};
    char *result;

    if (lines_undo(gone->before, gone->after, *side, gone->path, &conflicts,
                   &result)) {
        free(*side);
        *side = result;
    }
    conflicts_free(&conflicts);
}

static void take_out(const struct record *gone, struct record *record)
{
    take_out_xml(gone, &record->before);
    take_out_xml(gone, &record->wanted);
    take_out_xml(gone, &record->after);
    for (size_t i = 0; i < record->file_count; i++)
        for (size_t j = 0; j < gone->file_count; j++)
            if (strcmp(record->files[i].path, gone->files[j].path) == 0 &&
                !script_is_path(gone->files[j].path)) {
                take_out_lines(&gone->files[j], &record->files[i].before);
                take_out_lines(&gone->files[j], &record->files[i].after);
            }
}

void since_rewrite(const struct records *records, struct record *record)
{
    size_t at = 0;

    while (at < records->count && records->list[at] != record)
        at++;
    for (size_t i = at; i-- > 0;)
        if (!records->list[i]->undoes && was_in_force(records, i, at, at) &&
            !was_in_force(records, i, records->count, at))
            take_out(records->list[i], record);
}
