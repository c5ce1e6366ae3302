/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a root directory, gives the host: probes in order, then checks.
 * Never writes.
 */
#include "host/host.h"

#include "host/check.h"
#include "host/serial.h"

#include <string.h>

struct host *host_probe(const char *path, struct err *err)
{
    struct root *root = root_open(path, err);
    struct host *host;

    if (!root)
        return NULL;
    host = mem_alloc(1, sizeof(*host));
    host->arena = arena_new();
    host->root = arena_strdup(host->arena, path);
    if (!cpu_probe(root, host->arena, &host->cpu, err)) {
        host_free(host);
        root_free(root);
        return NULL;
    }
    pci_probe(root, host->arena, &host->pci);
    claim_probe(root, host->arena, &host->pci, NULL, &host->claims);
    serial_probe(root, host->arena, &host->pci);
    usb_probe(root, host->arena, &host->pci, &host->usb);
    memory_probe(root, host->arena, &host->memory);
    kernel_probe(root, host->arena, &host->kernel);
    bootloader_probe(root, host->arena, &host->bootloader);
    check_host(host, root, host->arena, &host->findings);
    root_free(root);
    return host;
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
