/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a word, goes to the row that has it: in the list of the screen, in what
 * is open over it, or in the pager. The word stays for n and N, in any list.
 */
#include "ui/find.h"

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

bool find_in(const char *word, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (texts[i] && strcasestr(texts[i], word))
            return true;
    return false;
}

bool find_in_finding(const char *word, const struct finding *finding)
{
    const char *texts[] = {verdict_label(finding->verdict),
                           finding->text,
                           finding->detail,
                           finding->why,
                           finding->fix,
                           finding->recipe,
                           finding->source};

    return find_in(word, texts, ARRAY_SIZE(texts));
}

/* The pager: its lines, and the first that is seen. */
static int line_at(const struct app *app, int *count)
{
    *count = (int)str_count_lines(app->pager);
    return app->pager_top;
}

static bool line_has(const struct app *app, int row, const char *word)
{
    const char *at = app->pager;
    char *line;
    bool has;

    for (; row > 0; row--)
        at += strcspn(at, "\n") + 1;
    line = mem_strdup(at);
    line[strcspn(line, "\n")] = '\0';
    has = find_in(word, (const char *const[]){line}, 1);
    free(line);
    return has;
}

static void line_go(struct app *app, int row, const char *word)
{
    (void)word;
    app->pager_top = row;
}

static const struct finder pager_finder = {line_at, line_has, line_go};

/* Of what the keys go to now, or NULL: there is no list. */
static const struct finder *finder_of(const struct app *app)
{
    return app->pager                          ? &pager_finder
           : app_place(app) == PLACE_CONFLICTS ? &undo_finder
           : app_place(app) == PLACE_UNDO      ? NULL
           : app_place(app) == PLACE_HISTORY   ? &records_finder
           : app_place(app) == PLACE_PRESETS   ? &presets_finder
           : app_place(app) == PLACE_DISKS     ? &disks_finder
                                               : app_screen(app->step)->finder;
}

static int row_at(const struct app *app, int *count)
{
    const struct finder *finder = finder_of(app);

    if (finder->at)
        return finder->at(app, count);
    *count = app_screen(app->step)->length(app);
    return app->lists[app->step].selected;
}

/* "\"disk\": 2 of 7, from the top; n next, N before" */
static void say(struct app *app, int step, bool is_around)
{
    unsigned all = 0, number = 0;
    int count, at = row_at(app, &count);

    for (int row = 0; row < count; row++)
        if (finder_of(app)->has(app, row, app->find)) {
            all++;
            number += row <= at;
        }
    if (is_around && step > 0)
        app_hint(app, "\"%s\": %u of %u, from the top; n next, N before",
                 app->find, number, all);
    else if (is_around)
        app_hint(app, "\"%s\": %u of %u, from the end; n next, N before",
                 app->find, number, all);
    else
        app_hint(app, "\"%s\": %u of %u; n next, N before", app->find, number,
                 all);
}

/* From a row so far from the present one on, around the end. */
static void look(struct app *app, int offset, int step)
{
    const struct finder *finder = finder_of(app);
    int count, before = row_at(app, &count);

    for (int i = 0; i < count; i++) {
        int row = (before + offset + i * step) % count;
        int moved;

        row = row < 0 ? row + count : row;
        if (!finder->has(app, row, app->find))
            continue;
        moved = (row - before) * step;
        if (finder->go)
            finder->go(app, row, app->find);
        else
            app->lists[app->step].selected = row;
        say(app, step, moved < 0 || (moved == 0 && offset != 0));
        return;
    }
    app_hint(app, "Nothing in this list has \"%s\".", app->find);
}

static void take_word(struct app *app, const char *text)
{
    snprintf(app->find, sizeof(app->find), "%s", text);
    if (*text)
        look(app, 0, 1);
}

bool find_is_open(const struct app *app)
{
    return app->prompt.take == take_word;
}

bool find_act(struct app *app, enum action action)
{
    int step = action == ACTION_FIND_PREVIOUS ? -1 : 1;

    if (action != ACTION_FIND && action != ACTION_FIND_NEXT &&
        action != ACTION_FIND_PREVIOUS)
        return false;
    if (!finder_of(app) || prompt_is_open(app)) /* the pager is over one */
        return false;
    if (action == ACTION_FIND)
        prompt_open(app, _("Find:"), "", take_word);
    else if (app->find[0] == '\0')
        app_hint(app, "Look for something first: /");
    else
        look(app, step, step);
    return true;
}
