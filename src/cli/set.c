/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the options say of options and disks: --set. */
#include "cli/cli.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/disk.h"
#include "plan/image.h"

#include <stdlib.h>
#include <string.h>

/* One --set as it was taken: of an option, of a disk's, or what a disk is. */
struct taken {
    char *key, *path; /* path: of a disk that is one */
    enum option_id id;
    long disk; /* -1: of all */
    long value;
};

/* disk.TARGET=PATH, or keep. */
static bool take_image(struct plan *plan, const char *target, const char *value,
                       const char *name, struct err *err)
{
    bool keeps = strcmp(value, "keep") == 0;
    struct arena *arena = arena_new();
    const char *refusal =
        keeps ? NULL : image_refusal(plan, arena, target, value);

    if (refusal)
        err_set(err, ERR_REFUSED, "--set %.160s: %s", name, refusal);
    else
        image_set(plan, target, keeps ? NULL : value);
    arena_free(arena);
    return !refusal;
}

/* "on" stands for one of its values, too. */
static const char *on_of(enum option_id id)
{
    return option_get(id)->type == OPTION_TYPE_SWITCH ? "" : "on, ";
}

/* disk.TARGET.cache=none and its like: of that disk alone. */
static bool take_disk_option(struct plan *plan, const char *key,
                             const char *value, const char *name,
                             struct taken *taken, struct err *err)
{
    const char *refusal = NULL;
    char values[96] = "";

    taken->disk = disk_option(plan->domain, key, &taken->id);
    if (taken->id == OPTION_NONE)
        return err_set(err, ERR_USAGE,
                       "--set %.160s: a disk alone has cache, io, discard and "
                       "queues, as disk.vda.cache=none.",
                       name);
    option_values(taken->id, values, sizeof(values));
    if (!option_parse(taken->id, value, &taken->value))
        return err_set(err, ERR_USAGE,
                       "--set %.160s: this option takes keep, off, %s%s.", name,
                       on_of(taken->id), values);
    if (taken->disk < 0)
        refusal = _("The domain has no such disk on a file or a device.");
    else
        refusal =
            disk_refusal(plan, (size_t)taken->disk, taken->id, taken->value);
    if (refusal)
        return err_set(err, ERR_REFUSED, "--set %.160s: %s", name, refusal);
    disk_set(plan, (size_t)taken->disk, taken->id, taken->value);
    return true;
}

static bool take_option(struct plan *plan, const char *value, const char *name,
                        struct taken *taken, struct err *err)
{
    const char *obstacle;
    char values[96] = "";

    taken->id = option_find(taken->key);
    if (!value || taken->id == OPTION_NONE)
        return err_set(err, ERR_USAGE,
                       "--set %.80s: there is no such option. See: virt-tune "
                       "plan --help.",
                       name);
    option_values(taken->id, values, sizeof(values));
    if (!option_parse(taken->id, value, &taken->value))
        return err_set(err, ERR_USAGE,
                       "--set %.80s: this option takes keep%s, %s%s.", name,
                       option_get(taken->id)->has_no_off ? "" : ", off",
                       on_of(taken->id), values);
    obstacle = option_refusal(plan, taken->id, taken->value);
    if (obstacle)
        return err_set(err, ERR_REFUSED, "--set %.80s: %s", name, obstacle);
    option_set(plan, taken->id, taken->value);
    return true;
}

static bool take_set(struct plan *plan, const char *text, struct taken *taken,
                     struct err *err)
{
    char *name CLEANUP(mem_free) = str_printable(text);
    char *key = mem_strdup(text), *value = strchr(key, '=');
    const char *disk = str_starts(key, "disk.") ? key + strlen("disk.") : NULL;

    *taken = (struct taken){.key = key, .id = OPTION_NONE, .disk = -1};
    if (value)
        *value++ = '\0';
    if (!disk || !value)
        return take_option(plan, value, name, taken, err);
    if (strchr(disk, '.'))
        return take_disk_option(plan, disk, value, name, taken, err);
    taken->path = value;
    return take_image(plan, disk, value, name, err);
}

bool cli_set_disk(struct plan *plan, const char *text, struct err *err)
{
    struct arena *arena = arena_new();
    struct taken taken;
    bool is_taken =
        take_set(plan, arena_printf(arena, "disk.%s", text), &taken, err);

    free(taken.key);
    arena_free(arena);
    return is_taken;
}

static void add_other(struct str *str, const struct taken *taken,
                      const char *prefix, const char *name, enum option_id id,
                      long value, bool *is_first)
{
    char text[32];

    option_format(id, value, text, sizeof(text));
    if (*is_first)
        str_addf(str, "virt-tune: with %s: ", taken->key);
    str_addf(str, "%s%s%s=%s", *is_first ? "" : ", ", prefix, name, text);
    *is_first = false;
}

/* What a --set changed besides, a line. */
static void add_others(struct str *str, const struct plan *plan,
                       const struct taken *taken, const struct plan *before)
{
    struct arena *arena = arena_new();
    bool is_first = true;

    for (size_t i = 0; i < OPTION_COUNT; i++) {
        enum option_id id = (enum option_id)i;

        if ((id != taken->id || taken->disk >= 0) &&
            plan->options[i] != before->options[i])
            add_other(str, taken, "", option_get(id)->key, id,
                      option_effective(plan, id), &is_first);
    }
    for (size_t i = 0; i < plan->disk_wish_count; i++)
        for (enum option_id id = OPTION_DISKS_CACHE; disk_option_name(id);
             id++) {
            bool is_own = id == taken->id && (long)i == taken->disk;

            if (!is_own && disk_wish(plan, i, id) != disk_wish(before, i, id))
                add_other(str, taken,
                          arena_printf(arena, "disk.%s.",
                                       disk_target(plan->domain, arena, i)),
                          disk_option_name(id), id, disk_effective(plan, i, id),
                          &is_first);
        }
    str_add(str, is_first ? "" : "\n");
    arena_free(arena);
}

/* True if the plan still has what an earlier --set said. */
static bool holds(const struct plan *plan, const struct taken *taken)
{
    if (taken->id == OPTION_NONE || taken->value == OPTION_KEEP)
        return true;
    return taken->value ==
           (taken->disk < 0
                ? option_effective(plan, taken->id)
                : disk_effective(plan, (size_t)taken->disk, taken->id));
}

/* One key, and two values for it. */
static bool is_other(const struct taken *a, const struct taken *b)
{
    return strcmp(a->key, b->key) == 0 &&
           (a->value != b->value ||
            (a->path && b->path && strcmp(a->path, b->path) != 0));
}

static bool check_earlier(const struct plan *plan, const struct taken *taken,
                          size_t count, struct err *err)
{
    const struct taken *last = &taken[count];

    for (size_t i = 0; i < count; i++) {
        if (is_other(&taken[i], last))
            return err_set(err, ERR_REFUSED,
                           "--set %.100s is there twice, with two values: "
                           "leave one of them out.",
                           last->key);
        if (!holds(plan, &taken[i]))
            return err_set(err, ERR_REFUSED,
                           "--set %.100s and --set %.100s exclude each other: "
                           "leave one of them out.",
                           taken[i].key, last->key);
    }
    return true;
}

/* Takes one, which joins those that were taken; refused it changes nothing. */
static bool take_one(struct plan *plan, const char *text, struct taken *taken,
                     size_t *count, struct str *others, struct err *err)
{
    struct plan *before = plan_copy(plan);
    bool is_fine = take_set(plan, text, &taken[*count], err);

    if (is_fine) {
        is_fine = check_earlier(plan, taken, *count, err);
        add_others(others, plan, &taken[*count], before);
        (*count)++;
    } else {
        free(taken[*count].key);
        taken[*count] = (struct taken){0};
    }
    plan_free(before);
    return is_fine;
}

/*
 * Their order says nothing: what is refused is asked for once more when others
 * were taken, as long as that helps. The first that stays refused is told.
 */
bool cli_sets(struct plan *plan, const struct options *options, struct err *err)
{
    struct str others CLEANUP(str_free) = STR_INIT;
    struct taken taken[SET_MAX] = {0};
    bool is_done[SET_MAX] = {false}, is_over = false;
    size_t count = 0, former;
    struct err first;

    do {
        former = count;
        first = (struct err){0};
        for (size_t i = 0; i < options->set_count && !is_over; i++) {
            size_t earlier = count;
            struct err problem = {0};

            is_done[i] = is_done[i] || take_one(plan, options->sets[i], taken,
                                                &count, &others, &problem);
            is_over =
                !is_done[i] && (count > earlier || problem.code != ERR_REFUSED);
            if (!is_done[i] && (is_over || !first.code))
                first = problem;
        }
    } while (first.code && !is_over && count > former);
    for (size_t i = 0; i < count; i++)
        free(taken[i].key);
    if (first.code)
        *err = first;
    else
        fputs(str_text(&others), stderr);
    return !first.code;
}
