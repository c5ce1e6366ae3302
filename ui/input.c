/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes bytes by curses, gives keys. Curses would join bytes to characters,
 * too, but what is none takes the keys behind it along.
 */
#define NCURSES_WIDECHAR 1

#include "ui/input.h"

#include "base/mem.h"
#include "ui/key.h"

#include <curses.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

bool input_waits(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

    return poll(&input, 1, 0) > 0 && input.revents == POLLIN;
}

static int translate(int key)
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
        if (keys[i].theirs == key)
            return keys[i].ours;
    return 0;
}

/* The next byte of a sequence; they come together, if over a slow link. */
static int next_byte(void)
{
    enum { PATIENCE_MS = 50 };
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    int byte = getch();

    if (byte == ERR && poll(&input, 1, PATIENCE_MS) > 0)
        byte = getch();
    return byte;
}

/* To the byte that ends it: ECMA-48, 5.4 and 5.6. */
static void skip_sequence(int kind)
{
    int byte;

    if (kind == 'O') {
        next_byte();
    } else if (kind == '[') {
        do
            byte = next_byte();
        while (byte != ERR && (byte < 0x40 || byte > 0x7e));
    } else {
        do
            byte = next_byte();
        while (byte != ERR && byte != '\a' && byte != INPUT_ESCAPE);
        if (byte == INPUT_ESCAPE)
            next_byte(); /* the rest of "string terminator" */
    }
}

/* Esc, or what begins with it: a key, a report, a paste that nobody knows. */
static int after_escape(void)
{
    int byte = getch();

    if (byte == ERR)
        return INPUT_ESCAPE;
    if (byte < KEY_MIN && byte != '\0' && strchr("[O]P^_X", byte)) {
        skip_sequence(byte);
        return 0;
    }
    ungetch(byte);
    return INPUT_ESCAPE;
}

int input_take(void)
{
    static mbstate_t state;

    timeout(0);
    for (;;) {
        bool is_first = mbsinit(&state);
        int byte = getch();
        char character = (char)byte;
        wchar_t wide = 0;
        size_t length;

        if (byte == ERR)
            return INPUT_NONE;
        if (byte >= KEY_MIN || byte == INPUT_ESCAPE) {
            memset(&state, 0, sizeof(state));
            return byte == INPUT_ESCAPE ? after_escape() : translate(byte);
        }
        length = mbrtowc(&wide, &character, 1, &state);
        if (length == (size_t)-2)
            continue;
        if (length != (size_t)-1)
            return wide == L'\n' ? INPUT_ENTER : (int)wide;
        memset(&state, 0, sizeof(state));
        if (is_first)
            return 0;
        ungetch(byte); /* what it ended is none; it may begin one */
    }
}

bool input_keep(struct input_kept *kept)
{
    bool is_escape = false;
    int key;

    timeout(0);
    while ((key = getch()) != ERR)
        if (key == INPUT_ESCAPE)
            is_escape = true;
        else if (key != KEY_RESIZE && kept->count < ARRAY_SIZE(kept->keys))
            kept->keys[kept->count++] = key;
    return is_escape;
}

void input_give_back(const struct input_kept *kept)
{
    for (size_t i = kept->count; i-- > 0;)
        ungetch(kept->keys[i]);
}
