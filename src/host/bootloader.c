/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a root directory, gives the boot loader in use. Several may be
 * installed; what the running kernel was started with tells which one did it.
 */
#include "host/bootloader.h"

#include "base/str.h"
#include "base/text.h"
#include "host/bootloader_file.h"

#include <string.h>

static bool has_ostree(const struct search *search)
{
    return root_exists(search->root, "run/ostree-booted");
}

/* Its loader's files are written anew with every generation. */
static bool has_nixos(const struct search *search)
{
    return root_exists(search->root, "etc/NIXOS");
}

static bool has_kernelstub(const struct search *search)
{
    return root_exists(search->root, "etc/kernelstub/configuration");
}

static bool has_entries(const struct search *search)
{
    for (size_t i = 0; i < BOOTLOADER_PLACES; i++)
        if (bootloader_find(search,
                            arena_printf(search->arena, "%s/loader/entries",
                                         bootloader_places[i]),
                            ".conf", ""))
            return true;
    return str_starts(bootloader_variable(search, "LoaderInfo"),
                      "systemd-boot");
}

static bool has_grub(const struct search *search)
{
    return root_exists(search->root, "etc/default/grub");
}

static bool has_grubby(const struct search *search)
{
    return root_exists(search->root, "usr/sbin/grubby") ||
           root_exists(search->root, "usr/bin/grubby") ||
           bootloader_is_like(search, "fedora");
}

static bool has_uki(const struct search *search)
{
    static const struct {
        const char *directory, *suffix, *start;
    } settings[] = {
        {"etc/mkinitcpio.d", ".preset", "default_uki="},
        {"etc/dracut.conf.d", ".conf", "uefi=\"yes\""},
        {"etc/dracut.conf.d", ".conf", "uefi=yes"},
        {"etc/kernel", "install.conf", "layout=uki"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
        if (bootloader_find(search, settings[i].directory, settings[i].suffix,
                            settings[i].start))
            return true;
    return *bootloader_variable(search, "StubInfo") != '\0';
}

/* What the running kernel tells of its loader, beside what is installed. */
static bool was_booted(const struct search *search, enum bootloader_kind kind)
{
    const char *line = search->command_line;
    bool is_uki = *bootloader_variable(search, "StubInfo") != '\0';
    bool is_grub =
        str_starts(line, "BOOT_IMAGE=") || strstr(line, " BOOT_IMAGE=") != NULL;
    bool is_entry =
        str_starts(line, "initrd=\\") || strstr(line, " initrd=\\") != NULL ||
        str_starts(bootloader_variable(search, "LoaderInfo"), "systemd-boot");

    switch (kind) {
    case BOOTLOADER_NIXOS:
    case BOOTLOADER_OSTREE: /* its mark is made at boot */
        return true;
    case BOOTLOADER_KERNELSTUB:
        return !is_grub && !is_uki;
    case BOOTLOADER_GRUBBY:
        return !is_uki; /* it edits entries for systemd-boot, too */
    case BOOTLOADER_UKI:
        return is_uki;
    case BOOTLOADER_ENTRIES:
        return is_entry && !is_uki;
    case BOOTLOADER_GRUB:
        return is_grub;
    default:
        return false;
    }
}

/* In the order in which they are believed when nothing was learnt at boot. */
static const struct {
    enum bootloader_kind kind;
    const char *name;
    bool (*is_there)(const struct search *search);
    void (*read)(const struct search *search); /* NULL: only a command knows */
    unsigned covers; /* kinds whose files it uses, as bits */
} kinds[] = {
    {BOOTLOADER_NIXOS, "NixOS", has_nixos, NULL, ~0U},
    {BOOTLOADER_OSTREE, "rpm-ostree", has_ostree, NULL, ~0U},
    {BOOTLOADER_KERNELSTUB, "kernelstub", has_kernelstub,
     bootloader_read_kernelstub, 1U << BOOTLOADER_ENTRIES},
    {BOOTLOADER_GRUBBY, "GRUB (grubby)", has_grubby, bootloader_read_grubby,
     1U << BOOTLOADER_ENTRIES | 1U << BOOTLOADER_GRUB},
    {BOOTLOADER_UKI, "unified kernel image", has_uki, bootloader_read_uki, 0},
    {BOOTLOADER_ENTRIES, "systemd-boot", has_entries, bootloader_read_entries,
     1U << BOOTLOADER_GRUBBY},
    {BOOTLOADER_GRUB, "GRUB", has_grub, bootloader_read_grub,
     1U << BOOTLOADER_GRUBBY},
};

/* The row of the likeliest one, or the count of rows. */
static size_t choose(const struct search *search, unsigned there)
{
    size_t chosen = ARRAY_SIZE(kinds);

    for (size_t i = ARRAY_SIZE(kinds); i-- > 0;)
        if (there & 1U << kinds[i].kind)
            chosen = i;
    for (size_t i = ARRAY_SIZE(kinds); i-- > 0;)
        if (there & 1U << kinds[i].kind && was_booted(search, kinds[i].kind))
            chosen = i;
    return chosen;
}

static const char *name_others(struct arena *arena, unsigned others)
{
    const char *text = "";

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (others & 1U << kinds[i].kind)
            text = arena_printf(arena, "%s%s%s", text, *text ? _(" and ") : "",
                                kinds[i].name);
    return text;
}

void bootloader_probe(const struct root *root, struct arena *arena,
                      struct bootloader *bootloader)
{
    struct search search = {root, arena, bootloader, "", ""};
    unsigned there = 0;
    size_t chosen;

    *bootloader = (struct bootloader){
        .name = "",
        .file = "",
        .command = "",
        .others = "",
    };
    search.command_line = bootloader_text(&search, "proc/cmdline");
    search.release = bootloader_text(&search, "proc/sys/kernel/osrelease");
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (kinds[i].is_there(&search))
            there |= 1U << kinds[i].kind;
    chosen = choose(&search, there);
    if (chosen == ARRAY_SIZE(kinds))
        return;
    bootloader->kind = kinds[chosen].kind;
    bootloader->name = kinds[chosen].name;
    bootloader->is_guess = *search.command_line != '\0' &&
                           !was_booted(&search, kinds[chosen].kind);
    bootloader->others = name_others(arena, there & ~kinds[chosen].covers &
                                                ~(1U << kinds[chosen].kind));
    if (kinds[chosen].read)
        kinds[chosen].read(&search);
}
