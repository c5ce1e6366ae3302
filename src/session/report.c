/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes an audit, gives text for people. */
#include "session/report.h"

#include "base/text.h"
#include "session/names.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 80, INDENT = 8 };

/* In lines of at most 80 columns, each behind the indent. */
static void add_wrapped(struct str *str, const char *text)
{
    char *printable CLEANUP(mem_free) = str_printable(text);
    const char *at = printable, *word;
    size_t length, column = 0;

    while ((word = str_next_word(&at, &length))) {
        char *one CLEANUP(mem_free) = mem_alloc(length + 1, 1);
        size_t columns = (size_t)text_columns(memcpy(one, word, length));

        if (column > 0 && column + 1 + columns > COLUMNS) {
            str_add(str, "\n");
            column = 0;
        }
        if (column == 0) {
            str_addf(str, "%*s", INDENT, "");
            column = INDENT;
        } else {
            str_add(str, " ");
            column++;
        }
        str_add_bytes(str, word, length);
        column += columns;
    }
    str_add(str, "\n");
}

static void add_finding(struct str *str, const struct finding *finding)
{
    size_t start;

    str_addf(str, "%-*s", text_bytes(verdict_label(finding->verdict), INDENT),
             verdict_label(finding->verdict));
    start = str->length;
    str_add_printable(str, finding->text);
    if (*finding->detail) {
        bool fits = (size_t)text_columns(str->text + start) +
                        (size_t)text_columns(finding->detail) + 3 <=
                    COLUMNS - INDENT;

        str_add(str, fits ? " (" : "\n");
        if (fits)
            str_add_printable(str, finding->detail);
        else
            add_wrapped(str, finding->detail);
        if (fits)
            str_add(str, ")");
    }
    if (str->text[str->length - 1] != '\n')
        str_add(str, "\n");
    if (finding->verdict > VERDICT_OK && *finding->fix)
        add_wrapped(str, finding->fix);
    if (finding->verdict > VERDICT_OK && *finding->recipe)
        str_add_lines(str, "          ", finding->recipe);
}

void report_add_findings(struct str *str, const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        add_finding(str, &findings->list[i]);
}

static void add_waits(struct str *str, const struct audit *audit)
{
    if (audit->wait_count == 0)
        return;
    str_addf(str,
             "\nMeasured for %.1f s: how much of the time each vCPU ran, and "
             "waited for its CPU\n"
             "   vCPU  on CPU     ran %%  waited %%  who else ran there\n",
             audit->measured);
    for (size_t i = 0; i < audit->wait_count; i++) {
        const struct audit_wait *wait = &audit->waits[i];

        str_addf(str, "  %5u  %-8s %4u.%u     %3u.%u  %s\n", wait->vcpu,
                 *wait->cpus ? wait->cpus : "-", wait->ran / 10, wait->ran % 10,
                 wait->waited / 10, wait->waited % 10, wait->others);
    }
}

void report_add(struct str *str, const struct audit *audit)
{
    for (unsigned part = 0; part < AUDIT_PART_COUNT; part++) {
        if (audit->findings[part].count == 0)
            continue;
        str_addf(str, "%s%s\n", part == 0 ? "" : "\n",
                 audit_part_title((enum audit_part)part));
        report_add_findings(str, &audit->findings[part]);
        if (part == AUDIT_RUNNING)
            add_waits(str, audit);
    }
    str_addf(str, "\n%s\n", audit_verdict_text(audit));
}

static void add_set(struct str *str, const char *what, const cpu_set_t *set)
{
    if (cpuset_is_empty(set))
        return;
    str_addf(str, "%s", what);
    cpuset_add_text(str, set);
    str_add(str, "\n");
}

/* What somebody who wants to help asks for first. */
static void add_machine(struct str *str, const struct audit *audit)
{
    const struct host *host = audit->session->host;
    const struct domain *domain = audit->wanted;
    const struct conn *conn = audit->session->conn;
    unsigned long library = conn ? conn_library_version(conn) : 0;

    str_add(str, "CPU      ");
    str_add_printable(str, *host->cpu.model ? host->cpu.model : _("unknown"));
    str_addf(str, ", %u cores, %d CPUs, ", host->cpu.core_count,
             CPU_COUNT(&host->cpu.online));
    str_addf(str, text_plural("%u node\n", "%u nodes\n", host->cpu.node_count),
             host->cpu.node_count);
    str_addf(str, "memory   %lu MiB, %lu MiB available\n",
             host->memory.total_kib / 1024, host->memory.available_kib / 1024);
    str_add(str, "kernel   ");
    str_add_printable(str, *host->kernel.release ? host->kernel.release
                                                 : _("unknown"));
    if (library)
        str_addf(str, "\nlibvirt  %lu.%lu.%lu", library / 1000000,
                 library / 1000 % 1000, library % 1000);
    str_addf(str, "\nguest    %s, %u vCPUs, %lu MiB, machine ",
             guest_kind_name(domain->guest), domain->vcpus,
             domain->memory_kib / 1024);
    str_add_printable(str, *domain->machine ? domain->machine : _("unknown"));
    str_addf(str, ", CPU mode %s\n",
             *domain->cpu_mode ? domain->cpu_mode : "none");
    for (unsigned i = 0; i < domain->vcpus; i++) {
        char what[32];

        snprintf(what, sizeof(what), "vcpupin  %u -> ", i);
        add_set(str, what, &domain->vcpupin[i]);
    }
    add_set(str, "emulator ", &domain->emulatorpin);
    for (unsigned i = 0; i < domain->iothread_count; i++)
        add_set(str, "iothread ", &domain->iothreads[i].cpus);
    for (size_t i = 0; i < domain->hostdev_count; i++) {
        const struct pci_device *device =
            pci_find(&host->pci, domain->hostdevs[i].address);

        str_addf(str, "hostdev  %s ", domain->hostdevs[i].address);
        str_add_printable(str, device ? device->name : _("is not there"));
        str_add(str, "\n");
    }
}

char *report_text(const struct audit *audit, bool with_names)
{
    struct arena *arena = arena_new();
    struct str str CLEANUP(str_free) = STR_INIT;
    struct names names = {0};
    struct str report = STR_INIT;
    char *text = NULL;

    add_machine(&str, audit);
    str_add(&str, "\n");
    report_add(&str, audit);
    names_add(&names, arena, audit->session, audit->root);
    text = with_names ? str_steal(&str)
                      : redact(str_text(&str), names.list, names.count);
    str_addf(
        &report,
        "# A report of virt-tune check\n"
        "# Who wants to look closer needs the host, too: virt-tune capture "
        "-o FILE.tar\n\n%s",
        text);
    free(text);
    arena_free(arena);
    return str_steal(&report);
}

bool report_save(const struct audit *audit, const char *path, bool with_names,
                 struct err *err)
{
    char *text CLEANUP(mem_free) = report_text(audit, with_names);

    return session_save(audit->session, path, text, err);
}
