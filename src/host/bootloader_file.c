/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes files, gives their lines, variables and what a shell would make of
 * these: what the readers of all boot loaders share.
 */
#include "host/bootloader_file.h"

#include "base/str.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 32, JOINED_MAX = 64 };

const char *const bootloader_places[BOOTLOADER_PLACES] = {"boot", "efi",
                                                          "boot/efi"};

const char *bootloader_text(const struct search *search, const char *path)
{
    const char *text = root_read(search->root, search->arena, path);

    return text ? text : "";
}

const char *bootloader_variable(const struct search *search, const char *name)
{
    const char *path = arena_printf(
        search->arena,
        "sys/firmware/efi/efivars/%s-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f",
        name);
    const char *bytes = bootloader_text(search, path);
    char *text = arena_strdup(search->arena, bytes);
    size_t count = 0;

    /* Four bytes of attributes, then UTF-16 of which the half is blank. */
    for (size_t i = 4; i < strlen(bytes); i += 2)
        text[count++] = bytes[i];
    text[count] = '\0';
    return str_trim(text);
}

char *bootloader_next_line(struct arena *arena, const char **at)
{
    size_t length = strcspn(*at, "\n");
    char *line;

    if (**at == '\0')
        return NULL;
    line = arena_strndup(arena, *at, length);
    *at += length + ((*at)[length] == '\n');
    return str_trim(line);
}

struct bootloader_line *bootloader_add_line(const struct search *search,
                                            const char *file, const char *text,
                                            size_t at, size_t length)
{
    struct bootloader *bootloader = search->bootloader;
    char *printable CLEANUP(mem_free) = str_printable(text);
    struct bootloader_line *line;

    if (bootloader->line_count == LINES_MAX || strcmp(printable, text) != 0)
        return NULL;
    if (!bootloader->lines)
        bootloader->lines =
            arena_alloc(search->arena, LINES_MAX, sizeof(*line));
    line = &bootloader->lines[bootloader->line_count++];
    *line = (struct bootloader_line){
        .file = arena_printf(search->arena, "/%s", file),
        .text = arena_strdup(search->arena, text),
        .parts = arena_strdup(search->arena, text),
        .at = at,
        .length = length,
        .is_there = true,
    };
    return line;
}

void bootloader_add_missing(const struct search *search, const char *file,
                            const char *text, size_t at)
{
    struct bootloader_line *line =
        bootloader_add_line(search, file, text, at, 0);

    if (line)
        line->is_there = false;
}

/* Where a shell's value begins and how long it is, quotes left out. */
static size_t measure_value(const char *text, size_t *at)
{
    size_t length = 0;
    char quote = text[*at];

    if (quote != '"' && quote != '\'')
        return strcspn(text + *at, " \t#");
    for (const char *value = text + ++*at; value[length]; length++) {
        if (value[length] == quote)
            break;
        if (quote == '"' && value[length] == '\\' && value[length + 1])
            length++;
    }
    return length;
}

bool bootloader_is_like(const struct search *search, const char *id)
{
    const char *text = bootloader_text(search, "etc/os-release"), *line;

    if (!*text)
        text = bootloader_text(search, "usr/lib/os-release");
    while ((line = bootloader_next_line(search->arena, &text))) {
        size_t at = strcspn(line, "=") + 1, length;

        if (!str_starts(line, "ID=") && !str_starts(line, "ID_LIKE="))
            continue;
        length = measure_value(line, &at);
        if (str_has_word(arena_strndup(search->arena, line + at, length), id))
            return true;
    }
    return false;
}

const char *bootloader_find(const struct search *search, const char *directory,
                            const char *suffix, const char *start)
{
    char **files = root_list(search->root, search->arena, directory, NULL);

    for (; files && *files; files++) {
        const char *path =
            arena_printf(search->arena, "%s/%s", directory, *files);
        const char *text, *line;

        if (!str_ends(*files, suffix))
            continue;
        text = bootloader_text(search, path);
        while ((line = bootloader_next_line(search->arena, &text)))
            if (str_starts(line, start))
                return path;
    }
    return NULL;
}

/* How long a reference to the variable is here: $NAME or ${NAME}; or 0. */
static size_t measure_reference(const char *at, const char *name)
{
    size_t size = strlen(name);

    if (strncmp(at, "${", 2) == 0 && strncmp(at + 2, name, size) == 0 &&
        at[size + 2] == '}')
        return size + 3;
    if (*at == '$' && strncmp(at + 1, name, size) == 0 &&
        !isalnum((unsigned char)at[size + 1]) && at[size + 1] != '_')
        return size + 1;
    return 0;
}

/* The value without escapes, and with what the variable had before. */
static const char *expand(const struct search *search, const char *value,
                          size_t length, const char *name, const char *before,
                          bool *is_added)
{
    struct str str CLEANUP(str_free) = STR_INIT;

    for (size_t i = 0; i < length; i++) {
        size_t size = measure_reference(value + i, name);

        if (size > 0) {
            str_add(&str, before);
            *is_added = true;
            i += size - 1;
        } else if (value[i] != '\\' || !strchr("\"\\$`", value[i + 1])) {
            str_add_bytes(&str, value + i, 1);
        }
    }
    return arena_strdup(search->arena, str_text(&str));
}

/* The quote or \ for which a shell's value goes on in the next line, or 0. */
static char find_open(const char *line, size_t at)
{
    char quote = line[at];
    size_t length = measure_value(line, &at);
    const char *end = line + at + length;

    if (quote != '"' && quote != '\'')
        quote = '\0';
    if (*end != '\0')
        return '\0';
    if (quote != '\'' && str_ends(line + at, "\\"))
        return '\\';
    return quote;
}

/*
 * A line with those that a shell joins to it, which `*parts` becomes; the line
 * as it is if its value never ends.
 */
static const char *join_lines(const struct search *search, const char *line,
                              size_t at, const char **text, const char **parts)
{
    const char *joined = line, *next = *text;

    *parts = line;
    for (size_t i = 0; i < JOINED_MAX; i++) {
        char open = find_open(joined, at);
        int size = (int)strlen(joined), length = (int)strcspn(next, "\n");

        if (!open) {
            *text = next;
            return joined;
        }
        if (!*next)
            break;
        *parts = arena_printf(search->arena, "%s\n%.*s", *parts, length, next);
        joined = arena_printf(search->arena, "%.*s%s%.*s",
                              open == '\\' ? size - 1 : size, joined,
                              open == '\\' ? "" : " ", length, next);
        next += length + (next[length] == '\n');
    }
    *parts = line;
    return line;
}

const char *bootloader_follow(const struct search *search, const char *file,
                              const char *name, size_t first, const char *value)
{
    const char *text = bootloader_text(search, file), *line;
    size_t size = strlen(name);

    while ((line = bootloader_next_line(search->arena, &text))) {
        bool is_added = false;
        size_t at = size, length;
        const char *own, *parts;
        struct bootloader_line *added;

        if (!str_starts(line, name))
            continue;
        if (line[at] == '+') {
            is_added = true;
            at++;
        }
        if (line[at++] != '=')
            continue;
        line = join_lines(search, line, at, &text, &parts);
        length = measure_value(line, &at);
        own = expand(search, line + at, length, name, value, &is_added);
        if (line[size] == '+')
            own = arena_printf(search->arena, "%s%s", value, own);
        if (!is_added)
            search->bootloader->line_count = first;
        value = own;
        added = bootloader_add_line(search, file, line, at, length);
        if (added)
            added->parts = parts;
    }
    return value;
}
