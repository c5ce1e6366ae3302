/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, gives what its guest's memory is made of. Reads the domain and
 * the plan only.
 */
#include "plan/backing.h"

#include "plan/cell.h"

/* Values of OPTION_ACCESS. */
enum { SHARED = 1 };

struct tally {
    const struct plan *plan;
    unsigned long page_kib, pages, odd_kib;
};

static void add(struct tally *tally, unsigned long kib)
{
    unsigned long rest = kib % tally->page_kib;

    tally->pages += kib / tally->page_kib + (rest > 0);
    if (rest > 0 && (tally->odd_kib == 0 || kib < tally->odd_kib))
        tally->odd_kib = kib;
}

/* The page that <hugepages> gives a guest node, KiB; the wish is for all. */
static unsigned long page_of(const struct tally *tally, unsigned long id)
{
    const xmlNode *root = xml_root(tally->plan->domain->xml);
    const xmlNode *page = xml_find(root, "memoryBacking/hugepages/page");
    unsigned long size = 0, common = 0;
    struct arena *arena = arena_new();

    for (; page && size == 0; page = xml_next(page)) {
        const char *nodes = xml_attribute(arena, page, "nodeset");
        cpu_set_t set;

        if (!nodes)
            common = domain_size_kib(page, "size");
        else if (id < CPUSET_MAX && cpuset_parse(nodes, &set) &&
                 CPU_ISSET(id, &set))
            size = domain_size_kib(page, "size");
    }
    arena_free(arena);
    return size > 0 ? size : common;
}

/* True if a node's memory is in pages of the size, or would be. */
static bool is_meant(const struct tally *tally, unsigned long id)
{
    long wish = option_effective(tally->plan, OPTION_HUGEPAGES);

    return tally->plan->options[OPTION_HUGEPAGES] != OPTION_KEEP ||
           wish == OPTION_OFF || page_of(tally, id) == tally->page_kib;
}

/*
 * Memory devices: counted where they are QEMU's own memory, in pages that they
 * name or that their node has. Gives the memory of all of them, KiB.
 */
static unsigned long add_devices(struct tally *tally)
{
    const xmlNode *root = xml_root(tally->plan->domain->xml);
    const xmlNode *device = xml_find(root, "devices/memory");
    unsigned long sum = 0;

    for (; device; device = xml_next(device)) {
        const xmlNode *target = xml_child(device, "target");
        const xmlNode *requested = xml_child(target, "requested");
        const xmlNode *page = xml_find(device, "source/pagesize");
        unsigned long node = 0;
        unsigned long size = domain_size_kib(xml_child(target, "size"), NULL);

        sum += size;
        xml_number(xml_child(target, "node"), NULL, CPUSET_MAX, &node);
        if (!xml_has(device, "model", "dimm") &&
            !xml_has(device, "model", "virtio-mem"))
            continue;
        if (page ? domain_size_kib(page, NULL) == tally->page_kib
                 : is_meant(tally, node))
            add(tally, requested ? domain_size_kib(requested, NULL) : size);
    }
    return sum;
}

/* Guest nodes as the plan makes them; false if it leaves the domain's. */
static bool add_mirrored(struct tally *tally)
{
    struct cells cells = {0};

    if (tally->plan->mirrors_nodes)
        cell_mirror(tally->plan, &cells);
    for (unsigned i = 0; i < cells.count; i++)
        add(tally, cells.list[i].memory_kib);
    return cells.count > 1;
}

static struct tally count(const struct plan *plan, unsigned long page_kib)
{
    const xmlNode *cell =
        xml_find(xml_root(plan->domain->xml), "cpu/numa/cell");
    bool is_size = option_effective(plan, OPTION_HUGEPAGES) == (long)page_kib;
    struct tally tally = {.plan = plan, .page_kib = page_kib};
    unsigned long devices, all, id = 0;

    if (add_mirrored(&tally))
        return tally;
    tally.pages = tally.odd_kib = 0;
    devices = add_devices(&tally);
    for (; plan->domain->has_guest_numa && cell; cell = xml_next(cell), id++) {
        xml_number(cell, "id", CPUSET_MAX, &id);
        if (is_meant(&tally, id))
            add(&tally, domain_size_kib(cell, "memory"));
    }
    all = is_size ? plan_memory_kib(plan) : plan_rounded_kib(plan, page_kib);
    if (!plan->domain->has_guest_numa)
        add(&tally, all > devices ? all - devices : all);
    return tally;
}

unsigned long backing_pages(const struct plan *plan, unsigned long page_kib)
{
    return count(plan, page_kib).pages;
}

unsigned long backing_odd_kib(const struct plan *plan, unsigned long page_kib)
{
    return count(plan, page_kib).odd_kib;
}

const char *backing_sharer(const struct plan *plan, bool *is_refused)
{
    static const struct {
        const char *element, *child, *attribute, *value, *name;
        bool is_refused; /* by libvirt, without shared memory */
    } sharers[] = {
        {"filesystem", "driver", "type", "virtiofs", "virtiofs", true},
        {"disk", NULL, "type", "vhostuser", "a vhost-user disk", true},
        {"interface", NULL, "type", "vhostuser", "a vhost-user network card",
         false},
        {"video", "driver", "name", "vhostuser", "a vhost-user display", false},
    };
    const xmlNode *devices = xml_child(xml_root(plan->domain->xml), "devices");

    for (size_t i = 0; i < ARRAY_SIZE(sharers); i++)
        for (const xmlNode *node = xml_child(devices, sharers[i].element); node;
             node = xml_next(node)) {
            const xmlNode *said =
                sharers[i].child ? xml_child(node, sharers[i].child) : node;

            *is_refused = sharers[i].is_refused;
            if (xml_has(said, sharers[i].attribute, sharers[i].value))
                return sharers[i].name;
        }
    return NULL;
}

bool backing_is_shared(const struct plan *plan, long access)
{
    const xmlNode *cell =
        xml_find(xml_root(plan->domain->xml), "cpu/numa/cell");

    if (!plan->domain->has_guest_numa || plan->mirrors_nodes)
        return access == SHARED;
    for (; cell; cell = xml_next(cell))
        if (!xml_has(cell, "memAccess", "shared") &&
            (access != SHARED || xml_has(cell, "memAccess", "private")))
            return false;
    return true;
}
