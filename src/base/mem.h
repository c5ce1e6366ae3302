/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory: allocation that never returns NULL, arenas with one owner, and
 * attribute cleanup for what foreign libraries hand out.
 *
 * Out of memory ends the program through `mem_set_handler`, so that the
 * terminal is put back first.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* Runs `function(&variable)` when the variable goes out of scope. */
#define CLEANUP(function) __attribute__((cleanup(function)))

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Called once, just before the program ends for want of memory. */
void mem_set_handler(void (*handler)(void));

/* Zeroed, never NULL; the multiplication is checked. Free with free(). */
void *mem_alloc(size_t count, size_t size);

/* As realloc of `count * size` bytes, never NULL. New bytes are not zeroed. */
void *mem_realloc(void *pointer, size_t count, size_t size);

/* As strdup, never NULL. */
char *mem_strdup(const char *text);

/* Frees `*pointer`; for CLEANUP(mem_free) on any pointer variable. */
void mem_free(void *pointer);

/* An arena: what is allocated from it lives exactly as long as it does. */
struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena); /* NULL is allowed */

/* Zeroed, aligned for any type, never NULL. */
void *arena_alloc(struct arena *arena, size_t count, size_t size);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
