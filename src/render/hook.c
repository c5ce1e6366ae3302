/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, gives the hook's file for the domain: data that the static
 * script reads line by line. Never code.
 */
#include "render/change.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/backing.h"
#include "plan/cell.h"
#include "plan/device.h"
#include "plan/image.h"

#include <string.h>

char *hook_data_path(struct arena *arena, const struct domain *domain)
{
    return arena_printf(arena, HOOK_DATA "/%s.conf", domain->uuid);
}

static bool has_cpus(const struct plan *plan)
{
    cpu_set_t guest = plan_guest_cores(plan);

    return !cpuset_is_empty(&guest);
}

static bool has_pages(const struct plan *plan)
{
    return option_effective(plan, OPTION_HUGEPAGES) > OPTION_ON;
}

static bool has_devices(const struct plan *plan)
{
    for (size_t i = 0; i < plan->host->pci.device_count; i++)
        if (plan->is_given[i])
            return true;
    return false;
}

static bool has_devices_or_disks(const struct plan *plan)
{
    return has_devices(plan) || image_has_block(plan);
}

/* A function of a card that has a display, sound and USB too. */
static bool is_of_display(const struct plan *plan, size_t index)
{
    const struct pci *pci = &plan->host->pci;

    for (size_t i = 0; plan->is_given[index] && i < pci->device_count; i++)
        if (plan->is_given[i] && device_is_display(&pci->devices[i]) &&
            device_is_same_slot(&pci->devices[i], &pci->devices[index]))
            return true;
    return false;
}

static bool has_display(const struct plan *plan)
{
    for (size_t i = 0; i < plan->host->pci.device_count; i++)
        if (is_of_display(plan, i))
            return true;
    return false;
}

static void add_cpus(struct str *str, const char *key, const cpu_set_t *cpus)
{
    if (cpuset_is_empty(cpus))
        return;
    str_addf(str, "%s = ", key);
    cpuset_add_text(str, cpus);
    str_add(str, "\n");
}

static void add_isolate(struct str *str, const struct plan *plan)
{
    cpu_set_t guest = plan_guest_cores(plan);

    add_cpus(str, "guest_cpus", &guest);
}

/* On each node if the guest's memory is bound to nodes, else anywhere. */
unsigned hook_pools(const struct plan *plan, struct hook_pool *pools)
{
    unsigned long size =
        (unsigned long)option_effective(plan, OPTION_HUGEPAGES);
    struct cells cells;
    unsigned count = 0;

    if (!cell_effective(plan, &cells)) {
        pools[0] = (struct hook_pool){.pages = backing_pages(plan, size)};
        return 1;
    }
    for (unsigned i = 0; i < cells.count; i++) {
        const struct cell *cell = &cells.list[i];
        unsigned long pages = (cell->memory_kib + size - 1) / size;
        unsigned j = 0;

        while (j < count && pools[j].node != cell->node)
            j++;
        if (pages == 0)
            continue;
        if (j == count)
            pools[count++] =
                (struct hook_pool){.is_node = true, .node = cell->node};
        pools[j].pages += pages; /* two cells of one node */
    }
    return count;
}

static void add_pages(struct str *str, const struct plan *plan)
{
    struct hook_pool pools[CELL_COUNT_MAX];
    unsigned count = hook_pools(plan, pools);

    str_addf(str, "hugepages_kib = %lu\n",
             (unsigned long)option_effective(plan, OPTION_HUGEPAGES));
    for (unsigned i = 0; i < count; i++)
        if (pools[i].is_node)
            str_addf(str, "hugepages_node_%u = %lu\n", pools[i].node,
                     pools[i].pages);
        else
            str_addf(str, "hugepages_node_any = %lu\n", pools[i].pages);
}

static void add_interrupts(struct str *str, const struct plan *plan)
{
    cpu_set_t guest = plan_guest_cores(plan);

    add_cpus(str, "interrupt_cpus", &guest);
    if (has_devices(plan) && !option_effective(plan, OPTION_INTERRUPTS_VCPUS))
        add_cpus(str, "vfio_on_host", &plan->emulatorpin);
}

static void add_interrupts_vcpus(struct str *str, const struct plan *plan)
{
    cpu_set_t guest = plan_guest_cpus(plan);

    add_cpus(str, "vfio_on_vcpus", &guest);
}

static void add_frequency(struct str *str, const struct plan *plan)
{
    cpu_set_t guest = plan_guest_cores(plan);

    add_cpus(str, "frequency_cpus", &guest);
}

static void add_sleep(struct str *str, const struct plan *plan)
{
    (void)plan;
    str_add(str, "inhibit_sleep = yes\n");
}

static void add_devices(struct str *str, const struct plan *plan)
{
    (void)plan;
    str_add(str, "prepare_devices = yes\n");
}

static void add_display(struct str *str, const struct plan *plan)
{
    str_add(str, "display =");
    for (size_t i = 0; i < plan->host->pci.device_count; i++)
        if (is_of_display(plan, i))
            str_addf(str, " %s", plan->host->pci.devices[i].address);
    str_add(str, "\n");
}

static void add_commands(struct str *str, const struct plan *plan)
{
    (void)plan;
    str_add(str, "commands = yes\n");
}

/* The services, in the order of the file's lines. */
static const struct service {
    enum option_id id;
    const char *name; /* the script's, for "required"; NULL: always is */
    const char *title;
    bool (*can)(const struct plan *plan); /* NULL: always */
    void (*add)(struct str *str, const struct plan *plan);
} services[] = {
    {OPTION_ISOLATE, "isolate", "isolate guest CPUs", has_cpus, add_isolate},
    {OPTION_HUGEPAGES_RESERVE, NULL, "reserve pages", has_pages, add_pages},
    {OPTION_INTERRUPTS, "interrupts", "move interrupts", has_cpus,
     add_interrupts},
    {OPTION_INTERRUPTS_VCPUS, NULL, NULL, has_devices, add_interrupts_vcpus},
    {OPTION_FREQUENCY, "frequency", "full speed", has_cpus, add_frequency},
    {OPTION_SLEEP, "sleep", "stay awake", NULL, add_sleep},
    {OPTION_DEVICES, "devices", "prepare devices", has_devices_or_disks,
     add_devices},
    {OPTION_DISPLAY, "display", "hand over the display", has_display,
     add_display},
    {OPTION_COMMANDS, "commands", "your commands", NULL, add_commands},
};

static bool is_on(const struct plan *plan, const struct service *service)
{
    return option_effective(plan, service->id) &&
           (!service->can || service->can(plan));
}

bool hook_does(const struct plan *plan, enum option_id id)
{
    for (size_t i = 0; i < ARRAY_SIZE(services); i++)
        if (services[i].id == id)
            return is_on(plan, &services[i]);
    return false;
}

bool hook_is_of_display(const struct plan *plan, size_t index)
{
    return is_of_display(plan, index);
}

char *hook_title(const struct plan *plan, struct arena *arena)
{
    struct str str CLEANUP(str_free) = STR_INIT;

    for (size_t i = 0; i < ARRAY_SIZE(services); i++)
        if (services[i].title && is_on(plan, &services[i]))
            str_addf(&str, "%s %s", *str_text(&str) ? "," : _("hook:"),
                     text_of(services[i].title));
    return arena_strdup(arena, str_text(&str));
}

char *hook_data(const struct plan *plan)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    struct str required CLEANUP(str_free) = STR_INIT;

    for (size_t i = 0; i < ARRAY_SIZE(services); i++) {
        if (!is_on(plan, &services[i]))
            continue;
        if (*str_text(&str) == '\0')
            str_addf(&str,
                     "# virt-tune: what the host does while this domain runs.\n"
                     "version = 1\nname = %s\n",
                     plan->domain->name);
        services[i].add(&str, plan);
        if (services[i].name)
            str_addf(&required, " %s", services[i].name);
    }
    if (*str_text(&str) == '\0')
        return NULL;
    if (has_devices(plan) && (option_effective(plan, OPTION_INTERRUPTS) ||
                              option_effective(plan, OPTION_DEVICES))) {
        str_add(&str, "devices =");
        for (size_t i = 0; i < plan->host->pci.device_count; i++)
            if (plan->is_given[i])
                str_addf(&str, " %s", plan->host->pci.devices[i].address);
        str_add(&str, "\n");
    }
    if (option_effective(plan, OPTION_REQUIRED) && *str_text(&required))
        str_addf(&str, "required =%s\n", str_text(&required));
    return str_steal(&str);
}
