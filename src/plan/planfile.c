/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, gives text, and back. Everything in the text is checked
 * before it is believed: it may come from anywhere.
 */
#include "plan/planfile.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/device.h"
#include "plan/disk.h"
#include "plan/drift.h"
#include "plan/image.h"
#include "plan/usb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void save_cpus(struct str *str, const char *key, const cpu_set_t *cpus)
{
    str_addf(str, "%s = ", key);
    cpuset_add_text(str, cpus);
    str_add(str, "\n");
}

/* What differs from the domain's own <hostdev>, or from a new one. */
static void save_wish(const struct plan *plan, size_t index, struct str *str)
{
    const struct device_wish *wish = &plan->wishes[index];
    const char *address = plan->host->pci.devices[index].address;
    struct device_wish own = {0};

    device_own_wish(plan, index, &own);
    if (wish->boot != own.boot)
        str_addf(str, "boot.%s = %u\n", address, wish->boot);
    if (strcmp(device_rom(wish), device_rom(&own)) != 0)
        str_addf(str, "rom.%s = %s\n", address, device_rom(wish));
    free(own.rom_file);
}

static void save_disks(const struct plan *plan, struct arena *arena,
                       struct str *str)
{
    char text[64];

    for (size_t i = 0; i < plan->disk_wish_count; i++)
        for (enum option_id id = OPTION_DISKS_CACHE; disk_option_name(id);
             id++) {
            long value = disk_wish(plan, i, id);

            if (value == OPTION_KEEP || !disk_is_named(plan->domain, i))
                continue;
            option_format(id, value, text, sizeof(text));
            str_addf(str, "disk.%s.%s = %s\n",
                     disk_target(plan->domain, arena, i), disk_option_name(id),
                     text);
        }
}

void planfile_save(const struct plan *plan, struct str *str)
{
    const struct domain *domain = plan->domain;
    struct arena *arena = arena_new();
    char text[32];

    str_add(str,
            "# A plan of virt-tune. What is not here stays as the domain "
            "has it.\nversion = 1\n");
    str_addf(str, "domain = %s\nuuid = %s\nhost = %s\n", domain->name,
             domain->uuid, plan->host->cpu.fingerprint);
    str_addf(str, "vcpus = %u\n", plan->vcpus);
    for (unsigned i = 0; i < plan->vcpus; i++) {
        snprintf(text, sizeof(text), "vcpupin.%u", i);
        save_cpus(str, text, &plan->vcpupin[i]);
    }
    save_cpus(str, "emulatorpin", &plan->emulatorpin);
    for (unsigned i = 0; i < plan->iothread_count; i++) {
        snprintf(text, sizeof(text), "iothreadpin.%u", plan->iothreads[i].id);
        save_cpus(str, text, &plan->iothreads[i].cpus);
    }
    for (size_t i = 0; i < domain->disk_count; i++)
        if (plan->disk_iothread[i] > 0)
            str_addf(str, "disk.%s = %u\n", domain->disks[i].target,
                     plan->disk_iothread[i]);
    for (size_t i = 0; i < plan->image_count; i++)
        str_addf(str, "disk.%s = %s\n", plan->images[i].target,
                 plan->images[i].path);
    save_disks(plan, arena, str);
    str_addf(str, "topology = %u %u %u %u\n", plan->topology.sockets,
             plan->topology.dies, plan->topology.cores, plan->topology.threads);
    if (plan->mirrors_nodes)
        str_add(str, "numa = mirror\n");
    if (plan->guest != domain->guest)
        str_addf(str, "guest = %s\n", guest_kind_name(plan->guest));
    for (size_t i = 0; i < plan->host->pci.device_count; i++) {
        const struct pci_device *device = &plan->host->pci.devices[i];

        /* With its ids: another card may get the address. */
        if (plan->is_given[i] != device_is_in_domain(domain, device))
            str_addf(str, "pci.%s = %s %s\n", device->address,
                     plan->is_given[i] ? "guest" : "host",
                     strchr(identity_text(arena, device), ' ') + 1);
        if (plan->is_given[i])
            save_wish(plan, i, str);
    }
    for (size_t i = 0; i < domain->hostdev_count; i++)
        if (plan->moves[i] >= 0)
            str_addf(str, "move.%s = %s\n", domain->hostdevs[i].address,
                     plan->host->pci.devices[plan->moves[i]].address);
    for (size_t i = 0; i < usb_count(plan); i++)
        if (usb_is_row(plan, i) &&
            plan->is_usb_given[i] != usb_is_in_domain(plan, i))
            str_addf(str, "usb.%s = %s\n", usb_name(plan, i, arena),
                     plan->is_usb_given[i] ? "guest" : "host");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (plan->options[i] == OPTION_KEEP)
            continue;
        option_format((enum option_id)i, plan->options[i], text, sizeof(text));
        str_addf(str, "%s = %s\n", option_get((enum option_id)i)->key, text);
    }
    for (size_t i = 0; plan->dropped && i < PART_COUNT; i++)
        if (plan->dropped & 1U << i)
            str_addf(str, "%s %s",
                     plan->dropped & ((1U << i) - 1) ? "" : "dropped =",
                     plan_part_name((enum plan_part)i));
    if (plan->dropped)
        str_add(str, "\n");
    arena_free(arena);
}

static bool refuse(struct err *err, const char *what, const char *theirs,
                   const char *ours)
{
    char *printable CLEANUP(mem_free) = str_printable(theirs);

    return err_set(err, ERR_REFUSED,
                   "This plan was made for another %s (%.100s, not %.100s). "
                   "Make a new one: virt-tune plan.",
                   what, printable, ours);
}

static bool load_host(struct plan *plan, const char *value, struct err *err)
{
    const char *mine = plan->host->cpu.fingerprint;

    return strcmp(value, mine) == 0 ||
           refuse(err, _("host, or its CPUs changed"), value, mine);
}

static bool load_topology(struct plan *plan, char *value)
{
    unsigned *const parts[] = {&plan->topology.sockets, &plan->topology.dies,
                               &plan->topology.cores, &plan->topology.threads};
    char *rest = value;

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        char *word = strsep(&rest, " ");
        unsigned long number;

        if (!word || !str_number(word, 4096, &number))
            return false;
        *parts[i] = (unsigned)number;
    }
    for (size_t i = 1; i < ARRAY_SIZE(parts); i++)
        if ((*parts[i] == 0) != (*parts[0] == 0))
            return false; /* all are 0, "none", or none is */
    return !rest;
}

static bool load_vcpus(struct plan *plan, const char *value)
{
    unsigned long number;

    if (!str_number(value, 4096, &number) || number == 0)
        return false;
    plan_set_vcpus(plan, (unsigned)number);
    return true;
}

static bool load_iothread(struct plan *plan, unsigned long id,
                          const cpu_set_t *cpus)
{
    for (unsigned i = 0; i < plan->iothread_count; i++)
        if (plan->iothreads[i].id == id) {
            plan->iothreads[i].cpus = *cpus;
            return true;
        }
    if (id != plan->iothread_count + 1UL)
        return false; /* libvirt numbers them from 1 without <iothreadids> */
    plan->iothreads = mem_realloc(plan->iothreads, plan->iothread_count + 1,
                                  sizeof(*plan->iothreads));
    plan->iothreads[plan->iothread_count++] =
        (struct domain_iothread){.id = (unsigned)id, .cpus = *cpus};
    return true;
}

static bool load_disk(struct plan *plan, const char *target, const char *value)
{
    unsigned long number;

    for (size_t i = 0; i < plan->domain->disk_count; i++)
        if (strcmp(plan->domain->disks[i].target, target) == 0 &&
            str_number(value, 100000, &number) && number > 0) {
            plan->disk_iothread[i] = (unsigned)number;
            return true;
        }
    return false;
}

static bool load_image(struct plan *plan, const char *target, const char *path,
                       struct err *err)
{
    struct arena *arena = arena_new();
    const char *refusal = image_refusal(plan, arena, target, path);
    char *name CLEANUP(mem_free) = str_printable(target);

    if (refusal)
        err_set(err, ERR_REFUSED, "Disk %.20s: %s", name, refusal);
    else
        image_set(plan, target, path);
    arena_free(arena);
    return !refusal;
}

/* "vda.cache" and a value of that option. */
static bool load_disk_option(struct plan *plan, const char *name,
                             const char *value)
{
    enum option_id id;
    long disk = disk_option(plan->domain, name, &id), wish;

    if (disk < 0 || id == OPTION_NONE || !option_parse(id, value, &wish))
        return false;
    disk_put(plan, (size_t)disk, id, wish);
    return true;
}

/* True if the text, "VENDOR:DEVICE SERIAL", is of this device. */
static bool check_identity(const struct pci_device *device, const char *text,
                           struct err *err)
{
    struct arena *arena = arena_new();
    const char *own = identity_text(arena, device);
    struct identity was;
    bool is_fine = identity_parse(
        arena, arena_printf(arena, "%s %s", device->address, text), &was);

    if (is_fine && !identity_is(&was, device))
        is_fine = refuse(err, _("device at this address"), text,
                         strchr(own, ' ') + 1);
    arena_free(arena);
    return is_fine;
}

static bool load_device(struct plan *plan, const char *address,
                        const char *value, struct err *err)
{
    long index = device_find(plan->host, address);
    bool is_given = str_starts(value, "guest ");
    const struct pci_device *device;

    if (!is_given && !str_starts(value, "host "))
        return false;
    if (index < 0)
        return refuse(err, _("host: a device is gone"), address, "none");
    device = &plan->host->pci.devices[index];
    if (!check_identity(device, strchr(value, ' ') + 1, err))
        return false;
    if (is_given && device_obstacle(plan, (size_t)index))
        return err_set(err, ERR_REFUSED, "%s: %s", device->address,
                       device_obstacle(plan, (size_t)index));
    plan->is_given[index] = is_given;
    return true;
}

static bool load_move(struct plan *plan, const char *address, const char *value)
{
    long index = device_find(plan->host, value);

    for (size_t i = 0; index >= 0 && i < plan->domain->hostdev_count; i++)
        if (strcmp(plan->domain->hostdevs[i].address, address) == 0) {
            plan->moves[i] = index;
            device_wish_as(&plan->wishes[index], &plan->domain->hostdevs[i]);
            return true;
        }
    /* Or the domain follows already. */
    return index >= 0 &&
           device_is_in_domain(plan->domain, &plan->host->pci.devices[index]);
}

static bool load_boot(struct plan *plan, const char *address, const char *value)
{
    long index = device_find(plan->host, address);
    unsigned long order;

    if (index < 0 || !str_number(value, BOOT_MAX, &order))
        return false;
    plan->wishes[index].boot = (unsigned)order;
    return true;
}

static bool load_rom(struct plan *plan, const char *address, const char *value)
{
    long index = device_find(plan->host, address);

    return index >= 0 && device_set_rom(plan, (size_t)index, value);
}

static bool load_usb(struct plan *plan, const char *name, const char *value,
                     struct err *err)
{
    bool is_given = strcmp(value, "guest") == 0;
    size_t matches;
    long index = usb_find(plan, name, &matches);

    if (!is_given && strcmp(value, "host") != 0)
        return false;
    if (matches != 1)
        return refuse(err,
                      _("host: a USB device is gone, or there are two now"),
                      name, "one");
    plan->is_usb_given[index] = is_given;
    return true;
}

static bool load_option(struct plan *plan, const char *key, const char *value)
{
    enum option_id id = option_find(key);

    return id != OPTION_NONE && option_parse(id, value, &plan->options[id]);
}

/* Names joined by blanks. */
static bool load_dropped(struct plan *plan, char *value)
{
    char *rest = NULL;

    for (char *name = strtok_r(value, " ", &rest); name;
         name = strtok_r(NULL, " ", &rest)) {
        enum plan_part part = plan_part_find(name);

        if (part == PART_COUNT)
            return false;
        plan_drop(plan, part, true);
    }
    return true;
}

static bool load_cpus(struct plan *plan, const char *key, const char *value)
{
    unsigned long number;
    cpu_set_t cpus;

    if (!cpuset_parse(value, &cpus))
        return false;
    if (strcmp(key, "emulatorpin") == 0) {
        plan->emulatorpin = cpus;
        return true;
    }
    if (str_starts(key, "iothreadpin."))
        return str_number(strchr(key, '.') + 1, 100000, &number) &&
               load_iothread(plan, number, &cpus);
    if (!str_number(strchr(key, '.') + 1, plan->vcpus - 1, &number))
        return false;
    plan->vcpupin[number] = cpus;
    return true;
}

/* One line; false without a sentence if it is malformed. */
static bool load_line(struct plan *plan, const char *key, char *value,
                      bool has_uuid, struct err *err)
{
    if (strcmp(key, "version") == 0)
        return strcmp(value, "1") == 0 ||
               err_set(err, ERR_REFUSED,
                       "This plan is of a newer virt-tune; this one reads "
                       "version 1.");
    if (strcmp(key, "domain") == 0)
        return (*plan->domain->uuid && has_uuid) ||
               strcmp(value, plan->domain->name) == 0 ||
               refuse(err, _("domain"), value, plan->domain->name);
    if (strcmp(key, "uuid") == 0)
        return !*plan->domain->uuid || !*value ||
               strcmp(value, plan->domain->uuid) == 0 ||
               refuse(err, _("domain"), value, plan->domain->uuid);
    if (strcmp(key, "host") == 0)
        return load_host(plan, value, err);
    if (strcmp(key, "vcpus") == 0)
        return load_vcpus(plan, value);
    if (strcmp(key, "topology") == 0)
        return load_topology(plan, value);
    if (strcmp(key, "numa") == 0) {
        plan->mirrors_nodes = strcmp(value, "mirror") == 0;
        return plan->mirrors_nodes;
    }
    if (strcmp(key, "guest") == 0) {
        plan->guest = guest_kind_find(value);
        return plan->guest != GUEST_UNKNOWN || strcmp(value, "unknown") == 0;
    }
    if (strcmp(key, "dropped") == 0)
        return load_dropped(plan, value);
    if (str_starts(key, "vcpupin.") || str_starts(key, "iothreadpin.") ||
        strcmp(key, "emulatorpin") == 0)
        return load_cpus(plan, key, value);
    if (str_starts(key, "pci."))
        return load_device(plan, strchr(key, '.') + 1, value, err);
    if (str_starts(key, "move."))
        return load_move(plan, strchr(key, '.') + 1, value);
    if (str_starts(key, "boot."))
        return load_boot(plan, strchr(key, '.') + 1, value);
    if (str_starts(key, "rom."))
        return load_rom(plan, strchr(key, '.') + 1, value);
    if (str_starts(key, "usb."))
        return load_usb(plan, strchr(key, '.') + 1, value, err);
    if (str_starts(key, "disk.") && *value == '/')
        return load_image(plan, strchr(key, '.') + 1, value, err);
    if (str_starts(key, "disk.") && strchr(strchr(key, '.') + 1, '.'))
        return load_disk_option(plan, strchr(key, '.') + 1, value);
    if (str_starts(key, "disk."))
        return load_disk(plan, strchr(key, '.') + 1, value);
    return load_option(plan, key, value);
}

bool planfile_load(const char *text, struct plan *plan, struct err *err)
{
    char *copy CLEANUP(mem_free) = mem_strdup(text);
    char *rest = copy;
    bool has_version = false;
    const char *line_of_uuid = strstr(text, "\nuuid = ");
    bool has_uuid = line_of_uuid && strspn(line_of_uuid + strlen("\nuuid = "),
                                           "0123456789abcdefABCDEF-") == 36;
    struct err ignored;

    if (!err)
        err = &ignored;

    for (unsigned number = 1; rest; number++) {
        char *line = strsep(&rest, "\n");
        char *equals;

        line = str_trim(line);
        if (!*line || *line == '#')
            continue;
        equals = strchr(line, '=');
        if (equals)
            *equals = '\0';
        err_set(err, ERR_NONE, "%s", "");
        if (!equals || !load_line(plan, str_trim(line), str_trim(equals + 1),
                                  has_uuid, err)) {
            char *printable CLEANUP(mem_free) = str_printable(line);

            if (err->code != ERR_NONE)
                return false;
            return err_set(err, ERR_FAILED,
                           "Line %u of the plan, \"%.60s\", is not understood "
                           "for this domain.",
                           number, printable);
        }
        has_version |= strcmp(str_trim(line), "version") == 0;
    }
    return has_version ||
           err_set(err, ERR_FAILED, "This file is not a plan of virt-tune.");
}
