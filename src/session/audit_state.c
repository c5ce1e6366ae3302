/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a running domain, says where memory, devices, frequency, cgroups and
 * the hook's state are not what is wanted of them.
 */
#include "session/audit_row.h"

#include "base/str.h"
#include "plan/cell.h"
#include "render/change.h"

#include <errno.h>
#include <string.h>

static const char *const need_root = "Only root may look: run it as root.";

/* What the running QEMU was told, if libvirt says; else what is stored. */
static const struct domain *started(const struct audit_look *look)
{
    return look->live ? look->live : look->wanted;
}

static long page_size(const struct audit_look *look)
{
    struct plan *plan = plan_new(look->host, started(look), NULL, NULL);
    long size = option_now(plan, OPTION_HUGEPAGES);

    plan_free(plan);
    return size;
}

static void say_mib(const struct audit_look *look, enum verdict verdict,
                    const char *format, unsigned long kib,
                    unsigned long page_kib, const char *fix)
{
    audit_say(look, verdict, format,
              arena_printf(look->arena, "%lu of %lu MiB, in pages of %lu KiB",
                           kib / 1024, started(look)->memory_kib / 1024,
                           page_kib),
              fix);
}

void audit_pages(const struct audit_look *look)
{
    long size = page_size(look);
    unsigned long kib;
    struct process_memory memory;

    if (size <= OPTION_ON)
        return; /* the rules say what is to be said of that */
    if (!process_memory(look->root, look->process, &memory)) {
        audit_say(look, VERDICT_UNKNOWN, "Huge pages: could not look", "",
                  need_root);
        return;
    }
    kib = process_huge(&memory, (unsigned long)size);
    if (kib >= started(look)->memory_kib)
        say_mib(look, VERDICT_OK, "All of its memory is in huge pages", kib,
                (unsigned long)size, "");
    else
        say_mib(look, VERDICT_FAIL, "Not all of its memory is in huge pages",
                kib, (unsigned long)size,
                "The definition asks for them: shut the guest down and start "
                "it. If it stays so, look at <memoryBacking>.");
}

void audit_nodes(const struct audit_look *look)
{
    struct cells cells;
    struct process_memory memory;
    struct str wrong CLEANUP(str_free) = STR_INIT;

    if (!cell_read(started(look), &cells))
        return; /* not bound to nodes */
    if (!process_memory(look->root, look->process, &memory) ||
        !memory.has_nodes) {
        audit_say(look, VERDICT_UNKNOWN, "Its nodes: could not look", "",
                  need_root);
        return;
    }
    for (unsigned node = 0; node < PROCESS_NODES_MAX; node++) {
        bool is_meant = false;

        for (unsigned i = 0; i < cells.count; i++)
            is_meant |= cells.list[i].node == node;
        if (!is_meant && memory.bound_kib[node] > 0)
            str_addf(&wrong, "%s%lu MiB on node %u",
                     wrong.length > 0 ? ", " : "",
                     (memory.bound_kib[node] + 1023) / 1024, node);
    }
    if (!memory.is_bound)
        audit_say(look, VERDICT_FAIL, "Its memory is bound to no node", "",
                  "The definition asks for it: shut the guest down and start "
                  "it.");
    else if (wrong.length > 0)
        audit_say(look, VERDICT_FAIL, "Memory is on another node than planned",
                  arena_strdup(look->arena, str_text(&wrong)),
                  "To move it now: migratepages PID FROM TO (numactl). It "
                  "comes right with the next start.");
    else
        audit_say(look, VERDICT_OK, "Its memory is on the planned nodes", "",
                  "");
}

void audit_devices(const struct audit_look *look)
{
    const struct domain *domain = started(look);
    size_t held = 0;

    for (size_t i = 0; i < domain->hostdev_count; i++) {
        const char *address = domain->hostdevs[i].address;
        const char *base =
            arena_printf(look->arena, "sys/bus/pci/devices/%s", address);
        const char *driver =
            root_read_link(look->root, look->arena,
                           arena_printf(look->arena, "%s/driver", base));

        /* Variants have names of their own: mlx5_vfio_pci. */
        if (driver && strstr(driver, "vfio"))
            held++;
        else if (!root_exists(look->root, base))
            audit_say(look, VERDICT_FAIL, "A passed-through device is gone",
                      address,
                      "It left the bus, by a failed reset or by its cable; a "
                      "cold start of the host brings it back.");
        else
            audit_say(
                look, VERDICT_FAIL,
                "A passed-through device is not held by vfio-pci",
                driver ? arena_printf(look->arena, "%s has %s", address, driver)
                       : address,
                "Shut the guest down. With managed='yes' libvirt binds "
                "it at the start.");
    }
    if (held > 0 && held == domain->hostdev_count)
        audit_say(look, VERDICT_OK,
                  arena_printf(look->arena,
                               held == 1 ? "%zu device is held by vfio-pci"
                                         : "%zu devices are held by vfio-pci",
                               held),
                  "", "");
}

static cpu_set_t guest_cpus(const struct domain *domain)
{
    cpu_set_t all = cpuset_empty();

    for (unsigned i = 0; i < domain->vcpus; i++)
        all = cpuset_or(&all, &domain->vcpupin[i]);
    return all;
}

/* A governor that keeps this CPU slow, by its driver; see check_governor. */
static bool is_slow(const char *driver, const char *governor)
{
    bool is_hardware = driver && (strcmp(driver, "intel_pstate") == 0 ||
                                  strcmp(driver, "amd-pstate-epp") == 0);

    return (!is_hardware && strcmp(governor, "powersave") == 0) ||
           strcmp(governor, "conservative") == 0;
}

void audit_governor(const struct audit_look *look)
{
    cpu_set_t cpus = guest_cpus(look->wanted), slow = cpuset_empty();
    const char *name = NULL;
    bool has_any = false;

    CPUSET_FOREACH(cpu, &cpus)
    {
        const char *base = arena_printf(
            look->arena, "sys/devices/system/cpu/cpu%d/cpufreq", cpu);
        const char *governor =
            root_read(look->root, look->arena,
                      arena_printf(look->arena, "%s/scaling_governor", base));
        const char *driver =
            root_read(look->root, look->arena,
                      arena_printf(look->arena, "%s/scaling_driver", base));

        if (!governor)
            continue;
        has_any = true;
        if (is_slow(driver, governor))
            CPU_SET((size_t)cpu, &slow);
        if (!name || is_slow(driver, governor))
            name = governor;
    }
    if (cpuset_is_empty(&cpus))
        return;
    if (!has_any)
        audit_say(look, VERDICT_NOTE, "No frequency policy to look at",
                  "the firmware or a machine below decides", "");
    else if (cpuset_is_empty(&slow))
        audit_say(look, VERDICT_OK, "The governor lets its CPUs run fast", name,
                  "");
    else
        audit_say(look, VERDICT_WARN, "A governor keeps its CPUs slow",
                  arena_printf(look->arena, "CPUs %s: %s",
                               cpuset_text(look->arena, &slow), name),
                  "Choose another one: cpupower frequency-set -g performance");
}

void audit_cpuset(const struct audit_look *look)
{
    bool is_fine = true;
    unsigned seen = 0, pinned = 0;

    for (unsigned i = 0; i < look->wanted->vcpus_current; i++) {
        const cpu_set_t *pin = &look->wanted->vcpupin[i];
        const struct thread *thread =
            process_thread(look->process, THREAD_VCPU, i);
        cpu_set_t group;

        if (cpuset_is_empty(pin) || !thread)
            continue;
        pinned++;
        if (!process_cpuset(look->root, look->process, thread, &group))
            continue;
        seen++;
        if (cpuset_is_subset(pin, &group))
            continue;
        is_fine = false;
        audit_say(look, VERDICT_FAIL,
                  arena_printf(look->arena,
                               "vCPU %u's cgroup does not have its CPUs", i),
                  arena_printf(look->arena, "it has %s, planned are %s",
                               cpuset_text(look->arena, &group),
                               cpuset_text(look->arena, pin)),
                  "Look for AllowedCPUs= of machine.slice: systemctl show -p "
                  "AllowedCPUs machine.slice");
    }
    if (pinned > 0 && seen == 0)
        audit_say(look, VERDICT_NOTE, "No cgroup limits CPUs here", "", "");
    else if (pinned > 0 && is_fine)
        audit_say(look, VERDICT_OK, "Its cgroups have the planned CPUs", "",
                  "");
}

/* The CPUs that the hook's data file asks to keep free; false if none. */
static bool wants_isolation(const struct audit_look *look, cpu_set_t *cpus)
{
    const char *text =
        look->hook_root ? root_read(look->hook_root, look->arena,
                                    hook_data_path(look->arena, look->wanted))
                        : NULL;
    const char *at = text ? strstr(text, "\nguest_cpus = ") : NULL;

    if (!at)
        return false;
    at += strlen("\nguest_cpus = ");
    return cpuset_parse(arena_strndup(look->arena, at, strcspn(at, "\n")),
                        cpus);
}

/* Units of the host whose tasks may still run on these CPUs. */
static void check_units(const struct audit_look *look, const cpu_set_t *cpus)
{
    static const char *const units[] = {"system.slice", "user.slice",
                                        "init.scope"};
    bool is_fine = true;

    for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
        const char *text = root_read(
            look->root, look->arena,
            arena_printf(look->arena, "sys/fs/cgroup/%s/cpuset.cpus.effective",
                         units[i]));
        cpu_set_t unit = cpuset_empty();

        if (text && cpuset_parse(text, &unit) &&
            !cpuset_intersects(&unit, cpus))
            continue;
        is_fine = false;
        if (!text)
            audit_say(look, VERDICT_UNKNOWN,
                      "Where the host's tasks may run: could not look",
                      units[i], "It needs cgroup v2 with cpuset.");
        else
            audit_say(look, VERDICT_FAIL,
                      "The host's tasks may run on the guest's CPUs",
                      arena_printf(look->arena, "%s has %s", units[i], text),
                      "Somebody set AllowedCPUs= since the start. Shut the "
                      "guest down and start it, or set it again.");
    }
    if (is_fine)
        audit_say(look, VERDICT_OK,
                  "The host's tasks are kept off the guest's CPUs",
                  arena_printf(look->arena, "CPUs %s",
                               cpuset_text(look->arena, cpus)),
                  "");
}

void audit_isolation(const struct audit_look *look)
{
    cpu_set_t wanted, taken;
    const char *text;

    if (!wants_isolation(look, &wanted))
        return;
    errno = 0;
    text = root_read(look->root, look->arena,
                     arena_printf(look->arena, "run/virt-tune/isolate/%s",
                                  look->wanted->uuid));
    if (!text && errno != ENOENT)
        audit_say(look, VERDICT_UNKNOWN, "The hook's state: could not look", "",
                  need_root);
    else if (!text || !cpuset_parse(text, &taken) ||
             !cpuset_is_subset(&wanted, &taken))
        audit_say(look, VERDICT_FAIL, "The hook did not free the guest's CPUs",
                  text && *text ? arena_printf(look->arena, "it freed %s", text)
                                : "",
                  "See /var/log/libvirt/virt-tune.log for the reason; it is "
                  "done at the start of the guest.");
    else
        check_units(look, &wanted);
}
