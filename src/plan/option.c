/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options' table as a whole: finds rows, reads and writes values, sets
 * wishes with all that follows from them. Writes into the plan only.
 */
#include "plan/option_row.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/disk.h"
#include "plan/plan.h"

#include <stdio.h>
#include <string.h>
#include <threads.h>

static const enum option_id nothing[] = {OPTION_NONE};

static const struct option_row *row_of(enum option_id id)
{
    if (id < OPTION_HV_RELAXED)
        return &option_memory_rows[id];
    if (id < OPTION_HYPERVCLOCK)
        return &option_hyperv_rows[id - OPTION_HV_RELAXED];
    if (id < OPTION_DISKS_BUS)
        return &option_guest_rows[id - OPTION_HYPERVCLOCK];
    if (id < OPTION_ISOLATE)
        return &option_io_rows[id - OPTION_DISKS_BUS];
    return &option_host_rows[id - OPTION_ISOLATE];
}

/* The rows in the user's language. */
static struct option_row rows[OPTION_COUNT];

static void translate_rows(void)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        struct option_row *row = &rows[i];

        *row = *row_of((enum option_id)i);
        row->group = text_of(row->group);
        row->title = text_of(row->title);
        row->does = text_of(row->does);
        row->cost = text_of(row->cost);
        row->risk = text_of(row->risk);
        row->writes = text_of(row->writes);
        row->source = text_of(row->source);
    }
}

const struct option_row *option_get(enum option_id id)
{
    static once_flag once = ONCE_FLAG_INIT;

    call_once(&once, translate_rows);
    return &rows[id];
}

enum option_id option_find(const char *key)
{
    size_t i = 0;

    while (i < OPTION_COUNT &&
           strcmp(option_get((enum option_id)i)->key, key) != 0)
        i++;
    return (enum option_id)i;
}

const enum option_id *option_needs(enum option_id id)
{
    const struct option_row *option = option_get(id);

    return option->needs ? option->needs : nothing;
}

/* QEMU shows another vendor beside any one hint, or beside Hyper-V's clock. */
static bool has_hint(const struct plan *plan)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (i != OPTION_HV_VENDOR_ID && option_get((enum option_id)i)->hyperv &&
            !option_is_off(plan, (enum option_id)i))
            return true;
    return !option_is_off(plan, OPTION_HYPERVCLOCK);
}

const enum option_id *option_wants(const struct plan *plan, enum option_id id)
{
    const struct option_row *option = option_get(id);
    bool is_intel = strcmp(plan->host->cpu.vendor, "GenuineIntel") == 0;

    if (!option->wants || (id == OPTION_HV_VENDOR_ID && has_hint(plan)) ||
        (*option->wants == OPTION_HV_EVMCS && !is_intel))
        return nothing;
    return option->wants;
}

const enum option_id *option_conflicts(enum option_id id)
{
    const struct option_row *option = option_get(id);

    return option->conflicts ? option->conflicts : nothing;
}

long option_effective(const struct plan *plan, enum option_id id)
{
    long value = plan->options[id];

    return value == OPTION_KEEP ? option_now(plan, id) : value;
}

bool option_is_off(const struct plan *plan, enum option_id id)
{
    return option_effective(plan, id) == OPTION_OFF;
}

/* The first I/O thread; a new one, beside the emulator, if there is none. */
static void need_iothread(struct plan *plan)
{
    if (plan->iothread_count > 0)
        return;
    plan->iothreads = mem_realloc(plan->iothreads, 1, sizeof(*plan->iothreads));
    plan->iothreads[0] =
        (struct domain_iothread){.id = 1, .cpus = plan->emulatorpin};
    plan->iothread_count = 1;
}

/*
 * io='native' works with two of the cache modes only; libvirt refuses it with
 * any other.
 */
static unsigned keep_disks_valid(struct plan *plan, enum option_id id)
{
    long cache = option_effective(plan, OPTION_DISKS_CACHE);
    bool is_native = option_effective(plan, OPTION_DISKS_IO) == 1;

    if (!is_native || cache == 1 || cache == 2)
        return 0;
    if (id == OPTION_DISKS_IO)
        return 1 + option_set(plan, OPTION_DISKS_CACHE, 1);
    if (id == OPTION_DISKS_CACHE)
        return 1 + option_set(plan, OPTION_DISKS_IO, OPTION_OFF);
    return 0;
}

/*
 * What libvirt takes only with the host's own CPU goes with it, and does not
 * come back by being left as the domain has it.
 */
static unsigned keep_cpu_valid(struct plan *plan, enum option_id id)
{
    static const enum option_id dependent[] = {OPTION_CACHE,
                                               OPTION_KVM_HINT_DEDICATED};
    bool is_meant = id == OPTION_CPU_MODE || id == OPTION_MIGRATABLE;
    unsigned others = 0;

    for (size_t i = 0; i < ARRAY_SIZE(dependent); i++)
        is_meant |= id == dependent[i];
    if (!is_meant || plan->options[OPTION_CPU_MODE] != 2)
        return 0;
    if (option_is_off(plan, OPTION_MIGRATABLE))
        option_set(plan, OPTION_MIGRATABLE, OPTION_ON);
    for (size_t i = 0; i < ARRAY_SIZE(dependent); i++)
        if (!option_is_off(plan, dependent[i]))
            others += 1 + option_set(plan, dependent[i], OPTION_OFF);
    return others;
}

/* A limit is one of the host's width, and of no other. */
static unsigned keep_width_valid(struct plan *plan, enum option_id id)
{
    return id == OPTION_MAXPHYSADDR && option_effective(plan, id) > OPTION_ON &&
                   !option_is_off(plan, OPTION_MAXPHYSADDR_LIMIT)
               ? 1 + option_set(plan, OPTION_MAXPHYSADDR_LIMIT, OPTION_OFF)
               : 0;
}

static unsigned switch_on(struct plan *plan, const enum option_id *ids)
{
    unsigned others = 0;

    for (; *ids != OPTION_NONE; ids++)
        if (option_is_off(plan, *ids))
            others += 1 + option_set(plan, *ids, option_get(*ids)->on);
    return others;
}

static unsigned switch_off_others(struct plan *plan, enum option_id id)
{
    unsigned others = 0;

    for (const enum option_id *other = option_conflicts(id);
         *other != OPTION_NONE; other++)
        if (!option_is_off(plan, *other))
            others += 1 + option_set(plan, *other, OPTION_OFF);
    return others;
}

static bool is_in(enum option_id id, const enum option_id *ids)
{
    while (*ids != OPTION_NONE && *ids != id)
        ids++;
    return *ids == id;
}

static unsigned switch_off_dependants(struct plan *plan, enum option_id id)
{
    unsigned others = 0;

    for (size_t i = 0; i < OPTION_COUNT; i++) {
        enum option_id other = (enum option_id)i;

        if ((is_in(id, option_needs(other)) ||
             is_in(id, option_wants(plan, other))) &&
            !option_is_off(plan, other))
            others += 1 + option_set(plan, other, OPTION_OFF);
    }
    return others;
}

/* The same pages as before can be a wish too: for memory that fills them. */
static bool rounds_memory(const struct plan *plan, enum option_id id,
                          long value)
{
    return id == OPTION_HUGEPAGES && value > OPTION_ON &&
           plan_rounded_kib(plan, (unsigned long)value) >
               plan->domain->memory_kib;
}

unsigned option_set(struct plan *plan, enum option_id id, long value)
{
    unsigned others;

    if ((value == option_now(plan, id) && !rounds_memory(plan, id, value)) ||
        (value == OPTION_OFF && option_get(id)->has_no_off))
        value = OPTION_KEEP;
    plan->options[id] = value;
    if (id == OPTION_SCSI_IOTHREAD && value > OPTION_OFF)
        need_iothread(plan);
    others = option_is_off(plan, id)
                 ? switch_off_dependants(plan, id)
                 : switch_on(plan, option_needs(id)) +
                       switch_on(plan, option_wants(plan, id)) +
                       switch_off_others(plan, id);
    others += keep_disks_valid(plan, id) + disk_settle(plan, id);
    others += keep_width_valid(plan, id);
    return others + keep_cpu_valid(plan, id);
}

static bool is_choice(enum option_id id)
{
    return option_get(id)->type == OPTION_TYPE_CHOICE;
}

void option_format(enum option_id id, long value, char *text, size_t size)
{
    const struct option_row *option = option_get(id);
    bool counts_from_one =
        option->type == OPTION_TYPE_NUMBER && option->minimum <= OPTION_ON;

    if (value == OPTION_KEEP)
        snprintf(text, size, "keep");
    else if (value == OPTION_OTHER)
        snprintf(text, size, "other");
    else if (value == OPTION_OFF)
        snprintf(text, size, "%s", is_choice(id) ? "default" : "off");
    else if (is_choice(id))
        snprintf(text, size, "%s", option->words[value - 1]);
    else if (value == OPTION_ON && !counts_from_one)
        snprintf(text, size, "on");
    else if (option->type != OPTION_TYPE_PAGE_SIZE)
        snprintf(text, size, "%ld", value);
    else if (value % (1024L * 1024) == 0)
        snprintf(text, size, "%ldG", value / (1024L * 1024));
    else if (value % 1024 == 0)
        snprintf(text, size, "%ldM", value / 1024);
    else
        snprintf(text, size, "%ldK", value);
}

static bool parse_page_size(const char *text, long *value)
{
    static const struct {
        char unit;
        long kib;
    } units[] = {{'K', 1}, {'M', 1024}, {'G', 1024L * 1024}};
    char digits[16];
    size_t length = strlen(text);
    unsigned long number;

    if (length < 2 || length > sizeof(digits))
        return false;
    memcpy(digits, text, length - 1);
    digits[length - 1] = '\0';
    for (size_t i = 0; i < ARRAY_SIZE(units); i++)
        if (text[length - 1] == units[i].unit &&
            str_number(digits, 1UL << 20, &number) && number > 0) {
            *value = (long)number * units[i].kib;
            return *value > OPTION_ON;
        }
    return false;
}

static bool parse_word(const char *const *words, const char *text, long *value)
{
    for (long i = 0; words[i]; i++)
        if (strcmp(words[i], text) == 0) {
            *value = i + 1;
            return true;
        }
    return false;
}

bool option_parse(enum option_id id, const char *text, long *value)
{
    const struct option_row *option = option_get(id);
    unsigned long number;

    if (strcmp(text, "keep") == 0)
        *value = OPTION_KEEP;
    else if (!option->has_no_off &&
             (strcmp(text, "off") == 0 ||
              (is_choice(id) && strcmp(text, "default") == 0)))
        *value = OPTION_OFF;
    else if (strcmp(text, "on") == 0)
        *value = option->on;
    else if (option->type == OPTION_TYPE_PAGE_SIZE)
        return parse_page_size(text, value);
    else if (option->type == OPTION_TYPE_CHOICE)
        return parse_word(option->words, text, value);
    else if (option->type == OPTION_TYPE_NUMBER &&
             str_number(text, (unsigned long)option->maximum, &number) &&
             (long)number >= option->minimum)
        *value = (long)number;
    else
        return false;
    return true;
}

void option_values(enum option_id id, char *text, size_t size)
{
    const struct option_row *option = option_get(id);
    size_t length = 0;

    switch (option->type) {
    case OPTION_TYPE_SWITCH:
        snprintf(text, size, "on");
        break;
    case OPTION_TYPE_NUMBER:
        snprintf(text, size, _("%ld to %ld"), option->minimum, option->maximum);
        break;
    case OPTION_TYPE_PAGE_SIZE:
        snprintf(text, size, "2M, 1G");
        break;
    case OPTION_TYPE_CHOICE:
        *text = '\0';
        for (size_t i = 0; option->words[i] && length < size; i++)
            length += (size_t)snprintf(text + length, size - length, "%s%s",
                                       i > 0 ? ", " : "", option->words[i]);
        break;
    }
}
