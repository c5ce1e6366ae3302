/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a root directory, gives facts about the kernel. Reads files only;
 * runs and loads nothing.
 */
#include "host/kernel.h"

#include "base/str.h"

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
    char **policies =
        root_list(root, arena, "sys/devices/system/cpu/cpufreq", NULL);
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
        .has_vfio = root_exists(root, "sys/bus/pci/drivers/vfio-pci"),
        .has_cpuset_cgroup = strstr(controllers, "cpuset") != NULL,
        .has_systemd = root_exists(root, "run/systemd/system"),
    };
    for (; policies && *policies; policies++) {
        const char *directory =
            arena_printf(arena, "sys/devices/system/cpu/cpufreq/%s", *policies);

        if (!str_starts(*policies, "policy"))
            continue;
        kernel->governor = root_read(
            root, arena, arena_printf(arena, "%s/scaling_governor", directory));
        kernel->frequency_driver = root_read(
            root, arena, arena_printf(arena, "%s/scaling_driver", directory));
        break;
    }
}

bool kernel_has_parameter(const struct kernel *kernel, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = kernel->command_line; (at = strstr(at, name)); at++)
        if ((at == kernel->command_line || at[-1] == ' ') &&
            (at[length] == '\0' || at[length] == ' ' || at[length] == '='))
            return true;
    return false;
}
