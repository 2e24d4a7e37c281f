/* SPDX-License-Identifier: GPL-3.0-or-later
 * Memory: an arena that owns what outlives a call, checked sizes, and growing arrays. malloc
 * appears here only.
 */
#ifndef RV_BASE_ARENA_H
#define RV_BASE_ARENA_H

#include <ranvier/error.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct rv_arena;

struct rv_arena *rv_arena_new(void);        /* NULL: no memory */
void rv_arena_free(struct rv_arena *arena); /* NULL is fine */
/* Gives up all that it holds, but not the room for as much: for work that is done again and
 * again. */
void rv_arena_clear(struct rv_arena *arena);

/* `count` zeroed items of `size` bytes, aligned for any type. NULL when there is no memory or the
 * product overflows. count 0 gives a valid pointer. */
void *rv_arena_alloc(struct rv_arena *arena, size_t count, size_t size);
/* Copies; NULL in, NULL out. NULL also when there is no memory. */
char *rv_arena_text(struct rv_arena *arena, const char *text);
char *rv_arena_text_n(struct rv_arena *arena, const char *text, size_t length);
char *rv_arena_format(struct rv_arena *arena, const char *format, ...) RV_PRINTF(2, 3);
void *rv_arena_copy(struct rv_arena *arena, const void *items, size_t count, size_t size);

/* a * b; false on overflow, *product untouched. */
bool rv_multiply(size_t a, size_t b, size_t *product);
bool rv_add(size_t a, size_t b, size_t *sum);

/* Plain heap, zeroed; for working buffers of one call. */
void *rv_allocate(size_t count, size_t size);
void rv_release(void *memory); /* NULL is fine */

/* Makes room for at least `count` items in a heap array; false when there is no memory, and the
 * array is then unchanged. Start from items NULL, capacity 0. Free with rv_release. */
bool rv_grow(void *items_pointer, size_t *capacity, size_t count, size_t size);

#endif
