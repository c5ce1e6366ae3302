/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The screens, on a terminal or driven by a script. What may take long before
 * the first of them can be shown runs beside, so that a libvirt that does not
 * answer can be told, and left.
 */
#include "cli/cli.h"

#include "base/str.h"
#include "base/text.h"
#include "ui/app.h"
#include "ui/beside.h"
#include "ui/loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Static: a thread that hangs may still use it when the program ends. */
static struct opening {
    const struct session_options *options;
    struct session *session;
    const char *domain;
    bool is_ascii;
    struct app *app;
    struct err err;
    struct beside beside;
} opening;

static void open_now(void)
{
    opening.session = session_open(opening.options, &opening.err);
    if (opening.session)
        opening.app = app_new(opening.session, opening.domain, opening.is_ascii,
                              &opening.err);
}

static void run_opening(void *unused)
{
    (void)unused;
    xml_init();
    open_now();
}

/* A connection over ssh may ask for a password on the terminal. */
static bool may_ask(const struct session_options *options)
{
    const char *uri =
        options->uri ? options->uri : getenv("LIBVIRT_DEFAULT_URI");

    return uri && (strstr(uri, "+ssh://") || strstr(uri, "+libssh://") ||
                   strstr(uri, "+libssh2://") || strstr(uri, "+ext://"));
}

/* Opens in a thread; false if there is none, or it was not waited for. */
static bool open_beside(const struct options *options, struct err *err)
{
    struct str text CLEANUP(str_free) = STR_INIT;
    const char *uri = opening.options->uri;

    if (!beside_start(&opening.beside, run_opening, NULL, err))
        return false;
    str_addf(&text, "Waiting for libvirtd (%s)...",
             uri ? uri : _("the default connection"));
    if (!beside_is_over(&opening.beside, BESIDE_PATIENCE_MS) &&
        !loop_wait(opening.beside.done[0], str_text(&text), options->color,
                   opening.is_ascii, err))
        return false;
    beside_end(&opening.beside);
    return true;
}

/* Nobody has to wonder what became of his plan. */
static void tell_draft(bool is_fine, struct err *err)
{
    if (!is_fine)
        err_add(err, "The plan is kept as a draft: the next start offers it.");
    else
        puts(_("The plan is kept as a draft: the next start offers it."));
}

bool command_screens(const struct options *options, char **words,
                     struct err *err)
{
    bool is_fine = false;

    opening.options = &options->session;
    opening.domain = words[0];
    opening.is_ascii = options->is_ascii || canvas_needs_ascii();
    if (options->script || may_ask(&options->session) || !isatty(STDOUT_FILENO))
        open_now();
    else if (!open_beside(options, err))
        return false; /* if it hangs, the thread still has the session */
    if (!opening.app)
        *err = opening.err;
    else if (options->script)
        is_fine =
            script_run(opening.app, options->script, options->size, err) &&
            cli_flush(err);
    else
        is_fine = loop_run(opening.app, options->color, err);
    if (opening.app && !options->script && app_leaves_draft(opening.app))
        tell_draft(is_fine, err);
    app_free(opening.app);
    session_close(opening.session);
    return is_fine;
}
