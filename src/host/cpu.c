/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a root directory, gives the CPU topology. hwloc does the reading,
 * kernelcpu.c completes it, kind.c tells the kinds of cores. CPUs outside our
 * own cgroup are included: an isolation hook must not hide the guest's CPUs
 * from us.
 */
#include "host/cpu.h"

#include "host/kernelcpu.h"
#include "host/kind.h"

#include <hwloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cpu_set_t set_of_bitmap(hwloc_const_bitmap_t bitmap)
{
    cpu_set_t set = cpuset_empty();

    if (!bitmap)
        return set;
    for (int i = hwloc_bitmap_first(bitmap); i >= 0 && i < CPUSET_MAX;
         i = hwloc_bitmap_next(bitmap, i))
        CPU_SET((size_t)i, &set);
    return set;
}

static unsigned read_caches(hwloc_topology_t hwloc, hwloc_obj_type_t type,
                            struct arena *arena, struct cpu_cache **caches)
{
    int count = hwloc_get_nbobjs_by_type(hwloc, type);

    *caches = NULL;
    if (count <= 0)
        return 0;
    *caches = arena_alloc(arena, (size_t)count, sizeof(**caches));
    for (int i = 0; i < count; i++) {
        hwloc_obj_t cache = hwloc_get_obj_by_type(hwloc, type, (unsigned)i);

        (*caches)[i].cpus = set_of_bitmap(cache->cpuset);
        (*caches)[i].size_kib = (unsigned long)(cache->attr->cache.size / 1024);
    }
    return (unsigned)count;
}

/* In order of their ids; hwloc's order is that of its tree. */
static void read_nodes(hwloc_topology_t hwloc, struct arena *arena,
                       struct cpu_topology *topology)
{
    int count = hwloc_get_nbobjs_by_type(hwloc, HWLOC_OBJ_NUMANODE);

    topology->node_count = count > 0 ? (unsigned)count : 0;
    topology->nodes =
        arena_alloc(arena, topology->node_count + 1, sizeof(*topology->nodes));
    for (unsigned i = 0; i < topology->node_count; i++) {
        hwloc_obj_t node = hwloc_get_obj_by_type(hwloc, HWLOC_OBJ_NUMANODE, i);
        unsigned at = i;

        for (; at > 0 && topology->nodes[at - 1].id > node->os_index; at--)
            topology->nodes[at] = topology->nodes[at - 1];
        topology->nodes[at] = (struct cpu_node){
            .id = node->os_index,
            .cpus = set_of_bitmap(node->cpuset),
            .memory_kib = node->attr->numanode.local_memory / 1024,
        };
    }
}

/* The index of the ancestor cache, counting it once for a new core. */
static int cache_index(hwloc_topology_t hwloc, hwloc_obj_t pu,
                       hwloc_obj_type_t type, struct cpu_cache *caches)
{
    hwloc_obj_t cache = hwloc_get_ancestor_obj_by_type(hwloc, type, pu);

    if (!cache)
        return -1;
    caches[cache->logical_index].core_count++;
    return (int)cache->logical_index;
}

static void add_thread(struct cpu_topology *topology, struct cpu_core *core,
                       int cpu)
{
    unsigned at = core->thread_count++;

    while (at > 0 && core->threads[at - 1] > cpu) {
        core->threads[at] = core->threads[at - 1];
        at--;
    }
    core->threads[at] = cpu;
    CPU_SET((size_t)cpu, &core->cpus);
    CPU_SET((size_t)cpu, &topology->online);
    topology->core_of[cpu] = (int)core->index;
}

static unsigned package_of(hwloc_topology_t hwloc, hwloc_obj_t pu)
{
    hwloc_obj_t package =
        hwloc_get_ancestor_obj_by_type(hwloc, HWLOC_OBJ_PACKAGE, pu);

    if (!package)
        return 0;
    return package->os_index != HWLOC_UNKNOWN_INDEX ? package->os_index
                                                    : package->logical_index;
}

/*
 * Of the nodes that a CPU is in, the one with the fewest CPUs: memory of a
 * whole machine, as CXL's, is a node of every CPU too.
 */
static int node_of(const struct cpu_topology *topology, int cpu)
{
    int fewest = CPUSET_MAX + 1, id = 0;

    for (unsigned i = 0; i < topology->node_count; i++) {
        const struct cpu_node *node = &topology->nodes[i];
        int count = CPU_COUNT(&node->cpus);

        if (count < fewest && CPU_ISSET((size_t)cpu, &node->cpus)) {
            fewest = count;
            id = (int)node->id;
        }
    }
    return id;
}

static void start_core(hwloc_topology_t hwloc, hwloc_obj_t pu,
                       struct cpu_topology *topology)
{
    struct cpu_core *core = &topology->cores[topology->core_count];

    core->index = topology->core_count++;
    core->package = package_of(hwloc, pu);
    core->node = node_of(topology, (int)pu->os_index);
    core->l3 = cache_index(hwloc, pu, HWLOC_OBJ_L3CACHE, topology->l3);
    core->l2 = cache_index(hwloc, pu, HWLOC_OBJ_L2CACHE, topology->l2);
}

/* Threads of one core are neighbours in hwloc's order. */
static bool read_cores(hwloc_topology_t hwloc, struct arena *arena,
                       struct cpu_topology *topology, struct err *err)
{
    int count = hwloc_get_nbobjs_by_type(hwloc, HWLOC_OBJ_PU);
    hwloc_obj_t last = NULL;

    for (int i = 0; i < CPUSET_MAX; i++)
        topology->core_of[i] = -1;
    topology->cores =
        arena_alloc(arena, (size_t)count, sizeof(*topology->cores));
    for (int i = 0; i < count; i++) {
        hwloc_obj_t pu =
            hwloc_get_obj_by_type(hwloc, HWLOC_OBJ_PU, (unsigned)i);
        hwloc_obj_t core =
            hwloc_get_ancestor_obj_by_type(hwloc, HWLOC_OBJ_CORE, pu);

        if (pu->os_index >= CPUSET_MAX)
            return err_set(err, ERR_FAILED,
                           "This host has CPU %u; virt-tune knows CPUs 0 to "
                           "%d.",
                           pu->os_index, CPUSET_MAX - 1);
        if (!core)
            core = pu; /* the kernel told nothing of cores */
        if (core != last)
            start_core(hwloc, pu, topology);
        else if (topology->cores[topology->core_count - 1].thread_count ==
                 CORE_THREADS_MAX)
            return err_set(err, ERR_FAILED,
                           "The core of CPU %u has more than %d threads; "
                           "virt-tune knows cores of up to %d.",
                           pu->os_index, CORE_THREADS_MAX, CORE_THREADS_MAX);
        last = core;
        add_thread(topology, &topology->cores[topology->core_count - 1],
                   (int)pu->os_index);
    }
    return true;
}

/* FNV-1a over every core's place: changes when CPUs come, go or move. */
const char *cpu_fingerprint(struct arena *arena,
                            const struct cpu_topology *topology)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    uint64_t hash = 0xcbf29ce484222325U;

    str_add(&str, topology->model);
    for (unsigned i = 0; i < topology->core_count; i++) {
        const struct cpu_core *core = &topology->cores[i];

        str_addf(&str, ";%u.%d.%d.%d:", core->package, core->node, core->l3,
                 (int)core->kind);
        cpuset_add_text(&str, &core->cpus);
    }
    for (size_t i = 0; i < str.length; i++)
        hash = (hash ^ (unsigned char)str.text[i]) * 0x100000001b3U;
    return arena_printf(arena, "%016llx", (unsigned long long)hash);
}

static const char *package_info(hwloc_topology_t hwloc, struct arena *arena,
                                const char *name)
{
    hwloc_obj_t package = hwloc_get_obj_by_type(hwloc, HWLOC_OBJ_PACKAGE, 0);
    const char *value =
        package ? hwloc_obj_get_info_by_name(package, name) : NULL;

    if (!value)
        value = hwloc_obj_get_info_by_name(hwloc_get_root_obj(hwloc), name);
    return value ? str_trim(arena_strdup(arena, value)) : "";
}

/* What hwloc itself knows, true of every machine that it can describe. */
static bool read_hwloc(hwloc_topology_t hwloc, const struct root *root,
                       struct arena *arena, struct cpu_topology *topology,
                       struct err *err)
{
    hwloc_const_bitmap_t complete = hwloc_topology_get_complete_cpuset(hwloc);
    int packages = hwloc_get_nbobjs_by_type(hwloc, HWLOC_OBJ_PACKAGE);

    topology->model = package_info(hwloc, arena, "CPUModel");
    topology->vendor = package_info(hwloc, arena, "CPUVendor");
    topology->package_count = packages > 0 ? (unsigned)packages : 1;
    topology->l3_count =
        read_caches(hwloc, HWLOC_OBJ_L3CACHE, arena, &topology->l3);
    topology->l2_count =
        read_caches(hwloc, HWLOC_OBJ_L2CACHE, arena, &topology->l2);
    read_nodes(hwloc, arena, topology);
    if (!read_cores(hwloc, arena, topology, err))
        return false;
    if (topology->core_count == 0)
        return err_set(err, ERR_FAILED, "No CPU was found beneath %s.",
                       root_path(root));
    for (unsigned i = 0; i < topology->core_count; i++)
        topology->has_smt |= topology->cores[i].thread_count > 1;
    topology->offline = cpuset_empty();
    if (hwloc_bitmap_last(complete) >= 0) { /* not without end */
        cpu_set_t all = set_of_bitmap(complete);

        topology->offline = cpuset_minus(&all, &topology->online);
    }
    topology->isolated = topology->nohz_full = cpuset_empty();
    topology->allowed = topology->online;
    return true;
}

static bool read_topology(hwloc_topology_t hwloc, const struct root *root,
                          struct arena *arena, struct cpu_topology *topology,
                          struct err *err)
{
    bool is_foreign =
        root_is_host(root) && !hwloc_topology_is_thissystem(hwloc);

    if (!read_hwloc(hwloc, root, arena, topology, err))
        return false;
    if (!is_foreign)
        kernelcpu_read(root, arena, topology);
    kind_assign(is_foreign ? NULL : root, arena, hwloc, topology);
    topology->fingerprint = cpu_fingerprint(arena, topology);
    return true;
}

/* Ways to tell hwloc what to read; it takes them from the environment only. */
static const char *const sources[] = {"HWLOC_XMLFILE", "HWLOC_SYNTHETIC",
                                      "HWLOC_CPUID_PATH", "HWLOC_FSROOT"};

/* Leaves hwloc no other thing to read than a root that is not the host's. */
static void set_environment(const struct root *root)
{
    setenv("HWLOC_HIDE_ERRORS", "2", 0);
    if (root_is_host(root))
        return;
    for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
        unsetenv(sources[i]);
    setenv("HWLOC_FSROOT", root_path(root), 1);
    setenv("HWLOC_COMPONENTS", "linux,stop", 1);
    setenv("HWLOC_THISSYSTEM", "0", 1);
}

/* The next root, or a program that we start, shall not see them. */
static void unset_environment(const struct root *root)
{
    if (root_is_host(root))
        return;
    unsetenv("HWLOC_FSROOT");
    unsetenv("HWLOC_COMPONENTS");
    unsetenv("HWLOC_THISSYSTEM");
}

static bool cannot_load(const struct root *root, struct err *err)
{
    for (size_t i = 0; root_is_host(root) && i < ARRAY_SIZE(sources); i++)
        if (getenv(sources[i]))
            return err_set(err, ERR_FAILED,
                           "hwloc cannot read the CPU topology that the "
                           "environment's %s names: %s.",
                           sources[i], getenv(sources[i]));
    return err_set(err, ERR_FAILED,
                   "hwloc cannot read the CPU topology beneath %s.",
                   root_path(root));
}

bool cpu_probe(const struct root *root, struct arena *arena,
               struct cpu_topology *topology, struct err *err)
{
    hwloc_topology_t hwloc;
    bool is_loaded, is_read = false;

    if (!root_is_host(root) && !root_exists(root, "sys/devices/system/cpu"))
        return err_set(err, ERR_FAILED,
                       "%s holds no sys/devices/system/cpu: it is not the "
                       "copy of a host, or it is incomplete.",
                       root_path(root));
    if (hwloc_topology_init(&hwloc) < 0)
        return err_set(err, ERR_FAILED, "hwloc cannot be started.");
    set_environment(root);
    is_loaded = hwloc_topology_set_flags(
                    hwloc, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED) == 0 &&
                hwloc_topology_load(hwloc) == 0;
    unset_environment(root);
    if (!is_loaded)
        cannot_load(root, err);
    else
        is_read = read_topology(hwloc, root, arena, topology, err);
    hwloc_topology_destroy(hwloc);
    return is_read;
}

const struct cpu_core *cpu_core_of(const struct cpu_topology *topology, int cpu)
{
    if (cpu < 0 || cpu >= CPUSET_MAX || topology->core_of[cpu] < 0)
        return NULL;
    return &topology->cores[topology->core_of[cpu]];
}

const char *core_kind_name(enum core_kind kind)
{
    static const char *const names[CORE_KIND_COUNT] = {
        [CORE_KIND_PERFORMANCE] = "performance",
        [CORE_KIND_EFFICIENT] = "efficient",
        [CORE_KIND_LOW_POWER] = "low-power",
    };

    return names[kind];
}

char core_kind_letter(enum core_kind kind)
{
    return "CPEL"[kind];
}

unsigned cpu_count_kind(const struct cpu_topology *topology,
                        enum core_kind kind)
{
    unsigned count = 0;

    for (unsigned i = 0; i < topology->core_count; i++)
        count += topology->cores[i].kind == kind;
    return count;
}
