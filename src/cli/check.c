/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command check: what is planned against what is so. */
#include "cli/cli.h"
#include "cli/json.h"

#include "base/text.h"
#include "session/report.h"

#include <time.h>
#include <unistd.h>

static void measure(struct audit *audit, unsigned seconds)
{
    const struct timespec pause = {0, 50000000};

    if (!audit_start(audit, seconds))
        return;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, _("Measuring for %u s ...\n"), seconds);
    while (audit_step(audit))
        nanosleep(&pause, NULL);
}

static bool judge(const struct audit *audit, struct err *err)
{
    switch (audit_verdict(audit)) {
    case AUDIT_NOT_AS_PLANNED:
        return err_set(err, ERR_REFUSED,
                       "Not as planned: see what is marked fail.");
    case AUDIT_NOT_SEEN:
        return err_set(err, ERR_REFUSED,
                       "Not all could be looked at, so this is no proof: see "
                       "what is marked unknown.");
    default:
        return true;
    }
}

static bool check(const struct session *session, const struct options *options,
                  struct err *err)
{
    struct audit *audit = audit_new(session, err);
    struct str text CLEANUP(str_free) = STR_INIT;
    bool is_saved = true;

    if (!audit)
        return false;
    measure(audit, options->seconds);
    if (options->is_json) {
        json_print(json_audit(audit));
    } else {
        report_add(&text, audit);
        fputs(str_text(&text), stdout);
    }
    if (options->output)
        is_saved =
            report_save(audit, options->output, options->with_names, err);
    is_saved = is_saved && cli_flush(err) && judge(audit, err);
    audit_free(audit);
    return is_saved;
}

bool command_check(const struct options *options, char **words, struct err *err)
{
    struct session *session = session_open(&options->session, err);
    bool is_fine = session && session_load(session, words[0], err) &&
                   check(session, options, err);

    session_close(session);
    return is_fine;
}
