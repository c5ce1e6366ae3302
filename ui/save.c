/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the plan, writes a file of it, and never one over another unasked. */
#include "ui/save.h"

#include "apply/file.h"
#include "base/str.h"
#include "base/text.h"
#include "plan/planfile.h"
#include "session/command.h"

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
static void say(struct app *app, const char *name)
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

static void take_name(struct app *app, const char *text);

/* `wanted` is what was asked for by its name, though a file may be there. */
static void save(struct app *app, const char *name, const char *wanted)
{
    const char *root = *name == '/' ? "/" : ".";
    const char *kind = "# A plan of virt-tune";
    struct str text CLEANUP(str_free) = STR_INIT;
    char *now CLEANUP(mem_free) = NULL;
    struct err problem = {0};

    planfile_save(app_plan(app), &text);
    if (!app->session->options.is_read_only &&
        file_look(root, name + (*name == '/'), &now, &problem) && now &&
        strcmp(now, str_text(&text)) != 0 && strcmp(name, wanted) != 0) {
        snprintf(app->asked_file, sizeof(app->asked_file), "%s", name);
        prompt_open(app,
                    str_starts(now, kind)
                        ? _("Another plan is there; Enter replaces it:")
                        : _("Another file is there. Save as:"),
                    name, take_name);
    } else if (!problem.code &&
               session_save(app->session, name, str_text(&text), &problem)) {
        say(app, name);
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
    save(app, name, app->asked_file);
}

void save_open(struct app *app)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyz"
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    const char *at = app->session->domain->name;
    char name[80] = "";
    size_t length = 0;

    if (*at == '-') /* else it would be an option of who reads it */
        length = (size_t)snprintf(name, sizeof(name), "./");
    for (; *at && length < sizeof(name) - 8; at++)
        name[length++] = strchr(plain, *at) ? *at : '_';
    snprintf(name + length, sizeof(name) - length, ".plan");
    save(app, name, "");
}
