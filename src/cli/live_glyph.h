/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which characters a terminal is shown for the bytes of a text.
 */
#ifndef CLI_LIVE_GLYPH_H
#define CLI_LIVE_GLYPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LIVE_GLYPHS_MOST = 8 };

/* What is shown for one character of a text. */
struct live_glyphs {
    uint32_t codes[LIVE_GLYPHS_MOST];
    size_t count; /* 0: a combining mark */
    bool wide;    /* codes[0] takes two columns */
};

/* Reads one character (a wrong byte counts as U+FFFD) of a text that has one left; returns its
 * bytes. Control characters and direction marks are shown as \x1b, \u202e; with `ascii`
 * everything is. */
size_t live_glyphs_read(const char *text, bool ascii, struct live_glyphs *glyphs);

/* UTF-8 of a code point: how many bytes. */
size_t live_glyph_write(uint32_t code, char out[4]);

#endif
