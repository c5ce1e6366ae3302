/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a root directory, gives the CPU topology. hwloc does the reading; the
 * kind of a core comes from kind.c. CPUs outside our own cgroup are included:
 * an isolation hook must not hide the guest's CPUs from us.
 */
#include "host/cpu.h"

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

static cpu_set_t read_list(const struct root *root, struct arena *arena,
                           const char *path)
{
    const char *text = root_read(root, arena, path);
    cpu_set_t set = cpuset_empty();

    if (text)
        cpuset_parse(text, &set); /* "(null)" and the like: the empty set */
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

static void read_nodes(hwloc_topology_t hwloc, struct arena *arena,
                       struct cpu_topology *topology)
{
    int count = hwloc_get_nbobjs_by_type(hwloc, HWLOC_OBJ_NUMANODE);

    topology->node_count = count > 0 ? (unsigned)count : 0;
    topology->nodes =
        arena_alloc(arena, topology->node_count + 1, sizeof(*topology->nodes));
    for (unsigned i = 0; i < topology->node_count; i++) {
        hwloc_obj_t node = hwloc_get_obj_by_type(hwloc, HWLOC_OBJ_NUMANODE, i);

        topology->nodes[i].id = node->os_index;
        topology->nodes[i].cpus = set_of_bitmap(node->cpuset);
        topology->nodes[i].memory_kib =
            node->attr->numanode.local_memory / 1024;
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

static void start_core(hwloc_topology_t hwloc, hwloc_obj_t pu,
                       struct cpu_topology *topology)
{
    struct cpu_core *core = &topology->cores[topology->core_count];
    hwloc_obj_t package =
        hwloc_get_ancestor_obj_by_type(hwloc, HWLOC_OBJ_PACKAGE, pu);
    int node = pu->nodeset ? hwloc_bitmap_first(pu->nodeset) : 0;

    core->index = topology->core_count++;
    core->package = package && package->os_index != HWLOC_UNKNOWN_INDEX
                        ? package->os_index
                        : 0;
    core->node = node < 0 ? 0 : node;
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
        if (core != last ||
            topology->cores[topology->core_count - 1].thread_count ==
                CORE_THREADS_MAX)
            start_core(hwloc, pu, topology);
        last = core;
        add_thread(topology, &topology->cores[topology->core_count - 1],
                   (int)pu->os_index);
    }
    return true;
}

/* True if `flag` stands as a word in the first "flags" line of cpuinfo. */
static bool has_flag(const char *cpuinfo, const char *flag)
{
    const char *line = cpuinfo ? strstr(cpuinfo, "\nflags") : NULL;
    const char *end = line ? strchr(line + 1, '\n') : NULL;
    size_t length = strlen(flag);

    if (!line)
        return false;
    if (!end)
        end = line + strlen(line);
    for (const char *at = line; (at = strstr(at, flag)) && at < end; at++)
        if (at[-1] == ' ' && (at[length] == ' ' || at + length >= end))
            return true;
    return false;
}

/* hwloc names the vendor only where it could read all of cpuinfo. */
static const char *vendor_of(const char *cpuinfo)
{
    static const char *const vendors[] = {"GenuineIntel", "AuthenticAMD",
                                          "HygonGenuine"};

    for (size_t i = 0; cpuinfo && i < ARRAY_SIZE(vendors); i++)
        if (strstr(cpuinfo, vendors[i]))
            return vendors[i];
    return "";
}

static void read_frequencies(const struct root *root,
                             struct cpu_topology *topology)
{
    for (unsigned i = 0; i < topology->core_count; i++) {
        struct cpu_core *core = &topology->cores[i];
        char path[96];

        snprintf(path, sizeof(path),
                 "sys/devices/system/cpu/cpu%d/cpufreq/cpuinfo_max_freq",
                 core->threads[0]);
        if (!root_read_number(root, path, &core->max_khz))
            core->max_khz = 0;
    }
}

/* FNV-1a over every core's place: changes when CPUs come, go or move. */
static const char *fingerprint(struct arena *arena,
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

static bool read_topology(hwloc_topology_t hwloc, const struct root *root,
                          struct arena *arena, struct cpu_topology *topology,
                          struct err *err)
{
    const char *cpuinfo = root_read(root, arena, "proc/cpuinfo");
    cpu_set_t present =
        read_list(root, arena, "sys/devices/system/cpu/present");
    int packages = hwloc_get_nbobjs_by_type(hwloc, HWLOC_OBJ_PACKAGE);

    topology->model = package_info(hwloc, arena, "CPUModel");
    topology->vendor = package_info(hwloc, arena, "CPUVendor");
    if (!*topology->vendor)
        topology->vendor = vendor_of(cpuinfo);
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
    topology->allowed = topology->online;
    topology->offline = cpuset_minus(&present, &topology->online);
    topology->isolated =
        read_list(root, arena, "sys/devices/system/cpu/isolated");
    topology->has_vmx = has_flag(cpuinfo, "vmx");
    topology->has_svm = has_flag(cpuinfo, "svm");
    topology->has_topoext = has_flag(cpuinfo, "topoext");
    for (unsigned i = 0; i < topology->core_count; i++)
        topology->has_smt |= topology->cores[i].thread_count > 1;
    read_frequencies(root, topology);
    kind_assign(root, arena, hwloc, topology);
    topology->fingerprint = fingerprint(arena, topology);
    return true;
}

bool cpu_probe(const struct root *root, struct arena *arena,
               struct cpu_topology *topology, struct err *err)
{
    hwloc_topology_t hwloc;
    bool is_read = false;

    /* hwloc takes these from the environment only. */
    setenv("HWLOC_HIDE_ERRORS", "2", 0);
    if (!root_is_host(root)) {
        if (!root_exists(root, "sys/devices/system/cpu"))
            return err_set(err, ERR_FAILED,
                           "%s holds no sys/devices/system/cpu: it is not the "
                           "copy of a host, or it is incomplete.",
                           root_path(root));
        setenv("HWLOC_FSROOT", root_path(root), 1);
        setenv("HWLOC_COMPONENTS", "linux,stop", 1);
        setenv("HWLOC_THISSYSTEM", "0", 1);
    }
    if (hwloc_topology_init(&hwloc) < 0)
        return err_set(err, ERR_FAILED, "hwloc cannot be started.");
    if (hwloc_topology_set_flags(hwloc,
                                 HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED) < 0 ||
        hwloc_topology_load(hwloc) < 0)
        err_set(err, ERR_FAILED,
                "hwloc cannot read the CPU topology beneath %s.",
                root_path(root));
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
