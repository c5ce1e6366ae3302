/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options' table: what KVM offers to Windows in the way of Hyper-V.
 * Data only; rows stand from OPTION_HV_RELAXED on.
 */
#include "plan/option_row.h"

#define ROW(id) [OPTION_HV_##id - OPTION_HV_RELAXED]
#define GROUP "Windows hints (Hyper-V)"
#define HEAD .group = GROUP, .part = PART_HYPERV, .on = OPTION_ON
#define AT(path, name)        \
    .place = {                \
        .parent = (path),     \
        .element = (name),    \
        .attribute = "state", \
        .on = "on",           \
        .off = "off",         \
    }
/* libvirt stores such a child only if it is on. */
#define CHILD(path, name)     \
    .place = {                \
        .parent = (path),     \
        .element = (name),    \
        .attribute = "state", \
        .on = "on",           \
        .off = "off",         \
        .is_whole = true,     \
        .drops_off = true,    \
    }
#define FEATURE(name)                                           \
    .hyperv = (name), .writes = "<features><hyperv><" name ">", \
    AT("features/hyperv", name)
#define SOURCE .source = "QEMU: docs/system/i386/hyperv.rst"

const struct option_row option_hyperv_rows[] = {
    ROW(RELAXED) =
        {
            .key = "hyperv.relaxed",
            HEAD,
            .title = "relaxed timers",
            .windows = PROPOSE_ON,
            .wants = OPTIONS(OPTION_HYPERVISOR),
            FEATURE("relaxed"),
            .does = "Windows no longer takes a host that is busy for a moment "
                    "for broken hardware.",
            SOURCE,
        },
    ROW(VAPIC) =
        {
            .key = "hyperv.vapic",
            HEAD,
            .title = "virtual APIC",
            .windows = PROPOSE_ON,
            .wants = OPTIONS(OPTION_HYPERVISOR),
            FEATURE("vapic"),
            .does = "Interrupts are acknowledged without leaving the guest.",
            SOURCE,
        },
    ROW(SPINLOCKS) =
        {
            .key = "hyperv.spinlocks",
            .group = GROUP,
            .part = PART_HYPERV,
            .title = "spinlock retries",
            .type = OPTION_TYPE_NUMBER,
            .minimum = 4095,
            .maximum = 65535,
            .on = 8191,
            .windows = PROPOSE_ON,
            .wants = OPTIONS(OPTION_HYPERVISOR),
            .hyperv = "spinlocks",
            .place = {.parent = "features/hyperv",
                      .element = "spinlocks",
                      .attribute = "state",
                      .on = "on",
                      .off = "off",
                      .is_whole = true,
                      .drops_off = true, /* off, but no retries */
                      .number = "retries"},
            .does = "Windows tells the host when it has waited this often for "
                    "a lock, so that the vCPU that holds it can run.",
            .writes = "<features><hyperv><spinlocks>",
            SOURCE,
        },
    ROW(VPINDEX) =
        {
            .key = "hyperv.vpindex",
            HEAD,
            .title = "VP index",
            .windows = PROPOSE_ON,
            .wants = OPTIONS(OPTION_HYPERVISOR),
            FEATURE("vpindex"),
            .does = "Gives each vCPU a number that the hints below use.",
            SOURCE,
        },
    ROW(RUNTIME) =
        {
            .key = "hyperv.runtime",
            HEAD,
            .title = "run time",
            .windows = PROPOSE_ON,
            .wants = OPTIONS(OPTION_HYPERVISOR),
            FEATURE("runtime"),
            .does = "Windows sees how long a vCPU really ran, not how long it "
                    "was waiting for a CPU.",
            SOURCE,
        },
    ROW(SYNIC) =
        {
            .key = "hyperv.synic",
            HEAD,
            .title = "SynIC",
            .windows = PROPOSE_ON,
            .needs = OPTIONS(OPTION_HV_VPINDEX),
            FEATURE("synic"),
            .does = "Adds the interrupt controller that Hyper-V's timers use.",
            SOURCE,
        },
    ROW(STIMER) =
        {
            .key = "hyperv.stimer",
            HEAD,
            .title = "synthetic timers",
            .windows = PROPOSE_ON,
            .needs = OPTIONS(OPTION_HV_SYNIC, OPTION_HYPERVCLOCK),
            FEATURE("stimer"),
            .does = "Gives Windows cheap timers. Without them it falls back to "
                    "the HPET or RTC and burns CPU while idle.",
            .risk = "The guest does not start without the Hyper-V clock: it "
                    "is switched on with it.",
            SOURCE,
        },
    ROW(STIMER_DIRECT) =
        {
            .key = "hyperv.stimer.direct",
            HEAD,
            .title = "direct timers",
            .windows = PROPOSE_ON,
            .needs = OPTIONS(OPTION_HV_STIMER),
            .detail = "stimer_direct",
            CHILD("features/hyperv/stimer", "direct"),
            .does = "Synthetic timers fire as plain interrupts, not as "
                    "messages. A nested Hyper-V asks for it.",
            .risk = "The guest does not start on a kernel before Linux 5.0.",
            .writes = "<features><hyperv><stimer><direct>",
            SOURCE,
        },
    ROW(RESET) =
        {
            .key = "hyperv.reset",
            HEAD,
            .title = "reset by MSR",
            .wants = OPTIONS(OPTION_HYPERVISOR),
            FEATURE("reset"),
            .does = "Lets the guest reset itself through an MSR, as very old "
                    "Hyper-V did. Nothing of today uses it.",
            .risk = "QEMU's manual says not to: Hyper-V itself dropped it.",
            SOURCE,
        },
    ROW(VENDOR_ID) =
        {
            .key = "hyperv.vendor_id",
            HEAD,
            .title = "another vendor",
            .wants = OPTIONS(OPTION_HV_RELAXED),
            .replaces = true,
            .hyperv = "vendor_id",
            .place = {.parent = "features/hyperv",
                      .element = "vendor_id",
                      .attribute = "state",
                      .on = "on",
                      .off = "off",
                      .is_whole = true,
                      .drops_off = true, /* off, a long value is refused */
                      .also = "value",
                      .also_value = "virt-tune"},
            .writes = "<features><hyperv><vendor_id>",
            .does = "Shows \"virt-tune\" in place of \"Microsoft Hv\". It hid "
                    "the virtual machine from NVIDIA's drivers before R465 "
                    "(2021), which failed with error 43 in one. Drivers of "
                    "today need no such thing.",
            .risk = "A name of more than 12 characters is refused by libvirt.",
            SOURCE,
        },
    ROW(FREQUENCIES) =
        {
            .key = "hyperv.frequencies",
            HEAD,
            .title = "frequencies",
            .windows = PROPOSE_ON,
            .wants = OPTIONS(OPTION_HYPERVISOR),
            FEATURE("frequencies"),
            .does =
                "Tells Windows the rate of its clocks: it need not measure.",
            SOURCE,
        },
    ROW(REENLIGHTENMENT) =
        {
            .key = "hyperv.reenlightenment",
            HEAD,
            .title = "reenlightenment",
            .wants = OPTIONS(OPTION_HV_FREQUENCIES),
            FEATURE("reenlightenment"),
            .does = "A nested Hyper-V is told when the clock's rate changes, "
                    "after a migration. "
                    "Only for a guest that runs Hyper-V itself: WSL 2, VBS.",
            .cost = "The guest can only migrate with a fixed TSC frequency.",
            SOURCE,
        },
    ROW(TLBFLUSH) =
        {
            .key = "hyperv.tlbflush",
            HEAD,
            .title = "TLB flush",
            .windows = PROPOSE_ON,
            .needs = OPTIONS(OPTION_HV_VPINDEX),
            FEATURE("tlbflush"),
            .does = "One call flushes the TLB of many vCPUs.",
            SOURCE,
        },
    ROW(TLBFLUSH_DIRECT) =
        {
            .key = "hyperv.tlbflush.direct",
            HEAD,
            .title = "TLB flush, direct",
            .needs = OPTIONS(OPTION_HV_TLBFLUSH, OPTION_HV_VAPIC),
            .wants = OPTIONS(OPTION_HV_EVMCS),
            .detail = "tlbflush_direct",
            .since = 11000000,
            CHILD("features/hyperv/tlbflush", "direct"),
            .does = "A nested guest flushes without its own hypervisor. "
                    "Only for a guest that runs Hyper-V itself: WSL 2, VBS.",
            .risk = "On Intel it does nothing without enlightened VMCS.",
            .writes = "<features><hyperv><tlbflush><direct>",
            SOURCE,
        },
    ROW(TLBFLUSH_EXTENDED) =
        {
            .key = "hyperv.tlbflush.extended",
            HEAD,
            .title = "TLB flush, ranges",
            .windows = PROPOSE_ON,
            .needs = OPTIONS(OPTION_HV_TLBFLUSH),
            .detail = "tlbflush_extended",
            .since = 11000000,
            CHILD("features/hyperv/tlbflush", "extended"),
            .does = "Flushes parts of the TLB, not all of it.",
            .risk = "The guest does not start on a kernel before Linux 6.2.",
            .writes = "<features><hyperv><tlbflush><extended>",
            SOURCE,
        },
    ROW(IPI) =
        {
            .key = "hyperv.ipi",
            HEAD,
            .title = "inter-CPU interrupts",
            .windows = PROPOSE_ON,
            .needs = OPTIONS(OPTION_HV_VPINDEX),
            FEATURE("ipi"),
            .does = "One call interrupts many vCPUs.",
            SOURCE,
        },
    ROW(EVMCS) =
        {
            .key = "hyperv.evmcs",
            HEAD,
            .title = "enlightened VMCS",
            .needs = OPTIONS(OPTION_HV_VAPIC),
            FEATURE("evmcs"),
            .does = "Makes the exits of a nested guest cheaper on Intel. "
                    "Only for a guest that runs Hyper-V itself: WSL 2, VBS.",
            .risk = "It takes other nested features away, posted interrupts "
                    "among them: measure.",
            SOURCE,
        },
    ROW(AVIC) =
        {
            .key = "hyperv.avic",
            HEAD,
            .title = "APICv and AVIC",
            .windows = PROPOSE_ON,
            .wants = OPTIONS(OPTION_HYPERVISOR),
            .since = 8010000,
            FEATURE("avic"),
            .does = "Windows leaves interrupts to the CPU's own APICv or AVIC "
                    "where it is in use, not to the slower SynIC way.",
            .risk = "On a host where neither is in use the guest gets slower.",
            SOURCE,
        },
    ROW(EMSR_BITMAP) =
        {
            .key = "hyperv.emsr_bitmap",
            HEAD,
            .title = "MSR bitmap",
            .wants = OPTIONS(OPTION_HV_EVMCS),
            .since = 10007000,
            FEATURE("emsr_bitmap"),
            .does = "Saves work when a nested guest's MSR bitmap is as "
                    "before. "
                    "Only for a guest that runs Hyper-V itself: WSL 2, VBS.",
            SOURCE,
        },
    ROW(XMM_INPUT) =
        {
            .key = "hyperv.xmm_input",
            HEAD,
            .title = "fast calls (XMM)",
            .windows = PROPOSE_ON,
            .wants = OPTIONS(OPTION_HYPERVISOR),
            .since = 10007000,
            FEATURE("xmm_input"),
            .does = "Calls pass what they say in registers, not in memory.",
            SOURCE,
        },
};
