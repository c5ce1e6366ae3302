/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the places that passed-through devices shall have in the boot order,
 * gives those of all others.
 */
#include "plan/device.h"
#include "render/hostdev.h"

#include <stdlib.h>
#include <string.h>

enum { OTHERS_MAX = 128 };

/* An element that is booted from, and is no device of the plan. */
struct other {
    const xmlNode *node;
    unsigned long order;
    bool is_new; /* it has no <boot> yet: <os><boot> meant it */
};

struct order {
    struct rendering *r;
    struct other others[OTHERS_MAX];
    size_t count;
};

static bool is_asked(const struct plan *plan)
{
    bool is_any = false;

    for (size_t i = 0; i < plan->host->pci.device_count; i++) {
        struct device_wish own = {0};

        if (!plan->is_given[i] || plan->wishes[i].boot == 0)
            continue;
        device_own_wish(plan, i, &own);
        is_any |= own.boot != plan->wishes[i].boot;
        free(own.rom_file);
    }
    return is_any;
}

static bool is_wished(const struct plan *plan, unsigned long order)
{
    for (size_t i = 0; i < plan->host->pci.device_count; i++)
        if (plan->is_given[i] && plan->wishes[i].boot == order)
            return true;
    return false;
}

static void add_other(struct order *order, const xmlNode *node,
                      unsigned long number, bool is_new)
{
    if (node && order->count < OTHERS_MAX)
        order->others[order->count++] = (struct other){node, number, is_new};
}

/* A PCI device that the plan knows: its place is a wish. */
static bool is_planned(const struct order *order, const xmlNode *node)
{
    const char *address = strcmp((const char *)node->name, "hostdev") == 0
                              ? domain_pci_address(order->r->arena, node)
                              : NULL;

    return address && device_find(order->r->plan->host, address) >= 0;
}

/* What <os><boot dev=> means: the first device of this sort. */
static const xmlNode *find_meant(const xmlNode *devices, const char *dev)
{
    bool is_disk = strcmp(dev, "hd") == 0;
    const char *sort = strcmp(dev, "fd") == 0 ? "floppy" : "cdrom";

    if (strcmp(dev, "network") == 0)
        return xml_child(devices, "interface");
    for (const xmlNode *node = xml_child(devices, "disk"); node;
         node = xml_next(node))
        if (is_disk ? xml_has(node, "device", "disk") ||
                          !xmlHasProp((xmlNode *)node, BAD_CAST "device")
                    : xml_has(node, "device", sort))
            return node;
    return NULL;
}

static void convert(struct order *order)
{
    const xmlNode *devices = xml_child(order->r->root, "devices");
    const xmlNode *os = xml_child(order->r->root, "os");
    unsigned long number = 1;

    for (const xmlNode *node = xml_child(os, "boot"); node;
         node = xml_next(node)) {
        const char *dev = xml_attribute(order->r->arena, node, "dev");

        add_other(order, dev ? find_meant(devices, dev) : NULL, number++, true);
        edit_remove(order->r->edit, node);
    }
}

static int compare(const void *a, const void *b)
{
    const struct other *x = a, *y = b;

    return x->order < y->order ? -1 : x->order > y->order;
}

static void collect(struct order *order)
{
    const xmlNode *devices = xml_child(order->r->root, "devices");
    unsigned long number;

    for (const xmlNode *node = xmlFirstElementChild((xmlNode *)devices); node;
         node = xmlNextElementSibling((xmlNode *)node))
        if (!node->ns &&
            xml_number(xml_child(node, "boot"), "order", 100000, &number) &&
            !is_planned(order, node))
            add_other(order, node, number, false);
    convert(order);
    if (order->count > 0)
        qsort(order->others, order->count, sizeof(*order->others), compare);
}

/* Where libvirt has <boot>: what comes after it stays after it. */
static const xmlNode *last_before_address(const xmlNode *device)
{
    const xmlNode *last = NULL;

    for (const xmlNode *node = xmlFirstElementChild((xmlNode *)device); node;
         node = xmlNextElementSibling((xmlNode *)node))
        if (strcmp((const char *)node->name, "address") != 0 &&
            strcmp((const char *)node->name, "alias") != 0)
            last = node;
    return last;
}

void boot_render(struct rendering *r)
{
    struct order order = {.r = r};
    unsigned long last = 0;

    if (!is_asked(r->plan))
        return;
    collect(&order);
    for (size_t i = 0; i < order.count; i++) {
        const struct other *other = &order.others[i];
        unsigned long number = other->order > last ? other->order : last + 1;

        while (is_wished(r->plan, number))
            number++;
        last = number;
        if (other->is_new)
            edit_insert(r->edit, other->node, last_before_address(other->node),
                        hostdev_boot_line(r, (unsigned)number));
        else if (number != other->order)
            edit_attribute(r->edit, xml_child(other->node, "boot"), "order",
                           arena_printf(r->arena, "%lu", number));
    }
}
