/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wish: what a domain shall be like. A plan starts equal to the domain;
 * what is not touched stays so.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "domain/domain.h"
#include "domain/neighbour.h"
#include "host/host.h"
#include "plan/option.h"

/* How the guest has a PCI device that it gets. */
struct device_wish {
    unsigned boot; /* <boot order>; 0: none */
    enum rom_bar rom_bar;
    char *rom_file; /* an absolute path, or NULL: what the card has */
};

/* A disk that shall be a whole physical one: see image.h. */
struct image_wish {
    char *target; /* "vda" */
    char *path;   /* "/dev/disk/by-id/..." */
};

/* What one disk shall have, over what the options say of all: see disk.h. */
struct disk_wish {
    long values[OPTION_DISKS_QUEUES - OPTION_DISKS_CACHE + 1];
};

struct identities;

struct plan {
    const struct host *host;         /* borrowed */
    const struct domain *domain;     /* borrowed */
    const struct neighbours *others; /* borrowed; NULL: not known */

    unsigned vcpus;
    cpu_set_t *vcpupin;    /* one of each vCPU; empty: not pinned */
    cpu_set_t emulatorpin; /* empty: not pinned */
    unsigned iothread_count;
    struct domain_iothread *iothreads;
    bool *is_given;             /* one of each host PCI device: to guest */
    struct device_wish *wishes; /* the same */
    long *moves;                /* see drift.h */
    bool *is_usb_given;         /* one of each host USB device */
    unsigned *disk_iothread;    /* one of each domain disk; 0: none */
    struct image_wish *images;  /* each target once */
    size_t image_count;
    struct disk_wish *disk_wishes; /* one of each disk of disk.h */
    size_t disk_wish_count;
    struct guest_topology topology; /* all 0: none */
    bool mirrors_nodes; /* memory and guest cells follow the pins; see cell.h */
    long options[OPTION_COUNT]; /* wishes: OPTION_KEEP or a value */
    enum guest_kind guest;      /* as the domain says, or as asked */
    unsigned dropped; /* bits of enum plan_part: not wanted after all */

    /* What the PCI devices were when they were given; NULL: not known. */
    const struct identities *identities; /* borrowed */

    /* What the hook's file for this domain says now: of each option. */
    bool hook_has[OPTION_COUNT];
    const char *hook_obstacle; /* why no hook can be installed, or NULL */
};

/*
 * A plan equal to the domain. `hook_conf` is the text of the hook's present
 * file for this domain, or NULL; `hook_obstacle` a sentence if no hook can be
 * installed for it, else NULL (borrowed). Free it with plan_free.
 */
struct plan *plan_new(const struct host *host, const struct domain *domain,
                      const char *hook_conf, const char *hook_obstacle);
struct plan *plan_copy(const struct plan *plan);
void plan_free(struct plan *plan); /* NULL is allowed */

/* True if the two plans wish the same. */
bool plan_equal(const struct plan *a, const struct plan *b);

/* All CPUs that some vCPU is pinned to. */
cpu_set_t plan_guest_cpus(const struct plan *plan);

/*
 * The guest's memory, KiB: the domain's, or where huge pages are wished,
 * rounded up to whole ones. plan_rounded_kib is the same for a given page
 * size. Memory of guest cells, or that can grow, is not rounded.
 */
unsigned long plan_memory_kib(const struct plan *plan);
unsigned long plan_rounded_kib(const struct plan *plan, unsigned long page_kib);

/* The cores that vCPUs are pinned to, whole, as CPUs. */
cpu_set_t plan_guest_cores(const struct plan *plan);

/* True if every vCPU is pinned. */
bool plan_is_pinned(const struct plan *plan);

/* True if vCPU `vcpu` is pinned to exactly one CPU; then `*cpu` is it. */
bool plan_pin(const struct plan *plan, unsigned vcpu, int *cpu);

/*
 * The vCPU count; pins are kept or empty, the topology and the wish to mirror
 * the host's nodes are forgotten.
 */
void plan_set_vcpus(struct plan *plan, unsigned vcpus);

/* Puts CPUs, threads, topology and nodes back to what the domain has. */
void plan_reset_cpus(struct plan *plan);

/* "vcpupin", "hook", ...; the part of that name, or PART_COUNT. */
const char *plan_part_name(enum plan_part part);
enum plan_part plan_part_find(const char *name);

/* Drops a part or takes it back, with what cannot stand without it. */
void plan_drop(struct plan *plan, enum plan_part part, bool is_dropped);

/* True if the part is dropped. */
bool plan_is_dropped(const struct plan *plan, enum plan_part part);

/* A copy in which the dropped parts are as the domain has them. */
struct plan *plan_kept(const struct plan *plan);

/* Proposes what the options' table proposes; gives the number of changes. */
unsigned plan_propose_options(struct plan *plan);

#endif
