/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the journal, gives a domain that is nowhere else. Reads only. */
#include "session/gone.h"

#include "apply/home.h"
#include "base/str.h"
#include "session/remote.h"

#include <stdlib.h>
#include <string.h>

/* As realpath was of the file while it was there; free it. */
static char *former_path(const char *name)
{
    const char *slash = strrchr(name, '/');
    struct str directory CLEANUP(str_free) = STR_INIT;
    struct str path = STR_INIT;
    char *real;

    if (slash)
        str_add_bytes(&directory, name, (size_t)(slash - name) + 1);
    else
        str_add(&directory, ".");
    real = realpath(str_text(&directory), NULL);
    if (real)
        str_addf(&path, "%s%s%s", real, str_ends(real, "/") ? "" : "/",
                 slash ? slash + 1 : name);
    else
        str_add(&path, name);
    free(real);
    return str_steal(&path);
}

static bool is_named(const struct record *record, const char *name,
                     const char *path)
{
    return path ? strcmp(record->path, path) == 0
                : !*record->path && (strcmp(record->uuid, name) == 0 ||
                                     strcmp(record->domain, name) == 0);
}

/* As the record left it; NULL if it cannot be parsed. */
static struct domain *take(const struct session *session,
                           const struct record *record)
{
    const char *text = record->after ? record->after : record->before;
    struct domain *domain = domain_parse(text, strlen(text), NULL);
    const char *remote = *record->path ? NULL : remote_name(session);

    if (!domain)
        return NULL;
    domain->is_gone = true;
    domain->uuid = arena_strdup(domain->arena, record->uuid);
    if (*record->path)
        domain->path = arena_strdup(domain->arena, record->path);
    if (remote)
        domain->remote = arena_strdup(domain->arena, remote);
    return domain;
}

/* NULL if this directory's domain is another one, or is not gone. */
static struct domain *look(const struct session *session, const char *directory,
                           const char *name, const char *path)
{
    struct records records = journal_read_in(&session->target, directory);
    const struct record *last =
        records.count > 0 ? records.list[records.count - 1] : NULL;
    struct target target = session->target;
    struct domain *domain =
        last && is_named(last, name, path) ? take(session, last) : NULL;
    char *journal CLEANUP(mem_free) = domain ? journal_directory(domain) : NULL;

    records_free(&records);
    target.conn = path ? NULL : session->conn;
    if (domain &&
        (!str_ends(journal, directory) || !home_is_gone(&target, domain))) {
        domain_free(domain);
        domain = NULL;
    }
    return domain;
}

bool session_load_recorded(struct session *session, const char *name,
                           struct err *err)
{
    struct arena *arena = arena_new();
    char *path CLEANUP(mem_free) =
        domain_is_path(name) ? former_path(name) : NULL;
    struct domain *found = NULL;
    struct err problem = {0};
    bool is_loaded = session_load(session, name, err);
    char **names = journal_domains(&session->target, arena, &problem);

    for (; !is_loaded && *names; names++) {
        struct domain *domain = look(session, *names, name, path);

        if (domain && found) {
            err_set(err, ERR_USAGE,
                    "Several domains that are gone had this name. Name the "
                    "UUID: virt-tune history --json.");
            domain_free(domain);
            domain_free(found);
            found = NULL;
            break;
        }
        found = domain ? domain : found;
    }
    arena_free(arena);
    if (found) {
        session_take(session, found);
        *err = (struct err){0};
    }
    return is_loaded || found;
}
