/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a topology whose cores have no kind yet, gives each its kind. Never
 * calls favoured cores (a few percent faster) another kind: hwloc 2.9 does so
 * where base_frequency is missing, so its own ranking is not used.
 */
#include "host/kind.h"

#include "base/str.h"

#include <hwloc.h>
#include <string.h>

/* Where the kinds are asked for. CORE_KIND_UNIFORM: not yet known. */
struct inquiry {
    const struct root *root; /* NULL: hwloc only */
    struct arena *arena;
    struct hwloc_topology *hwloc;
    struct cpu_topology *topology;
};

/* Gives the kind to every core all of whose threads are in the set. */
static void give(struct cpu_topology *topology, const cpu_set_t *cpus,
                 enum core_kind kind)
{
    for (unsigned i = 0; i < topology->core_count; i++)
        if (cpuset_is_subset(&topology->cores[i].cpus, cpus))
            topology->cores[i].kind = kind;
}

/* True if every core has a kind; else none has one any longer. */
static bool is_complete(struct cpu_topology *topology)
{
    bool is_missing = false;

    for (unsigned i = 0; i < topology->core_count; i++)
        is_missing |= topology->cores[i].kind == CORE_KIND_UNIFORM;
    for (unsigned i = 0; is_missing && i < topology->core_count; i++)
        topology->cores[i].kind = CORE_KIND_UNIFORM;
    return !is_missing;
}

/* The performance monitoring units of hybrid Intel CPUs (Linux 5.13). */
static bool from_kernel_lists(const struct inquiry *inquiry)
{
    static const struct {
        const char *path;
        enum core_kind kind;
    } lists[] = {
        {"sys/devices/cpu_core/cpus", CORE_KIND_PERFORMANCE},
        {"sys/devices/cpu_atom/cpus", CORE_KIND_EFFICIENT},
        {"sys/devices/cpu_lowpower/cpus", CORE_KIND_LOW_POWER},
    };

    for (size_t i = 0; inquiry->root && i < ARRAY_SIZE(lists); i++) {
        const char *text =
            root_read(inquiry->root, inquiry->arena, lists[i].path);
        cpu_set_t cpus;

        if (text && cpuset_parse(text, &cpus))
            give(inquiry->topology, &cpus, lists[i].kind);
    }
    return is_complete(inquiry->topology);
}

/* Calls `visit` with each thing of this name that hwloc says of some CPUs. */
static void each_info(const struct inquiry *inquiry, const char *name,
                      void (*visit)(struct cpu_topology *topology,
                                    const cpu_set_t *cpus, const char *value))
{
#if HWLOC_API_VERSION >= 0x00020400 && HWLOC_API_VERSION < 0x00030000
    int count = inquiry->hwloc ? hwloc_cpukinds_get_nr(inquiry->hwloc, 0) : 0;
    hwloc_bitmap_t bitmap = hwloc_bitmap_alloc();

    for (int i = 0; bitmap && i < count; i++) {
        struct hwloc_info_s *infos;
        unsigned info_count;
        int efficiency;
        cpu_set_t cpus = cpuset_empty();

        if (hwloc_cpukinds_get_info(inquiry->hwloc, (unsigned)i, bitmap,
                                    &efficiency, &info_count, &infos, 0) < 0)
            continue;
        for (int cpu = hwloc_bitmap_first(bitmap); cpu >= 0 && cpu < CPUSET_MAX;
             cpu = hwloc_bitmap_next(bitmap, cpu))
            CPU_SET((size_t)cpu, &cpus);
        for (unsigned j = 0; j < info_count; j++)
            if (strcmp(infos[j].name, name) == 0)
                visit(inquiry->topology, &cpus, infos[j].value);
    }
    hwloc_bitmap_free(bitmap);
#else
    (void)inquiry;
    (void)name;
    (void)visit;
#endif
}

static void visit_core_type(struct cpu_topology *topology,
                            const cpu_set_t *cpus, const char *value)
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

    for (size_t i = 0; i < ARRAY_SIZE(types); i++)
        if (strcmp(value, types[i].name) == 0)
            give(topology, cpus, types[i].kind);
}

static bool from_core_type(const struct inquiry *inquiry)
{
    each_info(inquiry, "CoreType", visit_core_type);
    return is_complete(inquiry->topology);
}

static void visit_frequency(struct cpu_topology *topology,
                            const cpu_set_t *cpus, const char *value)
{
    unsigned long mhz;

    if (!str_number(value, 100000, &mhz))
        return;
    for (unsigned i = 0; i < topology->core_count; i++)
        if (topology->cores[i].max_khz == 0 &&
            cpuset_is_subset(&topology->cores[i].cpus, cpus))
            topology->cores[i].max_khz = mhz * 1000;
}

/*
 * Favoured cores differ by up to some 13 % (dual-CCD X3D included), dense and
 * efficient cores by 20 % and more. Where all frequencies are known they tell
 * either way: no structure makes kinds of cores that are equally fast.
 */
static bool from_frequency(const struct inquiry *inquiry)
{
    struct cpu_topology *topology = inquiry->topology;
    unsigned long fastest = 0;

    for (unsigned i = 0; i < topology->core_count; i++) {
        unsigned long khz = topology->cores[i].max_khz;

        if (khz == 0)
            return false;
        if (khz > fastest)
            fastest = khz;
    }
    for (unsigned i = 0; i < topology->core_count; i++)
        topology->cores[i].kind =
            fastest * 100 <= topology->cores[i].max_khz * 115
                ? CORE_KIND_PERFORMANCE
                : CORE_KIND_EFFICIENT;
    return true;
}

/* Hybrid Intel cores with threads beside cores without are P and E cores. */
static bool from_threads(const struct inquiry *inquiry)
{
    struct cpu_topology *topology = inquiry->topology;

    if (strcmp(topology->vendor, "GenuineIntel") != 0 || !topology->has_smt ||
        !cpuset_is_empty(&topology->offline))
        return false; /* an offline sibling looks the same */
    for (unsigned i = 0; i < topology->core_count; i++)
        topology->cores[i].kind = topology->cores[i].thread_count > 1
                                      ? CORE_KIND_PERFORMANCE
                                      : CORE_KIND_EFFICIENT;
    return true;
}

/*
 * True if a core's L3 domain has half as many cores again as another one of
 * its package and at most half its cache: dense cores. The cache alone tells
 * nothing (X3D), nor does a core or two switched off.
 */
static bool is_dense(const struct cpu_topology *topology,
                     const struct cpu_core *core)
{
    const struct cpu_cache *own = core->l3 < 0 ? NULL : &topology->l3[core->l3];

    for (unsigned i = 0; own && i < topology->core_count; i++) {
        const struct cpu_core *other = &topology->cores[i];
        const struct cpu_cache *l3 =
            other->l3 < 0 ? NULL : &topology->l3[other->l3];

        if (l3 && other->package == core->package && own->size_kib > 0 &&
            own->size_kib * 2 <= l3->size_kib &&
            own->core_count * 2 >= l3->core_count * 3)
            return true;
    }
    return false;
}

/* Zen 5c beside Zen 5 in an L3 domain of its own, as in Strix Point. */
static bool from_dense_domains(const struct inquiry *inquiry)
{
    struct cpu_topology *topology = inquiry->topology;

    if (strcmp(topology->vendor, "AuthenticAMD") != 0 ||
        !cpuset_is_empty(&topology->offline))
        return false; /* fewer cores may just be offline ones */
    for (unsigned i = 0; i < topology->core_count; i++)
        topology->cores[i].kind = is_dense(topology, &topology->cores[i])
                                      ? CORE_KIND_EFFICIENT
                                      : CORE_KIND_PERFORMANCE;
    return true;
}

/* In order: who was told comes before who measures, and structure is last. */
static const struct {
    bool (*ask)(const struct inquiry *inquiry);
    bool is_intel; /* only Intel's CPUs answer */
} sources[] = {
    {from_kernel_lists, true},   {from_core_type, true},
    {from_frequency, false},     {from_threads, true},
    {from_dense_domains, false},
};

/* Intel's low-power island is outside the L3 that the other cores share. */
static void find_low_power(struct cpu_topology *topology)
{
    if (topology->l3_count == 0)
        return;
    for (unsigned i = 0; i < topology->core_count; i++)
        if (topology->cores[i].kind == CORE_KIND_EFFICIENT &&
            topology->cores[i].l3 < 0)
            topology->cores[i].kind = CORE_KIND_LOW_POWER;
}

void kind_assign(const struct root *root, struct arena *arena,
                 struct hwloc_topology *hwloc, struct cpu_topology *topology)
{
    const struct inquiry inquiry = {root, arena, hwloc, topology};
    size_t at = 0;

    if (!root)
        each_info(&inquiry, "FrequencyMaxMHz", visit_frequency);
    while (at < ARRAY_SIZE(sources) && !sources[at].ask(&inquiry))
        at++;
    if (strcmp(topology->vendor, "GenuineIntel") == 0 ||
        (at < ARRAY_SIZE(sources) && sources[at].is_intel))
        find_low_power(topology);
    topology->is_hybrid = false;
    for (unsigned i = 1; i < topology->core_count; i++)
        topology->is_hybrid |=
            topology->cores[i].kind != topology->cores[0].kind;
    for (unsigned i = 0; !topology->is_hybrid && i < topology->core_count; i++)
        topology->cores[i].kind = CORE_KIND_UNIFORM;
}
