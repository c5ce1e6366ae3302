/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes a row of the list, paints all that is known of it. */
#include "ui/devdetail.h"

#include "base/text.h"
#include "plan/device.h"
#include "plan/drift.h"
#include "plan/usb.h"

#include <stdio.h>
#include <string.h>

static const enum role claim_roles[] = {
    [CLAIM_NOTE] = ROLE_NORMAL,
    [CLAIM_UNKNOWN] = ROLE_NOTE,
    [CLAIM_WARN] = ROLE_WARN,
    [CLAIM_REFUSE] = ROLE_FAIL,
};

static size_t index_of(const struct app *app, const struct pci_device *device)
{
    return (size_t)(device - app->session->host->pci.devices);
}

/* The claims of such severities, the gravest first; gives the row after. */
static int draw_claims(const struct app *app, struct canvas *canvas, int y,
                       const struct pci_device *device,
                       enum claim_severity least, enum claim_severity most)
{
    struct claim_list claims = claim_list(&app->session->host->claims, device);
    int end = app_body_end(canvas);

    for (size_t i = 0; i < claims.count && y < end; i++) {
        const struct claim *claim = &claims.list[i];

        if (claim->severity >= least && claim->severity <= most)
            y = canvas_wrap(canvas, y, 1, canvas->width - 2, end - y,
                            claim_roles[claim->severity], claim->text);
    }
    return y;
}

/* Where its group stands; NULL: no host driver is in the way. */
static int draw_group(struct canvas *canvas, int y,
                      const struct iommu_group *group)
{
    int end = app_body_end(canvas);
    char text[512];

    if (group->culprit)
        snprintf(text, sizeof(text),
                 _("%s is bound to %s. A guest gets the group only once every "
                   "device in it, but bridges, has left its host driver; "
                   "managed='yes' does that for the devices it is given."),
                 pci_short_address(group->culprit), group->culprit->driver);
    else
        snprintf(text, sizeof(text),
                 _("No host driver holds a device of this group."));
    return canvas_wrap(canvas, y, 1, canvas->width - 2,
                       end - y < 3 ? end - y : 3, ROLE_NORMAL, text);
}

/* What the guest is told of it, and whether it is where the domain thinks. */
static int draw_wish(const struct app *app, struct canvas *canvas, int y,
                     const struct pci_device *device)
{
    const struct plan *plan = app_plan(app);
    size_t index = index_of(app, device);
    const struct device_wish *wish = &plan->wishes[index];
    char text[512] = "";
    size_t length = 0;

    if (drift_leads_to(plan, index))
        snprintf(text, sizeof(text),
                 _("The domain's device moved here: Space, and it follows."));
    else if (plan->is_given[index] && wish->boot > 0)
        length = (size_t)snprintf(text, sizeof(text), _("Boots as number %u. "),
                                  wish->boot);
    if (plan->is_given[index] && strcmp(device_rom(wish), "default") != 0)
        snprintf(text + length, sizeof(text) - length, _("ROM: %s"),
                 device_rom(wish));
    if (*text && y < app_body_end(canvas))
        canvas_put_cut(canvas, y++, 1, canvas->width - 2,
                       drift_leads_to(plan, index) ? ROLE_WARN : ROLE_NORMAL,
                       text);
    return y;
}

static void draw_pci(const struct app *app, struct canvas *canvas, int y,
                     const struct pci_device *device,
                     const struct iommu_group *group)
{
    int width = canvas->width - 2, end = app_body_end(canvas);
    size_t index = index_of(app, device);
    char text[512], sharing[96];

    snprintf(text, sizeof(text),
             text_plural("%s %s [%04x:%04x] %s group %u, %zu device",
                         "%s %s [%04x:%04x] %s group %u, %zu devices",
                         group->device_count),
             pci_short_address(device), device->class_name, device->vendor,
             device->device, canvas_glyph(canvas, GLYPH_DOT), group->id,
             group->device_count);
    draw_pane_rule(canvas, y++, text);
    pci_describe_sharing(device, sharing, sizeof(sharing));
    snprintf(text, sizeof(text), "%s%s%s", device->name, *sharing ? "; " : "",
             sharing);
    canvas_put_cut(canvas, y++, 1, width, ROLE_NORMAL, text);
    y = draw_wish(app, canvas, y, device);
    y = draw_claims(app, canvas, y, device, CLAIM_WARN, CLAIM_REFUSE);
    y = draw_group(canvas, y, group);
    y = draw_claims(app, canvas, y, device, CLAIM_NOTE, CLAIM_UNKNOWN);
    if (y < end && device_obstacle(app_plan(app), index))
        canvas_put_cut(canvas, y, 1, width, ROLE_NORMAL,
                       device_obstacle(app_plan(app), index));
    else if (y < end && device_is_in_domain(app->session->domain, device))
        canvas_put(canvas, y, 1, ROLE_NORMAL,
                   app_plan(app)->is_given[index]
                       ? _("The domain has this device.")
                       : _("The domain has this device now, and gives it "
                           "back."));
}

static void draw_usb(const struct app *app, struct canvas *canvas, int y,
                     size_t index)
{
    const struct plan *plan = app_plan(app);
    const struct usb_device *device = usb_plugged(plan, index);
    struct arena *arena = arena_new();
    int width = canvas->width - 2, end = app_body_end(canvas);

    draw_pane_rule(canvas, y++,
                   arena_printf(arena, "USB %s", usb_name(plan, index, arena)));
    if (!device) {
        canvas_wrap(canvas, y, 1, width, end - y, ROLE_NOTE,
                    _("The domain has it, and it is not plugged in."));
        arena_free(arena);
        return;
    }
    canvas_put_cut(canvas, y++, 1, width, ROLE_NORMAL, device->name);
    canvas_putf(canvas, y++, 1, ROLE_NORMAL, "Port %s, behind %s.",
                device->port,
                device->controller ? pci_short_address(device->controller)
                                   : _("a controller that is not known"));
    if (device->claim.text)
        y = canvas_wrap(canvas, y, 1, width, end - y,
                        claim_roles[device->claim.severity],
                        device->claim.text);
    canvas_wrap(canvas, y, 1, width, end - y, ROLE_NORMAL,
                device->has_twin
                    ? _("Another one is just like it, so the domain names its "
                        "address, which is another one after each replugging. "
                        "The whole controller is surer.")
                    : _("The domain names its vendor and product, so any port "
                        "will do, and it starts without it, too."));
    arena_free(arena);
}

static void draw_folded(struct canvas *canvas, int y,
                        const struct iommu_group *group)
{
    char text[64];

    snprintf(text, sizeof(text),
             text_plural("group %u, %zu device, folded",
                         "group %u, %zu devices, folded", group->device_count),
             group->id, group->device_count);
    draw_pane_rule(canvas, y++, text);
    draw_group(canvas, y, group);
}

void devdetail_draw(const struct app *app, struct canvas *canvas, int y,
                    const struct device_row *row)
{
    if (row->device)
        draw_pci(app, canvas, y, row->device, row->group);
    else if (row->group)
        draw_folded(canvas, y, row->group);
    else
        draw_usb(app, canvas, y, row->usb);
}
