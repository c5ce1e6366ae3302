/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's CPUs: packages, NUMA nodes, L3 domains, L2 clusters, cores and
 * threads, and the kind of each core, read with hwloc and completed from the
 * kernel's files (kernelcpu.c) where hwloc is silent.
 *
 * "cpu" is always the kernel's number of a logical CPU. A core's index is our
 * own running number, in the order in which hwloc lays out the machine.
 */
#ifndef HOST_CPU_H
#define HOST_CPU_H

#include "base/cpuset.h"
#include "base/err.h"
#include "base/root.h"

#include <stdbool.h>

enum core_kind {
    CORE_KIND_UNIFORM, /* the machine has one kind only */
    CORE_KIND_PERFORMANCE,
    CORE_KIND_EFFICIENT,
    CORE_KIND_LOW_POWER,
    CORE_KIND_COUNT,
};

enum { CORE_THREADS_MAX = 8 };

struct cpu_core {
    unsigned index;
    enum core_kind kind;
    unsigned package; /* the kernel's physical_package_id */
    int node;         /* NUMA node; 0 on a machine without */
    int l3, l2;       /* index into cpu_topology.l3, .l2, or -1 */
    unsigned thread_count;
    int threads[CORE_THREADS_MAX]; /* CPU numbers, ascending */
    cpu_set_t cpus;                /* the same as a set */
    unsigned long max_khz;         /* 0 if unknown */
};

struct cpu_cache {
    unsigned long size_kib; /* 0 if unknown */
    cpu_set_t cpus;
    unsigned core_count;
};

struct cpu_node {
    unsigned id;
    cpu_set_t cpus;                /* online ones; none on a memory-only node */
    unsigned long long memory_kib; /* 0 on a node without memory */
};

struct cpu_topology {
    const char *model;  /* "12th Gen Intel(R) Core(TM) i7-12700K", or "" */
    const char *vendor; /* "GenuineIntel", "AuthenticAMD", or "" */
    unsigned package_count;
    struct cpu_node *nodes; /* by ascending id */
    unsigned node_count;
    struct cpu_cache *l3, *l2;
    unsigned l3_count, l2_count;
    struct cpu_core *cores;
    unsigned core_count;
    int core_of[CPUSET_MAX]; /* CPU -> index into cores, or -1 */
    cpu_set_t online;        /* every CPU that has a core */
    cpu_set_t offline;       /* present in the machine but not online */
    cpu_set_t isolated;      /* isolcpus= and the like: cpu/isolated */
    cpu_set_t nohz_full;     /* without a tick: cpu/nohz_full */
    /*
     * Where libvirt may place guests: what is online, less what the cgroups
     * above every guest forbid. Those are the root and machine.slice, by
     * cpuset.cpus.effective with cgroup v2; with v1 the cpuset controller's
     * root, machine.slice and machine, by cpuset.effective_cpus or, in older
     * kernels, cpuset.cpus. All that is online where these are missing.
     */
    cpu_set_t allowed;
    bool is_hybrid; /* cores of more than one kind */
    bool has_smt;   /* some core has more than one thread online */
    bool has_flags; /* what follows is known */
    bool has_vmx, has_svm, has_topoext;
    bool has_nonstop_tsc;   /* at one rate, in deep sleep too */
    unsigned physical_bits; /* of an address; 0: not known */
    /* The same text on the same machine with the same CPUs online. */
    const char *fingerprint;
};

/*
 * Reads the topology beneath `root`; everything is allocated from `arena`.
 * Fails if hwloc can make nothing of it, if a CPU's number is past CPUSET_MAX
 * or a core has more than CORE_THREADS_MAX threads.
 *
 * Where hwloc's own variables (HWLOC_XMLFILE and the like) describe another
 * machine in place of the running one, nothing is read from the running one:
 * what hwloc does not say is then unknown, and every CPU is allowed.
 */
bool cpu_probe(const struct root *root, struct arena *arena,
               struct cpu_topology *topology, struct err *err);

/* The core that a CPU belongs to, or NULL if the CPU is not online. */
const struct cpu_core *cpu_core_of(const struct cpu_topology *topology,
                                   int cpu);

/* What `fingerprint` is of a topology that has all else. */
const char *cpu_fingerprint(struct arena *arena,
                            const struct cpu_topology *topology);

/* "performance", "efficient", "low-power", or NULL for a uniform machine. */
const char *core_kind_name(enum core_kind kind);

/* 'P', 'E', 'L', or 'C' on a uniform machine. */
char core_kind_letter(enum core_kind kind);

/* How many cores are of this kind. */
unsigned cpu_count_kind(const struct cpu_topology *topology,
                        enum core_kind kind);

#endif
