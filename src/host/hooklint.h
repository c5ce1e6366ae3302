/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Known faults of other people's hooks, with file and line. The hooks are read
 * and never run; what a script makes up as it runs cannot be seen.
 */
#ifndef HOST_HOOKLINT_H
#define HOST_HOOKLINT_H

#include "base/finding.h"
#include "host/hookfile.h"
#include "host/host.h"

struct hook_fault {
    const char *id;
    bool is_of_file;      /* that it can run at all; else of what it does */
    enum verdict verdict; /* a warning, or a note */
    const char *path;     /* beneath /etc/libvirt/hooks */
    unsigned line;        /* the first; 0: the file itself */
    const char *lines;    /* all of them, "12, 40"; or "" */
    const char *text;     /* what is wrong; may hold what the script holds */
    const char *cure;
};

struct hook_faults {
    struct hook_fault *list;
    size_t count, capacity;
    size_t file_count;   /* hooks that were looked at */
    size_t other_count;  /* of these those that virt-tune's does not run */
    const char *problem; /* what could not be looked at, or NULL */
};

/* Judges all hooks beneath `root`; free the list. */
void hooklint_read(const struct host *host, const struct root *root,
                   struct arena *arena, struct hook_faults *faults);
void hooklint_free(struct hook_faults *faults);

#endif
