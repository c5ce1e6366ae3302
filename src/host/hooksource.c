/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes a hook, gives what it reads with "." or "source", if that is absent. */
#include "host/hooklint_row.h"

#include "base/str.h"

#include <string.h>

/* The name as it stands in the script, or NULL. */
static const char *source_of(const struct shell_command *command)
{
    size_t at;
    const char *name = shell_name(command, &at);

    if (!str_has_word(". source", name) || at >= command->count)
        return NULL;
    return command->words[at].text;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

bool hooklint_sources(const struct hook_lint *lint,
                      const struct hook_file *file, const char *name)
{
    for (size_t i = 0; i < file->script.count; i++) {
        const char *source = source_of(&file->script.list[i]);

        if (source && strcmp(last_part(hooklint_fill(lint, source)), name) == 0)
            return true;
    }
    return false;
}

/* The script looks itself whether it is there: [ -r FILE ] && . FILE */
static bool is_looked_for(const struct hook_file *file, const char *source)
{
    for (size_t i = 0; i < file->script.count; i++) {
        const struct shell_command *command = &file->script.list[i];
        size_t at;

        if (!str_has_word("[ [[ test", shell_name(command, &at)))
            continue;
        for (; at < command->count; at++)
            if (strcmp(command->words[at].text, source) == 0)
                return true;
    }
    return false;
}

/* The place is one that this host, or a copy of it, tells about. */
static bool is_known_place(const struct hook_lint *lint, const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == path ||
           root_mode(lint->root, arena_strndup(lint->arena, path + 1,
                                               (size_t)(slash - path - 1)));
}

const char *hooklint_absent(const struct hook_lint *lint,
                            const struct hook_file *file,
                            const struct shell_command *command)
{
    const char *source = source_of(command), *path;

    if (!source || is_looked_for(file, source))
        return NULL;
    path = hooklint_fill(lint, source);
    if (!*path || strpbrk(path, "$`*?[<(~\r\001"))
        return NULL;
    if (*path == '/')
        return root_exists(lint->root, path + 1) || !is_known_place(lint, path)
                   ? NULL
                   : path;
    /* In / or, without a slash, in PATH. */
    if (lint->moves || root_exists(lint->root, path) ||
        !hooklint_is_in_path(lint, "sh") ||
        (!strchr(path, '/') && hooklint_is_in_path(lint, path)))
        return NULL;
    return path;
}
