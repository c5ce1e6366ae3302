/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pty SCRIPT PROGRAM ARGUMENT... - runs the program on a terminal of 80x24 and
 * says what went over the wire. The script's words, each done when the
 * terminal has been silent for a while. Or: pty --deaf SOCKET, a daemon that
 * takes connections and never says anything.
 *
 *   bytes:NAME      prints "NAME N": the bytes since the last such word
 *   colors:NAME     prints "NAME N": the colours that were set since the start
 *   each:NAME:KEYS:COUNT  presses keys (apart by commas) in turn, each after a
 *                   rest, at most COUNT times all of them, or until one more
 *                   round sends nothing. Prints "NAME.keys N", and the most
 *                   bytes that a key cost: "NAME.now N" at once, "NAME.later N"
 *                   when no other key came, "NAME.all N" both
 *   key:NAME        writes the key; "Right" is ESC O C, "Space" a blank
 *   torn:NAME       the same, its bytes 40 ms apart
 *   type:BYTES      writes them in one go; \xNN is one of them
 *   text:TEXT       waits until the program has sent TEXT, 20 s at most
 *   idle:SECONDS    waits
 *   signal:NUMBER   sends the program a signal
 *   close           hangs up: closes our side of the terminal
 *   resize:WxH      resizes
 *   exit            waits 5 s at most for the end; prints "exit CODE", or
 *                   "signal NUMBER", "cpu MILLISECONDS" that it used, and
 *                   "modes same" if the terminal is as it was before
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { SILENCE_MS = 300 };

static int master;
static pid_t child;
static struct termios before; /* the modes of the terminal */
static size_t bytes;
static char seen[1 << 20]; /* everything that was sent, as far as it fits */
static size_t seen_length;

static void fail(const char *what)
{
    fprintf(stderr, "pty: %s\n", what);
    if (child > 0)
        kill(child, SIGKILL);
    exit(1);
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Takes what comes within some time; false if nothing did. */
static bool take(int milliseconds)
{
    struct pollfd poll_fd = {.fd = master, .events = POLLIN};
    char buffer[65536];
    ssize_t got;

    if (poll(&poll_fd, 1, milliseconds) <= 0)
        return false;
    got = read(master, buffer, sizeof(buffer));
    if (got <= 0)
        return false;
    bytes += (size_t)got;
    for (ssize_t i = 0; i < got && seen_length < sizeof(seen) - 1; i++)
        seen[seen_length++] = buffer[i];
    return true;
}

static void settle(void)
{
    while (take(SILENCE_MS))
        ;
}

static void await_text(const char *text)
{
    double end = now() + 20;

    while (!memmem(seen, seen_length, text, strlen(text)))
        if (!take(100) && now() > end)
            fail(text);
    settle();
}

static void write_all(const char *text, bool is_torn)
{
    static const struct timespec pause = {0, 40000000};

    size_t length = strlen(text);

    if (!is_torn && write(master, text, length) != (ssize_t)length)
        fail("the terminal takes nothing");
    for (; is_torn && *text; text++) {
        if (write(master, text, 1) != 1)
            fail("the terminal takes nothing");
        nanosleep(&pause, NULL);
    }
}

/* What a key's name sends; other names stand for themselves. */
static const char *bytes_of(const char *name)
{
    static const struct {
        const char *name, *bytes;
    } keys[] = {
        {"Up", "\033OA"},        {"Down", "\033OB"}, {"Right", "\033OC"},
        {"Left", "\033OD"},      {"Enter", "\r"},    {"Esc", "\033"},
        {"BackTab", "\033[Z"},   {"Tab", "\t"},      {"Space", " "},
        {"C-l", "\f"},           {"C-c", "\003"},    {"PageUp", "\033[5~"},
        {"PageDown", "\033[6~"},
    };

    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        if (strcmp(keys[i].name, name) == 0)
            return keys[i].bytes;
    return name;
}

static void press(const char *name, bool is_torn)
{
    write_all(bytes_of(name), is_torn);
    settle();
}

static void type(const char *text)
{
    char typed[256] = "", *end = typed;

    for (; *text && end < typed + sizeof(typed) - 1; end++)
        if (text[0] == '\\' && text[1] == 'x') {
            char digits[3] = {text[2], text[3], '\0'};

            *end = (char)strtol(digits, NULL, 16);
            text += 4;
        } else {
            *end = *text++;
        }
    write_all(typed, false);
    settle();
}

/* The bytes until the terminal is silent for so long. */
static size_t count_until(int silence, size_t start)
{
    while (take(silence))
        ;
    return bytes - start;
}

static size_t larger(size_t one, size_t other)
{
    return one > other ? one : other;
}

/* What explains a selection follows 200 ms later: between the two waits. */
static void press_each(const char *value)
{
    enum { NOW_MS = 120, THEN_MS = 260 };
    size_t now = 0, then = 0, all = 0, keys = 0, sent = 1;
    char copy[256], *names, *name, *rest = NULL;
    int count;

    snprintf(copy, sizeof(copy), "%s", value);
    name = strtok_r(copy, ":", &rest);
    names = strtok_r(NULL, ":", &rest);
    count = atoi(rest);
    settle();
    for (int round = 0; round < count && sent > 0; round++) {
        char turn[256], *next = NULL;

        sent = 0;
        snprintf(turn, sizeof(turn), "%s", names);
        for (char *key = strtok_r(turn, ",", &next); key;
             key = strtok_r(NULL, ",", &next)) {
            size_t start = bytes, first;

            write_all(bytes_of(key), false);
            take(1000);
            first = count_until(NOW_MS, start);
            now = larger(now, first);
            all = larger(all, count_until(THEN_MS, start));
            then = larger(then, bytes - start - first);
            sent += bytes - start;
            keys += bytes > start;
        }
    }
    printf("%s.keys %zu\n%s.now %zu\n%s.later %zu\n%s.all %zu\n", name, keys,
           name, now, name, then, name, all);
    bytes = 0;
}

static bool is_same(const struct termios *a, const struct termios *b)
{
    return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag &&
           a->c_cflag == b->c_cflag && a->c_lflag == b->c_lflag &&
           memcmp(a->c_cc, b->c_cc, sizeof(a->c_cc)) == 0;
}

/* Sequences as ESC [ 3 2 m that are no "39", the terminal's own colour. */
static unsigned count_colors(void)
{
    unsigned count = 0;

    for (size_t i = 0; i + 4 < seen_length; i++)
        count += memcmp(seen + i, "\033[3", 3) == 0 && seen[i + 3] <= '7' &&
                 seen[i + 4] == 'm';
    return count;
}

static void await_exit(void)
{
    struct termios after;
    struct rusage usage;
    int status;

    for (double end = now() + 5; now() < end;
         master >= 0 ? take(20) : usleep(20000))
        if (wait4(child, &status, WNOHANG, &usage) == child) {
            if (WIFSIGNALED(status))
                printf("signal %d\n", WTERMSIG(status));
            else
                printf("exit %d\n", WEXITSTATUS(status));
            printf("cpu %ld\n",
                   usage.ru_utime.tv_sec * 1000 + usage.ru_stime.tv_sec * 1000 +
                       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) /
                           1000);
            if (master >= 0) {
                tcgetattr(master, &after);
                puts(is_same(&before, &after) ? "modes same" : "modes differ");
            }
            child = 0;
            return;
        }
    fail("it did not end");
}

static void play(const char *word)
{
    const char *value = strchr(word, ':') ? strchr(word, ':') + 1 : "";
    struct winsize size = {0};

    if (strncmp(word, "bytes:", 6) == 0) {
        settle();
        printf("%s %zu\n", value, bytes);
        bytes = 0;
    } else if (strncmp(word, "colors:", 7) == 0) {
        printf("%s %u\n", value, count_colors());
    } else if (strncmp(word, "each:", 5) == 0) {
        press_each(value);
    } else if (strncmp(word, "key:", 4) == 0) {
        press(value, false);
    } else if (strncmp(word, "type:", 5) == 0) {
        type(value);
    } else if (strncmp(word, "torn:", 5) == 0) {
        press(value, true);
    } else if (strncmp(word, "text:", 5) == 0) {
        await_text(value);
    } else if (strncmp(word, "idle:", 5) == 0) {
        for (double end = now() + atof(value); now() < end;)
            take(100);
    } else if (strncmp(word, "signal:", 7) == 0) {
        kill(child, atoi(value));
    } else if (strncmp(word, "resize:", 7) == 0) {
        size.ws_col = (unsigned short)atoi(value);
        size.ws_row = (unsigned short)atoi(strchr(value, 'x') + 1);
        ioctl(master, TIOCSWINSZ, &size);
        settle();
    } else if (strcmp(word, "close") == 0) {
        close(master);
        master = -1;
    } else if (strcmp(word, "exit") == 0) {
        await_exit();
    } else {
        fail(word);
    }
    fflush(stdout);
}

static void be_deaf(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int server = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    if (bind(server, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        listen(server, 5) < 0)
        fail(path);
    pause();
}

int main(int count, char **arguments)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    char *rest = NULL;

    if (count == 3 && strcmp(arguments[1], "--deaf") == 0)
        be_deaf(arguments[2]);
    if (count < 3)
        fail("pty SCRIPT PROGRAM ARGUMENT...");
    child = forkpty(&master, NULL, NULL, &size);
    if (child < 0)
        fail("no terminal");
    if (child == 0) {
        getchar(); /* until the modes are looked at */
        execvp(arguments[2], arguments + 2);
        _exit(127);
    }
    tcgetattr(master, &before);
    write_all("\n", false);
    for (char *word = strtok_r(arguments[1], " \n", &rest); word;
         word = strtok_r(NULL, " \n", &rest))
        play(word);
    if (child > 0) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    return 0;
}
