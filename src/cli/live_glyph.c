/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which characters a terminal is shown for the bytes of a text. The C library's wcwidth would need
 * a locale, and the program has none; the ranges are those of Unicode's EastAsianWidth.txt, coarse.
 */
#include "live_glyph.h"

#include <ranvier/words.h>

#include <stdio.h>
#include <string.h>

static const uint32_t replacement = 0xFFFD, no_break_space = 0xA0;

struct range {
    uint32_t first, last;
};

/* Never as they are: C0, DEL, C1 (8-bit sequences begin there), marks that turn the direction of a
 * line or have no width, line ends of Unicode, tags, surrogates. */
static const struct range hidden[] = {
    {0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},     {0x061C, 0x061C},   {0x180E, 0x180E},
    {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F}, {0xD800, 0xDFFF},   {0xE000, 0xF8FF},
    {0xFEFF, 0xFEFF}, {0xFFF0, 0xFFFB}, {0xFFFE, 0xFFFF}, {0xE0000, 0x10FFFF}};

/* Written over the character before them: left out. */
static const struct range combining[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x064B, 0x065F}, {0x0E31, 0x0E31},
    {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF},
    {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};

static const struct range wide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},
                                    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
                                    {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F},
                                    {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD}};

static const struct {
    uint32_t code;
    const char *text;
} plain[] = {{0xB0, "deg"}, {0xB1, "+/-"}, {0xB5, "u"},   {0xB7, "*"},    {0x3BC, "u"},
             {0x2013, "-"}, {0x2026, "~"}, {0x2212, "-"}, {0x2264, "<="}, {0x2265, ">="},
             {0x2502, "|"}, {0x251C, "+"}, {0x2524, "+"}, {0x2534, "+"},  {0x2500, "-"},
             {0x25B6, ">"}, {0x2514, "+"}, {0x252C, "+"}, {0x253C, "+"}};

static bool is_in(const struct range *ranges, size_t count, uint32_t code)
{
    for (size_t i = 0; i < count; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

/* One code point; *code is U+FFFD where the first byte begins none. */
static size_t decode(const char *bytes, uint32_t *code)
{
    size_t length = rv_character_read(bytes, code);
    if (length == 0)
        *code = replacement;
    return length > 0 ? length : 1;
}

static void add_ascii(struct live_glyphs *glyphs, const char *text)
{
    for (; *text != '\0' && glyphs->count < LIVE_GLYPHS_MOST; text++)
        glyphs->codes[glyphs->count++] = (unsigned char)*text;
}

static void add_folded(struct live_glyphs *glyphs, uint32_t code)
{
    const char *found = "?";
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (plain[i].code == code)
            found = plain[i].text;
    add_ascii(glyphs, found);
}

size_t live_glyphs_read(const char *text, bool ascii, struct live_glyphs *glyphs)
{
    uint32_t code;
    size_t length = decode(text, &code);
    *glyphs = (struct live_glyphs){.count = 0};
    if (is_in(hidden, sizeof hidden / sizeof *hidden, code)) {
        char shown[LIVE_GLYPHS_MOST + 1];
        snprintf(shown, sizeof shown, code < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)code);
        add_ascii(glyphs, shown);
    } else if (is_in(combining, sizeof combining / sizeof *combining, code)) {
        glyphs->count = 0;
    } else if (ascii && code > 0x7E && code != no_break_space) {
        add_folded(glyphs, code);
    } else {
        glyphs->codes[glyphs->count++] = code == no_break_space ? ' ' : code;
        glyphs->wide = is_in(wide, sizeof wide / sizeof *wide, code);
    }
    return length;
}

size_t live_glyph_write(uint32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3F));
    out[0] = (char)((0xF00 >> length & 0xFF) | code);
    return length;
}
