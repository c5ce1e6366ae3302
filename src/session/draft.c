/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, gives a file of the user's: beneath --root, as root beneath
 * /var/lib/virt-tune, else beneath $XDG_STATE_HOME. The file is a plan file;
 * what else is to be known stands in comments of it.
 */
#include "session/draft.h"

#include "apply/file.h"
#include "base/str.h"
#include "base/text.h"
#include "plan/device.h"
#include "plan/planfile.h"
#include "session/meanwhile.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* FNV-1a: tells texts apart, guards nothing. */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325U;

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3U;
    return hash;
}

bool draft_is_kept(const struct session *session)
{
    return session->domain && !session->options.is_demo &&
           !session->options.is_read_only;
}

/* Root of writes and path beneath it; false if there is no place for drafts. */
static bool find_place(const struct session *session, struct str *directory,
                       struct str *path, const char **root)
{
    const struct domain *domain = session->domain;
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    const char *place = domain->path ? domain->path : conn_uri(session->conn);

    *root = "/";
    if (session->options.root) {
        *root = session->options.root;
        str_add(directory, "var/lib/virt-tune/drafts");
    } else if (geteuid() == 0) {
        str_add(directory, "var/lib/virt-tune/drafts");
    } else if (state && *state == '/') {
        str_addf(directory, "%s/virt-tune", state + 1);
    } else if (home && *home == '/') {
        str_addf(directory, "%s/.local/state/virt-tune", home + 1);
    } else {
        return false;
    }
    str_addf(path, "%s/%s-%016llx.plan", str_text(directory),
             domain->path || !*domain->uuid ? "file" : domain->uuid,
             (unsigned long long)hash_of(place));
    return true;
}

bool draft_save(const struct session *session, const struct plan *plan,
                unsigned step, unsigned seen, struct err *err)
{
    struct str directory CLEANUP(str_free) = STR_INIT;
    struct str path CLEANUP(str_free) = STR_INIT;
    struct str text CLEANUP(str_free) = STR_INIT;
    char when[32] = "";
    time_t now = time(NULL);
    const char *root;
    struct tm tm;

    if (!draft_is_kept(session))
        return true;
    if (!find_place(session, &directory, &path, &root))
        return err_set(err, ERR_FAILED,
                       "Neither XDG_STATE_HOME nor HOME names a directory.");
    if (gmtime_r(&now, &tm))
        strftime(when, sizeof(when), "%Y-%m-%d %H:%M UTC", &tm);
    planfile_save(plan, &text);
    str_addf(&text, "# step = %u\n# seen = %u\n# time = %s\n# was = %016llx\n",
             step, seen, when,
             (unsigned long long)hash_of(session->domain->xml->text));
    meanwhile_note(&text, session, plan);
    return file_make_directory(root, str_text(&directory), 0700, err) &&
           file_replace(root, str_text(&path), NULL, str_text(&text),
                        text.length, 0600, err);
}

void draft_remove(const struct session *session)
{
    struct str directory CLEANUP(str_free) = STR_INIT;
    struct str path CLEANUP(str_free) = STR_INIT;
    const char *root;

    if (draft_is_kept(session) && find_place(session, &directory, &path, &root))
        file_remove(root, str_text(&path), NULL);
}

/* The rest of the line after "# name = ", or "". */
static char *note(const char *text, const char *name)
{
    struct str key CLEANUP(str_free) = STR_INIT;
    const char *at;
    char *value, *printable;

    str_addf(&key, "\n# %s = ", name);
    at = strstr(text, str_text(&key));
    if (!at)
        return mem_strdup("");
    value = mem_strdup(at + key.length);
    value[strcspn(value, "\n")] = '\0';
    printable = str_printable(value);
    free(value);
    return printable;
}

/* The same as a number of at most `largest`, or 0. */
static unsigned note_number(const char *text, const char *name,
                            unsigned largest)
{
    char *value = note(text, name);
    unsigned long number = 0;

    str_number(value, largest, &number);
    free(value);
    return (unsigned)number;
}

/* Loads one line of a plan file; refused it leaves the plan as it was. */
static bool take_line(struct plan **plan, const char *line)
{
    struct plan *trial = plan_copy(*plan);
    struct str text CLEANUP(str_free) = STR_INIT;
    bool is_taken;

    str_addf(&text, "version = 1\n%s\n", line);
    is_taken = planfile_load(str_text(&text), trial, NULL);
    plan_free(is_taken ? *plan : trial);
    *plan = is_taken ? trial : *plan;
    return is_taken;
}

/* A name that ends with a dot stands for all that begin so. */
static bool is_key(const char *line, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(names[i]);

        if (str_starts(line, names[i]) &&
            (str_ends(names[i], ".") || length == strcspn(line, " =")))
            return true;
    }
    return false;
}

/* What CPUs by their numbers, or as many as there were, are the subject of. */
static bool is_of_cpus(const char *line)
{
    static const char *const names[] = {
        "vcpus", "vcpupin.", "emulatorpin", "iothreadpin.", "topology", "numa"};

    return is_key(line, names, ARRAY_SIZE(names));
}

/* What says whose plan it is. */
static bool is_head(const char *line)
{
    static const char *const names[] = {"version", "domain", "uuid"};

    return is_key(line, names, ARRAY_SIZE(names));
}

/* A new I/O thread is there for a disk: it stays, without its CPUs. */
static void take_iothread(struct plan **plan, const char *line)
{
    struct arena *arena = arena_new();
    const char *number = line + strlen("iothreadpin.");
    unsigned long id = 0;
    bool is_there = false;

    str_number(arena_strndup(arena, number, strspn(number, "0123456789")),
               100000, &id);
    for (unsigned i = 0; i < (*plan)->iothread_count; i++)
        is_there |= (*plan)->iothreads[i].id == id;
    if (!is_there)
        take_line(plan, arena_printf(arena, "iothreadpin.%lu =", id));
    arena_free(arena);
}

/* Of a device that is not given after all there is no more to be said. */
static bool is_idle(const struct plan *plan, const char *line)
{
    static const char *const names[] = {"boot.", "rom."};
    char address[16] = "";
    long index;

    if (!is_key(line, names, ARRAY_SIZE(names)) ||
        sscanf(strchr(line, '.') + 1, "%12s", address) != 1)
        return false;
    index = device_find(plan->host, address);
    return index < 0 || !plan->is_given[index];
}

/* Takes what holds of a plan, whose head does, line by line. */
static void take_rest(struct plan **plan, const char *text,
                      struct str *left_out)
{
    struct str keys CLEANUP(str_free) = STR_INIT;
    struct arena *arena = arena_new();
    bool is_same_host = true;

    for (const char *at = text; *at; at += strcspn(at, "\n"), at += !!*at) {
        const char *line = arena_strndup(arena, at, strcspn(at, "\n"));

        if (!*line || *line == '#' || is_head(line))
            continue;
        if (is_key(line, (const char *const[]){"host"}, 1))
            is_same_host = take_line(plan, line);
        else if (!is_same_host && str_starts(line, "iothreadpin."))
            take_iothread(plan, line);
        else if ((is_same_host || !is_of_cpus(line)) && !is_idle(*plan, line) &&
                 !take_line(plan, line)) {
            str_add(&keys, keys.length > 0 ? ", " : "");
            str_add_printable(&keys,
                              arena_strndup(arena, line, strcspn(line, " =")));
        }
    }
    if (!is_same_host)
        str_add(left_out,
                _("The CPUs are not those that the draft was made for: its "
                  "vCPUs and pins are left out. Choose a layout in step 4.\n"));
    if (keys.length > 0)
        str_addf(left_out,
                 "This of the draft does not hold any more and is left out: "
                 "%s.\n",
                 str_text(&keys));
    arena_free(arena);
}

static struct plan *take(const struct session *session, const char *text,
                         struct str *left_out, struct err *err)
{
    struct str head CLEANUP(str_free) = STR_INIT;
    struct plan *plan = session_plan(session);

    if (planfile_load(text, plan, err))
        return plan; /* all of it */
    plan_free(plan);
    plan = session_plan(session);
    for (const char *at = text; *at; at += strcspn(at, "\n"), at += !!*at)
        if (is_head(at))
            str_addf(&head, "%.*s\n", (int)strcspn(at, "\n"), at);
    if (planfile_load(str_text(&head), plan, err)) {
        take_rest(&plan, text, left_out);
        return plan;
    }
    plan_free(plan);
    return NULL;
}

struct plan *draft_plan(const struct session *session,
                        const struct draft *draft, struct err *err)
{
    struct str left_out CLEANUP(str_free) = STR_INIT;

    return take(session, draft->text, &left_out, err);
}

static size_t count_changes(const struct session *session,
                            const struct plan *plan)
{
    struct err ignored = {0};
    struct changeset *set =
        plan ? session_changeset(session, plan, &ignored) : NULL;
    size_t count = set ? changeset_kept(set) : 0;

    changeset_free(set);
    return count;
}

struct draft *draft_load(const struct session *session)
{
    struct str directory CLEANUP(str_free) = STR_INIT;
    struct str path CLEANUP(str_free) = STR_INIT;
    struct str changes = STR_INIT;
    char *text = NULL, *was, hash[20];
    struct draft *draft;
    const char *root;
    struct plan *plan;

    if (draft_is_kept(session) && find_place(session, &directory, &path, &root))
        text = file_read(root, str_text(&path));
    if (!text)
        return NULL;
    draft = mem_alloc(1, sizeof(*draft));
    was = note(text, "was");
    snprintf(hash, sizeof(hash), "%016llx",
             (unsigned long long)hash_of(session->domain->xml->text));
    draft->text = text;
    draft->step = note_number(text, "step", 16);
    draft->seen = note_number(text, "seen", UINT16_MAX);
    draft->time = note(text, "time");
    draft->is_current = strcmp(was, hash) == 0;
    meanwhile_compare(&changes, session, text);
    plan = take(session, text, &changes, NULL);
    draft->change_count = count_changes(session, plan);
    draft->changes = str_steal(&changes);
    plan_free(plan);
    free(was);
    return draft;
}

void draft_free(struct draft *draft)
{
    if (!draft)
        return;
    free(draft->text);
    free(draft->time);
    free(draft->changes);
    free(draft);
}
