/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a connection to another machine, gives its host; takes files, gives
 * the commands to copy them. Runs none of them.
 */
#include "session/remote.h"

#include "base/str.h"
#include "domain/node.h"
#include "domain/uri.h"
#include "host/remote.h"

#include <stdlib.h>
#include <string.h>

static bool free_pages(const void *data, unsigned node, unsigned long size_kib,
                       unsigned long *count)
{
    return node_free_pages(data, node, size_kib, count);
}

static unsigned long available_kib(const void *data, int node)
{
    return node_available_kib(data, node);
}

struct host *remote_read(const struct conn *conn, struct err *err)
{
    struct arena *arena = arena_new();
    struct err problem = {0};
    struct remote_facts facts = {
        .name = conn_remote(conn),
        .capabilities = node_capabilities(conn, arena, err),
        .offline = node_offline(conn),
        .free_pages = free_pages,
        .available_kib = available_kib,
        .data = conn,
    };
    struct host *host = NULL;

    if (facts.capabilities) {
        facts.cpu = node_cpu(conn, arena, facts.capabilities);
        facts.devices =
            node_pci_devices(conn, arena, &facts.device_count, &problem);
        facts.devices_problem =
            facts.devices ? NULL : arena_strdup(arena, problem.text);
        host = remote_host(&facts, err);
    }
    if (host && host->pci.problem)
        host->pci.problem = arena_strdup(host->arena, host->pci.problem);
    arena_free(arena);
    return host;
}

const char *remote_name(const struct session *session)
{
    return session->conn           ? conn_remote(session->conn)
           : session->host->remote ? session->host->remote
                                   : NULL;
}

/* "ssh root@host", "ssh -p 2222 me@host": as the URI has it, if by SSH. */
static bool add_ssh(struct str *str, const struct session *session)
{
    struct uri uri;

    if (!session->conn || !uri_parse(conn_uri(session->conn), &uri) ||
        !*uri.host || uri.host[0] == '-' || uri.user[0] == '-')
        return false;
    str_add(str, "ssh ");
    if (strstr(uri.transport, "ssh") && *uri.port)
        str_addf(str, "-p %s ", uri.port);
    str_addf(str, "%s@%s ", *uri.user ? uri.user : "root", uri.host);
    return true;
}

static void add_paths(struct str *str, const struct file_change *files,
                      size_t count, const char *start, bool is_there)
{
    for (size_t i = 0; i < count; i++)
        if ((files[i].after != NULL) == is_there)
            str_addf(str, " %s%s", start, files[i].path);
}

static size_t count_of(const struct file_change *files, size_t count,
                       bool is_there)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        found += (files[i].after != NULL) == is_there;
    return found;
}

/*
 * As root over there, and as root's: the hook runs as root, so nobody else may
 * own it. tar leaves directories alone that are there.
 */
void remote_add_copying(struct str *str, const struct session *session,
                        const struct file_change *files, size_t count)
{
    struct str ssh CLEANUP(str_free) = STR_INIT;
    const char *name = remote_name(session);
    const char *root = session->options.root;
    size_t written = count_of(files, count, true);

    if (!name || !root || count == 0)
        return;
    if (!add_ssh(&ssh, session))
        str_add(&ssh, "ssh root@HOST ");
    str_addf(str,
             "The hook's files are beneath --root, not on %s. To bring them "
             "there:\n",
             name);
    if (written > 0) {
        bool is_plain = !strchr(root, '\'');

        str_add(str, "  tar -C ");
        if (is_plain)
            str_add(str, "'");
        str_add_printable(str, is_plain ? root : "DIR");
        str_addf(str, "%s -c", is_plain ? "'" : "");
        add_paths(str, files, count, "", true);
        str_addf(str, " |\n    %star -C / -x --no-same-owner\n",
                 str_text(&ssh));
    }
    if (written < count) {
        str_addf(str, "  %srm -f", str_text(&ssh));
        add_paths(str, files, count, "/", false);
        str_add(str, "\n");
    }
    if (written > 0)
        str_addf(str, "  %ssystemctl reload libvirtd  (or virtqemud)\n",
                 str_text(&ssh));
}
