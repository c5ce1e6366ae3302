/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The boot loader in use, the kernel command line that it is configured with,
 * and how somebody else would change that. Nothing here writes.
 */
#ifndef HOST_BOOTLOADER_H
#define HOST_BOOTLOADER_H

#include "base/root.h"

enum bootloader_kind {
    BOOTLOADER_NONE,       /* none is known */
    BOOTLOADER_NIXOS,      /* its configuration writes all boot files */
    BOOTLOADER_OSTREE,     /* rpm-ostree keeps the command line */
    BOOTLOADER_KERNELSTUB, /* Pop!_OS: kernelstub does */
    BOOTLOADER_GRUBBY,     /* Fedora and RHEL: grubby edits every entry */
    BOOTLOADER_UKI,        /* it is part of a unified kernel image */
    BOOTLOADER_ENTRIES,    /* systemd-boot, entries of its own */
    BOOTLOADER_GRUB,
    BOOTLOADER_KIND_COUNT,
};

/* A line of a file that has kernel options, or would have them. */
struct bootloader_line {
    const char *file;  /* "/etc/default/grub" */
    const char *text;  /* the whole line, printable */
    const char *parts; /* the lines of the file that the shell joins to it */
    size_t at, length; /* of the options in it */
    bool is_there;     /* false: the file has no such line yet */
};

struct bootloader {
    enum bootloader_kind kind;     /* the likeliest */
    const char *name;              /* "GRUB", or "" */
    const char *file;              /* where to look, or "" */
    struct bootloader_line *lines; /* new options go into the first */
    size_t line_count;             /* 0: a command changes them */
    const char *options; /* the configured command line, NULL if unknown */
    const char *command; /* makes an edited file effective; "" if nothing */
    bool is_guess;       /* the running kernel shows no sign of it */
    const char *others;  /* "GRUB and systemd-boot": found as well, or "" */
};

/* Looks for every boot loader that is known; never fails. */
void bootloader_probe(const struct root *root, struct arena *arena,
                      struct bootloader *bootloader);

/*
 * What to do by hand, line by line, so that the command line gets the words
 * of `add` and loses those of `remove` (apart by blanks, "" for none): each
 * line before and after, and the command that makes it effective.
 */
const char *bootloader_recipe(const struct bootloader *bootloader,
                              struct arena *arena, const char *add,
                              const char *remove);

#endif
