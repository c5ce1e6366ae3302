/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the unit tests share: cmocka with what it needs, a random source that
 * is the same in every run, and hosts and domains to test with.
 */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "plan/plan.h"

/* The same numbers for the same seed on every machine (xorshift). */
void random_seed(uint64_t seed);
unsigned random_below(unsigned limit);

/* The made-up hosts, ended by NULL; the first is the demo's. */
extern const char *const host_names[];

/* A made-up host; free it. Fails the test if it cannot be read. */
struct host *host_load(const char *name);

/* A domain from text; fails the test if it cannot be parsed. Free it. */
struct domain *domain_of(const char *text);

/* The demo's domain. */
struct domain *domain_win10(void);

/* The text of a file, or NULL; free it. */
char *read_text(const char *path);
void write_text(const char *path, const char *text);

/* True if `text` has `part`. */
bool has(const char *text, const char *part);

/* The first layout for `vcpus` into the plan; false if none fits. */
bool accept_layout(struct plan *plan, unsigned vcpus);

/* A value of this option that is not refused, or OPTION_KEEP. */
long any_value(const struct plan *plan, enum option_id id);

/* A new directory for one test, and its end. */
char *scratch_new(void);
void scratch_free(char *path);

/* Fails the test, and says with which text. */
void assert_with_text(bool is_so, const char *text, const char *condition,
                      const char *file, int line);
#define assert_with(condition, text) \
    assert_with_text(condition, text, #condition, __FILE__, __LINE__)

#endif
