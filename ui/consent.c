/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the plan, lists what the host loses by it, waits for the name. */
#include "ui/consent.h"

#include "base/str.h"
#include "base/text.h"
#include "plan/device.h"
#include "ui/pane.h"

#include <stdlib.h>
#include <string.h>

/* The domain's name, or what stands for it where it cannot be typed. */
static const char *word_of(const struct domain *domain)
{
    char *printable CLEANUP(mem_free) = str_printable(domain->name);
    bool can_be_typed = *domain->name && strcmp(printable, domain->name) == 0;

    for (const char *at = domain->name; *at; at++)
        can_be_typed &= (unsigned char)*at < 0x80;
    return can_be_typed ? domain->name : *domain->uuid ? domain->uuid : "yes";
}

/* Each claim in full, in lines of at most `width` columns. */
static void add_claims(const struct app *app, struct str *str, int width)
{
    struct arena *arena = arena_new();
    struct refusals refusals = device_refusals(app->kept, arena);

    for (size_t i = 0; i < refusals.count; i++)
        pane_wrap(str,
                  arena_printf(arena, "%s: %s", refusals.list[i].name,
                               refusals.list[i].claim->text),
                  width);
    arena_free(arena);
}

static void add_demand(const struct app *app, struct str *str)
{
    str_addf(str,
             "The host loses that when the guest starts. To apply it all the "
             "same, type %s and press Enter; Esc goes back.",
             word_of(app->session->domain));
}

static void take_name(struct app *app, const char *text)
{
    void (*then)(struct app * app) = app->consent;

    if (strcmp(text, word_of(app->session->domain)) == 0)
        then(app);
    else
        app_hint(app, "That is not its name: nothing is written.");
}

/* What has no room beside the question is shown before it, in the pager. */
void consent_ask(struct app *app, void (*then)(struct app *app))
{
    enum { OTHERS = 9 }; /* rows around, and of what is to be done */
    struct str claims = STR_INIT;

    add_claims(app, &claims, app->width - 6);
    app->consent = then;
    prompt_open(app, _("Name of the domain:"), "", take_name);
    if ((int)str_count_lines(str_text(&claims)) >
        app->height - OTHERS - BODY_TOP)
        app_page(app, _("what the host loses"), str_steal(&claims));
    else
        str_free(&claims);
}

bool consent_is_asked(const struct app *app)
{
    return app->prompt.take == take_name;
}

void consent_draw(const struct app *app, struct canvas *canvas)
{
    struct str claims CLEANUP(str_free) = STR_INIT;
    struct str demand CLEANUP(str_free) = STR_INIT;
    struct str lines CLEANUP(str_free) = STR_INIT;
    int width = canvas->width - 6, end = app_body_end(canvas), y = BODY_TOP;
    const char *line;

    add_claims(app, &claims, width);
    add_demand(app, &demand);
    pane_wrap(&lines, str_text(&demand), width);
    canvas_put_cut(canvas, y++, 3, width, ROLE_HEADING,
                   _("The host needs what this gives to the guest"));
    y += !app_is_low(canvas);
    end -= (int)str_count_lines(str_text(&lines)) + 1;
    for (line = str_text(&claims); *line && y < end; y++) {
        size_t length = strcspn(line, "\n");
        char *text CLEANUP(mem_free) = mem_alloc(length + 1, 1);

        memcpy(text, line, length);
        canvas_put(canvas, y, 3, ROLE_FAIL, text);
        line += length + (line[length] == '\n');
    }
    canvas_wrap(canvas, y + 1, 3, width, app_body_end(canvas) - y - 1,
                ROLE_NORMAL, str_text(&demand));
}
