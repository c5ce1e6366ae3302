/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes texts and paths, gives files. This is the only place in the program
 * that renames, removes or makes files; everything is synced before it is
 * called done.
 */
#include "apply/file.h"

#include "base/mem.h"
#include "base/root.h"
#include "base/str.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TEMPORARY ".virt-tune-"

static char *join(const char *root, const char *path)
{
    struct str str = STR_INIT;

    str_addf(&str, "%s%s%s", root, str_ends(root, "/") ? "" : "/", path);
    return str_steal(&str);
}

/* The directory of a path; free it. */
static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *copy;

    if (!slash)
        return mem_strdup(".");
    copy = mem_strdup(path);
    copy[slash == path ? 1 : slash - path] = '\0';
    return copy;
}

/*
 * True unless a link leads out of a root that is not the host's own: what a
 * user may have laid beneath his directory must not steer root's writes.
 */
static bool is_inside(const char *root, const char *path)
{
    char *directory CLEANUP(mem_free) = directory_of(path);
    char *real_root, *real;
    bool is_beneath;
    size_t length;

    if (strcmp(root, "/") == 0 || strcmp(root, ".") == 0)
        return true; /* the user named the whole path */
    real_root = realpath(root, NULL);
    real = realpath(directory, NULL);
    length = real_root ? strlen(real_root) : 0;
    is_beneath = real_root && real && strncmp(real, real_root, length) == 0 &&
                 (real[length] == '/' || real[length] == '\0');
    free(real_root);
    free(real);
    return is_beneath;
}

/* The same of a directory, which may be such a link itself. */
static bool is_directory_inside(const char *root, const char *path)
{
    char *within CLEANUP(mem_free) = join(path, ".");

    return is_inside(root, within);
}

static bool refuse_link(struct err *err, const char *path)
{
    return err_set(err, ERR_REFUSED,
                   "%s leads out of the directory of --root by a link; nothing "
                   "is written there.",
                   path);
}

static bool fail(struct err *err, const char *path, const char *what)
{
    int number = errno;
    char *name CLEANUP(mem_free) = str_printable(path);

    return err_set(err, err_code_of_errno(number), "%.300s cannot be %s: %s.",
                   name, text_of(what), strerror(number));
}

static bool sync_directory(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_synced = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    return is_synced;
}

/*
 * Makes durable that something is gone from a directory, whoever removed it:
 * that may be one of us who was killed then. It may be gone itself.
 */
static bool sync_gone(const char *directory)
{
    return sync_directory(directory) || errno == ENOENT || errno == ENOTDIR;
}

static bool write_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, text, length);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            if (written == 0)
                errno = ENOSPC;
            return false;
        }
        text += written;
        length -= (size_t)written;
    }
    return true;
}

/* Writes, syncs and closes; the file is removed if that fails. */
static bool fill(int fd, const char *temporary, const char *text, size_t length,
                 mode_t mode, const struct stat *owner)
{
    bool is_filled = write_all(fd, text, length) &&
                     (!owner || fchown(fd, owner->st_uid, owner->st_gid) == 0 ||
                      geteuid() != 0) &&
                     fchmod(fd, mode) == 0 && fsync(fd) == 0;
    int number = errno;

    if (close(fd) < 0 && is_filled) {
        number = errno;
        is_filled = false;
    }
    if (!is_filled)
        unlink(temporary);
    errno = number;
    return is_filled;
}

static bool replace(const char *path, const char *directory, const char *text,
                    size_t length, mode_t mode, const struct stat *owner,
                    struct err *err)
{
    char *own CLEANUP(mem_free) = directory_of(path);
    char *temporary CLEANUP(mem_free) =
        join(directory ? directory : own, TEMPORARY "XXXXXX");
    int fd = mkostemp(temporary, O_CLOEXEC);

    if (fd < 0)
        return fail(err, path, N_("written"));
    if (!fill(fd, temporary, text, length, mode, owner))
        return fail(err, path, N_("written"));
    if (rename(temporary, path) < 0) {
        fail(err, path, N_("replaced"));
        unlink(temporary);
        return false;
    }
    return sync_directory(own) || fail(err, path, N_("made durable"));
}

bool file_replace(const char *root, const char *path, const char *beside,
                  const char *text, size_t length, mode_t mode, struct err *err)
{
    char *full CLEANUP(mem_free) = join(root, path);
    char *other CLEANUP(mem_free) = beside ? join(root, beside) : NULL;
    struct stat now;
    bool exists = lstat(full, &now) == 0;

    if (!is_inside(root, full))
        return refuse_link(err, full);
    if (exists && !S_ISREG(now.st_mode))
        return err_set(err, ERR_REFUSED,
                       "%s is no regular file; it is left alone. Move it away "
                       "first.",
                       full);
    if (exists && !(mode & 0111))
        mode = now.st_mode & 07777;
    return replace(full, other, text, length, mode, exists ? &now : NULL, err);
}

bool file_rewrite(const char *path, const char *text, size_t length,
                  struct err *err)
{
    struct stat now;

    if (stat(path, &now) < 0)
        return fail(err, path, N_("read"));
    return replace(path, NULL, text, length, now.st_mode & 07777, &now, err);
}

bool file_create(const char *path, const char *text, size_t length, mode_t mode,
                 struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    char *directory CLEANUP(mem_free) = directory_of(path);

    if (fd < 0 || !fill(fd, path, text, length, mode, NULL) ||
        !sync_directory(directory))
        return fail(err, path, N_("written"));
    return true;
}

bool file_remove(const char *root, const char *path, struct err *err)
{
    char *full CLEANUP(mem_free) = join(root, path);
    char *directory CLEANUP(mem_free) = directory_of(full);

    if (!is_inside(root, full))
        return access(full, F_OK) < 0 || refuse_link(err, full);
    if (unlink(full) < 0 && errno != ENOENT)
        return fail(err, full, N_("removed"));
    return sync_gone(directory) || fail(err, full, N_("removed durably"));
}

/*
 * Ours is made durable even if it is there: its maker may have been killed.
 * `is_exact`: whatever the umask.
 */
static bool make_if_missing(const char *path, mode_t mode, bool is_ours,
                            bool is_exact)
{
    char *above CLEANUP(mem_free) = directory_of(path);

    if (mkdir(path, mode) < 0)
        return errno == EEXIST && (!is_ours || sync_directory(above));
    if (is_exact && chmod(path, mode) < 0)
        return false;
    return sync_directory(above);
}

bool file_make_directory(const char *root, const char *path, mode_t mode,
                         struct err *err)
{
    char *full CLEANUP(mem_free) = join(root, path);

    for (char *slash = strchr(full + 1, '/');; slash = strchr(slash + 1, '/')) {
        bool is_last = !slash, is_ours;

        if (slash)
            *slash = '\0';
        is_ours = strlen(full) > strlen(root);
        if (*full && !make_if_missing(full, is_last ? mode : 0755, is_ours,
                                      is_ours && mode == 0755))
            return fail(err, full, N_("made"));
        if (is_ours && !is_directory_inside(root, full))
            return refuse_link(err, full);
        if (is_last)
            return true;
        *slash = '/';
    }
}

static bool has_entries(const char *directory)
{
    DIR *stream = opendir(directory);
    size_t count = 0;

    while (stream && count < 3 && readdir(stream))
        count++;
    if (stream)
        closedir(stream);
    return count > 2; /* "." and ".." */
}

bool file_remove_empty(const char *root, const char *path, struct err *err)
{
    char *full CLEANUP(mem_free) = join(root, path);
    char *directory CLEANUP(mem_free) = directory_of(full);

    if (!is_inside(root, full))
        return true; /* it is not the one that was made */
    if (rmdir(full) < 0 && errno != ENOENT)
        return errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR ||
               (errno == EROFS && has_entries(full)) ||
               fail(err, full, N_("removed"));
    return sync_gone(directory) || fail(err, full, N_("removed durably"));
}

bool file_is_writable(const char *root, const char *path)
{
    char *at = join(root, path);
    bool is_writable;

    while (access(at, F_OK) < 0 && errno == ENOENT && strcmp(at, "/") != 0 &&
           strcmp(at, ".") != 0) {
        char *up = directory_of(at);

        free(at);
        at = up;
    }
    if (access(at, F_OK) == 0) {
        struct stat now;
        char *directory;

        if (stat(at, &now) == 0 && !S_ISDIR(now.st_mode)) {
            directory = directory_of(at);
            free(at);
            at = directory;
        }
    }
    is_writable = access(at, W_OK) == 0;
    free(at);
    return is_writable;
}

char *file_read(const char *root_directory, const char *path)
{
    struct root *root = root_open(root_directory, NULL);
    char *text = root ? root_read_exact(root, path) : NULL;

    root_free(root);
    return text;
}

const char *file_obstacle(int number)
{
    switch (number) {
    case EILSEQ:
        return _("it has a NUL byte");
    case 0:
    case EINVAL:
    case EISDIR:
    case ELOOP:
        return _("it is no regular file");
    default:
        return strerror(number);
    }
}

static bool refuse_to_read(const char *path, int number, struct err *err)
{
    char *name CLEANUP(mem_free) = str_printable(path);

    return err_set(err, ERR_REFUSED,
                   "%.300s cannot be read: %s. It is left alone; move it away "
                   "first.",
                   name, file_obstacle(number));
}

bool file_look(const char *root_directory, const char *path, char **text,
               struct err *err)
{
    struct root *root = root_open(root_directory, NULL);
    char *full CLEANUP(mem_free) = join(root_directory, path);
    int number;

    *text = root ? root_read_exact(root, path) : NULL;
    number = errno;
    root_free(root);
    if (*text || number == ENOENT || number == ENOTDIR)
        return true;
    return number == EACCES || number == EPERM
               ? fail(err, full, N_("read"))
               : refuse_to_read(full, number, err);
}

bool file_is_other(const char *path, const char *text)
{
    struct err problem = {0};
    char *now CLEANUP(mem_free) = NULL;
    bool is_absolute = *path == '/';

    if (!file_look(is_absolute ? "/" : ".", path + is_absolute, &now, &problem))
        return true;
    return now && strcmp(now, text) != 0;
}

bool file_is_executable(const char *root, const char *path)
{
    char *full CLEANUP(mem_free) = join(root, path);
    struct stat now;

    return stat(full, &now) == 0 && S_ISREG(now.st_mode) &&
           (now.st_mode & 0111);
}

bool file_make(const char *path, mode_t mode, struct err *err)
{
    char *directory CLEANUP(mem_free) = directory_of(path);

    return (mkdir(path, mode) == 0 && sync_directory(directory)) ||
           fail(err, path, N_("made"));
}

bool file_rename(const char *from, const char *to, struct err *err)
{
    char *directory CLEANUP(mem_free) = directory_of(to);

    return (rename(from, to) == 0 && sync_directory(directory)) ||
           fail(err, to, N_("made"));
}

void file_remove_temporaries(const char *directory)
{
    DIR *stream = opendir(directory);
    const struct dirent *entry;

    while (stream && (entry = readdir(stream)))
        if (str_starts(entry->d_name, TEMPORARY) &&
            strlen(entry->d_name) == strlen(TEMPORARY "XXXXXX"))
            unlinkat(dirfd(stream), entry->d_name, 0);
    if (stream)
        closedir(stream);
}

static int remove_one(const char *path, const struct stat *stat, int type,
                      struct FTW *ftw)
{
    (void)stat;
    (void)type;
    (void)ftw;
    return remove(path);
}

bool file_remove_tree(const char *path, struct err *err)
{
    struct stat now;

    if (lstat(path, &now) < 0 && errno == ENOENT)
        return true;
    return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0 ||
           fail(err, path, N_("removed"));
}

/* Gives the descriptor, or closes it and gives -1. */
static int lock_opened(int fd, const char *path, struct err *err)
{
    static const struct timespec pause = {0, 50000000};

    for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; i++) {
        bool is_held = errno == EWOULDBLOCK;

        if (i == 200 || (!is_held && errno != EINTR)) {
            if (is_held)
                err_set(err, ERR_CHANGED,
                        "Another virt-tune is writing just now. Nothing was "
                        "written; try again when it is done.");
            else
                fail(err, path, N_("locked"));
            close(fd);
            return -1;
        }
        nanosleep(&pause, NULL);
    }
    return fd;
}

int file_lock(const char *root, const char *path, struct err *err)
{
    char *full CLEANUP(mem_free) = join(root, path);
    int fd = open(full, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0) {
        fail(err, full, N_("written"));
        return -1;
    }
    return lock_opened(fd, full, err);
}

bool file_lock_beside(const char *path, int *lock, struct err *err)
{
    char *directory CLEANUP(mem_free) = directory_of(path);
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    *lock = -1;
    if (fd < 0)
        return true;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0 && errno != EWOULDBLOCK) {
        close(fd); /* a file system without: there is no more to be had */
        return true;
    }
    *lock = lock_opened(fd, directory, err);
    return *lock >= 0;
}

void file_unlock(int lock)
{
    if (lock >= 0)
        close(lock);
}

bool file_is_locked(const char *root, const char *path)
{
    char *full CLEANUP(mem_free) = join(root, path);
    int fd = open(full, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool is_locked =
        fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;

    if (fd >= 0)
        close(fd);
    return is_locked;
}
