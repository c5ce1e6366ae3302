/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every row of the options' table, alone and with others, over many domains:
 * what is written validates wherever the domain did, reads back as the wish,
 * edits nothing twice, and touches nothing else.
 */
#include "support.h"

#include "plan/disk.h"
#include "plan/planfile.h"
#include "plan/preset.h"
#include "render/change.h"

#include <dirent.h>
#include <libxml/relaxng.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SCHEMA "/usr/share/libvirt/schemas/domain.rng"

static struct host *host;
static xmlRelaxNG *schema; /* NULL: not installed here */

static const char *const domains[] = {
#include "option_domains.h"
    NULL, /* the demo's */
};

static struct domain *load(size_t i)
{
    struct domain *domain = domains[i] ? domain_of(domains[i]) : domain_win10();

    /* As a connection to the newest libvirt would say. */
    domain->libvirt_version = 12005000;
    return domain;
}

static bool is_valid(const char *text)
{
    xmlDoc *doc = xmlReadMemory(text, (int)strlen(text), "x.xml", NULL,
                                XML_PARSE_NONET | XML_PARSE_NOERROR);
    xmlRelaxNGValidCtxt *context = xmlRelaxNGNewValidCtxt(schema);
    int result = xmlRelaxNGValidateDoc(context, doc);

    xmlRelaxNGFreeValidCtxt(context);
    xmlFreeDoc(doc);
    return result == 0;
}

/* Rows that this schema is too old for. */
static bool is_too_new(const struct plan *plan)
{
    for (unsigned id = 0; id < OPTION_COUNT; id++)
        if (option_get(id)->since > 9000000 && plan->options[id] > OPTION_OFF)
            return true;
    return false;
}

static struct changeset *render(const struct plan *plan)
{
    struct err err = {0};
    struct changeset *set = changeset_new(plan, NULL, NULL, &err);

    if (!set)
        print_error("%s\n", err.text);
    assert_non_null(set);
    return set;
}

/* What is none of ours is still there. */
static void check_foreign(const char *before, const char *after)
{
    static const char *const foreign[] = {
        "<!-- by hand -->", "<!-- mine -->", "<!-- kvm -->",
        "<!-- note -->",    "urn:my",        "<hyperv>9</hyperv>",
        "qemu:arg",         "track=",        "xmlns:qemu",
    };

    for (size_t i = 0; i < ARRAY_SIZE(foreign); i++)
        assert_with(!has(before, foreign[i]) || has(after, foreign[i]), after);
}

/* Single disks have their own, or there are more virtio devices than before. */
static bool has_others(const struct plan *plan, enum option_id id)
{
    return disk_has_wish(plan, id) ||
           (plan->options[id] == OPTION_KEEP &&
            ((id == OPTION_DISKS_QUEUES &&
              plan->options[OPTION_DISKS_BUS] == OPTION_ON) ||
             (id == OPTION_NET_QUEUES &&
              plan->options[OPTION_NET_MODEL] == OPTION_ON)));
}

/* What a plan makes of its domain keeps all the promises. */
static void check(const struct plan *plan, const char *what)
{
    struct changeset *set = render(plan), *again;
    struct domain *domain = domain_of(set->xml);
    struct plan *next = plan_new(host, domain, NULL, NULL);

    check_foreign(plan->domain->xml->text, set->xml);
    domain->libvirt_version = plan->domain->libvirt_version;
    for (unsigned id = 0; id < OPTION_COUNT; id++) {
        next->options[id] = plan->options[id];
        if (option_get(id)->part == PART_HOOK || has_others(plan, id))
            continue;
        if (option_now(next, id) != option_effective(plan, id))
            print_error("%s: %ld, not %ld, of %s\n%s\n", what,
                        option_now(next, id), option_effective(plan, id),
                        option_get(id)->key, set->xml);
        assert_int_equal(option_now(next, id), option_effective(plan, id));
    }
    for (size_t i = 0; i < plan->disk_wish_count; i++)
        next->disk_wishes[i] = plan->disk_wishes[i];
    again = render(next);
    assert_string_equal(again->xml, set->xml);
    if (schema && is_valid(plan->domain->xml->text) && !is_too_new(plan) &&
        !is_valid(set->xml))
        fail_msg("%s: not valid\n%s", what, set->xml);
    changeset_free(again);
    changeset_free(set);
    plan_free(next);
    domain_free(domain);
}

static void test_table(void **unused)
{
    (void)unused;
    for (unsigned id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = option_get(id);

        assert_non_null(row->key);
        assert_int_equal(option_find(row->key), id);
        assert_with(strlen(row->title) <= 21, row->title);
        assert_true(row->group && row->does && row->writes && row->source);
        assert_with(str_ends(row->does, "."), row->does);
        assert_true(row->on >= OPTION_ON);
        assert_true((row->type == OPTION_TYPE_CHOICE) == (row->words != NULL));
        assert_true(row->part == PART_HOOK || id == OPTION_HUGEPAGES ||
                    row->place.parent);
        for (const enum option_id *other = option_conflicts(id);
             *other != OPTION_NONE; other++) {
            const enum option_id *back = option_conflicts(*other);

            while (*back != OPTION_NONE && *back != id)
                back++;
            assert_with(*back == id, row->key); /* both ways */
        }
    }
}

/* Each value of each option by itself; and its removal gives the bytes back. */
static void test_alone(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(domains); i++) {
        struct domain *domain = load(i);

        for (unsigned id = 0; id < OPTION_COUNT; id++) {
            const struct option_row *row = option_get(id);
            long last = row->on;

            for (long n = 0; row->words && row->words[n]; n++)
                last = n + 1;
            for (long value = OPTION_OFF; value <= last;
                 value = value == OPTION_OFF && !row->words ? row->on
                                                            : value + 1) {
                struct plan *plan = plan_new(host, domain, NULL, NULL);
                struct changeset *set;

                if (!option_refusal(plan, id, value)) {
                    option_set(plan, id, value);
                    check(plan, row->key);
                }
                for (unsigned part = 0; part < PART_COUNT; part++)
                    plan_drop(plan, part, true);
                set = render(plan);
                assert_string_equal(set->xml, domain->xml->text);
                changeset_free(set);
                plan_free(plan);
                if (value >= row->on && !row->words)
                    break;
            }
        }
        domain_free(domain);
    }
}

static void try_together(const struct domain *domain, unsigned wishes)
{
    struct plan *plan = plan_new(host, domain, NULL, NULL), *kept;

    for (unsigned n = 0; n < wishes; n++) {
        enum option_id id = random_below(OPTION_COUNT);

        option_set(plan, id, any_value(plan, id));
    }
    /* What a later wish made impossible is dropped as Review would. */
    for (unsigned id = 0; id < OPTION_COUNT; id++)
        if (option_refusal(plan, id, plan->options[id]))
            plan->options[id] = OPTION_KEEP;
    check(plan, domain->name);
    /* So it is of what stays when changes are dropped. */
    for (unsigned part = 0; part < PART_COUNT; part++)
        if (random_below(3) == 0)
            plan_drop(plan, part, true);
    kept = plan_kept(plan);
    check(kept, domain->name);
    plan_free(kept);
    plan_free(plan);
}

/* Single disks: what was wished is written, once, and nothing else. */
static void try_disks(const struct domain *domain, unsigned wishes)
{
    struct plan *plan = plan_new(host, domain, NULL, NULL), *next, *loaded;
    struct str file CLEANUP(str_free) = STR_INIT;
    struct changeset *set, *again;
    struct domain *after;

    for (unsigned n = 0; n < wishes; n++) {
        enum option_id id = OPTION_DISKS_BUS + random_below(5);
        long value = random_below(5) ? any_value(plan, id) : OPTION_KEEP;

        if (disk_option_name(id) && plan->disk_wish_count > 0 &&
            random_below(3) > 0) {
            unsigned disk = random_below((unsigned)plan->disk_wish_count);

            if (!disk_refusal(plan, disk, id, value))
                disk_set(plan, disk, id, value);
        } else
            option_set(plan, id, value);
    }
    set = render(plan);
    after = domain_of(set->xml);
    next = plan_new(host, after, NULL, NULL);
    assert_int_equal(next->disk_wish_count, plan->disk_wish_count);
    for (size_t i = 0; i < plan->disk_wish_count; i++) {
        long cache = disk_effective(plan, i, OPTION_DISKS_CACHE);
        bool is_own = false;

        for (enum option_id id = OPTION_DISKS_CACHE; disk_option_name(id);
             id++) {
            assert_int_equal(disk_now(next, i, id),
                             disk_effective(plan, i, id));
            is_own |=
                disk_wish(plan, i, id) != OPTION_KEEP && id <= OPTION_DISKS_IO;
        }
        if (is_own && disk_effective(plan, i, OPTION_DISKS_IO) == 1)
            assert_in_range(cache, 1, 2); /* none, directsync */
    }
    for (size_t i = 0; i < plan->disk_wish_count; i++)
        next->disk_wishes[i] = plan->disk_wishes[i];
    again = render(next);
    assert_string_equal(again->xml, set->xml);
    if (schema && is_valid(domain->xml->text) && !is_valid(set->xml))
        fail_msg("not valid\n%s", set->xml);
    check_foreign(domain->xml->text, set->xml);
    planfile_save(plan, &file);
    loaded = plan_new(host, domain, NULL, NULL);
    assert_true(planfile_load(str_text(&file), loaded, NULL));
    for (size_t i = 0; i < plan->disk_wish_count; i++)
        if (!disk_is_named(domain, i))
            loaded->disk_wishes[i] = plan->disk_wishes[i];
    assert_true(plan_equal(loaded, plan));
    changeset_free(again);
    changeset_free(set);
    plan_free(loaded);
    plan_free(next);
    plan_free(plan);
    domain_free(after);
}

/* One value of one disk is one line of the difference, or two with its mate. */
static void test_disks(void **unused)
{
    struct domain *domain = load(ARRAY_SIZE(domains) - 1);
    struct plan *plan = plan_new(host, domain, NULL, NULL);
    struct changeset *set;

    (void)unused;
    assert_int_equal(disk_find(domain, "vda"), 0);
    assert_int_equal(disk_find(domain, "sda"), -1); /* the CD-ROM */
    assert_int_equal(disk_find(domain, "vdz"), -1);
    assert_int_equal(disk_set(plan, 0, OPTION_DISKS_IO, 1), 1);
    assert_int_equal(disk_effective(plan, 0, OPTION_DISKS_CACHE), 1);
    set = render(plan);
    assert_int_equal(set->count, 1);
    assert_int_equal(set->changes[0].diff->added, 1);
    assert_true(has(set->xml, "cache='none'") && has(set->xml, "io='native'"));
    assert_string_equal(set->changes[0].title,
                        "host cache none (vda), disk I/O native (vda)");
    changeset_free(set);
    /* All others have it so: its own wish for the cache is not needed. */
    option_set(plan, OPTION_DISKS_CACHE, 2);
    assert_int_equal(disk_effective(plan, 0, OPTION_DISKS_CACHE), 1);
    assert_int_equal(disk_set(plan, 0, OPTION_DISKS_CACHE, 3), 1);
    assert_int_equal(disk_effective(plan, 0, OPTION_DISKS_IO), OPTION_OFF);
    plan_drop(plan, PART_IO, true);
    set = render(plan);
    assert_string_equal(set->xml, domain->xml->text);
    changeset_free(set);
    plan_free(plan);
    domain_free(domain);
    random_seed(23);
    for (unsigned round = 0; round < 400; round++) {
        domain = load(round % ARRAY_SIZE(domains));
        try_disks(domain, 1 + random_below(8));
        domain_free(domain);
    }
}

/* Drivers, buses and network cards are kept or dropped each by itself. */
static void test_parts(void **unused)
{
    struct domain *domain = domain_of(
        "<domain type='kvm'><name>a</name><memory>4194304</memory><os>"
        "<type>hvm</type></os><devices><disk type='file' device='disk'>"
        "<source file='/a'/><target dev='sda' bus='sata'/></disk>"
        "<interface type='bridge'><source bridge='b'/>"
        "<model type='e1000'/></interface></devices></domain>");
    struct plan *plan = plan_new(host, domain, NULL, NULL);
    struct changeset *set;

    (void)unused;
    option_set(plan, OPTION_DISKS_DISCARD, 1);
    option_set(plan, OPTION_DISKS_BUS, 1);
    option_set(plan, OPTION_NET_MODEL, 1);
    set = render(plan);
    assert_int_equal(set->count, 3);
    assert_string_equal(set->changes[0].title, "disk bus virtio");
    assert_string_equal(set->changes[1].title, "discard unmap");
    assert_string_equal(set->changes[2].title, "network card virtio");
    changeset_free(set);
    plan_drop(plan, option_get(OPTION_NET_MODEL)->part, true);
    set = render(plan);
    assert_int_equal(changeset_kept(set), 2);
    assert_true(has(set->xml, "bus='virtio'") && has(set->xml, "'e1000'"));
    changeset_free(set);
    plan_free(plan);
    domain_free(domain);
}

static void test_together(void **unused)
{
    (void)unused;
    random_seed(21);
    for (unsigned round = 0; round < 400; round++) {
        struct domain *domain = load(round % ARRAY_SIZE(domains));

        try_together(domain, 1 + random_below(30));
        domain_free(domain);
    }
}

/* What belongs to a value goes with no other one. */
static void test_bound(void **unused)
{
    static const char text[] =
        "<domain type='kvm'><name>a</name><memory>1048576</memory>"
        "<vcpu>2</vcpu><os><type arch='x86_64'>hvm</type></os>"
        "<cpu mode='host-passthrough' migratable='off'/>"
        "<clock offset='utc'><timer name='rtc' tickpolicy='catchup'>"
        "<catchup slew='1'/></timer><timer name='pit' tickpolicy='delay'/>"
        "</clock></domain>";
    struct domain *domain = domain_of(text);
    struct plan *plan = plan_new(host, domain, NULL, NULL);

    (void)unused;
    assert_non_null(option_refusal(plan, OPTION_RTC, OPTION_OFF));
    assert_null(option_refusal(plan, OPTION_RTC, option_now(plan, OPTION_RTC)));
    assert_null(option_refusal(plan, OPTION_PIT, OPTION_OFF));
    /* With the model of the host "migratable" has to be on, also if it is
     * then to be left as the domain has it. */
    option_set(plan, OPTION_CPU_MODE, 2);
    assert_int_equal(option_effective(plan, OPTION_MIGRATABLE), OPTION_ON);
    option_set(plan, OPTION_MIGRATABLE, OPTION_KEEP);
    assert_int_equal(option_effective(plan, OPTION_MIGRATABLE), OPTION_ON);
    check(plan, "bound");
    plan_free(plan);
    domain_free(domain);
}

/* What is written by hand and not understood is shown, and never changed. */
static void test_by_hand(void **unused)
{
    struct domain *domain = load(2);
    struct plan *plan = plan_new(host, domain, NULL, NULL);
    char text[64];

    (void)unused;
    static const struct {
        enum option_id id;
        const char *text;
    } cases[] = {
        {OPTION_HV_SPINLOCKS, "4294967295"}, {OPTION_HV_VENDOR_ID, "1234"},
        {OPTION_CPU_MODE, "custom"},         {OPTION_CACHE, "emulate"},
        {OPTION_CLOCK_OFFSET, "timezone"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        enum option_id id = cases[i].id;

        assert_int_equal(option_now(plan, id), OPTION_OTHER);
        option_show(plan, id, option_now(plan, id), text, sizeof(text));
        assert_string_equal(text, cases[i].text);
        assert_true(option_get(id)->replaces ||
                    option_refusal(plan, id, option_get(id)->on));
    }
    plan_propose_options(plan);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(plan->options[cases[i].id], OPTION_KEEP);
    plan_free(plan);
    domain_free(domain);
}

/* Where <hyperv> stands for all hints, single ones are shown so, and left. */
static void test_mode(void **unused)
{
    struct domain *domain = load(5);
    struct plan *plan = plan_new(host, domain, NULL, NULL);
    struct changeset *set;
    char text[64];

    (void)unused;
    for (unsigned id = OPTION_HV_RELAXED; id < OPTION_HYPERVCLOCK; id++) {
        const char *on = option_refusal(plan, id, option_get(id)->on);
        const char *off = option_refusal(plan, id, OPTION_OFF);

        assert_with(on && has(on, "mode='passthrough'"), option_get(id)->key);
        assert_with(off && has(off, "mode='passthrough'"), option_get(id)->key);
        option_show(plan, id, option_now(plan, id), text, sizeof(text));
        assert_string_equal(text, "passthrough");
    }
    plan->guest = GUEST_WINDOWS;
    plan_propose_options(plan);
    set = render(plan);
    assert_true(has(set->xml,
                    "<hyperv mode='passthrough'>\n      <vendor_id "
                    "state='on' value='my'/>\n    </hyperv>"));
    changeset_free(set);
    plan_free(plan);
    domain_free(domain);
}

/* Disks change their bus, and nothing else of them. */
static void test_bus(void **unused)
{
    struct domain *domain = load(3);
    struct plan *plan = plan_new(host, domain, NULL, NULL);
    struct changeset *set;
    char text[32];

    (void)unused;
    option_show(plan, OPTION_DISKS_BUS, option_now(plan, OPTION_DISKS_BUS),
                text, sizeof(text));
    assert_string_equal(text, "mixed");
    for (unsigned kind = 0; kind < GUEST_KIND_COUNT; kind++) {
        plan->guest = (enum guest_kind)kind;
        plan_propose_options(plan);
        assert_int_equal(plan->options[OPTION_DISKS_BUS], OPTION_KEEP);
    }
    plan_free(plan);
    plan = plan_new(host, domain, NULL, NULL);
    option_set(plan, OPTION_DISKS_BUS, 1);
    set = render(plan);
    assert_int_equal(set->count, 1);
    assert_int_equal(set->changes[0].diff->added, 2);
    assert_int_equal(set->changes[0].diff->removed, 3);
    assert_with(has(set->xml,
                    "<source file='/a'/>\n      <target dev='vda' "
                    "bus='virtio'/>\n    </disk>"),
                set->xml);
    assert_with(has(set->xml,
                    "<!-- mine -->\n      <source dev='/dev/b'/>\n"
                    "      <target dev='vdb' bus='virtio'/>"),
                set->xml);
    assert_with(has(set->xml,
                    "<target dev='hdc' bus='ide'/>\n      <address "
                    "type='drive'"),
                set->xml);
    changeset_free(set);
    plan_free(plan);
    domain_free(domain);
}

#define DISK(target, more)                        \
    "<disk type='file' device='disk'><target dev" \
    "=" target "/>" more "</disk>"

/* A card changes its model; MAC and address stay, and so do its neighbours. */
static void test_card(void **unused)
{
    struct domain *domain = load(3);
    struct plan *plan = plan_new(host, domain, NULL, NULL);
    struct changeset *set;

    (void)unused;
    plan_propose_options(plan);
    assert_int_equal(plan->options[OPTION_NET_MODEL], OPTION_KEEP);
    plan_free(plan);
    plan = plan_new(host, domain, NULL, NULL);
    option_set(plan, OPTION_NET_MODEL, 1);
    set = render(plan);
    assert_int_equal(set->count, 1);
    assert_int_equal(set->changes[0].diff->added, 1);
    assert_int_equal(set->changes[0].diff->removed, 1);
    assert_with(has(set->xml,
                    "<model type='virtio'/>\n      <address "
                    "type='pci' domain='0x0000' bus='0x02'"),
                set->xml);
    changeset_free(set);
    plan_free(plan);
    domain_free(domain);
}

#define QEMU(name, more)                              \
    "<qemu:" name                                     \
    " xmlns:qemu='http://libvirt.org/schemas/domain/" \
    "qemu/1.0'>" more "</qemu:" name ">"

/* What cannot become virtio is refused, and why; else its new name is right. */
static void test_bus_refused(void **unused)
{
    static const struct {
        const char *os, *disks, *after;
        const char *reason, *result; /* either */
    } cases[] = {
        {"", DISK("'sda' bus='scsi'", ""), "", "no SATA or IDE", NULL},
        {"", DISK("'sda' bus='sata'", "<wwn>5000c50015ea71ac</wwn>"), "",
         "world wide name", NULL},
        {"", DISK("'sda' bus='sata' rotation_rate='1'", ""), "",
         "rotation rate", NULL},
        {"", DISK("'sda' bus='sata'", ""),
         "<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/"
         "qemu/1.0'><qemu:arg value='device.sata0-0-0.x=1'/>"
         "</qemu:commandline>",
         "qemu:commandline", NULL},
        {"", DISK("'hda' bus='ide'", "<geometry cyls='9' trans='lba'/>"), "",
         "CHS translation", NULL},
        {"", DISK("'sda' bus='sata'", "<alias name='ua-foo'/>"),
         QEMU("override", "<qemu:device alias='ua-foo'/>"), "for QEMU itself",
         NULL},
        {"", DISK("'sda' bus='sata'", "<alias name='ua-foo'/>"),
         QEMU("commandline", "<qemu:arg value='device.ua-foo.a=1'/>"),
         "for QEMU itself", NULL},
        {"",
         DISK("'vda' bus='virtio'", "<alias name='ua-foo'/>")
             DISK("'sda' bus='sata'", "<alias name='ua-bar'/>"),
         QEMU("override", "<qemu:device alias='ua-foo'/>"), NULL,
         "<target dev='vdb' bus='virtio'/>"},
        {"<boot dev='hd'/>",
         DISK("'sda' bus='sata'", "") DISK("'vda' bus='virtio'", ""), "",
         "another disk", NULL},
        {"<boot dev='cdrom'/>",
         DISK("'sda' bus='sata'", "") DISK("'vda' bus='virtio'", ""), "", NULL,
         "<target dev='vdb' bus='virtio'/>"},
        {"<boot dev='hd'/>",
         DISK("'vdb' bus='virtio'", "") DISK("'sda' bus='sata'", ""), "", NULL,
         "<target dev='vdc' bus='virtio'/>"},
        {"<boot dev='hd'/>",
         DISK("'sdb' bus='usb'", "") DISK("'sda' bus='sata'", "")
             DISK("'vda' bus='virtio'", ""),
         "", NULL, "<target dev='vdb' bus='virtio'/>"},
        {"",
         DISK("'sda' bus='sata'", "<boot order='3'/>")
             DISK("'vdz' bus='virtio'", "<boot order='1'/>"),
         "", NULL, "<target dev='vdaa' bus='virtio'/><boot order='3'/>"},
        {"", DISK("'hda'", ""), "", NULL, "<target dev='vda' bus='virtio'/>"},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct str xml CLEANUP(str_free) = STR_INIT;
        struct domain *domain;
        struct plan *plan;
        const char *refusal;

        str_addf(&xml,
                 "<domain type='kvm'><name>x</name><memory>4194304</memory>"
                 "<os><type>hvm</type>%s</os><devices>%s</devices>%s</domain>",
                 cases[i].os, cases[i].disks, cases[i].after);
        domain = domain_of(str_text(&xml));
        plan = plan_new(host, domain, NULL, NULL);
        refusal = option_refusal(plan, OPTION_DISKS_BUS, 1);
        if (cases[i].reason) {
            assert_with(refusal && has(refusal, cases[i].reason),
                        refusal ? refusal : str_text(&xml));
        } else {
            struct changeset *set;

            assert_with(!refusal, refusal);
            option_set(plan, OPTION_DISKS_BUS, 1);
            set = render(plan);
            assert_with(has(set->xml, cases[i].result), set->xml);
            changeset_free(set);
        }
        plan_free(plan);
        domain_free(domain);
    }
}

/* A plan is for Windows, Linux or another guest; the file remembers it. */
static void test_guest(void **unused)
{
    struct domain *domain = load(1);

    (void)unused;
    for (unsigned kind = 0; kind < GUEST_KIND_COUNT; kind++) {
        struct plan *plan = plan_new(host, domain, NULL, NULL);
        struct plan *again = plan_new(host, domain, NULL, NULL);
        struct str str CLEANUP(str_free) = STR_INIT;

        plan->guest = kind;
        plan_propose_options(plan);
        assert_true((plan->options[OPTION_HV_RELAXED] == OPTION_ON) ==
                    (kind == GUEST_WINDOWS));
        planfile_save(plan, &str);
        assert_true(planfile_load(str_text(&str), again, NULL));
        assert_true(plan_equal(plan, again));
        plan_free(plan);
        plan_free(again);
    }
    domain_free(domain);
}

/* Every preset that is shipped. */
static struct presets shipped(struct arena *arena)
{
    static const char *const names[] = {"windows-gaming", "linux",
                                        "lowest-latency", "gentle"};
    struct presets presets = {
        arena_alloc(arena, ARRAY_SIZE(names), sizeof(*presets.list)),
        ARRAY_SIZE(names)};

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        char *path =
            arena_printf(arena, "%s/%s.preset", UNIT_PRESETS, names[i]);
        char *text CLEANUP(mem_free) = read_text(path);

        assert_non_null(text);
        assert_true(
            preset_parse(names[i], text, arena, &presets.list[i], NULL));
    }
    return presets;
}

/* Taken twice is taken once, and says so. */
static void try_presets(const struct domain *domain)
{
    struct arena *arena = arena_new();
    struct presets presets = shipped(arena);

    for (size_t i = 0; i < presets.count; i++) {
        struct plan *plan = plan_new(host, domain, NULL, NULL), *before;
        struct str lines CLEANUP(str_free) = STR_INIT;

        preset_take(&presets.list[i], plan, NULL);
        check(plan, presets.list[i].name);
        before = plan_copy(plan);
        preset_take(&presets.list[i], plan, NULL);
        preset_compare(before, plan, "->", &lines);
        assert_string_equal(str_text(&lines), "");
        assert_true(plan_equal(plan, before));
        plan_free(before);
        plan_free(plan);
    }
    arena_free(arena);
}

static void test_presets(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(domains); i++) {
        struct domain *domain = load(i);

        try_presets(domain);
        domain_free(domain);
    }
}

/* A file of somebody's: it is a domain, or refused by a sentence. */
static bool try_file(const char *path)
{
    struct err err = {0};
    struct domain *domain = domain_load_file(path, &err);
    struct plan *plan;
    struct changeset *set;

    if (!domain) {
        assert_with(str_ends(err.text, "."), err.text);
        return false;
    }
    print_message("%s\n", path);
    plan = plan_new(host, domain, NULL, NULL);
    set = render(plan);
    assert_string_equal(set->xml, domain->xml->text);
    changeset_free(set);
    plan_free(plan);
    for (unsigned round = 0; round < 3; round++)
        try_together(domain, 1 + random_below(20));
    try_disks(domain, 1 + random_below(8));
    try_presets(domain);
    domain_free(domain);
    return true;
}

static void try_directory(const char *path)
{
    const struct dirent *entry;
    DIR *directory = opendir(path);
    unsigned count = 0;

    assert_non_null(directory);
    random_seed(22);
    while ((entry = readdir(directory))) {
        struct str file CLEANUP(str_free) = STR_INIT;

        str_addf(&file, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] != '.' && entry->d_type == DT_REG)
            count += try_file(str_text(&file));
    }
    closedir(directory);
    print_message("%u domains\n", count);
}

/* Real domains, if the directory is given. */
static void test_corpus(void **unused)
{
    const char *corpus = getenv("VIRT_TUNE_CORPUS");
    struct str path CLEANUP(str_free) = STR_INIT;

    (void)unused;
    if (!corpus)
        skip();
    str_addf(&path, "%s/domains/users", corpus);
    try_directory(str_text(&path));
}

/* The domains of one directory alone: see domains.sh. */
static const char *argument;

static void test_directory(void **unused)
{
    (void)unused;
    try_directory(argument);
}

int main(int count, char **arguments)
{
    const struct CMUnitTest one[] = {cmocka_unit_test(test_directory)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),   cmocka_unit_test(test_alone),
        cmocka_unit_test(test_parts),   cmocka_unit_test(test_together),
        cmocka_unit_test(test_by_hand), cmocka_unit_test(test_bound),
        cmocka_unit_test(test_disks),   cmocka_unit_test(test_bus),
        cmocka_unit_test(test_card),    cmocka_unit_test(test_bus_refused),
        cmocka_unit_test(test_guest),   cmocka_unit_test(test_presets),
        cmocka_unit_test(test_mode),    cmocka_unit_test(test_corpus),
    };
    xmlRelaxNGParserCtxt *parser;
    int failed;

    xml_init();
    if (access(SCHEMA, R_OK) == 0) {
        parser = xmlRelaxNGNewParserCtxt(SCHEMA);
        schema = xmlRelaxNGParse(parser);
        xmlRelaxNGFreeParserCtxt(parser);
    }
    host = host_load(host_names[0]);
    argument = count > 1 ? arguments[1] : NULL;
    failed = argument ? cmocka_run_group_tests(one, NULL, NULL)
                      : cmocka_run_group_tests(tests, NULL, NULL);
    host_free(host);
    xmlRelaxNGFree(schema);
    return failed;
}
