/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, says which I/O threads of its domain do nothing. Changes
 * nothing.
 */
#include "plan/iothread.h"

#include <string.h>

static bool is_named(const xmlNode *node, const char *name)
{
    return strcmp((const char *)node->name, name) == 0;
}

/* True if an attribute says "iothread" in whatever way, as "iothread1". */
static bool speaks_of_threads(const xmlNode *node)
{
    for (const xmlAttr *attr = node->properties; attr; attr = attr->next) {
        xmlChar *value = xmlNodeListGetString(node->doc, attr->children, 1);
        bool is_so = value && strstr((const char *)value, "iothread");

        xmlFree(value);
        if (is_so)
            return true;
    }
    return false;
}

/* What only counts, numbers or pins threads, or is none of libvirt's. */
static bool is_no_use(const xmlNode *node)
{
    return is_named(node, "iothreads") ? !xmlFirstElementChild((xmlNode *)node)
                                       : is_named(node, "iothreadids") ||
                                             is_named(node, "iothreadpin") ||
                                             is_named(node, "metadata");
}

/* True if the plan gives this device's <driver> another thread, or none. */
static bool has_other_thread(const struct plan *plan, const xmlNode *driver)
{
    const xmlNode *root = xml_root(plan->domain->xml), *scsi = NULL;
    const xmlNode *target = xml_child(driver->parent, "target");

    while (plan->options[OPTION_SCSI_IOTHREAD] != OPTION_KEEP &&
           (scsi = option_device(root, SCOPE_SCSI, scsi)))
        if (scsi == driver->parent)
            return true;
    for (size_t i = 0; i < plan->domain->disk_count; i++)
        if (is_named(driver->parent, "disk") &&
            plan->disk_iothread[i] != plan->domain->disks[i].iothread &&
            xml_has(target, "dev", plan->domain->disks[i].target))
            return true;
    return false;
}

/* True if this element names the thread, or one below it does. */
static bool names_thread(const struct plan *plan, const xmlNode *node,
                         unsigned id)
{
    unsigned long number;

    if (!node->ns && is_no_use(node))
        return false;
    if (node->ns ? speaks_of_threads(node) : is_named(node, "iothreadsched"))
        return true;
    if (!node->ns && is_named(node, "iothread") &&
        (!xml_number(node, "id", 100000, &number) || number == id))
        return true;
    if (xmlHasProp((xmlNode *)node, (const xmlChar *)"iothread") &&
        (!xml_number(node, "iothread", 100000, &number) || number == id) &&
        !has_other_thread(plan, node))
        return true;
    for (const xmlNode *child = xmlFirstElementChild((xmlNode *)node); child;
         child = xmlNextElementSibling((xmlNode *)child))
        if (names_thread(plan, child, id))
            return true;
    return false;
}

/* True if each thread has its id there, or none: libvirt counts from 1. */
static bool has_plain_ids(const struct domain *domain)
{
    const xmlNode *ids = xml_child(xml_root(domain->xml), "iothreadids");
    unsigned listed = 0;

    for (const xmlNode *id = xml_child(ids, "iothread"); id; id = xml_next(id))
        listed++;
    return !ids || listed == domain->iothread_count;
}

bool iothread_is_idle(const struct plan *plan, unsigned id)
{
    const struct domain *domain = plan->domain;
    bool is_there = false;

    for (unsigned i = 0; i < domain->iothread_count; i++)
        is_there |= domain->iothreads[i].id == id;
    for (size_t i = 0; i < domain->disk_count; i++)
        if (plan->disk_iothread[i] == id)
            return false;
    return is_there && plan->options[OPTION_SCSI_IOTHREAD] != (long)id &&
           has_plain_ids(domain) &&
           !names_thread(plan, xml_root(domain->xml), id);
}

unsigned iothread_count_idle(const struct plan *plan)
{
    unsigned count = 0;

    for (unsigned i = 0; i < plan->domain->iothread_count; i++)
        count += iothread_is_idle(plan, plan->domain->iothreads[i].id);
    return count;
}

bool iothread_goes(const struct plan *plan, unsigned id)
{
    return plan->options[OPTION_IOTHREADS_IDLE] == OPTION_OFF &&
           plan->iothread_count <= plan->domain->iothread_count &&
           iothread_is_idle(plan, id);
}
