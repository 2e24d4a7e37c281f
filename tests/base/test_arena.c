/* SPDX-License-Identifier: GPL-3.0-or-later
 * Memory with checked sizes.
 */
#include "base/arena.h"

#include <criterion/criterion.h>

#include <stdint.h>
#include <string.h>

TestSuite(arena, .timeout = 30);

Test(arena, memory_is_zeroed_and_apart)
{
    struct rv_arena *arena = rv_arena_new();
    for (size_t i = 1; i < 5000; i += 37) {
        unsigned char *bytes = rv_arena_alloc(arena, i, 3);
        cr_assert_not_null(bytes);
        cr_assert_eq((uintptr_t)bytes % _Alignof(max_align_t), 0);
        for (size_t j = 0; j < 3 * i; j++)
            cr_assert_eq(bytes[j], 0);
        memset(bytes, 0xFF, 3 * i);
    }
    rv_arena_free(arena);
}

Test(arena, products_that_overflow_are_refused)
{
    struct rv_arena *arena = rv_arena_new();
    size_t product = 7;
    cr_assert_null(rv_arena_alloc(arena, SIZE_MAX / 2, 3));
    cr_assert_null(rv_arena_alloc(arena, SIZE_MAX, 1));
    cr_assert_not(rv_multiply(SIZE_MAX / 2, 3, &product));
    cr_assert_eq(product, 7);
    cr_assert_not(rv_add(SIZE_MAX, 1, &product));
    rv_arena_free(arena);
}

Test(arena, no_arena_gives_no_memory)
{
    cr_assert_null(rv_arena_alloc(NULL, 1, 1));
    cr_assert_null(rv_arena_text(NULL, "x"));
    rv_arena_free(NULL);
}

Test(arena, a_growing_array_keeps_its_items_and_zeroes_the_rest)
{
    int *items = NULL;
    size_t capacity = 0;
    for (int i = 0; i < 1000; i++) {
        cr_assert(rv_grow(&items, &capacity, (size_t)i + 1, sizeof *items));
        cr_assert_eq(items[i], 0);
        items[i] = i;
    }
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(items[i], i);
    cr_assert_not(rv_grow(&items, &capacity, SIZE_MAX / 2, sizeof *items));
    rv_release(items);
}

/* Allocations after warm-up: none, for the room is there. */
Test(arena, a_cleared_arena_gives_the_same_zeroed_memory_again)
{
    struct rv_arena *arena = rv_arena_new();
    void *first[3] = {NULL};
    for (int round = 0; round < 5; round++) {
        for (size_t i = 0; i < 3; i++) {
            unsigned char *bytes = rv_arena_alloc(arena, 10000 + 7 * i, 3);
            cr_assert_not_null(bytes);
            for (size_t j = 0; j < 3 * (10000 + 7 * i); j++)
                cr_assert_eq(bytes[j], 0);
            memset(bytes, 0xFF, 3 * (10000 + 7 * i));
            if (round == 1)
                first[i] = bytes;
            else if (round > 1)
                cr_assert_eq((void *)bytes, first[i], "round %d", round);
        }
        rv_arena_clear(arena);
    }
    rv_arena_free(arena);
}
