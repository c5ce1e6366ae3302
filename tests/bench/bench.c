/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench WHAT CPUS ROUNDS - runs one thing often enough and prints the least
 * microseconds that it took. Callgrind counts the functions run_*.
 */
#include "machine.h"
#include "support.h"

#include "plan/layout.h"
#include "render/change.h"
#include "ui/app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct bench {
    struct session session;
    struct app *app;
    struct canvas *canvas;
    struct plan *plan;
    unsigned cpus, round;
};

static unsigned nodes_of(unsigned cpus)
{
    return cpus >= 256 ? cpus / 128 : 1;
}

/* Layouts for a quarter of the CPUs, and all alternatives. */
__attribute__((noinline)) static void run_plan(struct bench *bench)
{
    struct layout_request request = {.vcpus = bench->cpus / 4};
    struct arena *arena = arena_new();
    struct layouts layouts;

    if (!layout_propose(bench->plan, &request, arena, &layouts, NULL))
        exit(EXIT_FAILURE);
    arena_free(arena);
}

/* One edit by hand in CPUs or Options, and all that follows, on a canvas. */
__attribute__((noinline)) static void run_frame(struct bench *bench)
{
    app_key(bench->app, ' ');
    app_draw(bench->app, bench->canvas);
}

/* A domain from its text to the changes of every proposal. */
__attribute__((noinline)) static void run_render(struct bench *bench)
{
    struct domain *domain = domain_win10();
    struct plan *plan = plan_new(bench->session.host, domain, NULL, NULL);
    struct err err = {0};
    struct changeset *set;

    plan_propose_options(plan);
    set = changeset_new(plan, NULL, NULL, &err);
    if (!set)
        exit(EXIT_FAILURE);
    changeset_free(set);
    plan_free(plan);
    domain_free(domain);
}

static void start_plan(struct bench *bench, const struct domain *domain)
{
    bench->plan = plan_new(bench->session.host, domain, NULL, NULL);
}

static bool start_frame(struct bench *bench, const char *path, int step)
{
    struct err err = {0};

    bench->app = app_new(&bench->session, path, false, &err);
    if (!bench->app) {
        fprintf(stderr, "bench: %s\n", err.text);
        return false;
    }
    bench->canvas = canvas_new(80, 200, false); /* all options at once */
    app_draw(bench->app, bench->canvas);        /* tells the app its size */
    app_key(bench->app, step);
    if (step == '5') {
        long before = app_plan(bench->app)->options[OPTION_HV_RELAXED];

        for (int i = 0; i < OPTION_HV_RELAXED; i++)
            app_key(bench->app, INPUT_DOWN);
        app_key(bench->app, ' '); /* an edit, and no refusal of one */
        return app_plan(bench->app)->options[OPTION_HV_RELAXED] != before;
    }
    app_key(bench->app, INPUT_RIGHT);
    app_key(bench->app, INPUT_RIGHT);
    return true;
}

static long elapsed_us(const struct timespec *from)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - from->tv_sec) * 1000000 +
           (now.tv_nsec - from->tv_nsec) / 1000;
}

int main(int count, char **arguments)
{
    const char *what = count == 4 ? arguments[1] : "";
    bool is_options = strcmp(what, "options") == 0;
    bool is_frame = is_options || strcmp(what, "frame") == 0;
    bool is_render = strcmp(what, "render") == 0;
    struct bench bench = {0};
    char text[300], path[] = "/tmp/virt-tune-bench-XXXXXX.xml";
    struct domain *domain;
    long least = -1;
    int file;

    if (!is_frame && !is_render && strcmp(what, "plan") != 0) {
        fprintf(stderr, "usage: bench plan|frame|options|render CPUS ROUNDS\n");
        return EXIT_FAILURE;
    }
    bench.cpus = (unsigned)atoi(arguments[2]);
    bench.session.host = machine_large(bench.cpus, nodes_of(bench.cpus));
    bench.session.target.root = "/";
    snprintf(text, sizeof(text),
             "<domain type='kvm'>\n  <name>bench</name>\n  "
             "<memory>1048576</memory>\n  <vcpu>%u</vcpu>\n</domain>\n",
             bench.cpus / 2);
    xml_init();
    domain = domain_of(text);
    file = mkstemps(path, 4);
    if (file < 0 || write(file, text, strlen(text)) < 0 || close(file) < 0)
        return EXIT_FAILURE;
    start_plan(&bench, domain);
    if (is_frame && !start_frame(&bench, path, is_options ? '5' : '4'))
        return EXIT_FAILURE;
    unlink(path);
    for (int round = 0; round < atoi(arguments[3]); round++) {
        struct timespec from;
        long us;

        clock_gettime(CLOCK_MONOTONIC, &from);
        if (is_frame)
            run_frame(&bench);
        else if (is_render)
            run_render(&bench);
        else
            run_plan(&bench);
        us = elapsed_us(&from);
        if (least < 0 || us < least)
            least = us;
    }
    printf("%ld\n", least);
    app_free(bench.app);
    if (bench.canvas)
        canvas_free(bench.canvas);
    plan_free(bench.plan);
    domain_free(domain);
    domain_free(bench.session.domain);
    host_free(bench.session.host);
    return EXIT_SUCCESS;
}
