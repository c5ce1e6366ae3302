/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the plan's wishes for disks, gives edits: type, format and source of
 * each, and nothing else of it.
 */
#include "render/image.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/image.h"

static void set_attribute(struct rendering *r, const xmlNode *node,
                          const char *name, const char *value)
{
    if (!xml_has(node, name, value))
        edit_attribute(r->edit, node, name, value);
}

static void render_disk(struct rendering *r, const xmlNode *disk,
                        const char *path)
{
    const xmlNode *driver = xml_child(disk, "driver");
    const xmlNode *source = xml_child(disk, "source");

    set_attribute(r, disk, "type", "block");
    if (driver)
        set_attribute(r, driver, "type", "raw");
    else
        edit_insert(r->edit, disk, NULL, "<driver name='qemu' type='raw'/>");
    edit_remove_attribute(r->edit, source, "file");
    set_attribute(r, source, "dev", path);
}

const char *image_render(struct rendering *r)
{
    struct str names CLEANUP(str_free) = STR_INIT;

    for (size_t i = 0; i < r->plan->image_count; i++) {
        const struct image_wish *wish = &r->plan->images[i];
        const xmlNode *disk = image_disk(r->root, wish->target);

        if (!disk)
            continue;
        render_disk(r, disk, wish->path);
        str_addf(&names, N_("%s%s on %s"), names.length > 0 ? ", " : "",
                 wish->target, wish->path);
    }
    return edit_is_empty(r->edit)
               ? NULL
               : arena_printf(r->arena, N_("disk %s"), str_text(&names));
}
