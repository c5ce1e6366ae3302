/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes a connection, gives texts and numbers of its host. Reads only. */
#include "domain/node.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static char *keep(struct arena *arena, char *text)
{
    char *kept = text ? arena_strdup(arena, text) : NULL;

    free(text);
    return kept;
}

char *node_capabilities(const struct conn *conn, struct arena *arena,
                        struct err *err)
{
    char *text = keep(arena, virConnectGetCapabilities(conn_handle(conn)));

    if (!text)
        conn_error(err, ERR_FAILED, _("libvirt does not tell of its host"));
    return text;
}

/* The host's <cpu> is the first one; those of guests have none. */
char *node_cpu(const struct conn *conn, struct arena *arena,
               const char *capabilities)
{
    const char *start = strstr(capabilities, "<cpu>");
    const char *end = start ? strstr(start, "</cpu>") : NULL;
    const char *cpu;

    if (!end)
        return NULL;
    cpu = arena_strndup(arena, start, (size_t)(end - start) + strlen("</cpu>"));
    return keep(
        arena, virConnectBaselineCPU(conn_handle(conn), &cpu, 1,
                                     VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES));
}

const char **node_pci_devices(const struct conn *conn, struct arena *arena,
                              size_t *count, struct err *err)
{
    virNodeDevicePtr *handles = NULL;
    int found = virConnectListAllNodeDevices(
        conn_handle(conn), &handles, VIR_CONNECT_LIST_NODE_DEVICES_CAP_PCI_DEV);
    const char **list;

    *count = 0;
    if (found < 0) {
        conn_error(err, ERR_FAILED, _("libvirt does not list them"));
        return NULL;
    }
    list = arena_alloc(arena, (size_t)found + 1, sizeof(*list));
    for (int i = 0; i < found; i++) {
        list[*count] = keep(arena, virNodeDeviceGetXMLDesc(handles[i], 0));
        *count += list[*count] != NULL; /* else it is gone meanwhile */
        virNodeDeviceFree(handles[i]);
    }
    free(handles);
    return list;
}

cpu_set_t node_offline(const struct conn *conn)
{
    unsigned char *map = NULL;
    cpu_set_t offline = cpuset_empty();
    int count = virNodeGetCPUMap(conn_handle(conn), &map, NULL, 0);

    for (int i = 0; i < count && i < CPUSET_MAX; i++)
        if (!VIR_CPU_USED(map, i))
            CPU_SET((size_t)i, &offline);
    free(map);
    return offline;
}

bool node_free_pages(const struct conn *conn, unsigned node,
                     unsigned long size_kib, unsigned long *count)
{
    unsigned size = (unsigned)size_kib;
    unsigned long long free_pages = 0;

    if (virNodeGetFreePages(conn_handle(conn), 1, &size, (int)node, 1,
                            &free_pages, 0) != 1)
        return false;
    *count = (unsigned long)free_pages;
    return true;
}

/*
 * What files hold can be dropped; of a node libvirt tells the free part. It
 * takes just as many places as it has numbers for, and is asked for that first.
 */
unsigned long node_available_kib(const struct conn *conn, int node)
{
    virConnectPtr handle = conn_handle(conn);
    virNodeMemoryStats stats[16];
    int count = 0;
    unsigned long kib = 0;

    if (virNodeGetMemoryStats(handle, node, NULL, &count, 0) < 0 ||
        count > (int)ARRAY_SIZE(stats) ||
        virNodeGetMemoryStats(handle, node, stats, &count, 0) < 0)
        return 0;
    for (int i = 0; i < count; i++)
        if (strcmp(stats[i].field, VIR_NODE_MEMORY_STATS_FREE) == 0 ||
            strcmp(stats[i].field, VIR_NODE_MEMORY_STATS_BUFFERS) == 0 ||
            strcmp(stats[i].field, VIR_NODE_MEMORY_STATS_CACHED) == 0)
            kib += (unsigned long)stats[i].value;
    return kib;
}
