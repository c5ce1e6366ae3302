/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes sys/bus/usb and who uses what hangs there, gives USB devices with the
 * gravest use of each. Opens no device.
 */
#include "host/usb.h"

#include "base/text.h"
#include "host/input.h"

#include <stdlib.h>
#include <string.h>

#define DEVICES "sys/bus/usb/devices"

enum { CLASS_HUB = 0x09 };

struct reader {
    struct claim_look look; /* for those who look for uses */
    struct usb *usb;
};

static char *read_file(struct reader *reader, const char *port,
                       const char *file)
{
    return root_read(
        reader->look.root, reader->look.scratch,
        arena_printf(reader->look.scratch, DEVICES "/%s/%s", port, file));
}

/* False if the file does not hold a number of this base. */
static bool read_number(struct reader *reader, const char *port,
                        const char *file, int base, unsigned *number)
{
    const char *text = read_file(reader, port, file);
    char *end = NULL;
    unsigned long value = text ? strtoul(text, &end, base) : 0;

    *number = (unsigned)value;
    return text && end != text && *end == '\0' && value <= 0xffff;
}

/* What the device calls itself: anything at all, or nothing. */
static const char *read_name(struct reader *reader,
                             const struct usb_device *device)
{
    const char *maker = read_file(reader, device->port, "manufacturer");
    const char *product = read_file(reader, device->port, "product");
    const char *both =
        arena_printf(reader->look.scratch, "%s%s%s", maker ? maker : "",
                     maker && *maker && product && *product ? " " : "",
                     product ? product : "");
    char *printable CLEANUP(mem_free) = str_printable(both);

    return *printable ? arena_strdup(reader->look.arena, printable)
                      : arena_printf(reader->look.arena, "%04x:%04x",
                                     device->vendor, device->product);
}

/* "1-4.2": a bus, and ports; neither a root hub nor an interface "1-4:1.0". */
static bool is_port(const char *name)
{
    const char *dash = strchr(name, '-');

    return dash && strspn(name, "0123456789") == (size_t)(dash - name) &&
           dash[1] && strspn(dash + 1, "0123456789.") == strlen(dash + 1);
}

static bool read_device(struct reader *reader, const char *port,
                        struct usb_device *device)
{
    struct claim_targets targets = {0};
    unsigned class;
    const char *place;

    *device = (struct usb_device){.port = port};
    if (!is_port(port) ||
        !read_number(reader, port, "idVendor", 16, &device->vendor) ||
        !read_number(reader, port, "idProduct", 16, &device->product) ||
        !read_number(reader, port, "busnum", 10, &device->bus) ||
        !read_number(reader, port, "devnum", 10, &device->number) ||
        (read_number(reader, port, "bDeviceClass", 16, &class) &&
         class == CLASS_HUB))
        return false;
    device->port = arena_strdup(reader->look.arena, port);
    device->name = read_name(reader, device);
    place = root_read_target(
        reader->look.root, reader->look.scratch,
        arena_printf(reader->look.scratch, DEVICES "/%s", port));
    if (place && reader->look.pci->device_count > 0)
        claim_follow(&reader->look, place, &targets);
    device->controller =
        targets.count > 0 ? targets.list[targets.count - 1] : NULL;
    return true;
}

/* True if the place is the device's, or of something at it. */
static bool is_at(const char *place, const struct usb_device *device)
{
    size_t length = strlen(device->port);

    while ((place = strstr(place, device->port))) {
        if (place[-1] == '/' && (place[length] == '/' || !place[length]))
            return true;
        place += length;
    }
    return false;
}

static void claim(struct reader *reader, struct usb_device *device,
                  enum claim_kind kind, enum claim_severity severity,
                  const char *source, const char *text)
{
    char *printable CLEANUP(mem_free) = str_printable(text);

    if (device->claim.text && device->claim.severity >= severity)
        return;
    device->claim = (struct claim){
        kind, severity, arena_strdup(reader->look.arena, printable), source};
}

static void claim_inputs(struct reader *reader, struct usb_device *device,
                         const struct input *inputs, size_t count,
                         enum input_sort sort)
{
    static const struct {
        enum claim_kind kind;
        const char *only, *one;
        enum claim_severity severity;
    } sorts[] = {
        [INPUT_KEYBOARD] = {CLAIM_KEYBOARD, "It is the host's only keyboard.",
                            "It is a keyboard.", CLAIM_REFUSE},
        [INPUT_POINTER] = {CLAIM_POINTER, "It is the host's only mouse.",
                           "It is a mouse.", CLAIM_WARN},
    };
    bool is_here = false, is_only = true;

    for (size_t i = 0; i < count; i++) {
        if (!inputs[i].is[sort])
            continue;
        is_here |= is_at(inputs[i].place, device);
        is_only &= is_at(inputs[i].place, device);
    }
    if (is_here)
        claim(reader, device, sorts[sort].kind,
              is_only ? sorts[sort].severity : CLAIM_NOTE, "/sys/class/input",
              text_of(is_only ? sorts[sort].only : sorts[sort].one));
}

/* The text of a table has this word. */
static bool has_word(const char *table, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = table; at && (at = strstr(at, word)); at += length)
        if ((at == table || strchr(" \t\n", at[-1])) &&
            strchr(" \t\n", at[length]))
            return true;
    return false;
}

/* Mounted, in use as swap, or what a volume stands on. */
static void claim_disk(struct reader *reader, struct usb_device *device,
                       const char *disk, const char *mounts, const char *swaps)
{
    struct arena *scratch = reader->look.scratch;
    const char *number =
        root_read(reader->look.root, scratch,
                  arena_printf(scratch, "sys/class/block/%s/dev", disk));
    size_t holders = 0;
    const char *what = NULL;

    root_list(reader->look.root, scratch,
              arena_printf(scratch, "sys/class/block/%s/holders", disk),
              &holders);
    if (number && has_word(mounts, number))
        what = arena_printf(scratch, "Its %s is mounted.", disk);
    else if (has_word(swaps, arena_printf(scratch, "/dev/%s", disk)))
        what = arena_printf(scratch, "Its %s is used as swap.", disk);
    else if (holders > 0)
        what = arena_printf(scratch, "Its %s is part of a volume.", disk);
    if (what)
        claim(reader, device, CLAIM_DISK, CLAIM_REFUSE, "/sys/class/block",
              what);
}

/* A default route leaves through the interface, or what it is a port of. */
static void claim_interface(struct reader *reader, struct usb_device *device,
                            const char *interface, const char *routes)
{
    struct arena *scratch = reader->look.scratch;
    const char *master = root_read_link(
        reader->look.root, scratch,
        arena_printf(scratch, "sys/class/net/%s/master", interface));
    const char *const names[] = {interface, master};

    for (size_t i = 0; i < ARRAY_SIZE(names) && names[i]; i++)
        if (routes &&
            strstr(routes, arena_printf(scratch, "\n%s\t00000000\t", names[i])))
            claim(reader, device, CLAIM_ROUTE, CLAIM_REFUSE, "/proc/net/route",
                  arena_printf(scratch, "The default route leaves through %s.",
                               interface));
}

/* Calls `use` for each entry of a class that is at a device. */
static void each_at(struct reader *reader, const char *class,
                    void (*use)(struct reader *reader,
                                struct usb_device *device, const char *name))
{
    struct arena *scratch = reader->look.scratch;
    size_t count = 0;
    char **names = root_list(reader->look.root, scratch, class, &count);

    for (size_t i = 0; i < count; i++) {
        const char *place =
            root_read_target(reader->look.root, scratch,
                             arena_printf(scratch, "%s/%s", class, names[i]));

        for (size_t j = 0; place && j < reader->usb->count; j++)
            if (is_at(place, &reader->usb->devices[j]))
                use(reader, &reader->usb->devices[j], names[i]);
    }
}

static void use_disk(struct reader *reader, struct usb_device *device,
                     const char *name)
{
    struct arena *scratch = reader->look.scratch;

    claim_disk(reader, device, name,
               root_read(reader->look.root, scratch, "proc/self/mountinfo"),
               root_read(reader->look.root, scratch, "proc/swaps"));
}

static void use_interface(struct reader *reader, struct usb_device *device,
                          const char *name)
{
    claim_interface(
        reader, device, name,
        root_read(reader->look.root, reader->look.scratch, "proc/net/route"));
}

static void find_uses(struct reader *reader)
{
    struct usb *usb = reader->usb;
    size_t count = 0;
    const struct input *inputs = input_list(&reader->look, &count);

    for (size_t i = 0; i < usb->count; i++) {
        if (!inputs)
            claim(reader, &usb->devices[i], CLAIM_KEYBOARD, CLAIM_UNKNOWN,
                  "/sys/class/input",
                  "Whether it is a keyboard is unknown: /sys/class/input "
                  "cannot be read.");
        for (int sort = 0; inputs && sort < INPUT_SORTS; sort++)
            claim_inputs(reader, &usb->devices[i], inputs, count,
                         (enum input_sort)sort);
    }
    each_at(reader, "sys/class/block", use_disk);
    each_at(reader, "sys/class/net", use_interface);
}

void usb_probe(const struct root *root, struct arena *arena,
               const struct pci *pci, struct usb *usb)
{
    struct reader reader = {
        .look = {.root = root,
                 .arena = arena,
                 .scratch = arena_new(),
                 .pci = pci},
        .usb = usb,
    };
    size_t count = 0;
    char **names = root_list(root, reader.look.scratch, DEVICES, &count);

    *usb = (struct usb){.is_known = names != NULL};
    usb->devices = arena_alloc(arena, count + 1, sizeof(*usb->devices));
    for (size_t i = 0; i < count; i++)
        usb->count += read_device(&reader, names[i], &usb->devices[usb->count]);
    for (size_t i = 0; i < usb->count; i++)
        for (size_t j = 0; j < usb->count; j++)
            usb->devices[i].has_twin |=
                i != j && usb->devices[i].vendor == usb->devices[j].vendor &&
                usb->devices[i].product == usb->devices[j].product;
    if (usb->count > 0)
        find_uses(&reader);
    arena_free(reader.look.scratch);
}
