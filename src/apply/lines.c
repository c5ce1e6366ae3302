/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a file of data before and after a change, and today; gives it without
 * that change. A line is found by its key, and each speaks for itself.
 */
#include "apply/lines.h"

#include "base/mem.h"

#include <string.h>

struct lines {
    const char **list;
    size_t count;
};

struct job {
    struct arena *arena;
    struct lines before, after, now;
    struct str here, back; /* lines that were edited since, as then */
    enum choice choice;    /* of those */
};

static struct lines split(struct arena *arena, const char *text)
{
    struct lines lines = {0};

    if (!text)
        return lines;
    lines.list =
        arena_alloc(arena, str_count_lines(text) + 1, sizeof(*lines.list));
    for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
        lines.list[lines.count++] =
            arena_strndup(arena, text, strcspn(text, "\n"));
    return lines;
}

/* What stands in every file of data, whatever the hook has to do; notes too. */
static bool is_head(const char *line)
{
    return *line == '#' || *line == '\0' || str_starts(line, "version =") ||
           str_starts(line, "name =");
}

/* The length of a line's key; of a line without one all of it. */
static size_t key_length(const char *line)
{
    size_t length = strcspn(line, "=");

    if (is_head(line) && *line != 'v' && *line != 'n')
        return strlen(line);
    while (length > 0 && line[length - 1] == ' ')
        length--;
    return length;
}

static const char *find(const struct lines *lines, const char *like)
{
    size_t length = key_length(like);

    for (size_t i = 0; i < lines->count; i++)
        if (key_length(lines->list[i]) == length &&
            strncmp(lines->list[i], like, length) == 0)
            return lines->list[i];
    return NULL;
}

/* Each word of these says something by itself. */
static bool is_list(const char *line)
{
    return str_starts(line, "devices =") || str_starts(line, "display =") ||
           str_starts(line, "required =");
}

static const char *words_of(const char *line)
{
    const char *equals = line ? strchr(line, '=') : NULL;

    return equals ? equals + 1 : "";
}

/* Appends the words of one line that are in the second or not in the third. */
static void add_words(struct job *job, struct str *str, const char *line,
                      const char *in, const char *out)
{
    const char *at = words_of(line), *word;
    size_t length;

    while ((word = str_next_word(&at, &length))) {
        const char *copy = arena_strndup(job->arena, word, length);

        if (str_has_word(words_of(in), copy) ||
            !str_has_word(words_of(out), copy))
            str_addf(str, " %s", copy);
    }
}

/* All words of today, without those that the change put in or took away. */
static const char *merge_words(struct job *job, const char *before,
                               const char *after, const char *now)
{
    const char *key = before ? before : after;
    struct str str CLEANUP(str_free) = STR_INIT;
    struct str missing CLEANUP(str_free) = STR_INIT;

    str_addf(&str, "%.*s =", (int)key_length(key), key);
    str_addf(&missing, "%.*s =", (int)key_length(key), key);
    add_words(job, &str, now, before, after);
    add_words(job, &missing, before, NULL, after);
    add_words(job, &str, str_text(&missing), NULL, now);
    return *words_of(str_text(&str)) ? arena_strdup(job->arena, str_text(&str))
                                     : NULL;
}

/* What a line is without the change; NULL is no line. */
static const char *merge_line(struct job *job, const char *before,
                              const char *after, const char *now)
{
    if (str_is_same(before, after) || str_is_same(now, before))
        return now;
    if (now && is_head(now))
        return now;
    if (str_is_same(now, after))
        return before;
    if (is_list(before ? before : after))
        return merge_words(job, before, after, now);
    if (job->choice == CHOICE_OPEN) {
        str_addf(&job->here, now ? "%s\n" : "", now);
        str_addf(&job->back, before ? "%s\n" : "", before);
    }
    return job->choice == CHOICE_BACK ? before : now;
}

/* What comes back stands behind what it stood behind before. */
static void put_in(struct job *job, size_t index, const char *line,
                   struct lines *result)
{
    size_t place = 0;

    for (size_t i = index; i-- > 0 && place == 0;)
        for (size_t j = 0; j < result->count; j++)
            if (find(&(struct lines){&result->list[j], 1},
                     job->before.list[i])) {
                place = j + 1;
                break;
            }
    memmove(result->list + place + 1, result->list + place,
            (result->count - place) * sizeof(*result->list));
    result->list[place] = line;
    result->count++;
}

static struct lines merge(struct job *job)
{
    size_t most = job->now.count + job->before.count + 1;
    struct lines result = {arena_alloc(job->arena, most, sizeof(*result.list)),
                           0};

    for (size_t i = 0; i < job->now.count; i++) {
        const char *now = job->now.list[i];
        const char *line = merge_line(job, find(&job->before, now),
                                      find(&job->after, now), now);

        if (line)
            result.list[result.count++] = line;
    }
    for (size_t i = 0; i < job->before.count; i++) {
        const char *before = job->before.list[i];
        const char *line;

        if (find(&job->now, before))
            continue;
        line = merge_line(job, before, find(&job->after, before), NULL);
        if (line)
            put_in(job, i, line, &result);
    }
    return result;
}

/* The head is ours; a note that we did not write keeps its file. */
static bool says_something(const struct job *job, const struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        if (!is_head(lines->list[i]) ||
            (*lines->list[i] && !find(&job->after, lines->list[i]) &&
             !find(&job->before, lines->list[i])))
            return true;
    return false;
}

static char *join(const struct lines *lines)
{
    struct str str = STR_INIT;

    for (size_t i = 0; i < lines->count; i++)
        str_addf(&str, "%s\n", lines->list[i]);
    return str_steal(&str);
}

bool lines_undo(const char *before, const char *after, const char *now,
                const char *path, struct conflicts *conflicts, char **result)
{
    struct job job = {.arena = arena_new()};
    bool is_merged = true;
    struct lines lines;

    *result = NULL;
    if (str_is_same(before, after) || str_is_same(now, before)) {
        *result = now ? mem_strdup(now) : NULL;
    } else if (str_is_same(now, after)) {
        *result = before ? mem_strdup(before) : NULL;
    } else {
        job.before = split(job.arena, before);
        job.after = split(job.arena, after);
        job.now = split(job.arena, now);
        lines = merge(&job);
        if (job.here.length + job.back.length > 0) {
            job.choice = conflicts_add(
                conflicts,
                arena_printf(job.arena, "/%s was changed since.", path),
                str_text(&job.here), str_text(&job.back));
            is_merged = job.choice != CHOICE_OPEN;
            lines = merge(&job);
        }
        if (is_merged && says_something(&job, &lines))
            *result = join(&lines);
    }
    str_free(&job.here);
    str_free(&job.back);
    arena_free(job.arena);
    return is_merged;
}
