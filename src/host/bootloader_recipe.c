/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a boot loader and kernel options, gives the text that tells how to
 * change them by hand.
 */
#include "host/bootloader.h"

#include "base/str.h"
#include "base/text.h"

#include <string.h>

#define INDENT "    "

/* True if a shell takes the words as they are, in double quotes. */
static bool is_plain(const char *words)
{
    return words[strspn(words,
                        "abcdefghijklmnopqrstuvwxyz"
                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789_.,:=+/@%- ")] == '\0';
}

static void add_word(struct str *str, const char *word, size_t length)
{
    str_add(str, str->length > 0 ? " " : "");
    str_add_bytes(str, word, length);
}

/* The words of `text` that are, or are not, among those of `others`. */
static char *filter(struct arena *arena, const char *text, const char *others,
                    bool is_among)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    const char *word;
    size_t length;

    while ((word = str_next_word(&text, &length))) {
        struct arena *scratch = arena_new();

        if (str_has_word(others, arena_strndup(scratch, word, length)) ==
            is_among)
            add_word(&str, word, length);
        arena_free(scratch);
    }
    return arena_strdup(arena, str_text(&str));
}

/* The line with other options; the same text if nothing changes. */
static const char *edit_line(struct arena *arena,
                             const struct bootloader_line *line,
                             const char *add, const char *remove)
{
    const char *now = arena_strndup(arena, line->text + line->at, line->length);
    const char *kept = filter(arena, now, remove, false);
    const char *quote = "";

    if (*add == '\0' && *filter(arena, now, remove, true) == '\0')
        return line->text;
    /* A bare value of a shell variable: quotes hold several words together. */
    if (line->at > 0 && line->text[line->at - 1] == '=')
        quote = "\"";
    return arena_printf(arena, "%.*s%s%s%s%s%s%s", (int)line->at, line->text,
                        quote, kept, *kept && *add ? " " : "", add, quote,
                        line->text + line->at + line->length);
}

static void tell_command(struct str *str, const char *command,
                         bool is_after_edit)
{
    if (!*command) {
        str_add(str, is_after_edit ? _("Then reboot.\n") : _("Reboot.\n"));
        return;
    }
    str_add(str, is_after_edit ? _("Then run\n") : _("Run\n"));
    str_add_lines(str, INDENT, command);
    str_add(str, _("and reboot.\n"));
}

static void tell_replacement(struct str *str,
                             const struct bootloader_line *line,
                             const char *text)
{
    str_addf(str,
             strchr(line->parts, '\n') ? "In %s replace the lines\n"
                                       : "In %s replace the line\n",
             line->file);
    str_add_lines(str, INDENT, line->parts);
    str_addf(str, "by\n    %s\n", text);
}

static void tell_lines(const struct bootloader *bootloader, struct str *str,
                       struct arena *arena, const char *add, const char *remove)
{
    const char *options = bootloader->options;
    const char *absent = options ? filter(arena, remove, options, false) : "";
    bool is_edited = false;

    for (size_t i = 0; i < bootloader->line_count; i++) {
        const struct bootloader_line *line = &bootloader->lines[i];
        const char *text = edit_line(arena, line, i == 0 ? add : "", remove);

        if (text == line->text)
            continue;
        is_edited = true;
        if (line->is_there)
            tell_replacement(str, line, text);
        else
            str_addf(str, "In %s add the line\n    %s\n", line->file, text);
    }
    if (!is_edited)
        str_addf(str, "%s is as it should be.\n", bootloader->file);
    else if (bootloader->kind == BOOTLOADER_ENTRIES && !*bootloader->command)
        str_add(str, _("The same in each entry beside it that you boot.\n"));
    tell_command(str, bootloader->command, is_edited);
    if (strcmp(bootloader->command, "kernel-install add-all") == 0)
        str_add(str, _("Before systemd 256: kernel-install add VERSION IMAGE, "
                       "for each kernel.\n"));
    if (*absent)
        str_addf(str,
                 "What stays then is from elsewhere, another file or the "
                 "boot menu:\n    %s\n",
                 absent);
}

/* The command that edits by itself, as lines. */
static const char *edit_command(const struct bootloader *bootloader,
                                struct arena *arena, const char *add,
                                const char *remove)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    const char *word;
    size_t length;

    switch (bootloader->kind) {
    case BOOTLOADER_GRUBBY:
        str_add(&str, "grubby --update-kernel=ALL");
        if (*remove)
            str_addf(&str, " --remove-args=\"%s\"", remove);
        if (*add)
            str_addf(&str, " --args=\"%s\"", add);
        break;
    case BOOTLOADER_OSTREE:
        str_add(&str, "rpm-ostree kargs");
        while ((word = str_next_word(&remove, &length)))
            str_addf(&str, " --delete-if-present=%.*s", (int)length, word);
        while ((word = str_next_word(&add, &length)))
            str_addf(&str, " --append-if-missing=%.*s", (int)length, word);
        break;
    case BOOTLOADER_KERNELSTUB:
        if (*remove)
            str_addf(&str, "kernelstub -d \"%s\"\n", remove);
        if (*add)
            str_addf(&str, "kernelstub -a \"%s\"\n", add);
        break;
    default:
        break;
    }
    return arena_strdup(arena, str_text(&str));
}

/* A list of Nix strings, in the file that the user writes. */
static void tell_nixos(struct str *str, const char *add, const char *remove)
{
    const char *word;
    size_t length;

    if (*remove)
        str_addf(str,
                 "Take out of boot.kernelParams in "
                 "/etc/nixos/configuration.nix\n    %s\n",
                 remove);
    if (*add) {
        str_add(str, _("In /etc/nixos/configuration.nix add the line, or its "
                       "strings to the one there\n"));
        str_add(str, INDENT "boot.kernelParams = [");
        while ((word = str_next_word(&add, &length)))
            str_addf(str, " \"%.*s\"", (int)length, word);
        str_add(str, " ];\n");
    }
    tell_command(str, "nixos-rebuild boot", true);
}

static void tell_plainly(struct str *str, const char *add, const char *remove)
{
    if (*remove)
        str_addf(str, "Take out of the kernel command line\n    %s\n", remove);
    if (*add)
        str_addf(str, "Add to the kernel command line\n    %s\n", add);
    str_add(str, _("where your boot loader has it, and reboot.\n"));
}

const char *bootloader_recipe(const struct bootloader *bootloader,
                              struct arena *arena, const char *add,
                              const char *remove)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    struct str lines CLEANUP(str_free) = STR_INIT;
    const char *options = bootloader->options ? bootloader->options : "";

    add = filter(arena, add, options, false);
    if (bootloader->is_guess)
        str_addf(&str,
                 "For %s, which does not look as if it had started this "
                 "host.\n",
                 bootloader->name);
    else if (*bootloader->others)
        str_addf(&str, "For %s, the likeliest; here as well: %s.\n",
                 bootloader->name, bootloader->others);
    if (bootloader->kind == BOOTLOADER_NIXOS)
        tell_nixos(&str, add, remove);
    else if (bootloader->line_count > 0)
        tell_lines(bootloader, &str, arena, add, remove);
    else if (bootloader->kind == BOOTLOADER_NONE ||
             bootloader->kind == BOOTLOADER_ENTRIES || !is_plain(remove))
        tell_plainly(&str, add, remove);
    else if (*add || *remove)
        tell_command(&str, edit_command(bootloader, arena, add, remove), false);
    else
        str_add(&str, _("It is configured already. Reboot.\n"));
    str_add_lines(&lines, "", str_text(&str)); /* words come from outside */
    return arena_strdup(arena, str_text(&lines));
}
