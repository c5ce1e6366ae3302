/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that virt-tune knows of the host. Read once, then constant.
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include "base/finding.h"
#include "host/bootloader.h"
#include "host/claim.h"
#include "host/cpu.h"
#include "host/kernel.h"
#include "host/memory.h"
#include "host/pci.h"
#include "host/usb.h"

/* Other people's hook files, wherever hooks are looked for. */
struct host_hooks {
    size_t file_count, fault_count; /* as check tells them */
    bool has_warning;               /* one of the faults is more than a note */
};

struct host {
    struct arena *arena;
    const char *root; /* the directory it was read from, "/" or --sysroot */
    /*
     * Whose it is ("host.example"), if it was not read from files but by what
     * libvirt tells of its host (host/remote.h); else NULL. Then there is
     * nothing beneath `root`, and what is not told is not known.
     */
    const char *remote;
    struct cpu_topology cpu;
    struct pci pci;
    struct usb usb;
    struct claims claims; /* what giving away a function costs the host */
    struct memory memory;
    struct kernel kernel;
    struct bootloader bootloader;
    struct host_hooks hooks;
    struct findings findings; /* the host checks, in order of their table */
};

/*
 * Reads the host beneath `path` ("/" for the running one). Fails only if the
 * CPUs cannot be read; all else that is missing becomes a finding.
 */
struct host *host_probe(const char *path, struct err *err);

/* The same of the devices alone, without serials; nothing else is there. */
struct host *host_probe_devices(const char *path, struct err *err);

/*
 * Looks for hooks beneath another root than the host's, where they are written:
 * its checks of hooks are made anew, and tell paths beneath that root's.
 */
void host_look_at_hooks(struct host *host, const struct root *root);
void host_free(struct host *host); /* NULL is allowed */

/* True if it is the running host, not a copy of one. */
bool host_is_running(const struct host *host);

#endif
