/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a connection, gives what its other domains have of the host. Reads
 * only, and goes on where a domain vanishes meanwhile.
 */
#include "domain/neighbour.h"

#include "domain/domain.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stdlib.h>
#include <string.h>

/* The block devices that its disks are on. */
static void add_disks(const struct domain *domain, struct arena *arena,
                      struct neighbour *one)
{
    const xmlNode *first = xml_find(xml_root(domain->xml), "devices/disk");
    const char **list;
    size_t count = 0;

    for (const xmlNode *disk = first; disk; disk = xml_next(disk))
        count++;
    if (count == 0)
        return;
    list = arena_alloc(arena, one->disk_count + count, sizeof(*list));
    for (size_t i = 0; i < one->disk_count; i++)
        list[i] = one->disks[i];
    for (const xmlNode *disk = first; disk; disk = xml_next(disk)) {
        const char *path =
            xml_attribute(arena, xml_child(disk, "source"), "dev");

        if (path)
            list[one->disk_count++] = path;
    }
    one->disks = list;
}

/* Adds what one form of the definition has. */
static bool add_parts(virDomainPtr handle, unsigned flags, struct arena *arena,
                      struct neighbour *one)
{
    char *text = virDomainGetXMLDesc(handle, flags);
    struct domain *domain =
        text ? domain_parse(text, strlen(text), NULL) : NULL;

    for (unsigned i = 0; domain && i < domain->vcpus; i++)
        one->cpus = cpuset_or(&one->cpus, cpuset_is_empty(&domain->vcpupin[i])
                                              ? &domain->vcpu_cpuset
                                              : &domain->vcpupin[i]);
    if (domain && domain->hostdev_count > 0) {
        const char **list = arena_alloc(
            arena, one->hostdev_count + domain->hostdev_count, sizeof(*list));

        for (size_t i = 0; i < one->hostdev_count; i++)
            list[i] = one->hostdevs[i];
        for (size_t i = 0; i < domain->hostdev_count; i++)
            list[one->hostdev_count++] =
                arena_strdup(arena, domain->hostdevs[i].address);
        one->hostdevs = list;
    }
    if (domain)
        add_disks(domain, arena, one);
    free(text);
    domain_free(domain);
    return domain != NULL;
}

static bool is_gone(void)
{
    const virError *error = virGetLastError();

    return error && error->code == VIR_ERR_NO_DOMAIN;
}

static bool read_one(virDomainPtr handle, struct neighbours *all,
                     struct err *err)
{
    struct neighbour *one = &all->list[all->count];
    char *name CLEANUP(mem_free) = str_printable(virDomainGetName(handle));
    int autostart = 0;

    *one = (struct neighbour){
        .name = arena_strdup(all->arena, name),
        .is_running = virDomainIsActive(handle) == 1,
        .has_autostart =
            virDomainGetAutostart(handle, &autostart) == 0 && autostart,
    };
    if (!add_parts(handle, VIR_DOMAIN_XML_INACTIVE, all->arena, one) ||
        (one->is_running && !add_parts(handle, 0, all->arena, one)))
        return is_gone() ||
               err_set(err, ERR_FAILED,
                       "Domain %s cannot be read, so whether it uses the same "
                       "CPUs is not known.",
                       name);
    all->count += !cpuset_is_empty(&one->cpus) || one->hostdev_count > 0 ||
                  one->disk_count > 0;
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct neighbour *x = a, *y = b;

    return strverscmp(x->name, y->name);
}

struct neighbours *neighbours_load(const struct conn *conn, const char *uuid,
                                   struct err *err)
{
    struct neighbours *all = mem_alloc(1, sizeof(*all));
    virDomainPtr *handles = NULL;
    int found = virConnectListAllDomains(conn_handle(conn), &handles, 0);
    bool is_read = found >= 0;

    if (found < 0)
        err_set(err, ERR_FAILED, "The other domains cannot be listed.");
    all->arena = arena_new();
    all->list = arena_alloc(all->arena, (size_t)(found < 0 ? 0 : found) + 1,
                            sizeof(*all->list));
    for (int i = 0; i < found; i++) {
        char own[VIR_UUID_STRING_BUFLEN] = "";

        virDomainGetUUIDString(handles[i], own);
        if (is_read && strcmp(own, uuid) != 0)
            is_read = read_one(handles[i], all, err);
        virDomainFree(handles[i]);
    }
    free(handles);
    if (!is_read) {
        neighbours_free(all);
        return NULL;
    }
    if (all->count > 0)
        qsort(all->list, all->count, sizeof(*all->list), compare);
    return all;
}

void neighbours_free(struct neighbours *neighbours)
{
    if (!neighbours)
        return;
    arena_free(neighbours->arena);
    free(neighbours);
}

bool neighbour_holds(const struct neighbour *neighbour)
{
    return neighbour->is_running || neighbour->has_autostart;
}

cpu_set_t neighbours_held(const struct neighbours *neighbours)
{
    cpu_set_t held = cpuset_empty();

    for (size_t i = 0; neighbours && i < neighbours->count; i++)
        if (neighbour_holds(&neighbours->list[i]))
            held = cpuset_or(&held, &neighbours->list[i].cpus);
    return held;
}
