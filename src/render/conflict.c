/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes conflicts as they are found, gives what was chosen for each. */
#include "render/conflict.h"

#include <stdlib.h>

enum choice conflicts_add(struct conflicts *conflicts, const char *text,
                          const char *now, const char *then)
{
    const struct choices *choices = conflicts->choices;
    size_t index = conflicts->count++;
    struct conflict *conflict;

    if (!conflicts->arena)
        conflicts->arena = arena_new();
    conflicts->list = mem_realloc(conflicts->list, conflicts->count,
                                  sizeof(*conflicts->list));
    conflict = &conflicts->list[index];
    *conflict = (struct conflict){
        .text = arena_strdup(conflicts->arena, text),
        .now = arena_strdup(conflicts->arena, now),
        .then = arena_strdup(conflicts->arena, then),
        .choice = !choices                 ? CHOICE_OPEN
                  : index < choices->count ? choices->list[index]
                                           : choices->rest,
    };
    return conflict->choice;
}

size_t conflicts_open(const struct conflicts *conflicts)
{
    size_t count = 0;

    for (size_t i = 0; i < conflicts->count; i++)
        count += conflicts->list[i].choice == CHOICE_OPEN;
    return count;
}

void conflicts_free(struct conflicts *conflicts)
{
    free(conflicts->list);
    if (conflicts->arena)
        arena_free(conflicts->arena);
    *conflicts = (struct conflicts){0};
}
