/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For those who look for claims: the state of one look, how a claim is made,
 * and how a place in sysfs leads to PCI functions. Each of them reads one
 * corner of the host and adds what it finds.
 */
#ifndef HOST_CLAIM_LOOK_H
#define HOST_CLAIM_LOOK_H

#include "host/claim.h"

#include "base/str.h"

struct claim_entry;
struct disk;

struct claim_look {
    const struct root *root;
    struct arena *arena;   /* of the claims */
    struct arena *scratch; /* ends with the look */
    const struct pci *pci;
    const char *ssh_connection;  /* NULL: look for it */
    unsigned *kinds;             /* for each function, bits of its kinds */
    struct claim_entry *entries; /* what was found so far */
    size_t count, capacity;
    const struct disk *disks; /* of block_claim (host/block.h) */
    size_t disk_count;
};

/* Functions that a place may lead to. */
enum { CLAIM_TARGETS = 16 };

struct claim_targets {
    const struct pci_device *list[CLAIM_TARGETS];
    size_t count;
};

/*
 * Adds a claim on a function. The sentence is made printable here, so names
 * from outside can be put into it as they are.
 */
void claim_add(struct claim_look *look, const struct pci_device *device,
               enum claim_kind kind, enum claim_severity severity,
               const char *source, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/*
 * Says that it could not be looked for claims of this kind: on each function
 * that may have one and has none yet. `why` is a whole sentence.
 */
void claim_add_unknown(struct claim_look *look, enum claim_kind kind,
                       const char *source, const char *why);

/* True if such a claim was added for the function. */
bool claim_has(const struct claim_look *look, const struct pci_device *device,
               enum claim_kind kind);

/*
 * The functions that a canonical place in sysfs goes through and that can be
 * given away: the last PCI address in the path, and of those before it what is
 * no bridge (a VMD controller, say); of a virtual function its physical one
 * too. Adds each once to `targets`, up to CLAIM_TARGETS.
 */
void claim_follow(const struct claim_look *look, const char *place,
                  struct claim_targets *targets);

/* A list of names as prose, "a, b and 3 more", from the scratch arena. */
const char *claim_join(const struct claim_look *look, const char *const *names,
                       size_t count);

/* The next blank-separated word at `*text`, which moves on; NULL at the end. */
char *claim_word(char **text);

/* The next line, without its end; NULL at the end. */
char *claim_line(char **text);

/* Undoes the octal escapes of the kernel's tables ("\040"), in place. */
void claim_unescape(char *text);

/* The looks, one file each, in the order of claim.c's table. */
void block_claim(struct claim_look *look);    /* mounts, swap, members */
void net_claim(struct claim_look *look);      /* routes, SSH */
void input_claim(struct claim_look *look);    /* keyboards, mice */
void display_claim(struct claim_look *look);  /* displays, consoles */
void client_claim(struct claim_look *look);   /* open devices, drivers */
void function_claim(struct claim_look *look); /* SR-IOV, reset, identity */

#endif
