/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Network interfaces and the PCI functions beneath them. For net.c and ssh.c
 * alone; claims are what comes of it (host/claim.h).
 */
#ifndef HOST_NET_H
#define HOST_NET_H

#include "host/claim_look.h"

struct interface {
    const char *name;
    const char *master; /* the bridge or bond that it is in, or NULL */
    struct claim_targets targets; /* functions that it is itself part of */
    unsigned stamp;               /* of the last walk that came by */
};

struct net {
    struct claim_look *look;
    struct interface *interfaces; /* in version order of their names */
    size_t interface_count;
    bool has_interfaces; /* they could be read */
    bool has_default;    /* a default route was found */
    const char *lost;    /* carries a default route over who knows what */
    unsigned stamp;
};

/*
 * The functions beneath an interface, by whatever it is put together from.
 * False if none is known (a tunnel, say).
 */
bool net_find(struct net *net, const char *name, struct claim_targets *targets);

/*
 * After net_find of that name: "br0 on eth0", or just the name if it is the
 * function's own. Borrowed or of the scratch arena.
 */
const char *net_describe(const struct net *net, const char *name,
                         const struct pci_device *device);

/* Claims what this SSH session comes in through, if it is one. */
void net_claim_ssh(struct net *net);

#endif
