/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the facts of a host, gives a verdict on each question. A check is a
 * row; "unknown" is what it says when it could not look.
 */
#include "host/check.h"

#include <string.h>

struct check {
    const char *id;
    const char *source;
    const char *why;
    /* Fills verdict, text, detail and fix. */
    void (*run)(const struct host *host, const struct root *root,
                struct arena *arena, struct finding *finding);
};

static void answer(struct finding *finding, enum verdict verdict,
                   const char *text, const char *detail, const char *fix)
{
    finding->verdict = verdict;
    finding->text = text;
    finding->detail = detail;
    finding->fix = fix;
}

static void check_kvm(const struct host *host, const struct root *root,
                      struct arena *arena, struct finding *finding)
{
    bool has_flag = host->cpu.has_vmx || host->cpu.has_svm;
    const char *module =
        root_exists(root, "sys/module/kvm_amd") ? "kvm_amd" : "kvm_intel";

    (void)arena;
    if (host->kernel.has_kvm)
        answer(finding, VERDICT_OK, "KVM is there", module, "");
    else if (root_exists(root, "dev/kvm"))
        answer(finding, VERDICT_OK, "KVM is there", "/dev/kvm", "");
    else if (!root_exists(root, "sys/module"))
        answer(finding, VERDICT_UNKNOWN, "KVM: could not look",
               "no sys/module here", "");
    else if (!host->cpu.has_flags)
        answer(finding, VERDICT_UNKNOWN, "KVM: could not look",
               "the CPU's flags are unknown", "");
    else if (has_flag)
        answer(finding, VERDICT_FAIL, "KVM is not loaded",
               host->cpu.has_vmx ? "the CPU has VT-x" : "the CPU has AMD-V",
               "Load it with: modprobe kvm_intel (AMD: kvm_amd). If that is "
               "refused, switch virtualization on in the firmware set-up.");
    else
        answer(finding, VERDICT_FAIL, "The CPU offers no virtualization",
               "neither vmx nor svm",
               "Switch on VT-x (Intel) or SVM (AMD) in the firmware set-up.");
}

static void check_iommu(const struct host *host, const struct root *root,
                        struct arena *arena, struct finding *finding)
{
    bool has_table = root_exists(root, "sys/firmware/acpi/tables/DMAR") ||
                     root_exists(root, "sys/firmware/acpi/tables/IVRS");
    bool is_intel = strcmp(host->cpu.vendor, "GenuineIntel") == 0;

    if (host->pci.group_count > 0)
        answer(finding, VERDICT_OK, "The IOMMU is on",
               arena_printf(arena, "%s%s%zu groups",
                            host->kernel.iommu ? host->kernel.iommu : "",
                            host->kernel.iommu ? ", " : "",
                            host->pci.group_count),
               "");
    else if (host->pci.problem)
        answer(finding, VERDICT_UNKNOWN, "IOMMU: could not look",
               host->pci.problem, "");
    else if (is_intel && !kernel_has_parameter(&host->kernel, "intel_iommu"))
        answer(finding, VERDICT_WARN, "The IOMMU is off: no passthrough",
               has_table ? "the firmware offers VT-d" : "no IOMMU group",
               "Switch VT-d on in the firmware set-up, add intel_iommu=on to "
               "the kernel command line and reboot. CPUs and options can be "
               "tuned without it.");
    else
        answer(finding, VERDICT_WARN, "The IOMMU is off: no passthrough",
               has_table ? "the firmware offers one" : "no IOMMU group",
               is_intel ? "Switch VT-d on in the firmware set-up and reboot. "
                          "CPUs and options can be tuned without it."
                        : "Switch the IOMMU (AMD-Vi) on in the firmware set-up "
                          "and reboot; AMD needs no kernel parameter. CPUs and "
                          "options can be tuned without it.");
}

static void check_vfio(const struct host *host, const struct root *root,
                       struct arena *arena, struct finding *finding)
{
    unsigned held = 0;

    (void)root;
    for (size_t i = 0; i < host->pci.device_count; i++)
        held += host->pci.devices[i].driver &&
                strstr(host->pci.devices[i].driver, "vfio");
    if (host->kernel.has_vfio)
        answer(finding, VERDICT_OK, "vfio-pci is loaded",
               arena_printf(arena, "holds %u devices", held), "");
    else
        answer(finding, VERDICT_NOTE, "vfio-pci is not loaded",
               "libvirt loads it when a guest needs it", "");
}

static void check_online(const struct host *host, const struct root *root,
                         struct arena *arena, struct finding *finding)
{
    cpu_set_t closed = cpuset_minus(&host->cpu.online, &host->cpu.allowed);

    (void)root;
    if (!cpuset_is_empty(&closed))
        answer(finding, VERDICT_NOTE, "Some CPUs are closed to guests",
               arena_printf(arena, "CPUs %s", cpuset_text(arena, &closed)),
               "A cgroup above every guest forbids them (machine.slice, by "
               "AllowedCPUs=, or the root): a vCPU cannot be pinned there.");
    else if (!cpuset_is_empty(&host->cpu.offline))
        answer(finding, VERDICT_NOTE, "Some CPUs are offline",
               arena_printf(arena, "CPUs %s",
                            cpuset_text(arena, &host->cpu.offline)),
               "");
    else if (host->cpu.has_smt)
        answer(finding, VERDICT_OK, "All CPUs are online",
               "threads are pinned in pairs", "");
    else
        answer(finding, VERDICT_OK, "All CPUs are online",
               "one thread for each core", "");
}

static void check_isolated(const struct host *host, const struct root *root,
                           struct arena *arena, struct finding *finding)
{
    (void)root;
    if (cpuset_is_empty(&host->cpu.isolated))
        answer(finding, VERDICT_OK, "No CPU is isolated at boot", "", "");
    else
        answer(finding, VERDICT_NOTE, "Some CPUs are isolated at boot",
               arena_printf(arena, "CPUs %s",
                            cpuset_text(arena, &host->cpu.isolated)),
               "The host's scheduler leaves them alone: a vCPU there must be "
               "pinned to exactly one CPU.");
}

static void check_pages(const struct host *host, const struct root *root,
                        struct arena *arena, struct finding *finding)
{
    const struct page_pool *pool = memory_pool(&host->memory, 2048);

    (void)root;
    if (!pool)
        answer(finding, VERDICT_UNKNOWN, "2 MiB huge pages: could not look",
               "no such pool", "");
    else if (pool->total > 0)
        answer(finding, VERDICT_OK, "2 MiB huge pages are reserved",
               arena_printf(arena, "%lu, %lu of them usable", pool->total,
                            page_pool_usable(pool)),
               "");
    else
        answer(finding, VERDICT_NOTE, "No huge pages are reserved",
               arena_printf(arena, "%lu MiB of memory available",
                            host->memory.available_kib / 1024),
               "The hook can reserve them when the guest starts: see "
               "Options, \"huge pages\".");
}

static void check_cgroup(const struct host *host, const struct root *root,
                         struct arena *arena, struct finding *finding)
{
    (void)arena;
    if (host->kernel.has_cpuset_cgroup)
        answer(finding, VERDICT_OK, "Host tasks can be kept off guest CPUs",
               "cgroup v2 with cpuset", "");
    else if (!root_exists(root, "sys/fs/cgroup"))
        answer(finding, VERDICT_UNKNOWN, "cgroups: could not look",
               "no sys/fs/cgroup here", "");
    else
        answer(finding, VERDICT_WARN, "Host tasks stay on guest CPUs",
               "no cgroup v2 with cpuset",
               "Isolation needs systemd on the unified cgroup hierarchy: add "
               "systemd.unified_cgroup_hierarchy=1 to the kernel command "
               "line.");
}

static void check_hooks(const struct host *host, const struct root *root,
                        struct arena *arena, struct finding *finding)
{
    (void)host;
    (void)arena;
    if (root_exists(root, "etc/libvirt/hooks/qemu.d/50-virt-tune"))
        answer(finding, VERDICT_OK, "virt-tune's hook is installed",
               "qemu.d/50-virt-tune", "");
    else if (root_exists(root, "etc/libvirt/hooks/qemu"))
        answer(finding, VERDICT_NOTE, "There is a hook of your own",
               "/etc/libvirt/hooks/qemu", "It stays as it is, and runs first.");
    else if (root_exists(root, "etc/libvirt"))
        answer(finding, VERDICT_NOTE, "No hook is installed",
               "libvirtd notices the first one when it is reloaded", "");
    else
        answer(finding, VERDICT_UNKNOWN, "Hooks: could not look",
               "no etc/libvirt here", "");
}

static const struct check checks[] = {
    {"kvm", "/sys/module/kvm_intel, /sys/module/kvm_amd, /proc/cpuinfo",
     "Without KVM a guest is emulated, some twenty times slower.", check_kvm},
    {"iommu", "/sys/kernel/iommu_groups, /sys/class/iommu",
     "The IOMMU confines what a passed-through device can reach in memory. "
     "Without it no PCI device can be given to a guest.",
     check_iommu},
    {"vfio", "/sys/bus/pci/drivers/vfio-pci",
     "vfio-pci holds a device on behalf of a guest.", check_vfio},
    {"cpus", "/sys/devices/system/cpu/online, /sys/fs/cgroup",
     "Only CPUs that are online, and that no cgroup forbids, can run a vCPU.",
     check_online},
    {"isolated", "/sys/devices/system/cpu/isolated",
     "isolcpus= takes CPUs from the host's scheduler for good. virt-tune's "
     "hook does it only while the guest runs.",
     check_isolated},
    {"hugepages", "/sys/kernel/mm/hugepages/hugepages-2048kB",
     "A guest in 2 MiB pages needs far fewer page table walks than one in "
     "4 KiB pages. It shows as fewer stutters rather than as speed.",
     check_pages},
    {"cgroup", "/sys/fs/cgroup/cgroup.controllers",
     "While a guest runs, the hook confines the host's own tasks to the other "
     "CPUs, by AllowedCPUs of systemd.",
     check_cgroup},
    {"hooks", "/etc/libvirt/hooks",
     "libvirt runs the executable files of /etc/libvirt/hooks/qemu.d when a "
     "guest starts and stops (libvirt 6.5 and newer).",
     check_hooks},
};

void check_host(const struct host *host, const struct root *root,
                struct arena *arena, struct findings *findings)
{
    for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
        struct finding *finding =
            findings_add(findings, arena, checks[i].id, VERDICT_UNKNOWN);

        finding->source = checks[i].source;
        finding->why = checks[i].why;
        checks[i].run(host, root, arena, finding);
    }
}
