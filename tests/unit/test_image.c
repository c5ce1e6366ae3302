/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries to give a guest a disk that the host or another guest uses: by every
 * name that it has, with each way of use, and where it could not be looked.
 */
#include "tree.h"

#include "plan/device.h"
#include "plan/image.h"
#include "plan/planfile.h"
#include "plan/rule.h"
#include "render/change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FREE "/dev/disk/by-id/ata-FREE_1"
#define SMALL "/dev/disk/by-id/nvme-SMALL_2"

static struct host *made_up;

static void add_disk(const struct tree *tree, const char *name,
                     const char *place, const char *number)
{
    bool is_part = str_starts(name, "sd") && strlen(name) > 3;
    char path[512], target[512];

    tree_class(tree, "block", name, place);
    snprintf(path, sizeof(path), "sys/devices/%s/dev", place);
    tree_file(tree, path, number);
    if (is_part)
        snprintf(path, sizeof(path), "sys/devices/%s/partition", place);
    else
        snprintf(path, sizeof(path), "sys/devices/%s/device/x", place);
    tree_file(tree, path, "1\n");
    snprintf(path, sizeof(path), "sys/dev/block/%s", number);
    snprintf(target, sizeof(target), "../../devices/%s", place);
    tree_link(tree, path, target);
}

static void name_disk(const struct tree *tree, const char *id, const char *disk)
{
    char path[256], target[256];

    snprintf(path, sizeof(path), "dev/disk/by-id/%s", id);
    snprintf(target, sizeof(target), "../../%s", disk);
    tree_link(tree, path, target);
}

/* sda is the host's, sdb and nvme0n1 are free, each other one is something. */
static void start(struct tree *tree)
{
    static const struct {
        const char *name, *place, *number;
    } disks[] = {
        {"sda", SATA "/ata1/block/sda", "8:0"},
        {"sda1", SATA "/ata1/block/sda/sda1", "8:1"},
        {"sdb", SATA "/ata2/block/sdb", "8:16"},
        {"sdb1", SATA "/ata2/block/sdb/sdb1", "8:17"},
        {"sdc", SATA "/ata3/block/sdc", "8:32"},
        {"sdc1", SATA "/ata3/block/sdc/sdc1", "8:33"},
        {"sdd", SATA "/ata4/block/sdd", "8:48"},
        {"sdd1", SATA "/ata4/block/sdd/sdd1", "8:49"},
        {"sde", SATA "/ata5/block/sde", "8:64"},
        {"sdf", SATA "/ata6/block/sdf", "8:80"},
        {"sdf1", SATA "/ata6/block/sdf/sdf1", "8:81"},
        {"sdg", SATA "/ata7/block/sdg", "8:96"},
        {"sr0", SATA "/ata8/block/sr0", "11:0"},
        {"nvme0n1", DISK, "259:0"},
    };

    tree_start(tree);
    for (size_t i = 0; i < ARRAY_SIZE(disks); i++)
        add_disk(tree, disks[i].name, disks[i].place, disks[i].number);
    tree_class(tree, "block", "dm-0", "virtual/block/dm-0");
    tree_file(tree, "sys/devices/virtual/block/dm-0/dm/name", "vg-data\n");
    tree_link(tree, "sys/class/block/dm-0/slaves/sdd1", "anywhere");
    tree_link(tree, "sys/class/block/sdd1/holders/dm-0", "anywhere");
    name_disk(tree, "ata-HOST_0", "sda");
    name_disk(tree, "ata-FREE_1-part1", "sdb1");
    name_disk(tree, "wwn-0x5000", "sdb");
    name_disk(tree, "ata-FREE_1", "sdb");
    name_disk(tree, "ata-SWAP_2", "sdc");
    name_disk(tree, "ata-LVM_3", "sdd");
    name_disk(tree, "ata-RAID_4", "sde");
    name_disk(tree, "ata-PV_5", "sdf");
    name_disk(tree, "ata-ZFS_6", "sdg");
    name_disk(tree, "ata-DVD", "sr0");
    name_disk(tree, "dm-name-vg-data", "dm-0");
    name_disk(tree, "ata-GONE", "sdz");
    name_disk(tree, "nvme-eui.0025", "nvme0n1");
    name_disk(tree, "nvme-SMALL_2", "nvme0n1");
    tree_file(tree, "proc/self/mountinfo",
              "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
              "24 22 0:30 / /tank rw - zfs tank rw\n");
    tree_file(tree, "proc/swaps",
              "Filename Type Size Used Priority\n"
              "/dev/sdc1 partition 8388604 0 -2\n");
    tree_file(tree, "run/udev/data/b8:64", "E:ID_FS_TYPE=linux_raid_member\n");
    tree_file(tree, "run/udev/data/b8:81", "E:ID_FS_TYPE=LVM2_member\n");
    tree_file(tree, "run/udev/data/b8:96",
              "E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=tank\n");
}

static const char text[] =
    "<domain type='kvm'>\n  <name>x</name>\n  <memory>4194304</memory>\n"
    "  <os>\n    <type>hvm</type>\n  </os>\n  <devices>\n"
    "    <disk type='file' device='disk'>\n"
    "      <driver name=\"qemu\" type='qcow2' cache='none'/>\n"
    "      <source file='/a.qcow2'><!-- mine --></source>\n"
    "      <target dev='vda' bus='virtio'/>\n      <boot order='1'/>\n"
    "    </disk>\n    <disk type='file'>\n      <source file='/b'/>\n"
    "      <target dev='sda' bus='sata'/>\n    </disk>\n"
    "    <disk type='file' device='cdrom'>\n      <source file='/c.iso'/>\n"
    "      <target dev='sdb' bus='sata'/>\n    </disk>\n"
    "    <disk type='file'>\n      <source file='/d'/>\n"
    "      <backingStore type='file'><format type='raw'/></backingStore>\n"
    "      <target dev='vdb'/>\n    </disk>\n    <disk type='network'>\n"
    "      <source protocol='nbd'/>\n      <target dev='vdc'/>\n    </disk>\n"
    "    <disk type='block'>\n      <source dev='/dev/nvme0n1'/>\n"
    "      <target dev='vdd'/>\n    </disk>\n  </devices>\n</domain>\n";

struct fixture {
    struct tree tree;
    struct host host;
    struct domain *domain;
    struct plan *plan;
    struct arena *arena;
};

static void open_fixture(struct fixture *f)
{
    start(&f->tree);
    f->host = *made_up;
    f->host.root = f->tree.path;
    f->domain = domain_of(text);
    f->plan = plan_new(&f->host, f->domain, NULL, NULL);
    f->arena = arena_new();
}

static void close_fixture(struct fixture *f)
{
    arena_free(f->arena);
    plan_free(f->plan);
    domain_free(f->domain);
    tree_probe(&f->tree); /* which tree_end ends */
    tree_end(&f->tree);
}

static void refused(struct fixture *f, const char *target, const char *path,
                    const char *why)
{
    const char *refusal = image_refusal(f->plan, f->arena, target, path);
    struct str line CLEANUP(str_free) = STR_INIT;
    struct err err = {0};

    assert_with(why ? refusal && has(refusal, why) : !refusal,
                refusal ? refusal : path);
    /* A plan file says the same. */
    str_addf(&line, "version = 1\ndisk.%s = %s\n", target, path);
    assert_true(planfile_load(str_text(&line), f->plan, &err) == !why);
    assert_true(!why || has(err.text, why));
    assert_int_equal(f->plan->image_count, !why);
    image_set(f->plan, target, NULL);
}

static void test_refused(void **unused)
{
    struct fixture f;
    static const char *taken[] = {"/dev/sdb1"};
    struct neighbour other = {.name = "other", .disks = taken, .disk_count = 1};
    struct neighbours others = {.list = &other, .count = 1};

    (void)unused;
    open_fixture(&f);
    refused(&f, "vda", FREE, NULL);
    refused(&f, "sda", "/dev/disk/by-id/wwn-0x5000", NULL);
    refused(&f, "vdd", FREE, NULL);
    refused(&f, "vdd", SMALL, NULL); /* the same disk, a better name */
    refused(&f, "vda", "/dev/sdb", FREE);
    refused(&f, "vda", "/dev/nvme0n1", SMALL);
    refused(&f, "vda", "/dev/../dev/sdb", "no such disk");
    refused(&f, "vda", "/dev/disk/by-id/../by-id/ata-FREE_1", "no such disk");
    refused(&f, "vda", "/dev/disk/by-id/..", "no such disk");
    refused(&f, "vda", "/dev/disk/by-id/", "no such disk");
    refused(&f, "vda", "/dev/sda", "ata-HOST_0");
    refused(&f, "vda", "/dev/sdz", "no such disk");
    refused(&f, "vda", "/etc/passwd", "no such disk");
    refused(&f, "vda", "/dev/disk/by-id/ata-GONE", "no such disk");
    refused(&f, "vda", "/dev/disk/by-id/ata-DVD", "no physical disk");
    refused(&f, "vda", "/dev/disk/by-id/dm-name-vg-data", "no physical disk");
    refused(&f, "vda", FREE "-part1", "partition");
    refused(&f, "vda", "/dev/disk/by-id/ata-HOST_0", "/ (sda1)");
    refused(&f, "vda", "/dev/disk/by-id/ata-SWAP_2", "swap (sdc1)");
    refused(&f, "vda", "/dev/disk/by-id/ata-LVM_3", "active volume (vg-data)");
    refused(&f, "vda", "/dev/disk/by-id/ata-RAID_4", "a RAID array (sde)");
    refused(&f, "vda", "/dev/disk/by-id/ata-PV_5", "LVM volume group (sdf1)");
    refused(&f, "vda", "/dev/disk/by-id/ata-ZFS_6", "the ZFS pool tank");
    refused(&f, "vda", SMALL, "Another disk of this domain");
    refused(&f, "vda", "/dev/disk/by-id/a'b", "characters");
    refused(&f, "sdb", FREE, "no such disk"); /* a CD-ROM */
    refused(&f, "vdz", FREE, "no such disk");
    refused(&f, "vdb", FREE, "<backingStore>");
    refused(&f, "vdc", FREE, "neither");
    f.plan->others = &others;
    refused(&f, "vda", FREE, "The domain other has it.");
    other.disk_count = 0;
    refused(&f, "vda", FREE, NULL);
    image_set(f.plan, "sda", "/dev/disk/by-id/wwn-0x5000");
    assert_with(has(image_refusal(f.plan, f.arena, "vda", FREE), "this plan"),
                "two wishes");
    close_fixture(&f);
}

/* All physical disks are offered, each with what image_refusal says of it. */
static void test_offers(void **unused)
{
    static const char *const names[] = {"nvme0n1", "sda", "sdb", "sdc",
                                        "sdd",     "sde", "sdf", "sdg"};
    struct fixture f;
    struct image_offer *offers;
    size_t count;
    long controller;

    (void)unused;
    open_fixture(&f);
    tree_file(&f.tree, "sys/devices/" SATA "/ata2/block/sdb/size",
              "1953525168\n");
    tree_file(&f.tree, "sys/devices/" SATA "/ata2/block/sdb/device/model",
              "Good\033Disk  \n");
    tree_file(&f.tree, "sys/devices/" SATA "/ata7/block/sdg/hidden", "0\n");
    offers = image_offers(f.plan, f.arena, "vda", &count);
    assert_int_equal(count, ARRAY_SIZE(names));
    for (size_t i = 0; i < count; i++) {
        const char *refusal =
            image_refusal(f.plan, f.arena, "vda", offers[i].path);

        assert_string_equal(offers[i].disk, names[i]);
        assert_int_equal(!refusal, !offers[i].refusal);
        if (refusal)
            assert_string_equal(offers[i].refusal, refusal);
    }
    assert_null(offers[2].refusal);
    assert_string_equal(offers[2].path, FREE);
    assert_string_equal(offers[2].text, "1000 GB, Good?Disk");
    assert_with(has(offers[1].refusal, "/ (sda1)"), offers[1].refusal);
    /* A path of a multipath NVMe is none. */
    tree_file(&f.tree, "sys/devices/" SATA "/ata7/block/sdg/hidden", "1\n");
    image_offers(f.plan, f.arena, "vda", &count);
    assert_int_equal(count, ARRAY_SIZE(names) - 1);
    /* What goes to the guest with its controller is no image's place. */
    controller = device_find(&f.host, "02:00.0");
    assert_true(controller >= 0);
    refused(&f, "vdd", SMALL, NULL);
    f.plan->is_given[controller] = true;
    refused(&f, "vdd", SMALL, "Its controller 02:00.0");
    refused(&f, "vda", FREE, NULL);
    close_fixture(&f);
}

/* What could not be looked at is not free. */
static void test_unknown(void **unused)
{
    static const char *const missing[][2] = {
        {"proc/swaps", NULL},
        {"proc/self/mountinfo", NULL},
        {"proc/self/mountinfo", "22 1 9:9 / /far rw - ext4 /dev/far rw\n"},
        {"proc/self/mountinfo", "24 22 0:30 / /x rw - zfs other rw\n"},
        {"run/udev/data/b8:64", NULL},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(missing); i++) {
        struct fixture f;

        open_fixture(&f);
        assert_int_equal(unlink(tree_path(&f.tree, missing[i][0])), 0);
        if (missing[i][1])
            tree_file(&f.tree, missing[i][0], missing[i][1]);
        if (i == 4) {
            unlink(tree_path(&f.tree, "run/udev/data/b8:81"));
            unlink(tree_path(&f.tree, "run/udev/data/b8:96"));
            assert_int_equal(rmdir(tree_path(&f.tree, "run/udev/data")), 0);
        }
        refused(&f, "vda", FREE, "is not known");
        close_fixture(&f);
    }
}

/* The finding of the rule, its verdict; -1 if there is none. */
static int verdict_of(struct fixture *f, const char *id)
{
    struct findings findings = {0};
    int verdict = -1;

    rule_check(f->plan, f->arena, &findings);
    for (size_t i = 0; i < findings.count; i++)
        if (strcmp(findings.list[i].id, id) == 0 && verdict < 0)
            verdict = (int)findings.list[i].verdict;
    return verdict;
}

/* What is said of the disk vda on this <source>, its verdict. */
static void sourced(struct fixture *f, const char *source, int verdict,
                    const char *what)
{
    struct str xml CLEANUP(str_free) = STR_INIT;
    struct findings findings = {0};
    struct domain *domain;
    struct plan *plan;
    const char *said = NULL;
    int found = -1;

    str_addf(&xml,
             "<domain type='kvm'><name>x</name><vcpu>1</vcpu><devices>"
             "<disk type='%s'><source %s/><target dev='vda' bus='virtio'/>"
             "</disk></devices></domain>",
             strstr(source, "dev=") ? "block" : "file", source);
    domain = domain_of(str_text(&xml));
    plan = plan_new(&f->host, domain, NULL, NULL);
    rule_check(plan, f->arena, &findings);
    for (size_t i = 0; i < findings.count; i++)
        if (strcmp(findings.list[i].id, "disk-source") == 0) {
            said = findings.list[i].text;
            found = (int)findings.list[i].verdict;
        }
    assert_with(found == verdict && (!what || has(said, what)),
                said ? said : source);
    domain->is_running = true; /* then it has it, and uses it itself */
    findings = (struct findings){0};
    rule_check(plan, f->arena, &findings);
    for (size_t i = 0; i < findings.count; i++)
        assert_string_not_equal(findings.list[i].id, "disk-source");
    plan_free(plan);
    domain_free(domain);
}

static void test_source(void **unused)
{
    struct fixture f;

    (void)unused;
    open_fixture(&f);
    tree_file(&f.tree, "var/images/a.qcow2", "");
    tree_directory(&f.tree, "games");
    sourced(&f, "file='/var/images/a.qcow2'", -1, NULL);
    sourced(&f, "file='/var/images/b.qcow2'", VERDICT_WARN, "not there");
    sourced(&f, "file='/nobody/looked/b.qcow2'", -1, NULL);
    sourced(&f, "file='/games/c.raw'", VERDICT_WARN, "not there");
    tree_file(&f.tree, "etc/fstab",
              "# /dev/x /var ext4\n/dev/a / ext4 defaults 0 1\n\n"
              "LABEL=g /games ext4 noauto 0 2\n/swapfile none swap sw 0 0\n"
              "LABEL=h /ga ext4 noauto 0 2\nshort\n");
    sourced(&f, "file='/games/c.raw'", VERDICT_WARN, "/games is not mounted");
    sourced(&f, "file='/gamesome/c.raw'", -1, NULL);
    sourced(&f, "file='/var/images/a.qcow2'", -1, NULL);
    tree_file(&f.tree, "proc/self/mountinfo",
              "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
              "25 22 8:17 / /games rw - ext4 /dev/sdb1 rw\n");
    tree_file(&f.tree, "games/c.raw", "");
    sourced(&f, "file='/games/c.raw'", -1, NULL);
    /* Disks: the host's, one that is used, free, marked, a partition, none. */
    sourced(&f, "dev='/dev/disk/by-id/ata-HOST_0'", VERDICT_WARN, "/ (sda1)");
    sourced(&f, "dev='/dev/sdc'", VERDICT_WARN, "swap (sdc1)");
    sourced(&f, "dev='" FREE "'", VERDICT_WARN, "/games (sdb1)");
    sourced(&f, "dev='/dev/sdf'", -1, NULL);
    sourced(&f, "dev='" SMALL "'", -1, NULL);
    sourced(&f, "dev='/dev/disk/by-id/ata-FREE_1-part1'", -1, NULL);
    sourced(&f, "dev='/dev/disk/by-id/ata-AWAY'", VERDICT_WARN, "no such");
    sourced(&f, "dev='/dev/elsewhere/lv'", -1, NULL);
    assert_int_equal(unlink(tree_path(&f.tree, "proc/self/mountinfo")), 0);
    sourced(&f, "file='/games/c.raw'", VERDICT_UNKNOWN, "not known");
    close_fixture(&f);
}

static void test_written(void **unused)
{
    struct fixture f;
    struct changeset *set;
    struct plan *copy;
    struct str file CLEANUP(str_free) = STR_INIT;
    struct err err = {0};

    (void)unused;
    open_fixture(&f);
    assert_int_equal(verdict_of(&f, "whole-disk"), -1);
    image_set(f.plan, "vda", FREE);
    image_set(f.plan, "sda", SMALL);
    image_set(f.plan, "sda", NULL);
    image_set(f.plan, "vdd", "/dev/nvme0n1"); /* it is there */
    assert_int_equal(f.plan->image_count, 1);
    assert_int_equal(verdict_of(&f, "whole-disk"), VERDICT_WARN);
    /* A disk with a name that changes gets a lasting one. */
    assert_int_equal(verdict_of(&f, "disk-path"), VERDICT_WARN);
    image_set(f.plan, "vdd", SMALL);
    assert_int_equal(verdict_of(&f, "disk-path"), -1);
    image_set(f.plan, "vdd", NULL);
    set = changeset_new(f.plan, NULL, NULL, NULL);
    assert_non_null(set);
    assert_int_equal(set->count, 1);
    assert_string_equal(set->changes[0].title, "disk vda on " FREE);
    assert_with(has(set->xml,
                    "    <disk type='block' device='disk'>\n"
                    "      <driver name=\"qemu\" type='raw' cache='none'/>\n"
                    "      <source dev='" FREE "'><!-- mine --></source>\n"
                    "      <target dev='vda' bus='virtio'/>\n"
                    "      <boot order='1'/>\n"),
                set->xml);
    assert_int_equal(set->changes[0].diff->added, 3);
    assert_int_equal(set->changes[0].diff->removed, 3);
    changeset_free(set);
    /* Copied, saved, loaded; dropped it is as it was. */
    copy = plan_copy(f.plan);
    assert_true(plan_equal(copy, f.plan));
    image_set(copy, "vda", SMALL);
    assert_false(plan_equal(copy, f.plan));
    planfile_save(f.plan, &file);
    image_clear(copy);
    assert_false(plan_equal(copy, f.plan));
    assert_true(planfile_load(str_text(&file), copy, NULL));
    assert_true(plan_equal(copy, f.plan));
    plan_drop(copy, PART_DISKS, true);
    set = changeset_new(copy, NULL, NULL, NULL);
    assert_string_equal(set->xml, text);
    changeset_free(set);
    plan_free(copy);
    /* Without a <driver>; with another bus at once. */
    image_set(f.plan, "vda", NULL);
    image_set(f.plan, "sda", FREE);
    option_set(f.plan, OPTION_DISKS_BUS, 1);
    set = changeset_new(f.plan, NULL, NULL, NULL);
    assert_with(has(set->xml,
                    "    <disk type='block'>\n"
                    "      <driver name='qemu' type='raw'/>\n"
                    "      <source dev='" FREE "'/>\n"
                    "      <target dev='vde' bus='virtio'/>\n"),
                set->xml);
    changeset_free(set);
    assert_true(image_check(f.plan, &err));
    /* It was mounted meanwhile. */
    tree_file(&f.tree, "proc/self/mountinfo",
              "22 1 8:17 / /mnt rw - ext4 /dev/sdb1 rw\n");
    assert_int_equal(verdict_of(&f, "whole-disk"), VERDICT_FAIL);
    assert_false(image_check(f.plan, &err));
    assert_int_equal(err.code, ERR_REFUSED);
    assert_with(has(err.text, "/mnt (sdb1)"), err.text);
    plan_drop(f.plan, PART_DISKS, true);
    assert_true(image_check(f.plan, &err));
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused), cmocka_unit_test(test_offers),
        cmocka_unit_test(test_unknown), cmocka_unit_test(test_source),
        cmocka_unit_test(test_written),
    };
    int failed;

    made_up = host_load(host_names[0]);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    host_free(made_up);
    return failed;
}
