/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of what guests share with the host: CPUs, their frequency, memory
 * and its pages.
 */
#include "host/check_row.h"

#include "base/str.h"
#include "base/text.h"

#include <string.h>

void check_cpus(const struct look *look)
{
    const struct cpu_topology *cpu = &look->host->cpu;
    cpu_set_t closed = cpuset_minus(&cpu->online, &cpu->allowed);

    if (!cpuset_is_empty(&closed))
        check_answer(look, VERDICT_NOTE, "Some CPUs are closed to guests",
                     arena_printf(look->arena, "CPUs %s",
                                  cpuset_text(look->arena, &closed)),
                     "A cgroup above every guest forbids them (machine.slice, "
                     "by AllowedCPUs=, or the root): a vCPU cannot be pinned "
                     "there.");
    else if (!cpuset_is_empty(&cpu->offline))
        check_answer(look, VERDICT_NOTE, "Some CPUs are offline",
                     arena_printf(look->arena, "CPUs %s",
                                  cpuset_text(look->arena, &cpu->offline)),
                     "");
    else if (cpu->has_smt)
        check_answer(look, VERDICT_OK, "All CPUs are online",
                     "threads are pinned in pairs", "");
    else
        check_answer(look, VERDICT_OK, "All CPUs are online",
                     "one thread for each core", "");
}

void check_isolated(const struct look *look)
{
    const cpu_set_t *isolated = &look->host->cpu.isolated;

    if (cpuset_is_empty(isolated))
        check_answer(look, VERDICT_OK, "No CPU is isolated at boot", "", "");
    else
        check_answer(look, VERDICT_NOTE, "Some CPUs are isolated at boot",
                     arena_printf(look->arena, "CPUs %s",
                                  cpuset_text(look->arena, isolated)),
                     "The host's scheduler leaves them alone: a vCPU there "
                     "must be pinned to exactly one CPU.");
}

/* Adds to what a check means which values there are. */
static void tell_values(const struct look *look, const char *values)
{
    if (values && *values)
        look->finding->why = arena_printf(look->arena, "%s Available here: %s.",
                                          look->finding->why, values);
}

void check_governor(const struct look *look)
{
    const struct kernel *kernel = &look->host->kernel;
    const char *driver = kernel->frequency_driver, *governor = kernel->governor;
    const char *detail;
    bool is_hardware;

    if (!driver || !governor) {
        check_answer(look, VERDICT_UNKNOWN, "Governor: could not look",
                     "no frequency policy here", "");
        return;
    }
    is_hardware = strcmp(driver, "intel_pstate") == 0 ||
                  strcmp(driver, "amd-pstate-epp") == 0;
    detail = arena_printf(look->arena, "%s, %s", driver, governor);
    tell_values(look, kernel->governors);
    if (kernel->has_mixed_governors)
        check_answer(look, VERDICT_NOTE, "CPUs have different governors",
                     detail,
                     "The first CPU's governor is named. Look at the others: "
                     "cpupower -c all frequency-info -p");
    else if (!is_hardware && strcmp(governor, "powersave") == 0)
        check_answer(look, VERDICT_WARN, "CPUs run at their lowest frequency",
                     detail,
                     "With this driver powersave means the lowest frequency. "
                     "Choose another one: cpupower frequency-set -g NAME");
    else if (strcmp(governor, "conservative") == 0)
        check_answer(look, VERDICT_NOTE, "CPUs are slow to speed up", detail,
                     "conservative raises the frequency in small steps. Choose "
                     "another one: cpupower frequency-set -g NAME");
    else
        check_answer(look, VERDICT_OK, "The governor lets CPUs run fast",
                     detail, "");
}

void check_energy(const struct look *look)
{
    const struct kernel *kernel = &look->host->kernel;
    const char *energy = kernel->energy;

    tell_values(look, kernel->energies);
    if (!kernel->frequency_driver)
        check_answer(look, VERDICT_UNKNOWN, "Energy preference: could not look",
                     "no frequency policy here", "");
    else if (!energy)
        check_answer(look, VERDICT_OK, "No energy preference to set",
                     kernel->frequency_driver, "");
    else if (kernel->has_mixed_energies)
        check_answer(look, VERDICT_NOTE, "CPUs have different preferences",
                     energy, "The first CPU's preference is named.");
    else if (strcmp(energy, "power") == 0)
        check_answer(look, VERDICT_WARN, "CPUs prefer to save power", energy,
                     "A guest's CPUs then take long to speed up. Choose "
                     "another profile: powerprofilesctl set balanced, or "
                     "cpupower set --epp balance_performance");
    else if (strcmp(energy, "balance_power") == 0)
        check_answer(look, VERDICT_NOTE, "CPUs lean to saving power", energy,
                     "balance_performance suits guests better: cpupower set "
                     "--epp balance_performance");
    else
        check_answer(look, VERDICT_OK, "CPUs do not save power first", energy,
                     "");
}

/*
 * Whether a hugetlbfs with pages of this size is mounted; true too if no
 * list of mounts can be read. The option is pagesize=2M, pagesize=1024M.
 */
static bool is_mounted(const struct look *look, unsigned long size_kib)
{
    const char *text = check_text(look, "proc/self/mountinfo");
    const char *option =
        arena_printf(look->arena, "pagesize=%luM", size_kib / 1024);

    if (!*text)
        text = check_text(look, "proc/self/mounts");
    if (!*text)
        return true;
    while (*text) {
        size_t length = strcspn(text, "\n");
        const char *line = arena_strndup(look->arena, text, length);

        if (strstr(line, " hugetlbfs ") && strstr(line, option))
            return true;
        text += length + (text[length] == '\n');
    }
    return false;
}

static const char *tell_pool(const struct look *look,
                             const struct page_pool *pool)
{
    return arena_printf(look->arena, "%lu, %lu of them usable", pool->total,
                        page_pool_usable(pool));
}

/* Pages, but no mount by which libvirt would get at them. */
static void tell_mount(const struct look *look, const char *text,
                       const struct page_pool *pool, const char *recipe)
{
    check_answer(look, pool->total > 0 ? VERDICT_WARN : VERDICT_NOTE, text,
                 pool->total > 0 ? tell_pool(look, pool) : "none reserved",
                 "libvirt takes huge pages by a hugetlbfs mount of their size, "
                 "and looks for mounts when it starts.");
    look->finding->recipe =
        arena_printf(look->arena,
                     "%s"
                     "and restart libvirt:\n"
                     "    systemctl restart libvirtd    (or virtqemud)\n",
                     recipe);
}

void check_pages(const struct look *look)
{
    const struct memory *memory = &look->host->memory;
    const struct page_pool *pool = memory_pool(memory, 2048);

    if (!pool)
        check_answer(look, VERDICT_UNKNOWN, "2 MiB huge pages: could not look",
                     "no such pool", "");
    else if (!is_mounted(look, 2048))
        tell_mount(look, _("2 MiB huge pages are not mounted"), pool,
                   _("In /etc/fstab add the line\n"
                     "    hugetlbfs /dev/hugepages hugetlbfs pagesize=2M 0 0\n"
                     "Then run\n"
                     "    mkdir -p /dev/hugepages\n"
                     "    mount /dev/hugepages\n"));
    else if (pool->total > 0)
        check_answer(look, VERDICT_OK, "2 MiB huge pages are reserved",
                     tell_pool(look, pool), "");
    else
        check_answer(look, VERDICT_NOTE, "No huge pages are reserved",
                     arena_printf(look->arena, "%lu MiB of memory available",
                                  memory->available_kib / 1024),
                     "The hook can reserve them when the guest starts: see "
                     "Options, \"huge pages\".");
}

static bool has_flag(const struct look *look, const char *flag)
{
    const char *flags = strstr(check_text(look, "proc/cpuinfo"), "\nflags");

    return flags && str_has_word(arena_strndup(look->arena, flags + 1,
                                               strcspn(flags + 1, "\n")),
                                 flag);
}

void check_large_pages(const struct look *look)
{
    const struct page_pool *pool = memory_pool(&look->host->memory, 1048576);
    bool can = has_flag(look, "pdpe1gb");

    if (pool && pool->total > 0 && !is_mounted(look, 1048576))
        tell_mount(
            look, _("1 GiB huge pages are not mounted"), pool,
            _("In /etc/fstab add the line\n"
              "    hugetlbfs /dev/hugepages1G hugetlbfs pagesize=1G 0 0\n"
              "Then run\n"
              "    mkdir -p /dev/hugepages1G\n"
              "    mount /dev/hugepages1G\n"));
    else if (pool && pool->total > 0)
        check_answer(look, VERDICT_OK, "1 GiB huge pages are reserved",
                     tell_pool(look, pool), "");
    else if (pool && can)
        check_answer(look, VERDICT_OK, "1 GiB huge pages are possible",
                     "none reserved", "");
    else if (!*check_text(look, "proc/cpuinfo"))
        check_answer(look, VERDICT_UNKNOWN, "1 GiB huge pages: could not look",
                     "no proc/cpuinfo here", "");
    else if (!can)
        check_answer(look, VERDICT_NOTE, "The CPU has no 1 GiB pages",
                     "no flag pdpe1gb", "Use huge pages of 2 MiB.");
    else
        check_answer(look, VERDICT_UNKNOWN, "1 GiB huge pages: could not look",
                     "no such pool", "");
}

void check_transparent(const struct look *look)
{
    const char *text =
        check_text(look, "sys/kernel/mm/transparent_hugepage/enabled");

    if (strstr(text, "[always]"))
        check_answer(look, VERDICT_OK, "Transparent huge pages are on",
                     "always", "");
    else if (strstr(text, "[madvise]"))
        check_answer(look, VERDICT_OK, "QEMU gets transparent huge pages",
                     "madvise", "");
    else if (strstr(text, "[never]"))
        check_answer(look, VERDICT_NOTE, "Transparent huge pages are off",
                     "never",
                     "Let QEMU have them: echo madvise > "
                     "/sys/kernel/mm/transparent_hugepage/enabled; or look "
                     "for transparent_hugepage=never on the kernel command "
                     "line.");
    else
        check_answer(look, VERDICT_UNKNOWN,
                     "Transparent huge pages: could not look",
                     "no such file here", "");
}

void check_merging(const struct look *look)
{
    const char *text = check_text(look, "sys/kernel/mm/ksm/run");

    if (!*text)
        check_answer(look, VERDICT_UNKNOWN, "KSM: could not look",
                     "no sys/kernel/mm/ksm here", "");
    else if (*text == '1')
        check_answer(look, VERDICT_NOTE, "KSM merges memory of guests",
                     "ksm/run is 1",
                     "Huge pages are never merged. A guest without them can "
                     "stay out: <nosharepages/> in its <memoryBacking>.");
    else
        check_answer(look, VERDICT_OK, "KSM does not merge memory", "", "");
}
