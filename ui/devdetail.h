/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the Devices screen says of the selected row, below the list. */
#ifndef UI_DEVDETAIL_H
#define UI_DEVDETAIL_H

#include "ui/devlist.h"

/* Draws from `y` to the end of the body. */
void devdetail_draw(const struct app *app, struct canvas *canvas, int y,
                    const struct device_row *row);

/* Shows all of it in the pager. */
void devdetail_page(struct app *app, const struct device_row *row);

#endif
