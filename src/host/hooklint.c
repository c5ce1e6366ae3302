/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the hooks, gives their faults: first whether each can run at all, then
 * every command by the rows of hookrow.c.
 */
#include "host/hooklint_row.h"

#include "base/str.h"
#include "base/text.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FAULTS_MAX = 200, LINES_MAX = 120, FILLS_MAX = 40, FILLED_MAX = 8192 };

const char *hooklint_value(const struct hook_lint *lint, const char *name)
{
    const char *value = NULL;

    for (size_t i = 0; i < lint->variable_count; i++) {
        const struct hook_variable *one = &lint->variables[i];

        if (strcmp(one->name, name) == 0 && one->file == lint->file)
            return one->value;
        if (strcmp(one->name, name) == 0 && !value)
            value = one->value;
    }
    return value;
}

/* The name behind a "$" at `at`, and where it ends; NULL if it is none. */
static const char *variable_at(const struct hook_lint *lint, const char *at,
                               const char **end)
{
    const char *start = at + 1 + (at[1] == '{');
    size_t length = 0;

    while (isalnum((unsigned char)start[length]) || start[length] == '_')
        length++;
    *end = start + length + (at[1] == '{');
    if (length == 0 || isdigit((unsigned char)*start) ||
        (at[1] == '{' && start[length] != '}'))
        return NULL;
    return arena_strndup(lint->arena, start, length);
}

const char *hooklint_fill(const struct hook_lint *lint, const char *text)
{
    /* One for each variable, so that none that names itself goes on. */
    for (unsigned i = 0; i < FILLS_MAX && strchr(text, '$'); i++) {
        struct str str CLEANUP(str_free) = STR_INIT;
        const char *at = text, *end, *value = NULL;

        for (; *at && !value; at++) {
            const char *name = *at == '$' ? variable_at(lint, at, &end) : NULL;

            value = name ? hooklint_value(lint, name) : NULL;
            if (value && strchr(value, '$') && strstr(value, name))
                value = NULL;
        }
        if (!value || strlen(text) + strlen(value) > FILLED_MAX)
            break;
        str_add_bytes(&str, text, (size_t)(at - 1 - text));
        str_add(&str, value);
        str_add(&str, end);
        text = arena_strdup(lint->arena, str_text(&str));
    }
    return text;
}

static void add_variable(struct hook_lint *lint, const char *name,
                         size_t length, const char *value)
{
    char *own = arena_strndup(lint->arena, name, length);

    for (size_t i = 0; i < lint->variable_count; i++)
        if (lint->variables[i].file == lint->file &&
            strcmp(lint->variables[i].name, own) == 0)
            return;
    if (lint->variable_count == lint->variable_capacity) {
        lint->variable_capacity =
            lint->variable_capacity ? 2 * lint->variable_capacity : 32;
        lint->variables = mem_realloc(lint->variables, lint->variable_capacity,
                                      sizeof(*lint->variables));
    }
    lint->variables[lint->variable_count++] =
        (struct hook_variable){lint->file, own, value};
}

/* Words from `from` on, blanks between. */
static const char *join(const struct hook_lint *lint,
                        const struct shell_command *command, size_t from)
{
    struct str str CLEANUP(str_free) = STR_INIT;

    for (size_t i = from; i < command->count && str.length < FILLED_MAX; i++) {
        if (i > from)
            str_add(&str, " ");
        str_add(&str, command->words[i].text);
    }
    return arena_strdup(lint->arena, str_text(&str));
}

/* NAME=VALUE of every kind, read NAME <FILE, for NAME in VALUES, let NAME. */
static void learn_variables(struct hook_lint *lint,
                            const struct shell_command *command)
{
    static const char *const setters =
        "read let mapfile readarray getopts printf export declare local "
        "readonly typeset";
    const char *first = command->count > 0 ? command->words[0].text : "";
    bool is_setter = str_has_word(setters, first);

    if (strcmp(first, "for") == 0 && command->count > 1) {
        const char *name = command->words[1].text;

        add_variable(lint, name, strlen(name), join(lint, command, 3));
        return;
    }
    for (size_t i = 0; i < command->count; i++) {
        const char *word = command->words[i].text;
        size_t length = strcspn(word, "=+[");
        const char *equals = strchr(word, '=');

        for (size_t j = 0; j < length; j++)
            if (!isalnum((unsigned char)word[j]) && word[j] != '_')
                length = 0;
        if (length > 0 && equals)
            add_variable(lint, word, length, equals + 1);
        else if (length > 0 && is_setter && i > 0)
            add_variable(lint, word, length,
                         command->from ? command->from : "");
        else if (!is_setter && length == 0)
            return; /* what follows are arguments */
        if (!is_setter && !equals)
            return;
    }
}

/* Whether it keeps what it will set: in a variable, or in a file. */
static void learn_saves(struct hook_lint *lint,
                        const struct shell_command *command)
{
    const char *text = hooklint_fill(lint, join(lint, command, 0));
    const char *from = command->from ? hooklint_fill(lint, command->from) : "";
    size_t arguments;
    const char *name = shell_name(command, &arguments);
    bool is_kept = strstr(text, "$(") || strchr(text, '`') ||
                   strcmp(name, "cp") == 0 ||
                   (strcmp(name, "cat") == 0 && command->to);

    if (strcmp(name, "for") == 0)
        return;
    lint->saves_governor |= (strstr(text, "scaling_governor") && is_kept) ||
                            strstr(from, "scaling_governor");
    lint->saves_cpus |= strstr(text, "AllowedCPUs") && strstr(text, "show");
}

static void learn(struct hook_lint *lint,
                  void (*from)(struct hook_lint *lint,
                               const struct shell_command *command))
{
    for (size_t i = 0; i < lint->files->count; i++) {
        lint->file = &lint->files->list[i];
        for (size_t j = 0; j < lint->file->script.count; j++)
            from(lint, &lint->file->script.list[j]);
    }
}

static void add_fault(struct hook_faults *faults, struct hook_fault fault)
{
    if (faults->count == faults->capacity) {
        faults->capacity = faults->capacity ? 2 * faults->capacity : 16;
        faults->list =
            mem_realloc(faults->list, faults->capacity, sizeof(*faults->list));
    }
    faults->list[faults->count++] = fault;
}

void hooklint_add(struct hook_lint *lint, const char *id, bool is_of_file,
                  enum verdict verdict, unsigned line, const char *text,
                  const char *cure)
{
    struct hook_faults *faults = lint->faults;

    text = text_of(text);
    for (size_t i = 0; i < faults->count; i++) {
        struct hook_fault *one = &faults->list[i];
        size_t length = strlen(one->lines);
        char *last;

        if (strcmp(one->id, id) != 0 ||
            strcmp(one->path, lint->file->path) != 0 ||
            strcmp(one->text, text) != 0)
            continue;
        last = strrchr(one->lines, ' ');
        if (line > 0 && length < LINES_MAX &&
            strtoul(last ? last : one->lines, NULL, 10) != line)
            one->lines = arena_printf(lint->arena, "%s, %u", one->lines, line);
        return;
    }
    if (faults->count == FAULTS_MAX)
        return;
    add_fault(faults,
              (struct hook_fault){
                  .id = id,
                  .is_of_file = is_of_file,
                  .verdict = verdict,
                  .path = lint->file->path,
                  .line = line,
                  .lines = line ? arena_printf(lint->arena, "%u", line) : "",
                  .text = text,
                  .cure = text_of(cure),
              });
}

/* True if one of the patterns, apart by blanks, fits the text. */
static bool fits(const struct hook_lint *lint, const char *patterns,
                 const char *text)
{
    size_t length;
    const char *word;

    if (!patterns)
        return true;
    while ((word = str_next_word(&patterns, &length)))
        if (fnmatch(arena_strndup(lint->arena, word, length), text, 0) == 0)
            return true;
    return false;
}

/* What echo and printf print, filled in; "" of all others. */
static const char *printed(const struct hook_lint *lint,
                           const struct shell_command *command)
{
    size_t at;
    const char *name = shell_name(command, &at);

    if (strcmp(name, "echo") != 0 && strcmp(name, "printf") != 0)
        return "";
    while (at < command->count && (command->words[at].text[0] == '-' ||
                                   strchr(command->words[at].text, '%')))
        at++;
    return hooklint_fill(lint, join(lint, command, at));
}

/* Which file the command writes, and what: echo >FILE, | tee, sysctl. */
static void find_write(struct hook_lint *lint, size_t arguments)
{
    const struct shell_command *command = lint->command;
    const struct shell_script *script = &lint->file->script;

    lint->target = command->to ? hooklint_fill(lint, command->to) : "";
    lint->value = command->to ? printed(lint, command) : "";
    if (strcmp(lint->name, "tee") == 0 && command->input >= 0) {
        while (arguments < command->count &&
               command->words[arguments].text[0] == '-')
            arguments++;
        lint->target = hooklint_fill(lint, join(lint, command, arguments));
        lint->value = printed(lint, &script->list[(size_t)command->input]);
    } else if (strcmp(lint->name, "sysctl") == 0) {
        const char *at = strchr(lint->words, '=');
        const char *start = at;

        while (start && start > lint->words && start[-1] != ' ')
            start--;
        if (at) {
            lint->target =
                arena_strndup(lint->arena, start, (size_t)(at - start));
            lint->value = at + 1;
        }
    } else if (strcmp(lint->name, "cpupower") == 0 ||
               strcmp(lint->name, "cpufreq-set") == 0) {
        const char *at = strstr(lint->words, "-g ");

        if (at) {
            lint->target = "scaling_governor";
            lint->value =
                arena_strndup(lint->arena, at + 3, strcspn(at + 3, " "));
        }
    }
}

/* What the rows match: its name, its arguments, what it writes. */
static void look_at(struct hook_lint *lint, const struct shell_command *command)
{
    size_t arguments;

    lint->command = command;
    lint->name = hooklint_fill(lint, shell_name(command, &arguments));
    lint->words = hooklint_fill(lint, join(lint, command, arguments));
    find_write(lint, arguments);
}

/* What other hooks do against it. */
static void learn_acts(struct hook_lint *lint,
                       const struct shell_command *command)
{
    look_at(lint, command);
    lint->restores_governor |= str_ends(lint->target, "scaling_governor") &&
                               strcmp(lint->value, "performance") != 0;
    lint->moves |= str_has_word("cd pushd", lint->name);
}

static void judge_command(struct hook_lint *lint,
                          const struct shell_command *command)
{
    look_at(lint, command);
    for (const struct hook_row *row = hook_rows; row->id; row++) {
        const char *text = text_of(row->text), *hole = strstr(text, "%s");

        lint->subject = "";
        if (!fits(lint, row->name, lint->name) ||
            !fits(lint, row->words, lint->words) ||
            !fits(lint, row->target, lint->target) ||
            !fits(lint, row->value, lint->value) ||
            (row->is_so && !row->is_so(lint)))
            continue;
        if (hole)
            text = arena_printf(lint->arena, "%.*s%.80s%s", (int)(hole - text),
                                text, lint->subject, hole + 2);
        hooklint_add(lint, row->id, false, row->verdict, command->line, text,
                     row->cure);
        if (row == hook_rows)
            row++; /* the general one says no more */
    }
}

/* Python, Perl and others: only what can be told without knowing them. */
static void judge_other(struct hook_lint *lint)
{
    static const char *const calls[] = {"virsh", "import libvirt",
                                        "from libvirt", "Sys::Virt",
                                        "require 'libvirt'"};
    const struct hook_row *row = &hook_rows[1];
    const char *at = lint->file->text;

    for (unsigned line = 1; *at; line++) {
        size_t length = strcspn(at, "\n");
        const char *text = arena_strndup(lint->arena, at, length);

        for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
            if (strstr(text, calls[i]) && text[strspn(text, " \t")] != '#') {
                hooklint_add(lint, row->id, false, row->verdict, line,
                             row->text, row->cure);
                break;
            }
        at += length + (at[length] == '\n');
    }
}

/* The first command that changes the host, or NULL. */
static const struct shell_command *find_act(const struct hook_file *file)
{
    static const char *const acts =
        "systemctl service modprobe rmmod virsh sysctl cset cpupower taskset "
        "chrt renice killall pkill mount umount tee ip iptables hugeadm";

    for (size_t i = 0; i < file->script.count; i++) {
        const struct shell_command *command = &file->script.list[i];
        size_t arguments;

        if (str_has_word(acts, shell_name(command, &arguments)) ||
            (command->to && (str_starts(command->to, "/sys/") ||
                             str_starts(command->to, "/proc/"))))
            return command;
    }
    return NULL;
}

/* A hook that libvirt calls for every guest, and does not look for whom. */
static void judge_guests(struct hook_lint *lint)
{
    static const char *const looks[] = {"$1",     "${1",      "$@",    "$*",
                                        "<uuid>", "\"uuid\"", "<name>"};
    const struct hook_file *file = lint->file;
    const struct shell_command *act = find_act(file);

    for (size_t i = 0; i < ARRAY_SIZE(looks); i++)
        if (strstr(file->text, looks[i]))
            return;
    if (act)
        hooklint_add(
            lint, "every-guest", false, VERDICT_WARN, act->line,
            "acts for every guest, never looking which one it is",
            "libvirt calls it for each guest, and one that ends undoes what "
            "another needs. if [ \"$1\" = NAME ]; then ...; fi around it.");
}

static int compare_lines(const void *a, const void *b)
{
    const struct shell_command *one = *(const struct shell_command *const *)a;
    const struct shell_command *two = *(const struct shell_command *const *)b;

    if (one->line != two->line)
        return one->line < two->line ? -1 : 1;
    return (one > two) - (one < two);
}

/* In the order of their lines, which those in "$(...)" are not in. */
static void judge_commands(struct hook_lint *lint)
{
    const struct shell_script *script = &lint->file->script;
    const struct shell_command **sorted =
        mem_alloc(script->count + 1, sizeof(*sorted));

    for (size_t i = 0; i < script->count; i++)
        sorted[i] = &script->list[i];
    qsort(sorted, script->count, sizeof(*sorted), compare_lines);
    for (size_t i = 0; i < script->count; i++)
        judge_command(lint, sorted[i]);
    free(sorted);
}

static void judge_lines(struct hook_lint *lint)
{
    const struct hook_file *file = lint->file;

    if (!file->text || file->place == HOOK_STRAY ||
        (hookfile_is_leftover(file->path) && !(file->mode & 0111)))
        return;
    if (file->language == HOOK_OTHER)
        judge_other(lint);
    judge_commands(lint);
    if (file->place == HOOK_CALLED && file->language == HOOK_SHELL)
        judge_guests(lint);
}

void hooklint_read(const struct host *host, const struct root *root,
                   struct arena *arena, struct hook_faults *faults)
{
    struct hook_files files = {0};
    struct hook_lint lint = {.host = host,
                             .root = root,
                             .arena = arena,
                             .files = &files,
                             .faults = faults};

    hookfile_read(root, arena, &files);
    learn(&lint, learn_variables);
    learn(&lint, learn_saves);
    learn(&lint, learn_acts);
    hooklint_shape(&lint);
    for (size_t i = 0; i < files.count; i++) {
        lint.file = &files.list[i];
        faults->other_count += lint.file->place != HOOK_COMMAND;
        judge_lines(&lint);
    }
    faults->problem = files.problem;
    faults->file_count = files.count;
    free(lint.variables);
    hookfile_free(&files);
}

void hooklint_free(struct hook_faults *faults)
{
    free(faults->list);
    *faults = (struct hook_faults){0};
}
