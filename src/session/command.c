/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is not given to a command is what it has by itself: as root the
 * connection is to qemu:///system.
 */
#include "session/command.h"

#include "base/text.h"
#include "plan/device.h"
#include "plan/planfile.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* False if it is not the same when it was shown on a terminal. */
static bool add_word(struct str *str, const char *word)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyz"
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:+@%,";
    char *printable CLEANUP(mem_free) = str_printable(word);

    if (*word && word[strspn(word, plain)] == '\0') {
        str_add(str, word);
        return true;
    }
    str_add(str, "'");
    for (const char *at = word; *at; at++)
        if (*at == '\'')
            str_add(str, "'\\''");
        else
            str_add_bytes(str, at, 1);
    str_add(str, "'");
    return strcmp(printable, word) == 0;
}

/* `word` NULL: there is no such option. */
static bool add_option(struct str *str, const char *option, const char *word)
{
    if (!word)
        return true;
    str_add(str, option);
    return add_word(str, word);
}

/* The connection that is needed, if another may be made without its name. */
static const char *needed_uri(const struct session *session)
{
    const char *uri = session->given.uri;

    if (session->domain->path)
        return NULL;
    if (!uri && session->conn && !session->options.is_demo &&
        strcmp(conn_uri(session->conn), "qemu:///system") != 0)
        uri = conn_uri(session->conn);
    return uri;
}

/* A name that is read as a path, or as an option, is not used. */
static const char *domain_word(const struct domain *domain)
{
    if (domain->path)
        return domain->path;
    return *domain->uuid &&
                   (domain_is_path(domain->name) || *domain->name == '-')
               ? domain->uuid
               : domain->name;
}

const char *command_prefix(const struct session *session, struct arena *arena)
{
    const struct session_options *given = &session->given;
    struct str str CLEANUP(str_free) = STR_INIT;

    str_add(&str, "virt-tune");
    if (given->is_demo)
        str_add(&str, " --demo");
    return add_option(&str, " -c ", needed_uri(session)) &&
                   add_option(&str, " --sysroot ", given->sysroot) &&
                   add_option(&str, " --root ", given->root)
               ? arena_strdup(arena, str_text(&str))
               : NULL;
}

/* False if it cannot be pasted. */
static bool add_domain(struct str *str, const struct domain *domain)
{
    const char *word = domain_word(domain);

    if (*word == '-') /* a path: else its UUID would stand here */
        str_add(str, "./");
    return add_word(str, word);
}

const char *command_word(const struct session *session, struct arena *arena)
{
    struct str str CLEANUP(str_free) = STR_INIT;

    return add_domain(&str, session->domain)
               ? arena_strdup(arena, str_text(&str))
               : NULL;
}

bool command_add(struct str *str, const struct session *session,
                 const char *name, const struct plan *plan, const char *path)
{
    struct str command CLEANUP(str_free) = STR_INIT;

    if (!session->target.command || (!plan && session->scratch))
        return false;
    str_addf(&command, "%s %s ", session->target.command, name);
    if (!add_domain(&command, session->domain) ||
        !add_option(&command, " --plan ", path))
        return false;
    if (plan && device_is_refused(plan))
        str_add(&command, " --despite-claims");
    str_add(str, str_text(&command));
    return true;
}

void command_explain_permission(const struct session *session,
                                const struct plan *plan, struct err *err)
{
    const char *temporary = getenv("TMPDIR");
    struct str path CLEANUP(str_free) = STR_INIT;
    struct str text CLEANUP(str_free) = STR_INIT;
    struct str command CLEANUP(str_free) = STR_INIT;

    str_addf(&path, "%s/virt-tune-%u-%.36s.plan",
             temporary && *temporary == '/' ? temporary : "/tmp",
             (unsigned)geteuid(),
             *session->domain->uuid ? session->domain->uuid : "file");
    planfile_save(plan, &text);
    if (command_add(&command, session, "apply", plan, str_text(&path)) &&
        strlen(err->text) + command.length + 80 < sizeof(err->text) &&
        session_save(session, str_text(&path), str_text(&text), NULL))
        err_add(err, "The plan is saved. As root: %s", str_text(&command));
}
