/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes edits of a plan, gives every former state back. Copies are small. */
#include "plan/history.h"

#include <stdlib.h>
#include <string.h>

struct history {
    struct plan **states;
    size_t count, at, capacity;
    struct plan *edited; /* between begin and end */
};

struct history *history_new(struct plan *plan)
{
    struct history *history = mem_alloc(1, sizeof(*history));

    history->capacity = 16;
    history->states = mem_alloc(history->capacity, sizeof(*history->states));
    history->states[history->count++] = plan;
    return history;
}

static void drop_after(struct history *history, size_t at)
{
    while (history->count > at + 1)
        plan_free(history->states[--history->count]);
}

void history_free(struct history *history)
{
    if (!history)
        return;
    drop_after(history, 0);
    plan_free(history->states[0]);
    plan_free(history->edited);
    free(history->states);
    free(history);
}

const struct plan *history_plan(const struct history *history)
{
    return history->edited ? history->edited : history->states[history->at];
}

struct plan *history_begin(struct history *history)
{
    if (!history->edited)
        history->edited = plan_copy(history->states[history->at]);
    return history->edited;
}

bool history_end(struct history *history)
{
    struct plan *edited = history->edited;

    history->edited = NULL;
    if (!edited)
        return false;
    if (plan_equal(edited, history->states[history->at])) {
        plan_free(edited);
        return false;
    }
    drop_after(history, history->at);
    if (history->count == history->capacity) {
        history->capacity *= 2;
        history->states = mem_realloc(history->states, history->capacity,
                                      sizeof(*history->states));
    }
    history->states[history->count++] = edited;
    history->at = history->count - 1;
    return true;
}

bool history_undo(struct history *history)
{
    if (history->at == 0)
        return false;
    history->at--;
    return true;
}

const struct plan *history_neighbour(const struct history *history, int by)
{
    size_t at = history->at + (size_t)by; /* before the first: very big */

    return at < history->count ? history->states[at] : NULL;
}

bool history_redo(struct history *history)
{
    if (history->at + 1 >= history->count)
        return false;
    history->at++;
    return true;
}
