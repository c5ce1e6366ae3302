/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a row of the rules' table is. Private to the rules.
 */
#ifndef PLAN_RULE_ROW_H
#define PLAN_RULE_ROW_H

#include "plan/rule.h"

struct rule {
    const char *id;
    const char *topic; /* "cpus", "devices", "options", "domain" */
    const char *why;
    void (*run)(const struct plan *plan, struct arena *arena,
                const struct rule *rule, struct findings *findings);
};

/* Adds what a rule has to say; the texts are borrowed. */
struct finding *rule_say(const struct rule *rule, struct findings *findings,
                         struct arena *arena, enum verdict verdict,
                         const char *text, const char *fix);

/*
 * Says of the last verdict what it is about, in words of plan/about.h, where
 * that is not the same for all verdicts of its rule. Borrows them.
 */
void rule_about(struct findings *findings, const char *words);

/* The rules of one file stand together; what they say is in the table. */
#define RULE(name)                                          \
    void name(const struct plan *plan, struct arena *arena, \
              const struct rule *rule, struct findings *findings)

/* rule_cpu.c: where threads run on the host. */
RULE(rule_hypervisor);
RULE(rule_count);
RULE(rule_pinned);
RULE(rule_online);
RULE(rule_shared);
RULE(rule_siblings);
RULE(rule_kind);
RULE(rule_l3);
RULE(rule_helpers);
RULE(rule_host_core);
RULE(rule_isolated);
RULE(rule_allowed);
RULE(rule_others);
RULE(rule_host_l3);
RULE(rule_idle);

/* rule_guest.c: what the guest is told, and what the XML says of threads. */
RULE(rule_iothreads);
RULE(rule_topology);
RULE(rule_topoext);
RULE(rule_stray_pins);
RULE(rule_scheduler);
RULE(rule_cache);

/* rule_device.c: PCI devices that go to the guest. */
RULE(rule_device_here);
RULE(rule_device_group);
RULE(rule_device_others);
RULE(rule_device_claims);

/* rule_option.c: what is written beside the options. */
RULE(rule_guest_kind);
RULE(rule_hyperv_values);
RULE(rule_timers);
RULE(rule_idle_options);
RULE(rule_stale);
RULE(rule_unset);
RULE(rule_disks);

/* rule_refused.c: what libvirt refuses, or drops in silence. */
RULE(rule_cpu_values);
RULE(rule_memory_values);
RULE(rule_machine);
RULE(rule_boot);
RULE(rule_firmware);
RULE(rule_metadata);

/* rule_disk.c: disks and interfaces. */
RULE(rule_disk_values);
RULE(rule_disk_path);
RULE(rule_network);
RULE(rule_virtio_driver);
RULE(rule_whole_disk);

/* rule_source.c: what disks are on. */
RULE(rule_disk_source);

/* rule_hostdev.c: how the guest has its devices. */
RULE(rule_drift);
RULE(rule_rom);
RULE(rule_memlock);
RULE(rule_last_display);
RULE(rule_usb);

/* rule_numa.c: memory and devices against nodes; silent with one node. */
RULE(rule_memory_node);
RULE(rule_guest_cells);
RULE(rule_node_memory);

#endif
