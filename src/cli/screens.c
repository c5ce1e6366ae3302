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
    struct session *session;
    const char *domain;
    bool is_ascii;
    struct app *app;
    struct err err;
    int done[2]; /* a pipe: closed at the end */
} opening;

static void *run_opening(void *unused)
{
    (void)unused;
    xml_init();
    opening.app = app_new(opening.session, opening.domain, opening.is_ascii,
                          &opening.err);
    close(opening.done[1]);
    return NULL;
}

/* A connection over ssh may ask for a password on the terminal. */
static bool may_ask(const struct session *session)
{
    const char *uri = session->options.uri ? session->options.uri
                                           : getenv("LIBVIRT_DEFAULT_URI");
    const char *host = uri ? strstr(uri, "://") : NULL;

    return host && host[3] != '/' && host[3] != '\0';
}

/* Opens in a thread; false if there is none, or it was not waited for. */
static bool open_beside(const struct options *options, bool *has_hung,
                        struct err *err)
{
    struct str text CLEANUP(str_free) = STR_INIT;
    const char *uri = opening.session->options.uri;
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
                   opening.is_ascii, err)) {
        *has_hung = true;
        return false;
    }
    pthread_join(thread, NULL);
    close(opening.done[0]);
    *err = opening.err;
    return opening.app != NULL;
}

bool command_screens(const struct options *options, char **words,
                     struct err *err)
{
    bool is_ascii = options->is_ascii || canvas_needs_ascii();
    struct session *session = session_open(&options->session, err);
    struct app *app = NULL;
    bool is_fine = false, has_hung = false;

    if (!session)
        return false;
    opening.session = session;
    opening.domain = words[0];
    opening.is_ascii = is_ascii;
    if (options->script || may_ask(session) || !isatty(STDOUT_FILENO))
        app = app_new(session, words[0], is_ascii, err);
    else if (open_beside(options, &has_hung, err))
        app = opening.app;
    if (has_hung) /* the thread still has the session */
        return false;
    if (app && options->script)
        is_fine = script_run(app, options->script, options->size, err) &&
                  cli_flush(err);
    else if (app)
        is_fine = term_run(app, options->color, err);
    app_free(app);
    session_close(session);
    return is_fine;
}
