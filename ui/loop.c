/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes keys from the terminal, gives them to the app, has it drawn. What a key
 * does runs beside, so that the terminal is served whatever hangs.
 */
#include "ui/loop.h"

#include "base/mem.h"
#include "base/text.h"
#include "domain/conn.h"
#include "ui/beside.h"
#include "ui/term.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct job {
    struct app *app;
    int key;
    bool goes_on;
};

static void run_key(void *data)
{
    struct job *job = data;

    job->goes_on = app_key(job->app, job->key);
}

/* The screen as it was, with a sentence in the place of the hint. */
static void show_over(const struct canvas *shown, const char *text)
{
    struct canvas *canvas =
        canvas_new(term_height(), term_width(), shown->is_ascii);
    int y = term_height() > 1 ? term_height() - 2 : 0;

    if (shown->height == term_height() && shown->width == term_width())
        memcpy(canvas->cells, shown->cells,
               (size_t)(term_height() * term_width()) * sizeof(*canvas->cells));
    canvas_putf(canvas, y, 0, ROLE_NORMAL, "%*s", term_width(), "");
    canvas->cursor_x =
        canvas_put_cut(canvas, y, 1, term_width() - 2, ROLE_NOTE, text);
    canvas->cursor_y = y;
    term_show(canvas);
    canvas_free(canvas);
}

static long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000L + now.tv_nsec / 1000000;
}

/* What was begun is left in the midst of it, and somebody must know. */
static _Noreturn void leave_work(void)
{
    int number = term_signal() ? term_signal() : SIGHUP;
    struct err ended = {0};

    term_close(&ended);
    fprintf(stderr,
            _("virt-tune: Left while still at work, by signal %d. If that was "
              "an apply or an undo, see: virt-tune repair\n"),
            number);
    _exit(128 + number);
}

/*
 * Until the work is over. Esc ends what waits for libvirt; so does a signal or
 * a lost terminal, but only after some seconds, for an apply is finished first.
 * What hangs elsewhere, in the kernel perhaps, is left then: the draft is saved
 * and the journal is whole.
 */
static void wait_for_work(const struct beside *beside,
                          const struct canvas *shown)
{
    enum { STEP_MS = 250, PATIENT_MS = 3000, LAST_MS = 10000 };
    bool is_stopped = false, is_gone = false;
    long end_ms = 0; /* when it was to end first */

    term_keep_keys(); /* before anything was said */
    for (;;) {
        struct pollfd fds[] = {
            {.fd = beside->done[0], .events = POLLIN},
            {.fd = is_gone ? -1 : STDIN_FILENO, .events = POLLIN}};
        bool is_waiting = conn_is_waiting();
        long late_ms;

        show_over(shown, is_stopped   ? _("No longer waiting ...")
                         : is_waiting ? _("Waiting for libvirtd ... Esc stops "
                                          "waiting.")
                                      : _("Still at work ..."));
        poll(fds, ARRAY_SIZE(fds), STEP_MS);
        if (fds[0].revents)
            break;
        is_gone |= (fds[1].revents & (POLLHUP | POLLERR)) != 0;
        is_stopped |= !is_gone && term_keep_keys() && is_waiting;
        if (end_ms == 0 && (is_gone || term_signal()))
            end_ms = now_ms();
        late_ms = end_ms ? now_ms() - end_ms : 0;
        if (is_stopped || late_ms > PATIENT_MS)
            conn_stop_waiting();
        if (late_ms > LAST_MS)
            leave_work();
    }
    if (is_stopped)
        term_forget_keys();
}

/* Does what a key says, while the terminal goes on to be served. */
static bool do_key(struct app *app, int key, const struct canvas *shown)
{
    struct job job = {app, key, true};
    struct err ignored = {0};
    struct beside beside;

    if (!beside_start(&beside, run_key, &job, &ignored))
        return app_key(app, key);
    if (!beside_is_over(&beside, BESIDE_PATIENCE_MS))
        wait_for_work(&beside, shown);
    beside_end(&beside);
    conn_wait_again();
    return job.goes_on;
}

/*
 * What writes has to be meant: it is not taken in one go with the keys before
 * it, as of pasted text, for then nobody has seen what was asked.
 */
static bool take_key(struct app *app, int key, const struct canvas *shown)
{
    enum { HASTE_MS = 300 };
    static long last_ms = -HASTE_MS;
    bool goes_on = true;

    if (app_key_writes(app, key) && now_ms() - last_ms < HASTE_MS)
        app_hint(app,
                 "Too soon after another key: press it again if you mean it.");
    else
        goes_on = do_key(app, key, shown);
    if (key != INPUT_TICK && key != INPUT_RESIZE)
        last_ms = now_ms();
    return goes_on;
}

/*
 * A key paints what it changed, but the pane of a list only once no other key
 * came for a moment.
 */
static void loop(struct app *app)
{
    enum { PANE_MS = 200 };
    struct canvas *shown = NULL;
    bool goes_on = true, is_settled = true;

    while (goes_on) {
        struct canvas *canvas;
        int wait = app_wait(app), key;
        bool is_late;

        if (shown &&
            term_key_waits()) { /* a held key is not painted each time */
            goes_on = take_key(app, term_key(wait), shown);
            is_settled = false;
            continue;
        }
        canvas = canvas_new(term_height(), term_width(), app->is_ascii);
        app_draw(app, canvas);
        if (app->wants_repaint)
            term_distrust();
        is_late = !is_settled && !app->wants_repaint &&
                  canvas_keep_pane(canvas, shown);
        app->wants_repaint = false;
        term_show(canvas);
        canvas_free(shown);
        shown = canvas;
        is_late = is_late && (wait < 0 || wait > PANE_MS);
        key = term_key(is_late ? PANE_MS : wait);
        is_settled = key == INPUT_TICK;
        if (!is_late || !is_settled)
            goes_on = take_key(app, key, shown);
    }
    canvas_free(shown);
}

bool loop_run(struct app *app, const char *color, struct err *err)
{
    if (!term_open(color, err))
        return false;
    loop(app);
    return term_close(err);
}

static void show_wait(const char *text, bool is_ascii)
{
    struct canvas *canvas = canvas_new(term_height(), term_width(), is_ascii);
    int y = canvas_wrap(canvas, 0, 1, term_width() - 2, term_height(),
                        ROLE_NORMAL, text);

    canvas_put_cut(canvas, y + 1, 1, term_width() - 2, ROLE_NORMAL,
                   _("Esc or q stops waiting and leaves."));
    term_show(canvas);
    canvas_free(canvas);
}

/* True once `fd` can be read, false if the user or a signal does not wait. */
static bool wait_for(int fd, const char *text, bool is_ascii)
{
    show_wait(text, is_ascii);
    for (;;) {
        struct pollfd fds[] = {{.fd = fd, .events = POLLIN},
                               {.fd = STDIN_FILENO, .events = POLLIN}};
        int key;

        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return false;
        if (fds[0].revents)
            return true;
        key = term_key(0); /* a resize interrupts the wait */
        if (key == INPUT_GONE || key == INPUT_ESCAPE || key == 'q')
            return false;
        if (key == INPUT_RESIZE)
            show_wait(text, is_ascii);
    }
}

bool loop_wait(int fd, const char *text, const char *color, bool is_ascii,
               struct err *err)
{
    bool is_ready;

    if (!term_open(color, err))
        return false;
    is_ready = wait_for(fd, text, is_ascii);
    if (!term_close(err))
        return false;
    return is_ready || err_set(err, ERR_FAILED,
                               "libvirt did not answer. See: systemctl status "
                               "libvirtd (or virtqemud).");
}
