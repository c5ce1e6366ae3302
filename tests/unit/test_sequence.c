/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random sequences of apply, edits by hand, undo, redo, cuts and repairs, on
 * domain files of all kinds. A model beside the program says after each step
 * what each element should be; in the end all is undone, and where nobody else
 * edited every byte is as before, that of the hook's directory, too.
 *
 *   test_sequence                 a few, on domains of our own
 *   test_sequence N SEED FILE...  N of them, on these files; SEED:FIRST begins
 *                                 with the one of this number
 */
#include "model.h"
#include "support.h"

#include "apply/file.h"
#include "apply/undo.h"
#include "plan/device.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCRIPT "#!/bin/sh\n# the hook\nconf_dir=/" HOOK_DATA "\n"

enum { RECORDS_MAX = 64, EDITS_MAX = 16, STEPS_BELOW = 14 };

/* What happened how often; the names are the table's. */
enum counted {
    SEQUENCES,
    APPLIED,
    NOTHING_TO_DO,
    REFUSED_BY_A_RULE,
    EDITED,
    EDITED_OURS,
    UNDONE_NEWEST,
    UNDONE_OLDER,
    REDONE,
    CONFLICTS,
    KEPT,
    DROPPED,
    CUT,
    CUT_OPEN,
    FINISHED,
    TAKEN_BACK,
    ENDED_BYTES,
    ENDED_BLANKS,
    ENDED_MODEL,
    ENDED_CONFLICT,
    COUNTED,
};

static const char *const counted_names[COUNTED] = {
    [SEQUENCES] = "sequences",
    [APPLIED] = "applied",
    [NOTHING_TO_DO] = "nothing to do",
    [REFUSED_BY_A_RULE] = "refused by a rule",
    [EDITED] = "edited by hand elsewhere",
    [EDITED_OURS] = "edited by hand where we wrote",
    [UNDONE_NEWEST] = "undone, the newest",
    [UNDONE_OLDER] = "undone, an older one",
    [REDONE] = "an undo undone",
    [CONFLICTS] = "undo refused: edited since",
    [KEPT] = "of these undone, the edits kept",
    [DROPPED] = "of these undone, the edits taken back",
    [CUT] = "killed while writing",
    [CUT_OPEN] = "of these left open",
    [FINISHED] = "repaired: finished",
    [TAKEN_BACK] = "repaired: taken back",
    [ENDED_BYTES] = "ended: every byte as before",
    [ENDED_BLANKS] = "ended: as before but for blanks, undone around edits",
    [ENDED_MODEL] = "ended: as the model, edits kept",
    [ENDED_CONFLICT] = "ended: at a conflict of edits",
};
static unsigned long counted[COUNTED];

/* Both sides of what a record did, as the model sees it. */
struct done {
    struct facts before, after, lines_before, lines_after;
    unsigned undoes; /* 0: an apply */
    bool is_made;
};

/* An edit by hand, and what takes it back. */
struct edit {
    const char *added;            /* this text was put in; or NULL: */
    const char *path, *attribute; /* of this element */
    const char *old, *new;
};

struct sequence {
    struct arena *arena;
    const struct host *host;
    char *root, *path;
    struct target target;
    struct root *hooks;
    char *original;
    struct facts now, lines;
    struct done records[RECORDS_MAX + 1]; /* by their numbers */
    struct edit edits[EDITS_MAX];
    size_t edit_count;
    bool was_undone_around; /* an edit by hand, which may leave blanks */
    unsigned made;          /* texts by hand, to tell them apart */
    const char *log;
};

static const char *const our_domains[] = {
    "<domain type='kvm'>\n  <name>bare</name>\n"
    "  <uuid>8f1d6a52-3c0e-4b7a-9d15-2e6f0c4b8a92</uuid>\n"
    "  <memory>4194304</memory>\n  <vcpu>2</vcpu>\n"
    "  <os>\n    <type>hvm</type>\n  </os>\n</domain>\n",
    "<domain type='kvm'><name>line</name>"
    "<uuid>8f1d6a52-3c0e-4b7a-9d15-2e6f0c4b8a93</uuid>"
    "<memory unit='MiB'>4096</memory><vcpu>4</vcpu>"
    "<cputune><vcpupin vcpu='0' cpuset='1'/><emulatorpin cpuset='0'/>"
    "</cputune><os><type>hvm</type></os><features/>"
    "<cpu mode='host-passthrough'/><clock offset='localtime'/><devices>"
    "<disk type='file' device='disk'><source file='/x'/><target dev='sda' "
    "bus='scsi'/></disk><controller type='scsi' index='0' "
    "model='virtio-scsi'/><interface type='user'/></devices></domain>",
    "<?xml version=\"1.0\"?>\r\n<!-- by hand -->\r\n"
    "<domain type=\"kvm\">\r\n\t<name>hand</name>\r\n"
    "\t<uuid>8f1d6a52-3c0e-4b7a-9d15-2e6f0c4b8a94</uuid>\r\n"
    "\t<memory unit=\"GiB\">8</memory>\r\n"
    "\t<memoryBacking>\r\n\t\t<!-- mine -->\r\n\t\t<locked/>\r\n"
    "\t</memoryBacking>\r\n\t<vcpu>2</vcpu>\r\n"
    "\t<os><type>hvm</type></os>\r\n\t<features>\r\n\t\t<acpi/>\r\n"
    "\t\t<hyperv>\r\n\t\t\t<relaxed state=\"off\"/>\r\n"
    "\t\t\t<spinlocks state=\"on\" retries=\"4294967295\"/>\r\n"
    "\t\t</hyperv>\r\n\t</features>\r\n\t<devices>\r\n"
    "\t\t<memballoon model=\"virtio\">\r\n\t\t\t<stats period=\"5\"/>\r\n"
    "\t\t</memballoon>\r\n\t</devices>\r\n</domain>\r\n",
    "<domain type='kvm'>\n  <name>disks</name>\n"
    "  <uuid>8f1d6a52-3c0e-4b7a-9d15-2e6f0c4b8a95</uuid>\n"
    "  <memory unit='GiB'>8</memory>\n  <vcpu placement='static'>2</vcpu>\n"
    "  <os>\n    <type arch='x86_64' machine='pc'>hvm</type>\n  </os>\n"
    "  <cpu mode='custom' match='exact' check='none'>\n"
    "    <model fallback='forbid'>qemu64</model>\n  </cpu>\n  <devices>\n"
    "    <disk type='block' device='disk'>\n"
    "      <driver name='qemu' type='raw'/>\n"
    "      <source dev='/dev/vg/one'/>\n"
    "      <target dev='vda' bus='virtio'/>\n    </disk>\n"
    "    <disk type='file' device='disk'>\n"
    "      <driver name='qemu' type='qcow2' discard='unmap'/>\n"
    "      <source file='/two.qcow2'/>\n"
    "      <target dev='vdb' bus='virtio'/>\n    </disk>\n"
    "    <memballoon model='none'/>\n  </devices>\n</domain>\n",
};

/*
 * The program's calls that write pass here. In a child that is to be killed
 * the one before which that happens is counted down to.
 */
static long calls_left = -1;

static void count_call(void)
{
    if (calls_left >= 0 && calls_left-- == 0)
        _exit(99);
}

int fsync(int fd)
{
    count_call();
    (void)fd; /* nobody cuts the power here, and time counts */
    return 0;
}

int rename(const char *from, const char *to)
{
    count_call();
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int unlink(const char *path)
{
    count_call();
    return unlinkat(AT_FDCWD, path, 0);
}

static void note(struct sequence *s, const char *text)
{
    s->log = arena_printf(s->arena, "%s; %s", s->log, text);
}

static const char *conf_path(const struct sequence *s,
                             const struct domain *domain)
{
    return hook_data_path(s->arena, domain);
}

/* What is there is what the model says. */
static void check(struct sequence *s)
{
    char *text CLEANUP(mem_free) = read_text(s->path);
    struct domain *domain = domain_of(text);
    char *conf CLEANUP(mem_free) = file_read(s->root, conf_path(s, domain));
    struct facts now = facts_of_xml(s->arena, text);
    struct facts lines = facts_of_lines(s->arena, conf);
    bool has_script = root_exists(s->hooks, HOOK_SCRIPT);

    if (!facts_equal(&now, &s->now)) {
        facts_print(s->log, &now, &s->now);
        fail_msg("the XML is not what the model says\n%s\n%s", s->original,
                 text);
    }
    if (!facts_equal(&lines, &s->lines)) {
        facts_print(s->log, &lines, &s->lines);
        fail_msg("the hook's file is not what the model says");
    }
    assert_with(has_script || s->lines.count == 0, s->log);
    domain_free(domain);
}

static struct plan *any_plan(struct sequence *s, const struct domain *domain)
{
    char *conf CLEANUP(mem_free) = file_read(s->root, conf_path(s, domain));
    struct plan *plan =
        plan_new(s->host, domain, conf,
                 *domain->uuid ? NULL : "The file names no <uuid>.");

    if (random_below(3))
        accept_layout(plan, 1 + random_below(12));
    if (random_below(2))
        plan_propose_options(plan);
    for (unsigned n = random_below(8); n > 0; n--) {
        enum option_id id = random_below(OPTION_COUNT);

        option_set(plan, id, any_value(plan, id));
    }
    if (random_below(3) == 0 && s->host->pci.device_count > 0) {
        size_t index = random_below((unsigned)s->host->pci.device_count);

        const struct pci_device *on;

        if (!device_obstacle(plan, index) && !device_claim(plan, index, &on))
            device_toggle(plan, index);
    }
    for (unsigned id = 0; id < OPTION_COUNT; id++)
        if (option_refusal(plan, id, plan->options[id]))
            plan->options[id] = OPTION_KEEP;
    for (unsigned part = 0; part < PART_COUNT; part++)
        if (random_below(12) == 0)
            plan_drop(plan, part, true);
    return plan;
}

/* What a changeset makes of the hook's file; `lines` if it leaves it. */
static struct facts lines_after(struct sequence *s, const struct domain *domain,
                                const struct changeset *set)
{
    const char *path = conf_path(s, domain);

    for (size_t i = 0; i < set->file_count; i++)
        if (strcmp(set->files[i].path, path) == 0)
            return facts_of_lines(s->arena, set->files[i].after);
    return s->lines;
}

static struct record *newest_record(struct sequence *s,
                                    const struct domain *domain)
{
    struct records records = journal_read(&s->target, domain);
    struct record *newest = NULL;

    if (records.count > 0) {
        newest = records.list[records.count - 1];
        records.list[records.count - 1] = NULL;
    }
    records_free(&records);
    return newest;
}

/* A record that was cut off is ended the one way or the other. */
static bool repair(struct sequence *s, const struct domain *domain)
{
    enum repair_way way = random_below(2) ? REPAIR_FINISH : REPAIR_TAKE_BACK;
    struct err err = {0};
    struct repair_report report;
    bool is_ended = repair_run(&s->target, domain, way, &report, &err);

    assert_with(is_ended, err.text);
    counted[way == REPAIR_FINISH ? FINISHED : TAKEN_BACK]++;
    note(s, way == REPAIR_FINISH ? "finished" : "taken back");
    return way == REPAIR_FINISH;
}

struct job { /* an apply or an undo */
    struct sequence *s;
    const struct domain *domain;
    const struct plan *plan;
    const struct changeset *set;
    const struct undo *undo; /* or NULL */
};

static bool run(const struct job *job, struct apply_report *report,
                struct err *err)
{
    return job->undo
               ? undo_run(&job->s->target, job->domain, job->undo, report, err)
               : apply_run(&job->s->target, job->plan, job->set, report, err);
}

/* Does it, or has it killed on its way and repaired. True if it is done. */
static bool run_or_cut(const struct job *job)
{
    struct apply_report report;
    struct err err = {0};
    struct record *record;
    bool is_done = true;
    int status;
    pid_t child;

    if (random_below(4)) {
        if (!run(job, &report, &err)) {
            print_error("%s\n", job->s->log);
            fail_msg("%s", err.text);
        }
        return true;
    }
    child = fork();
    if (child == 0) {
        calls_left = random_below(60);
        _exit(run(job, &report, &err) ? 0 : 98);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_with(WIFEXITED(status) && WEXITSTATUS(status) != 98, job->s->log);
    record = newest_record(job->s, job->domain);
    counted[CUT] += WEXITSTATUS(status) == 99;
    note(job->s, WEXITSTATUS(status) == 99 ? "killed" : "not killed");
    if (WEXITSTATUS(status) == 0) {
        assert_int_equal(record->state, RECORD_APPLIED);
    } else if (record && record_is_open(record)) {
        counted[CUT_OPEN]++;
        is_done = repair(job->s, job->domain);
    } else {
        is_done = record && record->state == RECORD_APPLIED &&
                  !job->s->records[record->number].is_made;
    }
    record_free(record);
    return is_done;
}

static void conclude(struct sequence *s, const struct domain *domain,
                     const struct facts *now, const struct facts *lines)
{
    struct record *record = newest_record(s, domain);

    assert_true(record && record->number <= RECORDS_MAX);
    s->records[record->number] =
        (struct done){s->now, *now, s->lines, *lines, record->undoes, true};
    s->now = *now;
    s->lines = *lines;
    note(s, arena_printf(s->arena, "record %u", record->number));
    record_free(record);
}

static void apply(struct sequence *s)
{
    struct err err = {0};
    struct domain *domain = domain_load_file(s->path, &err);
    struct plan *plan;
    struct changeset *set;

    assert_with(domain != NULL, err.text);
    domain->libvirt_version = 12005000;
    plan = any_plan(s, domain);
    set = changeset_new(plan, s->hooks, *domain->uuid ? SCRIPT : NULL, &err);
    assert_with(set != NULL, err.text);
    note(s, "apply");
    if (changeset_kept(set) == 0) {
        counted[NOTHING_TO_DO]++;
    } else if (!apply_check(&s->target, plan, set, &err)) {
        assert_int_equal(err.code, ERR_REFUSED);
        counted[REFUSED_BY_A_RULE]++;
    } else {
        struct facts now = facts_of_xml(s->arena, set->xml);
        struct facts lines = lines_after(s, domain, set);

        if (run_or_cut(&(struct job){s, domain, plan, set, NULL})) {
            conclude(s, domain, &now, &lines);
            counted[APPLIED]++;
        }
    }
    changeset_free(set);
    plan_free(plan);
    domain_free(domain);
}

static bool in_force(const struct sequence *s, unsigned number, unsigned at,
                     unsigned without)
{
    for (unsigned n = at; n > number; n--)
        if (n != without && s->records[n].undoes == number &&
            in_force(s, n, at, without))
            return false;
    return s->records[number].is_made;
}

/* What a record did, had those that are undone since never been. */
static struct done done_since(const struct sequence *s, unsigned number)
{
    struct done done = s->records[number];

    for (unsigned n = number; n-- > 1;) {
        const struct done *gone = &s->records[n];
        struct facts *const sides[] = {&done.before, &done.after};
        struct facts *const lines[] = {&done.lines_before, &done.lines_after};
        const char *conflict;

        if (gone->undoes || !in_force(s, n, number - 1, number) ||
            in_force(s, n, RECORDS_MAX, number))
            continue;
        for (size_t i = 0; i < 2; i++) {
            model_undo_xml(s->arena, &gone->before, &gone->after, sides[i],
                           &conflict);
            model_undo_lines(s->arena, &gone->lines_before, &gone->lines_after,
                             lines[i], &conflict);
        }
    }
    return done;
}

/*
 * Each conflict is decided the same way, and what the model found is as it was
 * decided, if that is an attribute or a text: an element may stay around what
 * somebody else has put into it.
 */
static void decide(struct sequence *s, const struct domain *domain,
                   unsigned number, const char *conflict,
                   const struct done *done)
{
    const struct choices choices = {.rest = random_below(2) ? CHOICE_KEEP
                                                            : CHOICE_BACK};
    bool is_kept = choices.rest == CHOICE_KEEP;
    struct err err = {0};
    struct undo *plan =
        undo_new(&s->target, domain, SCRIPT, number, &choices, &err);
    struct facts now, lines;
    bool is_line;

    assert_with(plan != NULL, err.text);
    assert_int_equal(conflicts_open(&plan->conflicts), 0);
    now = facts_of_xml(s->arena, plan->merge->text);
    lines = s->lines;
    for (size_t i = 0; i < plan->file_count; i++)
        if (strcmp(plan->files[i].path, conf_path(s, domain)) == 0)
            lines = facts_of_lines(s->arena, plan->files[i].after);
    note(s, is_kept ? "edits kept" : "edits dropped");
    counted[is_kept ? KEPT : DROPPED]++;
    is_line = *conflict != '/';
    if (is_line || strpbrk(strrchr(conflict, '/'), "@=")) {
        const struct facts *of = is_kept   ? is_line ? &s->lines : &s->now
                                 : is_line ? &done->lines_before
                                           : &done->before;
        const char *should = facts_get(of, conflict);
        const char *is = facts_get(is_line ? &lines : &now, conflict);

        if (is ? !should || strcmp(is, should) != 0 : should != NULL)
            fail_msg("%s: %s is %s\n%s", s->log, conflict,
                     is ? is : "not there", plan->merge->text);
    }
    s->was_undone_around = true;
    if (run_or_cut(&(struct job){s, domain, NULL, NULL, plan}))
        conclude(s, domain, &now, &lines);
    undo_free(plan);
}

/* False if the model says that it is refused, and it stays so. */
static bool undo(struct sequence *s, unsigned number)
{
    struct err err = {0};
    struct domain *domain = domain_load_file(s->path, &err);
    struct undo *plan =
        undo_new(&s->target, domain, SCRIPT, number, NULL, &err);
    struct done done;
    struct facts now = s->now, lines = s->lines;
    const char *conflict = NULL;
    bool is_possible;

    assert_with(plan != NULL, err.text);
    done = done_since(s, plan->record->number);
    is_possible =
        model_undo_xml(s->arena, &done.before, &done.after, &now, &conflict) &&
        model_undo_lines(s->arena, &done.lines_before, &done.lines_after,
                         &lines, &conflict);
    note(s, arena_printf(s->arena, "undo %u%s%s", plan->record->number,
                         conflict ? ", edited since: " : "",
                         conflict ? conflict : ""));
    if (is_possible != (plan->conflicts.count == 0)) {
        for (size_t i = 0; i < plan->conflicts.count; i++)
            print_error("%s\n", plan->conflicts.list[i].text);
        fail_msg("%s\n%s\n%s", s->log, s->original, domain->xml->text);
    }
    if (is_possible) {
        s->was_undone_around |= s->edit_count > 0;
        counted[plan->record->undoes ? REDONE
                : number             ? UNDONE_OLDER
                                     : UNDONE_NEWEST]++;
        if (run_or_cut(&(struct job){s, domain, NULL, NULL, plan}))
            conclude(s, domain, &now, &lines);
    } else {
        struct apply_report report;

        counted[CONFLICTS]++;
        assert_false(undo_run(&s->target, domain, plan, &report, &err));
        assert_int_equal(err.code, ERR_CHANGED);
        if (random_below(3)) {
            decide(s, domain, plan->record->number, conflict, &done);
            is_possible = true;
        }
    }
    undo_free(plan);
    domain_free(domain);
    return is_possible;
}

/* The number of an applied record, any; 0: there is none. */
static unsigned any_record(struct sequence *s, bool only_applies)
{
    struct err err = {0};
    struct domain *domain = domain_load_file(s->path, &err);
    struct records records = journal_read(&s->target, domain);
    unsigned list[RECORDS_MAX], count = 0;

    for (size_t i = 0; i < records.count && count < RECORDS_MAX; i++)
        if (records.list[i]->state == RECORD_APPLIED &&
            (!only_applies || !records.list[i]->undoes))
            list[count++] = records.list[i]->number;
    records_free(&records);
    domain_free(domain);
    return count > 0 ? list[random_below(count)] : 0;
}

static void undo_any(struct sequence *s)
{
    unsigned number = any_record(s, random_below(3) > 0);

    if (number > 0)
        undo(s, random_below(2) && any_record(s, true) ? 0 : number);
}

static void rewrite(struct sequence *s, const char *text, size_t at,
                    size_t length, const char *by)
{
    struct str str CLEANUP(str_free) = STR_INIT;

    str_add_bytes(&str, text, at);
    str_add(&str, by);
    str_add(&str, text + at + length);
    write_text(s->path, str_text(&str));
    s->now = facts_of_xml(s->arena, str_text(&str));
}

static void keep_edit(struct sequence *s, struct edit edit)
{
    s->edits[s->edit_count++] = edit;
}

/* Something that is nobody else's, after a start or end tag. */
static void edit_elsewhere(struct sequence *s, const char *text)
{
    static const char *const places[] = {
        "</devices>", "</os>", "</features>",     "<features>", "<cputune>",
        "<devices>",  "<cpu ", "<memoryBacking>", "</domain>",  "</hyperv>",
    };
    const char *place = places[random_below(ARRAY_SIZE(places))];
    const char *at = strstr(text, place);
    const char *added;
    bool is_inside;

    if (!at)
        return;
    is_inside = place[1] != '/' && str_ends(place, ">");
    at += is_inside ? strlen(place) : 0;
    s->made++;
    added = random_below(2)
                ? arena_printf(s->arena, "<!-- by hand %u -->", s->made)
                : arena_printf(s->arena, "<by_hand_%u n='1'/>", s->made);
    note(s, arena_printf(s->arena, "%s at %s", added, place));
    rewrite(s, text, (size_t)(at - text), 0, added);
    keep_edit(s, (struct edit){.added = added});
    counted[EDITED]++;
}

/* The value of an attribute of an element: where it stands in the text. */
static const char *find_value(const char *text, const char *tag,
                              const char *attribute, size_t *length)
{
    const char *at = text, *end;
    struct str name CLEANUP(str_free) = STR_INIT;

    str_addf(&name, " %s=", attribute);
    at = strstr(text, tag);
    end = at ? strchr(at, '>') : NULL;
    at = at ? strstr(at, str_text(&name)) : NULL;
    if (!at || at > end)
        return NULL;
    at += strlen(str_text(&name));
    *length = strcspn(at + 1, (char[]){*at, '\0'});
    return at + 1;
}

/* A value that an apply may have written becomes another one. */
static void edit_ours(struct sequence *s, const char *text)
{
    static const char *const values[][3] = {
        {"<vcpupin ", "cpuset", "0"},
        {"<emulatorpin ", "cpuset", "1"},
        {"<spinlocks ", "retries", "4999"},
        {"<relaxed ", "state", "off"},
        {"<memballoon ", "model", "virtio-transitional"},
        {"<topology ", "sockets", "7"},
    };
    const char *const *row = values[random_below(ARRAY_SIZE(values))];
    size_t length;
    const char *at = find_value(text, row[0], row[1], &length);
    const char *old;

    if (!at)
        return;
    old = arena_strndup(s->arena, at, length);
    note(s, arena_printf(s->arena, "%s%s=%s", row[0], row[1], row[2]));
    rewrite(s, text, (size_t)(at - text), length, row[2]);
    keep_edit(s, (struct edit){NULL, row[0], row[1], old, row[2]});
    counted[EDITED_OURS]++;
}

static void edit_by_hand(struct sequence *s, bool where_we_wrote)
{
    char *text CLEANUP(mem_free) = read_text(s->path);

    if (s->edit_count == EDITS_MAX)
        return;
    if (where_we_wrote)
        edit_ours(s, text);
    else
        edit_elsewhere(s, text);
}

/* Whoever edited by hand takes that back by hand, the newest first. */
static void tidy(struct sequence *s)
{
    while (s->edit_count > 0) {
        const struct edit *edit = &s->edits[--s->edit_count];
        char *text CLEANUP(mem_free) = read_text(s->path);
        const char *at;
        size_t length;

        at = edit->added
                 ? strstr(text, edit->added)
                 : find_value(text, edit->path, edit->attribute, &length);
        if (edit->added && at)
            rewrite(s, text, (size_t)(at - text), strlen(edit->added), "");
        else if (at && strlen(edit->new) == length &&
                 strncmp(at, edit->new, length) == 0)
            rewrite(s, text, (size_t)(at - text), length, edit->old);
    }
    note(s, "edits taken back by hand");
}

/* Undoes all, and says how far the domain is where it began. */
static void finish(struct sequence *s)
{
    struct facts first = facts_of_xml(s->arena, s->original);
    char *text CLEANUP(mem_free) = NULL;

    if (random_below(2))
        tidy(s);
    while (any_record(s, true)) {
        bool is_undone = undo(s, 0);

        check(s);
        if (!is_undone) {
            counted[ENDED_CONFLICT]++;
            return;
        }
    }
    assert_with(!root_exists(s->hooks, "etc"), s->log);
    tidy(s);
    check(s);
    text = read_text(s->path);
    if (!facts_equal(&s->now, &first)) {
        counted[ENDED_MODEL]++;
        return;
    }
    if (strcmp(text, s->original) != 0 && !s->was_undone_around)
        fail_msg("%s\n%s\n%s", s->log, s->original, text);
    counted[strcmp(text, s->original) == 0 ? ENDED_BYTES : ENDED_BLANKS]++;
}

/* Hosts are read when they are wanted first. */
static const struct host *any_host(void)
{
    static struct host *hosts[6];
    static const char *const names[] = {"i7-12700k",       "ryzen-3900x",
                                        "ryzen-7950x3d",   "xeon-4214-2s",
                                        "i5-6500-noiommu", "offline"};
    unsigned i = random_below(ARRAY_SIZE(names));

    if (!hosts[i])
        hosts[i] = host_load(names[i]);
    return hosts[i];
}

/* One of them; false if the text is no domain that can be read. */
static unsigned long sequence_number;

static bool try_sequence(const char *text)
{
    struct sequence s = {.arena = arena_new(), .log = ""};

    s.log = arena_printf(s.arena, "sequence %lu", sequence_number);
    struct domain *domain = domain_parse(text, strlen(text), NULL);
    bool is_domain = domain != NULL;

    domain_free(domain);
    if (is_domain) {
        s.root = scratch_new();
        s.path = arena_printf(s.arena, "%s/w.xml", s.root);
        s.target = (struct target){.root = s.root};
        s.hooks = root_open(s.root, NULL);
        s.original = arena_strdup(s.arena, text);
        s.host = any_host();
        write_text(s.path, text);
        s.now = facts_of_xml(s.arena, text);
        for (unsigned n = 2 + random_below(STEPS_BELOW); n > 0; n--) {
            unsigned die = random_below(10);

            if (die < 4)
                apply(&s);
            else if (die < 7)
                edit_by_hand(&s, random_below(2));
            else
                undo_any(&s);
            check(&s);
        }
        finish(&s);
        root_free(s.hooks);
        scratch_free(s.root);
        counted[SEQUENCES]++;
    }
    arena_free(s.arena);
    return is_domain;
}

static char **files;
static int file_count;
static unsigned long wanted = 40, seed = 7, first;

static void test_sequences(void **unused)
{
    const char *is_long = getenv("VIRT_TUNE_LONG");
    unsigned long tried = 0;

    (void)unused;
    if (file_count == 0 && is_long && *is_long)
        wanted = 1000;
    for (unsigned long n = first; counted[SEQUENCES] < wanted; n++) {
        char *text CLEANUP(mem_free) = NULL;

        random_seed(seed * 100000 + n);
        sequence_number = n;
        if (file_count > 0)
            text = read_text(files[random_below((unsigned)file_count)]);
        else if (random_below(4) == 0)
            text = read_text(UNIT_WIN10);
        else
            text =
                mem_strdup(our_domains[random_below(ARRAY_SIZE(our_domains))]);
        tried++;
        assert_true(tried < wanted * 10);
        if (text)
            try_sequence(text);
    }
    for (size_t i = 0; i < COUNTED; i++)
        print_message("%6lu %s\n", counted[i], counted_names[i]);
    /* It happened at all: else this proved nothing. */
    for (size_t i = 0; i < COUNTED && wanted >= 40; i++)
        assert_with(counted[i] > 0 || i == ENDED_BLANKS, counted_names[i]);
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sequences)};

    char *rest;

    if (count > 3) {
        wanted = strtoul(arguments[1], NULL, 10);
        seed = strtoul(arguments[2], &rest, 10);
        first = *rest == ':' ? strtoul(rest + 1, NULL, 10) : 0;
        files = arguments + 3;
        file_count = count - 3;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
