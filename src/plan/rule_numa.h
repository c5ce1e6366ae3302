/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules on nodes: rows of the rules' table. They are silent on a host
 * whose memory is one node, unless a domain asks for another.
 */
#ifndef PLAN_RULE_NUMA_H
#define PLAN_RULE_NUMA_H

#include "plan/rule_row.h"

/* vCPUs, memory and devices are on one node, or who is elsewhere. */
void rule_memory_node(const struct plan *plan, struct arena *arena,
                      const struct rule *rule, struct findings *findings);

/* A guest on several nodes has cells, and they are the right ones. */
void rule_guest_cells(const struct plan *plan, struct arena *arena,
                      const struct rule *rule, struct findings *findings);

/* Each node has what the guest takes from it. */
void rule_node_memory(const struct plan *plan, struct arena *arena,
                      const struct rule *rule, struct findings *findings);

#endif
