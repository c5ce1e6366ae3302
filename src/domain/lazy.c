/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the calls of libvirt, loads the library at the first one and passes
 * them on. Linked in the ordinary way, libvirt and the fifty libraries behind
 * it are loaded and relocated at each start, which takes longer than most
 * commands that never call it. The names are libvirt's, so no caller knows.
 */
#include "domain/lazy.h"

#include <dlfcn.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

/* The library's own is put here once it is loaded. */
virConnectAuthPtr virConnectAuthPtrDefault;

static atomic_int calls; /* that have not returned */

static void *library(void)
{
    static void *handle;
    void *pointer;

    if (handle)
        return handle;
    handle = dlopen("libvirt.so.0", RTLD_LAZY | RTLD_GLOBAL);
    pointer = handle ? dlsym(handle, "virConnectAuthPtrDefault") : NULL;
    if (pointer)
        virConnectAuthPtrDefault = *(virConnectAuthPtr *)pointer;
    return handle;
}

bool lazy_is_there(void)
{
    return library() != NULL;
}

bool lazy_is_calling(void)
{
    return calls > 0;
}

/* What was loaded before the program comes first, as with ordinary linking. */
static void *find(const char *name)
{
    return library() ? dlsym(RTLD_DEFAULT, name) : NULL;
}

/*
 * libvirt writes to a lost link in a way that raises SIGPIPE, which would end
 * the program without a word: it is blocked meanwhile, and taken. One that was
 * waiting before is not libvirt's, and goes on waiting.
 */
struct guard {
    sigset_t before; /* the signals that were blocked */
    bool was_waiting;
};

static void begin_call(struct guard *guard)
{
    sigset_t broken, waiting;

    sigemptyset(&broken);
    sigaddset(&broken, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken, &guard->before);
    sigpending(&waiting);
    guard->was_waiting = sigismember(&waiting, SIGPIPE) == 1;
    calls++;
}

static void end_call(const struct guard *guard)
{
    static const struct timespec at_once;
    sigset_t broken;

    calls--;
    sigemptyset(&broken);
    sigaddset(&broken, SIGPIPE);
    if (!guard->was_waiting)
        sigtimedwait(&broken, NULL, &at_once);
    pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
}

/*
 * A function that is found at its first call and gives `failure` where there
 * is none. POSIX has dlsym's pointer converted through memory.
 */
#define FORWARD(type, name, parameters, arguments, failure) \
    type name parameters                                    \
    {                                                       \
        static type(*function) parameters;                  \
        type result = failure;                              \
        struct guard guard;                                 \
                                                            \
        if (!function)                                      \
            *(void **)&function = find(#name);              \
        if (!function)                                      \
            return result;                                  \
        begin_call(&guard);                                 \
        result = function arguments;                        \
        end_call(&guard);                                   \
        return result;                                      \
    }
#define FORWARD_VOID(name, parameters, arguments) \
    void name parameters                          \
    {                                             \
        static void(*function) parameters;        \
                                                  \
        if (!function)                            \
            *(void **)&function = find(#name);    \
        if (function)                             \
            function arguments;                   \
    }

FORWARD(char *, virConnectBaselineCPU,
        (virConnectPtr conn, const char **xmlCPUs, unsigned int ncpus,
         unsigned int flags),
        (conn, xmlCPUs, ncpus, flags), NULL)
FORWARD(int, virConnectClose, (virConnectPtr conn), (conn), -1)
FORWARD(char *, virConnectGetCapabilities, (virConnectPtr conn), (conn), NULL)
FORWARD(char *, virConnectGetDomainCapabilities,
        (virConnectPtr conn, const char *emulatorbin, const char *arch,
         const char *machine, const char *virttype, unsigned int flags),
        (conn, emulatorbin, arch, machine, virttype, flags), NULL)
FORWARD(char *, virConnectGetHostname, (virConnectPtr conn), (conn), NULL)
FORWARD(int, virConnectGetLibVersion,
        (virConnectPtr conn, unsigned long *version), (conn, version), -1)
FORWARD(const char *, virConnectGetType, (virConnectPtr conn), (conn), NULL)
FORWARD(char *, virConnectGetURI, (virConnectPtr conn), (conn), NULL)
FORWARD(int, virConnectGetVersion, (virConnectPtr conn, unsigned long *version),
        (conn, version), -1)
FORWARD(int, virConnectIsAlive, (virConnectPtr conn), (conn), -1)
FORWARD(int, virConnectListAllDomains,
        (virConnectPtr conn, virDomainPtr **domains, unsigned int flags),
        (conn, domains, flags), -1)
FORWARD(int, virConnectListAllNodeDevices,
        (virConnectPtr conn, virNodeDevicePtr **devices, unsigned int flags),
        (conn, devices, flags), -1)
FORWARD(virConnectPtr, virConnectOpenAuth,
        (const char *name, virConnectAuthPtr auth, unsigned int flags),
        (name, auth, flags), NULL)
FORWARD(int, virConnectSetKeepAlive,
        (virConnectPtr conn, int interval, unsigned int count),
        (conn, interval, count), -1)
FORWARD(virDomainPtr, virDomainDefineXMLFlags,
        (virConnectPtr conn, const char *xml, unsigned int flags),
        (conn, xml, flags), NULL)
FORWARD(int, virDomainFree, (virDomainPtr domain), (domain), -1)
FORWARD(int, virDomainGetAutostart, (virDomainPtr domain, int *autostart),
        (domain, autostart), -1)
FORWARD(int, virDomainGetEmulatorPinInfo,
        (virDomainPtr domain, unsigned char *cpumap, int maplen,
         unsigned int flags),
        (domain, cpumap, maplen, flags), -1)
FORWARD(int, virDomainGetIOThreadInfo,
        (virDomainPtr domain, virDomainIOThreadInfoPtr **info,
         unsigned int flags),
        (domain, info, flags), -1)
FORWARD(const char *, virDomainGetName, (virDomainPtr domain), (domain), NULL)
FORWARD(int, virDomainGetUUIDString, (virDomainPtr domain, char *buf),
        (domain, buf), -1)
FORWARD(int, virDomainGetVcpuPinInfo,
        (virDomainPtr domain, int ncpumaps, unsigned char *cpumaps, int maplen,
         unsigned int flags),
        (domain, ncpumaps, cpumaps, maplen, flags), -1)
FORWARD(int, virDomainGetVcpusFlags, (virDomainPtr domain, unsigned int flags),
        (domain, flags), -1)
FORWARD(char *, virDomainGetXMLDesc, (virDomainPtr domain, unsigned int flags),
        (domain, flags), NULL)
FORWARD(int, virDomainHasManagedSaveImage,
        (virDomainPtr domain, unsigned int flags), (domain, flags), -1)
FORWARD_VOID(virDomainIOThreadInfoFree, (virDomainIOThreadInfoPtr info), (info))
FORWARD(int, virDomainIsActive, (virDomainPtr domain), (domain), -1)
FORWARD(int, virDomainIsPersistent, (virDomainPtr domain), (domain), -1)
FORWARD(virDomainPtr, virDomainLookupByName,
        (virConnectPtr conn, const char *name), (conn, name), NULL)
FORWARD(virDomainPtr, virDomainLookupByUUIDString,
        (virConnectPtr conn, const char *uuid), (conn, uuid), NULL)
FORWARD(int, virDomainPinEmulator,
        (virDomainPtr domain, unsigned char *cpumap, int maplen,
         unsigned int flags),
        (domain, cpumap, maplen, flags), -1)
FORWARD(int, virDomainPinIOThread,
        (virDomainPtr domain, unsigned int iothread_id, unsigned char *cpumap,
         int maplen, unsigned int flags),
        (domain, iothread_id, cpumap, maplen, flags), -1)
FORWARD(int, virDomainPinVcpuFlags,
        (virDomainPtr domain, unsigned int vcpu, unsigned char *cpumap,
         int maplen, unsigned int flags),
        (domain, vcpu, cpumap, maplen, flags), -1)
FORWARD(int, virDomainSnapshotNum, (virDomainPtr domain, unsigned int flags),
        (domain, flags), -1)
FORWARD(int, virEventRegisterDefaultImpl, (void), (), -1)
FORWARD(virErrorPtr, virGetLastError, (void), (), NULL)
FORWARD(int, virGetLastErrorCode, (void), (), 0)
FORWARD(int, virInitialize, (void), (), -1)
FORWARD(int, virNodeDeviceFree, (virNodeDevicePtr dev), (dev), -1)
FORWARD(char *, virNodeDeviceGetXMLDesc,
        (virNodeDevicePtr dev, unsigned int flags), (dev, flags), NULL)
FORWARD(int, virNodeGetCPUMap,
        (virConnectPtr conn, unsigned char **cpumap, unsigned int *online,
         unsigned int flags),
        (conn, cpumap, online, flags), -1)
FORWARD(int, virNodeGetFreePages,
        (virConnectPtr conn, unsigned int npages, unsigned int *pages,
         int startCell, unsigned int cellCount, unsigned long long *counts,
         unsigned int flags),
        (conn, npages, pages, startCell, cellCount, counts, flags), -1)
FORWARD(int, virNodeGetMemoryStats,
        (virConnectPtr conn, int cellNum, virNodeMemoryStatsPtr params,
         int *nparams, unsigned int flags),
        (conn, cellNum, params, nparams, flags), -1)
FORWARD_VOID(virSetErrorFunc, (void *userData, virErrorFunc handler),
             (userData, handler))

/* The loop of a thread of its own: that nothing happens is no waiting. */
int virEventRunDefaultImpl(void)
{
    static int (*function)(void);

    if (!function)
        *(void **)&function = find("virEventRunDefaultImpl");
    return function ? function() : -1;
}
