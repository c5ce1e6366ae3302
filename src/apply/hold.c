/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Blocks signals in this thread. The thread of libvirt's events has all of
 * them blocked from its start, so that none can end the program there.
 */
#include "apply/hold.h"

#include <pthread.h>
#include <stddef.h>

void hold_begin(struct hold *hold)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGPIPE); /* nobody reads: still no reason to stop */
    pthread_sigmask(SIG_BLOCK, &set, &hold->before);
}

void hold_end(struct hold *hold)
{
    pthread_sigmask(SIG_SETMASK, &hold->before, NULL);
}
