/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of virtualization and of the IOMMU, which are two things with two
 * switches, and of what the firmware and the kernel each have done.
 */
#include "host/check_row.h"

#include "base/str.h"
#include "base/text.h"

#include <string.h>

static bool is_intel(const struct look *look)
{
    return strcmp(look->host->cpu.vendor, "GenuineIntel") == 0;
}

void check_virtualization(const struct look *look)
{
    const struct cpu_topology *cpu = &look->host->cpu;

    if (cpu->has_vmx || cpu->has_svm)
        check_answer(look, VERDICT_OK, "The CPU offers virtualization",
                     cpu->has_vmx ? "VT-x" : "AMD-V", "");
    else if (!cpu->has_flags || root_exists(look->root, "dev/kvm"))
        check_answer(look, VERDICT_UNKNOWN, "Virtualization: could not look",
                     "the CPU does not tell", "");
    else
        check_answer(look, VERDICT_FAIL, "The CPU offers no virtualization",
                     "neither vmx nor svm",
                     is_intel(look)
                         ? "Switch VT-x on in the firmware set-up. It may be "
                           "called Intel Virtualization Technology."
                         : "Switch SVM on in the firmware set-up.");
}

/* The module of this CPU: a kernel may have both built in, whatever runs it. */
static const char *kvm_module(const struct look *look)
{
    const struct cpu_topology *cpu = &look->host->cpu;

    if (cpu->has_svm || strcmp(cpu->vendor, "AuthenticAMD") == 0)
        return "kvm_amd";
    if (cpu->has_vmx || is_intel(look) ||
        !root_exists(look->root, "sys/module/kvm_amd"))
        return "kvm_intel";
    return "kvm_amd";
}

void check_kvm(const struct look *look)
{
    const struct cpu_topology *cpu = &look->host->cpu;
    const char *module = kvm_module(look);
    bool is_loaded = root_exists(
        look->root, arena_printf(look->arena, "sys/module/%s", module));
    bool is_refused = cpu->has_flags && !cpu->has_vmx && !cpu->has_svm;
    bool has_devices = root_exists(look->root, "dev/null");

    if (root_exists(look->root, "dev/kvm"))
        check_answer(look, VERDICT_OK, "KVM is there",
                     is_loaded ? module : "/dev/kvm", "");
    else if (is_loaded && !is_refused && !has_devices)
        check_answer(look, VERDICT_OK, "KVM is there", module, "");
    else if (!root_exists(look->root, "sys/module"))
        check_answer(look, VERDICT_UNKNOWN, "KVM: could not look",
                     "no sys/module here", "");
    else if (!cpu->has_flags)
        check_answer(look, VERDICT_UNKNOWN, "KVM: could not look",
                     "the CPU's flags are unknown", "");
    else if (is_refused)
        check_answer(look, VERDICT_FAIL, "KVM cannot be loaded",
                     "neither vmx nor svm",
                     "Switch virtualization on first, in the firmware set-up.");
    else if (is_loaded)
        check_answer(look, VERDICT_FAIL, "KVM does not work",
                     arena_printf(look->arena, "%s, but no /dev/kvm", module),
                     cpu->has_vmx
                         ? "Switch VT-x on in the firmware set-up. The kernel "
                           "says more: dmesg | grep kvm"
                         : "Switch SVM on in the firmware set-up. The kernel "
                           "says more: dmesg | grep kvm");
    else
        check_answer(look, VERDICT_FAIL, "KVM is not loaded",
                     cpu->has_vmx ? "the CPU has VT-x" : "the CPU has AMD-V",
                     cpu->has_vmx
                         ? "Load it: modprobe kvm_intel. If that is refused, "
                           "switch VT-x on in the firmware set-up."
                         : "Load it: modprobe kvm_amd. If that is refused, "
                           "switch SVM on in the firmware set-up.");
}

void check_nested(const struct look *look)
{
    const char *module = kvm_module(look);
    const char *text = check_text(
        look,
        arena_printf(look->arena, "sys/module/%s/parameters/nested", module));

    if (!*text)
        check_answer(look, VERDICT_UNKNOWN,
                     "Nested virtualization: could not look",
                     "no parameter of KVM here", "");
    else if (*text == 'Y' || *text == '1')
        check_answer(look, VERDICT_OK, "Guests may use virtualization",
                     "nested", "");
    else
        check_answer(look, VERDICT_NOTE, "Guests may not use virtualization",
                     "nested is off",
                     arena_printf(look->arena,
                                  "If one shall: write \"options %s nested=1\" "
                                  "into /etc/modprobe.d/kvm.conf and reboot.",
                                  module));
}

/* The words of the command line that switch the IOMMU off. */
static const char *find_off(const struct look *look)
{
    static const char *const words[] = {"iommu=off", "intel_iommu=off",
                                        "amd_iommu=off"};
    const char *found = "";

    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (str_has_word(look->host->kernel.command_line, words[i]))
            found = arena_printf(look->arena, "%s%s%s", found,
                                 *found ? " " : "", words[i]);
    return found;
}

/* No group: what the kernel was told, and what the firmware offers. */
static void find_culprit(const struct look *look)
{
    const struct kernel *kernel = &look->host->kernel;
    bool intel = is_intel(look);
    const char *table = intel ? "DMAR" : "IVRS", *off = find_off(look);
    bool has_tables = root_exists(look->root, "sys/firmware/acpi/tables");
    bool has_table = root_exists(
        look->root,
        arena_printf(look->arena, "sys/firmware/acpi/tables/%s", table));
    const char *value = kernel_parameter(kernel, look->arena, "intel_iommu");
    const char *add =
        intel && !(value && str_starts(value, "on")) ? "intel_iommu=on" : "";

    if (*off) {
        check_answer(look, VERDICT_WARN, "The kernel was told: no IOMMU", off,
                     arena_printf(look->arena,
                                  "Take %s off the kernel command line and "
                                  "reboot."
                                  " CPUs and options can be tuned without it.",
                                  off));
        check_recipe(look, add, off);
    } else if (has_table && *add) {
        check_answer(look, VERDICT_WARN, "The kernel leaves the IOMMU off",
                     "the firmware offers VT-d",
                     "Add intel_iommu=on to the kernel command line and "
                     "reboot."
                     " CPUs and options can be tuned without it.");
        check_recipe(look, add, "");
    } else if (has_table) {
        check_answer(look, VERDICT_WARN, "The kernel leaves the IOMMU off",
                     "the firmware offers one",
                     intel ? "The kernel says why (dmesg | grep DMAR)."
                             " CPUs and options can be tuned without it."
                           : "The kernel says why (dmesg | grep AMD-Vi)."
                             " CPUs and options can be tuned without it.");
    } else if (has_tables) {
        check_answer(look, VERDICT_WARN, "The firmware offers no IOMMU",
                     arena_printf(look->arena, "no %s table", table),
                     intel ? "Switch VT-d on in the firmware set-up. It is not "
                             "VT-x, and has a switch of its own."
                             " CPUs and options can be tuned without it."
                           : "Switch the IOMMU (AMD-Vi) on in the firmware "
                             "set-up. It is not SVM, and has a switch of its "
                             "own. AMD needs no kernel option."
                             " CPUs and options can be tuned without it.");
        if (*add)
            check_recipe(look, add, "");
    } else {
        check_answer(look, VERDICT_WARN, "The IOMMU is off: no passthrough",
                     "no IOMMU group",
                     intel ? "Switch VT-d on in the firmware set-up, add "
                             "intel_iommu=on to the kernel command line and "
                             "reboot."
                             " CPUs and options can be tuned without it."
                           : "Switch the IOMMU (AMD-Vi) on in the firmware "
                             "set-up and reboot; AMD needs no kernel "
                             "option."
                             " CPUs and options can be tuned without it.");
        if (*add)
            check_recipe(look, add, "");
    }
}

/* VFIO without an IOMMU makes groups of its own, which confine nothing. */
static bool is_unsafe(const struct look *look)
{
    char **groups =
        root_list(look->root, look->arena, "sys/kernel/iommu_groups", NULL);

    if (!groups || !*groups)
        return false;
    for (; *groups; groups++) {
        const char *path = arena_printf(
            look->arena, "sys/kernel/iommu_groups/%s/name", *groups);

        if (strcmp(check_text(look, path), "vfio-noiommu") != 0)
            return false;
    }
    return true;
}

void check_iommu(const struct look *look)
{
    const struct pci *pci = &look->host->pci;
    const char *name = look->host->kernel.iommu;

    if (is_unsafe(look)) {
        find_culprit(look);
        look->finding->text = _("VFIO works without an IOMMU");
        look->finding->detail = "enable_unsafe_noiommu_mode";
    } else if (pci->group_count > 0)
        check_answer(look, VERDICT_OK, "The IOMMU is on",
                     arena_printf(look->arena, "%s%s%zu groups",
                                  name ? name : "", name ? ", " : "",
                                  pci->group_count),
                     "");
    else if (pci->problem)
        check_answer(look, VERDICT_UNKNOWN, "IOMMU: could not look",
                     pci->problem, "");
    else
        find_culprit(look);
}

static bool allows_unsafe_interrupts(const struct look *look)
{
    const char *text = check_text(
        look, "sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts");

    return *text == 'Y' || *text == '1';
}

/* The kernel names interrupts that are remapped IR-IO-APIC, IR-PCI-MSI. */
void check_remapping(const struct look *look)
{
    const char *text = check_text(look, "proc/interrupts");

    if (strstr(text, "IR-IO-APIC") || strstr(text, "IR-PCI-MSI"))
        check_answer(look, VERDICT_OK, "Interrupt remapping is on",
                     "IR- in /proc/interrupts", "");
    else if (!strstr(text, "IO-APIC") && !strstr(text, "PCI-MSI"))
        check_answer(
            look, VERDICT_UNKNOWN, "Interrupt remapping: could not look",
            *text ? "no PCI interrupt" : "no proc/interrupts here", "");
    else if (look->host->pci.group_count == 0 || is_unsafe(look))
        check_answer(look, VERDICT_NOTE, "Interrupt remapping is off",
                     "it comes with the IOMMU", "Switch the IOMMU on first.");
    else if (allows_unsafe_interrupts(look))
        check_answer(look, VERDICT_WARN, "Interrupts are not remapped",
                     "allow_unsafe_interrupts=1",
                     "VFIO was told to allow it: a guest can send interrupts "
                     "to the host. Only for guests that you trust. Look for a "
                     "firmware update, or for intremap=off on the kernel "
                     "command line.");
    else
        check_answer(look, VERDICT_WARN, "Interrupt remapping is off",
                     "VFIO refuses devices",
                     "Look for x2APIC or interrupt remapping in the firmware "
                     "set-up, for a firmware update, and for intremap=off on "
                     "the kernel command line.");
}

/* Yes, unless one of those that it needs says no, or else cannot look. */
void check_passthrough(const struct look *look)
{
    static void (*const needs[])(const struct look *look) = {
        check_virtualization, check_kvm, check_iommu, check_remapping,
        check_vfio};
    struct finding unknown = {0};

    for (size_t i = 0; i < ARRAY_SIZE(needs); i++) {
        struct finding need = *look->finding;
        struct look one = *look;

        one.finding = &need;
        needs[i](&one);
        if (needs[i] == check_remapping && allows_unsafe_interrupts(look))
            continue;
        if (need.verdict == VERDICT_OK || need.verdict == VERDICT_NOTE)
            continue;
        if (need.verdict != VERDICT_UNKNOWN) {
            check_answer(look, VERDICT_WARN, "PCI passthrough is not possible",
                         need.text, need.fix);
            return;
        }
        if (!unknown.text)
            unknown = need;
    }
    if (unknown.text)
        check_answer(look, VERDICT_UNKNOWN, "PCI passthrough: not known",
                     unknown.text, unknown.fix);
    else
        check_answer(look, VERDICT_OK, "PCI passthrough is possible",
                     arena_printf(look->arena, "%zu groups",
                                  look->host->pci.group_count),
                     "");
}

void check_override(const struct look *look)
{
    const char *value =
        kernel_parameter(&look->host->kernel, look->arena, "pcie_acs_override");

    if (!*look->host->kernel.command_line)
        check_answer(look, VERDICT_UNKNOWN, "ACS override: could not look",
                     "no proc/cmdline here", "");
    else if (!value)
        check_answer(look, VERDICT_OK, "No group is split by force",
                     "no ACS override", "");
    else
        check_answer(look, VERDICT_WARN, "The ACS override splits groups",
                     value,
                     "Try the card in another slot first: those of the CPU "
                     "mostly have groups of their own. Keep the override only "
                     "if you trust every guest with a device: through it a "
                     "guest may reach what belongs to the host or to another "
                     "guest. It needs a patched kernel; others pass over it.");
}
