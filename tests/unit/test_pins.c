/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The best layout against what people chose by hand for the same machine and
 * the same number of vCPUs: ours must never be the worse one. The choices of
 * three well-known guides are here; a collection of others is read from
 * VIRT_TUNE_CORPUS, where there is one.
 */
#include "machine.h"
#include "support.h"

#include "plan/layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BETTER, EQUAL, WORSE, VERDICTS };

struct choice {
    const char *name, *host; /* a fixture, or a shape as "6c12t+6/2L3" */
    const char *pins;        /* CPUs, joined by blanks */
    int node;                /* of its memory, or -1 */
    bool has_big_l3;         /* the first L3 is the bigger one */
};

static const struct choice guides[] = {
    {"12700K, P-cores 0 to 5", "i7-12700k", "0 1 2 3 4 5 6 7 8 9 10 11", -1,
     false},
    {"3900X, the last two L3", "ryzen-3900x", "6 18 7 19 8 20 9 21 10 22 11 23",
     -1, false},
    {"1600 AF, four cores", "ryzen-1600af", "2 8 3 9 4 10 5 11", -1, false},
    {"1600 AF, the first four", "ryzen-1600af", "0 6 1 7 2 8 3 9", -1, false},
};

static int read_number(const char **text)
{
    char *end;
    long number = strtol(*text, &end, 10);

    if (end == *text)
        return 0;
    *text = end;
    return (int)number;
}

/*
 * A host of a shape: "2x8c16t+16/2L3" is two packages of 8 cores with second
 * threads 16 further; "8c16t-adj/2L3" numbers siblings side by side; "8P16t-adj
 * +4E" is hybrid; "/?" has one L3. NULL if it is none of these.
 */
static struct host *host_of_shape(const struct choice *choice)
{
    const char *at = choice->host, *slash = strchr(at, '/');
    struct machine *machine;
    int packages = 1, cores = read_number(&at), l3 = 1, efficient = 0;

    if (*at == 'x') {
        at++;
        packages = cores;
        cores = read_number(&at);
    }
    if (cores == 0 || (*at != 'c' && *at != 'P'))
        return NULL;
    if (*at == 'P' && strchr(at, '+')) {
        at = strchr(at, '+') + 1;
        efficient = read_number(&at);
    }
    if (slash && slash[1] != '?') {
        slash++;
        l3 = read_number(&slash) / packages;
    }
    machine = machine_new();
    for (int package = 0; package < packages; package++)
        for (int i = 0; i < l3; i++)
            machine_add(machine, (unsigned)(cores / l3), 2,
                        efficient ? CORE_KIND_PERFORMANCE : CORE_KIND_UNIFORM,
                        package, choice->has_big_l3 && i == 0 ? 98304 : 32768,
                        4000000);
    if (efficient > 0) {
        machine_keep_l3(machine);
        machine_add(machine, (unsigned)efficient, 1, CORE_KIND_EFFICIENT, 0,
                    32768, 3000000);
    }
    return machine_host(machine, strstr(choice->host, "-adj") ? NUMBER_ADJACENT
                                                              : NUMBER_HALVES);
}

static unsigned read_pins(const char *pins, cpu_set_t *cpus)
{
    char *copy CLEANUP(mem_free) = mem_strdup(pins);
    char *rest = NULL;
    unsigned count = 0;

    *cpus = cpuset_empty();
    for (char *word = strtok_r(copy, " ", &rest); word;
         word = strtok_r(NULL, " ", &rest)) {
        cpu_set_t pin;

        if (!cpuset_parse(word, &pin))
            return 0;
        *cpus = cpuset_or(cpus, &pin);
        count++;
    }
    return count;
}

static int compare(const struct choice *choice, struct host *host)
{
    char text[300];
    struct layout_request request = {0};
    struct arena *arena = arena_new();
    struct layouts layouts;
    struct domain *domain;
    struct plan *plan;
    struct cost theirs;
    cpu_set_t cpus;
    int order;

    snprintf(text, sizeof(text),
             "<domain type='kvm'><memory>1048576</memory><vcpu>1</vcpu>");
    if (choice->node >= 0)
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
                 "<numatune><memory nodeset='%d'/></numatune>", choice->node);
    strcat(text, "</domain>");
    domain = domain_of(text);
    plan = plan_new(host, domain, NULL, NULL);
    request.vcpus = read_pins(choice->pins, &cpus);
    assert_with(layout_propose(plan, &request, arena, &layouts, NULL),
                choice->name);
    theirs = goal_cost(goal_new(plan, &request, arena), &cpus);
    order = cost_compare(&layouts.list[0].cost, &theirs, COST_HOST_L3);
    plan_free(plan);
    domain_free(domain);
    arena_free(arena);
    return order < 0 ? BETTER : order > 0 ? WORSE : EQUAL;
}

static void test_guides(void **unused)
{
    static const char *const verdicts[] = {"better", "equal", "worse"};

    (void)unused;
    for (size_t i = 0; i < ARRAY_SIZE(guides); i++) {
        struct host *host = host_load(guides[i].host);
        int verdict = compare(&guides[i], host);

        print_message("%s: ours is %s\n", guides[i].name, verdicts[verdict]);
        assert_int_not_equal(verdict, WORSE);
        host_free(host);
    }
}

/* The columns of one line; missing ones are "". */
static void split(char *line, const char **columns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *word = strsep(&line, "\t");

        columns[i] = word ? word : "";
    }
}

static char *read_collection(void)
{
    const char *corpus = getenv("VIRT_TUNE_CORPUS");
    struct str path CLEANUP(str_free) = STR_INIT;

    str_addf(&path, "%s/pins/pins.tsv", corpus ? corpus : "");
    return corpus ? read_text(str_text(&path)) : NULL;
}

static void test_collection(void **unused)
{
    char *text CLEANUP(mem_free) = read_collection();
    unsigned counts[VERDICTS] = {0}, skipped = 0;
    char *rest, *line;

    (void)unused;
    if (!text) {
        print_message("skipped: VIRT_TUNE_CORPUS names no pins\n");
        skip();
    }
    rest = text;
    strsep(&rest, "\n"); /* the heading */
    while ((line = strsep(&rest, "\n")) && *line) {
        const char *columns[13];
        struct choice choice;
        struct host *host;
        int verdict;

        split(line, columns, ARRAY_SIZE(columns));
        choice = (struct choice){
            .name = columns[0],
            .host = columns[4],
            .pins = columns[8],
            .node = strstr(columns[11], "strict:1")   ? 1
                    : strstr(columns[11], "strict:0") ? 0
                                                      : -1,
            .has_big_l3 =
                strstr(columns[2], "X3D") || strstr(columns[2], "V-Cache"),
        };
        host = host_of_shape(&choice);
        if (!host) {
            print_message("%s: its machine is not known\n", choice.name);
            skipped++;
            continue;
        }
        verdict = compare(&choice, host);
        if (verdict == WORSE)
            print_error("%s: ours is worse\n", choice.name);
        counts[verdict]++;
        host_free(host);
    }
    print_message(
        "published choices: ours is better in %u, equal in %u, "
        "worse in %u; %u of unknown machines\n",
        counts[BETTER], counts[EQUAL], counts[WORSE], skipped);
    assert_int_equal(counts[WORSE], 0);
    assert_true(counts[BETTER] + counts[EQUAL] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_guides),
        cmocka_unit_test(test_collection),
    };

    xml_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
