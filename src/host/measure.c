/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes looks at proc/PID/task/TID/schedstat (run time, wait time, slices) of
 * every task, and at proc/stat for interrupts; gives sums. A task that did not
 * run since the last look costs one read.
 */
#include "host/measure.h"

#include "base/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* PF_KTHREAD, in the flags of proc/PID/stat (include/linux/sched.h). */
#define KERNEL_THREAD 0x00200000UL

struct task {
    int tid;
    uint64_t ran;
};

struct look {
    struct task *tasks; /* by tid */
    size_t count, capacity;
};

struct measure {
    const struct root *root;
    const struct process *process;
    struct arena *arena; /* of names */
    enum measure_state state;
    uint64_t begin, last;
    struct look before;
    struct waiting *waits;
    uint64_t *first_ran, *first_waited;
    size_t wait_count;
    uint64_t busy[CPUSET_MAX], stolen[CPUSET_MAX]; /* of proc/stat, ticks */
    struct runner *runners;
    size_t runner_count, runner_capacity;
};

static bool read_schedstat(const struct root *root, struct arena *arena,
                           const char *base, uint64_t *ran, uint64_t *waited)
{
    const char *text =
        root_read(root, arena, arena_printf(arena, "%s/schedstat", base));

    return text && sscanf(text, "%" SCNu64 " %" SCNu64, ran, waited) == 2;
}

static void add_task(struct look *look, int tid, uint64_t ran)
{
    if (look->count == look->capacity) {
        look->capacity = look->capacity ? 2 * look->capacity : 512;
        look->tasks =
            mem_realloc(look->tasks, look->capacity, sizeof(*look->tasks));
    }
    look->tasks[look->count++] = (struct task){tid, ran};
}

static int compare_tasks(const void *a, const void *b)
{
    const struct task *x = a, *y = b;

    return (x->tid > y->tid) - (x->tid < y->tid);
}

static void add_runner(struct measure *measure, enum runner_kind kind,
                       const char *name, int cpu, uint64_t ns)
{
    for (size_t i = 0; i < measure->runner_count; i++) {
        struct runner *runner = &measure->runners[i];

        if (runner->kind == kind && runner->cpu == cpu &&
            strcmp(runner->name, name) == 0) {
            runner->ns += ns;
            return;
        }
    }
    if (measure->runner_count == measure->runner_capacity) {
        measure->runner_capacity =
            measure->runner_capacity ? 2 * measure->runner_capacity : 64;
        measure->runners =
            mem_realloc(measure->runners, measure->runner_capacity,
                        sizeof(*measure->runners));
    }
    measure->runners[measure->runner_count++] =
        (struct runner){kind, arena_strdup(measure->arena, name), cpu, ns};
}

static enum runner_kind kind_of(const struct measure *measure, int pid,
                                const char *name, unsigned long flags)
{
    bool is_vcpu = str_starts(name, "CPU ") && strchr(name, '/');
    int owner = 0;

    /* vhost-PID works for a guest, as its emulator does. */
    if (sscanf(name, "vhost-%d", &owner) == 1 && owner == measure->process->pid)
        return RUNNER_EMULATOR;
    if (pid == measure->process->pid)
        return is_vcpu ? RUNNER_VCPU : RUNNER_EMULATOR;
    if (flags & KERNEL_THREAD)
        return str_starts(name, "irq/") || str_starts(name, "ksoftirqd/")
                   ? RUNNER_INTERRUPT
                   : RUNNER_KERNEL;
    return is_vcpu ? RUNNER_GUEST : RUNNER_HOST;
}

static struct waiting *find_wait(struct measure *measure, int pid,
                                 const char *name)
{
    unsigned vcpu;

    if (pid != measure->process->pid || sscanf(name, "CPU %u/", &vcpu) != 1)
        return NULL;
    for (size_t i = 0; i < measure->wait_count; i++)
        if (measure->waits[i].vcpu == vcpu)
            return &measure->waits[i];
    return NULL;
}

/* It ran since the last look: who is it, and where? */
static void ask_task(struct measure *measure, struct arena *arena, int pid,
                     const char *base, uint64_t ns)
{
    const char *stat =
        root_read(measure->root, arena, arena_printf(arena, "%s/stat", base));
    const char *open = stat ? strchr(stat, '(') : NULL;
    const char *close = stat ? strrchr(stat, ')') : NULL;
    const char *flags = process_stat_field(stat, 9);
    const char *cpu = process_stat_field(stat, 39);
    unsigned long number = cpu ? strtoul(cpu, NULL, 10) : CPUSET_MAX;
    struct waiting *wait;
    char *name;

    if (!open || !close || close < open || !flags || number >= CPUSET_MAX)
        return;
    name = str_printable(
        arena_strndup(arena, open + 1, (size_t)(close - open - 1)));
    wait = find_wait(measure, pid, name);
    if (wait)
        CPU_SET(number, &wait->cpus);
    add_runner(measure, kind_of(measure, pid, name, strtoul(flags, NULL, 10)),
               name, (int)number, ns);
    free(name);
}

static void look_at(struct measure *measure, struct arena *arena, int pid,
                    int tid, struct look *now)
{
    const char *base = arena_printf(arena, "proc/%d/task/%d", pid, tid);
    const struct task key = {tid, 0}, *before;
    uint64_t ran, waited;

    if (!read_schedstat(measure->root, arena, base, &ran, &waited))
        return; /* gone, or not ours to see */
    add_task(now, tid, ran);
    if (!measure->before.tasks)
        return;
    before = bsearch(&key, measure->before.tasks, measure->before.count,
                     sizeof(key), compare_tasks);
    if (!before || ran > before->ran)
        ask_task(measure, arena, pid, base, before ? ran - before->ran : ran);
}

static void look_at_all(struct measure *measure)
{
    struct arena *top = arena_new();
    char **pids = root_list(measure->root, top, "proc", NULL);
    struct look now = {0};

    for (; pids && *pids; pids++) {
        struct arena *arena = arena_new();
        unsigned long pid, tid;
        char **tids = NULL;

        if (str_number(*pids, 1UL << 22, &pid))
            tids = root_list(measure->root, arena,
                             arena_printf(arena, "proc/%s/task", *pids), NULL);
        for (; tids && *tids; tids++)
            if (str_number(*tids, 1UL << 22, &tid))
                look_at(measure, arena, (int)pid, (int)tid, &now);
        arena_free(arena);
    }
    if (now.count > 0)
        qsort(now.tasks, now.count, sizeof(*now.tasks), compare_tasks);
    free(measure->before.tasks);
    measure->before = now;
    arena_free(top);
}

static void count_ticks(struct measure *measure, int cpu, uint64_t *before,
                        uint64_t now, enum runner_kind kind, const char *name,
                        bool is_first)
{
    uint64_t second = 1000000000U, hertz = (uint64_t)sysconf(_SC_CLK_TCK);

    if (!is_first && now > *before)
        add_runner(measure, kind, name, cpu, (now - *before) * second / hertz);
    *before = now;
}

/* "cpuN user nice system idle iowait irq softirq steal ...", in ticks. */
static void look_at_interrupts(struct measure *measure, bool is_first)
{
    struct arena *arena = arena_new();
    char *rest = root_read(measure->root, arena, "proc/stat"), *line;

    while ((line = strsep(&rest, "\n"))) {
        uint64_t irq, softirq, steal;
        unsigned cpu;

        if (sscanf(line,
                   "cpu%u %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64 " %" SCNu64,
                   &cpu, &irq, &softirq, &steal) != 4 ||
            cpu >= CPUSET_MAX)
            continue;
        count_ticks(measure, (int)cpu, &measure->busy[cpu], irq + softirq,
                    RUNNER_INTERRUPT, "interrupts", is_first);
        count_ticks(measure, (int)cpu, &measure->stolen[cpu], steal,
                    RUNNER_STOLEN, "stolen by the machine below", is_first);
    }
    arena_free(arena);
}

static bool read_waits(struct measure *measure, uint64_t *ran, uint64_t *waited)
{
    struct arena *arena = arena_new();
    bool is_fine = measure->wait_count > 0;

    for (size_t i = 0; i < measure->wait_count && is_fine; i++) {
        const struct thread *thread = process_thread(
            measure->process, THREAD_VCPU, measure->waits[i].vcpu);

        is_fine =
            read_schedstat(measure->root, arena,
                           arena_printf(arena, "proc/%d/task/%d",
                                        measure->process->pid, thread->tid),
                           &ran[i], &waited[i]);
    }
    arena_free(arena);
    return is_fine;
}

static int compare_waits(const void *a, const void *b)
{
    const struct waiting *x = a, *y = b;

    return (x->vcpu > y->vcpu) - (x->vcpu < y->vcpu);
}

static void find_vcpus(struct measure *measure)
{
    const struct process *process = measure->process;
    size_t count = process->thread_count;

    measure->waits = mem_alloc(count + 1, sizeof(*measure->waits));
    measure->first_ran = mem_alloc(count + 1, sizeof(uint64_t));
    measure->first_waited = mem_alloc(count + 1, sizeof(uint64_t));
    for (size_t i = 0; i < count; i++)
        if (process->threads[i].kind == THREAD_VCPU)
            measure->waits[measure->wait_count++].vcpu =
                process->threads[i].number;
    qsort(measure->waits, measure->wait_count, sizeof(*measure->waits),
          compare_waits);
}

struct measure *measure_new(const struct root *root,
                            const struct process *process, uint64_t now)
{
    struct measure *measure = mem_alloc(1, sizeof(*measure));

    measure->root = root;
    measure->process = process;
    measure->arena = arena_new();
    measure->begin = measure->last = now;
    find_vcpus(measure);
    if (!read_waits(measure, measure->first_ran, measure->first_waited))
        measure->state =
            process_lives(root, process) ? MEASURE_NOTHING : MEASURE_ENDED;
    if (measure->state == MEASURE_FINE) {
        look_at_all(measure);
        look_at_interrupts(measure, true);
    }
    return measure;
}

enum measure_state measure_look(struct measure *measure, uint64_t now)
{
    uint64_t *ran = mem_alloc(measure->wait_count + 1, sizeof(*ran));
    uint64_t *waited = mem_alloc(measure->wait_count + 1, sizeof(*waited));

    if (measure->state == MEASURE_FINE &&
        (!read_waits(measure, ran, waited) ||
         !process_lives(measure->root, measure->process)))
        measure->state = process_lives(measure->root, measure->process)
                             ? MEASURE_NOTHING
                             : MEASURE_ENDED;
    if (measure->state == MEASURE_FINE) {
        for (size_t i = 0; i < measure->wait_count; i++) {
            measure->waits[i].ran_ns = ran[i] - measure->first_ran[i];
            measure->waits[i].waited_ns = waited[i] - measure->first_waited[i];
        }
        measure->last = now;
        look_at_all(measure);
        look_at_interrupts(measure, false);
    }
    free(ran);
    free(waited);
    return measure->state;
}

enum measure_state measure_state(const struct measure *measure)
{
    return measure->state;
}

uint64_t measure_elapsed(const struct measure *measure)
{
    return measure->last - measure->begin;
}

const struct waiting *measure_waits(const struct measure *measure,
                                    size_t *count)
{
    *count = measure->wait_count;
    return measure->waits;
}

static int compare_runners(const void *a, const void *b)
{
    const struct runner *x = a, *y = b;

    return (x->ns < y->ns) - (x->ns > y->ns);
}

const struct runner *measure_runners(struct measure *measure, size_t *count)
{
    if (measure->runner_count > 0)
        qsort(measure->runners, measure->runner_count,
              sizeof(*measure->runners), compare_runners);
    *count = measure->runner_count;
    return measure->runners;
}

void measure_free(struct measure *measure)
{
    if (!measure)
        return;
    free(measure->before.tasks);
    free(measure->waits);
    free(measure->first_ran);
    free(measure->first_waited);
    free(measure->runners);
    arena_free(measure->arena);
    free(measure);
}
