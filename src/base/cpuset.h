/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of CPUs, by value: the C library's cpu_set_t with the list format
 * that the kernel and libvirt use ("0-3,8").
 *
 * A CPU number is always the kernel's. A set holds CPUs 0 to CPUSET_MAX - 1;
 * what names a CPU beyond is refused, never cut off in silence.
 */
#ifndef BASE_CPUSET_H
#define BASE_CPUSET_H

#include "base/mem.h"
#include "base/str.h"

#include <sched.h>
#include <stdbool.h>

enum { CPUSET_MAX = CPU_SETSIZE };

/*
 * Reads a list: numbers and ranges joined by commas; "^N" takes CPUs out
 * again as in libvirt's cpuset (formatdomain, "cpuset"). Blanks around the
 * whole are allowed, "" is the empty set. False if it is malformed, reversed
 * or names a CPU past CPUSET_MAX; `*set` is then empty.
 */
bool cpuset_parse(const char *text, cpu_set_t *set);

/* Appends the list; nothing for the empty set. */
void cpuset_add_text(struct str *str, const cpu_set_t *set);

/* The same from an arena. */
char *cpuset_text(struct arena *arena, const cpu_set_t *set);

/* The lowest CPU that is >= `from`, or -1. */
int cpuset_next(const cpu_set_t *set, int from);

#define CPUSET_FOREACH(cpu, set)                    \
    for (int cpu = cpuset_next((set), 0); cpu >= 0; \
         cpu = cpuset_next((set), cpu + 1))

cpu_set_t cpuset_empty(void);
cpu_set_t cpuset_one(int cpu);
cpu_set_t cpuset_and(const cpu_set_t *a, const cpu_set_t *b);
cpu_set_t cpuset_or(const cpu_set_t *a, const cpu_set_t *b);
cpu_set_t cpuset_minus(const cpu_set_t *a, const cpu_set_t *b);
bool cpuset_is_empty(const cpu_set_t *set);
bool cpuset_intersects(const cpu_set_t *a, const cpu_set_t *b);
bool cpuset_is_subset(const cpu_set_t *part, const cpu_set_t *whole);

#endif
