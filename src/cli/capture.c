/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command "capture": this host in a file, to be shown to others. */
#include "cli/cli.h"

#include "base/text.h"
#include "session/capture.h"

bool command_capture(const struct options *options, char **words,
                     struct err *err)
{
    struct session *session =
        options->output
            ? session_open(&options->session, err)
            : (err_set(err, ERR_USAGE, "capture wants a file: -o FILE.tar."),
               NULL);
    size_t left_out = 0;
    bool is_saved = session &&
                    (!words[0] || session_load(session, words[0], err)) &&
                    capture_save(session, options->output, options->with_names,
                                 &left_out, err);

    if (is_saved)
        printf(options->with_names
                   ? _("%s has what virt-tune reads of this host, with all "
                       "names.\n")
                   : _("%s has what virt-tune reads of this host, without "
                       "names and serial numbers.\n"),
               options->output);
    if (is_saved)
        printf(_("To look at it: mkdir DIR && tar -xf %s -C DIR && virt-tune "
                 "--sysroot DIR show groups\n"),
               options->output);
    if (is_saved && left_out > 0)
        printf(
            text_plural("%zu file could not be read; as root more can be.\n",
                        "%zu files could not be read; as root more can be.\n",
                        left_out),
            left_out);
    session_close(session);
    return is_saved && cli_flush(err);
}
