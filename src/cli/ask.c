/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The same questions as the screens ask, line by line, for people who cannot
 * use a full screen. Takes lines from standard input, gives a plan; an empty
 * line takes what is proposed.
 */
#include "cli/ask.h"

#include "apply/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "plan/device.h"
#include "plan/disk.h"
#include "plan/planfile.h"
#include "plan/usb.h"
#include "session/command.h"
#include "session/presets.h"

#include <stdlib.h>
#include <string.h>

#define GO_ON N_("go on")

/* What became of a question. */
enum answer {
    ANSWER_NEXT,  /* on to the next one of the same step */
    ANSWER_DONE,  /* on to the next step */
    ANSWER_SKIP,  /* as NEXT, but nothing was asked */
    ANSWER_PASS,  /* as DONE, but nothing was asked */
    ANSWER_AGAIN, /* it was none: the same question */
    ANSWER_BACK,  /* the question before it */
    ANSWER_END,   /* there are no more answers, or it failed */
};

/* A question that was answered, and the plan before that. */
struct asked {
    size_t step, index;
    struct plan *plan;
};

/* One conversation; `err` has a sentence once the answers have ended. */
struct talk {
    const struct session *session;
    struct plan *plan;
    const char *output;
    struct err *err;
    char *line;
    size_t size;
    unsigned vcpus;      /* that were asked for */
    bool is_again;       /* the same question: without its list */
    bool is_back;        /* the last answer was to go back */
    struct asked *asked; /* what it goes back to */
    size_t asked_count;
};

/*
 * Asks; the answer without blanks at its ends, or NULL: there is none, or it is
 * to go back.
 */
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
    talk->is_back = strcmp(start, "<") == 0 || strcmp(start, "back") == 0;
    if (talk->is_back)
        return NULL;
    return *start || !proposed ? start : proposed;
}

/* In the words of any language, as it is proposed. */
static bool goes_on(const char *answer)
{
    return strcmp(answer, GO_ON) == 0 || strcmp(answer, _(GO_ON)) == 0;
}

/* What it means that there is no answer. */
static enum answer no_answer(const struct talk *talk)
{
    return talk->is_back ? ANSWER_BACK : ANSWER_END;
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
        const struct pci_device *on;
        const struct claim *claim;

        if (obstacle && !talk->plan->is_given[i])
            continue;
        printf(_("  %s %-9s group %d, %s: "), pci_short_address(device),
               pci_kind(device), device->group,
               talk->plan->is_given[i] ? _("guest") : _("host"));
        print_printable(stdout, device->name);
        claim = device_claim(talk->plan, i, &on);
        if (claim && claim->severity == CLAIM_REFUSE)
            fputs(_("; the host needs it"), stdout);
        printf("\n");
    }
}

/* What the host needs goes only after a yes that is written out: NEXT. */
static enum answer ask_claimed(struct talk *talk, const struct claim *claim)
{
    const char *answer;

    print_printable(stdout, claim->text);
    printf("\n");
    answer = ask(talk, _("Give it all the same? Type yes"), "no");
    if (!answer && !talk->is_back)
        return ANSWER_END;
    return answer && strcmp(answer, "yes") == 0 ? ANSWER_NEXT : ANSWER_AGAIN;
}

static enum answer toggle_device(struct talk *talk, size_t index)
{
    const struct host *host = talk->session->host;
    const struct pci_device *device = &host->pci.devices[index], *on = NULL;
    const struct claim *claim = talk->plan->is_given[index]
                                    ? NULL
                                    : device_claim(talk->plan, index, &on);
    const char *reason;

    if (claim && claim->severity == CLAIM_REFUSE) {
        enum answer answer;

        printf("%s: ", pci_short_address(on));
        answer = ask_claimed(talk, claim);
        if (answer != ANSWER_NEXT)
            return answer;
    }
    reason = device_toggle(talk->plan, index);
    if (reason) {
        printf("%s\n", reason);
        return ANSWER_AGAIN;
    }
    printf(_("%s, with all functions of its slot, %s.\n"),
           pci_short_address(device),
           talk->plan->is_given[index] ? _("goes to the guest")
                                       : _("stays with the host"));
    return ANSWER_NEXT;
}

static void print_usb(const struct talk *talk)
{
    const struct plan *plan = talk->plan;
    struct arena *arena = arena_new();

    for (size_t i = 0; i < usb_count(plan); i++) {
        const struct usb_device *device = usb_plugged(plan, i);

        if (!usb_is_row(plan, i))
            continue;
        printf("  usb:%s %s: ", usb_name(plan, i, arena),
               plan->is_usb_given[i] ? _("guest") : _("host"));
        print_printable(stdout, device ? device->name : _("not plugged in"));
        if (device && device->claim.text &&
            device->claim.severity == CLAIM_REFUSE)
            fputs(_("; the host needs it"), stdout);
        printf("\n");
    }
    arena_free(arena);
}

/* As --give and --take do it. */
static enum answer toggle_usb(struct talk *talk, const char *text)
{
    char *name CLEANUP(mem_free) = mem_strdup(text); /* an answer may follow */
    size_t matches;
    long index = usb_find(talk->plan, name, &matches);
    bool is_given = index < 0 || !talk->plan->is_usb_given[index];
    bool is_fine, is_asked = false;
    struct err problem = {0};

    while (
        !(is_fine = cli_usb(talk->plan, name, is_given, is_asked, &problem)) &&
        problem.code == ERR_REFUSED && !is_asked) {
        const struct usb_device *device =
            usb_plugged(talk->plan, (size_t)index);
        enum answer answer = ask_claimed(talk, &device->claim);

        if (answer != ANSWER_NEXT)
            return answer;
        is_asked = true;
        problem = (struct err){0};
    }
    if (is_fine)
        printf("usb:%s %s.\n", name,
               is_given ? _("goes to the guest") : _("stays with the host"));
    else
        printf("%s\n", problem.text);
    return is_fine ? ANSWER_NEXT : ANSWER_AGAIN;
}

/* "boot 01:00.0=1" and "rom 01:00.0=off" are the options of those names. */
static enum answer tell_device(struct talk *talk, const char *text, bool is_rom)
{
    struct err problem = {0};

    if (!cli_tell(talk->plan, text + strspn(text, " "), is_rom, &problem)) {
        printf("%s\n", problem.text);
        return ANSWER_AGAIN;
    }
    printf(_("Taken.\n"));
    return ANSWER_NEXT;
}

static bool has_usb(const struct plan *plan)
{
    for (size_t i = 0; i < usb_count(plan); i++)
        if (usb_is_row(plan, i))
            return true;
    return false;
}

static void print_all_devices(const struct talk *talk, bool has_groups)
{
    if (!has_groups)
        printf(
            _("\nDevices: there is no IOMMU group, so no PCI device can be "
              "given.\n"));
    printf(has_groups ? _("\nDevices that can go to the guest:\n")
                      : _("USB devices that can go to the guest:\n"));
    if (has_groups)
        print_devices(talk);
    print_usb(talk);
    if (has_groups)
        printf(
            _("For one that goes: boot ADDRESS=1 to boot from it, rom "
              "ADDRESS=off (on, default, /path).\n"));
}

static enum answer ask_device(struct talk *talk, size_t index)
{
    bool has_groups = talk->session->host->pci.group_count > 0;
    const char *answer;
    long device;

    if (!has_groups && !has_usb(talk->plan)) {
        printf(
            _("\nDevices: there is no IOMMU group, so none can be given.\n"));
        return ANSWER_PASS;
    }
    if (index == 0 && !talk->is_again)
        print_all_devices(talk, has_groups);
    answer = ask(talk, _("Address to give or to take back"), _(GO_ON));
    if (!answer)
        return no_answer(talk);
    if (goes_on(answer))
        return ANSWER_DONE;
    if (str_starts(answer, "boot ") || str_starts(answer, "rom "))
        return tell_device(talk, strchr(answer, ' '), *answer == 'r');
    if (str_starts(answer, "usb:"))
        return toggle_usb(talk, answer + strlen("usb:"));
    device = device_find(talk->session->host, answer);
    if (device >= 0)
        return toggle_device(talk, (size_t)device);
    printf(_("There is no such PCI device here.\n"));
    return ANSWER_AGAIN;
}

static enum answer ask_count(struct talk *talk)
{
    struct layout_request request = layout_request_for(talk->plan);
    char proposed[16];
    const char *answer;
    unsigned long count;

    snprintf(proposed, sizeof(proposed), "%u", request.vcpus);
    answer = ask(talk, _("\nCPUs: how many vCPUs"), proposed);
    if (!answer)
        return no_answer(talk);
    if (str_number(answer, CPUSET_MAX, &count) && count > 0) {
        talk->vcpus = (unsigned)count;
        return ANSWER_NEXT;
    }
    printf(_("A number from 1 to %d.\n"), CPUSET_MAX);
    return ANSWER_AGAIN;
}

static void print_layouts(const struct layouts *layouts)
{
    for (size_t i = 0; i < layouts->count; i++) {
        const struct layout *layout = &layouts->list[i];

        printf(text_plural("  %c  %s: %u vCPU; host keeps %s. %s\n",
                           "  %c  %s: %u vCPUs; host keeps %s. %s\n",
                           layout->vcpus),
               (char)('A' + i), layout->text, layout->vcpus, layout->host,
               layout->why);
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

static enum answer ask_layout(struct talk *talk)
{
    struct layout_request request = layout_request_for(talk->plan);
    unsigned own = request.vcpus;
    struct arena *arena = arena_new();
    struct layouts layouts = {0};
    struct err problem = {0};
    enum answer result = ANSWER_AGAIN;
    const char *answer;

    request.vcpus = talk->vcpus;
    if (!layout_propose(talk->plan, &request, arena, &layouts, &problem))
        printf("%s\n", problem.text);
    if (layouts.count == 0 && request.vcpus != own) {
        arena_free(arena);
        return ANSWER_BACK; /* there is another count to try */
    }
    print_layouts(&layouts);
    while (result == ANSWER_AGAIN) {
        bool keeps = layouts.count == 0 || domain_is_pinned(talk->plan->domain);

        answer = ask(talk, _("Layout"), keeps ? "keep" : "A");
        if (!answer)
            result = no_answer(talk);
        else if (take_layout(talk, &layouts, answer))
            result = ANSWER_DONE;
        else
            printf(_("A letter of the list, or keep.\n"));
    }
    arena_free(arena);
    return result;
}

static enum answer ask_cpus(struct talk *talk, size_t index)
{
    return index == 0 ? ask_count(talk) : ask_layout(talk);
}

/* Takes back what is there by the proposal; true if something was. */
static bool drop_proposal(struct plan *plan)
{
    struct plan *fresh = plan_copy(plan);
    bool is_dropped = false;

    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (i != OPTION_TOPOEXT) /* came with the layout */
            fresh->options[i] = OPTION_KEEP;
    plan_propose_options(fresh);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (i == OPTION_TOPOEXT || plan->options[i] == OPTION_KEEP ||
            plan->options[i] != fresh->options[i])
            continue;
        plan->options[i] = OPTION_KEEP;
        is_dropped = true;
    }
    plan_free(fresh);
    return is_dropped;
}

/* What is proposed depends on the kind. */
static enum answer ask_guest(struct talk *talk, size_t index)
{
    const char *now = guest_kind_name(talk->plan->guest);
    const char *answer =
        ask(talk, _("\nKind of guest: Windows, Linux or other"), now);
    enum guest_kind kind;

    (void)index;
    if (!answer)
        return no_answer(talk);
    kind = guest_kind_find(answer);
    if (kind == GUEST_UNKNOWN && strcmp(answer, now) != 0) {
        printf(_("Windows, Linux or other.\n"));
        return ANSWER_AGAIN;
    }
    if (kind != talk->plan->guest) {
        bool is_proposed = drop_proposal(talk->plan);

        talk->plan->guest = kind;
        if (is_proposed)
            plan_propose_options(talk->plan);
    }
    return ANSWER_DONE;
}

static void take_preset(struct talk *talk, const struct preset *preset)
{
    struct plan *before = plan_copy(talk->plan);
    struct str lines CLEANUP(str_free) = STR_INIT;
    struct str refused CLEANUP(str_free) = STR_INIT;

    drop_proposal(talk->plan);
    preset_take(preset, talk->plan, &refused);
    preset_compare(before, talk->plan, "->", &lines);
    fputs(str_text(&lines), stdout);
    if (refused.length > 0)
        printf(_("Left out of the preset %s:\n%s"), preset->name,
               str_text(&refused));
    plan_free(before);
}

static void print_presets(const struct presets *presets)
{
    printf(_("\nPresets, many options at once:\n"));
    for (size_t i = 0; i < presets->count; i++)
        printf("  %s  %s: %s\n", presets->list[i].name, presets->list[i].title,
               presets->list[i].text);
    printf(_("  none  the options as they are\n"));
}

static enum answer ask_preset(struct talk *talk, size_t index)
{
    struct arena *arena = arena_new();
    struct presets presets = presets_load(talk->session, arena);
    enum answer result = ANSWER_AGAIN;
    const char *answer;

    (void)index;
    if (!talk->is_again)
        print_presets(&presets);
    answer = ask(talk, _("Preset"), "none");
    if (!answer)
        result = no_answer(talk);
    else if (strcmp(answer, "none") == 0)
        result = ANSWER_DONE;
    for (size_t i = 0; answer && i < presets.count; i++)
        if (strcmp(answer, presets.list[i].name) == 0) {
            take_preset(talk, &presets.list[i]);
            result = ANSWER_DONE;
        }
    if (result == ANSWER_AGAIN)
        printf(_("A name of the list, or none.\n"));
    arena_free(arena);
    return result;
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

static enum answer ask_one(struct talk *talk, enum option_id id)
{
    const struct option_row *row = option_get(id);
    char now[32], wish[32], question[160];
    const char *answer, *obstacle;
    long value;

    option_show(talk->plan, id, option_now(talk->plan, id), now, sizeof(now));
    option_format(id, talk->plan->options[id], wish, sizeof(wish));
    snprintf(question, sizeof(question), _("%s: %s, now %s"), row->group,
             row->title, now);
    answer = ask(talk, question, wish);
    if (!answer)
        return no_answer(talk);
    if (strcmp(answer, "?") == 0) {
        explain(row);
        return ANSWER_AGAIN;
    }
    if (!option_parse(id, answer, &value)) {
        printf(_("keep, off, on or a value; ? explains.\n"));
        return ANSWER_AGAIN;
    }
    obstacle = option_refusal(talk->plan, id, value);
    if (obstacle) {
        printf("%s\n", obstacle);
        return ANSWER_AGAIN;
    }
    option_set(talk->plan, id, value);
    return ANSWER_NEXT;
}

/* What cannot be switched on here is said in one line, and not asked. */
static enum answer ask_option(struct talk *talk, size_t index)
{
    enum option_id id = (enum option_id)index;
    const char *obstacle;

    if (index == OPTION_COUNT)
        return ANSWER_PASS;
    if (index == 0 && !talk->is_again)
        printf(
            _("\nOptions: keep leaves one as the domain has it, ? explains "
              "it.\n"));
    obstacle = option_obstacle(talk->plan, id);
    if (!obstacle || option_now(talk->plan, id) != OPTION_OFF)
        return ask_one(talk, id);
    printf("%s: %s\n", option_get(id)->title, obstacle);
    return ANSWER_SKIP;
}

static void print_disks(const struct talk *talk)
{
    const struct plan *plan = talk->plan;
    struct arena *arena = arena_new();

    for (size_t i = 0; i < plan->disk_wish_count; i++) {
        printf("  %s  %s:", disk_target(plan->domain, arena, i),
               disk_path(plan->domain, arena, i));
        for (enum option_id id = OPTION_DISKS_CACHE; disk_option_name(id);
             id++) {
            char value[32];

            option_format(id, disk_effective(plan, i, id), value,
                          sizeof(value));
            printf(" %s=%s", disk_option_name(id), value);
        }
        printf("\n");
    }
    arena_free(arena);
}

/* One disk by itself, in the words of --set. */
static enum answer ask_disk(struct talk *talk, size_t index)
{
    struct err problem = {0};
    const char *answer;

    if (talk->plan->disk_wish_count == 0)
        return ANSWER_PASS;
    if (index == 0 && !talk->is_again) {
        printf(
            _("\nSingle disks, over what the options say of all. ? explains, "
              "vda=/dev/disk/by-id/NAME makes one a whole physical disk:\n"));
        print_disks(talk);
    }
    answer = ask(talk, _("Disk, as vda.cache=none"), _(GO_ON));
    if (!answer)
        return no_answer(talk);
    if (goes_on(answer))
        return ANSWER_DONE;
    if (strcmp(answer, "?") == 0) {
        for (enum option_id id = OPTION_DISKS_CACHE; disk_option_name(id); id++)
            explain(option_get(id));
        return ANSWER_AGAIN;
    }
    if (!cli_set_disk(talk->plan, answer, &problem)) {
        printf("%s\n", problem.text);
        return ANSWER_AGAIN;
    }
    print_disks(talk);
    return ANSWER_NEXT;
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

static enum answer save(struct talk *talk, size_t index)
{
    struct str text CLEANUP(str_free) = STR_INIT;
    const char *output = talk->output, *answer;
    struct str command CLEANUP(str_free) = STR_INIT;
    char *name CLEANUP(mem_free) = NULL;
    char *printable;

    (void)index;
    if (!talk->is_again && !review(talk))
        return ANSWER_END;
    planfile_save(talk->plan, &text);
    if (!output) {
        output = ask(talk, _("\nFile for the plan"), "virt-tune.plan");
        if (!output)
            return no_answer(talk);
        name = mem_strdup(output); /* the next answer takes its place */
        output = name;
        if (file_is_other(output, str_text(&text))) {
            answer = ask(talk, _("It is there. Replace it? Type yes"), "no");
            if (!answer)
                return no_answer(talk);
            if (strcmp(answer, "yes") != 0)
                return ANSWER_AGAIN;
        }
    }
    if (!session_save(talk->session, output, str_text(&text), talk->err)) {
        if (output == talk->output)
            return ANSWER_END;
        printf("%s\n", talk->err->text);
        *talk->err = (struct err){0};
        return ANSWER_AGAIN;
    }
    printable = str_printable(output);
    printf(_("The plan is saved in %s. Nothing else is written."), printable);
    if (command_add(&command, talk->session, "apply", talk->plan, output))
        printf(_(" In a shell: %s"), str_text(&command));
    printf("\n");
    free(printable);
    return cli_flush(talk->err) ? ANSWER_DONE : ANSWER_END;
}

static enum answer (*const steps[])(struct talk *talk, size_t index) = {
    ask_device, ask_cpus, ask_guest, ask_preset, ask_option, ask_disk, save,
};

static void push(struct talk *talk, size_t step, size_t index,
                 struct plan *before)
{
    talk->asked =
        mem_realloc(talk->asked, talk->asked_count + 1, sizeof(*talk->asked));
    talk->asked[talk->asked_count++] = (struct asked){step, index, before};
}

/* To the question before, with the plan as it was there. */
static void pop(struct talk *talk, size_t *step, size_t *index)
{
    struct asked *asked;

    if (talk->asked_count == 0) {
        printf(_("This is the first question.\n"));
        return;
    }
    asked = &talk->asked[--talk->asked_count];
    *step = asked->step;
    *index = asked->index;
    plan_free(talk->plan);
    talk->plan = asked->plan;
}

/* Goes through all questions; true once the plan is saved. */
static bool go_through(struct talk *talk)
{
    size_t step = 0, index = 0;

    while (step < ARRAY_SIZE(steps)) {
        struct plan *before = plan_copy(talk->plan);
        enum answer answer = steps[step](talk, index);

        if (answer == ANSWER_NEXT || answer == ANSWER_DONE)
            push(talk, step, index, before);
        else
            plan_free(before);
        talk->is_again = answer == ANSWER_AGAIN;
        if (answer == ANSWER_END)
            return false;
        if (answer == ANSWER_BACK) {
            pop(talk, &step, &index);
        } else if (answer == ANSWER_DONE || answer == ANSWER_PASS) {
            step++;
            index = 0;
        } else if (answer != ANSWER_AGAIN) {
            index++;
        }
    }
    return true;
}

bool ask_plan(const struct session *session, const struct plan *plan,
              const char *output, struct err *err)
{
    struct talk talk = {.session = session,
                        .plan = plan_copy(plan),
                        .output = output,
                        .err = err};
    bool is_saved;

    print_host(&talk);
    printf(
        _("Enter takes what stands in brackets, < goes back to the question "
          "before.\n"));
    is_saved = go_through(&talk);
    while (talk.asked_count > 0)
        plan_free(talk.asked[--talk.asked_count].plan);
    free(talk.asked);
    plan_free(talk.plan);
    free(talk.line);
    return is_saved;
}
