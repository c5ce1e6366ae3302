/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes and gives sets by value; nothing to free. Never guesses: a list that
 * is not wholly understood is refused.
 */
#include "base/cpuset.h"

#include <stdlib.h>
#include <string.h>

/* Reads one number at `*text` and moves on; -1 if there is none or too big. */
static long parse_cpu(const char **text)
{
    long value = 0;

    if (**text < '0' || **text > '9')
        return -1;
    for (; **text >= '0' && **text <= '9'; ++*text) {
        value = value * 10 + (**text - '0');
        if (value >= CPUSET_MAX)
            return -1;
    }
    return value;
}

static bool parse(const char *text, cpu_set_t *set)
{
    while (*text) {
        bool is_removal = *text == '^';
        long first, last;

        text += is_removal;
        first = last = parse_cpu(&text);
        if (first < 0)
            return false;
        if (*text == '-') {
            if (is_removal)
                return false;
            text++;
            last = parse_cpu(&text);
        }
        if (last < first)
            return false;
        for (long cpu = first; cpu <= last; cpu++) {
            if (is_removal)
                CPU_CLR((size_t)cpu, set);
            else
                CPU_SET((size_t)cpu, set);
        }
        if (*text == ',') {
            text++;
            if (!*text)
                return false;
        } else if (*text) {
            return false;
        }
    }
    return true;
}

bool cpuset_parse(const char *text, cpu_set_t *set)
{
    char *copy CLEANUP(mem_free) = mem_strdup(text);

    CPU_ZERO(set);
    if (parse(str_trim(copy), set))
        return true;
    CPU_ZERO(set);
    return false;
}

void cpuset_add_text(struct str *str, const cpu_set_t *set)
{
    const char *separator = "";

    for (int first = cpuset_next(set, 0), last; first >= 0;
         first = cpuset_next(set, last + 1)) {
        last = first;
        while (last + 1 < CPUSET_MAX && CPU_ISSET((size_t)last + 1, set))
            last++;
        if (last > first)
            str_addf(str, "%s%d-%d", separator, first, last);
        else
            str_addf(str, "%s%d", separator, first);
        separator = ",";
    }
}

char *cpuset_text(struct arena *arena, const cpu_set_t *set)
{
    struct str str CLEANUP(str_free) = STR_INIT;

    cpuset_add_text(&str, set);
    return arena_strdup(arena, str_text(&str));
}

/* Empty words are passed as a whole: most sets are small. */
int cpuset_next(const cpu_set_t *set, int from)
{
    const int bits = 8 * (int)sizeof(set->__bits[0]);

    for (int cpu = from; cpu < CPUSET_MAX; cpu += bits - cpu % bits) {
        unsigned long word = set->__bits[cpu / bits] >> cpu % bits;

        if (word)
            return cpu + __builtin_ctzl(word);
    }
    return -1;
}

cpu_set_t cpuset_empty(void)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    return set;
}

cpu_set_t cpuset_one(int cpu)
{
    cpu_set_t set = cpuset_empty();

    CPU_SET((size_t)cpu, &set);
    return set;
}

cpu_set_t cpuset_and(const cpu_set_t *a, const cpu_set_t *b)
{
    cpu_set_t set;

    CPU_AND(&set, a, b);
    return set;
}

cpu_set_t cpuset_or(const cpu_set_t *a, const cpu_set_t *b)
{
    cpu_set_t set;

    CPU_OR(&set, a, b);
    return set;
}

cpu_set_t cpuset_minus(const cpu_set_t *a, const cpu_set_t *b)
{
    cpu_set_t both;

    CPU_AND(&both, a, b);
    CPU_XOR(&both, a, &both);
    return both;
}

bool cpuset_is_empty(const cpu_set_t *set)
{
    return cpuset_next(set, 0) < 0;
}

/* Asked for each core of every layout: no set is made for the answer. */
bool cpuset_intersects(const cpu_set_t *a, const cpu_set_t *b)
{
    for (size_t i = 0; i < ARRAY_SIZE(a->__bits); i++)
        if (a->__bits[i] & b->__bits[i])
            return true;
    return false;
}

bool cpuset_is_subset(const cpu_set_t *part, const cpu_set_t *whole)
{
    for (size_t i = 0; i < ARRAY_SIZE(part->__bits); i++)
        if (part->__bits[i] & ~whole->__bits[i])
            return false;
    return true;
}
