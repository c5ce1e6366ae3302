/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a root directory, gives the host: probes in order, then checks.
 * Never writes.
 */
#include "host/host.h"

#include "host/check.h"
#include "host/hooklint.h"
#include "host/serial.h"

#include <string.h>

static struct host *start(const char *path)
{
    struct host *host = mem_alloc(1, sizeof(*host));

    host->arena = arena_new();
    host->root = arena_strdup(host->arena, path);
    return host;
}

static void probe_devices(const struct root *root, struct host *host)
{
    pci_probe(root, host->arena, &host->pci);
    claim_probe(root, host->arena, &host->pci, NULL, &host->claims);
    usb_probe(root, host->arena, &host->pci, &host->usb);
}

static void count_hooks(struct host *host, const struct hook_faults *faults)
{
    host->hooks = (struct host_hooks){.file_count = faults->other_count,
                                      .fault_count = faults->count};
    for (size_t i = 0; i < faults->count; i++)
        host->hooks.has_warning |= faults->list[i].verdict >= VERDICT_WARN;
}

struct host *host_probe_devices(const char *path, struct err *err)
{
    struct root *root = root_open(path, err);
    struct host *host = root ? start(path) : NULL;

    if (host)
        probe_devices(root, host);
    root_free(root);
    return host;
}

struct host *host_probe(const char *path, struct err *err)
{
    struct root *root = root_open(path, err);
    struct hook_faults faults = {0};
    struct host *host;

    if (!root)
        return NULL;
    host = start(path);
    if (!cpu_probe(root, host->arena, &host->cpu, err)) {
        host_free(host);
        root_free(root);
        return NULL;
    }
    probe_devices(root, host);
    serial_probe(root, host->arena, &host->pci);
    memory_probe(root, host->arena, &host->memory);
    kernel_probe(root, host->arena, &host->kernel);
    bootloader_probe(root, host->arena, &host->bootloader);
    hooklint_read(host, root, host->arena, &faults);
    check_host(host, root, &faults, host->arena, &host->findings);
    count_hooks(host, &faults);
    hooklint_free(&faults);
    root_free(root);
    return host;
}

void host_look_at_hooks(struct host *host, const struct root *root)
{
    struct hook_faults faults = {0};

    hooklint_read(host, root, host->arena, &faults);
    check_hooks_anew(host, root, &faults, host->arena, &host->findings);
    count_hooks(host, &faults);
    hooklint_free(&faults);
}

void host_free(struct host *host)
{
    if (!host)
        return;
    arena_free(host->arena);
    mem_free(&host);
}

bool host_is_running(const struct host *host)
{
    return strcmp(host->root, "/") == 0;
}
