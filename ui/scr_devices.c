/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Step 3: PCI devices by IOMMU group, and which of them the domain gets. A
 * device goes with all functions of its slot; what stands in the way is said.
 */
#include "ui/app.h"

#include "base/str.h"
#include "plan/device.h"

#include <stdio.h>
#include <string.h>

/* The device in a row, which must exist: devices stand in order of groups. */
static const struct pci_device *find_row(const struct pci *pci, int number,
                                         const struct iommu_group **group)
{
    size_t i = 0;

    while (i + 1 < pci->group_count &&
           number >= (int)pci->groups[i].device_count)
        number -= (int)pci->groups[i++].device_count;
    *group = &pci->groups[i];
    return pci->groups[i].devices[number];
}

static int length(const struct app *app)
{
    const struct pci *pci = &app->session->host->pci;
    int count = 0;

    for (size_t i = 0; i < pci->group_count; i++)
        count += (int)pci->groups[i].device_count;
    return count;
}

/* The name without the words that say what kind of company made it. */
static void shorten(const char *name, char *text, size_t size)
{
    static const char *const noise[] = {
        " Corporation", " Co., Ltd.",     " Co Ltd",      ", Inc.",
        " Inc.",        " Semiconductor", " Electronics", " Technology",
        " Corp.",       " Corp",          " [AMD/ATI]",   " [AMD]",
    };
    struct str str CLEANUP(str_free) = STR_INIT;

    while (*name) {
        size_t skipped = 0;

        for (size_t i = 0; i < ARRAY_SIZE(noise) && skipped == 0; i++)
            if (str_starts(name, noise[i]))
                skipped = strlen(noise[i]);
        if (skipped == 0)
            str_add_bytes(&str, name++, 1);
        name += skipped;
    }
    snprintf(text, size, "%s", str_text(&str));
}

static size_t index_of(const struct app *app, const struct pci_device *device)
{
    return (size_t)(device - app->session->host->pci.devices);
}

/* True if it is to stay on the host; the reason stands in the first claim. */
static bool is_claimed(const struct app *app, const struct pci_device *device)
{
    const struct claim *claim =
        claim_first(&app->session->host->claims, device);

    return claim && claim->severity == CLAIM_REFUSE;
}

/* What stands before the address, and at the end of the row. */
static void draw_role(const struct app *app, struct canvas *canvas, int y,
                      const struct pci_device *device)
{
    static const struct {
        const char *mark, *text;
        enum role role;
    } looks[] = {
        [DEVICE_HOST] = {"[ ]", "host", ROLE_NORMAL},
        [DEVICE_GUEST] = {"[x]", "guest", ROLE_OK},
        [DEVICE_ALONG] = {" . ", "along", ROLE_NORMAL},
        [DEVICE_BRIDGE] = {" . ", "host", ROLE_NORMAL},
        [DEVICE_BLOCKS] = {"[ ]", "blocks", ROLE_FAIL},
    };
    size_t index = index_of(app, device);
    enum device_role role = device_role(app_plan(app), index);
    bool can_go = !device_obstacle(app_plan(app), index);

    canvas_put(canvas, y, 7, is_claimed(app, device) ? ROLE_WARN : ROLE_NORMAL,
               role == DEVICE_GUEST                 ? looks[role].mark
               : is_claimed(app, device) || !can_go ? " - "
                                                    : looks[role].mark);
    canvas_put(canvas, y, canvas->width - 8, looks[role].role,
               looks[role].text);
}

static void draw_row(const struct app *app, struct canvas *canvas, int y,
                     const struct pci_device *device, bool is_first,
                     bool is_selected)
{
    enum role role = is_selected ? ROLE_SELECTED : ROLE_NORMAL;
    int width = canvas->width, x;
    char name[256];

    draw_marker(canvas, y, is_selected);
    if (is_first)
        canvas_putf(canvas, y, 3, ROLE_HEADING, "%3d", device->group);
    /* A domain of five digits (VMD) moves what is behind it. */
    x = canvas_put(canvas, y, 11, role, pci_short_address(device)) + 1;
    x = canvas_put(canvas, y, x < 20 ? 20 : x, ROLE_NORMAL, pci_kind(device));
    shorten(device->name, name, sizeof(name));
    x = x < 29 ? 29 : x + 1;
    canvas_put_cut(canvas, y, x, width - 23 - x, ROLE_NORMAL, name);
    canvas_put_cut(canvas, y, width - 22, 13, ROLE_NORMAL,
                   device->driver ? device->driver : "-");
    draw_role(app, canvas, y, device);
}

/* The claims of such severities, the gravest first; gives the row after. */
static int draw_claims(const struct app *app, struct canvas *canvas, int y,
                       const struct pci_device *device,
                       enum claim_severity least, enum claim_severity most)
{
    static const enum role roles[] = {
        [CLAIM_NOTE] = ROLE_NORMAL,
        [CLAIM_UNKNOWN] = ROLE_NOTE,
        [CLAIM_WARN] = ROLE_WARN,
        [CLAIM_REFUSE] = ROLE_FAIL,
    };
    struct claim_list claims = claim_list(&app->session->host->claims, device);
    int end = app_body_end(canvas);

    for (size_t i = 0; i < claims.count && y < end; i++) {
        const struct claim *claim = &claims.list[i];

        if (claim->severity >= least && claim->severity <= most)
            y = canvas_wrap(canvas, y, 1, canvas->width - 2, end - y,
                            roles[claim->severity], claim->text);
    }
    return y;
}

static void draw_details(const struct app *app, struct canvas *canvas, int y,
                         const struct pci_device *device,
                         const struct iommu_group *group)
{
    int width = canvas->width - 2, end = app_body_end(canvas);
    char text[512];

    snprintf(text, sizeof(text), "%s %s [%04x:%04x] %s group %u, %zu device%s",
             pci_short_address(device), device->class_name, device->vendor,
             device->device, canvas_glyph(canvas, GLYPH_DOT), group->id,
             group->device_count, group->device_count == 1 ? "" : "s");
    draw_rule(canvas, y++, text);
    canvas_put_cut(canvas, y++, 1, width, ROLE_NORMAL, device->name);
    y = draw_claims(app, canvas, y, device, CLAIM_WARN, CLAIM_REFUSE);
    if (group->culprit)
        snprintf(text, sizeof(text),
                 "%s is bound to %s. A guest gets the group only once every "
                 "device in it, but bridges, has left its host driver; "
                 "managed='yes' does that for the devices it is given.",
                 pci_short_address(group->culprit), group->culprit->driver);
    else
        snprintf(text, sizeof(text),
                 "No host driver holds a device of this group.");
    y = canvas_wrap(canvas, y, 1, width, end - y < 3 ? end - y : 3, ROLE_NORMAL,
                    text);
    y = draw_claims(app, canvas, y, device, CLAIM_NOTE, CLAIM_UNKNOWN);
    if (y < end && device_obstacle(app_plan(app), index_of(app, device)))
        canvas_put_cut(canvas, y, 1, width, ROLE_NORMAL,
                       device_obstacle(app_plan(app), index_of(app, device)));
    else if (y < end && device_is_in_domain(app->session->domain, device))
        canvas_put(canvas, y, 1, ROLE_NORMAL, "The domain has this device.");
}

static void draw_absent(const struct app *app, struct canvas *canvas)
{
    canvas_wrap(canvas, BODY_TOP + 1, 1, canvas->width - 2, 4, ROLE_WARN,
                app->session->host->pci.problem
                    ? "The PCI devices could not be read."
                    : "There is no IOMMU group: the IOMMU is off, so no PCI "
                      "device can be given to a guest. Step 2 says what to do. "
                      "CPUs and options can be tuned without it.");
}

static size_t count_given(const struct app *app)
{
    size_t count = 0;

    for (size_t i = 0; i < app->session->host->pci.device_count; i++)
        count += app_plan(app)->is_given[i];
    return count;
}

/* What the host needs goes only if it is asked for twice in a row. */
static bool needs_confirmation(const struct app *app,
                               const struct pci_device *device)
{
    return is_claimed(app, device) && app->asked_device != device &&
           !app_plan(app)->is_given[index_of(app, device)];
}

static bool act(struct app *app, enum action action)
{
    const struct pci *pci = &app->session->host->pci;
    const struct iommu_group *group;
    const struct pci_device *device;
    const char *reason;
    bool is_given;

    if (action != ACTION_TOGGLE || length(app) == 0)
        return false;
    device = find_row(pci, app->lists[STEP_DEVICES].selected, &group);
    if (needs_confirmation(app, device)) {
        app->asked_device = device;
        app_hint(app,
                 "The host needs it, see above. Space again gives it to "
                 "the guest all the same.");
        return true;
    }
    reason = device_toggle(app_edit(app), index_of(app, device));
    app_edited(app);
    is_given = app_plan(app)->is_given[index_of(app, device)];
    if (reason)
        app_hint(app, "%s", reason);
    else
        app_hint(app, "%s, with all functions of its slot, %s; u undoes it.",
                 pci_short_address(device),
                 is_given ? "goes to the guest" : "stays with the host");
    return true;
}

static void draw(struct app *app, struct canvas *canvas)
{
    const struct pci *pci = &app->session->host->pci;
    struct list *list = &app->lists[STEP_DEVICES];
    int end = app_body_end(canvas), width = canvas->width;
    int height = end - BODY_TOP - (app_is_low(canvas) ? 6 : 9);
    const struct iommu_group *group = NULL;
    const struct pci_device *device;

    list->count = length(app);
    list_scroll(list, height);
    canvas_putf(canvas, BODY_TOP, 1, ROLE_NORMAL,
                "%zu IOMMU groups, %zu devices; %zu go to the guest",
                pci->group_count, pci->device_count, count_given(app));
    if (list->count == 0) {
        draw_absent(app, canvas);
        return;
    }
    canvas_put(canvas, BODY_TOP + 1, 3, ROLE_HEADING,
               "Grp     Address  Kind     Device");
    canvas_put(canvas, BODY_TOP + 1, width - 22, ROLE_HEADING,
               "Driver        Goes to");
    for (int i = list->top; i < list->count && i < list->top + height; i++) {
        device = find_row(pci, i, &group);
        draw_row(app, canvas, BODY_TOP + 2 + i - list->top, device,
                 device == group->devices[0] || i == list->top,
                 i == list->selected);
    }
    device = find_row(pci, list->selected, &group);
    draw_details(app, canvas, BODY_TOP + 3 + height, device, group);
}

const struct screen screen_devices = {
    .name = "Devices",
    .draw = draw,
    .act = act,
    .length = length,
};
