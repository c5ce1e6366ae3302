/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How each boot loader keeps the kernel's command line. Private to the boot
 * loaders.
 */
#ifndef HOST_BOOTLOADER_FILE_H
#define HOST_BOOTLOADER_FILE_H

#include "host/bootloader.h"

struct search {
    const struct root *root;
    struct arena *arena;
    struct bootloader *bootloader; /* to fill */
    const char *command_line;      /* of the running kernel */
    const char *release;           /* of the running kernel */
};

/* Where the EFI system partition, or /boot, may be mounted. */
enum { BOOTLOADER_PLACES = 3 };
extern const char *const bootloader_places[BOOTLOADER_PLACES];

/* The text of a file, "" if it cannot be read. */
const char *bootloader_text(const struct search *search, const char *path);

/*
 * A variable that the boot loader left in the firmware (systemd's Boot Loader
 * Interface), or "".
 */
const char *bootloader_variable(const struct search *search, const char *name);

/* True if os-release names this system as itself or as what it is like. */
bool bootloader_is_like(const struct search *search, const char *id);

/* A file beneath `directory` that ends so and has such a line start, or NULL */
const char *bootloader_find(const struct search *search, const char *directory,
                            const char *suffix, const char *start);

/* The next line of a text without blanks around it; NULL at the end. */
char *bootloader_next_line(struct arena *arena, const char **at);

/*
 * Adds a line of a file, with the place of its options; NULL if it is none to
 * be shown and copied.
 */
struct bootloader_line *bootloader_add_line(const struct search *search,
                                            const char *file, const char *text,
                                            size_t at, size_t length);

/* A line that is not there yet, such as NAME="". */
void bootloader_add_missing(const struct search *search, const char *file,
                            const char *text, size_t at);

/*
 * Follows a shell's variable, which has `value`, through a file: adds each
 * line that has a part in what it is at last, and gives that. A line that does
 * not go on from what was before makes the lines from `first` on void.
 */
const char *bootloader_follow(const struct search *search, const char *file,
                              const char *name, size_t first,
                              const char *value);

/* bootloader_kind.c: fill lines, file, options and command. */
void bootloader_read_grub(const struct search *search);
void bootloader_read_grubby(const struct search *search);
void bootloader_read_entries(const struct search *search);
void bootloader_read_uki(const struct search *search);
void bootloader_read_kernelstub(const struct search *search);

#endif
