/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a session, gives the audit of its domain: reads all anew, for the
 * session may have been open for hours. Changes nothing anywhere.
 */
#include "session/audit.h"

#include "base/str.h"
#include "base/text.h"
#include "host/check.h"
#include "plan/rule.h"
#include "session/audit_row.h"
#include "session/embedded.h"
#include "session/remote.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Between two looks; each may cost some ms on a host with many tasks. */
#define LOOK_NS 500000000ULL

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

/* What the directory of --root puts before a path. */
static const char *prefix_of(const struct audit *audit)
{
    char *path CLEANUP(mem_free) = str_printable(audit->session->given.root);

    return strcmp(path, "/") == 0 ? "" : arena_strdup(audit->arena, path);
}

static struct audit_look look_of(struct audit *audit, enum audit_part part)
{
    const struct session *session = audit->session;

    return (struct audit_look){
        .host = session->host,
        .root = audit->root,
        .wanted = audit->wanted,
        .live = audit->live,
        .process = audit->is_running ? &audit->process : NULL,
        .target = &session->target,
        .hook_root = session->hook_root,
        .prefix = session->given.root ? prefix_of(audit) : "",
        .is_demo = session->options.is_demo && !audit->wanted->path,
        .arena = audit->arena,
        .findings = &audit->findings[part],
    };
}

static const struct audit_row process_row = {
    "running", "/proc/*/cmdline, libvirt",
    "Whether the guest is as planned shows only while it runs.", NULL};

static void tell(struct audit *audit, enum verdict verdict, const char *text,
                 const char *detail, const char *fix)
{
    struct audit_look look = look_of(audit, AUDIT_RUNNING);

    look.row = &process_row;
    audit_say(&look, verdict, text, detail, fix);
}

/* Without a process there is nothing to compare, but not always no guest. */
static void tell_absent(struct audit *audit, enum process_state state,
                        bool is_active, const char *problem)
{
    bool is_file = audit->wanted->path != NULL;

    if (!*audit->wanted->uuid)
        tell(audit, VERDICT_UNKNOWN, "Whether the guest runs: could not look",
             "the file names no <uuid>",
             "Its process is known by the UUID: name the domain, or put its "
             "<uuid> into the file.");
    else if (state == PROCESS_AMBIGUOUS)
        tell(audit, VERDICT_UNKNOWN, "The running guest: could not look",
             "two processes have its UUID",
             "Look at: ps -C qemu-system-x86_64 -o pid,args");
    else if (problem && !is_file)
        tell(audit, VERDICT_UNKNOWN, "Whether the guest runs: could not look",
             problem, "See if libvirt answers: virsh list --all");
    else if (is_active)
        tell(audit, VERDICT_UNKNOWN, "The running guest: could not look",
             "no process of it is seen here",
             "It runs on another host, or only root sees it: run it there, as "
             "root.");
    else if (is_file && state == PROCESS_HIDDEN)
        tell(audit, VERDICT_UNKNOWN, "Whether the guest runs: could not look",
             "/proc does not show all", "Run it as root.");
    else
        tell(audit, VERDICT_NOTE, "The guest does not run",
             "only what is stored was checked",
             "Start it and look again: most shows while it runs.");
}

static void look_at_running(struct audit *audit)
{
    const struct session *session = audit->session;
    struct err err = {0};
    const char *remote = remote_name(session);
    struct audit_look look;
    enum process_state state;
    bool is_asked = !audit->wanted->path && session->conn;
    char *problem;

    if (is_asked)
        audit->live =
            domain_load_live(session->conn, audit->wanted->uuid, &err);
    problem = arena_strdup(audit->arena, err.text);
    if (remote &&
        (audit->live || audit->wanted->path || err.code != ERR_REFUSED)) {
        tell(audit, VERDICT_UNKNOWN, "The running guest: could not look",
             "another host",
             arena_printf(audit->arena,
                          "Its threads and memory are seen only by a "
                          "virt-tune check on %s.",
                          remote));
        return;
    }
    state = remote ? PROCESS_ABSENT
                   : process_find(audit->root, audit->arena,
                                  audit->wanted->uuid, &audit->process);
    audit->is_running = state == PROCESS_FOUND;
    if (!audit->is_running) {
        tell_absent(audit, state, audit->live != NULL,
                    err.code && err.code != ERR_REFUSED ? problem : NULL);
        return;
    }
    tell(audit, VERDICT_OK, "The guest runs",
         arena_printf(audit->arena, "%zu threads", audit->process.thread_count),
         "");
    look = look_of(audit, AUDIT_RUNNING);
    look.live_problem = audit->wanted->path ? NULL : problem;
    audit_running(&look);
}

/* All that the rules say, but for advice on changes: there are none. */
static void judge_definition(struct audit *audit, const struct plan *plan)
{
    struct findings all = {0};

    rule_check(plan, audit->arena, &all);
    for (size_t i = 0; i < all.count; i++)
        if (strcmp(all.list[i].id, "next-start") != 0 ||
            all.list[i].verdict != VERDICT_NOTE)
            *findings_add(&audit->findings[AUDIT_DEFINITION], audit->arena,
                          all.list[i].id, all.list[i].verdict) = all.list[i];
}

/* The rules, and what an unchanged plan would still write: nothing, if all
 * fits. */
static void look_at_definition(struct audit *audit)
{
    const struct session *session = audit->session;
    const char *conf =
        session->hook_obstacle || !session->hook_root
            ? NULL
            : root_read(session->hook_root, audit->arena,
                        hook_data_path(audit->arena, audit->wanted));
    struct plan *plan =
        plan_new(session->host, audit->wanted, conf, session->hook_obstacle);
    struct audit_look look = look_of(audit, AUDIT_DRIFT);
    struct changeset *set;

    plan->others = session->others;
    judge_definition(audit, plan);
    set = changeset_new(plan, session->hook_root,
                        session->hook_obstacle ? NULL : embedded_hook_script,
                        NULL);
    look.set = set;
    look.script = session->hook_obstacle ? NULL : embedded_hook_script;
    audit_drift(&look);
    audit->is_in_force = look.is_in_force;
    changeset_free(set);
    plan_free(plan);
}

static struct domain *read_again(const struct session *session, struct err *err)
{
    const struct domain *domain = session->domain;

    if (domain->path)
        return domain_load_file(domain->path, err);
    return domain_load(session->conn, domain->uuid, err);
}

/* As the host was read, but for hooks beneath --root: these may be new. */
static void look_at_host(struct audit *audit)
{
    const struct session *session = audit->session;
    const struct findings *host = &session->host->findings;
    struct hook_faults faults = {0};

    for (size_t i = 0; i < host->count; i++)
        *findings_add(&audit->findings[AUDIT_HOST], audit->arena,
                      host->list[i].id, host->list[i].verdict) = host->list[i];
    if (!session->given.root || !session->hook_root || session->host->remote ||
        !root_exists(session->hook_root, "etc/libvirt/hooks"))
        return;
    hooklint_read(session->host, session->hook_root, audit->arena, &faults);
    check_hooks_anew(session->host, session->hook_root, &faults, audit->arena,
                     &audit->findings[AUDIT_HOST]);
    hooklint_free(&faults);
}

struct audit *audit_new(const struct session *session, struct err *err)
{
    struct root *root = root_open(session->host->root, err);
    struct audit *audit;
    struct err problem = {0};

    if (!root)
        return NULL;
    audit = mem_alloc(1, sizeof(*audit));
    audit->arena = arena_new();
    audit->session = session;
    audit->root = root;
    audit->wanted = read_again(session, &problem);
    if (!audit->wanted) {
        audit->wanted = domain_parse(session->domain->xml->text,
                                     session->domain->xml->length, err);
        if (!audit->wanted) {
            audit_free(audit);
            return NULL;
        }
        audit->wanted->path = session->domain->path;
        audit->wanted->remote = session->domain->remote;
        tell(audit, VERDICT_UNKNOWN,
             "The stored definition: could not look again",
             arena_strdup(audit->arena, problem.text),
             "What follows is of the one that was read before.");
    }
    look_at_running(audit);
    look_at_definition(audit);
    look_at_host(audit);
    return audit;
}

void audit_free(struct audit *audit)
{
    if (!audit)
        return;
    measure_free(audit->measure);
    domain_free(audit->wanted);
    domain_free(audit->live);
    root_free(audit->root);
    arena_free(audit->arena);
    free(audit);
}

bool audit_start(struct audit *audit, unsigned seconds)
{
    if (!audit->is_running || seconds == 0)
        return false;
    measure_free(audit->measure);
    audit->begin = now_ns();
    audit->due = audit->begin + LOOK_NS;
    audit->seconds = seconds;
    audit->measure = measure_new(audit->root, &audit->process, audit->begin);
    return true;
}

bool audit_step(struct audit *audit)
{
    uint64_t now = now_ns();
    uint64_t end = audit->begin + (uint64_t)audit->seconds * 1000000000U;

    if (!audit->measure)
        return false;
    if (measure_state(audit->measure) == MEASURE_FINE && now < audit->due &&
        now < end)
        return true;
    if (measure_look(audit->measure, now) == MEASURE_FINE && now < end) {
        audit->due = now_ns() + LOOK_NS;
        return true;
    }
    audit_stop(audit);
    return false;
}

void audit_stop(struct audit *audit)
{
    struct audit_look look = look_of(audit, AUDIT_RUNNING);

    if (!audit->measure)
        return;
    audit_judge(&look, audit->measure, &audit->waits, &audit->wait_count);
    if (audit->wait_count > 0)
        audit->measured = (double)measure_elapsed(audit->measure) / 1e9;
    measure_free(audit->measure);
    audit->measure = NULL;
}

double audit_progress(const struct audit *audit)
{
    double seconds = (double)(now_ns() - audit->begin) / 1e9;

    return seconds < audit->seconds ? seconds : audit->seconds;
}

const char *audit_part_name(enum audit_part part)
{
    static const char *const names[] = {"running", "drift", "definition",
                                        "host"};

    return names[part];
}

const char *audit_part_title(enum audit_part part)
{
    static const char *const titles[] = {"The running guest",
                                         "Since the last apply",
                                         "The stored definition", "The host"};

    return text_of(titles[part]);
}

enum audit_verdict audit_verdict(const struct audit *audit)
{
    bool is_unseen = false;

    for (unsigned part = 0; part < AUDIT_HOST; part++) {
        const struct findings *findings = &audit->findings[part];

        if (findings_count(findings, VERDICT_FAIL) > 0)
            return AUDIT_NOT_AS_PLANNED;
        is_unseen |= part != AUDIT_DEFINITION &&
                     findings_count(findings, VERDICT_UNKNOWN) > 0;
    }
    return is_unseen ? AUDIT_NOT_SEEN : AUDIT_AS_PLANNED;
}

size_t audit_warnings(const struct audit *audit)
{
    size_t count = 0;

    for (unsigned part = 0; part < AUDIT_HOST; part++)
        count += findings_count(&audit->findings[part], VERDICT_WARN);
    return count;
}

static const char *unplanned_text(const struct audit *audit)
{
    size_t count =
        findings_count(&audit->findings[AUDIT_DEFINITION], VERDICT_WARN);

    if (count == 0)
        return _("Nothing is applied; the stored definition has no warnings.");
    return arena_printf(
        audit->arena,
        text_plural("Nothing is applied; the stored definition has %zu "
                    "warning.",
                    "Nothing is applied; the stored definition has %zu "
                    "warnings.",
                    count),
        count);
}

const char *audit_verdict_text(const struct audit *audit)
{
    switch (audit_verdict(audit)) {
    case AUDIT_NOT_AS_PLANNED:
        return _("Not as planned.");
    case AUDIT_NOT_SEEN:
        return _("Not all could be looked at.");
    default:
        if (!audit->is_in_force)
            return unplanned_text(audit);
        return audit->is_running ? _("As planned.")
                                 : _("As planned; the guest does not run.");
    }
}
