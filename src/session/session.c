/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes options, gives host, connection and domain. Writes nothing, but for
 * the demo's own scratch directory.
 */
#include "session/session.h"

#include "apply/file.h"
#include "apply/home.h"
#include "base/share.h"
#include "base/str.h"
#include "base/text.h"
#include "plan/image.h"
#include "session/command.h"
#include "session/embedded.h"
#include "session/libvirt.h"
#include "session/remote.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool start_demo(struct session *session, struct arena *arena,
                       struct err *err)
{
    const char *temporary = getenv("TMPDIR");
    struct str path = STR_INIT;

    if (!session->share)
        return err_set(err, ERR_FAILED,
                       "The demo's data is not installed beside the program.");
    if (!session->options.sysroot)
        session->options.sysroot =
            arena_printf(arena, "%s/demo/host", session->share);
    if (!session->options.uri)
        session->options.uri =
            arena_printf(arena, "test://%s/demo/node.xml", session->share);
    if (session->options.root)
        return true;
    str_addf(&path, "%s/virt-tune-demo-XXXXXX",
             temporary && *temporary ? temporary : "/tmp");
    session->scratch = str_steal(&path);
    if (!mkdtemp(session->scratch)) {
        err_set(err, ERR_FAILED, "%s cannot be made: %s.", session->scratch,
                strerror(errno));
        free(session->scratch);
        session->scratch = NULL;
        return false;
    }
    session->options.root = session->scratch;
    return true;
}

/*
 * The host is where the URI leads to; a copy of a host that was named comes
 * first. Only a URI that may lead elsewhere takes a connection to read it.
 */
static struct host *read_host(struct session *session, struct err *err)
{
    const struct session_options *options = &session->options;

    if (!options->sysroot && !conn_is_plain(options->uri)) {
        if (isatty(STDERR_FILENO))
            fprintf(stderr, "%s\n", _("Connecting to libvirt ..."));
        session->conn = conn_open(options->uri, options->is_read_only, err);
        if (!session->conn)
            return NULL;
        if (conn_remote(session->conn))
            return remote_read(session->conn, err);
    }
    return (options->is_devices_only ? host_probe_devices : host_probe)(
        options->sysroot ? options->sysroot : "/", err);
}

/*
 * Where the hook's files are, unless that is another machine. The directory of
 * --root may only come with the first apply.
 */
static void open_hook_root(struct session *session, struct err *err)
{
    const char *path = session->options.root      ? session->options.root
                       : session->options.sysroot ? session->options.sysroot
                       : session->host->remote    ? NULL
                                                  : "/";

    if (path && (!session->options.root || access(path, F_OK) == 0))
        session->hook_root = root_open(path, err);
    if (session->hook_root && session->options.root && !session->host->remote &&
        !session->options.is_devices_only &&
        root_exists(session->hook_root, "etc/libvirt/hooks"))
        host_look_at_hooks(session->host, session->hook_root);
}

struct session *session_open(const struct session_options *options,
                             struct err *err)
{
    struct session *session = mem_alloc(1, sizeof(*session));
    struct arena *arena = arena_new();

    session->options = session->given = *options;
    session->share = share_find("virt-tune");
    if (!options->is_demo || start_demo(session, arena, err))
        session->host = read_host(session, err);
    if (!session->host) {
        arena_free(arena);
        session_close(session);
        return NULL;
    }
    open_hook_root(session, err);
    session->target.root = session->options.root ? session->options.root : "/";
    /* The host's arena lives as long as the session: move the texts there. */
    if (session->options.uri)
        session->options.uri =
            arena_strdup(session->host->arena, session->options.uri);
    if (session->options.sysroot)
        session->options.sysroot =
            arena_strdup(session->host->arena, session->options.sysroot);
    if (!options->is_devices_only)
        libvirt_check(session->conn, session->host->arena,
                      &session->host->findings);
    arena_free(arena);
    if (!session->host->remote && !session->hook_root &&
        !session->options.root) {
        session_close(session);
        return NULL;
    }
    return session;
}

void session_close(struct session *session)
{
    if (!session)
        return;
    domain_free(session->domain);
    neighbours_free(session->others);
    conn_free(session->conn);
    root_free(session->hook_root);
    host_free(session->host);
    if (session->scratch)
        file_remove_tree(session->scratch, NULL);
    free(session->scratch);
    free(session->share);
    free(session);
}

bool session_connect(struct session *session, struct err *err)
{
    struct host *host = session->host;

    if (session->conn)
        return conn_revive(session->conn, err);
    session->conn =
        conn_open(session->options.uri, session->options.is_read_only, err);
    if (session->conn)
        libvirt_check(session->conn, host->arena, &host->findings);
    return session->conn != NULL;
}

static const char *hook_obstacle(const struct session *session)
{
    if (!*session->domain->uuid)
        return _("The file names no <uuid>, by which the hook knows a domain.");
    if (!session->options.root && remote_name(session))
        return _(
            "The domain is on another host: --root DIR writes the hook's "
            "files beneath DIR, to copy there.");
    if (session->domain->path || session->options.root)
        return NULL;
    if (!conn_runs_hooks(session->conn))
        return _("Only qemu:///system on this host runs hooks.");
    return NULL;
}

/* What the domain's devices were when they were given; the newest first. */
static void load_identities(struct session *session)
{
    struct records records = journal_read(&session->target, session->domain);
    struct arena *arena = session->domain->arena;
    struct identities *all = &session->identities;
    size_t count = 0;

    for (size_t i = 0; i < records.count; i++)
        count += records.list[i]->device_count;
    *all = (struct identities){
        .list = arena_alloc(arena, count + 1, sizeof(*all->list)),
    };
    for (size_t i = records.count; i-- > 0;)
        for (size_t j = 0; j < records.list[i]->device_count; j++)
            all->count += identity_parse(arena, records.list[i]->devices[j],
                                         &all->list[all->count]);
    records_free(&records);
}

bool session_load(struct session *session, const char *name, struct err *err)
{
    struct domain *domain;

    if (domain_is_path(name))
        domain = domain_load_file(name, err);
    else
        domain = session_connect(session, err)
                     ? domain_load(session->conn, name, err)
                     : NULL;
    if (domain)
        session_take(session, domain);
    return domain != NULL;
}

void session_take(struct session *session, struct domain *domain)
{
    domain_free(session->domain);
    neighbours_free(session->others);
    session->others = domain->path
                          ? NULL
                          : neighbours_load(session->conn, domain->uuid, NULL);
    session->domain = domain;
    session->target.conn = domain->path ? NULL : session->conn;
    if (!session->hook_root)
        open_hook_root(session, &(struct err){0});
    session->hook_obstacle = hook_obstacle(session);
    session->target.command = command_prefix(session, domain->arena);
    session->target.word = command_word(session, domain->arena);
    load_identities(session);
}

bool session_is_current(const struct session *session, struct err *err)
{
    char *now CLEANUP(mem_free) =
        home_read(&session->target, session->domain, err);

    if (now)
        *err = (struct err){0}; /* of a connection that was revived */
    return now && strcmp(now, session->domain->xml->text) == 0;
}

struct plan *session_plan(const struct session *session)
{
    struct arena *arena = arena_new();
    const char *conf = session->hook_obstacle || !session->hook_root
                           ? NULL
                           : root_read(session->hook_root, arena,
                                       hook_data_path(arena, session->domain));
    struct plan *plan =
        plan_new(session->host, session->domain, conf, session->hook_obstacle);

    plan->others = session->others;
    plan->identities = &session->identities;
    arena_free(arena);
    return plan;
}

struct changeset *session_changeset(const struct session *session,
                                    const struct plan *plan, struct err *err)
{
    return changeset_new(plan, session->hook_root,
                         session->hook_obstacle ? NULL : embedded_hook_script,
                         err);
}

void session_hook_now(const struct session *session, const struct plan *plan,
                      struct arena *arena, struct hook_nows *nows)
{
    if (!session->hook_obstacle && *plan->domain->uuid)
        hooknow_read(plan, session->hook_root, arena, nows);
}

bool session_check_open(const struct session *session, struct err *err)
{
    struct err problem;
    struct record *record = session_open_record(session, &problem);
    char *text CLEANUP(mem_free) =
        record ? repair_describe(&session->target, record) : NULL;

    record_free(record);
    if (text)
        return err_set(err, ERR_REFUSED, "%s", text);
    return !problem.code || err_set(err, problem.code, "%s", problem.text);
}

static bool check_writable(const struct session *session, struct err *err)
{
    if (session->options.is_read_only)
        return err_set(err, ERR_REFUSED,
                       "This is a read-only session: nothing is written.");
    if (!host_is_running(session->host) && !session->host->remote &&
        !session->options.root)
        return err_set(err, ERR_USAGE,
                       "The host was read from %s, so this is no plan for the "
                       "running host. Name the directory to write beneath with "
                       "--root.",
                       session->options.sysroot);
    if (session->scratch && session->domain->path)
        return err_set(err, ERR_USAGE,
                       "The demo forgets what it wrote, so it changes no file "
                       "of yours. Name a directory to remember in with "
                       "--root.");
    return true;
}

static bool check_hypervisor(const struct session *session, struct err *err)
{
    return domain_is_qemu(session->domain) ||
           err_set(err, ERR_REFUSED,
                   "%s is no domain of KVM or QEMU: nothing is written to it.",
                   session->domain->name);
}

bool session_check(const struct session *session, const struct plan *plan,
                   const struct changeset *set, struct err *err)
{
    return check_writable(session, err) && check_hypervisor(session, err) &&
           session_check_open(session, err) && image_check(plan, err) &&
           apply_check(&session->target, plan, set, err);
}

bool session_apply(const struct session *session, const struct plan *plan,
                   const struct changeset *set, struct apply_report *report,
                   struct err *err)
{
    *report = (struct apply_report){0};
    return session_check(session, plan, set, err) &&
           apply_run(&session->target, plan, set, report, err);
}

bool session_live(const struct session *session, const struct plan *plan,
                  bool is_dry, struct live_report *report, struct err *err)
{
    *report = (struct live_report){0};
    if (session->domain->path)
        return err_set(err, ERR_USAGE,
                       "--live is for a running domain of libvirt, not for a "
                       "file.");
    return check_writable(session, err) &&
           (is_dry ? live_look : live_apply)(&session->target, plan, report,
                                             err);
}

struct undo *session_undo_plan(const struct session *session, unsigned number,
                               const struct choices *choices, struct err *err)
{
    if (!session_check_open(session, err))
        return NULL;
    return undo_new(&session->target, session->domain, embedded_hook_script,
                    number, choices, err);
}

bool session_undo(const struct session *session, const struct undo *undo,
                  struct apply_report *report, struct err *err)
{
    *report = (struct apply_report){0};
    return check_writable(session, err) &&
           apply_check_place(&session->target, session->domain, err) &&
           undo_run(&session->target, session->domain, undo, report, err);
}

struct record *session_open_record(const struct session *session,
                                   struct err *problem)
{
    return repair_find(&session->target, session->domain, problem);
}

bool session_repair(const struct session *session, enum repair_way way,
                    struct repair_report *report, struct err *err)
{
    return check_writable(session, err) &&
           apply_check_place(&session->target, session->domain, err) &&
           repair_run(&session->target, session->domain, way, report, err);
}

const char *session_place(const struct session *session)
{
    if (session->domain && session->domain->path)
        return "file";
    if (session->options.is_demo)
        return "demo";
    return session->conn ? conn_uri(session->conn) : _("not connected");
}

bool session_save(const struct session *session, const char *path,
                  const char *text, struct err *err)
{
    const char *root = *path == '/' ? "/" : ".";
    const char *name = *path == '/' ? path + 1 : path;
    char *now CLEANUP(mem_free) = NULL;
    size_t kind = strlen("# A plan of virt-tune");

    if (session->options.is_read_only)
        return err_set(err, ERR_REFUSED,
                       "This is a read-only session: nothing is written.");
    if (!file_look(root, name, &now, err))
        return false;
    if (now && strncmp(now, text, kind) != 0)
        return err_set(
            err, ERR_REFUSED,
            "%s is there and is %s; it is left alone. Choose "
            "another name.",
            path, str_starts(text, "# A plan") ? _("no plan") : _("no report"));
    return file_replace(root, name, NULL, text, strlen(text), 0644, err);
}
