/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan's USB devices, gives their <hostdev>. Named by vendor and
 * product, so that any port will do; by the address, too, only where two are
 * alike. They are optional: without one the domain starts all the same.
 */
#include "plan/usb.h"
#include "base/text.h"
#include "render/hostdev.h"

/* True if all that an element of the domain names goes to the guest. */
static bool is_kept(const struct plan *plan, size_t named)
{
    const struct domain_usb *usb = &plan->domain->usbs[named];
    size_t plugged = plan->host->usb.count;
    bool is_given = true;

    if (usb_is_row(plan, plugged + named))
        return plan->is_usb_given[plugged + named];
    for (size_t i = 0; i < plugged; i++)
        if (usb_is_named(usb, &plan->host->usb.devices[i]))
            is_given &= plan->is_usb_given[i];
    return is_given;
}

static bool is_new(const struct plan *plan, size_t index)
{
    const struct usb_device *device = usb_plugged(plan, index);

    for (size_t i = 0; device && i < plan->domain->usb_count; i++)
        if (usb_is_named(&plan->domain->usbs[i], device) && is_kept(plan, i))
            return false;
    return device && plan->is_usb_given[index];
}

static void remove_taken(struct rendering *r)
{
    const xmlNode *devices = xml_child(r->root, "devices");
    size_t count = 0;

    for (const xmlNode *node = xml_child(devices, "hostdev"); node;
         node = xml_next(node))
        if (!domain_pci_address(r->arena, node) &&
            xml_has(node, "type", "usb") && !is_kept(r->plan, count++))
            edit_remove(r->edit, node);
}

static void add_device(struct rendering *r, const struct usb_device *device,
                       struct str *lines)
{
    struct str source CLEANUP(str_free) = STR_INIT;
    struct str inner CLEANUP(str_free) = STR_INIT;

    rendering_add_line(&inner, arena_printf(r->arena, "<vendor id='0x%04x'/>",
                                            device->vendor));
    rendering_add_line(&inner, arena_printf(r->arena, "<product id='0x%04x'/>",
                                            device->product));
    if (device->has_twin)
        rendering_add_line(
            &inner, arena_printf(r->arena, "<address bus='%u' device='%u'/>",
                                 device->bus, device->number));
    rendering_add_wrapped(&source, "<source startupPolicy='optional'>",
                          str_text(&inner), "</source>");
    if (lines->length > 0)
        str_add(lines, "\n");
    rendering_add_wrapped(lines,
                          "<hostdev mode='subsystem' type='usb' managed='no'>",
                          str_text(&source), "</hostdev>");
}

static void add_title(struct rendering *r, struct str *title, const char *verb,
                      bool is_given)
{
    bool is_any = false;

    for (size_t i = 0; i < usb_count(r->plan); i++) {
        if (!usb_is_row(r->plan, i) || r->plan->is_usb_given[i] != is_given ||
            usb_is_in_domain(r->plan, i) == is_given)
            continue;
        str_addf(title, "%s%s %s", title->length == 0 || is_any ? "" : ", ",
                 is_any ? "" : verb, usb_name(r->plan, i, r->arena));
        is_any = true;
    }
}

void usb_render(struct rendering *r, struct str *title, struct str *lines)
{
    size_t length = title->length;

    add_title(r, title, _("give USB"), true);
    add_title(r, title, _("take back USB"), false);
    if (title->length == length)
        return;
    remove_taken(r);
    for (size_t i = 0; i < r->plan->host->usb.count; i++)
        if (is_new(r->plan, i))
            add_device(r, &r->plan->host->usb.devices[i], lines);
}
