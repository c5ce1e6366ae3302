/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes mounts, swap and block devices, gives the PCI functions that the
 * host's data stands on: through partitions, dm, md, bcache, btrfs and NVMe
 * multipath, by the links "slaves" of sys/class/block; through loops by their
 * files, to the further disks of a file system by its mount options. What ZFS,
 * LVM and RAID leave on a disk is known from udev's database. Never opens a
 * disk.
 */
#include "host/block.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 64, ORDER_ROOT = 0, ORDER_MOUNT = 1 };

static char *read_mounts(struct block *block)
{
    /* Who is root sees the host's own mounts, not those of its session. */
    static const char *const places[] = {"proc/1/mountinfo",
                                         "proc/self/mountinfo", "proc/mounts"};

    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        char *text =
            root_read(block->look->root, block->look->scratch, places[i]);

        block->mount_source =
            arena_printf(block->look->scratch, "/%s", places[i]);
        if (text && *text)
            return text;
    }
    block->mount_source = "/proc/self/mountinfo";
    return NULL;
}

/*
 * With native multipath a namespace stands beneath its subsystem, which has
 * links to the controllers: nvme-subsys0/nvme0 -> .../0000:02:00.0/nvme/nvme0.
 */
static void follow_subsystem(struct block *block, struct disk *disk)
{
    struct claim_look *look = block->look;
    const char *subsystem = strstr(disk->place, "/nvme-subsystem/");
    char *directory, **names;
    size_t length;

    if (!subsystem)
        return;
    subsystem += strlen("/nvme-subsystem/");
    length = strcspn(subsystem, "/");
    directory = arena_printf(look->scratch, "sys/class/nvme-subsystem/%.*s",
                             (int)length, subsystem);
    names = root_list(look->root, look->scratch, directory, NULL);
    for (; names && *names; names++) {
        char *place = NULL;

        if (str_starts(*names, "nvme") && !str_starts(*names, "nvme-"))
            place = root_read_target(
                look->root, look->scratch,
                arena_printf(look->scratch, "%s/%s", directory, *names));
        if (place)
            claim_follow(look, place, &disk->targets);
    }
}

static void read_disks(struct block *block)
{
    struct claim_look *look = block->look;
    char **names = root_list(look->root, look->scratch, "sys/class/block",
                             &block->disk_count);

    block->has_disks = names != NULL;
    block->disks = arena_alloc(look->scratch, block->disk_count + 1,
                               sizeof(*block->disks));
    for (size_t i = 0; names && i < block->disk_count; i++) {
        struct disk *disk = &block->disks[i];
        const char *directory =
            arena_printf(look->scratch, "sys/class/block/%s", names[i]);
        const char *label = NULL;

        disk->name = names[i];
        disk->place = root_read_target(look->root, look->scratch, directory);
        if (!disk->place)
            disk->place = (char *)"";
        claim_follow(look, disk->place, &disk->targets);
        follow_subsystem(block, disk);
        if (str_starts(disk->name, "dm-"))
            label =
                root_read(look->root, look->scratch,
                          arena_printf(look->scratch, "%s/dm/name", directory));
        disk->label = label && *label ? label : disk->name;
    }
}

static int compare_to_name(const void *name, const void *disk)
{
    return strverscmp(name, ((const struct disk *)disk)->name);
}

struct disk *block_find(const struct block *block, const char *name)
{
    if (block->disk_count == 0)
        return NULL;
    return bsearch(name, block->disks, block->disk_count, sizeof(*block->disks),
                   compare_to_name);
}

struct disk *block_find_source(const struct block *block, const char *source)
{
    const char *slash = strrchr(source, '/');
    struct disk *disk;
    char *name;

    if (!str_starts(source, "/dev/"))
        return NULL;
    name = root_read_link(block->look->root, block->look->scratch, source + 1);
    disk = block_find(block, name ? name : slash + 1);
    if (!disk && str_starts(source, "/dev/mapper/"))
        for (size_t i = 0; i < block->disk_count && !disk; i++)
            if (strcmp(block->disks[i].label, slash + 1) == 0)
                disk = &block->disks[i];
    return disk;
}

static struct disk *find_number(const struct block *block, const char *number)
{
    char *name = root_read_link(
        block->look->root, block->look->scratch,
        arena_printf(block->look->scratch, "sys/dev/block/%s", number));

    return name ? block_find(block, name) : NULL;
}

static void add_stake(struct block *block, const struct pci_device *device,
                      const struct use *use, const struct disk *leaf)
{
    if (block->stake_count == block->stake_capacity) {
        block->stake_capacity =
            block->stake_capacity ? 2 * block->stake_capacity : 64;
        block->stakes = mem_realloc(block->stakes, block->stake_capacity,
                                    sizeof(*block->stakes));
    }
    block->stakes[block->stake_count] =
        (struct stake){device, use, leaf, block->stake_count};
    block->stake_count++;
}

/* The disk that a partition is of, if it is no part of a PCI function. */
static struct disk *find_whole(const struct block *block,
                               const struct disk *disk)
{
    char *place = arena_strdup(block->look->scratch, disk->place);
    char *slash = strrchr(place, '/');

    if (!slash)
        return NULL;
    *slash = '\0';
    slash = strrchr(place, '/');
    return slash ? block_find(block, slash + 1) : NULL;
}

char **block_list(const struct block *block, const struct disk *disk,
                  const char *directory)
{
    return root_list(block->look->root, block->look->scratch,
                     arena_printf(block->look->scratch, "sys/class/block/%s/%s",
                                  disk->name, directory),
                     NULL);
}

const char *block_backing(const struct block *block, const struct disk *disk)
{
    struct claim_look *look = block->look;
    const char *file =
        str_starts(disk->name, "loop")
            ? root_read(look->root, look->scratch,
                        arena_printf(look->scratch,
                                     "sys/class/block/%s/loop/backing_file",
                                     disk->name))
            : NULL;

    return file && str_starts(file, "/dev/") && !str_starts(file, "/dev/shm/")
               ? file
               : NULL;
}

/* Volumes in memory, of files and over the network end without a disk. */
static bool is_diskless(const struct disk *disk)
{
    static const char *const prefixes[] = {"loop", "zram", "ram",
                                           "nbd",  "rbd",  "zd"};

    if (!strstr(disk->place, "virtual/block/"))
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
        if (str_starts(disk->name, prefixes[i]))
            return true;
    return false;
}

static void note_lost(struct block *block, const char *what)
{
    if (!block->lost)
        block->lost = what;
}

static void walk(struct block *block, struct disk *disk, const struct use *use,
                 unsigned depth)
{
    char **slaves;
    const char *file;
    struct disk *whole, *backing;
    bool has_slaves;

    if (disk->stamp == block->stamp || depth > DEPTH_MAX)
        return;
    disk->stamp = block->stamp;
    disk->is_used = true;
    if (!disk->use)
        disk->use = use;
    for (size_t i = 0; i < disk->targets.count; i++)
        add_stake(block, disk->targets.list[i], use, disk);
    if (disk->targets.count > 0)
        return;
    slaves = block_list(block, disk, "slaves");
    has_slaves = slaves && *slaves;
    for (; slaves && *slaves; slaves++) {
        struct disk *slave = block_find(block, *slaves);

        if (slave)
            walk(block, slave, use, depth + 1);
    }
    whole = find_whole(block, disk);
    if (whole)
        walk(block, whole, use, depth + 1);
    file = block_backing(block, disk);
    backing = file ? block_find_source(block, file) : NULL;
    if (backing)
        walk(block, backing, use, depth + 1);
    else if (file || (!has_slaves && !whole && !is_diskless(disk)))
        note_lost(block, use->what);
}

void block_use(struct block *block, struct disk *disk, size_t order,
               const char *what, const char *source)
{
    struct use *use = arena_alloc(block->look->scratch, 1, sizeof(*use));

    *use = (struct use){order, what, source, disk};
    block->stamp++;
    walk(block, disk, use, 0);
}

/* One file system may be mounted at many places: "/" or the first stands. */
static void note_mount(struct block *block, struct disk *disk, char *point)
{
    if (!disk->mount || strcmp(point, "/") == 0) {
        disk->mount = point;
        disk->mount_order =
            strcmp(point, "/") == 0 ? ORDER_ROOT : ORDER_MOUNT + block->order++;
    }
    disk->mount_count++;
}

/* btrfs tells of one of its disks; sys/fs/btrfs of all of them. */
static void note_btrfs(struct block *block, const struct disk *disk,
                       char *point)
{
    struct claim_look *look = block->look;
    char **systems = root_list(look->root, look->scratch, "sys/fs/btrfs", NULL);

    for (; systems && *systems; systems++) {
        char *directory =
            arena_printf(look->scratch, "sys/fs/btrfs/%s/devices", *systems);
        char **names;

        if (!root_read_link(
                look->root, look->scratch,
                arena_printf(look->scratch, "%s/%s", directory, disk->name)))
            continue;
        names = root_list(look->root, look->scratch, directory, NULL);
        for (; names && *names; names++) {
            struct disk *other = block_find(block, *names);

            if (other && other != disk)
                note_mount(block, other, point);
        }
    }
}

static void note_pool(struct block *block, const char *source)
{
    size_t length = strcspn(source, "/");

    for (size_t i = 0; i < block->pool_count; i++)
        if (strlen(block->pools[i].name) == length &&
            memcmp(block->pools[i].name, source, length) == 0)
            return;
    if (length > 0 && block->pool_count < ARRAY_SIZE(block->pools))
        block->pools[block->pool_count++].name =
            arena_strndup(block->look->scratch, source, length);
}

struct mount_words {
    char *number, *point, *type, *source, *options;
};

/* mountinfo: id parent number root point options [...] - type source options;
 * mounts: source point type options. */
static bool split_mount(char *line, bool is_short, struct mount_words *words)
{
    char *word = NULL;

    *words = (struct mount_words){0};
    if (is_short) {
        words->source = claim_word(&line);
        words->point = claim_word(&line);
        words->type = claim_word(&line);
        words->options = claim_word(&line);
    } else {
        for (int i = 0; i < 6 && (word = claim_word(&line)); i++) {
            if (i == 2)
                words->number = word;
            if (i == 4)
                words->point = word;
        }
        while ((word = claim_word(&line)) && strcmp(word, "-") != 0)
            ;
        words->type = claim_word(&line);
        words->source = claim_word(&line);
        words->options = claim_word(&line);
    }
    if (!words->point || !words->source || !words->type)
        return false;
    claim_unescape(words->point);
    claim_unescape(words->source);
    return true;
}

/* A further disk of a file system that is mounted. */
static void note_further(struct block *block, const struct disk *first,
                         const char *source, char *point)
{
    struct disk *disk = block_find_source(block, source);

    if (disk && disk != first)
        note_mount(block, disk, point);
    else if (!disk && str_starts(source, "/dev/"))
        note_lost(block, point);
}

/* XFS and others keep a log or data on a disk that an option names. */
static void note_options(struct block *block, const struct disk *first,
                         char *options, char *point)
{
    static const char *const names[] = {
        "logdev=", "rtdev=", "journal_path=", "jdev="};

    for (char *word; (word = strsep(&options, ","));)
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
            if (str_starts(word, names[i])) {
                claim_unescape(word);
                note_further(block, first, word + strlen(names[i]), point);
            }
}

static void read_mount(struct block *block, struct mount_words *words)
{
    /* bcachefs names all its disks: "/dev/sda:/dev/sdb". */
    char *more = strcmp(words->type, "bcachefs") == 0 ? words->source : NULL;
    char *source = more ? strsep(&more, ":") : words->source;
    struct disk *disk =
        words->number ? find_number(block, words->number) : NULL;

    if (!disk)
        disk = block_find_source(block, source);
    if (disk) {
        note_mount(block, disk, words->point);
        if (disk->mount_count == 1 && strcmp(words->type, "btrfs") == 0)
            note_btrfs(block, disk, words->point);
    } else if (strcmp(words->type, "zfs") == 0) {
        note_pool(block, source);
    } else if (str_starts(source, "/dev/") &&
               !str_starts(words->type, "fuse.")) {
        note_lost(block, words->point);
    }
    for (char *next; (next = strsep(&more, ":"));)
        note_further(block, disk, next, words->point);
    note_options(block, disk, words->options, words->point);
    if (block->mount_count == block->mount_capacity) {
        block->mount_capacity =
            block->mount_capacity ? 2 * block->mount_capacity : 64;
        block->mounts = mem_realloc(block->mounts, block->mount_capacity,
                                    sizeof(*block->mounts));
    }
    block->mounts[block->mount_count++] = (struct mount){words->point, disk};
}

static void read_all_mounts(struct block *block)
{
    char *text = read_mounts(block), *line;
    struct mount_words words;

    block->has_mounts = text != NULL;
    while (text && (line = claim_line(&text)))
        if (split_mount(line, str_ends(block->mount_source, "mounts"), &words))
            read_mount(block, &words);
    for (size_t i = 0; i < block->disk_count; i++) {
        struct disk *disk = &block->disks[i];
        const char *what = disk->mount;

        if (disk->mount_count > 1)
            what = arena_printf(block->look->scratch,
                                text_plural("%s and %u other mount",
                                            "%s and %u other mounts",
                                            disk->mount_count - 1),
                                what, disk->mount_count - 1);
        if (what)
            block_use(block, disk, disk->mount_order, what,
                      block->mount_source);
    }
}

void block_read(struct block *block)
{
    read_disks(block);
    read_all_mounts(block);
    block_find_swap(block);
    block_find_journals(block);
    block_find_volumes(block);
    block_find_members(block);
}

void block_claim(struct claim_look *look)
{
    struct block block = {.look = look};

    block_read(&block);
    block_report(&block);
    look->disks = block.disks;
    look->disk_count = block.disk_count;
    free(block.stakes);
    free(block.mounts);
}
