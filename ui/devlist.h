/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of the Devices screen: PCI devices by IOMMU group, then USB
 * devices; filtered and folded as it was asked for.
 */
#ifndef UI_DEVLIST_H
#define UI_DEVLIST_H

#include "ui/app.h"

struct device_row {
    const struct iommu_group *group; /* NULL: USB, or it is in no group */
    const struct pci_device *device; /* NULL: USB, or the group is folded */
    size_t usb;                      /* index of plan/usb.h */
    bool is_first; /* of its group, of those without, or of USB */
};

struct device_rows {
    struct device_row *list;
    size_t count;
};

/* All rows in order; free the list. */
struct device_rows devlist_rows(const struct app *app);

/* "all", "what can be given", "what the guest gets" */
const char *devlist_filter_name(enum device_filter filter);

/* Folds a row's group, or opens it. False: it has none. */
bool devlist_fold(struct app *app, const struct device_row *row);

/*
 * For ui/find.h: true if a row has the word in address, kind, name, driver or
 * ids; a folded group, if one of its devices has it.
 */
bool devlist_has(const struct app *app, int row, const char *word);

/* Selects it; a folded group is opened, and its first such device selected. */
void devlist_go(struct app *app, int row, const char *word);

#endif
