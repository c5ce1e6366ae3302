/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options: a table of everything that can be switched, apart from CPUs.
 * Screen, command line, plan file and XML read the same rows.
 */
#ifndef PLAN_OPTION_H
#define PLAN_OPTION_H

#include "domain/domain.h"
#include "plan/part.h"

#include <stdbool.h>
#include <stddef.h>

struct plan;

/* In the order in which they are shown, one run of ids in each table. */
enum option_id {
    /* option_memory.c */
    OPTION_HUGEPAGES,
    OPTION_HUGEPAGES_RESERVE,
    OPTION_MEMBALLOON,
    OPTION_NOSHAREPAGES,
    OPTION_LOCKED,
    OPTION_SOURCE,
    OPTION_ACCESS,
    /* option_hyperv.c */
    OPTION_HV_RELAXED,
    OPTION_HV_VAPIC,
    OPTION_HV_SPINLOCKS,
    OPTION_HV_VPINDEX,
    OPTION_HV_RUNTIME,
    OPTION_HV_SYNIC,
    OPTION_HV_STIMER,
    OPTION_HV_STIMER_DIRECT,
    OPTION_HV_RESET,
    OPTION_HV_VENDOR_ID,
    OPTION_HV_FREQUENCIES,
    OPTION_HV_REENLIGHTENMENT,
    OPTION_HV_TLBFLUSH,
    OPTION_HV_TLBFLUSH_DIRECT,
    OPTION_HV_TLBFLUSH_EXTENDED,
    OPTION_HV_IPI,
    OPTION_HV_EVMCS,
    OPTION_HV_AVIC,
    OPTION_HV_EMSR_BITMAP,
    OPTION_HV_XMM_INPUT,
    /* option_guest.c */
    OPTION_HYPERVCLOCK,
    OPTION_KVMCLOCK,
    OPTION_HPET,
    OPTION_RTC,
    OPTION_PIT,
    OPTION_CLOCK_OFFSET,
    OPTION_CPU_MODE,
    OPTION_CACHE,
    OPTION_TOPOEXT,
    OPTION_INVTSC,
    OPTION_MIGRATABLE,
    OPTION_MAXPHYSADDR,
    OPTION_MAXPHYSADDR_LIMIT,
    OPTION_HYPERVISOR,
    OPTION_VMX,
    OPTION_SVM,
    OPTION_VCPUSCHED,
    OPTION_KVM_HIDDEN,
    OPTION_KVM_HINT_DEDICATED,
    OPTION_KVM_POLL_CONTROL,
    OPTION_KVM_PV_IPI,
    OPTION_IOAPIC,
    OPTION_PMU,
    OPTION_VMPORT,
    OPTION_SMM,
    /* option_io.c */
    OPTION_DISKS_BUS, /* before what only virtio disks have */
    OPTION_DISKS_CACHE,
    OPTION_DISKS_IO,
    OPTION_DISKS_DISCARD,
    OPTION_DISKS_QUEUES,
    OPTION_IOTHREADS_IDLE,
    OPTION_SCSI_IOTHREAD,
    OPTION_SCSI_QUEUES,
    OPTION_NET_MODEL,
    OPTION_NET_QUEUES,
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
 * A value is OPTION_KEEP (leave the domain as it is), 0 (off; of a choice: not
 * written, so libvirt's default), 1 (on) or, where the option has one, a
 * number: KiB of a page, spinlock retries, the Nth word of a choice from 1.
 * What was set by hand to something that is none of these is OPTION_OTHER: it
 * is shown and left, and never wished.
 */
enum { OPTION_OTHER = -2, OPTION_KEEP = -1, OPTION_OFF = 0, OPTION_ON = 1 };

/* A value of OPTION_PIT. */
enum { OPTION_PIT_DISCARD = 2 };

enum option_type {
    OPTION_TYPE_SWITCH,    /* off, on */
    OPTION_TYPE_NUMBER,    /* off, or minimum to maximum */
    OPTION_TYPE_PAGE_SIZE, /* off, or a page size of the host in KiB */
    OPTION_TYPE_CHOICE,    /* off (the default), or one of the words */
};

/* Whether an option that can be used is proposed to a kind of guest. */
enum option_proposed { PROPOSE_NOTHING, PROPOSE_ON, PROPOSE_OFF };

/* How many elements an option speaks of: one, or those of many devices. */
enum option_scope {
    SCOPE_ONE,
    SCOPE_DISKS,        /* <driver> of each disk on a file or block device */
    SCOPE_VIRTIO_DISKS, /* virtio-blk of those */
    SCOPE_SCSI,         /* <driver> of each virtio-scsi controller */
    SCOPE_NETS,         /* <driver> of each virtio interface on a tap device */
    SCOPE_BUSES,        /* `element` of each disk that is SATA, IDE or virtio */
    SCOPE_CARDS,        /* `element` of each interface, emulated or virtio */
};

/*
 * Where an option stands in the domain XML: the element `element` (the one
 * whose attribute `match` is `match_value`, if given) below the path `parent`,
 * or `parent` itself if `element` is NULL. Its attribute `attribute` says `on`
 * or `off` or one of the row's words; with neither attribute nor number it is
 * on by being there. Off without a word for it takes the attribute away, or
 * the element if it is whole; `drops_off` makes it so even with one.
 */
struct option_place {
    enum option_scope scope;
    const char *parent, *element;
    const char *match, *match_value;
    const char *attribute, *on, *off;
    const char *number;            /* the attribute of the number, or NULL */
    const char *numbered;          /* what `attribute` says with a number */
    const char *also, *also_value; /* an attribute that goes with `on` */
    bool is_whole;                 /* the element says nothing else */
    bool drops_off;  /* libvirt stores no `off` of it, or not all */
    bool omits_on;   /* to be on, the attribute is taken away */
    bool bare_is_on; /* without its attribute the element says on */
    long absent;     /* the value that it has if nothing is written */
};

struct option_row {
    const char *key;   /* in plan files and --set */
    const char *group; /* heading on the screen */
    const char *title;
    enum option_type type;
    enum plan_part part;
    long minimum, maximum;    /* of OPTION_TYPE_NUMBER */
    const char *const *words; /* of OPTION_TYPE_CHOICE, ended by NULL */
    long on;                  /* what "on" means */
    bool replaces;            /* may replace OPTION_OTHER */
    bool has_no_off;          /* it has to have some value */
    enum option_proposed windows, linux_guest, other_guest;
    const enum option_id *needs;     /* ended by OPTION_NONE, or NULL */
    const enum option_id *wants;     /* the same: without, it does nothing */
    const enum option_id *conflicts; /* the same: off where this is on */
    const char *hyperv;   /* libvirt's name of the Hyper-V feature, or NULL */
    const char *detail;   /* its name among libvirt's defaults, or NULL */
    const char *hook_key; /* the hook's file has it if it is on, or NULL */
    unsigned long since;  /* the first libvirt that has it, or 0 */
    struct option_place place; /* parent NULL: not in the XML */
    const char *does, *cost, *risk, *writes, *source; /* cost, risk: or NULL */
};

const struct option_row *option_get(enum option_id id);

/* The option with this key, or OPTION_NONE. */
enum option_id option_find(const char *key);

/* What it needs and what it excludes: lists ended by OPTION_NONE. */
const enum option_id *option_needs(enum option_id id);
const enum option_id *option_conflicts(enum option_id id);

/*
 * The same of what it is of use with only, on this host: it is set with it like
 * what it needs, but the guest starts without.
 */
const enum option_id *option_wants(const struct plan *plan, enum option_id id);

/*
 * The value that the domain (and its hook file) has now: never OPTION_KEEP,
 * but perhaps OPTION_OTHER.
 */
long option_now(const struct plan *plan, enum option_id id);

/* The value that the domain will have: the wish, or what it has now. */
long option_effective(const struct plan *plan, enum option_id id);

/* True if it is switched off, or not written and off by default. */
bool option_is_off(const struct plan *plan, enum option_id id);

/*
 * Why the option cannot be switched on here: a sentence, or NULL if it can.
 */
const char *option_obstacle(const struct plan *plan, enum option_id id);

/* The same for any value, OPTION_OFF too. To keep is never refused. */
const char *option_refusal(const struct plan *plan, enum option_id id,
                           long value);

/* True if only KVM gives it and the domain is emulated: type='qemu'. */
bool option_is_idle(const struct plan *plan, enum option_id id);

/*
 * "passthrough" or another mode in which <hyperv> is no list of single hints;
 * NULL if it is one. Else each hint by itself is off: what stands there says
 * nothing, and nothing depends on it.
 */
const char *option_hyperv_mode(const struct plan *plan);

/* True if AVIC is wished, which the PIT's policy must not stop. */
bool option_needs_discard(const struct plan *plan);

/* True if the firmware is asked for Secure Boot, by its path or by features. */
bool option_has_secure_boot(const xmlNode *root);

/* The value to propose here, or OPTION_KEEP if there is nothing to propose. */
long option_proposal(const struct plan *plan, enum option_id id);

/*
 * Sets a wish, and what follows: what the option needs is switched on with
 * it, what needs it or excludes it is switched off with it. Gives the number
 * of other options that were changed.
 */
unsigned option_set(struct plan *plan, enum option_id id, long value);

/* Writes a value as --set takes it: "keep", "off", "on", "2M", "8191". */
void option_format(enum option_id id, long value, char *text, size_t size);

/* The same for the screen: OPTION_OTHER as it is written in the XML. */
void option_show(const struct plan *plan, enum option_id id, long value,
                 char *text, size_t size);

/* Reads what option_format writes. False if the option has no such value. */
bool option_parse(enum option_id id, const char *text, long *value);

/* What --set takes beyond keep and off: "on", "on or 4095-65535", ... */
void option_values(enum option_id id, char *text, size_t size);

/* The element of an option of scope one, or NULL. */
const xmlNode *option_find_place(const xmlNode *root,
                                 const struct option_place *place);

/* The first device of a scope, and the one after `device`; NULL at the end. */
const xmlNode *option_device(const xmlNode *root, enum option_scope scope,
                             const xmlNode *device);

/* What a row with a scope is about: `element` of a device, or its <driver>. */
const xmlNode *option_in_device(const xmlNode *device,
                                const struct option_place *place);

#endif
