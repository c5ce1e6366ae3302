/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes bytes, gives keys. Curses would join bytes to characters, too, but
 * what is none takes the keys behind it along.
 */
#include "ui/decode.h"

#include "ui/key.h"

#include <string.h>

enum { BYTES = 256 }; /* what is not below is a key */

static int take(struct decoder *decoder, int patience_ms)
{
    if (!decoder->has_back)
        return decoder->read(patience_ms);
    decoder->has_back = false;
    return decoder->back;
}

static void put_back(struct decoder *decoder, int code)
{
    decoder->has_back = true;
    decoder->back = code;
}

/* The next byte of a sequence; they come together, if over a slow link. */
static int take_more(struct decoder *decoder)
{
    enum { PATIENCE_MS = 50 };

    return take(decoder, PATIENCE_MS);
}

static bool goes_on(int kind, int code)
{
    if (code == DECODE_NONE || code == INPUT_ESCAPE || code >= BYTES)
        return false;
    if (kind == '[')
        return code < 0x40 || code > 0x7e;
    return kind != 'O' && code != '\a';
}

/*
 * To the byte that ends it: ECMA-48, 5.4 and 5.6. DECODE_NONE, or if an Esc
 * that belongs to another one did, what comes after that.
 */
static int skip_sequence(struct decoder *decoder, int kind)
{
    int code, length = 0;

    do {
        code = take_more(decoder);
        length++;
    } while (goes_on(kind, code));
    if (kind == '[' && code == 'M' && length == 1) /* an old mouse: 3 bytes */
        for (int i = 0; i < 3; i++)
            take_more(decoder);
    if (code >= BYTES)
        put_back(decoder, code);
    if (code != INPUT_ESCAPE)
        return DECODE_NONE;
    code = take_more(decoder);
    return code == '\\' && !strchr("[O", kind) ? DECODE_NONE : code;
}

/* Esc, or what begins with it: a key, a report, a paste that nobody knows. */
static int after_escape(struct decoder *decoder)
{
    int code = take(decoder, 0);

    if (code == DECODE_NONE)
        return INPUT_ESCAPE;
    while (code > 0 && code < BYTES && strchr("[O]P^_X", code)) {
        code = skip_sequence(decoder, code);
        if (code == DECODE_NONE)
            return 0;
    }
    put_back(decoder, code);
    return INPUT_ESCAPE;
}

int decode_key(struct decoder *decoder)
{
    for (;;) {
        bool is_first = mbsinit(&decoder->character);
        int code = take(decoder, 0);
        char byte = (char)code;
        wchar_t wide = 0;
        size_t length;

        if (code == DECODE_NONE)
            return DECODE_NONE;
        if (code >= BYTES || code == INPUT_ESCAPE) {
            memset(&decoder->character, 0, sizeof(decoder->character));
            return code == INPUT_ESCAPE ? after_escape(decoder) : code;
        }
        length = mbrtowc(&wide, &byte, 1, &decoder->character);
        if (length == (size_t)-2)
            continue;
        if (length != (size_t)-1)
            return wide == L'\n' ? INPUT_ENTER : (int)wide;
        memset(&decoder->character, 0, sizeof(decoder->character));
        if (is_first)
            return 0;
        put_back(decoder, code); /* what it ended is none; it may begin one */
    }
}
