/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, says what of the options can be used here and what is
 * proposed: from what libvirt, the host and the domain say, never from guesses.
 */
#include "plan/option_row.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/backing.h"
#include "plan/cell.h"
#include "plan/plan.h"

#include <string.h>

/* The newest libvirt whose features a file is trusted to be read with. */
enum { LIBVIRT_OF_FILES = 9000000 };

/* Values of OPTION_CPU_MODE and OPTION_SOURCE. */
enum { MODE_HOST_PASSTHROUGH = 1, MODE_MAXIMUM = 3, SOURCE_ANONYMOUS = 3 };

static bool is_listed(const char *const *list, const char *name)
{
    for (; *list; list++)
        if (strcmp(*list, name) == 0)
            return true;
    return false;
}

static bool has_host_cpu(const struct plan *plan)
{
    long mode = option_effective(plan, OPTION_CPU_MODE);

    return mode == MODE_HOST_PASSTHROUGH || mode == MODE_MAXIMUM;
}

static bool has_node_pages(const struct plan *plan)
{
    const xmlNode *page =
        xml_find(xml_root(plan->domain->xml), "memoryBacking/hugepages/page");

    return page && (xml_next(page) ||
                    xmlHasProp((xmlNode *)page, (const xmlChar *)"nodeset"));
}

static const char *obstacle_version(const struct plan *plan,
                                    const struct option_row *option)
{
    unsigned long version = plan->domain->libvirt_version;

    if (version == 0 && option->since > LIBVIRT_OF_FILES)
        return _(
            "It needs a newer libvirt than 9.0, and a file does not say "
            "which one will read it.");
    if (version > 0 && option->since > version)
        return _("This libvirt is too old to know it.");
    return NULL;
}

static const char *obstacle_machine(const struct plan *plan,
                                    const struct option_row *option)
{
    bool is_of_pc = option->part == PART_HYPERV || option->part == PART_CLOCK ||
                    option->part == PART_KVM || option->part == PART_MACHINE ||
                    option->part == PART_FEATURES;

    if (!domain_is_qemu(plan->domain))
        return _("This is no domain of QEMU's.");
    if (is_of_pc && !plan->domain->is_pc)
        return _("Only x86 guests have it.");
    return NULL;
}

static const char *obstacle_hyperv(const struct plan *plan,
                                   const struct option_row *option)
{
    const struct domain *domain = plan->domain;

    if (option->hyperv && domain->hyperv_offered &&
        !is_listed(domain->hyperv_offered, option->hyperv))
        return _("libvirt does not offer it: this kernel or QEMU lacks it.");
    if (option->detail && domain->hyperv_details &&
        !is_listed(domain->hyperv_details, option->detail))
        return _("libvirt does not offer it: this kernel or QEMU lacks it.");
    return NULL;
}

/* Single hints, on or off, are nothing where <hyperv> stands for all. */
static const char *obstacle_mode(const struct plan *plan,
                                 const struct option_row *option)
{
    const char *mode =
        option->part == PART_HYPERV ? option_hyperv_mode(plan) : NULL;

    if (!mode)
        return NULL;
    return strcmp(mode, "passthrough") == 0
               ? _("The domain takes all that the host has "
                   "(mode='passthrough').")
               : _("The domain takes what libvirt chooses "
                   "(mode='host-model').");
}

static const char *obstacle_hugepages(const struct plan *plan)
{
    if (has_node_pages(plan))
        return _("The domain chooses pages for each guest node; that is left.");
    if (plan->host->memory.pool_count == 0)
        return _("The host's huge page pools could not be read.");
    if (option_effective(plan, OPTION_SOURCE) == SOURCE_ANONYMOUS)
        return _("The domain asks for anonymous memory; libvirt refuses both.");
    if (xml_has(
            xml_find(xml_root(plan->domain->xml), "memoryBacking/allocation"),
            "mode", "ondemand"))
        return _("The domain asks for memory on demand; libvirt refuses both.");
    return NULL;
}

/* Of which sizes another host has pages is not always told. */
static const char *refusal_page(const struct plan *plan, long value)
{
    if ((value & (value - 1)) != 0)
        return "The size of a page is a power of two, such as 2M or 1G.";
    return plan->host->remote ||
                   memory_pool(&plan->host->memory, (unsigned long)value)
               ? NULL
               : "The host has no pages of this size: choose another one.";
}

/* A real-time task may only have CPUs on which nothing else has to run. */
static const char *obstacle_vcpusched(const struct plan *plan)
{
    cpu_set_t guest = plan_guest_cpus(plan);
    bool is_apart = !cpuset_is_empty(&plan->emulatorpin) &&
                    !cpuset_intersects(&guest, &plan->emulatorpin);

    for (unsigned i = 0; i < plan->iothread_count; i++)
        is_apart &= !cpuset_is_empty(&plan->iothreads[i].cpus) &&
                    !cpuset_intersects(&guest, &plan->iothreads[i].cpus);
    for (unsigned i = 0; i < plan->vcpus; i++) {
        int cpu;

        if (!plan_pin(plan, i, &cpu))
            return _("Every vCPU has to be pinned to a CPU of its own first.");
        if (!CPU_ISSET((size_t)cpu, &plan->host->cpu.isolated))
            return _(
                "A spinning vCPU would starve the kernel's tasks: its CPUs "
                "have to be isolated at boot (isolcpus=).");
    }
    if (CPU_COUNT(&guest) != (int)plan->vcpus)
        return _("Every vCPU has to be pinned to a CPU of its own first.");
    return is_apart ? NULL
                    : _("Emulator and I/O threads have to be pinned elsewhere "
                        "first.");
}

/* A wish for a thread that is not there, or no longer. */
static const char *obstacle_iothread(const struct plan *plan, long value)
{
    for (unsigned i = 0; i < plan->iothread_count; i++)
        if (plan->iothreads[i].id == (unsigned long)value)
            return NULL;
    if (plan->iothread_count == 0 && value == 1 &&
        plan->options[OPTION_SCSI_IOTHREAD] != value)
        return NULL; /* it is made with it */
    return _("The plan has no such I/O thread.");
}

static const char *obstacle_devices(const struct plan *plan,
                                    enum option_scope scope)
{
    static const char *const texts[] = {
        [SCOPE_DISKS] = "The domain has no disk on a file or a device.",
        [SCOPE_VIRTIO_DISKS] =
            "The domain has no virtio disk on a file or a device.",
        [SCOPE_SCSI] = "The domain has no virtio-scsi controller.",
        [SCOPE_NETS] =
            "The domain has no virtio network interface that is "
            "connected by the kernel.",
        [SCOPE_BUSES] = "The domain has no SATA or IDE disk.",
        [SCOPE_CARDS] = "The domain has no emulated network card.",
    };

    return scope == SCOPE_ONE ||
                   option_device(xml_root(plan->domain->xml), scope, NULL)
               ? NULL
               : text_of(texts[scope]);
}

/* libvirt takes features with a model only, named or the host's. */
static const char *obstacle_feature(const struct plan *plan, enum option_id id)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    bool is_emulated = xml_has(xml_root(plan->domain->xml), "type", "qemu");

    if (option_is_off(plan, OPTION_CPU_MODE) &&
        !xml_find(xml_root(plan->domain->xml), "cpu/model"))
        return "The domain names no CPU model: choose one first (cpu.mode).";
    if (id == OPTION_HYPERVISOR || (is_emulated && id == OPTION_SVM))
        return NULL;
    if (is_emulated)
        return "QEMU does not emulate it.";
    if (!cpu->has_flags)
        return "The flags of this host's CPU could not be read.";
    if (id == OPTION_VMX)
        return cpu->has_vmx
                   ? NULL
                   : "This host's CPU has no such flag; only Intel's have.";
    return cpu->has_svm ? NULL
                        : "This host's CPU has no such flag; only AMD's have.";
}

/* For guests of a guest. */
static const char *refusal_nested(const struct plan *plan)
{
    const struct kernel *kernel = &plan->host->kernel;

    if (kernel->has_nested ||
        xml_has(xml_root(plan->domain->xml), "type", "qemu"))
        return NULL;
    return kernel->knows_nested
               ? "KVM keeps it from guests here: its module's parameter nested "
                 "is off."
               : "Whether KVM gives it to guests here could not be read "
                 "(parameter nested of its module).";
}

/* Before 9.0 libvirt may want the host's own CPU beside it. */
static const char *obstacle_width(const struct plan *plan, enum option_id id)
{
    unsigned long version = plan->domain->libvirt_version;

    if (version > 0 && version < 9000000 && !has_host_cpu(plan))
        return "Before 9.0 libvirt has it only with CPU model host-passthrough "
               "(or maximum).";
    if (id == OPTION_MAXPHYSADDR_LIMIT &&
        option_effective(plan, OPTION_MAXPHYSADDR) > OPTION_ON)
        return "It limits the host's own address width; here a number stands "
               "in its place.";
    return NULL;
}

static const char *refusal_width(const struct plan *plan, long value)
{
    unsigned bits = plan->host->cpu.physical_bits;

    if (bits == 0)
        return "How many address bits the host has could not be read.";
    return value > (long)bits ? "The host has fewer address bits; libvirt "
                                "refuses more."
                              : NULL;
}

static const char *obstacle_cpu(const struct plan *plan, enum option_id id)
{
    const struct cpu_topology *cpu = &plan->host->cpu;

    if (id == OPTION_TOPOEXT)
        return cpu->has_topoext ? NULL
               : cpu->has_flags
                   ? _("This host's CPU has no such flag; only AMD's have.")
                   : _("The flags of the host's CPU could not be read.");
    if (id == OPTION_INVTSC &&
        xml_has(xml_root(plan->domain->xml), "type", "qemu"))
        return _("Only KVM has it: an emulated guest does not start with it.");
    if (id == OPTION_INVTSC && !cpu->has_nonstop_tsc)
        return _(
            "The host's TSC does not run at one rate always, or its flags "
            "could not be read.");
    if (!has_host_cpu(plan))
        return _("Only with CPU model host-passthrough (or maximum).");
    return NULL;
}

/*
 * Not in libvirt's list, but of the same part of KVM, which a kernel since
 * 6.8 may be built without (CONFIG_KVM_HYPERV): QEMU ends then when it sets
 * the clock's register. An emulated guest starts with it.
 */
static const char *obstacle_hypervclock(const struct plan *plan)
{
    const char **offered = plan->domain->hyperv_offered;

    return plan->domain->is_kvm && offered && !is_listed(offered, "relaxed") &&
                   !is_listed(offered, "vpindex")
               ? _("This kernel's KVM knows no Hyper-V: the guest would not "
                   "start.")
               : NULL;
}

/* Of one row each. */
static const char *obstacle_own(const struct plan *plan, enum option_id id)
{
    if (id >= OPTION_ISOLATE)
        return option_host_obstacle(plan, id);
    switch (id) {
    case OPTION_HUGEPAGES:
        return obstacle_hugepages(plan);
    case OPTION_HUGEPAGES_RESERVE:
        if (option_effective(plan, OPTION_HUGEPAGES) == OPTION_ON)
            return _("The domain names no page size, so none can be reserved.");
        return plan->hook_obstacle;
    case OPTION_HV_EVMCS:
        return strcmp(plan->host->cpu.vendor, "GenuineIntel") == 0
                   ? NULL
                   : _("Only Intel's CPUs have VMCSs.");
    case OPTION_HYPERVCLOCK:
        return obstacle_hypervclock(plan);
    case OPTION_HV_AVIC:
        if (plan->host->remote)
            return "Whether KVM uses APICv or AVIC is not told of another "
                   "host.";
        return plan->host->kernel.has_apicv
                   ? NULL
                   : _("KVM uses neither APICv nor AVIC here: the guest would "
                       "get slower.");
    case OPTION_CACHE:
    case OPTION_TOPOEXT:
    case OPTION_INVTSC:
    case OPTION_MIGRATABLE:
    case OPTION_KVM_HINT_DEDICATED:
        return obstacle_cpu(plan, id);
    case OPTION_MAXPHYSADDR:
    case OPTION_MAXPHYSADDR_LIMIT:
        return obstacle_width(plan, id);
    case OPTION_VMX:
    case OPTION_SVM:
        return obstacle_feature(plan, id);
    case OPTION_VCPUSCHED:
        return obstacle_vcpusched(plan);
    case OPTION_IOTHREADS_IDLE:
        return option_now(plan, id) == OPTION_ON
                   ? NULL
                   : "The domain has none that nothing uses.";
    case OPTION_DISKS_BUS:
    case OPTION_NET_MODEL:
        return option_bus_obstacle(plan, id);
    default:
        return NULL;
    }
}

/* Of the first of these that is off and cannot be switched on. */
static const char *obstacle_first(const struct plan *plan,
                                  const enum option_id *ids)
{
    const char *obstacle = NULL;

    for (; !obstacle && *ids != OPTION_NONE; ids++)
        if (option_is_off(plan, *ids))
            obstacle = option_obstacle(plan, *ids);
    return obstacle;
}

const char *option_obstacle(const struct plan *plan, enum option_id id)
{
    const struct option_row *option = option_get(id);
    const char *obstacle = obstacle_mode(plan, option);

    if (obstacle)
        return obstacle;
    if (option_now(plan, id) == OPTION_OTHER && !option->replaces)
        return _(
            "It was set by hand to something that virt-tune does not know, "
            "and is left so.");
    obstacle = obstacle_machine(plan, option);
    if (!obstacle)
        obstacle = obstacle_version(plan, option);
    if (!obstacle && option->part == PART_HYPERV)
        obstacle = obstacle_hyperv(plan, option);
    if (!obstacle)
        obstacle = obstacle_devices(plan, option->place.scope);
    if (!obstacle)
        obstacle = obstacle_own(plan, id);
    if (!obstacle)
        obstacle = obstacle_first(plan, option_needs(id));
    if (!obstacle)
        obstacle = obstacle_first(plan, option_wants(plan, id));
    return obstacle;
}

bool option_needs_discard(const struct plan *plan)
{
    return !option_is_off(plan, OPTION_HV_AVIC) &&
           strcmp(plan->host->cpu.vendor, "GenuineIntel") != 0;
}

bool option_has_secure_boot(const xmlNode *root)
{
    const xmlNode *feature = xml_find(root, "os/firmware/feature");

    for (; feature; feature = xml_next(feature))
        if (xml_has(feature, "enabled", "yes") &&
            (xml_has(feature, "name", "secure-boot") ||
             xml_has(feature, "name", "enrolled-keys")))
            return true;
    return xml_has(xml_find(root, "os/loader"), "secure", "yes");
}

static const char *refusal_off(const struct plan *plan, enum option_id id)
{
    const struct option_row *option = option_get(id);
    const xmlNode *root = xml_root(plan->domain->xml);
    const char *obstacle = obstacle_mode(plan, option);

    if (obstacle)
        return obstacle;
    if (option_now(plan, id) == OPTION_OTHER && !option->replaces)
        return _(
            "It was set by hand to something that virt-tune does not know, "
            "and is left so.");
    if (id == OPTION_SMM && option_has_secure_boot(root))
        return _("Secure Boot needs it.");
    if (id == OPTION_SMM && xml_find(root, "features/smm/tseg"))
        return "<tseg> stands in it, which libvirt would drop in silence: "
               "remove that first (virsh edit).";
    if (id == OPTION_MIGRATABLE)
        return obstacle_cpu(plan, id);
    if (id == OPTION_HYPERVISOR)
        return obstacle_feature(plan, id);
    if (id == OPTION_CPU_MODE || id == OPTION_CLOCK_OFFSET)
        return _("It has to have some value.");
    return obstacle_machine(plan, option);
}

static const char *refusal_source(const struct plan *plan, long value)
{
    const char **sources = plan->domain->memory_sources;

    if (value == SOURCE_ANONYMOUS && !option_is_off(plan, OPTION_HUGEPAGES))
        return _("The domain has huge pages; libvirt refuses both.");
    if (sources &&
        !is_listed(sources, option_get(OPTION_SOURCE)->words[value - 1]))
        return _("libvirt does not offer it.");
    return NULL;
}

static const char *refusal_mode(const struct plan *plan, long value)
{
    bool is_host = value == MODE_HOST_PASSTHROUGH;

    if (is_host && (plan->domain->lacks_host_passthrough ||
                    xml_has(xml_root(plan->domain->xml), "type", "qemu")))
        return _("Only KVM can give the host's own CPU.");
    return value != MODE_MAXIMUM && !plan->domain->is_pc
               ? _("Only x86 guests have it.")
               : NULL;
}

/* The schema has <catchup> with that policy of a timer only. */
static bool has_catchup(const struct plan *plan, enum option_id id)
{
    return (id == OPTION_RTC || id == OPTION_PIT) &&
           xml_child(option_find_place(xml_root(plan->domain->xml),
                                       &option_get(id)->place),
                     "catchup");
}

const char *option_refusal(const struct plan *plan, enum option_id id,
                           long value)
{
    const char *refusal;

    if (value == OPTION_KEEP ||
        (id == OPTION_MIGRATABLE && value == OPTION_ON)) /* the default */
        return NULL;
    if (has_catchup(plan, id) && value != option_now(plan, id))
        return _(
            "The timer has limits for catching up, <catchup>, which go with "
            "no other policy; take them out by virsh edit first.");
    if (value == OPTION_OFF)
        return refusal_off(plan, id);
    refusal = option_obstacle(plan, id);
    if (!refusal && id == OPTION_HUGEPAGES && value > OPTION_ON)
        refusal = refusal_page(plan, value);
    if (!refusal && id == OPTION_SOURCE)
        refusal = refusal_source(plan, value);
    if (!refusal && id == OPTION_CPU_MODE)
        refusal = refusal_mode(plan, value);
    if (!refusal && (id == OPTION_VMX || id == OPTION_SVM) && value == 1)
        refusal = refusal_nested(plan);
    if (!refusal && id == OPTION_MAXPHYSADDR && value > OPTION_ON)
        refusal = refusal_width(plan, value);
    if (!refusal && id == OPTION_SCSI_IOTHREAD)
        refusal = obstacle_iothread(plan, value);
    if (!refusal && id == OPTION_PMU && value == OPTION_ON &&
        plan->host->cpu.is_hybrid)
        refusal = _("KVM gives no counters on hosts with P- and E-cores.");
    return refusal;
}

/*
 * Huge pages are proposed only where the guest will start with them: there are
 * enough already, or the hook can reserve them from free memory.
 */
static bool can_have_pages(const struct plan *plan, unsigned long size_kib)
{
    const struct memory *memory = &plan->host->memory;
    const struct page_pool *pool = memory_pool(memory, size_kib);
    unsigned long needed_kib = backing_pages(plan, size_kib) * size_kib;
    unsigned long usable_kib;

    if (!pool || needed_kib == 0 || backing_odd_kib(plan, size_kib) > 0 ||
        !cell_can_have_pages(plan, size_kib))
        return false;
    usable_kib = page_pool_usable(pool) * size_kib;
    return usable_kib >= needed_kib ||
           (!plan->hook_obstacle &&
            usable_kib + memory->available_kib >= needed_kib + MEMORY_HOST_KIB);
}

/* True if a back end maps the memory and would get it by sharing it. */
static bool wants_sharing(const struct plan *plan)
{
    bool is_refused;

    return backing_sharer(plan, &is_refused) &&
           backing_is_shared(plan, OPTION_ON);
}

/* True if the guest's CPUs share one L3, or it is told of each L3 (dies). */
static bool knows_its_caches(const struct plan *plan)
{
    const struct cpu_topology *cpu = &plan->host->cpu;
    cpu_set_t guest = plan_guest_cpus(plan);
    unsigned used = 0;

    for (unsigned i = 0; i < cpu->l3_count; i++)
        used += cpuset_intersects(&guest, &cpu->l3[i].cpus);
    return plan_is_pinned(plan) && (used == 1 || used == plan->topology.dies);
}

static bool has_own_cpus(const struct plan *plan)
{
    cpu_set_t guest = plan_guest_cpus(plan);

    return plan_is_pinned(plan) && CPU_COUNT(&guest) == (int)plan->vcpus;
}

static bool gives_a_device(const struct plan *plan)
{
    for (size_t i = 0; i < plan->host->pci.device_count; i++)
        if (plan->is_given[i])
            return true;
    return plan->domain->hostdev_count > 0;
}

bool option_is_idle(const struct plan *plan, enum option_id id)
{
    enum plan_part part = option_get(id)->part;

    return xml_has(xml_root(plan->domain->xml), "type", "qemu") &&
           (part == PART_HYPERV || part == PART_KVM ||
            id == OPTION_HYPERVCLOCK || id == OPTION_KVMCLOCK ||
            id == OPTION_INVTSC);
}

/* What has to be so for a proposal beyond that it can be used. */
static bool is_of_use(const struct plan *plan, enum option_id id)
{
    const struct option_row *option = option_get(id);
    const struct domain *domain = plan->domain;
    bool is_own_cpu =
        option_effective(plan, OPTION_CPU_MODE) == MODE_HOST_PASSTHROUGH;

    if (id >= OPTION_ISOLATE)
        return option_host_is_of_use(plan, id);
    if (option_is_idle(plan, id))
        return false;
    switch (id) {
    case OPTION_HUGEPAGES:
        return can_have_pages(plan, (unsigned long)option->on);
    case OPTION_TOPOEXT:
        return plan->topology.threads > 1 && is_own_cpu;
    case OPTION_MEMBALLOON:
        return gives_a_device(plan);
    case OPTION_SOURCE:
        return wants_sharing(plan) && option_is_off(plan, OPTION_HUGEPAGES);
    case OPTION_ACCESS:
        return wants_sharing(plan) && !backing_is_shared(plan, OPTION_OFF);
    case OPTION_CACHE:
        return is_own_cpu && knows_its_caches(plan);
    case OPTION_KVM_HINT_DEDICATED:
        return has_own_cpus(plan);
    case OPTION_HV_AVIC:
    case OPTION_HV_XMM_INPUT: /* only where libvirt says so */
        return domain->hyperv_offered != NULL;
    case OPTION_HV_STIMER_DIRECT:
    case OPTION_HV_TLBFLUSH_EXTENDED:
        return domain->hyperv_details != NULL;
    default:
        return true;
    }
}

static enum option_proposed proposed(const struct plan *plan, enum option_id id)
{
    const struct option_row *option = option_get(id);

    switch (plan->guest) {
    case GUEST_WINDOWS:
        return option->windows;
    case GUEST_LINUX:
        return option->linux_guest;
    case GUEST_UNKNOWN:
    case GUEST_OTHER:
    case GUEST_KIND_COUNT:
        break;
    }
    return option->other_guest;
}

/* False if one of these is off and would stay so. */
static bool will_have(const struct plan *plan, const enum option_id *ids)
{
    for (; *ids != OPTION_NONE; ids++)
        if (option_is_off(plan, *ids) &&
            option_proposal(plan, *ids) == OPTION_KEEP)
            return false;
    return true;
}

/* What "on" means here: re-injected ticks of the PIT stop AMD's AVIC. */
static long value_to_propose(const struct plan *plan, enum option_id id)
{
    return id == OPTION_PIT && option_needs_discard(plan) ? OPTION_PIT_DISCARD
                                                          : option_get(id)->on;
}

long option_proposal(const struct plan *plan, enum option_id id)
{
    enum option_proposed what = proposed(plan, id);
    long now = option_now(plan, id);
    long value = what == PROPOSE_ON ? value_to_propose(plan, id) : OPTION_OFF;

    /* What somebody chose is not proposed away. */
    if (what == PROPOSE_NOTHING ||
        (what == PROPOSE_ON ? now != OPTION_OFF : now != OPTION_ON))
        return OPTION_KEEP;
    if (option_refusal(plan, id, value) || !is_of_use(plan, id))
        return OPTION_KEEP;
    if (value == OPTION_OFF)
        return value;
    if (!will_have(plan, option_needs(id)) ||
        !will_have(plan, option_wants(plan, id)))
        return OPTION_KEEP;
    for (const enum option_id *other = option_conflicts(id);
         *other != OPTION_NONE; other++)
        if (!option_is_off(plan, *other))
            return OPTION_KEEP;
    return value;
}
