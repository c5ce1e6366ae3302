/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of test_rule.c: what hints need, and what they do nothing without.
 * Included within its table; the macros are of these rows alone.
 */
/* clang-format off: a table's rows alone are no C */
#define ON(name) "<" name " state='on'/>"
#define DIRECT "<tlbflush state='on'><direct state='on'/></tlbflush>"
#define HIDE "<cpu><feature name='hypervisor' policy='disable'/></cpu>"
#define PIT(what) "<clock><timer name='pit' " what "/></clock>"

#define ALL(more) \
    "<features><hyperv mode='passthrough'>" more "</hyperv></features>"

    {"hyperv-values", VERDICT_FAIL, SMALL, 1, "", "", ALL(ON("relaxed")),
     old_libvirt},
    {"hyperv-values", VERDICT_WARN, SMALL, 1, "", "", ALL(ON("relaxed")), NULL},
    {"hyperv-values", SILENT, SMALL, 1, "", "", ALL(""), old_libvirt},
    {"needs", SILENT, SMALL, 1, "", "", ALL(ON("stimer")), NULL},
    {"stale", SILENT, SMALL, 1, "", "", ALL(""), NULL},
    {"timers", SILENT, AMD, 1, "", "", ALL(""), NULL},
    {"needs", SILENT, SMALL, 1, "", "", HIDE HYPERV(ON("relaxed")), NULL},
    {"stale", VERDICT_WARN, SMALL, 1, "", "", HIDE HYPERV(ON("relaxed")), NULL},
    {"needs", VERDICT_WARN, SMALL, 1, "", "",
     HYPERV("<vendor_id state='on' value='virt-tune'/>"), NULL},
    {"needs", SILENT, SMALL, 1, "", "",
     HYPERV("<vendor_id state='on' value='virt-tune'/>" ON("vapic")), NULL},
    {"needs", VERDICT_WARN, SMALL, 1, "", "", HYPERV(ON("reenlightenment")),
     NULL},
    {"needs", SILENT, SMALL, 1, "", "",
     HYPERV(ON("reenlightenment") ON("frequencies")), NULL},
    {"needs", VERDICT_WARN, INTEL, 1, "", "", HYPERV(ON("emsr_bitmap")), NULL},
    {"needs", VERDICT_WARN, INTEL, 1, "", "",
     HYPERV(ON("vpindex") ON("vapic") DIRECT), NULL},
    {"needs", SILENT, INTEL, 1, "", "",
     HYPERV(ON("vapic") ON("evmcs") ON("emsr_bitmap")), NULL},
    {"needs", SILENT, AMD, 1, "", "", HYPERV(ON("emsr_bitmap")), NULL},
    {"timers", VERDICT_WARN, AMD, 1, "", "", HYPERV(ON("avic")), NULL},
    {"timers", VERDICT_WARN, AMD, 1, "", "",
     HYPERV(ON("avic")) PIT("tickpolicy='delay'"), NULL},
    {"timers", SILENT, AMD, 1, "", "",
     HYPERV(ON("avic")) PIT("tickpolicy='discard'"), NULL},
    {"timers", SILENT, AMD, 1, "", "",
     HYPERV(ON("avic")) PIT("tickpolicy='delay'"), discard_ticks},
    {"timers", SILENT, AMD, 1, "", "", HYPERV(ON("avic")) PIT("present='no'"),
     NULL},
    {"timers", SILENT, INTEL, 1, "", "", HYPERV(ON("avic")), NULL},
    {"emulated-cpu", VERDICT_WARN, SMALL, 1, "", "", "", emulate},
    {"emulated-cpu", SILENT, SMALL, 1, "", "", HYPERV(ON("relaxed")),
     emulate_only},
    {"emulated-cpu", SILENT, SMALL, 1, "", "", "", want_relaxed},
