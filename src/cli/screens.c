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
#include "ui/term.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE_MS = 500 }; /* before anything is said */

/* Static: a thread that hangs may still use it when the program ends. */
static struct opening {
    const struct session_options *options;
    struct session *session;
    const char *domain;
    bool is_ascii;
    struct app *app;
    struct err err;
    int done[2]; /* a pipe: closed at the end */
} opening;

static void open_now(void)
{
    opening.session = session_open(opening.options, &opening.err);
    if (opening.session)
        opening.app = app_new(opening.session, opening.domain, opening.is_ascii,
                              &opening.err);
}

static void *run_opening(void *unused)
{
    (void)unused;
    xml_init();
    open_now();
    close(opening.done[1]);
    return NULL;
}

/* A connection over ssh may ask for a password on the terminal. */
static bool may_ask(const struct session_options *options)
{
    const char *uri =
        options->uri ? options->uri : getenv("LIBVIRT_DEFAULT_URI");
    const char *host = uri ? strstr(uri, "://") : NULL;

    return host && host[3] != '/' && host[3] != '\0';
}

/* Opens in a thread; false if there is none, or it was not waited for. */
static bool open_beside(const struct options *options, struct err *err)
{
    struct str text CLEANUP(str_free) = STR_INIT;
    const char *uri = opening.options->uri;
    sigset_t all, before;
    pthread_t thread;
    int status;

    if (pipe(opening.done) < 0)
        return err_set(err, ERR_FAILED, "No pipe can be made.");
    sigfillset(&all); /* signals are for the thread that has the terminal */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    status = pthread_create(&thread, NULL, run_opening, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (status != 0)
        return err_set(err, ERR_FAILED, "No thread can be started.");
    str_addf(&text, "Waiting for libvirtd (%s)...",
             uri ? uri : _("the default connection"));
    if (!term_is_ready(opening.done[0], PATIENCE_MS) &&
        !term_wait(opening.done[0], str_text(&text), options->color,
                   opening.is_ascii, err))
        return false;
    pthread_join(thread, NULL);
    close(opening.done[0]);
    return true;
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
        is_fine = term_run(opening.app, options->color, err);
    app_free(opening.app);
    session_close(opening.session);
    return is_fine;
}
