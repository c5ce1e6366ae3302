/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Something that looks like QEMU to who reads /proc: threads with its names,
 * a UUID on its command line (guest -uuid UUID CPU). vCPU 0 is busy on a CPU,
 * and so is another process, "rival"; vCPU 1 sleeps. Ends with its input.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static int place;

static void stay(void)
{
    cpu_set_t cpus;

    CPU_ZERO(&cpus);
    CPU_SET((size_t)place, &cpus);
    if (sched_setaffinity(0, sizeof(cpus), &cpus) < 0)
        exit(1);
}

static void burn(const char *name)
{
    prctl(PR_SET_NAME, name);
    stay();
    for (volatile unsigned long i = 0;; i++)
        ;
}

static void *busy(void *name)
{
    burn(name);
    return NULL;
}

static void *idle(void *name)
{
    prctl(PR_SET_NAME, name);
    stay();
    while (pause() < 0)
        ;
    return NULL;
}

int main(int count, char **arguments)
{
    char byte;
    pthread_t thread;
    pid_t rival;

    if (count != 4 || strcmp(arguments[1], "-uuid") != 0)
        return 2;
    place = atoi(arguments[3]);
    rival = fork();
    if (rival == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        arguments[1][0] = 'x'; /* it is not the guest */
        burn("rival");
    }
    pthread_create(&thread, NULL, busy, (void *)"CPU 0/KVM");
    pthread_create(&thread, NULL, idle, (void *)"CPU 1/KVM");
    puts("ready");
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    kill(rival, SIGKILL);
    return 0;
}
