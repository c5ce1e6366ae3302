/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of options, and what every screen and command asks of a row.
 * Takes a plan, gives values and reasons; writes wishes into the plan only.
 */
#include "plan/option.h"

#include "base/str.h"
#include "plan/cell.h"
#include "plan/option_host.h"
#include "plan/plan.h"

#include <stdio.h>
#include <string.h>

#define HYPERV(feature)                                   \
    .hyperv = (feature), .place = {                       \
                             .parent = "features/hyperv", \
                             .element = (feature),        \
                             .attribute = "state",        \
                             .on = "on",                  \
                             .off = "off",                \
    }

#define WINDOWS "Windows hints (Hyper-V)"
#define HYPERV_SOURCE "QEMU: docs/system/i386/hyperv.rst"
#define NEEDS(...)               \
    {                            \
        __VA_ARGS__, OPTION_NONE \
    }
#define NEEDS_NOTHING \
    {                 \
        OPTION_NONE   \
    }

static const struct option_row options[OPTION_ISOLATE] = {
    [OPTION_HUGEPAGES] =
        {
            .key = "hugepages",
            .group = "Memory",
            .title = "huge pages",
            .type = OPTION_TYPE_PAGE_SIZE,
            .proposed = 2048,
            .needs = NEEDS_NOTHING,
            .does = "Backs the guest with huge pages instead of millions of "
                    "small ones: fewer page table walks and stalls.",
            .cost = "The guest's memory is gone for the host while it runs.",
            .risk = "After days of uptime memory may be too scattered; then "
                    "the guest does not start, and says so.",
            .writes = "<memoryBacking><hugepages>",
            .source = "libvirt: formatdomain, \"Memory Backing\"",
        },
    [OPTION_HUGEPAGES_RESERVE] =
        {
            .key = "hugepages.reserve",
            .group = "Memory",
            .title = "reserve at start",
            .type = OPTION_TYPE_SWITCH,
            .proposed = OPTION_ON,
            .needs = NEEDS(OPTION_HUGEPAGES),
            .hook_key = "hugepages_kib",
            .does = "The hook reserves the pages that are missing when the "
                    "guest starts, and gives back just those when it stops.",
            .cost = "The start takes a moment longer.",
            .risk = "None for others: pages that somebody holds are left.",
            .writes = "the hook's file for this domain",
            .source = "Linux: admin-guide/mm/hugetlbpage.rst",
        },
    [OPTION_HV_RELAXED] =
        {
            .key = "hyperv.relaxed",
            .group = WINDOWS,
            .title = "relaxed timers",
            .is_for_windows = true,
            .proposed = OPTION_ON,
            .needs = NEEDS_NOTHING,
            HYPERV("relaxed"),
            .does = "Windows no longer takes a host that is busy for a moment "
                    "for broken hardware.",
            .cost = "None.",
            .risk = "None known.",
            .writes = "<features><hyperv><relaxed>",
            .source = HYPERV_SOURCE,
        },
    [OPTION_HV_VAPIC] =
        {
            .key = "hyperv.vapic",
            .group = WINDOWS,
            .title = "virtual APIC",
            .is_for_windows = true,
            .proposed = OPTION_ON,
            .needs = NEEDS_NOTHING,
            HYPERV("vapic"),
            .does = "Interrupts are acknowledged without leaving the guest.",
            .cost = "None.",
            .risk = "None known.",
            .writes = "<features><hyperv><vapic>",
            .source = HYPERV_SOURCE,
        },
    [OPTION_HV_SPINLOCKS] =
        {
            .key = "hyperv.spinlocks",
            .group = WINDOWS,
            .title = "spinlock retries",
            .type = OPTION_TYPE_NUMBER,
            .minimum = 4095,
            .maximum = 65535,
            .is_for_windows = true,
            .proposed = 8191,
            .needs = NEEDS_NOTHING,
            .hyperv = "spinlocks",
            .place = {.parent = "features/hyperv",
                      .element = "spinlocks",
                      .attribute = "state",
                      .on = "on",
                      .off = "off",
                      .number = "retries"},
            .does = "Windows tells the host when it has waited this often for "
                    "a lock, so that the vCPU that holds it can run.",
            .cost = "None.",
            .risk = "None known.",
            .writes = "<features><hyperv><spinlocks>",
            .source = HYPERV_SOURCE,
        },
    [OPTION_HV_VPINDEX] =
        {
            .key = "hyperv.vpindex",
            .group = WINDOWS,
            .title = "VP index",
            .is_for_windows = true,
            .proposed = OPTION_ON,
            .needs = NEEDS_NOTHING,
            HYPERV("vpindex"),
            .does = "Gives each vCPU a number that the hints below use.",
            .cost = "None.",
            .risk = "None known.",
            .writes = "<features><hyperv><vpindex>",
            .source = HYPERV_SOURCE,
        },
    [OPTION_HV_RUNTIME] =
        {
            .key = "hyperv.runtime",
            .group = WINDOWS,
            .title = "run time",
            .is_for_windows = true,
            .proposed = OPTION_ON,
            .needs = NEEDS_NOTHING,
            HYPERV("runtime"),
            .does = "Windows sees how long a vCPU really ran, not how long it "
                    "was waiting for a CPU.",
            .cost = "None.",
            .risk = "None known.",
            .writes = "<features><hyperv><runtime>",
            .source = HYPERV_SOURCE,
        },
    [OPTION_HV_SYNIC] =
        {
            .key = "hyperv.synic",
            .group = WINDOWS,
            .title = "SynIC",
            .is_for_windows = true,
            .proposed = OPTION_ON,
            .needs = NEEDS(OPTION_HV_VPINDEX),
            HYPERV("synic"),
            .does = "Adds the interrupt controller that Hyper-V's timers use.",
            .cost = "None.",
            .risk = "None known.",
            .writes = "<features><hyperv><synic>",
            .source = HYPERV_SOURCE,
        },
    [OPTION_HV_STIMER] =
        {
            .key = "hyperv.stimer",
            .group = WINDOWS,
            .title = "synthetic timers",
            .is_for_windows = true,
            .proposed = OPTION_ON,
            .needs = NEEDS(OPTION_HV_SYNIC, OPTION_HYPERVCLOCK),
            HYPERV("stimer"),
            .does = "Gives Windows cheap timers. Without them it falls back to "
                    "the HPET or RTC and burns CPU while idle.",
            .cost = "None.",
            .risk = "The guest does not start without the Hyper-V clock: it "
                    "is switched on with it.",
            .writes = "<features><hyperv><stimer>",
            .source = HYPERV_SOURCE,
        },
    [OPTION_HV_FREQUENCIES] =
        {
            .key = "hyperv.frequencies",
            .group = WINDOWS,
            .title = "frequencies",
            .is_for_windows = true,
            .proposed = OPTION_ON,
            .needs = NEEDS_NOTHING,
            HYPERV("frequencies"),
            .does =
                "Tells Windows the rate of its clocks: it need not measure.",
            .cost = "None.",
            .risk = "None known.",
            .writes = "<features><hyperv><frequencies>",
            .source = HYPERV_SOURCE,
        },
    [OPTION_HV_TLBFLUSH] =
        {
            .key = "hyperv.tlbflush",
            .group = WINDOWS,
            .title = "TLB flush",
            .is_for_windows = true,
            .proposed = OPTION_ON,
            .needs = NEEDS(OPTION_HV_VPINDEX),
            HYPERV("tlbflush"),
            .does = "One call flushes the TLB of many vCPUs.",
            .cost = "None.",
            .risk = "None known.",
            .writes = "<features><hyperv><tlbflush>",
            .source = HYPERV_SOURCE,
        },
    [OPTION_HV_IPI] =
        {
            .key = "hyperv.ipi",
            .group = WINDOWS,
            .title = "inter-CPU interrupts",
            .is_for_windows = true,
            .proposed = OPTION_ON,
            .needs = NEEDS(OPTION_HV_VPINDEX),
            HYPERV("ipi"),
            .does = "One call interrupts many vCPUs.",
            .cost = "None.",
            .risk = "None known.",
            .writes = "<features><hyperv><ipi>",
            .source = HYPERV_SOURCE,
        },
    [OPTION_HYPERVCLOCK] =
        {
            .key = "clock.hypervclock",
            .group = "Clock",
            .title = "Hyper-V clock",
            .is_for_windows = true,
            .proposed = OPTION_ON,
            .needs = NEEDS_NOTHING,
            .place = {.parent = "clock",
                      .element = "timer",
                      .match = "name",
                      .match_value = "hypervclock",
                      .attribute = "present",
                      .on = "yes",
                      .off = "no"},
            .does = "Windows reads the time from a page in memory instead of "
                    "asking the host.",
            .cost = "None.",
            .risk = "None known.",
            .writes = "<clock><timer name='hypervclock'>",
            .source = HYPERV_SOURCE,
        },
    [OPTION_TOPOEXT] =
        {
            .key = "cpu.topoext",
            .group = "CPU",
            .title = "show threads (AMD)",
            .proposed = OPTION_ON,
            .needs = NEEDS_NOTHING,
            .place = {.parent = "cpu",
                      .element = "feature",
                      .match = "name",
                      .match_value = "topoext",
                      .attribute = "policy",
                      .on = "require",
                      .off = "disable"},
            .does = "Lets an AMD guest see which of its vCPUs are threads of "
                    "one core. QEMU does not do so by itself.",
            .cost = "None.",
            .risk = "None known.",
            .writes = "<cpu><feature name='topoext'>",
            .source = "QEMU: target/i386/cpu.c, topoext",
        },
};

const struct option_row *option_get(enum option_id id)
{
    return id < OPTION_ISOLATE ? &options[id]
                               : &option_host_rows[id - OPTION_ISOLATE];
}

enum option_id option_find(const char *key)
{
    size_t i = 0;

    while (i < OPTION_COUNT &&
           strcmp(option_get((enum option_id)i)->key, key) != 0)
        i++;
    return (enum option_id)i;
}

static const xmlNode *find_place(const struct plan *plan,
                                 const struct option_place *place)
{
    const xmlNode *parent =
        xml_find(xml_root(plan->domain->xml), place->parent);
    const xmlNode *node = xml_child(parent, place->element);

    while (node && place->match &&
           !xml_has(node, place->match, place->match_value))
        node = xml_next(node);
    return node;
}

static long page_size_now(const struct plan *plan)
{
    const xmlNode *hugepages =
        xml_find(xml_root(plan->domain->xml), "memoryBacking/hugepages");
    const xmlNode *page = xml_child(hugepages, "page");

    if (!hugepages)
        return OPTION_OFF;
    if (!page || domain_size_kib(page, "size") <= 1)
        return OPTION_ON; /* the size that libvirt picks */
    return (long)domain_size_kib(page, "size");
}

long option_now(const struct plan *plan, enum option_id id)
{
    const struct option_place *place = &option_get(id)->place;
    const xmlNode *node;
    unsigned long number;

    if (id == OPTION_HUGEPAGES)
        return page_size_now(plan);
    if (option_get(id)->hook_key)
        return plan->hook_has[id];
    node = find_place(plan, place);
    if (!node || !xml_has(node, place->attribute, place->on))
        return OPTION_OFF;
    if (place->number && xml_number(node, place->number, 1UL << 30, &number))
        return (long)number;
    return OPTION_ON;
}

long option_effective(const struct plan *plan, enum option_id id)
{
    long value = plan->options[id];

    return value == OPTION_KEEP ? option_now(plan, id) : value;
}

static bool is_offered(const struct plan *plan, const char *feature)
{
    const char **offered = plan->domain->hyperv_offered;

    if (!offered)
        return true; /* libvirt does not say: the rules tell so */
    for (; *offered; offered++)
        if (strcmp(*offered, feature) == 0)
            return true;
    return false;
}

static bool has_node_pages(const struct plan *plan)
{
    const xmlNode *page =
        xml_find(xml_root(plan->domain->xml), "memoryBacking/hugepages/page");

    return page && (xml_next(page) ||
                    xmlHasProp((xmlNode *)page, (const xmlChar *)"nodeset"));
}

const char *option_obstacle(const struct plan *plan, enum option_id id)
{
    const struct option_row *option = option_get(id);
    const struct domain *domain = plan->domain;

    if (option->hyperv && !is_offered(plan, option->hyperv))
        return "libvirt does not offer it: this kernel or QEMU lacks it.";
    if (option->hyperv &&
        xml_has(xml_find(xml_root(domain->xml), "features/hyperv"), "mode",
                "passthrough"))
        return "The domain takes all that the host has (mode='passthrough').";
    if (id == OPTION_TOPOEXT && !plan->host->cpu.has_topoext)
        return "This host's CPU has no such flag; only AMD's have.";
    if (id == OPTION_HUGEPAGES && has_node_pages(plan))
        return "The domain chooses pages for each guest node; that is left.";
    if (id == OPTION_HUGEPAGES_RESERVE &&
        option_effective(plan, OPTION_HUGEPAGES) == OPTION_ON)
        return "The domain names no page size, so none can be reserved.";
    if (id == OPTION_HUGEPAGES && plan->host->memory.pool_count == 0)
        return "The host's huge page pools could not be read.";
    if (id == OPTION_HUGEPAGES &&
        xml_has(xml_find(xml_root(domain->xml), "memoryBacking/source"), "type",
                "anonymous"))
        return "The domain asks for anonymous memory; libvirt refuses both.";
    if (id == OPTION_HUGEPAGES_RESERVE && plan->hook_obstacle)
        return plan->hook_obstacle;
    if (id >= OPTION_ISOLATE && option_host_obstacle(plan, id))
        return option_host_obstacle(plan, id);
    for (size_t i = 0; option->needs[i] != OPTION_NONE; i++) {
        const char *obstacle = option_obstacle(plan, option->needs[i]);

        if (obstacle)
            return obstacle;
    }
    return NULL;
}

/*
 * Huge pages are proposed only where the guest will start with them: there are
 * enough already, or the hook can reserve them from free memory.
 */
static bool can_have_pages(const struct plan *plan, unsigned long size_kib)
{
    const struct memory *memory = &plan->host->memory;
    const struct page_pool *pool = memory_pool(memory, size_kib);
    unsigned long needed_kib = plan->domain->memory_kib, usable_kib;

    if (!pool || needed_kib == 0 || needed_kib % size_kib != 0 ||
        !cell_can_have_pages(plan, size_kib))
        return false;
    usable_kib = page_pool_usable(pool) * size_kib;
    return usable_kib >= needed_kib ||
           (!plan->hook_obstacle &&
            usable_kib + memory->available_kib >= needed_kib + MEMORY_HOST_KIB);
}

long option_proposal(const struct plan *plan, enum option_id id)
{
    const struct option_row *option = option_get(id);
    long now = option_now(plan, id);

    if (now != OPTION_OFF || option_obstacle(plan, id))
        return OPTION_KEEP;
    if (option->is_for_windows && plan->domain->guest != GUEST_WINDOWS)
        return OPTION_KEEP;
    if (id == OPTION_HUGEPAGES &&
        !can_have_pages(plan, (unsigned long)option->proposed))
        return OPTION_KEEP;
    if (id >= OPTION_ISOLATE && !option_host_is_of_use(plan, id))
        return OPTION_KEEP;
    if (id == OPTION_TOPOEXT &&
        (plan->topology.threads < 2 ||
         strcmp(plan->domain->cpu_mode, "host-passthrough") != 0))
        return OPTION_KEEP;
    for (size_t i = 0; option->needs[i] != OPTION_NONE; i++)
        if (option_effective(plan, option->needs[i]) == OPTION_OFF &&
            option_proposal(plan, option->needs[i]) == OPTION_KEEP)
            return OPTION_KEEP;
    return option->proposed;
}

static unsigned switch_on_needed(struct plan *plan, enum option_id id)
{
    unsigned others = 0;

    for (size_t i = 0; option_get(id)->needs[i] != OPTION_NONE; i++) {
        enum option_id needed = option_get(id)->needs[i];

        if (option_effective(plan, needed) == OPTION_OFF)
            others +=
                1 + option_set(plan, needed, option_get(needed)->proposed);
    }
    return others;
}

static unsigned switch_off_dependants(struct plan *plan, enum option_id id)
{
    unsigned others = 0;

    for (size_t i = 0; i < OPTION_COUNT; i++)
        for (size_t j = 0;
             option_get((enum option_id)i)->needs[j] != OPTION_NONE; j++)
            if (option_get((enum option_id)i)->needs[j] == id &&
                option_effective(plan, (enum option_id)i) != OPTION_OFF)
                others += 1 + option_set(plan, (enum option_id)i, OPTION_OFF);
    return others;
}

unsigned option_set(struct plan *plan, enum option_id id, long value)
{
    if (value == option_now(plan, id))
        value = OPTION_KEEP;
    plan->options[id] = value;
    if (option_effective(plan, id) != OPTION_OFF)
        return switch_on_needed(plan, id);
    return switch_off_dependants(plan, id);
}

void option_format(enum option_id id, long value, char *text, size_t size)
{
    if (value == OPTION_KEEP)
        snprintf(text, size, "keep");
    else if (value == OPTION_OFF || value == OPTION_ON)
        snprintf(text, size, "%s", value ? "on" : "off");
    else if (option_get(id)->type != OPTION_TYPE_PAGE_SIZE)
        snprintf(text, size, "%ld", value);
    else if (value % (1024L * 1024) == 0)
        snprintf(text, size, "%ldG", value / (1024L * 1024));
    else if (value % 1024 == 0)
        snprintf(text, size, "%ldM", value / 1024);
    else
        snprintf(text, size, "%ldK", value);
}

static bool parse_page_size(const char *text, long *value)
{
    static const struct {
        char unit;
        long kib;
    } units[] = {{'K', 1}, {'M', 1024}, {'G', 1024L * 1024}};
    char digits[16];
    size_t length = strlen(text);
    unsigned long number;

    if (length < 2 || length > sizeof(digits))
        return false;
    memcpy(digits, text, length - 1);
    digits[length - 1] = '\0';
    for (size_t i = 0; i < ARRAY_SIZE(units); i++)
        if (text[length - 1] == units[i].unit &&
            str_number(digits, 1UL << 20, &number) && number > 0) {
            *value = (long)number * units[i].kib;
            return *value > OPTION_ON;
        }
    return false;
}

bool option_parse(enum option_id id, const char *text, long *value)
{
    const struct option_row *option = option_get(id);
    unsigned long number;

    if (strcmp(text, "keep") == 0)
        *value = OPTION_KEEP;
    else if (strcmp(text, "off") == 0)
        *value = OPTION_OFF;
    else if (strcmp(text, "on") == 0)
        *value = option->proposed;
    else if (option->type == OPTION_TYPE_PAGE_SIZE)
        return parse_page_size(text, value);
    else if (option->type == OPTION_TYPE_NUMBER &&
             str_number(text, (unsigned long)option->maximum, &number) &&
             (long)number >= option->minimum)
        *value = (long)number;
    else
        return false;
    return true;
}
