/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a topology, a plan and a size, chooses the density and puts boxes,
 * signs and lines together. What is drawn and where the arrows lead comes from
 * the same arrangement.
 */
#include "ui/cpumap.h"

#include "ui/cpubox.h"
#include "ui/cpustrip.h"

/* What stands in a picture of a certain size. */
struct picture {
    enum cpumap_density density;
    struct cpubox box; /* of all cores, or of the selected group */
    struct cpustrip strip;
    int group;                /* the selected one, or -1 */
    int box_top, box_rows;    /* the rows of boxes that are drawn */
    int list_top, list_rows;  /* the lines that are drawn of the list */
    bool has_bare, has_blank; /* a line of bare nodes; one above the boxes */
};

static bool is_bare(const struct cpu_node *node)
{
    return cpuset_is_empty(&node->cpus);
}

/* True if there are nodes and one of them has memory only. */
static bool has_bare_nodes(const struct cpu_topology *cpu)
{
    for (unsigned i = 0; i < cpu->node_count; i++)
        if (is_bare(&cpu->nodes[i]))
            return true;
    return false;
}

static bool wants_headers(const struct cpu_topology *cpu)
{
    for (unsigned i = 1; i < cpu->core_count; i++)
        if (cpu->cores[i].l3 != cpu->cores[0].l3)
            return true;
    return cpu->node_count > 1;
}

static void lay_out_all(int width, const struct cpumap *map, struct cpubox *box)
{
    cpubox_lay_out(width, map, 0, map->cpu->core_count, wants_headers(map->cpu),
                   box);
}

static void lay_out_group(int width, const struct cpumap *map,
                          const struct cpustrip *strip, int group,
                          struct cpubox *box)
{
    cpubox_lay_out(width, map, strip->groups[group].first,
                   strip->groups[group].count, false, box);
}

/* A part of `whole` rows, `shown` long, with row `row` about its middle. */
static int window(int row, int shown, int whole)
{
    int top = row - shown / 2;

    if (top > whole - shown)
        top = whole - shown;
    return top < 0 ? 0 : top;
}

/* The boxes of the selected group below, as many rows as there is room for. */
static void arrange_boxes(int room, const struct cpumap *map,
                          struct picture *picture)
{
    const struct cpubox *box = &picture->box;
    int rows = (room - 1) / box->row_height;

    if (picture->group < 0 || box->is_too_wide || room < 1)
        rows = 0;
    picture->box_rows = rows < box->rows ? rows : box->rows;
    if (picture->box_rows == 0)
        return;
    picture->box_top = window(cpubox_row(box, (unsigned)map->selected),
                              picture->box_rows, box->rows);
    picture->has_blank = room > 1 + picture->box_rows * box->row_height;
}

/*
 * Half of the rows for the list, and all that the boxes do not need. Its last
 * line are the bare nodes.
 */
static void arrange_lines(int height, int least, const struct cpumap *map,
                          struct picture *picture)
{
    const struct cpubox *box = &picture->box;
    int rows = picture->strip.count + picture->has_bare, list = height;

    if (picture->group >= 0 && !box->is_too_wide && height >= least + 2) {
        list = height - 1 - box->rows * box->row_height;
        if (list < height / 2)
            list = height / 2;
        if (list > height - least)
            list = height - least;
    }
    if (list < 0)
        list = 0;
    picture->list_rows = rows < list ? rows : list;
    picture->list_top = window(picture->group < 0 ? 0 : picture->group,
                               picture->list_rows, rows);
    arrange_boxes(height - picture->list_rows, map, picture);
}

/* Chooses the density; end with release. */
static void arrange(int width, int height, const struct cpumap *map,
                    struct picture *picture)
{
    int bare, least;

    *picture = (struct picture){.group = -1};
    picture->has_bare = has_bare_nodes(map->cpu);
    bare = picture->has_bare;
    lay_out_all(width, map, &picture->box);
    picture->box_rows = picture->box.rows;
    if (!picture->box.is_too_wide &&
        picture->box.rows * picture->box.row_height + bare <= height)
        return; /* boxes for all cores */
    cpubox_free(&picture->box);
    cpustrip_lay_out(width, map, &picture->strip);
    picture->group = cpustrip_group_of(&picture->strip, map->selected);
    lay_out_group(width, map, &picture->strip,
                  picture->group < 0 ? 0 : picture->group, &picture->box);
    least = picture->group < 0 ? 0 : 1 + picture->box.row_height;
    /* Signs without boxes only where lines would have no room for them. */
    if (picture->strip.rows + bare + least <= height ||
        (picture->strip.rows + bare <= height && height < least + 2)) {
        picture->density = CPUMAP_SIGNS;
        arrange_boxes(height - picture->strip.rows - bare, map, picture);
    } else {
        picture->density = CPUMAP_LINES;
        arrange_lines(height, least, map, picture);
    }
}

static void release(struct picture *picture)
{
    cpubox_free(&picture->box);
    cpustrip_free(&picture->strip);
}

enum cpumap_density cpumap_density(int width, int height,
                                   const struct cpumap *map)
{
    struct picture picture;

    arrange(width, height, map, &picture);
    release(&picture);
    return picture.density;
}

int cpumap_rows(int width, const struct cpumap *map)
{
    struct cpubox box;
    int rows;

    lay_out_all(width, map, &box);
    rows = box.rows * box.row_height + has_bare_nodes(map->cpu);
    cpubox_free(&box);
    return rows;
}

int cpumap_beside(int width, int height, const struct cpumap *map)
{
    struct picture picture;
    int x = width;

    arrange(width, height, map, &picture);
    if (picture.density == CPUMAP_BOXES && !picture.has_bare)
        x = cpubox_end(&picture.box, picture.box.rows - 1);
    release(&picture);
    return x < width ? x : width;
}

/* " Node 2 . 64 GiB . no CPUs", one after the other. */
static int draw_bare_nodes(struct canvas *canvas, int y,
                           const struct cpu_topology *cpu)
{
    const char *dot = canvas_glyph(canvas, GLYPH_DOT);
    struct str text CLEANUP(str_free) = STR_INIT;

    for (unsigned i = 0; i < cpu->node_count; i++)
        if (is_bare(&cpu->nodes[i]))
            str_addf(&text, "%sNode %u %s %.4g GiB %s no CPUs",
                     text.length > 0 ? "   " : "", cpu->nodes[i].id, dot,
                     (double)cpu->nodes[i].memory_kib / (1024 * 1024), dot);
    canvas_put_cut(canvas, y, 1, canvas->width - 2, ROLE_HEADING,
                   str_text(&text));
    return y + 1;
}

/* "L3 #0 . cpus 0-63", and which of its cores are to be seen. */
static void draw_title(struct canvas *canvas, int y, const struct cpumap *map,
                       const struct picture *picture)
{
    const struct cpubox *box = &picture->box;
    struct str text CLEANUP(str_free) = STR_INIT;

    cpustrip_add_title(&text, canvas, &picture->strip, picture->group, map);
    if (picture->box_rows < box->rows)
        str_addf(&text, " %s ", canvas_glyph(canvas, GLYPH_DOT));
    if (picture->box_rows < box->rows && picture->box_rows > 1)
        str_addf(&text, "rows %d-%d of %d", picture->box_top + 1,
                 picture->box_top + picture->box_rows, box->rows);
    else if (picture->box_rows < box->rows)
        str_addf(&text, "row %d of %d", picture->box_top + 1, box->rows);
    canvas_put_cut(canvas, y, 1, canvas->width - 2, ROLE_HEADING,
                   str_text(&text));
}

static int draw_picture(struct canvas *canvas, int y, const struct cpumap *map,
                        const struct cpuuse *use, const struct picture *picture)
{
    if (picture->density == CPUMAP_SIGNS)
        y = cpustrip_draw(canvas, y, &picture->strip, map, use);
    if (picture->density == CPUMAP_SIGNS && picture->has_bare)
        y = draw_bare_nodes(canvas, y, map->cpu);
    for (int i = picture->list_top; i < picture->list_top + picture->list_rows;
         i++)
        if (i < picture->strip.count)
            cpustrip_draw_line(canvas, y++, &picture->strip, i, map, use);
        else
            y = draw_bare_nodes(canvas, y, map->cpu);
    if (picture->box_rows > 0) {
        int title = y + picture->has_blank;

        y = title + (picture->density != CPUMAP_BOXES);
        if (y > title)
            draw_title(canvas, title, map, picture);
        y = cpubox_draw(canvas, y, &picture->box, picture->box_top,
                        picture->box_rows, map, use);
        if (picture->density != CPUMAP_BOXES) /* it is of the selected L3 */
            canvas_add_late(canvas, title, y);
    }
    if (picture->has_bare && picture->density == CPUMAP_BOXES)
        y = draw_bare_nodes(canvas, y, map->cpu);
    return y;
}

static int clamp(int value, int end)
{
    return value >= end ? end - 1 : value < 0 ? 0 : value;
}

int cpumap_draw(struct canvas *canvas, int y, int height,
                const struct cpumap *map, const struct cpuuse *use)
{
    struct picture picture;

    arrange(canvas->width, height, map, &picture);
    y = draw_picture(canvas, y, map, use, &picture);
    release(&picture);
    canvas->cursor_y = clamp(canvas->cursor_y, canvas->height);
    canvas->cursor_x = clamp(canvas->cursor_x, canvas->width);
    return y;
}

/* How many cores stand left of this one in its row of boxes. */
static unsigned column_of(const struct cpubox *box, unsigned core)
{
    unsigned column = 0;

    while (core > box->first &&
           cpubox_row(box, core - 1) == cpubox_row(box, core)) {
        core--;
        column++;
    }
    return column;
}

/* Into the group before or after: its row of boxes that is nearest. */
static int enter_group(int width, const struct cpumap *map,
                       const struct picture *picture, int rows)
{
    const struct cpustrip_group *from, *to;
    unsigned at = (unsigned)map->selected, target;
    int group = picture->group + rows;
    struct cpubox box;

    if (group < 0 || group >= picture->strip.count)
        return map->selected;
    from = &picture->strip.groups[picture->group];
    to = &picture->strip.groups[group];
    target = to->first + at - from->first;
    if (picture->box_rows > 0) {
        unsigned first = to->first + to->count - 1;

        lay_out_group(width, map, &picture->strip, group, &box);
        first -= column_of(&box, first);
        target = (rows < 0 ? first : to->first) + column_of(&picture->box, at);
        cpubox_free(&box);
    }
    if (target >= to->first + to->count)
        target = to->first + to->count - 1;
    return (int)target;
}

int cpumap_move(int width, int height, const struct cpumap *map, int columns,
                int rows)
{
    int core = map->selected, next = core + columns;
    struct picture picture;

    if (core < 0)
        return core;
    if (rows == 0)
        return next < 0 || next >= (int)map->cpu->core_count ? core : next;
    arrange(width, height, map, &picture);
    next = -1;
    if (picture.box_rows > 0)
        next = cpubox_nearest(&picture.box, (unsigned)core,
                              cpubox_row(&picture.box, (unsigned)core) + rows);
    if (next < 0 && picture.density != CPUMAP_BOXES)
        next = enter_group(width, map, &picture, rows);
    release(&picture);
    return next < 0 ? core : next;
}
