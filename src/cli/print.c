/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes findings and outside text, prints them for people. */
#include "cli/cli.h"

#include "base/str.h"

#include <errno.h>
#include <string.h>

void print_printable(FILE *out, const char *text)
{
    char *printable CLEANUP(mem_free) = str_printable(text);

    fputs(printable, out);
}

/* In lines of at most 80 columns, all indented by eight. */
static void print_wrapped(FILE *out, const char *text)
{
    char *printable CLEANUP(mem_free) = str_printable(text);
    const char *at = printable, *word;
    size_t length, column = 0;

    while ((word = str_next_word(&at, &length))) {
        if (column > 0 && column + 1 + length > 80) {
            fputs("\n", out);
            column = 0;
        }
        column += (size_t)fprintf(out, "%s%.*s", column ? " " : "        ",
                                  (int)length, word);
    }
    fputs("\n", out);
}

void print_findings(FILE *out, const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];

        fprintf(out, "%-8s", verdict_name(finding->verdict));
        print_printable(out, finding->text);
        if (*finding->detail) {
            fputs(" (", out);
            print_printable(out, finding->detail);
            fputs(")", out);
        }
        fputs("\n", out);
        if (finding->verdict > VERDICT_OK && *finding->fix) {
            print_wrapped(out, finding->fix);
        }
        if (finding->verdict > VERDICT_OK && *finding->recipe) {
            struct str lines CLEANUP(str_free) = STR_INIT;

            str_add_lines(&lines, "          ", finding->recipe);
            fputs(str_text(&lines), out);
        }
    }
}

bool cli_flush(struct err *err)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    return err_set(err, ERR_FAILED, "The output cannot be written: %s.",
                   strerror(errno));
}

void print_option_keys(void)
{
    puts("\nKeys of --set, with their values beside keep and off:");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *option = option_get((enum option_id)i);
        char values[96];

        option_values((enum option_id)i, values, sizeof(values));
        printf("  %-26s %-20s %s\n", option->key, option->title, values);
    }
}
