/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of the boot loader, and of the kernel command line as it is
 * configured and as it runs.
 */
#include "host/check_row.h"

#include "base/str.h"
#include "base/text.h"

#include <string.h>

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
            found = arena_printf(look->arena, "%s%s%s", found,
                                 *found ? " " : "", word);
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
