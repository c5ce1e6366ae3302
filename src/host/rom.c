/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a path, looks at its first bytes and at who may read it. A ROM begins
 * with 0x55 0xaa and points to a structure "PCIR" with the card's ids (PCI
 * Firmware Specification, 5.1.2).
 */
#include "host/rom.h"

#include "base/str.h"
#include "base/text.h"

#include <string.h>
#include <sys/stat.h>

enum { LOOKED_AT = 65536 };

static unsigned half_at(const unsigned char *bytes, size_t at)
{
    return (unsigned)bytes[at] | (unsigned)bytes[at + 1] << 8;
}

/* Of another model: NULL if it is not, or does not say. */
static const char *find_stranger(const unsigned char *bytes, size_t size,
                                 const struct pci_device *device,
                                 struct arena *arena)
{
    size_t at = size >= 0x1a ? half_at(bytes, 0x18) : 0;

    if (at == 0 || at + 8 > size || memcmp(bytes + at, "PCIR", 4) != 0 ||
        half_at(bytes, at + 4) == device->vendor)
        return NULL;
    return arena_printf(arena,
                        "It is the ROM of a card of vendor %04x, this one is "
                        "of %04x.",
                        half_at(bytes, at + 4), device->vendor);
}

/* QEMU runs as another user: each directory must let it pass. */
static const char *find_closed(const struct root *root, const char *path,
                               struct arena *arena)
{
    for (const char *slash = strchr(path + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        const char *directory =
            arena_printf(arena, "%.*s", (int)(slash - path), path);

        if (!(root_mode(root, directory + 1) & S_IXOTH))
            return arena_printf(arena,
                                "QEMU's user cannot pass %s: put the file into "
                                "/usr/share/vgabios, which AppArmor lets it "
                                "read, too.",
                                directory);
    }
    if (!(root_mode(root, path + 1) & S_IROTH))
        return _(
            "QEMU's user may not read it: chmod a+r, or libvirt must own "
            "it.");
    return NULL;
}

const char *rom_problem(const struct host *host, const char *path,
                        const struct pci_device *device, struct arena *arena,
                        bool *is_rom)
{
    struct root *root = root_open(host->root, NULL);
    unsigned char *bytes = mem_alloc(LOOKED_AT, 1);
    size_t size = root ? root_read_bytes(root, path + 1, bytes, LOOKED_AT) : 0;
    static const unsigned char signature[] = {0x55, 0xaa};
    const char *problem;

    *is_rom = false;
    if (host->remote)
        problem = _("It is a file of another host: it could not be looked at.");
    else if (!root || !S_ISREG(root_mode(root, path + 1)))
        problem = _("There is no such file on this host.");
    else if (size == 0)
        problem = _("It cannot be read.");
    else if (size < 2 || half_at(bytes, 0) != 0xaa55)
        problem = memmem(bytes, size, signature, sizeof(signature))
                      ? _("It does not begin with 55 aa: cut off what stands "
                          "before that (GPU-Z and nvflash add a header).")
                      : _("It does not begin with 55 aa: it is no ROM.");
    else {
        *is_rom = true;
        problem = find_stranger(bytes, size, device, arena);
        if (!problem)
            problem = find_closed(root, path, arena);
    }
    mem_free(&bytes);
    root_free(root);
    return problem;
}
