/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options' table: what the hook does on the host while the guest runs,
 * and whether it can and should. The hook's file says what is on now.
 */
#include "plan/option_row.h"

#include "base/text.h"
#include "plan/device.h"
#include "plan/image.h"
#include "plan/plan.h"

#define GROUP                                                                  \
    .group = "Host, while the guest runs", .part = PART_HOOK, .on = OPTION_ON, \
    FOR_ALL(PROPOSE_ON)
#define FILE_OF_DOMAIN .writes = "the hook's file for this domain"

const struct option_row option_host_rows[] = {
    [0] =
        {
            .key = "host.isolate",
            GROUP,
            .title = "keep host tasks away",
            .hook_key = "guest_cpus",
            .does = "The hook confines the host's services and users, and "
                    "what the kernel may do anywhere, to the CPUs that run no "
                    "vCPU, and lets them back afterwards.",
            .cost = "The host has fewer CPUs while the guest runs.",
            .risk = "None known: the former setting is put back, and nothing "
                    "outlives a reboot.",
            FILE_OF_DOMAIN,
            .source = "systemd.resource-control(5), AllowedCPUs=",
        },
    [OPTION_INTERRUPTS - OPTION_ISOLATE] =
        {
            .key = "host.interrupts",
            GROUP,
            .title = "move interrupts away",
            .hook_key = "interrupt_cpus",
            .does = "Interrupts of the host's devices leave the guest's CPUs; "
                    "those of the guest's own go to the emulator's. irqbalance "
                    "rests meanwhile.",
            .cost = "The host's CPUs take more interrupts.",
            .risk = "None known: each is put back where it was.",
            FILE_OF_DOMAIN,
            .source = "Linux: core-api/irq/irq-affinity.rst",
        },
    [OPTION_INTERRUPTS_VCPUS - OPTION_ISOLATE] =
        {
            .key = "host.interrupts.vcpus",
            GROUP,
            .title = "guest's go to vCPUs",
            .needs = OPTIONS(OPTION_INTERRUPTS),
            .hook_key = "vfio_on_vcpus",
            .does = "Interrupts of the guest's own devices go to the CPUs of "
                    "its vCPUs instead of the emulator's: a shorter way.",
            .cost = "vCPUs are interrupted, unless the CPU posts interrupts.",
            .risk = "None known.",
            FILE_OF_DOMAIN,
            .source = "Linux: core-api/irq/irq-affinity.rst",
        },
    [OPTION_FREQUENCY - OPTION_ISOLATE] =
        {
            .key = "host.frequency",
            GROUP,
            .title = "full speed",
            .hook_key = "frequency_cpus",
            .does = "The guest's CPUs get the governor \"performance\" and "
                    "give it back. Where power-profiles-daemon rules, that is "
                    "asked; tuned is left alone.",
            .cost = "More power, even while the guest is idle.",
            .risk = "None known.",
            FILE_OF_DOMAIN,
            .source = "Linux: admin-guide/pm/cpufreq.rst",
        },
    [OPTION_SLEEP - OPTION_ISOLATE] =
        {
            .key = "host.sleep",
            GROUP,
            .title = "stay awake",
            .hook_key = "inhibit_sleep",
            .does = "The host does not suspend while the guest runs. Few "
                    "devices survive that in a guest.",
            .cost = "A laptop's battery goes empty.",
            .risk = "None known.",
            FILE_OF_DOMAIN,
            .source = "systemd-inhibit(1)",
        },
    [OPTION_DEVICES - OPTION_ISOLATE] =
        {
            .key = "host.devices",
            GROUP,
            .title = "prepare devices",
            .hook_key = "prepare_devices",
            .does = "The hook looks once more that nothing on the host uses "
                    "the guest's disks and cards, keeps them out of deep "
                    "sleep, and takes their own way of reset (vendor-reset).",
            .cost = N_("None."),
            .risk = "A guest does not start while its disk is mounted.",
            FILE_OF_DOMAIN,
            .source = "Linux: ABI/testing/sysfs-bus-pci",
        },
    [OPTION_DISPLAY - OPTION_ISOLATE] =
        {
            .key = "host.display",
            GROUP,
            .title = "hand the display over",
            .hook_key = "display",
            .does = "For machines with one graphics card: the hook stops the "
                    "display manager, frees consoles and drivers, and brings "
                    "all back when the guest ends or does not start.",
            .cost = "Whoever is logged in at the display is logged out.",
            .risk = "If the card does not come back, only SSH helps.",
            FILE_OF_DOMAIN,
            .source = "Linux: fb/fbcon.rst, \"Attaching, Detaching and "
                      "Unloading\"",
        },
    [OPTION_COMMANDS - OPTION_ISOLATE] =
        {
            .key = "host.commands",
            GROUP,
            .title = "your own commands",
            .hook_key = "commands",
            .does = "Runs the programs UUID.before and UUID.after in "
                    "/etc/libvirt/hooks/virt-tune, if there are such, before "
                    "the guest starts and after it ended.",
            .cost = "Each may take a minute.",
            .risk = "They run as root. They must not call libvirt: it waits.",
            FILE_OF_DOMAIN,
            .source = "libvirt: hooks, \"Calling libvirt functions from "
                      "within a hook script\"",
        },
    [OPTION_REQUIRED - OPTION_ISOLATE] =
        {
            .key = "host.required",
            GROUP,
            .title = "all or no start",
            .hook_key = "required",
            .does = "If one of the above cannot be done, the guest does not "
                    "start and libvirt says why. Otherwise the log says so and "
                    "the guest starts.",
            .cost = N_("None."),
            .risk = "A guest that would have run does not.",
            FILE_OF_DOMAIN,
            .source = "libvirt: hooks, \"Script execution\"",
        },
};

static bool gives(const struct plan *plan, bool only_displays)
{
    for (size_t i = 0; i < plan->host->pci.device_count; i++)
        if (plan->is_given[i] &&
            (!only_displays || device_is_display(&plan->host->pci.devices[i])))
            return true;
    return false;
}

/* What is done for the guest's CPUs has to know them. */
static const char *obstacle_cpus(const struct plan *plan)
{
    cpu_set_t guest = plan_guest_cores(plan);

    if (!cpuset_is_empty(&guest))
        return NULL;
    return _(
        "No vCPU is pinned: choose CPUs for the guest first (step 4, or "
        "--layout 1).");
}

const char *option_host_obstacle(const struct plan *plan, enum option_id id)
{
    if (plan->hook_obstacle)
        return plan->hook_obstacle;
    switch (id) {
    case OPTION_ISOLATE:
        return plan->host->remote || plan->host->kernel.has_cpuset_cgroup
                   ? obstacle_cpus(plan)
                   : _("The host has no cgroup v2 with the cpuset controller.");
    case OPTION_INTERRUPTS:
        return obstacle_cpus(plan);
    case OPTION_FREQUENCY:
        return plan->host->remote || plan->host->kernel.governor
                   ? obstacle_cpus(plan)
                   : _("The kernel does not choose this host's frequencies.");
    case OPTION_DEVICES:
        if (image_has_block(plan))
            return NULL;
        return gives(plan, false) ? NULL : _("The guest gets no PCI device.");
    case OPTION_INTERRUPTS_VCPUS:
        return gives(plan, false) ? NULL : _("The guest gets no PCI device.");
    case OPTION_DISPLAY:
        return gives(plan, true) ? NULL : _("The guest gets no display.");
    default:
        return NULL;
    }
}

bool option_host_is_of_use(const struct plan *plan, enum option_id id)
{
    switch (id) {
    case OPTION_ISOLATE:
    case OPTION_INTERRUPTS:
    case OPTION_FREQUENCY:
        return plan_is_pinned(plan);
    case OPTION_SLEEP:
    case OPTION_DEVICES:
        return gives(plan, false);
    case OPTION_DISPLAY:
        return device_last_display(plan) >= 0;
    default:
        return false; /* a choice, not an improvement */
    }
}
