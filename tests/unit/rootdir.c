/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes a list of files and texts, gives a directory that has them. */
#include "rootdir.h"

#include "support.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Makes every directory that ends in a slash of the path. */
static void make_parents(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        assert_with(mkdir(path, 0755) == 0 || errno == EEXIST, path);
        *slash = '/';
    }
}

static void add(const char *top, const char *item)
{
    size_t length = strcspn(item, "=*>");
    const char *text = item[length] ? item + length + 1 : "";
    struct str path CLEANUP(str_free) = STR_INIT;

    str_addf(&path, "%s/%.*s", top, (int)length, item);
    make_parents(path.text);
    if (str_ends(path.text, "/"))
        return;
    if (item[length] == '>') {
        assert_int_equal(symlink(text, path.text), 0);
        return;
    }
    write_text(path.text, text);
    assert_int_equal(chmod(path.text, item[length] == '*' ? 0755 : 0644), 0);
}

struct rootdir *rootdir_new(const char *const *list)
{
    struct rootdir *dir = mem_alloc(1, sizeof(*dir));
    struct err err = {0};

    dir->path = scratch_new();
    dir->arena = arena_new();
    for (; *list; list++)
        add(dir->path, *list);
    dir->root = root_open(dir->path, &err);
    assert_non_null(dir->root);
    return dir;
}

void rootdir_free(struct rootdir *dir)
{
    root_free(dir->root);
    arena_free(dir->arena);
    scratch_free(dir->path);
    free(dir);
}
