/* SPDX-License-Identifier: GPL-3.0-or-later
 * SHA-256 against the examples published with FIPS 180-4.
 */
#include "base/arena.h"
#include "base/sha256.h"

#include <ranvier/digest.h>

#include <criterion/criterion.h>

#include <string.h>

static void hashes_to(const char *bytes, size_t length, const char *expected)
{
    char found[65];
    rv_sha256_hex(bytes, length, found);
    cr_assert_str_eq(found, expected);
}

Test(sha256, published_examples_are_reproduced)
{
    static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    hashes_to("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    hashes_to(two_blocks, strlen(two_blocks),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    hashes_to(NULL, 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

Test(sha256, a_million_letters_are_reproduced)
{
    char *letters = rv_allocate(1000000, 1);
    cr_assert_not_null(letters);
    memset(letters, 'a', 1000000);
    hashes_to(letters, 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    rv_release(letters);
}

/* Lengths around the padding; expected values from Python's hashlib. */
Test(sha256, lengths_around_a_block_are_right)
{
    static const struct {
        size_t length;
        const char *expected;
    } cases[] = {
        {55, "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072"},
        {56, "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e"},
        {63, "75220b47218278e656f2013bb8f0c455a25eaf01e86c64924e9d48d89776d6f2"},
        {64, "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c"},
        {119, "000b48d4edf0fa7bee3c6236ecd2785baa5db4eeb8bb54341b029e0d9fa5fb0c"},
        {120, "13f05a0b594787f5ecd315edc96141bd3243203d1b7d4f0836f37308b276ba98"},
    };
    char letters[128];
    memset(letters, 'x', sizeof letters);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        hashes_to(letters, cases[i].length, cases[i].expected);
}

/* Any cut of the bytes gives the digest of them all: FIPS 180-4's two-block example in pieces. */
Test(sha256, pieces_give_the_digest_of_the_whole)
{
    static const char bytes[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    for (size_t piece = 1; piece < sizeof bytes; piece++) {
        struct rv_digest digest;
        char found[65];
        rv_digest_start(&digest);
        for (size_t at = 0; at < strlen(bytes); at += piece)
            rv_digest_add(&digest, bytes + at,
                          at + piece < strlen(bytes) ? piece : strlen(bytes) - at);
        rv_digest_end(&digest, found);
        cr_assert_str_eq(found, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    }
}
