/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long each vCPU of a guest wanted to run and could not, and who ran on
 * its CPU meanwhile. The kernel counts both for every task (schedstat); here
 * they are looked at now and then, and the differences added up.
 *
 * Waiting is exact. Who ran where is sampled: all that a task ran since the
 * last look counts for the CPU that it is on at this one.
 */
#ifndef HOST_MEASURE_H
#define HOST_MEASURE_H

#include "host/process.h"

#include <stdint.h>

enum runner_kind {
    RUNNER_VCPU,      /* another vCPU of the same guest */
    RUNNER_EMULATOR,  /* the same guest's emulator or I/O threads */
    RUNNER_GUEST,     /* a vCPU of another guest */
    RUNNER_INTERRUPT, /* interrupts, and the threads that handle them */
    RUNNER_KERNEL,    /* the kernel's own threads */
    RUNNER_HOST,      /* any other program */
    RUNNER_STOLEN,    /* this machine is a guest itself, and had no CPU */
    RUNNER_COUNT,
};

struct runner {
    enum runner_kind kind;
    const char *name; /* printable */
    int cpu;
    uint64_t ns;
};

struct waiting {
    unsigned vcpu;
    cpu_set_t cpus; /* where it was seen */
    uint64_t ran_ns, waited_ns;
};

enum measure_state {
    MEASURE_FINE,
    MEASURE_ENDED,   /* the guest ended meanwhile */
    MEASURE_NOTHING, /* the kernel does not count, or does not show it */
};

struct measure;

/*
 * Takes the first look. `root` and `process` are borrowed; times are in ns, of
 * a clock that only goes forward. Free it.
 */
struct measure *measure_new(const struct root *root,
                            const struct process *process, uint64_t now);
void measure_free(struct measure *measure); /* NULL is allowed */

/* Looks again; once it is not MEASURE_FINE it stays so. */
enum measure_state measure_look(struct measure *measure, uint64_t now);

enum measure_state measure_state(const struct measure *measure);

/* From the first to the last look at which all was fine. */
uint64_t measure_elapsed(const struct measure *measure);

/* Each vCPU that has a thread, by number. */
const struct waiting *measure_waits(const struct measure *measure,
                                    size_t *count);

/* Who ran on CPUs of vCPUs, the longest first; without vCPUs on their own. */
const struct runner *measure_runners(struct measure *measure, size_t *count);

#endif
