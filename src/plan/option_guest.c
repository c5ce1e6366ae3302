/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options' table: the guest's clocks, its CPU, KVM's hints and the
 * machine's parts. Data only; rows stand from OPTION_HYPERVCLOCK on.
 */
#include "plan/option_row.h"

#include "base/text.h"

#define ROW(id) [OPTION_##id - OPTION_HYPERVCLOCK]
#define CLOCK .group = N_("Clock"), .part = PART_CLOCK, .on = OPTION_ON
#define CPU .group = "CPU", .part = PART_FEATURES, .on = OPTION_ON
#define KVM .group = "KVM hints and hiding", .part = PART_KVM, .on = OPTION_ON
#define MACHINE .group = N_("Machine"), .part = PART_MACHINE, .on = OPTION_ON
#define TIMER(timer, default_value)              \
    .writes = "<clock><timer name='" timer "'>", \
    .place = {.parent = "clock",                 \
              .element = "timer",                \
              .match = "name",                   \
              .match_value = (timer),            \
              .attribute = "present",            \
              .on = "yes",                       \
              .off = "no",                       \
              .absent = (default_value)}
#define TICKS(timer)                                         \
    .writes = "<clock><timer name='" timer "' tickpolicy=>", \
    .place = {.parent = "clock",                             \
              .element = "timer",                            \
              .match = "name",                               \
              .match_value = (timer),                        \
              .attribute = "tickpolicy"}
#define FLAG(flag, yes, default_value)          \
    .writes = "<cpu><feature name='" flag "'>", \
    .place = {.parent = "cpu",                  \
              .element = "feature",             \
              .match = "name",                  \
              .match_value = (flag),            \
              .attribute = "policy",            \
              .on = (yes),                      \
              .off = "disable",                 \
              .is_whole = true,                 \
              .absent = (default_value)}
#define POLICY(flag)                                                  \
    .type = OPTION_TYPE_CHOICE, .words = WORDS("require", "disable"), \
    .writes = "<cpu><feature name='" flag "' policy=>",               \
    .place = {.parent = "cpu",                                        \
              .element = "feature",                                   \
              .match = "name",                                        \
              .match_value = (flag),                                  \
              .attribute = "policy",                                  \
              .is_whole = true}
#define NESTED                                                            \
    .does =                                                               \
        "Whether the guest can run guests itself, as WSL2, Hyper-V and "  \
        "Windows' memory integrity do. host-passthrough has it wherever " \
        "the parameter nested of KVM's module is on; a named model may "  \
        "not.",                                                           \
    .cost =                                                               \
        "A Windows that runs on its own Hyper-V loses speed in games: "   \
        "disable keeps it from that.",                                    \
    .risk =                                                               \
        "disable: what needs virtualization in the guest does not "       \
        "start.",                                                         \
    .source = "Linux: Documentation/virt/kvm/x86/running-nested-guests.rst"
#define STATE(path, name, default_value) \
    .place = {.parent = (path),          \
              .element = (name),         \
              .attribute = "state",      \
              .on = "on",                \
              .off = "off",              \
              .bare_is_on = true,        \
              .absent = (default_value)}
#define FORMATDOMAIN(section) .source = "libvirt: formatdomain, \"" section "\""

const struct option_row option_guest_rows[] = {
    ROW(HYPERVCLOCK) =
        {
            .key = "clock.hypervclock",
            CLOCK,
            .title = N_("Hyper-V clock"),
            .windows = PROPOSE_ON,
            .wants = OPTIONS(OPTION_HYPERVISOR),
            TIMER("hypervclock", OPTION_OFF),
            .does = "Windows reads the time from a page in memory instead of "
                    "asking the host.",
            .source = "QEMU: docs/system/i386/hyperv.rst",
        },
    ROW(KVMCLOCK) =
        {
            .key = "clock.kvmclock",
            CLOCK,
            .title = "KVM clock",
            TIMER("kvmclock", OPTION_ON),
            .does = "The clock of Linux guests, read from a page in memory. "
                    "Windows does not look at it.",
            .risk = "Without it a Linux guest needs a stable TSC.",
            FORMATDOMAIN("Time keeping"),
        },
    ROW(HPET) =
        {
            .key = "clock.hpet",
            CLOCK,
            .title = "HPET",
            .windows = PROPOSE_OFF,
            .linux_guest = PROPOSE_OFF,
            TIMER("hpet", OPTION_ON),
            .does = "An emulated timer: each look at it leaves the guest. "
                    "Some versions of Windows use it much where they have no "
                    "synthetic timers.",
            .cost = "On: CPU time while idle.",
            FORMATDOMAIN("Time keeping"),
        },
    ROW(RTC) =
        {
            .key = "clock.rtc",
            CLOCK,
            .title = "RTC: lost ticks",
            .type = OPTION_TYPE_CHOICE,
            .words = WORDS("catchup", "delay"),
            .windows = PROPOSE_ON,
            TICKS("rtc"),
            .does = "What happens to ticks that came while the vCPU did not "
                    "run: catchup makes them up, so that a Windows that counts "
                    "ticks stays in time.",
            FORMATDOMAIN("Time keeping"),
        },
    ROW(PIT) =
        {
            .key = "clock.pit",
            CLOCK,
            .title = "PIT: lost ticks",
            .type = OPTION_TYPE_CHOICE,
            .words = WORDS("delay", "discard"),
            .windows = PROPOSE_ON,
            .linux_guest = PROPOSE_ON,
            TICKS("pit"),
            .does = "The same for the oldest timer. delay delivers late ticks "
                    "at their usual rate.",
            .cost = "To make ticks up keeps AMD's AVIC from working: discard "
                    "there.",
            FORMATDOMAIN("Time keeping"),
        },
    ROW(CLOCK_OFFSET) =
        {
            .key = "clock.offset",
            CLOCK,
            .title = N_("RTC's time"),
            .type = OPTION_TYPE_CHOICE,
            .words = WORDS("localtime", "utc"),
            .has_no_off = true,
            .place = {.parent = "clock", .attribute = "offset", .absent = 2},
            .does = "What the RTC shows. Windows expects local time, all "
                    "others UTC.",
            .risk = "The guest's time jumps by the time zone's offset, once.",
            .writes = "<clock offset=>",
            FORMATDOMAIN("Time keeping"),
        },
    ROW(CPU_MODE) =
        {
            .key = "cpu.mode",
            CPU,
            .title = "CPU model",
            .type = OPTION_TYPE_CHOICE,
            .words = WORDS("host-passthrough", "host-model", "maximum"),
            .has_no_off = true,
            .replaces = true,
            .place = {.parent = "cpu", .attribute = "mode"},
            .does = "host-passthrough shows the guest the host's own CPU with "
                    "all that KVM can give it.",
            .cost = "The guest migrates to hosts of the same CPU only.",
            .risk = "Windows may want to be activated again; programs may be "
                    "bound to the CPU's name.",
            .writes = "<cpu mode=>, and removes the former <model>",
            FORMATDOMAIN("CPU model and topology"),
        },
    ROW(CACHE) =
        {
            .key = "cpu.cache",
            CPU,
            .title = "cache passthrough",
            FOR_ALL(PROPOSE_ON),
            .place = {.parent = "cpu",
                      .element = "cache",
                      .attribute = "mode",
                      .on = "passthrough",
                      .is_whole = true},
            .does = "Shows the guest the host's caches, so that its scheduler "
                    "and its programs fit them.",
            .risk = "A guest over several L3 caches that it is not told of "
                    "believes in one.",
            .writes = "<cpu><cache mode='passthrough'>",
            FORMATDOMAIN("CPU model and topology"),
        },
    ROW(TOPOEXT) =
        {
            .key = "cpu.topoext",
            CPU,
            .title = "show threads (AMD)",
            FOR_ALL(PROPOSE_ON),
            FLAG("topoext", "require", OPTION_OFF),
            .does = "Lets an AMD guest see which of its vCPUs are threads of "
                    "one core. QEMU does not do so by itself.",
            .source = "QEMU: target/i386/cpu.c, topoext",
        },
    ROW(INVTSC) =
        {
            .key = "cpu.invtsc",
            CPU,
            .title = "invariant TSC",
            FLAG("invtsc", "require", OPTION_OFF),
            .does = "Tells the guest that the TSC runs at one rate always, so "
                    "that it can be its clock.",
            .cost = "The guest can be neither saved nor migrated.",
            .source = "QEMU: docs/system/cpu-models-x86.rst",
        },
    ROW(MIGRATABLE) =
        {
            .key = "cpu.migratable",
            CPU,
            .title = "migratable CPU",
            .place = {.parent = "cpu",
                      .attribute = "migratable",
                      .on = "on",
                      .omits_on = true,
                      .off = "off",
                      .absent = OPTION_ON},
            .does = "Off shows the guest also what would keep it from "
                    "migrating, the invariant TSC for one.",
            .cost = "Off: the guest can be neither saved nor migrated.",
            .writes = "<cpu migratable=>",
            FORMATDOMAIN("CPU model and topology"),
        },
    ROW(MAXPHYSADDR) =
        {
            .key = "cpu.maxphysaddr",
            CPU,
            .title = "address width",
            .type = OPTION_TYPE_NUMBER,
            .minimum = 32,
            .maximum = 52,
            .replaces = true,
            .since = 8007000,
            .place = {.parent = "cpu",
                      .element = "maxphysaddr",
                      .attribute = "mode",
                      .on = "passthrough",
                      .number = "bits",
                      .numbered = "emulate",
                      .is_whole = true},
            .does = "The guest's physical address bits: on, the host's; or so "
                    "many. An eighth of what they reach is what UEFI firmware "
                    "has for BARs above 4 GiB: 40 bits, which models without "
                    "this have, are 128 GiB; a guest with host-passthrough "
                    "has the host's anyway.",
            .cost = "A number: large BARs (Resizable BAR, several cards) may "
                    "find no room.",
            .risk = "The guest migrates to hosts of no fewer bits only.",
            .writes = "<cpu><maxphysaddr mode='passthrough'>, or "
                      "mode='emulate' bits=",
            .source = "libvirt: formatdomain, \"CPU model and topology\"; "
                      "edk2: PlatformDynamicMmioWindow",
        },
    ROW(MAXPHYSADDR_LIMIT) =
        {
            .key = "cpu.maxphysaddr.limit",
            .group = "CPU",
            .part = PART_FEATURES,
            .title = "at most so many bits",
            .type = OPTION_TYPE_NUMBER,
            .minimum = 32,
            .maximum = 52,
            .on = 39,
            .since = 9003000,
            .needs = OPTIONS(OPTION_MAXPHYSADDR),
            .place = {.parent = "cpu",
                      .element = "maxphysaddr",
                      .number = "limit"},
            .does = "The host's address bits, but no more than this: for a "
                    "guest that moves to a host of fewer, or that stumbles "
                    "over so many. 39 is what desktop CPUs of Intel had for "
                    "long.",
            .cost = "Less room for large BARs.",
            .writes = "<cpu><maxphysaddr limit=>",
            FORMATDOMAIN("CPU model and topology"),
        },
    ROW(HYPERVISOR) =
        {
            .key = "cpu.hypervisor",
            CPU,
            .title = "hypervisor bit",
            .place = {.parent = "cpu",
                      .element = "feature",
                      .match = "name",
                      .match_value = "hypervisor",
                      .attribute = "policy",
                      .on = "require",
                      .omits_on = true,
                      .off = "disable",
                      .is_whole = true,
                      .absent = OPTION_ON},
            .does = "Says that this is a virtual machine. Without it the guest "
                    "ignores every hint of Hyper-V and KVM.",
            .risk = "Off: the guest runs worse, and needs more CPU.",
            .writes = "<cpu><feature name='hypervisor'>",
            .source = "QEMU: docs/system/i386/hyperv.rst",
        },
    ROW(VMX) =
        {
            .key = "cpu.vmx",
            CPU,
            .title = "nested VMs (Intel)",
            POLICY("vmx"),
            NESTED,
        },
    ROW(SVM) =
        {
            .key = "cpu.svm",
            CPU,
            .title = "nested VMs (AMD)",
            POLICY("svm"),
            NESTED,
        },
    ROW(VCPUSCHED) =
        {
            .key = "cpu.vcpusched",
            .group = "CPU",
            .part = PART_VCPUSCHED,
            .on = OPTION_ON,
            .title = "real-time vCPUs",
            .type = OPTION_TYPE_NUMBER,
            .minimum = 1,
            .maximum = 49,
            .place = {.parent = "cputune", .element = "vcpusched"},
            .does =
                "vCPUs run as real-time tasks (fifo) of this priority: "
                "ordinary tasks on their CPUs come after them. The kernel's "
                "threads of interrupts (50) still come first.",
            .cost = "The kernel's ordinary tasks on these CPUs wait.",
            .risk = "A vCPU that spins starves them. So it is offered only "
                    "with every vCPU on a CPU of its own that is isolated at "
                    "boot, and emulator and I/O threads elsewhere.",
            .writes = "<cputune><vcpusched> for each vCPU",
            .source = "libvirt: kbase/kvm-realtime",
        },
    ROW(KVM_HIDDEN) =
        {
            .key = "kvm.hidden",
            KVM,
            .title = "hide KVM",
            .conflicts =
                OPTIONS(OPTION_KVM_HINT_DEDICATED, OPTION_KVM_POLL_CONTROL),
            STATE("features/kvm", "hidden", OPTION_OFF),
            .does = "KVM does not say its name. It hid the virtual machine "
                    "from NVIDIA's drivers before R465 (2021), which failed "
                    "with error 43 in one. Drivers of today need no such "
                    "thing: switch it off.",
            .cost = "A Linux guest loses KVM's clock and hints.",
            .writes = "<features><kvm><hidden>",
            FORMATDOMAIN("Hypervisor features"),
        },
    ROW(KVM_HINT_DEDICATED) =
        {
            .key = "kvm.hint-dedicated",
            KVM,
            .title = "dedicated CPUs",
            .linux_guest = PROPOSE_ON,
            .conflicts = OPTIONS(OPTION_KVM_HIDDEN),
            STATE("features/kvm", "hint-dedicated", OPTION_OFF),
            .does = "A Linux guest learns that its vCPUs have CPUs of their "
                    "own, and does without tricks for those that share.",
            .risk = "Worse locks where the CPUs are shared after all.",
            .writes = "<features><kvm><hint-dedicated>",
            .source = "Linux: Documentation/virt/kvm/x86/cpuid.rst",
        },
    ROW(KVM_POLL_CONTROL) =
        {
            .key = "kvm.poll-control",
            KVM,
            .title = "guest polls",
            .since = 6010000,
            .conflicts = OPTIONS(OPTION_KVM_HIDDEN),
            STATE("features/kvm", "poll-control", OPTION_OFF),
            .does = "A Linux guest with the haltpoll driver waits for work "
                    "itself, and the host does not wait as well.",
            .cost = "Idle vCPUs use more CPU.",
            .writes = "<features><kvm><poll-control>",
            FORMATDOMAIN("Hypervisor features"),
        },
    ROW(KVM_PV_IPI) =
        {
            .key = "kvm.pv-ipi",
            KVM,
            .title = "inter-CPU interrupts",
            .since = 7010000,
            STATE("features/kvm", "pv-ipi", OPTION_ON),
            .does = "One call of a Linux guest interrupts many vCPUs. QEMU has "
                    "it on for its own CPU models.",
            .cost = "Off can be faster where APICv or AVIC is in use.",
            .writes = "<features><kvm><pv-ipi>",
            FORMATDOMAIN("Hypervisor features"),
        },
    ROW(IOAPIC) =
        {
            .key = "machine.ioapic",
            MACHINE,
            .title = "I/O APIC",
            .type = OPTION_TYPE_CHOICE,
            .words = WORDS("kvm", "qemu"),
            .place = {.parent = "features",
                      .element = "ioapic",
                      .attribute = "driver",
                      .is_whole = true},
            .does = "Who emulates it. kvm is what QEMU takes by itself: guides "
                    "that ask for it worked around QEMU 4.0. qemu is needed "
                    "with an IOMMU in the guest that remaps interrupts.",
            .cost = "qemu: interrupts take longer.",
            .writes = "<features><ioapic driver=>",
            FORMATDOMAIN("Hypervisor features"),
        },
    ROW(PMU) =
        {
            .key = "machine.pmu",
            MACHINE,
            .title = "performance counters",
            STATE("features", "pmu", OPTION_ON),
            .does = "The CPU's counters for profilers in the guest. The kernel "
                    "gives none on hosts with P- and E-cores.",
            .cost = "On: some more work at each entry and exit.",
            .risk = "Off: a profiler in the guest counts nothing.",
            .writes = "<features><pmu>",
            FORMATDOMAIN("Hypervisor features"),
        },
    ROW(VMPORT) =
        {
            .key = "machine.vmport",
            MACHINE,
            .title = "VMware port",
            STATE("features", "vmport", OPTION_ON),
            .does = "The I/O port of VMware's mouse. SPICE and a tablet do "
                    "without it.",
            .writes = "<features><vmport>",
            FORMATDOMAIN("Hypervisor features"),
        },
    ROW(SMM) =
        {
            .key = "machine.smm",
            MACHINE,
            .title = "system management",
            STATE("features", "smm", OPTION_ON),
            .does = "System management mode: firmware with Secure Boot keeps "
                    "its variables safe by it.",
            .risk = "Off: firmware with Secure Boot does not start.",
            .writes = "<features><smm>; off, libvirt drops its <tseg>",
            FORMATDOMAIN("Hypervisor features"),
        },
};
