/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of what runs around libvirt: hooks, who may stop them, systemd and
 * cgroups, and services that set what virt-tune looks at.
 */
#include "host/check_row.h"

#include "base/str.h"

#include <ctype.h>
#include <string.h>
#include <sys/stat.h>

#define HOOKS "etc/libvirt/hooks"

/* A directory that is there and may not be looked into, or NULL. */
static const char *find_closed(const struct look *look)
{
    static const char *const places[] = {"etc/libvirt", HOOKS, HOOKS "/qemu.d"};

    for (size_t i = 0; i < ARRAY_SIZE(places); i++)
        if (root_exists(look->root, places[i]) &&
            !root_list(look->root, look->arena, places[i], NULL))
            return arena_printf(look->arena, "/%s is not readable", places[i]);
    return NULL;
}

void check_hooks(const struct look *look)
{
    if (root_exists(look->root, HOOKS "/qemu.d/50-virt-tune"))
        check_answer(look, VERDICT_OK, "virt-tune's hook is installed",
                     "qemu.d/50-virt-tune", "");
    else if (root_exists(look->root, HOOKS "/qemu"))
        check_answer(look, VERDICT_NOTE, "There is a hook of your own",
                     "/etc/libvirt/hooks/qemu",
                     "It stays as it is, and runs first.");
    else if (find_closed(look))
        check_answer(look, VERDICT_UNKNOWN, "Hooks: could not look",
                     find_closed(look), "");
    else if (root_exists(look->root, "etc/libvirt"))
        check_answer(look, VERDICT_NOTE, "No hook is installed",
                     "virt-tune brings one",
                     "It is installed with the first plan that needs it. "
                     "libvirt notices its very first hook only when it is "
                     "reloaded: systemctl reload libvirtd (or virtqemud).");
    else
        check_answer(look, VERDICT_UNKNOWN, "Hooks: could not look",
                     "no etc/libvirt here", "");
}

/* A backup or a leftover, by its name. */
static bool is_leftover(const char *name)
{
    static const char *const ends[] = {
        "~",    ".bak", ".old",      ".orig",    ".save",
        ".swp", ".off", ".disabled", ".rpmsave", ".dpkg-old"};

    for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
        if (str_ends(name, ends[i]))
            return true;
    return false;
}

/* True if a line, comments left out, runs virsh. */
static bool runs_virsh(const char *text)
{
    const char *at = text;

    while ((at = strstr(at, "virsh"))) {
        const char *start = at, *line = at;

        while (line > text && line[-1] != '\n')
            line--;
        line += strspn(line, " \t");
        at += strlen("virsh");
        if (*line != '#' && isblank(*at) &&
            (start == text || !isalnum((unsigned char)start[-1])))
            return true;
    }
    return false;
}

/* What is wrong with a file of hooks, or NULL; `*fix` is the cure. */
static const char *find_fault(const struct look *look, const char *path,
                              const char **fix)
{
    unsigned mode = root_mode(look->root, path);
    const char *text = check_text(look, path);
    const char *name = strrchr(path, '/') + 1;
    bool has_return = text[strcspn(text, "\r\n")] == '\r';

    if (S_ISDIR(mode) && !root_exists(look->root, HOOKS "/qemu")) {
        *fix =
            "libvirt never looks into directories of qemu.d. Guides that "
            "make them want a script /etc/libvirt/hooks/qemu that does.";
        return "a directory";
    }
    if (!S_ISREG(mode))
        return NULL;
    if (is_leftover(name)) {
        *fix =
            "libvirt runs it, whatever its name. Move it elsewhere: mv it "
            "out of /etc/libvirt/hooks.";
        return mode & 0111 ? "a leftover that runs" : NULL;
    }
    if (!(mode & 0111)) {
        *fix = "libvirt passes over it. Make it executable: chmod +x.";
        return "not executable";
    }
    if (*text && !str_starts(text, "#!") && !str_starts(text, "\177ELF")) {
        *fix = "Its first line must name who runs it, such as #!/bin/sh.";
        return "no #! line";
    }
    if (str_starts(text, "#!") && has_return) {
        *fix =
            "Its lines end as on Windows: sed -i 's/\\r$//' makes them "
            "good.";
        return "ends of line of Windows";
    }
    if (runs_virsh(text)) {
        *fix =
            "libvirt waits for the hook, and virsh waits for libvirt: the "
            "guest and every list of guests may hang. managed='yes' and "
            "sysfs do what virsh nodedev- does.";
        return "runs virsh";
    }
    return NULL;
}

void check_hook_files(const struct look *look)
{
    char **names = root_list(look->root, look->arena, HOOKS "/qemu.d", NULL);
    const char *path = HOOKS "/qemu", *fix = "", *fault;
    size_t count = root_exists(look->root, path);

    if (!root_exists(look->root, "etc/libvirt")) {
        check_answer(look, VERDICT_UNKNOWN, "Hook files: could not look",
                     "no etc/libvirt here", "");
        return;
    }
    if (find_closed(look)) {
        check_answer(look, VERDICT_UNKNOWN, "Hook files: could not look",
                     find_closed(look), "");
        return;
    }
    fault = find_fault(look, path, &fix);
    for (; names && *names && !fault; names++) {
        path = arena_printf(look->arena, HOOKS "/qemu.d/%s", *names);
        fault = find_fault(look, path, &fix);
        count++;
    }
    if (fault)
        check_answer(look, VERDICT_WARN, "A hook file is not as it should be",
                     arena_printf(look->arena, "%s: %s",
                                  path + strlen(HOOKS "/"), fault),
                     fix);
    else
        check_answer(look, VERDICT_OK,
                     count ? "Hook files can run" : "There are no hook files",
                     "", "");
}

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
            "For hooks, run\n"
            "    restorecon -R -v /etc/libvirt/hooks\n"
            "    setsebool -P virt_hooks_unconfined on\n"
            "For ROM files in /var/lib/libvirt/vbios, run\n"
            "    semanage fcontext -a -t virt_image_t "
            "'/var/lib/libvirt/vbios(/.*)?'\n"
            "    restorecon -R -v /var/lib/libvirt/vbios\n";
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

enum state { STATE_UNKNOWN, STATE_ABSENT, STATE_ENABLED, STATE_RUNNING };

/* True if a process has the name, of which the kernel keeps 15 characters. */
static bool has_process(const struct look *look, const char *name)
{
    char **names = root_list(look->root, look->arena, "proc", NULL);

    for (; names && *names; names++) {
        const char *comm;

        if (!isdigit((unsigned char)**names))
            continue;
        comm =
            check_text(look, arena_printf(look->arena, "proc/%s/comm", *names));
        if (*comm && strncmp(comm, name, 15) == 0 &&
            (strlen(name) > 15 || strlen(comm) == strlen(name)))
            return true;
    }
    return false;
}

/*
 * systemd keeps a link run/systemd/units/invocation:NAME, to no file, as long
 * as a unit is active.
 * Without that directory, what it starts at boot is all that can be told.
 */
static enum state find_service(const struct look *look, const char *name)
{
    char **names =
        root_list(look->root, look->arena, "etc/systemd/system", NULL);
    bool has_units = root_exists(look->root, "run/systemd/units");
    const char *mark = arena_printf(
        look->arena, "run/systemd/units/invocation:%s.service", name);

    if (root_read_link(look->root, look->arena, mark) ||
        root_exists(look->root, mark) ||
        (!has_units && has_process(look, name)))
        return STATE_RUNNING;
    if (has_units)
        return STATE_ABSENT;
    if (!names)
        return STATE_UNKNOWN;
    for (; *names; names++)
        if (str_ends(*names, ".wants") &&
            root_read_link(look->root, look->arena,
                           arena_printf(look->arena,
                                        "etc/systemd/system/%s/%s.service",
                                        *names, name)))
            return STATE_ENABLED;
    return STATE_ABSENT;
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
    enum state best = STATE_UNKNOWN;
    size_t which = 0;

    for (size_t i = 0; i < ARRAY_SIZE(services); i++) {
        enum state state = find_service(look, services[i].name);

        if (state <= best)
            continue;
        best = state;
        which = i;
    }
    if (best >= STATE_ENABLED)
        check_answer(look, VERDICT_NOTE,
                     best == STATE_RUNNING
                         ? "A service sets the governor, too"
                         : "A service will set the governor, too",
                     services[which].name, services[which].fix);
    else if (best == STATE_ABSENT)
        check_answer(look, VERDICT_OK, "No service changes the governor", "",
                     "");
    else
        check_answer(look, VERDICT_UNKNOWN, "Power services: could not look",
                     "no units of systemd here", "");
}

void check_irqbalance(const struct look *look)
{
    enum state state = find_service(look, "irqbalance");

    if (state >= STATE_ENABLED)
        check_answer(look, VERDICT_NOTE,
                     state == STATE_RUNNING ? "irqbalance moves interrupts"
                                            : "irqbalance starts at boot",
                     "to guest CPUs, too",
                     "IRQBALANCE_BANNED_CPULIST= in /etc/default/irqbalance "
                     "(Fedora: /etc/sysconfig/irqbalance) keeps it off the "
                     "CPUs that it names.");
    else if (state == STATE_ABSENT)
        check_answer(look, VERDICT_OK, "irqbalance does not run", "", "");
    else
        check_answer(look, VERDICT_UNKNOWN, "irqbalance: could not look",
                     "no units of systemd here", "");
}
