/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of what runs around libvirt: who may stop hooks, systemd and cgroups,
 * and services that set what virt-tune looks at.
 */
#include "host/check_row.h"

#include "base/str.h"
#include "base/text.h"
#include "host/unit.h"

#include <ctype.h>
#include <string.h>
#include <sys/stat.h>

static bool is_any(const char *line)
{
    return *line != '\0';
}

void check_confinement(const struct look *look)
{
    const char *path;
    const char *enforce = check_text(look, "sys/fs/selinux/enforce");
    const char *allowed =
        check_text(look, "sys/fs/selinux/booleans/virt_hooks_unconfined");
    bool has_selinux = root_exists(look->root, "sys/fs/selinux/enforce");
    bool has_apparmor =
        *check_text(look, "sys/module/apparmor/parameters/enabled") == 'Y';
    bool has_profile =
        check_line(look, "etc/apparmor.d/usr.sbin.libvirtd", is_any, &path) ||
        check_line(look, "etc/apparmor.d/usr.sbin.virtqemud", is_any, &path);

    if (*enforce == '1') {
        check_answer(look, *allowed == '1' ? VERDICT_NOTE : VERDICT_WARN,
                     "SELinux may stop hooks and ROM files",
                     *allowed == '1' ? "enforcing, hooks unconfined"
                                     : "enforcing",
                     "If a guest does not start with a hook: ausearch -m AVC "
                     "-ts recent. In some policies the boolean does not help "
                     "virtqemud; then audit2allow makes a module of the "
                     "denials.");
        look->finding->recipe =
            _("For hooks, run\n"
              "    restorecon -R -v /etc/libvirt/hooks\n"
              "    setsebool -P virt_hooks_unconfined on\n"
              "For ROM files in /var/lib/libvirt/vbios, run\n"
              "    semanage fcontext -a -t virt_image_t "
              "'/var/lib/libvirt/vbios(/.*)?'\n"
              "    restorecon -R -v /var/lib/libvirt/vbios\n");
    } else if (has_apparmor && has_profile)
        check_answer(look, VERDICT_NOTE, "AppArmor confines hooks and ROMs",
                     "libvirt has a profile",
                     "virt-tune's hook keeps to it. A hook of your own may run "
                     "programs of /bin, /sbin, /usr/bin and /usr/sbin, not of "
                     "/usr/local or /opt. QEMU reads ROM files in "
                     "/usr/share/vgabios.");
    else if (has_selinux)
        check_answer(look, *enforce ? VERDICT_OK : VERDICT_UNKNOWN,
                     *enforce ? "SELinux stops nothing"
                              : "SELinux: could not look",
                     *enforce ? "permissive" : "not readable", "");
    else if (has_apparmor)
        check_answer(look, VERDICT_OK, "AppArmor does not confine libvirt",
                     "it has no profile", "");
    else if (root_exists(look->root, "sys/module"))
        check_answer(look, VERDICT_OK, "Nothing confines hooks",
                     "no AppArmor, no SELinux", "");
    else
        check_answer(look, VERDICT_UNKNOWN, "AppArmor, SELinux: could not look",
                     "no sys/module here", "");
}

void check_systemd(const struct look *look)
{
    const char *first = check_text(look, "proc/1/comm");

    if (look->host->kernel.has_systemd)
        check_answer(look, VERDICT_OK, "systemd runs the host", "", "");
    else if (*first && strcmp(first, "systemd") != 0)
        check_answer(look, VERDICT_WARN, "systemd does not run the host", first,
                     "The hook cannot keep the host's tasks off the guest's "
                     "CPUs here. Pins work all the same.");
    else
        check_answer(look, VERDICT_UNKNOWN, "systemd: could not look",
                     "no run/systemd here", "");
}

void check_cgroup(const struct look *look)
{
    const char *text = "systemd.unified_cgroup_hierarchy";
    const char *value =
        kernel_parameter(&look->host->kernel, look->arena, text);

    if (look->host->kernel.has_cpuset_cgroup)
        check_answer(look, VERDICT_OK, "Host tasks can be kept off guest CPUs",
                     "cgroup v2 with cpuset", "");
    else if (!root_exists(look->root, "sys/fs/cgroup"))
        check_answer(look, VERDICT_UNKNOWN, "cgroups: could not look",
                     "no sys/fs/cgroup here", "");
    else if (root_exists(look->root, "sys/fs/cgroup/cgroup.controllers"))
        check_answer(look, VERDICT_WARN, "Host tasks stay on guest CPUs",
                     "cgroup v2 lacks cpuset",
                     "Look for cgroup_disable=cpuset on the kernel command "
                     "line, and for an old mount of the cpuset cgroup.");
    else {
        check_answer(look, VERDICT_WARN, "Host tasks stay on guest CPUs",
                     "no cgroup v2",
                     "Isolation needs systemd on the unified cgroup "
                     "hierarchy. Distributions since 2021 have it unless they "
                     "are told otherwise.");
        if (look->host->kernel.has_systemd)
            check_recipe(look, arena_printf(look->arena, "%s=1", text),
                         value ? arena_printf(look->arena, "%s=%s", text, value)
                               : "");
    }
}

void check_power_service(const struct look *look)
{
    static const struct {
        const char *name, *fix;
    } services[] = {
        {"power-profiles-daemon",
         "Let it do it: powerprofilesctl set performance. Or, for as long as a "
         "command runs: powerprofilesctl launch -p performance COMMAND"},
        {"tuned", "Let it do it: tuned-adm profile virtual-host"},
        {"tlp",
         "Set it in /etc/tlp.conf: CPU_SCALING_GOVERNOR_ON_AC and "
         "CPU_ENERGY_PERF_POLICY_ON_AC."},
        {"auto-cpufreq", "Set it in /etc/auto-cpufreq.conf."},
    };
    enum unit_state best = UNIT_UNKNOWN;
    size_t which = 0;

    for (size_t i = 0; i < ARRAY_SIZE(services); i++) {
        enum unit_state state =
            unit_state(look->root, look->arena, services[i].name);

        if (state <= best)
            continue;
        best = state;
        which = i;
    }
    if (best >= UNIT_ENABLED)
        check_answer(look, VERDICT_NOTE,
                     best == UNIT_RUNNING
                         ? "A service sets the governor, too"
                         : "A service will set the governor, too",
                     services[which].name, services[which].fix);
    else if (best == UNIT_ABSENT)
        check_answer(look, VERDICT_OK, "No service changes the governor", "",
                     "");
    else
        check_answer(look, VERDICT_UNKNOWN, "Power services: could not look",
                     "no units of systemd here", "");
}

void check_irqbalance(const struct look *look)
{
    enum unit_state state = unit_state(look->root, look->arena, "irqbalance");

    if (state >= UNIT_ENABLED)
        check_answer(look, VERDICT_NOTE,
                     state == UNIT_RUNNING ? "irqbalance moves interrupts"
                                           : "irqbalance starts at boot",
                     "to guest CPUs, too",
                     "IRQBALANCE_BANNED_CPULIST= in /etc/default/irqbalance "
                     "(Fedora: /etc/sysconfig/irqbalance) keeps it off the "
                     "CPUs that it names.");
    else if (state == UNIT_ABSENT)
        check_answer(look, VERDICT_OK, "irqbalance does not run", "", "");
    else
        check_answer(look, VERDICT_UNKNOWN, "irqbalance: could not look",
                     "no units of systemd here", "");
}
