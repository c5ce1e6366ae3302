/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that only look: list, show host, show groups, show cpus. */
#include "cli/cli.h"
#include "cli/json.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/rule.h"
#include "ui/cpuuse.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

size_t cli_complaints(const struct host *host, const struct domain *domain)
{
    struct plan *plan = plan_new(host, domain, NULL, NULL);
    struct arena *arena = arena_new();
    struct findings findings = {0};
    size_t count;

    rule_check(plan, arena, &findings);
    count = findings_count(&findings, VERDICT_WARN) +
            findings_count(&findings, VERDICT_FAIL);
    arena_free(arena);
    plan_free(plan);
    return count;
}

static void print_cell(const char *text, int columns)
{
    printf("%-*s ", text_bytes(text, columns), text);
}

static void print_summary(const struct session *session,
                          const struct domain_summary *one)
{
    const struct domain *domain = one->domain;

    print_cell(one->name, 24);
    print_cell(one->is_running ? _("running") : _("shut off"), 9);
    if (!domain) {
        printf("%s\n", one->problem);
        return;
    }
    printf("%4u %6lu MiB  ", domain->vcpus, domain->memory_kib / 1024);
    print_cell(domain_is_pinned(domain) ? _("yes") : _("no"), 6);
    printf(_("%7zu  %zu to improve\n"), domain->hostdev_count,
           cli_complaints(session->host, domain));
}

bool command_list(const struct options *options, char **words, struct err *err)
{
    struct session *session = session_open(&options->session, err);
    struct domain_summary *list = NULL;
    size_t count = 0;

    (void)words;
    if (session && session_connect(session, err))
        list = domain_list(session->conn, &count, err);
    if (list && options->is_json) {
        json_print(json_domains(session->host, list, count));
    } else if (list && count == 0) {
        printf(_("There are no domains at %s.\n"), conn_uri(session->conn));
    } else if (list) {
        puts(
            _("Name                     State     vCPU     Memory  Pinned "
              "Devices"));
        for (size_t i = 0; i < count; i++)
            print_summary(session, &list[i]);
    }
    if (list)
        domain_list_free(list, count);
    session_close(session);
    return list && cli_flush(err);
}

static bool show_host(struct session *session, const struct options *options,
                      struct err *err)
{
    const struct host *host = session->host;
    struct err unreachable = {0};

    /* A copy of a host says nothing of the libvirt that runs here. */
    if (host_is_running(host) || options->session.is_demo ||
        options->session.uri)
        session_connect(session, &unreachable);
    if (options->is_json) {
        json_print(json_host(host));
    } else {
        print_printable(stdout,
                        *host->cpu.model ? host->cpu.model : _("unknown CPU"));
        printf(_(", %u cores, %d CPUs, %lu MiB, Linux "), host->cpu.core_count,
               CPU_COUNT(&host->cpu.online), host->memory.total_kib / 1024);
        print_printable(stdout, *host->kernel.release ? host->kernel.release
                                                      : _("unknown"));
        fputs("\n", stdout);
        print_findings(stdout, &host->findings);
    }
    if (findings_count(&host->findings, VERDICT_FAIL) > 0)
        return err_set(err, ERR_REFUSED, "A check failed.");
    return true;
}

static void print_device(const struct host *host,
                         const struct pci_device *device)
{
    struct claim_list claims = claim_list(&host->claims, device);
    char *driver CLEANUP(mem_free) =
        str_printable(device->driver ? device->driver : "-");
    char sharing[96];

    printf("  %-12s [%04x] [%04x:%04x] (rev %02x) %-6s %-16s ",
           pci_short_address(device), device->class_code >> 8, device->vendor,
           device->device, device->revision,
           pci_role_name(pci_role(device, device)), driver);
    print_printable(stdout, device->name);
    fputs("\n", stdout);
    pci_describe_sharing(device, sharing, sizeof(sharing));
    if (*sharing)
        printf("      %-7s %s\n", _("shared"), sharing);
    for (size_t i = 0; i < claims.count; i++) {
        printf("      ");
        print_cell(text_of(claim_severity_name(claims.list[i].severity)), 7);
        print_printable(stdout, claims.list[i].text);
        fputs("\n", stdout);
    }
}

static void print_ungrouped(const struct host *host)
{
    bool is_any = false;

    for (size_t i = 0; i < host->pci.device_count; i++)
        if (host->pci.devices[i].group < 0) {
            if (!is_any)
                puts(_("Without a group"));
            is_any = true;
            print_device(host, &host->pci.devices[i]);
        }
}

static void print_usb(const struct usb *usb)
{
    if (usb->count > 0)
        puts("USB");
    for (size_t i = 0; i < usb->count; i++) {
        const struct usb_device *device = &usb->devices[i];

        printf("  usb:%04x:%04x%s%-8s %s\n", device->vendor, device->product,
               device->has_twin ? "@" : " ", device->port, device->name);
        if (device->claim.text)
            printf("      %-7s %s\n",
                   text_of(claim_severity_name(device->claim.severity)),
                   device->claim.text);
    }
}

static void print_group(const struct iommu_group *group)
{
    char *driver CLEANUP(mem_free) =
        str_printable(group->culprit ? group->culprit->driver : "");

    if (group->culprit)
        printf(_("Group %u, held by %s (%s)\n"), group->id,
               pci_short_address(group->culprit), driver);
    else
        printf(_("Group %u\n"), group->id);
}

static bool show_groups(struct session *session, const struct options *options,
                        struct err *err)
{
    const struct pci *pci = &session->host->pci;

    (void)err;
    if (options->is_json) {
        json_print(json_groups(session->host));
        return true;
    }
    for (size_t i = 0; i < pci->group_count; i++) {
        const struct iommu_group *group = &pci->groups[i];

        print_group(group);
        for (size_t j = 0; j < group->device_count; j++)
            print_device(session->host, group->devices[j]);
    }
    if (pci->group_count > 0)
        print_ungrouped(session->host);
    if (pci->problem)
        printf(pci->device_count > 0
                   ? _("PCI devices could not all be read: %s.\n")
                   : _("PCI devices could not be read: %s.\n"),
               pci->problem);
    else if (pci->group_count == 0)
        printf(_("No IOMMU group: the IOMMU is off (see: virt-tune show host), "
                 "so none of the %zu PCI devices can be given to a guest.\n"),
               pci->device_count);
    print_usb(&session->host->usb);
    return true;
}

static int output_width(void)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size;
    unsigned long number;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
        return size.ws_col;
    if (columns && str_number(columns, 1000, &number) && number >= 40)
        return (int)number;
    return 80;
}

static void print_map(const struct session *session, const struct plan *plan,
                      bool is_ascii)
{
    const struct cpu_topology *cpu = &session->host->cpu;
    struct cpumap map = {cpu, plan, -1, neighbours_held(session->others)};
    int width = output_width(), rows = cpumap_rows(width, &map);
    struct canvas *canvas = canvas_new(rows, width, is_ascii);
    struct str str CLEANUP(str_free) = STR_INIT;
    struct cpuuse use;

    cpuuse_make(&map, &use);
    cpumap_draw(canvas, 0, rows, &map, &use);
    canvas_dump(canvas, &str);
    fputs(str_text(&str), stdout);
    canvas_free(canvas);
}

/* The line above the map: the model, and which CPUs are special. */
static void print_cpus(const struct cpu_topology *cpu)
{
    struct arena *arena = arena_new();
    cpu_set_t closed = cpuset_minus(&cpu->online, &cpu->allowed);

    print_printable(stdout, *cpu->model ? cpu->model : _("unknown CPU"));
    printf(_(": %u cores, CPUs %s online"), cpu->core_count,
           cpuset_text(arena, &cpu->online));
    if (!cpuset_is_empty(&cpu->offline))
        printf(_(", %s offline"), cpuset_text(arena, &cpu->offline));
    if (!cpuset_is_empty(&cpu->isolated))
        printf(_(", %s isolated at boot"), cpuset_text(arena, &cpu->isolated));
    if (!cpuset_is_empty(&cpu->nohz_full))
        printf(_(", nohz_full %s"), cpuset_text(arena, &cpu->nohz_full));
    if (!cpuset_is_empty(&closed))
        printf(_(", %s not allowed to guests (cgroup)"),
               cpuset_text(arena, &closed));
    fputs("\n", stdout);
    arena_free(arena);
}

static bool show_cpus(struct session *session, const struct options *options,
                      struct err *err)
{
    const struct cpu_topology *cpu = &session->host->cpu;
    struct plan *plan = NULL;

    if (session->domain) {
        plan = options->plan || options->request.vcpus ||
                       options->has_request || options->layout
                   ? cli_plan(session, options, err)
                   : session_plan(session);
        if (!plan)
            return false;
    }
    if (options->is_json) {
        json_print(json_cpus(session->host, plan));
    } else {
        print_cpus(cpu);
        print_map(session, plan, options->is_ascii || canvas_needs_ascii());
    }
    plan_free(plan);
    return true;
}

bool command_show(const struct options *options, char **words, struct err *err)
{
    static const struct {
        const char *name;
        bool (*show)(struct session *session, const struct options *options,
                     struct err *err);
    } subjects[] = {
        {"host", show_host},
        {"groups", show_groups},
        {"cpus", show_cpus},
    };
    struct session_options how = options->session;
    struct session *session;
    bool is_shown = false;
    size_t i = 0;

    while (i < ARRAY_SIZE(subjects) && strcmp(words[0], subjects[i].name) != 0)
        i++;
    if (i == ARRAY_SIZE(subjects) || (words[1] && i != 2))
        return err_set(
            err, ERR_USAGE,
            "Show what? virt-tune show host, show groups, or show cpus "
            "[DOMAIN]");
    how.is_devices_only = i == 1 && !options->is_json;
    how.is_read_only |= i == 0; /* nobody must say who they are for that */
    session = session_open(&how, err);
    if (session && (!words[1] || session_load(session, words[1], err)))
        is_shown = subjects[i].show(session, options, err) && cli_flush(err);
    session_close(session);
    return is_shown;
}
