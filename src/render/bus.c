/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a domain's disks, gives edits that put them on another bus.
 */
#include "render/bus.h"

#include "base/str.h"

#include <string.h>

/* vda is 1, vdz 26, vdaa 27; 0 if the name is none of virtio's. */
static unsigned name_number(const char *name)
{
    unsigned number = 0;

    if (!name || !str_starts(name, "vd") || strlen(name) > 5)
        return 0;
    for (name += 2; *name >= 'a' && *name <= 'z'; name++)
        number = number * 26 + (unsigned)(*name - 'a') + 1;
    return *name ? 0 : number;
}

static const char *name_of(struct arena *arena, unsigned number)
{
    char text[8];
    size_t at = sizeof(text) - 1;

    for (text[at] = '\0'; number > 0 && at > 0; number = (number - 1) / 26)
        text[--at] = (char)('a' + (number - 1) % 26);
    return arena_printf(arena, "vd%s", &text[at]);
}

/*
 * The last name in use, of any device. New ones come after it, so that the
 * order of the disks, which libvirt sorts by name, stays what it was.
 */
static unsigned last_number(struct rendering *r)
{
    unsigned last = 0;

    for (const xmlNode *disk = xml_find(r->root, "devices/disk"); disk;
         disk = xml_next(disk)) {
        unsigned number = name_number(
            xml_attribute(r->arena, xml_child(disk, "target"), "dev"));

        if (number > last)
            last = number;
    }
    return last;
}

void bus_render_disks(struct rendering *r)
{
    const xmlNode *disk = NULL;
    unsigned number = last_number(r);

    while ((disk = option_device(r->root, SCOPE_BUSES, disk))) {
        const xmlNode *target = xml_child(disk, "target");
        const xmlNode *address = xml_child(disk, "address");

        if (xml_has(target, "bus", "virtio"))
            continue;
        edit_attribute(r->edit, target, "dev", name_of(r->arena, ++number));
        edit_attribute(r->edit, target, "bus", "virtio");
        if (xml_has(address, "type", "drive"))
            edit_remove(r->edit, address);
    }
}
