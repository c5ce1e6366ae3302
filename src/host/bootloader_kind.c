/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the files of one kind of boot loader, gives the lines that have kernel
 * options and what they amount to.
 */
#include "host/bootloader_file.h"

#include "base/str.h"

#include <ctype.h>
#include <string.h>

static void move_to_front(struct bootloader *bootloader, size_t number)
{
    struct bootloader_line line = bootloader->lines[number];

    memmove(bootloader->lines + 1, bootloader->lines,
            number * sizeof(*bootloader->lines));
    bootloader->lines[0] = line;
}

static const char *read_grub_variable(const struct search *search,
                                      const char *name)
{
    char **snippets =
        root_list(search->root, search->arena, "etc/default/grub.d", NULL);
    size_t first = search->bootloader->line_count;
    const char *value =
        bootloader_follow(search, "etc/default/grub", name, first, "");

    for (; snippets && *snippets; snippets++)
        if (str_ends(*snippets, ".cfg"))
            value = bootloader_follow(
                search,
                arena_printf(search->arena, "etc/default/grub.d/%s", *snippets),
                name, first, value);
    return value;
}

static const char *grub_command(const struct search *search)
{
    if (root_exists(search->root, "usr/sbin/update-grub") ||
        root_exists(search->root, "usr/bin/update-grub") ||
        bootloader_is_like(search, "debian") ||
        bootloader_is_like(search, "ubuntu"))
        return "update-grub";
    if (root_exists(search->root, "boot/grub2") ||
        bootloader_is_like(search, "suse") ||
        bootloader_is_like(search, "fedora"))
        return "grub2-mkconfig -o /boot/grub2/grub.cfg";
    return "grub-mkconfig -o /boot/grub/grub.cfg";
}

void bootloader_read_grub(const struct search *search)
{
    static const char missing[] = "GRUB_CMDLINE_LINUX_DEFAULT=\"\"";
    struct bootloader *bootloader = search->bootloader;
    const char *always = read_grub_variable(search, "GRUB_CMDLINE_LINUX");
    size_t first = bootloader->line_count;
    const char *normal =
        read_grub_variable(search, "GRUB_CMDLINE_LINUX_DEFAULT");

    bootloader->file = "/etc/default/grub";
    bootloader->command = grub_command(search);
    bootloader->options = arena_printf(search->arena, "%s %s", always, normal);
    if (bootloader->line_count > first)
        move_to_front(bootloader, first);
    else if (bootloader->line_count == 0)
        bootloader_add_missing(search, "etc/default/grub", missing,
                               strlen(missing) - 1);
}

/* The name of the entry that was booted, or would be, or NULL. */
static const char *choose_entry(const struct search *search, const char *place,
                                char **entries)
{
    const char *booted = bootloader_variable(search, "LoaderEntrySelected");
    const char *chosen = NULL;
    unsigned best = 0;

    for (; *entries; entries++) {
        const char *text = bootloader_text(
            search, arena_printf(search->arena, "%s/%s", place, *entries));
        unsigned rank = 1;

        if (!str_ends(*entries, ".conf") || !*text)
            continue;
        if (*booted && str_starts(*entries, booted))
            rank = 4;
        else if (strstr(*entries, "fallback") || strstr(*entries, "rescue"))
            rank = 1;
        else if (*search->release && strstr(text, search->release))
            rank = 3;
        else
            rank = 2;
        if (rank < best)
            continue;
        best = rank;
        chosen = *entries;
    }
    return chosen;
}

/* The booted entry's line of options, and what it says. */
static bool read_entry(const struct search *search)
{
    struct bootloader *bootloader = search->bootloader;

    for (size_t i = 0; i < BOOTLOADER_PLACES; i++) {
        const char *place = arena_printf(search->arena, "%s/loader/entries",
                                         bootloader_places[i]);
        char **entries = root_list(search->root, search->arena, place, NULL);
        const char *name =
            entries ? choose_entry(search, place, entries) : NULL;
        const char *path, *text, *line;

        if (!name)
            continue;
        path = arena_printf(search->arena, "%s/%s", place, name);
        bootloader->file = arena_printf(search->arena, "/%s", path);
        bootloader->options = "";
        text = bootloader_text(search, path);
        while ((line = bootloader_next_line(search->arena, &text))) {
            size_t at = strlen("options");

            if (!str_starts(line, "options") || !isblank(line[at]))
                continue;
            at += strspn(line + at, " \t");
            bootloader->options = arena_printf(search->arena, "%s %s",
                                               bootloader->options, line + at);
            bootloader_add_line(search, path, line, at, strlen(line + at));
        }
        if (bootloader->line_count == 0)
            bootloader_add_missing(search, path, "options ",
                                   strlen("options "));
        return true;
    }
    return false;
}

/* A file that is nothing but the command line. */
static bool read_plain(const struct search *search, const char *path)
{
    struct bootloader *bootloader = search->bootloader;
    const char *text = root_read(search->root, search->arena, path), *line;

    if (!text)
        return false;
    bootloader->file = arena_printf(search->arena, "/%s", path);
    bootloader->options = "";
    while ((line = bootloader_next_line(search->arena, &text))) {
        if (*line == '\0' || *line == '#')
            continue;
        bootloader->options =
            arena_printf(search->arena, "%s %s", bootloader->options, line);
        bootloader_add_line(search, path, line, 0, strlen(line));
    }
    if (bootloader->line_count == 0)
        bootloader_add_missing(search, path, "", 0);
    return true;
}

/* Without such a file, images are made with the running command line. */
static void add_running(const struct search *search)
{
    const char *at = search->command_line, *word;
    struct str str CLEANUP(str_free) = STR_INIT;
    struct bootloader_line *line;
    size_t length;

    while ((word = str_next_word(&at, &length)))
        if (!str_starts(word, "BOOT_IMAGE=") && !str_starts(word, "initrd=")) {
            str_add(&str, str.length > 0 ? " " : "");
            str_add_bytes(&str, word, length);
        }
    search->bootloader->file = "/etc/kernel/cmdline";
    line = bootloader_add_line(search, "etc/kernel/cmdline", str_text(&str), 0,
                               str.length);
    if (line)
        line->is_there = false;
}

static const char *install_command(const struct search *search)
{
    if (root_exists(search->root, "etc/kernel/proxmox-boot-uuids"))
        return "proxmox-boot-tool refresh";
    if (root_exists(search->root, "usr/bin/sdbootutil"))
        return "sdbootutil update-all-entries";
    return "kernel-install add-all";
}

void bootloader_read_entries(const struct search *search)
{
    if (read_plain(search, "etc/kernel/cmdline"))
        search->bootloader->command = install_command(search);
    else
        read_entry(search);
}

void bootloader_read_grubby(const struct search *search)
{
    struct bootloader *bootloader = search->bootloader;
    const char *kept;

    /* Entries of Fedora 30 to 33 say $kernelopts, which is elsewhere. */
    if (!read_entry(search) || strchr(bootloader->options, '$')) {
        kept = read_grub_variable(search, "GRUB_CMDLINE_LINUX");
        bootloader->options = kept;
        bootloader->file = "/etc/default/grub";
    }
    bootloader->line_count = 0;
}

void bootloader_read_uki(const struct search *search)
{
    static const char *const configs[] = {"etc/dracut.conf.d",
                                          "usr/lib/dracut/dracut.conf.d"};
    struct bootloader *bootloader = search->bootloader;
    const char *preset =
        bootloader_find(search, "etc/mkinitcpio.d", ".preset", "default_uki=");
    const char *dracut = NULL, *path = NULL;

    for (size_t i = 0; i < ARRAY_SIZE(configs); i++) {
        if (!dracut)
            dracut = bootloader_find(search, configs[i], ".conf", "uefi=");
        if (!path)
            path =
                bootloader_find(search, configs[i], ".conf", "kernel_cmdline=");
    }
    bootloader->command = preset   ? "mkinitcpio -P"
                          : dracut ? "dracut --regenerate-all --force"
                                   : install_command(search);
    if (dracut && !preset && path) {
        bootloader->options =
            bootloader_follow(search, path, "kernel_cmdline", 0, "");
        bootloader->file = arena_printf(search->arena, "/%s", path);
    } else if (!read_plain(search, "etc/kernel/cmdline")) {
        path = bootloader_find(search, "etc/cmdline.d", ".conf", "");
        if (!path || !read_plain(search, path))
            add_running(search);
    }
}

/* The strings of the list "kernel_options" of "user", in JSON. */
void bootloader_read_kernelstub(const struct search *search)
{
    static const char path[] = "etc/kernelstub/configuration";
    const char *text = bootloader_text(search, path);
    const char *user = strstr(text, "\"user\"");
    const char *at = user ? strstr(user, "\"kernel_options\"") : NULL;
    struct str options CLEANUP(str_free) = STR_INIT;
    size_t end;

    search->bootloader->file = "/etc/kernelstub/configuration";
    if (!at)
        return;
    at = strchr(at, ':');
    end = at ? strcspn(at, "]}") : 0;
    for (size_t i = 0; i < end; i++) {
        size_t length;

        if (at[i] != '"')
            continue;
        length = strcspn(at + ++i, "\"");
        str_add_bytes(&options, at + i, length);
        str_add(&options, " ");
        i += length;
    }
    search->bootloader->options =
        arena_strdup(search->arena, str_text(&options));
}
