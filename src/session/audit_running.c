/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a domain and its process, says where the threads are not what the
 * stored definition wants: place, scheduler, and what QEMU was started with.
 */
#include "session/audit_row.h"

#include "base/str.h"
#include "base/text.h"

#include <string.h>

void audit_say(const struct audit_look *look, enum verdict verdict,
               const char *text, const char *detail, const char *fix)
{
    struct finding *finding =
        findings_add(look->findings, look->arena, look->row->id, verdict);

    finding->text = text_of(text);
    finding->detail = text_of(detail);
    finding->fix = text_of(fix);
    finding->why = text_of(look->row->why);
    finding->source = text_of(look->row->source);
}

void audit_run(struct audit_look *look, const struct audit_row *rows,
               size_t count)
{
    for (size_t i = 0; i < count; i++) {
        look->row = &rows[i];
        rows[i].run(look);
    }
}

/* What QEMU was started with is told by libvirt, in the live definition. */
static const char *difference(const struct plan *wanted,
                              const struct plan *live)
{
    const struct guest_topology *a = &wanted->topology, *b = &live->topology;

    if (wanted->vcpus != live->vcpus)
        return _("the number of vCPUs");
    if (a->sockets != b->sockets || a->dies != b->dies ||
        a->cores != b->cores || a->threads != b->threads)
        return _("the topology");
    if (wanted->domain->memory_kib != live->domain->memory_kib)
        return _("the size of its memory");
    if (wanted->iothread_count != live->iothread_count)
        return _("the number of I/O threads");
    if (strcmp(wanted->domain->cpu_mode, live->domain->cpu_mode) != 0)
        return _("the CPU mode");
    if (wanted->domain->hostdev_count != live->domain->hostdev_count)
        return _("the passed-through devices");
    for (size_t i = 0; i < wanted->domain->hostdev_count; i++)
        if (strcmp(wanted->domain->hostdevs[i].address,
                   live->domain->hostdevs[i].address) != 0)
            return _("the passed-through devices");
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (option_now(wanted, (enum option_id)i) !=
            option_now(live, (enum option_id)i))
            return option_get((enum option_id)i)->title;
    return NULL;
}

static void check_started(const struct audit_look *look)
{
    struct plan *wanted, *live;
    const char *what;

    if (!look->live) {
        audit_say(look, look->live_problem ? VERDICT_UNKNOWN : VERDICT_NOTE,
                  "What QEMU was started with was not asked",
                  look->live_problem ? look->live_problem
                                     : "the definition is a file's",
                  look->live_problem
                      ? "See if libvirt answers: virsh list --all"
                      : "Name the domain instead of a file to have it asked.");
        return;
    }
    wanted = plan_new(look->host, look->wanted, NULL, NULL);
    live = plan_new(look->host, look->live, NULL, NULL);
    what = difference(wanted, live);
    plan_free(wanted);
    plan_free(live);
    if (what)
        audit_say(look, VERDICT_FAIL,
                  "The guest runs with another definition than the stored one",
                  arena_printf(look->arena, "different: %s", what),
                  "Shut it down and start it; a reboot inside is not enough.");
    else
        audit_say(look, VERDICT_OK, "The stored definition is what runs", "",
                  "");
}

static const char *thread_title(const struct audit_look *look,
                                const struct thread *thread)
{
    switch (thread->kind) {
    case THREAD_VCPU:
        return arena_printf(look->arena, "vCPU %u", thread->number);
    case THREAD_IOTHREAD:
        return arena_printf(look->arena, "I/O thread %u", thread->number);
    case THREAD_MAIN:
        return _("The emulator");
    default:
        return arena_printf(look->arena, "The helper thread \"%s\"",
                            thread->name);
    }
}

/* Where libvirt says that the thread is; empty if it does not. */
static cpu_set_t live_pin(const struct audit_look *look,
                          const struct thread *thread)
{
    const struct domain *live = look->live;

    if (live && thread->kind == THREAD_VCPU && thread->number < live->vcpus)
        return live->vcpupin[thread->number];
    if (live && thread->kind == THREAD_MAIN)
        return live->emulatorpin;
    for (unsigned i = 0;
         live && thread->kind == THREAD_IOTHREAD && i < live->iothread_count;
         i++)
        if (live->iothreads[i].id == thread->number)
            return live->iothreads[i].cpus;
    return cpuset_empty();
}

/* What puts it back, without the domain's name: it might steer a shell. */
static const char *cure(const struct audit_look *look,
                        const struct thread *thread, const cpu_set_t *wanted)
{
    static const char *const commands[] = {
        [THREAD_MAIN] = "emulatorpin DOMAIN",
        [THREAD_VCPU] = "vcpupin DOMAIN",
        [THREAD_IOTHREAD] = "iothreadpin DOMAIN",
        [THREAD_OTHER] = "emulatorpin DOMAIN",
    };
    cpu_set_t told = live_pin(look, thread);
    const char *number =
        thread->kind == THREAD_VCPU || thread->kind == THREAD_IOTHREAD
            ? arena_printf(look->arena, " %u", thread->number)
            : "";
    const char *who =
        !cpuset_is_empty(&told) && CPU_EQUAL(&told, &thread->cpus)
            ? _("libvirt was told so since the start (virsh, --live), or the "
                "definition is newer.")
            : _("It was not libvirt: somebody used taskset, or a cgroup leaves "
                "it no more.");

    return arena_printf(look->arena, "%s To put it back: virsh %s%s %s --live",
                        who, commands[thread->kind], number,
                        cpuset_text(look->arena, wanted));
}

static void misplaced(const struct audit_look *look,
                      const struct thread *thread, const cpu_set_t *wanted)
{
    audit_say(look, VERDICT_FAIL,
              arena_printf(look->arena, "%s may run on CPUs %s; planned are %s",
                           thread_title(look, thread),
                           cpuset_text(look->arena, &thread->cpus),
                           cpuset_text(look->arena, wanted)),
              "", cure(look, thread, wanted));
}

static void not_seen(const struct audit_look *look, const char *title)
{
    audit_say(
        look, VERDICT_UNKNOWN,
        arena_printf(look->arena, "%s: its thread could not be seen", title),
        "",
        "Threads are known by name: QEMU needs debug-threads=on, which "
        "libvirt sets, and emulation one thread for each vCPU.");
}

/* True if all is well; else it was said what is not. */
static bool check_pin(const struct audit_look *look, enum thread_kind kind,
                      unsigned number, const cpu_set_t *pin)
{
    const struct thread *thread = process_thread(look->process, kind, number);
    struct thread missing = {.kind = kind, .number = number};
    cpu_set_t online = look->host->cpu.online;
    cpu_set_t wanted = cpuset_and(pin, &online); /* the kernel's own cut */

    if (!thread || !thread->has_cpus) {
        not_seen(look, thread_title(look, &missing));
        return false;
    }
    if (CPU_EQUAL(&thread->cpus, &wanted))
        return true;
    misplaced(look, thread, pin);
    return false;
}

/* An unpinned vCPU floats where <vcpu cpuset> says, if it says. */
static const cpu_set_t *pin_of(const struct domain *domain, unsigned vcpu)
{
    return cpuset_is_empty(&domain->vcpupin[vcpu]) ? &domain->vcpu_cpuset
                                                   : &domain->vcpupin[vcpu];
}

static void check_vcpus(const struct audit_look *look)
{
    unsigned pinned = 0;
    bool is_fine = true;

    for (unsigned i = 0; i < look->wanted->vcpus_current; i++) {
        if (cpuset_is_empty(pin_of(look->wanted, i)))
            continue;
        pinned++;
        is_fine &= check_pin(look, THREAD_VCPU, i, pin_of(look->wanted, i));
    }
    if (pinned == 0)
        audit_say(look, VERDICT_NOTE, "No vCPU is pinned", "",
                  "The scheduler moves them at will; step 4 plans pins.");
    else if (is_fine)
        audit_say(look, VERDICT_OK,
                  arena_printf(look->arena,
                               pinned == 1 ? "%u vCPU runs where planned"
                                           : "%u vCPUs run where planned",
                               pinned),
                  "", "");
}

/* A worker has the CPUs of the thread that made it: emulator or I/O thread. */
static bool check_helpers(const struct audit_look *look, const cpu_set_t *main)
{
    cpu_set_t all = *main;
    bool is_fine = true;

    for (size_t i = 0; i < look->process->thread_count; i++) {
        const struct thread *thread = &look->process->threads[i];

        if (thread->kind == THREAD_IOTHREAD)
            all = cpuset_or(&all, &thread->cpus);
    }
    for (size_t i = 0; i < look->process->thread_count; i++) {
        const struct thread *thread = &look->process->threads[i];

        if (thread->kind != THREAD_OTHER || !thread->has_cpus ||
            cpuset_is_subset(&thread->cpus, &all))
            continue;
        misplaced(look, thread, main);
        is_fine = false;
    }
    return is_fine;
}

static void check_emulator(const struct audit_look *look)
{
    const struct domain *wanted = look->wanted;
    const cpu_set_t *pin = cpuset_is_empty(&wanted->emulatorpin)
                               ? &wanted->vcpu_cpuset
                               : &wanted->emulatorpin;

    if (cpuset_is_empty(pin))
        audit_say(look, VERDICT_NOTE, "The emulator is not pinned", "",
                  "It may run on the vCPUs' cores; step 4 plans a place.");
    else if (check_pin(look, THREAD_MAIN, 0, pin) && check_helpers(look, pin))
        audit_say(
            look, VERDICT_OK, "The emulator runs where planned",
            arena_printf(look->arena, "CPUs %s", cpuset_text(look->arena, pin)),
            "");
}

static void check_iothreads(const struct audit_look *look)
{
    const struct domain *wanted = look->wanted;
    unsigned pinned = 0;
    bool is_fine = true;

    for (unsigned i = 0; i < wanted->iothread_count; i++) {
        if (cpuset_is_empty(&wanted->iothreads[i].cpus))
            continue;
        pinned++;
        is_fine &= check_pin(look, THREAD_IOTHREAD, wanted->iothreads[i].id,
                             &wanted->iothreads[i].cpus);
    }
    if (pinned > 0 && is_fine)
        audit_say(look, VERDICT_OK,
                  arena_printf(look->arena,
                               pinned == 1 ? "%u I/O thread runs where planned"
                                           : "%u I/O threads run where planned",
                               pinned),
                  "", "");
}

static const struct {
    const char *name; /* in <vcpusched scheduler> */
    int policy;
} policies[] = {
    {"other", SCHED_OTHER}, {"fifo", SCHED_FIFO}, {"rr", SCHED_RR},
    {"batch", SCHED_BATCH}, {"idle", SCHED_IDLE},
};

static const char *policy_text(struct arena *arena, int policy,
                               unsigned priority)
{
    const char *name = "another";

    for (size_t i = 0; i < ARRAY_SIZE(policies); i++)
        if (policies[i].policy == policy)
            name = policies[i].name;
    return priority > 0 ? arena_printf(arena, "%s, priority %u", name, priority)
                        : name;
}

/* The scheduler of a thread by the definition; "other" if it says nothing. */
static void wanted_policy(const struct audit_look *look,
                          const struct thread *thread, int *policy,
                          unsigned *priority)
{
    static const char *const elements[][2] = {
        [THREAD_MAIN] = {"emulatorsched", NULL},
        [THREAD_VCPU] = {"vcpusched", "vcpus"},
        [THREAD_IOTHREAD] = {"iothreadsched", "iothreads"},
    };
    const char *element = elements[thread->kind][0];
    const xmlNode *node =
        xml_child(xml_child(xml_root(look->wanted->xml), "cputune"), element);

    *policy = SCHED_OTHER;
    *priority = 0;
    for (; node; node = xml_next(node)) {
        const char *list = elements[thread->kind][1];
        const char *text = list ? xml_attribute(look->arena, node, list) : NULL;
        unsigned long number = 0;
        cpu_set_t which;

        if (list && (!text || !cpuset_parse(text, &which) ||
                     !CPU_ISSET(thread->number, &which)))
            continue;
        for (size_t i = 0; i < ARRAY_SIZE(policies); i++)
            if (xml_has(node, "scheduler", policies[i].name))
                *policy = policies[i].policy;
        if (xml_number(node, "priority", 99, &number))
            *priority = (unsigned)number;
    }
}

static void check_scheduler(const struct audit_look *look)
{
    bool is_fine = true;

    for (size_t i = 0; i < look->process->thread_count; i++) {
        const struct thread *thread = &look->process->threads[i];
        unsigned priority;
        int policy;

        if (thread->kind == THREAD_OTHER)
            continue;
        wanted_policy(look, thread, &policy, &priority);
        if (thread->policy == policy && thread->priority == priority)
            continue;
        is_fine = false;
        if (thread->policy < 0)
            not_seen(look, thread_title(look, thread));
        else
            audit_say(look, VERDICT_FAIL,
                      arena_printf(look->arena,
                                   "%s has the scheduler %s; planned is %s",
                                   thread_title(look, thread),
                                   policy_text(look->arena, thread->policy,
                                               thread->priority),
                                   policy_text(look->arena, policy, priority)),
                      "",
                      "Somebody used chrt, or the definition is newer than "
                      "the guest: shut it down and start it.");
    }
    if (is_fine)
        audit_say(look, VERDICT_OK, "Its threads have the planned scheduler",
                  "", "");
}

static const struct audit_row rows[] = {
    {"started-with", "libvirt's live and stored definition",
     "A definition takes effect when QEMU is started.", check_started},
    {"vcpu-pins", "/proc/PID/task/*/status",
     "A vCPU away from its CPU is not where its caches are, and in the way of "
     "others.",
     check_vcpus},
    {"emulator-pins", "/proc/PID/task/*/status",
     "The emulator interrupts the vCPU whose core it shares.", check_emulator},
    {"iothread-pins", "/proc/PID/task/*/status",
     "An I/O thread interrupts the vCPU whose core it shares.",
     check_iothreads},
    {"scheduler", "/proc/PID/task/*/stat",
     "A real-time thread goes before everything else on its CPU.",
     check_scheduler},
    {"hugepages-used", "/proc/PID/smaps",
     "Memory that is not in huge pages has more page table walks.",
     audit_pages},
    {"memory-bound", "/proc/PID/numa_maps",
     "A vCPU reaches the memory of another node later.", audit_nodes},
    {"devices-held", "/sys/bus/pci/devices/*/driver",
     "While the guest runs, vfio-pci holds its devices.", audit_devices},
    {"governor-now", "/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor",
     "The governor decides how fast the guest's CPUs run.", audit_governor},
    {"cpuset", "/proc/PID/task/*/cgroup, /sys/fs/cgroup",
     "A thread runs on no CPU that its cgroup does not have.", audit_cpuset},
    {"isolation", "/run/virt-tune/isolate, /sys/fs/cgroup/*/cpuset.cpus.*",
     "The hook keeps the host's own tasks off the guest's CPUs.",
     audit_isolation},
};

void audit_running(struct audit_look *look)
{
    audit_run(look, rows, ARRAY_SIZE(rows));
}
