/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every known fault of hooks, found at its line, and beside it a script that
 * does the same without the fault and is left alone.
 */
#include "rootdir.h"
#include "support.h"

#include "host/hooklint.h"
#include "host/hooklint_row.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BASH "#!/bin/bash\n"
#define TREE "etc/libvirt/hooks/qemu.d/win10/prepare/begin/a.sh*"
/* A hook that does its work for one guest only. */
#define HOOK "etc/libvirt/hooks/qemu*"
#define DISPATCHER HOOK BASH "\"${0%/*}/qemu.d/$1/$2/$3/a.sh\" \"$1\"\n"
#define FIRMWARE "sys/bus/platform/drivers/simple-framebuffer/"
#define CONSOLE "sys/class/vtconsole/vtcon0/bind=1\n"
#define GOVERNORS \
    "for f in /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"
#define MANAGER                                          \
    "etc/systemd/system/display-manager.service>/lib/x/" \
    "sddm.service"

static struct host *host; /* of the demo: CPUs 0-19, intel_pstate */

/* The faults of a hook of the tree; lines from 2 on, after the #! line. */
static const struct spec {
    const char *id;
    unsigned line;
    const char *faulty, *clean;
    const char *also; /* one more file */
} specs[] = {
    {"device-by-virsh", 3, "# virsh nodedev-detach a\nvirsh nodedev-detach $A",
     "echo virsh nodedev-detach pci # virsh nodedev-detach", NULL},
    {"calls-libvirt", 2, "if /usr/bin/virsh list | grep -q a; then :; fi",
     "cat <<X >/dev/null\nvirsh list\nX", NULL},
    {"calls-libvirt", 3, "a=1\nstate=\"$(sudo virsh domstate \"$1\")\"",
     "state='$(virsh domstate)'", NULL},
    {"calls-libvirt", 4, "f() {\n  # x\n  case a in b) virsh list;; esac\n}",
     "echo \\\n  virsh list", NULL},
    {"calls-libvirt", 2, "bash -c 'a; virsh list'", "bash -c 'a; echo virsh'",
     NULL},
    {"restarts-libvirt", 2, "systemctl restart libvirtd.service",
     "systemctl is-active libvirtd.service", NULL},
    {"pages-zero", 2, "echo 0 > /proc/sys/vm/nr_hugepages",
     "echo $(($(cat /proc/sys/vm/nr_hugepages) - 8)) "
     ">/proc/sys/vm/nr_hugepages",
     NULL},
    {"pages-zero", 2, "sysctl -w vm.nr_hugepages=0", "sysctl vm.nr_hugepages",
     NULL},
    {"pages-zero", 3, "n=/proc/sys/vm/nr_hugepages\necho 0 | sudo tee $n",
     "n=/proc/sys/vm/nr_hugepages\necho 0 | sudo tee /tmp/a", NULL},
    {"pages-absolute", 3, "N=4096\necho $N > /proc/sys/vm/nr_hugepages",
     "read -r had </proc/sys/vm/nr_hugepages\n"
     "echo $((had + 8)) >/proc/sys/vm/nr_hugepages",
     NULL},
    {"governor-absent", 2, GOVERNORS "; do echo \"ondemand\" > $f; done",
     GOVERNORS "; do echo \"performance\" > $f; done", NULL},
    {"governor-absent", 2, "cpupower frequency-set -g schedutil",
     "cpupower frequency-set -g performance", NULL},
    {"governor-fixed", 3,
     "cat /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor\n" GOVERNORS
     "; do echo powersave >\"$f\"; done",
     "was=$(cat /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor)"
     "\n" GOVERNORS "; do echo powersave >\"$f\"; done",
     NULL},
    {"cpus-empty", 2,
     "systemctl set-property --runtime -- a.slice AllowedCPUs=",
     "systemctl set-property --runtime -- a.slice CPUWeight=", NULL},
    {"cpus-absent", 2,
     "systemctl set-property --runtime -- user.slice AllowedCPUs=16-23",
     "systemctl set-property --runtime -- user.slice AllowedCPUs=$now\n"
     "systemctl show -P AllowedCPUs user.slice",
     NULL},
    {"cpus-absent", 2, "taskset -pc 18-31 $$",
     "taskset -pc 19 $$\n"
     "taskset -pc 1234\ntaskset -p ff000000 1\ntaskset -c 0-19 a 25",
     NULL},
    {"cpus-absent", 2, "taskset --cpu-list 25 a", "a -c 24-31", NULL},
    {"cpus-absent", 2, "echo 0 > /sys/devices/system/cpu/cpu25/online",
     "echo 0 > /sys/devices/system/cpu/cpu19/online\n"
     "ls /sys/devices/system/cpu/cpu2* /sys/devices/system/cpu/cpu2$n/a",
     NULL},
    {"cpus-absent", 2, "cat /sys/devices/system/cpu/cpu25/online",
     "# cat /sys/devices/system/cpu/cpu25/online", NULL},
    {"cpus-absent", 2, "echo 16-23 >/proc/irq/9/smp_affinity_list",
     "echo 16-19 >/proc/irq/9/smp_affinity_list", NULL},
    {"governor-kept", 2, "cpupower frequency-set -g performance",
     "cpupower frequency-set -g performance\n"
     "cpupower frequency-set -g powersave",
     NULL},
    {"governor-kept", 2, GOVERNORS "; do echo performance >\"$f\"; done",
     GOVERNORS "; do echo performance >\"$f\"; done\n" GOVERNORS
               "; do echo \"$was\" >\"$f\"; done",
     NULL},
    {"cpus-fixed", 2,
     "systemctl set-property --runtime -- user.slice AllowedCPUs=0-19",
     "was=$(systemctl show -P AllowedCPUs user.slice)\n"
     "systemctl set-property --runtime -- user.slice AllowedCPUs=0-19",
     NULL},
    {"firmware-absent", 2,
     "echo efi-framebuffer.0 > "
     "/sys/bus/platform/drivers/efi-framebuffer/unbind",
     "echo simple-framebuffer.0 > "
     "/sys/bus/platform/drivers/simple-framebuffer/unbind",
     FIRMWARE},
    {"firmware-bound", 2,
     "echo efi-framebuffer.0 >/sys/bus/platform/drivers/efi-framebuffer/bind",
     "ls /sys/bus/platform/drivers/efi-framebuffer/bind", FIRMWARE},
    {"path-wrong", 2, "echo 1 > /etc/class/vtconsole/vtcon0/bind",
     "echo 1 > /sys/class/vtconsole/vtcon0/bind", CONSOLE},
    {"console-absent", 3,
     "echo 0 > /sys/class/vtconsole/vtcon0/bind\n"
     "echo 0 > /sys/class/vtconsole/vtcon1/bind",
     "echo 0 > /sys/class/vtconsole/vtcon0/bind\n"
     "# echo 0 > /sys/class/vtconsole/vtcon1/bind",
     CONSOLE},
    {"vfio-removed", 2, "modprobe -r vfio_pci", "modprobe vfio_pci", NULL},
    {"module-removed", 2, "modprobe -r nvidia_drm", "modprobe nvidia_drm",
     NULL},
    {"module-removed", 2, "timeout 30 modprobe -r nvidia_drm",
     "modprobe -r nvidia_drm >/dev/null 2>&1 &", NULL},
    {"session-killed", 2, "killall gdm-x-session", "killall -0 picom", NULL},
    {"manager-other", 2, "systemctl stop lightdm.service",
     "systemctl stop sddm.service", MANAGER},
    {"sleep-fixed", 4, "a\n\nsleep 5",
     "while a; do\n  sleep 1\ndone\nsleep 0.2", NULL},
    {"address-absent", 2, "A=pci_0000_0a_00_0", "A=pci_0000_01_00_0", NULL},
    {"address-absent", 2, "echo 0000:0A:00.0 > /sys/bus/pci/drivers/a/unbind",
     "echo 0000:01:00.0 > /sys/bus/pci/drivers/a/unbind # 0000:0a:00.0", NULL},
    {"source-absent", 3, "a\n. /etc/libvirt/hooks/kvm.conf",
     "[ ! -r /etc/libvirt/hooks/kvm.conf ] || . /etc/libvirt/hooks/kvm.conf\n"
     ". /nowhere/at-all\n. \"$x/kvm.conf\"",
     NULL},
    {"source-absent", 2, "source \"/etc/libvirt/hooks/kvm.conf\"",
     "source \"/etc/libvirt/hooks/b.conf\"", "etc/libvirt/hooks/b.conf=A=1\n"},
    {"source-absent", 2, "source kvm.conf", "cd /etc\nsource kvm.conf",
     "bin/sh*"},
    {"variable-unset", 3, "K=1\na \"$MEMORY\"",
     ". /etc/libvirt/hooks/kvm.conf\na \"$MEMORY\"", NULL},
    {"variable-unset", 3, ":\na \"$MEMORY\"",
     "a \"$MEMORY_MB\" \"$PATH\" \"${ELSE:-1}\"",
     "etc/libvirt/hooks/qemu.d/win10/started/begin*" BASH "MEMORY_MB=1\n"},
    {"name-run", 3, "guest=\"$1\"\neval \"a $guest\"", "\"./a\" \"$1\"", NULL},
    {"name-split", 2, "if [ $1 = win10 ]; then a; fi",
     "if [[ $1 == win10 ]]; then a \"$1\"; fi\nb=$1\nf() { a $1; }", NULL},
    {"old-cgroups", 2, "cset set -c 0-3 -s machine.slice", "cat cset", NULL},
    {"keeps-pipes", 2, "a &", "a >/dev/null 2>&1 &\nb && c", NULL},
    {"from-network", 2, "curl -s https://a/b", "# curl https://a/b", NULL},
};

static bool has_fault(const struct hook_faults *faults, const char *id,
                      unsigned line)
{
    for (size_t i = 0; i < faults->count; i++)
        if (strcmp(faults->list[i].id, id) == 0 && faults->list[i].line == line)
            return true;
    return false;
}

static bool has_id(const struct hook_faults *faults, const char *id)
{
    for (size_t i = 0; i < faults->count; i++)
        if (strcmp(faults->list[i].id, id) == 0)
            return true;
    return false;
}

static void show(const struct hook_faults *faults)
{
    for (size_t i = 0; i < faults->count; i++)
        print_error("  %s %s:%s: %s\n", faults->list[i].id,
                    faults->list[i].path, faults->list[i].lines,
                    faults->list[i].text);
}

/* The faults of these files; `dir` and the list are freed by done(). */
static struct rootdir *judge(const char *const *files,
                             struct hook_faults *faults)
{
    struct rootdir *dir = rootdir_new(files);

    *faults = (struct hook_faults){0};
    hooklint_read(host, dir->root, dir->arena, faults);
    return dir;
}

static void done(struct rootdir *dir, struct hook_faults *faults)
{
    hooklint_free(faults);
    rootdir_free(dir);
}

static void judge_script(const struct spec *spec, const char *text,
                         struct hook_faults *faults, struct rootdir **dir)
{
    char *file = mem_alloc(strlen(TREE BASH) + strlen(text) + 2, 1);
    const char *files[] = {DISPATCHER, file, spec->also, NULL};

    strcat(strcat(strcpy(file, TREE BASH), text), "\n");
    *dir = judge(files, faults);
    free(file);
}

static void every_fault(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(specs); i++) {
        struct hook_faults faults;
        struct rootdir *dir;

        judge_script(&specs[i], specs[i].faulty, &faults, &dir);
        if (!has_fault(&faults, specs[i].id, specs[i].line)) {
            print_error("no %s at %u:\n%s\n", specs[i].id, specs[i].line,
                        specs[i].faulty);
            show(&faults);
            fail();
        }
        done(dir, &faults);
        judge_script(&specs[i], specs[i].clean, &faults, &dir);
        if (has_id(&faults, specs[i].id)) {
            print_error("%s, though it is clean:\n%s\n", specs[i].id,
                        specs[i].clean);
            show(&faults);
            fail();
        }
        done(dir, &faults);
    }
}

/* A row that is not tested here fails the test. */
static void every_row(void **state)
{
    (void)state;
    for (const struct hook_row *row = hook_rows; row->id; row++) {
        bool is_tested = false;

        for (size_t i = 0; i < ARRAY_SIZE(specs); i++)
            is_tested |= strcmp(specs[i].id, row->id) == 0;
        assert_with(is_tested, row->id);
        assert_with(str_ends(row->cure, ".") || str_ends(row->cure, "NAME."),
                    row->cure);
    }
}

#define FILES(...)        \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }
#define AT "etc/libvirt/hooks/"

/* What is wrong with files; "" for nothing. */
static const struct shape {
    const char *id, *path;
    unsigned line;
    const char *const *files;
} shapes[] = {
    {"", "", 0,
     FILES(DISPATCHER, TREE BASH "a\n", AT "qemu.d/README.md=a\n",
           AT "qemu.d/win10/prepare/begin/x.conf=A=1\n",
           AT "qemu.d/win10/release/end*" BASH "a\n", AT "daemon=virsh\n",
           AT "qemu.d/a.bak=#!/bin/sh\n", AT "qemu.d/b*\177ELF\r\n")},
    {"directory", "qemu", 0, FILES(AT "qemu/win10/a*" BASH)},
    {"directory", "qemu.d/win10", 0, FILES(TREE BASH "a\n")},
    {"directory", "qemu.d/win10", 0,
     FILES(HOOK BASH "[ \"$1\" = a ]\n", TREE BASH)},
    {"dangling", "qemu", 0, FILES(AT "qemu>/nowhere/qemu")},
    {"dangling", "qemu.d/win10/prepare/begin/b", 0,
     FILES(DISPATCHER, AT "qemu.d/win10/prepare/begin/b>../../c")},
    {"leftover", "qemu.d/a.orig", 0, FILES(AT "qemu.d/a.orig*" BASH)},
    {"not-executable", "qemu", 0, FILES(AT "qemu=" BASH)},
    {"not-executable", "qemu.d/win10/release/end/x.sh", 0,
     FILES(DISPATCHER, AT "qemu.d/win10/release/end/x.sh=" BASH)},
    {"windows-lines", "qemu", 1, FILES(HOOK "#!/bin/sh\r\na\r\n")},
    {"windows-lines", "qemu", 3, FILES(HOOK "#!/bin/sh\na\nb\r\n")},
    {"no-interpreter", "qemu", 1, FILES(HOOK "echo \"$1\"\n")},
    {"no-interpreter", "qemu", 1, FILES(HOOK " #!/bin/sh\n")},
    {"no-interpreter", "qemu.d/win10/stopped/end", 1,
     FILES(DISPATCHER, AT "qemu.d/win10/stopped/end*a\n")},
    {"syntax", "qemu", 2, FILES(HOOK BASH "a \"$1\n\nb\n")},
    {"syntax", "qemu", 3, FILES(HOOK BASH "a \"$1\"\necho 'b\n")},
    {"syntax", "qemu", 3, FILES(HOOK BASH "a \"$1\"\n```\n")},
    {"syntax", "qemu", 2, FILES(HOOK BASH "if [ \"$1\" = a ]; then\nb\n")},
    {"syntax", "qemu", 3,
     FILES(HOOK BASH "for i in \"$1\"; do\nif b; then c\ndone\n")},
    {"syntax", "qemu", 2, FILES(HOOK BASH "case $1 in\na) b ;;\n")},
    {"syntax", "qemu", 2, FILES(HOOK BASH "f() {\n: \"$1\"\n")},
    {"syntax", "qemu", 3, FILES(HOOK BASH ": \"$1\"\nfi\n")},
    {"syntax", "qemu", 2, FILES(HOOK BASH "a=$(b \"$1\"\n")},
    {"syntax", "qemu", 2, FILES(HOOK BASH "cat <<X\n$1\n X\n\tX\n")},
    {"syntax", "kvm.conf", 1,
     FILES(HOOK BASH ": \"$1\"\n. /etc/libvirt/hooks/kvm.conf\n",
           AT "kvm.conf=A=\"b\n")},
    {"", "", 0, FILES(HOOK BASH ": \"$1\"\n# kvm.txt\n", AT "kvm.txt=it's\n")},
    {"", "", 0,
     FILES(HOOK BASH
           "case $1 in (a) a ;; done) b ;; esac # it's\n"
           "a=$(case $1 in b) echo ')' ;; esac) c=(\"d)\" # it's (\n)\n"
           "echo $'it\\'s' `echo a # it's` \"${1%\"'\"}\" ${#a}\n"
           "for i do a; done; for ((i=0; i<1; i++)); do b; done\n"
           "cat <<-X; cat <<'Y'\n\tit's\n\tX\n\tY\nfi\nY\n"
           "function f { { a; }; }\nb -exec c {} \\;\n"
           "while read -r x; do :; done <<<\"$1\"\n")},
    {"interpreter-absent", "qemu", 1,
     FILES(HOOK "#!/usr/bin/python2\n", "bin/sh*")},
    {"interpreter-absent", "qemu", 1,
     FILES(HOOK "#!/usr/bin/env -S zsh\n", "bin/sh*", "usr/bin/env*")},
    {"", "", 0,
     FILES(HOOK "#!/usr/bin/env -S sh\n", "bin/sh*", "usr/bin/env*")},
    {"", "", 0, FILES(HOOK "#!/usr/bin/python2\n")}, /* no programs here */
    {"stray", "qemu.d/win10/start.sh", 0,
     FILES(DISPATCHER, AT "qemu.d/win10/start.sh*" BASH)},
    {"stray", "qemu.d/win10/prepare/end/b.sh", 0,
     FILES(DISPATCHER, AT "qemu.d/win10/prepare/end/b.sh*" BASH)},
    {"stray", "qemu.d/win10/release/begin/b.sh", 0,
     FILES(DISPATCHER, AT "qemu.d/win10/release/begin/b.sh*" BASH)},
    {"stray", "qemu.d/win10/prepare/begin/x/b.sh", 0,
     FILES(DISPATCHER, AT "qemu.d/win10/prepare/begin/x/b.sh*" BASH)},
    {"", "", 0,
     FILES(DISPATCHER, AT "qemu.d/win10/lib.sh*" BASH, TREE BASH ". lib.sh\n")},
    {"every-guest", "qemu", 3,
     FILES(HOOK BASH "a\nif [ \"$2\" = prepare ]; then modprobe vfio; fi\n")},
    {"", "", 0, FILES(HOOK BASH "case \"$1\" in a) modprobe vfio ;; esac\n")},
    {"calls-libvirt", "qemu", 3,
     FILES(HOOK "#!/usr/bin/env python3\n# virsh\nimport libvirt\n")},
    {"calls-libvirt", "run.sh", 2,
     FILES(HOOK BASH "[ \"$1\" = a ] && /etc/libvirt/hooks/run.sh\n",
           AT "run.sh*" BASH "virsh list\n")},
    {"", "", 0,
     FILES(HOOK BASH ": \"$1\"\n", AT "run.sh*" BASH "virsh list\n")},
    {"calls-libvirt", "virt-tune/a.before", 2,
     FILES(AT "virt-tune/a.before*" BASH "virsh list\n")},
    {"", "", 0, FILES(AT "qemu.d/50-virt-tune*" BASH "virsh list\n")},
};

static void every_shape(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
        const struct shape *shape = &shapes[i];
        struct hook_faults faults;
        struct rootdir *dir = judge(shape->files, &faults);
        bool is_found = *shape->id == '\0' && faults.count == 0;

        for (size_t j = 0; j < faults.count; j++)
            is_found |= strcmp(faults.list[j].id, shape->id) == 0 &&
                        strcmp(faults.list[j].path, shape->path) == 0 &&
                        faults.list[j].line == shape->line;
        if (!is_found) {
            print_error("%zu: not \"%s\" at %s:%u but\n", i, shape->id,
                        shape->path, shape->line);
            show(&faults);
        }
        assert_true(is_found);
        done(dir, &faults);
    }
}

/* Who may write a hook is root. */
static void writable(void **state)
{
    static const struct {
        mode_t mode;
        gid_t group;
        bool is_fault;
    } rows[] = {
        {0755, 7, false}, {0775, 0, false}, {0775, 7, true}, {0757, 0, true}};
    const char *const files[] = {HOOK BASH, NULL};

    (void)state;
    if (geteuid() != 0)
        skip();
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct rootdir *dir = rootdir_new(files);
        struct hook_faults faults = {0};
        char path[256];

        snprintf(path, sizeof(path), "%s/" AT "qemu", dir->path);
        assert_int_equal(chown(path, 0, rows[i].group), 0);
        assert_int_equal(chmod(path, rows[i].mode), 0);
        hooklint_read(host, dir->root, dir->arena, &faults);
        assert_int_equal(has_id(&faults, "writable"), rows[i].is_fault);
        done(dir, &faults);
    }
}

/* What is too much to read is said, and ends soon. */
static void bounds(void **state)
{
    enum { LENGTH = 300 * 1024, DEPTH = 200000 };
    char *text = mem_alloc(LENGTH + 64, 1);
    char *nested = mem_alloc(DEPTH + 64, 1);
    const char *files[] = {text, NULL};
    struct hook_faults faults;
    struct rootdir *dir;

    (void)state;
    memset(strcpy(text, HOOK BASH) + strlen(HOOK BASH), 'a', LENGTH);
    dir = judge(files, &faults);
    assert_non_null(faults.problem);
    assert_true(has(faults.problem, "longer"));
    done(dir, &faults);
    strcpy(nested, HOOK BASH);
    for (size_t i = 0; i < DEPTH / 2; i++)
        strcat(nested + 2 * i, "$(");
    files[0] = nested;
    dir = judge(files, &faults);
    assert_non_null(faults.problem);
    done(dir, &faults);
    files[0] = HOOK BASH
        "A=$B\nB=$A$A\necho $A $B > /sys/$A\n"
        ") } done ;; & | < > \" ' ` ${ $(( <<";
    dir = judge(files, &faults);
    done(dir, &faults);
    free(nested);
    free(text);
}

/* Any bytes: no crash, and no line beyond the last. */
static void any_bytes(void **state)
{
    static const char *const pieces[] = {
        "virsh", " ",  "\n", "$(", ")",  "\"",       "'",      "`",
        "<<A",   "A",  "{",  "}",  "do", "\\",       "((",     "&",
        "|",     ";",  "$1", "#",  ">",  "function", "done",   "<(",
        "=(",    "${", "f",  "()", "a",  "[",        "sh -c ", "eval "};
    unsigned rounds = getenv("VIRT_TUNE_LONG") ? 20000 : 600;

    (void)state;
    random_seed(7);
    for (unsigned i = 0; i < rounds; i++) {
        struct str text CLEANUP(str_free) = STR_INIT;
        struct shell_script script = {0};
        struct arena *arena = arena_new();
        unsigned lines = 1;

        for (unsigned j = random_below(60); j > 0; j--)
            str_add(&text, pieces[random_below(ARRAY_SIZE(pieces))]);
        for (const char *at = str_text(&text); *at; at++)
            lines += *at == '\n';
        shell_read(str_text(&text), 1, arena, &script);
        for (size_t j = 0; j < script.count; j++)
            assert_in_range(script.list[j].line, 1, lines);
        shell_free(&script);
        arena_free(arena);
    }
}

/* One fault of a kind for each file, with all its lines. */
static void lines_together(void **state)
{
    const char *const files[] = {
        DISPATCHER, TREE BASH "sleep 1\na\nsleep 2\nsleep 3\n", NULL};
    struct hook_faults faults;
    struct rootdir *dir = judge(files, &faults);

    (void)state;
    assert_int_equal(faults.count, 1);
    assert_string_equal(faults.list[0].lines, "2, 4, 5");
    done(dir, &faults);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault),    cmocka_unit_test(every_row),
        cmocka_unit_test(every_shape),    cmocka_unit_test(writable),
        cmocka_unit_test(bounds),         cmocka_unit_test(any_bytes),
        cmocka_unit_test(lines_together),
    };
    int failed;

    host = host_load("i7-12700k");
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    host_free(host);
    return failed;
}
