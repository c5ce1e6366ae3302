/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs what may hang in a thread of its own, one at a time, while the
 * program's first thread keeps the terminal.
 */
#ifndef UI_BESIDE_H
#define UI_BESIDE_H

#include "base/err.h"

#include <pthread.h>

/* So long nothing is said of it. */
enum { BESIDE_PATIENCE_MS = 500 };

struct beside {
    void (*run)(void *data);
    void *data;
    int done[2]; /* a pipe: the first end can be read once it is over */
    pthread_t thread;
};

/*
 * Starts it; `beside` must live until it is over. Signals but those of a crash
 * are for the first thread.
 */
bool beside_start(struct beside *beside, void (*run)(void *data), void *data,
                  struct err *err);

/* Waits for its end, in ms; -1: for ever. False if it goes on. */
bool beside_is_over(const struct beside *beside, int milliseconds);

/* After its end, always. */
void beside_end(struct beside *beside);

#endif
