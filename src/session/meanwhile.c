/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes facts of the host as text, then and now, gives sentences. A fact is a
 * row of a table; one that could not be looked at is told as that.
 */
#include "session/meanwhile.h"

#include "base/text.h"
#include "plan/drift.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One look: what is read, and what is said of it. */
struct look {
    const struct host *host;
    const struct plan *plan; /* while it is noted; else NULL */
    struct arena *arena;
    struct str *str; /* of notes, or of sentences */
};

struct row {
    const char *name;
    const char *what; /* as in "could not look: WHAT" */
    /* Gives its text, "" if it is not known; several: notes them itself. */
    const char *(*read)(struct look *look);
    /* Says what became of it. `now` is "" if there are several. */
    void (*compare)(struct look *look, const char *was, const char *now);
};

static const char *read_release(struct look *look)
{
    return look->host->kernel.release;
}

static void compare_release(struct look *look, const char *was, const char *now)
{
    str_addf(look->str, "The kernel is %s now; it was %s.\n", now, was);
}

static const char *read_command_line(struct look *look)
{
    return look->host->kernel.command_line;
}

/* The words of one text that are not in the other. */
static const char *words_beyond(struct look *look, const char *text,
                                const char *other)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    const char *word;
    size_t length;

    while ((word = str_next_word(&text, &length))) {
        const char *one = arena_strndup(look->arena, word, length);

        if (!str_has_word(other, one))
            str_addf(&str, "%s%s", str.length > 0 ? " " : "", one);
    }
    return arena_strdup(look->arena, str_text(&str));
}

static void compare_command_line(struct look *look, const char *was,
                                 const char *now)
{
    const char *more = words_beyond(look, now, was);
    const char *gone = words_beyond(look, was, now);

    if (*more)
        str_addf(look->str, "The kernel was started with these, too: %s.\n",
                 more);
    if (*gone)
        str_addf(look->str, "The kernel was started without these: %s.\n",
                 gone);
    if (!*more && !*gone)
        str_add(look->str,
                _("The kernel's command line has another order now.\n"));
}

static const char *read_iommu(struct look *look)
{
    const struct pci *pci = &look->host->pci;

    return pci->group_count > 0 ? "on" : pci->problem ? "" : "off";
}

static void compare_iommu(struct look *look, const char *was, const char *now)
{
    (void)was;
    if (strcmp(now, "on") == 0)
        str_addf(look->str,
                 "The IOMMU is on now, with %zu groups: devices can be given "
                 "in step 3.\n",
                 look->host->pci.group_count);
    else
        str_add(look->str,
                _("The IOMMU is off now: no device can be given. Step 2 says "
                  "what to do.\n"));
}

/* "2048:0 1048576:16" */
static const char *read_pools(struct look *look)
{
    const struct memory *memory = &look->host->memory;
    const char *text = "";

    for (size_t i = 0; i < memory->pool_count; i++)
        text = arena_printf(look->arena, "%s%s%lu:%lu", text, i > 0 ? " " : "",
                            memory->pools[i].size_kib, memory->pools[i].total);
    return text;
}

static bool find_pool(const char *text, unsigned long size_kib,
                      unsigned long *count)
{
    const char *word;
    size_t length;

    while ((word = str_next_word(&text, &length))) {
        unsigned long size;

        if (sscanf(word, "%lu:%lu", &size, count) == 2 && size == size_kib)
            return true;
    }
    return false;
}

static void compare_pools(struct look *look, const char *was, const char *now)
{
    const struct memory *memory = &look->host->memory;

    (void)now;
    for (size_t i = 0; i < memory->pool_count; i++) {
        const struct page_pool *pool = &memory->pools[i];
        unsigned long before;

        if (find_pool(was, pool->size_kib, &before) && before != pool->total)
            str_addf(look->str,
                     "%lu huge pages of %lu KiB are reserved now; it was "
                     "%lu.\n",
                     pool->total, pool->size_kib, before);
    }
}

static const char *read_cpus(struct look *look)
{
    return cpuset_text(look->arena, &look->host->cpu.online);
}

static void compare_cpus(struct look *look, const char *was, const char *now)
{
    str_addf(look->str, "The CPUs online are %s now; they were %s.\n", now,
             was);
}

/* Those that go to the guest; each is a note of its own. */
static const char *read_devices(struct look *look)
{
    const struct pci *pci = &look->host->pci;

    for (size_t i = 0; look->plan && i < pci->device_count; i++)
        if (look->plan->is_given[i])
            str_addf(look->str, "# was.device = %s\n",
                     identity_text(look->arena, &pci->devices[i]));
    return "";
}

static void compare_device(struct look *look, const char *was, const char *now)
{
    const struct pci *pci = &look->host->pci;
    const struct pci_device *here, *there = NULL;
    struct identity identity;
    size_t alike = 0;

    (void)now;
    if (!identity_parse(look->arena, was, &identity))
        return;
    here = pci_find(pci, identity.address);
    if (here && identity_is(&identity, here))
        return;
    for (size_t i = 0; i < pci->device_count; i++)
        if (identity_is(&identity, &pci->devices[i])) {
            there = &pci->devices[i];
            alike++;
        }
    if (alike > 1)
        str_addf(look->str,
                 "The device %04x:%04x is not at %s any more, and there are "
                 "%zu like it: look at step 3.\n",
                 identity.vendor, identity.device, identity.address, alike);
    else if (there)
        str_addf(look->str,
                 "The device %04x:%04x that was at %s is at %s now: give it "
                 "there, in step 3.\n",
                 identity.vendor, identity.device, identity.address,
                 there->address);
    else if (pci->problem)
        str_addf(look->str, "What is at %s now: could not look.\n",
                 identity.address);
    else
        str_addf(look->str,
                 here ? "Another device is at %s now; %04x:%04x is not there "
                        "any more.\n"
                      : "Nothing is at %s any more; it was %04x:%04x.\n",
                 identity.address, identity.vendor, identity.device);
}

static const char *group_members(struct look *look,
                                 const struct pci_device *device)
{
    const struct pci *pci = &look->host->pci;
    const char *text = "";

    for (size_t i = 0; i < pci->device_count; i++)
        if (pci->devices[i].group == device->group && device->group >= 0)
            text = arena_printf(look->arena, "%s %s", text,
                                pci->devices[i].address);
    return text;
}

/* "0000:01:00.0: 0000:01:00.0 0000:01:00.1"; numbers change at each boot */
static const char *read_groups(struct look *look)
{
    const struct pci *pci = &look->host->pci;

    for (size_t i = 0; look->plan && i < pci->device_count; i++)
        if (look->plan->is_given[i])
            str_addf(look->str, "# was.group = %s:%s\n",
                     pci->devices[i].address,
                     group_members(look, &pci->devices[i]));
    return "";
}

static void compare_group(struct look *look, const char *was, const char *now)
{
    char address[16] = "";
    const struct pci_device *device = sscanf(was, "%12s:", address) == 1
                                          ? pci_find(&look->host->pci, address)
                                          : NULL;
    const char *members = device ? group_members(look, device) : "";
    const char *before = strchr(was, ' ');

    (void)now;
    if (!device || !before || !*members || strcmp(members, before) == 0)
        return;
    str_addf(look->str,
             "The IOMMU group of %s has %s now; it had %s. Look at step 3.\n",
             address, members + 1, before + 1);
}

static const struct row rows[] = {
    {"kernel", N_("the kernel's release"), read_release, compare_release},
    {"command-line", N_("the kernel's command line"), read_command_line,
     compare_command_line},
    {"iommu", N_("the IOMMU"), read_iommu, compare_iommu},
    {"huge-pages", N_("the huge pages"), read_pools, compare_pools},
    {"cpus", N_("the CPUs"), read_cpus, compare_cpus},
    {"device", NULL, read_devices, compare_device},
    {"group", NULL, read_groups, compare_group},
};

void meanwhile_note(struct str *str, const struct session *session,
                    const struct plan *plan)
{
    struct look look = {session->host, plan, arena_new(), str};

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *text = rows[i].read(&look);

        if (*text)
            str_addf(str, "# was.%s = %s\n", rows[i].name, text);
    }
    arena_free(look.arena);
}

static void compare(struct look *look, const struct row *row, const char *was)
{
    const char *now = row->what ? row->read(look) : "";

    if (row->what && !*now)
        str_addf(look->str, "Whether this has changed could not be seen: %s.\n",
                 text_of(row->what));
    else if (!row->what || strcmp(was, now) != 0)
        row->compare(look, was, now);
}

void meanwhile_compare(struct str *str, const struct session *session,
                       const char *text)
{
    struct str sentences CLEANUP(str_free) = STR_INIT;
    struct look look = {session->host, NULL, arena_new(), &sentences};

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *key = arena_printf(look.arena, "# was.%s = ", rows[i].name);

        for (const char *at = text; *at; at += strcspn(at, "\n"), at += !!*at)
            if (str_starts(at, key)) {
                const char *value = at + strlen(key);

                compare(&look, &rows[i],
                        arena_strndup(look.arena, value, strcspn(value, "\n")));
            }
    }
    str_add_lines(str, "", str_text(&sentences));
    arena_free(look.arena);
}
