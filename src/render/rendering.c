/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes markup and names of neighbours, gives edits in the right place. */
#include "render/rendering.h"

#include <string.h>

const xmlNode *rendering_last(const xmlNode *parent, const char *const *names)
{
    const xmlNode *last = NULL;

    for (const xmlNode *node = xmlFirstElementChild((xmlNode *)parent); node;
         node = xmlNextElementSibling((xmlNode *)node))
        for (const char *const *name = names; *name && !node->ns; name++)
            if (strcmp((const char *)node->name, *name) == 0)
                last = node;
    return last;
}

void rendering_add_line(struct str *str, const char *line)
{
    if (str->length > 0)
        str_add(str, "\n");
    str_add(str, line);
}

void rendering_add_wrapped(struct str *str, const char *start,
                           const char *lines, const char *end)
{
    str_addf(str, "%s\n  ", start);
    for (; *lines; lines++) {
        str_add_bytes(str, lines, 1);
        if (*lines == '\n')
            str_add(str, "  ");
    }
    str_addf(str, "\n%s", end);
}

void rendering_insert(struct rendering *r, const char *name,
                      const char *const *before, const char *const *siblings,
                      const char *lines)
{
    const xmlNode *parent = xml_child(r->root, name);
    struct str str CLEANUP(str_free) = STR_INIT;

    if (parent) {
        edit_insert(r->edit, parent, rendering_last(parent, siblings), lines);
        return;
    }
    rendering_add_wrapped(&str, arena_printf(r->arena, "<%s>", name), lines,
                          arena_printf(r->arena, "</%s>", name));
    edit_insert(r->edit, r->root, rendering_last(r->root, before),
                str_text(&str));
}
