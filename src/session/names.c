/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes a host and a session, gives names that are nobody's business. */
#include "session/names.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

/* The list doubles when its count is a power of two: then it is full. */
static void add_name(struct names *names, struct arena *arena, const char *name,
                     const char *by)
{
    size_t count = names->count;

    if (!name || !*name || strcmp(name, "root") == 0 ||
        strcmp(name, "localhost") == 0)
        return;
    if ((count & (count - 1)) == 0) {
        struct redact_name *list =
            arena_alloc(arena, count ? 2 * count : 1, sizeof(*list));

        for (size_t i = 0; i < count; i++)
            list[i] = names->list[i];
        names->list = list;
    }
    names->list[names->count++] = (struct redact_name){name, by};
}

/* People have an ID of 1000 or more (login.defs), and a line in passwd. */
static void add_users(struct names *names, struct arena *arena,
                      const struct root *root)
{
    char *rest = root_read(root, arena, "etc/passwd"), *line;

    while ((line = strsep(&rest, "\n"))) {
        char *name = strsep(&line, ":");
        unsigned long id;

        strsep(&line, ":"); /* the password's place */
        if (line && str_number(strsep(&line, ":"), 59999, &id) && id >= 1000)
            add_name(names, arena, name, "USER");
    }
    add_name(names, arena, getenv("SUDO_USER"), "USER");
    add_name(names, arena, getenv("LOGNAME"), "USER");
    add_name(names, arena, getenv("USER"), "USER");
}

static void add_host_name(struct names *names, struct arena *arena, char *name)
{
    if (!name)
        return;
    name = str_trim(name);
    add_name(names, arena, name, "HOST");
    if (strchr(name, '.'))
        add_name(names, arena, arena_strndup(arena, name, strcspn(name, ".")),
                 "HOST");
}

/* Interfaces named after their MAC address, as systemd does: enx001122aabbcc */
static void add_interfaces(struct names *names, struct arena *arena,
                           const struct root *root)
{
    char **list = root_list(root, arena, "sys/class/net", NULL);

    for (unsigned i = 0; list && *list; list++)
        if (strlen(*list) == 15 && strspn(*list + 3, "0123456789abcdef") == 12)
            add_name(names, arena, *list,
                     arena_printf(arena, "%.3s%012x", *list, i++));
}

/* Two file systems stay two, though their UUIDs go. */
static void add_file_systems(struct names *names, struct arena *arena,
                             const struct root *root)
{
    char **list = root_list(root, arena, "sys/fs/btrfs", NULL);

    for (unsigned i = 1; list && *list; list++)
        if (strlen(*list) == 36)
            add_name(names, arena, *list, arena_printf(arena, "btrfs-%u", i++));
}

void names_add(struct names *names, struct arena *arena,
               const struct session *session, const struct root *root)
{
    const struct neighbours *others = session->others;

    if (session->domain)
        add_name(names, arena, session->domain->name, "GUEST");
    for (size_t i = 0; others && i < others->count; i++)
        add_name(names, arena, others->list[i].name, "GUEST");
    add_host_name(names, arena, root_read(root, arena, "etc/hostname"));
    add_host_name(names, arena,
                  root_read(root, arena, "proc/sys/kernel/hostname"));
    add_users(names, arena, root);
    add_interfaces(names, arena, root);
    add_file_systems(names, arena, root);
}
