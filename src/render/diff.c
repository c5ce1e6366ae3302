/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes two texts, gives the lines that differ. E. Myers, "An O(ND) Difference
 * Algorithm and Its Variations", 1986.
 */
#include "render/diff.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

/* With more lines that differ the diff is right, but not the smallest. */
enum { SEARCH_MAX = 2000 };

struct lines {
    const char **list;
    size_t count;
};

static struct lines split(struct arena *arena, const char *text)
{
    struct lines lines = {NULL, 0};
    char *copy = arena_strdup(arena, text);

    lines.list =
        arena_alloc(arena, str_count_lines(text) + 1, sizeof(*lines.list));
    while (*copy) {
        char *end = strchr(copy, '\n');

        lines.list[lines.count++] = copy;
        if (!end)
            break;
        *end = '\0';
        if (end > copy && end[-1] == '\r')
            end[-1] = '\0';
        copy = end + 1;
    }
    return lines;
}

static void put(struct diff *diff, char sign, const char *text, size_t a,
                size_t b)
{
    diff->lines[diff->count++] =
        (struct diff_line){sign, text, (unsigned)a + 1, (unsigned)b + 1};
    diff->added += sign == '+';
    diff->removed += sign == '-';
}

/* The furthest line of `a` on diagonal `k`; `v` is shifted by `zero`. */
static long step_from(const long *v, long zero, long k, long d)
{
    bool is_down = k == -d || (k != d && v[zero + k - 1] < v[zero + k + 1]);

    return is_down ? v[zero + k + 1] : v[zero + k - 1] + 1;
}

/*
 * Runs the search forward and keeps every state of `v`, of which state d has
 * only the diagonals -d to d. Gives the number of lines that differ, or -1 if
 * there are more than SEARCH_MAX.
 */
static long search(const struct lines *a, const struct lines *b, long **states)
{
    long n = (long)a->count, m = (long)b->count, max = n + m;
    long *v CLEANUP(mem_free) = mem_alloc((size_t)(2 * max + 3), sizeof(*v));

    for (long d = 0; d <= max && d <= SEARCH_MAX; d++) {
        states[d] = mem_alloc((size_t)(2 * d + 3), sizeof(**states));
        memcpy(states[d], v + max + 1 - d - 1,
               (size_t)(2 * d + 3) * sizeof(**states));
        for (long k = -d; k <= d; k += 2) {
            long x = step_from(v, max + 1, k, d);

            while (x < n && x - k < m &&
                   strcmp(a->list[x], b->list[x - k]) == 0)
                x++;
            v[max + 1 + k] = x;
            if (x >= n && x - k >= m)
                return d;
        }
    }
    return -1;
}

static bool same_line(const struct lines *a, const struct lines *b, size_t i,
                      size_t j)
{
    return strcmp(a->list[i], b->list[j]) == 0;
}

/* What they have in common at both ends stays, all else goes and comes. */
static void put_coarsely(struct diff *diff, const struct lines *a,
                         const struct lines *b)
{
    size_t begin = 0, n = a->count, m = b->count;

    while (begin < n && begin < m && same_line(a, b, begin, begin))
        put(diff, ' ', a->list[begin], begin, begin), begin++;
    while (n > begin && m > begin && same_line(a, b, n - 1, m - 1))
        n--, m--;
    for (size_t i = begin; i < n; i++)
        put(diff, '-', a->list[i], i, begin);
    for (size_t i = begin; i < m; i++)
        put(diff, '+', b->list[i], n, i);
    for (size_t i = n; i < a->count; i++)
        put(diff, ' ', a->list[i], i, m + i - n);
}

static void reverse(struct diff *diff)
{
    for (size_t i = 0, j = diff->count; i + 1 < j; i++) {
        struct diff_line line = diff->lines[i];

        diff->lines[i] = diff->lines[--j];
        diff->lines[j] = line;
    }
}

static void walk_back(struct diff *diff, const struct lines *a,
                      const struct lines *b, long **states, long d)
{
    long x = (long)a->count, y = (long)b->count;

    for (; d >= 0; d--) {
        const long *v = states[d];
        long zero = d + 1, k = x - y;
        bool is_down = k == -d || (k != d && v[zero + k - 1] < v[zero + k + 1]);
        long from_k = is_down ? k + 1 : k - 1;
        long from_x = d > 0 ? v[zero + from_k] : 0;
        long from_y = d > 0 ? from_x - from_k : 0;

        while (x > from_x && y > from_y) {
            x--;
            y--;
            put(diff, ' ', a->list[x], (size_t)x, (size_t)y);
        }
        if (d > 0 && is_down) {
            y--;
            put(diff, '+', b->list[y], (size_t)x, (size_t)y);
        } else if (d > 0) {
            x--;
            put(diff, '-', a->list[x], (size_t)x, (size_t)y);
        }
    }
}

struct diff *diff_new(const char *before, const char *after)
{
    struct diff *diff = mem_alloc(1, sizeof(*diff));
    struct lines a, b;
    long **states, d;

    diff->arena = arena_new();
    a = split(diff->arena, before);
    b = split(diff->arena, after);
    diff->lines =
        arena_alloc(diff->arena, a.count + b.count + 1, sizeof(*diff->lines));
    states = mem_alloc(a.count + b.count + 1, sizeof(*states));
    d = search(&a, &b, states);
    if (d < 0) {
        put_coarsely(diff, &a, &b);
    } else {
        walk_back(diff, &a, &b, states, d);
        reverse(diff);
    }
    for (size_t i = 0; i <= a.count + b.count; i++)
        free(states[i]);
    free(states);
    return diff;
}

void diff_free(struct diff *diff)
{
    if (!diff)
        return;
    arena_free(diff->arena);
    free(diff);
}

/* The end of the hunk that starts at `begin`: changes within 2 * context. */
static size_t hunk_end(const struct diff *diff, size_t begin, unsigned context)
{
    size_t last = begin, end;

    for (size_t i = begin; i < diff->count && i <= last + 2UL * context + 1;
         i++)
        if (diff->lines[i].sign != ' ')
            last = i;
    end = last + context + 1;
    return end < diff->count ? end : diff->count;
}

static void add_hunk(struct str *str, const struct diff *diff, size_t begin,
                     size_t end)
{
    unsigned old_count = 0, new_count = 0;

    for (size_t i = begin; i < end; i++) {
        old_count += diff->lines[i].sign != '+';
        new_count += diff->lines[i].sign != '-';
    }
    str_addf(str, "@@ -%u,%u +%u,%u @@\n",
             diff->lines[begin].old_number - (old_count == 0), old_count,
             diff->lines[begin].new_number - (new_count == 0), new_count);
    for (size_t i = begin; i < end; i++) {
        str_add_bytes(str, &diff->lines[i].sign, 1);
        str_add_printable(str, diff->lines[i].text);
        str_add(str, "\n");
    }
}

void diff_add_unified(struct str *str, const struct diff *diff,
                      const char *old_name, const char *new_name,
                      unsigned context)
{
    size_t at = 0;

    if (diff->added + diff->removed == 0)
        return;
    str_addf(str, "--- %s\n+++ %s\n", old_name, new_name);
    while (at < diff->count) {
        size_t first = at, begin, end;

        while (first < diff->count && diff->lines[first].sign == ' ')
            first++;
        if (first == diff->count)
            break;
        begin = first > at + context ? first - context : at;
        end = hunk_end(diff, first, context);
        add_hunk(str, diff, begin, end);
        at = end;
    }
}
