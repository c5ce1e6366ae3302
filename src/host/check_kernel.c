/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of the kernel's modules, of the boot loader, and of the command line
 * as it is configured and as it runs.
 */
#include "host/check_row.h"

#include "base/str.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Compares names of modules, for which - and _ are the same. */
static bool is_module(const char *text, size_t length, const char *name)
{
    for (size_t i = 0; i < length; i++)
        if ((text[i] == '-' ? '_' : text[i]) != name[i] || !name[i])
            return false;
    return name[length] == '\0';
}

static bool is_vfio(const char *text, size_t length)
{
    static const char *const modules[] = {"vfio", "vfio_pci", "vfio_pci_core",
                                          "vfio_iommu_type1"};

    for (size_t i = 0; i < ARRAY_SIZE(modules); i++)
        if (is_module(text, length, modules[i]))
            return true;
    return false;
}

/* "blacklist vfio-pci", "install vfio-pci /bin/false" */
static bool is_refusal(const char *line)
{
    const char *at = line, *name;
    size_t length;
    bool is_install;

    str_next_word(&at, &length);
    is_install = length == 7 && str_starts(line, "install");
    if (!is_install && !(length == 9 && str_starts(line, "blacklist")))
        return false;
    name = str_next_word(&at, &length);
    if (!name || !is_vfio(name, length))
        return false;
    return !is_install || strstr(at, "/false") || strstr(at, "/true");
}

/* The words of blacklists that have VFIO, and what they say without it. */
struct refusal {
    const char *words, *rest;
    bool is_effective;
};

static const char *append(const struct look *look, const char *text,
                          const char *separator, const char *more)
{
    return arena_printf(look->arena, "%s%s%s", text,
                        *text && *more ? separator : "", more);
}

/* A list without VFIO: NAME=A,B, or "" if nothing stays. */
static const char *leave_others(const struct look *look, const char *name,
                                const char *list, bool *has_vfio)
{
    const char *rest = "";

    *has_vfio = false;
    while (*list) {
        size_t length = strcspn(list, ",");

        if (is_vfio(list, length))
            *has_vfio = true;
        else
            rest = append(look, rest, ",",
                          arena_strndup(look->arena, list, length));
        list += length + (list[length] == ',');
    }
    return *rest ? arena_printf(look->arena, "%s%s", name, rest) : "";
}

/*
 * modprobe takes every modprobe.blacklist=A,B, the kernel the last
 * module_blacklist=A,B.
 */
static struct refusal find_boot_refusal(const struct look *look,
                                        const char *options)
{
    static const char every[] = "modprobe.blacklist=";
    static const char last[] = "module_blacklist=";
    struct refusal found = {"", "", false};
    bool is_in_every = false, is_in_last = false, has_vfio;
    const char *word;
    size_t length;

    while ((word = str_next_word(&options, &length))) {
        const char *text = arena_strndup(look->arena, word, length);
        bool is_last = str_starts(text, last);
        const char *name = is_last ? last : every, *rest;

        if (!str_starts(text, name))
            continue;
        rest = leave_others(look, name, text + strlen(name), &has_vfio);
        is_in_every |= !is_last && has_vfio;
        is_in_last = is_last ? has_vfio : is_in_last;
        if (!has_vfio)
            continue;
        found.words = append(look, found.words, " ", text);
        found.rest = append(look, found.rest, " ", rest);
    }
    found.is_effective = is_in_every || is_in_last;
    return found;
}

/* The configuration may say it in other words than the running kernel. */
static void tell_boot_refusal(const struct look *look,
                              const struct refusal *running)
{
    const char *options = look->host->bootloader.options;
    struct refusal kept = find_boot_refusal(look, options ? options : "");
    bool is_kept = *kept.words != '\0';

    check_answer(look, VERDICT_WARN, "vfio-pci is on a blacklist",
                 running->words,
                 "libvirt keeps to it. Take it off the kernel command line and "
                 "reboot. What else is on that list stays.");
    check_recipe(look,
                 is_kept   ? kept.rest
                 : options ? ""
                           : running->rest,
                 is_kept ? kept.words : running->words);
}

static const char *find_refusal(const struct look *look, const char **path)
{
    static const char *const places[] = {"etc/modprobe.d", "run/modprobe.d",
                                         "usr/lib/modprobe.d",
                                         "lib/modprobe.d"};
    const char *line = NULL;

    for (size_t i = 0; !line && i < ARRAY_SIZE(places); i++)
        line = check_line(look, places[i], is_refusal, path);
    return line;
}

/* Whether the running kernel could load vfio-pci, or has it. */
enum presence { PRESENCE_UNKNOWN, PRESENCE_NONE, PRESENCE_THERE };

/* Other kernels' modules are there: an update took this one's away. */
static bool is_outdated(const struct look *look, const char *place)
{
    char **releases = root_list(look->root, look->arena, place, NULL);
    const char *path =
        arena_printf(look->arena, "%s/%s", place, look->host->kernel.release);

    return releases && *releases && !root_exists(look->root, path);
}

static enum presence find_module(const struct look *look)
{
    static const char *const places[] = {
        "lib/modules", "usr/lib/modules",
        "run/booted-system/kernel-modules/lib/modules"};
    static const char *const lists[] = {"modules.dep", "modules.builtin"};
    const char *release = look->host->kernel.release;
    enum presence presence = PRESENCE_UNKNOWN;

    if (!*release)
        return presence;
    for (size_t i = 0; i < ARRAY_SIZE(places) * ARRAY_SIZE(lists); i++) {
        const char *place = places[i / ARRAY_SIZE(lists)];
        const char *path = arena_printf(look->arena, "%s/%s/%s", place, release,
                                        lists[i % ARRAY_SIZE(lists)]);
        const char *text = check_text(look, path);

        if (strstr(text, "/vfio-pci.ko"))
            return PRESENCE_THERE;
        if (*text || is_outdated(look, place))
            presence = PRESENCE_NONE;
    }
    return presence;
}

static void tell_unloaded(const struct look *look)
{
    enum presence presence = find_module(look);

    if (presence == PRESENCE_THERE)
        check_answer(look, VERDICT_NOTE, "vfio-pci is not loaded",
                     "nobody has used it yet",
                     "Nothing has to be done: libvirt loads it when a guest "
                     "needs it.");
    else if (presence == PRESENCE_NONE)
        check_answer(
            look, VERDICT_WARN, "vfio-pci is not there",
            arena_printf(look->arena, "not for %s", look->host->kernel.release),
            "If the kernel was updated since the host booted, "
            "reboot. Otherwise this kernel is made without it, or "
            "another package has it: linux-modules-extra in Ubuntu; "
            "Debian's cloud kernels have none.");
    else
        check_answer(look, VERDICT_UNKNOWN, "vfio-pci is not loaded",
                     "no list of modules here",
                     "Usually nothing has to be done: libvirt loads it when a "
                     "guest needs it.");
}

void check_vfio(const struct look *look)
{
    const struct pci *pci = &look->host->pci;
    const char *path = "", *line = find_refusal(look, &path);
    struct refusal refusal =
        find_boot_refusal(look, look->host->kernel.command_line);
    unsigned held = 0;

    for (size_t i = 0; i < pci->device_count; i++)
        held +=
            pci->devices[i].driver && strstr(pci->devices[i].driver, "vfio");
    if (look->host->kernel.has_vfio)
        check_answer(look, VERDICT_OK, "vfio-pci is loaded",
                     arena_printf(look->arena,
                                  text_plural("holds %u device",
                                              "holds %u devices", held),
                                  held),
                     "");
    else if (line)
        check_answer(look, VERDICT_WARN, "vfio-pci is on a blacklist", line,
                     arena_printf(look->arena,
                                  "libvirt keeps to it. Delete that line of "
                                  "/%s.",
                                  path));
    else if (refusal.is_effective)
        tell_boot_refusal(look, &refusal);
    else if (!root_exists(look->root, "sys/bus/pci/drivers"))
        check_answer(look, VERDICT_UNKNOWN, "vfio-pci: could not look",
                     "no sys/bus/pci/drivers here", "");
    else
        tell_unloaded(look);
}

static bool has_virqfd(const char *line)
{
    return strstr(line, "vfio_virqfd") || strstr(line, "vfio-virqfd");
}

void check_modules(const struct look *look)
{
    static const char *const places[] = {"etc/modules",
                                         "etc/modules-load.d",
                                         "etc/mkinitcpio.conf",
                                         "etc/mkinitcpio.conf.d",
                                         "etc/dracut.conf",
                                         "etc/dracut.conf.d",
                                         "etc/initramfs-tools/modules"};
    const struct kernel *kernel = &look->host->kernel;
    const char *line = NULL, *path = "";

    for (size_t i = 0; !line && i < ARRAY_SIZE(places); i++)
        line = check_line(look, places[i], has_virqfd, &path);
    if (!*kernel->release)
        check_answer(look, VERDICT_UNKNOWN, "Module lists: could not look",
                     "the kernel's release is not known", "");
    else if (!kernel_is_at_least(kernel, 6, 2))
        check_answer(look, VERDICT_OK, "No list names a module that is gone",
                     "", "");
    else if (line)
        check_answer(
            look, VERDICT_WARN, "A list names a module that is gone",
            "vfio_virqfd",
            arena_printf(look->arena,
                         "Take vfio_virqfd out of /%s; the other vfio modules "
                         "may stay. Then make the initramfs anew.",
                         path));
    else if (has_virqfd(kernel->command_line))
        check_answer(look, VERDICT_WARN, "A list names a module that is gone",
                     "vfio_virqfd",
                     "Take vfio_virqfd off the kernel command line.");
    else
        check_answer(look, VERDICT_OK, "No list names a module that is gone",
                     "", "");
}

void check_bootloader(const struct look *look)
{
    const struct bootloader *bootloader = &look->host->bootloader;

    if (bootloader->kind == BOOTLOADER_NONE)
        check_answer(look, VERDICT_UNKNOWN, "Boot loader: none that is known",
                     "",
                     "Change the kernel command line where your boot loader "
                     "has it.");
    else if (bootloader->is_guess)
        check_answer(look, VERDICT_UNKNOWN, "Boot loader: none that is known",
                     arena_printf(look->arena, "files of %s", bootloader->name),
                     arena_printf(look->arena,
                                  "The running kernel does not look as if %s "
                                  "had started it: efibootmgr -v tells what "
                                  "did. rEFInd has the options in "
                                  "/boot/refind_linux.conf.",
                                  bootloader->name));
    else if (*bootloader->others)
        check_answer(look, VERDICT_NOTE, "More than one boot loader is there",
                     arena_printf(look->arena, "likely %s", bootloader->name),
                     arena_printf(look->arena,
                                  "There are files of %s as well. What is "
                                  "shown for the likeliest does nothing if "
                                  "another one starts this host: bootctl "
                                  "status tells which one did.",
                                  bootloader->others));
    else
        check_answer(
            look, VERDICT_OK,
            arena_printf(look->arena, "Boot loader: %s", bootloader->name),
            bootloader->file, "");
}

/*
 * The next option, which quotes may hold together, as it stands there, and
 * without the quotes: GRUB writes a="b c" as "a=b c". NULL at the end.
 */
static const char *next_option(const struct look *look, const char **at,
                               const char **plain)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    const char *start = *at + strspn(*at, " \t\n"), *end = start;
    char quote = '\0';

    for (; *end && (quote || !strchr(" \t\n", *end)); end++)
        if (*end == quote)
            quote = '\0';
        else if (!quote && (*end == '"' || *end == '\''))
            quote = *end;
        else
            str_add_bytes(&str, end, 1);
    *at = end;
    *plain = arena_strdup(look->arena, str_text(&str));
    return end == start
               ? NULL
               : arena_strndup(look->arena, start, (size_t)(end - start));
}

static bool has_option(const struct look *look, const char *text,
                       const char *meant)
{
    const char *plain;

    while (next_option(look, &text, &plain))
        if (strcmp(plain, meant) == 0)
            return true;
    return false;
}

/* Words of `from` that are not in `in`, but for those the loader adds. */
static const char *missing_words(const struct look *look, const char *from,
                                 const char *in, bool (*is_meant)(const char *))
{
    const char *word, *plain, *found = "";

    while ((word = next_option(look, &from, &plain)))
        if (!strchr(word, '$') && is_meant(plain) &&
            !has_option(look, in, plain) && !has_option(look, found, plain))
            found = append(look, found, " ", word);
    return found;
}

static bool is_option(const char *word)
{
    return *word && strcmp(word, "--") != 0;
}

/* What guests and their devices depend on. */
static bool is_guest_option(const char *word)
{
    static const char *const starts[] = {
        "intel_iommu=", "amd_iommu=",  "iommu=",      "vfio",
        "isolcpus=",    "nohz_full=",  "rcu_nocbs=",  "hugepages=",
        "hugepagesz=",  "default_hug", "pcie_acs_ov", "kvm"};

    for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
        if (str_starts(word, starts[i]))
            return true;
    return false;
}

void check_command_line(const struct look *look)
{
    const char *running = look->host->kernel.command_line;
    const char *options = look->host->bootloader.options;
    const char *command = look->host->bootloader.command;
    const char *waiting, *passing;

    if (!*running || !options || look->host->bootloader.is_guess) {
        check_answer(look, VERDICT_UNKNOWN,
                     "Configured options: could not look",
                     !*running  ? "no proc/cmdline here"
                     : !options ? "not in a file"
                                : "another boot loader",
                     "");
        return;
    }
    waiting = missing_words(look, options, running, is_option);
    passing = missing_words(look, running, options, is_guest_option);
    if (*waiting)
        check_answer(
            look, VERDICT_NOTE, "A reboot is needed", waiting,
            *command
                ? arena_printf(look->arena,
                               "Configured, but the kernel runs without it. "
                               "Run %s if you did not, and reboot.",
                               command)
                : "Configured, but the kernel runs without it. Reboot.");
    else if (*passing)
        check_answer(look, VERDICT_NOTE, "Options that the next boot forgets",
                     passing,
                     "The kernel runs with it, but it is not configured: it "
                     "was typed in at boot, or the configuration was changed "
                     "since.");
    else
        check_answer(look, VERDICT_OK, "The kernel runs as configured",
                     look->host->bootloader.file, "");
}

/* Why the word does nothing here, or NULL. */
static const char *explain_stale(const struct look *look, const char *word)
{
    static const struct {
        const char *word, *text;
    } stale[] = {
        {"amd_iommu=on",
         "AMD's IOMMU is on by itself; amd_iommu= has no such "
         "value."},
        {"amd_iommu=pt", "amd_iommu= has no such value; iommu=pt is meant."},
        {"intel_iommu=pt",
         "intel_iommu= has no such value; iommu=pt is meant."},
        {"iommu=1", "iommu= has no such value."},
        {"iommu=on", "iommu= has no such value."},
    };
    bool is_intel = strcmp(look->host->cpu.vendor, "GenuineIntel") == 0;
    bool is_amd = strcmp(look->host->cpu.vendor, "AuthenticAMD") == 0;

    for (size_t i = 0; i < ARRAY_SIZE(stale); i++)
        if (strcmp(word, stale[i].word) == 0)
            return text_of(stale[i].text);
    /* A machine may emulate the other maker's IOMMU. */
    if (is_amd && str_starts(word, "intel_iommu=") &&
        !root_exists(look->root, "sys/firmware/acpi/tables/DMAR"))
        return _("intel_iommu= is for Intel's VT-d, this is an AMD.");
    if (is_intel && str_starts(word, "amd_iommu=") &&
        !root_exists(look->root, "sys/firmware/acpi/tables/IVRS"))
        return _("amd_iommu= is for AMD-Vi, this is an Intel.");
    if (str_starts(word, "video=efifb:off") &&
        root_exists(look->root, "sys/bus/platform/drivers") &&
        !root_exists(look->root, "sys/bus/platform/drivers/efi-framebuffer"))
        return _("This kernel has no efifb, its console is another driver's.");
    return NULL;
}

enum { STALE_MAX = 16 }; /* reasons; there are fewer */

static bool is_told(const char *const *told, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(told[i], text) == 0)
            return true;
    return false;
}

void check_stale(const struct look *look)
{
    const char *at = look->host->kernel.command_line, *word, *words = "";
    const char *texts = "", *told[STALE_MAX];
    size_t length, count = 0;

    if (!*at) {
        check_answer(look, VERDICT_UNKNOWN, "Kernel options: could not look",
                     "no proc/cmdline here", "");
        return;
    }
    while ((word = str_next_word(&at, &length))) {
        const char *one = arena_strndup(look->arena, word, length);
        const char *text = explain_stale(look, one);

        if (!text || str_has_word(words, one))
            continue;
        words =
            arena_printf(look->arena, "%s%s%s", words, *words ? " " : "", one);
        if (count < STALE_MAX && !is_told(told, count, text)) {
            told[count++] = text;
            texts = arena_printf(look->arena, "%s%s ", texts, text);
        }
    }
    if (!*words) {
        check_answer(look, VERDICT_OK, "No kernel option is without effect", "",
                     "");
        return;
    }
    check_answer(look, VERDICT_NOTE, "Kernel options without effect", words,
                 arena_printf(look->arena,
                              "%sThey do no harm; you may take "
                              "them off.",
                              texts));
    check_recipe(look, "", words);
}
