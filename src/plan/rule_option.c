/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, gives verdicts on what is written beside the options: values
 * that libvirt refuses or stores wrongly, stale workarounds, what could be
 * better and is not done by itself.
 */
#include "plan/rule_row.h"

#include "base/str.h"
#include "base/text.h"

#include <string.h>

/* libvirt 11.9 takes a greatest value; before it was stored as -1. */
enum { LIBVIRT_SPINLOCKS = 11009000, LIBVIRT_BESIDE = 11000000 };

void rule_guest_kind(const struct plan *plan, struct arena *arena,
                     const struct rule *rule, struct findings *findings)
{
    if (plan->guest == GUEST_UNKNOWN)
        rule_say(rule, findings, arena, VERDICT_NOTE,
                 "the kind of guest is not known",
                 "Say it: --guest windows, linux or other; g in Options.");
}

/*
 * QEMU looks at no single hint beside all of them, and the schema of libvirt
 * before 11.0 has none there.
 */
static void check_beside(const struct plan *plan, const xmlNode *hyperv,
                         struct arena *arena, const struct rule *rule,
                         struct findings *findings)
{
    unsigned long version = plan->domain->libvirt_version;

    if (!xml_has(hyperv, "mode", "passthrough") ||
        !xmlFirstElementChild((xmlNode *)hyperv))
        return;
    rule_say(rule, findings, arena,
             version > 0 && version < LIBVIRT_BESIDE ? VERDICT_FAIL
                                                     : VERDICT_WARN,
             "single Hyper-V hints stand beside mode='passthrough'",
             version >= LIBVIRT_BESIDE
                 ? "QEMU looks at none of them. Remove them, or the mode: "
                   "virsh edit."
                 : "libvirt before 11.0 refuses that, and QEMU looks at none "
                   "of them. Remove them, or the mode: virsh edit.");
    rule_about(findings, "hyperv");
}

/* What libvirt refuses, takes and then drops, or stores as something else. */
void rule_hyperv_values(const struct plan *plan, struct arena *arena,
                        const struct rule *rule, struct findings *findings)
{
    const xmlNode *root = xml_root(plan->domain->xml);
    const xmlNode *hyperv = xml_find(root, "features/hyperv");
    const xmlNode *spinlocks = xml_child(hyperv, "spinlocks");
    const char *vendor =
        xml_attribute(arena, xml_child(hyperv, "vendor_id"), "value");
    const char *retries = xml_attribute(arena, spinlocks, "retries");
    unsigned long number = 0;

    check_beside(plan, hyperv, arena, rule, findings);
    if (vendor && plan->options[OPTION_HV_VENDOR_ID] == OPTION_KEEP &&
        (strlen(vendor) > 12 || strchr(vendor, ','))) {
        rule_say(
            rule, findings, arena, VERDICT_FAIL,
            "the Hyper-V vendor_id has more than 12 characters, or a comma",
            "libvirt refuses it, and today's drivers need none: --set "
            "hyperv.vendor_id=off.");
        rule_about(findings, "hyperv.vendor_id");
    }
    if (!spinlocks || !xml_has(spinlocks, "state", "on") ||
        plan->options[OPTION_HV_SPINLOCKS] != OPTION_KEEP ||
        plan->domain->libvirt_version >= LIBVIRT_SPINLOCKS)
        return;
    if (!retries)
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 "spinlocks names no retries",
                 "libvirt before 11.9 refuses that: name 4095 or more.");
    else if (!xml_number(spinlocks, "retries", 4294967295UL, &number) ||
             number < 4095)
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 "spinlock retries are less than 4095",
                 "libvirt refuses that. The usual number is 8191.");
    else if (number > 2147483647UL)
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 "libvirt before 11.9 stores these spinlock retries as -1",
                 "Write a smaller number. The usual one is 8191.");
    else
        return;
    rule_about(findings, "hyperv.spinlocks");
}

/*
 * Timers that stand there twice: libvirt takes them, and QEMU only one. And
 * the PIT beside AVIC.
 */
void rule_timers(const struct plan *plan, struct arena *arena,
                 const struct rule *rule, struct findings *findings)
{
    const char *name = xml_find_twice(
        arena, xml_find(xml_root(plan->domain->xml), "clock/timer"), "name");
    char *printable CLEANUP(mem_free) = name ? str_printable(name) : NULL;
    const xmlNode *pit = option_find_place(xml_root(plan->domain->xml),
                                           &option_get(OPTION_PIT)->place);

    if (option_needs_discard(plan) && !xml_has(pit, "present", "no") &&
        option_effective(plan, OPTION_PIT) != OPTION_PIT_DISCARD) {
        rule_say(rule, findings, arena, VERDICT_WARN,
                 "ticks of the PIT that are made up keep AVIC from working",
                 "--set clock.pit=discard, or --set hyperv.avic=off.");
        rule_about(findings, "clock.pit hyperv.avic");
    }
    if (printable) {
        rule_say(rule, findings, arena, VERDICT_WARN,
                 arena_printf(arena, "the timer %.20s stands there twice",
                              printable),
                 "Remove one of them: virsh edit.");
        rule_about(findings, "clock");
    }
}

/* Since QEMU 4.0.1 this is what it does by itself. */
static void say_ioapic(const struct plan *plan, struct arena *arena,
                       const struct rule *rule, struct findings *findings)
{
    enum { IOAPIC_KVM = 1 };

    if (option_effective(plan, OPTION_IOAPIC) == IOAPIC_KVM &&
        strcmp(plan->domain->machine, "pc-q35-4.0") != 0) {
        rule_say(rule, findings, arena, VERDICT_NOTE,
                 "KVM's I/O APIC is asked for, as for QEMU 4.0",
                 "QEMU takes it by itself: --set machine.ioapic=default.");
        rule_about(findings, "machine.ioapic");
    }
}

/* Options that fit and that nobody has said anything about, in one line. */
void rule_unset(const struct plan *plan, struct arena *arena,
                const struct rule *rule, struct findings *findings)
{
    enum { SHOWN = 3 };
    struct str names CLEANUP(str_free) = STR_INIT;
    unsigned count = 0;

    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (plan->options[i] != OPTION_KEEP)
            return; /* somebody chose */
        if (option_proposal(plan, i) == OPTION_KEEP)
            continue;
        if (count < SHOWN)
            str_addf(&names, "%s%s", count > 0 ? ", " : "",
                     option_get(i)->title);
        count++;
    }
    if (count == 0)
        return;
    if (count > SHOWN)
        str_addf(&names, " and %u more", count - SHOWN);
    rule_say(
        rule, findings, arena, VERDICT_NOTE,
        arena_printf(arena,
                     text_plural("%u option would fit and is not set",
                                 "%u options would fit and are not set", count),
                     count),
        arena_printf(arena,
                     "%s: take a preset (--preset, p in Options), or the "
                     "proposal.",
                     str_text(&names)));
}

/* Wishes that an emulated domain has nothing of. */
void rule_idle_options(const struct plan *plan, struct arena *arena,
                       const struct rule *rule, struct findings *findings)
{
    struct str keys CLEANUP(str_free) = STR_INIT;
    enum option_id first = OPTION_NONE;
    unsigned count = 0;

    for (size_t i = OPTION_COUNT; i-- > 0;)
        if (plan->options[i] > OPTION_OFF &&
            option_is_idle(plan, (enum option_id)i)) {
            first = (enum option_id)i;
            str_addf(&keys, "%s ", option_get(first)->key);
            count++;
        }
    if (count > 0) {
        rule_say(rule, findings, arena, VERDICT_WARN,
                 arena_printf(arena, "\"%s\"%s: only KVM gives it",
                              option_get(first)->title,
                              count > 1 ? " and others" : ""),
                 "QEMU emulates this domain's CPUs: nothing comes of it. "
                 "Write <domain type='kvm'> first: virsh edit.");
        rule_about(findings, arena_strdup(arena, str_text(&keys)));
    }
}

/* What guides of 2018 to 2020 told people to write. */
void rule_stale(const struct plan *plan, struct arena *arena,
                const struct rule *rule, struct findings *findings)
{
    bool hides = option_effective(plan, OPTION_KVM_HIDDEN) == OPTION_ON;

    say_ioapic(plan, arena, rule, findings);
    if (!option_is_off(plan, OPTION_HYPERVISOR)) {
        if (hides && plan->guest == GUEST_LINUX)
            rule_say(rule, findings, arena, VERDICT_WARN,
                     "KVM is hidden: a Linux guest loses its clock and hints",
                     "Switch it off: --set kvm.hidden=off.");
        else if (hides || !option_is_off(plan, OPTION_HV_VENDOR_ID))
            rule_say(rule, findings, arena, VERDICT_NOTE,
                     "KVM is hidden, or the Hyper-V vendor, as for error 43",
                     "NVIDIA's drivers from R465 (2021) on need neither: "
                     "--set kvm.hidden=off --set hyperv.vendor_id=off.");
        else
            return;
        rule_about(findings, "kvm.hidden hyperv.vendor_id");
        return;
    }
    rule_say(rule, findings, arena, VERDICT_WARN,
             "the hypervisor bit is hidden: the guest ignores every hint",
             "Show it: --set cpu.hypervisor=on.");
    rule_about(findings, "cpu.hypervisor");
}

/* Emulated disks, and images: better ways that need the guest's help. */
void rule_disks(const struct plan *plan, struct arena *arena,
                const struct rule *rule, struct findings *findings)
{
    const xmlNode *root = xml_root(plan->domain->xml), *disk = NULL;

    if (option_effective(plan, OPTION_DISKS_BUS) == OPTION_ON)
        return;
    while ((disk = option_device(root, SCOPE_DISKS, disk))) {
        const xmlNode *target = xml_child(disk, "target");
        char *name CLEANUP(mem_free) =
            str_printable(xml_attribute(arena, target, "dev")
                              ? xml_attribute(arena, target, "dev")
                              : "");

        if (!xml_has(target, "bus", "sata") && !xml_has(target, "bus", "ide"))
            continue;
        rule_say(rule, findings, arena, VERDICT_NOTE,
                 arena_printf(arena, "disk %.20s is emulated; virtio is faster",
                              name),
                 plan->guest == GUEST_WINDOWS
                     ? "Install the virtio driver in Windows first, with a "
                       "second, small virtio disk; then --set "
                       "disks.bus=virtio."
                     : "--set disks.bus=virtio; fstab may name the disk.");
        return;
    }
}
