/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, reads the host anew, gives what each service of the hook would
 * change there. What it cannot read it says; it never guesses.
 */
#include "render/hooknow.h"

#include "base/str.h"
#include "base/text.h"
#include "host/unit.h"
#include "plan/cell.h"
#include "render/change.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What a service looks with, and where it says what it saw. */
struct now {
    const struct plan *plan;
    const struct root *root;  /* the host's */
    const struct root *files; /* the hook's, or NULL */
    struct arena *arena;
    struct hook_nows *nows;
    const char *service;
};

static void add(struct now *now, bool is_known, const char *text)
{
    struct hook_nows *nows = now->nows;

    if (nows->count == nows->capacity) {
        size_t capacity = nows->capacity ? 2 * nows->capacity : 16;
        struct hook_now *list =
            arena_alloc(now->arena, capacity, sizeof(*list));

        if (nows->count > 0)
            memcpy(list, nows->list, nows->count * sizeof(*list));
        nows->list = list;
        nows->capacity = capacity;
    }
    nows->list[nows->count++] = (struct hook_now){now->service, text, is_known};
}

#define SAY(now, ...) add(now, true, arena_printf((now)->arena, __VA_ARGS__))
#define UNSEEN(now, ...) \
    add(now, false, arena_printf((now)->arena, __VA_ARGS__))

static const char *file_text(const struct now *now, const char *path)
{
    return root_read(now->root, now->arena, path);
}

static const char *cpus_text(const struct now *now, const cpu_set_t *cpus)
{
    return cpuset_text(now->arena, cpus);
}

/* "0 1 2" or "0-2" of a file; false if it cannot be read. */
static bool read_cpus(const struct now *now, const char *path, cpu_set_t *cpus)
{
    char *text = root_read(now->root, now->arena, path);

    for (char *at = text; at && *at; at++)
        if (*at == ' ')
            *at = ',';
    return text && cpuset_parse(text, cpus);
}

/* False, and says so, if systemd does not run the host or cannot be seen. */
static bool has_systemd(struct now *now)
{
    if (now->plan->host->kernel.has_systemd)
        return true;
    if (root_exists(now->root, "run"))
        SAY(now, "skipped: systemd does not run this host");
    else
        UNSEEN(now, "could not look whether systemd runs: no run here");
    return false;
}

/* What stops a service while the guest runs; says which state it is in. */
static void say_unit(struct now *now, const char *name)
{
    switch (unit_state(now->root, now->arena, name)) {
    case UNIT_RUNNING:
        SAY(now, "%s active: would be stopped", name);
        break;
    case UNIT_UNKNOWN:
        UNSEEN(now, "%s: could not look whether it is active", name);
        break;
    default:
        SAY(now, "%s not active: stays so", name);
    }
}

/* True if libvirt put guests into the slice, or two slices beneath it. */
static bool has_guests(const struct now *now, const char *path, unsigned depth)
{
    char **names = root_list(now->root, now->arena, path, NULL);

    for (; names && *names; names++)
        if (str_starts(*names, "machine-qemu") ||
            (depth > 0 && str_ends(*names, ".slice") &&
             has_guests(now, arena_printf(now->arena, "%s/%s", path, *names),
                        depth - 1)))
            return true;
    return false;
}

/* What the host itself lives in. */
static bool is_unit(const struct now *now, const char *name)
{
    if (strcmp(name, "init.scope") == 0)
        return true;
    return str_ends(name, ".slice") && strcmp(name, "machine.slice") != 0 &&
           !has_guests(now, arena_printf(now->arena, "sys/fs/cgroup/%s", name),
                       2);
}

/* What a unit may run on now, "all" or a list; NULL if that is not readable. */
static const char *allowed_of(const struct now *now, const char *unit)
{
    const char *path =
        arena_printf(now->arena, "sys/fs/cgroup/%s/cpuset.cpus", unit);
    const char *text = file_text(now, path);

    if (!text && root_exists(now->root, path))
        return NULL;
    return text && *text ? text : "all";
}

/* Units that have the same CPUs now, in one line. */
static void say_units(struct now *now, char **names, const cpu_set_t *host)
{
    for (size_t i = 0; names[i]; i++) {
        struct str same CLEANUP(str_free) = STR_INIT;
        const char *before =
            is_unit(now, names[i]) ? allowed_of(now, names[i]) : "";
        cpu_set_t own, after = *host;
        bool is_told = false;

        if (!before)
            UNSEEN(now, "AllowedCPUs of %s: could not be read", names[i]);
        if (!before || !*before)
            continue;
        for (size_t j = 0; names[j]; j++) {
            const char *other =
                is_unit(now, names[j]) ? allowed_of(now, names[j]) : NULL;

            if (!other || strcmp(other, before) != 0)
                continue;
            is_told |= j < i;
            str_addf(&same, "%s%s", same.length ? ", " : "", names[j]);
        }
        if (is_told)
            continue;
        if (cpuset_parse(before, &own)) {
            after = cpuset_and(&own, host);
            if (cpuset_is_empty(&after))
                after = own; /* never none */
        }
        SAY(now, "AllowedCPUs of %s: %s -> %s", str_text(&same), before,
            cpus_text(now, &after));
    }
}

static void look_isolate(struct now *now)
{
    cpu_set_t guest = plan_guest_cores(now->plan), online, host;
    char **names = root_list(now->root, now->arena, "sys/fs/cgroup", NULL);
    const char *mask = file_text(now, "sys/devices/virtual/workqueue/cpumask");
    bool has_units = false;

    if (!has_systemd(now))
        return;
    if (!names || !read_cpus(now, "sys/devices/system/cpu/online", &online)) {
        UNSEEN(now, "could not look: no sys/fs/cgroup, or no list of CPUs");
        return;
    }
    if (!now->plan->host->kernel.has_cpuset_cgroup) {
        SAY(now, "skipped: no cgroup v2 with the cpuset controller");
        return;
    }
    host = cpuset_minus(&online, &guest);
    if (cpuset_is_empty(&host)) {
        SAY(now, "skipped: CPUs %s would leave none to the host",
            cpus_text(now, &guest));
        return;
    }
    for (size_t i = 0; names[i]; i++)
        has_units |= is_unit(now, names[i]);
    if (has_units)
        say_units(now, names, &host);
    else
        UNSEEN(now, "all slices -> %s; which there are could not be seen",
               cpus_text(now, &host));
    if (mask)
        SAY(now, "unbound kernel work, mask %s: loses CPUs %s", mask,
            cpus_text(now, &guest));
    else
        UNSEEN(now, "unbound kernel work: its mask could not be read");
}

static void say_pool(struct now *now, unsigned long size,
                     const struct hook_pool *want)
{
    static const char *const files[] = {"nr", "free", "resv"};
    const char *pool =
        want->is_node
            ? arena_printf(now->arena, "sys/devices/system/node/node%u",
                           want->node)
            : "sys/kernel/mm";
    const char *where =
        want->is_node ? arena_printf(now->arena, " on node %u", want->node)
                      : "";
    unsigned long numbers[3] = {0}, pages = want->pages, usable, missing;

    for (size_t i = 0; i < (want->is_node ? 2 : ARRAY_SIZE(files)); i++)
        if (!root_read_number(
                now->root,
                arena_printf(now->arena,
                             "%s/hugepages/hugepages-%lukB/%s_hugepages", pool,
                             size, files[i]),
                &numbers[i])) {
            UNSEEN(now, "pool of %lu KiB%s: could not be read", size, where);
            return;
        }
    usable = numbers[1] > numbers[2] ? numbers[1] - numbers[2] : 0;
    missing = pages > usable ? pages - usable : 0;
    if (missing > 0)
        SAY(now,
            "pool of %lu KiB%s has %lu pages, %lu free: %lu would be added for "
            "the guest's %lu",
            size, where, numbers[0], usable, missing, pages);
    else
        SAY(now,
            "pool of %lu KiB%s has %lu pages, %lu free: enough for the guest's "
            "%lu",
            size, where, numbers[0], usable, pages);
}

static void look_pages(struct now *now)
{
    unsigned long size =
        (unsigned long)option_effective(now->plan, OPTION_HUGEPAGES);
    unsigned long available = now->plan->host->memory.available_kib;
    struct hook_pool pools[CELL_COUNT_MAX];
    unsigned count = hook_pools(now->plan, pools);

    for (unsigned i = 0; i < count; i++)
        say_pool(now, size, &pools[i]);
    if (available > 0)
        SAY(now, "memory available: %lu MiB", available / 1024);
}

/* True if a line of proc/interrupts gives this number to a guest. */
static bool is_guests(const char *interrupts, const char *number)
{
    for (const char *at = interrupts; at; at = strchr(at, '\n')) {
        size_t length;

        at += strspn(at, "\n ");
        length = strcspn(at, "\n");
        if (strncmp(at, number, strlen(number)) == 0 &&
            at[strlen(number)] == ':')
            return memmem(at, length, "vfio", 4) != NULL;
    }
    return false;
}

static void look_interrupts(struct now *now)
{
    cpu_set_t guest = plan_guest_cores(now->plan);
    cpu_set_t vcpus = plan_guest_cpus(now->plan);
    char **names = root_list(now->root, now->arena, "proc/irq", NULL);
    const char *interrupts = file_text(now, "proc/interrupts");
    unsigned there = 0, total = 0;
    bool has_device = false;

    for (; names && *names; names++) {
        const char *path =
            arena_printf(now->arena, "proc/irq/%s/smp_affinity_list", *names);
        cpu_set_t cpus;

        if (!isdigit((unsigned char)**names) || !read_cpus(now, path, &cpus) ||
            is_guests(interrupts, *names))
            continue;
        total++;
        there += cpuset_intersects(&cpus, &guest);
    }
    if (total > 0)
        SAY(now,
            "%u of the host's %u interrupts may come to CPUs %s: those that "
            "can be moved leave",
            there, total, cpus_text(now, &guest));
    else
        UNSEEN(now, "interrupts: proc/irq could not be read");
    say_unit(now, "irqbalance");
    for (size_t i = 0; i < now->plan->host->pci.device_count; i++)
        has_device |= now->plan->is_given[i];
    if (has_device)
        SAY(now, "the guest's own go to CPUs %s as its drivers ask for them",
            hook_does(now->plan, OPTION_INTERRUPTS_VCPUS)
                ? cpus_text(now, &vcpus)
                : cpus_text(now, &now->plan->emulatorpin));
}

#define POLICIES "sys/devices/system/cpu/cpufreq"

/* A file of a policy, "" if there is none. */
static const char *policy_text(const struct now *now, const char *policy,
                               const char *file)
{
    const char *text = file_text(
        now, arena_printf(now->arena, POLICIES "/%s/%s", policy, file));

    return text ? text : "";
}

static bool is_policy_of(const struct now *now, const char *policy,
                         const cpu_set_t *guest)
{
    cpu_set_t cpus;

    return str_starts(policy, "policy") &&
           read_cpus(
               now,
               arena_printf(now->arena, POLICIES "/%s/affected_cpus", policy),
               &cpus) &&
           cpuset_intersects(&cpus, guest);
}

/* Policies with the same governor and preference, in one line. */
static size_t say_policies(struct now *now, char **names,
                           const cpu_set_t *guest)
{
    size_t count = 0;

    for (size_t i = 0; names[i]; i++) {
        const char *governor = policy_text(now, names[i], "scaling_governor");
        const char *prefers =
            policy_text(now, names[i], "energy_performance_preference");
        cpu_set_t policies = cpuset_empty();
        bool is_told = false;

        if (!is_policy_of(now, names[i], guest))
            continue;
        for (size_t j = 0; names[j]; j++) {
            if (!is_policy_of(now, names[j], guest) ||
                strcmp(policy_text(now, names[j], "scaling_governor"),
                       governor) != 0 ||
                strcmp(
                    policy_text(now, names[j], "energy_performance_preference"),
                    prefers) != 0)
                continue;
            is_told |= j < i;
            if (strtoul(names[j] + strlen("policy"), NULL, 10) < CPUSET_MAX)
                CPU_SET(strtoul(names[j] + strlen("policy"), NULL, 10),
                        &policies);
        }
        if (is_told)
            continue;
        count++;
        if (!*governor)
            UNSEEN(now,
                   CPU_COUNT(&policies) == 1
                       ? "policy %s: the governor could not be read"
                       : "policies %s: the governor could not be read",
                   cpus_text(now, &policies));
        else
            SAY(now,
                CPU_COUNT(&policies) == 1
                    ? "policy %s: governor %s -> performance%s%s%s"
                    : "policies %s: governor %s -> performance%s%s%s",
                cpus_text(now, &policies), governor,
                *prefers ? ", preference " : "", prefers,
                *prefers ? " -> performance" : "");
    }
    return count;
}

static void look_frequency(struct now *now)
{
    cpu_set_t guest = plan_guest_cores(now->plan);
    char **names = root_list(now->root, now->arena, POLICIES, NULL);

    if (unit_state(now->root, now->arena, "tuned") == UNIT_RUNNING)
        SAY(now, "skipped: tuned is active and sets it");
    else if (unit_state(now->root, now->arena, "power-profiles-daemon") ==
             UNIT_RUNNING)
        SAY(now,
            "power-profiles-daemon active: asked for its profile "
            "performance");
    else if (!names)
        UNSEEN(now, "could not look: no " POLICIES " here");
    else if (say_policies(now, names, &guest) == 0)
        UNSEEN(now, "no policy of CPUs %s could be read",
               cpus_text(now, &guest));
}

static void look_sleep(struct now *now)
{
    if (has_systemd(now))
        SAY(now, "suspend of the host: allowed -> inhibited");
}

static void say_device(struct now *now, const struct pci_device *device)
{
    const char *at =
        arena_printf(now->arena, "sys/bus/pci/devices/%s", device->address);
    const char *driver = root_read_link(
        now->root, now->arena, arena_printf(now->arena, "%s/driver", at));
    const char *cold =
        file_text(now, arena_printf(now->arena, "%s/d3cold_allowed", at));
    const char *reset =
        file_text(now, arena_printf(now->arena, "%s/reset_method", at));
    const struct claim *claim = claim_first(&now->plan->host->claims, device);
    struct str str CLEANUP(str_free) = STR_INIT;

    if (!root_exists(now->root, at)) {
        SAY(now, "%s: is not there", device->address);
        return;
    }
    str_addf(&str, "%s: driver %s", device->address, driver ? driver : "none");
    if (cold && strcmp(cold, "0") != 0)
        str_addf(&str, ", d3cold_allowed %s -> 0", cold);
    else
        str_add(&str, cold ? ", d3cold_allowed 0 stays"
                           : _(", d3cold_allowed could not be read"));
    if (reset && str_has_word(reset, "device_specific"))
        str_addf(&str, ", reset_method %s -> device_specific", reset);
    if (claim && claim->severity > CLAIM_UNKNOWN)
        str_addf(&str, ". %s", claim->text);
    add(now, cold != NULL, arena_strdup(now->arena, str_text(&str)));
}

static void look_devices(struct now *now)
{
    const struct pci *pci = &now->plan->host->pci;

    for (size_t i = 0; i < pci->device_count; i++)
        if (now->plan->is_given[i])
            say_device(now, &pci->devices[i]);
}

/* Consoles that are frame buffers, and are bound. */
static void say_consoles(struct now *now)
{
    const char *top = "sys/class/vtconsole";
    char **names = root_list(now->root, now->arena, top, NULL);
    struct str str CLEANUP(str_free) = STR_INIT;

    for (; names && *names; names++) {
        const char *name =
            file_text(now, arena_printf(now->arena, "%s/%s/name", top, *names));
        const char *bind =
            file_text(now, arena_printf(now->arena, "%s/%s/bind", top, *names));

        if (name && strstr(name, "frame buffer") && bind &&
            strcmp(bind, "1") == 0)
            str_addf(&str, " %s", *names);
    }
    if (!root_exists(now->root, top))
        UNSEEN(now, "consoles: no %s here", top);
    else if (str.length > 0)
        SAY(now, "consoles:%s would be unbound", str_text(&str));
    else
        SAY(now, "consoles: none is a frame buffer that is bound");
}

static void say_firmware(struct now *now)
{
    const char *top = "sys/bus/platform/drivers";
    char **drivers = root_list(now->root, now->arena, top, NULL);
    struct str str CLEANUP(str_free) = STR_INIT;

    if (!drivers)
        UNSEEN(now, "firmware's frame buffer: no %s here", top);
    for (; drivers && *drivers; drivers++) {
        char **names;

        if (!str_ends(*drivers, "-framebuffer"))
            continue;
        names =
            root_list(now->root, now->arena,
                      arena_printf(now->arena, "%s/%s", top, *drivers), NULL);
        for (; names && *names; names++)
            if (strstr(*names, "-framebuffer."))
                str_addf(&str, " %s", *names);
    }
    if (str.length > 0)
        SAY(now, "firmware's frame buffer:%s would be unbound", str_text(&str));
}

/* The name without ".service". */
static const char *unit_name(const struct now *now, const char *unit)
{
    size_t length = strlen(unit);

    return arena_strndup(now->arena, unit,
                         str_ends(unit, ".service") ? length - 8 : length);
}

/* The functions of the display; true if the host has any of them still. */
static bool say_cards(struct now *now, bool *is_nvidia)
{
    const struct pci *pci = &now->plan->host->pci;
    bool is_hosts = false;

    for (size_t i = 0; i < pci->device_count; i++) {
        const struct pci_device *device = &pci->devices[i];
        const char *driver = device->driver ? device->driver : "";

        if (!hook_is_of_display(now->plan, i))
            continue;
        *is_nvidia |= strcmp(driver, "nvidia") == 0;
        if (strcmp(driver, "vfio-pci") == 0) {
            SAY(now, "%s: vfio-pci has it already, nothing to take",
                device->address);
            continue;
        }
        SAY(now, "%s: would be taken from %s", device->address,
            *driver ? driver : "nobody");
        is_hosts = true;
    }
    return is_hosts;
}

/* In the order of the hook's list; its test compares. */
#define NVIDIA_MODULES                                                      \
    "nvidia_drm nvidia_uvm nvidia_peermem nvidia_vgpu_vfio nvidia_modeset " \
    "nvidia"

static void look_display(struct now *now)
{
    const char *manager = root_read_link(
        now->root, now->arena, "etc/systemd/system/display-manager.service");
    struct str modules CLEANUP(str_free) = STR_INIT;
    bool is_nvidia = false;

    if (!say_cards(now, &is_nvidia))
        return;
    if (!now->plan->host->kernel.has_systemd && root_exists(now->root, "run"))
        SAY(now, "systemd does not run this host: no display manager stops");
    else if (manager)
        say_unit(now, unit_name(now, manager));
    else if (root_exists(now->root, "etc/systemd/system"))
        SAY(now, "display manager: none is set up");
    else
        UNSEEN(now, "display manager: no etc/systemd/system here");
    say_consoles(now);
    say_firmware(now);
    for (char **names = root_list(now->root, now->arena, "sys/module", NULL);
         is_nvidia && names && *names; names++)
        if (str_has_word(NVIDIA_MODULES, *names))
            str_addf(&modules, " %s", *names);
    if (modules.length > 0)
        SAY(now, "modules:%s would be unloaded, unless another card has them",
            str_text(&modules));
}

static void look_commands(struct now *now)
{
    static const char *const ends[] = {"before", "after"};

    for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
        const char *path = arena_printf(now->arena, HOOK_DATA "/%s.%s",
                                        now->plan->domain->uuid, ends[i]);
        unsigned mode = now->files ? root_mode(now->files, path) : 0;

        if (!now->files)
            UNSEEN(now, "/%s: could not look", path);
        else if (mode == 0)
            SAY(now, "/%s is not there: nothing is run", path);
        else if (!S_ISREG(mode) || !(mode & 0100) || (mode & 0022))
            SAY(now,
                "/%s would not run: it must be executable, and root's "
                "alone to write",
                path);
        else
            SAY(now, "/%s would be run", path);
    }
}

static const struct row {
    enum option_id id;
    const char *service;
    void (*look)(struct now *now);
} rows[] = {
    {OPTION_DEVICES, N_("devices"), look_devices},
    {OPTION_HUGEPAGES_RESERVE, N_("huge pages"), look_pages},
    {OPTION_COMMANDS, N_("your commands"), look_commands},
    {OPTION_DISPLAY, N_("display"), look_display},
    {OPTION_ISOLATE, N_("isolate"), look_isolate},
    {OPTION_INTERRUPTS, N_("interrupts"), look_interrupts},
    {OPTION_FREQUENCY, N_("full speed"), look_frequency},
    {OPTION_SLEEP, N_("stay awake"), look_sleep},
};

void hooknow_read(const struct plan *plan, const struct root *files,
                  struct arena *arena, struct hook_nows *nows)
{
    struct plan *kept = plan_kept(plan);
    struct root *root = root_open(plan->host->root, NULL);
    struct now now = {.plan = kept,
                      .root = root,
                      .files = files,
                      .arena = arena,
                      .nows = nows};

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (!hook_does(kept, rows[i].id))
            continue;
        now.service = rows[i].service;
        if (plan->host->remote)
            UNSEEN(&now, "could not look: another host");
        else if (root)
            rows[i].look(&now);
        else
            UNSEEN(&now, "could not look: the host's root cannot be opened");
    }
    root_free(root);
    plan_free(kept);
}

void hooknow_add(struct str *str, const struct hook_nows *nows, size_t width)
{
    enum { INDENT = 17 };
    const char *last = "";

    if (nows->count > 0)
        str_addf(str, "%s\n",
                 _("What the hook would do, if the guest started now:"));
    for (size_t i = 0; i < nows->count; i++) {
        const struct hook_now *one = &nows->list[i];
        char *text CLEANUP(mem_free) = str_printable(one->text);
        const char *at = text, *word;
        size_t length, column = INDENT;
        const char *name =
            strcmp(last, one->service) == 0 ? "" : text_of(one->service);

        str_addf(str, "  %-*s", text_bytes(name, 15), name);
        last = one->service;
        while ((word = str_next_word(&at, &length))) {
            if (column > INDENT && column + 1 + length > width) {
                str_addf(str, "\n%*s", INDENT + 2, "");
                column = INDENT + 2;
            } else if (column > INDENT) {
                str_add(str, " ");
                column++;
            }
            str_add_bytes(str, word, length);
            column += length;
        }
        str_add(str, "\n");
    }
}
