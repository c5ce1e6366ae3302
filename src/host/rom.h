/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files in place of a card's ROM: are they one, and can QEMU read them. */
#ifndef HOST_ROM_H
#define HOST_ROM_H

#include "host/host.h"

/*
 * Looks at a file by its absolute path on the host. NULL if it is the ROM of
 * this device (or of a model that it does not tell) and everybody may read it,
 * else what is wrong: a sentence of the arena. `*is_rom` is false if a guest
 * would get no ROM from it at all.
 */
const char *rom_problem(const struct host *host, const char *path,
                        const struct pci_device *device, struct arena *arena,
                        bool *is_rom);

#endif
