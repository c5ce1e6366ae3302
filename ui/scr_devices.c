/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Step 3: PCI devices by IOMMU group, USB devices, and which of them the
 * domain gets. A PCI device goes with all functions of its slot; what stands in
 * the way is said.
 */
#include "ui/devdetail.h"
#include "ui/find.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/device.h"
#include "plan/drift.h"
#include "plan/usb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    const struct pci_device *on = NULL;
    const struct claim *claim =
        device_claim(app_plan(app), index_of(app, device), &on);

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
        [DEVICE_HOST] = {"[ ]", N_("host"), ROLE_NORMAL},
        [DEVICE_GUEST] = {"[x]", N_("guest"), ROLE_OK},
        [DEVICE_ALONG] = {" . ", N_("along"), ROLE_NORMAL},
        [DEVICE_BRIDGE] = {" . ", N_("host"), ROLE_NORMAL},
        [DEVICE_BLOCKS] = {"[ ]", N_("blocks"), ROLE_FAIL},
    };
    size_t index = index_of(app, device);
    enum device_role role = device_role(app_plan(app), index);
    bool can_go = !device_obstacle(app_plan(app), index);

    canvas_put(canvas, y, 7, is_claimed(app, device) ? ROLE_WARN : ROLE_NORMAL,
               role == DEVICE_GUEST      ? looks[role].mark
               : !can_go                 ? " - "
               : is_claimed(app, device) ? "[!]"
                                         : looks[role].mark);
    canvas_put(canvas, y, canvas->width - 8, looks[role].role,
               text_of(looks[role].text));
}

static void draw_pci(const struct app *app, struct canvas *canvas, int y,
                     const struct pci_device *device, enum role role)
{
    int width = canvas->width, x;
    char name[256];

    /* A domain of five digits (VMD) moves what is behind it. */
    x = canvas_put(canvas, y, 11, role, pci_short_address(device)) + 1;
    x = canvas_put(canvas, y, x < 20 ? 20 : x, ROLE_NORMAL, pci_kind(device));
    x = x < 29 ? 29 : x + 1;
    pci_describe_sharing(device, name, sizeof(name));
    if (*name) {
        canvas_put_cut(canvas, y, x, width - 23 - x, ROLE_NOTE, name);
    } else {
        shorten(device->name, name, sizeof(name));
        canvas_put_cut(canvas, y, x, width - 23 - x, ROLE_NORMAL, name);
    }
    canvas_put_cut(canvas, y, width - 22, 13, ROLE_NORMAL,
                   device->driver ? device->driver : _("none"));
    draw_role(app, canvas, y, device);
}

/* "00:1f.0 .3 .4: isa, audio, smbus" */
static void draw_folded(struct canvas *canvas, int y,
                        const struct iommu_group *group, enum role role)
{
    struct str str CLEANUP(str_free) = STR_INIT;

    for (size_t i = 0; i < group->device_count; i++) {
        const char *address = pci_short_address(group->devices[i]);
        bool is_near = i > 0 && device_is_same_slot(group->devices[i - 1],
                                                    group->devices[i]);

        str_addf(&str, "%s%s", i > 0 ? " " : "",
                 is_near ? strrchr(address, '.') : address);
    }
    for (size_t i = 0; i < group->device_count; i++)
        str_addf(&str, "%s %s", i > 0 ? "," : ":", pci_kind(group->devices[i]));
    canvas_put(canvas, y, 8, ROLE_KEY, "+");
    canvas_put_cut(canvas, y, 11, canvas->width - 13, role, str_text(&str));
}

static void draw_usb(const struct app *app, struct canvas *canvas, int y,
                     size_t index, enum role role)
{
    const struct plan *plan = app_plan(app);
    const struct usb_device *device = usb_plugged(plan, index);
    bool is_given = plan->is_usb_given[index];
    bool is_claimed_usb =
        device && device->claim.text && device->claim.severity == CLAIM_REFUSE;
    struct arena *arena = arena_new();
    int width = canvas->width, x;

    canvas_put(canvas, y, 7, is_claimed_usb ? ROLE_WARN : ROLE_NORMAL,
               is_given         ? "[x]"
               : is_claimed_usb ? "[!]"
                                : "[ ]");
    x = canvas_put(canvas, y, 11, role,
                   device ? arena_printf(arena, "%04x:%04x", device->vendor,
                                         device->product)
                          : usb_name(plan, index, arena));
    x = x < 29 ? 29 : x + 1;
    canvas_put_cut(canvas, y, x, width - 23 - x, ROLE_NORMAL,
                   device ? device->name : _("not plugged in"));
    if (device)
        canvas_put_cut(canvas, y, width - 22, 13, ROLE_NORMAL,
                       arena_printf(arena, "port %s", device->port));
    canvas_put(canvas, y, width - 8, is_given ? ROLE_OK : ROLE_NORMAL,
               is_given ? _("guest") : _("host"));
    arena_free(arena);
}

static void draw_row(const struct app *app, struct canvas *canvas, int y,
                     const struct device_row *row, bool is_top,
                     bool is_selected)
{
    enum role role = is_selected ? ROLE_SELECTED : ROLE_NORMAL;

    draw_marker(canvas, y, is_selected);
    if (row->group && (row->is_first || is_top))
        canvas_putf(canvas, y, 3, ROLE_HEADING, "%3u", row->group->id);
    else if (!row->group && !row->device && (row->is_first || is_top))
        canvas_put(canvas, y, 3, ROLE_HEADING, "USB");
    else if (!row->group && (row->is_first || is_top))
        canvas_put(canvas, y, 3, ROLE_HEADING, "  -");
    if (row->device)
        draw_pci(app, canvas, y, row->device, role);
    else if (row->group)
        draw_folded(canvas, y, row->group, role);
    else
        draw_usb(app, canvas, y, row->usb, role);
}

/* The row behind it. */
static int draw_absent(const struct app *app, struct canvas *canvas)
{
    return canvas_wrap(
        canvas, BODY_TOP + 2, 1, canvas->width - 2, 4, ROLE_WARN,
        app->session->host->pci.problem
            ? _("The PCI devices could not be read.")
            : _("There is no IOMMU group, so no PCI device can be given to a "
                "guest. Step 2 says what to do. CPUs and options can be tuned "
                "without it."));
}

static size_t count_given(const struct app *app)
{
    const struct plan *plan = app_plan(app);
    size_t count = 0;

    for (size_t i = 0; i < app->session->host->pci.device_count; i++)
        count += plan->is_given[i];
    for (size_t i = 0; i < usb_count(plan); i++)
        count += usb_is_row(plan, i) && plan->is_usb_given[i];
    return count;
}

/* What the host needs goes only if it is asked for twice in a row. */
static bool asks_first(struct app *app, const void *device, bool is_needed)
{
    if (!is_needed || app->asked_device == device)
        return false;
    app->asked_device = device;
    app_hint(app, "The host needs it, see above. Space again gives it.");
    return true;
}

static void toggle_pci(struct app *app, const struct pci_device *device)
{
    size_t index = index_of(app, device);
    bool follows = drift_leads_to(app_plan(app), index);
    const struct pci_device *on = NULL;
    const char *reason;

    device_claim(app_plan(app), index, &on);

    if (asks_first(app, device,
                   is_claimed(app, device) &&
                       !app_plan(app)->is_given[index])) {
        if (on && on != device)
            app_hint(app,
                     "The host needs %s, which goes along. Space again: both.",
                     pci_short_address(on));
        return;
    }
    reason = device_toggle(app_edit(app), index);
    app_edited(app);
    if (reason)
        app_hint(app, "%s", reason);
    else if (follows)
        app_hint(app, "The domain follows its device to %s; u undoes it.",
                 pci_short_address(device));
    else
        app_hint(app, "%s with its slot %s; u undoes it.",
                 pci_short_address(device),
                 app_plan(app)->is_given[index] ? _("goes to the guest")
                                                : _("stays with the host"));
}

static void toggle_usb(struct app *app, size_t index)
{
    const struct usb_device *device = usb_plugged(app_plan(app), index);
    bool is_given = app_plan(app)->is_usb_given[index];

    if (device && asks_first(app, device,
                             !is_given && device->claim.text &&
                                 device->claim.severity == CLAIM_REFUSE))
        return;
    app_edit(app)->is_usb_given[index] = !is_given;
    app_edited(app);
    app_hint(app, is_given ? "It stays with the host; u undoes it."
                           : "It goes to the guest; u undoes it.");
}

static void next_filter(struct app *app)
{
    app->device_filter =
        (enum device_filter)((app->device_filter + 1) % FILTER_COUNT);
    app->lists[STEP_DEVICES].selected = app->lists[STEP_DEVICES].top = 0;
    app_hint(app, "Shown: %s.", devlist_filter_name(app->device_filter));
}

/* None, 1, 2, 3, none. */
static void next_boot(struct app *app, const struct pci_device *device)
{
    size_t index = index_of(app, device);
    const char *obstacle = device_boot_obstacle(app_plan(app), index);
    unsigned order = (app_plan(app)->wishes[index].boot + 1) % 4;

    if (obstacle && order > 0) {
        app_hint(app, "%s", obstacle);
        return;
    }
    device_set_boot(app_edit(app), index, order);
    app_edited(app);
    if (order == 0)
        app_hint(app, "%s is not booted from.", pci_short_address(device));
    else if (order == 1 && app->session->domain->has_os_boot)
        app_hint(app,
                 "The guest boots from it first; <os><boot> becomes "
                 "places of single devices.");
    else
        app_hint(app, "Place %u in the boot order.", order);
}

static void take_rom(struct app *app, const char *text)
{
    struct device_rows rows = devlist_rows(app);
    int selected = app->lists[STEP_DEVICES].selected;
    const struct pci_device *device =
        selected < (int)rows.count ? rows.list[selected].device : NULL;

    free(rows.list);
    if (device && !device_set_rom(app_edit(app), index_of(app, device), text))
        app_hint(app, "On, off, default, or the absolute path of a file.");
    app_edited(app);
}

static void ask_rom(struct app *app, const struct pci_device *device)
{
    const struct plan *plan = app_plan(app);

    if (plan->is_given[index_of(app, device)])
        prompt_open(app, _("ROM (on, off, default, /path):"),
                    device_rom(&plan->wishes[index_of(app, device)]), take_rom);
    else
        app_hint(app, "Give it to the guest first.");
}

static bool act_on(struct app *app, const struct device_row *row,
                   enum action action)
{
    switch (action) {
    case ACTION_TOGGLE:
        if (row->device)
            toggle_pci(app, row->device);
        else if (!row->group)
            toggle_usb(app, row->usb);
        else
            devlist_fold(app, row);
        return true;
    case ACTION_VIEW:
        devdetail_page(app, row);
        return true;
    case ACTION_FOLD:
        if (!devlist_fold(app, row))
            app_hint(app, row->device ? "This device is in no IOMMU group."
                                      : "A USB device is in no group.");
        return true;
    case ACTION_BOOT:
    case ACTION_ROM:
        if (!row->device)
            app_hint(app, "This is for PCI devices.");
        else if (action == ACTION_BOOT)
            next_boot(app, row->device);
        else
            ask_rom(app, row->device);
        return true;
    default:
        return false;
    }
}

static bool is_of_row(enum action action)
{
    return action == ACTION_TOGGLE || action == ACTION_VIEW ||
           action == ACTION_FOLD || action == ACTION_BOOT ||
           action == ACTION_ROM;
}

static bool act(struct app *app, enum action action)
{
    struct device_rows rows;
    int selected = app->lists[STEP_DEVICES].selected;
    bool is_done;

    if (action == ACTION_FILTER) {
        next_filter(app);
        return true;
    }
    rows = devlist_rows(app);
    is_done =
        selected < (int)rows.count && act_on(app, &rows.list[selected], action);
    free(rows.list);
    if (rows.count == 0 && is_of_row(action)) {
        app_hint(app, "No device is listed that this could be for.");
        is_done = true;
    }
    return is_done;
}

static int length(const struct app *app)
{
    struct device_rows rows = devlist_rows(app);

    free(rows.list);
    return (int)rows.count;
}

/* Whether a PCI device can be given at all, as Host says it; up to `end`. */
static void draw_possible(const struct app *app, struct canvas *canvas, int y,
                          int end)
{
    const struct findings *findings = &app->session->host->findings;

    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *one = &findings->list[i];
        int x;

        if (strcmp(one->id, "passthrough") != 0)
            continue;
        x = canvas_put(canvas, y, 1, role_of_verdict(one->verdict),
                       verdict_label(one->verdict));
        x = canvas_put_cut(canvas, y, x + 2, end - x - 3, ROLE_NORMAL,
                           one->text);
        if (one->verdict != VERDICT_OK && x < end - 1)
            canvas_put_cut(canvas, y, x, end - x - 1, ROLE_NORMAL,
                           arena_printf(app->arena, ": %s", one->detail));
    }
}

static void draw_head(const struct app *app, struct canvas *canvas)
{
    const struct pci *pci = &app->session->host->pci;
    size_t given = count_given(app);
    size_t count = pci->device_count + app->session->host->usb.count;
    int x = canvas_putf(
        canvas, BODY_TOP, 1, ROLE_NORMAL,
        text_plural("%zu IOMMU group", "%zu IOMMU groups", pci->group_count),
        pci->group_count);

    x = canvas_putf(canvas, BODY_TOP, x, ROLE_NORMAL,
                    text_plural(", %zu device; ", ", %zu devices; ", count),
                    count);
    x = canvas_putf(
        canvas, BODY_TOP, x, ROLE_NORMAL,
        text_plural("%zu goes to the guest", "%zu go to the guest", given),
        given);
    if (app->device_filter != FILTER_ALL)
        canvas_putf(canvas, BODY_TOP, x, ROLE_NOTE, "; shown: %s",
                    devlist_filter_name(app->device_filter));
}

static void draw(struct app *app, struct canvas *canvas)
{
    struct list *list = &app->lists[STEP_DEVICES];
    bool has_groups = app->session->host->pci.group_count > 0;
    int top = BODY_TOP + (has_groups ? 3 : 6), width = canvas->width;
    int height = app_body_end(canvas) - (app_is_low(canvas) ? 4 : 7) - top;
    struct device_rows rows = devlist_rows(app);

    list->count = (int)rows.count;
    list_scroll(list, height);
    draw_head(app, canvas);
    draw_possible(app, canvas, BODY_TOP + 1,
                  draw_range(canvas, BODY_TOP + 1, 0, list, height));
    if (has_groups || draw_absent(app, canvas) < top) {
        canvas_put(canvas, top - 1, 3, ROLE_HEADING,
                   _("Grp     Address  Kind     Device"));
        canvas_put(canvas, top - 1, width - 22, ROLE_HEADING,
                   _("Driver        Goes to"));
    }
    for (int i = list->top; i < list->count && i < list->top + height; i++)
        draw_row(app, canvas, top + i - list->top, &rows.list[i],
                 i == list->top, i == list->selected);
    if (list->count > 0)
        devdetail_draw(app, canvas, top + 1 + height,
                       &rows.list[list->selected]);
    else if (has_groups)
        canvas_put(canvas, top, 3, ROLE_NOTE,
                   _("Nothing is shown; f shows something else."));
    if (!app->hint[0] && rows.count > 0)
        app_hint(app,
                 "[x] given  [ ] can go  [!] host needs it  - stays  . along");
    free(rows.list);
}

static const struct finder finder = {.has = devlist_has, .go = devlist_go};

const struct screen screen_devices = {
    .name = N_("Devices"),
    .draw = draw,
    .act = act,
    .length = length,
    .finder = &finder,
};
