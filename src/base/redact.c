/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes text and names, gives text: first without names, then by patterns. */
#include "base/redact.h"

#include "base/mem.h"
#include "base/str.h"

#include <ctype.h>
#include <regex.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HEX "[0-9a-fA-F]"

static const struct {
    const char *pattern, *by;
    bool keeps_group; /* the first group stays, in front of `by` */
} patterns[] = {
    {HEX "{8}(-" HEX "{4}){3}-" HEX "{12}", "UUID", false},
    {"(" HEX "{2}[:-]){5}" HEX "{2}([:-]" HEX "{2})?", "MAC", false},
    {"(UUID=|LABEL=|by-(id|uuid|path|label|partuuid|partlabel|dname)/)"
     "[^] \t\n,;)\"']+",
     "...", true},
    {"((serial|wwn|eui)[=:] ?)[^] \t\n,;)\"']+", "...", true},
    {"(/home/)[^] /\t\n,;)\"']+", "USER", true},
    {"[A-Za-z0-9._+-]+@[A-Za-z0-9._-]+", "USER@HOST", false},
    {"(://)[^/ \t\n]+", "HOST", true},
    {"([0-9]{1,3}\\.){3}[0-9]{1,3}", "ADDRESS", false},
    {HEX "{0,4}(:" HEX "{0,4}){3,7}", "ADDRESS", false},
    {HEX "{1,4}(:" HEX "{1,4})*::" HEX "{0,4}", "ADDRESS", false},
};

static void replace_pattern(struct str *str, const char *text, size_t index)
{
    regmatch_t match[2];
    regex_t regex;
    int flags = 0;

    if (regcomp(&regex, patterns[index].pattern, REG_EXTENDED) != 0)
        abort(); /* a constant of ours */
    while (*text && regexec(&regex, text, 2, match, flags) == 0) {
        regoff_t keep =
            patterns[index].keeps_group ? match[1].rm_eo : match[0].rm_so;

        str_add_bytes(str, text, (size_t)keep);
        str_add(str, patterns[index].by);
        text += match[0].rm_eo;
        flags = REG_NOTBOL;
    }
    str_add(str, text);
    regfree(&regex);
}

static bool is_word_at(const char *text, const char *at, const char *name,
                       size_t length)
{
    return strncasecmp(at, name, length) == 0 &&
           (at == text || !isalnum((unsigned char)at[-1])) &&
           !isalnum((unsigned char)at[length]);
}

static void replace_name(struct str *str, const char *text,
                         const struct redact_name *name)
{
    size_t length = strlen(name->name);

    for (const char *at = text; *at;)
        if (is_word_at(text, at, name->name, length)) {
            str_add(str, name->by);
            at += length;
        } else {
            str_add_bytes(str, at++, 1);
        }
}

char *redact(const char *text, const struct redact_name *names, size_t count)
{
    char *now = mem_strdup(text);

    /* Names first as they are: a pattern might cut one in two. */
    for (size_t i = 0; i < count + ARRAY_SIZE(patterns); i++) {
        struct str str = STR_INIT;

        if (i >= count)
            replace_pattern(&str, now, i - count);
        else if (*names[i].name)
            replace_name(&str, now, &names[i]);
        else
            continue;
        free(now);
        now = str.text ? str_steal(&str) : mem_strdup("");
    }
    return now;
}
