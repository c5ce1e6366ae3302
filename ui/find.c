/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes keys, moves the selection in the options: to a word, over folded
 * groups. A group that is folded is selected by its first option.
 */
#include "ui/find.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static struct list *list_of(struct app *app)
{
    struct list *list = &app->lists[STEP_OPTIONS];

    list->count = OPTION_COUNT;
    return list;
}

int fold_first(int id)
{
    const char *group = option_get((enum option_id)id)->group;

    while (id > 0 &&
           strcmp(option_get((enum option_id)(id - 1))->group, group) == 0)
        id--;
    return id;
}

int fold_end(int id)
{
    const char *group = option_get((enum option_id)id)->group;

    while (id < OPTION_COUNT &&
           strcmp(option_get((enum option_id)id)->group, group) == 0)
        id++;
    return id;
}

bool fold_is_folded(const struct app *app, int id)
{
    return app->is_folded[fold_first(id)];
}

void fold_change(struct app *app)
{
    struct list *list = list_of(app);
    int first = fold_first(list->selected);

    app->is_folded[first] = !app->is_folded[first];
    list->selected = first;
}

bool fold_move(struct app *app, enum action action)
{
    struct list *list = list_of(app);
    int before = list->selected, end;

    if (!list_move(list, action, app->height / 2))
        return false;
    if (!fold_is_folded(app, list->selected))
        return true;
    end = fold_end(list->selected);
    if (list->selected > before && fold_first(list->selected) <= before &&
        end < OPTION_COUNT)
        list->selected = end;
    else
        list->selected = fold_first(list->selected);
    return true;
}

static bool is_found(const struct app *app, enum option_id id)
{
    const struct option_row *option = option_get(id);
    /* A group is found at its first option. */
    const char *texts[] = {option->title,
                           option->key,
                           fold_first((int)id) == (int)id ? option->group
                                                          : NULL,
                           option->writes,
                           option->does,
                           option->hyperv};

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        if (texts[i] && strcasestr(texts[i], app->find))
            return true;
    return false;
}

/* From an option on, itself included, around the end; false if none. */
static bool look(struct app *app, int from, int step)
{
    for (int i = 0; i < OPTION_COUNT; i++) {
        int id = (from + OPTION_COUNT + i * step) % OPTION_COUNT;

        id = id < 0 ? id + OPTION_COUNT : id;
        if (!is_found(app, (enum option_id)id))
            continue;
        app->is_folded[fold_first(id)] = false;
        list_of(app)->selected = id;
        return true;
    }
    return false;
}

/* "\"disk\": 2 of 7, from the top; n the next one, N the one before" */
static void say(struct app *app, bool is_there, bool is_around, int step)
{
    unsigned count = 0, number = 0;

    for (int i = 0; i < OPTION_COUNT; i++)
        if (is_found(app, (enum option_id)i)) {
            count++;
            number += i <= list_of(app)->selected;
        }
    if (!is_there)
        app_hint(app, "No option has \"%s\".", app->find);
    else if (is_around && step > 0)
        app_hint(app, "\"%s\": %u of %u, from the top; n next, N before",
                 app->find, number, count);
    else if (is_around)
        app_hint(app, "\"%s\": %u of %u, from the end; n next, N before",
                 app->find, number, count);
    else
        app_hint(app, "\"%s\": %u of %u; n next, N before", app->find, number,
                 count);
}

/* Looks, and says where that led. */
static void look_and_say(struct app *app, int from, int step)
{
    int before = list_of(app)->selected;
    bool is_there = look(app, from, step);
    int moved = (list_of(app)->selected - before) * step;

    say(app, is_there, moved < 0 || (moved == 0 && from != before), step);
}

static void take_word(struct app *app, const char *text)
{
    snprintf(app->find, sizeof(app->find), "%s", text);
    if (*text)
        look_and_say(app, list_of(app)->selected, 1);
}

void find_open(struct app *app)
{
    prompt_open(app, _("Find:"), "", take_word);
}

void find_next(struct app *app, int step)
{
    if (app->find[0] == '\0')
        app_hint(app, "Look for something first: /");
    else
        look_and_say(app, list_of(app)->selected + step, step);
}
