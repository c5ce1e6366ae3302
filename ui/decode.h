/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes from the terminal to keys: the locale's characters, and sequences that
 * no terminal description has. Knows no terminal; ui/term.c brings the bytes.
 */
#ifndef UI_DECODE_H
#define UI_DECODE_H

#include <stdbool.h>
#include <wchar.h>

enum { DECODE_NONE = -1 };

struct decoder {
    /*
     * Gives a byte, or a key of ui/key.h that was known as a whole, or
     * DECODE_NONE if none comes within so many ms.
     */
    int (*read)(int patience_ms);
    mbstate_t character; /* that has come in part */
    bool has_back;       /* a byte was read that belongs to the next key */
    int back;
};

/*
 * The next key that is there, without waiting: INPUT_... or a character. 0 if
 * it is none that anybody has a use for: bytes that are no character here, and
 * unknown sequences, which are taken whole, for what is left of them would be
 * keys. DECODE_NONE if no key is there; a character that has come in part is
 * gone on with by the next call.
 */
int decode_key(struct decoder *decoder);

#endif
