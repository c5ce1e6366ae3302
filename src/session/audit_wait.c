/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes what was measured, says which vCPU waited too long for its CPU, for
 * whom, and what helps against that.
 */
#include "session/audit_row.h"

#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>

/* Thousandths of the time that a vCPU may wait before it is a warning. */
enum { WAIT_WARN = 10, OTHERS_MAX = 3 };

/* What helps, by who was longest on the vCPU's CPU. */
static const char *const cures[RUNNER_COUNT] = {
    [RUNNER_VCPU] =
        "Two vCPUs share this CPU: step 4, or fewer vCPUs "
        "(--vcpus), gives each its own.",
    [RUNNER_EMULATOR] =
        "Its own emulator or I/O threads run there: step 4 "
        "gives them CPUs of the host (e and i).",
    [RUNNER_GUEST] =
        "Another guest has this CPU too: step 4 keeps to cores "
        "that no other guest has.",
    [RUNNER_INTERRUPT] =
        "A device's interrupts come to this CPU. Move them: "
        "/proc/irq/*/smp_affinity_list, and have irqbalance "
        "leave them alone.",
    [RUNNER_KERNEL] =
        "The kernel's own threads run there. The option "
        "\"host.isolate\" keeps away what can be moved; for the "
        "rest there is nohz_full= and rcu_nocbs=.",
    [RUNNER_HOST] =
        "The host's programs run there: the option "
        "\"host.isolate\" keeps them off the guest's CPUs.",
    [RUNNER_STOLEN] =
        "This host is a guest itself and was not given its CPU; "
        "nothing here can change that.",
};

static unsigned thousandths(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (unsigned)(part * 1000 / whole) : 0;
}

/* A vCPU runs on its own CPU; that is no other. */
static bool is_itself(const struct runner *runner, unsigned vcpu)
{
    unsigned number;

    return runner->kind == RUNNER_VCPU &&
           sscanf(runner->name, "CPU %u/", &number) == 1 && number == vcpu;
}

/* Where it was seen to run, or where it may. */
static cpu_set_t place_of(const struct audit_look *look,
                          const struct waiting *wait)
{
    const struct thread *thread =
        process_thread(look->process, THREAD_VCPU, wait->vcpu);

    return cpuset_is_empty(&wait->cpus) && thread ? thread->cpus : wait->cpus;
}

/* The longest of the others; NULL if nobody was seen. */
static const struct runner *name_others(const struct audit_look *look,
                                        struct measure *measure,
                                        const struct waiting *wait,
                                        const char **text)
{
    size_t count, named = 0;
    const struct runner *runners = measure_runners(measure, &count);
    const struct runner *longest = NULL;
    struct str str CLEANUP(str_free) = STR_INIT;
    cpu_set_t place = place_of(look, wait);

    for (size_t i = 0; i < count && named < OTHERS_MAX; i++) {
        unsigned share = thousandths(runners[i].ns, measure_elapsed(measure));

        if (!CPU_ISSET((size_t)runners[i].cpu, &place) ||
            is_itself(&runners[i], wait->vcpu))
            continue;
        if (!longest)
            longest = &runners[i];
        if (share == 0)
            break;
        str_addf(&str, "%s%s %u.%u %%", named++ > 0 ? ", " : "",
                 runners[i].name, share / 10, share % 10);
    }
    *text = arena_strdup(look->arena, str_text(&str));
    return longest;
}

static unsigned judge_one(const struct audit_look *look,
                          struct measure *measure, const struct waiting *wait,
                          struct audit_wait *row)
{
    uint64_t elapsed = measure_elapsed(measure);
    cpu_set_t place = place_of(look, wait);
    const struct runner *longest;

    row->vcpu = wait->vcpu;
    row->cpus = cpuset_text(look->arena, &place);
    row->ran = thousandths(wait->ran_ns, elapsed);
    row->waited = thousandths(wait->waited_ns, elapsed);
    longest = name_others(look, measure, wait, &row->others);
    if (row->waited < WAIT_WARN)
        return row->waited;
    audit_say(look, VERDICT_WARN,
              arena_printf(look->arena,
                           "vCPU %u waited %u.%u %% of the time for CPU %s",
                           wait->vcpu, row->waited / 10, row->waited % 10,
                           *row->cpus ? row->cpus : "?"),
              row->others,
              longest ? cures[longest->kind]
                      : "Nobody else was seen there: its CPU bandwidth may be "
                        "limited (quota= in <cputune>, cpu.max of a cgroup).");
    return row->waited;
}

static void could_not(const struct audit_look *look, const char *detail,
                      const char *fix)
{
    audit_say(look, VERDICT_UNKNOWN, "Waiting for CPUs: could not look", detail,
              fix);
}

/* False if the counters stand still: then nothing is known of waiting. */
static bool has_counted(const struct waiting *waits, size_t count,
                        uint64_t elapsed)
{
    for (size_t i = 0; i < count; i++)
        if (waits[i].ran_ns > 0 || waits[i].waited_ns > 0)
            return true;
    /* An idle guest runs its timers; in a second or so it is not silent. */
    return elapsed < 1000000000U;
}

static const struct audit_row wait_row = {
    "waiting", "/proc/*/task/*/schedstat, /proc/stat",
    "The share of the time in which a vCPU wanted to run and something else "
    "had its CPU: zero is what pinning and isolation are for.",
    NULL};

void audit_judge(const struct audit_look *look, struct measure *measure,
                 struct audit_wait **waits, size_t *count)
{
    struct audit_look own = *look;
    const struct waiting *list = measure_waits(measure, count);
    uint64_t elapsed = measure_elapsed(measure);
    unsigned worst = 0;

    own.row = &wait_row;
    *waits = arena_alloc(look->arena, *count + 1, sizeof(**waits));
    if (measure_state(measure) == MEASURE_ENDED)
        could_not(&own, "the guest ended meanwhile",
                  "Start it, and look again.");
    else if (measure_state(measure) == MEASURE_NOTHING)
        could_not(&own, "no schedstat of its vCPUs",
                  "The kernel needs CONFIG_SCHED_INFO, and threads need the "
                  "names that libvirt has QEMU give them.");
    else if (elapsed == 0)
        could_not(&own, "stopped before it was measured",
                  "Let it run for some seconds.");
    else if (!has_counted(list, *count, elapsed))
        could_not(&own, "the kernel's counters stand still",
                  "The guest may be paused: virsh resume DOMAIN");
    else {
        for (size_t i = 0; i < *count; i++) {
            unsigned waited = judge_one(&own, measure, &list[i], &(*waits)[i]);

            worst = waited > worst ? waited : worst;
        }
        if (worst < WAIT_WARN)
            audit_say(&own, VERDICT_OK,
                      arena_printf(look->arena,
                                   "No vCPU waited more than %u.%u %% of the "
                                   "time",
                                   worst / 10, worst % 10),
                      "", "");
        return;
    }
    *count = 0;
}
