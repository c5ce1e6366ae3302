/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a script's text, gives its commands. Reads as POSIX describes it
 * (Shell Command Language, 2.3 Token Recognition), with what bash adds that
 * would be taken for something else.
 */
#include "host/shell.h"

#include "base/str.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 16, HEREDOCS_MAX = 8, WORDS_MAX = 4096, OPENED_MAX = 64 };

struct heredoc {
    const char *end;
    bool has_tabs; /* "<<-" */
    unsigned line;
};

/* "if", "case", "do" and "{", until they are closed. */
struct opened {
    const char *word;
    unsigned line;
    int depth; /* of the groups that it stands in */
};

struct lexer {
    const char *at;
    unsigned line;
    struct arena *arena;
    struct shell_script *script;
    int depth, loops, braces, function; /* the brace that opened it, or 0 */
    bool is_function_next;
    bool is_unsure; /* what is open cannot be told */
    struct heredoc heredocs[HEREDOCS_MAX];
    size_t heredoc_count;
    struct opened opened[OPENED_MAX];
    size_t opened_count, base; /* those from `base` on are of this list */
    int group;                 /* how many "(" are open in it */
};

/* A command while it is read; the words move into the arena at its end. */
struct draft {
    struct shell_command command;
    size_t capacity;
};

static void read_list(struct lexer *lexer, char until);

static char next(struct lexer *lexer)
{
    char character = *lexer->at;

    if (character == '\n')
        lexer->line++;
    if (character != '\0')
        lexer->at++;
    return character;
}

/* What is never closed, or closes nothing; the first is told. */
static void set_fault(struct lexer *lexer, enum shell_fault fault,
                      const char *word, unsigned line)
{
    struct shell_script *script = lexer->script;

    if (script->fault || lexer->is_unsure)
        return;
    script->fault = fault;
    script->fault_word = word;
    script->fault_line = line;
}

static void copy(struct lexer *lexer, struct str *text)
{
    char character = next(lexer);

    str_add_bytes(text, &character, 1);
}

/* From an opening character on to the one that closes it, as it stands. */
static void copy_nested(struct lexer *lexer, struct str *text, char open,
                        char close)
{
    int depth = 0;
    unsigned line = lexer->line;

    while (*lexer->at) {
        char character = *lexer->at;
        char before = depth > 0 ? lexer->at[-1] : '\0';

        copy(lexer, text);
        if (character == '\\' && *lexer->at) {
            copy(lexer, text);
        } else if (character == '\'' && open == '{') {
            lexer->is_unsure = true; /* it depends on what is around */
        } else if (character == '\'' || character == '"') {
            while (*lexer->at && *lexer->at != character) {
                if (*lexer->at == '\\' && character == '"' && lexer->at[1])
                    copy(lexer, text);
                copy(lexer, text);
            }
            if (*lexer->at)
                copy(lexer, text);
        } else if (character == '#' && open == '(' &&
                   isspace((unsigned char)before)) {
            while (*lexer->at && *lexer->at != '\n')
                copy(lexer, text);
        } else if (character == open) {
            depth++;
        } else if (character == close && --depth == 0) {
            return;
        }
    }
    set_fault(lexer, SHELL_OPEN, open == '(' ? "(" : "${", line);
}

/* $(...), `...`, or <(...): its commands are read, its text is kept. */
static void read_substitution(struct lexer *lexer, struct str *text,
                              size_t opening, char close)
{
    const char *start = lexer->at;
    int loops = lexer->loops, group = lexer->group;
    size_t base = lexer->base;

    lexer->at += opening;
    lexer->depth++;
    lexer->base = lexer->opened_count;
    read_list(lexer, close);
    lexer->depth--;
    lexer->loops = loops;
    lexer->group = group;
    lexer->opened_count = lexer->base;
    lexer->base = base;
    str_add_bytes(text, start, (size_t)(lexer->at - start));
}

static bool is_name(char character)
{
    return isalnum((unsigned char)character) || character == '_';
}

static void read_dollar(struct lexer *lexer, struct str *text)
{
    const char *at = lexer->at;

    lexer->is_unsure |= at[1] == '(' && lexer->depth >= DEPTH_MAX;
    if (str_starts(at, "$((")) {
        next(lexer);
        str_add(text, "$");
        copy_nested(lexer, text, '(', ')');
    } else if (at[1] == '(' && lexer->depth < DEPTH_MAX) {
        read_substitution(lexer, text, 2, ')');
    } else if (at[1] == '{') {
        next(lexer);
        str_add(text, "$");
        copy_nested(lexer, text, '{', '}');
    } else {
        size_t length = 1;

        while (is_name(at[length]) &&
               (length == 1 || !isdigit((unsigned char)at[1])))
            length++;
        if (length == 1 && at[1] && strchr("@*#?$!-", at[1]))
            length = 2;
        str_add_bytes(text, at, length);
        lexer->at += length;
    }
}

/* A character that the shell takes as it is. */
static void take_quoted(struct lexer *lexer, struct str *text)
{
    char character = next(lexer);

    if (character == '$')
        character = SHELL_QUOTED;
    if (character != '\0')
        str_add_bytes(text, &character, 1);
}

static void read_double_quoted(struct lexer *lexer, struct str *text)
{
    unsigned line = lexer->line;

    next(lexer);
    while (*lexer->at && *lexer->at != '"') {
        char character = *lexer->at;

        if (character == '$') {
            read_dollar(lexer, text);
        } else if (character == '`' && lexer->depth < DEPTH_MAX) {
            read_substitution(lexer, text, 1, '`');
        } else {
            if (character == '\\' && lexer->at[1] &&
                strchr("$`\"\\\n", lexer->at[1]))
                next(lexer);
            take_quoted(lexer, text);
        }
    }
    if (!*lexer->at)
        set_fault(lexer, SHELL_OPEN, "\"", line);
    next(lexer);
}

/* `has_escapes`: as $'it\'s'. */
static void read_single_quoted(struct lexer *lexer, struct str *text,
                               bool has_escapes)
{
    unsigned line = lexer->line;

    next(lexer);
    while (*lexer->at && *lexer->at != '\'') {
        if (has_escapes && *lexer->at == '\\')
            next(lexer);
        take_quoted(lexer, text);
    }
    if (!*lexer->at)
        set_fault(lexer, SHELL_OPEN, "'", line);
    next(lexer);
}

/* A word; "" at an operator. `*is_plain`: nothing in it was quoted. */
static struct shell_word read_word(struct lexer *lexer, char until,
                                   bool *is_plain)
{
    struct str text CLEANUP(str_free) = STR_INIT;
    struct shell_word word = {0};
    bool has_escapes = false;

    *is_plain = true;
    while (*lexer->at && !strchr(" \t\n;&|<>)", *lexer->at) &&
           *lexer->at != until) {
        char character = *lexer->at;

        if (character == '(') {
            if (text.length == 0 || text.text[text.length - 1] != '=')
                break;
            copy_nested(lexer, &text, '(', ')'); /* an array */
        } else if (character == '\\') {
            next(lexer);
            *is_plain = false;
            /* Between backquotes it is taken away before they are read. */
            lexer->is_unsure |=
                until == '`' && *lexer->at && strchr("'\"`\\", *lexer->at);
            if (*lexer->at == '\n')
                next(lexer);
            else
                take_quoted(lexer, &text);
        } else if (character == '\'') {
            *is_plain = false;
            read_single_quoted(lexer, &text, has_escapes);
            has_escapes = false;
        } else if (character == '"') {
            *is_plain = false;
            read_double_quoted(lexer, &text);
        } else if (character == '$' && lexer->at[1] == '\'') {
            next(lexer);
            has_escapes = true;
        } else if (character == '$') {
            word.is_split = true;
            read_dollar(lexer, &text);
        } else if (character == '`' && lexer->depth < DEPTH_MAX) {
            read_substitution(lexer, &text, 1, '`');
        } else {
            next(lexer);
            str_add_bytes(&text, &character, 1);
        }
    }
    word.text = arena_strdup(lexer->arena, str_text(&text));
    return word;
}

static void add_command(struct lexer *lexer, struct draft *draft)
{
    struct shell_script *script = lexer->script;
    struct shell_command *command;

    if (script->count == script->capacity) {
        script->capacity = script->capacity ? 2 * script->capacity : 64;
        script->list =
            mem_realloc(script->list, script->capacity, sizeof(*script->list));
    }
    command = &script->list[script->count++];
    *command = draft->command;
    command->words = arena_alloc(lexer->arena, draft->command.count + 1,
                                 sizeof(*command->words));
    if (command->count > 0)
        memcpy(command->words, draft->command.words,
               command->count * sizeof(*command->words));
    command->is_in_loop = lexer->loops > 0;
    command->is_in_function = lexer->function > 0;
}

/* sh -c "..." is a script, too. */
static void add_inner(struct lexer *lexer, const struct draft *draft)
{
    size_t at;
    const char *name = shell_name(&draft->command, &at);
    struct lexer inner = {.line = draft->command.line,
                          .arena = lexer->arena,
                          .script = lexer->script,
                          .is_unsure = true,   /* its quotes are gone */
                          .depth = DEPTH_MAX}; /* no deeper: time counts */
    char *text;

    if (at + 1 >= draft->command.count || lexer->depth >= DEPTH_MAX ||
        strcmp(draft->command.words[at].text, "-c") != 0 ||
        !str_has_word("sh bash dash", name))
        return;
    text = arena_strdup(lexer->arena, draft->command.words[at + 1].text);
    for (char *one = text; *one; one++)
        if (*one == SHELL_QUOTED)
            *one = '$';
    inner.at = text;
    read_list(&inner, '\0');
}

/* The command is over; gives its index, or -1 if there was none. */
static int finish(struct lexer *lexer, struct draft *draft, bool is_background)
{
    int index = -1;

    draft->command.is_background = is_background;
    if (draft->command.count > 0 && lexer->script->count >= SHELL_COMMANDS) {
        lexer->script->is_cut = true;
        lexer->at += strlen(lexer->at);
    } else if (draft->command.count > 0) {
        add_inner(lexer, draft);
        add_command(lexer, draft);
        index = (int)lexer->script->count - 1;
    }
    draft->command.count = 0;
    draft->command.to = draft->command.from = NULL;
    draft->command.input = -1;
    return index;
}

static void skip_heredocs(struct lexer *lexer)
{
    for (size_t i = 0; i < lexer->heredoc_count; i++) {
        const struct heredoc *one = &lexer->heredocs[i];
        bool is_over = false;

        while (*lexer->at && !is_over) {
            size_t tabs = one->has_tabs ? strspn(lexer->at, "\t") : 0;
            const char *line = lexer->at + tabs;
            size_t length = strcspn(line, "\n");

            is_over = strlen(one->end) == length &&
                      strncmp(line, one->end, length) == 0;
            lexer->at = line + length;
            next(lexer);
        }
        if (!is_over)
            set_fault(lexer, SHELL_HEREDOC, one->end, one->line);
    }
    lexer->heredoc_count = 0;
}

/* At "<" or ">"; `number` is the digit before it, or 0. */
static void read_redirection(struct lexer *lexer, struct draft *draft,
                             char until, char number)
{
    const char *start = lexer->at;
    size_t length = strspn(start, "<>|&");
    struct str inside CLEANUP(str_free) = STR_INIT;
    struct shell_word word;
    bool is_plain, has_tabs = false;

    if (start[1] == '(' && lexer->depth < DEPTH_MAX) {
        read_substitution(lexer, &inside, 2, ')');
        return;
    }
    lexer->at += length;
    if (length == 2 && str_starts(start, "<<") && *lexer->at == '-') {
        lexer->at++;
        has_tabs = true;
    }
    lexer->at += strspn(lexer->at, " \t");
    word = read_word(lexer, until, &is_plain);
    if (length == 2 && str_starts(start, "<<")) {
        if (lexer->heredoc_count < HEREDOCS_MAX)
            lexer->heredocs[lexer->heredoc_count++] =
                (struct heredoc){word.text, has_tabs, lexer->line};
        else
            lexer->is_unsure = true;
    } else if (*start == '>' && (number == 0 || number == '1') &&
               start[length - 1] != '&') {
        draft->command.to = word.text;
    } else if (*start == '<' && length == 1) {
        draft->command.from = word.text;
    }
}

/* The innermost "case" is this group's, so that ")" ends a pattern. */
static bool is_in_case(const struct lexer *lexer)
{
    const struct opened *last;

    if (lexer->opened_count <= lexer->base)
        return false;
    last = &lexer->opened[lexer->opened_count - 1];
    return strcmp(last->word, "case") == 0 && last->depth == lexer->group;
}

static void open_word(struct lexer *lexer, const char *word)
{
    if (lexer->opened_count < OPENED_MAX)
        lexer->opened[lexer->opened_count++] =
            (struct opened){word, lexer->line, lexer->group};
    else
        lexer->is_unsure = true;
}

/* What is not closed where `word` is: all down to it, or to the list's end. */
static void close_word(struct lexer *lexer, const char *closing,
                       const char *word)
{
    size_t at = lexer->opened_count;

    while (at > lexer->base && strcmp(lexer->opened[at - 1].word, word) != 0)
        at--;
    if (at == lexer->base && *word) {
        set_fault(lexer, SHELL_STRAY, closing, lexer->line);
        return;
    }
    if (at < lexer->opened_count) {
        const struct opened *last = &lexer->opened[lexer->opened_count - 1];

        set_fault(lexer, SHELL_OPEN, last->word, last->line);
    }
    lexer->opened_count = at > lexer->base ? at - 1 : at;
}

/* Words that open, and those that close them. */
static void count_keyword(struct lexer *lexer, const char *word)
{
    static const char *const pairs[][2] = {
        {"if", "fi"}, {"case", "esac"}, {"do", "done"}, {"{", "}"}};

    for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
        if (strcmp(word, pairs[i][0]) == 0)
            open_word(lexer, pairs[i][0]);
        else if (strcmp(word, pairs[i][1]) == 0)
            close_word(lexer, pairs[i][1], pairs[i][0]);
    }
}

/* True if the word is the shell's own, at the start of a command. */
static bool take_keyword(struct lexer *lexer, const char *word)
{
    static const char *const plain =
        "if then elif else fi while until ! time "
        "esac";
    const char *behind = lexer->at + strspn(lexer->at, " \t");

    if (is_in_case(lexer) && *behind == ')' && strcmp(word, "esac") != 0)
        return false; /* a pattern */
    count_keyword(lexer, word);
    if (strcmp(word, "do") == 0) {
        lexer->loops++;
    } else if (strcmp(word, "done") == 0) {
        lexer->loops -= lexer->loops > 0;
    } else if (strcmp(word, "{") == 0) {
        lexer->braces++;
        if (lexer->is_function_next && lexer->function == 0)
            lexer->function = lexer->braces;
        lexer->is_function_next = false;
    } else if (strcmp(word, "}") == 0) {
        if (lexer->function == lexer->braces)
            lexer->function = 0;
        lexer->braces -= lexer->braces > 0;
    } else {
        return str_has_word(plain, word);
    }
    return true;
}

static void take_word(struct lexer *lexer, struct draft *draft, char until)
{
    unsigned line = lexer->line;
    const char *start = lexer->at;
    bool is_plain;
    struct shell_word word = read_word(lexer, until, &is_plain);
    struct shell_command *command = &draft->command;

    if (lexer->at == start)
        next(lexer); /* what fits nowhere */
    if (is_plain && strlen(word.text) == 1 &&
        isdigit((unsigned char)*word.text) &&
        (*lexer->at == '<' || *lexer->at == '>')) {
        read_redirection(lexer, draft, until, *word.text);
        return;
    }
    if (is_plain && command->count > 0 && command->count < 3 &&
        str_has_word("for coproc", command->words[0].text) &&
        str_has_word("do {", word.text))
        count_keyword(lexer, word.text); /* "for NAME do", "coproc {" */
    if (command->count == 0 && is_plain && take_keyword(lexer, word.text))
        return;
    if (command->count == 0)
        command->line = line;
    if (command->count == 1 &&
        strcmp(command->words[0].text, "function") == 0) {
        command->count = 0;
        lexer->is_function_next = true;
        return;
    }
    if (command->count == WORDS_MAX)
        return;
    if (command->count == draft->capacity) {
        draft->capacity = draft->capacity ? 2 * draft->capacity : 16;
        command->words = mem_realloc(command->words, draft->capacity,
                                     sizeof(*command->words));
    }
    command->words[command->count++] = word;
}

/* At "(": a function's, arithmetic, or a group. */
static void open_group(struct lexer *lexer, struct draft *draft, int *depth)
{
    const char *behind = lexer->at + 1 + strspn(lexer->at + 1, " \t");

    if (*behind == ')' && draft->command.count <= 1) {
        lexer->is_function_next |= draft->command.count == 1;
        draft->command.count = 0;
        lexer->at = behind + 1;
    } else if (str_starts(lexer->at, "((")) {
        struct str text CLEANUP(str_free) = STR_INIT;

        copy_nested(lexer, &text, '(', ')');
    } else {
        finish(lexer, draft, false);
        lexer->group = ++*depth;
        lexer->at++;
    }
}

/* At one of ; & |, which end a command. */
static void read_operator(struct lexer *lexer, struct draft *draft,
                          size_t group)
{
    char first = next(lexer);
    bool is_double = *lexer->at == first;
    bool is_alone = draft->command.count == 0;
    int index = finish(lexer, draft, first == '&' && !is_double);

    if (first == '&' && !is_double && is_alone)
        for (size_t i = group; i < lexer->script->count; i++)
            lexer->script->list[i].is_background = true;
    if (first == '|' && !is_double)
        draft->command.input = index;
    lexer->at += strspn(lexer->at, is_double ? ";&|" : "");
}

static void read_list(struct lexer *lexer, char until)
{
    unsigned line = lexer->line;
    bool is_closed = until == '\0';
    struct draft draft = {.command.input = -1};
    size_t group = lexer->script->count; /* where the last one began */
    size_t opened[DEPTH_MAX] = {0};
    int depth = 0;

    lexer->group = 0;
    while (*lexer->at) {
        char character = *lexer->at;

        if (character == ' ' || character == '\t' || character == '\r') {
            lexer->at++;
        } else if (character == '\\' && lexer->at[1] == '\n') {
            next(lexer);
            next(lexer);
        } else if (character == '#') {
            lexer->at += strcspn(lexer->at, until == '`' ? "\n`" : "\n");
        } else if (character == '\n') {
            next(lexer);
            if (finish(lexer, &draft, false) >= 0)
                group = lexer->script->count;
            skip_heredocs(lexer);
        } else if (character == ')' && is_in_case(lexer)) {
            lexer->at++;
            draft.command.count = 0;
        } else if (character == until && depth == 0) {
            lexer->at++;
            is_closed = true;
            break;
        } else if (character == '&' && lexer->at[1] == '>') {
            lexer->at++;
        } else if (strchr(";&|", character)) {
            read_operator(lexer, &draft, group);
        } else if (character == '(') {
            open_group(lexer, &draft, &depth);
            if (depth > 0 && depth <= DEPTH_MAX)
                opened[depth - 1] = lexer->script->count;
        } else if (character == ')') {
            lexer->at++;
            if (depth == 0) { /* of what we do not know */
                draft.command.count = 0;
                continue;
            }
            finish(lexer, &draft, false);
            lexer->group = --depth;
            if (depth < DEPTH_MAX)
                group = opened[depth];
        } else if (character == '<' || character == '>') {
            read_redirection(lexer, &draft, until, 0);
        } else {
            take_word(lexer, &draft, until);
        }
    }
    finish(lexer, &draft, false);
    free(draft.command.words);
    if (!is_closed)
        set_fault(lexer, SHELL_OPEN, until == '`' ? "`" : "$(", line);
    close_word(lexer, "", "");
}

void shell_read(const char *text, unsigned line, struct arena *arena,
                struct shell_script *script)
{
    struct lexer lexer = {
        .at = text, .line = line, .arena = arena, .script = script};

    while (*lexer.at)
        read_list(&lexer, '\0');
    if (lexer.heredoc_count > 0)
        set_fault(&lexer, SHELL_HEREDOC, lexer.heredocs[0].end,
                  lexer.heredocs[0].line);
    if (lexer.is_unsure || script->is_cut)
        script->fault = SHELL_NONE;
}

void shell_free(struct shell_script *script)
{
    free(script->list);
    *script = (struct shell_script){0};
}

static bool is_assignment(const char *word)
{
    size_t length = 0;

    while (is_name(word[length]))
        length++;
    return length > 0 && !isdigit((unsigned char)*word) && word[length] == '=';
}

const char *shell_name(const struct shell_command *command, size_t *arguments)
{
    static const char *const before =
        "sudo exec env nohup command nice "
        "ionice timeout";
    size_t at = 0;
    bool has_prefix = false;

    for (; at < command->count; at++) {
        const char *word = command->words[at].text;
        const char *slash = strrchr(word, '/');

        if (is_assignment(word))
            continue;
        if (slash && !strchr(word, '$'))
            word = slash + 1;
        if (str_has_word(before, word)) {
            has_prefix = true;
            continue;
        }
        /* An option of theirs, a number of seconds. */
        if (has_prefix && (*word == '-' || isdigit((unsigned char)*word)))
            continue;
        *arguments = at + 1;
        return word;
    }
    *arguments = at;
    return "";
}
