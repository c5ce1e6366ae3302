/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a URI, gives a connection. Never defines, starts or changes anything.
 */
#include "domain/conn.h"

#include "base/str.h"
#include "base/text.h"
#include "domain/lazy.h"
#include "domain/uri.h"

#include <dirent.h>
#include <fcntl.h>
#include <libvirt/virterror.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A link is lost when nothing is heard of it for their product, in seconds. */
enum { KEEPALIVE_INTERVAL = 5, KEEPALIVE_COUNT = 4 };

struct conn {
    virConnectPtr handle;
    char *uri;
    char *remote; /* whose host it is, or NULL: this machine's */
    bool is_read_only;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_bool is_stopped; /* nobody waits for an answer any more */

static void ignore_error(void *data, virErrorPtr error)
{
    (void)data;
    (void)error;
}

static void *run_events(void *data)
{
    (void)data;
    while (virEventRunDefaultImpl() == 0)
        ;
    return NULL;
}

static void start_libvirt(void)
{
    pthread_t thread;
    sigset_t all, before;

    virSetErrorFunc(NULL, ignore_error);
    virInitialize();
    virEventRegisterDefaultImpl();
    /* Signals are for the program's own thread, which may make them wait. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&thread, NULL, run_events, NULL) == 0)
        pthread_detach(thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/*
 * libvirt has no call for it, but it notices that a socket was shut down. The
 * program opens none but by libvirt; those it was started with are not closed
 * on exec.
 */
void conn_stop_waiting(void)
{
    DIR *dir = opendir("/proc/self/fd");
    const struct dirent *entry;

    is_stopped = true;
    while (dir && (entry = readdir(dir))) {
        int fd = atoi(entry->d_name);

        if (fd > STDERR_FILENO && fcntl(fd, F_GETFD) == FD_CLOEXEC)
            shutdown(fd, SHUT_RDWR); /* what is no socket stays as it is */
    }
    if (dir)
        closedir(dir);
}

void conn_wait_again(void)
{
    is_stopped = false;
}

bool conn_is_stopped(void)
{
    return is_stopped;
}

bool conn_is_waiting(void)
{
    return lazy_is_calling();
}

bool conn_error(struct err *err, enum err_code code, const char *what)
{
    const virError *error = virGetLastError();
    char *text CLEANUP(mem_free) = str_printable(
        error && error->message ? error->message : _("no reason given"));

    if (error && (error->code == VIR_ERR_OPERATION_DENIED ||
                  error->code == VIR_ERR_ACCESS_DENIED ||
                  error->code == VIR_ERR_AUTH_FAILED ||
                  error->code == VIR_ERR_AUTH_UNAVAILABLE ||
                  error->code == VIR_ERR_AUTH_CANCELLED))
        code = ERR_PERMISSION;
    if (is_stopped)
        return err_set(err, code, "%s: waiting for libvirtd was stopped.",
                       what);
    return err_set(err, code, "%s: %s.", what, text);
}

/* The URI that is meant where none is given. */
static const char *choose(const char *uri)
{
    if (!uri)
        uri = getenv("LIBVIRT_DEFAULT_URI");
    return uri && *uri ? uri : "qemu:///system";
}

bool conn_is_plain(const char *uri)
{
    struct uri parts;

    return uri_parse(choose(uri), &parts) && uri_is_local(&parts);
}

/*
 * What leads elsewhere by its looks may end here (qemu+ssh://localhost), and
 * the other way round (a forwarded port): then the host's own name tells. If
 * in doubt it is another machine, of which less is known.
 */
static char *find_remote(virConnectPtr handle, const char *text)
{
    char own[256] = "", *name;
    struct str str = STR_INIT;
    struct uri uri;
    bool is_here;

    if (!uri_parse(text, &uri))
        return mem_strdup(text);
    if (uri_is_local(&uri))
        return NULL;
    gethostname(own, sizeof(own) - 1);
    name = virConnectGetHostname(handle);
    is_here = name && strcmp(uri.transport, "ext") != 0 &&
              strncmp(name, own, strlen(own)) == 0 &&
              (name[strlen(own)] == '\0' || name[strlen(own)] == '.') &&
              (!*uri.host || uri_is_loopback(&uri) ||
               strcmp(uri.host, own) == 0 || strcmp(uri.host, name) == 0);
    if (!is_here && *uri.host)
        str_addf(&str, "%s%s%s", uri.host, *uri.port ? ":" : "", uri.port);
    else if (!is_here)
        str_add_printable(&str, name && *name ? name : "another host");
    free(name);
    return is_here ? NULL : str_steal(&str);
}

static void explain_open(struct err *err, const char *uri)
{
    const virError *error = virGetLastError();
    char *name CLEANUP(mem_free) = str_printable(uri);
    struct uri parts;
    char what[300];

    snprintf(what, sizeof(what), _("libvirt cannot be reached at %.200s"),
             name);
    conn_error(err, ERR_FAILED, what);
    if (is_stopped)
        return;
    if (err->code == ERR_PERMISSION)
        err_add(err,
                "Run virt-tune as root, or as a member of the group "
                "libvirt.");
    else if (uri_parse(uri, &parts) && *parts.host)
        err_add(err, "Does it answer there? Try: virsh -c %.200s uri", name);
    else if (error && error->domain == VIR_FROM_RPC && str_starts(uri, "qemu:"))
        err_add(err,
                "Start it with: systemctl start libvirtd.socket (or "
                "virtqemud.socket). A domain's XML file needs no "
                "libvirt.");
}

/* Else a call waits for as long as TCP hopes, which is a quarter of an hour. */
static void watch(const struct conn *conn)
{
    if (conn->remote)
        virConnectSetKeepAlive(conn->handle, KEEPALIVE_INTERVAL,
                               KEEPALIVE_COUNT);
}

static virConnectPtr open_handle(const char *uri, bool is_read_only)
{
    return is_stopped ? NULL
                      : virConnectOpenAuth(uri, virConnectAuthPtrDefault,
                                           is_read_only ? VIR_CONNECT_RO : 0);
}

struct conn *conn_open(const char *uri, bool is_read_only, struct err *err)
{
    virConnectPtr handle;
    struct conn *conn;
    char *name;

    if (!lazy_is_there()) {
        err_set(err, ERR_FAILED,
                "libvirt is not installed here (libvirt.so.0). A domain's XML "
                "file needs none.");
        return NULL;
    }
    pthread_once(&once, start_libvirt);
    uri = choose(uri);
    handle = open_handle(uri, is_read_only);
    if (!handle) {
        explain_open(err, uri);
        return NULL;
    }
    conn = mem_alloc(1, sizeof(*conn));
    conn->handle = handle;
    conn->is_read_only = is_read_only;
    name = virConnectGetURI(handle);
    conn->uri = str_printable(name ? name : uri);
    free(name);
    conn->remote = find_remote(handle, conn->uri);
    watch(conn);
    return conn;
}

void conn_free(struct conn *conn)
{
    if (!conn)
        return;
    virConnectClose(conn->handle);
    free(conn->remote);
    free(conn->uri);
    free(conn);
}

bool conn_is_alive(const struct conn *conn)
{
    return virConnectIsAlive(conn->handle) == 1;
}

bool conn_revive(struct conn *conn, struct err *err)
{
    virConnectPtr handle;

    if (conn_is_alive(conn))
        return true;
    handle = open_handle(conn->uri, conn->is_read_only);
    if (!handle) {
        explain_open(err, conn->uri);
        return false;
    }
    virConnectClose(conn->handle);
    conn->handle = handle;
    watch(conn);
    return true;
}

virConnectPtr conn_handle(const struct conn *conn)
{
    return conn->handle;
}

const char *conn_uri(const struct conn *conn)
{
    return conn->uri;
}

const char *conn_remote(const struct conn *conn)
{
    return conn->remote;
}

bool conn_is_read_only(const struct conn *conn)
{
    return conn->is_read_only;
}

bool conn_runs_hooks(const struct conn *conn)
{
    return !conn->remote && str_starts(conn->uri, "qemu:///system");
}

unsigned long conn_library_version(const struct conn *conn)
{
    unsigned long version = 0;

    return virConnectGetLibVersion(conn->handle, &version) < 0 ? 0 : version;
}

unsigned long conn_hypervisor_version(const struct conn *conn)
{
    unsigned long version = 0;

    return virConnectGetVersion(conn->handle, &version) < 0 ? 0 : version;
}

virDomainPtr conn_find(const struct conn *conn, const char *name,
                       struct err *err)
{
    virDomainPtr domain = virDomainLookupByName(conn->handle, name);
    char *printable CLEANUP(mem_free) = str_printable(name);

    if (!domain && virGetLastErrorCode() == VIR_ERR_NO_DOMAIN &&
        strlen(name) == VIR_UUID_STRING_BUFLEN - 1)
        domain = virDomainLookupByUUIDString(conn->handle, name);
    if (domain)
        return domain;
    if (virGetLastErrorCode() == VIR_ERR_NO_DOMAIN)
        err_set(err, ERR_FAILED,
                "There is no domain \"%.200s\" at %.200s. See: virt-tune list. "
                "The path of an XML file contains a / or ends in .xml.",
                printable, conn->uri);
    else
        conn_error(err, ERR_FAILED, _("The domain cannot be looked up"));
    return NULL;
}

void conn_free_domain(virDomainPtr *domain)
{
    if (*domain)
        virDomainFree(*domain);
    *domain = NULL;
}
