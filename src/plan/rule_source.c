/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, gives verdicts on what the domain's disks are on: files that
 * are not there, file systems that are not mounted, disks that the host uses.
 * Looks at the host anew. What cannot be seen is not said to be missing.
 */
#include "plan/rule_row.h"

#include "base/str.h"
#include "host/whole.h"
#include "plan/disk.h"
#include "plan/image.h"

#include <string.h>

/* Of a line of fstab or mountinfo: the word of this number, from 1. */
static const char *word_of(struct arena *arena, const char *line,
                           unsigned number)
{
    const char *word = NULL;
    size_t length = 0;
    const char *end = strchr(line, '\n');

    while (number-- > 0 && (word = str_next_word(&line, &length)))
        if (end && word > end)
            return NULL;
    return word ? arena_strndup(arena, word, length) : NULL;
}

static const char *next_line(const char *line)
{
    line = strchr(line, '\n');
    return line ? line + 1 : NULL;
}

static bool is_mounted(struct arena *arena, const char *mounts,
                       const char *point)
{
    enum { POINT = 5 }; /* Documentation/filesystems/proc.rst */

    for (const char *line = mounts; line; line = next_line(line)) {
        const char *word = word_of(arena, line, POINT);

        if (word && strcmp(word, point) == 0)
            return true;
    }
    return false;
}

/* The longest mount point of fstab that the path is beneath, but "/". */
static const char *find_point(const struct root *root, struct arena *arena,
                              const char *path)
{
    const char *best = NULL;

    for (const char *line = root_read(root, arena, "etc/fstab"); line;
         line = next_line(line)) {
        const char *first = word_of(arena, line, 1);
        const char *point = word_of(arena, line, 2);
        size_t length = point ? strlen(point) : 0;

        if (length > 1 && *first != '#' && *point == '/' &&
            str_starts(path, point) && path[length] == '/' &&
            (!best || length > strlen(best)))
            best = point;
    }
    return best;
}

/* True if its directory can be read, and it is not in there. */
static bool is_missing(const struct root *root, struct arena *arena,
                       const char *path)
{
    const char *slash = strrchr(path, '/');
    char **names =
        root_list(root, arena,
                  arena_strndup(arena, path + 1,
                                slash > path ? (size_t)(slash - path - 1) : 0),
                  NULL);

    for (char **name = names; name && *name; name++)
        if (strcmp(*name, slash + 1) == 0)
            return false;
    return names != NULL;
}

static void look_at_mounts(const struct root *root, struct arena *arena,
                           const struct rule *rule, struct findings *findings,
                           const char *disk, const char *path)
{
    const char *point = find_point(root, arena, path);
    const char *mounts = root_read(root, arena, "proc/self/mountinfo");
    char *shown CLEANUP(mem_free) = str_printable(point ? point : path);

    if (point && !mounts)
        rule_say(rule, findings, arena, VERDICT_UNKNOWN,
                 arena_printf(arena,
                              "disk %.20s: whether %.30s is mounted is not "
                              "known",
                              disk, shown),
                 "/proc/self/mountinfo cannot be read.");
    else if (point && !is_mounted(arena, mounts, point))
        rule_say(rule, findings, arena, VERDICT_WARN,
                 arena_printf(arena, "disk %.20s: %.40s is not mounted", disk,
                              shown),
                 "/etc/fstab has it. The guest does not start without its "
                 "disk: mount it first.");
    else if (is_missing(root, arena, path))
        rule_say(rule, findings, arena, VERDICT_WARN,
                 arena_printf(arena,
                              "disk %.20s is on a file that is not "
                              "there",
                              disk),
                 "The guest does not start without it. Its <source> names "
                 "another one: virsh edit.");
}

static void look_at_device(const struct root *root, struct arena *arena,
                           const struct rule *rule, struct findings *findings,
                           const char *disk, const char *path)
{
    struct whole whole = whole_look(root, arena, path);
    /* A copy of a host has no device files, but these links. */
    bool can_miss = root_is_host(root) || str_starts(path, "/dev/disk/");

    if (!whole.disk && can_miss && is_missing(root, arena, path))
        rule_say(rule, findings, arena, VERDICT_WARN,
                 arena_printf(arena, "disk %.20s: the host has no such device",
                              disk),
                 "The guest does not start without it. --set disk.TARGET= "
                 "names another one.");
    else if (whole.disk && !whole.is_part && whole.is_in_use)
        rule_say(rule, findings, arena, VERDICT_WARN,
                 arena_printf(arena, "disk %.20s: the host uses it: %.40s",
                              disk, whole.use),
                 "Two systems that write to one disk destroy what is on it. "
                 "Was another disk meant?");
}

void rule_disk_source(const struct plan *plan, struct arena *arena,
                      const struct rule *rule, struct findings *findings)
{
    struct root *root = root_open(plan->host->root, NULL);

    for (size_t i = 0;
         root && !plan->domain->is_running && i < plan->disk_wish_count; i++) {
        const xmlNode *source = xml_child(disk_node(plan->domain, i), "source");
        const char *disk = disk_target(plan->domain, arena, i);
        const char *file = xml_attribute(arena, source, "file");
        const char *device = xml_attribute(arena, source, "dev");
        size_t count = findings->count;

        if (image_wished(plan, disk))
            continue;
        if (plan->host->remote) {
            rule_say(rule, findings, arena, VERDICT_UNKNOWN,
                     arena_printf(arena,
                                  "disk %.20s: what it is on is not "
                                  "known",
                                  disk),
                     "It is of another host: it could not be looked at.");
            continue;
        }
        if (file && *file == '/')
            look_at_mounts(root, arena, rule, findings, disk, file);
        else if (device && *device == '/')
            look_at_device(root, arena, rule, findings, disk, device);
        if (findings->count > count)
            rule_about(findings, arena_printf(arena, "disk.%s", disk));
    }
    root_free(root);
}
