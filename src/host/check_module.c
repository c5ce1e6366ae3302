/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of the kernel's modules: is vfio-pci there, or what keeps it away?
 */
#include "host/check_row.h"

#include "base/str.h"
#include "base/text.h"

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
