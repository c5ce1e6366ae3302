/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of the options of the command line beyond their names: for the
 * manual and the completions.
 */
#ifndef CLI_DOCS_H
#define CLI_DOCS_H

#include "base/str.h"

struct docs_option {
    const char *name;
    const char *argument; /* "URI", or NULL */
    const char *values;   /* words, or "@files", "@directories", "@keys", "" */
    const char *text;
};

/* The row of an option; one without a text if nothing is known of it. */
const struct docs_option *docs_option(const char *name);

/* A key of the JSON: "domains.name" is in each object of the array domains. */
struct schema_row {
    const char *key;
    const char *type; /* "string or null"; NULL: `key` is a command */
    const char *text;
};

/* NULL behind the last. */
const struct schema_row *schema_row(size_t index);

/* Append the manual, and a completion: "bash", "zsh", "fish". */
void docs_add_manual(struct str *str);
bool docs_add_completion(struct str *str, const char *shell);

#endif
