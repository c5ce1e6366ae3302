/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of hooks: whether virt-tune's is there, whether others can run, and
 * what is known to be wrong with what they do.
 */
#include "host/check_row.h"

#include "base/str.h"
#include "base/text.h"
#include "host/hooklint.h"

#include <stdio.h>
#include <string.h>

/* A directory that is there and may not be looked into, or NULL. */
static const char *find_closed(const struct look *look)
{
    static const char *const places[] = {"etc/libvirt", HOOKS, HOOKS "/qemu.d"};

    for (size_t i = 0; i < ARRAY_SIZE(places); i++)
        if (root_exists(look->root, places[i]) &&
            !root_list(look->root, look->arena, places[i], NULL))
            return arena_printf(look->arena, "%s/%s is not readable",
                                look->prefix, places[i]);
    return NULL;
}

void check_hooks(const struct look *look)
{
    if (root_exists(look->root, HOOKS "/qemu.d/50-virt-tune"))
        check_answer(look, VERDICT_OK, "virt-tune's hook is installed",
                     *look->prefix
                         ? arena_printf(look->arena,
                                        "%s/" HOOKS "/qemu.d/50-virt-tune",
                                        look->prefix)
                         : "qemu.d/50-virt-tune",
                     "");
    else if (root_exists(look->root, HOOKS "/qemu"))
        check_answer(
            look, VERDICT_NOTE, "There is a hook of your own",
            arena_printf(look->arena, "%s/" HOOKS "/qemu", look->prefix),
            "It stays as it is, and runs first.");
    else if (find_closed(look))
        check_answer(look, VERDICT_UNKNOWN, "Hooks: could not look",
                     find_closed(look), "");
    else if (root_exists(look->root, "etc/libvirt"))
        check_answer(look, VERDICT_NOTE, "No hook is installed",
                     "virt-tune brings one",
                     "It is installed with the first plan that needs it. "
                     "libvirt notices its very first hook only when it is "
                     "reloaded: systemctl reload libvirtd (or virtqemud).");
    else
        check_answer(look, VERDICT_UNKNOWN, "Hooks: could not look",
                     "no etc/libvirt here", "");
}

/* "qemu.d/a: not executable", "qemu:8, 9: waits a fixed time". */
static void add_fault(struct str *str, const struct hook_fault *fault)
{
    str_add_printable(str, fault->path);
    if (*fault->lines)
        str_addf(str, ":%s", fault->lines);
    str_add(str, ": ");
    str_add_printable(str, fault->text);
}

/* All faults of a kind, each cure once. */
static void add_list(struct str *str, const struct hook_faults *faults,
                     bool is_of_file)
{
    for (size_t i = 0; i < faults->count; i++) {
        const struct hook_fault *fault = &faults->list[i];
        bool is_told = false;

        if (fault->is_of_file != is_of_file)
            continue;
        for (size_t j = 0; j < i; j++)
            is_told |= strcmp(faults->list[j].cure, fault->cure) == 0;
        add_fault(str, fault);
        str_add(str, "\n");
        if (!is_told)
            str_addf(str, "    %s\n", fault->cure);
    }
}

static void answer(const struct look *look, bool is_of_file, const char *one,
                   const char *many)
{
    const struct hook_faults *faults = look->faults;
    const struct hook_fault *first = NULL;
    struct str text CLEANUP(str_free) = STR_INIT;
    struct str list CLEANUP(str_free) = STR_INIT;
    size_t count = 0;

    for (size_t i = 0; i < faults->count; i++) {
        const struct hook_fault *fault = &faults->list[i];

        if (fault->is_of_file != is_of_file)
            continue;
        if (!first || fault->verdict > first->verdict)
            first = fault;
        count++;
    }
    if (faults->problem && (!first || first->verdict < VERDICT_UNKNOWN)) {
        check_answer(look, VERDICT_UNKNOWN,
                     is_of_file ? "Hook files: could not look"
                                : "Hook scripts: could not look",
                     faults->problem, "");
    } else if (first) {
        add_fault(&text, first);
        check_answer(look, first->verdict,
                     count == 1 ? one
                                : arena_printf(look->arena, "%s %zu",
                                               text_of(many), count),
                     arena_strdup(look->arena, str_text(&text)),
                     count == 1 ? first->cure
                                : "Each of them is listed, with its cure.");
    }
    add_list(&list, faults, is_of_file);
    if (faults->problem && first) {
        str_add(&list, _("Could not look: "));
        str_add_printable(&list, faults->problem);
        str_add(&list, "\n");
    }
    if (count > 1 || (faults->problem && first))
        look->finding->recipe = arena_strdup(look->arena, str_text(&list));
}

/* Where hooks were looked for, if that is not the host's own place. */
static const char *place(const struct look *look)
{
    return *look->prefix ? arena_printf(look->arena, "%s/" HOOKS, look->prefix)
                         : "";
}

/* True if there is nothing to judge, which is then said. */
static bool is_out_of_sight(const struct look *look, const char *text)
{
    const char *closed = find_closed(look);

    if (!root_exists(look->root, "etc/libvirt"))
        check_answer(look, VERDICT_UNKNOWN, text, "no etc/libvirt here", "");
    else if (closed)
        check_answer(look, VERDICT_UNKNOWN, text, closed, "");
    else
        return false;
    return true;
}

void check_hook_files(const struct look *look)
{
    if (is_out_of_sight(look, "Hook files: could not look"))
        return;
    check_answer(look, VERDICT_OK,
                 look->faults->file_count ? "Hook files can run"
                                          : "There are no other hook files",
                 place(look), "");
    answer(look, true, "A hook file is not as it should be",
           "Hook files are not right:");
}

void check_hook_scripts(const struct look *look)
{
    if (is_out_of_sight(look, "Hook scripts: could not look"))
        return;
    check_answer(look, VERDICT_OK,
                 look->faults->file_count ? "Hook scripts have no known faults"
                                          : "There are no other hook scripts",
                 place(look), "");
    answer(look, false, "A hook script has a known fault",
           "Known faults in hook scripts:");
}
