/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of the CPU probe share: sets as text, and which CPUs are of
 * a kind.
 */
#ifndef CPU_SUPPORT_H
#define CPU_SUPPORT_H

#include "support.h"

#include "host/host.h"

static inline void assert_set(const cpu_set_t *set, const char *expected)
{
    struct str text CLEANUP(str_free) = STR_INIT;

    cpuset_add_text(&text, set);
    assert_string_equal(str_text(&text), expected);
}

static inline void assert_kind(const struct cpu_topology *cpu,
                               enum core_kind kind, const char *expected)
{
    cpu_set_t set = cpuset_empty();

    for (unsigned i = 0; i < cpu->core_count; i++)
        if (cpu->cores[i].kind == kind)
            set = cpuset_or(&set, &cpu->cores[i].cpus);
    assert_set(&set, expected);
}

#endif
