/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A shim for LD_PRELOAD: counts the calls by which a program changes files or
 * a domain, and lets the Nth go wrong. The program knows nothing of it.
 *
 *   FAULT_AT=N     which call; 0 or none: only count
 *   FAULT_HOW=HOW  kill: the program ends before the call
 *                  after: it ends after it
 *                  power: it ends, and what was not synced is lost
 *                  short: half of a write is done, then it ends
 *                  EIO ENOSPC EROFS: the call fails
 *                  EIO+ ...: this call and all later ones fail
 *                  TERM HUP INT: that signal arrives before the call
 *                  run: the command FAULT_RUN is run before the call
 *   FAULT_CALL=F   only calls of this function count
 *   FAULT_COUNT=F  the number of calls is written to this file at the end
 */
#undef _FILE_OFFSET_BITS /* open and open64 both exist, and are told apart */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libvirt/libvirt.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FD_MAX = 256 };

static long count;
static bool is_dirty[FD_MAX]; /* written and not synced */
static char renamed_from[PATH_MAX], renamed_to[PATH_MAX];
static char kept_aside[PATH_MAX];
static bool was_there;    /* before the rename that is not synced yet */
static bool is_directory; /* what was renamed */

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static const char *how(void)
{
    const char *text = getenv("FAULT_HOW");

    return text ? text : "";
}

static int error_number(void)
{
    static const struct {
        const char *name;
        int number;
    } names[] = {{"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EROFS", EROFS}};

    for (size_t i = 0; i < 3; i++)
        if (strncmp(how(), names[i].name, strlen(names[i].name)) == 0)
            return names[i].number;
    return 0;
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    pause();
}

/* What was not synced is not there when the machine comes up again. */
static void lose(void)
{
    for (int fd = 0; fd < FD_MAX; fd++)
        if (is_dirty[fd] && REAL(ftruncate)(fd, 0) < 0)
            continue;
    if (!*renamed_to)
        return;
    if (is_directory)
        REAL(rename)(renamed_to, renamed_from);
    else if (was_there)
        REAL(rename)(kept_aside, renamed_to);
    else
        REAL(unlink)(renamed_to);
}

/* True if this call shall fail; errno is set then. */
static bool strikes(const char *name)
{
    const char *call = getenv("FAULT_CALL"), *command = getenv("FAULT_RUN");
    const char *at = getenv("FAULT_AT");
    long wanted = at ? atol(at) : 0;
    bool goes_on = strchr(how(), '+') != NULL;

    if (call && strcmp(call, name) != 0)
        return false;
    count++;
    if (wanted == 0 || count < wanted || (count > wanted && !goes_on))
        return false;
    if (error_number()) {
        errno = error_number();
        return true;
    }
    if (strcmp(how(), "kill") == 0)
        die();
    if (strcmp(how(), "power") == 0) {
        lose();
        die();
    }
    if (strcmp(how(), "run") == 0 && command) {
        unsetenv("LD_PRELOAD");
        unsetenv("FAULT_AT");
        if (system(command) != 0)
            fprintf(stderr, "fault: the command failed\n");
    }
    if (strcmp(how(), "TERM") == 0)
        kill(getpid(), SIGTERM);
    if (strcmp(how(), "HUP") == 0)
        kill(getpid(), SIGHUP);
    if (strcmp(how(), "INT") == 0)
        kill(getpid(), SIGINT);
    return false;
}

/* Called after each call that was done. */
static void done(void)
{
    const char *at = getenv("FAULT_AT");

    if (at && count == atol(at) && strcmp(how(), "after") == 0)
        die();
}

__attribute__((destructor)) static void report(void)
{
    const char *path = getenv("FAULT_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;

    if (!file)
        return;
    fprintf(file, "%ld\n", count);
    fclose(file);
}

static bool is_file(int fd)
{
    struct stat stat;

    return fd > STDERR_FILENO && fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode);
}

ssize_t write(int fd, const void *bytes, size_t length)
{
    const char *at = getenv("FAULT_AT");
    ssize_t written;

    if (!is_file(fd))
        return REAL(write)(fd, bytes, length);
    if (strikes("write"))
        return -1;
    if (at && count == atol(at) && strcmp(how(), "short") == 0) {
        written = REAL(write)(fd, bytes, length / 2);
        die();
    }
    written = REAL(write)(fd, bytes, length);
    if (fd < FD_MAX)
        is_dirty[fd] = true;
    done();
    return written;
}

int fsync(int fd)
{
    int result;

    if (strikes("fsync"))
        return -1;
    result = REAL(fsync)(fd);
    if (fd < FD_MAX)
        is_dirty[fd] = false;
    if (!is_file(fd) && *renamed_to) { /* a directory: the rename is durable */
        REAL(unlink)(kept_aside);
        *renamed_to = '\0';
    }
    done();
    return result;
}

int close(int fd)
{
    if (fd >= 0 && fd < FD_MAX)
        is_dirty[fd] = false;
    return REAL(close)(fd);
}

int rename(const char *from, const char *to)
{
    int result;
    struct stat stat;

    if (strikes("rename"))
        return -1;
    if (strcmp(how(), "power") == 0 && lstat(from, &stat) == 0) {
        is_directory = S_ISDIR(stat.st_mode);
        snprintf(renamed_from, sizeof(renamed_from), "%s", from);
        snprintf(renamed_to, sizeof(renamed_to), "%s", to);
        snprintf(kept_aside, sizeof(kept_aside), "%.*s/.kept-by-fault",
                 (int)(strrchr(to, '/') - to), to);
        REAL(unlink)(kept_aside);
        was_there = link(to, kept_aside) == 0;
    }
    result = REAL(rename)(from, to);
    done();
    return result;
}

#define PATH_CALL(name, parameters, arguments) \
    int name parameters                        \
    {                                          \
        int result;                            \
                                               \
        if (strikes(#name))                    \
            return -1;                         \
        result = REAL(name) arguments;         \
        done();                                \
        return result;                         \
    }

PATH_CALL(unlink, (const char *path), (path))
PATH_CALL(unlinkat, (int fd, const char *path, int flags), (fd, path, flags))
PATH_CALL(remove, (const char *path), (path))
PATH_CALL(mkdir, (const char *path, mode_t mode), (path, mode))
PATH_CALL(rmdir, (const char *path), (path))
PATH_CALL(fchmod, (int fd, mode_t mode), (fd, mode))
PATH_CALL(fchown, (int fd, uid_t user, gid_t group), (fd, user, group))
PATH_CALL(mkostemp, (char *path, int flags), (path, flags))
PATH_CALL(mkostemp64, (char *path, int flags), (path, flags))

#define OPEN_CALL(name)                        \
    int name(const char *path, int flags, ...) \
    {                                          \
        mode_t mode = 0;                       \
        va_list arguments;                     \
        int fd;                                \
                                               \
        if (flags & O_CREAT) {                 \
            va_start(arguments, flags);        \
            mode = va_arg(arguments, mode_t);  \
            va_end(arguments);                 \
            if (strikes(#name))                \
                return -1;                     \
        }                                      \
        fd = REAL(name)(path, flags, mode);    \
        if (flags & O_CREAT)                   \
            done();                            \
        return fd;                             \
    }

OPEN_CALL(open)
OPEN_CALL(open64)

virDomainPtr virDomainDefineXMLFlags(virConnectPtr conn, const char *xml,
                                     unsigned flags)
{
    virDomainPtr domain;

    if (strikes("virDomainDefineXMLFlags"))
        return NULL;
    domain = REAL(virDomainDefineXMLFlags)(conn, xml, flags);
    done();
    return domain;
}

char *virDomainGetXMLDesc(virDomainPtr domain, unsigned flags)
{
    char *text;

    if (strikes("virDomainGetXMLDesc"))
        return NULL;
    text = REAL(virDomainGetXMLDesc)(domain, flags);
    done();
    return text;
}

int virDomainPinEmulator(virDomainPtr domain, unsigned char *map, int length,
                         unsigned flags)
{
    int result;

    if (strikes("virDomainPinEmulator"))
        return -1;
    result = REAL(virDomainPinEmulator)(domain, map, length, flags);
    done();
    return result;
}
