/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes names and seeds, gives what the tests work on. */
#include "support.h"

#include "apply/file.h"
#include "plan/layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t state = 1;

void random_seed(uint64_t seed)
{
    state = seed * 0x9e3779b97f4a7c15U + 1;
}

unsigned random_below(unsigned limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)((state >> 33) % limit);
}

const char *const host_names[] = {
    "i7-12700k",
    "alder-lake-old-kernel",
    "arrow-lake-h",
    "cgroup",
    "epyc-7302p-l3-nodes",
    "epyc-7763-2s",
    "i5-6500-noiommu",
    "isolcpus",
    "lunar-lake",
    "meteor-lake",
    "offline",
    "panther-lake",
    "phoenix2",
    "ryzen-1600af",
    "ryzen-3900x",
    "ryzen-7950x3d",
    "snc",
    "sparse-nodes",
    "strix-point",
    "threadripper-1920x",
    "threadripper-2990wx",
    "x3d-offline",
    "xeon-4214-2s",
    NULL,
};

struct host *host_load(const char *name)
{
    struct str path CLEANUP(str_free) = STR_INIT;
    struct err err = {0};
    struct host *host;

    str_addf(&path, "%s/%s", UNIT_HOSTS, name);
    host = host_probe(str_text(&path), &err);
    if (!host)
        print_error("%s: %s\n", name, err.text);
    assert_non_null(host);
    return host;
}

struct domain *domain_of(const char *text)
{
    struct err err = {0};
    struct domain *domain = domain_parse(text, strlen(text), &err);

    if (!domain)
        print_error("%s\n%s\n", err.text, text);
    assert_non_null(domain);
    return domain;
}

struct domain *domain_win10(void)
{
    char *text CLEANUP(mem_free) = read_text(UNIT_WIN10);

    assert_non_null(text);
    return domain_of(text);
}

char *read_text(const char *path)
{
    size_t length = 0;

    return domain_read_file(path, &length, NULL);
}

void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

bool has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

bool accept_layout(struct plan *plan, unsigned vcpus)
{
    struct arena *arena = arena_new();
    struct layouts layouts = {0};
    bool fits = layout_propose(plan, &(struct layout_request){.vcpus = vcpus},
                               arena, &layouts, NULL);

    if (fits)
        layout_accept(&layouts.list[0], plan);
    arena_free(arena);
    return fits;
}

long any_value(const struct plan *plan, enum option_id id)
{
    const struct option_row *row = option_get(id);
    long value = random_below(3) ? row->on : OPTION_OFF;
    unsigned count = 0;

    while (row->type == OPTION_TYPE_CHOICE && row->words[count])
        count++;
    if (count > 0)
        value = random_below(count + 1);
    if (row->type == OPTION_TYPE_NUMBER && value > OPTION_OFF)
        value = row->minimum +
                random_below((unsigned)(row->maximum - row->minimum + 1));
    return option_refusal(plan, id, value) ? OPTION_KEEP : value;
}

char *scratch_new(void)
{
    char *path = mem_strdup("/tmp/virt-tune-unit-XXXXXX");

    assert_non_null(mkdtemp(path));
    return path;
}

void scratch_free(char *path)
{
    assert_true(file_remove_tree(path, NULL));
    free(path);
}

void assert_with_text(bool is_so, const char *text, const char *condition,
                      const char *file, int line)
{
    if (is_so)
        return;
    print_error("with: %s\n", text ? text : "(none)");
    _assert_true(is_so, condition, file, line);
}
