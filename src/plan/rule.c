/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, gives verdicts. A rule is a row; it looks at the plan's
 * values whoever chose them, and says nothing where there is nothing to say.
 */
#include "base/text.h"
#include "plan/about.h"
#include "plan/backing.h"
#include "plan/cell.h"
#include "plan/rule_row.h"

#include <string.h>

struct finding *rule_say(const struct rule *rule, struct findings *findings,
                         struct arena *arena, enum verdict verdict,
                         const char *text, const char *fix)
{
    struct finding *finding = findings_add(findings, arena, rule->id, verdict);

    finding->text = text_of(text);
    finding->topic = rule->topic;
    finding->about = about_rule(rule->id);
    finding->why = text_of(rule->why);
    finding->fix = text_of(fix);
    return finding;
}

void rule_about(struct findings *findings, const char *words)
{
    findings->list[findings->count - 1].about = words;
}

/*
 * A part that is no whole number of pages: QEMU rounds it up in a file of
 * hugetlbfs, but not below one page, and not at all in a memfd. True if the
 * guest does not start.
 */
static bool has_odd_part(const struct plan *plan, unsigned long size,
                         struct arena *arena, const struct rule *rule,
                         struct findings *findings)
{
    enum { MEMFD = 1 };
    unsigned long odd = backing_odd_kib(plan, size);
    bool is_memfd = option_effective(plan, OPTION_SOURCE) == MEMFD;
    bool can_round = plan_rounded_kib(plan, size) > plan->domain->memory_kib;

    if (odd == 0)
        return false;
    if (odd < size || is_memfd) {
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 arena_printf(arena,
                              "%lu KiB of the guest's memory are no whole "
                              "number of huge pages",
                              odd),
                 can_round ? "The guest does not start. Round it up: --set "
                             "hugepages names a size."
                           : "The guest does not start. Round up each guest "
                             "node and memory device: virsh edit.");
        return true;
    }
    rule_say(rule, findings, arena, VERDICT_NOTE,
             arena_printf(arena,
                          "%lu KiB of the guest's memory do not fill their "
                          "last huge page",
                          odd),
             "It is reserved all the same. With memory.source=memfd the guest "
             "would not start.");
    return false;
}

static void rule_pages(const struct plan *plan, struct arena *arena,
                       const struct rule *rule, struct findings *findings)
{
    const struct memory *memory = &plan->host->memory;
    long size = option_effective(plan, OPTION_HUGEPAGES);
    const struct page_pool *pool =
        size > 1 ? memory_pool(memory, (unsigned long)size) : NULL;
    unsigned long needed, usable, missing_kib;

    if (size == OPTION_ON)
        rule_say(rule, findings, arena, VERDICT_NOTE,
                 "the huge pages have no size of their own",
                 "libvirt takes the host's default, and none can be reserved "
                 "at the start: --set hugepages=2M.");
    if (size <= 1 ||
        option_refusal(plan, OPTION_HUGEPAGES, plan->options[OPTION_HUGEPAGES]))
        return; /* said by rule_obstacles */
    if (!pool && plan->host->remote) {
        rule_say(rule, findings, arena, VERDICT_UNKNOWN,
                 arena_printf(arena,
                              "pages of %ld KiB: whether there are any is not "
                              "known",
                              size),
                 "libvirt does not tell it of the other host.");
        return;
    }
    if (!pool) {
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 arena_printf(arena, "the host has no pages of %ld KiB", size),
                 "Choose another page size.");
        return;
    }
    if (has_odd_part(plan, (unsigned long)size, arena, rule, findings))
        return;
    if (plan_memory_kib(plan) > plan->domain->memory_kib)
        rule_say(rule, findings, arena, VERDICT_NOTE,
                 arena_printf(arena,
                              "the guest's memory grows by %lu KiB to whole "
                              "huge pages",
                              plan_memory_kib(plan) - plan->domain->memory_kib),
                 "A smaller page rounds less.");
    needed = backing_pages(plan, (unsigned long)size);
    usable = cell_usable_pages(plan, pool);
    if (usable >= needed || plan->domain->is_running)
        return;
    missing_kib = (needed - usable) * (unsigned long)size;
    if (!option_effective(plan, OPTION_HUGEPAGES_RESERVE))
        rule_say(
            rule, findings, arena, VERDICT_WARN,
            arena_printf(arena, "%lu huge pages are needed, %lu are there",
                         needed, usable),
            arena_printf(arena,
                         "The guest will not start. Switch on \"reserve at "
                         "start\", or reserve %lu more pages.",
                         needed - usable));
    else if (memory->available_kib > 0 && missing_kib > memory->available_kib)
        rule_say(rule, findings, arena, VERDICT_WARN,
                 arena_printf(arena,
                              "the guest needs %lu MiB more than is free",
                              (missing_kib - memory->available_kib) / 1024),
                 "It will not start until memory is freed.");
    else if (memory->available_kib > 0 &&
             missing_kib + MEMORY_HOST_KIB > memory->available_kib)
        rule_say(rule, findings, arena, VERDICT_WARN,
                 "less than 2 GiB of memory is left to the host",
                 "Give the guest less memory, or free some.");
    else
        rule_say(rule, findings, arena, VERDICT_OK,
                 arena_printf(arena,
                              "%lu huge pages are reserved at each start",
                              needed - usable),
                 "");
}

/* The guest starts without what an option wants; the bit is rule_stale's. */
static void check_wants(const struct plan *plan, enum option_id id,
                        struct arena *arena, const struct rule *rule,
                        struct findings *findings)
{
    const enum option_id *want = option_wants(plan, id);

    for (; *want != OPTION_NONE; want++)
        if (option_is_off(plan, *want) && *want != OPTION_HYPERVISOR) {
            rule_say(rule, findings, arena, VERDICT_WARN,
                     arena_printf(arena, "\"%s\" does nothing without \"%s\"",
                                  option_get(id)->title,
                                  option_get(*want)->title),
                     "Switch it on too, or this one off.");
            rule_about(findings, option_get(id)->key);
        }
}

/* A service of the hook is on; huge pages are not among them. */
static bool has_service(const struct plan *plan)
{
    for (size_t i = OPTION_ISOLATE; i < OPTION_REQUIRED; i++)
        if (!option_is_off(plan, (enum option_id)i))
            return true;
    return false;
}

/* All of nothing. Pages that are missing stop the start anyhow. */
static void check_required(const struct plan *plan, struct arena *arena,
                           const struct rule *rule, struct findings *findings)
{
    if (has_service(plan) || option_is_off(plan, OPTION_REQUIRED))
        return;
    rule_say(rule, findings, arena, VERDICT_WARN,
             "\"all or no start\" does nothing: no other service of the hook "
             "is on",
             "Switch one of them on too, or this one off.");
    rule_about(findings, option_get(OPTION_REQUIRED)->key);
}

static void rule_needs(const struct plan *plan, struct arena *arena,
                       const struct rule *rule, struct findings *findings)
{
    check_required(plan, arena, rule, findings);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *option = option_get((enum option_id)i);
        const enum option_id *need = option_needs((enum option_id)i);

        if (option_is_off(plan, (enum option_id)i))
            continue;
        check_wants(plan, (enum option_id)i, arena, rule, findings);
        for (; *need != OPTION_NONE; need++)
            if (option_is_off(plan, *need)) {
                rule_say(rule, findings, arena, VERDICT_FAIL,
                         arena_printf(arena, N_("\"%s\" needs \"%s\""),
                                      option->title, option_get(*need)->title),
                         "Switch it on too, or this one off.");
                rule_about(findings, option->key);
            }
    }
}

static void rule_obstacles(const struct plan *plan, struct arena *arena,
                           const struct rule *rule, struct findings *findings)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const char *obstacle =
            option_refusal(plan, (enum option_id)i, plan->options[i]);

        if (obstacle) {
            rule_say(rule, findings, arena, VERDICT_FAIL,
                     arena_printf(arena,
                                  plan->options[i] > OPTION_OFF
                                      ? "\"%s\" cannot be switched on"
                                      : "\"%s\" cannot be switched off",
                                  option_get((enum option_id)i)->title),
                     obstacle);
            rule_about(findings, option_get((enum option_id)i)->key);
        }
    }
}

static void rule_offered(const struct plan *plan, struct arena *arena,
                         const struct rule *rule, struct findings *findings)
{
    bool wants = false;

    for (size_t i = 0; i < OPTION_COUNT; i++)
        wants |= option_get((enum option_id)i)->hyperv != NULL &&
                 plan->options[i] > OPTION_OFF;
    if (wants && !plan->domain->hyperv_offered)
        rule_say(rule, findings, arena, VERDICT_UNKNOWN,
                 "whether QEMU here offers the Hyper-V hints",
                 "This connection does not say. With a kernel since Linux 4.20 "
                 "all of them are there.");
}

static void rule_start(const struct plan *plan, struct arena *arena,
                       const struct rule *rule, struct findings *findings)
{
    if (plan->domain->has_saved_image)
        rule_say(rule, findings, arena, VERDICT_WARN,
                 "a saved state is there: it starts with the old definition",
                 "Start and shut the domain down once, then start it again.");
    else if (plan->domain->is_running)
        rule_say(rule, findings, arena, VERDICT_NOTE,
                 "the domain runs: changes come with its next start",
                 "Shut it down and start it; a reboot inside is not enough.");
}

/* A definition is stored whatever snapshots there are; each has its own. */
static void rule_snapshots(const struct plan *plan, struct arena *arena,
                           const struct rule *rule, struct findings *findings)
{
    int count = plan->domain->snapshot_count;

    if (count < 0)
        rule_say(rule, findings, arena, VERDICT_UNKNOWN,
                 "whether there are snapshots: could not look",
                 "Each brings its own, former definition back: virsh "
                 "snapshot-list.");
    else if (count > 0)
        rule_say(rule, findings, arena, VERDICT_NOTE,
                 arena_printf(arena,
                              text_plural("%d snapshot has the former "
                                          "definition",
                                          "%d snapshots have the former "
                                          "definition",
                                          (unsigned long)count),
                              count),
                 "Who goes back to one gets its pins, pages and devices, too: "
                 "then check, and apply again.");
}

/* What the guides' scripts do, ours may do as well: twice is not better. */
static void rule_other_hooks(const struct plan *plan, struct arena *arena,
                             const struct rule *rule, struct findings *findings)
{
    const struct host_hooks *hooks = &plan->host->hooks;
    bool wants_hook = option_effective(plan, OPTION_HUGEPAGES_RESERVE) > 0 ||
                      has_service(plan);

    if (!wants_hook || plan->hook_obstacle || hooks->file_count == 0)
        return;
    rule_say(rule, findings, arena,
             hooks->has_warning ? VERDICT_WARN : VERDICT_NOTE,
             arena_printf(arena,
                          text_plural("%zu other hook file is there, known "
                                      "faults: %zu",
                                      "%zu other hook files are there, known "
                                      "faults: %zu",
                                      hooks->file_count),
                          hooks->file_count, hooks->fault_count),
             "They run as well, and may set the same: CPUs, huge pages, the "
             "governor. See: virt-tune check, or step 2.");
}

static const struct rule rules[] = {
    {"hypervisor", "cpus",
     "Other drivers of libvirt read few of these settings, and some of them in "
     "another way.",
     rule_hypervisor},
    {"vcpus", "cpus",
     "libvirt defines such a domain, but it runs badly or not at all.",
     rule_count},
    {"pinned", "cpus",
     "A vCPU that floats is moved by the scheduler, between fast and slow "
     "cores and away from its caches.",
     rule_pinned},
    {"online", "cpus",
     "libvirt accepts such a pin, and then the domain does not start.",
     rule_online},
    {"shared-cpu", "cpus", "Two vCPUs on one CPU run one after the other.",
     rule_shared},
    {"siblings", "cpus",
     "The guest's scheduler puts two busy threads on two cores, if it can tell "
     "cores from threads.",
     rule_siblings},
    {"core-kind", "cpus",
     "A guest cannot tell P-cores from E-cores and uses both alike.",
     rule_kind},
    {"l3", "cpus",
     "Data that moves between L3 caches takes several times as long.", rule_l3},
    {"emulator", "cpus",
     "Emulator and I/O threads interrupt the vCPU whose core they share.",
     rule_helpers},
    {"iothread-use", "cpus", "An I/O thread that no disk names does nothing.",
     rule_iothreads},
    {"topology", "cpus",
     "Windows uses one or two sockets only, and every guest schedules by what "
     "it believes of cores and threads.",
     rule_topology},
    {"memory-node", "cpus",
     "A node reaches the memory and the devices of another one later, and "
     "shares the way with all others.",
     rule_memory_node},
    {"guest-cells", "cpus",
     "A guest that is told of its nodes keeps a task beside its memory.",
     rule_guest_cells},
    {"node-memory", "cpus",
     "Memory that is bound to a node comes from there or not at all.",
     rule_node_memory},
    {"host-core", "cpus",
     "The host needs a core for itself, and for you to log in.",
     rule_host_core},
    {"allowed-cpus", "cpus",
     "A guest cannot start on CPUs that its cgroup does not have.",
     rule_allowed},
    {"other-domains", "cpus", "Two guests on one core wait for each other.",
     rule_others},
    {"host-l3", "cpus",
     "What the host does throws the guest's data out of a shared cache.",
     rule_host_l3},
    {"idle-cpus", "cpus", "What nobody uses could do work.", rule_idle},
    {"stray-pins", "cpus",
     "libvirt drops a pin beyond the count in silence, and refuses to define "
     "a domain with the same pin twice, or of an I/O thread that is not there.",
     rule_stray_pins},
    {"vcpusched", "cpus",
     "libvirt takes a scheduler for threads that are there; a real-time vCPU "
     "that spins starves the kernel's own tasks on its CPU.",
     rule_scheduler},
    {"cache-passthrough", "cpus",
     "The guest's scheduler trusts what CPUID says of shared caches.",
     rule_cache},
    {"isolated-pin", "cpus", "isolcpus= takes CPUs out of load balancing.",
     rule_isolated},
    {"hugepages", "options",
     "Huge pages that are missing stop the domain's start.", rule_pages},
    {"topoext", "cpus",
     "QEMU shows an AMD guest its threads only with the CPU flag topoext.",
     rule_topoext},
    {"device-here", "devices",
     "A guest whose device is not there does not start.", rule_device_here},
    {"device-group", "devices",
     "The IOMMU keeps groups apart, not the devices of one group: VFIO takes "
     "a group only when the host has let go of all of it.",
     rule_device_group},
    {"device-others", "devices", "A device is one guest's at a time.",
     rule_device_others},
    {"device-claims", "devices", "What a guest has, the host does not have.",
     rule_device_claims},
    {"device-moved", "devices",
     "An address names a place. A card more or less moves others, and the "
     "domain would get what is at that place now.",
     rule_drift},
    {"device-rom", "devices",
     "QEMU shows the guest a ROM file in place of the card's own ROM.",
     rule_rom},
    {"locked-memory", "devices",
     "A device reaches the guest's memory by itself, so all of it is locked, "
     "and 1 GiB more for the devices' own.",
     rule_memlock},
    {"last-display", "devices",
     "Graphics that a guest has show the guest: the console, the desktop and "
     "what runs on it must let go first.",
     rule_last_display},
    {"usb", "devices", "A guest gets a USB device by its name, if it is there.",
     rule_usb},
    {"available", "options",
     "What this host lacks, the domain does not start with.", rule_obstacles},
    {"needs", "options",
     "QEMU refuses to start with one but not the other, or the guest does not "
     "use it.",
     rule_needs},
    {"hyperv-offered", "options",
     "A hint that the kernel lacks stops the start.", rule_offered},
    {"guest-kind", "options", "What is proposed depends on it.",
     rule_guest_kind},
    {"hyperv-values", "options",
     "libvirt checks these when a domain is defined, and some of them wrongly.",
     rule_hyperv_values},
    {"timers", "options", "What a timer does decides what it costs.",
     rule_timers},
    {"emulated-cpu", "options",
     "Hints, clocks and hiding are what KVM does, not QEMU's emulation.",
     rule_idle_options},
    {"stale", "options", "Workarounds stay long after what they worked around.",
     rule_stale},
    {"unset", "options", "What nobody switched on does nothing.", rule_unset},
    {"emulated-disk", "options",
     "Each access to an emulated controller leaves the guest several times.",
     rule_disks},
    {"cpu-values", "options",
     "libvirt says only that the CPU is wrong, not which of its lines.",
     rule_cpu_values},
    {"memory-values", "options",
     "How memory is backed decides who can map it, and when it is taken.",
     rule_memory_values},
    {"machine-values", "options",
     "Some of the machine's parts go only with others.", rule_machine},
    {"disk-values", "options",
     "A disk with values that exclude each other is not defined.",
     rule_disk_values},
    {"disk-path", "options",
     "The kernel names disks in the order it finds "
     "them.",
     rule_disk_path},
    {"disk-source", "options",
     "A guest starts only with its disks, and has to be alone on them.",
     rule_disk_source},
    {"emulated-network", "options",
     "Each packet through an emulated card leaves the guest several times.",
     rule_network},
    {"virtio-driver", "options",
     "A system finds a virtio device only with a driver that is installed "
     "before.",
     rule_virtio_driver},
    {"whole-disk", "options",
     "What a guest writes to a disk is there, whatever was there before.",
     rule_whole_disk},
    {"boot-order", "domain", "Each place in the order is one device's.",
     rule_boot},
    {"firmware", "domain",
     "A system is installed for UEFI or for BIOS, and starts by that alone.",
     rule_firmware},
    {"metadata", "domain",
     "libvirt keeps foreign notes only in namespaces, one element in each.",
     rule_metadata},
    {"other-hooks", "domain",
     "Each hook runs when a guest starts. What two of them set is as the later "
     "one left it, and is put back by both.",
     rule_other_hooks},
    {"next-start", "domain", "A definition takes effect when QEMU is started.",
     rule_start},
    {"snapshots", "domain", "A snapshot holds the definition of its time.",
     rule_snapshots},
};

void rule_check(const struct plan *plan, struct arena *arena,
                struct findings *findings)
{
    for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
        rules[i].run(plan, arena, &rules[i], findings);
}

void rule_check_later(const struct plan *plan, struct arena *arena,
                      struct findings *findings)
{
    for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
        if (rules[i].run == rule_snapshots ||
            (rules[i].run == rule_start && plan->domain->has_saved_image))
            rules[i].run(plan, arena, &rules[i], findings);
}
