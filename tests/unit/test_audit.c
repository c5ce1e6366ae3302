/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes every row of the audit say each of its verdicts, on small trees with a
 * QEMU process in their proc. What a row says and is not tested here fails.
 */
#include "rootdir.h"
#include "support.h"

#include "base/redact.h"
#include "session/audit_row.h"
#include "session/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UUID "8f1d6a52-3c0e-4b7a-9d15-2e6f0c4b8a91"
#define FILES(...)        \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }
#define NOTHING FILES("a=")
#define OK VERDICT_OK
#define NOTE VERDICT_NOTE
#define UNKNOWN VERDICT_UNKNOWN
#define WARN VERDICT_WARN
#define FAIL VERDICT_FAIL

/* A thread's files; proc(5) has the fields of stat. */
#define STAT(name, flags, cpu, priority, policy) \
    "1 (" name ") S 1 1 1 0 -1 " flags           \
    " 0 0 0 0 0 0 0 0 20 0 5 0 777 0 0 "         \
    "0 0 0 0 0 0 0 0 0 0 0 0 0 0 " cpu " " priority " " policy " 0\n"
#define TASK(pid, tid) "proc/" #pid "/task/" #tid
#define THREAD(pid, tid, name, cpus) \
    TASK(pid, tid) "/comm=" name "\n",                               \
        TASK(pid, tid) "/status=Name:\tx\nCpus_allowed:\tff\n"       \
                       "Cpus_allowed_list:\t" cpus "\nMems:\t1\n",   \
        TASK(pid, tid) "/stat=" STAT(name, "64", "0", "0", "0"),     \
        TASK(pid, tid) "/schedstat=1000 0 1\n"
#define STATUS(tid, cpus) \
    TASK(100, tid) "/status=Cpus_allowed_list:\t" cpus "\n"
#define SCHEDSTAT(pid, tid, ran, waited) \
    TASK(pid, tid) "/schedstat=" ran " " waited " 9\n"
#define GROUP(tid, text) TASK(100, tid) "/cgroup=" text "\n"
#define SMAPS(kib)                                             \
    "proc/100/smaps=7f00-7f01 rw-s 0 0:1 1 /dev/hugepages/x\n" \
    "Size:  65536 kB\nKernelPageSize:     2048 kB\n"           \
    "Shared_Hugetlb: " kib                                     \
    " kB\nPrivate_Hugetlb: 0 kB\n"                             \
    "7f02-7f03 rw-p 0 0:1 1\nKernelPageSize:  4 kB\n"          \
    "Shared_Hugetlb: 0 kB\nPrivate_Hugetlb: 0 kB\n"
#define MAPS(policy, nodes)                                          \
    "proc/100/numa_maps=7f00 " policy " file=/x huge dirty=9 " nodes \
    " kernelpagesize_kB=2048\n7f02 default anon=9 N1=999 "           \
    "kernelpagesize_kB=4\n"
#define DEVICE "sys/bus/pci/devices/0000:01:00.0/"
#define FREQ(cpu, driver, governor)                                      \
    "sys/devices/system/cpu/cpu" #cpu "/cpufreq/scaling_driver=" driver, \
        "sys/devices/system/cpu/cpu" #cpu                                \
        "/cpufreq/scaling_governor=" governor
#define CONF "etc/libvirt/hooks/virt-tune/" UUID ".conf"
#define ISOLATES CONF "=# x\nversion = 1\nname = a\nguest_cpus = 0-1\n"
#define UNITS(cpus)                                             \
    "sys/fs/cgroup/system.slice/cpuset.cpus.effective=" cpus,   \
        "sys/fs/cgroup/user.slice/cpuset.cpus.effective=" cpus, \
        "sys/fs/cgroup/init.scope/cpuset.cpus.effective=" cpus
#define SCRIPT "#!/bin/sh\nconf_dir=/etc/libvirt/hooks/virt-tune\n"
#define HOOK "etc/libvirt/hooks/qemu.d/50-virt-tune"
#define RECORD(number) "var/lib/virt-tune/" UUID "/" #number "/"
#define APPLIED(number, before, after, summary)                            \
    RECORD(number)                                                         \
    "before.xml=" before, RECORD(number) "preview.xml=" after,             \
        RECORD(number) "after.xml=" after, RECORD(number) "state=applied", \
        RECORD(number) "summary=version = 1\ntime = T\n" summary
#define WROTE(number, index, path, text) \
    RECORD(number)                       \
    "file-" #index ".path=" path, RECORD(number) "file-" #index ".after=" text

static const char *const base[] = {
    "proc/1/cmdline=",
    "proc/100/stat=" STAT("q) x (", "64", "4", "0", "0"),
    THREAD(100, 100, "qemu-system-x86", "4-5"),
    THREAD(100, 101, "CPU 0/KVM", "0"),
    THREAD(100, 102, "CPU 1/KVM", "1"),
    THREAD(100, 103, "IO iothread1", "4"),
    THREAD(100, 104, "IO mon_iothread", "4-5"),
    THREAD(100, 105, "worker", "4"),
    THREAD(200, 200, "firefox", "0-7"),
    SCHEDSTAT(200, 200, "900000000", "0"),
    SMAPS("65536"),
    MAPS("bind:0", "N0=32"),
    "proc/stat=cpu 0\ncpu0 1 1 1 1 1 10 10 0 0 0\n",
    NULL,
};

/* How the definition reads: bits of it that a spec leaves out. */
enum {
    PLAIN = 0,
    NO_PINS = 1,
    NO_EMULATOR = 2,
    NO_PAGES = 4,
    LIVE_SAME = 8,    /* libvirt says that it runs with just this */
    LIVE_OTHER = 16,  /* with another topology */
    LIVE_MOVED = 32,  /* it was told to move vCPU 1 to CPU 3 */
    LIVE_FAILS = 64,  /* libvirt does not answer */
    FIFO = 128,       /* vCPU 0 shall be real-time */
    LINES = 256,      /* the definition of the journal's tests */
    OTHER_CPUS = 512, /* another machine than that of the record */
    UNREAD = 2048,    /* not all of its PCI devices could be read */
    GIVEN = 1024,     /* the record's device is there */
};

static struct domain *definition(unsigned how, bool is_live)
{
    struct str str CLEANUP(str_free) = STR_INIT;
    bool is_moved = is_live && how & LIVE_MOVED;

    str_add(&str, "<domain type='kvm'><name>my guest</name><uuid>" UUID
                  "</uuid><memory unit='MiB'>64</memory>"
                  "<vcpu>2</vcpu><iothreads>1</iothreads>");
    if (!(how & NO_PAGES))
        str_add(&str,
                "<memoryBacking><hugepages><page size='2' unit='M'/>"
                "</hugepages></memoryBacking>"
                "<numatune><memory mode='strict' nodeset='0'/>"
                "</numatune>");
    str_add(&str, "<cputune>");
    if (!(how & NO_PINS))
        str_addf(&str,
                 "<vcpupin vcpu='0' cpuset='0'/>"
                 "<vcpupin vcpu='1' cpuset='%d'/>",
                 is_moved ? 3 : 1);
    if (!(how & NO_EMULATOR))
        str_add(&str, "<emulatorpin cpuset='4-5'/>");
    str_add(&str, "<iothreadpin iothread='1' cpuset='4'/>");
    if (how & FIFO)
        str_add(&str, "<vcpusched vcpus='0' scheduler='fifo' priority='1'/>");
    str_addf(&str,
             "</cputune><os><type>hvm</type></os><cpu>"
             "<topology sockets='1' cores='%d' threads='%d'/></cpu><devices>"
             "<hostdev mode='subsystem' type='pci' managed='yes'><source>"
             "<address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>"
             "</source></hostdev></devices></domain>",
             is_live && how & LIVE_OTHER ? 1 : 2,
             is_live && how & LIVE_OTHER ? 2 : 1);
    return domain_of(str_text(&str));
}

#define XML(a, b)                                                      \
    "<domain type='kvm'>\n<name>my guest</name>\n<uuid>" UUID          \
    "</uuid>\n<memory>65536</memory>\n<vcpu>2</vcpu>\n<cputune>\n" a b \
    "</cputune>\n<os>\n<type>hvm</type>\n</os>\n</domain>\n"
#define PIN(vcpu, cpu) "<vcpupin vcpu='" vcpu "' cpuset='" cpu "'/>\n"
#define NOW XML(PIN("0", "0"), PIN("1", "1"))

static const struct spec {
    const char *id;
    enum verdict verdict;
    unsigned how;
    const char *const *files;
    const char *says; /* a part of text, detail or fix */
} specs[] = {
    {"started-with", OK, LIVE_SAME, NOTHING, "is what runs"},
    {"started-with", FAIL, LIVE_OTHER, NOTHING, "the topology"},
    {"started-with", NOTE, PLAIN, NOTHING, "a file's"},
    {"started-with", UNKNOWN, LIVE_FAILS, NOTHING, "virsh list"},

    {"vcpu-pins", OK, PLAIN, NOTHING, "2 vCPUs run where planned"},
    {"vcpu-pins", NOTE, NO_PINS, NOTHING, "No vCPU is pinned"},
    {"vcpu-pins", FAIL, PLAIN, FILES(STATUS(102, "3")),
     "vCPU 1 may run on CPUs 3; planned are 1"},
    {"vcpu-pins", FAIL, PLAIN, FILES(STATUS(102, "0-1")), "not libvirt"},
    {"vcpu-pins", FAIL, LIVE_MOVED, FILES(STATUS(102, "3")),
     "libvirt was told"},
    {"vcpu-pins", UNKNOWN, PLAIN, FILES(TASK(100, 102) "/comm=ALL CPUs/TCG"),
     "vCPU 1: its thread could not be seen"},
    {"vcpu-pins", UNKNOWN, PLAIN, FILES(TASK(100, 102) "/status=no\n"),
     "could not be seen"},

    {"emulator-pins", OK, PLAIN, NOTHING, "CPUs 4-5"},
    {"emulator-pins", NOTE, NO_EMULATOR, NOTHING, "not pinned"},
    {"emulator-pins", FAIL, PLAIN, FILES(STATUS(100, "0-5")),
     "The emulator may run on CPUs 0-5; planned are 4-5"},
    {"emulator-pins", FAIL, PLAIN, FILES(STATUS(105, "0")),
     "The helper thread \"worker\" may run on CPUs 0"},
    {"emulator-pins", UNKNOWN, PLAIN, FILES(STATUS(100, "")), "The emulator:"},

    {"iothread-pins", OK, PLAIN, NOTHING, "1 I/O thread runs"},
    {"iothread-pins", FAIL, PLAIN, FILES(STATUS(103, "5")),
     "iothreadpin DOMAIN 1 4 --live"},
    {"iothread-pins", UNKNOWN, PLAIN, FILES(TASK(100, 103) "/comm=x"),
     "I/O thread 1"},

    {"scheduler", OK, PLAIN, NOTHING, "planned scheduler"},
    {"scheduler", OK, FIFO,
     FILES(TASK(100, 101) "/stat=" STAT("CPU 0/KVM", "0", "0", "1", "1")),
     "planned"},
    {"scheduler", FAIL, FIFO, NOTHING,
     "vCPU 0 has the scheduler other; planned is fifo, priority 1"},
    {"scheduler", FAIL, FIFO,
     FILES(TASK(100, 101) "/stat=" STAT("CPU 0/KVM", "0", "0", "2", "1")),
     "fifo, priority 2; planned is fifo, priority 1"},
    {"scheduler", FAIL, PLAIN,
     FILES(TASK(100, 103) "/stat=" STAT("IO iothread1", "0", "4", "5", "2")),
     "I/O thread 1 has the scheduler rr, priority 5"},
    {"scheduler", UNKNOWN, PLAIN, FILES(TASK(100, 101) "/stat=1 (x"), "vCPU 0"},

    {"hugepages-used", OK, PLAIN, NOTHING, "64 of 64 MiB"},
    {"hugepages-used", FAIL, PLAIN, FILES(SMAPS("2048")), "2 of 64 MiB"},
    {"hugepages-used", UNKNOWN, PLAIN, FILES("proc/100/smaps="), "root"},

    {"memory-bound", OK, PLAIN, NOTHING, "planned nodes"},
    {"memory-bound", FAIL, PLAIN, FILES(MAPS("bind:0", "N0=30 N1=2")),
     "4 MiB on node 1"},
    {"memory-bound", FAIL, PLAIN, FILES(MAPS("default", "N0=32")), "no node"},
    {"memory-bound", UNKNOWN, PLAIN, FILES("proc/100/numa_maps="), "root"},

    {"devices-held", OK, PLAIN, FILES(DEVICE "driver>../drivers/vfio-pci"),
     "1 device is held"},
    {"devices-held", FAIL, PLAIN, FILES(DEVICE "driver>../drivers/nvidia"),
     "0000:01:00.0 has nvidia"},
    {"devices-held", FAIL, PLAIN, FILES(DEVICE "vendor=0x1"), "not held"},
    {"devices-held", FAIL, PLAIN, NOTHING, "is gone"},

    {"governor-now", NOTE, PLAIN, NOTHING, "No frequency policy"},
    {"governor-now", OK, PLAIN,
     FILES(FREQ(0, "intel_pstate", "powersave"),
           FREQ(1, "acpi-cpufreq", "schedutil")),
     "run fast"},
    {"governor-now", WARN, PLAIN,
     FILES(FREQ(0, "acpi-cpufreq", "schedutil"),
           FREQ(1, "acpi-cpufreq", "powersave")),
     "CPUs 1: powersave"},

    {"cpuset", NOTE, PLAIN, NOTHING, "No cgroup limits"},
    {"cpuset", OK, PLAIN,
     FILES(GROUP(101, "0::/machine.slice/q/libvirt/vcpu0"),
           "sys/fs/cgroup/machine.slice/cpuset.cpus.effective=0-7"),
     "have the planned"},
    {"cpuset", FAIL, PLAIN,
     FILES(GROUP(102, "5:x:/y\n0::/machine.slice/q"),
           "sys/fs/cgroup/cpuset.cpus.effective=0-7",
           "sys/fs/cgroup/machine.slice/q/cpuset.cpus.effective=2-7"),
     "it has 2-7, planned are 1"},
    {"cpuset", FAIL, PLAIN,
     FILES(GROUP(101, "3:cpuset:/m\n0::/"),
           "sys/fs/cgroup/cpuset/m/cpuset.effective_cpus=4"),
     "it has 4"},

    {"isolation", OK, PLAIN,
     FILES(ISOLATES, "run/virt-tune/isolate/" UUID "=0-1\n", UNITS("2-7\n")),
     "CPUs 0-1"},
    {"isolation", FAIL, PLAIN, FILES(ISOLATES), "did not free"},
    {"isolation", FAIL, PLAIN,
     FILES(ISOLATES, "run/virt-tune/isolate/" UUID "=0\n"), "it freed 0"},
    {"isolation", FAIL, PLAIN,
     FILES(ISOLATES, "run/virt-tune/isolate/" UUID "=0-1\n", UNITS("0-7")),
     "system.slice has 0-7"},
    {"isolation", UNKNOWN, PLAIN,
     FILES(ISOLATES, "run/virt-tune/isolate/" UUID "=0-1\n"), "cgroup v2"},
    {"isolation", UNKNOWN, PLAIN, FILES(ISOLATES, "run/virt-tune/isolate=x"),
     "root"},

    {"last-apply", NOTE, LINES, NOTHING, "changed nothing"},
    {"last-apply", NOTE, LINES,
     FILES(APPLIED(0001, NOW, NOW, ""),
           APPLIED(0002, NOW, NOW, "undoes = 1\n")),
     "is undone"},
    {"last-apply", OK, LINES, FILES(APPLIED(0001, NOW, NOW, "")), "0001"},
    {"last-apply", UNKNOWN, LINES, FILES("var/lib/virt-tune/" UUID "=x"),
     "Not a directory"},
    {"last-apply", FAIL, LINES,
     FILES(APPLIED(0001, NOW, NOW, ""), RECORD(0001) "state=begun"),
     "virt-tune repair"},

    {"definition-kept", OK, LINES, FILES(APPLIED(0001, XML("", ""), NOW, "")),
     "All lines"},
    {"definition-kept", FAIL, LINES,
     FILES(APPLIED(0001, XML("", ""), XML(PIN("0", "0"), PIN("1", "5")), "")),
     "<vcpupin vcpu='1' cpuset='5'/>"},
    {"definition-kept", NOTE, LINES,
     FILES(APPLIED(0001, XML("", PIN("1", "7")),
                   XML(PIN("0", "0"), PIN("1", "7")), "")),
     "2 lines, none of virt-tune's"},
    /* A later apply may change what an earlier one wrote. */
    {"definition-kept", OK, LINES,
     FILES(APPLIED(0001, XML("", ""), XML(PIN("0", "6"), ""), ""),
           APPLIED(0002, XML(PIN("0", "6"), ""), NOW, "")),
     "All lines"},

    /* Whoever wrote it: it is for all who have data. */
    {"hook-kept", OK, LINES, FILES(ISOLATES, HOOK "*" SCRIPT),
     "as it was written"},
    {"hook-kept", FAIL, LINES, FILES(ISOLATES), "is gone"},
    {"hook-kept", FAIL, LINES, FILES(ISOLATES, HOOK "=" SCRIPT),
     "not executable"},
    {"hook-kept", FAIL, LINES, FILES(ISOLATES, HOOK "*" SCRIPT "x\n"),
     "another version"},
    {"hook-kept", FAIL, LINES, FILES(ISOLATES, HOOK "*#!/bin/sh\n"),
     "move it away"},
    {"hook-kept", UNKNOWN, LINES, FILES(ISOLATES, HOOK "/"), "could not look"},
    /* A newer version came with another domain's apply. */
    {"hook-kept", OK, LINES,
     FILES(APPLIED(0001, NOW, NOW, ""), WROTE(0001, 0, HOOK, "older\n"),
           ISOLATES, HOOK "*" SCRIPT),
     "as it was written"},
    {"hook-data-kept", OK, LINES,
     FILES(APPLIED(0001, NOW, NOW, ""), WROTE(0001, 0, CONF, "a\n"),
           CONF "=a\n"),
     "as it was written"},
    {"hook-data-kept", FAIL, LINES,
     FILES(APPLIED(0001, NOW, NOW, ""), WROTE(0001, 0, CONF, "a\n")),
     "is gone"},
    {"hook-data-kept", UNKNOWN, LINES,
     FILES(APPLIED(0001, NOW, NOW, ""), WROTE(0001, 0, CONF, "a\n"), CONF "/"),
     "root"},
    {"hook-fits", FAIL, PLAIN, FILES(ISOLATES "stale = 1\n", HOOK "*old\n"),
     "another version"},

    {"cpus-kept", OK, LINES, FILES(APPLIED(0001, NOW, NOW, "cpus = abc\n")),
     "are those"},
    {"cpus-kept", FAIL, LINES | OTHER_CPUS,
     FILES(APPLIED(0001, NOW, NOW, "cpus = abc\n")), "not those"},
    {"cpus-kept", UNKNOWN, LINES, FILES(APPLIED(0001, NOW, NOW, "")), "older"},

    {"addresses-kept", OK, LINES | GIVEN,
     FILES(APPLIED(0001, NOW, NOW, "device = 0000:01:00.0 10de:2204\n")),
     "at the planned"},
    {"addresses-kept", FAIL, LINES | GIVEN,
     FILES(APPLIED(0001, NOW, NOW, "device = 0000:01:00.0 10de:1aef\n")),
     "was 10de:1aef, is 10de:2204"},
    {"addresses-kept", FAIL, LINES,
     FILES(APPLIED(0001, NOW, NOW, "device = 0000:01:00.0 10de:2204\n")),
     "is nothing"},
    {"addresses-kept", UNKNOWN, LINES | UNREAD,
     FILES(APPLIED(0001, NOW, NOW, "device = 0000:01:00.0 10de:2204\n")),
     "could not look"},
    {"addresses-kept", FAIL, LINES | GIVEN | UNREAD,
     FILES(APPLIED(0001, NOW, NOW, "device = 0000:01:00.0 10de:1aef\n")),
     "was 10de:1aef, is 10de:2204"},
};

/* Words that NUL bytes end, as the kernel shows them. */
static void write_words(const struct rootdir *dir, int pid, const char *uuid)
{
    char path[512];
    FILE *file;

    snprintf(path, sizeof(path), "%s/proc/%d/cmdline", dir->path, pid);
    file = fopen(path, "w");
    assert_non_null(file);
    /* A name may look like an option; only a word of its own is one. */
    fprintf(file, "qemu%c-name%cguest=a -uuid %s%c-x%c%s%c-uuid%c%s%c", 0, 0,
            UUID, 0, 0, UUID, 0, 0, uuid, 0);
    assert_int_equal(fclose(file), 0);
}

static struct rootdir *tree_of(const char *const *files)
{
    const char *list[128];
    struct rootdir *dir;
    size_t count = 0;

    for (size_t i = 0; base[i]; i++)
        list[count++] = base[i];
    for (; *files; files++)
        list[count++] = *files;
    assert_true(count < ARRAY_SIZE(list));
    list[count] = NULL;
    dir = rootdir_new(list);
    write_words(dir, 100, UUID);
    return dir;
}

static void make_host(struct host *host, unsigned how)
{
    static struct pci_device device = {
        .address = "0000:01:00.0", .vendor = 0x10de, .device = 0x2204};

    *host = (struct host){.cpu.fingerprint = how & OTHER_CPUS ? "def" : "abc",
                          .cpu.model = "",
                          .kernel.release = ""};
    assert_true(cpuset_parse("0-7", &host->cpu.online));
    host->cpu.allowed = host->cpu.online;
    if (how & UNREAD)
        host->pci.problem = "not all could be read";
    if (how & GIVEN) {
        host->pci.devices = &device;
        host->pci.device_count = 1;
    }
}

static bool says(const struct finding *finding, const char *part)
{
    return has(finding->text, part) || has(finding->detail, part) ||
           has(finding->fix, part);
}

static bool is_tested(const struct finding *finding)
{
    for (size_t i = 0; i < ARRAY_SIZE(specs); i++)
        if (strcmp(specs[i].id, finding->id) == 0 &&
            specs[i].verdict == finding->verdict)
            return true;
    print_error("untested: %s, %s\n", finding->id,
                verdict_name(finding->verdict));
    return false;
}

static void look_at(const struct finding *finding)
{
    assert_with(*finding->text && strlen(finding->text) <= 72, finding->text);
    assert_with(*finding->why && str_ends(finding->why, "."), finding->id);
    assert_with(*finding->source != '\0', finding->id);
    assert_with(finding->verdict < UNKNOWN || *finding->fix, finding->text);
    assert_with(finding->verdict != OK || !*finding->fix, finding->text);
    assert_true(is_tested(finding));
}

/* Everything that is said of a tree. */
static void audit_tree(const struct spec *spec, struct rootdir *dir,
                       struct findings *findings)
{
    static struct host host;
    struct target target = {.root = dir->path};
    bool is_asked = spec->how & (LIVE_SAME | LIVE_OTHER | LIVE_MOVED);
    struct domain *wanted =
        spec->how & LINES ? domain_of(NOW) : definition(spec->how, false);
    struct domain *live = is_asked ? definition(spec->how, true) : NULL;
    struct process process;
    struct changeset *set;
    struct plan *plan;
    struct audit_look look = {
        .host = &host,
        .root = dir->root,
        .wanted = wanted,
        .live = live,
        .live_problem = spec->how & LIVE_FAILS ? "connection lost" : NULL,
        .process = &process,
        .target = &target,
        .hook_root = dir->root,
        .script = SCRIPT,
        .arena = dir->arena,
        .findings = findings,
    };

    make_host(&host, spec->how);
    plan =
        plan_new(&host, wanted, root_read(dir->root, dir->arena, CONF), NULL);
    set = changeset_new(plan, dir->root, SCRIPT, NULL);
    look.set = spec->how & LINES ? NULL : set;
    assert_int_equal(process_find(dir->root, dir->arena, UUID, &process),
                     PROCESS_FOUND);
    if (!(spec->how & LINES))
        audit_running(&look);
    audit_drift(&look);
    changeset_free(set);
    plan_free(plan);
    domain_free(wanted);
    domain_free(live);
}

static void check_one(const struct spec *spec)
{
    struct rootdir *dir = tree_of(spec->files);
    struct findings findings = {0};
    size_t found = 0;

    audit_tree(spec, dir, &findings);
    for (size_t i = 0; i < findings.count; i++) {
        const struct finding *finding = &findings.list[i];

        look_at(finding);
        if (strcmp(finding->id, spec->id) == 0)
            found +=
                finding->verdict == spec->verdict && says(finding, spec->says);
    }
    if (found == 0) {
        print_error("%s: nothing is %s \"%s\", but:\n", spec->id,
                    verdict_name(spec->verdict), spec->says);
        for (size_t i = 0; i < findings.count; i++)
            if (strcmp(findings.list[i].id, spec->id) == 0)
                print_error("  %s %s (%s) %s\n",
                            verdict_name(findings.list[i].verdict),
                            findings.list[i].text, findings.list[i].detail,
                            findings.list[i].fix);
    }
    assert_true(found > 0);
    rootdir_free(dir);
}

static void every_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(specs); i++)
        check_one(&specs[i]);
}

/* What is as planned has no complaint at all. */
static void all_is_well(void **state)
{
    static const struct spec spec = {"", OK, LIVE_SAME, NULL, ""};
    struct rootdir *dir =
        tree_of(FILES(DEVICE "driver>../drivers/vfio-pci",
                      "sys/fs/cgroup/cpuset.cpus.effective=0-7",
                      GROUP(101, "0::/"), GROUP(102, "0::/")));
    struct findings findings = {0};

    (void)state;
    audit_tree(&spec, dir, &findings);
    assert_int_equal(findings_count(&findings, FAIL), 0);
    assert_int_equal(findings_count(&findings, WARN), 0);
    assert_int_equal(findings_count(&findings, UNKNOWN), 0);
    assert_true(findings_count(&findings, OK) >= 8);
    rootdir_free(dir);
}

/* Which process it is, or why that is not known. */
static void processes(void **state)
{
    struct rootdir *dir = tree_of(NOTHING), *empty;
    struct process process;

    (void)state;
    assert_int_equal(process_find(dir->root, dir->arena, UUID, &process),
                     PROCESS_FOUND);
    assert_int_equal(process.pid, 100);
    assert_string_equal(process.start, "777");
    assert_int_equal(process.thread_count, 6);
    assert_null(process_thread(&process, THREAD_VCPU, 2));
    assert_int_equal(process_thread(&process, THREAD_IOTHREAD, 1)->tid, 103);
    assert_true(process_lives(dir->root, &process));
    process.start = "77";
    assert_false(process_lives(dir->root, &process));
    assert_int_equal(process_find(dir->root, dir->arena, "", &process),
                     PROCESS_ABSENT);
    /* Only in a name: not its UUID. */
    write_words(dir, 100, "00000000-0000-0000-0000-000000000000");
    assert_int_equal(process_find(dir->root, dir->arena, UUID, &process),
                     PROCESS_ABSENT);
    write_words(dir, 100, UUID);
    write_words(dir, 200, UUID);
    assert_int_equal(process_find(dir->root, dir->arena, UUID, &process),
                     PROCESS_AMBIGUOUS);
    rootdir_free(dir);
    empty = rootdir_new(FILES("sys/a="));
    assert_int_equal(process_find(empty->root, empty->arena, UUID, &process),
                     PROCESS_HIDDEN);
    rootdir_free(empty);
}

static void put(const struct rootdir *dir, const char *const *files)
{
    for (; *files; files++) {
        size_t length = strcspn(*files, "=");
        char path[512];

        snprintf(path, sizeof(path), "%s/%.*s", dir->path, (int)length, *files);
        write_text(path, *files + length + 1);
    }
}

/* A second later: what is said of it. `*wait` becomes vCPU 1's. */
static struct finding wait_of(struct rootdir *dir, const char *const *then,
                              uint64_t later, struct audit_wait *wait)
{
    static struct findings findings;
    static struct host host;
    struct process process;
    struct audit_look look = {.host = &host,
                              .root = dir->root,
                              .process = &process,
                              .arena = dir->arena,
                              .findings = &findings};
    struct audit_wait *waits;
    struct measure *measure;
    size_t count;

    findings = (struct findings){0};
    *wait = (struct audit_wait){0};
    process_find(dir->root, dir->arena, UUID, &process);
    measure = measure_new(dir->root, &process, 5000000000U);
    put(dir, then);
    if (later > 0)
        measure_look(measure, 5000000000U + later);
    audit_judge(&look, measure, &waits, &count);
    if (count == 2)
        *wait = waits[1];
    measure_free(measure);
    assert_int_equal(findings.count, 1);
    assert_with(str_ends(findings.list[0].why, "."), findings.list[0].why);
    return findings.list[0];
}

#define SECOND 1000000000U
#define RAN(ran, waited) SCHEDSTAT(100, 102, ran, waited)
#define SOMEBODY(tid, name, flags)                                \
    SCHEDSTAT(100, 102, "500001000", "41000000"),                 \
        SCHEDSTAT(200, tid, "1200000000", "0"),                   \
        TASK(200, tid) "/stat=" STAT(name, flags, "1", "0", "0"), \
        TASK(100, 102) "/stat=" STAT("CPU 1/KVM", "64", "1", "0", "0")

static const struct {
    const char *const *then;
    uint64_t later;
    enum verdict verdict;
    const char *says;
} waits_said[] = {
    {FILES(RAN("900001000", "9000000")), SECOND, OK, "more than 0.9 %"},
    {FILES(RAN("900001000", "41000000")), SECOND, WARN,
     "vCPU 1 waited 4.1 % of the time for CPU 0"},
    {FILES(RAN("900001000", "41000000")), 2 * SECOND, WARN, "2.0 %"},
    {FILES(RAN("900001000", "41000000")), SECOND, WARN, "quota="},
    {FILES(SOMEBODY(200, "firefox", "0")), SECOND, WARN, "firefox 30.0 %"},
    {FILES(SOMEBODY(200, "firefox", "0")), SECOND, WARN, "\"host.isolate\""},
    {FILES(SOMEBODY(200, "kworker/1:0", "2097216")), SECOND, WARN, "rcu"},
    {FILES(SOMEBODY(200, "irq/9-nvme0q1", "2097216")), SECOND, WARN,
     "smp_affinity"},
    {FILES(SOMEBODY(200, "CPU 3/KVM", "0")), SECOND, WARN, "Another guest"},
    {FILES(SOMEBODY(200, "vhost-100", "2097216")), SECOND, WARN,
     "Its own emulator"},
    {FILES(RAN("500001000", "41000000"), SCHEDSTAT(100, 101, "400001000", "0"),
           TASK(100, 101) "/stat=" STAT("CPU 0/KVM", "0", "1", "0", "0"),
           TASK(100, 102) "/stat=" STAT("CPU 1/KVM", "0", "1", "0", "0")),
     SECOND, WARN, "Two vCPUs share"},
    {FILES(RAN("500001000", "41000000"), SCHEDSTAT(100, 105, "400001000", "0"),
           TASK(100, 105) "/stat=" STAT("worker", "0", "1", "0", "0"),
           TASK(100, 102) "/stat=" STAT("CPU 1/KVM", "0", "1", "0", "0")),
     SECOND, WARN, "worker 40.0 %"},
    {FILES(RAN("500001000", "41000000"),
           "proc/stat=cpu0 1 1 1 1 1 20 25 0 0 0\n"),
     SECOND, WARN, "interrupts 25.0 %"},
    {FILES(RAN("500001000", "41000000"),
           "proc/stat=cpu0 1 1 1 1 1 10 10 50 0 0\n"),
     SECOND, WARN, "is a guest itself"},
    {FILES("a="), SECOND, UNKNOWN, "stand still"},
    {FILES("a="), 0, UNKNOWN, "stopped before"},
    {FILES(TASK(100, 102) "/schedstat=x"), SECOND, UNKNOWN, "no schedstat"},
    {FILES("proc/100/stat=" STAT("q", "0", "0", "0", "0") "x",
           TASK(100, 102) "/schedstat=x", "proc/100/stat=1 (q) Z"),
     SECOND, UNKNOWN, "the guest ended"},
};

static void waiting(void **state)
{
    struct audit_wait wait;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(waits_said); i++) {
        struct rootdir *dir = tree_of(NOTHING);
        struct finding finding =
            wait_of(dir, waits_said[i].then, waits_said[i].later, &wait);

        if (finding.verdict != waits_said[i].verdict ||
            !says(&finding, waits_said[i].says))
            print_error("row %zu: not \"%s\" but %s: %s (%s) %s\n", i,
                        waits_said[i].says, verdict_name(finding.verdict),
                        finding.text, finding.detail, finding.fix);
        assert_int_equal(finding.verdict, waits_said[i].verdict);
        assert_true(says(&finding, waits_said[i].says));
        /* What is not known is no number either. */
        assert_int_equal(wait.vcpu, finding.verdict == UNKNOWN ? 0 : 1);
        rootdir_free(dir);
    }
}

static void redacted(void **state)
{
    static const struct redact_name names[] = {
        {"my guest", "GUEST"}, {"tower", "HOST"}, {"", "NOTHING"}};
    static const char *const rows[][2] = {
        {"x " UUID " y", "x UUID y"},
        {"52:54:00:ab:cd:ef", "MAC"},
        {"BOOTIF=01-52-54-00-ab-cd-ef", "BOOTIF=MAC"},
        {"root=UUID=1234-ABCD ro", "root=UUID=... ro"},
        {"root=/dev/disk/by-id/nvme-Samsung_S6XYZ-part2 ro",
         "root=/dev/disk/by-id/... ro"},
        {"/home/jane/x.rom", "/home/USER/x.rom"},
        {"qemu+ssh://root@10.1.2.3/system", "qemu+ssh://HOST/system"},
        {"qemu+ssh://nas:22/system", "qemu+ssh://HOST/system"},
        {"qemu:///system", "qemu:///system"},
        {"ip=192.168.1.7::", "ip=ADDRESS::"},
        {"fe80::1ff:fe23:4567:890a", "ADDRESS"},
        {"0000:01:00.0 10de:2204 libvirt 9.0.0 CPUs 0-5,8", NULL},
        {"2026-11-21T11:03:33Z", NULL},
        {"My Guest runs on TOWER, not in towers",
         "GUEST runs on HOST, not in "
         "towers"},
        {"vg_tower-root", "vg_HOST-root"},
        {"my guestbook", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char *text = redact(rows[i][0], names, ARRAY_SIZE(names));

        assert_string_equal(text, rows[i][1] ? rows[i][1] : rows[i][0]);
        free(text);
    }
}

/* A whole audit without libvirt, on a made-up host; and its report. */
static void whole(void **state)
{
    struct session_options options = {.sysroot = UNIT_HOSTS "/i7-12700k"};
    char *root = scratch_new(), path[256], *text;
    struct session *session;
    struct audit *audit;
    struct err err = {0};

    (void)state;
    options.root = root;
    session = session_open(&options, &err);
    assert_non_null(session);
    assert_true(session_load(session, UNIT_WIN10, &err));
    audit = audit_new(session, &err);
    assert_non_null(audit);
    assert_false(audit->is_running || audit_start(audit, 1));
    assert_false(audit_step(audit));
    assert_int_equal(audit_verdict(audit), AUDIT_AS_PLANNED);
    assert_false(audit->is_in_force); /* nobody tuned it, and so it looks */
    assert_true(audit_warnings(audit) > 1);
    assert_true(has(audit_verdict_text(audit),
                    "Nothing is applied; the stored definition has"));
    assert_true(has(audit_verdict_text(audit), " warnings."));
    text = report_text(audit, false);
    assert_true(has(text, "12th Gen") && has(text, "does not run"));
    assert_false(has(text, "win10") || has(text, session->domain->uuid));
    free(text);
    text = report_text(audit, true);
    assert_true(str_starts(text, "# A report of virt-tune check\n"));
    free(text);
    audit_free(audit);
    /* A file that names no UUID names no process. */
    snprintf(path, sizeof(path), "%s/x.xml", root);
    write_text(path,
               "<domain type='kvm'><name>x</name><vcpu>1</vcpu>"
               "<memory>1024</memory><os><type>hvm</type></os>"
               "</domain>");
    assert_true(session_load(session, path, &err));
    audit = audit_new(session, &err);
    assert_int_equal(audit_verdict(audit), AUDIT_NOT_SEEN);
    audit_free(audit);
    session_close(session);
    scratch_free(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verdict), cmocka_unit_test(all_is_well),
        cmocka_unit_test(processes),     cmocka_unit_test(waiting),
        cmocka_unit_test(redacted),      cmocka_unit_test(whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
