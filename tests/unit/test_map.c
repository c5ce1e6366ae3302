/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tries to break the picture of the CPUs: every made-up host and machines that
 * nobody has, in many sizes. The cursor stays inside, arrows reach each core,
 * nothing is drawn outside the rows it was given, each CPU has one box.
 */
#include "support.h"

#include "ui/cpuuse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int sizes[][2] = {{1, 1},   {2, 1},   {1, 9},    {7, 3},
                               {12, 5},  {20, 30}, {30, 7},   {40, 12},
                               {80, 1},  {80, 5},  {80, 10},  {80, 11},
                               {80, 24}, {96, 40}, {120, 40}, {200, 60}};

/* A machine as no recipe describes it: free it with machine_free. */
struct shape {
    unsigned cores, threads, l3_cores, node_cores, bare_nodes;
    unsigned lone_cores; /* at the end, without L3 */
};

static const struct shape shapes[] = {
    {1, 1, 0, 0, 0, 0},      {1, 2, 1, 0, 0, 1},     {3, 8, 1, 1, 0, 0},
    {16, 1, 1, 4, 1, 0},     {20, 1, 16, 0, 0, 4},   {64, 2, 64, 0, 0, 0},
    {96, 1, 0, 48, 0, 0},    {512, 2, 8, 64, 8, 0},  {512, 2, 512, 0, 0, 0},
    {1024, 1, 1, 128, 1, 0}, {1024, 1, 96, 0, 0, 9}, {128, 8, 32, 64, 0, 2},
};

static void machine_make(const struct shape *shape, struct host *host)
{
    struct cpu_topology *cpu = &host->cpu;

    *host = (struct host){0};
    cpu->model = "";
    cpu->core_count = shape->cores;
    cpu->cores = mem_alloc(shape->cores, sizeof(*cpu->cores));
    cpu->l3_count =
        shape->l3_cores > 0
            ? (shape->cores - shape->lone_cores + shape->l3_cores - 1) /
                  shape->l3_cores
            : 0;
    cpu->l3 = mem_alloc(cpu->l3_count + 1, sizeof(*cpu->l3));
    cpu->node_count =
        shape->node_cores > 0 ? shape->cores / shape->node_cores : 1;
    cpu->node_count += shape->bare_nodes;
    cpu->nodes = mem_alloc(cpu->node_count, sizeof(*cpu->nodes));
    for (unsigned i = 0; i < cpu->node_count; i++)
        cpu->nodes[i] = (struct cpu_node){.id = i, .memory_kib = 1 << 25};
    for (unsigned i = 0; i < shape->cores; i++) {
        struct cpu_core *core = &cpu->cores[i];
        bool is_lone = i >= shape->cores - shape->lone_cores;

        core->index = i;
        core->l2 = -1;
        core->l3 =
            cpu->l3_count == 0 || is_lone ? -1 : (int)(i / shape->l3_cores);
        core->node = shape->node_cores > 0 ? (int)(i / shape->node_cores) : 0;
        core->thread_count = shape->threads;
        for (unsigned t = 0; t < shape->threads; t++) {
            core->threads[t] = (int)(i + t * shape->cores);
            CPU_SET((size_t)core->threads[t], &core->cpus);
        }
        cpu->online = cpuset_or(&cpu->online, &core->cpus);
        cpu->nodes[core->node].cpus =
            cpuset_or(&cpu->nodes[core->node].cpus, &core->cpus);
    }
}

static void machine_free(struct host *host)
{
    free(host->cpu.cores);
    free(host->cpu.l3);
    free(host->cpu.nodes);
}

/* Pins at random: one CPU or many, the same one twice. */
static struct plan *pinned(const struct host *host, const struct domain *domain)
{
    struct plan *plan = plan_new(host, domain, NULL, NULL);
    unsigned count = (unsigned)CPU_COUNT(&host->cpu.online);

    plan_set_vcpus(plan, 1 + random_below(count));
    for (unsigned i = 0; i < plan->vcpus; i++) {
        const struct cpu_core *core =
            &host->cpu.cores[random_below(host->cpu.core_count)];

        plan->vcpupin[i] =
            random_below(9) ? cpuset_one(core->threads[0]) : host->cpu.online;
    }
    plan->emulatorpin = host->cpu.cores[0].cpus;
    return plan;
}

/* What is said to be free beside the boxes is, in the last three lines. */
static void check_beside(struct canvas *canvas, int width, int height,
                         const struct cpumap *map, const struct cpuuse *use)
{
    int x = cpumap_beside(width, height, map), end;

    canvas_clear(canvas);
    end = cpumap_draw(canvas, 2, height, map, use);
    assert_in_range(x, 1, width);
    if (x < width)
        assert_int_equal(cpumap_density(width, height, map), CPUMAP_BOXES);
    for (int y = end - 3; x < width && y < end; y++) {
        const struct cell *row = &canvas->cells[y * width];

        assert_string_not_equal(row[x - 1].text, " ");
        for (int at = x; at < width; at++)
            assert_string_equal(row[at].text, " ");
    }
}

/* The cursor is on the selected core; other rows stay empty. */
static void check_drawing(int width, int height, const struct cpumap *map,
                          const struct cpuuse *use)
{
    struct canvas *canvas = canvas_new(height + 6, width, false);
    struct str str CLEANUP(str_free) = STR_INIT;
    enum cpumap_density density = cpumap_density(width, height, map);
    int end = cpumap_draw(canvas, 2, height, map, use), y = 0;

    assert_true(end >= 2 && end <= height + 2);
    assert_true(canvas->cursor_x >= 0 && canvas->cursor_x < width);
    if (map->selected >= 0)
        assert_true(canvas->cursor_y >= 2 && canvas->cursor_y < height + 2);
    canvas_dump(canvas, &str);
    for (const char *at = str_text(&str); *at; at = strchr(at, '\n') + 1, y++)
        if (y < 2 || y >= end)
            assert_int_equal(*at, '\n');
    if (width >= 80 && map->selected >= 0) {
        const struct cell *cell =
            &canvas->cells[canvas->cursor_y * width + canvas->cursor_x];

        assert_true(cell->role == ROLE_SELECTED ||
                    strcmp(cell->text, ">") == 0);
    }
    end = cpuuse_legend(canvas, 0, 2, 4, map, use, density);
    assert_true(end <= cpuuse_legend_rows(2, width, map, use));
    check_beside(canvas, width, height, map, use);
    canvas_free(canvas);
}

/* From the first core to the last, and up again. */
static void check_arrows(int width, int height, struct cpumap *map)
{
    int last = (int)map->cpu->core_count - 1, steps = 0, next;

    map->selected = 0;
    for (int core = 0; core < last; core++) {
        assert_int_equal(cpumap_move(width, height, map, 1, 0), core + 1);
        map->selected = core + 1;
        assert_int_equal(cpumap_move(width, height, map, -1, 0), core);
    }
    assert_int_equal(cpumap_move(width, height, map, 1, 0), last);
    while ((next = cpumap_move(width, height, map, 0, -1)) != map->selected) {
        assert_true(next < map->selected && next >= 0);
        map->selected = next;
        assert_true(++steps <= last);
    }
    while ((next = cpumap_move(width, height, map, 0, 1)) != map->selected) {
        assert_true(next > map->selected && next <= last);
        map->selected = next;
    }
    /* Down leads to the last group, whatever is drawn. */
    assert_int_equal(map->cpu->cores[map->selected].l3,
                     map->cpu->cores[last].l3);
}

/* Boxes for all: each number once, behind "cpu". */
static void check_boxes(int width, struct cpumap *map, const struct cpuuse *use)
{
    int rows = cpumap_rows(width, map);
    struct canvas *canvas = canvas_new(rows, width, true);
    struct str str CLEANUP(str_free) = STR_INIT;
    cpu_set_t seen = cpuset_empty();
    char *rest = NULL;

    if (cpumap_density(width, rows, map) == CPUMAP_BOXES) {
        assert_int_equal(cpumap_draw(canvas, 0, rows, map, use), rows);
        canvas_dump(canvas, &str);
        for (char *line = strtok_r(str.text, "\n", &rest); line;
             line = strtok_r(NULL, "\n", &rest)) {
            char *word_rest = NULL;

            if (strncmp(line, " cpu ", 5) != 0)
                continue;
            for (char *word = strtok_r(line + 5, "| ", &word_rest); word;
                 word = strtok_r(NULL, "| ", &word_rest)) {
                size_t cpu = (size_t)atoi(word);

                assert_false(CPU_ISSET(cpu, &seen));
                CPU_SET(cpu, &seen);
            }
        }
        assert_true(CPU_EQUAL(&seen, &map->cpu->online));
    } else {
        assert_true(width < 80); /* a box is wider than the canvas */
    }
    canvas_free(canvas);
}

static void check_host(const struct host *host, const struct domain *domain)
{
    struct plan *plan = pinned(host, domain);
    struct cpumap map = {.cpu = &host->cpu, .plan = plan};
    struct cpuuse use;

    CPU_SET((size_t)host->cpu.cores[0].threads[0], &map.others);
    cpuuse_make(&map, &use);
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        int width = sizes[i][0], height = sizes[i][1];
        int step = (int)host->cpu.core_count / 16 + 1;

        for (map.selected = -1; map.selected < (int)host->cpu.core_count;
             map.selected += step)
            check_drawing(width, height, &map, &use);
        map.selected = -1;
        check_boxes(width, &map, &use);
        if (i % 5 == 0 || host->cpu.core_count < 100)
            check_arrows(width, height, &map);
    }
    map.plan = NULL;
    cpuuse_make(&map, &use);
    map.selected = -1;
    check_boxes(80, &map, &use);
    plan_free(plan);
}

static void test_hosts(void **unused)
{
    struct domain *domain = domain_win10();

    (void)unused;
    random_seed(11);
    for (size_t i = 0; host_names[i]; i++) {
        struct host *host = host_load(host_names[i]);

        check_host(host, domain);
        host_free(host);
    }
    domain_free(domain);
}

static void test_machines(void **unused)
{
    struct domain *domain = domain_win10();

    (void)unused;
    random_seed(12);
    for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
        struct host host;

        machine_make(&shapes[i], &host);
        check_host(&host, domain);
        machine_free(&host);
    }
    domain_free(domain);
}

/* What is drawn for a machine, in a size; free it. */
static char *drawn(const struct shape *shape, int width, int height,
                   int selected)
{
    struct canvas *canvas = canvas_new(height, width, false);
    struct str str = STR_INIT;
    struct cpumap map = {.selected = selected};
    struct cpuuse use;
    struct host host;

    machine_make(shape, &host);
    map.cpu = &host.cpu;
    cpuuse_make(&map, &use);
    cpumap_draw(canvas, 0, height, &map, &use);
    canvas_dump(canvas, &str);
    canvas_free(canvas);
    machine_free(&host);
    return str_steal(&str);
}

static void test_densities(void **unused)
{
    const struct shape epyc = {128, 2, 8, 64, 0, 0};
    const struct shape bare = {16, 1, 8, 16, 1, 2};
    char *signs = drawn(&epyc, 80, 11, 73), *lines = drawn(&epyc, 80, 8, 73);
    char *boxes = drawn(&bare, 80, 20, 0), *few = drawn(&bare, 40, 3, 15);

    (void)unused;
    assert_with(has(signs, " > L3 #9  \xc2\xb7\xc2\xb7"), signs);
    assert_with(has(signs, "Node 1 \xc2\xb7 32 GiB"), signs);
    assert_with(has(signs, "\n L3 #9 \xc2\xb7 cpus 72-79 and 200-207\n"),
                signs);
    assert_with(has(lines, "\n > node 1 L3 #9  8 cores: 8 host\n"), lines);
    assert_with(has(lines, "\n L3 #9 \xc2\xb7 cpus 72-79 and 200-207\n"),
                lines);
    assert_with(has(boxes, "node 0 no L3"), boxes);
    assert_with(has(boxes, "Node 1 \xc2\xb7 32 GiB \xc2\xb7 no CPUs"), boxes);
    assert_with(has(few, "> node 0 no L3  2 cores: 2 host\n"), few);
    assert_with(has(few, "\n Node 1 \xc2\xb7 32 GiB \xc2\xb7 no CPUs\n"), few);
    free(signs);
    free(lines);
    free(boxes);
    free(few);
}

/* Every use there is, on a host of ten cores. */
static void test_use(void **unused)
{
    static const char *const texts[] = {"0", "**", "em", "io", "ei",
                                        "o", "-",  "**", ".",  "."};
    static const enum cpuuse_kind cores[] = {
        CPUUSE_VCPU,   CPUUSE_SHARED, CPUUSE_EMULATOR, CPUUSE_IOTHREAD,
        CPUUSE_SHARED, CPUUSE_OTHER,  CPUUSE_ISOLATED, CPUUSE_SHARED,
        CPUUSE_HOST,   CPUUSE_HOST};
    struct domain *domain = domain_of("<domain><vcpu>4</vcpu></domain>");
    struct canvas *canvas = canvas_new(8, 80, true);
    struct str str CLEANUP(str_free) = STR_INIT;
    struct domain_iothread iothread = {.id = 1};
    struct cpumap map = {0};
    struct cpuuse use;
    struct host host;
    struct plan *plan;

    (void)unused;
    machine_make(&(struct shape){10, 1, 10, 0, 0, 0}, &host);
    plan = plan_new(&host, domain, NULL, NULL);
    plan->vcpupin[0] = cpuset_one(0);
    plan->vcpupin[1] = plan->vcpupin[2] = cpuset_one(1);
    plan->vcpupin[3] = cpuset_one(7);
    assert_true(cpuset_parse("2,4", &plan->emulatorpin));
    assert_true(cpuset_parse("3,4", &iothread.cpus));
    assert_true(cpuset_parse("6,0", &host.cpu.isolated));
    assert_true(cpuset_parse("5,7,2", &map.others));
    assert_true(cpuset_parse("10,12-14", &host.cpu.offline));
    plan->iothreads = mem_realloc(plan->iothreads, 1, sizeof(iothread));
    plan->iothreads[0] = iothread;
    plan->iothread_count = 1;
    map.cpu = &host.cpu;
    map.plan = plan;
    cpuuse_make(&map, &use);
    for (int i = 0; i < 10; i++) {
        char text[16];

        cpuuse_text(canvas, &use, i, text, sizeof(text));
        assert_string_equal(text, texts[i]);
        assert_int_equal(cpuuse_of_core(&use, &host.cpu.cores[i]), cores[i]);
    }
    cpuuse_legend(canvas, 0, 6, 8, &map, &use, CPUMAP_SIGNS);
    canvas_dump(canvas, &str);
    assert_with(has(str.text, "thread   * shared\n"), str.text);
    assert_with(has(str.text, " o another domain   - isolated   . host "),
                str.text);
    assert_with(has(str.text, "x offline: 10,12-14"), str.text);
    plan_free(plan);
    machine_free(&host);
    canvas_free(canvas);
    domain_free(domain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_machines),
        cmocka_unit_test(test_densities),
        cmocka_unit_test(test_use),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
