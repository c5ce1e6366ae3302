/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the files of hooks, finds what keeps one from being run, or lets others
 * than root write what root runs. A fault is a row.
 */
#include "host/hooklint_row.h"

#include "base/str.h"
#include "base/text.h"

#include <string.h>
#include <sys/stat.h>

static const char *name_of(const struct hook_file *file)
{
    const char *slash = strrchr(file->path, '/');

    return slash ? slash + 1 : file->path;
}

/* Somebody means it to be run; no configuration, no text to be read. */
static bool is_program(const struct hook_file *file)
{
    static const char *const ends[] = {".conf", ".cfg", ".md",  ".txt",
                                       ".xml",  ".ini", ".log", ".json"};

    for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
        if (str_ends(file->path, ends[i]))
            return false;
    return !str_starts(name_of(file), "README") &&
           !str_starts(name_of(file), ".") && !hookfile_is_leftover(file->path);
}

static bool can_run(const struct hook_file *file)
{
    return S_ISREG(file->mode) && (file->mode & 0111);
}

static unsigned dangles(struct hook_lint *lint)
{
    return lint->file->mode == 0;
}

static unsigned is_leftover(struct hook_lint *lint)
{
    return can_run(lint->file) && hookfile_is_leftover(lint->file->path);
}

static unsigned is_writable(struct hook_lint *lint)
{
    const struct hook_file *file = lint->file;

    return S_ISREG(file->mode) &&
           ((file->mode & S_IWOTH) ||
            ((file->mode & S_IWGRP) && file->group != 0));
}

static unsigned is_not_executable(struct hook_lint *lint)
{
    const struct hook_file *file = lint->file;

    return S_ISREG(file->mode) && !(file->mode & 0111) && is_program(file);
}

/* The number of the first line that ends so. */
static unsigned has_return(struct hook_lint *lint)
{
    const char *at = lint->file->text, *end = at ? strstr(at, "\r\n") : NULL;
    unsigned line = 1;

    if (!end || lint->file->language == HOOK_BINARY || !is_program(lint->file))
        return 0;
    for (; at < end; at++)
        line += *at == '\n';
    return line;
}

static unsigned has_no_interpreter(struct hook_lint *lint)
{
    const struct hook_file *file = lint->file;

    return file->text && *file->text && file->language != HOOK_BINARY &&
           can_run(file) && !hookfile_is_leftover(file->path) &&
           !str_starts(file->text, "#!");
}

/* Read by a shell: run, or in a "." or "source" of another one. */
static bool is_read(const struct hook_lint *lint)
{
    const struct hook_file *file = lint->file;

    if (file->place != HOOK_HELPER || str_starts(file->text, "#!"))
        return is_program(file);
    for (size_t i = 0; i < lint->files->count; i++)
        if (hooklint_sources(lint, &lint->files->list[i], name_of(file)))
            return true;
    return false;
}

/* The line of what no shell reads to its end. */
static unsigned has_fault(struct hook_lint *lint, enum shell_fault fault)
{
    const struct hook_file *file = lint->file;

    /* With ends of line of Windows nothing ends as it should; zsh is other. */
    if (!file->text || file->language != HOOK_SHELL || has_return(lint) ||
        file->script.fault != fault || !is_read(lint) ||
        (str_starts(file->text, "#!") &&
         strstr(
             arena_strndup(lint->arena, file->text, strcspn(file->text, "\n")),
             "zsh")))
        return 0;
    lint->subject = file->script.fault_word;
    return file->script.fault_line;
}

static unsigned has_open(struct hook_lint *lint)
{
    return has_fault(lint, SHELL_OPEN);
}

static unsigned has_stray(struct hook_lint *lint)
{
    return has_fault(lint, SHELL_STRAY);
}

static unsigned has_heredoc(struct hook_lint *lint)
{
    return has_fault(lint, SHELL_HEREDOC);
}

/* Whether a program of this name is in one of the usual places. */
bool hooklint_is_in_path(const struct hook_lint *lint, const char *name)
{
    static const char *const places[] = {"usr/sbin",       "usr/bin",
                                         "sbin",           "bin",
                                         "usr/local/sbin", "usr/local/bin"};

    for (size_t i = 0; i < ARRAY_SIZE(places); i++)
        if (root_exists(lint->root,
                        arena_printf(lint->arena, "%s/%s", places[i], name)))
            return true;
    return false;
}

/* In a copy of a host without its programs nothing can be told. */
static unsigned is_interpreter_absent(struct hook_lint *lint)
{
    const struct hook_file *file = lint->file;
    const char *at, *word;
    size_t length;

    if (!file->text || !str_starts(file->text, "#!") || !can_run(file) ||
        has_return(lint) == 1 || !hooklint_is_in_path(lint, "sh"))
        return 0;
    at = arena_strndup(lint->arena, file->text + 2,
                       strcspn(file->text + 2, "\r\n"));
    word = str_next_word(&at, &length);
    if (!word)
        return 1;
    word = arena_strndup(lint->arena, word, length);
    lint->subject = word;
    if (!root_exists(lint->root, word + strspn(word, "/")))
        return 1;
    if (!str_ends(word, "/env"))
        return 0;
    while ((word = str_next_word(&at, &length)) && *word == '-')
        ;
    if (!word)
        return 1;
    lint->subject = arena_strndup(lint->arena, word, length);
    return !hooklint_is_in_path(lint, lint->subject);
}

/* In no place of a tree, and nothing else of the hooks names it. */
static unsigned is_stray(struct hook_lint *lint)
{
    const struct hook_file *file = lint->file;

    if (!S_ISREG(file->mode) || !is_program(file) || !file->text ||
        (!str_starts(file->text, "#!") && !str_ends(file->path, ".sh")))
        return 0;
    for (size_t i = 0; i < lint->files->count; i++) {
        const struct hook_file *other = &lint->files->list[i];

        if (other != file && other->text && strstr(other->text, name_of(file)))
            return 0;
    }
    return 1;
}

enum {
    CALLED = 1 << HOOK_CALLED,
    TREE = 1 << HOOK_TREE,
    COMMAND = 1 << HOOK_COMMAND,
    STRAY = 1 << HOOK_STRAY,
    HELPER = 1 << HOOK_HELPER,
};

#define SYNTAX_CURE                                                        \
    "The shell runs what stands before it and ends with an error, so the " \
    "guest may not start. The place may be further up: bash -n FILE."

static const struct row {
    const char *id;
    unsigned places;
    enum verdict verdict;
    unsigned (*is_so)(struct hook_lint *lint); /* 0: no; else the line */
    bool has_line;
    const char *text, *cure;
} rows[] = {
    {"dangling", CALLED | TREE, VERDICT_WARN, dangles, false,
     "a link that leads nowhere",
     "Nobody can run it. Take it away, or put back what it names."},
    {"writable", CALLED | TREE | COMMAND | HELPER, VERDICT_WARN, is_writable,
     false, "others than root may write it",
     "What they write there, root runs: chmod go-w."},
    {"leftover", CALLED | TREE, VERDICT_WARN, is_leftover, false,
     "a leftover that runs",
     "libvirt runs it, whatever its name. Move it elsewhere: mv it out of "
     "/etc/libvirt/hooks."},
    {"not-executable", CALLED, VERDICT_WARN, is_not_executable, false,
     "not executable", "libvirt passes over it. Make it executable: chmod +x."},
    {"not-executable", TREE, VERDICT_WARN, is_not_executable, false,
     "not executable",
     "The dispatcher passes over it in silence. Make it executable: chmod +x."},
    {"windows-lines", CALLED | TREE | COMMAND | HELPER, VERDICT_WARN,
     has_return, true, "ends of line of Windows",
     "Its lines end as on Windows: sed -i 's/\\r$//' makes them good."},
    {"no-interpreter", CALLED | COMMAND, VERDICT_WARN, has_no_interpreter, true,
     N_("no #! line"),
     "Its first line must name who runs it, such as #!/bin/sh."},
    {"no-interpreter", TREE, VERDICT_NOTE, has_no_interpreter, true,
     N_("no #! line"),
     "It runs only because the dispatcher is a shell. Its first line should "
     "name who runs it, such as #!/bin/sh."},
    {"syntax", CALLED | TREE | COMMAND | HELPER, VERDICT_WARN, has_open, true,
     "has %s, which is never closed", SYNTAX_CURE},
    {"syntax", CALLED | TREE | COMMAND | HELPER, VERDICT_WARN, has_stray, true,
     "has %s, which closes nothing", SYNTAX_CURE},
    {"syntax", CALLED | TREE | COMMAND | HELPER, VERDICT_WARN, has_heredoc,
     true, "has a here-document that no line %s ends",
     "All that follows is its text, and never run. The line that ends it holds "
     "nothing else, no blanks either."},
    {"interpreter-absent", CALLED | TREE | COMMAND, VERDICT_WARN,
     is_interpreter_absent, true, "is run by %s, which this host has not",
     "Install it, or name another one in the first line."},
    {"stray", STRAY, VERDICT_WARN, is_stray, false,
     "in a directory where nobody looks for it",
     "The tree of VFIO-Tools is qemu.d/GUEST/OPERATION/SUBOPERATION/FILE, with "
     "prepare/begin, start/begin, started/begin, stopped/end or release/end."},
};

/* A tree that nothing runs, and a directory in the place of the hook. */
static void judge_places(struct hook_lint *lint)
{
    const struct hook_files *files = lint->files;
    struct hook_file place = {.path = "qemu"};

    lint->file = &place;
    if (files->main_is)
        hooklint_add(lint, "directory", true, VERDICT_WARN, 0, files->main_is,
                     "libvirt runs a file of that name. Directories for the "
                     "guests belong into qemu.d.");
    place.path = files->directory;
    if (files->directory && !files->has_dispatcher)
        hooklint_add(lint, "directory", true, VERDICT_WARN, 0, "a directory",
                     "libvirt never looks into directories of qemu.d. Guides "
                     "that make them want a script /etc/libvirt/hooks/qemu "
                     "that does.");
    lint->file = NULL;
}

void hooklint_shape(struct hook_lint *lint)
{
    const struct hook_files *files = lint->files;

    judge_places(lint);
    for (size_t i = 0; i < files->count; i++)
        for (size_t j = 0; j < ARRAY_SIZE(rows); j++) {
            const struct row *row = &rows[j];
            const char *text = row->text, *hole = strstr(text, "%s");
            unsigned line;

            lint->file = &files->list[i];
            lint->subject = "";
            if (!(row->places & 1U << lint->file->place))
                continue;
            line = row->is_so(lint);
            if (line == 0)
                continue;
            if (hole)
                text =
                    arena_printf(lint->arena, "%.*s%.80s%s", (int)(hole - text),
                                 text, lint->subject, hole + 2);
            hooklint_add(lint, row->id, true, row->verdict,
                         row->has_line ? line : 0, text, row->cure);
        }
}
