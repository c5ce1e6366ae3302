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
    bool keeps_group;    /* the first group stays, in front of `by` */
    const char *in_file; /* in its place in a file; NULL: `by` */
} patterns[] = {
    {HEX "{8}(-" HEX "{4}){3}-" HEX "{12}", "UUID", false,
     "00000000-0000-4000-8000-000000000000"},
    {"(" HEX "{2}[:-]){5}" HEX "{2}([:-]" HEX "{2})?", "MAC", false,
     "52:54:00:00:00:00"},
    {"(UUID=|LABEL=|by-(id|uuid|path|label|partuuid|partlabel|dname)/)"
     "[^] \t\n,;)\"']+",
     "...", true, NULL},
    {"((serial|wwn|eui)[=:] ?)[^] \t\n,;)\"']+", "...", true, NULL},
    {"(/home/)[^] /\t\n,;)\"']+", "USER", true, NULL},
    {"[A-Za-z0-9._+-]+@[A-Za-z0-9._-]+", "USER@HOST", false, NULL},
    {"(://)[^/ \t\n]+", "HOST", true, NULL},
    {"([0-9]{1,3}\\.){3}[0-9]{1,3}", "ADDRESS", false, "192.0.2.1"},
    {HEX "{0,4}(:" HEX "{0,4}){3,7}", "ADDRESS", false, "2001:db8::1"},
    {HEX "{1,4}(:" HEX "{1,4})*::" HEX "{0,4}", "ADDRESS", false,
     "2001:db8::1"},
};

static void replace_pattern(struct str *str, const char *text, size_t index,
                            bool is_file)
{
    const char *by = is_file && patterns[index].in_file
                         ? patterns[index].in_file
                         : patterns[index].by;
    static regex_t compiled[ARRAY_SIZE(patterns)]; /* when wanted first */
    static bool is_compiled[ARRAY_SIZE(patterns)];
    regmatch_t match[2];
    int flags = 0;

    if (!is_compiled[index] &&
        regcomp(&compiled[index], patterns[index].pattern, REG_EXTENDED) != 0)
        abort(); /* a constant of ours */
    is_compiled[index] = true;
    while (*text && regexec(&compiled[index], text, 2, match, flags) == 0) {
        regoff_t keep =
            patterns[index].keeps_group ? match[1].rm_eo : match[0].rm_so;

        str_add_bytes(str, text, (size_t)keep);
        str_add(str, by);
        text += match[0].rm_eo;
        flags = REG_NOTBOL;
    }
    str_add(str, text);
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

static char *take_out(const char *text, const struct redact_name *names,
                      size_t count, bool is_file)
{
    char *now = mem_strdup(text);

    /* Names first as they are: a pattern might cut one in two. */
    for (size_t i = 0; i < count + ARRAY_SIZE(patterns); i++) {
        struct str str = STR_INIT;

        if (i >= count)
            replace_pattern(&str, now, i - count, is_file);
        else if (*names[i].name)
            replace_name(&str, now, &names[i]);
        else
            continue;
        free(now);
        now = str.text ? str_steal(&str) : mem_strdup("");
    }
    return now;
}

char *redact(const char *text, const struct redact_name *names, size_t count)
{
    return take_out(text, names, count, false);
}

char *redact_file(const char *text, const struct redact_name *names,
                  size_t count)
{
    return take_out(text, names, count, true);
}
