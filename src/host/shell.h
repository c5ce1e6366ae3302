/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of a shell script, taken apart so far that a script can be
 * judged without being run: comments, here-documents and quotes are told from
 * commands. Nothing is executed or expanded. What is no valid script gives
 * some commands, too, and never more than it is long.
 */
#ifndef HOST_SHELL_H
#define HOST_SHELL_H

#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>

struct shell_word {
    /*
     * Without quotes; "$x" and "$(y)" stay as they are, and a "$" that stands
     * for itself is SHELL_QUOTED.
     */
    const char *text;
    bool is_split; /* "$1" or "$x" stands outside of quotes in it */
};

struct shell_command {
    unsigned line;            /* of its first word */
    struct shell_word *words; /* keywords as "if" and "then" left out */
    size_t count;
    const char *to;     /* the file that ">" or ">>" names, or NULL */
    const char *from;   /* the file that "<" names, or NULL */
    int input;          /* the command that is piped into it, or -1 */
    bool is_background; /* "&" follows it, or its group */
    bool is_in_loop;
    bool is_in_function; /* where $1 is no argument of the script */
};

/* What no shell reads to its end. */
enum shell_fault {
    SHELL_NONE,    /* or it is written so that we cannot tell */
    SHELL_OPEN,    /* a quote, "$(", "if", "do"... is never closed */
    SHELL_STRAY,   /* "fi", "done"... closes nothing */
    SHELL_HEREDOC, /* a here-document without its end */
};

struct shell_script {
    struct shell_command *list; /* those in "$(...)" before their own */
    size_t count, capacity;
    enum shell_fault fault; /* the first */
    const char *fault_word; /* "if", "'", the end of the here-document */
    unsigned fault_line;
    bool is_cut; /* there are more than SHELL_COMMANDS */
};

enum { SHELL_COMMANDS = 4000, SHELL_QUOTED = '\001' };

/* Takes apart `text`, whose first line has the number `line`. */
void shell_read(const char *text, unsigned line, struct arena *arena,
                struct shell_script *script);
/* The list; commands and words are the arena's. */
void shell_free(struct shell_script *script);

/*
 * The command's own name, without its path and without what goes before
 * (assignments, sudo, exec, timeout 5); `*arguments` is the index of the word
 * behind it. "" if there is none.
 */
const char *shell_name(const struct shell_command *command, size_t *arguments);

#endif
