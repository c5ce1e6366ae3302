/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes sizes, gives zeroed memory. An arena is a chain of blocks; freeing it
 * frees all. Never returns NULL.
 */
#include "base/mem.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 16 * 1024, ALIGNMENT = _Alignof(max_align_t) };

struct block {
    struct block *next;
    size_t used, size;
    max_align_t data[];
};

struct arena {
    struct block *first;
};

static void (*exhausted_handler)(void);

void mem_set_handler(void (*handler)(void))
{
    exhausted_handler = handler;
}

static _Noreturn void exhausted(void)
{
    if (exhausted_handler)
        exhausted_handler();
    fputs("virt-tune: out of memory\n", stderr);
    exit(1);
}

static size_t product(size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        exhausted();
    return bytes > 0 ? bytes : 1;
}

void *mem_alloc(size_t count, size_t size)
{
    void *pointer = calloc(1, product(count, size));

    if (!pointer)
        exhausted();
    return pointer;
}

void *mem_realloc(void *pointer, size_t count, size_t size)
{
    pointer = realloc(pointer, product(count, size));
    if (!pointer)
        exhausted();
    return pointer;
}

char *mem_strdup(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(mem_alloc(size, 1), text, size);
}

void mem_free(void *pointer)
{
    void **variable = pointer;

    free(*variable);
    *variable = NULL;
}

struct arena *arena_new(void)
{
    return mem_alloc(1, sizeof(struct arena));
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    for (struct block *block = arena->first, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(arena);
}

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
    size_t bytes = product(count, size);
    struct block *block = arena->first;
    void *pointer;

    if (bytes > SIZE_MAX / 2)
        exhausted();
    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (!block || block->size - block->used < bytes) {
        size_t room = bytes > BLOCK_SIZE ? bytes : BLOCK_SIZE;

        block = mem_alloc(1, sizeof(*block) + room);
        block->size = room;
        block->next = arena->first;
        arena->first = block;
    }
    pointer = (char *)block->data + block->used;
    block->used += bytes;
    return pointer;
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1, 1);

    memcpy(copy, text, length);
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments, again;
    char *text;
    int length;

    format = text_of(format);
    va_start(arguments, format);
    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        exhausted();
    text = arena_alloc(arena, (size_t)length + 1, 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}
