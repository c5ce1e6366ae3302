/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes a function, runs it in a thread, tells by a pipe that it is over. */
#include "ui/beside.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

static void *run(void *data)
{
    struct beside *beside = data;

    beside->run(beside->data);
    close(beside->done[1]);
    return NULL;
}

bool beside_start(struct beside *beside, void (*function)(void *data),
                  void *data, struct err *err)
{
    /* A crash is told to the thread that crashed, unless it is blocked. */
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
    sigset_t blocked, before;
    int status;

    beside->run = function;
    beside->data = data;
    if (pipe2(beside->done, O_CLOEXEC) < 0)
        return err_set(err, ERR_FAILED, "No pipe can be made.");
    sigfillset(&blocked);
    for (size_t i = 0; i < ARRAY_SIZE(crashes); i++)
        sigdelset(&blocked, crashes[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    status = pthread_create(&beside->thread, NULL, run, beside);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (status == 0)
        return true;
    close(beside->done[0]);
    close(beside->done[1]);
    return err_set(err, ERR_FAILED, "No thread can be started.");
}

bool beside_is_over(const struct beside *beside, int milliseconds)
{
    struct pollfd poll_fd = {.fd = beside->done[0], .events = POLLIN};

    return poll(&poll_fd, 1, milliseconds) > 0;
}

void beside_end(struct beside *beside)
{
    pthread_join(beside->thread, NULL);
    close(beside->done[0]);
}
