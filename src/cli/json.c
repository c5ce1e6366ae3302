/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes facts and plans, gives JSON documents by json-c. */
#include "cli/json.h"
#include "cli/cli.h"

#include "base/str.h"
#include "plan/disk.h"
#include "plan/image.h"
#include "plan/rule.h"

#include <json-c/json.h>
#include <stdio.h>

static struct json_object *document(void)
{
    struct json_object *object = json_object_new_object();

    json_object_object_add(object, "version", json_object_new_int(1));
    return object;
}

/* A string that is valid UTF-8 whatever came in; null for NULL. */
static void add_text(struct json_object *object, const char *key,
                     const char *text)
{
    char *printable = text ? str_printable(text) : NULL;

    json_object_object_add(
        object, key, printable ? json_object_new_string(printable) : NULL);
    mem_free(&printable);
}

/* XML and diffs keep their line ends; json-c escapes the rest. */
static void add_lines(struct json_object *object, const char *key,
                      const char *text)
{
    json_object_object_add(object, key,
                           text ? json_object_new_string(text) : NULL);
}

static void add_number(struct json_object *object, const char *key, long number)
{
    json_object_object_add(object, key, json_object_new_int64(number));
}

/* A number, or null if it is negative. */
static void add_index(struct json_object *object, const char *key, long number)
{
    json_object_object_add(object, key,
                           number < 0 ? NULL : json_object_new_int64(number));
}

static void add_bool(struct json_object *object, const char *key, bool value)
{
    json_object_object_add(object, key, json_object_new_boolean(value));
}

/* CPUs as a list, "0-3,8"; "" for none. */
static void add_set(struct json_object *object, const char *key,
                    const cpu_set_t *set)
{
    struct str text CLEANUP(str_free) = STR_INIT;

    cpuset_add_text(&text, set);
    add_text(object, key, str_text(&text));
}

static struct json_object *add_array(struct json_object *object,
                                     const char *key)
{
    struct json_object *array = json_object_new_array();

    json_object_object_add(object, key, array);
    return array;
}

static struct json_object *append(struct json_object *array)
{
    struct json_object *object = json_object_new_object();

    json_object_array_add(array, object);
    return object;
}

static void add_hex(struct json_object *object, const char *key, int digits,
                    unsigned number)
{
    char text[16];

    snprintf(text, sizeof(text), "%0*x", digits, number);
    add_text(object, key, text);
}

static void add_claims(struct json_object *object, const struct claims *claims,
                       const struct pci_device *device)
{
    struct json_object *array = add_array(object, "claims");
    struct claim_list list = claim_list(claims, device);

    for (size_t i = 0; i < list.count; i++) {
        const struct claim *claim = &list.list[i];
        struct json_object *one = append(array);

        add_text(one, "kind", claim_kind_name(claim->kind));
        add_text(one, "severity", claim_severity_name(claim->severity));
        add_text(one, "text", claim->text);
        add_text(one, "source", claim->source);
    }
}

/* The functions that make one card with this one, if there are others. */
static void add_card(struct json_object *object, const struct pci *pci,
                     const struct pci_device *device)
{
    const struct pci_device *set[PCI_FUNCTIONS];
    size_t count = pci_function_set(pci, device, set);
    struct json_object *array = add_array(object, "card");

    for (size_t i = 0; count > 1 && i < count; i++)
        json_object_array_add(array, json_object_new_string(set[i]->address));
}

static void add_device(struct json_object *array, const struct host *host,
                       const struct pci_device *device)
{
    struct json_object *object = append(array);

    add_text(object, "address", device->address);
    add_hex(object, "class", 6, device->class_code);
    add_hex(object, "vendor", 4, device->vendor);
    add_hex(object, "device", 4, device->device);
    add_hex(object, "revision", 2, device->revision);
    add_text(object, "driver", device->driver);
    add_text(object, "name", device->name);
    add_index(object, "node", device->node);
    add_text(object, "role", pci_role_name(pci_role(device, device)));
    add_card(object, &host->pci, device);
    add_text(object, "reset", device->reset_methods);
    add_text(object, "physical_function", device->physical);
    add_number(object, "virtual_functions", device->virtual_count);
    add_number(object, "virtual_functions_limit", device->virtual_limit);
    add_bool(object, "mediated", device->has_mediated);
    add_text(object, "serial", device->serial);
    add_claims(object, &host->claims, device);
}

static void add_usb(struct json_object *array, const struct usb_device *device)
{
    struct json_object *object = append(array);

    add_hex(object, "vendor", 4, device->vendor);
    add_hex(object, "product", 4, device->product);
    add_text(object, "port", device->port);
    add_number(object, "bus", device->bus);
    add_number(object, "number", device->number);
    add_text(object, "name", device->name);
    add_bool(object, "has_twin", device->has_twin);
    add_text(object, "controller",
             device->controller ? device->controller->address : NULL);
    add_text(object, "claim", device->claim.text);
    add_text(object, "severity",
             device->claim.text ? claim_severity_name(device->claim.severity)
                                : NULL);
}

struct json_object *json_groups(const struct host *host)
{
    struct json_object *object = document();
    struct json_object *groups = add_array(object, "groups");
    struct json_object *others = add_array(object, "ungrouped");

    for (size_t i = 0; i < host->pci.group_count; i++) {
        const struct iommu_group *group = &host->pci.groups[i];
        struct json_object *one = append(groups);
        struct json_object *devices;

        add_number(one, "id", group->id);
        add_bool(one, "viable", group->is_viable);
        devices = add_array(one, "devices");
        for (size_t j = 0; j < group->device_count; j++)
            add_device(devices, host, group->devices[j]);
    }
    for (size_t i = 0; i < host->pci.device_count; i++)
        if (host->pci.devices[i].group < 0)
            add_device(others, host, &host->pci.devices[i]);
    others = add_array(object, "usb");
    for (size_t i = 0; i < host->usb.count; i++)
        add_usb(others, &host->usb.devices[i]);
    if (host->pci.problem)
        add_text(object, "problem", host->pci.problem);
    return object;
}

static void add_cpu(struct json_object *array, const struct cpu_topology *cpu,
                    int number)
{
    const struct cpu_core *core = cpu_core_of(cpu, number);
    struct json_object *object = append(array);
    struct json_object *threads;

    add_number(object, "cpu", number);
    add_index(object, "core", core ? (long)core->index : -1);
    add_index(object, "l3", core ? core->l3 : -1);
    add_index(object, "l2", core ? core->l2 : -1);
    add_index(object, "node", core ? core->node : -1);
    add_index(object, "package", core ? (long)core->package : -1);
    add_text(object, "kind", core ? core_kind_name(core->kind) : NULL);
    add_bool(object, "online", core != NULL);
    add_bool(object, "isolated", CPU_ISSET((size_t)number, &cpu->isolated));
    add_bool(object, "nohz_full", CPU_ISSET((size_t)number, &cpu->nohz_full));
    add_bool(object, "allowed", CPU_ISSET((size_t)number, &cpu->allowed));
    add_index(object, "max_khz",
              core && core->max_khz > 0 ? (long)core->max_khz : -1);
    threads = add_array(object, "threads");
    for (unsigned t = 0; core && t < core->thread_count; t++)
        json_object_array_add(threads, json_object_new_int(core->threads[t]));
}

/* Who runs where: of the domain that the plan is for, and of others. */
static void add_pins(struct json_object *object, const struct plan *plan)
{
    cpu_set_t others = neighbours_held(plan->others);
    struct json_object *array;

    add_text(object, "domain", plan->domain->name);
    add_text(object, "uuid", plan->domain->uuid);
    array = add_array(object, "vcpupin");
    for (unsigned i = 0; i < plan->vcpus; i++) {
        struct json_object *one = append(array);

        add_number(one, "vcpu", i);
        add_set(one, "cpus", &plan->vcpupin[i]);
    }
    add_set(object, "emulatorpin", &plan->emulatorpin);
    array = add_array(object, "iothreadpin");
    for (unsigned i = 0; i < plan->iothread_count; i++) {
        struct json_object *one = append(array);

        add_number(one, "iothread", plan->iothreads[i].id);
        add_set(one, "cpus", &plan->iothreads[i].cpus);
    }
    add_set(object, "others", &others);
}

struct json_object *json_cpus(const struct host *host, const struct plan *plan)
{
    const struct cpu_topology *cpu = &host->cpu;
    cpu_set_t all = cpuset_or(&cpu->online, &cpu->offline);
    struct json_object *object = document();
    struct json_object *cpus, *caches, *nodes;

    add_text(object, "model", cpu->model);
    add_text(object, "vendor", cpu->vendor);
    add_number(object, "packages", cpu->package_count);
    add_bool(object, "hybrid", cpu->is_hybrid);
    cpus = add_array(object, "cpus");
    CPUSET_FOREACH(number, &all)
    add_cpu(cpus, cpu, number);
    caches = add_array(object, "l3");
    for (unsigned i = 0; i < cpu->l3_count; i++) {
        struct json_object *one = append(caches);

        add_number(one, "l3", i);
        add_number(one, "index", i);
        add_number(one, "size_kib", (long)cpu->l3[i].size_kib);
        add_set(one, "cpus", &cpu->l3[i].cpus);
    }
    nodes = add_array(object, "nodes");
    for (unsigned i = 0; i < cpu->node_count; i++) {
        struct json_object *one = append(nodes);

        add_number(one, "id", cpu->nodes[i].id);
        add_set(one, "cpus", &cpu->nodes[i].cpus);
        add_number(one, "memory_kib", (long)cpu->nodes[i].memory_kib);
    }
    if (plan)
        add_pins(object, plan);
    return object;
}

/* Of one part of a check, or of all there is: NULL. */
static void append_findings(struct json_object *array, const char *part,
                            const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        struct json_object *one = append(array);
        struct str recipe CLEANUP(str_free) = STR_INIT;

        add_text(one, "id", finding->id);
        add_text(one, "verdict", verdict_name(finding->verdict));
        add_text(one, "text", finding->text);
        add_text(one, "detail", finding->detail);
        add_text(one, "why", finding->why);
        add_text(one, "fix", finding->fix);
        add_text(one, "source", finding->source);
        str_add_lines(&recipe, "", finding->recipe);
        add_lines(one, "recipe", str_text(&recipe));
        if (part)
            add_text(one, "part", part);
    }
}

static void add_findings(struct json_object *object,
                         const struct findings *findings)
{
    append_findings(add_array(object, "findings"), NULL, findings);
}

struct json_object *json_host(const struct host *host)
{
    struct json_object *object = document();
    struct json_object *pools;

    add_text(object, "cpu", host->cpu.model);
    add_text(object, "remote", host->remote);
    add_number(object, "cores", host->cpu.core_count);
    add_number(object, "cpus", CPU_COUNT(&host->cpu.online));
    add_text(object, "kernel", host->kernel.release);
    add_text(object, "command_line", host->kernel.command_line);
    add_number(object, "memory_kib", (long)host->memory.total_kib);
    add_number(object, "available_kib", (long)host->memory.available_kib);
    add_text(object, "frequency_driver", host->kernel.frequency_driver);
    add_text(object, "governor", host->kernel.governor);
    add_text(object, "energy_preference", host->kernel.energy);
    add_text(object, "boot_loader", host->bootloader.name);
    add_text(object, "configured_command_line", host->bootloader.options);
    pools = add_array(object, "hugepages");
    for (size_t i = 0; i < host->memory.pool_count; i++) {
        const struct page_pool *pool = &host->memory.pools[i];
        struct json_object *one = append(pools);

        add_number(one, "size_kib", (long)pool->size_kib);
        add_number(one, "total", (long)pool->total);
        add_number(one, "free", (long)pool->free);
        add_number(one, "reserved", (long)pool->reserved);
    }
    add_findings(object, &host->findings);
    return object;
}

struct json_object *json_domains(const struct host *host,
                                 const struct domain_summary *list,
                                 size_t count)
{
    struct json_object *object = document();
    struct json_object *array = add_array(object, "domains");

    for (size_t i = 0; i < count; i++) {
        const struct domain *domain = list[i].domain;
        struct json_object *one = append(array);

        add_text(one, "name", list[i].name);
        add_text(one, "uuid", list[i].uuid);
        add_bool(one, "running", list[i].is_running);
        add_text(one, "problem", list[i].problem);
        if (!domain)
            continue;
        add_number(one, "vcpus", domain->vcpus);
        add_number(one, "memory_kib", (long)domain->memory_kib);
        add_bool(one, "pinned", domain_is_pinned(domain));
        add_number(one, "hostdevs", (long)domain->hostdev_count);
        add_text(one, "guest", guest_kind_name(domain->guest));
        add_bool(one, "saved", domain->has_saved_image);
        add_number(one, "to_improve", (long)cli_complaints(host, domain));
    }
    return object;
}

/* The lines of a diff with one sign, joined. */
static char *signed_lines(const struct diff *diff, char sign)
{
    struct str str = STR_INIT;

    for (size_t i = 0; i < diff->count; i++)
        if (diff->lines[i].sign == sign) {
            str_add_printable(&str, diff->lines[i].text);
            str_add(&str, "\n");
        }
    return str_steal(&str);
}

static void add_value(struct json_object *object, const char *key,
                      enum option_id id, long value)
{
    char text[32];

    option_format(id, value, text, sizeof(text));
    add_text(object, key, value == OPTION_OTHER ? NULL : text);
}

static void add_option(struct json_object *array, const char *key,
                       enum option_id id, long before, long after)
{
    struct json_object *one = append(array);

    add_text(one, "key", key);
    add_value(one, "before", id, before);
    add_value(one, "after", id, after);
}

/* What single disks have of their own. */
static void add_disk_options(struct json_object *array, const struct plan *plan,
                             struct arena *arena)
{
    for (size_t i = 0; i < plan->disk_wish_count; i++)
        for (enum option_id id = OPTION_DISKS_CACHE; disk_option_name(id);
             id++) {
            long now = disk_now(plan, i, id);
            long after = disk_effective(plan, i, id);

            if (disk_wish(plan, i, id) != OPTION_KEEP && now != after)
                add_option(array,
                           arena_printf(arena, "disk.%s.%s",
                                        disk_target(plan->domain, arena, i),
                                        disk_option_name(id)),
                           id, now, after);
        }
}

/* What disks are on. */
static void add_images(struct json_object *array, const struct plan *plan,
                       struct arena *arena)
{
    for (size_t i = 0; i < plan->image_count; i++) {
        const char *target = plan->images[i].target;
        long disk = disk_find(plan->domain, target);
        struct json_object *one = append(array);

        add_text(one, "key", arena_printf(arena, "disk.%s", target));
        add_text(one, "before",
                 disk < 0 ? NULL
                          : disk_path(plan->domain, arena, (size_t)disk));
        add_text(one, "after", plan->images[i].path);
    }
}

/* The options that make a change: its title may only count them. */
static void add_options(struct json_object *object, const struct plan *plan,
                        enum plan_part part)
{
    struct json_object *array = add_array(object, "options");
    struct arena *arena = arena_new();

    for (size_t i = 0; i < OPTION_COUNT; i++) {
        enum option_id id = (enum option_id)i;
        long now = option_now(plan, id), after = option_effective(plan, id);

        if (option_get(id)->part == part && now != after)
            add_option(array, option_get(id)->key, id, now, after);
    }
    if (part == PART_IO)
        add_disk_options(array, plan, arena);
    if (part == PART_DISKS)
        add_images(array, plan, arena);
    arena_free(arena);
}

static void add_changes(struct json_object *object, const struct changeset *set,
                        const struct plan *kept)
{
    struct json_object *array = add_array(object, "changes");

    for (size_t i = 0; i < set->count; i++) {
        const struct change *change = &set->changes[i];
        struct json_object *one;
        char *before, *after;

        if (!change->is_kept)
            continue;
        one = append(array);
        before = signed_lines(change->diff, '-');
        after = signed_lines(change->diff, '+');
        add_text(one, "id", plan_part_name(change->part));
        add_text(one, "title", change->title);
        add_text(one, "where", change->where);
        add_options(one, kept, change->part);
        add_lines(one, "before", before);
        add_lines(one, "after", after);
        mem_free(&before);
        mem_free(&after);
    }
}

static void add_topology(struct json_object *object,
                         const struct guest_topology *topology)
{
    struct json_object *one = json_object_new_object();

    json_object_object_add(object, "topology", one);
    add_number(one, "sockets", topology->sockets);
    add_number(one, "dies", topology->dies);
    add_number(one, "cores", topology->cores);
    add_number(one, "threads", topology->threads);
}

static void add_layouts(struct json_object *object,
                        const struct layouts *layouts)
{
    struct json_object *array = add_array(object, "layouts");

    for (size_t i = 0; i < layouts->count; i++) {
        const struct layout *layout = &layouts->list[i];
        struct json_object *one = append(array), *pins;
        struct str why CLEANUP(str_free) = STR_INIT;

        add_number(one, "rank", (long)i + 1);
        add_number(one, "vcpus", layout->vcpus);
        pins = add_array(one, "pins");
        for (unsigned v = 0; layout->cpus && v < layout->vcpus; v++)
            json_object_array_add(pins, json_object_new_int(layout->cpus[v]));
        add_set(one, "cpus", &layout->pool);
        add_set(one, "emulator", &layout->emulator);
        add_set(one, "iothread", &layout->iothread);
        add_text(one, "policy", layout_policy_name(layout->request.policy));
        add_topology(one, &layout->topology);
        str_addf(&why, "%s, %s; the host keeps %s.%s%s", layout->text,
                 layout->why, layout->host, *layout->trade ? " " : "",
                 layout->trade);
        add_text(one, "why", str_text(&why));
    }
}

static void add_hook_now(struct json_object *object,
                         const struct session *session, const struct plan *plan)
{
    struct json_object *array = add_array(object, "hook_now");
    struct arena *arena = arena_new();
    struct hook_nows nows = {0};

    session_hook_now(session, plan, arena, &nows);
    for (size_t i = 0; i < nows.count; i++) {
        struct json_object *one = append(array);

        add_text(one, "service", nows.list[i].service);
        add_text(one, "text", nows.list[i].text);
        add_bool(one, "known", nows.list[i].is_known);
    }
    arena_free(arena);
}

struct json_object *json_preview(const struct session *session,
                                 const struct plan *plan,
                                 const struct changeset *set,
                                 const struct layouts *layouts)
{
    struct json_object *object = document();
    struct plan *kept = plan_kept(plan);
    struct arena *arena = arena_new();
    struct findings findings = {0};
    struct json_object *files;

    add_text(object, "domain", session->domain->name);
    add_text(object, "uuid", session->domain->uuid);
    add_changes(object, set, kept);
    rule_check(kept, arena, &findings);
    add_findings(object, &findings);
    add_layouts(object, layouts);
    add_hook_now(object, session, plan);
    files = add_array(object, "files");
    for (size_t i = 0; i < set->file_count; i++) {
        struct json_object *one = append(files);
        char *path = arena_printf(arena, "/%s", set->files[i].path);

        add_text(one, "path", path);
        add_lines(one, "before", set->files[i].before);
        add_lines(one, "after", set->files[i].after);
    }
    arena_free(arena);
    plan_free(kept);
    return object;
}

static void add_record(struct json_object *array, const struct record *record)
{
    struct json_object *one = append(array), *changes, *files;

    add_number(one, "number", record->number);
    add_text(one, "time", record->time);
    add_text(one, "domain", record->domain);
    add_text(one, "uuid", record->uuid);
    add_text(one, "uri", *record->uri ? record->uri : NULL);
    add_text(one, "path", *record->path ? record->path : NULL);
    add_text(one, "state", record_state_name(record->state));
    add_index(one, "undoes", record->undoes ? (long)record->undoes : -1);
    add_text(one, "directory", record->directory);
    changes = add_array(one, "changes");
    for (size_t i = 0; i < record->title_count; i++) {
        char *title CLEANUP(mem_free) = str_printable(record->titles[i]);

        json_object_array_add(changes, json_object_new_string(title));
    }
    files = add_array(one, "files");
    for (size_t i = 0; i < record->file_count; i++)
        add_text(append(files), "path", record->files[i].path);
}

struct json_object *json_history(const struct records *records, size_t count)
{
    struct json_object *object = document();
    struct json_object *array = add_array(object, "records");

    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < records[i].count; j++)
            add_record(array, records[i].list[j]);
    return object;
}

static void add_percent(struct json_object *object, const char *key,
                        unsigned thousandths)
{
    char text[16];

    snprintf(text, sizeof(text), "%u.%u", thousandths / 10, thousandths % 10);
    json_object_object_add(object, key,
                           json_object_new_double_s(thousandths / 10.0, text));
}

struct json_object *json_audit(const struct audit *audit)
{
    struct json_object *object = document(), *findings, *vcpus;
    enum audit_verdict verdict = audit_verdict(audit);

    add_text(object, "domain", audit->wanted->name);
    add_text(object, "uuid", audit->wanted->uuid);
    json_object_object_add(
        object, "as_planned",
        verdict == AUDIT_NOT_SEEN
            ? NULL
            : json_object_new_boolean(verdict == AUDIT_AS_PLANNED));
    add_bool(object, "running", audit->is_running);
    findings = add_array(object, "findings");
    for (unsigned part = 0; part < AUDIT_PART_COUNT; part++)
        append_findings(findings, audit_part_name((enum audit_part)part),
                        &audit->findings[part]);
    json_object_object_add(object, "seconds",
                           json_object_new_double(audit->measured));
    vcpus = add_array(object, "vcpus");
    for (size_t i = 0; i < audit->wait_count; i++) {
        const struct audit_wait *wait = &audit->waits[i];
        struct json_object *one = append(vcpus);

        add_number(one, "vcpu", wait->vcpu);
        add_text(one, "cpus", wait->cpus);
        add_percent(one, "ran", wait->ran);
        add_percent(one, "waited", wait->waited);
        add_text(one, "others", wait->others);
    }
    return object;
}

void json_print(struct json_object *object)
{
    puts(json_object_to_json_string_ext(
        object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
                    JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(object);
}
