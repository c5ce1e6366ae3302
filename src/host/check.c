/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the facts of a host, gives a verdict on each question. A check is a
 * row; "unknown" is what it says when it could not look.
 */
#include "host/check.h"

#include "base/str.h"
#include "base/text.h"
#include "host/check_row.h"

#include <string.h>
#include <sys/stat.h>

static const struct check checks[] = {
    {"passthrough", "the checks of virtualization, IOMMU and vfio-pci",
     "A guest can be given a PCI device only if the processor, the IOMMU and "
     "vfio-pci are all there for it. CPUs and options can be tuned without.",
     check_passthrough},
    {"virtualization", "/proc/cpuinfo",
     "VT-x and AMD-V run the guest's code on the CPU itself. They are not the "
     "IOMMU: that has a switch of its own.",
     check_virtualization},
    {"kvm", "/sys/module/kvm_intel, /sys/module/kvm_amd",
     "Without KVM a guest is emulated, some twenty times slower.", check_kvm},
    {"iommu",
     "/sys/kernel/iommu_groups, /sys/class/iommu, /sys/firmware/acpi/tables, "
     "/proc/cmdline",
     "The IOMMU (VT-d, AMD-Vi) confines what a passed-through device can reach "
     "in memory. Without it no PCI device can be given to a guest.",
     check_iommu},
    {"remapping",
     "/proc/interrupts, "
     "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts",
     "Interrupt remapping keeps a guest's device from raising interrupts that "
     "are not its own. Without it VFIO refuses every device.",
     check_remapping},
    {"acs-override", "/proc/cmdline",
     "An IOMMU group is what the hardware cannot keep apart. The ACS override "
     "only says that it can: devices of one group may still reach each other, "
     "past the IOMMU.",
     check_override},
    {"vfio", "/sys/bus/pci/drivers/vfio-pci, /etc/modprobe.d, /proc/cmdline",
     "vfio-pci holds a device on behalf of a guest. libvirt loads it when a "
     "guest needs it, unless it is on a blacklist.",
     check_vfio},
    {"modules",
     "/etc/modules, /etc/modules-load.d, /etc/initramfs-tools/modules, "
     "/etc/mkinitcpio.conf, /etc/dracut.conf.d, /proc/cmdline",
     "vfio_virqfd has been a part of vfio since Linux 6.2. Who still asks for "
     "the module gets an error, or no initramfs.",
     check_modules},
    {"boot-loader",
     "/etc/default/grub, /etc/kernel, /boot/loader/entries, "
     "/etc/kernelstub, /run/ostree-booted",
     "The boot loader keeps the kernel command line. virt-tune shows what to "
     "change there, and never changes it.",
     check_bootloader},
    {"command-line", "/proc/cmdline, and the boot loader's own files",
     "A change to the kernel command line takes effect when the host boots.",
     check_command_line},
    {"stale-options", "/proc/cmdline",
     "The kernel passes over what it does not know. Such options only look as "
     "if they did something.",
     check_stale},
    {"hooks", "/etc/libvirt/hooks",
     "libvirt runs the executable files of /etc/libvirt/hooks/qemu.d when a "
     "guest starts and stops (libvirt 6.5 and newer).",
     check_hooks},
    {"hook-files", "/etc/libvirt/hooks/qemu, /etc/libvirt/hooks/qemu.d",
     "libvirt runs every executable file there, whatever its name, for every "
     "guest. What is not executable it passes over.",
     check_hook_files},
    {"hook-scripts",
     "/etc/libvirt/hooks/qemu, /etc/libvirt/hooks/qemu.d, and what they read",
     "What a hook does to the host, it does to all guests. These faults of "
     "scripts are known; virt-tune reads the scripts, and never runs or "
     "changes them.",
     check_hook_scripts},
    {"confinement",
     "/sys/fs/selinux, /sys/module/apparmor/parameters/enabled, "
     "/etc/apparmor.d",
     "AppArmor and SELinux decide what a hook may run, and which ROM files "
     "QEMU may read, whatever the files' permissions say.",
     check_confinement},
    {"systemd", "/run/systemd/system",
     "The hook asks systemd to keep the host's tasks off the guest's CPUs.",
     check_systemd},
    {"cgroup", "/sys/fs/cgroup/cgroup.controllers",
     "While a guest runs, the hook confines the host's own tasks to the other "
     "CPUs, by AllowedCPUs of systemd.",
     check_cgroup},
    {"hugepages",
     "/sys/kernel/mm/hugepages/hugepages-2048kB, /proc/meminfo, "
     "/proc/self/mountinfo",
     "A guest in 2 MiB pages needs far fewer page table walks than one in "
     "4 KiB pages. It shows as fewer stutters rather than as speed.",
     check_pages},
    {"hugepages-1g",
     "/sys/kernel/mm/hugepages/hugepages-1048576kB, "
     "/proc/cpuinfo, /proc/self/mountinfo",
     "1 GiB pages gain little over 2 MiB pages. A running host rarely has them "
     "free: they are reserved at boot, by hugepagesz=1G hugepages=N.",
     check_large_pages},
    {"transparent-hugepages", "/sys/kernel/mm/transparent_hugepage/enabled",
     "A guest without huge pages of its own gets most of their gain from "
     "transparent ones.",
     check_transparent},
    {"ksm", "/sys/kernel/mm/ksm/run",
     "KSM looks for equal pages of all guests. That takes CPU time, and what "
     "was merged is slower to write.",
     check_merging},
    {"cpus", "/sys/devices/system/cpu/online, /sys/fs/cgroup",
     "Only CPUs that are online, and that no cgroup forbids, can run a vCPU.",
     check_cpus},
    {"isolated", "/sys/devices/system/cpu/isolated",
     "isolcpus= takes CPUs from the host's scheduler for good. virt-tune's "
     "hook does it only while the guest runs.",
     check_isolated},
    {"governor", "/sys/devices/system/cpu/cpufreq/policy*/scaling_governor",
     "The governor decides how fast a CPU runs. With intel_pstate and "
     "amd-pstate-epp powersave only means that the hardware decides; with any "
     "other driver it means the lowest frequency.",
     check_governor},
    {"energy-preference",
     "/sys/devices/system/cpu/cpufreq/policy*/"
     "energy_performance_preference",
     "Where the hardware chooses the frequency, this tells it what to prefer.",
     check_energy},
    {"power-service", "/run/systemd/units, /etc/systemd/system, /proc/*/comm",
     "Such a service sets governor and energy preference again whenever the "
     "profile changes: what is set by hand does not last.",
     check_power_service},
    {"irqbalance", "/run/systemd/units, /etc/systemd/system, /proc/*/comm",
     "irqbalance spreads the host's interrupts over all CPUs, those of guests "
     "too.",
     check_irqbalance},
    {"nested", "/sys/module/kvm_*/parameters/nested",
     "A guest needs it to use virtualization itself: WSL 2, Hyper-V, and "
     "memory integrity in Windows.",
     check_nested},
};

void check_answer(const struct look *look, enum verdict verdict,
                  const char *text, const char *detail, const char *fix)
{
    look->finding->verdict = verdict;
    look->finding->text = text_of(text);
    look->finding->detail = text_of(detail);
    look->finding->fix = text_of(fix);
}

void check_recipe(const struct look *look, const char *add, const char *remove)
{
    look->finding->recipe =
        bootloader_recipe(&look->host->bootloader, look->arena, add, remove);
}

const char *check_text(const struct look *look, const char *path)
{
    const char *text = root_read(look->root, look->arena, path);

    return text ? text : "";
}

const char *check_line(const struct look *look, const char *place,
                       bool (*is_meant)(const char *line), const char **path)
{
    bool is_directory = S_ISDIR(root_mode(look->root, place));
    char *alone[] = {NULL, NULL};
    char **files = alone;

    if (is_directory)
        files = root_list(look->root, look->arena, place, NULL);
    else
        alone[0] = (char *)"";
    for (; files && *files; files++) {
        const char *text;

        if (is_directory && !str_ends(*files, ".conf"))
            continue;
        *path = is_directory ? arena_printf(look->arena, "%s/%s", place, *files)
                             : place;
        text = check_text(look, *path);
        while (*text) {
            size_t length = strcspn(text, "\n");
            char *line = str_trim(arena_strndup(look->arena, text, length));

            if (*line && *line != '#' && is_meant(line))
                return line;
            text += length + (text[length] == '\n');
        }
    }
    return NULL;
}

void check_host(const struct host *host, const struct root *root,
                const struct hook_faults *faults, struct arena *arena,
                struct findings *findings)
{
    for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
        struct look look = {host, root, faults, arena, NULL, ""};

        look.finding =
            findings_add(findings, arena, checks[i].id, VERDICT_UNKNOWN);
        look.finding->source = text_of(checks[i].source);
        look.finding->why = text_of(checks[i].why);
        (host->remote ? check_remote : checks[i].run)(&look);
    }
}

/* "/etc/a, /etc/b" beneath a prefix. */
static const char *add_prefix(struct arena *arena, const char *prefix,
                              const char *source)
{
    struct str str CLEANUP(str_free) = STR_INIT;

    for (const char *at = source; *at; at++)
        if (*at == '/' && (at == source || at[-1] == ' '))
            str_addf(&str, "%s/", prefix);
        else
            str_add_bytes(&str, at, 1);
    return arena_strdup(arena, str_text(&str));
}

static struct finding *find(struct findings *findings, const char *id)
{
    for (size_t i = 0; i < findings->count; i++)
        if (strcmp(findings->list[i].id, id) == 0)
            return &findings->list[i];
    return NULL;
}

void check_hooks_anew(const struct host *host, const struct root *root,
                      const struct hook_faults *faults, struct arena *arena,
                      struct findings *findings)
{
    char *path CLEANUP(mem_free) = str_printable(root_path(root));
    const char *prefix = strcmp(path, "/") == 0 ? "" : path;

    for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
        struct look look = {host,
                            root,
                            faults,
                            arena,
                            find(findings, checks[i].id),
                            arena_strdup(arena, prefix)};

        if (!look.finding || (checks[i].run != check_hooks &&
                              checks[i].run != check_hook_files &&
                              checks[i].run != check_hook_scripts))
            continue;
        look.finding->recipe = "";
        look.finding->source =
            add_prefix(arena, prefix, text_of(checks[i].source));
        checks[i].run(&look);
    }
}
