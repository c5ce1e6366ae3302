/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tells a PCI function from others of its model: the serial number of an
 * NVMe controller, else the PCI Express device serial number.
 */
#ifndef HOST_SERIAL_H
#define HOST_SERIAL_H

#include "host/pci.h"

/*
 * Fills in `serial` of each function that can be given to a guest; NULL where
 * there is none, or only root may read it.
 */
void serial_probe(const struct root *root, struct arena *arena,
                  struct pci *pci);

#endif
