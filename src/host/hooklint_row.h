/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the faults of a hook's lines are found with. Private to the linter. */
#ifndef HOST_HOOKLINT_ROW_H
#define HOST_HOOKLINT_ROW_H

#include "host/hooklint.h"

/* What a script sets: NAME=VALUE, or the words of "for NAME in". */
struct hook_variable {
    const struct hook_file *file;
    const char *name, *value;
};

/* All that is known while the hooks are judged. */
struct hook_lint {
    const struct host *host;
    const struct root *root;
    struct arena *arena;
    const struct hook_files *files;
    struct hook_faults *faults;
    struct hook_variable *variables; /* of all files: they read each other */
    size_t variable_count, variable_capacity;
    bool saves_governor, saves_cpus; /* somewhere, before it sets them */
    bool restores_governor;          /* sets another one than performance */
    bool moves;                      /* somewhere, to another directory */
    /* Where it looks now. */
    const struct hook_file *file;
    const struct shell_command *command;
    const char *name;    /* the command's own name, its variables filled in */
    const char *words;   /* its arguments, filled in, blanks between */
    const char *target;  /* the file that it writes, or "" */
    const char *value;   /* what it writes there */
    const char *subject; /* what a row's function found, for its sentence */
};

struct hook_row {
    const char *id;
    enum verdict verdict;
    /* Patterns as of fnmatch, apart by blanks; NULL: whatever it is. */
    const char *name, *words, *target, *value;
    bool (*is_so)(struct hook_lint *lint); /* what patterns cannot say */
    const char *text;                      /* with %s for the subject */
    const char *cure;
};

/* The rows, ended by one without an id. */
extern const struct hook_row hook_rows[];

/* Adds a fault at the present file; once for each file, with all lines. */
void hooklint_add(struct hook_lint *lint, const char *id, bool is_of_file,
                  enum verdict verdict, unsigned line, const char *text,
                  const char *cure);

/* hookshape.c: adds what keeps the files from being run. */
void hooklint_shape(struct hook_lint *lint);

/* Whether a program of this name is in one of the usual places. */
bool hooklint_is_in_path(const struct hook_lint *lint, const char *name);

/* The file reads one of this name with "." or "source". */
bool hooklint_sources(const struct hook_lint *lint,
                      const struct hook_file *file, const char *name);

/*
 * What the command reads with "." or "source" although nothing is there, as
 * far as that can be told; else NULL.
 */
const char *hooklint_absent(const struct hook_lint *lint,
                            const struct hook_file *file,
                            const struct shell_command *command);

/* The text with "$NAME" and "${NAME}" filled in as far as they are known. */
const char *hooklint_fill(const struct hook_lint *lint, const char *text);

/* The variable's value in the present file, else in another one, or NULL. */
const char *hooklint_value(const struct hook_lint *lint, const char *name);

#endif
