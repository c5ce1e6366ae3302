/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a URI, gives a connection. Never defines, starts or changes anything.
 */
#include "domain/conn.h"

#include "base/str.h"
#include "base/text.h"
#include "domain/lazy.h"

#include <libvirt/virterror.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct conn {
    virConnectPtr handle;
    char *uri;
    bool is_read_only;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

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
    return err_set(err, code, "%s: %s.", what, text);
}

static void explain_open(struct err *err, const char *uri)
{
    const virError *error = virGetLastError();
    char *name CLEANUP(mem_free) = str_printable(uri);
    char what[300];

    snprintf(what, sizeof(what), _("libvirt cannot be reached at %.200s"),
             name);
    conn_error(err, ERR_FAILED, what);
    if (err->code == ERR_PERMISSION)
        err_add(err,
                "Run virt-tune as root, or as a member of the group "
                "libvirt.");
    else if (error && error->domain == VIR_FROM_RPC && str_starts(uri, "qemu:"))
        err_add(err,
                "Start it with: systemctl start libvirtd.socket (or "
                "virtqemud.socket). A domain's XML file needs no "
                "libvirt.");
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
    if (!uri)
        uri = getenv("LIBVIRT_DEFAULT_URI");
    if (!uri || !*uri)
        uri = "qemu:///system";
    handle = virConnectOpenAuth(uri, virConnectAuthPtrDefault,
                                is_read_only ? VIR_CONNECT_RO : 0);
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
    return conn;
}

void conn_free(struct conn *conn)
{
    if (!conn)
        return;
    virConnectClose(conn->handle);
    free(conn->uri);
    free(conn);
}

bool conn_is_alive(const struct conn *conn)
{
    return virConnectIsAlive(conn->handle) == 1;
}

bool conn_revive(struct conn *conn)
{
    virConnectPtr handle;

    if (conn_is_alive(conn))
        return true;
    handle = virConnectOpenAuth(conn->uri, virConnectAuthPtrDefault,
                                conn->is_read_only ? VIR_CONNECT_RO : 0);
    if (!handle)
        return false;
    virConnectClose(conn->handle);
    conn->handle = handle;
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

bool conn_is_read_only(const struct conn *conn)
{
    return conn->is_read_only;
}

bool conn_runs_hooks(const struct conn *conn)
{
    return str_starts(conn->uri, "qemu:///system");
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
