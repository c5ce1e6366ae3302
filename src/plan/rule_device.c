/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, gives verdicts on the PCI devices that go to the guest: are
 * they here, is their group free, has another domain got them.
 */
#include "base/text.h"
#include "plan/device.h"
#include "plan/drift.h"
#include "plan/rule_row.h"

#include <string.h>

void rule_device_here(const struct plan *plan, struct arena *arena,
                      const struct rule *rule, struct findings *findings)
{
    const struct pci *pci = &plan->host->pci;

    for (size_t i = 0; i < plan->domain->hostdev_count; i++) {
        const char *address = plan->domain->hostdevs[i].address;
        struct drift drift;

        if (device_find(plan->host, address) >= 0 || plan->moves[i] >= 0 ||
            drift_find(plan, i, &drift))
            continue; /* or it is known where it went */
        if (pci->problem || pci->device_count == 0)
            rule_say(rule, findings, arena, VERDICT_UNKNOWN,
                     arena_printf(arena, "whether %s is here", address),
                     "The host's PCI devices could not be read.");
        else
            rule_say(rule, findings, arena, VERDICT_FAIL,
                     arena_printf(arena, "the domain's device %s is not here",
                                  address),
                     "Cards move when others come or go: take its <hostdev> "
                     "out (virsh edit, or in the file), and give the right one "
                     "in step 3.");
    }
}

void rule_device_group(const struct plan *plan, struct arena *arena,
                       const struct rule *rule, struct findings *findings)
{
    const struct pci *pci = &plan->host->pci;
    unsigned given = 0, blocked = 0;

    for (size_t i = 0; i < pci->device_count; i++) {
        const struct pci_device *device = &pci->devices[i];

        given += plan->is_given[i];
        if (plan->is_given[i] && device->group < 0) {
            rule_say(rule, findings, arena, VERDICT_FAIL,
                     arena_printf(arena, "%s is in no IOMMU group",
                                  pci_short_address(device)),
                     "Switch the IOMMU on: step 2 says how.");
            blocked++;
        }
        if (device_role(plan, i) != DEVICE_BLOCKS)
            continue;
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 arena_printf(arena, "%s shares group %d and has driver %s",
                              pci_short_address(device), device->group,
                              device->driver),
                 pci_is_bridge(device)
                     ? "A bridge cannot go. Try another slot, or unbind its "
                       "driver, if the host can do without."
                     : "Give it to the guest too, or try another slot.");
        blocked++;
    }
    if (given > 0 && pci->problem)
        rule_say(
            rule, findings, arena, VERDICT_UNKNOWN,
            "whether the groups are whole",
            arena_printf(arena, "Of the host's PCI devices %s", pci->problem));
    else if (given > 0 && blocked == 0)
        rule_say(
            rule, findings, arena, VERDICT_OK,
            arena_printf(arena,
                         text_plural("%u device can go to the guest",
                                     "%u devices can go to the guest", given),
                         given),
            "");
}

void rule_device_others(const struct plan *plan, struct arena *arena,
                        const struct rule *rule, struct findings *findings)
{
    const struct pci *pci = &plan->host->pci;

    for (size_t n = 0; plan->others && n < plan->others->count; n++) {
        const struct neighbour *one = &plan->others->list[n];

        for (size_t i = 0; i < one->hostdev_count; i++) {
            long index = device_find(plan->host, one->hostdevs[i]);

            if (index < 0 || !plan->is_given[index])
                continue;
            rule_say(rule, findings, arena,
                     one->is_running      ? VERDICT_FAIL
                     : one->has_autostart ? VERDICT_WARN
                                          : VERDICT_NOTE,
                     arena_printf(arena,
                                  one->is_running
                                      ? "%s is also a device of %s, which runs"
                                      : "%s is also a device of %s",
                                  pci_short_address(&pci->devices[index]),
                                  one->name),
                     "Only one of them can run at a time.");
        }
    }
}

/* What the host would lose at once, whoever gave the device away. */
static bool is_vital(const struct claim *claim)
{
    return claim->severity == CLAIM_REFUSE &&
           (claim->kind == CLAIM_DISK || claim->kind == CLAIM_ROUTE ||
            claim->kind == CLAIM_SSH);
}

/* What many want so, but not all know. */
static bool is_last_keyboard(const struct claim *claim)
{
    return claim->severity == CLAIM_REFUSE && claim->kind == CLAIM_KEYBOARD;
}

static enum verdict verdict_of(const struct claim *claim)
{
    switch (claim->severity) {
    case CLAIM_REFUSE:
        return VERDICT_WARN;
    case CLAIM_UNKNOWN:
        return VERDICT_UNKNOWN;
    default:
        return VERDICT_NOTE;
    }
}

void rule_device_claims(const struct plan *plan, struct arena *arena,
                        const struct rule *rule, struct findings *findings)
{
    const struct pci *pci = &plan->host->pci;

    for (size_t i = 0; i < pci->device_count; i++) {
        const struct pci_device *device = &pci->devices[i];
        struct claim_list claims = claim_list(&plan->host->claims, device);
        bool is_old = device_is_in_domain(plan->domain, device);

        for (size_t j = 0; plan->is_given[i] && j < claims.count; j++) {
            const struct claim *claim = &claims.list[j];

            if (is_old && is_last_keyboard(claim) &&
                !plan->domain->is_running) {
                rule_say(rule, findings, arena, VERDICT_NOTE,
                         arena_printf(arena, "%s: %.*s",
                                      pci_short_address(device),
                                      claim_clause(claim), claim->text),
                         "The domain has this device: while the guest runs, "
                         "the host is reached by SSH alone.");
                continue;
            }
            if (is_old ? !is_vital(claim) || plan->domain->is_running
                       : claim->severity == CLAIM_NOTE ||
                             (claim->severity == CLAIM_WARN && j > 0))
                continue;
            rule_say(rule, findings, arena, verdict_of(claim),
                     arena_printf(arena, "%s: %.*s", pci_short_address(device),
                                  claim_clause(claim), claim->text),
                     is_old ? "The domain has this device: the host loses it "
                              "when the guest starts. Was another one meant?"
                            : "Keep it on the host, or be sure that the host "
                              "can do without.");
        }
    }
}
