/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the plan's disks and the host's, shows what each may be and why not,
 * and puts what is chosen into the plan.
 */
#include "ui/disks.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/about.h"
#include "plan/disk.h"
#include "plan/image.h"
#include "ui/find.h"
#include "ui/pane.h"

#include <stdlib.h>
#include <string.h>

enum { OPTIONS_OF_A_DISK = OPTION_DISKS_QUEUES - OPTION_DISKS_CACHE + 1 };

/* One line: an option of a disk or, with an offer, a disk of the host's. */
struct row {
    size_t disk;
    enum option_id id;
    const struct image_offer *offer; /* or NULL */
};

struct disk_list {
    struct arena *arena;     /* of the rows, remade with every plan */
    const struct plan *plan; /* that they were made for */
    struct row *rows;
    struct list list;
};

/* Its driver's options, then the host's disks. */
static void add_disk(struct disk_list *own, size_t disk)
{
    const char *target = disk_target(own->plan->domain, own->arena, disk);
    size_t count = 0;
    struct image_offer *offers =
        image_offers(own->plan, own->arena, target, &count);

    own->rows = mem_realloc(own->rows,
                            (size_t)own->list.count + OPTIONS_OF_A_DISK + count,
                            sizeof(*own->rows));
    for (enum option_id id = OPTION_DISKS_CACHE; disk_option_name(id); id++)
        own->rows[own->list.count++] = (struct row){disk, id, NULL};
    for (size_t i = 0; i < count; i++)
        own->rows[own->list.count++] =
            (struct row){disk, OPTION_NONE, &offers[i]};
}

/* Looks at the host anew. */
static void make_rows(struct app *app)
{
    struct disk_list *own = app->disks;
    const struct domain *domain = app_plan(app)->domain;
    size_t count = disk_count(domain);

    arena_free(own->arena);
    own->arena = arena_new();
    own->plan = app_plan(app);
    own->list.count = 0;
    for (size_t i = 0; i < count; i++)
        if (disk_is_named(domain, i))
            add_disk(own, i);
    if (own->list.selected >= own->list.count)
        own->list.selected = own->list.count - 1;
}

void disks_open(struct app *app)
{
    app->disks = mem_alloc(1, sizeof(*app->disks));
    make_rows(app);
    if (app->disks->list.count == 0) {
        disks_close(app);
        app_hint(app, "The domain has no disk on a file or a device.");
    }
}

void disks_close(struct app *app)
{
    if (!app->disks)
        return;
    arena_free(app->disks->arena);
    free(app->disks->rows);
    free(app->disks);
    app->disks = NULL;
}

static const char *target_of(const struct disk_list *own, size_t disk)
{
    return disk_target(own->plan->domain, own->arena, disk);
}

/* True if the plan puts the disk of the row on what the row offers. */
static bool is_wished(const struct disk_list *own, const struct row *row)
{
    const char *path = image_wished(own->plan, target_of(own, row->disk));

    return path && strcmp(path, row->offer->path) == 0;
}

static bool is_there_now(const struct disk_list *own, const struct row *row)
{
    return xml_has(xml_child(disk_node(own->plan->domain, row->disk), "source"),
                   "dev", row->offer->path);
}

/* "none"; of a disk that somebody gave another word, that. */
static const char *show(const struct disk_list *own, const struct row *row,
                        long value)
{
    const xmlNode *node = disk_node(own->plan->domain, row->disk);
    char text[64];

    if (value == OPTION_OTHER) {
        const char *written = xml_attribute(
            own->arena, xml_child(node, "driver"), disk_option_name(row->id));
        char *copy CLEANUP(mem_free) = str_printable(written ? written : "");

        return arena_strdup(own->arena, copy);
    }
    option_format(row->id, value, text, sizeof(text));
    return arena_strdup(own->arena, text);
}

/* Review has dropped what the row wishes. */
static bool is_dropped(const struct disk_list *own, const struct row *row)
{
    return row->offer
               ? is_wished(own, row) && plan_is_dropped(own->plan, PART_DISKS)
               : disk_wish(own->plan, row->disk, row->id) != OPTION_KEEP &&
                     plan_is_dropped(own->plan, PART_IO);
}

static void draw_option(const struct disk_list *own, struct canvas *canvas,
                        int y, const struct row *row, bool is_selected)
{
    const struct plan *plan = own->plan;
    struct columns at = columns_of(canvas);
    long wish = disk_wish(plan, row->disk, row->id);

    canvas_put(canvas, y, 3, ROLE_NORMAL,
               wish == OPTION_KEEP  ? "[-]"
               : wish == OPTION_OFF ? "[ ]"
                                    : "[x]");
    canvas_put_cut(canvas, y, 7, at.now - 8,
                   is_selected ? ROLE_SELECTED : ROLE_NORMAL,
                   option_get(row->id)->title);
    columns_value(canvas, y, at.now, ROLE_NORMAL,
                  show(own, row, disk_now(plan, row->disk, row->id)));
    columns_value(
        canvas, y, at.plan,
        is_dropped(own, row)  ? ROLE_OFF
        : wish == OPTION_KEEP ? ROLE_NORMAL
                              : ROLE_ADDED,
        is_dropped(own, row)
            ? _("dropped")
            : show(own, row, disk_effective(plan, row->disk, row->id)));
}

static void draw_offer(const struct disk_list *own, struct canvas *canvas,
                       int y, const struct row *row, bool is_selected)
{
    const struct image_offer *offer = row->offer;
    bool is_off = offer->refusal != NULL;
    const char *text =
        arena_printf(own->arena, "on %s, %s", offer->disk, offer->text);

    canvas_put(canvas, y, 3, is_off ? ROLE_OFF : ROLE_NORMAL,
               is_off                                          ? " - "
               : is_wished(own, row) || is_there_now(own, row) ? "[x]"
                                                               : "[ ]");
    canvas_put_cut(canvas, y, 7, columns_of(canvas).pane - 8,
                   is_selected ? ROLE_SELECTED
                   : is_off    ? ROLE_OFF
                               : ROLE_NORMAL,
                   text);
}

static const char offer_text[] =
    "The disk of the guest is this whole disk, no longer what it is on now. "
    "Nothing is copied.";

static const char *key_of(const struct disk_list *own, const struct row *row)
{
    const char *target = target_of(own, row->disk);

    return row->offer ? arena_printf(own->arena, "disk.%s = %s", target,
                                     row->offer->path)
                      : arena_printf(own->arena, "disk.%s.%s", target,
                                     disk_option_name(row->id));
}

/* What stands against it: why not, what Review did, what the rules say. */
static void add_verdicts(struct pane *pane, const struct app *app,
                         const struct row *row)
{
    const struct disk_list *own = app->disks;

    pane_add(pane, _("Not now"),
             row->offer ? row->offer->refusal
                        : disk_refusal(own->plan, row->disk, row->id,
                                       option_get(row->id)->on));
    if (is_dropped(own, row))
        pane_add(pane, _("Dropped"),
                 _("The domain keeps what it has: the change is dropped in "
                   "Review (6). Space there takes it back."));
    for (size_t i = 0; i < app->findings.count; i++) {
        const struct finding *finding = &app->findings.list[i];

        if (finding->verdict != VERDICT_OK &&
            (about_disk(finding, target_of(own, row->disk)) ||
             (!row->offer && about_option(finding, row->id))))
            pane_add_finding(pane, own->arena, finding);
    }
}

static void add_offer(struct pane *pane, const struct disk_list *own,
                      const struct row *row)
{
    pane_add(pane, _("Is"), row->offer->text);
    pane_add(pane, _("Now"),
             disk_path(own->plan->domain, own->arena, row->disk));
    pane_add(pane, _("Plan"),
             image_wished(own->plan, target_of(own, row->disk)));
    pane_add(pane, _("Risk"),
             _("The guest writes to it from its first start on."));
}

static void add_option(struct pane *pane, const struct disk_list *own,
                       const struct row *row)
{
    const struct plan *plan = own->plan;
    char values[96];

    option_values(row->id, values, sizeof(values));
    pane_add(pane, _("Now"),
             show(own, row, disk_now(plan, row->disk, row->id)));
    pane_add(pane, _("Plan"),
             show(own, row, disk_effective(plan, row->disk, row->id)));
    pane_add(pane, _("Values"), arena_strdup(own->arena, values));
    pane_add(pane, _("Risk"), option_get(row->id)->risk);
}

static void fill_pane(struct pane *pane, const struct app *app,
                      const struct row *row, bool is_short)
{
    const struct disk_list *own = app->disks;
    const struct option_row *option = row->offer ? NULL : option_get(row->id);

    pane->title = arena_printf(own->arena, "%s: %s", target_of(own, row->disk),
                               option ? option->title : row->offer->disk);
    if (is_short)
        add_verdicts(pane, app, row);
    pane_add(pane, NULL, option ? option->does : text_of(offer_text));
    if (!is_short)
        add_verdicts(pane, app, row);
    (option ? add_option : add_offer)(pane, own, row);
    pane_add(pane, _("Key"), key_of(own, row));
}

/* Its whole text, in the pager. */
static void view(struct app *app, const struct row *row)
{
    struct pane pane = {0};

    fill_pane(&pane, app, row, false);
    pane_page(&pane, app);
}

static void draw_heading(const struct disk_list *own, struct canvas *canvas,
                         int y, size_t disk)
{
    const struct domain *domain = own->plan->domain;
    const char *wished = image_wished(own->plan, target_of(own, disk));

    canvas_put_cut(
        canvas, y, 1, columns_of(canvas).pane - 1, ROLE_HEADING,
        arena_printf(own->arena, "%s  %s", target_of(own, disk),
                     wished ? wished : disk_path(domain, own->arena, disk)));
}

/* The line of the list that a row stands in, headings counted. */
static int line_of(const struct disk_list *own, int row)
{
    int line = row;

    for (int i = 0; i <= row; i++)
        line += i == 0 || own->rows[i - 1].disk != own->rows[i].disk;
    return line;
}

void disks_draw(struct app *app, struct canvas *canvas)
{
    struct disk_list *own = app->disks;
    struct list *list = &own->list;
    struct pane pane = {0};
    int end, height, line;

    if (own->plan != app_plan(app))
        make_rows(app);
    fill_pane(&pane, app, &own->rows[list->selected], app_is_narrow(canvas));
    end = pane_draw_beside(&pane, canvas);
    canvas_put(canvas, BODY_TOP, 1, ROLE_HEADING, _("Each disk by itself"));
    columns_heading(canvas, BODY_TOP);
    height = end - BODY_TOP - 1;
    line = line_of(own, list->selected);
    list->top = line < height ? 0 : line - height + 1;
    if (!app_is_narrow(canvas))
        canvas->pane.top = list->top;
    for (int i = 0; i < list->count; i++) {
        const struct row *row = &own->rows[i];
        int y = BODY_TOP + 1 + line_of(own, i) - list->top;
        bool is_selected = i == list->selected;

        if ((i == 0 || row[-1].disk != row->disk) && y - 1 > BODY_TOP &&
            y - 1 < end)
            draw_heading(own, canvas, y - 1, row->disk);
        if (y <= BODY_TOP || y >= end)
            continue;
        draw_marker(canvas, y, is_selected);
        (row->offer ? draw_offer : draw_option)(own, canvas, y, row,
                                                is_selected);
    }
    if (!app->hint[0])
        app_hint(app,
                 "[-] as all disks   Space changes   d the domain's own   "
                 "Esc leaves");
}

/* As all disks, then each value that can be had, then libvirt's default. */
static long next_value(const struct plan *plan, const struct row *row)
{
    const struct option_row *option = option_get(row->id);
    long wish = disk_wish(plan, row->disk, row->id);

    if (wish == OPTION_OFF)
        return OPTION_KEEP;
    if (!option->words)
        return wish == OPTION_KEEP ? option->on : OPTION_OFF;
    for (long i = wish == OPTION_KEEP ? 1 : wish + 1; option->words[i - 1]; i++)
        if (!disk_refusal(plan, row->disk, row->id, i))
            return i;
    return OPTION_OFF;
}

static void set_option(struct app *app, const struct row *row, long value)
{
    const char *refusal =
        disk_refusal(app_plan(app), row->disk, row->id, value);
    bool has_more;

    if (refusal) {
        app_hint(app, "%s", refusal);
        return;
    }
    has_more = disk_set(app_edit(app), row->disk, row->id, value) > 0;
    if (app_edited(app) && has_more)
        app_hint(
            app,
            "With it: host cache and disk I/O that libvirt takes together; "
            "u undoes both.");
}

static void set_offer(struct app *app, const struct row *row, bool is_wanted)
{
    const char *target = target_of(app->disks, row->disk);

    if (is_wanted && row->offer->refusal) {
        app_hint(app, "%s", row->offer->refusal);
        return;
    }
    image_set(app_edit(app), target, is_wanted ? row->offer->path : NULL);
    app_edited(app);
}

bool disks_act(struct app *app, enum action action)
{
    struct disk_list *own = app->disks;
    struct row row;

    if (own->plan != app_plan(app))
        make_rows(app);
    row = own->rows[own->list.selected];
    switch (action) {
    case ACTION_TOGGLE:
        if (row.offer)
            set_offer(app, &row, !is_wished(own, &row));
        else
            set_option(app, &row, next_value(own->plan, &row));
        break;
    case ACTION_OWN:
        if (row.offer)
            set_offer(app, &row, false);
        else
            set_option(app, &row, OPTION_KEEP);
        break;
    case ACTION_VIEW:
        view(app, &row);
        return true;
    case ACTION_ENTER:
    case ACTION_BACK:
    case ACTION_DISKS:
        disks_close(app);
        return true;
    case ACTION_UNDO:
    case ACTION_REDO:
    case ACTION_STEP:
    case ACTION_SAVE:
    case ACTION_HELP:
    case ACTION_REPAINT:
        return false;
    default:
        list_move(&own->list, action, app->height / 2);
        return true;
    }
    make_rows(app);
    return true;
}

static int row_at(const struct app *app, int *count)
{
    *count = app->disks->list.count;
    return app->disks->list.selected;
}

static bool has(const struct app *app, int number, const char *word)
{
    const struct disk_list *own = app->disks;
    const struct row *row = &own->rows[number];
    const char *texts[] = {
        target_of(own, row->disk),
        row->offer ? row->offer->path : option_get(row->id)->title,
        row->offer ? row->offer->text : option_get(row->id)->does};

    return find_in(word, texts, ARRAY_SIZE(texts));
}

static void go(struct app *app, int row, const char *word)
{
    (void)word;
    app->disks->list.selected = row;
}

const struct finder disks_finder = {row_at, has, go};
