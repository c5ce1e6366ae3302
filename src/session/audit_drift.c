/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the journal of a domain, says what is no more as the last apply left
 * it: its lines of the definition, the hook's files, and the host below.
 */
#include "session/audit_row.h"

#include "apply/script.h"
#include "base/str.h"
#include "base/text.h"
#include "render/diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char demo_fix[] =
    "The demo's domains are fresh each time: what was stored in one run is not "
    "there in the next. Only the files beneath --root stay.";

/* The newest record that ended, an undo too: its XML is what we left. */
static const struct record *newest(const struct audit_look *look)
{
    for (size_t i = look->records->count; i-- > 0;)
        if (look->records->list[i]->state == RECORD_APPLIED)
            return look->records->list[i];
    return NULL;
}

static bool is_in_force(const struct record *record)
{
    return record->state == RECORD_APPLIED && !record->undoes;
}

/* The newest apply that was not undone, or NULL. */
static const struct record *in_force(const struct audit_look *look)
{
    for (size_t i = look->records->count; i-- > 0;)
        if (is_in_force(look->records->list[i]))
            return look->records->list[i];
    return NULL;
}

static const char *left(const struct record *record)
{
    return record->after ? record->after : record->wanted;
}

static void check_record(const struct audit_look *look)
{
    const struct record *record = in_force(look);
    const struct err *problem = &look->records->problem;

    if (problem->code) {
        audit_say(look, VERDICT_UNKNOWN, "The journal: could not look", "",
                  problem->code == ERR_PERMISSION
                      ? "Only root may read it: run it as root."
                      : arena_strdup(look->arena, problem->text));
        return;
    }
    for (size_t i = 0; i < look->records->count; i++)
        if (record_is_open(look->records->list[i])) {
            audit_say(look, VERDICT_FAIL, "A change was cut off",
                      arena_printf(look->arena, "record %04u",
                                   look->records->list[i]->number),
                      "Finish it or take it back: virt-tune repair DOMAIN");
            return;
        }
    if (!record)
        audit_say(look, VERDICT_NOTE,
                  look->records->count > 0
                      ? "All that virt-tune applied is undone"
                      : "virt-tune has changed nothing of this domain",
                  "", "");
    else {
        char *time CLEANUP(mem_free) = str_printable(record->time);

        audit_say(look, VERDICT_OK,
                  arena_printf(look->arena, "Record %04u is in force",
                               record->number),
                  arena_strdup(look->arena, time), "");
    }
}

/*
 * Marks the lines of the newest definition that `record` wrote: those that it
 * added, as far as they were still there when the newest record was made.
 */
static void mark_ours(const struct record *record, const char *now, bool *ours,
                      size_t count)
{
    struct diff *made = diff_new(record->before, left(record));
    struct diff *since = diff_new(left(record), now);
    bool *added = mem_alloc(made->count + 1, sizeof(*added));

    for (size_t i = 0; i < made->count; i++)
        if (made->lines[i].sign == '+')
            added[made->lines[i].new_number - 1] = true;
    for (size_t i = 0; i < since->count; i++) {
        const struct diff_line *line = &since->lines[i];

        if (line->sign == ' ' && line->old_number <= made->count &&
            line->new_number <= count && added[line->old_number - 1])
            ours[line->new_number - 1] = true;
    }
    free(added);
    diff_free(made);
    diff_free(since);
}

/* What became of a definition's lines. */
struct edits {
    size_t lost, theirs; /* ours that are gone; others that came or went */
    const char *first;   /* the first of ours, as it was */
};

/* What comes in the place of a line of ours is not somebody else's as well. */
static struct edits count_edits(const struct diff *diff, const bool *ours,
                                size_t count)
{
    struct edits edits = {0};
    size_t places = 0; /* of ours, in this run of changed lines */

    for (size_t i = 0; i < diff->count; i++) {
        const struct diff_line *line = &diff->lines[i];

        if (line->sign == ' ') {
            places = 0;
        } else if (line->sign == '-' && line->old_number <= count &&
                   ours[line->old_number - 1]) {
            if (edits.lost++ == 0)
                edits.first = line->text;
            places++;
        } else if (line->sign == '+' && places > 0) {
            places--;
        } else {
            edits.theirs++;
        }
    }
    return edits;
}

static void check_definition(const struct audit_look *look)
{
    const struct record *record = newest(look);
    struct edits edits;
    struct diff *diff;
    size_t count;
    char *first;
    bool *ours;

    if (!record)
        return;
    count = str_count_lines(left(record));
    ours = mem_alloc(count + 1, sizeof(*ours));
    for (size_t i = 0; i < look->records->count; i++)
        if (is_in_force(look->records->list[i]))
            mark_ours(look->records->list[i], left(record), ours, count);
    diff = diff_new(left(record), look->wanted->xml->text);
    edits = count_edits(diff, ours, count);
    first = str_printable(edits.first ? edits.first : "");
    if (edits.lost > 0)
        audit_say(look, VERDICT_FAIL,
                  arena_printf(
                      look->arena,
                      text_plural("%zu line that virt-tune wrote was changed",
                                  "%zu lines that virt-tune wrote were changed",
                                  edits.lost),
                      edits.lost),
                  arena_strdup(look->arena, str_trim(first)),
                  look->is_demo ? demo_fix
                  : look->wanted->snapshot_count != 0
                      ? "Somebody edited the definition, or went back to a "
                        "snapshot that has a former one. If that is right, "
                        "leave it; else plan and apply again."
                      : "Somebody edited the definition. If that is right, "
                        "leave it; else plan and apply again.");
    else if (in_force(look))
        audit_say(look, VERDICT_OK, "All lines that virt-tune wrote are there",
                  "", "");
    if (edits.theirs > 0)
        audit_say(look, VERDICT_NOTE, "The definition was edited since",
                  arena_printf(look->arena,
                               text_plural("%zu line, not virt-tune's",
                                           "%zu lines, none of virt-tune's",
                                           edits.theirs),
                               edits.theirs),
                  look->is_demo ? demo_fix : "");
    free(first);
    free(ours);
    diff_free(diff);
}

/* The last record that wrote a file says how it shall be. */
static const struct record_file *file_of(const struct audit_look *look,
                                         const char *path)
{
    for (size_t i = look->records->count; i-- > 0;) {
        const struct record *record = look->records->list[i];

        for (size_t j = 0;
             record->state == RECORD_APPLIED && j < record->file_count; j++)
            if (strcmp(record->files[j].path, path) == 0)
                return &record->files[j];
    }
    return NULL;
}

/* How a file shall be, and what is said if it is not. */
struct kept {
    const char *path, *title;
    const char *text;
    unsigned mode;
    const char *changed, *fix;
};

static void check_file(const struct audit_look *look, const struct kept *file)
{
    const char *detail =
        arena_printf(look->arena, "%s/%s", look->prefix, file->path);
    struct root *root = root_open(look->target->root, NULL);
    char *now CLEANUP(mem_free) =
        root ? root_read_exact(root, file->path) : NULL;
    unsigned mode = root ? root_mode(root, file->path) : 0;
    const char *title = file->title;

    root_free(root);
    if (!now && mode != 0)
        audit_say(look, VERDICT_UNKNOWN,
                  arena_printf(look->arena, "%s: could not look", title),
                  detail, "It cannot be read: run it as root.");
    else if (!now)
        audit_say(look, VERDICT_FAIL,
                  arena_printf(look->arena, "%s is gone", title), detail,
                  "Apply again: it is written anew.");
    else if (strcmp(now, file->text) != 0)
        audit_say(look, VERDICT_FAIL, file->changed, detail, file->fix);
    else if ((mode & file->mode) != file->mode)
        audit_say(look, VERDICT_FAIL,
                  arena_printf(look->arena, "%s is not executable", title),
                  detail, "libvirt passes it over: chmod 755 it.");
    else
        audit_say(look, VERDICT_OK,
                  arena_printf(look->arena, "%s is as it was written", title),
                  detail, "");
}

/*
 * It is all domains': whichever record wrote it, whoever has data for it
 * needs that of this version.
 */
static void check_script(const struct audit_look *look)
{
    struct kept file = {
        .path = HOOK_SCRIPT,
        .title = _("The hook"),
        .text = look->script,
        .mode = 0111,
        .changed = "The hook is another version, or was changed",
        .fix =
            "Apply again, this domain or any other with the hook: it is "
            "written anew.",
    };
    struct root *root = root_open(look->target->root, NULL);
    char *now CLEANUP(mem_free) =
        root ? root_read_exact(root, HOOK_SCRIPT) : NULL;
    bool is_used =
        root && root_exists(root, hook_data_path(look->arena, look->wanted));

    root_free(root);
    if (now && !script_is_ours(now)) {
        file.changed = "The hook was replaced by another script";
        file.fix = "It is not virt-tune's: move it away, then apply again.";
    }
    if (is_used && look->script)
        check_file(look, &file);
}

static void check_data(const struct audit_look *look)
{
    const char *path = hook_data_path(look->arena, look->wanted);
    const struct record_file *file = file_of(look, path);
    const char *title = _("The hook's data file");

    if (file && file->after)
        check_file(look, &(struct kept){
                             .path = path,
                             .title = title,
                             .text = file->after,
                             .changed = arena_printf(look->arena,
                                                     "%s was changed", title),
                             .fix = "Apply again: it is written anew.",
                         });
}

/*
 * Pins that changed since leave the hook with the former CPUs. Where all is
 * undone the file has but what somebody added.
 */
static void check_fit(const struct audit_look *look)
{
    for (size_t i = 0; look->set && i < look->set->file_count; i++)
        if (!look->set->files[i].before ||
            script_is_path(look->set->files[i].path))
            continue;
        else if (!in_force(look) && look->records->count > 0)
            audit_say(look, VERDICT_NOTE,
                      "The hook's data file stayed with what somebody added",
                      arena_printf(look->arena, "%s/%s", look->prefix,
                                   look->set->files[i].path),
                      "Remove it, and the hook, if nobody needs them.");
        else
            audit_say(
                look, VERDICT_FAIL,
                "The hook does not fit the definition any more",
                arena_printf(look->arena, "%s/%s", look->prefix,
                             look->set->files[i].path),
                look->is_demo
                    ? demo_fix
                    : "CPUs, memory or pages were changed since, or the hook "
                      "is of another version: apply again.");
}

static void check_cpus(const struct audit_look *look)
{
    const struct record *record = in_force(look);

    if (!record)
        return;
    if (!*record->cpus)
        audit_say(look, VERDICT_UNKNOWN,
                  "Whether the CPUs are the same: not noted then", "",
                  "The record is of an older version: undo it and apply "
                  "again.");
    else if (strcmp(record->cpus, look->host->cpu.fingerprint) != 0)
        audit_say(look, VERDICT_FAIL,
                  "The host's CPUs are not those that were planned for", "",
                  "Another processor, firmware setting (SMT, NUMA) or CPUs "
                  "that are offline: plan the layout again.");
    else
        audit_say(look, VERDICT_OK,
                  "The host's CPUs are those that were planned for", "", "");
}

static void check_addresses(const struct audit_look *look)
{
    const struct record *record = in_force(look);
    bool is_fine = true;

    for (size_t i = 0; record && i < record->device_count; i++) {
        char address[16] = "", id[16] = "";
        const struct pci_device *device;
        char now[16] = "nothing";

        if (sscanf(record->devices[i], "%15s %15s", address, id) != 2)
            continue;
        device = pci_find(&look->host->pci, address);
        if (device)
            snprintf(now, sizeof(now), "%04x:%04x", device->vendor,
                     device->device);
        if (strcmp(now, id) == 0)
            continue;
        is_fine = false;
        if (!device && look->host->pci.problem) {
            audit_say(look, VERDICT_UNKNOWN,
                      "What is at a planned address: could not look",
                      arena_printf(look->arena, "%s was %s; %s", address, id,
                                   look->host->pci.problem),
                      "Not all PCI devices could be read: show host says why.");
            continue;
        }
        audit_say(
            look, VERDICT_FAIL, "Another device is at a planned address",
            arena_printf(look->arena, "%s was %s, is %s", address, id, now),
            "Addresses move when cards are added or moved. Take the old "
            "address back, and give the device again: step 3.");
    }
    if (record && record->device_count > 0 && is_fine)
        audit_say(look, VERDICT_OK, "Its devices are at the planned addresses",
                  "", "");
}

static const struct audit_row rows[] = {
    {"last-apply", "/var/lib/virt-tune",
     "The journal knows what was applied and undone.", check_record},
    {"definition-kept", "/var/lib/virt-tune, libvirt",
     "What was edited since may contradict the plan.", check_definition},
    {"hook-kept", "/etc/libvirt/hooks/qemu.d",
     "libvirt runs the hook when the guest starts and stops.", check_script},
    {"hook-data-kept", "/etc/libvirt/hooks/virt-tune",
     "The hook goes by its data file.", check_data},
    {"hook-fits", "/etc/libvirt/hooks",
     "The hook frees the CPUs that stood in the plan.", check_fit},
    {"cpus-kept", "/sys/devices/system/cpu",
     "Pins name CPUs by number; another machine numbers them otherwise.",
     check_cpus},
    {"addresses-kept", "/sys/bus/pci/devices",
     "A definition names devices by address only.", check_addresses},
};

void audit_drift(struct audit_look *look)
{
    struct records records = journal_read(look->target, look->wanted);

    look->records = &records;
    look->is_in_force = in_force(look) != NULL;
    audit_run(look, rows, ARRAY_SIZE(rows));
    look->records = NULL;
    records_free(&records);
}
