/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a finding, goes to where it can be changed. Verdicts of rules say
 * themselves what they are about; the others are rows of a table.
 */
#include "ui/cure.h"

#include "plan/about.h"
#include "ui/fold.h"

#include <string.h>

static const struct cure {
    const char *id; /* of a finding, or the topic of a rule */
    enum step step;
    const char *option; /* its key; NULL: the step is enough */
} cures[] = {
    /* Topics. */
    {"devices", STEP_DEVICES, NULL},
    {"cpus", STEP_CPUS, NULL},
    {"options", STEP_OPTIONS, NULL},
    /* Checks of the host. */
    {"passthrough", STEP_DEVICES, NULL},
    {"hugepages", STEP_OPTIONS, "hugepages.reserve"},
    {"hugepages-1g", STEP_OPTIONS, "hugepages"},
    {"transparent-hugepages", STEP_OPTIONS, "hugepages"},
    {"ksm", STEP_OPTIONS, "memory.nosharepages"},
    {"isolated", STEP_OPTIONS, "host.isolate"},
    {"governor", STEP_OPTIONS, "host.frequency"},
    {"energy-preference", STEP_OPTIONS, "host.frequency"},
    {"irqbalance", STEP_OPTIONS, "host.interrupts"},
    /* What runs. */
    {"vcpu-pins", STEP_CPUS, NULL},
    {"emulator-pins", STEP_CPUS, NULL},
    {"iothread-pins", STEP_CPUS, NULL},
    {"scheduler", STEP_OPTIONS, "cpu.vcpusched"},
    {"hugepages-used", STEP_OPTIONS, "hugepages"},
    {"devices-held", STEP_DEVICES, NULL},
    {"governor-now", STEP_OPTIONS, "host.frequency"},
    {"cpuset", STEP_OPTIONS, "host.isolate"},
    {"isolation", STEP_OPTIONS, "host.isolate"},
    {"waits", STEP_OPTIONS, "host.interrupts"},
    /* What has drifted: Review shows what an apply would write again. */
    {"last-apply", STEP_APPLY, NULL},
    {"definition-kept", STEP_REVIEW, NULL},
    {"hook-kept", STEP_REVIEW, NULL},
    {"hook-data-kept", STEP_REVIEW, NULL},
    {"hook-fits", STEP_REVIEW, NULL},
    {"cpus-kept", STEP_CPUS, NULL},
    {"addresses-kept", STEP_DEVICES, NULL},
};

/* Of rules that no step has a row for. */
static const char *const incurable[] = {"device-here", "hypervisor"};

static bool is_curable(const struct finding *finding)
{
    for (size_t i = 0; i < ARRAY_SIZE(incurable); i++)
        if (strcmp(incurable[i], finding->id) == 0)
            return false;
    return true;
}

static const struct cure *find_cure(const char *id)
{
    for (size_t i = 0; i < ARRAY_SIZE(cures); i++)
        if (strcmp(cures[i].id, id) == 0)
            return &cures[i];
    return NULL;
}

static void go_to_option(struct app *app, enum option_id id)
{
    app_go(app, STEP_OPTIONS);
    app->is_folded[fold_first((int)id)] = false;
    app->lists[STEP_OPTIONS].selected = (int)id;
    app_hint(app, "This can change it: %s. Check is step 8.",
             option_get(id)->title);
}

static void go(struct app *app, const struct cure *cure)
{
    if (cure->option) {
        go_to_option(app, option_find(cure->option));
        return;
    }
    app_go(app, cure->step);
    app_hint(app, "This step can change it. Check is step 8.");
}

void cure_go(struct app *app, const struct finding *finding)
{
    const struct cure *cure =
        find_cure(*finding->topic ? finding->topic : finding->id);

    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (about_option(finding, (enum option_id)i)) {
            go_to_option(app, (enum option_id)i);
            return;
        }
    if (cure && is_curable(finding))
        go(app, cure);
    else
        app_hint(app,
                 "Nothing here changes it; the text below the list says "
                 "what does.");
}

void cure_go_wait(struct app *app)
{
    go(app, find_cure("waits"));
}
