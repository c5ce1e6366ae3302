/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the options' table share. Private to them: everybody else
 * asks option.h.
 */
#ifndef PLAN_OPTION_ROW_H
#define PLAN_OPTION_ROW_H

#include "plan/option.h"

/* The tables, each from its first id on. */
extern const struct option_row option_memory_rows[], option_hyperv_rows[],
    option_guest_rows[], option_io_rows[], option_host_rows[];

/*
 * option_host.c: why the hook cannot do it here, a sentence, or NULL if it
 * can; whether it would do this guest good.
 */
const char *option_host_obstacle(const struct plan *plan, enum option_id id);
bool option_host_is_of_use(const struct plan *plan, enum option_id id);

/* option_now.c: the value that one device of an option's scope has. */
long option_device_now(enum option_id id, const xmlNode *device);

/* option_bus.c: why disks or interfaces cannot become virtio, or NULL. */
const char *option_bus_obstacle(const struct plan *plan, enum option_id id);

/* A list of options, for needs and conflicts. */
#define OPTIONS(...) ((const enum option_id[]){__VA_ARGS__, OPTION_NONE})

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

#define FOR_ALL(what) \
    .windows = (what), .linux_guest = (what), .other_guest = (what)

#endif
