/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, gives verdicts on how the guest has its devices: did they
 * drift, is their ROM one, may enough memory be locked for them, what does the
 * host lose with its last display, which USB devices are there.
 */
#include "base/str.h"
#include "base/text.h"
#include "host/rom.h"
#include "plan/device.h"
#include "plan/drift.h"
#include "plan/rule_row.h"
#include "plan/usb.h"

/* What libvirt adds to the guest's memory for devices (qemu_domain.c). */
enum { DEVICE_MEMORY_KIB = 1048576 };

static bool is_any_given(const struct plan *plan)
{
    for (size_t i = 0; i < plan->host->pci.device_count; i++)
        if (plan->is_given[i])
            return true;
    return false;
}

static const char *describe_drift(const struct plan *plan,
                                  const struct drift *drift,
                                  struct arena *arena)
{
    if (drift->index >= 0)
        return arena_printf(
            arena,
            "It is %s now: give that in step 3, or with --give %s, and the "
            "domain follows it.",
            pci_short_address(&plan->host->pci.devices[drift->index]),
            pci_short_address(&plan->host->pci.devices[drift->index]));
    if (drift->candidates > 1)
        return arena_printf(arena,
                            "%zu devices here are of its model: take the wrong "
                            "one back in step 3, and give the right one.",
                            drift->candidates);
    return _(
        "No device here is of its model: put the card back, or take it out "
        "of the domain.");
}

void rule_drift(const struct plan *plan, struct arena *arena,
                const struct rule *rule, struct findings *findings)
{
    for (size_t i = 0; i < plan->domain->hostdev_count; i++) {
        const char *address = plan->domain->hostdevs[i].address;
        struct drift drift;

        if (!drift_find(plan, i, &drift) ||
            (drift.here &&
             !plan->is_given[drift.here - plan->host->pci.devices]))
            continue; /* or it is taken back */
        rule_say(
            rule, findings, arena, VERDICT_FAIL,
            drift.here
                ? arena_printf(arena,
                               "at %s is %04x:%04x now, no more %04x:%04x",
                               address, drift.here->vendor, drift.here->device,
                               drift.was->vendor, drift.was->device)
                : arena_printf(arena, "%04x:%04x is not at %s any more",
                               drift.was->vendor, drift.was->device, address),
            describe_drift(plan, &drift, arena));
    }
}

void rule_rom(const struct plan *plan, struct arena *arena,
              const struct rule *rule, struct findings *findings)
{
    const struct pci *pci = &plan->host->pci;

    for (size_t i = 0; i < pci->device_count; i++) {
        const char *file = plan->wishes[i].rom_file;
        bool is_rom = true;
        const char *problem =
            plan->is_given[i] && file
                ? rom_problem(plan->host, file, &pci->devices[i], arena,
                              &is_rom)
                : NULL;
        char *name CLEANUP(mem_free) = str_printable(file ? file : "");

        if (problem)
            rule_say(rule, findings, arena,
                     plan->host->remote ? VERDICT_UNKNOWN
                     : is_rom           ? VERDICT_WARN
                                        : VERDICT_FAIL,
                     arena_printf(arena, "the ROM file of %s, %.100s",
                                  pci_short_address(&pci->devices[i]), name),
                     problem);
    }
}

void rule_memlock(const struct plan *plan, struct arena *arena,
                  const struct rule *rule, struct findings *findings)
{
    unsigned long limit = plan->domain->hard_limit_kib;
    unsigned long memory = plan->domain->memory_kib;

    if (!is_any_given(plan))
        return;
    if (plan->domain->is_unprivileged)
        rule_say(rule, findings, arena, VERDICT_WARN,
                 "a user's libvirt cannot raise the limit of locked memory",
                 "Use qemu:///system, or raise RLIMIT_MEMLOCK for the user "
                 "beyond the guest's memory.");
    if (limit == 0 || limit >= memory + DEVICE_MEMORY_KIB)
        return;
    rule_say(rule, findings, arena,
             limit < memory ? VERDICT_FAIL : VERDICT_WARN,
             arena_printf(arena,
                          "<hard_limit> lets %lu MiB be locked, %lu are needed",
                          limit / 1024, (memory + DEVICE_MEMORY_KIB) / 1024),
             "Take <memtune><hard_limit> out with virsh edit: without it "
             "libvirt raises the limit to what is needed.");
}

void rule_last_display(const struct plan *plan, struct arena *arena,
                       const struct rule *rule, struct findings *findings)
{
    long index = device_last_display(plan);
    bool is_handed;

    if (index < 0)
        return;
    is_handed = option_effective(plan, OPTION_DISPLAY) == OPTION_ON;
    rule_say(rule, findings, arena, is_handed ? VERDICT_NOTE : VERDICT_WARN,
             arena_printf(arena, "the host shows nothing while %s is a guest's",
                          pci_short_address(&plan->host->pci.devices[index])),
             is_handed
                 ? "The hook ends what is on the screen before the start and "
                   "brings it back after the stop. Have SSH ready, and the "
                   "card's ROM as a file."
                 : "Switch host.display on: its hook ends what is on the "
                   "screen before the start and brings it back after the "
                   "stop. Have SSH ready, and the card's ROM as a file.");
}

static void say_absent(const struct plan *plan, size_t index,
                       struct arena *arena, const struct rule *rule,
                       struct findings *findings)
{
    const struct domain_usb *usb =
        &plan->domain->usbs[index - plan->host->usb.count];
    const char *name = usb_name(plan, index, arena);

    if (!plan->host->usb.is_known)
        rule_say(rule, findings, arena, VERDICT_UNKNOWN,
                 arena_printf(arena, "whether USB %s is here", name),
                 "The host's USB devices could not be read.");
    else if (usb->is_optional)
        rule_say(rule, findings, arena, VERDICT_NOTE,
                 arena_printf(arena, "USB %s is not plugged in", name),
                 "The domain starts without it.");
    else
        rule_say(rule, findings, arena, VERDICT_WARN,
                 arena_printf(arena, "USB %s is not plugged in", name),
                 "Plug it in before the start, or take it back in step 3.");
}

/* What the domain names could be any of these. */
static void say_alike(const struct plan *plan, struct arena *arena,
                      const struct rule *rule, struct findings *findings)
{
    const struct usb *usb = &plan->host->usb;

    for (size_t i = 0; i < plan->domain->usb_count; i++) {
        const struct domain_usb *named = &plan->domain->usbs[i];
        size_t matches = 0;
        bool is_given = true;

        for (size_t j = 0; j < usb->count; j++)
            if (usb_is_named(named, &usb->devices[j])) {
                matches++;
                is_given &= plan->is_usb_given[j];
            }
        if (matches > 1 && is_given)
            rule_say(rule, findings, arena, VERDICT_WARN,
                     arena_printf(arena, "%zu USB devices are %04x:%04x",
                                  matches, named->vendor, named->product),
                     "libvirt does not choose: take one of them back in "
                     "step 3.");
    }
}

void rule_usb(const struct plan *plan, struct arena *arena,
              const struct rule *rule, struct findings *findings)
{
    for (size_t i = 0; i < usb_count(plan); i++) {
        const struct usb_device *device = usb_plugged(plan, i);
        const char *name = usb_name(plan, i, arena);

        if (!usb_is_row(plan, i) || !plan->is_usb_given[i])
            continue;
        if (!device) {
            say_absent(plan, i, arena, rule, findings);
            continue;
        }
        if (device->controller &&
            plan->is_given[device->controller - plan->host->pci.devices])
            rule_say(rule, findings, arena, VERDICT_WARN,
                     arena_printf(arena, "USB %s hangs on %s, which goes too",
                                  name, pci_short_address(device->controller)),
                     "It is in the guest with its controller: take it back.");
        if (device->claim.text && device->claim.severity >= CLAIM_WARN &&
            !usb_is_in_domain(plan, i))
            rule_say(rule, findings, arena,
                     device->claim.severity == CLAIM_REFUSE ? VERDICT_WARN
                                                            : VERDICT_NOTE,
                     arena_printf(arena, "USB %s: %.*s", name,
                                  claim_clause(&device->claim),
                                  device->claim.text),
                     "Keep it on the host, or be sure that the host can do "
                     "without.");
    }
    say_alike(plan, arena, rule, findings);
}
