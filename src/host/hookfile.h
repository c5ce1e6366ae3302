/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hooks of QEMU domains that are installed on a host, whoever wrote them:
 * /etc/libvirt/hooks/qemu, the files of qemu.d, the tree
 * qemu.d/GUEST/OPERATION/SUBOPERATION of VFIO-Tools, what these read, and the
 * user's own commands of virt-tune's hook. They are read, never run.
 */
#ifndef HOST_HOOKFILE_H
#define HOST_HOOKFILE_H

#include "base/root.h"
#include "host/shell.h"

#include <sys/types.h>

/* Beneath it all paths of hooks are told. */
#define HOOKS "etc/libvirt/hooks"

enum hook_place {
    HOOK_CALLED,  /* libvirt itself runs it, for every guest */
    HOOK_TREE,    /* the dispatcher runs it, for one guest */
    HOOK_COMMAND, /* virt-tune's hook runs it, for one guest */
    HOOK_STRAY,   /* beneath qemu.d, where nobody looks for it */
    HOOK_HELPER,  /* beside them, and named in one of them */
};

enum hook_language { HOOK_SHELL, HOOK_OTHER, HOOK_BINARY };

struct hook_file {
    const char *path; /* "qemu.d/win10/prepare/begin/start.sh" */
    enum hook_place place;
    enum hook_language language;
    mode_t mode; /* 0: a link that leads nowhere */
    gid_t group;
    const char *text; /* NULL: could not be read; see `problem` */
    struct shell_script script;
};

struct hook_files {
    struct hook_file *list;
    size_t count, capacity;
    size_t command_count;  /* of all scripts */
    bool has_dispatcher;   /* one of those that are called may run a tree */
    const char *directory; /* the first one of qemu.d, or NULL */
    const char *problem;   /* what could not be looked at, or NULL */
    const char *main_is;   /* "a directory" if "qemu" itself is one; or NULL */
};

/* Reads them. Texts are the arena's; at most some hundred files are read. */
void hookfile_read(const struct root *root, struct arena *arena,
                   struct hook_files *files);
void hookfile_free(struct hook_files *files);

/* A backup or a leftover, by its name. */
bool hookfile_is_leftover(const char *path);

#endif
