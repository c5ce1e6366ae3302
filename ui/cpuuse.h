/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who runs on each CPU, found out once for a picture, and the signs and words
 * for it: in boxes, in one sign for a core, in counts and in the legend.
 */
#ifndef UI_CPUUSE_H
#define UI_CPUUSE_H

#include "ui/cpumap.h"

enum cpuuse_kind {
    CPUUSE_HOST,
    CPUUSE_ISOLATED, /* kept free by the kernel, and nobody runs there */
    CPUUSE_OTHER,    /* another domain */
    CPUUSE_IOTHREAD,
    CPUUSE_EMULATOR,
    CPUUSE_BOTH, /* emulator and I/O thread */
    CPUUSE_VCPU,
    CPUUSE_CONTESTED, /* a vCPU, and another domain */
    CPUUSE_SHARED,    /* several vCPUs; of a core: several of the above */
    CPUUSE_COUNT,
};

struct cpuuse {
    unsigned char kind[CPUSET_MAX]; /* enum cpuuse_kind */
    unsigned vcpu[CPUSET_MAX];      /* where there is one */
};

/* Looks at every pin once. */
void cpuuse_make(const struct cpumap *map, struct cpuuse *use);

/* What a core is, by all its threads: none is _BOTH or _CONTESTED. */
enum cpuuse_kind cpuuse_of_core(const struct cpuuse *use,
                                const struct cpu_core *core);

/* In a box: "7" (a vCPU), "em", "io", "ei", "**", "o", "-", a dot. */
void cpuuse_text(const struct canvas *canvas, const struct cpuuse *use, int cpu,
                 char *text, size_t size);

/* One sign for a core. */
const char *cpuuse_sign(const struct canvas *canvas, enum cpuuse_kind kind);

/* "guest", "host", ...: what is counted. */
const char *cpuuse_word(enum cpuuse_kind kind);

/* Appends a half sentence: "CPU 4 runs vCPU 0". */
void cpuuse_describe(struct str *str, const struct cpuuse *use, int cpu);

/*
 * Paints the legend of a density from row `y` and column `left` on, and which
 * CPUs are offline, in at most `height` rows. Gives the row after it.
 */
int cpuuse_legend(struct canvas *canvas, int y, int left, int height,
                  const struct cpumap *map, const struct cpuuse *use,
                  enum cpumap_density density);

/* The rows that it takes at most, in any density. */
int cpuuse_legend_rows(int left, int width, const struct cpumap *map,
                       const struct cpuuse *use);

#endif
