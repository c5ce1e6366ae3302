/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a file of data before and after a change, and today; gives it without
 * that change. Each line speaks for itself.
 */
#include "apply/lines.h"

#include "base/mem.h"

#include <string.h>

static bool has_line(const char *text, const char *line, size_t length)
{
    for (; text && *text; text += strcspn(text, "\n"), text += *text == '\n')
        if (strcspn(text, "\n") == length && strncmp(text, line, length) == 0)
            return true;
    return false;
}

/* What stands in every file of data, whatever the hook has to do. */
static bool is_head(const char *line)
{
    return *line == '#' || *line == '\n' || str_starts(line, "version =") ||
           str_starts(line, "name =");
}

/* Appends the lines of `text` that are in neither of the others. */
static size_t add_lines(struct str *str, const char *text, const char *other,
                        const char *another)
{
    size_t count = 0;

    for (; text && *text; text += strcspn(text, "\n"), text += *text == '\n') {
        size_t length = strcspn(text, "\n");

        if (has_line(other, text, length) || has_line(another, text, length))
            continue;
        str_add_bytes(str, text, length);
        str_add(str, "\n");
        count += !is_head(text);
    }
    return count;
}

static bool is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : !a && !b;
}

bool lines_undo(const char *before, const char *after, const char *now,
                char **result)
{
    struct str ours CLEANUP(str_free) = STR_INIT;
    struct str missing CLEANUP(str_free) = STR_INIT;
    struct str head CLEANUP(str_free) = STR_INIT;
    struct str merged CLEANUP(str_free) = STR_INIT;
    const char *at = now;
    size_t count;

    *result = NULL;
    if (is_same(before, after) || is_same(now, before)) {
        *result = now ? mem_strdup(now) : NULL;
        return true;
    }
    if (is_same(now, after)) {
        *result = before ? mem_strdup(before) : NULL;
        return true;
    }
    if (!now || !after)
        return false;
    add_lines(&ours, after, before, NULL);
    if (add_lines(&missing, str_text(&ours), now, NULL) > 0)
        return false;
    for (; is_head(at) && *at; at += strcspn(at, "\n"), at += *at == '\n')
        str_add_bytes(&head, at, strcspn(at, "\n") + (strchr(at, '\n') != 0));
    str_add(&merged, str_text(&head));
    count = add_lines(&merged, now, str_text(&ours), str_text(&head));
    count += add_lines(&merged, before, after, str_text(&head));
    *result = count > 0 ? str_steal(&merged) : NULL;
    return true;
}
