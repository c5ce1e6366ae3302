/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a plan, says in our words what libvirt would refuse to define, with a
 * sentence that names no line, or would drop in silence.
 */
#include "plan/rule_row.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/backing.h"

#include <stdlib.h>
#include <string.h>

/* libvirt 9.2 lets firmware='efi' stand beside the loader that it chose. */
enum { LIBVIRT_FIRMWARE = 9002000 };

/* Values of OPTION_CPU_MODE, OPTION_SOURCE and OPTION_ACCESS. */
enum { MODE_HOST_PASSTHROUGH = 1, MODE_MAXIMUM = 3, ANONYMOUS = 3, SHARED = 1 };

/* A value of OPTION_IOAPIC; libvirt 10.10 writes it beside such an IOMMU. */
enum { IOAPIC_QEMU = 2, LIBVIRT_IOAPIC = 10010000 };

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
        plan->options[OPTION_MAXPHYSADDR] == OPTION_KEEP)
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 "the host's address width, and a number of bits beside it",
                 "libvirt refuses both: --set cpu.maxphysaddr=on.");
}

/* Of what another process maps: libvirt refuses it, or it does not work. */
static void check_shared(const struct plan *plan, struct arena *arena,
                         const struct rule *rule, struct findings *findings)
{
    bool is_refused = false, could_be = backing_is_shared(plan, SHARED);
    const char *sharer = backing_sharer(plan, &is_refused);

    if (!sharer ||
        backing_is_shared(plan, option_effective(plan, OPTION_ACCESS)))
        return;
    rule_say(rule, findings, arena, is_refused ? VERDICT_FAIL : VERDICT_WARN,
             arena_printf(arena, "%s needs memory that its back end can map",
                          sharer),
             arena_printf(arena, "%s%s",
                          is_refused ? _("libvirt refuses it: ")
                                     : _("It will not work: "),
                          could_be ? _("--set memory.access=shared "
                                       "--set memory.source=memfd.")
                                   : _("a guest node has memAccess='private'; "
                                       "write 'shared' there (virsh edit).")));
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
    check_shared(plan, arena, rule, findings);
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

/* What the machine's parts need of each other. */
void rule_machine(const struct plan *plan, struct arena *arena,
                  const struct rule *rule, struct findings *findings)
{
    const xmlNode *root = xml_root(plan->domain->xml);
    const xmlNode *iommu = xml_find(root, "devices/iommu");
    unsigned long version = plan->domain->libvirt_version;
    long ioapic = option_effective(plan, OPTION_IOAPIC);
    bool is_written_by_libvirt = ioapic == OPTION_OFF &&
                                 plan->options[OPTION_IOAPIC] == OPTION_KEEP &&
                                 version >= LIBVIRT_IOAPIC;
    bool remaps = false, lacks_remapping = false;

    for (; iommu; iommu = xml_next(iommu)) {
        const xmlNode *driver = xml_child(iommu, "driver");
        bool is_on = xml_has(driver, "intremap", "on");

        remaps |= is_on;
        lacks_remapping |= xml_has(driver, "eim", "on") && !is_on;
    }
    if (remaps && ioapic != IOAPIC_QEMU && !is_written_by_libvirt)
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 "the guest's IOMMU remaps interrupts, which needs QEMU's I/O "
                 "APIC",
                 "libvirt refuses it: --set machine.ioapic=qemu.");
    if (lacks_remapping)
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 "the guest's IOMMU has eim without interrupt remapping",
                 "libvirt refuses it. Write intremap='on': virsh edit.");
    if (option_is_off(plan, OPTION_SMM) && xml_find(root, "features/smm/tseg"))
        rule_say(rule, findings, arena,
                 plan->options[OPTION_SMM] == OPTION_OFF ? VERDICT_FAIL
                                                         : VERDICT_WARN,
                 "<tseg> stands in system management, which is off",
                 "libvirt drops it in silence. Remove it first, or leave "
                 "machine.smm on.");
}

/* What starts the guest, and that it stays: a system is installed for one. */
void rule_firmware(const struct plan *plan, struct arena *arena,
                   const struct rule *rule, struct findings *findings)
{
    const xmlNode *root = xml_root(plan->domain->xml);
    const xmlNode *os = xml_child(root, "os");
    const xmlNode *loader = xml_child(os, "loader");
    unsigned long version = plan->domain->libvirt_version;
    bool is_chosen = xml_has(os, "firmware", "efi");
    bool is_efi = is_chosen || xml_has(loader, "type", "pflash");

    if (xml_has(loader, "secure", "yes") && !says_smm(plan))
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 "Secure Boot needs system management mode",
                 "libvirt refuses it without: --set machine.smm=on.");
    else if (option_has_secure_boot(root) && option_is_off(plan, OPTION_SMM))
        rule_say(rule, findings, arena, VERDICT_FAIL,
                 "firmware with Secure Boot needs system management mode",
                 "The guest does not start without: --set machine.smm=on.");
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
