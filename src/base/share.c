/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes a name, gives the directory of that name beside the program. */
#include "base/share.h"

#include "base/str.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *share_find(const char *name)
{
    static const char *const places[] = {"share", "../share"};
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    char *real = NULL;

    if (length < 0)
        return NULL;
    self[length] = '\0';
    *strrchr(self, '/') = '\0';
    for (size_t i = 0; !real && i < sizeof(places) / sizeof(*places); i++) {
        struct str path = STR_INIT;

        str_addf(&path, "%s/%s/%s", self, places[i], name);
        real = realpath(str_text(&path), NULL);
        str_free(&path);
    }
    return real;
}
