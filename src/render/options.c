/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes options' values and a text, gives the text that says them. Each option
 * is edited by itself on what those before it made, so that an element that
 * several need is made once. All else stays as it is, byte for byte.
 */
#include "render/options.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/disk.h"
#include "render/bus.h"
#include "render/rendering.h"

#include <stdlib.h>
#include <string.h>

/* The order of libvirt's own output; what is not named comes last. */
static const struct order {
    const char *parent;
    const char *names; /* joined by blanks, one before and after */
} orders[] = {
    {"",
     " name uuid genid title description metadata maxMemory memory "
     "currentMemory blkiotune memtune memoryBacking vcpu vcpus iothreads "
     "iothreadids defaultiothread cputune numatune resource sysinfo "
     "bootloader os idmap features cpu clock "},
    {"features",
     " acpi apic pae hap viridian privnet hyperv kvm pvspinlock "
     "capabilities pmu vmport gic smm ioapic "},
    {"hyperv",
     " relaxed vapic spinlocks vpindex runtime synic stimer reset "
     "vendor_id frequencies reenlightenment tlbflush ipi evmcs avic "
     "emsr_bitmap xmm_input "},
    {"tlbflush", " direct extended "},
    {"kvm", " hidden hint-dedicated poll-control pv-ipi "},
    {"memoryBacking",
     " hugepages nosharepages locked source access allocation discard "},
    {"cpu", " model vendor topology cache maxphysaddr feature "},
    {"clock", " timer "},
    {"cputune",
     " shares period quota global_period global_quota "
     "emulator_period emulator_quota iothread_period "
     "iothread_quota vcpupin emulatorpin iothreadpin emulatorsched "
     "vcpusched "},
    {"devices",
     " emulator disk controller lease filesystem interface smartcard serial "
     "parallel console channel input tpm graphics sound audio video hostdev "
     "redirdev redirfilter hub watchdog memballoon "},
    {"interface", " mac source target guest model driver "},
};

bool options_has_part(enum plan_part part)
{
    return part == PART_VCPUSCHED || part == PART_FEATURES ||
           part == PART_MEMORY || part == PART_HYPERV || part == PART_KVM ||
           part == PART_MACHINE || part == PART_CLOCK || part == PART_IO ||
           part == PART_BUS || part == PART_NETWORK;
}

/* How a parent that is not there starts. */
static const char *start_tag(struct arena *arena, const char *name)
{
    if (strcmp(name, "hyperv") == 0)
        return "<hyperv mode='custom'>";
    if (strcmp(name, "clock") == 0)
        return "<clock offset='utc'>";
    return arena_printf(arena, "<%s>", name);
}

/* True if `name` comes no later than `other` among the children of `parent`. */
static bool comes_before(const char *parent, const char *name,
                         const char *other)
{
    for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
        char word[64];
        const char *first, *second;

        if (strcmp(orders[i].parent, parent) != 0)
            continue;
        snprintf(word, sizeof(word), " %.60s ", name);
        first = strstr(orders[i].names, word);
        snprintf(word, sizeof(word), " %.60s ", other);
        second = strstr(orders[i].names, word);
        return first && (!second || first <= second);
    }
    return true;
}

/* Adds markup of an element `name` where libvirt would put it. */
static void insert(struct rendering *r, const xmlNode *parent, const char *name,
                   const char *markup)
{
    const char *parent_name =
        parent == r->root ? "" : (const char *)parent->name;
    const xmlNode *after = NULL;

    for (const xmlNode *node = xmlFirstElementChild((xmlNode *)parent); node;
         node = xmlNextElementSibling((xmlNode *)node))
        if (!node->ns &&
            comes_before(parent_name, (const char *)node->name, name))
            after = node;
    edit_insert(r->edit, parent, after, markup);
}

/* The same below a path of which not all may be there. */
static void insert_at(struct rendering *r, const char *path, const char *name,
                      const char *markup)
{
    const char *rest = strrchr(path, '/');
    const char *last = rest ? rest + 1 : path;
    const xmlNode *parent = *path ? xml_find(r->root, path) : r->root;
    struct str wrapped CLEANUP(str_free) = STR_INIT;

    if (parent) {
        insert(r, parent, name, markup);
        return;
    }
    rendering_add_wrapped(&wrapped, start_tag(r->arena, last), markup,
                          arena_printf(r->arena, "</%s>", last));
    insert_at(r,
              rest ? arena_strndup(r->arena, path, (size_t)(rest - path)) : "",
              last, str_text(&wrapped));
}

static void set_attribute(struct rendering *r, const xmlNode *node,
                          const char *name, const char *value)
{
    if (name && value && !xml_has(node, name, value))
        edit_attribute(r->edit, node, name, value);
}

static void add_attribute(struct str *str, const char *name, const char *value)
{
    if (name && value)
        str_addf(str, " %s='%s'", name, value);
}

/* What an option's attributes are to say. */
struct wanted {
    const char *state, *number, *also;
};

static struct wanted wanted(struct rendering *r,
                            const struct option_row *option, long value)
{
    const struct option_place *place = &option->place;
    struct wanted wanted = {0};

    if (option->type == OPTION_TYPE_CHOICE)
        wanted.state = value == OPTION_OFF ? NULL : option->words[value - 1];
    else if (value == OPTION_OFF)
        wanted.state = place->drops_off ? NULL : place->off;
    else
        wanted.state = place->omits_on ? NULL : place->on;
    if (place->number && value > OPTION_OFF &&
        (value > OPTION_ON || !place->attribute))
        wanted.number = arena_printf(r->arena, "%ld", value);
    if (wanted.number && place->numbered)
        wanted.state = place->numbered;
    if (value != OPTION_OFF)
        wanted.also = place->also_value;
    return wanted;
}

/*
 * What stands below an element says more of what is on (<tseg> of <smm>, the
 * address of a balloon): off, libvirt drops it in silence.
 */
static void drop_children(struct rendering *r, const struct option_place *place,
                          const xmlNode *node, const char *state)
{
    bool is_off =
        place->element && place->off && state && strcmp(state, place->off) == 0;

    for (xmlNode *child = xmlFirstElementChild((xmlNode *)node);
         child && is_off; child = xmlNextElementSibling(child))
        edit_remove(r->edit, child);
}

static void change_element(struct rendering *r,
                           const struct option_place *place,
                           const xmlNode *node, const struct wanted *wanted)
{
    drop_children(r, place, node, wanted->state);
    if (place->attribute && !wanted->state)
        edit_remove_attribute(r->edit, node, place->attribute);
    if (place->number && (!place->attribute || place->numbered) &&
        !wanted->number)
        edit_remove_attribute(r->edit, node, place->number);
    set_attribute(r, node, place->attribute, wanted->state);
    set_attribute(r, node, place->number, wanted->number);
    set_attribute(r, node, place->also, wanted->also);
}

static const char *new_element(struct rendering *r,
                               const struct option_place *place,
                               const char *name, const struct wanted *wanted)
{
    struct str str CLEANUP(str_free) = STR_INIT;

    str_addf(&str, "<%s", name);
    add_attribute(&str, place->match, place->match_value);
    add_attribute(&str, place->attribute, wanted->state);
    add_attribute(&str, place->number, wanted->number);
    add_attribute(&str, place->also, wanted->also);
    str_add(&str, "/>");
    return arena_strdup(r->arena, str_text(&str));
}

static void render_one(struct rendering *r, const struct option_row *option,
                       long value)
{
    const struct option_place *place = &option->place;
    const xmlNode *node = option_find_place(r->root, place);
    const char *slash = strrchr(place->parent, '/');
    struct wanted want = wanted(r, option, value);
    bool is_gone = !want.state && !want.number && value == OPTION_OFF;

    if (node && place->is_whole &&
        (is_gone || (place->attribute && !want.state)))
        edit_remove(r->edit, node);
    else if (node)
        change_element(r, place, node, &want);
    else if (is_gone)
        ;
    else if (place->element)
        insert_at(r, place->parent, place->element,
                  new_element(r, place, place->element, &want));
    else
        insert_at(
            r, "", place->parent,
            new_element(r, place, slash ? slash + 1 : place->parent, &want));
}

/* What this device shall have: a disk, perhaps, its own. */
static long value_of(const struct rendering *r, enum option_id id,
                     const xmlNode *device, long value)
{
    const xmlNode *disk = NULL;
    long own = OPTION_KEEP;

    for (size_t i = 0; disk_option_name(id) && i < r->plan->disk_wish_count &&
                       (disk = option_device(r->root, SCOPE_DISKS, disk));
         i++)
        if (disk == device)
            own = disk_wish(r->plan, i, id);
    return own == OPTION_KEEP ? value : own;
}

/* The same attribute of each device's <driver>. */
static void render_devices(struct rendering *r, enum option_id id, long value)
{
    const struct option_row *option = option_get(id);
    const struct option_place *place = &option->place;
    const xmlNode *device = NULL;

    while ((device = option_device(r->root, place->scope, device))) {
        const xmlNode *driver = option_in_device(device, place);
        long own = value_of(r, id, device, value);
        struct str str CLEANUP(str_free) = STR_INIT;
        struct wanted want;

        if (own == OPTION_KEEP)
            continue;
        want = wanted(r, option, own);
        if (driver) {
            change_element(r, place, driver, &want);
            continue;
        }
        if (!want.state && !want.number)
            continue;
        str_add(&str, "<driver");
        if (place->scope == SCOPE_DISKS || place->scope == SCOPE_VIRTIO_DISKS)
            add_attribute(&str, "name", "qemu");
        if (place->scope == SCOPE_NETS)
            add_attribute(&str, "name", "vhost");
        add_attribute(&str, place->attribute, want.state);
        add_attribute(&str, place->number, want.number);
        str_add(&str, "/>");
        if (place->scope == SCOPE_NETS)
            insert(r, device, "driver", str_text(&str));
        else
            edit_insert(r->edit, device, NULL, str_text(&str));
    }
}

/* Another mode has no model of its own, and may not be migratable or not. */
static void render_cpu_mode(struct rendering *r,
                            const struct option_row *option, long value)
{
    const xmlNode *cpu = xml_child(r->root, "cpu");
    static const char *const models[] = {"model", "vendor"};

    render_one(r, option, value);
    if (!cpu)
        return;
    edit_remove_attribute(r->edit, cpu, "match");
    if (strcmp(option->words[value - 1], "host-model") == 0)
        edit_remove_attribute(r->edit, cpu, "migratable");
    else
        edit_remove_attribute(r->edit, cpu, "check");
    for (size_t i = 0; i < ARRAY_SIZE(models); i++)
        if (xml_child(cpu, models[i]))
            edit_remove(r->edit, xml_child(cpu, models[i]));
}

/* One element for each vCPU, as libvirt stores them. */
static void render_vcpusched(struct rendering *r, long value)
{
    const xmlNode *cputune = xml_child(r->root, "cputune");
    struct str lines CLEANUP(str_free) = STR_INIT;

    for (const xmlNode *node = xml_child(cputune, "vcpusched"); node;
         node = xml_next(node))
        edit_remove(r->edit, node);
    if (value == OPTION_OFF)
        return;
    for (unsigned i = 0; i < r->plan->vcpus; i++)
        rendering_add_line(
            &lines, arena_printf(r->arena,
                                 "<vcpusched vcpus='%u' scheduler='fifo' "
                                 "priority='%ld'/>",
                                 i, value));
    insert_at(r, "cputune", "vcpusched", str_text(&lines));
}

static char *render_option(const struct plan *plan, enum option_id id,
                           long value, const char *text, struct arena *arena,
                           struct err *err)
{
    const struct option_row *option = option_get(id);
    struct xml *xml = xml_parse(text, strlen(text), err);
    struct rendering r = {.plan = plan, .arena = arena};
    size_t length = 0;
    char *after;

    if (!xml)
        return NULL;
    r.root = xml_root(xml);
    r.edit = edit_new(xml);
    if (id == OPTION_CPU_MODE)
        render_cpu_mode(&r, option, value);
    else if (id == OPTION_VCPUSCHED)
        render_vcpusched(&r, value);
    else if (id == OPTION_DISKS_BUS)
        bus_render_disks(&r);
    else if (option->place.scope != SCOPE_ONE)
        render_devices(&r, id, value);
    else
        render_one(&r, option, value);
    edit_prune(r.edit);
    after = edit_finish(r.edit, &length);
    xml_free(xml);
    return after;
}

/* True if one disk shall have another value than it has now. */
static bool has_own_disk(const struct plan *plan, enum option_id id)
{
    for (size_t i = 0; disk_has_wish(plan, id) && i < plan->disk_wish_count;
         i++)
        if (disk_effective(plan, i, id) != disk_now(plan, i, id))
            return true;
    return false;
}

/* True if a value has to be written though it is the domain's: it moved. */
static bool is_stale(const struct plan *plan, enum option_id id)
{
    return id == OPTION_VCPUSCHED && plan->vcpus != plan->domain->vcpus &&
           option_now(plan, id) > OPTION_OFF;
}

/* "hpet off" or, of single disks, "host cache none (vda)". */
static void describe(const struct plan *plan, struct arena *arena,
                     enum option_id id, struct str *str)
{
    size_t start = str->length;
    char value[32];

    if (plan->options[id] != OPTION_KEEP || !disk_has_wish(plan, id)) {
        option_format(id, option_effective(plan, id), value, sizeof(value));
        str_addf(str, "%s %s", option_get(id)->title, value);
    }
    for (size_t i = 0; disk_has_wish(plan, id) && i < plan->disk_wish_count;
         i++) {
        if (disk_wish(plan, i, id) == OPTION_KEEP)
            continue;
        option_format(id, disk_wish(plan, i, id), value, sizeof(value));
        str_addf(str, "%s%s %s (%s)", str->length > start ? ", " : "",
                 option_get(id)->title, value,
                 disk_target(plan->domain, arena, i));
    }
}

/* "hpet off, rtc catchup"; the first few. */
static const char *list_options(const struct plan *plan, struct arena *arena,
                                const enum option_id *ids, size_t count)
{
    enum { SHOWN = 3 };
    struct str str CLEANUP(str_free) = STR_INIT;

    for (size_t i = 0; i < count && i < SHOWN; i++) {
        str_add(&str, i > 0 ? ", " : "");
        describe(plan, arena, ids[i], &str);
    }
    if (count > SHOWN)
        str_addf(&str, " and %zu more", count - SHOWN);
    return arena_strdup(arena, str_text(&str));
}

static const char *title_of(const struct plan *plan, enum plan_part part,
                            struct arena *arena, const enum option_id *ids,
                            size_t count)
{
    bool is_off = option_is_off(plan, ids[0]);
    const char *list = list_options(plan, arena, ids, count);
    size_t off = 0;

    for (size_t i = 0; i < count; i++)
        off += option_is_off(plan, ids[i]);
    if (part == PART_HYPERV && off > 0 && off < count)
        return arena_printf(arena, "Windows hints (Hyper-V): %zu on, %zu off",
                            count - off, off);
    if (part == PART_HYPERV)
        return arena_printf(
            arena,
            off > 0 ? text_plural("%zu Windows hint (Hyper-V) off",
                                  "%zu Windows hints (Hyper-V) off", count)
                    : text_plural("%zu Windows hint (Hyper-V)",
                                  "%zu Windows hints (Hyper-V)", count),
            count);
    if (count == 1 && ids[0] == OPTION_TOPOEXT)
        return is_off ? _("CPU feature topoext off")
                      : _("CPU feature topoext: the guest sees its threads");
    if (count == 1 && ids[0] == OPTION_HYPERVCLOCK)
        return is_off ? _("no Hyper-V clock") : _("the Hyper-V clock");
    return list;
}

char *options_render(const struct plan *plan, enum plan_part part,
                     const char *text, struct arena *arena, const char **title,
                     struct err *err)
{
    char *now = mem_strdup(text);
    enum option_id ids[OPTION_COUNT];
    size_t count = 0;

    *title = NULL;
    for (size_t i = 0; i < OPTION_COUNT && now; i++) {
        enum option_id id = (enum option_id)i;
        long value = option_effective(plan, id);
        bool is_kept = plan->options[id] == OPTION_KEEP;
        char *after;

        if (option_get(id)->part != part ||
            (!is_stale(plan, id) && !has_own_disk(plan, id) &&
             (is_kept || value == option_now(plan, id))))
            continue;
        if (is_kept && disk_has_wish(plan, id))
            value = OPTION_KEEP; /* only those that have their own */
        after = render_option(plan, id, value, now, arena, err);
        free(now);
        now = after;
        ids[count++] = id;
    }
    if (now && count > 0)
        *title = title_of(plan, part, arena, ids, count);
    return now;
}
