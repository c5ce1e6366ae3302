/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan and a running domain, moves its threads by libvirt. Only the
 * live state is changed; the definition is the business of apply.
 */
#include "apply/live.h"

#include "apply/hold.h"
#include "base/text.h"

#include <libvirt/libvirt.h>
#include <stdlib.h>
#include <string.h>

enum { MAP_BYTES = CPU_SETSIZE / 8 };

static void to_map(const cpu_set_t *cpus, unsigned char *map)
{
    memset(map, 0, MAP_BYTES);
    for (int i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, cpus))
            VIR_USE_CPU(map, i);
}

static cpu_set_t from_map(const unsigned char *map)
{
    cpu_set_t cpus = cpuset_empty();

    for (int i = 0; i < CPU_SETSIZE; i++)
        if (VIR_CPU_USED(map, i))
            CPU_SET(i, &cpus);
    return cpus;
}

/* What libvirt says of a thread's CPUs. */
enum reading {
    READING_FAILED,
    READING_NONE, /* the running guest has no such thread yet */
    READING_DONE,
};

static enum reading read_vcpu(virDomainPtr domain, unsigned number,
                              cpu_set_t *cpus)
{
    unsigned char *maps = mem_alloc((size_t)number + 1, MAP_BYTES);
    int got = virDomainGetVcpuPinInfo(domain, (int)number + 1, maps, MAP_BYTES,
                                      VIR_DOMAIN_AFFECT_LIVE);

    *cpus = from_map(maps + (size_t)number * MAP_BYTES);
    free(maps);
    return got > (int)number ? READING_DONE : READING_FAILED;
}

static enum reading read_iothread(virDomainPtr domain, unsigned number,
                                  cpu_set_t *cpus)
{
    virDomainIOThreadInfoPtr *list = NULL;
    int count = virDomainGetIOThreadInfo(domain, &list, VIR_DOMAIN_AFFECT_LIVE);
    enum reading reading = count < 0 ? READING_FAILED : READING_NONE;

    for (int i = 0; i < count; i++) {
        unsigned char map[MAP_BYTES] = {0};

        if (list[i]->iothread_id == number) {
            memcpy(map, list[i]->cpumap,
                   list[i]->cpumaplen < MAP_BYTES ? (size_t)list[i]->cpumaplen
                                                  : MAP_BYTES);
            *cpus = from_map(map);
            reading = READING_DONE;
        }
        virDomainIOThreadInfoFree(list[i]);
    }
    free(list);
    return reading;
}

static enum reading read_pin(virDomainPtr domain, const struct live_pin *pin,
                             cpu_set_t *cpus)
{
    unsigned char map[MAP_BYTES] = {0};

    switch (pin->kind) {
    case LIVE_VCPU:
        return read_vcpu(domain, pin->number, cpus);
    case LIVE_IOTHREAD:
        return read_iothread(domain, pin->number, cpus);
    default:
        if (virDomainGetEmulatorPinInfo(domain, map, MAP_BYTES,
                                        VIR_DOMAIN_AFFECT_LIVE) < 0)
            return READING_FAILED;
        *cpus = from_map(map);
        return READING_DONE;
    }
}

static bool set_pin(virDomainPtr domain, const struct live_pin *pin,
                    const cpu_set_t *cpus)
{
    unsigned char map[MAP_BYTES];

    to_map(cpus, map);
    switch (pin->kind) {
    case LIVE_VCPU:
        return virDomainPinVcpuFlags(domain, pin->number, map, MAP_BYTES,
                                     VIR_DOMAIN_AFFECT_LIVE) == 0;
    case LIVE_IOTHREAD:
        return virDomainPinIOThread(domain, pin->number, map, MAP_BYTES,
                                    VIR_DOMAIN_AFFECT_LIVE) == 0;
    default:
        return virDomainPinEmulator(domain, map, MAP_BYTES,
                                    VIR_DOMAIN_AFFECT_LIVE) == 0;
    }
}

/* Only what the running guest has: a new vCPU or I/O thread comes later. */
static void want(struct live_report *report, virDomainPtr domain,
                 enum live_kind kind, unsigned number, const cpu_set_t *cpus)
{
    struct live_pin pin = {.kind = kind, .number = number, .after = *cpus};
    enum reading reading = cpuset_is_empty(cpus)
                               ? READING_NONE
                               : read_pin(domain, &pin, &pin.before);

    report->unread += reading == READING_FAILED;
    if (reading != READING_DONE || CPU_EQUAL(&pin.before, &pin.after))
        return;
    report->pins =
        mem_realloc(report->pins, report->count + 1, sizeof(*report->pins));
    report->pins[report->count++] = pin;
}

static void look(const struct plan *plan, virDomainPtr domain,
                 struct live_report *report)
{
    int vcpus = virDomainGetVcpusFlags(domain, VIR_DOMAIN_AFFECT_LIVE |
                                                   VIR_DOMAIN_VCPU_MAXIMUM);

    /* Where libvirt does not say how many, reading each one tells. */
    for (unsigned i = 0; i < plan->vcpus && (vcpus < 0 || (int)i < vcpus); i++)
        want(report, domain, LIVE_VCPU, i, &plan->vcpupin[i]);
    want(report, domain, LIVE_EMULATOR, 0, &plan->emulatorpin);
    for (unsigned i = 0; i < plan->iothread_count; i++)
        want(report, domain, LIVE_IOTHREAD, plan->iothreads[i].id,
             &plan->iothreads[i].cpus);
}

static bool move(virDomainPtr domain, const struct live_pin *pin,
                 struct err *err)
{
    cpu_set_t now;

    if (!set_pin(domain, pin, &pin->after))
        return conn_error(err, ERR_FAILED,
                          _("A thread of the running guest cannot be moved"));
    return (read_pin(domain, pin, &now) == READING_DONE &&
            CPU_EQUAL(&now, &pin->after)) ||
           err_set(err, ERR_FAILED,
                   "libvirt did not move a thread of the running guest where "
                   "it was told.");
}

/* It counts as back if it is where it was, whatever the call said. */
static bool move_back(virDomainPtr domain, const struct live_pin *pin)
{
    bool is_set = set_pin(domain, pin, &pin->before);
    cpu_set_t now;

    return read_pin(domain, pin, &now) == READING_DONE
               ? CPU_EQUAL(&now, &pin->before) != 0
               : is_set;
}

static bool move_all(virDomainPtr domain, const struct live_report *report,
                     struct err *err)
{
    size_t done = 0, left = 0;

    while (done < report->count && move(domain, &report->pins[done], err))
        done++;
    if (done == report->count)
        return true;
    for (size_t i = done + 1; i-- > 0;)
        left += !move_back(domain, &report->pins[i]);
    if (left == 0)
        return err_add(err, "All of its threads are where they were.");
    err->code = ERR_NOT_RESTORED;
    return err_add(err, "Not all of its threads could be moved back.");
}

static virDomainPtr find(const struct target *target, const struct plan *plan,
                         struct err *err)
{
    virDomainPtr domain = virDomainLookupByUUIDString(conn_handle(target->conn),
                                                      plan->domain->uuid);

    if (!domain)
        conn_error(err, ERR_FAILED, _("The domain cannot be looked up"));
    return domain;
}

bool live_look(const struct target *target, const struct plan *plan,
               struct live_report *report, struct err *err)
{
    virDomainPtr domain CLEANUP(conn_free_domain) = find(target, plan, err);

    *report = (struct live_report){0};
    if (domain)
        look(plan, domain, report);
    return domain != NULL;
}

bool live_apply(const struct target *target, const struct plan *plan,
                struct live_report *report, struct err *err)
{
    virDomainPtr domain CLEANUP(conn_free_domain) = find(target, plan, err);
    struct hold hold;
    bool is_moved;

    *report = (struct live_report){0};
    if (!domain)
        return false;
    hold_begin(&hold);
    look(plan, domain, report);
    is_moved = move_all(domain, report, err);
    hold_end(&hold);
    return is_moved;
}

void live_free(struct live_report *report)
{
    free(report->pins);
    *report = (struct live_report){0};
}
