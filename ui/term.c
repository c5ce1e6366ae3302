/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes canvases, puts them on the terminal by curses; gives keys. Gives curses
 * the whole canvas each time and lets it send the difference; never clears.
 */
#define NCURSES_WIDECHAR 1

#include "ui/term.h"

#include "base/mem.h"
#include "base/text.h"
#include "ui/decode.h"
#include "ui/key.h"

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
#include <unistd.h>
#include <wchar.h>

static SCREEN *screen;
static int kept_stderr; /* or -1 */
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

void term_show(const struct canvas *canvas)
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

void term_distrust(void)
{
    redrawwin(stdscr);
}

int term_height(void)
{
    return LINES;
}

int term_width(void)
{
    return COLS;
}

int term_signal(void)
{
    return stop_signal;
}

bool term_key_waits(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

    return poll(&input, 1, 0) > 0 && input.revents == POLLIN;
}

static int translate(int code)
{
    static const struct {
        int theirs, ours;
    } keys[] = {
        {KEY_UP, INPUT_UP},
        {KEY_DOWN, INPUT_DOWN},
        {KEY_LEFT, INPUT_LEFT},
        {KEY_RIGHT, INPUT_RIGHT},
        {KEY_PPAGE, INPUT_PAGE_UP},
        {KEY_NPAGE, INPUT_PAGE_DOWN},
        {KEY_HOME, INPUT_HOME},
        {KEY_END, INPUT_END},
        {KEY_BTAB, INPUT_BACK_TAB},
        {KEY_F(1), INPUT_F1},
        {KEY_RESIZE, INPUT_RESIZE},
        {KEY_ENTER, INPUT_ENTER},
        {KEY_BACKSPACE, INPUT_BACKSPACE},
    };

    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        if (keys[i].theirs == code)
            return keys[i].ours;
    return 0;
}

static int read_code(int patience_ms)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    int code = getch();

    if (code == ERR && patience_ms > 0 && poll(&input, 1, patience_ms) > 0)
        code = getch();
    if (code == ERR)
        return DECODE_NONE;
    return code < KEY_MIN ? code : translate(code);
}

static struct decoder decoder = {.read = read_code};

/* Keys that term_keep_keys found, the first at `next`. */
static struct {
    int keys[64];
    size_t next, count;
} kept;

bool term_keep_keys(void)
{
    bool is_escape = false;
    int key;

    while ((key = decode_key(&decoder)) != DECODE_NONE)
        if (key == INPUT_ESCAPE)
            is_escape = true;
        else if (key != 0 && key != INPUT_RESIZE &&
                 kept.count < ARRAY_SIZE(kept.keys))
            kept.keys[kept.count++] = key;
    return is_escape;
}

void term_forget_keys(void)
{
    kept.next = kept.count = 0;
}

static int next_key(void)
{
    if (kept.next < kept.count)
        return kept.keys[kept.next++];
    term_forget_keys();
    return decode_key(&decoder);
}

int term_key(int wait_ms)
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
        key = next_key();
        if (key != DECODE_NONE)
            return key;
        ready = poll(&input, 1, wait_ms);
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
    int before = dup(STDERR_FILENO);
    int memory = memfd_create("stderr", MFD_CLOEXEC);

    if (before >= 0 && memory >= 0) {
        fcntl(before, F_SETFD, FD_CLOEXEC);
        dup2(memory, STDERR_FILENO);
    }
    if (memory >= 0)
        close(memory);
    return before;
}

static void release_stderr(int before)
{
    int memory = dup(STDERR_FILENO);
    char buffer[4096];
    ssize_t got;

    if (before < 0 || memory < 0)
        return;
    dup2(before, STDERR_FILENO);
    close(before);
    if (lseek(memory, 0, SEEK_SET) == 0)
        while ((got = read(memory, buffer, sizeof(buffer))) > 0)
            if (write(STDERR_FILENO, buffer, (size_t)got) < 0)
                break;
    close(memory);
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
    SCREEN *opened;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        err_set(err, ERR_USAGE,
                "The screens need a terminal. Without one, use the commands: "
                "virt-tune --help.");
        return NULL;
    }
    if (!check_type(err))
        return NULL;
    opened = tcgetattr(STDIN_FILENO, &saved_modes) < 0
                 ? NULL
                 : newterm(NULL, stdout, stdin);
    if (!opened)
        err_set(err, ERR_USAGE, "The terminal cannot be opened.");
    return opened;
}

/* Its reports are sequences to skip: curses would take but their beginning. */
static void forget_mouse(void)
{
    const char *start = tigetstr((char *)"kmous");

    if (start && start != (const char *)-1)
        define_key(start, 0);
}

bool term_open(const char *color, struct err *err)
{
    use_tioctl(TRUE);
    if (!getenv("ESCDELAY"))
        set_escdelay(100);
    screen = open_screen(err);
    if (!screen)
        return false;
    install_handlers();
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    forget_mouse();
    timeout(0);
    choose_colors(color);
    kept_stderr = capture_stderr();
    return true;
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

bool term_close(struct err *err)
{
    end_curses();
    delscreen(screen);
    release_stderr(kept_stderr);
    if (stop_signal)
        return err_set(err, (enum err_code)(128 + stop_signal),
                       "Ended by signal %d.", (int)stop_signal);
    return true;
}
