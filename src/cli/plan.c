/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that plan: plan, preview. */
#include "cli/ask.h"
#include "cli/cli.h"
#include "cli/json.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/layout.h"
#include "plan/planfile.h"
#include "plan/rule.h"
#include "session/presets.h"
#include "session/remote.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The request of the options, completed by the plan's own. */
static struct layout_request request_of(const struct options *options,
                                        const struct plan *plan)
{
    struct layout_request own = layout_request_for(plan);
    struct layout_request request = options->request;

    if (request.vcpus == 0)
        request.vcpus = own.vcpus;
    request.uses_isolated |= own.uses_isolated;
    return request;
}

/* "2", or as the screen names it, "B". */
static bool layout_number(const char *text, size_t count, unsigned long *number)
{
    if (text[0] >= 'A' && text[0] <= 'Z' && text[1] == '\0')
        *number = (unsigned long)(text[0] - 'A') + 1;
    else if (!str_number(text, count, number))
        return false;
    return *number >= 1 && *number <= count;
}

static bool take_layout(const struct options *options, struct plan *plan,
                        struct err *err)
{
    struct layout_request request = request_of(options, plan);
    struct arena *arena = arena_new();
    struct layouts layouts;
    unsigned long number = 1;
    bool is_taken = false;

    if (!layout_propose(plan, &request, arena, &layouts, err)) {
        if (!options->layout && !options->has_request &&
            !options->request.vcpus)
            err_add(err, "--layout keep leaves the vCPUs as they are.");
    } else if (options->layout &&
               !layout_number(options->layout, layouts.count, &number)) {
        err_set(err, ERR_USAGE,
                "There is no layout \"%.20s\": there are 1 to %zu, keep and "
                "settle.",
                options->layout, layouts.count);
    } else {
        layout_accept(&layouts.list[number - 1], plan);
        is_taken = true;
    }
    arena_free(arena);
    return is_taken;
}

/*
 * The CPUs as the options want them. "keep" leaves the pins alone, or, asked
 * for something that they do not do, moves as few as it can.
 */
static bool take_cpus(const struct options *options, struct plan *plan,
                      struct err *err)
{
    struct layout_request request = request_of(options, plan);
    bool keeps = options->layout && strcmp(options->layout, "keep") == 0;
    bool settles = options->layout && strcmp(options->layout, "settle") == 0;

    cpu_set_t absent =
        cpuset_minus(&request.host_cpus, &plan->host->cpu.online);

    if (!cpuset_is_empty(&absent))
        return err_set(err, ERR_USAGE,
                       "--host-cpus names CPUs that are not online here.");
    if (keeps && request.vcpus == plan->vcpus && !options->has_request)
        return true;
    if (keeps || settles)
        return layout_settle(plan, &request, err);
    return take_layout(options, plan, err);
}

/* What cannot be had here is said on standard error, and left out. */
static bool take_preset(const struct session *session,
                        const struct options *options, struct plan *plan,
                        struct err *err)
{
    struct arena *arena = arena_new();
    struct str refused CLEANUP(str_free) = STR_INIT;
    struct preset preset;
    bool is_found = presets_find(session, options->preset, arena, &preset, err);

    if (is_found) {
        if (options->guest != GUEST_UNKNOWN)
            preset.guest = options->guest;
        preset_take(&preset, plan, &refused);
        if (refused.length > 0)
            fprintf(stderr, _("Left out of the preset %s:\n%s"), preset.name,
                    str_text(&refused));
    }
    arena_free(arena);
    return is_found;
}

static struct plan *load_plan(const struct session *session, const char *path,
                              struct err *err)
{
    size_t length = 0;
    char *text CLEANUP(mem_free) = domain_read_file(path, &length, err);
    struct plan *plan = text ? session_plan(session) : NULL;

    if (plan && planfile_load(text, plan, err))
        return plan;
    plan_free(plan);
    return NULL;
}

struct plan *cli_plan(const struct session *session,
                      const struct options *options, struct err *err)
{
    struct plan *plan = options->plan ? load_plan(session, options->plan, err)
                                      : session_plan(session);
    bool is_made = plan != NULL;

    /* Devices go before the CPUs: the graphics card's node counts there. */
    is_made = is_made && cli_devices(options, plan, err);
    if (is_made && (!options->plan || options->request.vcpus ||
                    options->has_request || options->layout))
        is_made = take_cpus(options, plan, err);
    if (is_made && options->guest != GUEST_UNKNOWN)
        plan->guest = options->guest;
    if (is_made && options->preset)
        is_made = take_preset(session, options, plan, err);
    else if (is_made && !options->plan)
        plan_propose_options(plan);
    if (is_made && cli_sets(plan, options, err))
        return plan;
    plan_free(plan);
    return NULL;
}

/* Asked line by line, a domain with pins starts as it is, as on the screen. */
static struct plan *first_plan(const struct session *session,
                               const struct options *options, struct err *err)
{
    bool is_plain = !options->plan && !options->layout &&
                    !options->has_request && options->request.vcpus == 0 &&
                    options->set_count == 0 && options->device_count == 0;

    return options->asks && is_plain && domain_is_pinned(session->domain)
               ? session_plan(session)
               : cli_plan(session, options, err);
}

bool command_plan(const struct options *options, char **words, struct err *err)
{
    struct session *session = session_open(&options->session, err);
    struct plan *plan = session && session_load(session, words[0], err)
                            ? first_plan(session, options, err)
                            : NULL;
    struct str str CLEANUP(str_free) = STR_INIT;
    bool is_saved = false;

    if (plan && options->asks) {
        is_saved = ask_plan(session, plan, options->output, err);
    } else if (plan) {
        planfile_save(plan, &str);
        if (options->output) {
            is_saved =
                session_save(session, options->output, str_text(&str), err);
        } else {
            fputs(str_text(&str), stdout);
            is_saved = cli_flush(err);
        }
    }
    plan_free(plan);
    session_close(session);
    return is_saved;
}

void print_changes(const struct session *session, const struct changeset *set)
{
    enum { TITLE = 46 };

    printf(text_plural("%s: %zu change\n", "%s: %zu changes\n",
                       changeset_kept(set)),
           session->domain->name, changeset_kept(set));
    for (size_t i = 0; i < set->count; i++) {
        const struct change *change = &set->changes[i];

        bool is_long = text_columns(change->title) > TITLE;

        if (!change->is_kept)
            continue;
        if (is_long) /* on a line of its own: the others stay in columns */
            printf("  %s\n", change->title);
        printf("  %-*s %-*s +%u -%u\n",
               text_bytes(is_long ? "" : change->title, TITLE),
               is_long ? "" : change->title, text_bytes(change->where, 12),
               change->where, change->diff->added, change->diff->removed);
    }
    if (remote_name(session) && !session->options.root) {
        struct str text CLEANUP(str_free) = STR_INIT;

        str_addf(&text,
                 "  Only the definition is written on %s. For hooks see "
                 "--root.\n",
                 remote_name(session));
        fputs(str_text(&text), stdout);
    }
}

void print_copying(const struct session *session,
                   const struct file_change *files, size_t count)
{
    struct str text CLEANUP(str_free) = STR_INIT;

    remote_add_copying(&text, session, files, count);
    fputs(str_text(&text), stdout);
}

/* What the hook would do now. */
static void print_hook(const struct session *session, const struct plan *plan)
{
    struct arena *arena = arena_new();
    struct str text CLEANUP(str_free) = STR_INIT;
    struct hook_nows nows = {0};

    session_hook_now(session, plan, arena, &nows);
    hooknow_add(&text, &nows, 80);
    fputs(str_text(&text), stdout);
    arena_free(arena);
}

void print_plan_findings(const struct plan *plan)
{
    struct plan *kept = plan_kept(plan);
    struct arena *arena = arena_new();
    struct findings findings = {0};

    rule_check(kept, arena, &findings);
    print_findings(stdout, &findings);
    arena_free(arena);
    plan_free(kept);
}

/* The proposals, numbered as --layout takes them; ">" marks the plan's. */
static void print_layouts(const struct session *session,
                          const struct options *options,
                          const struct plan *plan)
{
    struct plan *fresh = session_plan(session);
    struct layout_request request = request_of(options, fresh);
    struct arena *arena = arena_new();
    struct layouts layouts;

    if (layout_propose(plan, &request, arena, &layouts, NULL))
        printf(_("Layouts (--layout N):\n"));
    for (size_t i = 0; i < layouts.count; i++) {
        const struct layout *layout = &layouts.list[i];

        printf(CPU_COUNT(&layout->pool) == 1
                   ? text_plural("%s %zu  %u vCPU on %s, CPU %s; %s\n",
                                 "%s %zu  %u vCPUs on %s, CPU %s; %s\n",
                                 layout->vcpus)
                   : text_plural("%s %zu  %u vCPU on %s, CPUs %s; %s\n",
                                 "%s %zu  %u vCPUs on %s, CPUs %s; %s\n",
                                 layout->vcpus),
               layout_is(layout, plan) ? ">" : " ", i + 1, layout->vcpus,
               layout->text, cpuset_text(arena, &layout->pool), layout->why);
        if (*layout->trade)
            printf("     %s\n", layout->trade);
    }
    plan_free(fresh);
    arena_free(arena);
}

static void add_diff(struct str *str, const char *name, const char *before,
                     const char *after)
{
    struct diff *diff = diff_new(before ? before : "", after ? after : "");

    diff_add_unified(str, diff, before ? name : "/dev/null",
                     after ? name : "/dev/null", 3);
    diff_free(diff);
}

static void print_diff(const struct session *session,
                       const struct changeset *set)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    struct str name CLEANUP(str_free) = STR_INIT;

    if (session->domain->path)
        str_add_printable(&name, session->domain->path);
    else
        str_addf(&name, "%s.xml", session->domain->name);
    add_diff(&str, str_text(&name), session->domain->xml->text, set->xml);
    for (size_t i = 0; i < set->file_count; i++) {
        struct str path CLEANUP(str_free) = STR_INIT;

        str_addf(&path, "/%s", set->files[i].path);
        add_diff(&str, str_text(&path), set->files[i].before,
                 set->files[i].after);
    }
    fputs(str_text(&str), stdout);
}

bool print_preview(const struct session *session, const struct options *options,
                   const struct plan *plan, const struct changeset *set)
{
    const char *format = options->is_json  ? "json"
                         : options->format ? options->format
                                           : "text";

    if (strcmp(format, "text") == 0) {
        print_changes(session, set);
        print_copying(session, set->files, set->file_count);
        print_hook(session, plan);
        print_layouts(session, options, plan);
        print_plan_findings(plan);
    } else if (strcmp(format, "diff") == 0) {
        print_diff(session, set);
    } else if (strcmp(format, "xml") == 0) {
        fputs(set->xml, stdout);
    } else if (strcmp(format, "json") == 0) {
        struct arena *arena = arena_new();
        struct plan *fresh = session_plan(session);
        struct layout_request request = request_of(options, fresh);
        struct layouts layouts = {0};

        plan_free(fresh);

        layout_propose(plan, &request, arena, &layouts, NULL);
        json_print(json_preview(session, plan, set, &layouts));
        arena_free(arena);
    } else {
        return false;
    }
    return true;
}

bool command_preview(const struct options *options, char **words,
                     struct err *err)
{
    struct session *session = session_open(&options->session, err);
    struct plan *plan = session && session_load(session, words[0], err)
                            ? cli_plan(session, options, err)
                            : NULL;
    struct changeset *set = plan ? session_changeset(session, plan, err) : NULL;
    bool is_shown = false;

    if (set && !print_preview(session, options, plan, set))
        err_set(err, ERR_USAGE,
                "There is no format \"%.20s\": text, diff, xml or json.",
                options->format);
    else if (set)
        is_shown = cli_flush(err);
    changeset_free(set);
    plan_free(plan);
    session_close(session);
    return is_shown;
}
