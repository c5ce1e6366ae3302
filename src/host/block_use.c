/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the disks and mounts of block.c, gives what else uses them: swap,
 * journals, volumes and arrays without a mount, members of ZFS, LVM and RAID.
 * Makes the claims of it all. Never opens a disk.
 */
#include "host/block.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ORDER_SWAP = 1 << 24,
    ORDER_JOURNAL = ORDER_SWAP + 1,
    ORDER_VOLUME = 2 << 24,
    ORDER_POOL = 3 << 24
};

/* The disk beneath a file: that of the longest mount point before it. */
static struct disk *find_beneath(const struct block *block, const char *path)
{
    struct disk *disk = NULL;
    size_t longest = 0;

    for (size_t i = 0; i < block->mount_count; i++) {
        const char *point = block->mounts[i].point;
        size_t length = strcmp(point, "/") == 0 ? 0 : strlen(point);

        /* A later mount at the same place hides an earlier one. */
        if (length >= longest && strncmp(path, point, length) == 0 &&
            path[length] == '/') {
            longest = length;
            disk = block->mounts[i].disk;
        }
    }
    return disk;
}

/* A header, then: path, "partition" or "file", size, used, priority. */
void block_find_swap(struct block *block)
{
    struct claim_look *look = block->look;
    char *text = root_read(look->root, look->scratch, "proc/swaps"), *line;

    block->has_swaps = text != NULL;
    while (text && (line = claim_line(&text))) {
        char *path = claim_word(&line), *type = claim_word(&line);
        bool is_file = type && strcmp(type, "file") == 0;
        struct disk *disk;

        if (!path || *path != '/' || !type)
            continue;
        claim_unescape(path);
        disk = is_file ? find_beneath(block, path)
                       : block_find_source(block, path);
        if (disk)
            block_use(
                block, disk, ORDER_SWAP,
                is_file ? arena_printf(look->scratch, "the swap file %s", path)
                        : _("swap"),
                "/proc/swaps");
    }
}

/*
 * proc/fs/jbd2 has the journals of ext4: "sda1-8" of a file system on sda1,
 * "sdb" of one that is elsewhere and has its journal there.
 */
void block_find_journals(struct block *block)
{
    struct claim_look *look = block->look;
    char **names = root_list(look->root, look->scratch, "proc/fs/jbd2", NULL);

    for (; names && *names; names++) {
        struct disk *disk = block_find(block, *names);

        if (disk)
            block_use(block, disk, ORDER_JOURNAL,
                      _("the journal of a file system"), "/proc/fs/jbd2");
    }
}

static const char *describe_volume(const struct disk *disk)
{
    if (str_starts(disk->name, "dm-"))
        return _("an active volume");
    return str_starts(disk->name, "md") ? _("an active array")
                                        : _("a device that is in use");
}

/*
 * What stands on other disks and is not mounted: at first what nothing stands
 * on, then the rest (stacks that run in circles have no top).
 */
void block_find_volumes(struct block *block)
{
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < block->disk_count; i++) {
            struct disk *disk = &block->disks[i];
            char **slaves, **holders;

            if (disk->is_used || disk->targets.count > 0)
                continue;
            slaves = block_list(block, disk, "slaves");
            if ((!slaves || !*slaves) && !block_backing(block, disk))
                continue;
            holders = block_list(block, disk, "holders");
            if (pass == 1 || !holders || !*holders)
                block_use(block, disk, ORDER_VOLUME, describe_volume(disk),
                          "/sys/class/block");
        }
}

/* The value of "E:KEY=" in an entry of udev's database, or NULL. */
static char *find_property(const struct block *block, const char *entry,
                           const char *key)
{
    const char *at = strstr(entry, key);

    if (!at || (at != entry && at[-1] != '\n'))
        return NULL;
    at += strlen(key);
    return arena_strndup(block->look->scratch, at, strcspn(at, "\n"));
}

static void claim_member(struct block *block, struct disk *disk, const char *of)
{
    disk->member = of;
    for (size_t i = 0; i < disk->targets.count; i++)
        claim_add(block->look, disk->targets.list[i], CLAIM_MEMBER, CLAIM_WARN,
                  "/run/udev/data",
                  "%s on it is part of %s that is not in use now.", disk->name,
                  of);
}

/* True if the pool is imported, so that its disks are in use. */
static bool find_pool(struct block *block, const char *name)
{
    for (size_t i = 0; name && i < block->pool_count; i++)
        if (strcmp(block->pools[i].name, name) == 0)
            return block->pools[i].is_found = true;
    return false;
}

static void find_member(struct block *block, struct disk *disk)
{
    static const struct {
        const char *type, *of;
    } members[] = {
        {"LVM2_member", "an LVM volume group"},
        {"linux_raid_member", "a RAID array"},
        {"isw_raid_member", "a RAID array"},
        {"ddf_raid_member", "a RAID array"},
        {"zfs_member", "a ZFS pool"},
    };
    struct claim_look *look = block->look;
    char *number = root_read(
        look->root, look->scratch,
        arena_printf(look->scratch, "sys/class/block/%s/dev", disk->name));
    char *entry = number ? root_read(look->root, look->scratch,
                                     arena_printf(look->scratch,
                                                  "run/udev/data/b%s", number))
                         : NULL;
    char *type = entry ? find_property(block, entry, "E:ID_FS_TYPE=") : NULL;
    char *label = entry ? find_property(block, entry, "E:ID_FS_LABEL=") : NULL;

    if (!type)
        return;
    if (strcmp(type, "zfs_member") == 0 && find_pool(block, label)) {
        block_use(block, disk, ORDER_POOL,
                  arena_printf(look->scratch, "the ZFS pool %s", label),
                  "/run/udev/data");
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(members); i++)
        if (strcmp(type, members[i].type) == 0)
            claim_member(block, disk, members[i].of);
}

/* Pools without a mount are known from /proc/spl. */
static void find_pools(struct block *block)
{
    struct claim_look *look = block->look;
    char **names =
        root_list(look->root, look->scratch, "proc/spl/kstat/zfs", NULL);

    for (; names && *names; names++) {
        bool is_known = false;

        for (size_t i = 0; i < block->pool_count; i++)
            is_known = is_known || strcmp(block->pools[i].name, *names) == 0;
        if (!is_known && block->pool_count < ARRAY_SIZE(block->pools) &&
            root_exists(look->root,
                        arena_printf(look->scratch,
                                     "proc/spl/kstat/zfs/%s/txgs", *names)))
            block->pools[block->pool_count++].name = *names;
    }
}

void block_find_members(struct block *block)
{
    find_pools(block);
    if (!root_exists(block->look->root, "run/udev/data"))
        return;
    for (size_t i = 0; i < block->disk_count; i++)
        if (!block->disks[i].is_used)
            find_member(block, &block->disks[i]);
}

static int compare_stakes(const void *a, const void *b)
{
    const struct stake *x = a, *y = b;

    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    if (x->use->order != y->use->order)
        return x->use->order < y->use->order ? -1 : 1;
    return x->number < y->number ? -1 : 1;
}

/* "/ (sda1)", "/ (vg-root on sda3)", "/data (md0 on sda1 and sdb1)" */
static const char *describe_use(const struct block *block,
                                const struct stake *stakes, size_t count)
{
    struct claim_look *look = block->look;
    const struct use *use = stakes[0].use;
    const char **leaves = arena_alloc(look->scratch, count, sizeof(*leaves));

    if (stakes[0].leaf == use->top)
        return arena_printf(look->scratch, "%s (%s)", use->what,
                            use->top->label);
    for (size_t i = 0; i < count; i++)
        leaves[i] = stakes[i].leaf->label;
    return arena_printf(look->scratch, N_("%s (%s on %s)"), use->what,
                        use->top->label, claim_join(look, leaves, count));
}

/* All stakes in one function become one sentence. Gives their count. */
static size_t report_one(const struct block *block, const struct stake *stakes,
                         size_t limit)
{
    struct claim_look *look = block->look;
    size_t count = 0, used = 0;
    const char **uses;

    while (count < limit && stakes[count].device == stakes[0].device)
        count++;
    uses = arena_alloc(look->scratch, count, sizeof(*uses));
    for (size_t i = 0, same; i < count; i += same) {
        same = 1;
        while (i + same < count && stakes[i + same].use == stakes[i].use)
            same++;
        uses[used++] = describe_use(block, &stakes[i], same);
    }
    claim_add(look, stakes[0].device, CLAIM_DISK, CLAIM_REFUSE,
              stakes[0].use->source, "It holds %s.",
              claim_join(look, uses, used));
    return count;
}

/* Where it could not be looked, each storage controller may be concerned. */
static void report_unknown(const struct block *block)
{
    struct claim_look *look = block->look;
    const char *file = !block->has_disks    ? "/sys/class/block"
                       : !block->has_mounts ? "/proc/self/mountinfo"
                       : !block->has_swaps  ? "/proc/swaps"
                                            : NULL;

    if (file)
        claim_add_unknown(look, CLAIM_DISK, file,
                          arena_printf(look->scratch,
                                       "Whether the host uses its disks is "
                                       "unknown: %s cannot be read.",
                                       file));
    for (size_t i = 0; i < block->pool_count; i++)
        if (!block->pools[i].is_found)
            claim_add_unknown(look, CLAIM_DISK, "/proc/spl/kstat/zfs",
                              arena_printf(look->scratch,
                                           "Whether the ZFS pool %s stands on "
                                           "it is unknown.",
                                           block->pools[i].name));
    if (block->lost)
        claim_add_unknown(look, CLAIM_DISK, block->mount_source,
                          arena_printf(look->scratch,
                                       "Whether it holds %s is unknown: that "
                                       "disk was not found.",
                                       block->lost));
}

void block_report(struct block *block)
{
    if (block->stake_count > 0)
        qsort(block->stakes, block->stake_count, sizeof(*block->stakes),
              compare_stakes);
    for (size_t i = 0; i < block->stake_count;)
        i += report_one(block, &block->stakes[i], block->stake_count - i);
    report_unknown(block);
}
