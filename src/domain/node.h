/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What libvirt itself tells of the host that it runs on, as it tells it. For
 * hosts whose files cannot be read: those of others.
 */
#ifndef DOMAIN_NODE_H
#define DOMAIN_NODE_H

#include "base/cpuset.h"
#include "domain/conn.h"

/* virConnectGetCapabilities: from the arena, or NULL with a sentence. */
char *node_capabilities(const struct conn *conn, struct arena *arena,
                        struct err *err);

/*
 * The CPU of these capabilities with every feature that its model stands for;
 * NULL if libvirt does not know it.
 */
char *node_cpu(const struct conn *conn, struct arena *arena,
               const char *capabilities);

/* The XML of every PCI device. NULL with a sentence if there is no such list.
 */
const char **node_pci_devices(const struct conn *conn, struct arena *arena,
                              size_t *count, struct err *err);

/* CPUs that are there but offline; none if libvirt does not tell. */
cpu_set_t node_offline(const struct conn *conn);

/* Free pages of a size in a NUMA node. */
bool node_free_pages(const struct conn *conn, unsigned node,
                     unsigned long size_kib, unsigned long *count);

/* Memory that is free or can be, of a NUMA node or (-1) of all; 0: not told. */
unsigned long node_available_kib(const struct conn *conn, int node);

#endif
