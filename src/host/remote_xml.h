/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The XML of remote_facts, for the files that read it. */
#ifndef HOST_REMOTE_XML_H
#define HOST_REMOTE_XML_H

#include "host/remote.h"

#include <libxml/tree.h>

/* The document of a text that came from elsewhere, or NULL; xmlFreeDoc. */
xmlDoc *remote_parse(const char *text);

/* The first child element of this name, or NULL; `node` may be NULL. */
const xmlNode *remote_child(const xmlNode *node, const char *name);

/* The next sibling of the same name, or NULL. */
const xmlNode *remote_next(const xmlNode *node);

/* An attribute, or (`name` NULL) what the element holds; printable. */
const char *remote_text(struct arena *arena, const xmlNode *node,
                        const char *name);

/* The same as a number, decimal or with "0x"; false if it is none. */
bool remote_number(const xmlNode *node, const char *name, unsigned long maximum,
                   unsigned long *number);

/* A size with its attribute "unit" (KiB if absent); 0 if not understood. */
unsigned long remote_size_kib(const xmlNode *node, const char *name);

/* The parts of a host; `host` is the capabilities' <host>. */
bool remote_cpus(const struct remote_facts *facts, const xmlNode *host,
                 struct arena *arena, struct cpu_topology *topology,
                 struct err *err);
void remote_memory(const struct remote_facts *facts, const xmlNode *host,
                   struct arena *arena, struct memory *memory);
void remote_pci(const struct remote_facts *facts, struct arena *arena,
                struct pci *pci);

#endif
