/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Another machine's host, from the XML that libvirt gives: what it tells is
 * what files would tell, what it does not tell is unknown, and nothing is this
 * machine's. And which URI leads to another machine at all.
 */
#include "cpu_support.h"

#include "apply/journal.h"
#include "domain/uri.h"
#include "host/remote.h"
#include "plan/image.h"
#include "plan/rule.h"

#include <stdlib.h>
#include <string.h>

static bool no_free_pages(const void *data, unsigned node,
                          unsigned long size_kib, unsigned long *count)
{
    (void)size_kib;
    (void)data;
    *count = node + 3;
    return true;
}

static unsigned long some_memory(const void *data, int node)
{
    (void)data;
    return node < 0 ? 3000000 : 1000000;
}

/* The <device>s of the fixture, one text each; free the list's first two. */
static const char **devices(char *text, size_t *count)
{
    const char **list = mem_alloc(16, sizeof(*list));

    *count = 0;
    for (char *at = strstr(text, "<device>"); at; at = strstr(at, "<device>")) {
        char *end = strstr(at, "</device>") + strlen("</device>");

        list[(*count)++] = at;
        at = end;
        *at++ = '\0';
    }
    return list;
}

static struct host *load(const char *name, const char *cpu)
{
    struct str path CLEANUP(str_free) = STR_INIT;
    char *text, *nodes = read_text(UNIT_REMOTE "/devices.xml");
    struct remote_facts facts = {
        .name = "far.example",
        .cpu = cpu,
        .offline = cpuset_one(15),
        .free_pages = no_free_pages,
        .available_kib = some_memory,
    };
    struct err err = {0};
    struct host *host;

    str_addf(&path, "%s/%s.xml", UNIT_REMOTE, name);
    text = read_text(str_text(&path));
    assert_non_null(text);
    facts.capabilities = text;
    facts.devices = devices(nodes, &facts.device_count);
    host = remote_host(&facts, &err);
    assert_with(host, err.text);
    free((void *)facts.devices);
    free(nodes);
    free(text);
    return host;
}

static const struct finding *finding(const struct host *host, const char *id)
{
    for (size_t i = 0; i < host->findings.count; i++)
        if (strcmp(host->findings.list[i].id, id) == 0)
            return &host->findings.list[i];
    fail_msg("no check %s", id);
    return NULL;
}

static void hybrid(void **state)
{
    struct host *host = load("hybrid",
                             "<cpu><feature policy='require' "
                             "name='vmx'/><feature policy='disable' "
                             "name='invtsc'/></cpu>");
    const struct cpu_topology *cpu = &host->cpu;

    (void)state;
    assert_string_equal(host->remote, "far.example");
    assert_false(host_is_running(host));
    assert_string_equal(cpu->vendor, "GenuineIntel");
    assert_int_equal(cpu->core_count, 12);
    assert_set(&cpu->online, "0-19");
    assert_true(cpuset_is_empty(&cpu->offline)); /* 15 is online after all */
    assert_set(&cpu->cores[1].cpus, "2-3");
    assert_int_equal(cpu->l3_count, 1);
    assert_int_equal(cpu->l3[0].size_kib, 25 * 1024);
    assert_int_equal(cpu->l3[0].core_count, 12);
    assert_int_equal(cpu->l2_count, 0); /* not told */
    assert_int_equal(cpu->cores[3].l2, -1);
    assert_true(cpu->has_smt && cpu->is_hybrid); /* threads tell */
    assert_kind(cpu, CORE_KIND_PERFORMANCE, "0-15");
    assert_kind(cpu, CORE_KIND_EFFICIENT, "16-19");
    assert_true(cpu->has_flags && cpu->has_vmx);
    assert_false(cpu->has_svm || cpu->has_nonstop_tsc);
    assert_int_equal(host->memory.total_kib, 32573412);
    assert_int_equal(host->memory.available_kib, 3000000);
    assert_int_equal(host->memory.pool_count, 2); /* 4 KiB is no pool */
    assert_int_equal(memory_pool(&host->memory, 2048)->total, 16);
    assert_int_equal(memory_pool(&host->memory, 2048)->free, 3);
    assert_true(host->kernel.has_kvm);
    host_free(host);
}

static void epyc(void **state)
{
    struct host *host = load("epyc", NULL);
    const struct cpu_topology *cpu = &host->cpu;

    (void)state;
    assert_string_equal(cpu->vendor, "AuthenticAMD");
    assert_int_equal(cpu->node_count, 2);
    assert_int_equal(cpu->package_count, 2);
    assert_set(&cpu->nodes[1].cpus, "4-7,12-14");
    assert_int_equal(cpu->core_count, 8);
    assert_set(&cpu->cores[0].cpus, "0,8");
    assert_set(&cpu->cores[7].cpus, "7");
    assert_int_equal(cpu->cores[7].node, 1);
    assert_int_equal(cpu->cores[7].package, 1);
    assert_int_equal(cpu->l3_count, 4);
    assert_set(&cpu->l3[cpu->cores[5].l3].cpus, "4-5,12-13");
    assert_set(&cpu->offline, "15");
    assert_false(cpu->is_hybrid || cpu->has_flags);
    assert_int_equal(host->memory.node_count, 2);
    assert_int_equal(memory_pool(&host->memory, 2048)->total, 1536);
    assert_int_equal(memory_pool(&host->memory, 2048)->free, 3 + 4);
    assert_int_equal(
        memory_node_pool(memory_node(&host->memory, 1), 2048)->total, 1024);
    assert_true(memory_node(&host->memory, 1)->is_known);
    assert_false(host->kernel.has_kvm);
    assert_int_equal(finding(host, "kvm")->verdict, VERDICT_FAIL);
    assert_int_equal(finding(host, "virtualization")->verdict, VERDICT_UNKNOWN);
    host_free(host);
}

static void pci(void **state)
{
    struct host *host = load("hybrid", NULL);
    const struct pci *pci = &host->pci;
    const struct pci_device *gpu = pci_find(pci, "0000:01:00.0");
    const struct pci_device *nic = pci_find(pci, "0000:41:00.0");
    const struct pci_device *part = pci_find(pci, "0000:41:10.0");

    (void)state;
    assert_int_equal(pci->device_count, 5);
    assert_true(has(pci->problem, "1 of them")); /* bus 999 */
    assert_string_equal(gpu->name,
                        "NVIDIA Corporation GA102 [GeForce RTX "
                        "3090]");
    assert_string_equal(gpu->driver, "nouveau");
    assert_string_equal(gpu->parent, "0000:00:01.0");
    assert_int_equal(gpu->class_code, 0x030000);
    assert_int_equal(gpu->vendor << 16 | gpu->device, 0x10de2204);
    assert_int_equal(gpu->group, 2);
    assert_int_equal(gpu->node, 0);
    assert_null(pci_find(pci, "0000:00:01.0")->parent);
    assert_string_equal(nic->name,
                        "Intel Corporation Ethernet?Controller?31m "
                        "X550");
    assert_int_equal(nic->virtual_limit, 63);
    assert_int_equal(nic->virtual_count, 2);
    assert_string_equal(part->physical, "0000:41:00.0");
    assert_null(part->driver);
    assert_int_equal(part->node, -1);
    assert_int_equal(pci->group_count, 3);
    assert_int_equal(pci->groups[0].device_count, 3);
    assert_ptr_equal(pci->groups[0].culprit, gpu);
    host_free(host);
}

/* Nobody knows who uses a function; what its model does is known. */
static void claims(void **state)
{
    struct host *host = load("hybrid", NULL);
    const struct claim *claim;

    (void)state;
    claim = claim_first(&host->claims, pci_find(&host->pci, "0000:01:00.0"));
    assert_int_equal(claim->severity, CLAIM_UNKNOWN);
    assert_true(has(claim->text, "far.example"));
    claim = claim_first(&host->claims, pci_find(&host->pci, "0000:41:00.0"));
    assert_int_equal(claim->kind, CLAIM_VIRTUAL);
    assert_int_equal(claim->severity, CLAIM_WARN);
    for (size_t i = 0; i < host->pci.device_count; i++) {
        struct claim_list list =
            claim_list(&host->claims, &host->pci.devices[i]);

        for (size_t j = 0; j < list.count; j++)
            assert_true(list.list[j].severity == CLAIM_UNKNOWN ||
                        list.list[j].kind == CLAIM_VIRTUAL);
    }
    host_free(host);
}

/* Of what libvirt does not tell, nothing is said. */
static void checks(void **state)
{
    static const char *const told[] = {
        "virtualization", "kvm", "iommu", "cpus", "hugepages", "hugepages-1g"};
    struct host *host = load("hybrid", "<cpu/>");
    size_t known = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(told); i++)
        assert_int_not_equal(finding(host, told[i])->verdict, VERDICT_UNKNOWN);
    for (size_t i = 0; i < host->findings.count; i++) {
        known += host->findings.list[i].verdict != VERDICT_UNKNOWN;
        if (host->findings.list[i].verdict == VERDICT_UNKNOWN)
            assert_string_equal(host->findings.list[i].detail, "another host");
    }
    assert_int_equal(known, ARRAY_SIZE(told));
    assert_false(host->usb.is_known);
    assert_string_equal(host->bootloader.name, "");
    assert_string_equal(host->kernel.release, "");
    host_free(host);
}

/* A plan is refused nothing by what is only unknown, nor told it is absent. */
static void plan(void **state)
{
    struct host *host = load("hybrid", "<cpu/>");
    struct domain *domain = domain_win10();
    struct plan *plan = plan_new(host, domain, NULL, NULL);
    struct arena *arena = arena_new();
    struct findings findings = {0};
    struct journal_names {
        char *here, *there, *other;
    } names;
    bool is_said = false;

    (void)state;
    assert_true(accept_layout(plan, 8));
    assert_null(option_obstacle(plan, OPTION_ISOLATE));
    assert_null(option_obstacle(plan, OPTION_FREQUENCY));
    assert_true(
        has(image_refusal(plan, arena, "vda", "/dev/sda"), "another host") ||
        has(image_refusal(plan, arena, "sda", "/dev/sda"), "another host"));
    rule_check(plan, arena, &findings);
    for (size_t i = 0; i < findings.count; i++) {
        assert_false(has(findings.list[i].text, "not there"));
        is_said |= findings.list[i].verdict == VERDICT_UNKNOWN &&
                   has(findings.list[i].fix, "another host");
    }
    assert_true(is_said); /* the disk */
    names.here = journal_directory(domain);
    domain->remote = "far.example";
    names.there = journal_directory(domain);
    domain->remote = "far.example:2222";
    names.other = journal_directory(domain);
    assert_string_not_equal(names.here, names.there);
    assert_string_not_equal(names.there, names.other);
    assert_int_equal(strncmp(names.there, names.here, strlen(names.here)), 0);
    free(names.here);
    free(names.there);
    free(names.other);
    arena_free(arena);
    plan_free(plan);
    domain_free(domain);
    host_free(host);
}

static void add_cpus(struct str *str, const struct cpu_topology *cpu,
                     const struct cpu_node *node)
{
    CPUSET_FOREACH(i, &node->cpus)
    {
        const struct cpu_core *core = cpu_core_of(cpu, i);

        str_addf(str, "<cpu id='%d' socket_id='%u' core_id='%u' siblings='", i,
                 core->package, core->index);
        cpuset_add_text(str, &core->cpus);
        str_add(str, "'/>");
    }
}

/* The capabilities that libvirt would give on this host. */
static char *capabilities_of(const struct host *host)
{
    const struct cpu_topology *cpu = &host->cpu;
    struct str str = STR_INIT;

    str_addf(&str,
             "<capabilities><host><cpu><model>%s</model><vendor>%s</vendor>"
             "</cpu><topology><cells>",
             cpu->model, cpu->vendor);
    for (unsigned i = cpu->node_count; i-- > 0;) { /* in another order */
        str_addf(&str, "<cell id='%u'><cpus>", cpu->nodes[i].id);
        add_cpus(&str, cpu, &cpu->nodes[i]);
        str_add(&str, "</cpus></cell>");
    }
    str_add(&str, "</cells></topology><cache>");
    for (unsigned i = 0; i < cpu->l3_count; i++) {
        str_addf(&str,
                 "<bank id='%u' level='3' type='both' size='%lu' unit='KiB' "
                 "cpus='",
                 i, cpu->l3[i].size_kib);
        cpuset_add_text(&str, &cpu->l3[i].cpus);
        str_add(&str, "'/>");
    }
    str_add(&str, "</cache></host></capabilities>");
    return str_steal(&str);
}

static void assert_same(const struct cpu_topology *a,
                        const struct cpu_topology *b)
{
    assert_int_equal(a->core_count, b->core_count);
    assert_int_equal(a->package_count, b->package_count);
    assert_int_equal(a->l3_count, b->l3_count);
    assert_int_equal(a->has_smt, b->has_smt);
    CPUSET_FOREACH(i, &a->online)
    {
        const struct cpu_core *x = cpu_core_of(a, i), *y = cpu_core_of(b, i);

        assert_non_null(y);
        assert_true(CPU_EQUAL(&x->cpus, &y->cpus));
        assert_int_equal(x->package, y->package);
        assert_int_equal(x->node, y->node);
        assert_int_equal(x->l3 < 0, y->l3 < 0);
        if (x->l3 >= 0) {
            assert_true(CPU_EQUAL(&a->l3[x->l3].cpus, &b->l3[y->l3].cpus));
            assert_int_equal(a->l3[x->l3].core_count, b->l3[y->l3].core_count);
        }
        /* What libvirt tells may leave the kind open, and never change it. */
        if (b->is_hybrid)
            assert_int_equal(x->kind, y->kind);
    }
}

static void as_files_tell(void **state)
{
    (void)state;
    for (size_t i = 0; host_names[i]; i++) {
        struct host *host = host_load(host_names[i]);
        char *text CLEANUP(mem_free) = capabilities_of(host);
        struct remote_facts facts = {
            .name = "far", .capabilities = text, .offline = host->cpu.offline};
        struct err err = {0};
        struct host *remote = remote_host(&facts, &err);

        assert_with(remote, err.text);
        assert_same(&host->cpu, &remote->cpu);
        assert_int_equal(remote->memory.pool_count, 0); /* not told */
        host_free(remote);
        host_free(host);
    }
}

#define CELL(cpus)                                                  \
    "<capabilities><host><topology><cells><cell id='0'><cpus>" cpus \
    "</cpus></cell></cells></topology></host></capabilities>"

static void broken(void **state)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"", "no XML"},
        {"<capabilities>", "no XML"},
        {"<capabilities/>", "no XML"},
        {"<capabilities><host/></capabilities>", "does not tell which CPUs"},
        {CELL(""), "does not tell which CPUs"},
        {CELL("<cpu id='1'/>"), "does not tell which CPUs"},
        {CELL("<cpu id='1024' siblings='1024'/>"), "0 to 1023"},
        {CELL("<cpu id='-1' siblings='0'/>"), "0 to 1023"},
        {CELL("<cpu id='1' siblings='0'/>"), "told apart"},
        {CELL("<cpu id='1' siblings='1'/><cpu id='1' siblings='1'/>"),
         "told apart"},
        {CELL("<cpu id='0' siblings='x'/>"), "told apart"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct remote_facts facts = {.name = "far",
                                     .capabilities = rows[i].text};
        struct err err = {0};

        assert_null(remote_host(&facts, &err));
        assert_with(has(err.text, rows[i].says), err.text);
    }
}

static void uris(void **state)
{
    static const struct {
        const char *text, *host, *port, *user;
        bool is_uri, is_local;
    } rows[] = {
        {"qemu:///system", "", "", "", true, true},
        {"test:///a/b.xml", "", "", "", true, true},
        {"qemu+unix:///system", "", "", "", true, true},
        {"qemu+unix:///system?socket=/x", "", "", "", true, false},
        {"qemu:///system?a=b&socket=/x", "", "", "", true, false},
        {"qemu+ssh://far/system", "far", "", "", true, false},
        {"qemu+ssh://me@far.example:22/system", "far.example", "22", "me", true,
         false},
        {"qemu+tls://[fe80::1]:16514/system", "fe80::1", "16514", "", true,
         false},
        {"qemu+ssh:///system", "", "", "", true, false},
        {"qemu+ext:///system?command=/x", "", "", "", true, false},
        {"qemu+ssh://far'$(x)/system", "", "", "", false, false},
        {"laptop", "", "", "", false, false},
        {"", "", "", "", false, false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct uri uri;
        bool is_uri = uri_parse(rows[i].text, &uri);

        assert_int_equal(is_uri, rows[i].is_uri);
        assert_int_equal(*rows[i].text ? conn_is_plain(rows[i].text) : 0,
                         rows[i].is_local);
        if (!is_uri)
            continue;
        assert_string_equal(uri.host, rows[i].host);
        assert_string_equal(uri.port, rows[i].port);
        assert_string_equal(uri.user, rows[i].user);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hybrid), cmocka_unit_test(epyc),
        cmocka_unit_test(pci),    cmocka_unit_test(claims),
        cmocka_unit_test(checks), cmocka_unit_test(plan),
        cmocka_unit_test(broken), cmocka_unit_test(as_files_tell),
        cmocka_unit_test(uris),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
