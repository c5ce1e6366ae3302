/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Renders plans over many domains and reads the result again: it has to say
 * what the plan says, and to keep every byte that the plan does not speak of.
 */
#include "support.h"

#include "plan/iothread.h"
#include "plan/layout.h"
#include "render/change.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

static struct host *host;

static const char *const domains[] = {
    /* nothing that virt-tune knows is there */
    "<domain type='kvm'>\n  <name>a</name>\n  <memory>4194304</memory>\n"
    "  <os>\n    <type>hvm</type>\n  </os>\n</domain>\n",
    "<domain><vcpu>4</vcpu></domain>",
    "<domain type='kvm'><name>one</name><memory unit='MiB'>4096</memory>"
    "<vcpu>4</vcpu><features><hyperv mode='custom'/></features><cpu/>"
    "<clock offset='localtime'/><devices><disk><target dev='vda' "
    "bus='virtio'/></disk></devices></domain>",
    /* tabs, CRLF, double quotes, comments, other namespaces */
    "<?xml version=\"1.0\"?>\r\n<!-- by hand -->\r\n"
    "<domain type=\"kvm\" xmlns:qemu=\"http://libvirt.org/schemas/domain/"
    "qemu/1.0\">\r\n\t<name>tab &amp; co</name>\r\n"
    "\t<metadata>\r\n\t\t<my:x xmlns:my=\"urn:my\"><vcpu>9</vcpu></my:x>\r\n"
    "\t</metadata>\r\n\t<memory unit=\"GiB\">8</memory>\r\n"
    "\t<vcpu placement=\"static\" current=\"2\">4</vcpu> <!-- four -->\r\n"
    "\t<cputune>\r\n\t\t<!-- mine -->\r\n"
    "\t\t<vcpupin vcpu=\"1\" cpuset=\"2-3\" />\r\n"
    "\t\t<vcpusched vcpus=\"0\" scheduler=\"rr\" priority=\"1\"/>\r\n"
    "\t</cputune>\r\n\t<features>\r\n\t\t<acpi/>\r\n\t\t<hyperv>\r\n"
    "\t\t\t<relaxed state=\"off\"/>\r\n\t\t\t<unknown state=\"on\"/>\r\n"
    "\t\t</hyperv>\r\n\t\t<kvm>\r\n\t\t\t<hidden state=\"on\"/>\r\n"
    "\t\t</kvm>\r\n\t</features>\r\n\t<cpu mode=\"host-passthrough\">\r\n"
    "\t\t<topology sockets=\"4\" cores=\"1\" threads=\"1\"/>\r\n"
    "\t\t<feature policy=\"disable\" name=\"svm\"/>\r\n\t</cpu>\r\n"
    "\t<clock offset=\"localtime\">\r\n"
    "\t\t<timer name=\"hypervclock\" present=\"no\"/>\r\n\t</clock>\r\n"
    "\t<devices>\r\n\t\t<disk>\r\n\t\t\t<driver name=\"qemu\"/>\r\n"
    "\t\t\t<target bus=\"virtio\" dev=\"vda\"/>\r\n\t\t</disk>\r\n"
    "\t</devices>\r\n\t<qemu:commandline>\r\n"
    "\t\t<qemu:arg value=\"-foo\"/>\r\n\t</qemu:commandline>\r\n"
    "</domain>\r\n",
    /* everything is there already, and differs */
    "<domain type='kvm'>\n  <name>full</name>\n  <memory>4194304</memory>\n"
    "  <memoryBacking>\n    <hugepages/>\n    <nosharepages/>\n"
    "  </memoryBacking>\n  <vcpu placement='static'>8</vcpu>\n"
    "  <iothreads>2</iothreads>\n  <iothreadids>\n    <iothread id='4'/>\n"
    "    <iothread id='9'/>\n  </iothreadids>\n  <cputune>\n"
    "    <shares>2048</shares>\n    <vcpupin vcpu='0' cpuset='0'/>\n"
    "    <vcpupin vcpu='7' cpuset='1,^1,2'/>\n"
    "    <emulatorpin cpuset='0-1'/>\n"
    "    <iothreadpin iothread='9' cpuset='3'/>\n  </cputune>\n"
    "  <features>\n    <hyperv mode='custom'>\n"
    "      <spinlocks state='on' retries='4096'/>\n"
    "      <vendor_id state='on' value='x'/>\n    </hyperv>\n  </features>\n"
    "  <cpu mode='custom'>\n    <model>qemu64</model>\n"
    "    <topology sockets='2' dies='1' clusters='2' cores='2' threads='1'/>\n"
    "    <numa>\n      <cell id='0' cpus='0-7' memory='4194304'/>\n"
    "    </numa>\n  </cpu>\n  <clock offset='utc'/>\n  <devices>\n"
    "    <disk>\n      <driver iothread='9'/>\n"
    "      <target dev='vda' bus='virtio'/>\n    </disk>\n    <disk>\n"
    "      <target dev='vdb' bus='virtio'/>\n    </disk>\n  </devices>\n"
    "</domain>\n",
    /* pins that this program cannot read are not its own */
    "<domain>\n  <vcpu>2</vcpu>\n  <cputune>\n"
    "    <vcpupin vcpu='0' cpuset='2000'/>\n"
    "    <vcpupin vcpu='1' cpuset='1, 2'/>\n"
    "    <vcpupin vcpu='5' cpuset='1'/>\n"
    "    <emulatorpin cpuset='4000-4001'/>\n"
    "    <iothreadpin iothread='1' cpuset='x'/>\n  </cputune>\n"
    "  <iothreads>1</iothreads>\n</domain>\n",
};

static struct changeset *render(const struct plan *plan)
{
    struct err err = {0};
    struct changeset *set = changeset_new(plan, NULL, NULL, &err);

    if (!set)
        print_error("%s\n", err.text);
    assert_non_null(set);
    return set;
}

/* A fresh plan changes no byte. */
static void check_no_wish(const struct domain *domain)
{
    struct plan *plan = plan_new(host, domain, NULL, NULL);
    struct changeset *set = render(plan);

    assert_string_equal(set->xml, domain->xml->text);
    assert_int_equal(set->count, 0);
    assert_false(set->changes_xml);
    changeset_free(set);
    plan_free(plan);
}

/* Something for every part that the plan can have. */
static struct plan *full_plan(const struct domain *domain, unsigned vcpus)
{
    struct plan *plan = plan_new(host, domain, NULL, NULL);

    assert_true(accept_layout(plan, vcpus));
    plan_propose_options(plan);
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (option_get((enum option_id)i)->windows == PROPOSE_ON &&
            ((option_get((enum option_id)i)->hyperv &&
              !option_hyperv_mode(plan)) ||
             i == OPTION_HYPERVCLOCK))
            option_set(plan, (enum option_id)i,
                       option_get((enum option_id)i)->on);
    option_set(plan, OPTION_HUGEPAGES, 2048);
    return plan;
}

/* What the result says is what the plan says. */
static void check_facts(const struct plan *plan, const char *text)
{
    struct domain *domain = domain_of(text);
    struct plan *again = plan_new(host, domain, NULL, NULL);
    struct changeset *set = render(again);
    unsigned threads = 0;

    assert_string_equal(set->xml, text);
    changeset_free(set);
    assert_int_equal(again->vcpus, plan->vcpus);
    for (unsigned i = 0; i < plan->vcpus; i++)
        assert_true(CPU_EQUAL(&again->vcpupin[i], &plan->vcpupin[i]));
    assert_true(CPU_EQUAL(&again->emulatorpin, &plan->emulatorpin));
    assert_memory_equal(&again->topology, &plan->topology,
                        sizeof(plan->topology));
    for (unsigned i = 0; i < plan->iothread_count; i++) {
        if (iothread_goes(plan, plan->iothreads[i].id))
            continue;
        assert_in_range(threads, 0, again->iothread_count - 1);
        assert_int_equal(again->iothreads[threads].id, plan->iothreads[i].id);
        assert_true(CPU_EQUAL(&again->iothreads[threads].cpus,
                              &plan->iothreads[i].cpus));
        threads++;
    }
    assert_int_equal(again->iothread_count, threads);
    for (size_t i = 0; i < domain->disk_count; i++)
        assert_int_equal(again->disk_iothread[i], plan->disk_iothread[i]);
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (option_get((enum option_id)i)->part != PART_HOOK)
            assert_with(option_now(again, (enum option_id)i) ==
                            option_effective(plan, (enum option_id)i),
                        option_get((enum option_id)i)->key);
    plan_free(again);
    domain_free(domain);
}

/* Elements whose lines a plan may replace. */
static bool is_ours(const char *line)
{
    static const char *const names[] = {
        "<vcpu",      "<emulatorpin", "iothread",       "<topology",
        "<hyperv",    "<relaxed",     "<vapic",         "<spinlock",
        "<vpindex",   "<runtime",     "<synic",         "<stimer",
        "<freq",      "<tlbflush",    "<ipi",           "'hypervcl",
        "\"hypervcl", "<page",        "<hugepage",      "<driver",
        "<cputune/>", "<cputune></",  "<cpu/>",         "<feature",
        "<memoryBac", "<clock",       "<cpu ",          "<domain",
        "<cache",     "<timer",       "<memball",       "</memball",
        "<alias",     "<stats",       "<address",       "<avic",
        "<xmm_input", "></domain>",   "</iothreadids>",
    };

    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (has(line, names[i]))
            return true;
    return false;
}

/* The changes follow from each other, and take away only lines of ours. */
static void check_changes(const struct changeset *set, const char *before)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct change *change = &set->changes[i];

        assert_string_equal(change->before, before);
        before = change->after;
        assert_true(change->diff->added + change->diff->removed > 0);
        for (size_t j = 0; j < change->diff->count; j++)
            if (change->diff->lines[j].sign == '-')
                assert_with(is_ours(change->diff->lines[j].text),
                            change->diff->lines[j].text);
    }
    assert_string_equal(set->xml, before);
    assert_int_equal(set->xml_length, strlen(before));
}

static void check_full(const struct domain *domain, unsigned vcpus)
{
    struct plan *plan = full_plan(domain, vcpus);
    struct changeset *set = render(plan);

    check_changes(set, domain->xml->text);
    check_facts(plan, set->xml);
    changeset_free(set);
    plan_free(plan);
}

/* Dropping a part leaves what it would have changed as it was. */
static void check_drop(const struct domain *domain)
{
    for (unsigned part = 0; part < PART_COUNT; part++) {
        struct plan *plan = full_plan(domain, domain->vcpus), *kept;
        struct changeset *set, *wanted;

        plan_drop(plan, (enum plan_part)part, true);
        set = render(plan);
        kept = plan_kept(plan);
        wanted = render(kept);
        assert_string_equal(set->xml, wanted->xml);
        for (size_t i = 0; i < set->count; i++)
            assert_int_equal(set->changes[i].is_kept,
                             !(plan->dropped & 1U << set->changes[i].part));
        assert_int_equal(changeset_kept(set), wanted->count);
        check_facts(kept, set->xml);
        changeset_free(set);
        changeset_free(wanted);
        plan_free(kept);
        plan_drop(plan, (enum plan_part)part, false);
        assert_int_equal(plan->dropped, 0);
        plan_free(plan);
    }
    for (unsigned all = 0; all < 1; all++) {
        struct plan *plan = full_plan(domain, domain->vcpus + 2);
        struct changeset *set;

        for (unsigned part = 0; part < PART_COUNT; part++)
            plan_drop(plan, (enum plan_part)part, true);
        set = render(plan);
        assert_string_equal(set->xml, domain->xml->text);
        assert_int_equal(changeset_kept(set), 0);
        changeset_free(set);
        plan_free(plan);
    }
}

static void test_no_wish(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(domains); i++) {
        struct domain *domain = domain_of(domains[i]);

        check_no_wish(domain);
        domain_free(domain);
    }
}

static void test_full(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(domains); i++)
        for (unsigned vcpus = 1; vcpus <= 12; vcpus++) {
            struct domain *domain = domain_of(domains[i]);

            check_full(domain, vcpus);
            domain_free(domain);
        }
}

static void test_drop(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(domains); i++) {
        struct domain *domain = domain_of(domains[i]);

        check_drop(domain);
        domain_free(domain);
    }
}

static void test_win10(void **unused)
{
    struct domain *domain = domain_win10();
    struct plan *plan = full_plan(domain, 12);
    struct changeset *set = render(plan);

    (void)unused;
    check_no_wish(domain);
    check_changes(set, domain->xml->text);
    check_facts(plan, set->xml);
    assert_true(has(set->xml, "<vcpupin vcpu='11' cpuset='15'/>"));
    assert_true(has(set->xml,
                    "    <hyperv mode='custom'>\n"
                    "      <relaxed state='on'/>\n"));
    assert_true(has(set->xml, "<iothreads>1</iothreads>"));
    assert_true(has(set->xml,
                    "    <timer name='hpet' present='no'/>\n"
                    "    <timer name='hypervclock' "
                    "present='yes'/>\n  </clock>"));
    changeset_free(set);
    plan_free(plan);
    check_drop(domain);
    domain_free(domain);
}

/* What is switched off again is switched off in the text. */
static void test_off(void **unused)
{
    struct domain *domain = domain_of(domains[4]);
    struct plan *plan = plan_new(host, domain, NULL, NULL);
    struct changeset *set;

    (void)unused;
    option_set(plan, OPTION_HV_SPINLOCKS, OPTION_OFF);
    option_set(plan, OPTION_HUGEPAGES, OPTION_OFF);
    plan->emulatorpin = cpuset_empty();
    plan->topology = (struct guest_topology){0};
    plan->vcpupin[0] = cpuset_empty();
    plan->vcpupin[7] = cpuset_one(5);
    set = render(plan);
    check_changes(set, domain->xml->text);
    check_facts(plan, set->xml);
    assert_false(has(set->xml, "emulatorpin"));
    assert_false(has(set->xml, "hugepages"));
    assert_true(has(set->xml, "<nosharepages/>"));
    changeset_free(set);
    plan_free(plan);
    domain_free(domain);
}

/* Memory becomes whole pages, and only where somebody wishes pages. */
static void test_rounding(void **unused)
{
    static const struct {
        const char *memory, *wanted; /* wanted NULL: left as it is */
    } rows[] = {
        {"<memory dumpCore='off' unit='MB'>1000</memory>"
         "<currentMemory>976563</currentMemory>",
         "<memory dumpCore='off' unit='KiB'>976896</memory>"
         "<currentMemory>976896</currentMemory>"},
        {"<memory>4097</memory><currentMemory>2000</currentMemory>",
         "<memory>6144</memory><currentMemory>2000</currentMemory>"},
        {"<memory unit='MiB'>4</memory>", NULL},
        {"<maxMemory slots='1'>9999</maxMemory><memory>4097</memory>", NULL},
        {"<cpu><numa><cell id='0' cpus='0' memory='4097'/></numa></cpu>"
         "<memory>4097</memory>",
         NULL},
    };

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *wanted = rows[i].wanted ? rows[i].wanted : rows[i].memory;
        struct str text CLEANUP(str_free) = STR_INIT;
        struct domain *domain, *again;
        struct changeset *set;
        struct plan *plan;

        str_addf(&text, "<domain><name>a</name>%s<vcpu>1</vcpu></domain>",
                 rows[i].memory);
        domain = domain_of(str_text(&text));
        plan = plan_new(host, domain, NULL, NULL);
        option_set(plan, OPTION_HUGEPAGES, 2048);
        set = render(plan);
        assert_with(has(set->xml, wanted), set->xml);
        plan_free(plan);
        again = domain_of(set->xml);
        plan = plan_new(host, again, NULL, NULL);
        changeset_free(set);
        option_set(plan, OPTION_HUGEPAGES, 2048);
        set = render(plan);
        assert_int_equal(set->count, 0); /* edited once is enough */
        changeset_free(set);
        plan_free(plan);
        domain_free(again);
        domain_free(domain);
    }
}

/* Real domains of many people, if the directory is given. */
static void test_corpus(void **unused)
{
    const char *corpus = getenv("VIRT_TUNE_CORPUS");
    struct str path CLEANUP(str_free) = STR_INIT;
    const struct dirent *entry;
    unsigned count = 0, refused = 0;
    DIR *directory;

    (void)unused;
    if (!corpus)
        skip();
    str_addf(&path, "%s/domains/users", corpus);
    directory = opendir(str_text(&path));
    assert_non_null(directory);
    while ((entry = readdir(directory))) {
        struct str file CLEANUP(str_free) = STR_INIT;
        struct err err = {0};
        struct domain *domain;

        if (!str_ends(entry->d_name, ".xml") &&
            !str_ends(entry->d_name, ".generated"))
            continue;
        str_addf(&file, "%s/%s", str_text(&path), entry->d_name);
        print_message("%s\n", entry->d_name);
        domain = domain_load_file(str_text(&file), &err);
        if (!domain) {
            print_message("%s\n", err.text);
            refused++;
            continue;
        }
        check_no_wish(domain);
        check_full(domain, 12);
        check_full(domain, 4);
        if (domain->vcpus <= 16)
            check_drop(domain);
        domain_free(domain);
        count++;
    }
    closedir(directory);
    /* A few of the collection are templates, or cut off: no XML. */
    assert_true(count > 0 && refused <= count / 10);
}

static int setup(void **unused)
{
    (void)unused;
    host = host_load(host_names[0]);
    return 0;
}

static int teardown(void **unused)
{
    (void)unused;
    host_free(host);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_wish), cmocka_unit_test(test_full),
        cmocka_unit_test(test_drop),    cmocka_unit_test(test_win10),
        cmocka_unit_test(test_off),     cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_corpus),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
