/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a root directory, gives facts about the kernel. Reads files only;
 * runs and loads nothing.
 */
#include "host/kernel.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

static const char *read_or_empty(const struct root *root, struct arena *arena,
                                 const char *path)
{
    const char *text = root_read(root, arena, path);

    return text ? text : "";
}

static const char *iommu_name(const struct root *root, struct arena *arena)
{
    char **names = root_list(root, arena, "sys/class/iommu", NULL);

    for (; names && *names; names++) {
        if (str_starts(*names, "dmar"))
            return "Intel VT-d";
        if (str_starts(*names, "ivhd"))
            return "AMD-Vi";
    }
    return NULL;
}

static bool differ(const char *a, const char *b)
{
    return a && b && strcmp(a, b) != 0;
}

/* What the frequency policies say: the first one, and whether all agree. */
static void read_policies(const struct root *root, struct arena *arena,
                          struct kernel *kernel)
{
    static const char cpufreq[] = "sys/devices/system/cpu/cpufreq";
    char **policies = root_list(root, arena, cpufreq, NULL);
    bool is_first = true;

    for (; policies && *policies; policies++) {
        const char *path = arena_printf(arena, "%s/%s/", cpufreq, *policies);
        const char *governor, *energy;

        if (!str_starts(*policies, "policy"))
            continue;
        governor = root_read(root, arena,
                             arena_printf(arena, "%sscaling_governor", path));
        energy = root_read(
            root, arena,
            arena_printf(arena, "%senergy_performance_preference", path));
        kernel->has_mixed_governors |= differ(kernel->governor, governor);
        kernel->has_mixed_energies |= differ(kernel->energy, energy);
        if (!is_first)
            continue;
        is_first = false;
        kernel->governor = governor;
        kernel->energy = energy;
        kernel->frequency_driver = root_read(
            root, arena, arena_printf(arena, "%sscaling_driver", path));
        kernel->governors = root_read(
            root, arena,
            arena_printf(arena, "%sscaling_available_governors", path));
        kernel->energies = root_read(
            root, arena,
            arena_printf(arena, "%senergy_performance_available_preferences",
                         path));
    }
}

/* A module's parameter that says "Y" or "1". */
static bool is_set(const struct root *root, struct arena *arena,
                   const char *path)
{
    const char *text = root_read(root, arena, path);

    return text && (*text == 'Y' || *text == '1');
}

void kernel_probe(const struct root *root, struct arena *arena,
                  struct kernel *kernel)
{
    const char *controllers =
        read_or_empty(root, arena, "sys/fs/cgroup/cgroup.controllers");

    *kernel = (struct kernel){
        .release = read_or_empty(root, arena, "proc/sys/kernel/osrelease"),
        .command_line = read_or_empty(root, arena, "proc/cmdline"),
        .iommu = iommu_name(root, arena),
        .has_kvm = root_exists(root, "sys/module/kvm_intel") ||
                   root_exists(root, "sys/module/kvm_amd"),
        .has_apicv = is_set(root, arena,
                            "sys/module/kvm_intel/parameters/enable_apicv") ||
                     is_set(root, arena, "sys/module/kvm_amd/parameters/avic"),
        .has_nested =
            is_set(root, arena, "sys/module/kvm_intel/parameters/nested") ||
            is_set(root, arena, "sys/module/kvm_amd/parameters/nested"),
        .knows_nested =
            root_exists(root, "sys/module/kvm_intel/parameters/nested") ||
            root_exists(root, "sys/module/kvm_amd/parameters/nested"),
        .has_vfio = root_exists(root, "sys/bus/pci/drivers/vfio-pci"),
        .has_cpuset_cgroup = str_has_word(controllers, "cpuset"),
        .has_systemd = root_exists(root, "run/systemd/system"),
    };
    read_policies(root, arena, kernel);
}

const char *kernel_parameter(const struct kernel *kernel, struct arena *arena,
                             const char *name)
{
    const char *at = kernel->command_line, *word, *value = NULL;
    size_t length, size = strlen(name);

    while ((word = str_next_word(&at, &length))) {
        if (length < size || strncmp(word, name, size) != 0)
            continue;
        if (length == size)
            value = "";
        else if (word[size] == '=')
            value = arena_strndup(arena, word + size + 1, length - size - 1);
    }
    return value;
}

bool kernel_is_at_least(const struct kernel *kernel, unsigned major,
                        unsigned minor)
{
    unsigned long has_major, has_minor;
    char *end;

    has_major = strtoul(kernel->release, &end, 10);
    if (end == kernel->release || *end != '.')
        return false;
    has_minor = strtoul(end + 1, NULL, 10);
    return has_major > major || (has_major == major && has_minor >= minor);
}
