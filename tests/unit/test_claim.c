/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries to break the claims of disks on PCI functions: trees of
 * sysfs and proc as the kernel makes them, then with parts missing, turned in
 * circles and named by an enemy; random tables; the made-up hosts.
 */
#include "tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ZEROS "00000000000000000000000000000000"

static void add_disk(const struct tree *tree, const char *name,
                     const char *place, const char *number)
{
    char path[512], target[512];

    tree_class(tree, "block", name, place);
    snprintf(path, sizeof(path), "sys/devices/%s/dev", place);
    tree_file(tree, path, number);
    snprintf(path, sizeof(path), "sys/dev/block/%s", number);
    snprintf(target, sizeof(target), "../../devices/%s", place);
    tree_link(tree, path, target);
}

/* `upper` stands on `lower`; both are in sys/class/block. */
static void stack(const struct tree *tree, const char *upper, const char *lower)
{
    char path[512];

    snprintf(path, sizeof(path), "sys/class/block/%s/slaves/%s", upper, lower);
    tree_link(tree, path, "anywhere");
    snprintf(path, sizeof(path), "sys/class/block/%s/holders/%s", lower, upper);
    tree_link(tree, path, "anywhere");
}

static void test_nothing(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    tree_probe(&tree);
    assert_int_equal(tree.pci.device_count, 10);
    assert_null(tree.pci.problem);
    assert_no_claims(&tree, "0000:02:00.0");
    assert_no_claims(&tree, "0000:06:00.0");
    assert_no_claims(&tree, "0000:00:14.0");
    assert_claim(&tree, "0000:01:00.0", CLAIM_ONLY_DISPLAY, CLAIM_REFUSE,
                 "It is the host's only display.");
    tree_end(&tree);
}

static void test_mounts(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    add_disk(&tree, "nvme0n1", DISK, "259:0");
    add_disk(&tree, "nvme0n1p1", DISK "/nvme0n1p1", "259:1");
    add_disk(&tree, "nvme0n1p2", DISK "/nvme0n1p2", "259:2");
    add_disk(&tree, "nvme0n1p3", DISK "/nvme0n1p3", "259:3");
    tree_file(
        &tree, "proc/self/mountinfo",
        "28 1 259:1 / /boot\\040efi rw,relatime shared:6 - vfat "
        "/dev/nvme0n1p1 rw\n"
        "22 1 259:2 / / rw,relatime shared:1 master:3 - ext4 /dev/root rw\n"
        "30 22 259:2 /srv /var/bind rw - ext4 /dev/root rw\n"
        "23 22 0:21 / /proc rw - proc proc rw\n");
    tree_file(&tree, "proc/swaps",
              "Filename Type Size Used Priority\n"
              "/dev/nvme0n1p3 partition 8388604 0 -2\n"
              "/swap\\040file file 100 0 -3\n"
              "/dev/zram0 partition 100 0 5\n");
    tree_probe(&tree);
    assert_claim(&tree, "0000:02:00.0", CLAIM_DISK, CLAIM_REFUSE,
                 "It holds / and 1 other mount (nvme0n1p2), /boot efi "
                 "(nvme0n1p1), swap (nvme0n1p3) and the swap file /swap file "
                 "(nvme0n1p2).");
    assert_string_equal(tree_claim(&tree, "0000:02:00.0", CLAIM_DISK)->source,
                        "/proc/self/mountinfo");
    assert_no_claims(&tree, "0000:00:17.0");
    assert_no_claims(&tree, "0000:00:06.0");
    tree_end(&tree);
}

/* LVM on LUKS on a partition of NVMe; one volume is not mounted. */
static void test_stack(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    add_disk(&tree, "nvme0n1", DISK, "259:0");
    add_disk(&tree, "nvme0n1p2", DISK "/nvme0n1p2", "259:2");
    add_disk(&tree, "dm-0", "virtual/block/dm-0", "253:0");
    add_disk(&tree, "dm-1", "virtual/block/dm-1", "253:1");
    add_disk(&tree, "dm-2", "virtual/block/dm-2", "253:2");
    tree_file(&tree, "sys/class/block/dm-0/dm/name", "luks-1\n");
    tree_file(&tree, "sys/class/block/dm-1/dm/name", "vg-root\n");
    tree_file(&tree, "sys/class/block/dm-2/dm/name", "vg-win10\n");
    stack(&tree, "dm-0", "nvme0n1p2");
    stack(&tree, "dm-1", "dm-0");
    stack(&tree, "dm-2", "dm-0");
    tree_file(&tree, "proc/self/mountinfo",
              "22 1 9:99 / / rw - xfs /dev/mapper/vg-root rw\n");
    tree_probe(&tree);
    assert_claim(&tree, "0000:02:00.0", CLAIM_DISK, CLAIM_REFUSE,
                 "It holds / (vg-root on nvme0n1p2) and an active volume "
                 "(vg-win10 on nvme0n1p2).");
    tree_end(&tree);
}

/* md over disks of two controllers, a partition of it mounted. */
static void test_array(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    add_disk(&tree, "nvme0n1", DISK, "259:0");
    add_disk(&tree, "sda", SATA "/ata1/host0/block/sda", "8:0");
    add_disk(&tree, "sda1", SATA "/ata1/host0/block/sda/sda1", "8:1");
    add_disk(&tree, "sdb", SATA "/ata2/host1/block/sdb", "8:16");
    add_disk(&tree, "md0", "virtual/block/md0", "9:0");
    add_disk(&tree, "md0p1", "virtual/block/md0/md0p1", "259:9");
    stack(&tree, "md0", "nvme0n1");
    stack(&tree, "md0", "sda1");
    stack(&tree, "md0", "sdb");
    tree_file(&tree, "proc/self/mountinfo",
              "22 1 259:9 / /srv/a rw - ext4 /dev/md0p1 rw\n");
    tree_probe(&tree);
    assert_claim(&tree, "0000:02:00.0", CLAIM_DISK, CLAIM_REFUSE,
                 "It holds /srv/a (md0p1 on nvme0n1).");
    assert_claim(&tree, "0000:00:17.0", CLAIM_DISK, CLAIM_REFUSE,
                 "It holds /srv/a (md0p1 on sda1 and sdb).");
    tree_end(&tree);
}

/* Whoever turns the stack in a circle, it ends; and it is still in use. */
static void test_circle(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    add_disk(&tree, "nvme0n1", DISK, "259:0");
    for (int i = 0; i < 12; i++) {
        char name[16], place[64], number[16];

        snprintf(name, sizeof(name), "dm-%d", i);
        snprintf(place, sizeof(place), "virtual/block/dm-%d", i);
        snprintf(number, sizeof(number), "253:%d", i);
        add_disk(&tree, name, place, number);
    }
    for (int i = 0; i < 12; i++)
        for (int j = 0; j < 12; j++) {
            char upper[16], lower[16];

            snprintf(upper, sizeof(upper), "dm-%d", i);
            snprintf(lower, sizeof(lower), "dm-%d", j);
            stack(&tree, upper, lower);
        }
    stack(&tree, "dm-11", "nvme0n1");
    tree_link(&tree, "sys/class/block/loop9", "loop9");
    tree_probe(&tree);
    assert_claim(&tree, "0000:02:00.0", CLAIM_DISK, CLAIM_REFUSE,
                 "It holds an active volume (dm-0 on nvme0n1).");
    tree_end(&tree);
}

static void test_btrfs_and_multipath(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    add_disk(&tree, "sda", SATA "/ata1/host0/block/sda", "8:0");
    add_disk(&tree, "nvme0n1", "virtual/nvme-subsystem/nvme-subsys0/nvme0n1",
             "259:0");
    tree_class(&tree, "nvme-subsystem", "nvme-subsys0",
               "virtual/nvme-subsystem/nvme-subsys0");
    tree_link(&tree, "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0",
              "../../../" NVME "/nvme/nvme0");
    tree_link(&tree, "sys/fs/btrfs/11-22/devices/sda", "anywhere");
    tree_link(&tree, "sys/fs/btrfs/11-22/devices/nvme0n1", "anywhere");
    tree_file(&tree, "proc/self/mountinfo",
              "22 1 0:31 /@ / rw - btrfs /dev/sda rw,subvol=/@\n");
    tree_probe(&tree);
    assert_claim(&tree, "0000:00:17.0", CLAIM_DISK, CLAIM_REFUSE,
                 "It holds / (sda).");
    assert_claim(&tree, "0000:02:00.0", CLAIM_DISK, CLAIM_REFUSE,
                 "It holds / (nvme0n1).");
    tree_end(&tree);
}

static void test_members(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    add_disk(&tree, "nvme0n1", DISK, "259:0");
    add_disk(&tree, "sda", SATA "/ata1/host0/block/sda", "8:0");
    tree_file(&tree, "run/udev/data/b259:0",
              "S:disk/by-id/x\nE:ID_FS_LABEL=tank\nE:ID_FS_TYPE=zfs_member\n");
    tree_file(&tree, "run/udev/data/b8:0", "E:ID_FS_TYPE=LVM2_member\n");
    tree_file(&tree, "proc/self/mountinfo",
              "22 1 0:40 / / rw - zfs tank/ROOT/debian rw\n");
    tree_probe(&tree);
    assert_claim(&tree, "0000:02:00.0", CLAIM_DISK, CLAIM_REFUSE,
                 "It holds the ZFS pool tank (nvme0n1).");
    assert_claim(&tree, "0000:00:17.0", CLAIM_MEMBER, CLAIM_WARN,
                 "sda on it is part of an LVM volume group that is not in use "
                 "now.");
    tree_end(&tree);
}

/* A loop over a whole disk uses that disk, mounted or not. */
static void test_loop(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    add_disk(&tree, "nvme0n1", DISK, "259:0");
    add_disk(&tree, "sda", SATA "/ata1/host0/block/sda", "8:0");
    add_disk(&tree, "loop0", "virtual/block/loop0", "7:0");
    add_disk(&tree, "loop1", "virtual/block/loop1", "7:1");
    tree_file(&tree, "sys/class/block/loop0/loop/backing_file",
              "/dev/nvme0n1\n");
    tree_file(&tree, "sys/class/block/loop1/loop/backing_file", "/dev/sda\n");
    tree_file(&tree, "proc/self/mountinfo",
              "22 1 7:0 / /data rw - ext4 /dev/loop0 rw\n");
    tree_probe(&tree);
    assert_claim(&tree, "0000:02:00.0", CLAIM_DISK, CLAIM_REFUSE,
                 "It holds /data (loop0 on nvme0n1).");
    assert_claim(&tree, "0000:00:17.0", CLAIM_DISK, CLAIM_REFUSE,
                 "It holds a device that is in use (loop1 on sda).");
    tree_end(&tree);
}

/* Files that loops stand on are of mounts that are looked at anyway. */
static void test_loop_file(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    add_disk(&tree, "nvme0n1", DISK, "259:0");
    add_disk(&tree, "loop0", "virtual/block/loop0", "7:0");
    tree_file(&tree, "sys/class/block/loop0/loop/backing_file",
              "/var/lib/snapd/snaps/core.snap\n");
    tree_file(&tree, "proc/self/mountinfo",
              "22 1 259:0 / / rw - ext4 /dev/nvme0n1 rw\n"
              "23 22 7:0 / /snap/core rw - squashfs /dev/loop0 ro\n");
    tree_file(&tree, "proc/1/comm", "init\n");
    tree_directory(&tree, "proc/1/fd");
    tree_probe(&tree);
    assert_claim(&tree, "0000:02:00.0", CLAIM_DISK, CLAIM_REFUSE,
                 "It holds / (nvme0n1).");
    assert_no_claims(&tree, "0000:00:17.0");
    tree_end(&tree);
}

/* What a mounted volume stands on without links is not known. */
static void test_lost_volume(void **unused)
{
    static const char *const files[] = {"/dev/gone\n", NULL};

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        struct tree tree;
        const char *name = files[i] ? "loop0" : "drbd0";
        char place[64];

        tree_start(&tree);
        snprintf(place, sizeof(place), "virtual/block/%s", name);
        add_disk(&tree, name, place, "147:0");
        if (files[i])
            tree_file(&tree, "sys/class/block/loop0/loop/backing_file",
                      files[i]);
        tree_file(&tree, "proc/self/mountinfo",
                  "22 1 147:0 / /data rw - ext4 /dev/any rw\n");
        tree_probe(&tree);
        assert_claim(&tree, "0000:02:00.0", CLAIM_DISK, CLAIM_UNKNOWN,
                     "Whether it holds /data is unknown: that disk was not "
                     "found.");
        tree_end(&tree);
    }
}

/* File systems with more than one disk, by their options and sources. */
static void test_more_disks(void **unused)
{
    static const struct {
        const char *mount, *text;
    } cases[] = {
        {"22 1 8:0 / /data rw - xfs /dev/sda rw,logdev=/dev/nvme0n1,noquota\n",
         "It holds /data (nvme0n1)."},
        {"22 1 8:0 / /data rw - xfs /dev/sda rw,rtdev=/dev/nvme0n1\n",
         "It holds /data (nvme0n1)."},
        {"22 1 0:50 / /data rw - bcachefs /dev/nvme0n1:/dev/sda rw\n",
         "It holds /data (nvme0n1)."},
        {"22 1 0:50 / /data rw - bcachefs /dev/sda:/dev/nvme0n1 rw\n"
         "23 1 0:50 /a /b rw - bcachefs /dev/sda:/dev/nvme0n1 rw\n",
         "It holds /data and 1 other mount (nvme0n1)."},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct tree tree;

        tree_start(&tree);
        add_disk(&tree, "nvme0n1", DISK, "259:0");
        add_disk(&tree, "sda", SATA "/ata1/host0/block/sda", "8:0");
        tree_file(&tree, "proc/self/mountinfo", cases[i].mount);
        tree_probe(&tree);
        assert_claim(&tree, "0000:02:00.0", CLAIM_DISK, CLAIM_REFUSE,
                     cases[i].text);
        assert_non_null(tree_claim(&tree, "0000:00:17.0", CLAIM_DISK));
        tree_end(&tree);
    }
}

static void test_more_disks_lost(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    add_disk(&tree, "sda", SATA "/ata1/host0/block/sda", "8:0");
    tree_file(&tree, "proc/self/mountinfo",
              "22 1 0:50 / /data rw - bcachefs /dev/gone:/dev/sda rw\n");
    tree_probe(&tree);
    assert_claim(&tree, "0000:02:00.0", CLAIM_DISK, CLAIM_UNKNOWN,
                 "Whether it holds /data is unknown: that disk was not found.");
    tree_end(&tree);
}

/* jbd2 names a journal of its own disk after that; others have a number. */
static void test_journal(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    add_disk(&tree, "nvme0n1", DISK, "259:0");
    add_disk(&tree, "sda", SATA "/ata1/host0/block/sda", "8:0");
    tree_directory(&tree, "proc/fs/jbd2/nvme0n1");
    tree_directory(&tree, "proc/fs/jbd2/sda-8");
    tree_file(&tree, "proc/1/comm", "init\n");
    tree_directory(&tree, "proc/1/fd");
    tree_probe(&tree);
    assert_claim(&tree, "0000:02:00.0", CLAIM_DISK, CLAIM_REFUSE,
                 "It holds the journal of a file system (nvme0n1).");
    assert_no_claims(&tree, "0000:00:17.0");
    tree_end(&tree);
}

/* Whoever has a disk open may write to it: another guest, a storage daemon. */
static void test_open_disks(void **unused)
{
    static const struct {
        const char *flags;
        enum claim_severity severity;
    } cases[] = {
        {"pos:\t0\nflags:\t02100002\nmnt_id:\t1\n", CLAIM_REFUSE},
        {"pos:\t0\nflags:\t0100001\n", CLAIM_REFUSE},
        {"pos:\t0\nflags:\t0100000\n", CLAIM_WARN},
        {NULL, CLAIM_REFUSE},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct tree tree;

        tree_start(&tree);
        add_disk(&tree, "nvme0n1",
                 "virtual/nvme-subsystem/nvme-subsys0/"
                 "nvme0n1",
                 "259:0");
        tree_class(&tree, "nvme-subsystem", "nvme-subsys0",
                   "virtual/nvme-subsystem/nvme-subsys0");
        tree_link(&tree,
                  "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0",
                  "../../../" NVME "/nvme/nvme0");
        add_disk(&tree, "sda", SATA "/ata1/host0/block/sda", "8:0");
        tree_file(&tree, "proc/77/comm", "ceph-osd\n");
        tree_link(&tree, "proc/77/fd/9", "/dev/nvme0n1");
        if (cases[i].flags)
            tree_file(&tree, "proc/77/fdinfo/9", cases[i].flags);
        tree_probe(&tree);
        assert_claim(&tree, "0000:02:00.0", CLAIM_DISK, cases[i].severity,
                     "Programs have nvme0n1 on it open: ceph-osd (77).");
        assert_no_claims(&tree, "0000:00:17.0");
        tree_end(&tree);
    }
}

/* Nobody's open files can be seen. */
static void test_open_disks_unknown(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    add_disk(&tree, "nvme0n1", DISK, "259:0");
    add_disk(&tree, "sda", SATA "/ata1/host0/block/sda", "8:0");
    tree_file(&tree, "proc/self/mountinfo",
              "22 1 8:0 / / rw - ext4 /dev/sda rw\n");
    tree_file(&tree, "proc/77/comm", "ceph-osd\n");
    tree_file(&tree, "proc/77/fd", "");
    tree_probe(&tree);
    assert_claim(&tree, "0000:02:00.0", CLAIM_DISK, CLAIM_UNKNOWN,
                 "Whether programs have its disks open is unknown: their open "
                 "files cannot all be seen (root can).");
    assert_claim(&tree, "0000:00:17.0", CLAIM_DISK, CLAIM_REFUSE,
                 "It holds / (sda).");
    tree_end(&tree);
}

/* A pool whose disks nobody tells of may stand on any of them. */
static void test_unknown_pool(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    tree_file(&tree, "proc/spl/kstat/zfs/tank/txgs", "");
    tree_file(&tree, "proc/spl/kstat/zfs/arcstats", "");
    tree_probe(&tree);
    assert_claim(&tree, "0000:02:00.0", CLAIM_DISK, CLAIM_UNKNOWN,
                 "Whether the ZFS pool tank stands on it is unknown.");
    assert_null(tree_claim(&tree, "0000:06:00.0", CLAIM_DISK));
    tree_end(&tree);
}

static void test_unreadable(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    unlink(tree_path(&tree, "proc/self/mountinfo"));
    unlink(tree_path(&tree, "proc/net/route"));
    /* A directory in its place cannot be read, not even by root. */
    tree_directory(&tree, "proc/self/mountinfo");
    tree_directory(&tree, "proc/net/route");
    rmdir(tree_path(&tree, "sys/class/input"));
    tree_probe(&tree);
    assert_claim(&tree, "0000:02:00.0", CLAIM_DISK, CLAIM_UNKNOWN,
                 "Whether the host uses its disks is unknown: "
                 "/proc/self/mountinfo cannot be read.");
    assert_claim(&tree, "0000:06:00.0", CLAIM_ROUTE, CLAIM_UNKNOWN,
                 "Whether it carries the default route is unknown: "
                 "/proc/net/route cannot be read.");
    assert_claim(&tree, "0000:00:14.0", CLAIM_KEYBOARD, CLAIM_UNKNOWN,
                 "Whether a keyboard or mouse hangs on it is unknown: "
                 "/sys/class/input cannot be read.");
    assert_null(claim_first(&tree.claims, tree_find(&tree, "0000:00:06.0")));
    tree_end(&tree);
}

/* Without mountinfo there is proc/mounts; a lost disk may be any. */
static void test_mounts_file(void **unused)
{
    struct tree tree;

    (void)unused;
    tree_start(&tree);
    unlink(tree_path(&tree, "proc/self/mountinfo"));
    add_disk(&tree, "sda1", SATA "/ata1/host0/block/sda/sda1", "8:1");
    tree_file(&tree, "proc/mounts",
              "/dev/disk/by-uuid/1-2 / ext4 rw 0 0\n/dev/sdz9 /lost xfs rw 0 "
              "0\n\ncut\n");
    tree_link(&tree, "dev/disk/by-uuid/1-2", "../../sda1");
    tree_probe(&tree);
    assert_claim(&tree, "0000:00:17.0", CLAIM_DISK, CLAIM_REFUSE,
                 "It holds / (sda1).");
    assert_claim(&tree, "0000:02:00.0", CLAIM_DISK, CLAIM_UNKNOWN,
                 "Whether it holds /lost is unknown: that disk was not found.");
    tree_end(&tree);
}

/* Bytes at random in every table: nothing breaks, all stays printable. */
static void test_random(void **unused)
{
    static const char *const files[] = {
        "proc/self/mountinfo", "proc/swaps",        "proc/net/route",
        "proc/net/fib_trie",   "proc/net/if_inet6", "proc/net/ipv6_route",
        "proc/mounts",         "proc/self/environ",
    };
    static const char *const pieces[] = {
        " ",
        "\t",
        "\n",
        "-",
        "/dev/sda1",
        "8:1",
        "/",
        "\\0",
        "\\7",
        "\\033",
        "ext4",
        "zfs",
        "btrfs",
        "eth0",
        "00000000",
        "0003",
        "file",
        "partition",
        "\xff",
        "\033[2J",
        ZEROS,
        "00",
        "|-- 192.0.2.10",
        "/32 host LOCAL",
        "SSH_CONNECTION=a b 192.0.2.10 22",
    };

    unsigned rounds = getenv("VIRT_TUNE_LONG") ? 1000 : 25;

    (void)unused;
    random_seed(7);
    for (unsigned round = 0; round < rounds; round++) {
        struct tree tree;

        tree_start(&tree);
        add_disk(&tree, "sda1", SATA "/ata1/host0/block/sda/sda1", "8:1");
        tree_nic(&tree, "eth0", NIC);
        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
            struct str str CLEANUP(str_free) = STR_INIT;

            for (unsigned j = random_below(120); j > 0; j--) {
                str_add(&str, pieces[random_below(ARRAY_SIZE(pieces))]);
                str_add(&str, random_below(2) ? " " : "");
            }
            tree_file(&tree, files[i], str_text(&str));
        }
        tree_probe(&tree);
        for (size_t i = 0; i < tree.pci.device_count; i++) {
            struct claim_list list =
                claim_list(&tree.claims, &tree.pci.devices[i]);

            for (size_t j = 0; j < list.count; j++) {
                char *printable CLEANUP(mem_free) =
                    str_printable(list.list[j].text);

                assert_string_equal(printable, list.list[j].text);
                assert_true(str_ends(printable, "."));
                assert_true(j == 0 ||
                            list.list[j - 1].severity >= list.list[j].severity);
            }
        }
        tree_end(&tree);
    }
}

/* Every made-up host: each claim is a sentence with a source. */
static void test_hosts(void **unused)
{
    (void)unused;
    for (const char *const *name = host_names; *name; name++) {
        struct host *host = host_load(*name);

        for (size_t i = 0; i < host->pci.device_count; i++) {
            const struct pci_device *device = &host->pci.devices[i];
            struct claim_list list = claim_list(&host->claims, device);

            assert_ptr_equal(pci_find(&host->pci, device->address), device);
            for (size_t j = 0; j < list.count; j++) {
                assert_with(str_ends(list.list[j].text, "."),
                            list.list[j].text);
                assert_with(*list.list[j].source != '\0', list.list[j].text);
                /* Recipes have all that is looked for. */
                assert_with(list.list[j].severity != CLAIM_UNKNOWN,
                            list.list[j].text);
            }
        }
        host_free(host);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_mounts),
        cmocka_unit_test(test_stack),
        cmocka_unit_test(test_array),
        cmocka_unit_test(test_circle),
        cmocka_unit_test(test_btrfs_and_multipath),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_loop),
        cmocka_unit_test(test_loop_file),
        cmocka_unit_test(test_lost_volume),
        cmocka_unit_test(test_more_disks),
        cmocka_unit_test(test_more_disks_lost),
        cmocka_unit_test(test_journal),
        cmocka_unit_test(test_open_disks),
        cmocka_unit_test(test_open_disks_unknown),
        cmocka_unit_test(test_unknown_pool),
        cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_mounts_file),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_hosts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
