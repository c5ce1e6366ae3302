/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the options say of devices: --give, --take, --boot, --rom. */
#include "cli/cli.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/device.h"
#include "plan/drift.h"
#include "plan/usb.h"

#include <string.h>

static bool refuse_claim(const char *name, const struct claim *claim,
                         struct err *err)
{
    return err_set(err, ERR_REFUSED,
                   "%.40s: %s --despite-claims gives it all the same.", name,
                   claim->text);
}

static bool needs_asking(const struct claim *claim, bool despite_claims)
{
    return claim && claim->text && claim->severity == CLAIM_REFUSE &&
           !despite_claims;
}

/* Nothing would change: the device was surely meant to be another one. */
static bool refuse_take(const char *name, struct err *err)
{
    return err_set(err, ERR_REFUSED,
                   "--take %.40s: the domain does not have this device.", name);
}

/*
 * `had` are those that the guest had before all of it: one function takes its
 * whole slot along, and may be named after it.
 */
static bool take_pci(const struct options *options, struct plan *plan,
                     const char *address, bool is_given, const bool *had,
                     struct err *err)
{
    char *name CLEANUP(mem_free) = str_printable(address);
    long index = device_find(plan->host, address);
    const struct pci_device *on = NULL;
    const struct claim *claim;
    const char *reason;

    if (index < 0)
        return err_set(err, ERR_USAGE,
                       "There is no PCI device %.40s here. See: virt-tune "
                       "show groups.",
                       name);
    if (!is_given && !plan->is_given[index] && !had[index])
        return refuse_take(name, err);
    if (plan->is_given[index] == is_given &&
        !drift_leads_to(plan, (size_t)index))
        return true;
    claim = is_given ? device_claim(plan, (size_t)index, &on) : NULL;
    if (needs_asking(claim, options->despite_claims))
        return refuse_claim(pci_short_address(on), claim, err);
    reason = device_toggle(plan, (size_t)index);
    return !reason || err_set(err, ERR_REFUSED, "%.40s: %s", name, reason);
}

/* Those that a name could be, "046d:c31c@1-3 or 046d:c31c@1-4". */
static bool refuse_alike(const struct plan *plan, const char *name,
                         struct err *err)
{
    struct arena *arena = arena_new();
    struct str str CLEANUP(str_free) = STR_INIT;

    for (size_t i = 0; i < usb_count(plan); i++) {
        const char *own = usb_is_row(plan, i) ? usb_name(plan, i, arena) : "";

        if (str_starts(own, name))
            str_addf(&str, "%susb:%s", str.length > 0 ? _(" or ") : "", own);
    }
    arena_free(arena);
    return err_set(err, ERR_USAGE, "There are several of them: %s.",
                   str_text(&str));
}

bool cli_usb(struct plan *plan, const char *text, bool is_given,
             bool despite_claims, struct err *err)
{
    char *name CLEANUP(mem_free) = str_printable(text);
    size_t matches;
    long index = usb_find(plan, text, &matches);
    const struct usb_device *device;

    if (matches > 1)
        return refuse_alike(plan, name, err);
    if (index < 0)
        return err_set(err, ERR_USAGE,
                       "There is no USB device %.40s here. See: virt-tune show "
                       "groups.",
                       name);
    if (!is_given && !plan->is_usb_given[index])
        return refuse_take(text, err);
    device = usb_plugged(plan, (size_t)index);
    if (device && is_given && !plan->is_usb_given[index] &&
        needs_asking(&device->claim, despite_claims))
        return refuse_claim(name, &device->claim, err);
    plan->is_usb_given[index] = is_given;
    return true;
}

static bool take_boot(struct plan *plan, long index, const char *value,
                      struct err *err)
{
    const char *obstacle = device_boot_obstacle(plan, (size_t)index);
    unsigned long order = 0;

    if (strcmp(value, "off") != 0 &&
        (!str_number(value, BOOT_MAX, &order) || order == 0))
        return err_set(err, ERR_USAGE,
                       "--boot takes a place from 1 to %d, or off, as in "
                       "--boot 01:00.0=1.",
                       BOOT_MAX);
    if (order > 0 && obstacle)
        return err_set(err, ERR_REFUSED, "--boot: %s", obstacle);
    device_set_boot(plan, (size_t)index, (unsigned)order);
    return true;
}

static bool take_rom(struct plan *plan, long index, const char *value,
                     struct err *err)
{
    if (!plan->is_given[index])
        return err_set(err, ERR_REFUSED,
                       "--rom: The guest does not get this device.");
    return device_set_rom(plan, (size_t)index, value) ||
           err_set(err, ERR_USAGE,
                   "--rom takes on, off, default, or the absolute path of a "
                   "file, as in --rom 01:00.0=off.");
}

bool cli_tell(struct plan *plan, const char *text, bool is_rom, struct err *err)
{
    char *address CLEANUP(mem_free) = mem_strdup(text);
    char *name CLEANUP(mem_free) = str_printable(text);
    char *equals = strchr(address, '=');
    long index;

    if (equals)
        *equals = '\0';
    index = equals ? device_find(plan->host, address) : -1;
    if (index < 0)
        return err_set(err, ERR_USAGE,
                       "--%s %.60s: name a PCI device and a value, as in "
                       "01:00.0=%s.",
                       is_rom ? "rom" : "boot", name, is_rom ? "off" : "1");
    return is_rom ? take_rom(plan, index, equals + 1, err)
                  : take_boot(plan, index, equals + 1, err);
}

/* Consent is to a device at a time; a plan file may be older than a mount. */
static bool check_plan_file(const struct options *options,
                            const struct plan *plan, struct err *err)
{
    struct arena *arena = arena_new();
    struct refusals refusals = {0};
    bool is_allowed;

    if (options->plan && !options->despite_claims)
        refusals = device_refusals(plan, arena);
    is_allowed =
        refusals.count == 0 ||
        refuse_claim(refusals.list[0].name, refusals.list[0].claim, err);
    arena_free(arena);
    return is_allowed;
}

static bool take_devices(const struct options *options, struct plan *plan,
                         struct err *err)
{
    struct plan *before = plan_copy(plan);
    bool is_fine = true;

    for (size_t i = 0; i < options->device_count && is_fine; i++) {
        const char *name = options->devices[i].address;
        bool is_given = options->devices[i].is_given;

        is_fine = str_starts(name, "usb:")
                      ? cli_usb(plan, name + strlen("usb:"), is_given,
                                options->despite_claims, err)
                      : take_pci(options, plan, name, is_given,
                                 before->is_given, err);
    }
    plan_free(before);
    return is_fine;
}

bool cli_devices(const struct options *options, struct plan *plan,
                 struct err *err)
{
    if (!check_plan_file(options, plan, err) ||
        !take_devices(options, plan, err))
        return false;
    for (size_t i = 0; i < options->tell_count; i++)
        if (!cli_tell(plan, options->tells[i].text, options->tells[i].is_rom,
                      err))
            return false;
    return true;
}
