/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The QEMU process of a guest as the kernel shows it beneath proc: its threads
 * with CPUs and scheduler, its memory, its cgroup. Nothing is asked of QEMU.
 *
 * Threads are known by their names: libvirt starts QEMU with debug-threads=on,
 * so that they are "CPU 0/KVM", "IO iothread1" and so on.
 */
#ifndef HOST_PROCESS_H
#define HOST_PROCESS_H

#include "base/cpuset.h"
#include "base/root.h"

#include <stdbool.h>

enum thread_kind {
    THREAD_MAIN, /* the process itself: libvirt's emulator thread */
    THREAD_VCPU,
    THREAD_IOTHREAD,
    THREAD_OTHER, /* workers and helpers of the emulator or an I/O thread */
};

struct thread {
    int tid;
    enum thread_kind kind;
    unsigned number;   /* of the vCPU or I/O thread */
    const char *name;  /* printable */
    bool has_cpus;     /* `cpus` could be read */
    cpu_set_t cpus;    /* where it may run: Cpus_allowed_list */
    int policy;        /* SCHED_OTHER, SCHED_FIFO, ...; -1: not known */
    unsigned priority; /* of a real-time policy */
};

struct process {
    int pid;
    const char *start; /* of proc/PID/stat: another one is another process */
    struct thread *threads;
    size_t thread_count;
};

enum process_state {
    PROCESS_FOUND,
    PROCESS_ABSENT,    /* every process was looked at: none is this guest's */
    PROCESS_HIDDEN,    /* proc does not show it, or not what it is made of */
    PROCESS_AMBIGUOUS, /* more than one has this UUID */
};

/* Looks for the process of the guest with this UUID, by its command line. */
enum process_state process_find(const struct root *root, struct arena *arena,
                                const char *uuid, struct process *process);

/* The thread of a vCPU or an I/O thread, or NULL. */
const struct thread *process_thread(const struct process *process,
                                    enum thread_kind kind, unsigned number);

/* True if it is still the same process. */
bool process_lives(const struct root *root, const struct process *process);

/* Memory in pages of one size, in KiB. */
struct process_pages {
    unsigned long page_kib, kib;
};

enum { PROCESS_PAGES_MAX = 8, PROCESS_NODES_MAX = 64 };

struct process_memory {
    struct process_pages huge[PROCESS_PAGES_MAX]; /* hugetlb, by page size */
    size_t huge_count;
    bool has_nodes; /* what follows is known: numa_maps */
    /* KiB on each node of what is bound to nodes by a policy of its own. */
    unsigned long bound_kib[PROCESS_NODES_MAX];
    bool is_bound; /* something is */
};

/* False if it may not be looked at (only root may), or the process is gone. */
bool process_memory(const struct root *root, const struct process *process,
                    struct process_memory *memory);

/* Huge pages of this size that it has, in KiB. */
unsigned long process_huge(const struct process_memory *memory,
                           unsigned long page_kib);

/*
 * The CPUs that the cgroup of one of its threads has, cpuset.cpus.effective of
 * the nearest group that tells. False if none does.
 */
bool process_cpuset(const struct root *root, const struct process *process,
                    const struct thread *thread, cpu_set_t *cpus);

/*
 * The fields of a proc/.../stat from the third on (state), which follow the
 * name in parentheses; NULL if it is no such text. The first one has number 3.
 */
const char *process_stat_field(const char *stat, unsigned number);

#endif
