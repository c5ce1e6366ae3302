/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes keys, moves the selection in the options over folded groups. A group
 * that is folded is selected by its first option.
 */
#include "ui/fold.h"

#include "base/mem.h"
#include "ui/find.h"

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

bool fold_has(const struct app *app, int id, const char *word)
{
    const struct option_row *option = option_get((enum option_id)id);
    const char *texts[] = {option->title,
                           option->key,
                           fold_first(id) == id ? option->group : NULL,
                           option->writes,
                           option->does,
                           option->hyperv};

    (void)app;
    return find_in(word, texts, ARRAY_SIZE(texts));
}

void fold_go(struct app *app, int id, const char *word)
{
    (void)word;
    app->is_folded[fold_first(id)] = false;
    list_of(app)->selected = id;
}
