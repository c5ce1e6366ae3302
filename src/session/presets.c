/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the directory of the shipped data, gives presets. Reads only.
 */
#include "session/presets.h"

#include "base/str.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#define SUFFIX ".preset"

static bool read_preset(const char *path, const char *name, struct arena *arena,
                        struct preset *preset, struct err *err)
{
    size_t length = 0;
    char *text CLEANUP(mem_free) = domain_read_file(path, &length, err);

    return text && preset_parse(name, text, arena, preset, err);
}

static char *directory(const struct session *session, struct arena *arena)
{
    return session->share ? arena_printf(arena, "%s/presets", session->share)
                          : NULL;
}

static int is_preset(const struct dirent *entry)
{
    return str_ends(entry->d_name, SUFFIX);
}

struct presets presets_load(const struct session *session, struct arena *arena)
{
    const char *path = directory(session, arena);
    struct presets presets = {0};
    struct dirent **entries;
    int found = path ? scandir(path, &entries, is_preset, alphasort) : -1;

    if (found < 0)
        return presets;
    presets.list = arena_alloc(arena, (size_t)found + 1, sizeof(*presets.list));
    for (int i = 0; i < found; i++) {
        const char *name =
            arena_strndup(arena, entries[i]->d_name,
                          strlen(entries[i]->d_name) - strlen(SUFFIX));

        if (read_preset(arena_printf(arena, "%s/%s", path, entries[i]->d_name),
                        name, arena, &presets.list[presets.count], NULL))
            presets.count++;
        free(entries[i]);
    }
    free(entries);
    return presets;
}

bool presets_find(const struct session *session, const char *name,
                  struct arena *arena, struct preset *preset, struct err *err)
{
    struct presets presets;
    struct str names CLEANUP(str_free) = STR_INIT;

    if (strchr(name, '/'))
        return read_preset(name, strrchr(name, '/') + 1, arena, preset, err);
    presets = presets_load(session, arena);
    for (size_t i = 0; i < presets.count; i++) {
        str_addf(&names, "%s%s", i > 0 ? ", " : "", presets.list[i].name);
        if (strcmp(presets.list[i].name, name) == 0) {
            *preset = presets.list[i];
            return true;
        }
    }
    return err_set(err, ERR_USAGE,
                   "There is no such preset. There are %s, and paths of files.",
                   presets.count > 0 ? str_text(&names) : "none");
}
