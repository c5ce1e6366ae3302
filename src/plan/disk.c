/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, gives and sets what single disks shall have. Writes into the
 * plan only.
 */
#include "plan/disk.h"

#include "base/root.h"
#include "base/str.h"
#include "plan/image.h"
#include "plan/option_row.h"

#include <ctype.h>
#include <string.h>

/* Values of OPTION_DISKS_CACHE and OPTION_DISKS_IO. */
enum { CACHE_NONE = 1, CACHE_DIRECTSYNC = 2, IO_NATIVE = 1 };

static const xmlNode *next_disk(const struct domain *domain,
                                const xmlNode *disk)
{
    return option_device(xml_root(domain->xml), SCOPE_DISKS, disk);
}

size_t disk_count(const struct domain *domain)
{
    const xmlNode *disk = NULL;
    size_t count = 0;

    while ((disk = next_disk(domain, disk)))
        count++;
    return count;
}

long disk_find(const struct domain *domain, const char *target)
{
    const xmlNode *disk = NULL;

    for (long i = 0; (disk = next_disk(domain, disk)); i++)
        if (xml_has(xml_child(disk, "target"), "dev", target))
            return i;
    return -1;
}

const xmlNode *disk_node(const struct domain *domain, size_t disk)
{
    const xmlNode *node = next_disk(domain, NULL);

    while (disk-- > 0)
        node = next_disk(domain, node);
    return node;
}

static const char *printable(struct arena *arena, const char *text)
{
    char *copy CLEANUP(mem_free) = str_printable(text ? text : "");

    return arena_strdup(arena, copy);
}

const char *disk_target(const struct domain *domain, struct arena *arena,
                        size_t disk)
{
    const xmlNode *target = xml_child(disk_node(domain, disk), "target");

    return printable(arena, xml_attribute(arena, target, "dev"));
}

const char *disk_path(const struct domain *domain, struct arena *arena,
                      size_t disk)
{
    const xmlNode *source = xml_child(disk_node(domain, disk), "source");
    const char *file = xml_attribute(arena, source, "file");

    return printable(arena, file ? file : xml_attribute(arena, source, "dev"));
}

bool disk_is_named(const struct domain *domain, size_t disk)
{
    struct arena *arena = arena_new();
    const char *target = disk_target(domain, arena, disk);
    bool is_named = *target && disk_find(domain, target) == (long)disk;

    for (; *target; target++)
        is_named &= isalnum((unsigned char)*target) || *target == '_';
    arena_free(arena);
    return is_named;
}

static bool is_of_disks(enum option_id id)
{
    return id >= OPTION_DISKS_CACHE && id <= OPTION_DISKS_QUEUES;
}

const char *disk_option_name(enum option_id id)
{
    const struct option_place *place;

    if (!is_of_disks(id))
        return NULL;
    place = &option_get(id)->place;
    return place->attribute ? place->attribute : place->number;
}

enum option_id disk_option_find(const char *name)
{
    for (enum option_id id = OPTION_DISKS_CACHE; is_of_disks(id); id++)
        if (strcmp(disk_option_name(id), name) == 0)
            return id;
    return OPTION_NONE;
}

long disk_option(const struct domain *domain, const char *name,
                 enum option_id *id)
{
    char *target CLEANUP(mem_free) = mem_strdup(name);
    char *dot = strrchr(target, '.');

    if (dot)
        *dot = '\0';
    *id = dot ? disk_option_find(dot + 1) : OPTION_NONE;
    return disk_find(domain, target);
}

static long *wish_of(const struct plan *plan, size_t disk, enum option_id id)
{
    return &plan->disk_wishes[disk].values[id - OPTION_DISKS_CACHE];
}

long disk_now(const struct plan *plan, size_t disk, enum option_id id)
{
    return option_device_now(id, disk_node(plan->domain, disk));
}

long disk_wish(const struct plan *plan, size_t disk, enum option_id id)
{
    return *wish_of(plan, disk, id);
}

static enum disk_growth look_at_file(const struct plan *plan, const char *path)
{
    struct root *root =
        plan->host->remote ? NULL : root_open(plan->host->root, NULL);
    enum disk_growth growth = DISK_UNSEEN;
    uint64_t length, allocated;

    if (root && *path == '/' && root_size(root, path + 1, &length, &allocated))
        growth =
            length > 0 && allocated >= length ? DISK_ALLOCATED : DISK_GROWS;
    root_free(root);
    return growth;
}

enum disk_growth disk_growth(const struct plan *plan, size_t disk)
{
    const xmlNode *node = disk_node(plan->domain, disk);
    const xmlNode *driver = xml_child(node, "driver");
    struct arena *arena = arena_new();
    const char *target = xml_attribute(arena, xml_child(node, "target"), "dev");
    const char *file = xml_attribute(arena, xml_child(node, "source"), "file");
    const char *format = xml_attribute(arena, driver, "type");
    enum disk_growth growth = DISK_GROWS;

    if (target && image_wished(plan, target))
        growth = DISK_ALLOCATED;
    else if (!format || strcmp(format, "raw") == 0)
        growth = xml_has(node, "type", "block") ? DISK_ALLOCATED
                 : file                         ? look_at_file(plan, file)
                                                : DISK_UNSEEN;
    arena_free(arena);
    return growth;
}

bool disk_is_virtio(const struct plan *plan, size_t number)
{
    const xmlNode *disk = disk_node(plan->domain, number);
    const xmlNode *root = xml_root(plan->domain->xml), *other = NULL;

    if (xml_has(xml_child(disk, "target"), "bus", "virtio"))
        return true;
    while (plan->options[OPTION_DISKS_BUS] == OPTION_ON &&
           (other = option_device(root, SCOPE_BUSES, other)))
        if (other == disk)
            return true;
    return false;
}

const char *disk_refusal(const struct plan *plan, size_t disk,
                         enum option_id id, long value)
{
    const xmlNode *root = xml_root(plan->domain->xml);

    if (value == OPTION_KEEP)
        return NULL;
    if (id == OPTION_DISKS_QUEUES && !disk_is_virtio(plan, disk))
        return "Only virtio disks have queues.";
    if (id == OPTION_DISKS_QUEUES &&
        !option_device(root, SCOPE_VIRTIO_DISKS, NULL))
        return NULL; /* this is the first */
    return option_refusal(plan, id, value);
}

long disk_effective(const struct plan *plan, size_t disk, enum option_id id)
{
    long value = disk_wish(plan, disk, id);

    if (id == OPTION_DISKS_QUEUES && !disk_is_virtio(plan, disk))
        return disk_now(plan, disk, id);
    if (value == OPTION_KEEP)
        value = plan->options[id];
    return value == OPTION_KEEP ? disk_now(plan, disk, id) : value;
}

bool disk_has_wish(const struct plan *plan, enum option_id id)
{
    for (size_t i = 0; is_of_disks(id) && i < plan->disk_wish_count; i++)
        if (disk_wish(plan, i, id) != OPTION_KEEP)
            return true;
    return false;
}

static bool is_valid(const struct plan *plan, size_t disk)
{
    long cache = disk_effective(plan, disk, OPTION_DISKS_CACHE);

    return disk_effective(plan, disk, OPTION_DISKS_IO) != IO_NATIVE ||
           cache == CACHE_NONE || cache == CACHE_DIRECTSYNC;
}

void disk_put(struct plan *plan, size_t disk, enum option_id id, long value)
{
    *wish_of(plan, disk, id) = value;
}

/* As all disks if that goes, else the value that always goes. */
static void yield_to(struct plan *plan, size_t disk, enum option_id id,
                     long value)
{
    disk_put(plan, disk, id, OPTION_KEEP);
    if (!is_valid(plan, disk))
        disk_put(plan, disk, id, value);
}

unsigned disk_set(struct plan *plan, size_t disk, enum option_id id, long value)
{
    *wish_of(plan, disk, id) = value;
    if (is_valid(plan, disk))
        return 0;
    if (id == OPTION_DISKS_IO)
        yield_to(plan, disk, OPTION_DISKS_CACHE, CACHE_NONE);
    else
        yield_to(plan, disk, OPTION_DISKS_IO, OPTION_OFF);
    return 1;
}

unsigned disk_settle(struct plan *plan, enum option_id id)
{
    unsigned others = 0;

    if (id != OPTION_DISKS_CACHE && id != OPTION_DISKS_IO)
        return 0;
    for (size_t i = 0; i < plan->disk_wish_count; i++) {
        bool is_own = disk_wish(plan, i, OPTION_DISKS_CACHE) != OPTION_KEEP ||
                      disk_wish(plan, i, OPTION_DISKS_IO) != OPTION_KEEP;

        if (!is_own || is_valid(plan, i))
            continue;
        yield_to(plan, i, OPTION_DISKS_IO, OPTION_OFF);
        others++;
    }
    return others;
}

void disk_clear(struct plan *plan)
{
    for (size_t i = 0; i < plan->disk_wish_count; i++)
        for (enum option_id id = OPTION_DISKS_CACHE; is_of_disks(id); id++)
            *wish_of(plan, i, id) = OPTION_KEEP;
}

void disk_start(struct plan *plan)
{
    plan->disk_wish_count = disk_count(plan->domain);
    plan->disk_wishes =
        mem_alloc(plan->disk_wish_count, sizeof(*plan->disk_wishes));
    disk_clear(plan);
}

void disk_copy(struct plan *plan, const struct plan *from)
{
    disk_start(plan);
    for (size_t i = 0; i < plan->disk_wish_count; i++)
        plan->disk_wishes[i] = from->disk_wishes[i];
}

bool disk_same(const struct plan *a, const struct plan *b)
{
    return a->disk_wish_count == 0 ||
           memcmp(a->disk_wishes, b->disk_wishes,
                  a->disk_wish_count * sizeof(*a->disk_wishes)) == 0;
}
