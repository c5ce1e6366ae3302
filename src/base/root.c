/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a root directory and paths beneath it, gives texts from an arena.
 * openat2(2) with RESOLVE_IN_ROOT (Linux 5.6) keeps links inside a root that
 * is not the host's own.
 */
#include "base/root.h"

#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FILE_MAX = 16 * 1024 * 1024 };

struct root {
    int fd;
    char *path; /* as given */
    char *real; /* without links; NULL of one that was entered */
    bool is_host;
};

/*
 * Without openat2: opens only by name, asks the kernel where that led, and
 * takes it only if it is beneath the root. An absolute link then reads as
 * absent instead of being followed inside the root.
 */
static int open_checked(const struct root *root, const char *path, int flags)
{
    char name[64], target[PATH_MAX];
    size_t length = root->real ? strlen(root->real) : 0;
    int handle =
        openat(root->fd, path,
               O_PATH | O_CLOEXEC | (flags & (O_NOFOLLOW | O_DIRECTORY)));
    ssize_t got;
    int fd;

    if (handle < 0)
        return -1;
    if (!root->real) {
        /* Entered: what is named there is opened, no link is followed. */
        close(handle);
        return openat(root->fd, path, flags | O_NOFOLLOW | O_CLOEXEC);
    }
    snprintf(name, sizeof(name), "/proc/self/fd/%d", handle);
    got = readlink(name, target, sizeof(target) - 1);
    if (got < 0 || strncmp(target, root->real, length) != 0 ||
        (target[length] != '/' && (size_t)got != length)) {
        close(handle);
        errno = EXDEV;
        return -1;
    }
    if (flags & O_PATH)
        return handle;
    fd = open(name, (flags & ~O_NOFOLLOW) | O_CLOEXEC);
    close(handle);
    return fd;
}

/*
 * Of an absolute link that names a place beneath the root by its whole path:
 * whoever writes there by name gets there, so it is read there, too.
 */
static int open_named(const struct root *root, const char *path, int flags)
{
    int fd = root->real ? open_checked(root, path, flags) : -1;

    if (fd < 0)
        errno = ENOENT;
    return fd;
}

/*
 * Beyond ".." the kernel gives up with EAGAIN if anybody renames anything at
 * that moment, in whatever directory: openat2(2) says to try again.
 */
static int open_in_root(const struct root *root, const char *path, int flags)
{
    enum { TRIES = 1000 };
    struct open_how how = {
        .flags = (unsigned)(flags | O_CLOEXEC),
        .resolve = RESOLVE_IN_ROOT,
    };
    int fd, tries = 0;

    do
        fd = (int)syscall(SYS_openat2, root->fd, path, &how, sizeof(how));
    while (fd < 0 && errno == EAGAIN && tries++ < TRIES);
    return fd;
}

static int open_beneath(const struct root *root, const char *path, int flags)
{
    int fd;

    if (root_is_host(root))
        return openat(root->fd, path, flags | O_CLOEXEC);
    fd = open_in_root(root, path, flags);
    if (fd >= 0 || (errno != ENOSYS && errno != ENOENT))
        return fd;
    return errno == ENOSYS ? open_checked(root, path, flags)
                           : open_named(root, path, flags);
}

/* Beneath a file there is nothing: every path ends in ENOTDIR. */
static struct root *open_nowhere(void)
{
    struct root *root = mem_alloc(1, sizeof(*root));

    root->fd = open("/dev/null", O_PATH | O_CLOEXEC);
    root->path = mem_strdup(ROOT_NOWHERE);
    root->real = mem_strdup(ROOT_NOWHERE);
    return root;
}

struct root *root_open(const char *path, struct err *err)
{
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    char *real = fd < 0 ? NULL : realpath(path, NULL);
    struct root *root;

    if (strcmp(path, ROOT_NOWHERE) == 0)
        return open_nowhere();
    if (!real) {
        char *name CLEANUP(mem_free) = str_printable(path);

        err_set(err, err_code_of_errno(errno),
                "The directory %.300s cannot be opened: %s.", name,
                strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    root = mem_alloc(1, sizeof(*root));
    root->fd = fd;
    root->path = mem_strdup(path);
    root->real = real;
    root->is_host = strcmp(path, "/") == 0;
    return root;
}

struct root *root_enter(const struct root *root, const char *path)
{
    int fd = open_beneath(root, path, O_PATH | O_DIRECTORY);
    struct root *entered;

    if (fd < 0)
        return NULL;
    entered = mem_alloc(1, sizeof(*entered));
    entered->fd = fd;
    entered->is_host = root->is_host;
    entered->path = mem_alloc(strlen(root->path) + strlen(path) + 2, 1);
    sprintf(entered->path, "%s/%s", root->path, path);
    return entered;
}

void root_free(struct root *root)
{
    if (!root)
        return;
    close(root->fd);
    free(root->path);
    free(root->real);
    free(root);
}

const char *root_path(const struct root *root)
{
    return root->path;
}

bool root_is_host(const struct root *root)
{
    return root->is_host;
}

/* Reads to the end and closes; false with errno set. */
static bool read_all(int fd, struct str *str)
{
    char buffer[8192];
    ssize_t got;
    int number = 0;

    while (number == 0 && (got = read(fd, buffer, sizeof(buffer))) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            number = errno;
        else if (str->length + (size_t)got > FILE_MAX)
            number = EFBIG;
        else
            str_add_bytes(str, buffer, (size_t)got);
    }
    close(fd);
    errno = number;
    return number == 0;
}

char *root_read(const struct root *root, struct arena *arena, const char *path)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    int fd = open_beneath(root, path, O_RDONLY | O_NONBLOCK);

    if (fd < 0 || !read_all(fd, &str))
        return NULL;
    for (size_t i = 0; i < str.length; i++)
        if (str.text[i] == '\0')
            str.text[i] = ' ';
    if (str.length > 0 && str.text[str.length - 1] == '\n')
        str.text[str.length - 1] = '\0';
    return arena_strdup(arena, str_text(&str));
}

char **root_read_words(const struct root *root, struct arena *arena,
                       const char *path)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    int fd = open_beneath(root, path, O_RDONLY | O_NONBLOCK);
    size_t count = 1, at = 0;
    char **words;

    if (fd < 0 || !read_all(fd, &str))
        return NULL;
    for (size_t i = 0; i < str.length; i++)
        count += str.text[i] == '\0';
    words = arena_alloc(arena, count + 1, sizeof(*words));
    for (size_t i = 0; at < str.length; i++) {
        words[i] = arena_strdup(arena, str.text + at);
        at += strlen(str.text + at) + 1;
    }
    return words;
}

char *root_read_exact(const struct root *root, const char *path)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    int fd = open_beneath(root, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    struct stat stat;

    if (fd < 0)
        return NULL;
    if (fstat(fd, &stat) < 0 || !S_ISREG(stat.st_mode)) {
        close(fd);
        errno = EINVAL;
        return NULL;
    }
    if (!read_all(fd, &str))
        return NULL;
    if (str.length > 0 && memchr(str.text, '\0', str.length)) {
        errno = EILSEQ;
        return NULL;
    }
    return str_steal(&str);
}

size_t root_read_bytes(const struct root *root, const char *path, void *buffer,
                       size_t size)
{
    int fd = open_beneath(root, path, O_RDONLY | O_NONBLOCK);
    size_t used = 0;
    ssize_t got = 1;

    while (fd >= 0 && used < size && got > 0) {
        got = read(fd, (char *)buffer + used, size - used);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got > 0)
            used += (size_t)got;
    }
    if (fd >= 0)
        close(fd);
    return used;
}

bool root_read_number(const struct root *root, const char *path,
                      unsigned long *number)
{
    char buffer[32];
    int fd = open_beneath(root, path, O_RDONLY | O_NONBLOCK);
    ssize_t got;

    if (fd < 0)
        return false;
    got = read(fd, buffer, sizeof(buffer) - 1);
    close(fd);
    if (got <= 0 || (size_t)got == sizeof(buffer) - 1 ||
        memchr(buffer, '\0', (size_t)got))
        return false;
    buffer[got] = '\0';
    return str_number(str_trim(buffer), ULONG_MAX, number);
}

char *root_read_target(const struct root *root, struct arena *arena,
                       const char *path)
{
    char target[PATH_MAX];
    int fd = -1;
    ssize_t length;

    if (!strchr(path, '/')) { /* no link on the way there */
        length = readlinkat(root->fd, path, target, sizeof(target) - 1);
    } else {
        fd = open_beneath(root, path, O_PATH | O_NOFOLLOW);
        if (fd < 0)
            return NULL;
        length = readlinkat(fd, "", target, sizeof(target) - 1);
        close(fd);
    }
    if (length < 0)
        return NULL;
    return arena_strndup(arena, target, (size_t)length);
}

char *root_read_link(const struct root *root, struct arena *arena,
                     const char *path)
{
    char *target = root_read_target(root, arena, path);
    char *slash = target ? strrchr(target, '/') : NULL;

    return slash ? slash + 1 : target;
}

bool root_exists(const struct root *root, const char *path)
{
    int fd = open_beneath(root, path, O_PATH);

    if (fd < 0)
        return false;
    close(fd);
    return true;
}

void root_status(const struct root *root, const char *path, mode_t *mode,
                 gid_t *group)
{
    int fd = open_beneath(root, path, O_PATH);
    struct stat stat = {0};

    if (fd >= 0) {
        if (fstat(fd, &stat) < 0)
            stat = (struct stat){0};
        close(fd);
    }
    *mode = stat.st_mode;
    *group = stat.st_gid;
}

bool root_size(const struct root *root, const char *path, uint64_t *length,
               uint64_t *allocated)
{
    enum { BLOCK = 512 }; /* stat(3type), whatever the file system's is */
    int fd = open_beneath(root, path, O_PATH);
    struct stat stat;
    bool is_file = fd >= 0 && fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode);

    if (fd >= 0)
        close(fd);
    if (is_file) {
        *length = (uint64_t)stat.st_size;
        *allocated = (uint64_t)stat.st_blocks * BLOCK;
    }
    return is_file;
}

unsigned root_mode(const struct root *root, const char *path)
{
    mode_t mode;
    gid_t group;

    root_status(root, path, &mode, &group);
    return mode;
}

static int compare_names(const void *a, const void *b)
{
    return strverscmp(*(char *const *)a, *(char *const *)b);
}

char **root_list(const struct root *root, struct arena *arena, const char *path,
                 size_t *count)
{
    char **names = NULL, **list;
    size_t used = 0, capacity = 0;
    int fd = open_beneath(root, path, O_RDONLY | O_DIRECTORY);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;

    if (count)
        *count = 0;
    if (!directory) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    while ((entry = readdir(directory))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (used == capacity) {
            capacity = capacity ? 2 * capacity : 64;
            names = mem_realloc(names, capacity, sizeof(*names));
        }
        names[used++] = arena_strdup(arena, entry->d_name);
    }
    closedir(directory);
    if (used > 0)
        qsort(names, used, sizeof(*names), compare_names);
    list = arena_alloc(arena, used + 1, sizeof(*list));
    if (used > 0)
        memcpy(list, names, used * sizeof(*names));
    free(names);
    if (count)
        *count = used;
    return list;
}
