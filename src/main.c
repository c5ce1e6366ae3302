/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets the locale and the libraries up, then hands over to the command line. */
#include "cli/cli.h"

#include <locale.h>

int main(int count, char **arguments)
{
    setlocale(LC_ALL, "");
    xml_init();
    return cli_main(count, arguments);
}
