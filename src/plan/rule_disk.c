/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, gives verdicts on disks and interfaces: what libvirt refuses,
 * names that change, devices for which there are faster ones.
 */
#include "plan/rule_row.h"

#include "base/str.h"
#include "plan/disk.h"
#include "plan/image.h"

#include <string.h>

/* An attribute of a disk's driver as the plan has it, or NULL. */
static const char *driver_value(const struct plan *plan, struct arena *arena,
                                const xmlNode *disk, size_t index,
                                enum option_id id)
{
    const struct option_row *option = option_get(id);
    long wish = disk_wish(plan, index, id);

    if (wish == OPTION_KEEP)
        wish = plan->options[id];
    if (wish == OPTION_KEEP)
        return xml_attribute(arena, xml_child(disk, "driver"),
                             option->place.attribute);
    return wish == OPTION_OFF ? NULL : option->words[wish - 1];
}

static const char *name_of(struct arena *arena, const xmlNode *disk)
{
    const char *dev = xml_attribute(arena, xml_child(disk, "target"), "dev");
    char *name CLEANUP(mem_free) = str_printable(dev ? dev : "");

    return arena_strdup(arena, name);
}

static bool is_one_of(const char *text, const char *a, const char *b)
{
    return text && (strcmp(text, a) == 0 || strcmp(text, b) == 0);
}

void rule_disk_values(const struct plan *plan, struct arena *arena,
                      const struct rule *rule, struct findings *findings)
{
    const xmlNode *root = xml_root(plan->domain->xml), *disk = NULL;

    for (size_t i = 0; (disk = option_device(root, SCOPE_DISKS, disk)); i++) {
        const char *io = driver_value(plan, arena, disk, i, OPTION_DISKS_IO);
        const char *cache =
            driver_value(plan, arena, disk, i, OPTION_DISKS_CACHE);
        const char *bus =
            xml_attribute(arena, xml_child(disk, "target"), "bus");

        if (io && strcmp(io, "native") == 0 &&
            !is_one_of(cache, "none", "directsync"))
            rule_say(rule, findings, arena, VERDICT_FAIL,
                     arena_printf(arena,
                                  "disk %.20s: native I/O, host cache on",
                                  name_of(arena, disk)),
                     "libvirt refuses it: --set disks.cache=none, or another "
                     "--set disks.io.");
        if (is_one_of(bus, "virtio", "virtio") &&
            xml_has(xml_child(disk, "address"), "type", "drive"))
            rule_say(rule, findings, arena, VERDICT_FAIL,
                     arena_printf(arena,
                                  "disk %.20s is virtio with the address of a "
                                  "drive",
                                  name_of(arena, disk)),
                     "libvirt refuses it. Remove its <address>: virsh edit.");
        if (bus && strcmp(bus, "virtio") != 0 &&
            xml_attribute(arena, xml_child(disk, "driver"), "iothread"))
            rule_say(rule, findings, arena, VERDICT_FAIL,
                     arena_printf(arena, "disk %.20s cannot use an I/O thread",
                                  name_of(arena, disk)),
                     "Only virtio disks and virtio-scsi controllers can. "
                     "Remove its iothread=: virsh edit.");
        if (bus && !disk_is_virtio(plan, i) &&
            xml_attribute(arena, xml_child(disk, "driver"), "queues"))
            rule_say(rule, findings, arena, VERDICT_FAIL,
                     arena_printf(arena, "disk %.20s cannot have queues",
                                  name_of(arena, disk)),
                     "Only virtio disks can. Remove its queues=: virsh edit.");
    }
}

/* True if the plan names it anew. */
static bool has_wish(const struct plan *plan, const xmlNode *disk)
{
    for (size_t i = 0; i < plan->image_count; i++)
        if (xml_has(xml_child(disk, "target"), "dev", plan->images[i].target))
            return true;
    return false;
}

/* sda is whatever was found first at this boot. */
void rule_disk_path(const struct plan *plan, struct arena *arena,
                    const struct rule *rule, struct findings *findings)
{
    const xmlNode *root = xml_root(plan->domain->xml), *disk = NULL;
    static const char *const prefixes[] = {"/dev/sd", "/dev/nvme", "/dev/vd",
                                           "/dev/hd"};

    while ((disk = option_device(root, SCOPE_DISKS, disk))) {
        const char *path =
            xml_attribute(arena, xml_child(disk, "source"), "dev");

        for (size_t i = 0; path && i < ARRAY_SIZE(prefixes); i++) {
            char *text CLEANUP(mem_free) = str_printable(path);

            if (strncmp(path, prefixes[i], strlen(prefixes[i])) != 0 ||
                has_wish(plan, disk))
                continue;
            rule_say(rule, findings, arena, VERDICT_WARN,
                     arena_printf(arena,
                                  "disk %.20s is on %.24s, a name that "
                                  "changes",
                                  name_of(arena, disk), text),
                     "After a reboot it may be another disk, the host's too. "
                     "Name it: --set disk.TARGET=/dev/disk/by-id/NAME.");
            rule_about(findings,
                       arena_printf(arena, "disk.%s", name_of(arena, disk)));
        }
    }
}

void rule_network(const struct plan *plan, struct arena *arena,
                  const struct rule *rule, struct findings *findings)
{
    const xmlNode *devices = xml_child(xml_root(plan->domain->xml), "devices");
    static const char *const emulated[] = {"e1000", "e1000e", "rtl8139",
                                           "pcnet", "ne2k_pci"};

    if (option_effective(plan, OPTION_NET_MODEL) == OPTION_ON)
        return;
    for (const xmlNode *node = xml_child(devices, "interface"); node;
         node = xml_next(node))
        for (size_t i = 0; i < ARRAY_SIZE(emulated); i++)
            if (xml_has(xml_child(node, "model"), "type", emulated[i])) {
                rule_say(rule, findings, arena, VERDICT_NOTE,
                         arena_printf(arena,
                                      "the network card %s is emulated; virtio "
                                      "is faster",
                                      emulated[i]),
                         plan->guest == GUEST_LINUX
                             ? "--set net.model=virtio."
                             : "Install the guest's virtio driver first, then "
                               "--set net.model=virtio.");
                return;
            }
}

/* A wish that the guest has to be prepared for. */
void rule_virtio_driver(const struct plan *plan, struct arena *arena,
                        const struct rule *rule, struct findings *findings)
{
    bool is_linux = plan->guest == GUEST_LINUX;

    if (plan->options[OPTION_DISKS_BUS] == OPTION_ON) {
        rule_say(rule, findings, arena, VERDICT_WARN,
                 "disks become virtio: the guest must have its driver first",
                 is_linux ? "Its initramfs needs virtio_blk, and fstab and "
                            "boot loader UUIDs. Else it does not boot; undo "
                            "brings the old disk back."
                          : "Add a second, small virtio disk, start the guest, "
                            "install viostor until it sees that disk. Else it "
                            "does not boot; undo brings the old disk back.");
        rule_about(findings, "disks.bus");
    }
    if (plan->options[OPTION_NET_MODEL] == OPTION_ON && !is_linux) {
        rule_say(rule, findings, arena, VERDICT_WARN,
                 "the network card becomes virtio: the driver comes first",
                 "Install NetKVM from virtio-win.iso in Windows, or it has no "
                 "network. A fixed address is set again on the new card.");
        rule_about(findings, "net.model");
    }
}

/* A physical disk in place of an image: looked at anew each time. */
void rule_whole_disk(const struct plan *plan, struct arena *arena,
                     const struct rule *rule, struct findings *findings)
{
    for (size_t i = 0; i < plan->image_count; i++) {
        const struct image_wish *wish = &plan->images[i];
        const char *about = arena_printf(arena, "disk.%s", wish->target);
        const char *refusal =
            image_refusal(plan, arena, wish->target, wish->path);

        if (refusal) {
            rule_say(rule, findings, arena, VERDICT_FAIL,
                     arena_printf(arena, "disk %.20s cannot be a physical one",
                                  wish->target),
                     refusal);
            rule_about(findings, about);
            continue;
        }
        rule_say(rule, findings, arena, VERDICT_WARN,
                 arena_printf(arena,
                              "disk %.20s: the guest gets what is on the "
                              "physical disk",
                              wish->target),
                 "Nothing is copied. To keep the image's content, write it "
                 "there first, with the guest shut down: qemu-img convert -n "
                 "-O raw.");
        rule_about(findings, about);
        if (!plan->others) {
            rule_say(rule, findings, arena, VERDICT_UNKNOWN,
                     "whether another domain has that disk was not asked",
                     "Two guests on one disk destroy what is on it.");
            rule_about(findings, about);
        }
    }
}
