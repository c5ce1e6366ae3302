/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a topology and the root that it was read from, adds what sysfs, procfs
 * and the cgroups say. A file that is missing or holds nonsense adds nothing.
 */
#include "host/kernelcpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The list of a file; false if it is absent, "(null)" or the like. */
static bool read_list(const struct root *root, struct arena *arena,
                      const char *path, cpu_set_t *set)
{
    const char *text = root_read(root, arena, path);

    *set = cpuset_empty();
    return text && cpuset_parse(text, set);
}

/* What follows `key` and its colon on the first such line of cpuinfo. */
static const char *cpuinfo_value(struct arena *arena, const char *cpuinfo,
                                 const char *key)
{
    size_t length = strlen(key);

    for (const char *line = cpuinfo; line; line = strchr(line, '\n')) {
        const char *colon, *end;

        line += *line == '\n';
        if (strncmp(line, key, length) != 0)
            continue;
        colon = line + length + strspn(line + length, " \t");
        if (*colon != ':')
            continue;
        end = colon + strcspn(colon, "\n");
        return str_trim(
            arena_strndup(arena, colon + 1, (size_t)(end - colon - 1)));
    }
    return NULL;
}

static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = text; (at = strstr(at, word)); at++)
        if ((at == text || at[-1] == ' ') &&
            (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

static void read_cpuinfo(const struct root *root, struct arena *arena,
                         struct cpu_topology *topology)
{
    const char *cpuinfo = root_read(root, arena, "proc/cpuinfo");
    const char *flags = cpuinfo_value(arena, cpuinfo, "flags");
    const char *vendor = cpuinfo_value(arena, cpuinfo, "vendor_id");
    const char *model = cpuinfo_value(arena, cpuinfo, "model name");
    const char *sizes = cpuinfo_value(arena, cpuinfo, "address sizes");

    /* hwloc names them only where it could read all of cpuinfo. */
    if (!*topology->vendor && vendor)
        topology->vendor = vendor;
    if (!*topology->model && model)
        topology->model = model;
    topology->physical_bits = sizes ? (unsigned)strtoul(sizes, NULL, 10) : 0;
    topology->has_flags = flags != NULL;
    topology->has_vmx = flags && has_word(flags, "vmx");
    topology->has_svm = flags && has_word(flags, "svm");
    topology->has_topoext = flags && has_word(flags, "topoext");
    topology->has_nonstop_tsc = flags && has_word(flags, "constant_tsc") &&
                                has_word(flags, "nonstop_tsc");
}

/*
 * hwloc gives a node without CPUs those of its nearest neighbour, so that a
 * core seems to be in several: only the kernel's list tells where it is.
 */
static void read_nodes(const struct root *root, struct arena *arena,
                       struct cpu_topology *topology)
{
    for (unsigned i = 0; i < topology->node_count; i++) {
        struct cpu_node *node = &topology->nodes[i];
        char path[64];
        cpu_set_t cpus;

        snprintf(path, sizeof(path), "sys/devices/system/node/node%u/cpulist",
                 node->id);
        if (!read_list(root, arena, path, &cpus))
            continue;
        node->cpus = cpuset_and(&cpus, &topology->online);
        for (unsigned j = 0; j < topology->core_count; j++)
            if (cpuset_intersects(&topology->cores[j].cpus, &cpus))
                topology->cores[j].node = (int)node->id;
    }
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

/* Takes away what a cgroup forbids, unless it would leave no CPU at all. */
static bool confine(const struct root *root, struct arena *arena,
                    const char *path, cpu_set_t *allowed)
{
    cpu_set_t set;

    if (!read_list(root, arena, path, &set) || cpuset_is_empty(&set))
        return false; /* never set: the group may use what its parent may */
    set = cpuset_and(&set, allowed);
    if (!cpuset_is_empty(&set))
        *allowed = set;
    return true;
}

/*
 * Guests live in machine.slice, with cgroup v1 and no systemd in "machine".
 * The group of this process does not count: while a guest runs, an isolation
 * hook confines user.slice to the CPUs that the guest does not use.
 */
static void read_allowed(const struct root *root, struct arena *arena,
                         struct cpu_topology *topology)
{
    static const char *const unified[] = {"", "machine.slice/"};
    static const char *const legacy[] = {"", "machine.slice/", "machine/"};
    cpu_set_t *allowed = &topology->allowed;

    *allowed = topology->online;
    if (root_exists(root, "sys/fs/cgroup/cgroup.controllers") ||
        root_exists(root, "sys/fs/cgroup/cpuset.cpus.effective")) {
        for (size_t i = 0; i < ARRAY_SIZE(unified); i++)
            confine(root, arena,
                    arena_printf(arena, "sys/fs/cgroup/%scpuset.cpus.effective",
                                 unified[i]),
                    allowed);
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(legacy); i++)
        if (!confine(root, arena,
                     arena_printf(arena,
                                  "sys/fs/cgroup/cpuset/%scpuset."
                                  "effective_cpus",
                                  legacy[i]),
                     allowed))
            confine(root, arena,
                    arena_printf(arena, "sys/fs/cgroup/cpuset/%scpuset.cpus",
                                 legacy[i]),
                    allowed);
}

void kernelcpu_read(const struct root *root, struct arena *arena,
                    struct cpu_topology *topology)
{
    cpu_set_t present;

    if (read_list(root, arena, "sys/devices/system/cpu/present", &present))
        topology->offline = cpuset_minus(&present, &topology->online);
    read_list(root, arena, "sys/devices/system/cpu/isolated",
              &topology->isolated);
    read_list(root, arena, "sys/devices/system/cpu/nohz_full",
              &topology->nohz_full);
    read_cpuinfo(root, arena, topology);
    read_nodes(root, arena, topology);
    read_frequencies(root, topology);
    read_allowed(root, arena, topology);
}
