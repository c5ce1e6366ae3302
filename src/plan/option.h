/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options: a table of everything that can be switched, apart from CPUs.
 * Screen, command line, plan file and XML read the same rows.
 */
#ifndef PLAN_OPTION_H
#define PLAN_OPTION_H

#include <stdbool.h>
#include <stddef.h>

struct plan;

enum option_id {
    OPTION_HUGEPAGES,
    OPTION_HUGEPAGES_RESERVE,
    OPTION_HV_RELAXED,
    OPTION_HV_VAPIC,
    OPTION_HV_SPINLOCKS,
    OPTION_HV_VPINDEX,
    OPTION_HV_RUNTIME,
    OPTION_HV_SYNIC,
    OPTION_HV_STIMER,
    OPTION_HV_FREQUENCIES,
    OPTION_HV_TLBFLUSH,
    OPTION_HV_IPI,
    OPTION_HYPERVCLOCK,
    OPTION_TOPOEXT,
    /* option_host.c */
    OPTION_ISOLATE,
    OPTION_INTERRUPTS,
    OPTION_INTERRUPTS_VCPUS,
    OPTION_FREQUENCY,
    OPTION_SLEEP,
    OPTION_DEVICES,
    OPTION_DISPLAY,
    OPTION_COMMANDS,
    OPTION_REQUIRED,
    OPTION_COUNT,
    OPTION_NONE = OPTION_COUNT,
};

/*
 * A value is OPTION_KEEP (leave the domain as it is), 0 (off), 1 (on) or,
 * where the option has one, a number: KiB of a page, spinlock retries.
 */
enum { OPTION_KEEP = -1, OPTION_OFF = 0, OPTION_ON = 1 };

enum option_type {
    OPTION_TYPE_SWITCH,    /* off, on */
    OPTION_TYPE_NUMBER,    /* off, or minimum to maximum */
    OPTION_TYPE_PAGE_SIZE, /* off, or a page size of the host in KiB */
};

/*
 * Where a switch stands in the domain XML: the element `element` (the one
 * whose attribute `match` is `match_value`, if given) below `parent`, whose
 * attribute `attribute` says `on` or `off`.
 */
struct option_place {
    const char *parent, *element;
    const char *match, *match_value;
    const char *attribute, *on, *off;
    const char *number; /* the attribute of the number, or NULL */
};

struct option_row {
    const char *key;   /* in plan files and --set */
    const char *group; /* heading on the screen */
    const char *title;
    enum option_type type;
    long minimum, maximum;   /* of OPTION_TYPE_NUMBER */
    long proposed;           /* the value proposed where it is available */
    bool is_for_windows;     /* does nothing for other guests */
    enum option_id needs[3]; /* ended by OPTION_NONE */
    const char *hyperv;   /* libvirt's name of the Hyper-V feature, or NULL */
    const char *hook_key; /* the hook's file has it if it is on, or NULL */
    struct option_place place; /* element NULL: not a plain switch */
    const char *does, *cost, *risk, *writes, *source;
};

const struct option_row *option_get(enum option_id id);

/* The option with this key, or OPTION_NONE. */
enum option_id option_find(const char *key);

/* The value that the domain (and its hook file) has now; never OPTION_KEEP. */
long option_now(const struct plan *plan, enum option_id id);

/* The value that the domain will have: the wish, or what it has now. */
long option_effective(const struct plan *plan, enum option_id id);

/*
 * Why the option cannot be switched on here: a sentence, or NULL if it can.
 */
const char *option_obstacle(const struct plan *plan, enum option_id id);

/* The value to propose here, or OPTION_KEEP if there is nothing to propose. */
long option_proposal(const struct plan *plan, enum option_id id);

/*
 * Sets a wish, and what follows: what the option needs is switched on with
 * it, what needs it is switched off with it. Gives the number of other
 * options that were changed.
 */
unsigned option_set(struct plan *plan, enum option_id id, long value);

/* Writes a value as --set takes it: "keep", "off", "on", "2M", "8191". */
void option_format(enum option_id id, long value, char *text, size_t size);

/* Reads what option_format writes. False if the option has no such value. */
bool option_parse(enum option_id id, const char *text, long *value);

#endif
