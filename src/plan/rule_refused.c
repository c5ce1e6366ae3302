/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, says in our words what libvirt would refuse to define, with a
 * sentence that names no line, or would drop in silence.
 */
#include "plan/rule_row.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

/* libvirt 9.2 lets firmware='efi' stand beside the loader that it chose. */
enum { LIBVIRT_FIRMWARE = 9002000 };

/* Values of OPTION_CPU_MODE, OPTION_SOURCE and OPTION_ACCESS. */
enum { MODE_HOST_PASSTHROUGH = 1, MODE_MAXIMUM = 3, ANONYMOUS = 3, SHARED = 1 };

static const char *printable(struct arena *arena, const char *text)
{
    char *copy CLEANUP(mem_free) = str_printable(text);

    return arena_strdup(arena, copy);
}

void rule_cpu_values(const struct plan *plan, struct arena *arena,
                     const struct rule *rule, struct findings *findings)
{
    const xmlNode *cpu = xml_child(xml_root(plan->domain->xml), "cpu");
    const xmlNode *cache = xml_child(cpu, "cache");
    const xmlNode *width = xml_child(cpu, "maxphysaddr");
    long mode = option_effective(plan, OPTION_CPU_MODE);
    const char *twice =
        xml_find_twice(arena, xml_child(cpu, "feature"), "name");

    if (twice)
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 arena_printf(arena, "the CPU feature %.24s stands there twice",
                              printable(arena, twice)),
                 "libvirt refuses it. Remove one of them: virsh edit.");
    if (option_effective(plan, OPTION_CACHE) == OPTION_ON &&
        ((mode != MODE_HOST_PASSTHROUGH && mode != MODE_MAXIMUM) ||
         xmlHasProp((xmlNode *)cache, (const xmlChar *)"level")))
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 "the host's caches go only with the host's CPU, all levels",
                 "libvirt refuses it: --set cpu.mode=host-passthrough, without "
                 "<cache level=>; or --set cpu.cache=off.");
    if (xml_has(width, "mode", "passthrough") &&
        xmlHasProp((xmlNode *)width, (const xmlChar *)"bits") &&
        plan->options[OPTION_MAXPHYSADDR] != OPTION_OFF)
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 "the host's address width, and a number of bits beside it",
                 "libvirt refuses both. Remove bits=: virsh edit.");
}

/* True if another process maps the memory of a device of this domain. */
static bool has_shared_device(const struct plan *plan)
{
    const xmlNode *devices = xml_child(xml_root(plan->domain->xml), "devices");

    for (const xmlNode *node = xml_child(devices, "filesystem"); node;
         node = xml_next(node))
        if (xml_has(xml_child(node, "driver"), "type", "virtiofs"))
            return true;
    return false;
}

void rule_memory_values(const struct plan *plan, struct arena *arena,
                        const struct rule *rule, struct findings *findings)
{
    const xmlNode *root = xml_root(plan->domain->xml);
    bool has_pages = !option_is_off(plan, OPTION_HUGEPAGES);

    if (has_pages && option_effective(plan, OPTION_SOURCE) == ANONYMOUS)
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 "huge pages and anonymous memory exclude each other",
                 "libvirt refuses both: --set memory.source=memfd.");
    if (has_pages &&
        xml_has(xml_find(root, "memoryBacking/allocation"), "mode", "ondemand"))
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 "huge pages and memory on demand exclude each other",
                 "libvirt refuses both. Remove <allocation>: virsh edit.");
    if (!plan->domain->has_guest_numa && has_shared_device(plan) &&
        option_effective(plan, OPTION_ACCESS) != SHARED)
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 "virtiofs needs memory that its daemon can map too",
                 "libvirt refuses it: --set memory.access=shared "
                 "--set memory.source=memfd.");
}

/* Every device with <boot order=>; libvirt takes each number once. */
void rule_boot(const struct plan *plan, struct arena *arena,
               const struct rule *rule, struct findings *findings)
{
    const xmlNode *root = xml_root(plan->domain->xml);
    const xmlNode *devices = xml_child(root, "devices");
    unsigned long order, seen[64];
    size_t count = 0;

    for (const xmlNode *device = devices ? devices->children : NULL; device;
         device = device->next) {
        const xmlNode *boot = xml_child(device, "boot");

        if (!xml_number(boot, "order", 1UL << 20, &order) ||
            count == ARRAY_SIZE(seen))
            continue;
        for (size_t i = 0; i < count; i++)
            if (seen[i] == order) {
                rule_say(rule, findings, arena, VERDICT_FAIL,
                         arena_printf(arena,
                                      "two devices are number %lu to boot from",
                                      order),
                         "Give each <boot order=> once: virsh edit.");
                return;
            }
        seen[count++] = order;
    }
    if (count > 0 && xml_find(root, "os/boot"))
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 "devices have a boot order, and <os> names <boot> too",
                 "libvirt refuses both. Remove <boot> from <os>: virsh edit.");
}

static bool gives_a_display(const struct plan *plan)
{
    enum { DISPLAY = 0x03 };

    for (size_t i = 0; i < plan->host->pci.device_count; i++)
        if (plan->is_given[i] &&
            plan->host->pci.devices[i].class_code >> 16 == DISPLAY)
            return true;
    return false;
}

/* QEMU has it by default, and libvirt wants it written all the same. */
static bool says_smm(const struct plan *plan)
{
    const xmlNode *smm = xml_find(xml_root(plan->domain->xml), "features/smm");
    long wish = plan->options[OPTION_SMM];

    return wish == OPTION_KEEP ? smm && !xml_has(smm, "state", "off")
                               : wish == OPTION_ON;
}

/* What starts the guest, and that it stays: a system is installed for one. */
void rule_firmware(const struct plan *plan, struct arena *arena,
                   const struct rule *rule, struct findings *findings)
{
    const xmlNode *os = xml_child(xml_root(plan->domain->xml), "os");
    const xmlNode *loader = xml_child(os, "loader");
    unsigned long version = plan->domain->libvirt_version;
    bool is_chosen = xml_has(os, "firmware", "efi");
    bool is_efi = is_chosen || xml_has(loader, "type", "pflash");

    if (xml_has(loader, "secure", "yes") && !says_smm(plan))
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 "Secure Boot needs system management mode",
                 "libvirt refuses it without: --set machine.smm=on.");
    else if (is_chosen && version > 0 && version < LIBVIRT_FIRMWARE &&
             *xml_content(arena, loader))
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 "firmware='efi' stands beside the path of a loader",
                 "libvirt before 9.2 refuses both. Remove one of them.");
    else if (is_efi)
        rule_say(rule, findings, arena, VERDICT_OK, "the guest starts by UEFI",
                 "");
    else if (gives_a_display(plan) && plan->domain->is_pc)
        rule_say(rule, findings, arena, VERDICT_NOTE,
                 "the guest starts by BIOS; graphics cards prefer UEFI",
                 "For a new guest choose UEFI. One that is installed would no "
                 "longer start: leave it.");
}

static int compare_namespaces(const void *a, const void *b)
{
    const xmlNode *x = *(const xmlNode *const *)a;
    const xmlNode *y = *(const xmlNode *const *)b;

    int difference = xmlStrcmp(x->ns->href, y->ns->href);

    if (difference != 0)
        return difference;
    return xml_span(x)->start_begin < xml_span(y)->start_begin ? -1 : 1;
}

/* An element whose namespace one before it has, too; or NULL. */
static const xmlNode *find_shared(struct arena *arena, const xmlNode *metadata)
{
    size_t count = 0;
    const xmlNode **list = arena_alloc(
        arena, xmlChildElementCount((xmlNode *)metadata) + 1, sizeof(*list));

    for (xmlNode *node = xmlFirstElementChild((xmlNode *)metadata); node;
         node = xmlNextElementSibling(node))
        if (node->ns)
            list[count++] = node;
    qsort(list, count, sizeof(*list), compare_namespaces);
    for (size_t i = 1; i < count; i++)
        if (xmlStrEqual(list[i - 1]->ns->href, list[i]->ns->href))
            return list[i];
    return NULL;
}

/* What libvirt drops without a word, even when it validates. */
void rule_metadata(const struct plan *plan, struct arena *arena,
                   const struct rule *rule, struct findings *findings)
{
    const xmlNode *metadata =
        xml_child(xml_root(plan->domain->xml), "metadata");
    const xmlNode *node =
        metadata ? xmlFirstElementChild((xmlNode *)metadata) : NULL;

    while (node && node->ns)
        node = xmlNextElementSibling((xmlNode *)node);
    if (node) {
        rule_say(rule, findings, arena, VERDICT_WARN,
                 arena_printf(arena, "the metadata <%.24s> will be lost",
                              printable(arena, (const char *)node->name)),
                 "libvirt drops what has no namespace. Give it one.");
        return;
    }
    node = metadata ? find_shared(arena, metadata) : NULL;
    if (node)
        rule_say(rule, findings, arena, VERDICT_WARN,
                 arena_printf(arena, "of the metadata <%.24s> will be lost",
                              printable(arena, (const char *)node->name)),
                 "libvirt keeps one element of each namespace. Put "
                 "them into one.");
}
