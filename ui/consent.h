/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Consent to give what the host needs, in step 7: the domain's name is typed,
 * with all that the host loses before one's eyes.
 */
#ifndef UI_CONSENT_H
#define UI_CONSENT_H

#include "ui/app.h"

/* Asks; `then` is called once the name was typed. */
void consent_ask(struct app *app, void (*then)(struct app *app));

/* True while it asks. */
bool consent_is_asked(const struct app *app);

/* Paints it in place of the step. */
void consent_draw(const struct app *app, struct canvas *canvas);

#endif
