/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a path of a disk, says what it is and who uses it: block.c's look, of
 * disks in place of PCI functions.
 */
#include "host/whole.h"

#include "base/str.h"
#include "host/block.h"

#include <stdlib.h>
#include <string.h>

#define BY_ID "dev/disk/by-id"

static bool has_entry(const struct root *root, struct arena *arena,
                      const char *disk, const char *name)
{
    return root_exists(
        root, arena_printf(arena, "sys/class/block/%s/%s", disk, name));
}

/* The kernel's name for what a path leads to, a partition's too, or NULL. */
static const char *find_name(const struct root *root, struct arena *arena,
                             const char *path)
{
    const char *name;

    if (!str_starts(path, "/dev/") || strstr(path, "/../"))
        return NULL;
    name = root_read_link(root, arena, path + 1);
    if (!name)
        name = strrchr(path, '/') + 1;
    return *name && *name != '.' && has_entry(root, arena, name, ".") ? name
                                                                      : NULL;
}

/* The disk of a partition, the directory above it; or the name itself. */
static const char *find_disk(const struct root *root, struct arena *arena,
                             const char *name)
{
    char *place, *slash;

    if (!has_entry(root, arena, name, "partition"))
        return name;
    place = root_read_target(root, arena,
                             arena_printf(arena, "sys/class/block/%s", name));
    slash = place ? strrchr(place, '/') : NULL;
    if (!slash)
        return NULL;
    *slash = '\0';
    slash = strrchr(place, '/');
    return slash ? slash + 1 : NULL;
}

const char *whole_name(const struct root *root, struct arena *arena,
                       const char *path)
{
    const char *name = find_name(root, arena, path);

    return name ? find_disk(root, arena, name) : NULL;
}

/* Names of numbers alone are the last choice. */
static const char *find_by_id(const struct root *root, struct arena *arena,
                              const char *disk)
{
    char **names = root_list(root, arena, BY_ID, NULL);
    const char *best = NULL;
    bool is_best_number = true;

    for (; names && *names; names++) {
        bool is_number =
            str_starts(*names, "wwn-") || str_starts(*names, "nvme-eui.") ||
            str_starts(*names, "nvme-nvme.") || str_starts(*names, "lvm-pv-");
        const char *target = root_read_link(
            root, arena, arena_printf(arena, BY_ID "/%s", *names));

        if (!target || strcmp(target, disk) != 0 ||
            (best && (is_number || !is_best_number)))
            continue;
        best = *names;
        is_best_number = is_number;
    }
    return best ? arena_printf(arena, "/" BY_ID "/%s", best) : NULL;
}

static bool is_physical(const struct root *root, struct arena *arena,
                        const char *disk)
{
    return has_entry(root, arena, disk, "device") && !str_starts(disk, "sr") &&
           !str_starts(disk, "fd");
}

/* The disk itself, or a partition of it. */
static bool is_of(const struct disk *disk, const struct disk *whole)
{
    size_t length = strlen(whole->place);

    return disk == whole ||
           (length > 0 && strncmp(disk->place, whole->place, length) == 0 &&
            disk->place[length] == '/');
}

static const char *printable(struct arena *arena, const char *text)
{
    char *copy CLEANUP(mem_free) = str_printable(text);

    return arena_strdup(arena, copy);
}

/* What uses it now, or else what it is marked as a part of. */
static const char *find_use(const struct block *block, struct arena *arena,
                            const struct disk *whole, bool *is_in_use)
{
    const struct disk *member = NULL;

    for (size_t i = 0; i < block->disk_count; i++) {
        const struct disk *disk = &block->disks[i];

        if (!is_of(disk, whole))
            continue;
        *is_in_use = disk->use != NULL;
        if (disk->use)
            return printable(arena,
                             arena_printf(arena, "%s (%s)", disk->use->what,
                                          disk->use->top->label));
        if (disk->member && !member)
            member = disk;
    }
    return member ? printable(arena, arena_printf(arena, "a part of %s (%s)",
                                                  member->member, member->name))
                  : NULL;
}

/* What is not known may be about this disk. */
static const char *find_unseen(const struct block *block, struct arena *arena)
{
    if (!block->has_disks)
        return "/sys/class/block";
    if (!block->has_mounts)
        return "/proc/self/mountinfo";
    if (!block->has_swaps)
        return "/proc/swaps";
    if (!root_exists(block->look->root, "run/udev/data"))
        return "/run/udev/data";
    if (block->lost)
        return printable(arena,
                         arena_printf(arena, "the disk of %s", block->lost));
    for (size_t i = 0; i < block->pool_count; i++)
        if (!block->pools[i].is_found)
            return printable(arena,
                             arena_printf(arena, "the disks of the ZFS pool %s",
                                          block->pools[i].name));
    return NULL;
}

struct whole whole_look(const struct root *root, struct arena *arena,
                        const char *path)
{
    /* Without functions a use comes down to the disks themselves. */
    static const struct pci pci;
    struct claim_look look = {.root = root, .arena = arena, .pci = &pci};
    struct block block = {.look = &look};
    struct whole whole = {0};
    const char *name = find_name(root, arena, path);
    const struct disk *disk;

    whole.disk = name ? find_disk(root, arena, name) : NULL;
    if (!whole.disk)
        return whole;
    whole.is_part = strcmp(name, whole.disk) != 0;
    whole.is_physical = is_physical(root, arena, whole.disk);
    whole.by_id = find_by_id(root, arena, whole.disk);
    whole.place = root_read_target(
        root, arena, arena_printf(arena, "sys/class/block/%s", whole.disk));
    look.scratch = arena_new();
    block_read(&block);
    disk = block_find(&block, whole.disk);
    if (disk)
        whole.use = find_use(&block, arena, disk, &whole.is_in_use);
    whole.not_seen = find_unseen(&block, arena);
    free(block.stakes);
    free(block.mounts);
    arena_free(look.scratch);
    return whole;
}

/* Its size, as a shop would say it, and its maker's name. */
static const char *describe(const struct root *root, struct arena *arena,
                            const char *disk)
{
    enum { SECTORS_OF_GB = 1000 * 1000 * 1000 / 512 };
    const char *place = arena_printf(arena, "sys/class/block/%s", disk);
    char *model =
        root_read(root, arena, arena_printf(arena, "%s/device/model", place));
    struct str str CLEANUP(str_free) = STR_INIT;
    unsigned long sectors;

    if (root_read_number(root, arena_printf(arena, "%s/size", place), &sectors))
        str_addf(&str, "%lu GB", sectors / SECTORS_OF_GB);
    if (model && str.length > 0)
        str_add(&str, ", ");
    if (model)
        str_add_printable(&str, str_trim(model));
    return arena_strdup(arena, str_text(&str));
}

struct whole_disk *whole_list(const struct root *root, struct arena *arena,
                              size_t *count)
{
    size_t name_count = 0;
    char **names = root_list(root, arena, "sys/class/block", &name_count);
    struct whole_disk *list = arena_alloc(arena, name_count, sizeof(*list));

    *count = 0;
    for (size_t i = 0; i < name_count; i++) {
        const char *name = names[i];
        unsigned long is_hidden = 0; /* a path of a multipath NVMe */

        root_read_number(root,
                         arena_printf(arena, "sys/class/block/%s/hidden", name),
                         &is_hidden);
        if (is_hidden || has_entry(root, arena, name, "partition") ||
            !is_physical(root, arena, name))
            continue;
        list[(*count)++] = (struct whole_disk){
            .name = name,
            .by_id = find_by_id(root, arena, name),
            .text = describe(root, arena, name),
        };
    }
    return list;
}
