/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The JSON of every command. It carries "version": 1 and may grow, never
 * change. CPU numbers are the kernel's. Each key has a row in schema.c, which
 * the manual shows.
 */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include "plan/layout.h"
#include "session/audit.h"

struct json_object;

/*
 * Groups, their devices, and on each device: "role" (guest, along, bridge: what
 * it can be when its group is given), "card" (addresses of one slot that belong
 * together, itself among them, or none) and "claims": kind, severity, text and
 * source of host/claim.h, the gravest first.
 */
struct json_object *json_groups(const struct host *host);

/* With a plan also who runs where in it; NULL: the host alone. */
struct json_object *json_cpus(const struct host *host, const struct plan *plan);
struct json_object *json_host(const struct host *host);
struct json_object *json_domains(const struct host *host,
                                 const struct domain_summary *list,
                                 size_t count);

/*
 * "changes" has those that are kept: "id" (plan/part.h), "title", "where",
 * "options" and the lines "before" and "after". "options" are the keys of --set
 * that make the change, each with "key" and its values "before" (null: set by
 * hand to what virt-tune does not know, or to something else in each device)
 * and "after"; none where CPUs, devices or memory make it.
 */
struct json_object *json_preview(const struct session *session,
                                 const struct plan *plan,
                                 const struct changeset *set,
                                 const struct layouts *layouts);

struct json_object *json_history(const struct records *records, size_t count);

/*
 * "as_planned" is null if not all could be looked at; each finding has the
 * part it belongs to: running, drift, definition or host. Shares of the time
 * are in percent.
 */
struct json_object *json_audit(const struct audit *audit);

/* Prints a document that one of the above made, and frees it. */
void json_print(struct json_object *object);

#endif
