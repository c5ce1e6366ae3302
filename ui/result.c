/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the report of an apply or an undo, gives the lines that tell it. */
#include "ui/result.h"

#include "base/text.h"
#include "plan/rule.h"

static const struct {
    const char *word;
    enum role role;
} states[] = {
    [STEP_OPEN] = {"-", ROLE_OFF},
    [STEP_DONE] = {N_("done"), ROLE_OK},
    [STEP_FAILED] = {N_("FAILED"), ROLE_FAIL},
    [STEP_TAKEN_BACK] = {"taken back", ROLE_WARN},
    [STEP_NOT_TAKEN_BACK] = {"NOT TAKEN BACK", ROLE_FAIL},
};

/* The columns of the widest word that is there. */
static int words_width(const struct app *app)
{
    int widest = 0;

    for (size_t i = 0; i < app->report.count; i++) {
        int columns =
            canvas_columns(text_of(states[app->report.steps[i].state].word));

        widest = columns > widest ? columns : widest;
    }
    return widest;
}

static void add_steps(const struct app *app, struct lines *lines)
{
    for (size_t i = 0; i < app->report.count; i++) {
        enum step_state state = app->report.steps[i].state;

        lines_add_named(lines, states[state].role, text_of(states[state].word),
                        arena_printf(lines->arena, "%zu  %s", i + 1,
                                     app->report.steps[i].title));
    }
    if (app->report.count > 0)
        lines_add(lines, ROLE_NORMAL, "");
}

void result_add_later(const struct app *app, struct lines *lines)
{
    struct findings later = {0};

    rule_check_later(app_plan(app), lines->arena, &later);
    for (size_t i = 0; i < later.count; i++)
        lines_add(lines, role_of_verdict(later.list[i].verdict),
                  arena_printf(lines->arena, "%s: %s. %s",
                               verdict_label(later.list[i].verdict),
                               later.list[i].text, later.list[i].fix));
}

static void add_done(const struct app *app, struct lines *lines)
{
    lines_add(lines, ROLE_OK,
              arena_printf(lines->arena,
                           "Applied, read back and compared. Record %04u.",
                           app->report.number));
    lines_add_space(app, lines);
    lines_add(lines, ROLE_NORMAL,
              _("v shows the definition as it is stored now; u takes the apply "
                "back."));
    lines_add(lines, ROLE_NORMAL,
              _("8 checks the guest against it, once it was started anew."));
    result_add_later(app, lines);
    if (app->report.needs_reload && !app->session->options.root) {
        lines_add_space(app, lines);
        lines_add(lines, ROLE_WARN,
                  _("This is the first hook on this host. libvirt notices it "
                    "after: systemctl reload libvirtd (or virtqemud). Running "
                    "guests go on."));
    }
}

struct lines result_lines(const struct app *app)
{
    struct lines lines = lines_new(app, words_width(app) + 2);

    add_steps(app, &lines);
    if (app->apply_state == APPLY_DONE) {
        add_done(app, &lines);
    } else if (app->apply_state == APPLY_UNDONE) {
        if (app->undone)
            lines_add(&lines, ROLE_OK, app->undone);
        if (history_neighbour(app->history, 1)) {
            lines_add_space(app, &lines);
            lines_add(&lines, ROLE_NORMAL,
                      _("The plan that was applied is kept: U brings it back, "
                        "to be changed and applied again."));
        }
    } else {
        lines_add(&lines, ROLE_FAIL, app->apply_problem.text);
    }
    return lines;
}
