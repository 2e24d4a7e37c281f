/* SPDX-License-Identifier: GPL-3.0-or-later
 * Texts from outside on a terminal.
 */
#include "batch/show.h"

#include <ranvier/words.h>

void show_text(FILE *out, const char *text)
{
    for (const char *c = text; *c != '\0';) {
        uint32_t code;
        size_t length = rv_character_read(c, &code);
        if (length == 0)
            fprintf(out, "\\x%02x", (unsigned)(unsigned char)*c);
        else if (rv_character_is_hidden(code))
            fprintf(out, code < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)code);
        else
            fwrite(c, 1, length, out);
        c += length > 0 ? length : 1;
    }
}
