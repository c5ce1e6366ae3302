/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a topology whose cores have no kind yet, gives each its kind. Never
 * calls favoured cores (a few percent faster) another kind: hwloc 2.9 does so
 * where base_frequency is missing, so its own ranking is not used.
 */
#include "host/kind.h"

#include <hwloc.h>
#include <stdio.h>
#include <string.h>

/* Gives the kind to every core all of whose threads are in the set. */
static bool give(struct cpu_topology *topology, const cpu_set_t *cpus,
                 enum core_kind kind)
{
    bool is_given = false;

    for (unsigned i = 0; i < topology->core_count; i++) {
        struct cpu_core *core = &topology->cores[i];

        if (cpuset_is_subset(&core->cpus, cpus)) {
            core->kind = kind;
            is_given = true;
        }
    }
    return is_given;
}

static bool from_core_type(struct hwloc_topology *hwloc,
                           struct cpu_topology *topology)
{
    static const struct {
        const char *name;
        enum core_kind kind;
    } types[] = {
        {"IntelCore", CORE_KIND_PERFORMANCE},
        {"IntelAtom", CORE_KIND_EFFICIENT},
        {"IntelLowPower", CORE_KIND_LOW_POWER},
        {"AMDPerformance", CORE_KIND_PERFORMANCE},
        {"AMDEfficiency", CORE_KIND_EFFICIENT},
        {"AMDLowPower", CORE_KIND_LOW_POWER},
    };
#if HWLOC_API_VERSION >= 0x00020400 && HWLOC_API_VERSION < 0x00030000
    int count = hwloc_cpukinds_get_nr(hwloc, 0);
    hwloc_bitmap_t bitmap = hwloc_bitmap_alloc();
    bool is_given = false;

    for (int i = 0; bitmap && i < count; i++) {
        struct hwloc_info_s *infos;
        unsigned info_count;
        int efficiency;
        cpu_set_t cpus = cpuset_empty();

        if (hwloc_cpukinds_get_info(hwloc, (unsigned)i, bitmap, &efficiency,
                                    &info_count, &infos, 0) < 0)
            continue;
        for (int cpu = hwloc_bitmap_first(bitmap); cpu >= 0 && cpu < CPUSET_MAX;
             cpu = hwloc_bitmap_next(bitmap, cpu))
            CPU_SET((size_t)cpu, &cpus);
        for (unsigned j = 0; j < info_count; j++)
            for (size_t k = 0; k < ARRAY_SIZE(types); k++)
                if (strcmp(infos[j].name, "CoreType") == 0 &&
                    strcmp(infos[j].value, types[k].name) == 0)
                    is_given |= give(topology, &cpus, types[k].kind);
    }
    hwloc_bitmap_free(bitmap);
    return is_given;
#else
    (void)types;
    (void)hwloc;
    (void)topology;
    return false;
#endif
}

/* The performance monitoring units of hybrid Intel CPUs (Linux 5.13). */
static bool from_kernel_lists(const struct root *root, struct arena *arena,
                              struct cpu_topology *topology)
{
    static const struct {
        const char *path;
        enum core_kind kind;
    } lists[] = {
        {"sys/devices/cpu_core/cpus", CORE_KIND_PERFORMANCE},
        {"sys/devices/cpu_atom/cpus", CORE_KIND_EFFICIENT},
        {"sys/devices/cpu_lowpower/cpus", CORE_KIND_LOW_POWER},
    };
    bool is_given = false;

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        const char *text = root_read(root, arena, lists[i].path);
        cpu_set_t cpus;

        if (text && cpuset_parse(text, &cpus))
            is_given |= give(topology, &cpus, lists[i].kind);
    }
    return is_given;
}

/* Hybrid Intel cores with threads beside cores without are P and E cores. */
static bool from_threads(struct cpu_topology *topology)
{
    bool has_single = false;

    if (strcmp(topology->vendor, "GenuineIntel") != 0 || !topology->has_smt ||
        !cpuset_is_empty(&topology->offline))
        return false; /* an offline sibling looks the same */
    for (unsigned i = 0; i < topology->core_count; i++)
        has_single |= topology->cores[i].thread_count == 1;
    if (!has_single)
        return false;
    for (unsigned i = 0; i < topology->core_count; i++)
        topology->cores[i].kind = topology->cores[i].thread_count > 1
                                      ? CORE_KIND_PERFORMANCE
                                      : CORE_KIND_EFFICIENT;
    return true;
}

/*
 * Favoured cores differ by up to some 8 % (dual-CCD X3D included), dense and
 * efficient cores by 20 % and more.
 */
static bool from_frequency(struct cpu_topology *topology)
{
    unsigned long fastest = 0, slowest = 0;

    for (unsigned i = 0; i < topology->core_count; i++) {
        unsigned long khz = topology->cores[i].max_khz;

        if (khz == 0)
            return false;
        if (khz > fastest)
            fastest = khz;
        if (slowest == 0 || khz < slowest)
            slowest = khz;
    }
    if (fastest * 100 <= slowest * 115)
        return false;
    for (unsigned i = 0; i < topology->core_count; i++)
        topology->cores[i].kind =
            topology->cores[i].max_khz * 115 > fastest * 100
                ? CORE_KIND_PERFORMANCE
                : CORE_KIND_EFFICIENT;
    return true;
}

/* Intel's low-power island is outside the L3 that the other E cores share. */
static void find_low_power(struct cpu_topology *topology)
{
    bool has_efficient_l3 = false;

    for (unsigned i = 0; i < topology->core_count; i++)
        has_efficient_l3 |= topology->cores[i].kind == CORE_KIND_EFFICIENT &&
                            topology->cores[i].l3 >= 0;
    for (unsigned i = 0; i < topology->core_count; i++) {
        struct cpu_core *core = &topology->cores[i];

        if (core->kind == CORE_KIND_EFFICIENT && core->l3 < 0 &&
            (has_efficient_l3 || topology->l3_count > 0))
            core->kind = CORE_KIND_LOW_POWER;
    }
}

void kind_assign(const struct root *root, struct arena *arena,
                 struct hwloc_topology *hwloc, struct cpu_topology *topology)
{
    bool has_kind[CORE_KIND_COUNT] = {false};
    unsigned kinds = 0;

    if (from_core_type(hwloc, topology) ||
        from_kernel_lists(root, arena, topology) || from_threads(topology) ||
        from_frequency(topology))
        find_low_power(topology);
    for (unsigned i = 0; i < topology->core_count; i++)
        has_kind[topology->cores[i].kind] = true;
    for (unsigned i = 0; i < CORE_KIND_COUNT; i++)
        kinds += has_kind[i];
    topology->is_hybrid = kinds > 1;
    for (unsigned i = 0; !topology->is_hybrid && i < topology->core_count; i++)
        topology->cores[i].kind = CORE_KIND_UNIFORM;
}
