/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of the Devices screen: PCI devices by IOMMU group, then USB
 * devices; filtered and folded as it was asked for.
 */
#ifndef UI_DEVLIST_H
#define UI_DEVLIST_H

#include "ui/app.h"

struct device_row {
    const struct iommu_group *group; /* NULL: a USB device */
    const struct pci_device *device; /* NULL: USB, or the group is folded */
    size_t usb;                      /* index of plan/usb.h */
    bool is_first;                   /* of its group, or of USB */
};

struct device_rows {
    struct device_row *list;
    size_t count;
};

/* All rows in order; free the list. */
struct device_rows devlist_rows(const struct app *app);

/* "all", "what can be given", "what the guest gets" */
const char *devlist_filter_name(enum device_filter filter);

/* Folds a row's group, or opens it. False: a USB device has none. */
bool devlist_fold(struct app *app, const struct device_row *row);

/*
 * Selects the next row in a direction (1, -1) that has the word: in address,
 * kind, name, driver or ids. A folded group with such a device is opened.
 * False if there is none.
 */
bool devlist_find(struct app *app, const char *word, int direction);

#endif
