/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the plan, or what Check saw, writes a file of it, and never one over
 * another unasked.
 */
#include "ui/save.h"

#include "apply/file.h"
#include "base/str.h"
#include "base/text.h"
#include "plan/planfile.h"
#include "session/command.h"
#include "session/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A command in lines of at most `width` columns, as a shell takes them. */
static void add_command(struct str *str, const char *command, int width)
{
    bool is_quoted = false;

    while (*command) {
        size_t end = 0, columns = 0, at = 0;

        for (; command[at] && (columns <= (size_t)width - 2 || end == 0);
             at++) {
            is_quoted ^= command[at] == '\'';
            if (command[at] == ' ' && !is_quoted)
                end = at;
            columns += ((unsigned char)command[at] & 0xc0) != 0x80;
        }
        if (!command[at] && columns <= (size_t)width)
            end = at;
        for (size_t i = end; i < at; i++) /* what goes into the next line */
            is_quoted ^= command[i] == '\'';
        str_add_bytes(str, command, end);
        str_add(str, command[end] ? " \\\n" : "\n");
        command += end + (command[end] != '\0');
    }
}

/* In one line, if it has room there; else whole, over the screen. */
static void say_plan(struct app *app, const char *name)
{
    struct str command CLEANUP(str_free) = STR_INIT;
    struct str text = STR_INIT;
    char *printable CLEANUP(mem_free) = str_printable(name);

    if (!command_add(&command, app->session, "apply", app_plan(app), name)) {
        app_hint(app, "Saved in %s.", printable);
        return;
    }
    str_addf(&text, "Saved in %s. In a shell: %s", printable,
             str_text(&command));
    if (canvas_columns(str_text(&text)) <= app->width - 2 &&
        text.length < sizeof(app->hint)) {
        app_hint(app, "Saved in %s. In a shell: %s", printable,
                 str_text(&command));
        str_free(&text);
        return;
    }
    str_free(&text);
    text = (struct str)STR_INIT;
    str_addf(&text, "Saved in %s. In a shell:\n\n", printable);
    add_command(&text, str_text(&command), app->width);
    app_page(app, _("the plan is saved"), str_steal(&text));
}

static char *plan_text(const struct app *app)
{
    struct str text = STR_INIT;

    planfile_save(app_plan(app), &text);
    return str_steal(&text);
}

static char *audit_text(const struct app *app)
{
    return report_text(app->audit, false);
}

static void say_report(struct app *app, const char *name)
{
    char *printable CLEANUP(mem_free) = str_printable(name);

    app_hint(app, "Saved in %s, without what tells whose machine it is.",
             printable);
}

/* What is saved, by the first line of its files. */
static const struct save_kind {
    const char *start;
    char *(*text)(const struct app *app);
    void (*say)(struct app *app, const char *name);
    const char *question; /* before it replaces another of its kind */
} plan_kind = {"# A plan of virt-tune", plan_text, say_plan,
               N_("Another plan is there; Enter replaces it:")},
  report_kind = {"# A report of virt-tune", audit_text, say_report,
                 N_("Another report is there; Enter replaces it:")};

static void take_name(struct app *app, const char *text);

/* `wanted` is what was asked for by its name, though a file may be there. */
static void save(struct app *app, const struct save_kind *kind,
                 const char *name, const char *wanted)
{
    const char *root = *name == '/' ? "/" : ".";
    char *text CLEANUP(mem_free) = kind->text(app);
    char *now CLEANUP(mem_free) = NULL;
    struct err problem = {0};

    if (!app->session->options.is_read_only &&
        file_look(root, name + (*name == '/'), &now, &problem) && now &&
        strcmp(now, text) != 0 && strcmp(name, wanted) != 0) {
        app->saving = kind;
        snprintf(app->asked_file, sizeof(app->asked_file), "%s", name);
        prompt_open(app,
                    str_starts(now, kind->start)
                        ? text_of(kind->question)
                        : _("Another file is there. Save as:"),
                    name, take_name);
    } else if (!problem.code &&
               session_save(app->session, name, text, &problem)) {
        kind->say(app, name);
    } else {
        app_hint(app, "%s", problem.text);
    }
}

static void take_name(struct app *app, const char *text)
{
    char name[sizeof(app->asked_file)];

    if (*text == '\0') {
        app_hint(app, "Nothing was saved.");
        return;
    }
    snprintf(name, sizeof(name), "%s%s", *text == '-' ? "./" : "", text);
    save(app, app->saving, name, app->asked_file);
}

bool save_replaces(const struct app *app)
{
    return app->prompt.take == take_name &&
           strcmp(app->prompt.text, app->asked_file) == 0;
}

/* A name for a file that goes with the domain. */
static void name_file(const struct app *app, const char *ending, char *name,
                      size_t size)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyz"
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    const char *at = app->session->domain->name;
    size_t length = 0;

    if (*at == '-') /* else it would be an option of who reads it */
        length = (size_t)snprintf(name, size, "./");
    for (; *at && length < size - 16; at++)
        name[length++] = strchr(plain, *at) ? *at : '_';
    snprintf(name + length, size - length, "%s", ending);
}

void save_plan(struct app *app)
{
    char name[80];

    app_propose_before(app, STEP_REVIEW); /* it is what Review would show */
    app->hint[0] = '\0';
    name_file(app, ".plan", name, sizeof(name));
    save(app, &plan_kind, name, "");
}

void save_report(struct app *app)
{
    char name[80];

    if (!app->audit) {
        app_hint(app, "There is nothing to save yet.");
        return;
    }
    name_file(app, "-check.txt", name, sizeof(name));
    save(app, &report_kind, name, "");
}
