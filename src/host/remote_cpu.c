/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes libvirt's capabilities, gives the CPU topology. Threads with the same
 * "siblings" are a core; a bank of the cache's third level is an L3 domain.
 */
#include "host/kind.h"
#include "host/remote_xml.h"

#include <stdlib.h>
#include <string.h>

/* One online CPU, as it stands in a cell. */
struct thread {
    int cpu;
    unsigned package, node;
    int l3;        /* index into topology->l3 as it was read, or -1 */
    int l3_first;  /* its first CPU: what the order goes by */
    cpu_set_t all; /* of its core */
};

struct reader {
    struct arena *arena;
    struct cpu_topology *topology;
    struct thread *threads;
    unsigned count;
};

static bool read_thread(struct reader *reader, const xmlNode *cpu,
                        unsigned node, struct err *err)
{
    const char *siblings = remote_text(reader->arena, cpu, "siblings");
    struct thread *thread = &reader->threads[reader->count];
    struct cpu_topology *topology = reader->topology;
    unsigned long id, package = 0;

    if (!remote_number(cpu, "id", CPUSET_MAX - 1, &id))
        return err_set(err, ERR_FAILED,
                       "That host has a CPU that virt-tune does not know: it "
                       "knows CPUs 0 to %d.",
                       CPUSET_MAX - 1);
    if (!*siblings) {
        CPU_SET(id, &topology->offline);
        return true;
    }
    if (CPU_ISSET(id, &topology->online) ||
        !cpuset_parse(siblings, &thread->all) || !CPU_ISSET(id, &thread->all))
        return err_set(err, ERR_FAILED,
                       "The cores of that host cannot be told apart: CPU %lu "
                       "has siblings=\"%.40s\".",
                       id, siblings);
    remote_number(cpu, "socket_id", 65535, &package);
    thread->cpu = (int)id;
    thread->node = node;
    thread->package = (unsigned)package;
    CPU_SET(id, &topology->online);
    CPU_SET(id, &topology->nodes[topology->node_count].cpus);
    reader->count++;
    return true;
}

static bool read_cells(struct reader *reader, const xmlNode *cells,
                       struct err *err)
{
    struct cpu_topology *topology = reader->topology;
    unsigned count = 0;

    for (const xmlNode *cell = remote_child(cells, "cell"); cell;
         cell = remote_next(cell))
        count++;
    topology->nodes =
        arena_alloc(reader->arena, count + 1, sizeof(*topology->nodes));
    reader->threads =
        arena_alloc(reader->arena, CPUSET_MAX + 1, sizeof(*reader->threads));
    for (const xmlNode *cell = remote_child(cells, "cell"); cell;
         cell = remote_next(cell)) {
        struct cpu_node *node = &topology->nodes[topology->node_count];
        unsigned long id;

        if (!remote_number(cell, "id", 65535, &id))
            continue;
        *node = (struct cpu_node){
            .id = (unsigned)id,
            .cpus = cpuset_empty(),
            .memory_kib = remote_size_kib(remote_child(cell, "memory"), NULL),
        };
        for (const xmlNode *cpu =
                 remote_child(remote_child(cell, "cpus"), "cpu");
             cpu; cpu = remote_next(cpu))
            if (!read_thread(reader, cpu, node->id, err))
                return false;
        topology->node_count++;
    }
    return true;
}

static unsigned read_level(struct reader *reader, const xmlNode *cache,
                           unsigned long wanted, struct cpu_cache **caches)
{
    unsigned count = 0;
    unsigned long level;

    for (const xmlNode *bank = remote_child(cache, "bank"); bank;
         bank = remote_next(bank))
        count++;
    *caches = arena_alloc(reader->arena, count + 1, sizeof(**caches));
    count = 0;
    for (const xmlNode *bank = remote_child(cache, "bank"); bank;
         bank = remote_next(bank)) {
        struct cpu_cache *one = &(*caches)[count];

        if (!remote_number(bank, "level", 9, &level) || level != wanted ||
            strcmp(remote_text(reader->arena, bank, "type"), "code") == 0 ||
            !cpuset_parse(remote_text(reader->arena, bank, "cpus"), &one->cpus))
            continue;
        one->cpus = cpuset_and(&one->cpus, &reader->topology->online);
        one->size_kib = remote_size_kib(bank, "size");
        count += !cpuset_is_empty(&one->cpus);
    }
    return count;
}

static int compare_caches(const void *a, const void *b)
{
    const struct cpu_cache *x = a, *y = b;

    return cpuset_next(&x->cpus, 0) - cpuset_next(&y->cpus, 0);
}

static int cache_of(const struct cpu_cache *caches, unsigned count, int cpu)
{
    for (unsigned i = 0; i < count; i++)
        if (CPU_ISSET((size_t)cpu, &caches[i].cpus))
            return (int)i;
    return -1;
}

static int compare_nodes(const void *a, const void *b)
{
    const struct cpu_node *x = a, *y = b;

    return (x->id > y->id) - (x->id < y->id);
}

/* As hwloc lays a machine out: by package, node, L3 domain, core. */
static int compare_threads(const void *a, const void *b)
{
    const struct thread *x = a, *y = b;
    int x_first = cpuset_next(&x->all, 0), y_first = cpuset_next(&y->all, 0);

    if (x->package != y->package)
        return x->package < y->package ? -1 : 1;
    if (x->node != y->node)
        return x->node < y->node ? -1 : 1;
    if (x->l3_first != y->l3_first)
        return x->l3_first - y->l3_first;
    return x_first != y_first ? x_first - y_first : x->cpu - y->cpu;
}

static void read_caches(struct reader *reader, const xmlNode *host)
{
    const xmlNode *cache = remote_child(host, "cache");
    struct cpu_topology *topology = reader->topology;

    topology->l3_count = read_level(reader, cache, 3, &topology->l3);
    topology->l2_count = read_level(reader, cache, 2, &topology->l2);
    qsort(topology->l3, topology->l3_count, sizeof(*topology->l3),
          compare_caches);
    qsort(topology->l2, topology->l2_count, sizeof(*topology->l2),
          compare_caches);
    for (unsigned i = 0; i < reader->count; i++) {
        struct thread *thread = &reader->threads[i];

        thread->l3 = cache_of(topology->l3, topology->l3_count, thread->cpu);
        thread->l3_first = thread->l3 < 0
                               ? -1
                               : cpuset_next(&topology->l3[thread->l3].cpus, 0);
    }
}

static void start_core(struct cpu_topology *topology,
                       const struct thread *thread)
{
    struct cpu_core *core = &topology->cores[topology->core_count];

    core->index = topology->core_count++;
    core->package = thread->package;
    core->node = (int)thread->node;
    core->l3 = thread->l3;
    core->l2 = cache_of(topology->l2, topology->l2_count, thread->cpu);
    core->cpus = cpuset_empty();
    if (core->l3 >= 0)
        topology->l3[core->l3].core_count++;
    if (core->l2 >= 0)
        topology->l2[core->l2].core_count++;
}

/* Threads of one core are neighbours once they are sorted. */
static bool make_cores(struct reader *reader, struct err *err)
{
    struct cpu_topology *topology = reader->topology;
    const struct thread *last = NULL;

    topology->cores =
        arena_alloc(reader->arena, reader->count + 1, sizeof(*topology->cores));
    for (unsigned i = 0; i < reader->count; i++) {
        const struct thread *thread = &reader->threads[i];
        struct cpu_core *core;

        topology->package_count += !last || last->package != thread->package;
        if (!last || !CPU_EQUAL(&last->all, &thread->all))
            start_core(topology, thread);
        core = &topology->cores[topology->core_count - 1];
        if (core->thread_count == CORE_THREADS_MAX)
            return err_set(err, ERR_FAILED,
                           "The core of CPU %u has more than %d threads; "
                           "virt-tune knows cores of up to %d.",
                           (unsigned)thread->cpu, CORE_THREADS_MAX,
                           CORE_THREADS_MAX);
        core->threads[core->thread_count++] = thread->cpu;
        CPU_SET((size_t)thread->cpu, &core->cpus);
        topology->core_of[thread->cpu] = (int)core->index;
        topology->has_smt |= core->thread_count > 1;
        last = thread;
    }
    return true;
}

static const char *vendor_of(const char *name)
{
    static const char *const names[][2] = {{"Intel", "GenuineIntel"},
                                           {"AMD", "AuthenticAMD"},
                                           {"Hygon", "HygonGenuine"}};

    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (strcmp(name, names[i][0]) == 0)
            return names[i][1];
    return name;
}

static bool has_feature(struct arena *arena, const xmlNode *cpu,
                        const char *name)
{
    const xmlNode *feature = remote_child(cpu, "feature");

    while (feature &&
           (strcmp(remote_text(arena, feature, "name"), name) != 0 ||
            strcmp(remote_text(arena, feature, "policy"), "disable") == 0))
        feature = remote_next(feature);
    return feature != NULL;
}

/* The model is the nearest one that libvirt knows. */
static void read_model(const struct remote_facts *facts, const xmlNode *cpu,
                       struct arena *arena, struct cpu_topology *topology)
{
    xmlDoc *doc = facts->cpu ? remote_parse(facts->cpu) : NULL;
    const xmlNode *all = doc ? xmlDocGetRootElement(doc) : NULL;

    topology->model = remote_text(arena, remote_child(cpu, "model"), NULL);
    topology->vendor =
        vendor_of(remote_text(arena, remote_child(cpu, "vendor"), NULL));
    topology->has_flags = remote_child(all, "feature") != NULL;
    topology->has_vmx = has_feature(arena, all, "vmx");
    topology->has_svm = has_feature(arena, all, "svm");
    topology->has_topoext = has_feature(arena, all, "topoext");
    topology->has_nonstop_tsc = has_feature(arena, all, "invtsc");
    xmlFreeDoc(doc);
}

bool remote_cpus(const struct remote_facts *facts, const xmlNode *host,
                 struct arena *arena, struct cpu_topology *topology,
                 struct err *err)
{
    const xmlNode *cells =
        remote_child(remote_child(host, "topology"), "cells");
    struct reader reader = {arena, topology, NULL, 0};

    for (int i = 0; i < CPUSET_MAX; i++)
        topology->core_of[i] = -1;
    topology->online = topology->offline = cpuset_empty();
    topology->isolated = topology->nohz_full = cpuset_empty();
    if (!read_cells(&reader, cells, err))
        return false;
    if (reader.count == 0)
        return err_set(err, ERR_FAILED,
                       "libvirt does not tell which CPUs %.200s has.",
                       facts->name);
    qsort(topology->nodes, topology->node_count, sizeof(*topology->nodes),
          compare_nodes);
    read_caches(&reader, host);
    qsort(reader.threads, reader.count, sizeof(*reader.threads),
          compare_threads);
    if (!make_cores(&reader, err))
        return false;
    topology->offline = cpuset_or(&topology->offline, &facts->offline);
    topology->offline = cpuset_minus(&topology->offline, &topology->online);
    topology->allowed = topology->online;
    read_model(facts, remote_child(host, "cpu"), arena, topology);
    kind_assign(NULL, arena, NULL, topology);
    topology->fingerprint = cpu_fingerprint(arena, topology);
    return true;
}
