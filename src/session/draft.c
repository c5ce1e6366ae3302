/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, gives a file of the user's: beneath --root, as root beneath
 * /var/lib/virt-tune, else beneath $XDG_STATE_HOME. The file is a plan file;
 * what else is to be known stands in comments of it.
 */
#include "session/draft.h"

#include "apply/file.h"
#include "base/str.h"
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

static bool is_kept(const struct session *session)
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
                unsigned step, struct err *err)
{
    struct str directory CLEANUP(str_free) = STR_INIT;
    struct str path CLEANUP(str_free) = STR_INIT;
    struct str text CLEANUP(str_free) = STR_INIT;
    char when[32] = "";
    time_t now = time(NULL);
    const char *root;
    struct tm tm;

    if (!is_kept(session))
        return true;
    if (!find_place(session, &directory, &path, &root))
        return err_set(err, ERR_FAILED,
                       "Neither XDG_STATE_HOME nor HOME names a directory.");
    if (gmtime_r(&now, &tm))
        strftime(when, sizeof(when), "%Y-%m-%d %H:%M UTC", &tm);
    planfile_save(plan, &text);
    str_addf(&text, "# step = %u\n# time = %s\n# was = %016llx\n", step, when,
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

    if (is_kept(session) && find_place(session, &directory, &path, &root))
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

struct draft *draft_load(const struct session *session)
{
    struct str directory CLEANUP(str_free) = STR_INIT;
    struct str path CLEANUP(str_free) = STR_INIT;
    const char *root;
    char *text = NULL, *step, *was, hash[20];
    unsigned long number = 0;
    struct str changes = STR_INIT;
    struct draft *draft;

    if (is_kept(session) && find_place(session, &directory, &path, &root))
        text = file_read(root, str_text(&path));
    if (!text)
        return NULL;
    draft = mem_alloc(1, sizeof(*draft));
    step = note(text, "step");
    was = note(text, "was");
    snprintf(hash, sizeof(hash), "%016llx",
             (unsigned long long)hash_of(session->domain->xml->text));
    str_number(step, 16, &number);
    draft->text = text;
    draft->step = (unsigned)number;
    draft->time = note(text, "time");
    draft->is_current = strcmp(was, hash) == 0;
    meanwhile_compare(&changes, session, text);
    draft->changes = str_steal(&changes);
    free(step);
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
