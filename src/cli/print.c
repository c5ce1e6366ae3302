/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes findings and outside text, prints them for people. */
#include "cli/cli.h"

#include "base/str.h"
#include "base/text.h"
#include "session/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void print_printable(FILE *out, const char *text)
{
    char *printable CLEANUP(mem_free) = str_printable(text);

    fputs(printable, out);
}

void print_findings(FILE *out, const struct findings *findings)
{
    struct str text CLEANUP(str_free) = STR_INIT;

    report_add_findings(&text, findings);
    fputs(str_text(&text), out);
}

char cli_answer(const char *question)
{
    char *line = NULL;
    size_t size = 0;
    char answer;

    printf("%s ", question);
    fflush(stdout);
    answer = getline(&line, &size, stdin) > 0 ? line[0] : '\0';
    free(line);
    return answer;
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
    int widest = 20;

    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (text_columns(option_get((enum option_id)i)->title) > widest)
            widest = text_columns(option_get((enum option_id)i)->title);
    puts(_("\nKeys of --set, with their values beside keep and off:"));
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *option = option_get((enum option_id)i);
        char values[96];

        option_values((enum option_id)i, values, sizeof(values));
        printf("  %-26s %-*s %s\n", option->key,
               text_bytes(option->title, widest), option->title, values);
    }
    puts(_("  disk.TARGET.cache, .io, .discard, .queues: the same of a disk."));
}
