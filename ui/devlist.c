/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes groups, filter and folds, gives rows. */
#include "ui/devlist.h"

#include "base/text.h"
#include "plan/device.h"
#include "plan/usb.h"

#include <stdlib.h>
#include <string.h>

static size_t number_of(const struct app *app, const struct iommu_group *group)
{
    return (size_t)(group - app->session->host->pci.groups);
}

static bool is_folded(const struct app *app, const struct iommu_group *group)
{
    return app->is_group_folded && app->is_group_folded[number_of(app, group)];
}

static bool is_wanted(const struct app *app, const struct pci_device *device)
{
    size_t index = (size_t)(device - app->session->host->pci.devices);

    switch (app->device_filter) {
    case FILTER_CAN:
        return !device_obstacle(app_plan(app), index) &&
               pci_role(device, device) == PCI_ROLE_GUEST;
    case FILTER_GUEST:
        return app_plan(app)->is_given[index];
    default:
        return true;
    }
}

static void add_group(const struct app *app, const struct iommu_group *group,
                      struct device_rows *rows)
{
    size_t before = rows->count;

    for (size_t i = 0; i < group->device_count; i++) {
        if (!is_wanted(app, group->devices[i]))
            continue;
        rows->list[rows->count] = (struct device_row){
            .group = group,
            .device = is_folded(app, group) ? NULL : group->devices[i],
            .is_first = rows->count == before,
        };
        rows->count++;
        if (is_folded(app, group))
            return;
    }
}

/* Without a group none can be given; what the domain has is there to take. */
static void add_groupless(const struct app *app, struct device_rows *rows)
{
    const struct pci *pci = &app->session->host->pci;
    size_t before = rows->count;

    for (size_t i = 0; i < pci->device_count; i++) {
        const struct pci_device *device = &pci->devices[i];

        if (device->group >= 0 || !is_wanted(app, device) ||
            (!app_plan(app)->is_given[i] &&
             !device_is_in_domain(app->session->domain, device)))
            continue;
        rows->list[rows->count] = (struct device_row){
            .device = device, .is_first = rows->count == before};
        rows->count++;
    }
}

struct device_rows devlist_rows(const struct app *app)
{
    const struct pci *pci = &app->session->host->pci;
    const struct plan *plan = app_plan(app);
    struct device_rows rows = {
        .list = mem_alloc(pci->device_count + usb_count(plan) + 1,
                          sizeof(*rows.list)),
    };
    bool is_first = true;

    for (size_t i = 0; i < pci->group_count; i++)
        add_group(app, &pci->groups[i], &rows);
    add_groupless(app, &rows);
    for (size_t i = 0; i < usb_count(plan); i++) {
        if (!usb_is_row(plan, i) ||
            (app->device_filter == FILTER_GUEST && !plan->is_usb_given[i]))
            continue;
        rows.list[rows.count++] =
            (struct device_row){.usb = i, .is_first = is_first};
        is_first = false;
    }
    return rows;
}

const char *devlist_filter_name(enum device_filter filter)
{
    static const char *const names[] = {
        [FILTER_ALL] = N_("all"),
        [FILTER_CAN] = "what can be given",
        [FILTER_GUEST] = "what the guest gets",
    };

    return text_of(names[filter]);
}

/* The row that shows the group, or one of its devices. */
static void select_group(struct app *app, const struct iommu_group *group,
                         const struct pci_device *device)
{
    struct device_rows rows = devlist_rows(app);

    for (size_t i = rows.count; i-- > 0;)
        if (rows.list[i].group == group &&
            (!device || !rows.list[i].device || rows.list[i].device == device))
            app->lists[STEP_DEVICES].selected = (int)i;
    free(rows.list);
}

bool devlist_fold(struct app *app, const struct device_row *row)
{
    if (!row->group)
        return false;
    if (!app->is_group_folded)
        app->is_group_folded = mem_alloc(app->session->host->pci.group_count,
                                         sizeof(*app->is_group_folded));
    app->is_group_folded[number_of(app, row->group)] ^= true;
    select_group(app, row->group, row->device);
    return true;
}

static bool has_word(const struct pci_device *device, const char *word)
{
    char ids[16];

    snprintf(ids, sizeof(ids), "%04x:%04x", device->vendor, device->device);
    return strcasestr(device->address, word) ||
           strcasestr(pci_kind(device), word) ||
           strcasestr(device->name, word) ||
           (device->driver && strcasestr(device->driver, word)) ||
           strcasestr(ids, word);
}

static bool usb_has_word(const struct app *app, size_t index, const char *word)
{
    const struct usb_device *device = usb_plugged(app_plan(app), index);
    struct arena *arena = arena_new();
    bool has = strcasestr(usb_name(app_plan(app), index, arena), word) ||
               strcasestr("usb", word) ||
               (device && (strcasestr(device->name, word) ||
                           strcasestr(device->port, word)));

    arena_free(arena);
    return has;
}

/* The device of a row that has the word; a folded row has several. */
static bool row_has_word(const struct app *app, const struct device_row *row,
                         const char *word, const struct pci_device **device)
{
    *device = row->device;
    if (row->device)
        return has_word(row->device, word);
    if (!row->group)
        return usb_has_word(app, row->usb, word);
    for (size_t i = 0; i < row->group->device_count; i++) {
        *device = row->group->devices[i];
        if (is_wanted(app, *device) && has_word(*device, word))
            return true;
    }
    return false;
}

bool devlist_has(const struct app *app, int row, const char *word)
{
    struct device_rows rows = devlist_rows(app);
    const struct pci_device *device;
    bool has = row_has_word(app, &rows.list[row], word, &device);

    free(rows.list);
    return has;
}

void devlist_go(struct app *app, int row, const char *word)
{
    struct device_rows rows = devlist_rows(app);
    const struct device_row *found = &rows.list[row];
    const struct pci_device *device;

    app->lists[STEP_DEVICES].selected = row;
    if (found->group && !found->device &&
        row_has_word(app, found, word, &device)) {
        devlist_fold(app, found);
        select_group(app, found->group, device);
    }
    free(rows.list);
}
