/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The same questions as the screens ask, line by line, for people who cannot
 * use a full screen. Takes lines from standard input, gives a plan; an empty
 * line takes what is proposed.
 */
#include "cli/ask.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/device.h"
#include "plan/planfile.h"

#include <stdlib.h>
#include <string.h>

/* One conversation; `err` has a sentence once the answers have ended. */
struct talk {
    const struct session *session;
    struct plan *plan;
    struct err *err;
    char *line;
    size_t size;
};

/* Asks; the answer without blanks at its ends, or NULL: there is none. */
static const char *ask(struct talk *talk, const char *question,
                       const char *proposed)
{
    char *start, *end;

    if (proposed)
        printf("%s [%s]: ", question, proposed);
    else
        printf("%s: ", question);
    fflush(stdout);
    if (getline(&talk->line, &talk->size, stdin) < 0) {
        printf("\n");
        err_set(talk->err, ERR_FAILED,
                "The answers ended before the questions: nothing was "
                "written.");
        return NULL;
    }
    start = talk->line + strspn(talk->line, " \t\r\n");
    end = start + strlen(start);
    while (end > start && strchr(" \t\r\n", end[-1]))
        *--end = '\0';
    return *start || !proposed ? start : proposed;
}

static void print_host(const struct talk *talk)
{
    const struct findings *all = &talk->session->host->findings;
    struct findings rest = {0};
    struct arena *arena = arena_new();

    rest.list = arena_alloc(arena, all->count + 1, sizeof(*rest.list));
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].verdict != VERDICT_OK)
            rest.list[rest.count++] = all->list[i];
    printf(_("Host: %zu of %zu checks are ok.\n"), all->count - rest.count,
           all->count);
    print_findings(stdout, &rest);
    arena_free(arena);
}

static void print_devices(const struct talk *talk)
{
    const struct pci *pci = &talk->session->host->pci;

    for (size_t i = 0; i < pci->device_count; i++) {
        const struct pci_device *device = &pci->devices[i];
        const char *obstacle = device_obstacle(talk->plan, i);

        if (obstacle && !talk->plan->is_given[i])
            continue;
        printf(_("  %s %-9s group %d, %s: "), pci_short_address(device),
               pci_kind(device), device->group,
               talk->plan->is_given[i] ? _("guest") : _("host"));
        print_printable(stdout, device->name);
        printf("\n");
    }
}

/* What the host needs goes only after a yes that is written out. */
static bool toggle_device(struct talk *talk, size_t index)
{
    const struct host *host = talk->session->host;
    const struct pci_device *device = &host->pci.devices[index], *on = NULL;
    const struct claim *claim = talk->plan->is_given[index]
                                    ? NULL
                                    : device_claim(talk->plan, index, &on);
    const char *answer, *reason;

    if (claim && claim->severity == CLAIM_REFUSE) {
        printf("%s: ", pci_short_address(on));
        print_printable(stdout, claim->text);
        printf("\n");
        answer = ask(talk, _("Give it all the same? Type yes"), "no");
        if (!answer)
            return false;
        if (strcmp(answer, "yes") != 0)
            return true;
    }
    reason = device_toggle(talk->plan, index);
    if (reason)
        printf("%s\n", reason);
    else
        printf(_("%s, with all functions of its slot, %s.\n"),
               pci_short_address(device),
               talk->plan->is_given[index] ? _("goes to the guest")
                                           : _("stays with the host"));
    return true;
}

static bool ask_devices(struct talk *talk)
{
    const char *answer;

    if (talk->session->host->pci.group_count == 0) {
        printf(
            _("\nDevices: there is no IOMMU group, so none can be given.\n"));
        return true;
    }
    printf(_("\nDevices that can go to the guest:\n"));
    print_devices(talk);
    while (
        (answer = ask(talk, _("Address to give or to take back"), "go on"))) {
        long index = device_find(talk->session->host, answer);

        if (strcmp(answer, "go on") == 0)
            return true;
        if (index < 0)
            printf(_("There is no such PCI device here.\n"));
        else if (!toggle_device(talk, (size_t)index))
            return false;
    }
    return false;
}

static bool ask_count(struct talk *talk, unsigned *vcpus)
{
    char proposed[16];
    const char *answer;
    unsigned long count;

    snprintf(proposed, sizeof(proposed), "%u", *vcpus);
    while ((answer = ask(talk, _("\nCPUs: how many vCPUs"), proposed))) {
        if (str_number(answer, CPUSET_MAX, &count) && count > 0) {
            *vcpus = (unsigned)count;
            return true;
        }
        printf(_("A number from 1 to %d.\n"), CPUSET_MAX);
    }
    return false;
}

static void print_layouts(const struct layouts *layouts)
{
    for (size_t i = 0; i < layouts->count; i++) {
        const struct layout *layout = &layouts->list[i];

        printf(_("  %c  %s: %u vCPUs; host keeps %s. %s\n"), (char)('A' + i),
               layout->text, layout->vcpus, layout->host, layout->why);
        if (*layout->trade)
            printf("     %s\n", layout->trade);
    }
    printf(_("  keep  the CPUs as the domain has them\n"));
}

/* Takes an answer; false if it is none. */
static bool take_layout(struct talk *talk, const struct layouts *layouts,
                        const char *answer)
{
    size_t number = (size_t)((answer[0] & ~0x20) - 'A');

    if (strcmp(answer, "keep") == 0) {
        plan_reset_cpus(talk->plan);
        return true;
    }
    if (!answer[0] || answer[1] || number >= layouts->count)
        return false;
    layout_accept(&layouts->list[number], talk->plan);
    return true;
}

static bool ask_cpus(struct talk *talk)
{
    struct layout_request request = layout_request_for(talk->plan);
    bool is_pinned = domain_is_pinned(talk->plan->domain), is_done = false;
    const char *answer = "";
    unsigned own = request.vcpus;

    while (!is_done && ask_count(talk, &request.vcpus)) {
        struct arena *arena = arena_new();
        struct layouts layouts = {0};
        struct err problem = {0};

        if (!layout_propose(talk->plan, &request, arena, &layouts, &problem))
            printf("%s\n", problem.text);
        if (layouts.count == 0 && request.vcpus != own) {
            request.vcpus = own; /* there is another count to try */
            arena_free(arena);
            continue;
        }
        print_layouts(&layouts);
        while (!is_done && answer) {
            answer = ask(talk, _("Layout"),
                         is_pinned || layouts.count == 0 ? "keep" : "A");
            is_done = answer && take_layout(talk, &layouts, answer);
            if (answer && !is_done)
                printf(_("A letter of the list, or keep.\n"));
        }
        arena_free(arena);
        if (!answer)
            return false;
    }
    return is_done;
}

static void explain(const struct option_row *row)
{
    printf("  %s\n", row->does);
    if (row->cost)
        printf(_("  Cost: %s\n"), row->cost);
    if (row->risk)
        printf(_("  Risk: %s\n"), row->risk);
    if (row->writes)
        printf(_("  Writes: %s\n"), row->writes);
}

static bool ask_option(struct talk *talk, enum option_id id)
{
    const struct option_row *row = option_get(id);
    char now[32], wish[32], question[160];
    const char *answer;
    long value;

    option_format(id, option_now(talk->plan, id), now, sizeof(now));
    option_format(id, talk->plan->options[id], wish, sizeof(wish));
    snprintf(question, sizeof(question), _("%s: %s, now %s"), row->group,
             row->title, now);
    while ((answer = ask(talk, question, wish))) {
        const char *obstacle;

        if (strcmp(answer, "?") == 0) {
            explain(row);
            continue;
        }
        if (!option_parse(id, answer, &value)) {
            printf(_("keep, off, on or a value; ? explains.\n"));
            continue;
        }
        obstacle = option_refusal(talk->plan, id, value);
        if (!obstacle) {
            option_set(talk->plan, id, value);
            return true;
        }
        printf("%s\n", obstacle);
    }
    return false;
}

/* What cannot be switched on here is said in one line, and not asked. */
static bool ask_options(struct talk *talk)
{
    printf(
        _("\nOptions: keep leaves one as the domain has it, ? explains it.\n"));
    for (int i = 0; i < OPTION_COUNT; i++) {
        enum option_id id = (enum option_id)i;
        const char *obstacle = option_obstacle(talk->plan, id);

        if (obstacle && option_now(talk->plan, id) == OPTION_OFF)
            printf("%s: %s\n", option_get(id)->title, obstacle);
        else if (!ask_option(talk, id))
            return false;
    }
    return true;
}

static bool save(struct talk *talk, const char *output)
{
    struct str text CLEANUP(str_free) = STR_INIT;
    char name[] = "virt-tune.plan", *printable;
    const struct pci_device *on = NULL;

    if (!output)
        output = ask(talk, _("\nFile for the plan"), name);
    if (!output)
        return false;
    planfile_save(talk->plan, &text);
    if (!session_save(talk->session, output, str_text(&text), talk->err))
        return false;
    printable = str_printable(output);
    printf(_("The plan is saved in %s. Nothing else is written. In a shell: "
             "virt-tune apply %s --plan %s%s\n"),
           printable, session_word(talk->session), printable,
           device_refused(talk->plan, &on) ? " --despite-claims" : "");
    free(printable);
    return cli_flush(talk->err);
}

static bool review(struct talk *talk)
{
    struct changeset *set =
        session_changeset(talk->session, talk->plan, talk->err);

    if (!set)
        return false;
    printf("\n");
    print_changes(talk->session, set);
    print_plan_findings(talk->plan);
    changeset_free(set);
    return true;
}

bool ask_plan(const struct session *session, struct plan *plan,
              const char *output, struct err *err)
{
    struct talk talk = {.session = session, .plan = plan, .err = err};
    bool is_saved;

    print_host(&talk);
    is_saved = ask_devices(&talk) && ask_cpus(&talk) && ask_options(&talk) &&
               review(&talk) && save(&talk, output);
    free(talk.line);
    return is_saved;
}
