/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes text and roles, gives cells. All outside text passes the printable
 * filter here, so no screen can forget it.
 */
#include "ui/canvas.h"

#include "base/mem.h"
#include "base/text.h"

#include <langinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static const char *const glyphs[GLYPH_COUNT][2] = {
    [GLYPH_HORIZONTAL] = {"─", "-"},   [GLYPH_VERTICAL] = {"│", "|"},
    [GLYPH_DOUBLE] = {"═", "="},       [GLYPH_TOP_LEFT] = {"┌", "+"},
    [GLYPH_TOP_RIGHT] = {"┐", "+"},    [GLYPH_BOTTOM_LEFT] = {"└", "+"},
    [GLYPH_BOTTOM_RIGHT] = {"┘", "+"}, [GLYPH_TEE_DOWN] = {"┬", "+"},
    [GLYPH_TEE_UP] = {"┴", "+"},       [GLYPH_DOT] = {"·", "."},
    [GLYPH_TICK] = {"✓", "+"},         [GLYPH_CROSS] = {"×", "x"},
    [GLYPH_ELLIPSIS] = {"…", ">"},     [GLYPH_BLANK] = {" ", " "},
};

bool canvas_needs_ascii(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

struct canvas *canvas_new(int height, int width, bool is_ascii)
{
    struct canvas *canvas = mem_alloc(1, sizeof(*canvas));

    canvas->height = height;
    canvas->width = width;
    canvas->is_ascii = is_ascii;
    canvas->cells =
        mem_alloc((size_t)height * (size_t)width, sizeof(*canvas->cells));
    canvas_clear(canvas);
    return canvas;
}

void canvas_free(struct canvas *canvas)
{
    if (!canvas)
        return;
    free(canvas->cells);
    free(canvas);
}

void canvas_clear(struct canvas *canvas)
{
    for (int i = 0; i < canvas->height * canvas->width; i++)
        canvas->cells[i] = (struct cell){" ", ROLE_NORMAL};
    canvas->cursor_y = canvas->cursor_x = 0;
    canvas->overwritten = 0;
    canvas_set_pane(canvas, 0, 0, 0);
    memset(canvas->late, 0, sizeof(canvas->late));
}

void canvas_set_pane(struct canvas *canvas, int y, int x, int end)
{
    canvas->pane.top = 0;
    canvas->pane.y = y;
    canvas->pane.x = x < canvas->width ? x : canvas->width;
    canvas->pane.end = end < canvas->height ? end : canvas->height;
}

void canvas_add_late(struct canvas *canvas, int y, int end)
{
    int i = 0;

    while (i < CANVAS_LATE - 1 && canvas->late[i].end > 0)
        i++;
    canvas->late[i].y = y;
    canvas->late[i].end = end < canvas->height ? end : canvas->height;
}

/* The row of `shown` that a row of the pane still has, or -1: none. */
static int kept_row(const struct canvas *canvas, const struct canvas *shown,
                    int y)
{
    int first = shown->pane.y;

    if (y > canvas->pane.y && canvas->pane.top != shown->pane.top) {
        y += canvas->pane.top - shown->pane.top;
        first++; /* the title stays */
    }
    return y >= first && y < shown->pane.end ? y : -1;
}

/* Gives a row from the pane's column on what a row of `shown` has there. */
static void keep_row(struct canvas *canvas, const struct canvas *shown, int y,
                     int from)
{
    struct cell *cells = &canvas->cells[y * canvas->width];

    for (int x = canvas->pane.x; x < canvas->width; x++)
        cells[x] = from < 0 ? (struct cell){" ", ROLE_NORMAL}
                            : shown->cells[from * canvas->width + x];
}

/* How many cells of the columns differ, from a row to above another. */
static int count_differing(const struct canvas *canvas,
                           const struct canvas *shown, int y, int end,
                           bool with_roles)
{
    int count = 0;

    for (int i = y * canvas->width; i < end * canvas->width; i++)
        count +=
            i % canvas->width >= canvas->pane.x &&
            ((with_roles && shown->cells[i].role != canvas->cells[i].role) ||
             strcmp(shown->cells[i].text, canvas->cells[i].text) != 0);
    return count;
}

/* Late rows that begin where they did, with much of another text. */
static bool keep_late(struct canvas *canvas, const struct canvas *shown, int i)
{
    enum { FEW = 32 };
    int y = canvas->late[i].y, end = canvas->late[i].end;

    if (end == 0 || shown->late[i].y != y ||
        count_differing(canvas, shown, y, end, false) <= FEW)
        return false;
    for (; y < end; y++)
        keep_row(canvas, shown, y, y);
    return true;
}

bool canvas_keep_pane(struct canvas *canvas, const struct canvas *shown)
{
    int y = canvas->pane.y;
    bool is_kept;

    if (y == 0 || shown->pane.y == 0 || shown->place != canvas->place ||
        shown->width != canvas->width || shown->height != canvas->height ||
        shown->pane.x != canvas->pane.x)
        return false;
    is_kept = canvas->pane.top != shown->pane.top ||
              count_differing(canvas, shown, y, canvas->pane.end, true) > 0;
    for (; is_kept && y < canvas->pane.end; y++)
        keep_row(canvas, shown, y, kept_row(canvas, shown, y));
    for (int i = 0; i < CANVAS_LATE; i++)
        is_kept |= keep_late(canvas, shown, i);
    return is_kept;
}

const char *canvas_glyph(const struct canvas *canvas, enum glyph glyph)
{
    return glyphs[glyph][canvas->is_ascii];
}

static struct cell *cell_at(const struct canvas *canvas, int y, int x)
{
    return &canvas->cells[y * canvas->width + x];
}

/* Columns of a character; what the locale does not know takes one. */
static int character_columns(unsigned character)
{
    int columns = wcwidth((wchar_t)character);

    return columns < 0 ? 1 : columns;
}

/* Half of a wide character does not stay where the other half is gone. */
static void part_wide(struct canvas *canvas, int y, int x, int columns)
{
    int end = x + columns;

    if (x > 0 && !cell_at(canvas, y, x)->text[0])
        strcpy(cell_at(canvas, y, x - 1)->text, " ");
    if (end < canvas->width && !cell_at(canvas, y, end)->text[0])
        strcpy(cell_at(canvas, y, end)->text, " ");
}

/* Lines are made to be written on, and so are blanks. */
static bool is_free(const struct canvas *canvas, const struct cell *cell)
{
    return strcmp(cell->text, " ") == 0 ||
           strcmp(cell->text, canvas_glyph(canvas, GLYPH_HORIZONTAL)) == 0;
}

static int put_character(struct canvas *canvas, int y, int x, enum role role,
                         const char *text, size_t length, unsigned character)
{
    int columns = character_columns(character);
    struct cell *cell;

    if (canvas->is_ascii && character >= 0x80) {
        text = "?";
        length = 1;
    }
    if (y < 0 || y >= canvas->height || x < 0 || x + columns > canvas->width ||
        columns == 0) /* combining marks are left out */
        return x + columns;
    cell = cell_at(canvas, y, x);
    part_wide(canvas, y, x, columns);
    canvas->overwritten += !is_free(canvas, cell) && *text != ' ' &&
                           strncmp(cell->text, text, length) != 0;
    memcpy(cell->text, text, length);
    cell->text[length] = '\0';
    cell->role = (unsigned char)role;
    if (columns == 2)
        *cell_at(canvas, y, x + 1) = (struct cell){"", (unsigned char)role};
    return x + columns;
}

int canvas_put(struct canvas *canvas, int y, int x, enum role role,
               const char *text)
{
    char *printable CLEANUP(mem_free) = str_printable(text);
    const char *at = printable;
    unsigned character;
    size_t length;

    while ((length = str_utf8(at, &character)) > 0) {
        x = put_character(canvas, y, x, role, at, length, character);
        at += length;
    }
    return x;
}

int canvas_putf(struct canvas *canvas, int y, int x, enum role role,
                const char *format, ...)
{
    va_list arguments;
    char text[1024];

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), text_of(format), arguments);
    va_end(arguments);
    return canvas_put(canvas, y, x, role, text);
}

int canvas_columns(const char *text)
{
    int columns = 0;
    unsigned character;
    size_t length;

    while ((length = str_utf8(text, &character)) > 0) {
        columns += character_columns(character);
        text += length;
    }
    return columns;
}

int canvas_put_cut(struct canvas *canvas, int y, int x, int width,
                   enum role role, const char *text)
{
    char *printable CLEANUP(mem_free) = str_printable(text);
    const char *at = printable;
    bool is_cut = canvas_columns(printable) > width;
    int end = x + width - is_cut;
    unsigned character;
    size_t length;

    if (width <= 0)
        return x;
    while ((length = str_utf8(at, &character)) > 0 &&
           x + character_columns(character) <= end) {
        x = put_character(canvas, y, x, role, at, length, character);
        at += length;
    }
    if (is_cut)
        x = canvas_put_glyph(canvas, y, x, role, GLYPH_ELLIPSIS);
    return x;
}

int canvas_put_glyph(struct canvas *canvas, int y, int x, enum role role,
                     enum glyph glyph)
{
    const char *text = canvas_glyph(canvas, glyph);
    unsigned character = ' ';
    size_t length = str_utf8(text, &character);

    return put_character(canvas, y, x, role, text, length, character);
}

void canvas_line(struct canvas *canvas, int y, int x, int width, enum role role)
{
    for (int i = 0; i < width && x + i < canvas->width; i++)
        canvas_put_glyph(canvas, y, x + i, role, GLYPH_HORIZONTAL);
}

int canvas_wrap(struct canvas *canvas, int y, int x, int width, int height,
                enum role role, const char *text)
{
    while (*text && height-- > 0 && width > 0) {
        size_t fits = 0, length, at = 0;
        int columns = 0;
        unsigned character;
        char line[1024];

        if (height == 0) { /* the last row says that there is more */
            canvas_put_cut(canvas, y++, x, width, role, text);
            break;
        }
        while ((length = str_utf8(text + at, &character)) > 0 &&
               columns + character_columns(character) <= width) {
            if (character == ' ')
                fits = at;
            columns += character_columns(character);
            at += length;
        }
        if (length == 0 || fits == 0 || text[at] == ' ')
            fits = at;
        if (fits >= sizeof(line) || fits == 0)
            break;
        memcpy(line, text, fits);
        line[fits] = '\0';
        canvas_put(canvas, y++, x, role, line);
        text += fits;
        while (*text == ' ')
            text++;
    }
    return y;
}

void canvas_paint(struct canvas *canvas, int y, int x, int width,
                  enum role role)
{
    for (int i = 0; i < width; i++)
        if (y >= 0 && y < canvas->height && x + i >= 0 && x + i < canvas->width)
            cell_at(canvas, y, x + i)->role = (unsigned char)role;
}

void canvas_dump(const struct canvas *canvas, struct str *str)
{
    for (int y = 0; y < canvas->height; y++) {
        struct str row CLEANUP(str_free) = STR_INIT;

        for (int x = 0; x < canvas->width; x++)
            str_add(&row, cell_at(canvas, y, x)->text);
        while (row.length > 0 && row.text[row.length - 1] == ' ')
            row.text[--row.length] = '\0';
        str_add(str, str_text(&row));
        str_add(str, "\n");
    }
}
