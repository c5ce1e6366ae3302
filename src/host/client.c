/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the open files of all processes, gives the PCI functions whose device
 * nodes (/dev/dri, /dev/snd, /dev/nvidia*, /dev/vfio, disks) are open, and
 * drivers that hang if they are taken away then. Names only: opens no device.
 * The files of other users' processes can be seen by root alone.
 */
#include "host/block.h"

#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Looks at so many open files, then says that it has not seen all. */
enum { FILES_MAX = 1 << 20 };

/* Drivers that do not let go while programs have the device open. */
static const char *const clinging[] = {
    "nvidia", /* unbinding waits for ever in the kernel */
};

/* A name beneath /dev that belongs to a function. */
struct node {
    const char *name; /* "dri/card0" */
    const struct pci_device *device;
    bool is_disk, is_written; /* a process may write to it */
    size_t process_count;
    const char *processes[4]; /* the first, "Xorg (1432)" */
    long last;                /* the last process that was counted */
};

struct clients {
    struct claim_look *look;
    struct node *nodes; /* by name */
    size_t count, capacity;
    size_t files;
    bool is_complete; /* every process could be looked into */
};

static void add_node(struct clients *clients, const char *name,
                     const struct pci_device *device)
{
    if (clients->count == clients->capacity) {
        clients->capacity = clients->capacity ? 2 * clients->capacity : 64;
        clients->nodes = mem_realloc(clients->nodes, clients->capacity,
                                     sizeof(*clients->nodes));
    }
    clients->nodes[clients->count++] =
        (struct node){.name = name, .device = device};
}

/* The nodes of a class have the names of its directory, but for a prefix. */
static void list_class(struct clients *clients, const char *class,
                       const char *prefix)
{
    struct claim_look *look = clients->look;
    char **names =
        root_list(look->root, look->scratch,
                  arena_printf(look->scratch, "sys/class/%s", class), NULL);

    for (; names && *names; names++) {
        struct claim_targets targets = {0};
        const char *place = root_read_target(
            look->root, look->scratch,
            arena_printf(look->scratch, "sys/class/%s/%s", class, *names));

        if (!place || (strchr(*names, '-') && strcmp(class, "drm") == 0))
            continue;
        claim_follow(look, place, &targets);
        for (size_t i = 0; i < targets.count; i++)
            add_node(clients,
                     arena_printf(look->scratch, "%s%s", prefix, *names),
                     targets.list[i]);
    }
}

/* Disks and partitions: what stands on others is in use as it is. */
static void list_disks(struct clients *clients)
{
    const struct claim_look *look = clients->look;

    for (size_t i = 0; i < look->disk_count; i++) {
        const struct disk *disk = &look->disks[i];

        for (size_t j = 0; j < disk->targets.count; j++) {
            add_node(clients, disk->name, disk->targets.list[j]);
            clients->nodes[clients->count - 1].is_disk = true;
        }
    }
}

/* proc/driver/nvidia/gpus/ADDRESS/information has "Device Minor: 0". */
static void list_nvidia(struct clients *clients)
{
    struct claim_look *look = clients->look;
    char **names =
        root_list(look->root, look->scratch, "proc/driver/nvidia/gpus", NULL);

    for (; names && *names; names++) {
        const struct pci_device *device = pci_find(look->pci, *names);
        const char *text = root_read(
            look->root, look->scratch,
            arena_printf(look->scratch,
                         "proc/driver/nvidia/gpus/%s/information", *names));
        const char *minor = text ? strstr(text, "Device Minor:") : NULL;

        if (device && minor)
            add_node(
                clients,
                arena_printf(look->scratch, "nvidia%ld",
                             strtol(minor + strlen("Device Minor:"), NULL, 10)),
                device);
    }
}

/* Of a VFIO group each function is held. */
static void list_groups(struct clients *clients)
{
    struct claim_look *look = clients->look;

    for (size_t i = 0; i < look->pci->device_count; i++) {
        const struct pci_device *device = &look->pci->devices[i];

        if (device->group >= 0 && pci_is_held_by_vfio(device))
            add_node(clients,
                     arena_printf(look->scratch, "vfio/%d", device->group),
                     device);
    }
}

static int compare_nodes(const void *a, const void *b)
{
    return strcmp(((const struct node *)a)->name,
                  ((const struct node *)b)->name);
}

static void count_process(struct clients *clients, struct node *node,
                          const char *process)
{
    struct claim_look *look = clients->look;
    long number = strtol(process, NULL, 10);
    const char *name;

    if (node->last == number)
        return;
    node->last = number;
    if (node->process_count < ARRAY_SIZE(node->processes)) {
        name = root_read(look->root, look->scratch,
                         arena_printf(look->scratch, "proc/%s/comm", process));
        node->processes[node->process_count] = arena_printf(
            look->scratch, "%s (%s)", name && *name ? name : "?", process);
    }
    node->process_count++;
}

/* By the flags in fdinfo; who cannot be asked may write. */
static bool may_write(const struct clients *clients, const char *process,
                      const char *file)
{
    const struct claim_look *look = clients->look;
    const char *text = root_read(
        look->root, look->scratch,
        arena_printf(look->scratch, "proc/%s/fdinfo/%s", process, file));
    const char *flags = text ? strstr(text, "flags:") : NULL;

    return !flags ||
           (strtoul(flags + strlen("flags:"), NULL, 8) & O_ACCMODE) != O_RDONLY;
}

/* Several functions may share a node: the first is found, the rest follow. */
static void count_file(struct clients *clients, const char *target,
                       const char *process, const char *file)
{
    const char *name = strstr(target, "dev/");
    size_t low = 0, high = clients->count;

    if (!name || (name != target && name[-1] != '/'))
        return;
    name += strlen("dev/");
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(clients->nodes[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < clients->count && strcmp(clients->nodes[low].name, name) == 0;
         low++) {
        struct node *node = &clients->nodes[low];

        count_process(clients, node, process);
        if (node->is_disk && !node->is_written)
            node->is_written = may_write(clients, process, file);
    }
}

static void read_process(struct clients *clients, const char *process)
{
    struct claim_look *look = clients->look;
    struct arena *arena = arena_new();
    const char *directory = arena_printf(arena, "proc/%s/fd", process);
    char **names;

    errno = 0;
    names = root_list(look->root, arena, directory, NULL);
    /* One that has ended meanwhile has nothing open. */
    if (!names && errno != ENOENT && errno != ESRCH)
        clients->is_complete = false;
    for (; names && *names && clients->files < FILES_MAX; names++) {
        const char *target = root_read_target(
            look->root, arena, arena_printf(arena, "%s/%s", directory, *names));

        clients->files++;
        if (target)
            count_file(clients, target, process, *names);
    }
    arena_free(arena);
}

static void read_processes(struct clients *clients)
{
    struct claim_look *look = clients->look;
    char **names = root_list(look->root, look->scratch, "proc", NULL);
    bool is_any = false;

    clients->is_complete = true;
    for (; names && *names && clients->files < FILES_MAX; names++)
        if (isdigit((unsigned char)**names)) {
            is_any = true;
            read_process(clients, *names);
        }
    if (!is_any || clients->files >= FILES_MAX)
        clients->is_complete = false;
}

static bool is_clinging(const struct pci_device *device)
{
    for (size_t i = 0; device->driver && i < ARRAY_SIZE(clinging); i++)
        if (strcmp(device->driver, clinging[i]) == 0)
            return true;
    return false;
}

static int compare_by_device(const void *a, const void *b)
{
    const struct node *x = a, *y = b;

    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    if (x->is_disk != y->is_disk)
        return x->is_disk ? 1 : -1;
    return strverscmp(x->name, y->name);
}

/* Processes at all nodes of one function, each once. */
static size_t join_processes(const struct node *nodes, size_t count,
                             const char *names[16], size_t *named)
{
    size_t most = 0;

    *named = 0;
    for (size_t i = 0; i < count; i++) {
        if (nodes[i].process_count > most)
            most = nodes[i].process_count;
        for (size_t j = 0;
             j < nodes[i].process_count && j < ARRAY_SIZE(nodes[i].processes);
             j++) {
            bool is_known = *named == 16;

            for (size_t k = 0; k < *named; k++)
                is_known =
                    is_known || strcmp(names[k], nodes[i].processes[j]) == 0;
            if (!is_known)
                names[(*named)++] = nodes[i].processes[j];
        }
    }
    return most > *named ? most : *named;
}

/* Each disk that is open by itself; whether any is, if that is not known. */
static void claim_disks(struct clients *clients, const struct node *nodes,
                        size_t count)
{
    struct claim_look *look = clients->look;
    const struct pci_device *device = nodes[0].device;
    const char *names[16] = {0};
    size_t named;

    for (size_t i = 0; i < count; i++) {
        size_t total = join_processes(&nodes[i], 1, names, &named);

        if (total > 0)
            claim_add(
                look, device, CLAIM_DISK,
                nodes[i].is_written ? CLAIM_REFUSE : CLAIM_WARN, "/proc/*/fd",
                total > named ? "Programs have %s on it open: %s and others."
                              : "Programs have %s on it open: %s.",
                nodes[i].name, claim_join(look, names, named));
    }
    if (!clients->is_complete && !claim_has(look, device, CLAIM_DISK))
        claim_add(look, device, CLAIM_DISK, CLAIM_UNKNOWN, "/proc/*/fd",
                  "Whether programs have its disks open is unknown: their open "
                  "files cannot all be seen (root can).");
}

static void claim_open(struct clients *clients, const struct node *nodes,
                       size_t count)
{
    struct claim_look *look = clients->look;
    const struct pci_device *device = nodes[0].device;
    const char *names[16] = {0};
    size_t named, total = join_processes(nodes, count, names, &named);
    const char *who = claim_join(look, names, named);
    bool is_guest = pci_is_held_by_vfio(device);

    if (total > named)
        who = arena_printf(look->scratch, "%s and others", who);
    if (total > 0)
        claim_add(look, device, is_guest ? CLAIM_GUEST : CLAIM_CLIENT,
                  CLAIM_WARN, "/proc/*/fd",
                  is_guest ? "A running guest has it: %s."
                           : "Programs have it open: %s.",
                  who);
    else if (!clients->is_complete && !is_guest)
        claim_add(look, device, CLAIM_CLIENT, CLAIM_UNKNOWN, "/proc/*/fd",
                  "Whether programs have it open is unknown: their open files "
                  "cannot all be seen (root can).");
    if (!is_clinging(device))
        return;
    if (total > 0)
        claim_add(look, device, CLAIM_DRIVER, CLAIM_REFUSE, "/proc/*/fd",
                  "Its driver, %s, hangs if it is taken away while programs "
                  "have it open.",
                  device->driver);
    else if (!clients->is_complete)
        claim_add(look, device, CLAIM_DRIVER, CLAIM_WARN, "/proc/*/fd",
                  "Its driver, %s, hangs if it is taken away while programs "
                  "have it open, and whether any has is unknown.",
                  device->driver);
}

void client_claim(struct claim_look *look)
{
    struct clients clients = {.look = look};

    list_class(&clients, "drm", "dri/");
    list_class(&clients, "sound", "snd/");
    list_class(&clients, "vfio-dev", "vfio/devices/");
    list_nvidia(&clients);
    list_groups(&clients);
    list_disks(&clients);
    if (clients.count == 0)
        return;
    qsort(clients.nodes, clients.count, sizeof(*clients.nodes), compare_nodes);
    read_processes(&clients);
    qsort(clients.nodes, clients.count, sizeof(*clients.nodes),
          compare_by_device);
    for (size_t i = 0, same; i < clients.count; i += same) {
        same = 1;
        while (i + same < clients.count &&
               clients.nodes[i + same].device == clients.nodes[i].device &&
               clients.nodes[i + same].is_disk == clients.nodes[i].is_disk)
            same++;
        (clients.nodes[i].is_disk ? claim_disks : claim_open)(
            &clients, &clients.nodes[i], same);
    }
    free(clients.nodes);
}
