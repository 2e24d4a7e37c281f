/* SPDX-License-Identifier: GPL-3.0-or-later
 * Memory: an arena that owns what outlives a call, checked sizes, and growing arrays.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 16384 };

struct chunk {
    struct chunk *next;
    size_t used, capacity;
    alignas(max_align_t) unsigned char bytes[];
};

struct rv_arena {
    struct chunk *chunks; /* the one in use first */
};

bool rv_multiply(size_t a, size_t b, size_t *product)
{
    if (b != 0 && a > SIZE_MAX / b)
        return false;
    *product = a * b;
    return true;
}

bool rv_add(size_t a, size_t b, size_t *sum)
{
    if (a > SIZE_MAX - b)
        return false;
    *sum = a + b;
    return true;
}

struct rv_arena *rv_arena_new(void)
{
    return calloc(1, sizeof(struct rv_arena));
}

void rv_arena_free(struct rv_arena *arena)
{
    if (arena == NULL)
        return;
    for (struct chunk *chunk = arena->chunks; chunk != NULL;) {
        struct chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    free(arena);
}

static struct chunk *chunk_new(size_t capacity)
{
    size_t bytes;
    if (!rv_add(capacity, sizeof(struct chunk), &bytes))
        return NULL;
    struct chunk *chunk = calloc(1, bytes);
    if (chunk != NULL)
        chunk->capacity = capacity;
    return chunk;
}

/* Several chunks become one in which all of it would have found room. */
void rv_arena_clear(struct rv_arena *arena)
{
    struct chunk *only = arena->chunks;
    if (only == NULL)
        return;
    if (only->next == NULL) {
        memset(only->bytes, 0, only->used);
        only->used = 0;
        return;
    }
    size_t total = 0;
    while (arena->chunks != NULL) {
        struct chunk *next = arena->chunks->next;
        total += arena->chunks->capacity; /* each was allocated: the sum is no overflow */
        free(arena->chunks);
        arena->chunks = next;
    }
    arena->chunks = chunk_new(total);
}

void *rv_arena_alloc(struct rv_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    const size_t align = alignof(max_align_t);
    if (arena == NULL || !rv_multiply(count, size, &bytes) || bytes > SIZE_MAX - CHUNK_BYTES)
        return NULL;
    bytes = (bytes + align - 1) / align * align;
    struct chunk *chunk = arena->chunks;
    if (chunk == NULL || chunk->capacity - chunk->used < bytes) {
        bool large = bytes > CHUNK_BYTES / 4;
        chunk = chunk_new(large ? bytes : CHUNK_BYTES);
        if (chunk == NULL)
            return NULL;
        if (large && arena->chunks != NULL) { /* keep the half-full one in use */
            chunk->next = arena->chunks->next;
            arena->chunks->next = chunk;
        } else {
            chunk->next = arena->chunks;
            arena->chunks = chunk;
        }
    }
    void *memory = chunk->bytes + chunk->used;
    chunk->used += bytes;
    return memory;
}

void *rv_arena_copy(struct rv_arena *arena, const void *items, size_t count, size_t size)
{
    void *copy = rv_arena_alloc(arena, count, size);
    if (copy != NULL && count * size > 0)
        memcpy(copy, items, count * size);
    return copy;
}

char *rv_arena_text_n(struct rv_arena *arena, const char *text, size_t length)
{
    if (text == NULL || length == SIZE_MAX)
        return NULL;
    char *copy = rv_arena_alloc(arena, length + 1, 1);
    if (copy != NULL)
        memcpy(copy, text, length);
    return copy;
}

char *rv_arena_text(struct rv_arena *arena, const char *text)
{
    return text == NULL ? NULL : rv_arena_text_n(arena, text, strlen(text));
}

char *rv_arena_format(struct rv_arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length < 0 ? NULL : rv_arena_alloc(arena, (size_t)length + 1, 1);
    if (text == NULL)
        return NULL;
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

void *rv_allocate(size_t count, size_t size)
{
    return calloc(count > 0 ? count : 1, size > 0 ? size : 1);
}

void rv_release(void *memory)
{
    free(memory);
}

bool rv_grow(void *items_pointer, size_t *capacity, size_t count, size_t size)
{
    if (count <= *capacity)
        return true;
    size_t wanted = *capacity < 16 ? 16 : *capacity;
    while (wanted < count)
        if (!rv_multiply(wanted, 2, &wanted))
            return false;
    size_t bytes;
    if (!rv_multiply(wanted, size, &bytes))
        return false;
    void *items;
    memcpy(&items, items_pointer, sizeof items);
    items = realloc(items, bytes);
    if (items == NULL)
        return false;
    memset((unsigned char *)items + *capacity * size, 0, bytes - *capacity * size);
    memcpy(items_pointer, &items, sizeof items);
    *capacity = wanted;
    return true;
}
