/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a root, gives its hooks: which files there are, who runs them, and the
 * commands of those that are scripts of a shell.
 */
#include "host/hookfile.h"

#include "base/str.h"
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILES_MAX = 200, BYTES_MAX = 256 * 1024, COMMANDS_MAX = 20000 };

/* What is read, and where to. */
struct walk {
    const struct root *root;
    struct arena *arena;
    struct hook_files *files;
};

static bool has_end(const char *path, const char *const ends[])
{
    for (; *ends; ends++)
        if (str_ends(path, *ends))
            return true;
    return false;
}

bool hookfile_is_leftover(const char *path)
{
    static const char *const ends[] = {
        "~",    ".bak",      ".old",     ".orig",     ".save", ".swp",
        ".off", ".disabled", ".rpmsave", ".dpkg-old", NULL};

    return has_end(path, ends);
}

static void set_problem(struct walk *walk, const char *path, const char *what)
{
    if (!walk->files->problem)
        walk->files->problem =
            arena_printf(walk->arena, "/%s/%s%s", HOOKS, path, what);
}

/* By its #! line; a file without one is what a shell would make of it. */
static enum hook_language language_of(const char *text)
{
    static const char *const shells[] = {"/sh",   "/bash",   "/dash", "/ash",
                                         " bash", " sh",     " dash", "/ksh",
                                         "/zsh",  "busybox", NULL};
    size_t length = strcspn(text, "\r\n");
    char line[128];

    if (str_starts(text, "\177ELF"))
        return HOOK_BINARY;
    if (!str_starts(text, "#!"))
        return HOOK_SHELL;
    if (length >= sizeof(line))
        length = sizeof(line) - 1;
    memcpy(line, text, length);
    line[length] = '\0';
    for (size_t i = 0; shells[i]; i++) {
        const char *at = strstr(line, shells[i]);

        if (at && strchr(" \t", at[strlen(shells[i])])) /* or its end */
            return HOOK_SHELL;
    }
    return HOOK_OTHER;
}

/* The text, or NULL: it cannot be read, or is longer than any hook. */
static const char *read_file(struct walk *walk, const char *path,
                             const char *name)
{
    char *buffer CLEANUP(mem_free) = mem_alloc(BYTES_MAX + 1, 1);
    size_t size;

    errno = 0;
    size = root_read_bytes(walk->root, path, buffer, BYTES_MAX + 1);
    if (size == 0 && errno != 0) {
        set_problem(walk, name, _(" is not readable"));
        return NULL;
    }
    if (size > BYTES_MAX && !str_starts(buffer, "\177ELF")) {
        set_problem(walk, name, _(" is longer than hooks are"));
        return NULL;
    }
    for (size_t i = 4; i < size; i++)
        if (buffer[i] == '\0')
            buffer[i] = ' ';
    buffer[size < BYTES_MAX ? size : BYTES_MAX] = '\0';
    return arena_strdup(walk->arena, buffer);
}

static void add_file(struct walk *walk, const char *name, enum hook_place place)
{
    struct hook_files *files = walk->files;
    const char *path = arena_printf(walk->arena, HOOKS "/%s", name);
    struct hook_file *file;

    if (files->count == FILES_MAX) {
        set_problem(walk, name, _(" and what follows is too much to read"));
        return;
    }
    if (files->count == files->capacity) {
        files->capacity = files->capacity ? 2 * files->capacity : 16;
        files->list =
            mem_realloc(files->list, files->capacity, sizeof(*files->list));
    }
    file = &files->list[files->count++];
    *file = (struct hook_file){.path = arena_strdup(walk->arena, name),
                               .place = place};
    root_status(walk->root, path, &file->mode, &file->group);
    if (!S_ISREG(file->mode))
        return;
    file->text = read_file(walk, path, name);
    if (!file->text)
        return;
    file->language = language_of(file->text);
    if (file->language != HOOK_SHELL)
        return;
    if (files->command_count > COMMANDS_MAX) {
        set_problem(walk, name, _(" and what follows is too much to read"));
        return;
    }
    shell_read(file->text, 1, walk->arena, &file->script);
    files->command_count += file->script.count;
    if (file->script.is_cut)
        set_problem(walk, name, _(" is longer than hooks are"));
}

static bool is_directory(struct walk *walk, const char *name)
{
    return S_ISDIR(
        root_mode(walk->root, arena_printf(walk->arena, HOOKS "/%s", name)));
}

static char **list(struct walk *walk, const char *name)
{
    const char *path = arena_printf(walk->arena, HOOKS "/%s", name);
    char **names = root_list(walk->root, walk->arena, path, NULL);

    if (!names && root_exists(walk->root, path))
        set_problem(walk, name, _(" is not readable"));
    return names;
}

/* True if libvirt calls hooks with this operation and suboperation. */
static bool is_operation(const char *operation, const char *sub)
{
    static const char *const ends = "stopped release";
    static const char *const begins =
        "prepare start started migrate restore reconnect attach";

    return (str_has_word(begins, operation) && strcmp(sub, "begin") == 0) ||
           (str_has_word(ends, operation) && strcmp(sub, "end") == 0);
}

/*
 * A directory of a tree. `depth` is 1 for qemu.d/GUEST. A script of the tree is
 * qemu.d/GUEST/OPERATION/SUB or a file in a directory of that name.
 */
static void walk_tree(struct walk *walk, const char *name, unsigned depth)
{
    char **names = list(walk, name);

    for (; names && *names; names++) {
        const char *path = arena_printf(walk->arena, "%s/%s", name, *names);
        const char *slash = strrchr(name, '/');
        enum hook_place place = HOOK_STRAY;

        if (walk->files->count == FILES_MAX)
            return;
        if (is_directory(walk, path)) {
            if (depth < 5)
                walk_tree(walk, path, depth + 1);
            continue;
        }
        if (depth == 2 && is_operation(slash + 1, *names))
            place = HOOK_TREE;
        if (depth == 3) {
            const char *operation = slash - 1;
            size_t length;

            while (operation[-1] != '/')
                operation--;
            length = (size_t)(slash - operation);
            if (is_operation(arena_strndup(walk->arena, operation, length),
                             slash + 1))
                place = HOOK_TREE;
        }
        add_file(walk, path, place);
    }
}

/* A script that names the tree, or what cannot be read as text. */
static void find_dispatcher(struct hook_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        const struct hook_file *file = &files->list[i];

        if (file->place == HOOK_CALLED && (file->mode & 0111) &&
            (!file->text || file->language == HOOK_BINARY ||
             strstr(file->text, "qemu.d") || strstr(file->text, ".d/")))
            files->has_dispatcher = true;
    }
}

static bool is_mentioned(const struct hook_files *files, const char *name)
{
    for (size_t i = 0; i < files->count; i++)
        if (files->list[i].text && strstr(files->list[i].text, name))
            return true;
    return false;
}

/* Files beside the hooks: what these read or run, and users' commands. */
static void find_others(struct walk *walk)
{
    static const char *const own[] = {".before", ".after", NULL};
    static const char *const drivers =
        "qemu daemon lxc libxl network virt-tune qemu.d daemon.d lxc.d libxl.d "
        "network.d";
    char **names = list(walk, ".");

    for (; names && *names; names++)
        if (!str_has_word(drivers, *names) && !is_directory(walk, *names) &&
            is_mentioned(walk->files, *names))
            add_file(walk, *names, HOOK_HELPER);
    for (names = list(walk, "virt-tune"); names && *names; names++)
        if (has_end(*names, own))
            add_file(walk, arena_printf(walk->arena, "virt-tune/%s", *names),
                     HOOK_COMMAND);
}

void hookfile_read(const struct root *root, struct arena *arena,
                   struct hook_files *files)
{
    struct walk walk = {root, arena, files};
    char **names;

    if (is_directory(&walk, "qemu"))
        files->main_is = "a directory";
    else if (root_exists(root, HOOKS "/qemu") ||
             root_read_target(root, arena, HOOKS "/qemu"))
        add_file(&walk, "qemu", HOOK_CALLED);
    names = list(&walk, "qemu.d");
    for (size_t i = 0; names && names[i]; i++) {
        const char *path = arena_printf(arena, "qemu.d/%s", names[i]);

        if (strcmp(names[i], "50-virt-tune") != 0 && !is_directory(&walk, path))
            add_file(&walk, path, HOOK_CALLED);
    }
    find_dispatcher(files);
    for (size_t i = 0; names && names[i]; i++) {
        const char *path = arena_printf(arena, "qemu.d/%s", names[i]);

        if (!is_directory(&walk, path))
            continue;
        if (!files->directory)
            files->directory = path;
        walk_tree(&walk, path, 1);
    }
    find_others(&walk);
}

void hookfile_free(struct hook_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        shell_free(&files->list[i].script);
    free(files->list);
    *files = (struct hook_files){0};
}
