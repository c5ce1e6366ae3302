/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The faults that lines of hooks are known for: what is matched, a sentence, a
 * cure. A row that asks the host says nothing where the host does not tell.
 */
#include "host/hooklint_row.h"

#include "base/cpuset.h"
#include "base/str.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool exists(const struct hook_lint *lint, const char *path)
{
    return root_exists(lint->root, path);
}

/* "$1", "$NAME" of a guest, "$@": what libvirt or the dispatcher was given. */
static bool holds_name(const struct hook_lint *lint, const char *text)
{
    static const char *const arguments[] = {"$1", "${1", "$@", "$*", "${@"};

    if (lint->command->is_in_function || lint->file->place == HOOK_HELPER)
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(arguments); i++)
        if (strstr(text, arguments[i]))
            return true;
    return false;
}

static bool is_name_run(struct hook_lint *lint)
{
    for (size_t i = 0; i < lint->command->count; i++)
        if (holds_name(lint, hooklint_fill(lint, lint->command->words[i].text)))
            return true;
    return false;
}

/* An argument that the shell splits, and is a guest's name. */
static bool is_name_split(struct hook_lint *lint)
{
    /* These split nothing. */
    if (str_has_word("[[ case export local declare eval", lint->name))
        return false;
    for (size_t i = 0; i < lint->command->count; i++) {
        const struct shell_word *word = &lint->command->words[i];

        if (word->is_split && !strchr(word->text, '=') &&
            !strstr(word->text, "$(") &&
            holds_name(lint, hooklint_fill(lint, word->text)))
            return true;
    }
    return false;
}

static bool tells_pool(const char *text)
{
    return strstr(text, "nr_hugepages") || strstr(text, "HugePages_") ||
           strstr(text, "free_hugepages");
}

/* The value, or one of the names in its arithmetic, was read of a pool. */
static bool is_of_pool(const struct hook_lint *lint, const char *text)
{
    if (tells_pool(text))
        return true;
    while (*text) {
        size_t length = 0;
        const char *value;

        while (isalnum((unsigned char)text[length]) || text[length] == '_')
            length++;
        value = hooklint_value(lint, arena_strndup(lint->arena, text, length));
        if (value && tells_pool(hooklint_fill(lint, value)))
            return true;
        text += length + (text[length] != '\0');
    }
    return false;
}

/* Not computed from what the pool has, and no zero. */
static bool is_absolute(struct hook_lint *lint)
{
    bool is_argument =
        lint->command->is_in_function && strstr(lint->value, "$1");

    return *lint->value && !is_argument && strcmp(lint->value, "0") != 0 &&
           !is_of_pool(lint, lint->value);
}

static bool is_governor_absent(struct hook_lint *lint)
{
    const char *governors = lint->host->kernel.governors;

    lint->subject = lint->value;
    return governors && *lint->value && isalpha((unsigned char)*lint->value) &&
           !strpbrk(lint->value, "$` ") &&
           !str_has_word(governors, lint->value);
}

static bool is_governor_kept(struct hook_lint *lint)
{
    return !lint->restores_governor && !is_governor_absent(lint);
}

static bool is_governor_fixed(struct hook_lint *lint)
{
    lint->subject = lint->value;
    return !lint->saves_governor && !is_governor_absent(lint) &&
           isalpha((unsigned char)*lint->value) &&
           strcmp(lint->value, "performance") != 0;
}

/* Seconds that pass whatever happens; in a loop it is a wait for something. */
static bool is_fixed_sleep(struct hook_lint *lint)
{
    const char *text = hooklint_fill(lint, lint->words);

    return !lint->command->is_in_loop && !lint->command->is_background &&
           strtod(text, NULL) >= 1;
}

static bool is_firmware_absent(struct hook_lint *lint)
{
    lint->subject = lint->value;
    return exists(lint, "sys/bus/platform/drivers") && *lint->value &&
           !strpbrk(lint->value, "$/") &&
           !exists(lint, arena_printf(
                             lint->arena,
                             "sys/bus/platform/drivers/efi-framebuffer/%.80s",
                             lint->value));
}

static bool is_console_absent(struct hook_lint *lint)
{
    const char *path = lint->target;

    lint->subject = path;
    return exists(lint, "sys/class/vtconsole") && !strpbrk(path, "$*?[") &&
           !exists(lint, path + strspn(path, "/"));
}

static bool removes(struct hook_lint *lint)
{
    return strcmp(lint->name, "modprobe") != 0 ||
           str_has_word(lint->words, "-r") ||
           str_has_word(lint->words, "--remove") ||
           strstr(lint->words, "-r") == lint->words;
}

/* One in the background keeps nobody waiting. */
static bool removes_other(struct hook_lint *lint)
{
    return !lint->command->is_background && removes(lint) &&
           !strstr(lint->words, "vfio");
}

/* The list behind "AllowedCPUs=", or NULL. */
static const char *cpus_of(const struct hook_lint *lint)
{
    const char *at = strstr(lint->words, "AllowedCPUs=");

    if (!at)
        return NULL;
    at += strlen("AllowedCPUs=");
    return arena_strndup(lint->arena, at, strcspn(at, " "));
}

static bool is_cpus_empty(struct hook_lint *lint)
{
    const char *cpus = cpus_of(lint);

    return cpus && *cpus == '\0';
}

/* The list that taskset -c gives, or NULL: a mask, or nothing is set. */
static const char *taskset_of(const struct hook_lint *lint)
{
    const char *at = lint->words, *word;
    bool is_list = false, is_of_pid = false;
    size_t length;

    if (strcmp(lint->name, "taskset") != 0)
        return NULL;
    while ((word = str_next_word(&at, &length)) && *word == '-') {
        const char *option = arena_strndup(lint->arena, word, length);
        bool is_long = option[1] == '-';

        is_list |= is_long ? strcmp(option, "--cpu-list") == 0
                           : strchr(option, 'c') != NULL;
        is_of_pid |= is_long ? strcmp(option, "--pid") == 0
                             : strchr(option, 'p') != NULL;
    }
    if (!word || !is_list || (is_of_pid && at[strspn(at, " ")] == '\0'))
        return NULL;
    return arena_strndup(lint->arena, word, length);
}

/* "25" of "/sys/devices/system/cpu/cpu25/online", or NULL. */
static const char *path_of(const struct hook_lint *lint, const char *text)
{
    static const char *const start = "/sys/devices/system/cpu/cpu";

    for (text = strstr(text, start); text; text = strstr(text, start)) {
        size_t length;

        text += strlen(start);
        length = strspn(text, "0123456789");
        if (length > 0 && length < 6 &&
            (text[length] == '/' || text[length] == ' ' ||
             text[length] == '\0'))
            return arena_strndup(lint->arena, text, length);
    }
    return NULL;
}

static bool has_absent(struct hook_lint *lint, const char *cpus)
{
    const struct cpu_topology *cpu = &lint->host->cpu;
    cpu_set_t set, absent;

    if (!cpus || !*cpus || cpuset_is_empty(&cpu->online) ||
        !cpuset_parse(cpus, &set))
        return false;
    absent = cpuset_minus(&set, &cpu->online);
    absent = cpuset_minus(&absent, &cpu->offline);
    lint->subject = cpuset_text(lint->arena, &absent);
    return !cpuset_is_empty(&absent);
}

/* In what it sets, or in a path that it names. */
static bool is_cpus_absent(struct hook_lint *lint)
{
    return has_absent(lint, cpus_of(lint)) ||
           has_absent(lint, taskset_of(lint)) ||
           has_absent(lint, path_of(lint, lint->words)) ||
           has_absent(lint, path_of(lint, lint->target)) ||
           (str_ends(lint->target, "smp_affinity_list") &&
            has_absent(lint, lint->value));
}

static bool is_cpus_fixed(struct hook_lint *lint)
{
    const char *cpus = cpus_of(lint);
    cpu_set_t set;

    if (!cpus || !*cpus || lint->saves_cpus || !cpuset_parse(cpus, &set) ||
        has_absent(lint, cpus))
        return false;
    lint->subject = cpus;
    return true;
}

/* The host's own display manager is another one. */
static bool is_manager_other(struct hook_lint *lint)
{
    const char *unit = root_read_link(
        lint->root, lint->arena, "etc/systemd/system/display-manager.service");
    char *own = unit ? arena_strdup(lint->arena, unit) : NULL;

    if (!own)
        return false;
    if (str_ends(own, ".service"))
        own[strlen(own) - strlen(".service")] = '\0';
    lint->subject = own;
    return !strstr(lint->words, own);
}

static bool has_new_cgroups(struct hook_lint *lint)
{
    return lint->host->kernel.has_cpuset_cgroup;
}

/* libvirt waits until nobody has the pipes that it gave the hook. */
static bool keeps_pipes(struct hook_lint *lint)
{
    return lint->command->is_background && !lint->command->to &&
           !strstr(lint->file->text, "wait");
}

/* A whole address in the text that is no function of this host. */
static bool is_absent(struct hook_lint *lint, const char *text)
{
    for (const char *at = text; *at; at++) {
        bool is_virsh = str_starts(at, "pci_");
        const char *start = is_virsh ? at + strlen("pci_") : at;
        char address[13];

        if (strnlen(start, 12) < 12 ||
            (at > text && isxdigit((unsigned char)at[-1])))
            continue;
        memcpy(address, start, 12);
        address[12] = '\0';
        if (is_virsh && address[4] == '_' && address[7] == '_' &&
            address[10] == '_') {
            address[4] = address[7] = ':';
            address[10] = '.';
        }
        for (size_t i = 0; i < 12; i++)
            address[i] = (char)tolower((unsigned char)address[i]);
        if (!pci_is_address(address, 12) ||
            isxdigit((unsigned char)start[12]) ||
            pci_find(&lint->host->pci, address))
            continue;
        lint->subject = arena_strdup(lint->arena, address);
        return true;
    }
    return false;
}

static bool is_address_absent(struct hook_lint *lint)
{
    const struct shell_command *command = lint->command;

    if (lint->host->pci.device_count == 0 || lint->host->pci.problem)
        return false;
    for (size_t i = 0; i < command->count; i++)
        if (is_absent(lint, command->words[i].text))
            return true;
    return command->to && is_absent(lint, command->to);
}

/* Behind "$(...)", whose commands are judged by themselves. */
static const char *skip_commands(const char *at)
{
    int depth = 0;

    for (; *at; at++) {
        depth += *at == '(';
        if (*at == ')' && --depth == 0)
            break;
    }
    return at;
}

/* A variable of capitals, which are a script's settings, and none sets it. */
static bool is_unset(struct hook_lint *lint, const char *text)
{
    static const char *const given =
        "PATH HOME USER LOGNAME LC_ALL LANG PWD OLDPWD SHELL IFS UID EUID PPID "
        "RANDOM SECONDS HOSTNAME LINENO REPLY OPTARG OPTIND FUNCNAME "
        "PIPESTATUS BASH_SOURCE BASH BASHPID BASH_VERSION BASH_REMATCH "
        "BASH_LINENO EPOCHSECONDS EPOCHREALTIME MACHTYPE OSTYPE HOSTTYPE TERM "
        "SHLVL INVOCATION_ID JOURNAL_STREAM";

    for (const char *at = strchr(text, '$'); at; at = strchr(at + 1, '$')) {
        const char *start = at + 1 + (at[1] == '{');
        size_t length = 0;
        const char *name;

        if (at[1] == '(' && at[2] != '(') {
            at = skip_commands(at);
            if (!*at)
                return false;
            continue;
        }
        while (isupper((unsigned char)start[length]) || start[length] == '_' ||
               (length > 0 && isdigit((unsigned char)start[length])))
            length++;
        if (length < 2 || isalnum((unsigned char)start[length]) ||
            (at[1] == '{' && start[length] != '}'))
            continue; /* with a default, or of another kind */
        name = arena_strndup(lint->arena, start, length);
        if (str_has_word(given, name) || hooklint_value(lint, name))
            continue;
        lint->subject = name;
        return true;
    }
    return false;
}

static bool is_source_absent(struct hook_lint *lint)
{
    lint->subject = hooklint_absent(lint, lint->file, lint->command);
    return lint->subject != NULL;
}

/* It reads a file that is not there: what that would set is not known. */
static bool is_cut_short(const struct hook_lint *lint)
{
    const struct shell_script *script = &lint->file->script;

    for (size_t i = 0; i < script->count; i++)
        if (hooklint_absent(lint, lint->file, &script->list[i]))
            return true;
    return false;
}

static bool has_unset(struct hook_lint *lint)
{
    const struct shell_command *command = lint->command;
    bool has_any = command->to && is_unset(lint, command->to);

    for (size_t i = 0; i < command->count && !has_any; i++)
        has_any = is_unset(lint, command->words[i].text);
    return has_any && !is_cut_short(lint);
}

#define CLIENTS "virsh virt-xml virt-clone virt-install virt-admin virt-top"
#define POOL "*nr_hugepages *nr_hugepages_mempolicy *nr_overcommit_hugepages"
#define GOVERNOR "*scaling_governor"

const struct hook_row hook_rows[] = {
    {"device-by-virsh", VERDICT_WARN, "virsh",
     "*nodedev-detach* *nodedev-reattach* *nodedev-reset* *nodedev-dettach*",
     NULL, NULL, NULL, "moves a device with virsh, which libvirt forbids",
     "libvirt does it by itself with managed='yes' in the <hostdev>. Take the "
     "line out."},
    {"calls-libvirt", VERDICT_WARN, CLIENTS, NULL, NULL, NULL, NULL,
     "calls libvirt, which waits for this hook: both may wait for ever",
     "The guest's name is $1, its definition is on standard input. Nothing "
     "else of libvirt can be asked while a hook runs."},
    {"restarts-libvirt", VERDICT_WARN, "systemctl service",
     "*start*libvirtd* *start*virtqemud* libvirtd*start*", NULL, NULL, NULL,
     "starts libvirt anew, which waits for this hook",
     "Take the line out: libvirt notices changed hooks by itself."},
    {"pages-zero", VERDICT_WARN, NULL, NULL, POOL, "0", NULL,
     "takes all huge pages, also those of other guests and of the host",
     "Take back only what this guest added: read nr_hugepages, subtract, "
     "write. Or leave it to virt-tune: --set hugepages.reserve=on."},
    {"pages-absolute", VERDICT_WARN, NULL, NULL, POOL, NULL, is_absolute,
     "sets the number of huge pages whatever others have of them",
     "Add to nr_hugepages what is missing against free_hugepages less "
     "resv_hugepages. Or leave it to virt-tune: --set hugepages.reserve=on."},
    {"governor-absent", VERDICT_WARN, NULL, NULL, GOVERNOR, NULL,
     is_governor_absent, "sets the governor %s, which this host has not",
     "Save what scaling_governor holds before, and write that back."},
    {"governor-fixed", VERDICT_WARN, NULL, NULL, GOVERNOR, NULL,
     is_governor_fixed, "sets the governor %s, whatever it was before",
     "Save what scaling_governor holds before, and write that back."},
    {"governor-kept", VERDICT_NOTE, NULL, NULL, GOVERNOR, "performance",
     is_governor_kept,
     "sets the governor performance, and no hook sets it back",
     "The host runs at full speed for ever then. Save what scaling_governor "
     "holds before, and write that back at release/end. Or leave it to "
     "virt-tune: --set host.frequency=on."},
    {"cpus-empty", VERDICT_WARN, "systemctl", "*set-property*", NULL, NULL,
     is_cpus_empty, "sets AllowedCPUs= to nothing, which frees no CPU",
     "systemd forgets the list and the kernel goes on with it: write the list "
     "of all CPUs."},
    {"cpus-absent", VERDICT_WARN, NULL, NULL, NULL, NULL, is_cpus_absent,
     "names CPUs %s, which this host has not",
     "It was made for another machine: see virt-tune show cpus."},
    {"cpus-fixed", VERDICT_WARN, "systemctl", "*set-property*", NULL, NULL,
     is_cpus_fixed, "sets AllowedCPUs=%s, whatever it was before",
     "Save what systemctl show -P AllowedCPUs UNIT prints, and set that "
     "again; with two guests, only when the last one ends."},
    {"firmware-absent", VERDICT_WARN, NULL, NULL, "*efi-framebuffer/unbind",
     NULL, is_firmware_absent,
     "unbinds the frame buffer %s, which this host has not",
     "Look what there is: ls /sys/bus/platform/drivers/*-framebuffer. Linux "
     "6.0 and newer do it by themselves."},
    {"firmware-bound", VERDICT_WARN, NULL, NULL, "*-framebuffer/bind", NULL,
     NULL,
     "binds the firmware's frame buffer again, which crashes some kernels",
     "Take the line out: the card's driver gives the console back."},
    {"path-wrong", VERDICT_WARN, NULL, NULL, "*/etc/class/*", NULL, NULL,
     "writes to /etc/class, where the kernel has nothing", "It is /sys/class."},
    {"console-absent", VERDICT_NOTE, NULL, NULL, "/sys/class/vtconsole/*/bind",
     NULL, is_console_absent, "writes to %s, which this host has not",
     "Take those whose file name says \"frame buffer\"."},
    {"vfio-removed", VERDICT_WARN, "modprobe rmmod", "*vfio*", NULL, NULL,
     removes, "unloads vfio, which other guests may use",
     "Take the line out: a loaded vfio costs nothing."},
    {"module-removed", VERDICT_NOTE, "modprobe rmmod", NULL, NULL, NULL,
     removes_other,
     "unloads a module, which fails if it is in use and may hang in the kernel",
     "See first that nothing has the card open, and after it whether modprobe "
     "could do it. A driver that hangs cannot be ended, not by timeout either, "
     "and libvirt waits with it."},
    {"session-killed", VERDICT_WARN, "killall pkill",
     "*gdm-x-session* *gdm-wayland* *gnome-session* *Xorg*", NULL, NULL, NULL,
     "kills a session by the name of a program, which Wayland does not have",
     "systemctl stop display-manager.service, and wait until nothing has "
     "/dev/dri open."},
    {"manager-other", VERDICT_WARN, "systemctl service",
     "*start*lightdm* *stop*lightdm* *start*sddm* *stop*sddm* *start*gdm* "
     "*stop*gdm* *start*lxdm* *stop*lxdm* *start*xdm* *stop*xdm*",
     NULL, NULL, is_manager_other,
     "names a display manager, but this host's is %s",
     "display-manager.service is the one that this host has, whatever its "
     "name."},
    {"sleep-fixed", VERDICT_NOTE, "sleep", NULL, NULL, NULL, is_fixed_sleep,
     "waits a fixed time",
     "It is too long on one day and too short on another: wait for what is "
     "meant, with a bound."},
    {"address-absent", VERDICT_WARN, NULL, NULL, NULL, NULL, is_address_absent,
     "names the PCI device %s, which this host has not",
     "Addresses change when cards come or go: see virt-tune show groups."},
    {"source-absent", VERDICT_WARN, ". source", NULL, NULL, NULL,
     is_source_absent, "reads %s, which is not there",
     "bash goes on without what it would set, sh ends there. Put the file "
     "there, or name it with its whole path: libvirt runs hooks in /."},
    {"variable-unset", VERDICT_WARN, NULL, NULL, NULL, NULL, has_unset,
     "uses $%s, which nothing here sets",
     "Set it in the script, or in the file that it reads."},
    {"name-run", VERDICT_WARN, "eval", NULL, NULL, NULL, is_name_run,
     "runs what a guest is called as a command",
     "Take eval out: \"$file\" \"$@\" does it. As it is, whoever may name a "
     "guest can run commands as root."},
    {"name-split", VERDICT_NOTE, NULL, NULL, NULL, NULL, is_name_split,
     "takes a guest's name apart at its blanks", "Put it in quotes: \"$1\"."},
    {"old-cgroups", VERDICT_WARN, "cset", NULL, NULL, NULL, has_new_cgroups,
     "runs cset, which needs the old cgroups that this host has not",
     "Leave it to virt-tune: --set host.isolate=on."},
    {"keeps-pipes", VERDICT_WARN, NULL, NULL, NULL, NULL, keeps_pipes,
     "leaves something running that libvirt waits for",
     "End it with >/dev/null 2>&1 </dev/null &, or start it by systemd-run."},
    {"from-network", VERDICT_NOTE, "wget curl git", NULL, NULL, NULL, NULL,
     "gets something from the network while the guest waits",
     "Get it once, by hand, and look at it."},
    {.id = NULL},
};
