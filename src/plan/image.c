/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan and the path of a disk, says whether a disk of the domain can
 * be that. What could not be looked at is refused like what is in use: a guest
 * that writes to the host's disk destroys it.
 */
#include "plan/image.h"

#include "base/str.h"
#include "base/text.h"
#include "host/whole.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define BY_ID "/dev/disk/by-id/"

static bool has_attribute(const xmlNode *node, const char *name)
{
    return xmlHasProp((xmlNode *)node, BAD_CAST name) != NULL;
}

static bool is_disk(const xmlNode *disk)
{
    return !has_attribute(disk, "device") || xml_has(disk, "device", "disk");
}

const xmlNode *image_disk(const xmlNode *root, const char *target)
{
    const xmlNode *disk = xml_find(root, "devices/disk");

    while (disk && (!xml_has(xml_child(disk, "target"), "dev", target) ||
                    !is_disk(disk)))
        disk = xml_next(disk);
    return disk;
}

/* What a physical disk cannot have, or what would be lost without a word. */
static const char *obstacle_disk(const xmlNode *disk)
{
    static const char *const below_source[] = {"encryption", "slices",
                                               "reservations"};
    const xmlNode *source = xml_child(disk, "source");
    const xmlNode *driver = xml_child(disk, "driver");

    if (!source ||
        (!xml_has(disk, "type", "file") && !xml_has(disk, "type", "block")))
        return _("It is neither on a file nor on a block device.");
    if (xml_last_element(xml_child(disk, "backingStore")))
        return _(
            "Its image stands on another one (<backingStore>): merge them "
            "first.");
    for (size_t i = 0; i < ARRAY_SIZE(below_source); i++)
        if (xml_child(source, below_source[i]))
            return _(
                "Its <source> says more than where it is; that is left to "
                "virsh edit.");
    if (xml_child(disk, "encryption") || xml_child(disk, "transient") ||
        xml_child(disk, "mirror"))
        return _("It is encrypted, transient or being copied.");
    if (driver && (xml_child(driver, "metadata_cache") ||
                   has_attribute(driver, "discard_no_unref")))
        return _("Its <driver> has a setting that only qcow2 images have.");
    return NULL;
}

/* Another disk of the domain's, or of another one's, on the same. */
static const char *obstacle_taken(const struct plan *plan,
                                  const struct root *root, struct arena *arena,
                                  const xmlNode *own, const char *disk)
{
    const xmlNode *node = xml_find(xml_root(plan->domain->xml), "devices/disk");

    for (; node; node = xml_next(node)) {
        const char *path =
            xml_attribute(arena, xml_child(node, "source"), "dev");
        const char *name =
            path && node != own ? whole_name(root, arena, path) : NULL;

        if (name && strcmp(name, disk) == 0)
            return _("Another disk of this domain is on it.");
    }
    for (size_t n = 0; plan->others && n < plan->others->count; n++) {
        const struct neighbour *other = &plan->others->list[n];

        for (size_t i = 0; i < other->disk_count; i++) {
            const char *name = whole_name(root, arena, other->disks[i]);

            if (name && strcmp(name, disk) == 0)
                return arena_printf(arena, "The domain %.60s has it.",
                                    other->name);
        }
    }
    return NULL;
}

/* The controller that it is behind, if that goes to the guest itself. */
static const char *obstacle_given(const struct plan *plan, struct arena *arena,
                                  const char *place)
{
    const struct pci *pci = &plan->host->pci;

    for (size_t i = 0; place && i < pci->device_count; i++) {
        const char *address = pci->devices[i].address;

        if (plan->is_given[i] &&
            strstr(place, arena_printf(arena, "/%s/", address)))
            return arena_printf(arena,
                                "Its controller %s goes to this guest, and the "
                                "disk with it.",
                                pci_short_address(&pci->devices[i]));
    }
    return NULL;
}

/* A second wish for it. */
static bool is_wished(const struct plan *plan, const struct root *root,
                      struct arena *arena, const char *target, const char *disk)
{
    for (size_t i = 0; i < plan->image_count; i++) {
        const char *name = whole_name(root, arena, plan->images[i].path);

        if (strcmp(plan->images[i].target, target) != 0 && name &&
            strcmp(name, disk) == 0)
            return true;
    }
    return false;
}

static const char *obstacle_path(const struct plan *plan,
                                 const struct root *root, struct arena *arena,
                                 const xmlNode *own, const char *target,
                                 const char *path)
{
    struct whole whole = whole_look(root, arena, path);
    bool is_by_id = str_starts(path, BY_ID) && path[strlen(BY_ID)] &&
                    !strchr(path + strlen(BY_ID), '/');
    const char *refusal;

    if (!whole.disk)
        return _("The host has no such disk.");
    if (!whole.is_physical)
        return _("It is no physical disk.");
    if (whole.is_part)
        return _("It is a partition; name the whole disk.");
    if (!is_by_id)
        return whole.by_id
                   ? arena_printf(arena,
                                  "This name may be another disk's after a "
                                  "reboot; now it is %.200s: use that.",
                                  whole.by_id)
                   : _("This name may be another disk's after a reboot, and it "
                       "has none in /dev/disk/by-id.");
    if (whole.use)
        return arena_printf(arena, "The host uses it: %.200s.", whole.use);
    if (whole.not_seen)
        return arena_printf(arena,
                            "Whether the host uses it is not known: %.200s "
                            "cannot be read.",
                            whole.not_seen);
    if (is_wished(plan, root, arena, target, whole.disk))
        return _("Another disk of this plan is on it.");
    refusal = obstacle_given(plan, arena, whole.place);
    return refusal ? refusal
                   : obstacle_taken(plan, root, arena, own, whole.disk);
}

/* Names that a line of a plan file can hold. */
static bool is_plain(const char *text, const char *more)
{
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && !strchr(more, *text))
            return false;
    return true;
}

const char *image_refusal(const struct plan *plan, struct arena *arena,
                          const char *target, const char *path)
{
    const xmlNode *disk = image_disk(xml_root(plan->domain->xml), target);
    const char *refusal;
    struct root *root;

    if (!*target || !is_plain(target, "") || !disk)
        return _("The domain has no such disk.");
    if (!is_plain(path, "/-_.:+@,=#~%"))
        return _(
            "The name of the disk has characters that virt-tune leaves "
            "alone.");
    if (xml_has(xml_child(disk, "source"), "dev", path))
        return NULL; /* it is there already */
    if (plan->host->remote)
        return "Whether it is in use could not be looked at: it is of another "
               "host.";
    refusal = obstacle_disk(disk);
    root = refusal ? NULL : root_open(plan->host->root, NULL);
    if (root)
        refusal = obstacle_path(plan, root, arena, disk, target, path);
    else if (!refusal)
        refusal = _("The host cannot be looked at.");
    root_free(root);
    return refusal;
}

bool image_check(const struct plan *plan, struct err *err)
{
    bool is_dropped = plan->dropped & 1U << PART_DISKS, is_fine = true;
    struct arena *arena = arena_new();

    for (size_t i = 0; i < plan->image_count && is_fine && !is_dropped; i++) {
        const struct image_wish *wish = &plan->images[i];
        const char *refusal =
            image_refusal(plan, arena, wish->target, wish->path);

        is_fine = !refusal || err_set(err, ERR_REFUSED, "Disk %.20s: %s",
                                      wish->target, refusal);
    }
    arena_free(arena);
    return is_fine;
}

bool image_has_block(const struct plan *plan)
{
    const xmlNode *disk = xml_find(xml_root(plan->domain->xml), "devices/disk");

    while (disk && (!xml_has(disk, "type", "block") || !is_disk(disk)))
        disk = xml_next(disk);
    return disk || plan->image_count > 0;
}

const char *image_wished(const struct plan *plan, const char *target)
{
    for (size_t i = 0; i < plan->image_count; i++)
        if (strcmp(plan->images[i].target, target) == 0)
            return plan->images[i].path;
    return NULL;
}

struct image_offer *image_offers(const struct plan *plan, struct arena *arena,
                                 const char *target, size_t *count)
{
    struct root *root = root_open(plan->host->root, NULL);
    struct whole_disk *disks;
    struct image_offer *offers;

    *count = 0;
    if (!root)
        return NULL;
    disks = whole_list(root, arena, count);
    root_free(root);
    offers = arena_alloc(arena, *count, sizeof(*offers));
    for (size_t i = 0; i < *count; i++) {
        struct image_offer *offer = &offers[i];

        offer->disk = disks[i].name;
        offer->text = disks[i].text;
        offer->path = disks[i].by_id
                          ? disks[i].by_id
                          : arena_printf(arena, "/dev/%s", disks[i].name);
        offer->refusal = image_refusal(plan, arena, target, offer->path);
    }
    return offers;
}

static void remove_wish(struct plan *plan, const char *target)
{
    size_t kept = 0;

    for (size_t i = 0; i < plan->image_count; i++) {
        struct image_wish *wish = &plan->images[i];

        if (strcmp(wish->target, target) != 0) {
            plan->images[kept++] = *wish;
            continue;
        }
        free(wish->target);
        free(wish->path);
    }
    plan->image_count = kept;
}

void image_set(struct plan *plan, const char *target, const char *path)
{
    const xmlNode *disk = image_disk(xml_root(plan->domain->xml), target);

    remove_wish(plan, target);
    if (!path || xml_has(xml_child(disk, "source"), "dev", path))
        return;
    plan->images =
        mem_realloc(plan->images, plan->image_count + 1, sizeof(*plan->images));
    plan->images[plan->image_count++] = (struct image_wish){
        .target = mem_strdup(target),
        .path = mem_strdup(path),
    };
}

bool image_same(const struct plan *a, const struct plan *b)
{
    bool is_same = a->image_count == b->image_count;

    for (size_t i = 0; is_same && i < a->image_count; i++) {
        const char *path = image_wished(b, a->images[i].target);

        is_same = path && strcmp(path, a->images[i].path) == 0;
    }
    return is_same;
}

void image_copy(struct plan *plan, const struct plan *from)
{
    plan->images = NULL;
    plan->image_count = 0;
    for (size_t i = 0; i < from->image_count; i++)
        image_set(plan, from->images[i].target, from->images[i].path);
}

void image_clear(struct plan *plan)
{
    while (plan->image_count > 0)
        remove_wish(plan, plan->images[0].target);
    free(plan->images);
    plan->images = NULL;
}
