/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes names and bytes, appends blocks of 512 bytes. Writes no file. */
#include "base/tar.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>

enum { BLOCK = 512, NAME = 100 };

struct header { /* all text; the standard names the fields */
    char name[NAME], mode[8], uid[8], gid[8], size[12], mtime[12], chksum[8];
    char typeflag, linkname[NAME], magic[6], version[2], uname[32], gname[32];
    char devmajor[8], devminor[8], prefix[155], rest[12];
};

static void fill(struct str *tar, size_t length)
{
    static const char zeros[2 * BLOCK];

    str_add_bytes(tar, zeros, length);
}

static void add_block(struct str *tar, const char *path, char type,
                      const char *mode, const char *target, size_t size)
{
    struct header header = {.typeflag = type};
    const unsigned char *bytes = (const unsigned char *)&header;
    unsigned sum = 0;

    memcpy(header.name, path, strnlen(path, sizeof(header.name)));
    memcpy(header.linkname, target, strnlen(target, sizeof(header.linkname)));
    memcpy(header.mode, mode, strlen(mode));
    memcpy(header.uid, "0000000", 8);
    memcpy(header.gid, "0000000", 8);
    snprintf(header.size, sizeof(header.size), "%011zo", size);
    memcpy(header.mtime, "00000000000", 12);
    memcpy(header.magic, "ustar", 6);
    memcpy(header.version, "00", 2);
    memset(header.chksum, ' ', sizeof(header.chksum));
    for (size_t i = 0; i < sizeof(header); i++)
        sum += bytes[i];
    snprintf(header.chksum, sizeof(header.chksum), "%06o", sum);
    str_add_bytes(tar, (const char *)&header, sizeof(header));
}

static void add_bytes(struct str *tar, const char *bytes, size_t length)
{
    str_add_bytes(tar, bytes, length);
    fill(tar, (BLOCK - length % BLOCK) % BLOCK);
}

/* "LENGTH path=VALUE\n", where the length counts itself. */
static void add_record(struct str *str, const char *key, const char *value)
{
    size_t rest = strlen(key) + strlen(value) + 3, length = rest + 1;

    while (length != rest + (size_t)snprintf(NULL, 0, "%zu", length))
        length = rest + (size_t)snprintf(NULL, 0, "%zu", length);
    str_addf(str, "%zu %s=%s\n", length, key, value);
}

/* What has no room in the header stands in one of pax before it. */
static void add(struct str *tar, const char *path, char type, const char *mode,
                const char *target, size_t size)
{
    struct str records CLEANUP(str_free) = STR_INIT;

    if (strlen(path) > NAME)
        add_record(&records, "path", path);
    if (strlen(target) > NAME)
        add_record(&records, "linkpath", target);
    if (records.length > 0) {
        add_block(tar, "pax", 'x', "0000644", "", records.length);
        add_bytes(tar, str_text(&records), records.length);
    }
    add_block(tar, path, type, mode, target, size);
}

void tar_add_directory(struct str *tar, const char *path)
{
    add(tar, path, '5', "0000755", "", 0);
}

void tar_add_file(struct str *tar, const char *path, const char *bytes,
                  size_t length)
{
    add(tar, path, '0', "0000644", "", length);
    add_bytes(tar, bytes, length);
}

void tar_add_link(struct str *tar, const char *path, const char *target)
{
    add(tar, path, '2', "0000777", target, 0);
}

void tar_end(struct str *tar)
{
    fill(tar, 2 * BLOCK);
}
