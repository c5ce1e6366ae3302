/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reading of host/pci.h: one entry of sys/bus/pci/devices after the other,
 * by libpci and by our own rooted reads. For pci.c alone.
 */
#ifndef HOST_PCI_READ_H
#define HOST_PCI_READ_H

#include "host/pci.h"

/*
 * Fills `devices` (an array of the arena, in any order), `device_count` and
 * `problem`. The directory must be there. Never fails: what cannot be read is
 * left out and said in `problem`.
 */
void pci_read(const struct root *root, struct arena *arena, struct pci *pci);

/* Puts functions that were read in any way in order, and in their groups. */
void pci_arrange(struct arena *arena, struct pci *pci);

#endif
