/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes domain XML, gives what virt-tune understands of it. Values that it
 * does not understand are as if absent here; they stay in the XML.
 */
#include "domain/domain.h"

#include "base/str.h"
#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { VCPU_MAX = 4096 };

static const char *printable(struct arena *arena, const char *text)
{
    char *copy CLEANUP(mem_free) = str_printable(text ? text : "");

    return arena_strdup(arena, copy);
}

/* The UUID as libvirt writes it, in lower case; "" if the text is none. */
static const char *parse_uuid(struct arena *arena, const char *text)
{
    char *uuid = arena_strdup(arena, text);

    if (strlen(uuid) != 36)
        return "";
    for (size_t i = 0; i < 36; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (is_dash ? uuid[i] != '-' : !isxdigit((unsigned char)uuid[i]))
            return "";
        uuid[i] = (char)tolower((unsigned char)uuid[i]);
    }
    return uuid;
}

unsigned long domain_size_kib(const xmlNode *node, const char *name)
{
    static const struct {
        const char *unit;
        unsigned long bytes;
    } units[] = {
        {"b", 1},
        {"bytes", 1},
        {"KB", 1000},
        {"k", 1024},
        {"KiB", 1024},
        {"MB", 1000000},
        {"M", 1048576},
        {"MiB", 1048576},
        {"GB", 1000000000},
        {"G", 1073741824},
        {"GiB", 1073741824},
        {"TB", 1000000000000},
        {"T", 1099511627776},
        {"TiB", 1099511627776},
        {"PB", 1000000000000000},
        {"P", 1125899906842624},
        {"PiB", 1125899906842624},
    };
    struct arena *arena = arena_new();
    const char *unit = xml_attribute(arena, node, "unit");
    unsigned long number = 0, bytes = 1024;

    for (size_t i = 0; unit && i < ARRAY_SIZE(units); i++)
        if (strcasecmp(unit, units[i].unit) == 0)
            bytes = units[i].bytes;
    arena_free(arena);
    if (!node || !xml_number(node, name, ~0UL / bytes, &number))
        return 0;
    return (number * bytes + 1023) / 1024;
}

static bool attribute_cpus(const xmlNode *node, cpu_set_t *cpus)
{
    struct arena *arena = arena_new();
    const char *text = xml_attribute(arena, node, "cpuset");
    bool is_set = text && cpuset_parse(text, cpus);

    arena_free(arena);
    return is_set;
}

static bool parse_vcpus(struct domain *domain, const xmlNode *root,
                        struct err *err)
{
    const xmlNode *vcpu = xml_child(root, "vcpu");
    unsigned long number = 1;

    if (vcpu && (!xml_number(vcpu, NULL, VCPU_MAX, &number) || number == 0))
        return err_set(err, ERR_FAILED,
                       "The domain's <vcpu> is not a number from 1 to %d.",
                       VCPU_MAX);
    domain->vcpus = domain->vcpus_current = (unsigned)number;
    if (vcpu)
        attribute_cpus(vcpu, &domain->vcpu_cpuset);
    if (vcpu && xml_number(vcpu, "current", VCPU_MAX, &number) && number > 0)
        domain->vcpus_current = (unsigned)number;
    domain->vcpupin =
        arena_alloc(domain->arena, domain->vcpus, sizeof(*domain->vcpupin));
    return true;
}

static void add_iothread(struct domain *domain, unsigned long id)
{
    for (unsigned i = 0; i < domain->iothread_count; i++)
        if (domain->iothreads[i].id == id)
            return;
    domain->iothreads[domain->iothread_count++].id = (unsigned)id;
}

/* <iothreads> gives the number; ids that <iothreadids> leaves out count up. */
static void parse_iothreads(struct domain *domain, const xmlNode *root)
{
    unsigned long count = 0, id;
    const xmlNode *ids = xml_child(root, "iothreadids");

    if (!xml_number(xml_child(root, "iothreads"), NULL, 1024, &count))
        count = 0;
    domain->iothreads =
        arena_alloc(domain->arena, 2048, sizeof(*domain->iothreads));
    for (const xmlNode *node = xml_child(ids, "iothread"); node;
         node = xml_next(node))
        if (xml_number(node, "id", 100000, &id) &&
            domain->iothread_count < 1024)
            add_iothread(domain, id);
    for (id = 1; domain->iothread_count < count; id++)
        add_iothread(domain, id);
}

static void parse_cputune(struct domain *domain, const xmlNode *root)
{
    const xmlNode *cputune = xml_child(root, "cputune");
    unsigned long id;

    for (const xmlNode *pin = xml_child(cputune, "vcpupin"); pin;
         pin = xml_next(pin))
        if (xml_number(pin, "vcpu", VCPU_MAX, &id) && id < domain->vcpus)
            attribute_cpus(pin, &domain->vcpupin[id]);
    if (xml_child(cputune, "emulatorpin"))
        attribute_cpus(xml_child(cputune, "emulatorpin"), &domain->emulatorpin);
    for (const xmlNode *pin = xml_child(cputune, "iothreadpin"); pin;
         pin = xml_next(pin))
        for (unsigned i = 0; i < domain->iothread_count; i++)
            if (xml_number(pin, "iothread", 100000, &id) &&
                domain->iothreads[i].id == id)
                attribute_cpus(pin, &domain->iothreads[i].cpus);
}

static void parse_cpu(struct domain *domain, const xmlNode *root)
{
    const xmlNode *cpu = xml_child(root, "cpu");
    const xmlNode *topology = xml_child(cpu, "topology");
    const char *mode = xml_attribute(domain->arena, cpu, "mode");
    unsigned long sockets, dies = 1, clusters = 1, cores, threads;

    domain->cpu_mode =
        cpu ? printable(domain->arena, mode ? mode : "custom") : "";
    domain->has_guest_numa = xml_child(cpu, "numa") != NULL;
    if (!topology || !xml_number(topology, "sockets", VCPU_MAX, &sockets) ||
        !xml_number(topology, "cores", VCPU_MAX, &cores) ||
        !xml_number(topology, "threads", VCPU_MAX, &threads))
        return;
    xml_number(topology, "dies", VCPU_MAX, &dies);
    xml_number(topology, "clusters", VCPU_MAX, &clusters);
    domain->topology = (struct guest_topology){
        .sockets = (unsigned)sockets,
        .dies = (unsigned)dies,
        .cores = (unsigned)(clusters * cores),
        .threads = (unsigned)threads,
    };
}

static void parse_disks(struct domain *domain, const xmlNode *devices)
{
    size_t count = 0;

    for (const xmlNode *disk = xml_child(devices, "disk"); disk;
         disk = xml_next(disk))
        count++;
    domain->disks =
        arena_alloc(domain->arena, count + 1, sizeof(*domain->disks));
    for (const xmlNode *disk = xml_child(devices, "disk"); disk;
         disk = xml_next(disk)) {
        const xmlNode *target = xml_child(disk, "target");
        const char *name = xml_attribute(domain->arena, target, "dev");
        unsigned long id = 0;

        if (!name || !xml_has(target, "bus", "virtio") ||
            xml_has(disk, "type", "vhostuser"))
            continue;
        xml_number(xml_child(disk, "driver"), "iothread", 100000, &id);
        domain->disks[domain->disk_count].has_mapping =
            xml_find(disk, "driver/iothreads") != NULL;
        domain->disks[domain->disk_count].target =
            printable(domain->arena, name);
        domain->disks[domain->disk_count++].iothread = (unsigned)id;
    }
}

static unsigned long hex(struct arena *arena, const xmlNode *node,
                         const char *name)
{
    const char *text = xml_attribute(arena, node, name);

    return text ? strtoul(text, NULL, 0) : 0;
}

const char *domain_pci_address(struct arena *arena, const xmlNode *hostdev)
{
    const xmlNode *address = xml_find(hostdev, "source/address");

    if (!address || !xml_has(hostdev, "type", "pci"))
        return NULL;
    return arena_printf(arena, "%04lx:%02lx:%02lx.%lx",
                        hex(arena, address, "domain"),
                        hex(arena, address, "bus"), hex(arena, address, "slot"),
                        hex(arena, address, "function"));
}

static struct domain_hostdev parse_pci(struct arena *arena, const xmlNode *node)
{
    const xmlNode *rom = xml_child(node, "rom");
    const char *file = xml_attribute(arena, rom, "file");
    unsigned long boot = 0;

    xml_number(xml_child(node, "boot"), "order", 100000, &boot);
    return (struct domain_hostdev){
        .address = domain_pci_address(arena, node),
        .boot = (unsigned)boot,
        .rom_bar = xml_has(rom, "bar", "on")    ? ROM_BAR_ON
                   : xml_has(rom, "bar", "off") ? ROM_BAR_OFF
                                                : ROM_BAR_DEFAULT,
        .rom_file = file && *file ? file : NULL,
    };
}

struct domain_usb domain_usb(struct arena *arena, const xmlNode *hostdev)
{
    const xmlNode *source = xml_child(hostdev, "source");
    const xmlNode *address = xml_child(source, "address");

    return (struct domain_usb){
        .vendor =
            (unsigned)hex(arena, xml_child(source, "vendor"), "id") & 0xffff,
        .product =
            (unsigned)hex(arena, xml_child(source, "product"), "id") & 0xffff,
        .bus = (unsigned)hex(arena, address, "bus"),
        .device = (unsigned)hex(arena, address, "device"),
        .is_optional = xml_has(source, "startupPolicy", "optional"),
    };
}

static void parse_hostdevs(struct domain *domain, const xmlNode *devices)
{
    struct arena *arena = domain->arena;
    size_t count = 1;

    for (const xmlNode *node = xml_child(devices, "hostdev"); node;
         node = xml_next(node))
        count++;
    domain->hostdevs = arena_alloc(arena, count, sizeof(*domain->hostdevs));
    domain->usbs = arena_alloc(arena, count, sizeof(*domain->usbs));
    for (const xmlNode *node = xml_child(devices, "hostdev"); node;
         node = xml_next(node)) {
        if (domain_pci_address(arena, node))
            domain->hostdevs[domain->hostdev_count++] = parse_pci(arena, node);
        else if (xml_has(node, "type", "usb"))
            domain->usbs[domain->usb_count++] = domain_usb(arena, node);
    }
}

/* The id attribute of libosinfo's <os>, anywhere below <metadata>. */
static const xmlNode *find_osinfo(const xmlNode *node)
{
    for (xmlNode *child = xmlFirstElementChild((xmlNode *)node); child;
         child = xmlNextElementSibling(child)) {
        const xmlNode *found;

        if (child->ns && child->ns->href &&
            str_starts((const char *)child->ns->href,
                       "http://libosinfo.org/xmlns/libvirt/domain/") &&
            strcmp((const char *)child->name, "os") == 0)
            return child;
        found = find_osinfo(child);
        if (found)
            return found;
    }
    return NULL;
}

static void parse_guest(struct domain *domain, const xmlNode *root)
{
    const xmlNode *metadata = xml_child(root, "metadata");
    const xmlNode *os = metadata ? find_osinfo(metadata) : NULL;
    bool is_known, is_other;

    domain->osinfo =
        printable(domain->arena, xml_attribute(domain->arena, os, "id"));
    is_known = *domain->osinfo && !strstr(domain->osinfo, "/unknown/");
    is_other =
        strstr(domain->osinfo, "bsd") || strstr(domain->osinfo, "apple.com");
    if (strstr(domain->osinfo, "microsoft.com/") ||
        (!is_known && xml_find(root, "features/hyperv")))
        domain->guest = GUEST_WINDOWS;
    else if (is_known)
        domain->guest = is_other ? GUEST_OTHER : GUEST_LINUX;
}

/* The first node that <numatune> confines the memory to. */
static int parse_node(struct domain *domain, const xmlNode *root)
{
    const char *nodeset = xml_attribute(
        domain->arena, xml_find(root, "numatune/memory"), "nodeset");
    cpu_set_t nodes;

    return nodeset && cpuset_parse(nodeset, &nodes) ? cpuset_next(&nodes, 0)
                                                    : -1;
}

static bool is_pc(const char *arch)
{
    return !arch || strcmp(arch, "x86_64") == 0 || strcmp(arch, "i686") == 0;
}

struct domain *domain_parse(const char *text, size_t length, struct err *err)
{
    struct domain *domain;
    struct xml *xml = xml_parse(text, length, err);
    const xmlNode *root = xml ? xml_root(xml) : NULL;

    if (!xml)
        return NULL;
    if (root->ns || strcmp((const char *)root->name, "domain") != 0) {
        char *name CLEANUP(mem_free) = str_printable((const char *)root->name);

        err_set(err, ERR_FAILED,
                "This XML is no domain: its root element is <%.60s>.", name);
        xml_free(xml);
        return NULL;
    }
    domain = mem_alloc(1, sizeof(*domain));
    domain->arena = arena_new();
    domain->xml = xml;
    domain->name = printable(
        domain->arena, xml_content(domain->arena, xml_child(root, "name")));
    domain->title = printable(
        domain->arena, xml_content(domain->arena, xml_child(root, "title")));
    domain->uuid = parse_uuid(
        domain->arena, xml_content(domain->arena, xml_child(root, "uuid")));
    domain->machine = printable(
        domain->arena,
        xml_attribute(domain->arena, xml_find(root, "os/type"), "machine"));
    domain->type =
        printable(domain->arena, xml_attribute(domain->arena, root, "type"));
    domain->is_kvm = strcmp(domain->type, "kvm") == 0;
    domain->is_pc =
        is_pc(xml_attribute(domain->arena, xml_find(root, "os/type"), "arch"));
    domain->memory_kib = domain_size_kib(xml_child(root, "memory"), NULL);
    if (!parse_vcpus(domain, root, err)) {
        domain_free(domain);
        return NULL;
    }
    parse_iothreads(domain, root);
    parse_cputune(domain, root);
    parse_cpu(domain, root);
    parse_disks(domain, xml_child(root, "devices"));
    parse_hostdevs(domain, xml_child(root, "devices"));
    domain->has_os_boot = xml_find(root, "os/boot") != NULL;
    domain->hard_limit_kib =
        domain_size_kib(xml_find(root, "memtune/hard_limit"), NULL);
    parse_guest(domain, root);
    domain->node = parse_node(domain, root);
    return domain;
}

void domain_free(struct domain *domain)
{
    if (!domain)
        return;
    xml_free(domain->xml);
    arena_free(domain->arena);
    free(domain);
}

bool domain_is_qemu(const struct domain *domain)
{
    return !*domain->type || domain->is_kvm ||
           strcmp(domain->type, "qemu") == 0;
}

bool domain_is_pinned(const struct domain *domain)
{
    for (unsigned i = 0; i < domain->vcpus; i++)
        if (!cpuset_is_empty(&domain->vcpupin[i]))
            return true;
    return false;
}

const char *guest_kind_name(enum guest_kind kind)
{
    static const char *const names[] = {
        [GUEST_UNKNOWN] = N_("unknown"),
        [GUEST_WINDOWS] = "Windows",
        [GUEST_LINUX] = "Linux",
        [GUEST_OTHER] = N_("other"),
    };

    return names[kind];
}

enum guest_kind guest_kind_find(const char *name)
{
    unsigned kind = GUEST_WINDOWS;

    while (kind < GUEST_KIND_COUNT &&
           strcasecmp(name, guest_kind_name((enum guest_kind)kind)) != 0)
        kind++;
    return kind < GUEST_KIND_COUNT ? (enum guest_kind)kind : GUEST_UNKNOWN;
}
