/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes two plans, gives the difference in words; decides nothing. */
#include "plan/describe.h"

#include "base/cpuset.h"
#include "base/text.h"
#include "plan/device.h"
#include "plan/disk.h"
#include "plan/image.h"
#include "plan/usb.h"

#include <stdio.h>
#include <string.h>

static void add_item(struct str *str, size_t start)
{
    if (str->length > start)
        str_add(str, ", ");
}

static void add_pins(struct str *str, size_t start, const struct plan *before,
                     const struct plan *after)
{
    unsigned moved = 0;

    for (unsigned i = 0; i < after->vcpus && i < before->vcpus; i++)
        moved += !CPU_EQUAL(&before->vcpupin[i], &after->vcpupin[i]);
    if (before->vcpus != after->vcpus) {
        add_item(str, start);
        str_addf(str,
                 text_plural("%u vCPU instead of %u", "%u vCPUs instead of %u",
                             after->vcpus),
                 after->vcpus, before->vcpus);
    }
    if (moved > 0) {
        add_item(str, start);
        str_addf(str, text_plural("pin of %u vCPU", "pins of %u vCPUs", moved),
                 moved);
    }
}

static bool has_same_iothreads(const struct plan *a, const struct plan *b)
{
    bool is_same = a->iothread_count == b->iothread_count;

    for (unsigned i = 0; is_same && i < a->iothread_count; i++)
        is_same = a->iothreads[i].id == b->iothreads[i].id &&
                  CPU_EQUAL(&a->iothreads[i].cpus, &b->iothreads[i].cpus);
    for (size_t i = 0; is_same && i < a->domain->disk_count; i++)
        is_same = a->disk_iothread[i] == b->disk_iothread[i];
    return is_same;
}

static void add_threads(struct str *str, size_t start,
                        const struct plan *before, const struct plan *after)
{
    if (!CPU_EQUAL(&before->emulatorpin, &after->emulatorpin)) {
        add_item(str, start);
        str_add(str, _("the emulator"));
    }
    if (!has_same_iothreads(before, after)) {
        add_item(str, start);
        str_add(str, _("the I/O threads"));
    }
    if (memcmp(&before->topology, &after->topology, sizeof(after->topology)) !=
        0) {
        add_item(str, start);
        str_add(str, _("the guest's topology"));
    }
    if (before->mirrors_nodes != after->mirrors_nodes) {
        add_item(str, start);
        str_add(str, _("the memory's nodes"));
    }
}

/* Functions go together: the first of them stands for all. */
static void add_devices(struct str *str, size_t start,
                        const struct plan *before, const struct plan *after)
{
    const struct pci *pci = &after->host->pci;
    size_t first = pci->device_count, count = 0;

    for (size_t i = pci->device_count; i-- > 0;)
        if (before->is_given[i] != after->is_given[i]) {
            first = i;
            count++;
        }
    if (count == 0)
        return;
    add_item(str, start);
    if (count == 1)
        str_addf(str,
                 after->is_given[first] ? "%s to the guest" : "%s to the host",
                 pci_short_address(&pci->devices[first]));
    else
        str_addf(str,
                 after->is_given[first] ? "%s and %zu more to the guest"
                                        : "%s and %zu more to the host",
                 pci_short_address(&pci->devices[first]), count - 1);
}

static void add_usb(struct str *str, size_t start, const struct plan *before,
                    const struct plan *after)
{
    struct arena *arena = arena_new();

    for (size_t i = 0; i < usb_count(after); i++)
        if (before->is_usb_given[i] != after->is_usb_given[i]) {
            add_item(str, start);
            str_addf(str,
                     after->is_usb_given[i] ? "USB %s to the guest"
                                            : "USB %s to the host",
                     usb_name(after, i, arena));
        }
    arena_free(arena);
}

/* What else there is of devices: boot order, ROM, new addresses. */
static void add_wishes(struct str *str, size_t start, const struct plan *before,
                       const struct plan *after)
{
    if (str->length > start || device_same(before, after))
        return;
    str_add(str, _("how the guest has its devices"));
}

static void add_options(struct str *str, size_t start,
                        const struct plan *before, const struct plan *after)
{
    unsigned count = 0;
    int first = OPTION_COUNT;
    char value[32];

    for (int i = OPTION_COUNT; i-- > 0;)
        if (before->options[i] != after->options[i]) {
            first = i;
            count++;
        }
    if (count == 0)
        return;
    add_item(str, start);
    option_format((enum option_id)first, after->options[first], value,
                  sizeof(value));
    if (after->options[first] == OPTION_KEEP)
        snprintf(value, sizeof(value), "as the domain has it");
    str_addf(str, "%s %s", option_get((enum option_id)first)->title, value);
    if (count > 1)
        str_addf(str,
                 text_plural(" and %u other option", " and %u other options",
                             count - 1),
                 count - 1);
}

static void add_images(struct str *str, size_t start, const struct plan *before,
                       const struct plan *after)
{
    if (image_same(before, after))
        return;
    add_item(str, start);
    str_add(str, _("what disks are kept on"));
}

static void add_disks(struct str *str, size_t start, const struct plan *before,
                      const struct plan *after)
{
    if (disk_same(before, after))
        return;
    add_item(str, start);
    str_add(str, _("options of single disks"));
}

static void add_dropped(struct str *str, size_t start,
                        const struct plan *before, const struct plan *after)
{
    unsigned changed = before->dropped ^ after->dropped, part = 0;

    if (changed == 0)
        return;
    while (!(changed & 1U << part))
        part++;
    add_item(str, start);
    str_addf(str,
             after->dropped & 1U << part ? "change %s dropped"
                                         : "change %s kept",
             plan_part_name((enum plan_part)part));
}

void plan_describe(struct str *str, const struct plan *before,
                   const struct plan *after)
{
    size_t start = str->length;

    add_devices(str, start, before, after);
    add_usb(str, start, before, after);
    add_wishes(str, start, before, after);
    add_pins(str, start, before, after);
    add_threads(str, start, before, after);
    add_options(str, start, before, after);
    add_images(str, start, before, after);
    add_disks(str, start, before, after);
    add_dropped(str, start, before, after);
    if (before->guest != after->guest) {
        add_item(str, start);
        str_add(str, _("the kind of guest"));
    }
}
