/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes canvases, puts them on the terminal by curses; gives keys. Draws the
 * whole canvas each time and lets curses send the difference; never clears.
 */
#define NCURSES_WIDECHAR 1

#include "ui/term.h"

#include "base/mem.h"
#include "base/text.h"
#include "domain/conn.h"
#include "ui/beside.h"
#include "ui/input.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <term.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

static struct termios saved_modes;
static char restore_text[256]; /* what puts the screen back, for a crash */
static size_t restore_length;
static volatile sig_atomic_t stop_signal;
static volatile sig_atomic_t is_continued; /* after Ctrl-Z */
static attr_t role_attributes[ROLE_COUNT];
static short role_pairs[ROLE_COUNT];

static const struct {
    short color; /* -1: the terminal's own */
    attr_t attributes;
} role_looks[ROLE_COUNT] = {
    [ROLE_NORMAL] = {-1, A_NORMAL},
    [ROLE_TITLE] = {-1, A_BOLD},
    [ROLE_HEADING] = {-1, A_BOLD},
    [ROLE_SELECTED] = {-1, A_REVERSE},
    [ROLE_OFF] = {-1, A_NORMAL},
    [ROLE_KEY] = {-1, A_BOLD},
    [ROLE_OK] = {COLOR_GREEN, A_NORMAL},
    [ROLE_NOTE] = {COLOR_CYAN, A_NORMAL},
    [ROLE_WARN] = {COLOR_MAGENTA, A_BOLD},
    [ROLE_FAIL] = {COLOR_RED, A_BOLD},
    [ROLE_ADDED] = {COLOR_GREEN, A_NORMAL},
    [ROLE_REMOVED] = {COLOR_RED, A_NORMAL},
};

/* Only async-signal-safe calls: write, tcsetattr, raise. */
static void on_crash(int number)
{
    ssize_t ignored = write(STDOUT_FILENO, restore_text, restore_length);

    (void)ignored;
    tcsetattr(STDIN_FILENO, TCSANOW, &saved_modes);
    signal(number, SIG_DFL);
    raise(number);
}

static void on_stop(int number)
{
    stop_signal = number;
}

static void on_continue(int number)
{
    is_continued = number;
}

static void on_memory_exhausted(void)
{
    endwin();
}

static void append_restore(const char *capability)
{
    const char *text = tigetstr((char *)capability);
    size_t length;

    if (!text || text == (char *)-1)
        return;
    length = strlen(text);
    if (restore_length + length <= sizeof(restore_text)) {
        memcpy(restore_text + restore_length, text, length);
        restore_length += length;
    }
}

static void install_handlers(void)
{
    static const int crashes[] = {SIGSEGV, SIGBUS,  SIGABRT, SIGFPE,
                                  SIGILL,  SIGUSR1, SIGUSR2, SIGALRM,
                                  SIGSYS,  SIGTRAP, SIGXCPU, SIGVTALRM};
    static const int stops[] = {SIGHUP, SIGTERM, SIGINT, SIGQUIT};
    struct sigaction crash = {.sa_handler = on_crash, .sa_flags = SA_RESETHAND};
    struct sigaction stop = {.sa_handler = on_stop};
    struct sigaction goes_on = {.sa_handler = on_continue};

    restore_length = 0;
    append_restore("sgr0");
    append_restore("rmkx");
    append_restore("cnorm");
    append_restore("rmcup");
    for (size_t i = 0; i < ARRAY_SIZE(crashes); i++)
        sigaction(crashes[i], &crash, NULL);
    for (size_t i = 0; i < ARRAY_SIZE(stops); i++)
        sigaction(stops[i], &stop, NULL);
    sigaction(SIGCONT, &goes_on, NULL);
    signal(SIGPIPE, SIG_IGN);
    mem_set_handler(on_memory_exhausted);
}

static void choose_colors(const char *color)
{
    const char *no_color = getenv("NO_COLOR");
    bool is_wanted = strcmp(color, "always") == 0 ||
                     (strcmp(color, "auto") == 0 && !(no_color && *no_color));
    bool has_colors_here = is_wanted && has_colors() && start_color() == OK &&
                           use_default_colors() == OK && COLORS >= 8;
    short next = 1;

    for (size_t i = 0; i < ROLE_COUNT; i++) {
        role_attributes[i] = role_looks[i].attributes;
        role_pairs[i] = 0;
        if (has_colors_here && role_looks[i].color >= 0 &&
            init_pair(next, role_looks[i].color, -1) == OK)
            role_pairs[i] = next++;
    }
}

/*
 * A blank looks the same in any role but one: a few of them go with the word
 * before, which saves a change of attributes; more are sent plain, and so are
 * those that end a row, for a terminal can blank it.
 */
static enum role role_to_send(const struct canvas *canvas, int y, int x)
{
    enum { FEW = 6 };
    const struct cell *row = &canvas->cells[y * canvas->width];
    int first = x, end = x;

    if (row[x].role == ROLE_SELECTED || strcmp(row[x].text, " ") != 0)
        return (enum role)row[x].role;
    while (first > 0 && strcmp(row[first - 1].text, " ") == 0)
        first--;
    while (end < canvas->width && strcmp(row[end].text, " ") == 0)
        end++;
    return first == 0 || end == canvas->width || end - first > FEW ||
                   row[first - 1].role == ROLE_SELECTED
               ? ROLE_NORMAL
               : (enum role)row[first - 1].role;
}

static void show(const struct canvas *canvas)
{
    erase();
    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < canvas->width; x++) {
            const struct cell *cell = &canvas->cells[y * canvas->width + x];
            wchar_t text[2] = {L' ', L'\0'};
            unsigned character;
            enum role role;
            cchar_t wide;

            if (!cell->text[0])
                continue; /* the right half of a wide character */
            if (str_utf8(cell->text, &character) > 0)
                text[0] = (wchar_t)character;
            role = role_to_send(canvas, y, x);
            setcchar(&wide, text, role_attributes[role], role_pairs[role],
                     NULL);
            mvadd_wch(y, x, &wide);
        }
    move(canvas->cursor_y, canvas->cursor_x);
    refresh();
}

/*
 * INPUT_GONE when the terminal vanished or a signal says stop; INPUT_TICK when
 * no key came for so many ms (-1: it waits for ever).
 */
static int read_key(int wait)
{
    /* poll waits: unlike curses it tells of every signal */
    for (int failures = 0; failures < 100; failures++) {
        struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
        int key, ready;

        if (stop_signal)
            return INPUT_GONE;
        if (is_continued) {
            is_continued = 0;
            return INPUT_CONTINUE;
        }
        key = input_take();
        if (key != INPUT_NONE)
            return key;
        ready = poll(&input, 1, wait);
        if (ready == 0)
            return INPUT_TICK;
        if (ready < 0 ? errno != EINTR : !(input.revents & POLLIN))
            return INPUT_GONE;
    }
    return INPUT_GONE; /* it is always ready, and never gives anything */
}

/* Libraries that print on stderr must not print over the screen. */
static int capture_stderr(void)
{
    int kept = dup(STDERR_FILENO);
    int memory = memfd_create("stderr", MFD_CLOEXEC);

    if (kept >= 0 && memory >= 0) {
        fcntl(kept, F_SETFD, FD_CLOEXEC);
        dup2(memory, STDERR_FILENO);
    }
    if (memory >= 0)
        close(memory);
    return kept;
}

static void release_stderr(int kept)
{
    int memory = dup(STDERR_FILENO);
    char buffer[4096];
    ssize_t got;

    if (kept < 0 || memory < 0)
        return;
    dup2(kept, STDERR_FILENO);
    close(kept);
    if (lseek(memory, 0, SEEK_SET) == 0)
        while ((got = read(memory, buffer, sizeof(buffer))) > 0)
            if (write(STDERR_FILENO, buffer, (size_t)got) < 0)
                break;
    close(memory);
}

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
    struct canvas *canvas = canvas_new(LINES, COLS, shown->is_ascii);
    int y = LINES > 1 ? LINES - 2 : 0;

    if (shown->height == LINES && shown->width == COLS)
        memcpy(canvas->cells, shown->cells,
               (size_t)(LINES * COLS) * sizeof(*canvas->cells));
    canvas_putf(canvas, y, 0, ROLE_NORMAL, "%*s", COLS, "");
    canvas->cursor_x = canvas_put_cut(canvas, y, 1, COLS - 2, ROLE_NOTE, text);
    canvas->cursor_y = y;
    show(canvas);
    canvas_free(canvas);
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
    enum { STEP_MS = 250, PATIENT_STEPS = 12, LAST_STEPS = 40 };
    bool is_stopped = false, is_gone = false;
    struct input_kept kept = {0};
    int steps = 0;

    input_keep(&kept); /* before anything was said */
    for (;;) {
        struct pollfd fds[] = {
            {.fd = beside->done[0], .events = POLLIN},
            {.fd = is_gone ? -1 : STDIN_FILENO, .events = POLLIN}};

        show_over(shown, is_stopped ? _("No longer waiting ...")
                         : conn_is_waiting()
                             ? _("Waiting for libvirtd ... Esc stops "
                                 "waiting.")
                             : _("Still at work ..."));
        poll(fds, ARRAY_SIZE(fds), STEP_MS);
        if (fds[0].revents)
            break;
        is_gone |= (fds[1].revents & (POLLHUP | POLLERR)) != 0;
        is_stopped |= !is_gone && input_keep(&kept);
        steps += is_gone || stop_signal;
        if (is_stopped || steps > PATIENT_STEPS)
            conn_stop_waiting();
        if (steps > LAST_STEPS) {
            endwin();
            _exit(128 + (stop_signal ? stop_signal : SIGHUP));
        }
    }
    if (!is_stopped)
        input_give_back(&kept);
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

static long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000L + now.tv_nsec / 1000000;
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

        if (shown && input_waits()) { /* a held key is not painted each time */
            goes_on = take_key(app, read_key(wait), shown);
            is_settled = false;
            continue;
        }
        canvas = canvas_new(LINES, COLS, app->is_ascii);
        app_draw(app, canvas);
        if (app->wants_repaint)
            redrawwin(stdscr);
        is_late = !is_settled && !app->wants_repaint &&
                  canvas_keep_pane(canvas, shown);
        app->wants_repaint = false;
        show(canvas);
        canvas_free(shown);
        shown = canvas;
        is_late = is_late && (wait < 0 || wait > PANE_MS);
        key = read_key(is_late ? PANE_MS : wait);
        is_settled = key == INPUT_TICK;
        if (!is_late || !is_settled)
            goes_on = take_key(app, key, shown);
    }
    canvas_free(shown);
}

/* Asks the terminal's description before curses touches the terminal. */
static bool check_type(struct err *err)
{
    const char *name = getenv("TERM");
    char *printable CLEANUP(mem_free) = str_printable(name ? name : "");
    int status = 0;
    bool is_known = setupterm(NULL, STDOUT_FILENO, &status) == OK;
    const char *move_cursor = is_known ? tigetstr((char *)"cup") : NULL;
    bool can_move = move_cursor && move_cursor != (const char *)-1;

    if (is_known)
        del_curterm(cur_term);
    if (can_move)
        return true;
    return err_set(err, ERR_USAGE,
                   "The terminal type \"%.40s\" %s. Set TERM, or use the "
                   "commands: virt-tune --help.",
                   printable,
                   is_known ? _("cannot move its cursor") : _("is unknown"));
}

static SCREEN *open_screen(struct err *err)
{
    SCREEN *screen;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        err_set(err, ERR_USAGE,
                "The screens need a terminal. Without one, use the commands: "
                "virt-tune --help.");
        return NULL;
    }
    if (!check_type(err))
        return NULL;
    screen = tcgetattr(STDIN_FILENO, &saved_modes) < 0
                 ? NULL
                 : newterm(NULL, stdout, stdin);
    if (!screen)
        err_set(err, ERR_USAGE, "The terminal cannot be opened.");
    return screen;
}

/* Sets the terminal up; end with leave_screen. */
static SCREEN *enter_screen(const char *color, struct err *err)
{
    SCREEN *screen;

    use_tioctl(TRUE);
    if (!getenv("ESCDELAY"))
        set_escdelay(100);
    screen = open_screen(err);
    if (!screen)
        return NULL;
    install_handlers();
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    choose_colors(color);
    return screen;
}

/*
 * A terminal without a second screen keeps what is shown: what comes next gets
 * a line of its own below it.
 */
static void end_curses(void)
{
    if (!exit_ca_mode && !isendwin()) {
        move(LINES - 1, 0);
        clrtoeol();
        refresh();
    }
    endwin();
    if (!exit_ca_mode && isatty(STDOUT_FILENO)) {
        fputs("\r\n", stdout);
        fflush(stdout);
    }
}

/* False with a sentence if a signal ended it. */
static bool leave_screen(SCREEN *screen, struct err *err)
{
    end_curses();
    delscreen(screen);
    if (stop_signal)
        return err_set(err, (enum err_code)(128 + stop_signal),
                       "Ended by signal %d.", (int)stop_signal);
    return true;
}

bool term_run(struct app *app, const char *color, struct err *err)
{
    SCREEN *screen = enter_screen(color, err);
    int kept;

    if (!screen)
        return false;
    kept = capture_stderr();
    loop(app);
    release_stderr(kept);
    return leave_screen(screen, err);
}

static void show_wait(const char *text, bool is_ascii)
{
    struct canvas *canvas = canvas_new(LINES, COLS, is_ascii);
    int y = canvas_wrap(canvas, 0, 1, COLS - 2, LINES, ROLE_NORMAL, text);

    canvas_put_cut(canvas, y + 1, 1, COLS - 2, ROLE_NORMAL,
                   _("Esc or q stops waiting and leaves."));
    show(canvas);
    canvas_free(canvas);
}

/* True once `fd` can be read, false if the user or a signal does not wait. */
static bool wait_for(int fd, const char *text, bool is_ascii)
{
    show_wait(text, is_ascii);
    for (;;) {
        struct pollfd fds[] = {{.fd = fd, .events = POLLIN},
                               {.fd = STDIN_FILENO, .events = POLLIN}};
        wint_t wide = 0;
        int key;

        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return false;
        if (fds[0].revents)
            return true;
        /* A resize interrupts the wait and is told by the next key. */
        key = stop_signal ? INPUT_GONE : 0;
        timeout(0);
        if (key == 0 && get_wch(&wide) != ERR)
            key = wide == KEY_RESIZE ? INPUT_RESIZE : (int)wide;
        else if (fds[1].revents & (POLLHUP | POLLERR))
            key = INPUT_GONE;
        timeout(-1);
        if (key == INPUT_GONE || key == INPUT_ESCAPE || key == 'q')
            return false;
        if (key == INPUT_RESIZE)
            show_wait(text, is_ascii);
    }
}

bool term_wait(int fd, const char *text, const char *color, bool is_ascii,
               struct err *err)
{
    SCREEN *screen = enter_screen(color, err);
    bool is_ready;

    if (!screen)
        return false;
    is_ready = wait_for(fd, text, is_ascii);
    if (!leave_screen(screen, err))
        return false;
    return is_ready || err_set(err, ERR_FAILED,
                               "libvirt did not answer. See: systemctl status "
                               "libvirtd (or virtqemud).");
}
