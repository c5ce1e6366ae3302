/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a UUID, gives the process that has it on its command line, and what
 * the kernel says of it (proc(5)). What cannot be read is not known, not zero.
 */
#include "host/process.h"

#include "base/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *process_stat_field(const char *stat, unsigned number)
{
    /* The name may hold anything, ")" and blanks too. */
    const char *at = stat ? strrchr(stat, ')') : NULL;

    for (unsigned i = 2; at && i < number; i++) {
        at = strchr(at, ' ');
        at = at ? at + 1 : NULL;
    }
    return at;
}

static long stat_number(const char *stat, unsigned number)
{
    const char *field = process_stat_field(stat, number);

    return field ? strtol(field, NULL, 10) : -1;
}

/* The text of a line "NAME:   VALUE" of a status file, or NULL. */
static const char *status_line(struct arena *arena, const char *text,
                               const char *name)
{
    size_t length = strlen(name);

    while (text && *text) {
        size_t size = strcspn(text, "\n");

        if (strncmp(text, name, length) == 0 && text[length] == ':')
            return str_trim(
                arena_strndup(arena, text + length + 1, size - length - 1));
        text += size + (text[size] == '\n');
    }
    return NULL;
}

/* "CPU 3/KVM" is vCPU 3, "IO iothread1" I/O thread 1. */
static void classify(struct thread *thread, bool is_main, const char *name)
{
    char rest[16] = "";

    thread->kind = is_main ? THREAD_MAIN : THREAD_OTHER;
    if (is_main)
        return;
    if (sscanf(name, "CPU %u/%7s", &thread->number, rest) == 2)
        thread->kind = THREAD_VCPU;
    else if (sscanf(name, "IO iothread%u%1s", &thread->number, rest) == 1)
        thread->kind = THREAD_IOTHREAD;
}

static void read_thread(const struct root *root, struct arena *arena, int pid,
                        struct thread *thread)
{
    const char *base = arena_printf(arena, "proc/%d/task/%d", pid, thread->tid);
    const char *name =
        root_read(root, arena, arena_printf(arena, "%s/comm", base));
    const char *status =
        root_read(root, arena, arena_printf(arena, "%s/status", base));
    const char *stat =
        root_read(root, arena, arena_printf(arena, "%s/stat", base));
    const char *cpus = status_line(arena, status, "Cpus_allowed_list");
    char *printable CLEANUP(mem_free) = str_printable(name ? name : "");

    thread->name = arena_strdup(arena, printable);
    classify(thread, thread->tid == pid, thread->name);
    thread->has_cpus = cpus && cpuset_parse(cpus, &thread->cpus) &&
                       !cpuset_is_empty(&thread->cpus);
    thread->policy = (int)stat_number(stat, 41);
    if (thread->policy >= 0 && stat_number(stat, 40) > 0)
        thread->priority = (unsigned)stat_number(stat, 40);
}

static bool has_uuid(const struct root *root, struct arena *arena,
                     const char *pid, const char *uuid, bool *is_hidden)
{
    char **words = root_read_words(root, arena,
                                   arena_printf(arena, "proc/%s/cmdline", pid));

    /* Gone meanwhile is no secret. */
    *is_hidden |= !words && (errno == EACCES || errno == EPERM);
    for (; words && *words && words[1]; words++)
        if (strcmp(*words, "-uuid") == 0 && strcmp(words[1], uuid) == 0)
            return true;
    return false;
}

/* With hidepid others' processes are not there at all: the first one is not. */
static bool is_complete(const struct root *root, struct arena *arena)
{
    return !root_is_host(root) || root_read(root, arena, "proc/1/stat");
}

static bool read_threads(const struct root *root, struct arena *arena,
                         struct process *process)
{
    size_t count = 0;
    char **names = root_list(
        root, arena, arena_printf(arena, "proc/%d/task", process->pid), &count);
    const char *stat = root_read(
        root, arena, arena_printf(arena, "proc/%d/stat", process->pid));
    const char *start = process_stat_field(stat, 22);

    if (!names || !start)
        return false;
    process->start = arena_strndup(arena, start, strcspn(start, " "));
    process->threads = arena_alloc(arena, count, sizeof(*process->threads));
    process->thread_count = 0;
    for (; *names; names++) {
        struct thread *thread = &process->threads[process->thread_count];
        unsigned long tid;

        if (!str_number(*names, 1UL << 22, &tid))
            continue;
        *thread = (struct thread){.tid = (int)tid};
        read_thread(root, arena, process->pid, thread);
        process->thread_count += *thread->name != '\0';
    }
    return process->thread_count > 0;
}

enum process_state process_find(const struct root *root, struct arena *arena,
                                const char *uuid, struct process *process)
{
    char **names = root_list(root, arena, "proc", NULL);
    bool is_hidden = !names;
    unsigned found = 0;

    *process = (struct process){0};
    for (; names && *names && *uuid; names++) {
        unsigned long pid;
        struct arena *scratch;

        if (!str_number(*names, 1UL << 22, &pid))
            continue;
        scratch = arena_new();
        if (has_uuid(root, scratch, *names, uuid, &is_hidden)) {
            process->pid = (int)pid;
            found++;
        }
        arena_free(scratch);
    }
    if (found > 1)
        return PROCESS_AMBIGUOUS;
    if (found == 1)
        return read_threads(root, arena, process) ? PROCESS_FOUND
                                                  : PROCESS_HIDDEN;
    return is_hidden || !is_complete(root, arena) ? PROCESS_HIDDEN
                                                  : PROCESS_ABSENT;
}

const struct thread *process_thread(const struct process *process,
                                    enum thread_kind kind, unsigned number)
{
    for (size_t i = 0; i < process->thread_count; i++)
        if (process->threads[i].kind == kind &&
            process->threads[i].number == number)
            return &process->threads[i];
    return NULL;
}

bool process_lives(const struct root *root, const struct process *process)
{
    struct arena *arena = arena_new();
    const char *stat = root_read(
        root, arena, arena_printf(arena, "proc/%d/stat", process->pid));
    const char *start = process_stat_field(stat, 22);
    size_t length = strlen(process->start);
    bool lives = start && strncmp(start, process->start, length) == 0 &&
                 start[length] == ' ' && stat_number(stat, 20) > 0 &&
                 *process_stat_field(stat, 3) != 'Z';

    arena_free(arena);
    return lives;
}

static void add_pages(struct process_memory *memory, unsigned long page_kib,
                      unsigned long kib)
{
    size_t i = 0;

    while (i < memory->huge_count && memory->huge[i].page_kib != page_kib)
        i++;
    if (kib == 0 || i == PROCESS_PAGES_MAX)
        return;
    if (i == memory->huge_count)
        memory->huge[memory->huge_count++].page_kib = page_kib;
    memory->huge[i].kib += kib;
}

/* "KernelPageSize:" stands before the counts of each mapping. */
static void read_smaps(const char *text, struct process_memory *memory)
{
    unsigned long page_kib = 0, kib;

    while (*text) {
        if (sscanf(text, "KernelPageSize: %lu kB", &kib) == 1)
            page_kib = kib;
        else if (sscanf(text, "Shared_Hugetlb: %lu kB", &kib) == 1 ||
                 sscanf(text, "Private_Hugetlb: %lu kB", &kib) == 1)
            add_pages(memory, page_kib, kib);
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
}

/* One mapping: "ADDRESS POLICY[:NODES] ... N0=PAGES ... kernelpagesize_kB=N" */
static void read_mapping(const char *line, struct process_memory *memory)
{
    const char *at = line, *word = str_next_word(&at, &(size_t){0});
    const char *size = strstr(line, "kernelpagesize_kB=");
    unsigned long page_kib = 4, node, pages;
    size_t length;

    word = word ? str_next_word(&at, &length) : NULL;
    if (!word || strncmp(word, "default", 7) == 0 ||
        strncmp(word, "local", 5) == 0)
        return;
    if (size)
        page_kib = strtoul(size + strlen("kernelpagesize_kB="), NULL, 10);
    memory->is_bound = true;
    while ((word = str_next_word(&at, &length)))
        if (sscanf(word, "N%lu=%lu", &node, &pages) == 2 &&
            node < PROCESS_NODES_MAX)
            memory->bound_kib[node] += pages * page_kib;
}

static void read_numa_maps(char *text, struct process_memory *memory)
{
    char *rest = text, *line;

    while ((line = strsep(&rest, "\n")))
        read_mapping(line, memory);
    memory->has_nodes = true;
}

bool process_memory(const struct root *root, const struct process *process,
                    struct process_memory *memory)
{
    struct arena *arena = arena_new();
    const char *base = arena_printf(arena, "proc/%d", process->pid);
    char *smaps = root_read(root, arena, arena_printf(arena, "%s/smaps", base));
    char *maps =
        root_read(root, arena, arena_printf(arena, "%s/numa_maps", base));
    bool is_seen = smaps && *smaps;

    *memory = (struct process_memory){0};
    if (smaps)
        read_smaps(smaps, memory);
    if (maps && *maps)
        read_numa_maps(maps, memory);
    arena_free(arena);
    return is_seen;
}

unsigned long process_huge(const struct process_memory *memory,
                           unsigned long page_kib)
{
    for (size_t i = 0; i < memory->huge_count; i++)
        if (memory->huge[i].page_kib == page_kib)
            return memory->huge[i].kib;
    return 0;
}

/* The group of a "N:controllers:/path" line, v2 or v1's cpuset; or NULL. */
static char *group_of(struct arena *arena, char *text, bool *is_v1)
{
    char *rest = text, *line, *unified = NULL;

    while ((line = strsep(&rest, "\n"))) {
        char *controllers = strchr(line, ':');
        char *path = controllers ? strchr(controllers + 1, ':') : NULL;

        if (!path || path[1] != '/' || strstr(path, "/.."))
            continue;
        *path++ = '\0';
        if (strcmp(controllers, ":cpuset") == 0) {
            *is_v1 = true;
            return arena_strdup(arena, path);
        }
        if (controllers[1] == '\0')
            unified = arena_strdup(arena, path);
    }
    return unified;
}

bool process_cpuset(const struct root *root, const struct process *process,
                    const struct thread *thread, cpu_set_t *cpus)
{
    struct arena *arena = arena_new();
    char *text = root_read(root, arena,
                           arena_printf(arena, "proc/%d/task/%d/cgroup",
                                        process->pid, thread->tid));
    bool is_v1 = false, is_found = false;
    char *group = text ? group_of(arena, text, &is_v1) : NULL;

    while (group && !is_found) {
        char *slash = strrchr(group, '/');
        const char *list = root_read(
            root, arena,
            arena_printf(arena, "sys/fs/cgroup%s%s/cpuset.%s",
                         is_v1 ? "/cpuset" : "",
                         *group && group[1] ? group : "",
                         is_v1 ? "effective_cpus" : "cpus.effective"));

        is_found = list && cpuset_parse(list, cpus) && !cpuset_is_empty(cpus);
        if (!slash)
            break;
        *slash = '\0'; /* the group above */
    }
    arena_free(arena);
    return is_found;
}
