/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets the locale and the libraries up, then hands over to the command line. */
#include "cli/cli.h"

#include "base/share.h"
#include "base/text.h"

#include <stdlib.h>

int main(int count, char **arguments)
{
    char *catalogues = share_find("locale");

    text_begin(catalogues);
    free(catalogues);
    xml_init();
    return cli_main(count, arguments);
}
