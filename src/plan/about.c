/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a finding, says whether it is about an option, a disk or a part. Its
 * words are keys of options, "disk.TARGET", and names of parts.
 */
#include "plan/about.h"

#include "base/str.h"
#include "plan/plan.h"

#include <string.h>

/* A rule with verdicts on several things says so itself: rule_about. */
static const struct {
    const char *rule, *words;
} subjects[] = {
    {"vcpus", "vcpus topology"},
    {"pinned", "vcpupin"},
    {"online", "vcpupin"},
    {"shared-cpu", "vcpupin"},
    {"siblings", "vcpupin topology"},
    {"core-kind", "vcpupin"},
    {"l3", "vcpupin"},
    {"emulator", "emulatorpin iothreads"},
    {"iothread-use", "iothreads scsi.iothread"},
    {"topology", "topology"},
    {"memory-node", "numa"},
    {"guest-cells", "numa"},
    {"node-memory", "numa"},
    {"host-core", "vcpupin"},
    {"allowed-cpus", "vcpupin"},
    {"other-domains", "vcpupin"},
    {"host-l3", "vcpupin"},
    {"idle-cpus", "vcpupin"},
    {"stray-pins", "vcpupin"},
    {"vcpusched", "cpu.vcpusched"},
    {"cache-passthrough", "cpu.cache"},
    {"isolated-pin", "vcpupin"},
    {"hugepages", "hugepages hugepages.reserve"},
    {"topoext", "cpu.topoext"},
    {"device-here", "devices"},
    {"device-group", "devices"},
    {"device-others", "devices"},
    {"device-claims", "devices"},
    {"device-moved", "devices"},
    {"device-rom", "devices"},
    {"locked-memory", "devices"},
    {"last-display", "devices host.display"},
    {"usb", "devices"},
    {"hyperv-offered", "hyperv"},
    {"emulated-disk", "disks.bus"},
    {"cpu-values", "cpu.mode cpu.cache cpu.maxphysaddr"},
    {"memory-values", "memory.source memory.access"},
    {"machine-values", "machine.ioapic machine.smm"},
    {"disk-values", "disks.cache disks.io"},
    {"emulated-network", "net.model"},
    {"firmware", "machine.smm"},
};

const char *about_rule(const char *id)
{
    for (size_t i = 0; i < ARRAY_SIZE(subjects); i++)
        if (strcmp(subjects[i].rule, id) == 0)
            return subjects[i].words;
    return "";
}

static bool has_word(const struct finding *finding, const char *word)
{
    const char *at = finding->about, *next;
    size_t length;

    while ((next = str_next_word(&at, &length)))
        if (length == strlen(word) && strncmp(next, word, length) == 0)
            return true;
    return false;
}

bool about_option(const struct finding *finding, enum option_id id)
{
    return has_word(finding, option_get(id)->key);
}

bool about_disk(const struct finding *finding, const char *target)
{
    size_t length = strlen("disk.");

    return str_starts(finding->about, "disk.") &&
           (!target || strcmp(finding->about + length, target) == 0);
}

bool about_part(const struct finding *finding, enum plan_part part)
{
    if (has_word(finding, plan_part_name(part)) ||
        (part == PART_DISKS && about_disk(finding, NULL)))
        return true;
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (option_get((enum option_id)i)->part == part &&
            about_option(finding, (enum option_id)i))
            return true;
    return false;
}
