/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes what a test says, gives a tree of sysfs and proc and its claims. */
#include "tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A path beneath the tree; the next call but three overwrites it. */
const char *tree_path(const struct tree *tree, const char *path)
{
    static char texts[4][1024];
    static unsigned next;

    next = (next + 1) % 4;
    snprintf(texts[next], sizeof(texts[next]), "%s/%s", tree->path, path);
    return texts[next];
}

static void make_parents(const char *path)
{
    char copy[1024];

    snprintf(copy, sizeof(copy), "%s", path);
    for (char *at = copy + 1; (at = strchr(at, '/')); at++) {
        *at = '\0';
        mkdir(copy, 0755);
        *at = '/';
    }
}

void tree_file(const struct tree *tree, const char *path, const char *text)
{
    const char *full = tree_path(tree, path);

    make_parents(full);
    unlink(full);
    write_text(full, text);
}

void tree_directory(const struct tree *tree, const char *path)
{
    const char *full = tree_path(tree, path);

    make_parents(full);
    assert_int_equal(mkdir(full, 0755), 0);
}

/* The link's text is what the test says. */
void tree_link(const struct tree *tree, const char *path, const char *target)
{
    const char *full = tree_path(tree, path);

    make_parents(full);
    assert_int_equal(symlink(target, full), 0);
}

/* Where a function stands: each in front of it by "/". */
void tree_function(const struct tree *tree, const char *place,
                   const char *class, const char *vendor, const char *device)
{
    const char *address = strrchr(place, '/') + 1;
    char path[512], target[512];

    snprintf(path, sizeof(path), "sys/devices/%s/class", place);
    tree_file(tree, path, class);
    snprintf(path, sizeof(path), "sys/devices/%s/vendor", place);
    tree_file(tree, path, vendor);
    snprintf(path, sizeof(path), "sys/devices/%s/device", place);
    tree_file(tree, path, device);
    snprintf(path, sizeof(path), "sys/devices/%s/reset_method", place);
    tree_file(tree, path, "flr bus\n");
    snprintf(path, sizeof(path), "sys/bus/pci/devices/%s", address);
    snprintf(target, sizeof(target), "../../../devices/%s", place);
    tree_link(tree, path, target);
}

void tree_attribute(const struct tree *tree, const char *address,
                    const char *name, const char *text)
{
    char path[512];

    snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/%s", address, name);
    tree_file(tree, path, text);
}

void tree_driver(const struct tree *tree, const char *address,
                 const char *driver)
{
    char path[512], target[512];

    snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/driver", address);
    snprintf(target, sizeof(target), "../../../bus/pci/drivers/%s", driver);
    tree_link(tree, path, target);
}

void tree_group(const struct tree *tree, const char *address, const char *group)
{
    char path[512], target[512];

    snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/iommu_group", address);
    snprintf(target, sizeof(target), "../../../kernel/iommu_groups/%s", group);
    tree_link(tree, path, target);
}

/* An entry of a class; `place` is below sys/devices. */
void tree_class(const struct tree *tree, const char *class, const char *name,
                const char *place)
{
    char path[512], target[512];

    snprintf(path, sizeof(path), "sys/devices/%s/uevent", place);
    tree_file(tree, path, "");
    snprintf(path, sizeof(path), "sys/class/%s/%s", class, name);
    snprintf(target, sizeof(target), "../../devices/%s", place);
    tree_link(tree, path, target);
}

/* A small machine on which nothing stands yet. */
void tree_start(struct tree *tree)
{
    *tree = (struct tree){.path = scratch_new(), .arena = arena_new()};
    tree_function(tree, ROOT0 "/0000:00:01.0", "0x060400", "0x8086", "0x460d");
    tree_function(tree, ROOT0 "/0000:00:06.0", "0x060400", "0x8086", "0x464d");
    tree_function(tree, NVME, "0x010802", "0x144d", "0xa808");
    tree_function(tree, SATA, "0x010601", "0x8086", "0x7ae2");
    tree_function(tree, NIC, "0x020000", "0x10ec", "0x8125");
    tree_function(tree, NIC2, "0x020000", "0x8086", "0x15f3");
    tree_function(tree, USB, "0x0c0330", "0x8086", "0x7ae0");
    tree_function(tree, USB2, "0x0c0330", "0x1b21", "0x2142");
    tree_function(tree, GPU, "0x030000", "0x10de", "0x2204");
    tree_function(tree, SOUND, "0x040300", "0x10de", "0x1aef");
    tree_file(tree, "proc/self/mountinfo",
              "23 1 0:21 / /proc rw - proc proc rw\n");
    tree_file(tree, "usr/share/misc/pci.ids", "10de  Maker\n\t2204  A Card\n");
    tree_file(tree, "proc/swaps", "Filename Type Size Used Priority\n");
    tree_file(tree, "proc/net/route", "Iface Destination\n");
    tree_directory(tree, "sys/class/block");
    tree_directory(tree, "sys/class/net");
    tree_directory(tree, "sys/class/input");
}

void tree_probe_as(struct tree *tree, const char *ssh)
{
    struct err err = {0};

    tree->root = root_open(tree->path, &err);
    assert_non_null(tree->root);
    pci_probe(tree->root, tree->arena, &tree->pci);
    claim_probe(tree->root, tree->arena, &tree->pci, ssh, &tree->claims);
}

void tree_probe(struct tree *tree)
{
    tree_probe_as(tree, NULL);
}

void tree_end(struct tree *tree)
{
    root_free(tree->root);
    arena_free(tree->arena);
    scratch_free(tree->path);
}

const struct pci_device *tree_find(const struct tree *tree, const char *address)
{
    const struct pci_device *device = pci_find(&tree->pci, address);

    assert_non_null(device);
    return device;
}

const struct claim *tree_claim(const struct tree *tree, const char *address,
                               enum claim_kind kind)
{
    struct claim_list list =
        claim_list(&tree->claims, tree_find(tree, address));

    for (size_t i = 0; i < list.count; i++)
        if (list.list[i].kind == kind)
            return &list.list[i];
    return NULL;
}

void assert_claim(const struct tree *tree, const char *address,
                  enum claim_kind kind, enum claim_severity severity,
                  const char *text)
{
    const struct claim *claim = tree_claim(tree, address, kind);

    if (!claim)
        print_error("%s has no claim of %s\n", address, claim_kind_name(kind));
    assert_non_null(claim);
    assert_string_equal(claim->text, text);
    assert_int_equal(claim->severity, severity);
    assert_true(*claim->source != '\0');
}

void assert_no_claims(const struct tree *tree, const char *address)
{
    const struct claim *claim =
        claim_first(&tree->claims, tree_find(tree, address));

    if (claim)
        print_error("%s: %s\n", address, claim->text);
    assert_null(claim);
}

void tree_nic(const struct tree *tree, const char *name, const char *place)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/net/%s", place, name);
    tree_class(tree, "net", name, path);
}
