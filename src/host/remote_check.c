/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the facts of another machine's host, gives its verdict on what libvirt
 * tells. All that only files over there can tell is unknown.
 */
#include "host/check_row.h"

#include "base/text.h"

#include <string.h>

static void remote_virtualization(const struct look *look)
{
    const struct host *host = look->host;

    if (host->cpu.has_vmx || host->cpu.has_svm || host->kernel.has_kvm)
        check_answer(look, VERDICT_OK, "The CPU offers virtualization",
                     host->cpu.has_vmx   ? "VT-x"
                     : host->cpu.has_svm ? "AMD-V"
                                         : "KVM runs on it",
                     "");
}

static void remote_kvm(const struct look *look)
{
    if (look->host->kernel.has_kvm)
        check_answer(look, VERDICT_OK, "KVM is there",
                     "libvirt offers it to guests", "");
    else
        check_answer(look, VERDICT_FAIL, "KVM is not offered to guests",
                     "libvirt has only emulation",
                     "Over there: is virtualization on in the firmware, and "
                     "the module of KVM loaded? virt-host-validate tells.");
}

static void remote_iommu(const struct look *look)
{
    const struct pci *pci = &look->host->pci;

    if (pci->group_count > 0)
        check_answer(look, VERDICT_OK, "The IOMMU is on",
                     arena_printf(look->arena, "%zu groups", pci->group_count),
                     "");
    else if (!pci->problem && pci->device_count > 0)
        check_answer(look, VERDICT_FAIL, "The IOMMU is off",
                     "no device has a group",
                     "Run virt-tune show host over there: it says what to "
                     "change.");
}

/* That it is possible takes more than libvirt tells. */
static void remote_passthrough(const struct look *look)
{
    struct finding need = *look->finding;
    struct look one = *look;

    one.finding = &need;
    remote_iommu(&one);
    if (need.verdict == VERDICT_FAIL)
        check_answer(look, VERDICT_WARN, "PCI passthrough is not possible",
                     need.text, need.fix);
    else
        look->finding->text = _("PCI passthrough: not known");
}

static void remote_cpus_check(const struct look *look)
{
    const struct cpu_topology *cpu = &look->host->cpu;
    const char *threads = cpu->has_smt ? _("threads are pinned in pairs")
                                       : _("one thread for each core");
    const char *kinds =
        cpu->is_hybrid ? "" : _("; kinds of cores are not told");

    if (!cpuset_is_empty(&cpu->offline))
        check_answer(look, VERDICT_NOTE, "Some CPUs are offline",
                     arena_printf(look->arena, "CPUs %s%s",
                                  cpuset_text(look->arena, &cpu->offline),
                                  kinds),
                     "");
    else
        check_answer(look, VERDICT_OK, "All CPUs are online",
                     arena_printf(look->arena, "%s%s", threads, kinds), "");
}

static void tell_pool(const struct look *look, unsigned long size_kib,
                      const char *some, const char *none)
{
    const struct page_pool *pool = memory_pool(&look->host->memory, size_kib);

    if (pool)
        check_answer(look, pool->total > 0 ? VERDICT_OK : VERDICT_NOTE,
                     pool->total > 0 ? some : none,
                     arena_printf(look->arena, "%lu, %lu of them free",
                                  pool->total, pool->free),
                     "");
}

static void remote_pages(const struct look *look)
{
    tell_pool(look, 2048, "2 MiB huge pages are reserved",
              "No huge pages are reserved");
}

static void remote_large_pages(const struct look *look)
{
    tell_pool(look, 1048576, "1 GiB huge pages are reserved",
              "No 1 GiB huge pages are reserved");
}

static const struct {
    const char *id;
    void (*run)(const struct look *look); /* may leave it unknown */
} told[] = {
    {"passthrough", remote_passthrough},
    {"virtualization", remote_virtualization},
    {"kvm", remote_kvm},
    {"iommu", remote_iommu},
    {"cpus", remote_cpus_check},
    {"hugepages", remote_pages},
    {"hugepages-1g", remote_large_pages},
};

void check_remote(const struct look *look)
{
    check_answer(
        look, VERDICT_UNKNOWN,
        arena_printf(look->arena, "%s: could not look", look->finding->id),
        "another host", "Run virt-tune over there to see it.");
    for (size_t i = 0; i < ARRAY_SIZE(told); i++) {
        if (strcmp(told[i].id, look->finding->id) != 0)
            continue;
        look->finding->source = _("what libvirt tells of its host");
        told[i].run(look);
    }
}
