/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes a row of the list, shows all that is known of it. */
#include "ui/devdetail.h"

#include "base/text.h"
#include "plan/device.h"
#include "plan/drift.h"
#include "plan/usb.h"
#include "ui/pane.h"

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

/* The claims of such severities, the gravest first. */
static void add_claims(struct pane *pane, const struct app *app,
                       const struct pci_device *device,
                       enum claim_severity least, enum claim_severity most)
{
    struct claim_list claims = claim_list(&app->session->host->claims, device);

    for (size_t i = 0; i < claims.count; i++)
        if (claims.list[i].severity >= least && claims.list[i].severity <= most)
            pane_add_text(pane, claim_roles[claims.list[i].severity],
                          claims.list[i].text);
}

/* Where its group stands, if it is in one. */
static void add_group(struct pane *pane, struct arena *arena,
                      const struct iommu_group *group)
{
    if (!group)
        return;
    pane_add(pane, NULL,
             group->culprit
                 ? arena_printf(
                       arena,
                       "%s is bound to %s. A guest gets the group only once "
                       "every device in it, but bridges, has left its host "
                       "driver; managed='yes' does that for the devices it "
                       "is given.",
                       pci_short_address(group->culprit),
                       group->culprit->driver)
                 : _("No host driver holds a device of this group."));
}

/* What the guest is told of it, and whether it is where the domain thinks. */
static void add_wish(struct pane *pane, const struct app *app,
                     struct arena *arena, const struct pci_device *device)
{
    const struct plan *plan = app_plan(app);
    size_t index = index_of(app, device);
    const struct device_wish *wish = &plan->wishes[index];
    struct str text CLEANUP(str_free) = STR_INIT;

    if (drift_leads_to(plan, index))
        pane_add_text(
            pane, ROLE_WARN,
            _("The domain's device moved here: Space, and it follows."));
    else if (plan->is_given[index] && wish->boot > 0)
        str_addf(&text, "Boots as number %u.", wish->boot);
    if (plan->is_given[index] && strcmp(device_rom(wish), "default") != 0) {
        str_add(&text, text.length > 0 ? " " : "");
        str_addf(&text, "ROM: %s", device_rom(wish));
    }
    pane_add(pane, NULL, arena_strdup(arena, str_text(&text)));
}

/* With little room what giving it costs comes before what it is. */
static void fill_pci(struct pane *pane, const struct app *app,
                     struct arena *arena, const struct pci_device *device,
                     const struct iommu_group *group, bool is_short)
{
    const struct canvas signs = {.is_ascii = app->is_ascii};
    const char *dot = canvas_glyph(&signs, GLYPH_DOT);
    size_t index = index_of(app, device);
    char sharing[96];

    if (group)
        pane->title = arena_printf(
            arena,
            text_plural("%s %s [%04x:%04x] %s group %u, %zu device",
                        "%s %s [%04x:%04x] %s group %u, %zu devices",
                        group->device_count),
            pci_short_address(device), device->class_name, device->vendor,
            device->device, dot, group->id, group->device_count);
    else
        pane->title = arena_printf(
            arena, "%s %s [%04x:%04x] %s no group", pci_short_address(device),
            device->class_name, device->vendor, device->device, dot);
    if (is_short)
        add_claims(pane, app, device, CLAIM_WARN, CLAIM_REFUSE);
    pci_describe_sharing(device, sharing, sizeof(sharing));
    pane_add(pane, NULL,
             arena_printf(arena, "%s%s%s", device->name, *sharing ? "; " : "",
                          sharing));
    add_wish(pane, app, arena, device);
    if (!is_short)
        add_claims(pane, app, device, CLAIM_WARN, CLAIM_REFUSE);
    add_group(pane, arena, group);
    add_claims(pane, app, device, CLAIM_NOTE, CLAIM_UNKNOWN);
    if (device_obstacle(app_plan(app), index))
        pane_add(pane, NULL, device_obstacle(app_plan(app), index));
    if (!group && app_plan(app)->is_given[index])
        pane_add(pane, NULL,
                 _("The domain has this device: Space takes it back."));
    else if (device_is_in_domain(app->session->domain, device))
        pane_add(pane, NULL,
                 app_plan(app)->is_given[index]
                     ? _("The domain has this device.")
                     : _("The domain has this device now, and gives it "
                         "back."));
}

static void fill_usb(struct pane *pane, const struct app *app,
                     struct arena *arena, size_t index)
{
    const struct plan *plan = app_plan(app);
    const struct usb_device *device = usb_plugged(plan, index);

    pane->title = arena_printf(arena, "USB %s", usb_name(plan, index, arena));
    if (!device) {
        pane_add_text(pane, ROLE_NOTE,
                      _("The domain has it, and it is not plugged in."));
        return;
    }
    pane_add(pane, NULL, device->name);
    pane_add(pane, NULL,
             arena_printf(arena, "Port %s, behind %s.", device->port,
                          device->controller
                              ? pci_short_address(device->controller)
                              : _("a controller that is not known")));
    pane_add_text(pane, claim_roles[device->claim.severity],
                  device->claim.text);
    pane_add(pane, NULL,
             device->has_twin
                 ? _("Another one is just like it, so the domain names its "
                     "address, which is another one after each replugging. "
                     "The whole controller is surer.")
                 : _("The domain names its vendor and product, so any port "
                     "will do, and it starts without it, too."));
}

static void fill(struct pane *pane, const struct app *app, struct arena *arena,
                 const struct device_row *row, bool is_short)
{
    if (row->device) {
        fill_pci(pane, app, arena, row->device, row->group, is_short);
    } else if (row->group) {
        pane->title = arena_printf(arena,
                                   text_plural("group %u, %zu device, folded",
                                               "group %u, %zu devices, folded",
                                               row->group->device_count),
                                   row->group->id, row->group->device_count);
        add_group(pane, arena, row->group);
    } else {
        fill_usb(pane, app, arena, row->usb);
    }
}

void devdetail_draw(const struct app *app, struct canvas *canvas, int y,
                    const struct device_row *row)
{
    struct arena *arena = arena_new();
    struct pane pane = {0};

    fill(&pane, app, arena, row, app_is_low(canvas));
    pane_draw_below(&pane, canvas, y);
    arena_free(arena);
}

void devdetail_page(struct app *app, const struct device_row *row)
{
    struct arena *arena = arena_new();
    struct pane pane = {0};

    fill(&pane, app, arena, row, false);
    pane_page(&pane, app);
    arena_free(arena);
}
