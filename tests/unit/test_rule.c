/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes every rule speak and every rule silent. What a rule says and is not
 * tested here fails the last test.
 */
#include "support.h"

#include "plan/device.h"
#include "plan/rule.h"

#include <stdlib.h>
#include <string.h>

enum { SILENT = -1 };

/* Hosts: hybrid, two threads a core; small L3s; no threads; isolated CPUs. */
enum { INTEL, AMD, SMALL, OFFLINE, HOST_COUNT };

static const char *const names[HOST_COUNT] = {"i7-12700k", "ryzen-3900x",
                                              "i5-6500-noiommu", "offline"};
static struct host *hosts[HOST_COUNT];

struct state {
    struct host *host;
    struct domain *domain;
    struct plan *plan;
};

struct spec {
    const char *id;
    int verdict; /* or SILENT */
    int host;
    unsigned vcpus;
    const char *pins;    /* of each vCPU, joined by blanks; "-": none */
    const char *cputune; /* more of <cputune> */
    const char *xml;     /* more of <domain> */
    void (*change)(struct state *state);
};

static void no_smm(struct state *state)
{
    state->plan->options[OPTION_SMM] = OPTION_OFF;
}

static void default_ioapic(struct state *state)
{
    option_set(state->plan, OPTION_IOAPIC, OPTION_OFF);
}

static void emulate(struct state *state)
{
    xmlSetProp(xml_root(state->domain->xml), BAD_CAST "type", BAD_CAST "qemu");
    option_set(state->plan, OPTION_HV_RELAXED, OPTION_ON);
}

static void emulate_only(struct state *state)
{
    xmlSetProp(xml_root(state->domain->xml), BAD_CAST "type", BAD_CAST "qemu");
}

static void discard_ticks(struct state *state)
{
    option_set(state->plan, OPTION_PIT, OPTION_PIT_DISCARD);
}

static void of_lxc(struct state *state)
{
    state->domain->type = "lxc";
    state->domain->is_kvm = false;
}

static void more_vcpus(struct state *state)
{
    plan_set_vcpus(state->plan, 3);
}

static void run(struct state *state)
{
    state->domain->is_running = true;
}

static void save(struct state *state)
{
    state->domain->has_saved_image = state->domain->is_running = true;
}

static void snapshots(struct state *state)
{
    state->domain->snapshot_count = 2;
}

static void other_hooks(struct state *state)
{
    state->host->hooks = (struct host_hooks){.file_count = 2};
    option_set(state->plan, OPTION_SLEEP, OPTION_ON);
}

static void faulty_hooks(struct state *state)
{
    other_hooks(state);
    state->host->hooks.fault_count = 3;
    state->host->hooks.has_warning = true;
}

static void other_hooks_alone(struct state *state)
{
    state->host->hooks = (struct host_hooks){.file_count = 2};
}

static void own_hook_alone(struct state *state)
{
    option_set(state->plan, OPTION_SLEEP, OPTION_ON);
}

static void unknown_snapshots(struct state *state)
{
    state->domain->snapshot_count = -1;
}

static void bus_virtio(struct state *state)
{
    option_set(state->plan, OPTION_DISKS_BUS, 1);
}

static void card_virtio(struct state *state)
{
    option_set(state->plan, OPTION_NET_MODEL, 1);
}

static void no_host_cache(struct state *state)
{
    state->plan->options[OPTION_DISKS_CACHE] = 1; /* none */
}

static void old_libvirt(struct state *state)
{
    state->domain->libvirt_version = 9000000;
}

static void give_display(struct state *state)
{
    struct pci *pci = &state->host->pci;

    for (size_t i = 0; i < pci->device_count; i++)
        if (pci->devices[i].class_code >> 16 == 3) {
            state->plan->is_given[i] = true;
            return;
        }
    fail();
}

static void isolate(struct state *state)
{
    state->plan->hook_has[OPTION_ISOLATE] = true;
}

static void clear_isolated(struct state *state)
{
    state->plan->options[OPTION_ISOLATE] = OPTION_OFF;
    state->plan->hook_has[OPTION_ISOLATE] = true;
}

static void want_interrupts(struct state *state)
{
    state->plan->options[OPTION_INTERRUPTS] = OPTION_ON;
}

static void want_all_of_nothing(struct state *state)
{
    state->plan->options[OPTION_REQUIRED] = OPTION_ON;
}

static void want_all_of_one(struct state *state)
{
    want_all_of_nothing(state);
    state->plan->options[OPTION_SLEEP] = OPTION_ON;
}

static void want_relaxed(struct state *state)
{
    option_set(state->plan, OPTION_HV_RELAXED, OPTION_ON);
}

static void want_offered(struct state *state)
{
    static const char *offered[] = {"relaxed", NULL};

    state->domain->hyperv_offered = offered;
    want_relaxed(state);
}

/* A kernel whose KVM was built without Hyper-V. */
static void want_clock(struct state *state)
{
    static const char *offered[] = {"spinlocks", NULL};

    state->domain->hyperv_offered = offered;
    state->domain->is_kvm = true;
    option_set(state->plan, OPTION_HYPERVCLOCK, OPTION_ON);
}

static void want_clock_emulated(struct state *state)
{
    want_clock(state);
    state->domain->is_kvm = false;
}

static void want_more(struct state *state)
{
    want_offered(state);
    option_set(state->plan, OPTION_HV_VAPIC, OPTION_ON);
}

static void want_topoext(struct state *state)
{
    option_set(state->plan, OPTION_TOPOEXT, OPTION_ON);
}

#include "rule_pages.h"

/* Another domain on CPU 2. */
static void add_other(struct state *state, bool is_running, bool has_autostart)
{
    static struct neighbour other;
    static struct neighbours others = {.list = &other, .count = 1};

    other = (struct neighbour){
        .name = "other",
        .cpus = cpuset_one(2),
        .is_running = is_running,
        .has_autostart = has_autostart,
    };
    state->plan->others = &others;
}

static void other_runs(struct state *state)
{
    add_other(state, true, false);
}

static void other_starts(struct state *state)
{
    add_other(state, false, true);
}

static void other_is_off(struct state *state)
{
    add_other(state, false, false);
}

static void no_other(struct state *state)
{
    static const struct neighbours none;

    state->plan->others = &none;
}

/* Another domain with the AMD host's graphics card, 0a:00.0. */
static void give_card(struct state *state)
{
    long index = device_find(state->host, "0a:00.0");

    state->plan->is_given[index] = true;
}

static void card_of_other(struct state *state, bool is_running,
                          bool has_autostart)
{
    static const char *addresses[] = {"0000:0a:00.0"};
    static struct neighbour other;
    static struct neighbours others = {.list = &other, .count = 1};

    other = (struct neighbour){
        .name = "other",
        .is_running = is_running,
        .has_autostart = has_autostart,
        .hostdevs = addresses,
        .hostdev_count = 1,
    };
    state->plan->others = &others;
    give_card(state);
}

static void card_runs(struct state *state)
{
    card_of_other(state, true, false);
}

static void card_starts(struct state *state)
{
    card_of_other(state, false, true);
}

static void card_is_free(struct state *state)
{
    card_of_other(state, false, false);
}

static void give_whole_card(struct state *state)
{
    assert_null(device_toggle(state->plan,
                              (size_t)device_find(state->host, "0a:00.0")));
}

static void bind_audio(struct state *state)
{
    state->host->pci.devices[device_find(state->host, "0a:00.1")].driver =
        "snd_hda_intel";
    give_card(state);
}

static void give_ungrouped(struct state *state)
{
    state->plan->is_given[0] = true; /* 00:00.0 is in no group there */
}

static void give_disk(struct state *state)
{
    state->plan->is_given[device_find(state->host, "02:00.0")] = true;
}

static void no_pci(struct state *state)
{
    state->host->pci.device_count = 0;
}

static void shut_cpu2(struct state *state)
{
    CPU_CLR(2, &state->host->cpu.allowed);
}

#define PAGES(size)                               \
    "<memoryBacking><hugepages><page size='" size \
    "'/></hugepages>"                             \
    "</memoryBacking>"
#define GIB "<memory unit='GiB'>1</memory>"
#define CPU(sockets, dies, cores, threads, more)                          \
    "<cpu mode='host-passthrough'><topology sockets='" #sockets           \
    "' dies='" #dies "' cores='" #cores "' threads='" #threads "'/>" more \
    "</cpu>"
#define HYPERV(more) "<features><hyperv>" more "</hyperv></features>"
#define NUMA "<cpu><numa><cell id='0' cpus='0-1' memory='1'/></numa></cpu>"
#define IOTHREAD "<iothreads>1</iothreads>"
#define DISK(more)                            \
    "<devices><disk>" more                    \
    "<target dev='vda' bus='virtio'/></disk>" \
    "</devices>"
#define EMULATOR(cpus) "<emulatorpin cpuset='" cpus "'/>"
#define IOPIN(cpus) "<iothreadpin iothread='1' cpuset='" cpus "'/>"
#define LINUX                                                             \
    "<metadata><o:libosinfo xmlns:o='http://libosinfo.org/xmlns/libvirt/" \
    "domain/1.0'><o:os id='http://debian.org/debian/12'/></o:libosinfo>"  \
    "</metadata>"
#define HOSTDEV(bus)                                          \
    "<devices><hostdev type='pci'><source><address bus='" bus \
    "' slot='0x00' function='0x0'/></source></hostdev></devices>"
#define KEYBOARD                                             \
    "<devices><hostdev type='pci'><source><address bus='0' " \
    "slot='0x14' function='0x0'/></source></hostdev></devices>"
#define CACHE "<cache mode='passthrough'/>"
#define FIFO(vcpus) \
    "<vcpusched vcpus='" vcpus "' scheduler='fifo' priority='1'/>"
#define RR(vcpus) "<vcpusched vcpus='" vcpus "' scheduler='rr' priority='1'/>"
#define TOPOEXT "<feature name='topoext' policy='require'/>"

#define KVM_IOAPIC(machine)       \
    "<os><type machine='" machine \
    "'>hvm</type></os>"           \
    "<features><ioapic driver='kvm'/></features>"
#define HIDDEN "<features><kvm><hidden state='on'/></kvm></features>"
#define FILE_DISK(bus)                                      \
    "<devices><disk type='file'><target dev='da' bus='" bus \
    "'/></disk>"                                            \
    "</devices>"

static const struct spec specs[] = {
#include "rule_cpus.h"
#include "rule_memory.h"
    {"topoext", VERDICT_FAIL, INTEL, 1, "", "", CPU(1, 1, 1, 1, TOPOEXT), NULL},
    {"topoext", VERDICT_WARN, AMD, 2, "", "", CPU(1, 1, 1, 2, ""), NULL},
    {"topoext", SILENT, AMD, 2, "", "", CPU(1, 1, 1, 2, TOPOEXT), NULL},
    {"topoext", SILENT, AMD, 2, "", "", CPU(1, 1, 1, 2, ""), want_topoext},
    {"topoext", SILENT, AMD, 2, "", "", CPU(1, 1, 2, 1, ""), NULL},
    {"topoext", SILENT, INTEL, 2, "", "", CPU(1, 1, 1, 2, ""), NULL},
    {"available", VERDICT_FAIL, INTEL, 1, "", "", "", want_topoext},
    {"available", VERDICT_FAIL, INTEL, 1, "", "", "", want_interrupts},
    {"available", SILENT, INTEL, 1, "2", "", "", want_interrupts},
    {"needs", VERDICT_WARN, INTEL, 1, "", "", "", want_all_of_nothing},
    {"needs", SILENT, INTEL, 1, "", "", "", want_all_of_one},
    {"available", VERDICT_FAIL, INTEL, 1, "", "", "", want_more},
    {"available", SILENT, INTEL, 1, "", "", "", want_offered},
    {"available", VERDICT_FAIL, INTEL, 1, "", "", "", want_clock},
    {"available", SILENT, INTEL, 1, "", "", "", want_clock_emulated},
    {"needs", VERDICT_FAIL, SMALL, 1, "", "", HYPERV("<synic state='on'/>"),
     NULL},
    {"needs", SILENT, SMALL, 1, "", "",
     HYPERV("<synic state='on'/><vpindex state='on'/>"), NULL},
    {"needs", SILENT, SMALL, 1, "", "", HYPERV("<synic state='off'/>"), NULL},
#include "rule_hints.h"
    {"hyperv-offered", VERDICT_UNKNOWN, SMALL, 1, "", "", "", want_relaxed},
    {"hyperv-offered", SILENT, SMALL, 1, "", "", "", want_offered},
    {"hyperv-offered", SILENT, SMALL, 1, "", "",
     HYPERV("<relaxed state='on'/>"), NULL},
    {"guest-kind", VERDICT_NOTE, SMALL, 1, "", "", "", NULL},
    {"guest-kind", SILENT, SMALL, 1, "", "", LINUX, NULL},
    {"hyperv-values", VERDICT_FAIL, SMALL, 1, "", "",
     HYPERV("<vendor_id state='on' value='whatever_value'/>"), NULL},
    {"hyperv-values", VERDICT_FAIL, SMALL, 1, "", "",
     HYPERV("<vendor_id state='on' value='a,b'/>"), NULL},
    {"hyperv-values", SILENT, SMALL, 1, "", "",
     HYPERV("<vendor_id state='on' value='123456789012'/>"), NULL},
    {"hyperv-values", VERDICT_FAIL, SMALL, 1, "", "",
     HYPERV("<spinlocks state='on'/>"), NULL},
    {"hyperv-values", VERDICT_FAIL, SMALL, 1, "", "",
     HYPERV("<spinlocks state='on' retries='-1'/>"), NULL},
    {"hyperv-values", VERDICT_FAIL, SMALL, 1, "", "",
     HYPERV("<spinlocks state='on' retries='4094'/>"), NULL},
    {"hyperv-values", VERDICT_FAIL, SMALL, 1, "", "",
     HYPERV("<spinlocks state='on' retries='4294967295'/>"), NULL},
    {"hyperv-values", SILENT, SMALL, 1, "", "",
     HYPERV("<spinlocks state='on' retries='1048576'/>"), NULL},
    {"hyperv-values", SILENT, SMALL, 1, "", "",
     HYPERV("<spinlocks state='off'/>"), NULL},
#include "rule_refused.h"
    {"next-start", VERDICT_WARN, SMALL, 1, "", "", "", save},
    {"next-start", VERDICT_NOTE, SMALL, 1, "", "", "", run},
    {"next-start", SILENT, SMALL, 1, "", "", "", NULL},

    {"snapshots", VERDICT_NOTE, SMALL, 1, "", "", "", snapshots},
    {"snapshots", VERDICT_UNKNOWN, SMALL, 1, "", "", "", unknown_snapshots},
    {"other-hooks", VERDICT_NOTE, SMALL, 1, "", "", "", other_hooks},
    {"other-hooks", VERDICT_WARN, SMALL, 1, "", "", "", faulty_hooks},
    {"other-hooks", SILENT, SMALL, 1, "", "", "", other_hooks_alone},
    {"other-hooks", SILENT, SMALL, 1, "", "", "", own_hook_alone},

    {"snapshots", SILENT, SMALL, 1, "", "", "", NULL},
};

/* The domain of a row, in one line. */
static char *text_of(const struct spec *spec)
{
    struct str str = STR_INIT;
    char *pins CLEANUP(mem_free) = mem_strdup(spec->pins);
    char *rest = pins;

    str_addf(&str, "<domain><name>a</name><vcpu>%u</vcpu>%s<cputune>",
             spec->vcpus, spec->xml);
    for (unsigned i = 0; *pins && rest; i++) {
        const char *pin = strsep(&rest, " ");

        if (strcmp(pin, "-") != 0)
            str_addf(&str, "<vcpupin vcpu='%u' cpuset='%s'/>", i, pin);
    }
    str_addf(&str, "%s</cputune></domain>", spec->cputune);
    return str_steal(&str);
}

/* Every row that is there for the finding's rule and verdict. */
static bool is_tested(const struct finding *finding)
{
    for (size_t i = 0; i < ARRAY_SIZE(specs); i++)
        if (strcmp(specs[i].id, finding->id) == 0 &&
            specs[i].verdict == (int)finding->verdict)
            return true;
    print_error("untested: %s, %s\n", finding->id,
                verdict_name(finding->verdict));
    return false;
}

/* Its words are options, disks and parts; none only where all are meant. */
static void look_about(const struct finding *finding)
{
    const char *at = finding->about, *word;
    size_t length;

    assert_with(strcmp(finding->topic, "options") != 0 ||
                    finding->verdict < VERDICT_UNKNOWN || *finding->about,
                finding->text);
    while ((word = str_next_word(&at, &length))) {
        char name[64];

        snprintf(name, sizeof(name), "%.*s", (int)length, word);
        assert_with(str_starts(name, "disk.") ||
                        option_find(name) != OPTION_NONE ||
                        plan_part_find(name) != PART_COUNT,
                    name);
    }
}

/* Looks at every finding: it is a tested one, and says something. */
static void look(const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];

        assert_true(is_tested(finding));
        assert_true(*finding->text && *finding->why);
        assert_false(strchr(finding->text, '\n'));
        look_about(finding);
        assert_with(finding->verdict < VERDICT_WARN || *finding->fix,
                    finding->text);
    }
}

/* How many findings the rule has, and whether one has the verdict. */
static void check(const struct spec *spec, const char *text,
                  const struct findings *findings)
{
    size_t said = 0, right = 0;

    for (size_t i = 0; i < findings->count; i++) {
        if (strcmp(findings->list[i].id, spec->id) != 0)
            continue;
        said++;
        right += spec->verdict == (int)findings->list[i].verdict;
    }
    if (spec->verdict == SILENT ? said > 0 : said == 0 || right != said)
        print_error("%s: wanted %d\n", spec->id, spec->verdict);
    assert_with(spec->verdict == SILENT ? said == 0 : said > 0, text);
    assert_with(spec->verdict == SILENT || right == said, text);
}

static void test_each(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(specs); i++) {
        char *text CLEANUP(mem_free) = text_of(&specs[i]);
        struct host *host = hosts[specs[i].host];
        struct memory memory = host->memory;
        struct pci pci = host->pci;
        struct pci_device devices[100];
        cpu_set_t allowed = host->cpu.allowed;
        struct domain *domain = domain_of(text);
        struct plan *plan = plan_new(host, domain, NULL, NULL);
        struct arena *arena = arena_new();
        struct findings findings = {0};

        assert_true(pci.device_count <= ARRAY_SIZE(devices));
        memset(devices, 0, sizeof(devices));
        memcpy(devices, pci.devices, pci.device_count * sizeof(devices[0]));
        if (specs[i].change)
            specs[i].change(&(struct state){host, domain, plan});
        rule_check(plan, arena, &findings);
        check(&specs[i], text, &findings);
        look(&findings);
        host->hooks = (struct host_hooks){0};
        host->memory = memory;
        host->pci = pci;
        memcpy(pci.devices, devices, pci.device_count * sizeof(devices[0]));
        host->cpu.allowed = allowed;
        arena_free(arena);
        plan_free(plan);
        domain_free(domain);
    }
}

/* Each rule of the list has a row that makes it speak and one that does not. */
static void test_both_ways(void **unused)
{
    static const char *const ids[] = {
        "hypervisor",
        "vcpus",
        "pinned",
        "online",
        "shared-cpu",
        "siblings",
        "core-kind",
        "l3",
        "emulator",
        "iothread-use",
        "topology",
        "host-core",
        "isolated-pin",
        "hugepages",
        "topoext",
        "available",
        "needs",
        "hyperv-offered",
        "next-start",
        "snapshots",
        "other-hooks",
        "guest-kind",
        "hyperv-values",
        "timers",
        "emulated-cpu",
        "stale",
        "unset",
        "emulated-disk",
        "cpu-values",
        "memory-values",
        "machine-values",
        "disk-values",
        "disk-path",
        "disk-source",
        "emulated-network",
        "virtio-driver",
        "boot-order",
        "firmware",
        "metadata",
        "allowed-cpus",
        "other-domains",
        "host-l3",
        "idle-cpus",
        "stray-pins",
        "vcpusched",
        "cache-passthrough",
        "device-here",
        "device-group",
        "device-others",
        "device-claims",
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
        bool speaks = false, is_good = false;

        for (size_t j = 0; j < ARRAY_SIZE(specs); j++) {
            if (strcmp(specs[j].id, ids[i]) != 0)
                continue;
            speaks |= specs[j].verdict > VERDICT_OK;
            is_good |= specs[j].verdict <= VERDICT_OK;
        }
        assert_with(speaks && is_good, ids[i]);
    }
    for (size_t j = 0; j < ARRAY_SIZE(specs); j++) {
        bool is_known = false;

        for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
            is_known |= strcmp(specs[j].id, ids[i]) == 0;
        assert_with(is_known, specs[j].id);
    }
}

/* Random plans: no rule says what no row above expects. */
static void test_random(void **unused)
{
    struct domain *win10 = domain_win10();

    (void)unused;
    random_seed(11);
    for (unsigned i = 0; i < 300; i++) {
        struct plan *plan = plan_new(hosts[i % HOST_COUNT], win10, NULL, NULL);
        struct arena *arena = arena_new();
        struct findings findings = {0};

        if (random_below(2))
            accept_layout(plan, 1 + random_below(3));
        if (random_below(3) == 0)
            plan_set_vcpus(plan, 1 + random_below(30));
        for (unsigned n = random_below(4); n > 0; n--)
            plan->vcpupin[random_below(plan->vcpus)] =
                cpuset_one((int)random_below(30));
        for (unsigned n = random_below(6); n > 0; n--) {
            enum option_id id = (enum option_id)random_below(OPTION_COUNT);
            bool is_choice = option_get(id)->type == OPTION_TYPE_CHOICE;

            plan->options[id] =
                !is_choice && random_below(2) ? 2048 : (long)random_below(2);
        }
        if (random_below(4) == 0)
            plan->topology =
                (struct guest_topology){random_below(4), random_below(4),
                                        random_below(4), random_below(4)};
        rule_check(plan, arena, &findings);
        look(&findings);
        arena_free(arena);
        plan_free(plan);
    }
    domain_free(win10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each),
        cmocka_unit_test(test_both_ways),
        cmocka_unit_test(test_random),
    };
    int failed;

    xml_init();
    for (int i = 0; i < HOST_COUNT; i++)
        hosts[i] = host_load(names[i]);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    for (int i = 0; i < HOST_COUNT; i++)
        host_free(hosts[i]);
    return failed;
}
