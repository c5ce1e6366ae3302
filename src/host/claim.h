/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What giving a PCI function to a guest costs the host: who uses it now, and
 * what is known to go wrong with it. Facts only, each with the file that it
 * was read from; read once, without changing anything.
 */
#ifndef HOST_CLAIM_H
#define HOST_CLAIM_H

#include "host/pci.h"

enum claim_kind {
    CLAIM_DISK,         /* mounts, swap, members of LVM, RAID or ZFS in use */
    CLAIM_SSH,          /* this SSH session comes in through it */
    CLAIM_ROUTE,        /* a default route leaves through it */
    CLAIM_KEYBOARD,     /* keyboards at a USB controller */
    CLAIM_POINTER,      /* mice, touchpads */
    CLAIM_BOOT_DISPLAY, /* boot_vga */
    CLAIM_ONLY_DISPLAY, /* no other display is the host's */
    CLAIM_DRIVER,       /* its driver would not let go */
    CLAIM_CLIENT,       /* programs have it open */
    CLAIM_GUEST,        /* a running guest has it, or a mediated part of it */
    CLAIM_CONSOLE,      /* the kernel's text console */
    CLAIM_MONITOR,      /* a monitor is connected */
    CLAIM_VIRTUAL,      /* virtual functions of it exist */
    CLAIM_MEMBER,       /* signature of LVM, RAID or ZFS, not in use */
    CLAIM_RESET,        /* the kernel knows no way to reset it */
    CLAIM_TROUBLE,      /* known trouble with the reset of this model */
    CLAIM_IDENTITY,     /* another function has the same identity */
    CLAIM_KIND_COUNT,
};

enum claim_severity {
    CLAIM_NOTE,
    CLAIM_UNKNOWN, /* could not look: neither good nor bad */
    CLAIM_WARN,
    CLAIM_REFUSE, /* to be given away only after a second confirmation */
};

struct claim {
    enum claim_kind kind;
    enum claim_severity severity;
    const char *text; /* one whole sentence, "It holds / (sda1)."; printable */
    const char *source; /* "/proc/self/mountinfo" */
};

/* How much of its text there is before the full stop, to go on after it. */
int claim_clause(const struct claim *claim);

/* The claims on one function, the gravest first. */
struct claim_list {
    const struct claim *list;
    size_t count;
};

struct claims {
    const struct pci *pci;
    struct claim_list *lists; /* one for each of pci->devices; NULL: none */
};

/*
 * Looks for claims on every function of `pci`, which must outlive `claims`.
 * `ssh_connection` is the text of the variable of that name ("192.0.2.9 50000
 * 192.0.2.10 22"), or NULL to look for it: on the running host in the
 * environment and in that of the processes above (sudo removes it), beneath
 * another root in its proc/self/environ. Never fails; what cannot be read
 * becomes a claim of CLAIM_UNKNOWN on each function that it may concern.
 * Takes time linear in functions, disks, mounts, interfaces and open files.
 */
void claim_probe(const struct root *root, struct arena *arena,
                 const struct pci *pci, const char *ssh_connection,
                 struct claims *claims);

/*
 * The same of a host of which only libvirt tells (`name`): who uses a function
 * there is unknown; what follows from its model is told.
 */
void claim_elsewhere(const char *name, struct arena *arena,
                     const struct pci *pci, struct claims *claims);

/* The claims on a function of the same `pci`. */
struct claim_list claim_list(const struct claims *claims,
                             const struct pci_device *device);

/* The gravest claim on a function, or NULL if there is none. */
const struct claim *claim_first(const struct claims *claims,
                                const struct pci_device *device);

/* "disk", "route", "ssh", ...: stable names */
const char *claim_kind_name(enum claim_kind kind);

/* "note", "unknown", "warn", "refuse" */
const char *claim_severity_name(enum claim_severity severity);

#endif
