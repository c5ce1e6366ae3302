/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A shim for LD_PRELOAD: counts the calls by which a program changes files or
 * a domain, and lets the Nth go wrong. The program knows nothing of it.
 *
 *   FAULT_AT=N     which call; 0 or none: only count
 *   FAULT_HOW=HOW  kill: the program ends before the call
 *                  after: it ends after it
 *                  power: it ends, and what was not synced is lost
 *                  zero: it ends; names were kept, bytes not synced are lost
 *                  short: half of a write is done, then it ends
 *                  part: half of a write is done, and that is said
 *                  full: half of a write is done, then the disk is full
 *                  EIO ENOSPC EROFS: the call fails
 *                  EIO+ ...: this call and all later ones fail
 *                  EIO! EIO+! ...: and when the program has ended, what was
 *                  not synced is lost
 *                  TERM HUP INT: that signal arrives before the call
 *                  run: the command FAULT_RUN is run before the call
 *   FAULT_CALL=F   only calls of this function count
 *   FAULT_COUNT=F  the number of calls is written to this file at the end
 *   FAULT_LOG=F    gets a line for each call: "FUNCTION PATH"
 *   FAULT_ASIDE=D  a directory of the same disk: what may have to come back
 *                  after a power cut is kept there
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

enum { UNSYNCED_MAX = 64, CHANGES_MAX = 512 };

/* A file or directory, whatever its name. */
struct node {
    dev_t device;
    ino_t inode;
};

/* Files with bytes that are not synced, held open until they are. */
static struct unsynced {
    struct node node;
    int fd;
} unsynced[UNSYNCED_MAX];
static size_t unsynced_count;

/* What was done to directories that were not synced since, in order. */
static struct change {
    enum { MADE, RENAMED, REMOVED, REMOVED_DIRECTORY } what;
    struct node directory; /* in which `to` stands; 0: it is durable */
    char from[PATH_MAX], to[PATH_MAX];
    char aside[PATH_MAX]; /* what stood at `to` before, or "" */
    mode_t mode;
} changes[CHANGES_MAX];
static size_t change_count;

static long count;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static const char *how(void)
{
    const char *text = getenv("FAULT_HOW");

    return text ? text : "";
}

static bool is_how(const char *text)
{
    return strcmp(how(), text) == 0;
}

static long wanted(void)
{
    const char *at = getenv("FAULT_AT");

    return at ? atol(at) : 0;
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

static bool keeps_track(void)
{
    return is_how("power") || is_how("zero") || strchr(how(), '!');
}

static bool is_node(struct node a, const struct stat *stat)
{
    return a.device == stat->st_dev && a.inode == stat->st_ino;
}

static void note_written(int fd)
{
    struct stat stat;

    if (!keeps_track() || fstat(fd, &stat) < 0 ||
        unsynced_count == UNSYNCED_MAX)
        return;
    for (size_t i = 0; i < unsynced_count; i++)
        if (is_node(unsynced[i].node, &stat))
            return;
    unsynced[unsynced_count++] = (struct unsynced){
        {stat.st_dev, stat.st_ino}, fcntl(fd, F_DUPFD_CLOEXEC, 100)};
}

static void note_synced(int fd)
{
    struct stat stat;

    if (!keeps_track() || fstat(fd, &stat) < 0)
        return;
    for (size_t i = 0; i < unsynced_count; i++)
        if (is_node(unsynced[i].node, &stat)) {
            REAL(close)(unsynced[i].fd);
            unsynced[i--] = unsynced[--unsynced_count];
        }
    for (size_t i = 0; i < change_count; i++)
        if (is_node(changes[i].directory, &stat))
            changes[i].directory = (struct node){0};
}

/* A path for something that is kept; "" if nothing is to be. */
static void aside_path(char *path, size_t size)
{
    static int number;
    const char *directory = getenv("FAULT_ASIDE");

    *path = '\0';
    if (directory)
        snprintf(path, size, "%s/%d", directory, ++number);
}

static struct node directory_of(const char *path)
{
    char directory[PATH_MAX];
    const char *slash = strrchr(path, '/');
    struct stat stat;

    snprintf(directory, sizeof(directory), "%.*s",
             slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    if (lstat(directory, &stat) < 0)
        return (struct node){0};
    return (struct node){stat.st_dev, stat.st_ino};
}

/* To be called before; forget() if the call then failed. */
static void note_change(int what, const char *from, const char *to)
{
    struct change *change = &changes[change_count];
    struct stat stat;
    bool is_there = lstat(to, &stat) == 0;

    if (!keeps_track() || change_count == CHANGES_MAX)
        return;
    change->what = what;
    change->directory = directory_of(to);
    snprintf(change->from, sizeof(change->from), "%s", from ? from : "");
    snprintf(change->to, sizeof(change->to), "%s", to);
    change->mode = is_there ? stat.st_mode & 07777 : 0;
    *change->aside = '\0';
    if (is_there && (what == RENAMED || what == REMOVED) &&
        !S_ISDIR(stat.st_mode)) {
        aside_path(change->aside, sizeof(change->aside));
        if (*change->aside && link(to, change->aside) < 0)
            *change->aside = '\0';
    }
    change_count++;
}

static void forget(void)
{
    if (keeps_track() && change_count > 0)
        change_count--;
}

static void take_back(const struct change *change)
{
    char away[PATH_MAX];

    switch (change->what) {
    case MADE: /* a directory goes with all that is in it */
        aside_path(away, sizeof(away));
        if (*away)
            REAL(rename)(change->to, away);
        return;
    case RENAMED:
        REAL(rename)(change->to, change->from);
        break;
    case REMOVED:
        break;
    case REMOVED_DIRECTORY:
        REAL(mkdir)(change->to, change->mode);
        return;
    }
    if (*change->aside)
        REAL(rename)(change->aside, change->to);
}

/* What was not synced is not there when the machine comes up again. */
static void lose(bool with_names)
{
    for (size_t i = 0; i < unsynced_count; i++)
        if (REAL(ftruncate)(unsynced[i].fd, 0) < 0)
            continue;
    while (with_names && change_count-- > 0)
        if (changes[change_count].directory.inode)
            take_back(&changes[change_count]);
}

static void log_call(const char *name, const char *path)
{
    FILE *file = getenv("FAULT_LOG") ? fopen(getenv("FAULT_LOG"), "ae") : NULL;

    if (!file)
        return;
    fprintf(file, "%s %s\n", name, path);
    fclose(file);
}

/* True if this call shall fail; errno is set then. */
static bool strikes(const char *name, const char *path)
{
    const char *call = getenv("FAULT_CALL"), *command = getenv("FAULT_RUN");
    bool goes_on = strchr(how(), '+') != NULL;

    if (call && strcmp(call, name) != 0)
        return false;
    count++;
    log_call(name, path);
    if (wanted() > 0 && count == wanted() + 1 && is_how("full")) {
        errno = ENOSPC;
        return true;
    }
    if (wanted() == 0 || count < wanted() || (count > wanted() && !goes_on))
        return false;
    if (error_number()) {
        errno = error_number();
        return true;
    }
    if (is_how("power") || is_how("zero"))
        lose(is_how("power"));
    if (is_how("power") || is_how("zero") || is_how("kill"))
        die();
    if (is_how("run") && command) {
        unsetenv("LD_PRELOAD");
        unsetenv("FAULT_AT");
        if (system(command) != 0)
            fprintf(stderr, "fault: the command failed\n");
    }
    if (is_how("TERM"))
        kill(getpid(), SIGTERM);
    if (is_how("HUP"))
        kill(getpid(), SIGHUP);
    if (is_how("INT"))
        kill(getpid(), SIGINT);
    return false;
}

static bool strikes_fd(const char *name, int fd)
{
    char link[64], path[PATH_MAX];
    ssize_t length;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    length = readlink(link, path, sizeof(path) - 1);
    path[length > 0 ? length : 0] = '\0';
    return strikes(name, path);
}

/* Called after each call that was done. */
static void done(void)
{
    if (wanted() > 0 && count == wanted() && is_how("after"))
        die();
}

__attribute__((destructor)) static void report(void)
{
    const char *path = getenv("FAULT_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;

    if (strchr(how(), '!'))
        lose(true);
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
    bool is_half;
    ssize_t written;

    if (!is_file(fd))
        return REAL(write)(fd, bytes, length);
    if (strikes_fd("write", fd))
        return -1;
    is_half = wanted() > 0 && count == wanted() &&
              (is_how("short") || is_how("part") || is_how("full"));
    written = REAL(write)(fd, bytes, is_half ? (length + 1) / 2 : length);
    note_written(fd);
    if (is_half && is_how("short"))
        die();
    done();
    return written;
}

int fsync(int fd)
{
    int result;

    if (strikes_fd("fsync", fd))
        return -1;
    result = REAL(fsync)(fd);
    note_synced(fd);
    done();
    return result;
}

/* A call that changes what stands at `to`. */
#define NAME_CALL(name, what, from, to, parameters, arguments) \
    int name parameters                                        \
    {                                                          \
        int result;                                            \
                                                               \
        if (strikes(#name, to))                                \
            return -1;                                         \
        note_change(what, from, to);                           \
        result = REAL(name) arguments;                         \
        if (result < 0)                                        \
            forget();                                          \
        done();                                                \
        return result;                                         \
    }

NAME_CALL(rename, RENAMED, from, to, (const char *from, const char *to),
          (from, to))
NAME_CALL(unlink, REMOVED, NULL, path, (const char *path), (path))
NAME_CALL(mkdir, MADE, NULL, path, (const char *path, mode_t mode),
          (path, mode))
NAME_CALL(rmdir, REMOVED_DIRECTORY, NULL, path, (const char *path), (path))

int remove(const char *path)
{
    struct stat stat;
    int result;

    if (strikes("remove", path))
        return -1;
    note_change(lstat(path, &stat) == 0 && S_ISDIR(stat.st_mode)
                    ? REMOVED_DIRECTORY
                    : REMOVED,
                NULL, path);
    result = REAL(remove)(path);
    if (result < 0)
        forget();
    done();
    return result;
}

int unlinkat(int fd, const char *name, int flags)
{
    char link[64], path[PATH_MAX];
    ssize_t length;
    int result;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    length = readlink(link, path, sizeof(path) / 2);
    snprintf(path + (length > 0 ? length : 0), sizeof(path) / 2, "/%s", name);
    if (strikes("unlinkat", path))
        return -1;
    note_change(REMOVED, NULL, path);
    result = REAL(unlinkat)(fd, name, flags);
    if (result < 0)
        forget();
    done();
    return result;
}

#define FD_CALL(name, parameters, arguments) \
    int name parameters                      \
    {                                        \
        int result;                          \
                                             \
        if (strikes_fd(#name, fd))           \
            return -1;                       \
        result = REAL(name) arguments;       \
        done();                              \
        return result;                       \
    }

FD_CALL(fchmod, (int fd, mode_t mode), (fd, mode))
FD_CALL(fchown, (int fd, uid_t user, gid_t group), (fd, user, group))

#define TEMPORARY_CALL(name)          \
    int name(char *path, int flags)   \
    {                                 \
        int fd;                       \
                                      \
        if (strikes(#name, path))     \
            return -1;                \
        fd = REAL(name)(path, flags); \
        if (fd >= 0)                  \
            note_new(path);           \
        done();                       \
        return fd;                    \
    }

/* It is there now, and was not before. */
static void note_new(const char *path)
{
    note_change(MADE, NULL, path);
}

TEMPORARY_CALL(mkostemp)
TEMPORARY_CALL(mkostemp64)

#define OPEN_CALL(name)                        \
    int name(const char *path, int flags, ...) \
    {                                          \
        mode_t mode = 0;                       \
        va_list arguments;                     \
        bool is_new = false;                   \
        struct stat stat;                      \
        int fd;                                \
                                               \
        if (flags & O_CREAT) {                 \
            va_start(arguments, flags);        \
            mode = va_arg(arguments, mode_t);  \
            va_end(arguments);                 \
            if (strikes(#name, path))          \
                return -1;                     \
            is_new = lstat(path, &stat) < 0;   \
        }                                      \
        fd = REAL(name)(path, flags, mode);    \
        if (fd >= 0 && is_new)                 \
            note_new(path);                    \
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

    if (strikes("virDomainDefineXMLFlags", ""))
        return NULL;
    domain = REAL(virDomainDefineXMLFlags)(conn, xml, flags);
    done();
    return domain;
}

char *virDomainGetXMLDesc(virDomainPtr domain, unsigned flags)
{
    char *text;

    if (strikes("virDomainGetXMLDesc", ""))
        return NULL;
    text = REAL(virDomainGetXMLDesc)(domain, flags);
    done();
    return text;
}

int virDomainPinEmulator(virDomainPtr domain, unsigned char *map, int length,
                         unsigned flags)
{
    int result;

    if (strikes("virDomainPinEmulator", ""))
        return -1;
    result = REAL(virDomainPinEmulator)(domain, map, length, flags);
    done();
    return result;
}
