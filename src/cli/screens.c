/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The screens, on a terminal or driven by a script. */
#include "cli/cli.h"

#include "ui/app.h"
#include "ui/term.h"

bool command_screens(const struct options *options, char **words,
                     struct err *err)
{
    bool is_ascii = options->is_ascii || canvas_needs_ascii();
    struct session *session = session_open(&options->session, err);
    struct app *app =
        session ? app_new(session, words[0], is_ascii, err) : NULL;
    bool is_fine = false;

    if (app && options->script)
        is_fine = script_run(app, options->script, options->size, err) &&
                  cli_flush(err);
    else if (app)
        is_fine = term_run(app, options->color, err);
    app_free(app);
    session_close(session);
    return is_fine;
}
