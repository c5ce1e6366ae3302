/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes a service's name, gives what systemd makes of it, by its files. */
#include "host/unit.h"

#include "base/str.h"

#include <ctype.h>
#include <string.h>

/* True if a process has the name, of which the kernel keeps 15 characters. */
static bool has_process(const struct root *root, struct arena *arena,
                        const char *name)
{
    char **names = root_list(root, arena, "proc", NULL);

    for (; names && *names; names++) {
        const char *comm;

        if (!isdigit((unsigned char)**names))
            continue;
        comm =
            root_read(root, arena, arena_printf(arena, "proc/%s/comm", *names));
        if (comm && *comm && strncmp(comm, name, 15) == 0 &&
            (strlen(name) > 15 || strlen(comm) == strlen(name)))
            return true;
    }
    return false;
}

enum unit_state unit_state(const struct root *root, struct arena *arena,
                           const char *name)
{
    char **names = root_list(root, arena, "etc/systemd/system", NULL);
    bool has_units = root_exists(root, "run/systemd/units");
    const char *mark =
        arena_printf(arena, "run/systemd/units/invocation:%s.service", name);

    if (root_read_link(root, arena, mark) || root_exists(root, mark) ||
        (!has_units && has_process(root, arena, name)))
        return UNIT_RUNNING;
    if (has_units)
        return UNIT_ABSENT;
    if (!names)
        return UNIT_UNKNOWN;
    for (; *names; names++)
        if (str_ends(*names, ".wants") &&
            root_read_link(root, arena,
                           arena_printf(arena,
                                        "etc/systemd/system/%s/%s.service",
                                        *names, name)))
            return UNIT_ENABLED;
    return UNIT_ABSENT;
}
